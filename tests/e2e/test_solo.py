"""SOLO: the coinbase pays the finder, and the ledger knows it; a solo port beside a pool of another scheme."""
import json
import subprocess
from decimal import Decimal

from kit.miner import Stratum, mine, send_share
from kit.pool import KOZAN, ONE_HASH
from kit.ports import free_port
from kit.wait import until

CREDITS = """SELECT a.address, c.work, c.amount, c.fee, c.direct FROM credit c
             JOIN account a ON a.id = c.account_id WHERE c.block_id = ?"""


def units(coins):
    return int(Decimal(str(coins)) * 10**8)


def paid_by_coinbase(node, hash):
    """{script: units} of the outputs of a block's coinbase, without the witness commitment."""
    outputs = node.rpc.getblock(hash, 2)["tx"][0]["vout"]
    return {out["scriptPubKey"]["hex"]: units(out["value"]) for out in outputs if out["value"]}


def by_script(node, amounts):
    return {node.rpc.validateaddress(address)["scriptPubKey"]: n for address, n in amounts.items()}


def builds_on(port, address, tip):
    with Stratum(port) as client:
        return client.login(f"{address}.w").header(client.extranonce1, "00" * 8, 0)[4:36][::-1].hex() == tip


def credits_of(pool, block):
    return {row["address"]: row for row in pool.sql(CREDITS, block["id"])}


def test_the_coinbase_pays_finder_recipients_and_fee(world, users):
    a, b = world.nodes()
    address = a.wallet("pool").getnewaddress("", "bech32")
    operator, finder = b.wallet("users").getnewaddress("", "p2sh-segwit"), users(b)["legacy"]
    pool = world.pool([a], address, reward='{scheme: solo, fee: "2%", recipients: '
                      f'[{{address: {operator}, percent: "0.5%"}}]}}')
    for _ in range(3):
        b.wallet("users").sendtoaddress(b.wallet("users").getnewaddress(), 1)
    mine(pool, f"{finder}.w", "--blocks", 1, rate=10)
    block = until(lambda: pool.blocks(2), "credited block")[0]

    reward = block["reward"]
    to_operator = reward * 5 // 1000
    fee = (reward - to_operator) * 2 // 100
    to_finder = reward - to_operator - fee
    assert paid_by_coinbase(a, block["hash"]) == by_script(a, {finder: to_finder, operator: to_operator, address: fee})

    rows = credits_of(pool, block)
    assert {(row["amount"], row["direct"]) for row in rows.values()} == {(to_finder, to_finder), (to_operator,) * 2}
    assert rows[block["finder_address"]]["fee"] == fee
    a.generate(105, a.wallet("users").getnewaddress())
    until(lambda: pool.blocks(3), "mature block")
    books = {r["book"]: r["n"] for r in pool.sql("SELECT book, SUM(amount) AS n FROM entry GROUP BY book")}
    assert books[5] == to_finder + to_operator and books[7] == fee and books[1] == -reward  # paid, fee, coinbase
    assert books.get(3, 0) == 0 and not pool.payouts()  # nothing is left to pay
    audit = pool.audit()
    assert audit["ok"], audit

    round = until(lambda: pool.http_json(f"/api/v1/blocks/{block['height']}/round"), "published round")
    file = pool.data / "round.json"
    file.write_text(json.dumps(round))
    done = subprocess.run([KOZAN, "verify-round", file, "--address", block["finder_address"]], capture_output=True,
                          text=True, timeout=60)
    assert done.returncode == 0 and f"its credit: {Decimal(to_finder) / 10**8:.8f}" in done.stdout, done.stdout


def test_one_address_on_a_connection(world, users):
    a, b = world.nodes()
    pool = world.pool([a], reward="{scheme: solo}")
    of = users(b)
    with Stratum(pool.port) as client:
        job = client.login(f"{of['legacy']}.w")
        assert client.call("mining.authorize", f"{of['legacy']}.other", "x")["result"] is True
        refused = client.call("mining.authorize", f"{of['bech32']}.w", "x")
        assert not refused["result"] and "one address" in refused["error"][1]
        with Stratum(pool.port) as other:  # another account has a coinbase of its own, the same one has not
            assert other.login(f"{of['bech32']}.w").coinb2 != job.coinb2
        with Stratum(pool.port) as other:
            assert other.login(f"{of['legacy']}.w").coinb2 == job.coinb2


def test_a_solo_port_beside_another_scheme(world, users):
    """Its shares are no part of the rounds, its blocks end none."""
    a, b = world.nodes()
    solo_port = free_port()
    address = a.wallet("pool").getnewaddress("", "bech32")
    pool = world.pool([a], address, reward='{scheme: prop, fee: "1%"}', more_ports=f"""\
      - {{listen: "127.0.0.1:{solo_port}", name: solo, reward: solo, difficulty: {ONE_HASH}, fixed: true,
         min_difficulty: {ONE_HASH}}}
""")
    of = users(b)
    miner, loner = of["bech32"], of["legacy"]
    send_share(pool.port, miner)
    send_share(solo_port, loner)
    send_share(solo_port, loner, wants_block=True)
    block = until(lambda: pool.blocks(2), "credited block")[0]
    fee = block["reward"] // 100
    assert block["scheme"] == 5 and (block["round_from"], block["round_work"]) == (block["height"], 0)
    [row] = credits_of(pool, block).values()
    assert row["address"] == block["finder_address"]
    assert (row["amount"], row["direct"], row["fee"]) == (block["reward"] - fee,) * 2 + (fee,)
    assert paid_by_coinbase(a, block["hash"]) == by_script(a, {loner: block["reward"] - fee, address: fee})

    until(lambda: builds_on(pool.port, miner, a.tip), "job at the new tip")
    send_share(pool.port, miner, wants_block=True)
    second = until(lambda: [x for x in pool.blocks(2) if x["id"] != block["id"]], "the pool's block")[0]
    assert list(credits_of(pool, second)) == [second["finder_address"]] and second["scheme"] == 1
    assert second["round_from"] == 0  # the work before the solo block is paid now
    rows = pool.sql("""SELECT a.address, SUM(s.shares) AS n, SUM(s.work) AS work FROM slot s
                       JOIN account a ON a.id = s.account_id GROUP BY a.address""")
    counted = {row["address"]: row for row in rows}
    assert counted[block["finder_address"]]["n"] == 2  # in the statistics
    assert counted[second["finder_address"]]["work"] == second["round_work"]
    assert pool.run("journal", "cat", "--json").stdout.count('"is_solo":true') == 2
    a.generate(105, a.wallet("users").getnewaddress())
    until(lambda: len(pool.blocks(3)) == 2, "mature blocks")
    audit = pool.audit()
    assert audit["ok"], audit
