"""Who may connect: bans by conduct and by hand, limits, and a siege that honest miners do not notice."""
import contextlib
import json
import os
import socket
import threading
import time

import pytest

from kit.miner import Stratum
from kit.wait import until

SIEGE = int(os.environ.get("KOZAN_SIEGE", 200))  # honest miners, and as many slow ones


@pytest.fixture
def pool(world):
    a, b = world.nodes()
    pool = world.pool([a, b], start=False, payout="{enabled: false}")
    pool.user = b.wallet("users").getnewaddress("", "bech32")
    pool.daemons = [a, b]
    return pool


def start(pool, stratum):
    pool.settings["stratum"] = stratum
    pool.write_config(pool.daemons, pool.daemons[0].wallet("pool").getnewaddress("", "bech32"))
    return pool.start()


def is_welcome(pool, source):
    """Whether a ping from this address is answered."""
    try:
        with Stratum(pool.port, source=source) as miner:
            return miner.call("mining.ping")["result"] == "pong"
    except (AssertionError, OSError):  # closed, before or after we have written
        return False


def misbehave(pool, source):
    """One connection full of garbage; True once the address is banned."""
    with contextlib.suppress(OSError), Stratum(pool.port, source=source) as miner:
        miner.send(b"garbage\n" * 5)
        while miner.read():
            pass
    return not is_welcome(pool, source)


def bans(pool):
    return {ban["net"]: ban for ban in json.loads(pool.run("ban", "list", "--json").stdout)}


def test_bad_conduct_is_banned_and_remembered(pool):
    start(pool, stratum=", ban: 1h")
    until(lambda: misbehave(pool, "127.0.1.1"), "ban")
    assert is_welcome(pool, "127.0.1.2")
    found = until(lambda: bans(pool), "ban in the database")
    assert list(found) == ["127.0.1.1"] and found["127.0.1.1"]["reason"] == "lines that are no JSON-RPC"
    assert found["127.0.1.1"]["by"] == "node 0" and found["127.0.1.1"]["times"] == 1
    assert pool.metric("kozan_stratum_bans") == 1
    assert pool.metric('kozan_stratum_refused_total{reason="banned"}') >= 1
    assert "1 address is banned" in pool.run("status").stdout

    assert pool.stop() == 0
    pool.start()  # bans come from the database within seconds
    until(lambda: not is_welcome(pool, "127.0.1.1"), "memory of the ban")

    pool.run("ban", "remove", "127.0.1.1")
    until(lambda: is_welcome(pool, "127.0.1.1"), "pardon")
    assert bans(pool) == {}
    assert pool.run("ban", "remove", "127.0.1.1", check=False).returncode == 1


def test_bans_by_hand(pool):
    start(pool, stratum=", allow: [127.0.2.9]")
    with Stratum(pool.port, source="127.0.2.1") as victim, Stratum(pool.port, source="127.0.2.9") as allowed, \
            Stratum(pool.port) as other:
        victim.login(pool.user + ".v")
        said = pool.run("ban", "add", "127.0.2.0/24", "--for", "1h", "--reason", "a test").stdout
        assert said.startswith("127.0.2.0/24 is banned until ")
        while victim.read():  # those who are connected leave, too
            pass
        until(lambda: not is_welcome(pool, "127.0.2.200"), "refusal of the network")
        assert allowed.call("mining.ping")["result"] == other.call("mining.ping")["result"] == "pong"
        assert is_welcome(pool, "127.0.2.9")
    assert "127.0.2.0/24 was banned by the operator: a test" in pool.run("status").stdout
    # Whose address it is is nobody else's business.
    assert "127.0.2.0" not in json.dumps(pool.http_json("/api/v1/events"))
    assert "a test" in pool.run("ban", "list").stdout
    for wrong, words in ((["add", "112.0.0.0/4"], "too wide"), (["add", "example.org"], "not an IP address"),
                         (["add", "192.0.2.1", "--for", "soon"], "write 90s")):
        done = pool.run("ban", *wrong, check=False)
        assert done.returncode == 1 and words in done.stderr, done


def test_limits_by_address(pool):
    start(pool, stratum=", new_per_ip: 20, conns_per_ip: 30, ban_score: 0")
    with contextlib.ExitStack() as stack:
        first = [stack.enter_context(Stratum(pool.port, source="127.0.3.1")) for _ in range(20)]
        for miner in first:
            assert miner.call("mining.ping")["result"] == "pong"
        assert not is_welcome(pool, "127.0.3.1")
        assert is_welcome(pool, "127.0.3.2")
        for miner in first:
            miner.login(pool.user)
        for _ in range(10):
            stack.enter_context(Stratum(pool.port, source="127.0.3.1")).login(pool.user)
        assert not is_welcome(pool, "127.0.3.1")
        assert pool.metric('kozan_stratum_refused_total{reason="too_many_new"}') == 1
        assert pool.metric('kozan_stratum_refused_total{reason="too_many"}') == 1
    until(lambda: is_welcome(pool, "127.0.3.1"), "room after the others have left")


def test_deadlines(pool):
    start(pool, stratum=", first_byte: 1s, subscribe: 2s, authorize: 4s")
    began = time.monotonic()
    with Stratum(pool.port) as silent, Stratum(pool.port) as talker, Stratum(pool.port) as half, \
            Stratum(pool.port) as trickler, Stratum(pool.port) as good:
        good.login(pool.user)
        talker.call("mining.ping")
        half.call("mining.subscribe")
        trickler.send(b'{"id":1,"met')
        for miner in (silent, talker, half, trickler):
            assert miner.read() is None
        assert time.monotonic() - began >= 4
        assert good.call("mining.ping")["result"] == "pong"
    for deadline, number in (("first_byte", 1), ("subscribe", 2), ("authorize", 1)):
        assert pool.metric('kozan_stratum_late_total{for="%s"}' % deadline) == number, deadline


# ---- the siege


class Honest:
    """Miners that log in and send shares, in turns; every share must be accepted, and nobody is disconnected."""

    AT_A_TIME = 20

    def __init__(self, pool, count):
        self.miners = [Stratum(pool.port, timeout=120) for _ in range(count)]
        for number, miner in enumerate(self.miners):
            miner.login(f"{pool.user}.{number}")
        self.accepted = self.next = 0

    def send_round(self):
        """Some send a share, all under way at once; no block, so that nobody's work becomes stale."""
        turn = [self.miners[(self.next + n) % len(self.miners)] for n in range(self.AT_A_TIME)]
        self.next += self.AT_A_TIME
        for miner in turn:
            job = miner.jobs[-1]
            extranonce2, nonce = miner.solve(job, wants_block=False, start=self.next)
            miner.send({"id": 1000 + self.next, "method": "mining.submit", "params": [
                miner.user, job.id, extranonce2, job.time, f"{nonce:08x}"]})
        for miner in turn:
            answer = miner.answer(1000 + self.next)
            assert answer["result"] is True, answer
            self.accepted += 1

    def close(self):
        for miner in self.miners:
            assert miner.call("mining.ping")["result"] == "pong"  # still connected
            miner.close()


class Besiegers:
    """Threads of bad clients, each kind from addresses of its own."""

    def __init__(self, pool):
        self.pool, self.is_over, self.connections, self.threads = pool, threading.Event(), 0, []

    def begin(self, kind, source):
        thread = threading.Thread(target=self._run, args=(kind, source), daemon=True)
        thread.start()
        self.threads.append(thread)

    def _run(self, kind, source):
        while not self.is_over.is_set():
            with contextlib.suppress(OSError):
                with socket.create_connection(("127.0.0.1", self.pool.port), 5, (source, 0)) as sock:
                    self.connections += 1
                    kind(self, sock)

    def garbage(self, sock):
        sock.sendall(os.urandom(3000) + b"\n")
        sock.recv(1000)

    def flood(self, sock):
        pass  # connect and leave

    def long_line(self, sock):
        sock.sendall(b"{" + b"x" * 20000)

    def logins(self, sock):
        sock.sendall(b'{"id":1,"method":"mining.authorize","params":["nobody","x"]}\n' * 20)
        while sock.recv(4000):
            pass

    def deaf(self, sock):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        for _ in range(200):
            sock.sendall(b'{"id":1,"method":"mining.ping"}\n' * 100)

    def end(self):
        self.is_over.set()
        for thread in self.threads:
            thread.join(30)


def test_a_siege_costs_honest_miners_nothing(pool):
    start(pool, stratum=f", first_byte: 5s, authorize: 10s, new_per_ip: {SIEGE}, ban: 2s, ban_max: 4s")
    honest = Honest(pool, SIEGE)
    slow = [socket.create_connection(("127.0.0.1", pool.port), 20, (f"127.0.4.{n % 250 + 1}", 0)) for n in range(SIEGE)]
    enemy = Besiegers(pool)
    for number, kind in enumerate((Besiegers.garbage, Besiegers.flood, Besiegers.long_line, Besiegers.logins, Besiegers.deaf)):
        enemy.begin(kind, f"127.0.5.{number + 1}")
    try:
        rounds, letters = 0, b'{"id":1,"method":"mining.subscribe","params":[]}'
        # until the slow ones are gone and the enemy has been banned, and at least a few rounds
        while rounds < 8 or pool.metric("kozan_stratum_banned_total") < 3 or pool.metric("kozan_stratum_new_sessions") > 20:
            assert rounds < 2000
            letter = letters[rounds % len(letters):][:1]
            for sock in slow:
                with contextlib.suppress(OSError):
                    sock.send(letter)
            honest.send_round()
            rounds += 1
    finally:
        enemy.end()
        for sock in slow:
            sock.close()
    assert enemy.connections > 100
    assert honest.accepted == rounds * honest.AT_A_TIME
    assert pool.metric('kozan_shares_total{result="accepted"}') == honest.accepted
    late = sum(pool.metric('kozan_stratum_late_total{for="%s"}' % name) for name in ("first_byte", "subscribe", "authorize"))
    assert late >= SIEGE  # all that trickled were left
    honest.close()
