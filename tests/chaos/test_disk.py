"""The journal's disk is full, fails to sync, writes half: what was not recorded is refused, what was is there."""
import contextlib
import errno
import subprocess
import time

import pytest

from disk import FaultyDisk
from exact import check_exact
from kit.wait import until
from miners import Miners
from pools import make_pool

NOT_RECORDED = "Share could not be recorded, try again"


@contextlib.contextmanager
def refused(pool, miners):
    """In here shares are refused and the node says that it is not ready; afterwards it recovers by itself."""
    before = miners.now()["reasons"].get(NOT_RECORDED, 0)
    until(lambda: miners.now()["reasons"].get(NOT_RECORDED, 0) > before, "refused shares")
    until(lambda: pool.http_status("/readyz", pool.health_port) == 503, "the node as not ready")
    yield
    until(lambda: pool.http_status("/readyz", pool.health_port) == 200, "the node as ready again")
    miners.wait_for(300)


@pytest.fixture
def faulty(world, daemon):
    pool = make_pool(world, daemon)
    disk = FaultyDisk(world.dir, pool)
    pool.start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    miners.wait_for(300)
    return pool, disk, miners


def test_the_journal_cannot_be_synced(faulty):
    pool, disk, miners = faulty
    for error in (errno.EIO, errno.ENOSPC):
        disk.fail_syncs(1, error)
        until(lambda: miners.now()["reasons"].get(NOT_RECORDED), "refused shares")
        until(lambda: pool.http_status("/readyz", pool.health_port) == 200, "the node as ready again")
        miners.wait_for(300)
    disk.fail_syncs()
    with refused(pool, miners):
        time.sleep(5)  # the disk's time, not ours
        disk.heal()
    seen = check_exact(pool, miners)
    assert seen.refused and not seen.lost and disk.failed >= 3


def test_the_journal_cannot_be_written(faulty):
    pool, disk, miners = faulty
    disk.write_in_parts()
    miners.wait_for(1000, "shares written in parts")
    assert disk.failed and NOT_RECORDED not in miners.now()["reasons"]
    disk.fail_writes(1)  # in the middle of a batch, too: the parts before it are there
    miners.wait_for(300)
    disk.fail_writes(error=errno.EIO)
    with refused(pool, miners):
        disk.fail_writes(error=errno.ENOSPC)
        time.sleep(2)
        disk.heal()
    seen = check_exact(pool, miners)
    assert seen.refused and not seen.lost


def test_kills_while_the_disk_fails(faulty, chance):
    pool, disk, miners = faulty
    for _ in range(5):
        disk.set(sync_errno=errno.EIO, sync_times=chance.randint(1, 3), short_times=chance.randint(0, 20))
        time.sleep(chance.uniform(0, 1))
        pool.kill_role("stratum")
        disk.heal()
        pool.start_role("stratum")
        miners.wait_for(300, "shares after the kill", timeout=120)
    check_exact(pool, miners)


@pytest.fixture
def small_disk(world):
    """A file system of 16 MiB; needs the right to mount."""
    path = world.dir / "small"
    path.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", path], capture_output=True).returncode:
        pytest.skip("may not mount a file system here")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def fill(path):
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096, 1):
            with contextlib.suppress(OSError):
                while True:
                    f.write(b"x" * size)


def test_a_full_disk(world, daemon, server, small_disk):
    """The journal fills the disk itself; the database is on a server, and is not affected."""
    pool = make_pool(world, daemon, server)
    pool.config.write_text(pool.config.read_text().replace(f'"{pool.dir}/data"', f'"{small_disk}/data"'))
    pool.data = small_disk / "data"
    pool.start()
    miners = world.add(Miners(pool, world.dir, rate=4000))
    miners.wait_for_all()
    for _ in range(2):
        fill(small_disk / "filler")  # the journal has reserved a MiB: 16384 more shares
        with refused(pool, miners):
            (small_disk / "filler").unlink()
    seen = check_exact(pool, miners)
    assert seen.refused and not seen.lost
