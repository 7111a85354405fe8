"""Payouts when something fails: answers that do not come, a locked wallet, too few coins, a lost block; and all of the
operator's commands. Everybody is paid once, nobody is forgotten, and the wallet holds what the ledger says."""
import pytest

from kit.ledger import (BOOK_AVAILABLE, BOOK_COLD, BOOK_FEE, BOOK_OPERATOR, BOOK_PAID, BROADCAST, COIN,
                        CONFIRMED, IMMATURE, MATURE, PLANNED, REFUSED, WAITING, Ledger, units)
from kit.wait import until
from kit.wallet_proxy import WalletProxy

MANUAL = "{minimum: 20000, threshold_min: 1, threshold_max: 100000, interval: 1s, confirmations: 2, approve_above: 5}"


@pytest.fixture
def make(world, users):
    """A ledger that pays by these rules; payouts only by hand unless said otherwise."""
    def make(payout=MANUAL, wallet="{name: pool}", proxied=False):
        a, b = world.nodes()
        proxy = world.add(WalletProxy(a.rpc_port)) if proxied else None
        if proxy:
            wallet = f'{{name: pool, url: "http://127.0.0.1:{proxy.port}"}}'
        pool = world.pool([a], start=False, payout=payout, wallet=wallet)
        if b"KOZAN_CRASH_AT" not in pool.kozan.read_bytes():
            pytest.skip("this kozan has no crash points: build it with -Dcrash_points=true")
        addresses = users(b)
        ledger = world.add(Ledger(pool, a, b, [addresses["bech32"], addresses["legacy"]]))
        ledger.proxy = proxy
        return ledger
    return make


def pay(ledger, amount, to=0):
    return ledger.pool.run("payout", "now", ledger.miners[to], str(amount))


def test_answers_that_do_not_come(make):
    """The daemon did what it was asked; we were never told."""
    ledger = make(proxied=True)
    ledger.earn([1, 1])
    ledger.start()
    for count, method in enumerate(("fundrawtransaction", "signrawtransactionwithwallet", "sendrawtransaction",
                                    "lockunspent", "createrawtransaction", "decoderawtransaction"), 1):
        ledger.proxy.swallow(method, 2)  # a second try on another connection gets no answer either
        if method == "lockunspent":  # there is something to unlock
            ledger.wallet.lockunspent(False, [{key: ledger.wallet.listunspent()[0][key] for key in ("txid", "vout")}])
        pay(ledger, 1)
        ledger.wait_for_payout(BROADCAST)
        assert method in ledger.proxy.swallowed
        ledger.wait_for_received([count * COIN, 0])
        ledger.mine(2)
        ledger.wait_for_payout(CONFIRMED)
    assert len(ledger.pool.payouts()) == count
    ledger.assert_reconciled()
    ledger.stop()
    assert ledger.pool.audit()["ok"]


def test_killed_while_replacing(make):
    """A replacement that was not stored is never sent; one that was stored is paid instead of the old one."""
    ledger = make()
    ledger.earn([1, 1])
    pay(ledger, 3)
    ledger.kill_at("payout_sent")
    old = ledger.payout()
    order = ["payout", "replace", str(old["id"]), "--reason", "fee too low"]
    ledger.pool.run(*order)
    ledger.start()  # the daemon does not take another one while it has this one
    until(lambda: "payout_put_back" in ledger.process.tail(), "return of the old transaction")
    ledger.wait_for_payout(BROADCAST)
    ledger.stop()
    assert ledger.payout()["txid"] == old["txid"]

    ledger.a.stop()
    ledger.a.args.append("-mempoolreplacement=1")
    ledger.a.start()
    ledger.b.connect(ledger.a)
    ledger.pool.run(*order)
    ledger.kill_at("payout_replacing")
    assert ledger.payout()["txid"] == old["txid"]
    ledger.kill_at("payout_replaced")
    new = ledger.payout()
    assert new["txid"] != old["txid"]
    ledger.start()
    ledger.wait_for_payout(BROADCAST)
    until(lambda: ledger.a.rpc.getrawmempool() == [new["txid"]], "replacement in the memory pool")
    ledger.mine(2)
    ledger.wait_for_payout(CONFIRMED)
    assert ledger.received() == [3 * COIN, 0]
    assert old["txid"] in ledger.ask("payout", "show", str(old["id"]))["replaced"]
    ledger.assert_reconciled()
    ledger.stop()
    assert ledger.pool.audit()["ok"]


def test_the_operators_desk(make):
    """Approval, refusal, pause, thresholds, a plan, a deposit; and the statement tells of all."""
    ledger = make()
    _, reward = ledger.earn([3, 1])
    alice, bob = ledger.miners
    run = ledger.pool.run
    assert "only" in run("payout", "now", alice, "1000", check=False).stderr
    assert run("payout", "refuse", "1", check=False).returncode == 2  # no reason
    assert "no payout 7" in run("payout", "approve", "7", check=False).stderr

    run("payout", "now", alice, "6")
    run("payout", "now", bob, "7")
    run("payout", "now", bob, "2")
    assert [p["state"] for p in ledger.pool.payouts()] == [WAITING, WAITING, PLANNED]
    run("payout", "pause", "looks odd")
    assert ledger.pool.status()["payouts_paused"]["reason"] == "looks odd"
    ledger.start()
    until(lambda: "payouts_paused" in ledger.process.tail(), "pause")
    assert ledger.a.rpc.getrawmempool() == []
    run("payout", "approve", "1")
    run("payout", "refuse", "2", "--reason", "asked twice")
    run("payout", "resume")
    ledger.wait_for_payout(BROADCAST, 0)
    ledger.wait_for_payout(BROADCAST, 2)
    assert ledger.payout(1)["state"] == REFUSED
    ledger.mine(2)
    ledger.wait_for_payout(CONFIRMED, 2)
    assert ledger.received() == [6 * COIN, 2 * COIN]

    plan = ledger.ask("payout", "plan")
    assert plan["dues"] == [] and plan["last_ms"] is None
    run("account", "set", bob, "threshold", "1.5")
    assert "between" in run("account", "set", bob, "threshold", "0.5", check=False).stderr
    until(lambda: len(ledger.pool.payouts()) == 4, "payout by threshold")
    ledger.wait_for_payout(WAITING)  # more than five coins
    run("account", "set", bob, "threshold", "default")
    run("payout", "refuse", "4", "--reason", "later")

    ledger.b.wallet("users").sendtoaddress(ledger.wallet.getnewaddress(), 1)
    ledger.b.generate(1, ledger.b.wallet("users").getnewaddress())
    flagged = until(lambda: ledger.ask("payout", "reconcile")["unexplained_transactions"], "flagged deposit")
    assert [t["amount"] for t in flagged] == ["1.00000000"]
    run("payout", "acknowledge", flagged[0]["txid"], "--reason", "top-up")
    assert ledger.book(BOOK_OPERATOR) == -COIN
    ledger.mine(1)
    assert until(lambda: ledger.assert_reconciled()["unexplained"] == "0.00000000", "nothing unexplained")

    rows = ledger.ask("account", "statement", alice)
    assert [r["kind"] for r in rows] == ["credit", "mature", "payout", "paid"]
    part = (reward - reward // 100) * 3 // 4
    assert units_of(rows[-1]["balance"]) == part - 6 * COIN
    months = ledger.pool.run("account", "statement", alice, "--by", "month").stdout.splitlines()
    assert months[0] == "time,immature,available,paying,paid,network_fee,fee,donation,balance" and len(months) == 2
    kinds = [e["kind"] for e in ledger.pool.sql("SELECT kind FROM event")]
    for kind in ("payouts_paused", "payouts_resumed", "payout_approved", "payout_refused", "payout_ordered",
                 "wallet_tx_unexplained", "wallet_tx_acknowledged", "account_threshold"):
        assert kind in kinds
    ledger.stop()
    assert ledger.pool.audit()["ok"]


def units_of(text):
    whole, part = text.split(".")
    return int(whole) * COIN + int(part)


def test_locked_wallet_and_too_few_coins(make):
    """An encrypted wallet without its passphrase, then with; coins that are taken away and come back."""
    ledger = make()
    ledger.earn([1, 1])
    ledger.wallet.encryptwallet("secret")
    pay(ledger, 4)
    ledger.start()
    until(lambda: "passphrase" in ledger.process.tail(), "complaint about the locked wallet")
    ledger.stop()
    assert ledger.payout()["state"] == PLANNED
    config = ledger.pool.config
    config.write_text(config.read_text().replace("wallet: {name: pool}", "wallet: {name: pool, passphrase: secret}"))
    ledger.start()
    ledger.wait_for_payout(BROADCAST)
    ledger.mine(2)
    ledger.wait_for_payout(CONFIRMED)
    assert ledger.wallet.getwalletinfo()["unlocked_until"] == 0

    users = ledger.b.wallet("users")
    ledger.wallet.walletpassphrase("secret", 60)
    ledger.wallet.sendtoaddress(users.getnewaddress(), ledger.wallet.getbalance(), "", "", True)
    ledger.wallet.walletlock()
    ledger.mine(1)
    pay(ledger, 4, to=1)
    until(lambda: "must keep" in ledger.process.tail(), "complaint about the empty wallet")
    assert ledger.payout()["state"] == PLANNED
    until(lambda: (ledger.pool.status()["payouts_paused"] or {}).get("who") == "wallet", "pause")
    assert "less than the ledger promises" in ledger.pool.run("payout", "list").stdout
    ledger.pool.run("payout", "acknowledge", "all", "--reason", "moved by hand")
    until(lambda: not ledger.pool.status()["payouts_paused"], "the end of the pause")
    assert ledger.payout()["state"] == PLANNED
    users.sendtoaddress(ledger.wallet.getnewaddress(), 20)
    until(lambda: ledger.b.rpc.getrawmempool(), "deposit")
    ledger.b.generate(1, users.getnewaddress())
    ledger.wait_for_payout(BROADCAST)
    ledger.wait_for_received([4 * COIN, 4 * COIN])
    assert len(ledger.pool.payouts()) == 2
    ledger.assert_reconciled()
    ledger.stop()


def test_miners_pay_the_fee_and_the_cold_wallet_is_filled(make):
    """The fee comes off the payments to the last unit; what is too much goes to the cold address, killed on the way."""
    ledger = make("{minimum: 1, interval: 1s, confirmations: 2, fee_payer: miners}")
    users = ledger.b.wallet("users")
    cold = users.getnewaddress("", "bech32")
    config = ledger.pool.config
    config.write_text(config.read_text().replace(
        "wallet: {name: pool}", f"wallet: {{name: pool, hot_limit: 30, cold_address: {cold}}}"))
    block, reward = ledger.find_block([1, 1])
    ledger.a.generate(1, ledger.address)  # coins of the operator's
    ledger.start()
    ledger.wait_for_block(block, IMMATURE)
    ledger.stop()
    ledger.mine(100)
    ledger.kill_at("payout_stored")
    ledger.start()
    until(lambda: len(ledger.pool.payouts()) >= 2, "payout and sweep")
    for _ in range(2):
        until(lambda: all(p["state"] >= BROADCAST for p in ledger.pool.payouts()), "all to be sent")
        ledger.mine(2)
    until(lambda: all(p["state"] == CONFIRMED for p in ledger.pool.payouts()), "all to be confirmed")
    by_kind = {p["kind"]: p for p in ledger.pool.payouts()}
    paid, swept = by_kind[1], by_kind[3]
    assert paid["miner_fee"] == paid["network_fee"] > 0
    assert sum(ledger.received()) == paid["total"] - paid["network_fee"] == ledger.book(BOOK_PAID)
    assert abs(ledger.received()[0] - ledger.received()[1]) <= 1
    assert units(users.getreceivedbyaddress(cold)) == swept["total"] == ledger.book(BOOK_COLD)
    assert ledger.wallet.getbalance() <= 30
    ledger.assert_reconciled()
    ledger.stop()
    assert ledger.pool.audit()["ok"]


def test_mature_block_is_lost(make):
    """The chain is rewritten behind a mature block: payouts pause until the operator lets the pool bear the loss."""
    ledger = make("{minimum: 1, interval: 1s, confirmations: 2}")
    ledger.pool.run("payout", "pause", "test")
    lost, reward = ledger.earn([1, 1])
    users = ledger.b.wallet("users")
    ledger.a.rpc.invalidateblock(lost)
    ledger.b.rpc.invalidateblock(lost)
    ledger.b.generate(102, users.getnewaddress())
    users.sendtoaddress(ledger.wallet.getnewaddress(), 60)
    ledger.b.generate(1, users.getnewaddress())
    ledger.b.connect(ledger.a)
    until(lambda: ledger.a.tip == ledger.b.tip, "the other chain")
    ledger.pool.run("payout", "resume")
    ledger.start()
    until(lambda: "mature_block_lost" in ledger.process.tail(), "alarm")
    assert ledger.pool.payouts() == []
    ledger.pool.run("payout", "bear-loss", lost, "--reason", "deep reorganisation")
    ledger.wait_for_payout(BROADCAST)
    ledger.wait_for_received([(reward - reward // 100) // 2] * 2)
    assert ledger.book(BOOK_FEE) == reward // 100 - reward
    assert ledger.block_state(lost) == MATURE
    ledger.assert_reconciled()
    ledger.stop()
    assert ledger.book(BOOK_AVAILABLE) == 0
