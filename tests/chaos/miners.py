"""Thousands of miners in one process (bench/stratum_load mine), which count for themselves what was acknowledged."""
import collections
import hashlib
import json
import os
import pathlib
import signal

from kit.pool import ROOT
from kit.process import Process
from kit.wait import until

PROGRAM = pathlib.Path(os.environ.get("STRATUM_LOAD", ROOT / "build" / "bench" / "stratum_load"))
WORKS = (1, 2, 3, 5, 16)  # hashes that a share takes on average; miners ask for one of these, and get it rounded up
BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

Share = collections.namedtuple("Share", "account worker work hash_top")


def address(name):
    """An address of bcoin's regtest that nobody has the key of."""
    payload = b"\x3c" + hashlib.sha256(name.encode()).digest()[:20]
    number = int.from_bytes(payload + hashlib.sha256(hashlib.sha256(payload).digest()).digest()[:4], "big")
    text = ""
    while number:
        number, digit = divmod(number, 58)
        text = BASE58[digit] + text
    return text


class Miners:
    """conns miners of several accounts, which send rate shares a second together, and come back whenever they are cut off."""

    def __init__(self, pool, dir, conns=2000, rate=1000, accounts=20, name="miners"):
        self.log = pathlib.Path(dir) / f"{name}.shares"
        self.process = Process(name, [
            PROGRAM, "mine", "--port", pool.port, "--conns", conns, "--rate", rate, "--log", self.log,
            "--user", ",".join(address(f"{name} {i}") for i in range(accounts)),
            "--difficulty", ",".join(f"{(work - 0.5) / 2**32:.20f}" for work in WORKS)], pathlib.Path(dir) / f"{name}.out")
        until(self._sums, "first word of the miners")

    def stop(self):
        self.process.stop()

    def now(self):
        """The sums so far."""
        known = len(self._sums())
        self.process.signal(signal.SIGUSR1)
        until(lambda: len(self._sums()) > known, "sums of the miners", every=0.01)
        return self._sums()[-1]

    def _sums(self):
        assert self.process.exit_status() in (None, 0), self.process.tail(3)
        lines = self.process.log.read_text().split("\n")[:-1]
        return [json.loads(line) for line in lines if line.startswith("{")]

    def acknowledged(self):
        return self.now()["acknowledged"]["shares"]

    def wait_for(self, more, what="acknowledged shares", timeout=90):
        """Until that many more shares are acknowledged."""
        target = self.acknowledged() + more
        until(lambda: self.acknowledged() >= target, what, timeout)

    def wait_for_all(self):
        """Until every miner has a job."""
        until(lambda: (now := self.now())["ready"] == now["conns"], "login of all miners")

    def end(self):
        """Stop in order, and the sums."""
        assert self.process.stop() == 0, self.process.tail(5)
        return self._sums()[-1]

    def shares(self, fate):
        """A set of Share; fate: acknowledged, refused or lost."""
        shares = set()
        for line in self.log.read_text().splitlines():
            words = line.split()
            if words[0] == fate:
                shares.add(Share(words[1], words[2], int(words[3]), int(words[4], 16)))
        return shares
