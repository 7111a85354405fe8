"""From a share to coins in a miner's wallet: found, credited, matured, paid, confirmed; both schemes, each address kind."""
import decimal

import pytest

from kit.miner import mine
from kit.node import in_sync
from kit.wait import until

REWARDS = {"prop": '{scheme: prop, fee: "1.5%"}', "pplns": '{scheme: pplns, window: 6, fee: "1.5%"}'}


@pytest.mark.parametrize("scheme", REWARDS)
def test_share_to_wallet(world, users, scheme):
    a, b = world.nodes()
    pool = world.pool([a, b], reward=REWARDS[scheme])
    miners = users(b)
    for kind, address in miners.items():
        summary = mine(pool, f"{address}.{kind}", "--blocks", 3, rate=10)
        assert summary["blocks"] >= 3

    b.generate(8, b.wallet("users").getnewaddress())  # decides who lost a race
    until(lambda: not pool.blocks(1), "verdict on all blocks")
    found = pool.blocks(2)
    assert len(found) >= 7  # of nine; a few may have come second at their height
    assert all(block["confirmations"] >= 1 for block in found)

    b.generate(105, b.wallet("users").getnewaddress())
    until(lambda: not pool.blocks(1, 2), "maturity of all blocks")
    until(lambda: [p for p in pool.payouts() if p["state"] == 3], "sent payout")
    a.generate(2, b.wallet("users").getnewaddress())
    until(lambda: [p for p in pool.payouts() if p["state"] == 4], "confirmed payout")
    in_sync(a, b)

    # What the chain says, the ledger says.
    for address in miners.values():
        got = b.wallet("users").getreceivedbyaddress(address, 1)
        assert got > 0
        row = pool.sql("SELECT SUM(e.amount) AS n FROM entry e JOIN account a ON a.id = e.account_id "
                       "WHERE a.address = ? AND e.book = 5", address)[0]
        assert decimal.Decimal(row["n"]) / 100_000_000 == got
    audit = pool.audit()
    assert audit["ok"], audit
    rewards = sum(block["reward"] for block in pool.blocks(3))
    credited = pool.sql("SELECT SUM(c.amount) AS n FROM credit c JOIN block b ON b.id = c.block_id WHERE b.state = 3")
    fees = pool.sql("SELECT SUM(amount) AS n FROM entry WHERE book IN (7, 8)")[0]["n"]
    assert rewards == credited[0]["n"] + fees
    assert abs(fees - rewards * 15 // 1000) <= len(found)  # each block's fee is rounded down


def test_the_coinbase_pays_the_pool_and_carries_its_tag(world, users):
    a, b = world.nodes()
    address = a.wallet("pool").getnewaddress("", "bech32")
    pool = world.pool([a, b], address)
    mine(pool, users(b)["bech32"] + ".w", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    coinbase = a.rpc.getblock(pool.blocks(2)[0]["hash"], 2)["tx"][0]
    assert b"/Kozan/" in bytes.fromhex(coinbase["vin"][0]["coinbase"])
    paid = [out for out in coinbase["vout"] if out["value"] > 0]
    assert [out["scriptPubKey"]["addresses"] for out in paid] == [[address]]
