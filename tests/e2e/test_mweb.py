"""Litecoin's extension blocks: before they are active, the first one with a peg-in, and after, with a busy memory pool."""
from kit.miner import Stratum, mine
from kit.node import Litecoind, in_sync
from kit.rpc import RpcError
from kit.wait import until

ACTIVATION = 432  # the first block with an extension; it must hold a peg-in


def test_blocks_before_and_after_activation(world):
    a, b = (world.add(Litecoind(world.dir / name, name, mweb=True)).start() for name in "ab")
    b.connect(a)
    users, miner = b.make_wallet("users"), b.make_wallet("miner").getnewaddress()
    pool_address = a.make_wallet("pool").getnewaddress("", "bech32")
    b.generate(ACTIVATION - 2, users.getnewaddress())
    in_sync(a, b)
    recipient = users.getnewaddress("", "bech32")
    pool = world.pool([a, b], pool_address, reward='{scheme: solo, fee: "1%", recipients: '
                      f'[{{address: {recipient}, percent: "1%"}}]}}')

    for _ in range(5):
        users.sendtoaddress(users.getnewaddress(), 1)
    until(lambda: a.rpc.getmempoolinfo()["size"] == 5, "transactions at the pool's daemon")
    _mine_through(pool, a, miner, ACTIVATION - 1)

    users.sendtoaddress(users.getnewaddress("", "mweb"), 1)  # the peg-in
    until(lambda: a.rpc.getmempoolinfo()["size"], "peg-in at the pool's daemon")
    _mine_through(pool, a, miner, ACTIVATION)
    template = a.rpc.getblocktemplate({"rules": ["mweb", "segwit"]})
    assert template.get("mweb") and "mweb" in template["rules"]

    for i in range(4):
        users.sendtoaddress(users.getnewaddress(), 1 + i)
    users.sendtoaddress(users.getnewaddress("", "mweb"), 2)
    until(lambda: a.rpc.getmempoolinfo()["size"] == 5, "transactions at the pool's daemon")
    _mine_through(pool, a, miner, ACTIVATION + 2)
    assert a.rpc.getmempoolinfo()["size"] == 0

    in_sync(a, b)
    assert not pool.blocks(5), "a block was rejected"
    assert all(block["state"] in (1, 2, 3, 4) for block in pool.blocks())


def _mine_through(pool, node, miner, height):
    """The pool finds the next blocks up to height; none of them comes from elsewhere."""
    until(lambda: _job_is_fresh(pool, node, miner), "job with the newest transactions", every=0.2)
    while node.height < height:
        mine(pool, f"{miner}.w", "--blocks", 1, rate=10)
        until(lambda: node.tip in {block["hash"] for block in pool.blocks()}, "the pool's block as tip")


def _job_is_fresh(pool, node, miner):
    """The pool's job has all that the memory pool has; the daemon caches its template for five seconds."""
    try:
        transactions = len(node.rpc.getblocktemplate({"rules": ["mweb", "segwit"]})["transactions"])
    except RpcError:  # the block of the activation cannot be made before the peg-in has arrived
        return False
    with Stratum(pool.port) as client:
        job = client.login(f"{miner}.look")
    waiting = node.rpc.getmempoolinfo()["size"]
    return transactions >= waiting and len(job.branch) == transactions.bit_length()
