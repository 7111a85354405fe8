"""`kozan journal replay`: the disk of a dead machine is brought into the database, and counted once however often."""
import json
import os
import shutil
import signal
import sqlite3
import subprocess

import pytest

from kit.miner import mine, start_miner
from kit.pool import KOZAN
from kit.wait import until


def journal(*args):
    return subprocess.run([KOZAN, "journal", *map(str, args)], capture_output=True, text=True, timeout=60)


def replay(pool, folder, *args):
    done = journal("replay", folder, "-c", pool.config, "--json", *args)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def stored(pool):
    return pool.sql("SELECT COALESCE(SUM(shares), 0) AS n, COALESCE(SUM(work), 0) AS work FROM batch")[0]


@pytest.fixture
def dead(world, users):
    """A pool killed under load, whose database is older than its journal; the node's folder lies elsewhere."""
    a, b = world.nodes()
    pool = world.pool([a, b], payout="{enabled: false}")
    pool.user, pool.node = users(b)["bech32"], b
    acks = world.dir / "acks.log"
    miner = world.add(start_miner(pool, pool.user + ".w", world.dir, "--log-acks", acks, workers=2, rate=60))

    def acknowledged():
        return len(acks.read_text().splitlines()) if acks.exists() else 0

    until(lambda: acknowledged() > 30 and stored(pool)["n"] > 0, "shares")
    assert journal("replay", "-c", pool.config).returncode == 1  # while it runs
    with sqlite3.connect(pool.data / "kozan.db") as live, sqlite3.connect(world.dir / "old.db") as old:
        live.backup(old)
    n = acknowledged()
    until(lambda: acknowledged() > n + 60, "shares that the backup does not have")
    for pid in [pool.process.pid, *(pool.role_pid(role) for role in ("stratum", "ledger", "web"))]:
        os.kill(pid, signal.SIGKILL)
    pool.process.wait()
    miner.stop()
    for path in pool.data.glob("kozan.db*"):
        path.unlink()
    shutil.copy(world.dir / "old.db", pool.data / "kozan.db")
    pool.dead = world.dir / "dead"
    (pool.data / "stratum").rename(pool.dead)
    pool.acknowledged, pool.unanswered = acknowledged(), miner.summary()["unanswered"]
    return pool


def find_blocks(pool, count):
    """That many more blocks are found, and none waits for its round to be closed."""
    known = len(pool.blocks())
    mine(pool, pool.user + ".w", "--blocks", count, rate=10)
    until(lambda: len(pool.blocks()) >= known + count, "blocks in the database")
    pool.node.generate(8, pool.node.wallet("users").getnewaddress())
    until(lambda: pool.blocks(2) and not pool.blocks(1), "credited blocks", timeout=120)


def totals(folder):
    return json.loads(journal("verify", folder, "--json").stdout)


def test_the_journal_of_a_dead_node(world, dead):
    pool, whole, before = dead, totals(dead.dead), stored(dead)
    assert pool.acknowledged <= whole["shares"] <= pool.acknowledged + pool.unanswered
    dry = replay(pool, pool.dead, "--dry-run")
    assert dry["dry_run"] and dry["shares"] == whole["shares"] - before["n"] > 0
    assert dry["work"] == whole["work"] - before["work"] and stored(pool) == before

    first = replay(pool, pool.dead)
    assert (first["shares"], first["work"], first["lost"]) == (dry["shares"], dry["work"], 0)
    assert stored(pool) == {"n": whole["shares"], "work": whole["work"]}

    def again():
        done = replay(pool, pool.dead / "journal")
        assert done["shares"] == done["work"] == 0
        return done["node_ended"] or first["node_ended"]

    until(again, "end of the dead node", every=0.5)
    assert stored(pool) == {"n": whole["shares"], "work": whole["work"]}
    assert [row["state"] for row in pool.sql("SELECT state FROM node")] == [2]
    # A new node on the old database: nothing waits for the dead one.
    pool.start()
    find_blocks(pool, 2)


def test_late_work_of_a_node_that_was_written_off(world, dead):
    pool, whole = dead, totals(dead.dead)
    pool.run("node", "write-off", "0", "--reason", "lost for good, as we thought")
    pool.start()
    find_blocks(pool, 2)
    paid = pool.sql("SELECT id, round_work FROM block WHERE state = 2 ORDER BY id")
    until(lambda: pool.audit("--no-wallet")["facts"].get("journal_unflushed") == 0, "end of flushing", every=0.3)
    before = stored(pool)

    done = replay(pool, pool.dead)  # while the other node runs
    assert done["shares"] > 0 and done["late_shares"] == done["shares"] and not done["node_ended"]
    assert stored(pool) == {"n": before["n"] + done["shares"], "work": before["work"] + done["work"]}
    assert replay(pool, pool.dead)["shares"] == 0
    assert pool.sql("SELECT id, round_work FROM block WHERE state = 2 ORDER BY id") == paid
    # It counts in the next round, beside what was mined for that.
    find_blocks(pool, 1)
    more = [b for b in pool.blocks(2) if b["id"] > paid[-1]["id"]]
    assert more[0]["round_work"] >= done["work"]


def test_whose_journal_it_is(world, dead):
    pool = dead
    identity = json.loads((pool.dead / "node.json").read_text())
    done = journal("replay", pool.dead, "-c", pool.config, "--node", "7")
    assert done.returncode == 1 and "of node 0, not 7" in done.stderr
    (pool.dead / "node.json").write_text(json.dumps({**identity, "uuid": "0" * 36}))
    done = journal("replay", pool.dead, "-c", pool.config)
    assert done.returncode == 1 and "another database" in done.stderr
    (pool.dead / "node.json").unlink()
    done = journal("replay", pool.dead, "-c", pool.config)
    assert done.returncode == 1 and "--node ID" in done.stderr
    done = journal("replay", pool.dead, "-c", pool.config, "--node", "7")
    assert done.returncode == 1 and "other nodes" in done.stderr
    assert replay(pool, pool.dead, "--node", "0", "--dry-run")["shares"] > 0
    assert journal("replay", pool.dead).returncode == 2  # no configuration
