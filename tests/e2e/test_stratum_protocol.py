"""The dialect of docs/stratum.md, byte for byte as known miners speak it, and as nobody should."""
import json
import os
import pathlib
import random
import socket
import struct
import threading

import pytest

from conftest import World
from kit.miner import Stratum, scrypt, sha256d, start_miner
from kit.node import in_sync
from kit.wait import until

# What each miner sends up to its first job; %s is the user. Then: the ids that it wants answered.
HANDSHAKES = {
    "BitZeny minerd": ((
        '{"id": 1, "method": "mining.subscribe", "params": ["cpuminer/2.5.0"]}\n',
        '{"id": 2, "method": "mining.authorize", "params": ["%s", "x"]}\n'), [1, 2]),
    "pooler cpuminer again": ((
        '{"id": 1, "method": "mining.subscribe", "params": ["cpuminer/2.5.1", "n-00000001"]}\n',
        '{"id": 1, "method": "mining.subscribe", "params": []}\n',
        '{"id": 2, "method": "mining.authorize", "params": ["%s", "x"]}\n'), [1, 1, 2]),
    "cpuminer-opt": ((
        '{"id": 1, "method": "mining.subscribe", "params": ["cpuminer-opt-26.1-x64L"]}\n',
        '{"id": 2, "method": "mining.authorize", "params": ["%s", "x"]}\n',
        '{"id": 3, "method": "mining.extranonce.subscribe", "params": []}\n',
        '{"id": 1, "method": "mining.suggest_difficulty", "params": ["0.500000"]}\n'), [1, 2, 3, 1]),
    "cpuminer-multi": ((
        '{"id": 1, "method": "mining.subscribe", "params": ["cpuminer-multi/1.3.7"]}\n',
        '{"id": 2, "method": "mining.authorize", "params": ["%s", "x"]}\n',
        '{"id": 3, "method": "mining.extranonce.subscribe", "params": []}\n'), [1, 2, 3]),
    "ccminer": ((
        '{"id": 1, "method": "mining.subscribe", "params": ["ccminer/2.3.1"]}\n',
        '{"id": 2, "method": "mining.authorize", "params": ["%s", "c=LTC"]}\n',
        '{"id": 3, "method": "mining.extranonce.subscribe", "params": []}\n'), [1, 2, 3]),
    "cgminer": ((
        '{"id": 0, "method": "mining.configure", "params": [["version-rolling"], '
        '{"version-rolling.mask": "ffffffff"}]}\n',
        '{"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.11.1"]}\n',
        '{"id": 2, "method": "mining.authorize", "params": ["%s", "x"]}\n',
        '{"id": 3, "method": "mining.suggest_difficulty", "params": [1024]}\n'), [0, 1, 2, 3]),
    "sgminer": ((
        '{"id": 0, "method": "mining.subscribe", "params": ["sgminer/5.6.1"]}\n',
        '{"id": 1, "method": "mining.extranonce.subscribe", "params": []}\n',
        '{"id": 2, "method": "mining.authorize", "params": ["%s", "x"]}\n'), [0, 1, 2]),
    "BFGMiner": ((
        '{"id": null, "method": "mining.suggest_target", "params": ["' + "0" * 8 + "f" * 4 + "0" * 52 + '"]}\n',
        '{"id": null, "method": "mining.capabilities", "params": [{"notify":[],"set_difficulty":{}}]}\n',
        '{"id": 0, "method": "mining.subscribe", "params": ["bfgminer/5.5.0"]}\n',
        '{"id": "auth", "method": "mining.authorize", "params": ["%s", "x"]}\n',
        '{"id": "xnsub", "method": "mining.extranonce.subscribe", "params": []}\n',
        '{"id": "txlist0001", "method": "mining.get_transactions", "params": ["0001"]}\n'),
        [0, "auth", "xnsub", "txlist0001"]),
    "ESP-Miner": ((
        '{"id": 1, "method": "mining.configure", "params": [["version-rolling"], '
        '{"version-rolling.mask": "ffffffff"}]}\n',
        '{"id": 2, "method": "mining.subscribe", "params": ["bitaxe/BM1370/v2.9.0"]}\n',
        '{"id": 3, "method": "mining.authorize", "params": ["%s", "x"]}\n',
        '{"id": 4, "method": "mining.suggest_difficulty", "params": [1000]}\n',
        '{"id": 5, "method": "mining.extranonce.subscribe", "params": []}\n'), [1, 2, 3, 4, 5]),
    "NerdMiner": ((
        '{"id": 1, "method": "mining.subscribe", "params": ["NerdMinerV2/V1.8.3"]}\n',
        '{"params": ["%s", "x"], "id": 2, "method": "mining.authorize"}\n',
        '{"id": 3, "method": "mining.suggest_difficulty", "params": [0.00015]}\n',
        '{"id": 4, "method": "mining.suggest_difficulty", "params": [0.00015]}\n'), [1, 2, 3, 4]),
    "NiceHash": ((
        '{"id":1,"method":"mining.subscribe","params":["NiceHash/1.0.0",1700000000000,"0f0f"]}\n',
        '{"id":2,"method":"mining.authorize","params":["%s","x"]}\n',
        '{"id":3,"method":"mining.extranonce.subscribe","params":[]}\n'), [1, 2, 3]),
    "Antminer-like": ((  # all extensions at once; the agents' names of this and the next are made up
        '{"id":1,"method":"mining.configure","params":[["version-rolling","minimum-difficulty",'
        '"subscribe-extranonce"],{"version-rolling.mask":"1fffe000","version-rolling.min-bit-count":16,'
        '"minimum-difficulty.value":2048}]}\n',
        '{"id":2,"method":"mining.subscribe","params":["asic/1.0"]}\n',
        '{"id":3,"method":"mining.authorize","params":["%s","x"]}\n'), [1, 2, 3]),
    "rental service": ((  # as MRR: a difficulty in the password, and the login again for each rig
        '{"id":1,"method":"mining.subscribe","params":["rental/1.0"]}\n',
        '{"id":2,"method":"mining.extranonce.subscribe","params":[]}\n',
        '{"id":3,"method":"mining.authorize","params":["%s","d=4096"]}\n',
        '{"id":4,"method":"mining.authorize","params":["%s","d=4096"]}\n'), [1, 2, 3, 4]),
    "authorize first": ((
        '{"id": 1, "method": "mining.authorize", "params": ["%s", "x"]}\r\n',
        '\r\n',
        '{"id": 2, "method": "mining.subscribe", "params": []} \r\n'), [1, 2]),
}


@pytest.fixture(scope="module")
def pool(chain):
    world = World(chain)
    try:
        a, b = world.nodes()
        pool = world.pool([a, b], payout="{enabled: false}", stratum=", allow: [127.0.0.1], late_blocks: 5m")  # abuse is not banned here
        pool.world, pool.nodes = world, (a, b)
        users = b.wallet("users")
        pool.user = users.getnewaddress("", "bech32") + ".test"
        pool.other_user = users.getnewaddress("", "legacy") + ".other"
        yield pool
    finally:
        world.close()


@pytest.fixture
def miner(pool):
    with Stratum(pool.port) as miner:
        miner.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        miner.pool = pool
        yield miner


@pytest.fixture
def mining(miner):
    miner.login(miner.pool.user)
    return miner


def solve(miner, job, extranonce2="00" * 8, time=None, start=0):
    """A nonce that makes a share and no block."""
    for nonce in range(start, start + 1000):
        hash = int.from_bytes(scrypt(job.header(miner.extranonce1, extranonce2, nonce, time)), "little")
        if hash > job.block_target:
            return f"{nonce:08x}"
    raise AssertionError("no such nonce")


def raw_answer(miner, line, id):
    """Send a line; the answer with this id, as text."""
    miner.send(line)
    while True:
        text = miner.file.readline().decode()
        assert text, "the pool closed the connection"
        if json.loads(text).get("id") == id and "method" not in json.loads(text):
            return text


def submit(miner, *params):
    """The answer's error code and text; (0, "") when the share was accepted."""
    answer = miner.call("mining.submit", *params)
    if answer["error"] is None:
        assert answer["result"] is True
        return 0, ""
    assert answer["result"] is None and answer["error"][2] is None
    assert answer["reject-reason"] == answer["error"][1] and len(answer["error"][1]) < 60
    return tuple(answer["error"][:2])


# ---- handshakes

@pytest.mark.parametrize("name", HANDSHAKES)
@pytest.mark.parametrize("piece", [100000, 1], ids=["one packet", "single bytes"])
def test_handshake(pool, miner, name, piece):
    lines, ids = HANDSHAKES[name]
    data = "".join(line % pool.user if "%s" in line else line for line in lines).encode()
    for i in range(0, len(data), piece):
        miner.send(data[i:i + piece])
    seen, answers = [], []
    while len(answers) < len(ids) or not miner.jobs:
        message = miner.read()
        assert message is not None, seen
        seen.append(message.get("method") or "answer")
        if "method" not in message:
            assert set(message) == {"id", "result", "error"} and message["error"] is None, message
            answers.append(message)
    assert [answer["id"] for answer in answers] == ids
    subscribed = next(a["result"] for a in answers if isinstance(a["result"], list) and a["result"])
    (difficulty, notify), extranonce1, extranonce2_len = subscribed
    assert difficulty[0] == "mining.set_difficulty" and notify[0] == "mining.notify"
    for word in (difficulty[1], notify[1]):
        with pytest.raises(ValueError):
            float(word)  # NiceHash would take it for the difficulty
    assert len(extranonce1) == 8 and int(extranonce1, 16) >= 0 and extranonce2_len == 8
    first = seen.index("mining.set_difficulty")
    assert seen[first + 1] == "mining.notify" and miner.jobs[0].is_clean
    assert seen[:first].count("answer") >= 2, "nothing of ours comes before subscribe and authorize are answered"
    check_job(miner.jobs[0])
    miner.extranonce1 = extranonce1
    nonce = solve(miner, miner.jobs[0])
    miner.send(('{"method": "mining.submit", "params": ["%s", "%s", "%s", "%s", "%s"], "id":4}\n' % (
        pool.user, miner.jobs[0].id, "00" * 8, miner.jobs[0].time, nonce)).encode())
    assert miner.answer(4)["result"] is True


# How they come back; %s is the session id that they were given.
RETURNS = {
    "pooler cpuminer": '{"id": 1, "method": "mining.subscribe", "params": ["cpuminer/2.5.1", "%s"]}\n',
    "cpuminer-multi": '{"id": 1, "method": "mining.subscribe", "params": ["cpuminer-multi/1.3.7", "%s"]}\n',
    "cgminer": '{"id": 0, "method": "mining.subscribe", "params": ["cgminer/4.11.1", "%s"]}\n',
    "sgminer": '{"id": 0, "method": "mining.subscribe", "params": ["sgminer/5.6.1", "%s"]}\n',
    "BFGMiner": '{"id": 0, "method": "mining.subscribe", "params": ["bfgminer/5.5.0", "%s"]}\n',
}


def session_id(answer):
    """Where cpuminer and cgminer look for it."""
    return next(words[1] for words in answer["result"][0] if words[0] == "mining.notify")


@pytest.mark.parametrize("name", RETURNS)
@pytest.mark.parametrize("piece", [100000, 1], ids=["one packet", "single bytes"])
def test_a_miner_that_comes_back_is_known(pool, name, piece):
    resumed = pool.metric("kozan_stratum_resumed_total")
    with Stratum(pool.port) as first:
        token = session_id(first.call("mining.subscribe", name))
    lines = [RETURNS[name] % token, '{"id": 2, "method": "mining.authorize", "params": ["%s", "x"]}\n' % pool.user]
    with Stratum(pool.port) as again:
        again.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        data = "".join(lines).encode()
        for i in range(0, len(data), piece):
            again.send(data[i:i + piece])
        answer = again.answer(json.loads(lines[0])["id"])
        assert answer["error"] is None and len(session_id(answer)) == len(token)
        assert again.answer(2)["result"] is True
        again.extranonce1 = answer["result"][1]
        while not again.jobs:
            again.read()
        job = again.jobs[0]
        assert submit(again, pool.user, job.id, "00" * 8, job.time, solve(again, job)) == (0, "")
    assert pool.metric("kozan_stratum_resumed_total") == resumed + 1


def test_a_time_is_no_session(pool, miner):
    """NiceHash sends when it is, and a signature of its own."""
    resumed = pool.metric("kozan_stratum_resumed_total")
    assert miner.call("mining.subscribe", "NiceHash/1.0.0", 1700000000000, "0f" * 32)["error"] is None
    assert miner.call("mining.subscribe", "NiceHash/1.0.0", "1700000000000", "0f" * 32)["error"] is None
    assert pool.metric("kozan_stratum_resumed_total") == resumed


def check_job(job):
    assert [len(field) for field in (job.id, job.prev, job.version, job.bits, job.time)] == [8, 64, 8, 8, 8]
    assert all(len(sibling) == 64 for sibling in job.branch) and isinstance(job.is_clean, bool)


def test_the_difficulty_is_a_plain_number(pool, miner):
    """Without exponent, however small: simple parsers would stumble."""
    miner.send({"id": 1, "method": "mining.subscribe", "params": []})
    miner.send({"id": 2, "method": "mining.authorize", "params": [pool.user, "x"]})
    lines = [miner.file.readline() for _ in range(3)]
    assert lines[2] == b'{"id":null,"method":"mining.set_difficulty","params":[0.0000152587890625]}\n'


# ---- lines

@pytest.mark.parametrize("id", ['0', '1', '4', '-1', '1e3', '9007199254740992', '"auth"', '"\\u00e9\\""', '""',
                                'true', '[1,"a"]'])
def test_an_id_comes_back_as_it_was(miner, id):
    line = raw_answer(miner, b'{"id":%s,"method":"mining.ping"}\n' % id.encode(), json.loads(id))
    assert line == '{"id":%s,"result":"pong","error":null}\n' % id


@pytest.mark.parametrize("line", ['{"id":null,"method":"mining.ping"}', '{"method":"mining.ping"}',
                                  '{"id":null,"method":"nonsense"}', '{"id":5,"result":true,"error":null}'])
def test_what_wants_no_answer_gets_none(miner, line):
    miner.send(line.encode() + b'\n{"id":77,"method":"mining.ping"}\n')
    assert miner.read()["id"] == 77


@pytest.mark.parametrize("line", [
    b'{"id":77,"method":"mining.ping"}\r\n', b'\r\n  \r\n\n {"id":77,"method":"mining.ping"} \t\r\n',
    b'\xef\xbb\xbf{"id":77,"method":"mining.ping"}\n', b'{"jsonrpc":"2.0","method":"mining.ping","id":77,"x":[{}]}\n',
    b'{"id":77,"method":"mining.ping","params":{"a":1}}\n', b'{"id":77,"method":"mining.ping","params":null}\n',
    b'{"params":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15],"id":77,"method":"mining.ping"}\n'])
def test_odd_lines_are_understood(miner, line):
    assert json.loads(raw_answer(miner, line, 77))["result"] == "pong"


@pytest.mark.parametrize("method, params, result", [
    ("mining.extranonce.subscribe", [], True),
    ("mining.get_transactions", ["1f"], []),
    ("mining.suggest_difficulty", [1e300], True),
    ("mining.suggest_difficulty", ["0.5"], True),
    ("mining.suggest_difficulty", [0], True),
    ("mining.suggest_target", ["0x" + "f" * 64], True),
    ("mining.configure", [["version-rolling", "minimum-difficulty", "subscribe-extranonce", "new"], {}],
     {"version-rolling": False, "minimum-difficulty": False, "subscribe-extranonce": True, "new": False}),
    ("mining.configure", [], {}),
    ("mining.configure", [{}, 1], {}),
])
def test_methods(miner, method, params, result):
    answer = miner.call(method, *params)
    assert answer["result"] == result and answer["error"] is None


@pytest.mark.parametrize("method, params, code, words", [
    ("mining.frobnicate", [], 20, "Unknown method"),
    ("pong", [], 20, "Unknown method"),
    ("mining.suggest_difficulty", ["nan"], 20, "difficulty"),
    ("mining.suggest_difficulty", [-1], 20, "difficulty"),
    ("mining.suggest_difficulty", [], 20, "difficulty"),
    ("mining.suggest_target", ["12"], 20, "target"),
    ("mining.authorize", [], 24, "user"),
    ("mining.authorize", [""], 24, "ADDRESS"),
    ("mining.authorize", ["x" * 128], 24, "127"),
    ("mining.authorize", ["x" * 4000], 24, "127"),
    ("mining.authorize", ["nobody.w"], 24, "address"),
    ("mining.authorize", ["1BoatSLRHtKNngkdXEeobR76b53LETtpyT.w"], 24, "this pool mines"),
    ("mining.authorize", ["ltc1qw508d6qejxtdg4y5r3zarvary0c5xw7kgmn4n9.w"], 24, "this pool mines"),
    ("mining.authorize", ["0x52908400098527886E0F7030069857D2E4169EE7"], 24, "address"),
    ("mining.submit", ["x", "0", "00", "0", "0"], 25, "Not subscribed"),
])
def test_refusals(miner, method, params, code, words):
    answer = miner.call(method, *params)
    assert answer["result"] is None and answer["error"][0] == code, answer
    assert words in answer["error"][1] and answer["reject-reason"] == answer["error"][1]


# ---- users and passwords

@pytest.mark.parametrize("suffix, worker", [
    ("", "default"), (".rig-1_a", "rig-1_a"), ("_rig", "rig"), ("/rig", "rig"), ("+rig", "rig"), (":rig", "rig"),
    (".🚀", "-"), (".a b\tc", "a-b-c"), (".w" * 20, ("w." * 20)[:32]), (".<script>", "-script-"),
])
def test_worker_names(pool, miner, suffix, worker):
    address = pool.other_user.split(".")[0]
    job = miner.login(address + suffix)
    assert submit(miner, address + suffix, job.id, "00" * 8, job.time, solve(miner, job)) == (0, "")
    until(lambda: worker in {row["name"] for row in pool.sql("SELECT name FROM worker")}, f"worker {worker!r}")


@pytest.mark.parametrize("user", ["%s", "litecoin:%s", " %s"])
def test_spellings_of_an_address(pool, miner, user):
    miner.login(user % pool.user)


@pytest.mark.parametrize("password", ["", "x", "d=nan", "d=-1", "d=1e400", "d=;md=,sd==", "sd=0.5,md=0.1;d=2", "c=LTC",
                                      "d=" + "9" * 100, "x" * 5000, "🚀", "=", ",,;;"])
def test_a_password_never_keeps_anybody_out(miner, password):
    miner.login(miner.pool.user, password)
    assert miner.difficulty == pytest.approx(0.0000152587890625)  # the port's is fixed


def test_several_workers_on_a_connection(pool, mining):
    address, job = pool.user.split(".")[0], mining.jobs[0]
    assert mining.call("mining.authorize", address + ".second", "x")["result"] is True
    assert mining.call("mining.authorize", address + ".second", "y")["result"] is True  # again: fine
    for n, (user, code) in enumerate([(pool.user, 0), (address + ".second", 0), (address + ".new", 0),
                                      (pool.other_user, 24), ("", 24), (5, 24)]):
        extranonce2 = f"{n:016x}"
        assert submit(mining, user, job.id, extranonce2, job.time, solve(mining, job, extranonce2))[0] == code


# ---- shares

def test_verdicts(mining):
    user, job = mining.pool.user, mining.jobs[0]
    other = "0102030405060708"
    nonce, nonce2 = solve(mining, job), solve(mining, job, other)
    later = f"{int(job.time, 16) + 60:08x}"
    nonce3 = solve(mining, job, other, later)
    cases = [
        ((user, job.id, "00" * 8, job.time, nonce), 0, ""),
        ((user, job.id, "00" * 8, job.time, nonce), 22, "Duplicate"),
        ((user, job.id.upper(), "00" * 8, job.time.upper(), nonce.upper()), 22, "Duplicate"),
        ((user, "0x" + job.id, "0x" + "00" * 8, "0x" + job.time, "0x" + (nonce.lstrip("0") or "0")), 22, "Duplicate"),
        ((user, job.id, other, job.time, nonce2, "extra", 7), 0, ""),
        ((user, job.id, other, later, nonce3), 0, ""),
        ((user, job.id, "00" * 7, job.time, nonce), 20, "extranonce2"),
        ((user, job.id, "00" * 9, job.time, nonce), 20, "extranonce2"),
        ((user, job.id, "zz" * 8, job.time, nonce), 20, "extranonce2"),
        ((user, job.id, "00" * 8, "00000001", nonce), 20, "Time"),
        ((user, job.id, "00" * 8, "ffffffff", nonce), 20, "Time"),
        ((user, job.id, "00" * 8, "now", nonce), 20, "Malformed"),
        ((user, job.id, "00" * 8, job.time, "123456789"), 20, "Malformed"),
        ((user, job.id, "00" * 8, job.time), 20, "Malformed"),
        ((user, None, "00" * 8, job.time, nonce), 21, "Job not found"),
        ((user, "ffffffffff", "00" * 8, job.time, nonce), 21, "Job not found"),
        ((user, f"{(int(job.id, 16) + 0x10000) % 2**32:08x}", "00" * 8, job.time, nonce), 21, "Job not found"),
        (({}, [], None, True, {}), 24, "Unauthorized"),
    ]
    for params, code, words in cases:
        got = submit(mining, *params)
        assert got[0] == code and words in got[1], (params, got)


def test_submits_are_answered_in_order(mining):
    """Accepted ones wait for the disk, refused ones do not; cpuminer-opt gives all of them the same id."""
    user, job = mining.pool.user, mining.jobs[0]
    wanted, lines = [], []
    for n in range(60):
        extranonce2 = f"{n:016x}"
        good = n % 3 == 0
        lines.append(json.dumps({"id": 4, "method": "mining.submit", "params": [
            user, job.id if good else "0", extranonce2, job.time, solve(mining, job, extranonce2)]}))
        wanted.append(good)
    mining.send(("\n".join(lines) + "\n").encode())
    assert [mining.answer(4)["result"] is True for _ in wanted] == wanted


def test_a_share_of_the_block_before_is_stale(mining):
    a, b = mining.pool.nodes
    old = mining.jobs[0]
    b.generate(1, b.wallet("users").getnewaddress())
    in_sync(a, b)
    while mining.jobs[-1].prev == old.prev:
        mining.read()
    assert mining.jobs[-1].is_clean
    code, text = submit(mining, mining.pool.user, old.id, "00" * 8, old.time, solve(mining, old))
    assert code == 21 and "job" in text  # cpuminer-opt counts it as stale by that word


def test_a_late_block_goes_to_the_daemons_all_the_same(mining):
    """It lost the race here, not yet everywhere."""
    pool, (a, b) = mining.pool, mining.pool.nodes
    old = mining.jobs[0]
    extranonce2, nonce = mining.solve(old, wants_block=True)
    hash = sha256d(old.header(mining.extranonce1, extranonce2, nonce))[::-1].hex()
    b.generate(1, b.wallet("users").getnewaddress())
    in_sync(a, b)
    while mining.jobs[-1].prev == old.prev:
        mining.read()
    work = pool.metric("kozan_share_work_total")
    answer = mining.submit(old, extranonce2, nonce)
    assert answer["result"] is None and answer["error"][0] == 21, answer
    assert pool.metric("kozan_share_work_total") == work
    tip = until(lambda: [tip for tip in a.rpc.getchaintips() if tip["hash"] == hash], "the late block at the daemon")[0]
    assert tip["status"] in ("valid-fork", "valid-headers", "headers-only") and tip["branchlen"] == 1
    until(lambda: hash in {block["hash"] for block in pool.blocks()}, "the late block in the database")
    b.generate(1, b.wallet("users").getnewaddress())  # now two blocks behind: it cannot win
    in_sync(a, b)
    before = mining.jobs[-1].prev
    while mining.jobs[-1].prev == before:
        mining.read()
    found = pool.metric("kozan_blocks_found_total")
    extranonce2, nonce = mining.solve(old, wants_block=True, start=nonce + 1)
    assert mining.submit(old, extranonce2, nonce)["error"][0] == 21
    assert pool.metric("kozan_blocks_found_total") == found
    b.generate(6, b.wallet("users").getnewaddress())
    until(lambda: hash in {block["hash"] for block in pool.blocks(4)}, "the late block as orphan")


def test_a_late_block_that_the_chain_takes_is_credited(mining):
    """The daemons turn to it, as they do when the next block is built on it."""
    pool, (a, b) = mining.pool, mining.pool.nodes
    old = mining.jobs[0]
    extranonce2, nonce = mining.solve(old, wants_block=True)
    hash = sha256d(old.header(mining.extranonce1, extranonce2, nonce))[::-1].hex()
    winner = b.generate(1, b.wallet("users").getnewaddress())[0]
    in_sync(a, b)
    while mining.jobs[-1].prev == old.prev:
        mining.read()
    assert mining.submit(old, extranonce2, nonce)["error"][0] == 21
    for node in (a, b):
        until(lambda: hash in {tip["hash"] for tip in node.rpc.getchaintips()}, "the late block at the daemon")
        node.rpc.invalidateblock(winner)
        assert node.tip == hash
    until(lambda: hash in {block["hash"] for block in pool.blocks(2)}, "the late block credited")


def test_a_job_of_another_connection_is_work_of_its_own(mining):
    """The same bytes are another share there: extranonce1 differs."""
    job = mining.jobs[0]
    with Stratum(mining.pool.port) as other:
        same = other.login(mining.pool.user)
        assert other.extranonce1 != mining.extranonce1
        for one, given in ((mining, job), (other, same)):
            one.send({"id": 4, "method": "mining.submit", "params": [
                mining.pool.user, given.id, "00" * 8, given.time, solve(one, given)]})
            assert one.answer(4)["result"] is True


# ---- what nobody should send

def drain(sock):
    """Everything up to the end of the connection."""
    received = b""
    try:
        while chunk := sock.recv(65536):
            received += chunk
    except OSError:
        pass
    return received


CLOSED = {
    "a line without end": b'{"id":1,"method":"' + b"x" * 10_000_000,
    "a long line": b'{"id":1,"method":"' + b"x" * 20_000 + b'"}\n',
    "zeroes": bytes(1_000_000),
    "garbage": random.Random(1).randbytes(1_000_000),
    "garbage lines": b"".join(random.Random(2).randbytes(50).replace(b"\n", b"") + b"\n" for _ in range(50)),
    "http": b"GET / HTTP/1.1\r\nHost: pool\r\n\r\n",
    "getwork": b'POST / HTTP/1.1\r\nContent-Length: 44\r\n\r\n{"method": "getwork", "params": [], "id":0}\r\n',
    "tls": bytes.fromhex("16030100f1010000ed0303") + bytes(32) + b"\n",
    "xmrig": b'{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"x","pass":"x","agent":"XMRig/6.22"}}\n',
    "refused logins": b'{"id":1,"method":"mining.authorize","params":["x"]}\n' * 50,
    "deep": (b'{"id":' + b"[" * 5000 + b"\n") * 10,
}
SAYS = {"http": b"stratum+tcp://", "getwork": b"HTTP/1.0 200", "xmrig": b"stratum", "refused logins": b"address"}


@pytest.mark.parametrize("piece", [100000, 1], ids=["one packet", "single bytes"])
def test_xmrig_is_told_where_it_is(pool, piece):
    """It speaks another protocol; it shows its user the message of the error."""
    line = (b'{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"x","pass":"x","agent":"XMRig/6.22.0 (Linux x86_64)",'
            b'"rigid":"","algo":["rx/0","cn/r"]}}\n')
    with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(line), piece):
            sock.sendall(line[i:i + piece])
        text = "This is a stratum v1 pool: use a miner for the algorithm of this coin"
        assert drain(sock).decode() == (
            '{"id":1,"jsonrpc":"2.0","error":{"code":-1,"message":"%s"}}\n' % text)


@pytest.mark.parametrize("piece", [100000, 1], ids=["one packet", "single bytes"])
@pytest.mark.parametrize("host, where", [("pool.example:3399", "pool.example:3399"), ("pool.example", "pool.example:%d"),
                                         ("evil/\"host", "127.0.0.1:%d")])
def test_getwork_is_shown_the_way(pool, host, where, piece):
    """As minerd asks when its URL begins with http://."""
    where = "stratum+tcp://" + (where % pool.port if "%d" in where else where)
    body = b'{"method": "getwork", "params": [], "id":0}\r\n'
    request = (f"POST / HTTP/1.1\r\nHost: {host}\r\nAccept: */*\r\nContent-Type: application/json\r\n"
               f"Content-Length: {len(body)}\r\nX-Mining-Extensions: midstate\r\n\r\n").encode() + body
    with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for i in range(0, len(request), piece):
            sock.sendall(request[i:i + piece])
        head, _, text = drain(sock).decode().partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    answer = json.loads(text)
    assert status == "HTTP/1.0 200 OK" and headers["Content-Type"] == "application/json"
    assert headers["X-Stratum"] == where and int(headers["Content-Length"]) == len(text)
    assert answer["id"] == 0 and answer["result"] is None and where in answer["error"]["message"]


def test_a_request_without_newline_is_answered(pool):
    with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
        sock.sendall(b'{"id":1,"method":"mining.ping"}\n{"id":2,"method":"mining.ping"}')
        sock.shutdown(socket.SHUT_WR)
        assert drain(sock) == b''.join(b'{"id":%d,"result":"pong","error":null}\n' % id for id in (1, 2))


def resident_bytes(pid):
    return int(pathlib.Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def send_all(sock, data):
    try:
        sock.sendall(data)
    except OSError:
        pass  # closed on the way: just what is wanted


def test_abuse_harms_nobody_else(pool):
    pid = pool.role_pid("stratum")
    acks = pool.world.dir / "acks.log"
    honest = pool.world.add(start_miner(pool, pool.user, pool.world.dir, "--log-acks", acks, rate=20, name="honest"))
    until(lambda: acks.exists() and acks.stat().st_size, "first share of the honest miner")
    try:
        before = None
        for _ in range(2):
            for name, data in CLOSED.items():
                with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
                    sender = threading.Thread(target=send_all, args=(sock, data))
                    sender.start()
                    received = drain(sock)
                    sender.join()
                    assert SAYS.get(name, b"") in received, (name, received)
            before = before or resident_bytes(pid)
        slow = [socket.create_connection(("127.0.0.1", pool.port), 20) for _ in range(100)]
        for letter in b'{"id":1,"method":"mining.ping"}\n':
            for sock in slow:
                sock.send(bytes([letter]))
        for sock in slow:
            assert sock.recv(100) == b'{"id":1,"result":"pong","error":null}\n'
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            sock.close()
        assert resident_bytes(pid) - before < 32 << 20
    finally:
        honest.stop()
    summary = honest.summary()
    assert pool.role_pid("stratum") == pid
    assert summary["accepted"] > 0 and summary["reconnects"] == 0, summary
    assert summary["rejected"] == summary.get("stale", 0), summary


def test_who_never_reads_is_left(pool):
    with socket.create_connection(("127.0.0.1", pool.port), 20) as sock:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        with pytest.raises(OSError):  # the pool gives up long before we have sent this
            for _ in range(2000):
                sock.sendall(b'{"id":1,"method":"mining.ping"}\n' * 1000)
