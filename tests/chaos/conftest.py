"""Fixtures: a real daemon whose blocks are rare, and everything else that a test starts, in `world`."""
import fcntl
import os
import pathlib
import random
import sys
import tempfile

import pytest

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parent / "e2e")]
sys.dont_write_bytecode = True

from daemon import HardBcoin  # noqa: E402
from kit.mariadb import Mariadb  # noqa: E402
from kit.world import World  # noqa: E402


@pytest.fixture
def world(request):
    world = World()
    yield world
    world.close(show=getattr(request.node, "has_failed", False))


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if call.when == "call":
        item.has_failed = outcome.get_result().failed


@pytest.fixture
def chance():
    """Random numbers that can be had again: CHAOS_SEED=… of a run that failed."""
    seed = int(os.environ.get("CHAOS_SEED") or random.SystemRandom().getrandbits(32))
    print(f"CHAOS_SEED={seed}")
    return random.Random(seed)


@pytest.fixture(scope="session")
def bcoin_package():
    with open(pathlib.Path(tempfile.gettempdir()) / "kozan-bcoin.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests at the same time must not install it at the same time
        HardBcoin.install()


@pytest.fixture
def daemon(world, bcoin_package):
    node = world.add(HardBcoin(world.dir / "bcoin")).start()
    node.generate(1, node.address())
    return node


@pytest.fixture
def server(world):
    return world.add(Mariadb(world.dir / "maria")).start()
