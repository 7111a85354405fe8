"""Payouts and orphans on a real chain: the ledger is killed at every step, and everybody is paid once.

Only the ledger role runs. The work and the found blocks are written straight into the database, as a stratum node would
have left them.
"""
import os
import signal
import sqlite3

import pytest

from kit.node import in_sync
from kit.process import Process
from kit.wait import until

COIN = 10**8
PENDING, IMMATURE, MATURE, ORPHAN = 1, 2, 3, 4
PLANNED, SIGNED, BROADCAST, CONFIRMED, CONFLICTED = 1, 2, 3, 4, 5
BOOK_COINBASE, BOOK_AVAILABLE, BOOK_PAYING, BOOK_PAID, BOOK_NETWORK_FEE = 1, 3, 4, 5, 8


def units(amount):
    return int(amount * COIN)


def packed(account, worker, work):
    """One slot of one share, as src/store/pack_priv.h says."""
    def number(n):
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + number(n >> 7)
    return b"\1\1" + number(account) + number(2 * worker) + number(work) + number(1)


class Ledger:
    """The ledger role of a pool that does nothing else."""

    def __init__(self, pool, a, b, miners):
        self.pool, self.a, self.b, self.miners, self.process = pool, a, b, miners, None
        self.wallet = a.wallet("pool")
        self.address = self.wallet.getnewaddress("", "bech32")
        self.start()
        until(lambda: "leading" in self.process.tail(), "leading ledger")
        self.stop()

    def start(self, crash_at=None):
        env = {**os.environ, **({"KOZAN_CRASH_AT": crash_at} if crash_at else {})}
        argv = [self.pool.kozan, "run", "-c", self.pool.config, "--role", "ledger"]
        self.process = Process("ledger", argv, self.pool.dir / "ledger.log", env)

    def stop(self):
        if self.process and self.process.is_running():
            assert self.process.stop() == 0
        self.process = None

    def kill_at(self, place):
        """Run until it dies at this place."""
        self.start(place)
        assert self.process.wait() == -signal.SIGKILL

    def write(self, text, *values):
        db = sqlite3.connect(self.pool.dir / "data" / "kozan.db", timeout=10)
        with db:
            db.execute(text, values)
        db.close()

    def one(self, text, *values):
        rows = self.pool.sql(text, *values)
        return next(iter(rows[0].values())) if rows else None

    def find_block(self, works):
        """A mines a block for the pool, from this work of the miners at its height."""
        block_hash = self.a.generate(1, self.address)[0]
        block = self.a.rpc.getblock(block_hash, 2)
        height, reward = block["height"], units(block["tx"][0]["vout"][0]["value"])
        for address, work in zip(self.miners, works):
            self.add_work(address, height, work)
        self.write("INSERT INTO block (pool_id, height, hash, prev_hash, reward, found_ms, finder_address,"
                   " finder_worker, node_id, network_work, submit_result, state, confirmations, round_from, round_work,"
                   " closed_ms, updated_ms) VALUES (1, ?, ?, ?, ?, 1, ?, 'w', 0, 1, '', ?, 0, 0, 0, 0, 0)",
                   height, block_hash, block["previousblockhash"], reward, self.miners[0], PENDING)
        return block_hash, reward

    def add_work(self, address, height, work):
        self.write("INSERT OR IGNORE INTO account (pool_id, address, created_ms) VALUES (1, ?, 1)", address)
        account = self.one("SELECT id FROM account WHERE address = ?", address)
        self.write("INSERT OR IGNORE INTO worker (account_id, name, created_ms) VALUES (?, 'w', 1)", account)
        worker = self.one("SELECT id FROM worker WHERE account_id = ?", account)
        self.write("INSERT INTO batch (pool_id, height, minute, node_id, epoch, from_seq, through_seq, work, shares,"
                   " last_ms, data) VALUES (1, ?, 1, 0, 1, ?, ?, ?, 1, 1, ?)",
                   height, worker, worker + 1, work, packed(account, worker, work))

    def mine(self, blocks):
        """Blocks of others, with what is in the memory pool of a."""
        self.a.generate(blocks, self.b.wallet("users").getnewaddress())
        in_sync(self.a, self.b)

    def block_state(self, block_hash):
        return self.one("SELECT state FROM block WHERE hash = ?", block_hash)

    def wait_for_block(self, block_hash, state):
        until(lambda: self.block_state(block_hash) == state, f"state {state} of block {block_hash}")

    def book(self, number):
        return self.one("SELECT coalesce(sum(amount), 0) FROM entry WHERE book = ?", number)

    def received(self):
        """What each miner's address got, in the chain or on its way."""
        rows = self.b.wallet("users").listreceivedbyaddress(0)
        got = {row["address"]: units(row["amount"]) for row in rows}
        return [got.get(address, 0) for address in self.miners]


@pytest.fixture
def ledger(world, users):
    a, b = world.nodes()
    payout = "{minimum: 1, interval: 1s, confirmations: 3}"
    pool = world.pool([a], start=False, payout=payout)
    if b"KOZAN_CRASH_AT" not in pool.kozan.read_bytes():
        pytest.skip("this kozan has no crash points: build it with -Dcrash_points=true")
    addresses = users(b)
    return world.add(Ledger(pool, a, b, [addresses["bech32"], addresses["legacy"]]))


def test_killed_at_every_step(ledger):
    block, reward = ledger.find_block([30, 10])
    fee = reward // 100
    parts = [(reward - fee) * 3 // 4, (reward - fee) // 4]
    ledger.start()
    ledger.wait_for_block(block, IMMATURE)
    ledger.mine(99)  # 100 confirmations: the wallet wants one more
    until(lambda: ledger.one("SELECT confirmations FROM block") == 100, "last look at the immature block")
    ledger.stop()
    assert ledger.block_state(block) == IMMATURE
    ledger.mine(1)

    ledger.kill_at("payout_built")
    assert ledger.block_state(block) == MATURE
    [plan] = ledger.pool.payouts()
    assert plan["state"] == PLANNED
    assert len(ledger.wallet.listlockunspent()) == 1
    assert ledger.a.rpc.getrawmempool() == []

    ledger.kill_at("payout_stored")
    [payout] = ledger.pool.payouts()
    assert payout["state"] == SIGNED
    assert ledger.a.rpc.getrawmempool() == []

    ledger.a.stop()  # it forgets its locks
    ledger.a.start()
    ledger.b.connect(ledger.a)
    ledger.kill_at("payout_sent")
    assert ledger.pool.payouts()[0]["state"] == SIGNED
    assert ledger.a.rpc.getrawmempool() == [payout["txid"]]

    ledger.kill_at("payout_noted")
    assert ledger.pool.payouts()[0]["state"] == BROADCAST
    assert ledger.a.rpc.getrawmempool() == [payout["txid"]]

    ledger.mine(2)
    ledger.start()
    until(lambda: ledger.pool.payouts()[0]["confirmations"] == 2, "two confirmations")
    ledger.stop()
    ledger.mine(1)
    ledger.kill_at("payout_confirming")
    assert ledger.pool.payouts()[0]["state"] == BROADCAST
    ledger.start()
    until(lambda: ledger.pool.payouts()[0]["state"] == CONFIRMED, "confirmed payout")

    next_block, _ = ledger.find_block([1, 0])  # the ledger goes on, and has nothing else to pay
    ledger.wait_for_block(next_block, IMMATURE)
    ledger.stop()
    [last] = ledger.pool.payouts()
    assert (last["raw_tx"], last["txid"]) == (payout["raw_tx"], payout["txid"])
    assert ledger.received() == parts
    assert ledger.book(BOOK_PAID) == reward - fee
    assert (ledger.book(BOOK_AVAILABLE), ledger.book(BOOK_PAYING)) == (0, 0)
    assert ledger.book(BOOK_NETWORK_FEE) == -units(ledger.wallet.gettransaction(payout["txid"])["fee"])
    assert ledger.one("SELECT sum(amount) FROM entry") == 0
    assert ledger.pool.audit()["ok"]


def test_orphan(ledger):
    ledger.b.rpc.setnetworkactive(False)
    orphan, _ = ledger.find_block([1, 1])
    ledger.start()
    ledger.wait_for_block(orphan, IMMATURE)
    ledger.b.generate(7, ledger.b.wallet("users").getnewaddress())
    ledger.b.rpc.setnetworkactive(True)
    ledger.b.connect(ledger.a)
    ledger.wait_for_block(orphan, ORPHAN)
    assert ledger.book(BOOK_COINBASE) == 0

    later, reward = ledger.find_block([2, 0])
    ledger.wait_for_block(later, IMMATURE)
    rest = reward - reward // 100
    credits = ledger.pool.sql("SELECT work, amount FROM credit JOIN block ON block.id = block_id WHERE hash = ?"
                              " ORDER BY work", later)
    assert credits == [{"work": 1, "amount": rest // 4}, {"work": 3, "amount": rest * 3 // 4}]
    ledger.stop()


def test_coins_spent_by_hand(ledger):
    """The coins of a payout that was stored and never sent are gone: after three blocks its money is back in the books,
    and the miners are paid from other coins."""
    first, reward = ledger.find_block([1, 1])
    ledger.start()
    ledger.wait_for_block(first, IMMATURE)
    ledger.stop()
    ledger.mine(100)
    ledger.kill_at("payout_stored")
    ledger.a.stop()  # it forgets its locks
    ledger.a.start()
    ledger.b.connect(ledger.a)
    ledger.wallet.sendtoaddress(ledger.wallet.getnewaddress(), ledger.wallet.getbalance(), "", "", True)

    ledger.start()
    until(lambda: "payout_not_taken" in ledger.process.tail(), "complaint about the payout")
    assert len(ledger.pool.payouts()) == 1
    ledger.mine(3)
    until(lambda: len(ledger.pool.payouts()) == 2, "second payout")
    until(lambda: ledger.pool.payouts()[1]["state"] == BROADCAST, "second payout to be sent")
    in_mempool = ledger.pool.payouts()[1]["txid"]
    assert ledger.a.rpc.getrawmempool() == [in_mempool]
    ledger.mine(3)
    until(lambda: ledger.pool.payouts()[1]["state"] == CONFIRMED, "second payout to be confirmed")
    assert ledger.pool.payouts()[0]["state"] == CONFLICTED
    assert ledger.received() == [(reward - reward // 100) // 2] * 2
    ledger.stop()


def test_standby_takes_over(ledger, world):
    """Two ledgers on one database: one leads; when it stops, the other does, and pays what is due."""
    folder = ledger.pool.dir
    config = folder / "standby.yaml"
    config.write_text(ledger.pool.config.read_text().replace(
        f'data_dir: "{folder}/data"', f'data_dir: "{folder}/standby"\nstore: {{path: "{folder}/data/kozan.db"}}'))
    block, _ = ledger.find_block([1, 1])
    ledger.start()
    ledger.wait_for_block(block, IMMATURE)
    argv = [ledger.pool.kozan, "run", "-c", config, "--role", "ledger"]
    standby = world.add(Process("standby", argv, folder / "standby.log"))
    until(lambda: "standing_by" in standby.tail(), "standby")
    ledger.stop()
    until(lambda: "leading" in standby.tail(), "standby to lead")
    ledger.mine(100)
    until(lambda: ledger.pool.payouts() and ledger.pool.payouts()[0]["state"] == BROADCAST, "payout")
    assert standby.stop() == 0
