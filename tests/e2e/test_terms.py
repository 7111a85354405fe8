"""What accounts have agreed with the pool: no fee, a donation; and the operator's recipients: from the commands to credits,
statements, payouts and the audit, to the last unit."""
import csv

from kit.ledger import BOOK_AVAILABLE, BOOK_FEE, BROADCAST, IMMATURE, MATURE, Ledger, units
from kit.wait import until


def make(world, users, reward):
    a, b = world.nodes()
    of = users(b)
    recipient = of["p2sh-segwit"]
    reward = reward.replace("RECIPIENT", f'recipients: [{{address: "{recipient}", percent: 2%}}]')
    pool = world.pool([a], start=False, reward=reward, payout="{minimum: 0.000001, dust: 0.000001, interval: 1s, confirmations: 2}")
    ledger = world.add(Ledger(pool, a, b, [of["bech32"], of["legacy"], recipient]))
    free, giver, _ = ledger.miners
    for miner in (free, giver):
        ledger.add_work(miner, 1, 0)  # they are known
    ledger.pool.run("account", "set", free, "no_fee", "yes")
    ledger.pool.run("account", "set", giver, "donation", "10%")
    return ledger


def statement(ledger, miner):
    text = ledger.pool.run("account", "statement", miner).stdout
    return list(csv.DictReader(text.splitlines()))


def units_of(text):
    whole, part = text.lstrip("-").split(".")
    return (-1 if text[0] == "-" else 1) * (int(whole) * 10**8 + int(part))


def test_terms_of_a_block(world, users):
    ledger = make(world, users, '{scheme: prop, fee: "1%", RECIPIENT}')
    block, reward = ledger.find_block([1, 1])
    ledger.mine(100)
    ledger.start()
    ledger.wait_for_block(block, MATURE)
    given = reward * 2 // 100
    half = (reward - given) // 2
    fee = half // 100
    donation = (half - fee) * 10 // 100
    amounts = [half, half - fee - donation, given]
    ledger.wait_for_payout(BROADCAST)
    ledger.wait_for_received(amounts)
    ledger.mine(2)
    until(lambda: ledger.book(BOOK_AVAILABLE) == 0, "all paid")
    free, giver, recipient = (statement(ledger, miner)[0] for miner in ledger.miners)
    assert [units_of(x["immature"]) for x in (free, giver, recipient)] == amounts
    assert [units_of(x["fee"]) for x in (free, giver, recipient)] == [0, fee, 0]
    assert [units_of(x["donation"]) for x in (free, giver, recipient)] == [0, donation, 0]
    [line] = ledger.ask("account", "statement", ledger.miners[1], "--by", "month")
    assert (units_of(line["fee"]), units_of(line["donation"])) == (fee, donation)

    # the round is recounted by the terms of then
    ledger.pool.run("account", "set", ledger.miners[0], "no_fee", "no")
    ledger.pool.run("account", "set", ledger.miners[1], "donation", "0%")
    ledger.assert_reconciled()
    ledger.stop()
    audit = ledger.pool.audit()
    assert audit["ok"], audit


def test_terms_of_work_that_is_credited_by_itself(world, users):
    ledger = make(world, users, '{scheme: pps, fee: "1%", block_value: 0.01, interval: 1s, RECIPIENT}')
    block, reward = ledger.find_block([1, 1])
    ledger.mine(100)
    ledger.start()
    ledger.wait_for_block(block, MATURE)
    value = units(1) // 200  # half a block of regtest
    ledger.wait_for_payout(BROADCAST)
    free, giver, recipient = (statement(ledger, miner)[0] for miner in ledger.miners)
    assert [x["kind"] for x in (free, giver, recipient)] == ["accrue"] * 3
    assert units_of(free["fee"]) == 0 and units_of(free["donation"]) == 0
    given = units_of(recipient["available"])
    assert given == 2 * value * 2 // 100
    share = units_of(free["available"])
    assert share == value - value * 2 // 100
    fee = units_of(giver["fee"])
    assert fee == share // 100
    assert units_of(giver["donation"]) == (share - fee) * 10 // 100
    assert units_of(giver["available"]) == share - fee - units_of(giver["donation"])
    assert ledger.book(BOOK_FEE) == fee + units_of(giver["donation"])
    ledger.stop()
    audit = ledger.pool.audit()
    assert audit["ok"], audit
