"""The pool on a cluster of database servers that lose one another: miners are served, sums stay exact."""
import pymysql
import pytest

from kit.galera import Galera
from kit.mariadb import MariaPool
from kit.wait import until
from test_kill import check_exactly_once, shares_in_database
from test_mariadb import busy_miner, more_shares


@pytest.fixture
def cluster(world):
    return world.add(Galera()).start()


def flushing(pool):
    """New shares reach the database."""
    stored = shares_in_database(pool)
    until(lambda: shares_in_database(pool) >= stored + 20, "more shares in the database")


def is_at(node):
    """The stratum role is connected to this node, which answers."""
    try:
        return bool(node.query("SELECT id FROM information_schema.processlist WHERE user = 'kozan_stratum'"))
    except pymysql.err.OperationalError:  # for a while after a loss none of them answers
        return False


def where(nodes):
    return until(lambda: next(filter(is_at, nodes), None), "the stratum role at a node")


def test_nodes_are_lost(world, users, cluster):
    a, b = world.nodes()
    address = a.wallet("pool").getnewaddress("", "bech32")
    pool = world.add(MariaPool(world.dir / "pool", [a, b], address, cluster, host=cluster.hosts,
                               payout="{enabled: false}")).start()
    miner = busy_miner(world, pool, users(b)["bech32"])
    first, *others = cluster.nodes
    assert where(cluster.nodes) is first

    first.kill()
    more_shares(world, 50)
    flushing(pool)
    second = where(others)  # either
    third = next(n for n in others if n is not second)

    second.query("SET GLOBAL read_only = 1")  # as when an operator drains it
    until(lambda: is_at(third), "the pool at the third node")
    flushing(pool)
    second.query("SET GLOBAL read_only = 0")

    third.kill()  # one of three is no majority
    until(lambda: second.status("wsrep_cluster_status") == "non-Primary", "loss of the majority")
    more_shares(world, 50)
    assert pool.http_status("/", pool.web_port) == 200
    second.query("SET GLOBAL wsrep_provider_options = 'pc.bootstrap=YES'")
    flushing(pool)

    summary = check_exactly_once(world, pool, miner)
    assert summary["reconnects"] == 0
    b.generate(8, b.wallet("users").getnewaddress())
    until(lambda: not pool.blocks(1), "closing of all rounds")
    assert pool.audit("--no-wallet")["ok"]
