"""The ledger role alone on a real chain. The work and the found blocks are written straight into the database, as a
stratum node would have left them."""
import json
import os
import signal
import sqlite3

from .node import in_sync
from .process import Process
from .wait import until

COIN = 10**8
PENDING, IMMATURE, MATURE, ORPHAN = 1, 2, 3, 4
PLANNED, SIGNED, BROADCAST, CONFIRMED, CONFLICTED, WAITING, REFUSED = 1, 2, 3, 4, 5, 6, 7
BOOK_COINBASE, BOOK_AVAILABLE, BOOK_PAYING, BOOK_PAID, BOOK_FEE, BOOK_NETWORK_FEE = 1, 3, 4, 5, 7, 8
BOOK_HOT, BOOK_COLD, BOOK_OPERATOR = 9, 10, 11


def units(amount):
    return int(amount * COIN)


def packed(account, worker, work):
    """One slot of one share, as src/store/pack_priv.h says."""
    def number(n):
        return bytes([n]) if n < 128 else bytes([n & 127 | 128]) + number(n >> 7)
    return b"\1\1" + number(account) + number(2 * worker) + number(work) + number(1)


ADD_SHARE = ("INSERT INTO batch (pool_id, height, minute, node_id, epoch, from_seq, through_seq, work, shares, last_ms, data)"
             " VALUES (1, ?, 1, 0, 1, ?, ?, ?, 1, 1, ?)")


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
        self.write(ADD_SHARE, height, worker, worker + 1, work, packed(account, worker, work))

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

    def earn(self, works, blocks=100):
        """A found block of this work, mature and credited; the ledger has stopped. What it pays the miners."""
        block_hash, reward = self.find_block(works)
        self.mine(blocks)
        self.start()
        self.wait_for_block(block_hash, MATURE)
        self.stop()
        return block_hash, reward

    def ask(self, *words):
        """A subcommand that answers in JSON."""
        return json.loads(self.pool.run(*words, "--json").stdout)

    def payout(self, number=-1):
        payouts = self.pool.payouts()
        return payouts[number] if payouts else None

    def wait_for_payout(self, state, number=-1):
        until(lambda: self.payout(number) and self.payout(number)["state"] == state, f"payout in state {state}")
        return self.payout(number)

    def wait_for_received(self, amounts):
        until(lambda: self.received() == amounts, f"the miners' {amounts}")

    def assert_reconciled(self):
        """The ledger has compared itself with the wallet after all that has happened, and they agree."""
        def agrees():
            book = self.ask("payout", "reconcile")
            return book["time_ms"] and book["difference"] == "0.00000000" and book
        return until(agrees, "agreement of wallet and ledger")
