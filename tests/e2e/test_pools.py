"""Several pools in one deployment: each with its own chain, wallet, blocks, credits, payouts and books."""
import json

import pytest

from kit.miner import Stratum, mine
from kit.pools import audits, blocks, rows, two_pools
from kit.wait import until

@pytest.fixture
def two(world):
    return two_pools(world)


def find_and_pay(pool, door):
    """A block of this pool, until its finder has the coins on the chain."""
    user = door.address()
    node = door.node
    before = len(blocks(pool, door))
    mine(door, f"{user}.w", "--blocks", 1, rate=20)
    until(lambda: len(blocks(pool, door, 2, 3)) > before, "credited block", timeout=120)
    node.generate(101, node.wallet("users").getnewaddress())
    until(lambda: not blocks(pool, door, 1, 2), "mature block", timeout=120)

    def paid():
        node.generate(1, node.wallet("users").getnewaddress())
        return node.wallet("users").getreceivedbyaddress(user, 1) > 0
    until(paid, "coins", timeout=120, every=0.5)


def test_two_pools_live_beside_each_other(two):
    first, second = two.doors
    find_and_pay(two, first)
    assert not rows(two, second, "block") and not rows(two, second, "payout")
    assert second.node.wallet("pool").getbalances()["mine"]["trusted"] == 0
    find_and_pay(two, second)

    two.stop()
    two.start()
    with Stratum(second.port) as one, Stratum(first.port) as other:  # each gets its own coin's work
        job, another = one.login(second.address()), other.login(first.address())
        assert job.prev != another.prev and job.id != another.id
        for door, miner, mined in ((second, one, job), (first, other, another)):
            assert miner.submit(mined, *miner.solve(mined, wants_block=False))["result"] is True, door.name
    find_and_pay(two, second)
    find_and_pay(two, first)
    # the wallet changes on its own: around a payout it is out of step with the ledger for a moment
    audit = until(lambda: (found := audits(two))["ok"] and found, "audit that finds nothing", every=0.5)
    assert [p["pool"] for p in audit["pools"]] == ["test", "other"]
    assert all(p["ok"] and p["facts"]["journal_shares"] > 0 for p in audit["pools"]), audit
    for door in two.doors:
        assert {b["hash"] for b in blocks(two, door, 1, 2, 3)} <= {door.node.rpc.getblockhash(h) for h in range(111, door.node.height + 1)}
        assert json.loads(two.run("audit", "--json", "--no-wallet", "--pool", door.name).stdout)["pool"] == door.name


def test_each_is_named_where_it_is_looked_at(two):
    first, second = two.doors
    user = second.address()
    mine(second, f"{user}.w", "--shares", 3, rate=20)
    status = json.loads(two.run("status", "--json").stdout)
    assert [p["name"] for p in status["pools"]] == ["test", "other"]
    assert [p["name"] for p in json.loads(two.run("status", "--json", "--pool", "other").stdout)["pools"]] == ["other"]
    assert two.metric('kozan_pool_shares_accepted_total{pool="other"}') == 3
    assert two.metric('kozan_pool_shares_accepted_total{pool="test"}') == 0
    assert two.metric('kozan_pool_has_work{pool="other"}') == 1

    refused = two.run("payout", "list", check=False)
    assert refused.returncode == 2 and "--pool NAME: test, other" in refused.stderr
    assert two.run("payout", "list", "--pool", "other").returncode == 0
    refused = two.run("status", "--pool", "othr", check=False)
    assert refused.returncode == 2 and 'did you mean "other"' in refused.stderr

    second.node.stop()  # a coin whose daemon is down closes nobody else's ports
    until(lambda: two.http_status("/readyz?pool=other", two.health_port) == 503, "the pool that is not ready")
    assert two.http_status("/readyz", two.health_port) == two.http_status("/readyz?pool=test", two.health_port) == 200
    assert two.http_status("/readyz?pool=none", two.health_port) == 404


def page(pool, path):
    return pool.http_text(path, pool.web_port)


def test_pages_and_api_of_each(two):
    first, second = two.doors
    user = second.address()
    mine(second, f"{user}.w", "--shares", 3, rate=20)
    assert [p["name"] for p in two.http_json("/api/v1/pools")["items"]] == ["test", "other"]
    assert two.http_json("/api/v1/pool")["name"] == two.http_json("/api/v1/pools/test")["name"] == "test"
    assert two.http_json("/api/v1/pools/other/pool")["name"] == "other"
    account = until(lambda: two.http_status(f"/api/v1/pools/other/accounts/{user}", two.web_port) == 200
                    and two.http_json(f"/api/v1/pools/other/accounts/{user}"), "the miner of the second pool")
    assert account["address"] == user
    assert two.http_status(f"/api/v1/accounts/{user}", two.web_port) == 404
    assert two.http_status("/api/v1/pools/none/pool", two.web_port) == 404
    assert "Other pool" in page(two, "/pools/other/") and 'href="/pools/other/blocks"' in page(two, "/pools/other/blocks")
    assert 'href="/blocks"' in page(two, "/") and 'href="/pools/other/"' in page(two, "/")
    metrics = page(two, "/metrics")
    assert metrics.count("# TYPE kozan_miners gauge") == 1
    assert all(f'kozan_miners{{pool="{name}"}}' in metrics for name in ("test", "other"))
