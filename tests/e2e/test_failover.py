"""Coin daemons come and go while miners mine: work goes on at the other one, and at the first when it is back."""
from kit.miner import start_miner
from kit.wait import until


def test_miners_do_not_notice_that_a_daemon_dies(world, users):
    a, b = world.nodes()
    pool = world.pool([a, b])
    miner = world.add(start_miner(pool, users(b)["bech32"] + ".w", world.dir, rate=6))
    until(lambda: len(pool.blocks()) >= 3, "blocks before")

    b_height = b.height
    a.stop()
    b.add_dummy_peer()
    until(lambda: b.height >= b_height + 3, "blocks while one daemon is away")
    assert pool.http_status("/readyz", pool.health_port) == 200

    a.start()
    b.drop_dummy_peer()
    b.connect(a)
    until(lambda: a.tip == b.tip or None, "the first daemon at the same tip", every=0.02)
    height = a.height
    until(lambda: a.height >= height + 3, "blocks with both")
    miner.stop()
    summary = miner.summary()
    assert summary["reconnects"] == 0 and summary["accepted"] > 0
    assert pool.audit("--no-wallet")["ok"]


def test_without_a_daemon_the_pool_says_so_and_keeps_its_miners(world, users):
    a, b = world.nodes()
    pool = world.pool([a])
    miner = world.add(start_miner(pool, users(b)["bech32"] + ".w", world.dir, rate=4))
    until(lambda: pool.blocks(), "first block")
    a.stop()
    until(lambda: pool.http_status("/readyz", pool.health_port) == 503, "not ready")
    a.start()
    b.connect(a)
    until(lambda: pool.http_status("/readyz", pool.health_port) == 200, "ready again")
    found = len(pool.blocks())
    until(lambda: len(pool.blocks()) > found, "blocks again")
    miner.stop()
    assert miner.summary()["reconnects"] == 0


def test_a_pool_waits_for_its_daemon(world, users):
    a, b = world.nodes()
    address = a.wallet("pool").getnewaddress()
    a.stop()
    pool = world.pool([a], address, start=False)
    pool.start(wait=False)
    until(lambda: pool.http_status("/healthz", pool.health_port) == 200, "a living stratum role")
    assert pool.http_status("/readyz", pool.health_port) == 503
    a.start()
    b.connect(a)
    pool.wait_ready()
