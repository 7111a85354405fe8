"""Where balances come from: the ledger is killed at every step of rounds, maturity, work that is credited by itself and
debts. Everybody is credited once, and the books agree."""
import pytest

from kit.ledger import BOOK_AVAILABLE, BOOK_FEE, IMMATURE, MATURE, PENDING, Ledger
from kit.wait import until

BOOK_RESERVE, BOOK_OWED = 13, 14
EACH = 49_500  # a share of one hash: half a block of regtest, of 0.001 coins, less 1 %


@pytest.fixture
def make(world, users):
    def make(reward):
        a, b = world.nodes()
        pool = world.pool([a], start=False, reward=reward, payout="{minimum: 100000, interval: 1s}")
        if b"KOZAN_CRASH_AT" not in pool.kozan.read_bytes():
            pytest.skip("this kozan has no crash points: build it with -Dcrash_points=true")
        addresses = users(b)
        return world.add(Ledger(pool, a, b, [addresses["bech32"], addresses["legacy"]]))
    return make


def close_and_mature(ledger):
    """A block of theirs, mature; killed at each step."""
    block, reward = ledger.find_block([1, 1])
    for place in ("round_counted", "round_closing"):
        ledger.kill_at(place)
        assert ledger.block_state(block) == PENDING
        assert ledger.one("SELECT count(*) FROM entry") == 0
    ledger.kill_at("round_closed")
    assert ledger.block_state(block) == IMMATURE
    ledger.mine(100)
    ledger.kill_at("block_maturing")
    assert ledger.block_state(block) == IMMATURE
    return block, reward


def more_work(ledger):
    for miner in ledger.miners:
        ledger.add_work(miner, ledger.a.height + 1, 1)
    ledger.mine(1)


def test_killed_while_closing(make):
    ledger = make('{scheme: pplns, fee: "1%"}')
    block, reward = close_and_mature(ledger)
    ledger.start()
    ledger.wait_for_block(block, MATURE)
    ledger.stop()
    assert ledger.book(BOOK_AVAILABLE) == reward - reward // 100
    assert ledger.book(BOOK_FEE) == reward // 100
    assert ledger.pool.audit()["ok"]


def test_killed_while_crediting_work(make):
    ledger = make('{scheme: pps, fee: "1%", block_value: 0.001, interval: 1s}')
    _, reward = close_and_mature(ledger)
    for number in range(2):
        ledger.kill_at("accrual_counted")
        assert ledger.book(BOOK_AVAILABLE) == 2 * EACH * number
        ledger.kill_at("accrual_credited")
        assert ledger.book(BOOK_AVAILABLE) == 2 * EACH * (number + 1)
        more_work(ledger)
    ledger.start()
    until(lambda: ledger.book(BOOK_AVAILABLE) == 6 * EACH, "the last of the work")
    ledger.stop()
    assert ledger.book(BOOK_RESERVE) == reward - 300_000
    assert ledger.book(BOOK_FEE) == 3000
    assert ledger.one("SELECT sum(amount) FROM entry") == 0
    assert ledger.pool.audit()["ok"]


@pytest.mark.parametrize("scheme", ["smpps", "esmpps"])
def test_killed_while_paying_debts(make, scheme):
    ledger = make(f'{{scheme: {scheme}, fee: "1%", block_value: 0.001, interval: 1s}}')
    _, reward = close_and_mature(ledger)
    ledger.kill_at("accrual_counted")
    assert ledger.book(BOOK_OWED) == 0
    ledger.kill_at("accrual_credited")
    assert (ledger.book(BOOK_OWED), ledger.book(BOOK_AVAILABLE)) == (100_000, 0)
    ledger.kill_at("debt_counted")
    assert (ledger.book(BOOK_OWED), ledger.book(BOOK_AVAILABLE)) == (100_000, 0)
    ledger.kill_at("debt_paid")
    assert (ledger.book(BOOK_OWED), ledger.book(BOOK_AVAILABLE)) == (0, 2 * EACH)
    more_work(ledger)
    ledger.start()
    until(lambda: ledger.book(BOOK_AVAILABLE) == 4 * EACH, "the last of the work")
    ledger.stop()
    assert (ledger.book(BOOK_RESERVE), ledger.book(BOOK_FEE)) == (reward - 200_000, 2000)
    assert ledger.one("SELECT sum(amount) FROM entry") == 0
    assert ledger.pool.audit()["ok"]
