"""The kit itself: daemons start, join, split and die as the other tests need it."""
from kit.node import in_sync


def test_two_daemons_follow_each_other(world):
    a, b = world.nodes()
    b.generate(1, b.wallet("users").getnewaddress())
    in_sync(a, b)
    assert a.height == 111
    template = a.rpc.getblocktemplate({"rules": ["mweb", "segwit"]})
    assert template["height"] == 112 and "mweb" not in template
