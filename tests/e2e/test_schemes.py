"""Reward schemes against a real daemon: shares with a reserve, reorganisations."""
import json

from kit.miner import mine, send_share
from kit.wait import until

PPS = '{scheme: pps, fee: "1%", block_value: 0.001, interval: 1s}'


def books(pool):
    return {r["book"]: r["n"] for r in pool.sql("SELECT book, SUM(amount) AS n FROM entry GROUP BY book")}


def reserve(pool):
    return json.loads(pool.run("reserve", "show", "--json").stdout)


def test_pps_waits_for_the_reserve_and_then_pays_all(world, users):
    a, b = world.nodes()
    pool = world.pool([a], reward=PPS)
    miner = users(b)["bech32"]
    mine(pool, f"{miner}.w", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    assert 2 not in books(pool)  # nobody is credited by a block
    until(lambda: pool.sql("SELECT * FROM event WHERE kind = 'reserve_exhausted'"), "event")
    refused = pool.run("reserve", "fill", "1", "--reason", "test", check=False)
    assert refused.returncode == 1 and "pool's fee holds" in refused.stderr

    a.generate(105, a.wallet("users").getnewaddress())
    until(lambda: pool.blocks(3), "mature block")
    accrual = until(lambda: pool.sql("SELECT * FROM accrual WHERE total > 0"), "credited work")[0]
    assert accrual["released"] == accrual["total"] == accrual["value"]
    # a block of regtest takes two hashes, and a unit of work is one
    assert abs(accrual["value"] - accrual["work"] * 100000 // 2) <= 1
    until(lambda: books(pool).get(3, 0) + books(pool).get(4, 0) + books(pool).get(5, 0) > 0, "balance")
    assert reserve(pool)["credited_through"] >= accrual["height"]
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit


def test_solo_and_a_reorganisation_there_and_back(world, users):
    """All to the finder; an orphan pays nobody; what comes back is credited again, once."""
    a, b = world.nodes()
    pool = world.pool([a], reward='{scheme: solo, fee: "2%"}')
    of = users(b)
    for _ in range(2):
        send_share(pool.port, of["legacy"])
    send_share(pool.port, of["bech32"], wants_block=True)
    block = until(lambda: pool.blocks(2), "credited block")[0]
    credits = "SELECT a.address, c.amount FROM credit c JOIN account a ON a.id = c.account_id WHERE c.block_id = ?"
    [credit] = pool.sql(credits, block["id"])
    assert credit["address"] == block["finder_address"]
    assert credit["amount"] == block["reward"] - block["reward"] * 2 // 100

    for node in (a, b):
        node.rpc.invalidateblock(block["hash"])
    other = a.generate(8, a.wallet("users").getnewaddress())
    until(lambda: pool.blocks(4), "orphan")
    until(lambda: books(pool).get(2, 0) == 0, "nothing credited")
    for node in (a, b):
        node.rpc.invalidateblock(other[0])
        node.rpc.reconsiderblock(block["hash"])
    until(lambda: [x for x in pool.blocks(2, 3) if x["hash"] == block["hash"]], "the block again")
    until(lambda: books(pool)[1] == -sum(x["reward"] for x in pool.blocks(2, 3)), "books as the blocks")
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit


def test_a_mature_block_that_leaves_the_chain_stops_payouts(world, users):
    a, b = world.nodes()
    pool = world.pool([a], payout="{minimum: 1000000, interval: 1s, confirmations: 1}")
    mine(pool, users(b)["bech32"] + ".w", "--blocks", 1, rate=10)
    block = until(lambda: pool.blocks(2), "credited block")[0]
    a.generate(105, a.wallet("users").getnewaddress())
    until(lambda: pool.blocks(3), "mature block")
    before = books(pool)
    for node in (a, b):
        node.rpc.invalidateblock(block["hash"])
    others = a.generate(8, a.wallet("users").getnewaddress())
    until(lambda: pool.sql("SELECT * FROM event WHERE kind = 'block_lost'"), "alarm")
    assert pool.blocks(3)[0]["hash"] == block["hash"] and books(pool) == before  # nothing by itself
    for node in (a, b):
        node.rpc.invalidateblock(others[0])
        node.rpc.reconsiderblock(block["hash"])
    until(lambda: "trouble=mature_block_lost" in pool.process.tail(10000), "the end of the alarm")
    assert pool.audit("--no-wallet")["ok"]
