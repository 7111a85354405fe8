"""The pool on a MariaDB server: paid from it, served without it, and no share counted twice when it fails."""
import decimal

import pytest

from kit.mariadb import CuttingProxy, Mariadb, MariaPool
from kit.miner import mine, start_miner
from kit.node import in_sync
from kit.wait import until
from test_kill import acknowledged, check_exactly_once


@pytest.fixture
def server(world):
    return world.add(Mariadb(world.dir / "maria")).start()


def maria_pool(world, daemons, server, **settings):
    address = daemons[0].wallet("pool").getnewaddress("", "bech32")
    return world.add(MariaPool(world.dir / "pool", daemons, address, server, **settings)).start()


def busy_miner(world, pool, address):
    miner = world.add(start_miner(pool, f"{address}.w", world.dir, "--log-acks", world.dir / "acks.log",
                                  workers=4, rate=60))
    more_shares(world, 30)
    return miner


def more_shares(world, count):
    n = len(acknowledged(world))
    until(lambda: len(acknowledged(world)) >= n + count, "more shares")


def said(pool, event):
    return pool.process.log.read_text().count(event)


def test_share_to_wallet(world, users, server):
    a, b = world.nodes()
    pool = maria_pool(world, [a, b], server)
    miner = users(b)["bech32"]
    mine(pool, f"{miner}.w", "--blocks", 3, rate=10)
    b.generate(8, b.wallet("users").getnewaddress())  # decides who lost a race
    until(lambda: not pool.blocks(1), "verdict on all blocks")
    assert pool.blocks(2)
    b.generate(105, b.wallet("users").getnewaddress())
    until(lambda: not pool.blocks(1, 2), "maturity of all blocks")
    until(lambda: [p for p in pool.payouts() if p["state"] == 3], "sent payout")
    in_sync(a, b)
    a.generate(2, b.wallet("users").getnewaddress())
    until(lambda: [p for p in pool.payouts() if p["state"] == 4], "confirmed payout")
    in_sync(a, b)
    paid = pool.sql("SELECT SUM(amount) AS n FROM entry WHERE book = 5")[0]["n"]
    assert b.wallet("users").getreceivedbyaddress(miner, 1) == decimal.Decimal(paid) / 100_000_000 > 0
    audit = pool.audit()
    assert audit["ok"], audit
    until(lambda: [p["state"] for p in pool.http_json("/api/v1/payments")["items"]] == ["confirmed"], "payment on the page")


def test_the_server_goes_away_and_hangs(world, users, server):
    a, b = world.nodes()
    pool = maria_pool(world, [a, b], server, payout="{enabled: false}")
    miner = busy_miner(world, pool, users(b)["bech32"])

    server.stop()
    until(lambda: said(pool, "database_away") >= 2, "stratum and web to notice")
    more_shares(world, 200)  # miners are served from the journal
    assert pool.http_status("/", pool.web_port) == 200  # visitors with the last numbers
    server.start()
    until(lambda: said(pool, "database_back") >= 2, "stratum and web to come back")

    server.freeze()
    more_shares(world, 150)
    assert pool.http_status("/", pool.web_port) == 200
    server.thaw()
    more_shares(world, 20)

    server.kill()  # what was committed is there after the crash
    more_shares(world, 50)
    server.start()
    more_shares(world, 20)
    summary = check_exactly_once(world, pool, miner)
    assert summary["reconnects"] == 0
    b.generate(8, b.wallet("users").getnewaddress())
    until(lambda: not pool.blocks(1), "closing of all rounds")


def test_cut_during_commit(world, users, server):
    a, b = world.nodes()
    proxy = world.add(CuttingProxy(server.port, every=5))
    pool = maria_pool(world, [a, b], server, port=proxy.port, payout="{enabled: false}")
    miner = busy_miner(world, pool, users(b)["bech32"])
    until(lambda: proxy.cuts >= 30, "cuts")
    proxy.every = 0
    summary = check_exactly_once(world, pool, miner)
    assert summary["reconnects"] == 0
    b.generate(8, b.wallet("users").getnewaddress())
    until(lambda: not pool.blocks(1), "closing of all rounds")
    assert pool.audit("--no-wallet")["ok"]
