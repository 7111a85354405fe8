"""What both tests of an absent database do: miners and node go on as if nothing were."""
import time

from exact import check_undisturbed
from kit.wait import until
from miners import Miners
from pools import make_pool


def check_absence(world, daemon, server, go_away, come_back, seconds):
    """The server is away for that long while miners are served, and afterwards has every share."""
    pool = make_pool(world, daemon, server).start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    miners.wait_for(1000)
    go_away()
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        miners.wait_for(1000, "shares while the database is away")
        assert pool.http_status("/readyz", pool.health_port) == 200
    assert pool.said("stratum", "database_away")
    come_back()
    until(lambda: pool.said("stratum", "database_back"), "the database's return")
    miners.wait_for(1000)
    check_undisturbed(pool, miners)
