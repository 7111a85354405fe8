"""A row that was changed by hand: `kozan audit` names it, and the ledger pauses payouts until it is right again."""
import sqlite3
import urllib.request

from kit.miner import mine, start_miner
from kit.wait import until


def write(pool, query):
    db = sqlite3.connect(pool.data / "kozan.db", timeout=20)
    with db:
        db.execute(query)
    db.close()


def metric(pool, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{pool.web_port}/metrics", timeout=10) as answer:
        return next(float(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith(name + " "))


def test_a_row_changed_by_hand(world, users):
    a, b = world.nodes()
    pool = world.pool([a, b], payout="{minimum: 0.001, interval: 1h, confirmations: 1}")
    user = users(b)["bech32"] + ".w"
    mine(pool, user, "--blocks", 2, rate=10)
    b.generate(8, b.wallet("users").getnewaddress())
    until(lambda: pool.blocks(2) and not pool.blocks(1), "credited block", timeout=120)
    until(lambda: pool.audit("--no-wallet")["facts"].get("journal_unflushed") == 0, "end of flushing", every=0.3)
    audit = pool.audit("--no-wallet")
    assert audit["ok"] and "first_difference" not in audit["facts"], audit
    assert pool.status()["payouts_paused"] is None

    block = pool.blocks(2)[0]
    write(pool, f"UPDATE credit SET work = work + 5 WHERE block_id = {block['id']}")
    write(pool, f"UPDATE block SET round_work = round_work + 5 WHERE id = {block['id']}")
    audit = pool.audit("--no-wallet")
    assert not audit["ok"]
    first = audit["facts"]["first_difference"]
    assert {first["table"]} <= {"block", "credit"} and str(block["id"]) in first["key"]
    assert first["stored"] != first["computed"] and "more" in str(audit["faults"])
    done = pool.run("audit", "--no-wallet", check=False)
    assert done.returncode == 1 and "FAULT" in done.stdout and f"stored is {first['stored']}" in done.stdout

    paused = until(lambda: pool.status()["payouts_paused"], "pause of payouts", timeout=120)
    assert paused["who"] == "audit" and str(block["id"]) in paused["reason"]
    assert "PAYOUTS ARE PAUSED by audit" in pool.run("status").stdout
    until(lambda: metric(pool, "kozan_payouts_paused") == 1, "pause in /metrics")
    assert any(e["kind"] == "audit_mismatch" for e in pool.status()["events"])
    miner = world.add(start_miner(pool, user, world.dir, "--shares", 5, rate=20))  # mining goes on
    assert miner.wait() == 0
    write(pool, f"UPDATE credit SET work = work - 5 WHERE block_id = {block['id']}")
    write(pool, f"UPDATE block SET round_work = round_work - 5 WHERE id = {block['id']}")
    until(lambda: pool.status()["payouts_paused"] is None, "end of the pause", timeout=120)
    until(lambda: metric(pool, "kozan_payouts_paused") == 0, "end of the pause in /metrics")
