"""The database server dies again and again, and connections to it are cut in the middle of COMMIT: no miner notices."""
import os
import time

from exact import check_exact, check_undisturbed
from kit.mariadb import CuttingProxy
from kit.wait import until
from miners import Miners
from pools import make_pool

TIMES = int(os.environ.get("CHAOS_TIMES", 1))


def test_the_server_is_killed(world, daemon, server, chance):
    pool = make_pool(world, daemon, server).start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    for _ in range(5 * TIMES):
        time.sleep(chance.uniform(0, 2))
        server.kill()
        miners.wait_for(1000)  # from the journal
        server.start()
    check_undisturbed(pool, miners)


def test_cut_during_commit(world, daemon, server):
    proxy = world.add(CuttingProxy(server.port, every=5))
    pool = make_pool(world, daemon, server, port=proxy.port).start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    until(lambda: proxy.cuts >= 30 * TIMES, "cuts", timeout=120)
    proxy.every = 0
    check_undisturbed(pool, miners)


def test_cut_during_commit_and_killed(world, daemon, server, chance):
    """The node that would have to look how its last batch ended dies as well; its next life must find out."""
    proxy = world.add(CuttingProxy(server.port, every=0))
    pool = make_pool(world, daemon, server, port=proxy.port).start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    proxy.every = 2
    for _ in range(5 * TIMES):
        cuts = proxy.cuts
        until(lambda: proxy.cuts > cuts, "a cut", every=0.005)
        time.sleep(chance.uniform(0, 0.1))
        pool.kill_role("stratum")
        pool.start_role("stratum")
        miners.wait_for(300, "shares after the kill")
    proxy.every = 0
    check_exact(pool, miners)
