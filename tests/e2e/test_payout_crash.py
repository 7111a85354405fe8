"""A payout on a real chain: the ledger is killed at every step, and everybody is paid once.

Two litecoind in regtest: A holds the pool's wallet, B is the rest of the world and the miners' wallets. The work and the
found blocks are written straight into the database, so that only the ledger role is under test.
"""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LITECOIND = "/usr/lib/litecoin/litecoind"
COIN = 10**8
PORT = int(os.environ.get("KOZAN_TEST_PORT_PAYOUT", "22100"))


def find_kozan():
    """$KOZAN, or the newest program of a build folder inside the tree."""
    if "KOZAN" in os.environ:
        return os.environ["KOZAN"]
    built = sorted(ROOT.glob("build*/src/cli/kozan"), key=lambda p: p.stat().st_mtime)
    if not built:
        pytest.skip("no kozan: set $KOZAN to the program")
    return str(built[-1])


class Daemon:
    def __init__(self, folder, number):
        self.folder = folder / f"daemon{number}"
        self.folder.mkdir()
        (self.folder / "none.conf").touch()
        self.p2p, self.port, self.process = PORT + number, PORT + 10 + number, None

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def start(self, *more):
        self.process = subprocess.Popen(
            [LITECOIND, "-regtest", f"-datadir={self.folder}", f"-conf={self.folder}/none.conf", "-server",
             "-printtoconsole=0", f"-port={self.p2p}", f"-bind=127.0.0.1:{self.p2p}", f"-rpcport={self.port}",
             "-rpcbind=127.0.0.1", "-rpcallowip=127.0.0.1", "-rpcuser=u", "-rpcpassword=p", "-dnsseed=0", "-discover=0",
             "-listenonion=0", "-upnp=0", "-fallbackfee=0.0001", "-keypool=10", "-maxtipage=2000000000",
             "-rpcservertimeout=3", *more])
        wait(lambda: self.answers(), "the daemon")

    def answers(self):
        try:
            return self.rpc("getblockcount") >= 0
        except (OSError, RuntimeError):
            return False

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(60)
            self.process = None

    def rpc(self, method, *params):
        request = urllib.request.Request(
            self.url, json.dumps({"id": 1, "method": method, "params": params}).encode(),
            {"Authorization": "Basic dTpw"})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer, parse_float=str)["result"]
        except urllib.error.HTTPError as error:
            raise RuntimeError(error.read().decode()) from error


def wait(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.05)
    raise AssertionError(f"waited {seconds} s for {what}")


def units(text):
    whole, _, part = str(text).partition(".")
    return int(whole) * COIN + int(part.ljust(8, "0") or 0)


class Pool:
    """The ledger role of one pool, and what its database says."""

    def __init__(self, folder, a, b):
        self.folder, self.a, self.b, self.log = folder, a, b, folder / "ledger.log"
        self.address = a.rpc("getnewaddress")
        self.miners = [b.rpc("getnewaddress"), b.rpc("getnewaddress", "", "legacy")]
        self.conf = folder / "kozan.yaml"
        self.conf.write_text(f"""
data_dir: {folder}/data
coins_dir: {ROOT}/coins
ledger: {{interval: 100ms}}
pools:
  - name: test
    coin: litecoin
    network: regtest
    address: {self.address}
    daemons: [{{name: a, url: "{a.url}", user: u, password: p}}]
    ports: [{{listen: "127.0.0.1:{PORT + 30}", name: all, difficulty: 1}}]
    reward: {{scheme: prop, fee: 1.0%}}
    payout: {{minimum: 1, interval: 1s, confirmations: 3}}
""")
        (folder / "data").mkdir()
        self.process = None
        self.start()
        wait(lambda: "leading" in self.log.read_text(), "the ledger")
        self.stop()

    def start(self, crash_at=None):
        env = dict(os.environ)
        if crash_at:
            env["KOZAN_CRASH_AT"] = crash_at
        with self.log.open("a") as log:
            self.process = subprocess.Popen([find_kozan(), "run", "-c", str(self.conf), "--role", "ledger"],
                                            env=env, stderr=log)

    def stop(self):
        if not self.process:
            return
        self.process.terminate()
        began = time.monotonic()
        assert self.process.wait(30) == 0, self.log.read_text()
        assert time.monotonic() - began < 3, "SIGTERM takes long"
        self.process = None

    def kill_at(self, place):
        """Run until it dies at this place."""
        self.start(place)
        assert self.process.wait(60) == -signal.SIGKILL, self.log.read_text()
        self.process = None

    def sql(self, text, *values):
        db = sqlite3.connect(self.folder / "data" / "kozan.db", timeout=10)
        with db:
            rows = db.execute(text, values).fetchall()
        db.close()
        return rows

    def one(self, text, *values):
        rows = self.sql(text, *values)
        return rows[0][0] if rows else None

    def find_block(self, works):
        """A mines a block for the pool, from this work at its height."""
        block_hash = self.a.rpc("generatetoaddress", 1, self.address)[0]
        block = self.a.rpc("getblock", block_hash, 2)
        height, reward = block["height"], units(block["tx"][0]["vout"][0]["value"])
        for address, work in zip(self.miners, works):
            self.sql("INSERT OR IGNORE INTO account (pool_id, address, created_ms) VALUES (1, ?, 1)", address)
            account = self.one("SELECT id FROM account WHERE address = ?", address)
            self.sql("INSERT OR IGNORE INTO worker (account_id, name, created_ms) VALUES (?, 'w', 1)", account)
            worker = self.one("SELECT id FROM worker WHERE account_id = ?", account)
            self.sql("INSERT INTO slot (pool_id, height, minute, worker_id, node_id, account_id, work, shares, last_ms) "
                     "VALUES (1, ?, 1, ?, 0, ?, ?, 1, 1)", height, worker, account, work)
        self.sql("INSERT INTO block (pool_id, height, hash, prev_hash, reward, found_ms, finder_address, finder_worker,"
                 " node_id, network_work, submit_result, state, confirmations, round_work, round_from, closed_ms,"
                 " updated_ms) VALUES (1, ?, ?, ?, ?, 1, ?, 'w', 0, 1, '', 1, 0, 0, 0, 0, 0)",
                 height, block_hash, block["previousblockhash"], reward, self.miners[0])
        return height, block_hash, reward

    def block_state(self, block_hash):
        return self.one("SELECT state FROM block WHERE hash = ?", block_hash)

    def book(self, number):
        return self.one("SELECT coalesce(sum(amount), 0) FROM entry WHERE book = ?", number)


PENDING, IMMATURE, MATURE, ORPHAN = 1, 2, 3, 4
SIGNED, BROADCAST, CONFIRMED = 2, 3, 4
BOOK_COINBASE, BOOK_AVAILABLE, BOOK_PAYING, BOOK_PAID, BOOK_NETWORK_FEE = 1, 3, 4, 5, 8


@pytest.fixture
def pool(tmp_path):
    if not os.path.exists(LITECOIND):
        pytest.skip("no litecoind")
    a, b = Daemon(tmp_path, 1), Daemon(tmp_path, 2)
    made = None
    try:
        a.start()
        b.start(f"-connect=127.0.0.1:{a.p2p}")
        a.rpc("createwallet", "pool")
        b.rpc("createwallet", "others")
        made = Pool(tmp_path, a, b)
        yield made
    finally:
        if made and made.process:
            made.process.kill()
            made.process.wait()
        b.stop()
        a.stop()


def mine(pool, blocks):
    """B's transactions and blocks reach A, and the other way round."""
    pool.a.rpc("generatetoaddress", blocks, pool.b.rpc("getnewaddress"))
    wait(lambda: pool.a.rpc("getbestblockhash") == pool.b.rpc("getbestblockhash"), "the daemons to agree")


def received(pool, address):
    rows = pool.b.rpc("listreceivedbyaddress", 0)
    return sum(units(row["amount"]) for row in rows if row["address"] == address)


def test_killed_at_every_step(pool):
    mine(pool, 1)
    _, block_hash, reward = pool.find_block([30, 10])
    pool.start()
    wait(lambda: pool.block_state(block_hash) == IMMATURE, "the round to close")
    mine(pool, 99)
    pool.stop()
    assert pool.block_state(block_hash) == IMMATURE
    mine(pool, 1)

    pool.kill_at("payout_built")
    assert pool.block_state(block_hash) == MATURE
    assert pool.one("SELECT count(*) FROM payout") == 0
    assert len(pool.a.rpc("listlockunspent")) == 1
    assert pool.a.rpc("getrawmempool") == []

    pool.kill_at("payout_stored")
    assert pool.one("SELECT state FROM payout") == SIGNED
    assert pool.a.rpc("getrawmempool") == []
    raw, txid = pool.sql("SELECT raw_tx, txid FROM payout")[0]

    pool.a.stop()  # it forgets its locks
    pool.a.start("-wallet=pool")
    pool.kill_at("payout_sent")
    assert pool.one("SELECT state FROM payout") == SIGNED
    assert pool.a.rpc("getrawmempool") == [txid]

    pool.kill_at("payout_noted")
    assert pool.one("SELECT state FROM payout") == BROADCAST
    assert pool.a.rpc("getrawmempool") == [txid]

    pool.b.rpc("addnode", f"127.0.0.1:{pool.a.p2p}", "onetry")
    wait(lambda: pool.b.rpc("getconnectioncount") > 0, "B to be back")
    mine(pool, 2)
    pool.start()
    wait(lambda: pool.one("SELECT confirmations FROM payout") == 2, "two confirmations")
    pool.stop()
    mine(pool, 1)
    pool.kill_at("payout_confirming")
    assert pool.one("SELECT state FROM payout") == BROADCAST
    pool.start()
    wait(lambda: pool.one("SELECT state FROM payout") == CONFIRMED, "the payout to be confirmed")
    mine(pool, 3)
    time.sleep(2.5)  # more than two payout intervals: there is nothing left to pay
    pool.stop()

    fee = reward // 100
    parts = [(reward - fee) * 3 // 4, (reward - fee) // 4]
    assert [received(pool, m) for m in pool.miners] == parts
    assert pool.sql("SELECT raw_tx, txid FROM payout") == [(raw, txid)]
    assert pool.book(BOOK_PAID) == reward - fee
    assert (pool.book(BOOK_AVAILABLE), pool.book(BOOK_PAYING)) == (0, 0)
    assert pool.book(BOOK_NETWORK_FEE) == units(pool.a.rpc("gettransaction", txid)["fee"].lstrip("-"))
    assert pool.one("SELECT sum(amount) FROM entry") == 0
    assert "wallet_trouble" not in pool.log.read_text()


def test_orphan_on_a_real_chain(pool):
    mine(pool, 1)
    pool.b.rpc("setnetworkactive", False)
    _, block_hash, _ = pool.find_block([1, 1])
    pool.start()
    wait(lambda: pool.block_state(block_hash) == IMMATURE, "the round to close")
    pool.b.rpc("generatetoaddress", 7, pool.b.rpc("getnewaddress"))
    pool.b.rpc("setnetworkactive", True)
    pool.b.rpc("addnode", f"127.0.0.1:{pool.a.p2p}", "onetry")
    wait(lambda: pool.block_state(block_hash) == ORPHAN, "the orphan")
    assert pool.book(BOOK_COINBASE) == 0
    height, later, reward = pool.find_block([2, 0])
    wait(lambda: pool.block_state(later) == IMMATURE, "the next round")
    assert pool.sql("SELECT work, amount FROM credit JOIN block ON block.id = block_id WHERE hash = ? ORDER BY work",
                    later) == [(1, (reward - reward // 100) // 4), (3, (reward - reward // 100) * 3 // 4)]
    assert pool.one("SELECT round_work FROM block WHERE hash = ?", later) == 4
    pool.stop()
