"""Ports that move their miners between coins: by hand, by profit, and nobody who cannot be paid there."""
import json

from kit.miner import Stratum, start_miner
from kit.pools import audits, blocks, rows, two_pools
from kit.wait import until

SWITCH = ", switch_to: [other]"


def wait_job_on(miner, node, after):
    """The next clean job that builds on this node's chain."""
    tip = node.tip

    def swapped(prev):  # the parent's hash as stratum shows it
        raw = bytes.fromhex(prev)
        return b"".join(raw[i:i + 4][::-1] for i in range(0, 32, 4))[::-1].hex()
    while len(miner.jobs) <= after or swapped(miner.jobs[-1].prev) != tip:
        assert miner.read() is not None, "the pool closed the connection"
    return miner.jobs[-1]


def work(pool, door):
    return sum(r["work"] for r in rows(pool, door, "batch"))


def test_by_hand_and_back_without_losing_a_share(world):
    pool = two_pools(world, port_more=SWITCH)
    first, second = pool.doors
    with Stratum(pool.port) as miner:
        job = miner.login(f"{first.address()}.rig", f"other={second.address()}")
        extranonce1 = miner.extranonce1
        assert miner.submit(job, *miner.solve(job, wants_block=False))["result"] is True
        said = pool.run("switch", "main", "other", "--reason", "to see it move").stdout
        assert "test/main work for other" in said
        moved = wait_job_on(miner, second.node, 1)
        assert moved.is_clean and moved.id != job.id and miner.extranonce1 == extranonce1
        # late work for the coin that was left counts there
        assert miner.submit(job, *miner.solve(job, wants_block=False, start=50000))["result"] is True
        assert miner.submit(moved, *miner.solve(moved, wants_block=False))["result"] is True
        until(lambda: (work(pool, first), work(pool, second)) == (2, 1), "work of both")
        assert pool.metric('kozan_pool_sessions{pool="other"}') == 1

        solved = miner.solve(moved, wants_block=True)  # a block, whose finder is paid in that coin
        assert miner.submit(moved, *solved)["result"] is True
        block = until(lambda: blocks(pool, second, 2), "credited block")[0]
        assert block["finder_address"].startswith("rltc") and not rows(pool, first, "block")

        pool.run("switch", "test/main", "test")
        known = len(miner.jobs)
        again = wait_job_on(miner, first.node, known)
        assert int(again.time, 16) > int(job.time, 16)  # the same template is new work
        assert miner.submit(again, *miner.solve(again, wants_block=False))["result"] is True
        until(lambda: work(pool, first) == 3, "work after the way back")
    listed = json.loads(pool.run("switch", "--json").stdout)
    assert [(p["port"], p["pool"], p["by"]) for p in listed] == [("test/main", "test", "hand")]
    audit = until(lambda: (found := audits(pool))["ok"] and found, "audit that finds nothing", every=0.5)
    assert len(audit["pools"]) == 2
    refused = pool.run("switch", "main", "third", check=False)
    assert refused.returncode == 1 and "works for test, other" in refused.stderr


def test_a_restart_and_who_cannot_be_moved(world):
    pool = two_pools(world, port_more=SWITCH)
    first, second = pool.doors
    pool.run("switch", "main", "other")
    pool.stop()
    pool.start()
    with Stratum(pool.port) as miner:  # a process that starts finds where its port was
        miner.login(first.address())
        wait_job_on(miner, second.node, 0)
    miner = world.add(start_miner(pool, f"{first.address()}.w", world.dir, rate=5))  # a real one is moved too
    until(lambda: work(pool, second) > 2, "work for the second coin")
    pool.run("switch", "main", "test")
    until(lambda: work(pool, first) > 2, "work for the first coin")
    assert miner.is_running()


def test_by_profit_with_hysteresis(world):
    prices = world.dir / "prices.json"
    prices.write_text('{"test": 10, "other": "10.2"}')
    pool = two_pools(world, port_more=SWITCH + ", switch_by: profit",
                     switching=f"{{prices: {prices}, interval: 1s, gain: 5%, dwell: 0s}}")
    first, second = pool.doors

    def now():
        return json.loads(pool.run("switch", "--json").stdout)[0]
    with Stratum(pool.port) as miner:
        miner.login(first.address())
        until(lambda: pool.sql("SELECT * FROM lease WHERE name = 'switching'"), "node that compares prices")
        assert now()["pool"] == "test"  # two percent are not worth it
        prices.write_text('{"test": 10, "other": "12.5"}')
        wait_job_on(miner, second.node, 1)
        row = until(lambda: now()["pool"] == "other" and now(), "port on the better coin")
        assert row["by"] == "profit" and "earns 25.0% more than test" in row["reason"]
        assert any(e["kind"] == "port_switched" for e in pool.status()["events"])

        pool.run("switch", "main", "test", "--reason", "by hand")  # holds against the prices
        known = len(miner.jobs)
        wait_job_on(miner, first.node, known)
        renewed = pool.sql("SELECT until_ms FROM lease WHERE name = 'switching'")
        until(lambda: pool.sql("SELECT until_ms FROM lease WHERE name = 'switching'") != renewed, "another comparison")
        assert (now()["pool"], now()["by"]) == ("test", "hand")
        pool.run("switch", "main", "auto")
        until(lambda: now()["pool"] == "other", "the prices again")
