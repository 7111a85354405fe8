"""The chain is rewritten behind what was credited, matured or paid: nobody is paid twice, nothing waits for ever."""
import pytest

from kit.ledger import (BOOK_AVAILABLE, BOOK_COINBASE, BOOK_PAID, BROADCAST, CONFIRMED, CONFLICTED, IMMATURE, MATURE,
                        ORPHAN, Ledger)
from kit.node import in_sync
from kit.wait import until


@pytest.fixture
def ledger(world, users):
    a, b = world.nodes()
    pool = world.pool([a], start=False, payout="{minimum: 1, interval: 1s, confirmations: 2}")
    addresses = users(b)
    return world.add(Ledger(pool, a, b, [addresses["bech32"], addresses["legacy"]]))


def on_both(ledger, method, *args):
    for node in (ledger.a, ledger.b):
        getattr(node.rpc, method)(*args)
    in_sync(ledger.a, ledger.b)


def credits(ledger, block):
    return [row["amount"] for row in ledger.pool.sql(
        "SELECT c.amount FROM credit c JOIN block b ON b.id = c.block_id JOIN account a ON a.id = c.account_id"
        " WHERE b.hash = ? ORDER BY a.id", block)]


def test_a_block_returns_below_one_that_matured(ledger):
    """An orphan's work was paid by the next block, which matured; then the first branch wins after all."""
    ledger.pool.run("payout", "pause", "test")
    first, reward = ledger.find_block([3, 1])
    ledger.start()
    ledger.wait_for_block(first, IMMATURE)
    height = ledger.a.height
    on_both(ledger, "invalidateblock", first)
    ledger.mine(8)
    other = ledger.a.rpc.getblockhash(height)
    ledger.wait_for_block(first, ORPHAN)
    lost, lost_reward = ledger.find_block([0, 4])
    ledger.wait_for_block(lost, IMMATURE)
    rest = lost_reward - lost_reward // 100
    assert credits(ledger, lost) == [rest * 3 // 8, rest - rest * 3 // 8]
    ledger.mine(100)
    ledger.wait_for_block(lost, MATURE)

    on_both(ledger, "invalidateblock", other)
    on_both(ledger, "reconsiderblock", first)
    assert ledger.a.height == height
    ledger.mine(130)
    later, later_reward = ledger.find_block([1, 0])
    ledger.wait_for_block(first, MATURE)
    ledger.wait_for_block(later, IMMATURE)
    assert ledger.block_state(lost) == MATURE
    rest = reward - reward // 100
    assert credits(ledger, first) == [rest * 3 // 4, rest // 4]
    assert credits(ledger, later) == [later_reward - later_reward // 100]
    assert ledger.book(BOOK_COINBASE) == -(reward + lost_reward + later_reward)
    until(lambda: "mature_block_lost" in ledger.process.tail(10000), "alarm")
    ledger.pool.run("payout", "bear-loss", lost, "--reason", "deep reorganisation")
    assert ledger.book(BOOK_COINBASE) == -(reward + later_reward)
    ledger.assert_reconciled()
    ledger.stop()
    assert ledger.pool.audit()["ok"]


def test_a_confirmed_payout_leaves_the_chain_and_is_there_again(ledger):
    """The block of a confirmed payout is gone; the stored transaction is sent again, and nothing else."""
    ledger.earn([1, 1])
    ledger.start()
    ledger.wait_for_payout(BROADCAST)
    ledger.mine(1)
    block = ledger.a.tip
    ledger.mine(3)
    paid = ledger.wait_for_payout(CONFIRMED)
    on_both(ledger, "invalidateblock", block)
    until(lambda: "payout_resent" in ledger.process.tail(10000), "the payout to be sent again")
    until(lambda: ledger.payout()["confirmations"] == 0, "a payout without a block")
    assert ledger.a.rpc.getrawmempool() == [paid["txid"]]
    ledger.mine(6)
    until(lambda: ledger.payout()["confirmations"] == 6, "the payout in the new chain")
    assert ledger.payout()["txid"] == paid["txid"]
    refused = ledger.pool.run("payout", "repay", str(paid["id"]), "--reason", "test")
    assert "Ordered" in refused.stdout
    until(lambda: "payout_not_repaid" in ledger.process.tail(10000), "refusal")
    ledger.assert_reconciled()
    ledger.stop()
    assert len(ledger.pool.payouts()) == 1
    assert ledger.pool.audit()["ok"]


def test_a_confirmed_payout_whose_coins_are_gone(ledger):
    """The chain is rewritten behind the block that a payout was paid from. The operator decides: the pool bears the loss,
    and the miners are paid from other coins."""
    lost, reward = ledger.earn([1, 1])
    ledger.start()
    ledger.wait_for_payout(BROADCAST)
    ledger.mine(2)
    gone = ledger.wait_for_payout(CONFIRMED)
    on_both(ledger, "invalidateblock", lost)
    users = ledger.b.wallet("users")
    ledger.mine(110)
    users.sendtoaddress(ledger.wallet.getnewaddress(), 60)
    until(lambda: ledger.a.rpc.getrawmempool(), "the deposit")
    ledger.mine(1)
    until(lambda: "payout_undone" in ledger.process.tail(10000), "alarm")
    until(lambda: (ledger.pool.status()["payouts_paused"] or {}).get("who") == "chain", "pause")
    assert ledger.book(BOOK_PAID) == reward - reward // 100
    ledger.pool.run("payout", "bear-loss", lost, "--reason", "deep reorganisation")
    ledger.pool.run("payout", "repay", str(gone["id"]), "--reason", "deep reorganisation")
    until(lambda: len(ledger.pool.payouts()) == 2, "another payout")
    ledger.wait_for_payout(BROADCAST)
    assert ledger.payout(0)["state"] == CONFLICTED
    ledger.wait_for_received([(reward - reward // 100) // 2] * 2)
    ledger.mine(2)
    ledger.wait_for_payout(CONFIRMED)
    ledger.pool.run("payout", "acknowledge", "all", "--reason", "deposit")
    ledger.assert_reconciled()
    until(lambda: not ledger.pool.status()["payouts_paused"], "the end of the pause")
    ledger.stop()
    assert ledger.book(BOOK_AVAILABLE) == 0 and len(ledger.pool.payouts()) == 2
    assert ledger.pool.audit()["ok"]
