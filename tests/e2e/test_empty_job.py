"""The optional job without transactions that comes first on a new block."""
from kit.miner import Stratum
from kit.wait import until


def test_the_empty_job_is_first_and_makes_a_block(world, users):
    a, b = world.nodes()
    pool = world.pool([a], wallet="{name: pool}\n    empty_first_job: true")
    wallet, miner = b.wallet("users"), users(b)["bech32"]
    for _ in range(3):
        wallet.sendtoaddress(wallet.getnewaddress(), 1)
    until(lambda: a.rpc.getmempoolinfo()["size"] == 3, "transactions at the pool's daemon")
    with Stratum(pool.port) as client:
        client.login(f"{miner}.w")
        old = len(client.jobs)
        # a block without the waiting transactions: they are in the pool's next template
        b.rpc.generateblock(wallet.getnewaddress(), [])
        while len(client.jobs) < old + 2 or client.jobs[-1].prev == client.jobs[old - 1].prev:
            assert client.read()
        tip = [job for job in client.jobs if job.prev == client.jobs[-1].prev]
        while len(tip) < 2:
            client.read()
            tip = [job for job in client.jobs if job.prev == client.jobs[-1].prev]
        empty, full = tip[:2]
        assert (len(empty.branch), empty.is_clean) == (0, True)
        assert (len(full.branch), full.is_clean) == (2, False)
        assert client.submit(empty, *client.solve(empty, True))["result"] is True
    block = until(lambda: pool.blocks(2), "credited block")[0]
    found = a.rpc.getblock(block["hash"])
    assert found["confirmations"] >= 1 and len(found["tx"]) == 1
    assert block["reward"] == sum(int(out["value"] * 10**8) for out in a.rpc.getblock(block["hash"], 2)["tx"][0]["vout"])
    assert a.rpc.getmempoolinfo()["size"] == 3
