"""SIGTERM in the middle of a flood of shares: what was answered "true" is in the journal and the database, and only that."""
import json
import os
import signal
import threading

import pytest

from kit.miner import Stratum, scrypt
from kit.wait import until


class Flood(threading.Thread):
    """Submits without waiting, reads answers until the connection ends, and counts the accepted ones."""

    WINDOW = 80  # unanswered at a time; the pool refuses more than 100

    def __init__(self, pool, user):
        super().__init__(daemon=True)
        self.miner = Stratum(pool.port)
        self.user, self.job = user, self.miner.login(user)
        self.window = threading.Semaphore(self.WINDOW)
        self.sent = self.accepted = self.refused = 0
        self.sender = threading.Thread(target=self.send, daemon=True)

    def send(self):
        try:
            while True:
                self.window.acquire()
                extranonce2 = f"{self.sent:016x}"
                self.sent += 1
                self.miner.send({"id": 4, "method": "mining.submit", "params": [
                    self.user, self.job.id, extranonce2, self.job.time, self.no_block(extranonce2)]})
        except OSError:
            pass

    def no_block(self, extranonce2):
        for nonce in range(1000):
            header = self.job.header(self.miner.extranonce1, extranonce2, nonce)
            if int.from_bytes(scrypt(header), "little") > self.job.block_target:
                return f"{nonce:08x}"

    def run(self):
        self.sender.start()
        try:
            while line := self.miner.file.readline():
                answer = json.loads(line)
                if answer.get("id") != 4:
                    continue
                self.accepted += answer["result"] is True
                self.refused += answer["result"] is not True
                self.window.release()
        except (OSError, ValueError):
            pass  # cut in the middle of a line: no answer
        self.window.release()
        self.sender.join(10)


@pytest.fixture
def flooded(world, users):
    a, b = world.nodes()
    pool = world.pool([a, b], payout="{enabled: false}")
    floods = [Flood(pool, f"{users(b)['bech32']}.w{n}") for n in range(4)]
    for flood in floods:
        flood.start()
    until(lambda: sum(f.accepted for f in floods) > 300, "shares")
    return pool, floods


def stored(pool):
    return pool.sql("SELECT COALESCE(SUM(shares), 0) AS n FROM batch")[0]["n"]


def test_a_stop_answers_what_came_in(flooded):
    pool, floods = flooded
    assert pool.stop() == 0
    for flood in floods:
        flood.join(20)
    audit = pool.audit("--no-wallet")
    assert audit["ok"] and audit["facts"]["journal_unflushed"] == 0, audit
    assert sum(f.refused for f in floods) == 0
    assert sum(f.accepted for f in floods) == stored(pool) == audit["facts"]["journal_shares"]


def test_miners_are_asked_to_go_elsewhere(world, users):
    """While they go, the node serves everybody, and says that it is no longer ready."""
    a, b = world.nodes()
    pool = world.pool([a, b], payout="{enabled: false}", stratum=", drain: 10s")
    user = users(b)["bech32"]
    with Stratum(pool.port) as moves, Stratum(pool.port) as stays:
        for miner, agent in ((moves, "cgminer/4.11.1"), (stays, "other/1")):
            miner.call("mining.subscribe", agent)
            miner.call("mining.authorize", user, "x")
        pid = pool.role_pid("stratum")
        os.kill(pid, signal.SIGTERM)
        while moves.read()["method"] != "client.reconnect":
            pass
        assert moves.requests[-1]["params"] == [] and moves.requests[-2]["method"] == "client.show_message"
        assert not pool.is_ready()
        with Stratum(pool.port) as late:  # the balancer had not noticed
            late.login(user)
        assert stays.call("mining.ping")["result"] == "pong"
        assert not {request["method"] for request in stays.requests} & {"client.reconnect", "client.show_message"}
        os.kill(pid, signal.SIGTERM)  # once more: it waits no longer
        while stays.read():
            pass


def test_a_restart_of_the_role_alone(flooded):
    pool, floods = flooded
    pid = pool.role_pid("stratum")
    os.kill(pid, signal.SIGTERM)
    for flood in floods:
        flood.join(20)
    until(lambda: pool.role_pid("stratum") not in (None, pid), "the role again")
    pool.wait_ready()
    assert sum(f.accepted for f in floods) == stored(pool)
    with Stratum(pool.port) as miner:
        assert miner.login(floods[0].user).id != floods[0].job.id
