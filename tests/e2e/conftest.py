"""Fixtures: everything that a test starts is registered in `world`, and ended with the test."""
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

from kit.node import Litecoind  # noqa: E402
from kit.world import World  # noqa: E402

FIRST_BLOCKS = 110  # the first ten can be spent


@pytest.fixture(scope="session")
def chain():
    """A stopped litecoind with FIRST_BLOCKS blocks of the wallet users; tests copy its folder."""
    dir = pathlib.Path(tempfile.mkdtemp(prefix="kozan-chain-"))
    node = Litecoind(dir / "node", "template")
    try:
        node.start()
        node.make_wallet("pool")
        users = node.make_wallet("users")
        node.generate(FIRST_BLOCKS, users.getnewaddress())
        node.stop()
        yield node
    finally:
        node.stop()
        shutil.rmtree(dir, ignore_errors=True)


@pytest.fixture
def world(chain, request):
    world = World(chain)
    yield world
    world.close(show=getattr(request.node, "has_failed", False))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.has_failed = outcome.get_result().failed


@pytest.fixture
def users(world):
    """Three payout addresses, one of each kind, of a wallet that is not the pool's."""
    def make(node):
        wallet = node.wallet("users")
        return {kind: wallet.getnewaddress("", kind) for kind in ("legacy", "p2sh-segwit", "bech32")}
    return make
