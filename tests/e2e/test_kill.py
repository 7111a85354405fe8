"""kill -9 of each role, and of the whole pool, under load: each acknowledged share is in the database exactly once."""
import os
import signal

import pytest

from kit.miner import start_miner
from kit.wait import until


def acknowledged(world):
    """Work by hash of the block header, as the miners wrote it down."""
    path = world.dir / "acks.log"
    return [line.split()[3] for line in path.read_text().splitlines()] if path.exists() else []


def shares_in_database(pool):
    return pool.sql("SELECT COALESCE(SUM(shares), 0) AS n FROM batch")[0]["n"]


def settle(pool):
    until(lambda: pool.audit("--no-wallet")["facts"].get("journal_unflushed") == 0, "end of flushing", every=0.3)


def check_exactly_once(world, pool, miner):
    miner.stop()
    summary = miner.summary()
    settle(pool)
    acks = acknowledged(world)
    assert len(acks) == len(set(acks)) == summary["accepted"]
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit
    # An answer may be lost with the process that owed it: that share is stored, and not acknowledged.
    stored = shares_in_database(pool)
    assert len(acks) <= stored <= len(acks) + summary["unanswered"]
    assert stored == audit["facts"]["journal_shares"]
    return summary


@pytest.fixture
def busy(world, users):
    a, b = world.nodes()
    pool = world.pool([a, b], payout="{enabled: false}")
    miner = world.add(start_miner(pool, users(b)["bech32"] + ".w", world.dir, "--log-acks",
                                  world.dir / "acks.log", workers=4, rate=60))
    until(lambda: len(acknowledged(world)) >= 30, "shares")
    pool.node = b
    return pool, miner


def test_the_stratum_role_is_killed(world, busy):
    pool, miner = busy
    for _ in range(3):
        pool.kill_role("stratum")
        n = len(acknowledged(world))
        until(lambda: len(acknowledged(world)) >= n + 30, "shares after the kill")
    summary = check_exactly_once(world, pool, miner)
    assert summary["reconnects"] >= 3


@pytest.mark.parametrize("role", ["ledger", "web"])
def test_another_role_is_killed(world, busy, role):
    pool, miner = busy
    for _ in range(3):
        dead = pool.kill_role(role)
        until(lambda: pool.role_pid(role) not in (None, dead), "the role again")
        n = len(acknowledged(world))
        until(lambda: len(acknowledged(world)) >= n + 20, "shares after the kill")
    until(lambda: pool.http_status("/", pool.web_port) == 200, "the portal")
    summary = check_exactly_once(world, pool, miner)
    assert summary["reconnects"] == 0
    pool.node.generate(8, pool.node.wallet("users").getnewaddress())  # decides who lost a race
    until(lambda: not pool.blocks(1), "verdict on all blocks", timeout=120)


def test_everything_is_killed_at_once(world, busy):
    pool, miner = busy
    pids = [pool.role_pid(role) for role in ("stratum", "ledger", "web")]
    for pid in (pool.process.pid, *pids):
        os.kill(pid, signal.SIGKILL)
    pool.process.wait()
    pool.start()
    n = len(acknowledged(world))
    until(lambda: len(acknowledged(world)) >= n + 30, "shares after the start")
    check_exactly_once(world, pool, miner)


def test_when_the_supervisor_dies_its_roles_end(world, busy):
    pool, miner = busy
    pids = [pool.role_pid(role) for role in ("stratum", "ledger", "web")]
    assert all(pids)
    pool.process.kill()
    until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in pids), "end of the roles")


def test_a_clean_stop_leaves_nothing_behind(world, busy):
    pool, miner = busy
    assert pool.stop() == 0
    miner.stop()
    audit = pool.audit("--no-wallet")
    assert audit["ok"] and audit["facts"]["journal_unflushed"] == 0
    assert len(acknowledged(world)) <= shares_in_database(pool)
    assert [row["state"] for row in pool.sql("SELECT state FROM node")] == [2]  # stopped in order
