"""Fixtures: everything that a test starts is registered in `world`, and ended with the test."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.dont_write_bytecode = True

from kit.node import Bcoin, Litecoind, copy_of, in_sync  # noqa: E402
from kit.pool import Pool  # noqa: E402

FIRST_BLOCKS = 110  # the first ten can be spent


class World:
    """What runs in a test, and the folder it runs in (on /tmp, with a short name for sockets)."""

    def __init__(self, chain):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="kozan-"))
        self.chain, self._running = chain, []

    def add(self, thing):
        self._running.append(thing)
        return thing

    def node(self, name, peer=None):
        """A litecoind with the common chain and its wallets pool (empty) and users (with coins)."""
        node = self.add(copy_of(self.chain, self.dir / name, name))
        return node.start() if peer is None else self._joined(node, peer)

    def _joined(self, node, peer):
        node.start()
        node.connect(peer)
        in_sync(node, peer)
        return node

    def nodes(self):
        """Two connected daemons: a has the pool's wallet in use, b mines for everybody else."""
        a = self.node("a")
        return a, self.node("b", peer=a)

    def pool(self, daemons, address=None, name="pool", start=True, **settings):
        address = address or daemons[0].wallet("pool").getnewaddress("", "bech32")
        pool = self.add(Pool(self.dir / name, daemons, address, **settings))
        return pool.start() if start else pool

    def end(self):
        for thing in reversed(self._running):
            try:
                thing.stop()
            except Exception as error:  # the others must end too
                print(f"{thing}: {error}")

    def logs(self):
        for path in sorted(self.dir.rglob("*.log")):
            if path.parent.name in ("index", "chainstate", "database"):
                continue  # the daemon's own databases
            lines = path.read_text(errors="replace").splitlines()[-30:]
            if lines:
                yield str(path.relative_to(self.dir)), "\n".join(lines)

    def remove(self):
        if not os.environ.get("KEEP"):
            shutil.rmtree(self.dir, ignore_errors=True)


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
    world.end()
    failed = getattr(request.node, "has_failed", False)
    if failed:
        for name, text in world.logs():
            print(f"---- {name}\n{text}")
    world.remove()


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
