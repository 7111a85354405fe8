"""Two pools in one deployment, on two chains."""
import json

from .pool import ONE_HASH
from .ports import free_port

SECOND = """\
  - name: other
    title: Other pool
    coin: litecoin
    network: regtest
    address: {address}
    daemon_poll: 100ms
    template_refresh: 1s
    daemons: [{daemon}]
    wallet: {{name: pool}}
    ports:
      - {{listen: "127.0.0.1:{port}", name: main, difficulty: {difficulty}, fixed: true, min_difficulty: {difficulty}}}
    reward: {{scheme: pplns, fee: "2.0%"}}
    payout: {{minimum: 0.001, interval: 1s, confirmations: 1}}
"""


class Door:
    """The port of one pool."""

    def __init__(self, name, port, node):
        self.name, self.port, self.node = name, port, node
        self.url = f"stratum+tcp://127.0.0.1:{port}"

    def address(self):
        return self.node.wallet("users").getnewaddress("", "bech32")


def chain(world, name):
    """A chain of its own: nobody tells its daemon of the other one's blocks."""
    node = world.node(name)
    node.add_dummy_peer()
    return node


def two_pools(world, **settings):
    """The deployment; .doors are its ports."""
    a, b = chain(world, "a"), chain(world, "b")
    port = free_port()
    pool = world.pool([a], more_pools=SECOND.format(
        address=b.wallet("pool").getnewaddress("", "bech32"), daemon=b.yaml(), port=port, difficulty=ONE_HASH),
        **settings)
    pool.doors = [Door("test", pool.port, a), Door("other", port, b)]
    return pool


def rows(pool, door, table, where="1"):
    return pool.sql(f"SELECT t.* FROM {table} t JOIN pool p ON p.id = t.pool_id WHERE p.name = ? AND {where}", door.name)


def blocks(pool, door, *states):
    return [r for r in rows(pool, door, "block") if not states or r["state"] in states]


def audits(pool):
    return json.loads(pool.run("audit", "--json", check=False).stdout)
