"""Ten thousand accounts in one run, over a real wallet: each of them is paid, once, by as few transactions as allowed."""
import sqlite3

from kit.ledger import ADD_SHARE, BOOK_AVAILABLE, BOOK_PAID, BROADCAST, CONFIRMED, IMMATURE, Ledger, packed
from kit.wait import until

ACCOUNTS, PER_TRANSACTION = 10_000, 100
CHARSET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def bech32(number):
    """A version 0 address of regtest whose program is this number."""
    hrp = "rltc"
    data = [0] + [(number >> (5 * i)) & 31 for i in reversed(range(32))]
    values = [ord(c) >> 5 for c in hrp] + [0] + [ord(c) & 31 for c in hrp] + data
    check = 1
    for value in values + [0] * 6:
        top = check >> 25
        check = (check & 0x1ffffff) << 5 ^ value
        for i, generator in enumerate((0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3)):
            check ^= generator if top >> i & 1 else 0
    check ^= 1
    return hrp + "1" + "".join(CHARSET[d] for d in data + [(check >> 5 * (5 - i)) & 31 for i in range(6)])


def add_work(ledger, height, addresses):
    """A share of each, as a node would have stored it."""
    db = sqlite3.connect(ledger.pool.data / "kozan.db", timeout=10)
    with db:
        for number, address in enumerate(addresses, 1):
            db.execute("INSERT INTO account (id, pool_id, address, created_ms) VALUES (?, 1, ?, 1)", (number, address))
            db.execute("INSERT INTO worker (id, account_id, name, created_ms) VALUES (?, ?, 'w', 1)", (number, number))
            db.execute(ADD_SHARE, (height, number, number + 1, 1, packed(number, number, 1)))
    db.close()


def paid_in_chain(node, txids):
    """What the outputs of these transactions give to whom."""
    paid = {}
    for txid in txids:
        for output in node.rpc.getrawtransaction(txid, True)["vout"]:
            for address in output["scriptPubKey"].get("addresses", []):
                paid.setdefault(address, []).append(int(output["value"] * 10**8))
    return paid


def test_ten_thousand_accounts(world):
    a = world.node("a")
    pool = world.pool([a], start=False, payout=f"{{minimum: 0.001, max_outputs: {PER_TRANSACTION}, interval: 1s,"
                                               " confirmations: 1}")
    ledger = world.add(Ledger(pool, a, a, []))
    addresses = [bech32(number) for number in range(1, ACCOUNTS + 1)]
    a.generate(ACCOUNTS // PER_TRANSACTION + 10, ledger.address)  # a coin for each transaction
    ledger.miners = [addresses[0]]
    add_work(ledger, a.height + 1, addresses)
    block, reward = ledger.find_block([])
    a.generate(99, a.wallet("users").getnewaddress())
    ledger.start()
    until(lambda: ledger.block_state(block) == IMMATURE, "closed round")
    a.generate(1, a.wallet("users").getnewaddress())
    transactions = ACCOUNTS // PER_TRANSACTION
    until(lambda: len([p for p in pool.payouts() if p["state"] == BROADCAST]) == transactions, "all payouts", timeout=240)
    txids = [p["txid"] for p in pool.payouts()]
    assert sorted(a.rpc.getrawmempool()) == sorted(txids)
    paid = paid_in_chain(a, txids)
    shares = [paid.get(address, []) for address in addresses]
    assert all(len(share) == 1 for share in shares)
    assert sum(share[0] for share in shares) == reward - reward // 100
    a.generate(1, a.wallet("users").getnewaddress())
    until(lambda: len([p for p in pool.payouts() if p["state"] == CONFIRMED]) == transactions, "confirmation", timeout=240)
    ledger.assert_reconciled()
    ledger.stop()
    assert (ledger.book(BOOK_AVAILABLE), ledger.book(BOOK_PAID)) == (0, reward - reward // 100)
    assert pool.audit()["ok"]
