"""The protocol as miners depend on it: order of lines, verdicts on shares, odd but legal requests."""
import json

import pytest

from kit.miner import Stratum
from kit.node import in_sync
from kit.wait import until


@pytest.fixture
def pool(world):
    a, b = world.nodes()
    pool = world.pool([a, b])
    pool.nodes = (a, b)
    return pool


@pytest.fixture
def user(pool, users):
    return users(pool.nodes[1])["bech32"] + ".test"


def test_the_order_of_the_first_lines(pool, user):
    with Stratum(pool.port) as miner:
        # all in one packet, as ESP-Miner does
        miner.send(b"".join(json.dumps(line).encode() + b"\n" for line in (
            {"id": 1, "method": "mining.configure", "params": [["version-rolling"], {}]},
            {"id": 2, "method": "mining.subscribe", "params": ["test/1"]},
            {"id": 3, "method": "mining.authorize", "params": [user, "x"]})))
        order = []
        while "mining.notify" not in order:
            message = miner.read()
            order.append(message.get("method") or message["id"])
        assert order == [1, 2, 3, "mining.set_difficulty", "mining.notify"]
        assert miner.jobs[0].is_clean
        assert isinstance(miner.difficulty, (int, float)) and miner.difficulty > 0


def test_verdicts(pool, user):
    with Stratum(pool.port) as miner:
        job = miner.login(user)
        extranonce2, nonce = miner.solve(job, wants_block=False)
        assert miner.submit(job, extranonce2, nonce)["result"] is True
        again = miner.submit(job, extranonce2, nonce)
        assert again["result"] is not True and again["error"][0] == 22
        job.id, known = "ffffffffff", job.id
        assert miner.submit(job, extranonce2, nonce + 1)["error"][0] == 21
        job.id = known
        assert miner.submit(job, extranonce2[:-2], nonce + 1)["error"][0] == 20
        assert miner.submit(job, extranonce2, nonce + 1, time="00000001")["error"][0] == 20


def test_the_hashing_threads_tell_how_busy_they_are(pool, user):
    with Stratum(pool.port) as miner:
        job = miner.login(user)
        extranonce2, nonce = miner.solve(job, wants_block=False)
        assert miner.submit(job, extranonce2, nonce)["result"] is True
    until(lambda: "kozan_hashes_total 0\n" not in pool.http_text("/metrics", pool.health_port), "the hash as counted")
    text = pool.http_text("/metrics", pool.health_port)
    values = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(values["kozan_hash_queue"]) == 0
    for name in ("kozan_hash_seconds", "kozan_hash_wait_seconds"):
        assert f"# TYPE {name} histogram" in text
        buckets = [int(values[key]) for key in values if key.startswith(name + "_bucket{le=")]
        assert len(buckets) == 19 and buckets == sorted(buckets)
        assert buckets[-1] == int(values[name + "_bucket{le=\"+Inf\"}"]) == int(values[name + "_count"]) >= 1
        assert 0 <= float(values[name + "_sum"]) < 3600


def test_a_share_for_the_block_before_is_stale(pool, user):
    a, b = pool.nodes
    with Stratum(pool.port) as miner:
        old = miner.login(user)
        b.generate(1, b.wallet("users").getnewaddress())
        in_sync(a, b)
        while miner.jobs[-1].prev == old.prev:
            miner.read()
        extranonce2, nonce = miner.solve(old, wants_block=False)
        answer = miner.submit(old, extranonce2, nonce)
        assert answer["result"] is not True and answer["error"][0] == 21


def test_a_block_is_acknowledged_and_reaches_the_chain(pool, user):
    a, _ = pool.nodes
    with Stratum(pool.port) as miner:
        job = miner.login(user)
        height = a.height
        extranonce2, nonce = miner.solve(job, wants_block=True)
        assert miner.submit(job, extranonce2, nonce)["result"] is True
        while miner.jobs[-1].prev == job.prev:
            miner.read()
        assert a.height == height + 1


def test_odd_requests_are_answered(pool, user):
    with Stratum(pool.port) as miner:
        miner.login(user)
        assert miner.call("mining.extranonce.subscribe")["result"] in (True, False)
        assert miner.call("mining.ping")["result"] is not None
        unknown = miner.call("mining.frobnicate", 1, 2)
        assert unknown["error"] is not None
        assert miner.call("mining.authorize", user, "x", id="text")["id"] == "text"
        miner.send(b"\r\n  \n")
        assert miner.call("mining.ping")["id"]


GARBAGE = [b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x00\x00\n", b'{"id":1}' + b"\0" * 100 + b"\n", b"[" * 4000 + b"\n",
           b'{"id":2,"method":"mining.submit","params":[]}\n', b'{"id":3,"method":"mining.submit","params":[1,2,3,4,5]}\n']


def test_garbage_does_not_harm_the_others(pool, user):
    with Stratum(pool.port) as good:
        job = good.login(user)
        for garbage in GARBAGE:
            with Stratum(pool.port) as bad:
                bad.send(garbage)
        extranonce2, nonce = good.solve(job, wants_block=False)
        assert good.submit(job, extranonce2, nonce)["result"] is True


def test_a_line_without_an_end_ends_the_connection(pool):
    with Stratum(pool.port) as miner:
        with pytest.raises(OSError):
            for _ in range(1000):
                miner.send(b"{" * 20000)
