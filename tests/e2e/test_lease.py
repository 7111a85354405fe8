"""Who is who: one process per folder, and clocks that jump."""
import glob
import subprocess

import pytest

from kit.miner import start_miner
from kit.process import Process
from kit.wait import until
from test_kill import acknowledged, check_exactly_once

FAKETIME = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")


def test_a_second_node_with_the_same_folder_is_refused(world):
    a, b = world.nodes()
    pool = world.pool([a, b])
    second = world.add(Process("second", [pool.kozan, "run", "-c", pool.config, "--role", "stratum"],
                               world.dir / "second.log"))
    assert second.wait() == 1
    assert "another kozan serves miners from" in second.tail()
    assert pool.http_status("/readyz", pool.health_port) == 200


@pytest.fixture
def clock(world, monkeypatch):
    """clock(seconds) sets the wall clock of programs started from now on that far ahead, or back."""
    assert FAKETIME, "there is no libfaketime on this machine; scripts/setup test installs it"
    path = world.dir / "clock"
    path.write_text("+0\n")
    monkeypatch.setenv("FAKETIME_TIMESTAMP_FILE", str(path))
    monkeypatch.setenv("FAKETIME_NO_CACHE", "1")
    monkeypatch.setenv("DONT_FAKE_MONOTONIC", "1")
    return lambda seconds: path.write_text(f"{seconds:+d}\n")


def preload(program):
    """libfaketime, behind the sanitizer that wants to be first."""
    needed = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return " ".join([line.split()[2] for line in needed.splitlines() if "libasan" in line] + FAKETIME)


def test_the_clock_jumps(world, users, clock, monkeypatch):
    a, b = world.nodes()
    pool = world.pool([a, b], start=False, payout="{enabled: false}")
    with monkeypatch.context() as m:
        m.setenv("LD_PRELOAD", preload(pool.kozan))
        pool.start()
    miner = world.add(start_miner(pool, users(b)["bech32"] + ".w", world.dir, "--log-acks", world.dir / "acks.log",
                                  workers=4, rate=40))
    for seconds in (3600, -3600, 40 * 86400, 0):
        clock(seconds)
        n, blocks = len(acknowledged(world)), len(pool.blocks())
        until(lambda: len(acknowledged(world)) >= n + 40 and len(pool.blocks()) > blocks, "shares and blocks")
        age = lambda: pool.http_json("/readyz")["checks"]["database"]["age_ms"]
        until(lambda: 0 <= age() < 5000, "new numbers on the pages")
    summary = check_exactly_once(world, pool, miner)
    assert summary["reconnects"] == 0
    b.generate(8, b.wallet("users").getnewaddress())
    until(lambda: not pool.blocks(1), "closing of all rounds")
    assert pool.audit("--no-wallet")["ok"]
