"""Each server of a cluster dies in turn, also the one that is written to, and comes back: no miner notices."""
import os

import pytest

from exact import check_undisturbed
from kit.galera import Galera
from miners import Miners
from pools import make_pool

# On two busy cores the servers themselves do not always find together again.
pytestmark = pytest.mark.skipif(not os.environ.get("CHAOS_GALERA"), reason="asked for by CHAOS_GALERA=1")


@pytest.fixture
def cluster(world):
    return world.add(Galera()).start()


def test_each_server_of_a_cluster_is_lost(world, daemon, cluster):
    pool = make_pool(world, daemon, cluster, host=cluster.hosts).start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    miners.wait_for(1000)
    for node in cluster.nodes:
        node.kill()
        miners.wait_for(2000)
        node.launch(cluster.nodes, is_first=False)
    check_undisturbed(pool, miners)
