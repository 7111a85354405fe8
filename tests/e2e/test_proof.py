"""Published rounds: what the pool says of a block can be checked by anybody, and not be forged."""
import copy
import hashlib
import json
import subprocess

from kit.miner import mine
from kit.pool import KOZAN
from kit.wait import until


def verify(pool, round, *args):
    """kozan verify-round: (exit code, what it printed)."""
    file = pool.data / "round.json"
    file.write_text(json.dumps(round))
    done = subprocess.run([KOZAN, "verify-round", file, *args], capture_output=True, text=True, timeout=60)
    return done.returncode, done.stdout + done.stderr


def test_a_round_is_published_and_verified(world, users):
    a, b = world.nodes()
    pool = world.pool([a, b], reward='{scheme: pplns, window: 100000, fee: "1%"}')
    addresses = [users(b)[kind] for kind in ("bech32", "legacy", "p2sh-segwit")]
    for address in addresses:
        mine(pool, f"{address}.rig", "--shares", 2, rate=20)
    mine(pool, f"{addresses[0]}.rig", "--blocks", 1, rate=20)
    height = until(lambda: pool.blocks(2), "closed round")[-1]["height"]
    block = until(lambda: (found := pool.http_json(f"/api/v1/blocks/{height}"))["proof"] and found, "its proof")
    assert pool.http_json(f"/api/v1/blocks/{block['hash']}")["height"] == height
    assert hashlib.sha256(block["proof"]["text"].encode()).hexdigest() == block["proof"]["id"]

    whole = pool.http_json(f"/api/v1/blocks/{height}/round")
    code, said = verify(pool, whole)
    assert code == 0 and "Every credit follows from its work" in said and f"verified: {whole['id']}" in said
    assert verify(pool, whole, "--address", addresses[0])[0] == 0
    assert verify(pool, whole, "--address", b.wallet("users").getnewaddress())[0] == 1

    part = pool.http_json(f"/api/v1/blocks/{height}/proof/{addresses[0]}")
    code, said = verify(pool, part, "--address", addresses[0], "--json")
    assert code == 0 and json.loads(said)["own"]["credit"] == part["leaf"]["credit"]
    assert part["id"] == whole["id"]
    assert pool.http_status(f"/api/v1/blocks/{height}/proof/{b.wallet('users').getnewaddress()}", pool.web_port) == 404
    assert pool.http_status(f"/api/v1/blocks/{height}/proof/nonsense", pool.web_port) == 400
    assert pool.http_status("/api/v1/blocks/99999999", pool.web_port) == 404

    def forged(change, of=whole):
        other = copy.deepcopy(of)
        change(other)
        code, said = verify(pool, other)
        assert code == 1, said
        return said

    def less(round):
        round["leaves"][0]["credit"] = "0.00000001"
    assert "sums of the accounts" in forged(less)
    assert "accounts do not lead" in forged(lambda r: r["leaves"][0].update(account="00" * 32))
    assert "twice" in forged(lambda r: r["leaves"].append(r["leaves"][0]))
    assert "fee and credits" in forged(lambda r: r.update(fee="0.00000001"))
    assert "text says something else" in forged(lambda r: r.update(height=height + 1))
    assert "not the SHA-256" in forged(lambda r: r.update(id="00" * 32))
    assert "format 2" in forged(lambda r: r.update(format=2))
    assert "sums of the accounts" in forged(lambda r: r["leaf"].update(work="1" + r["leaf"]["work"]), of=part)
    assert "negative" in forged(lambda r: r["branch"][0].update(work="-1"), of=part)


def test_an_orphan_that_comes_back_is_proven_anew(world, users):
    a, b = world.nodes()
    pool = world.pool([a, b])
    mine(pool, f"{users(b)['bech32']}.rig", "--blocks", 1, rate=20)
    block = until(lambda: pool.blocks(2), "closed round")[0]
    first = until(lambda: pool.sql("SELECT * FROM round_proof WHERE block_id = ?", block["id"]), "its proof")[0]
    for node in (b, a):
        node.rpc.invalidateblock(block["hash"])
    others = a.generate(8, a.wallet("users").getnewaddress())
    until(lambda: pool.blocks(4), "the block as orphan")
    for node in (a, b):
        node.rpc.invalidateblock(others[0])
        node.rpc.reconsiderblock(block["hash"])

    def again():
        rows = pool.sql("SELECT * FROM round_proof WHERE block_id = ?", block["id"])
        return rows and rows[0]["closed_ms"] > first["closed_ms"]
    until(again, "a new proof")
    assert verify(pool, pool.http_json(f"/api/v1/blocks/{block['hash']}/round"))[0] == 0
