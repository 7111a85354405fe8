"""Payouts and orphans on a real chain: the ledger is killed at every step, and everybody is paid once.

Only the ledger role runs. The work and the found blocks are written straight into the database, as a stratum node would
have left them.
"""
import pytest

from kit.ledger import (BOOK_AVAILABLE, BOOK_COINBASE, BOOK_NETWORK_FEE, BOOK_PAID, BOOK_PAYING, BROADCAST, CONFIRMED,
                        CONFLICTED, IMMATURE, MATURE, ORPHAN, PLANNED, SIGNED, Ledger, units)
from kit.process import Process
from kit.wait import until


@pytest.fixture
def ledger(world, users):
    a, b = world.nodes()
    payout = "{minimum: 1, interval: 1s, confirmations: 3}"
    pool = world.pool([a], start=False, payout=payout)
    if b"KOZAN_CRASH_AT" not in pool.kozan.read_bytes():
        pytest.skip("this kozan has no crash points: build it with -Dcrash_points=true")
    addresses = users(b)
    return world.add(Ledger(pool, a, b, [addresses["bech32"], addresses["legacy"]]))


def test_killed_at_every_step(ledger):
    block, reward = ledger.find_block([30, 10])
    fee = reward // 100
    parts = [(reward - fee) * 3 // 4, (reward - fee) // 4]
    ledger.start()
    ledger.wait_for_block(block, IMMATURE)
    ledger.mine(99)  # 100 confirmations: the wallet wants one more
    until(lambda: ledger.one("SELECT confirmations FROM block") == 100, "last look at the immature block")
    ledger.stop()
    assert ledger.block_state(block) == IMMATURE
    ledger.mine(1)

    ledger.kill_at("payout_planned")
    assert ledger.block_state(block) == MATURE
    assert ledger.payout()["state"] == PLANNED
    assert ledger.wallet.listlockunspent() == []

    ledger.kill_at("payout_built")
    [plan] = ledger.pool.payouts()
    assert plan["state"] == PLANNED
    assert len(ledger.wallet.listlockunspent()) == 1
    assert ledger.a.rpc.getrawmempool() == []

    ledger.kill_at("payout_stored")
    [payout] = ledger.pool.payouts()
    assert payout["state"] == SIGNED
    assert ledger.a.rpc.getrawmempool() == []

    ledger.a.stop()  # it forgets its locks
    ledger.a.start()
    ledger.b.connect(ledger.a)
    ledger.kill_at("payout_sent")
    assert ledger.pool.payouts()[0]["state"] == SIGNED
    assert ledger.a.rpc.getrawmempool() == [payout["txid"]]

    ledger.kill_at("payout_noted")
    assert ledger.pool.payouts()[0]["state"] == BROADCAST
    assert ledger.a.rpc.getrawmempool() == [payout["txid"]]

    ledger.mine(2)
    ledger.start()
    until(lambda: ledger.pool.payouts()[0]["confirmations"] == 2, "two confirmations")
    ledger.stop()
    ledger.mine(1)
    ledger.kill_at("payout_confirming")
    assert ledger.pool.payouts()[0]["state"] == BROADCAST
    ledger.start()
    until(lambda: ledger.pool.payouts()[0]["state"] == CONFIRMED, "confirmed payout")

    next_block, _ = ledger.find_block([1, 0])  # the ledger goes on, and has nothing else to pay
    ledger.wait_for_block(next_block, IMMATURE)
    ledger.assert_reconciled()
    ledger.stop()
    [last] = ledger.pool.payouts()
    assert (last["raw_tx"], last["txid"]) == (payout["raw_tx"], payout["txid"])
    assert ledger.received() == parts
    assert ledger.book(BOOK_PAID) == reward - fee
    assert (ledger.book(BOOK_AVAILABLE), ledger.book(BOOK_PAYING)) == (0, 0)
    assert ledger.book(BOOK_NETWORK_FEE) == -units(ledger.wallet.gettransaction(payout["txid"])["fee"])
    assert ledger.one("SELECT sum(amount) FROM entry") == 0
    assert ledger.pool.audit()["ok"]


def test_orphan(ledger):
    ledger.b.rpc.setnetworkactive(False)
    orphan, _ = ledger.find_block([1, 1])
    ledger.start()
    ledger.wait_for_block(orphan, IMMATURE)
    ledger.b.generate(7, ledger.b.wallet("users").getnewaddress())
    ledger.b.rpc.setnetworkactive(True)
    ledger.b.connect(ledger.a)
    ledger.wait_for_block(orphan, ORPHAN)
    assert ledger.book(BOOK_COINBASE) == 0

    later, reward = ledger.find_block([2, 0])
    ledger.wait_for_block(later, IMMATURE)
    rest = reward - reward // 100
    credits = ledger.pool.sql("SELECT work, amount FROM credit JOIN block ON block.id = block_id WHERE hash = ?"
                              " ORDER BY work", later)
    assert credits == [{"work": 1, "amount": rest // 4}, {"work": 3, "amount": rest * 3 // 4}]
    ledger.stop()


def test_coins_spent_by_hand(ledger):
    """The coins of a payout that was stored and never sent are gone: after three blocks its money is back in the books,
    and the miners are paid from other coins."""
    first, reward = ledger.find_block([1, 1])
    ledger.start()
    ledger.wait_for_block(first, IMMATURE)
    ledger.stop()
    ledger.mine(100)
    ledger.kill_at("payout_stored")
    ledger.a.stop()  # it forgets its locks
    ledger.a.start()
    ledger.b.connect(ledger.a)
    ledger.wallet.sendtoaddress(ledger.wallet.getnewaddress(), ledger.wallet.getbalance(), "", "", True)

    ledger.start()
    until(lambda: "payout_not_taken" in ledger.process.tail(), "complaint about the payout")
    assert len(ledger.pool.payouts()) == 1
    ledger.mine(3)
    until(lambda: len(ledger.pool.payouts()) == 2, "second payout")
    until(lambda: ledger.pool.payouts()[1]["state"] == BROADCAST, "second payout to be sent")
    in_mempool = ledger.pool.payouts()[1]["txid"]
    assert ledger.a.rpc.getrawmempool() == [in_mempool]
    ledger.mine(3)
    until(lambda: ledger.pool.payouts()[1]["state"] == CONFIRMED, "second payout to be confirmed")
    assert ledger.pool.payouts()[0]["state"] == CONFLICTED
    assert ledger.received() == [(reward - reward // 100) // 2] * 2
    ledger.stop()


def test_standby_takes_over(ledger, world):
    """Two ledgers on one database: one leads; when it stops, the other does, and pays what is due."""
    folder = ledger.pool.dir
    config = folder / "standby.yaml"
    config.write_text(ledger.pool.config.read_text().replace(
        f'data_dir: "{folder}/data"', f'data_dir: "{folder}/standby"\nstore: {{path: "{folder}/data/kozan.db"}}'))
    block, _ = ledger.find_block([1, 1])
    ledger.start()
    ledger.wait_for_block(block, IMMATURE)
    argv = [ledger.pool.kozan, "run", "-c", config, "--role", "ledger"]
    standby = world.add(Process("standby", argv, folder / "standby.log"))
    until(lambda: "standing_by" in standby.tail(), "standby")
    ledger.stop()
    until(lambda: "leading" in standby.tail(), "standby to lead")
    ledger.mine(100)
    until(lambda: ledger.pool.payouts() and ledger.pool.payouts()[0]["state"] == BROADCAST, "payout")
    assert standby.stop() == 0
