"""Daemons seen by coind/ alone (the program live_coind): templates, long polls, failover, blocks, the wallet.

KOZAN_LIVE_COIND=/path/to/live_coind chooses the program; it is built with the unit tests.
"""
import os
import pathlib
import queue
import re
import signal
import subprocess
import threading
import time

import pytest
from kit.node import Bcoin, Litecoind
from kit.pool import KOZAN, ROOT
from kit.wait import TooLong, until

LIVE = pathlib.Path(os.environ.get("KOZAN_LIVE_COIND", KOZAN.parent / "tests/unit/coind/live_coind"))
pytestmark = pytest.mark.skipif(not LIVE.exists(), reason=f"no {LIVE}")

CONFIG = """\
data_dir: "{dir}/data"
coins_dir: "{root}/coins"
pools:
  - name: test
    coin: {coin}
    network: regtest
    address: {address}
    daemon_poll: {poll}
    daemons:
{daemons}
    wallet: {wallet}
    ports: [{{listen: "127.0.0.1:1", name: main}}]
"""


class Live:
    """live_coind at these daemons; what it prints is kept in lines."""

    def __init__(self, dir, daemons, address, coin="litecoin", poll="50ms", wallet="{name: pool}"):
        self.dir = pathlib.Path(dir)
        self.dir.mkdir(parents=True, exist_ok=True)
        config = self.dir / "live.yaml"
        config.write_text(CONFIG.format(
            dir=self.dir, root=ROOT, coin=coin, address=address, poll=poll, wallet=wallet,
            daemons="".join(f"      - {d.yaml()}\n" for d in daemons)))
        self.queue, self.lines = queue.Queue(), []
        self.process = subprocess.Popen([LIVE, config], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.queue.put((time.time(), line.rstrip("\n").split(" ", 1)[1]))

    def say(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()

    def expect(self, pattern, timeout=60):
        """Wait for a line that matches and was not taken yet, in whatever order lines come."""
        end = time.monotonic() + timeout
        while True:
            for i, (when, line) in enumerate(self.lines):
                found = re.search(pattern, line)
                if found:
                    del self.lines[i]
                    self.when = when
                    return found
            try:
                self.lines.append(self.queue.get(timeout=max(0, end - time.monotonic())))
            except queue.Empty:
                raise TooLong(f"no {pattern!r} but\n" + "\n".join(line for _, line in self.lines)) from None

    def ask(self, command, pattern):
        self.say(command)
        return self.expect(pattern)

    def stop(self):
        if self.process.poll() is None:
            self.say("quit")
            self.process.wait(10)

    def quit(self):
        self.say("quit")
        stopped = self.expect(r"stopped after_ms=(\d+)")
        assert self.process.wait(10) == 0
        return int(stopped[1])


def address_of(node):
    return node.wallet("pool").getnewaddress("", "bech32")


def test_new_tips_by_long_poll_and_stopping(world):
    a, b = world.nodes()
    live = world.add(Live(world.dir / "live", [a], address_of(a), poll="1m"))
    live.expect(r"template height=111 .*reason=new_tip")
    # A daemon that has just started answers long polls at once until its first block.
    b.generate(1, b.wallet("users").getnewaddress())
    until(lambda: a.tip == b.tip, "common tip")
    live.ask("wake", "template height=112")
    waits = []
    for height in range(113, 123):
        start = time.time()
        b.generate(1, b.wallet("users").getnewaddress())
        live.expect(f"template height={height} .*reason=new_tip")
        waits.append(live.when - start)
    print("long poll, from the other daemon's block to our template [ms]:",
          [round(1000 * w) for w in waits])
    took_ms = live.quit()
    print("stopping took [ms]:", took_ms)
    assert took_ms < 1000


def test_failover_and_recovery(world):
    a, b = world.nodes()
    a.add_dummy_peer()
    b.add_dummy_peer()
    live = world.add(Live(world.dir / "live", [a, b], address_of(a)))
    live.expect("template height=111")
    live.expect("daemon b state=ready")
    a.kill()
    start = time.time()
    live.expect("daemon a state=unreachable")
    print("seen as dead after [ms]:", round(1000 * (live.when - start)))
    b.generate(1, b.wallet("users").getnewaddress())
    live.expect("template height=112 .*daemon=b reason=new_tip")
    live.ask("mine", "answer daemon=b verdict=1 answer=null")
    live.expect("settled .* height=112 verdict=1 daemon=b")
    a.start()
    a.connect(b)
    live.expect("daemon a state=ready")
    until(lambda: a.tip == b.tip, "common tip")


def test_a_frozen_daemon(world):
    a, b = world.nodes()
    a.add_dummy_peer()
    b.add_dummy_peer()
    live = world.add(Live(world.dir / "live", [a, b], address_of(a)))
    live.expect("daemon a state=ready")
    live.expect("daemon b state=ready")
    a.process.signal(signal.SIGSTOP)  # the kernel still accepts connections for it
    try:
        live.expect("daemon a state=silent .*does not answer")
        b.generate(1, b.wallet("users").getnewaddress())
        live.expect("template height=112 .*daemon=b")
        live.ask("mine", "settled .* height=112 verdict=1 daemon=b")
        assert live.ask("status", "daemon a state=(silent)")
    finally:
        a.process.signal(signal.SIGCONT)
    live.expect("daemon a state=ready")
    until(lambda: a.tip == b.tip, "common tip")
    live.expect("answer daemon=a verdict=1 ")


def test_blocks_to_all_and_orphans(world):
    a, b = world.nodes()
    live = world.add(Live(world.dir / "live", [a, b], address_of(a)))
    live.expect("template height=111")
    live.expect("daemon b state=ready")
    live.say("mine")
    settled = live.expect(r"settled id=([0-9a-f]{64}) height=111 verdict=1")[1]
    until(lambda: a.tip == b.tip == settled, "our block at both")
    for name in "ab":
        live.ask(f"lookup {settled}" if name == "a" else "status", f"daemon[= ]{name}")
    # A longer branch without it.
    for node in (a, b):
        node.rpc.invalidateblock(settled)
    for node in (a, b):
        until(lambda: node.height == 110, "the block before")
    b.generate(2, b.wallet("users").getnewaddress())
    until(lambda: a.tip == b.tip, "the other branch")
    live.say(f"lookup {settled}")
    live.expect("lookup daemon=a place=side confirmations=0 tip=112")
    live.expect("lookup daemon=b place=side confirmations=0 tip=112")
    live.ask("lookup " + 64 * "7", "lookup daemon=a place=unknown")
    # What is settled is told again after a restart, until somebody forgets it.
    live.quit()
    again = world.add(Live(world.dir / "live", [a, b], address_of(a)))
    again.expect(f"settled id={settled} .* old=1")


def test_a_block_with_mweb(world):
    node = world.add(Litecoind(world.dir / "m", "m", mweb=True)).start()
    wallet = node.make_wallet("pool")
    node.generate(431, wallet.getnewaddress())
    wallet.sendtoaddress(wallet.getnewaddress("", "mweb"), 1)
    node.add_dummy_peer()
    live = world.add(Live(world.dir / "live", [node], address_of(node)))
    live.expect(r"template height=432 txs=2 mweb=[1-9]")
    live.ask("mine", "answer daemon=m verdict=1 answer=null")
    live.expect(r"template height=433 .* mweb=[1-9]")
    live.ask("mine", "settled .* height=433 verdict=1")


def test_payments(world):
    node = world.node("a")
    node.add_dummy_peer()
    pool, users = node.wallet("pool"), node.wallet("users")
    users.sendtoaddress(address_of(node), 20)
    node.generate(1, users.getnewaddress())
    live = world.add(Live(world.dir / "live", [node], address_of(node)))
    live.ask("wallet", r"generation=1 version=210201 encrypted=0 unlocked=1 available=20.00000000")
    live.ask("owns " + address_of(node), "owns 1")
    live.ask("owns " + users.getnewaddress(), "owns 0")
    to = [users.getnewaddress("", kind) for kind in ("legacy", "p2sh-segwit", "bech32")]
    live.ask(f"pay {to[0]} 1 {to[1]} 2.5 {to[2]} 0.00100001", r"pay txid=.* inputs=1")
    assert len(pool.listlockunspent()) == 1
    live.ask("unlock", "unlock ok")
    assert pool.listlockunspent() == []
    txid = live.ask(f"pay {to[0]} 1 {to[1]} 2.5 {to[2]} 0.00100001", "pay txid=([0-9a-f]+)")[1]
    live.ask("tx", "tx known=0")
    live.ask("send", "send sent")
    live.ask("send", "send sent")
    live.ask("tx", "tx known=1 confirmations=0")
    node.generate(1, users.getnewaddress())
    live.ask("send", "send mined")
    live.ask("tx", "tx known=1 confirmations=1 fee=0.0000")
    assert users.gettransaction(txid)["confirmations"] == 1
    # Another transaction takes the input: this one can never confirm.
    live.ask(f"pay {to[0]} 3", "pay txid=")
    live.ask("unlock", "unlock ok")
    pool.sendtoaddress(to[1], 15)
    live.ask("send", "send no_inputs")
    live.ask(f"pay {to[0]} 100", "pay error=no space left: Insufficient funds")
    live.ask(f"pay {to[0]} 0.00000001", "pay error=")


def test_an_encrypted_wallet(world):
    node = world.node("a")
    pool, users = node.wallet("pool"), node.wallet("users")
    users.sendtoaddress(address_of(node), 20)
    node.generate(1, users.getnewaddress())
    pool.encryptwallet("open sesame")
    to = users.getnewaddress()
    poor = world.add(Live(world.dir / "poor", [node], address_of(node)))
    poor.ask("wallet", "encrypted=1 unlocked=0 available=20.0")
    poor.ask(f"pay {to} 1", "pay error=not authorised: .*passphrase_file")
    assert pool.listlockunspent() == []
    live = world.add(Live(world.dir / "live", [node], address_of(node),
                          wallet='{name: pool, passphrase: "open sesame"}'))
    live.ask(f"pay {to} 1", "pay txid=")
    assert pool.getwalletinfo()["unlocked_until"] == 0
    live.ask("send", "send sent")


def test_bcoin(world):
    Bcoin.install()
    node = world.add(Bcoin(world.dir / "b")).start()
    node.generate(5, node.address())
    coin = ROOT / "tests/e2e/bcoin/coin.yaml"
    live = world.add(Live(world.dir / "live", [node], node.address(), coin=coin, poll="1m", wallet="{}"))
    live.expect("template height=6 .* witness=0")
    for height in range(6, 12):
        live.say("mine")
        live.expect(f"answer daemon=b verdict=1 answer=null")
        live.expect(f"settled .* height={height} verdict=1")
        live.expect(f"template height={height + 1} ")
    assert node.height == 11
    node.generate(432 - 11, node.address())
    live.expect("template height=433 .* witness=1")
    live.ask("mine", "settled .* height=433 verdict=1")
