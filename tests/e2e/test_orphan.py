"""A block that loses its place: its credits are taken back, its work counts in the next round, nobody loses a coin.

A block counts as lost when another has its height and six more are on top of that.
"""
from kit.miner import mine
from kit.node import in_sync
from kit.wait import until


def test_a_reorganisation_takes_credits_back_and_the_work_counts_again(world, users):
    a, b = world.nodes()
    pool = world.pool([a], reward='{scheme: prop, fee: "0%"}')
    miner = users(b)["bech32"]

    b.rpc.setnetworkactive(False)
    a.add_dummy_peer()  # without a peer the daemon gives no templates
    mine(pool, f"{miner}.w", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    orphan = pool.blocks(2)[0]
    work = pool.sql("SELECT SUM(work) AS n FROM batch")[0]["n"]

    b.generate(8, b.wallet("users").getnewaddress())
    b.rpc.setnetworkactive(True)
    b.connect(a)
    in_sync(a, b)
    until(lambda: [x for x in pool.blocks(4) if x["hash"] == orphan["hash"]], "the block as orphan")
    assert pool.sql("SELECT COALESCE(SUM(amount), 0) AS n FROM entry WHERE book = 2")[0]["n"] == 0

    mine(pool, f"{miner}.w", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block on the new branch")
    credits = pool.sql("SELECT SUM(work) AS n FROM credit WHERE block_id = ?", pool.blocks(2)[0]["id"])
    assert credits[0]["n"] > work  # the orphan's shares are in it
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit


def test_the_first_branch_comes_back(world, users):
    """The orphan becomes part of the chain again: it is credited, once."""
    a, b = world.nodes()
    pool = world.pool([a])
    mine(pool, users(b)["legacy"] + ".w", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    block = pool.blocks(2)[0]
    b.rpc.invalidateblock(block["hash"])
    a.rpc.invalidateblock(block["hash"])
    others = a.generate(8, a.wallet("users").getnewaddress())
    until(lambda: pool.blocks(4), "the block as orphan")
    for node in (a, b):
        node.rpc.invalidateblock(others[0])
        node.rpc.reconsiderblock(block["hash"])
    until(lambda: [x for x in pool.blocks(2) if x["hash"] == block["hash"]], "the block in the chain again")
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit
