"""Everything dies at once, and the disk keeps only what it has confirmed: `sync: disk` loses no acknowledged share."""
import contextlib
import os
import signal
import time

import journal
from disk import FaultyDisk
from exact import check_exact
from kit.wait import until
from miners import Miners
from pools import make_pool

LOSSES = 6 * int(os.environ.get("CHAOS_TIMES", 1))


def test_the_machine_loses_power(world, daemon, server, chance):
    """The database is on another machine, and has all that it was told."""
    pool = make_pool(world, daemon, server)
    disk = FaultyDisk(world.dir, pool)
    pool.start()
    miners = world.add(Miners(pool, world.dir, rate=3000))
    miners.wait_for_all()
    unsure = 0
    for loss in range(LOSSES):
        time.sleep(chance.uniform(0, 2))
        for role in list(pool.roles):
            pool.kill_role(role)
        unsure += disk.lose_power(chance)
        for role in list(pool.roles):
            pool.start_role(role)
        miners.wait_for(300, f"shares after loss {loss + 1}")
    print(f"{unsure} bytes were not confirmed when the power failed")
    check_exact(pool, miners)


def test_with_sync_os_the_same_loses_shares(world, daemon, server, chance):
    """As its description says; and it shows that the test above would see a share that is lost."""
    pool = make_pool(world, daemon, server, stratum=", sync: os")
    disk = FaultyDisk(world.dir, pool)
    pool.start()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    miners.wait_for(1000)
    pool.kill_role("stratum")
    disk.lose_power(chance)
    miners.end()
    assert miners.shares("acknowledged") - journal.read(pool.data / "stratum" / "journal").keys()


def test_the_supervisor_is_killed(world, daemon, chance):
    """Its roles then end by themselves; here that is not waited for: all are killed."""
    pool = make_pool(world, daemon).supervise()
    miners = world.add(Miners(pool, world.dir))
    miners.wait_for_all()
    for _ in range(3):
        time.sleep(chance.uniform(0, 1.5))
        roles = [pool.role_pid(role) for role in ("stratum", "ledger", "web")]
        pool.process.kill()
        for pid in filter(None, roles):
            with contextlib.suppress(ProcessLookupError):  # it ended with its parent
                os.kill(pid, signal.SIGKILL)
        until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in roles), "end of the roles")
        pool.supervise()
        miners.wait_for(300)
    check_exact(pool, miners)
