"""kill -9 of the stratum role at random instants, even while it starts, with the miners coming back by themselves."""
import os
import time

from exact import check_exact
from miners import Miners
from pools import make_pool

KILLS = 20 * int(os.environ.get("CHAOS_TIMES", 1))


def test_the_stratum_role_is_killed(world, daemon, server, chance):
    pool = make_pool(world, daemon, server).start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    miners.wait_for(500)
    for kill in range(KILLS):
        time.sleep(chance.uniform(0, 1.5))  # not a wait: the instant is what is varied
        pool.kill_role("stratum")
        pool.start_role("stratum")
        if kill % 4 == 3:
            miners.wait_for(500, f"shares after kill {kill + 1}")
    miners.wait_for_all()
    miners.wait_for(500)
    seen = check_exact(pool, miners)
    assert seen.sums[0]["reconnects"] > 0 and seen.lost


def test_a_node_dies_for_ever_with_shares_that_no_database_has(world, daemon, server):
    """Its journal is replayed, more often than needed."""
    pool = make_pool(world, daemon, server).start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    miners.wait_for(500)
    server.stop()
    miners.wait_for(2000)
    pool.kill_role("stratum")
    server.start()
    waiting = pool.audit("--no-wallet")["facts"]["journal_unflushed"]
    assert waiting >= 2000
    for _ in range(2):
        pool.run("journal", "replay")
    check_exact(pool, miners)
