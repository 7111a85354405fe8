"""What goes wrong outside: bad configurations, wrong passwords, a full disk. Each is said clearly, and nothing is lost."""
import subprocess
import urllib.error
import urllib.request

import pytest

from kit.miner import Stratum, mine, start_miner
from kit.wait import until


def check(pool):
    done = pool.run("check", check=False)
    return done.returncode, [line for line in done.stdout.splitlines() if line.startswith("FAIL")]


@pytest.mark.parametrize("change, words", [
    (("network: regtest", "netwrok: regtest"), "did you mean"),
    (("reward: {scheme: prop", "reward: {scheme: porp"), "scheme"),
    (("interval: 200ms", "interval: soon"), "interval"),
    (("url: http://", "url: htp://"), "url"),
    (("pools:", "pools: []\nnothing:"), "pool"),
    (("address: ", "address: ltc1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq #"), "address"),
    (("- {listen", "- [listen"), "yaml"),
])
def test_a_bad_configuration_is_refused_alike_by_check_and_run(world, change, words):
    a, b = world.nodes()
    pool = world.pool([a], start=False)
    text = pool.config.read_text()
    assert change[0] in text
    pool.config.write_text(text.replace(*change))
    code, faults = check(pool)
    assert code == 1 and faults
    assert any(words in fault.lower() for fault in faults), faults
    run = pool.run("run", check=False)
    assert run.returncode == 1
    for fault in faults:
        assert fault.split(": ", 1)[1] in run.stderr


def test_check_finds_what_is_wrong_with_daemons_and_wallet(world):
    a, b = world.nodes()
    pool = world.pool([a, b], start=False)
    good = pool.config.read_text()

    def faults_with(*change):
        pool.config.write_text(good.replace(*change))
        return "\n".join(check(pool)[1])

    assert "user" in faults_with("password: p", "password: wrong") or "password" in faults_with(
        "password: p", "password: wrong")
    assert "wallet" in faults_with("wallet: {name: pool}", "wallet: {name: nowhere}")
    foreign = b.wallet("users").getnewaddress("", "bech32")
    address = next(line.split(": ")[1] for line in good.splitlines() if "    address: " in line)
    assert "not of this wallet" in faults_with(address, foreign)
    a.stop(), b.stop()
    pool.config.write_text(good)
    code, faults = check(pool)
    assert code == 1 and any("daemon a" in fault for fault in faults) and any("template" in f for f in faults)


def test_a_taken_port_is_found_by_check(world):
    a, b = world.nodes()
    first = world.pool([a])
    second = world.pool([a], name="second", start=False)
    second.config.write_text(second.config.read_text().replace(f":{second.port}\"", f":{first.port}\""))
    code, faults = check(second)
    assert code == 1 and any(str(first.port) in fault for fault in faults)


@pytest.fixture
def small_disk(world):
    """A file system of 24 MiB; needs the right to mount."""
    path = world.dir / "small"
    path.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", path], capture_output=True)
    if mounted.returncode:
        pytest.skip("may not mount a file system here")
    yield path
    subprocess.run(["umount", "-l", path], check=True)


def fill(path):
    """Take all the room that is left."""
    with open(path, "wb", buffering=0) as f:
        for size in (65536, 4096, 1):
            try:
                while True:
                    f.write(b"x" * size)
            except OSError:
                pass


def not_ready(pool):
    """What /readyz says when it is not 200."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{pool.health_port}/readyz", timeout=10).close()
    except urllib.error.HTTPError as error:
        return error.read().decode()
    return None


def test_a_full_disk_loses_no_acknowledged_share(world, users, small_disk):
    a, b = world.nodes()
    pool = world.pool([a, b], start=False, payout="{enabled: false}")
    pool.config.write_text(pool.config.read_text().replace(f'"{pool.dir}/data"', f'"{small_disk}/data"'))
    pool.data = small_disk / "data"
    pool.start()
    acks = world.dir / "acks.log"
    miner = world.add(start_miner(pool, users(b)["bech32"] + ".w", world.dir, "--log-acks", acks, workers=2, rate=20))

    def acknowledged():
        return [line.split()[3] for line in acks.read_text().splitlines()] if acks.exists() else []

    until(lambda: len(acknowledged()) > 20, "shares")
    fill(small_disk / "filler")
    n = len(acknowledged())
    until(lambda: len(acknowledged()) > n + 20, "shares while the database cannot grow")  # the journal has its room
    pool.kill_role("stratum")
    until(lambda: "No space left" in pool.process.tail(200), "a word on the full disk")
    assert pool.http_status("/readyz", pool.health_port) != 200

    (small_disk / "filler").unlink()
    until(lambda: pool.http_status("/readyz", pool.health_port) == 200, "the pool as ready again")
    n = len(acknowledged())
    until(lambda: len(acknowledged()) > n + 20, "shares after there is room again")
    miner.stop()
    until(lambda: pool.audit("--no-wallet")["facts"].get("journal_unflushed") == 0, "end of flushing", every=0.3)
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit
    hashes = acknowledged()
    stored = audit["facts"]["journal_shares"]
    assert len(set(hashes)) == len(hashes) <= stored <= len(hashes) + miner.summary()["unanswered"]


def test_a_disk_that_fills_up_under_load(world, users, small_disk):
    """The role stays up: it refuses shares, is not ready, says why, and goes on when there is room."""
    a, b = world.nodes()
    pool = world.pool([a, b], start=False, payout="{enabled: false}", stratum=", journal_file: 16K")
    pool.config.write_text(pool.config.read_text().replace(f'"{pool.dir}/data"', f'"{small_disk}/data"'))
    pool.data = small_disk / "data"
    pool.start()
    acks = world.dir / "acks.log"
    miner = world.add(start_miner(pool, users(b)["bech32"] + ".w", world.dir, "--log-acks", acks, workers=2, rate=100))

    def acknowledged():
        return [line.split()[3] for line in acks.read_text().splitlines()] if acks.exists() else []

    until(lambda: len(acknowledged()) > 20, "shares")
    pid = pool.role_pid("stratum")
    fill(small_disk / "filler")
    body = until(lambda: not_ready(pool), "a node that is not ready")
    assert "cannot be recorded" in body and "No space left" in body
    with Stratum(pool.port) as one:
        one.login(users(b)["bech32"] + ".other")

        def refusal():
            """The answer to a share; the other miner's blocks may make it stale meanwhile."""
            job = one.jobs[-1]
            answer = one.submit(job, *one.solve(job, wants_block=False))
            assert answer["result"] is not True
            return "Stale" not in answer["error"][1] and answer["error"][1]
        assert "record" in until(refusal, "a refusal of a good share")

    (small_disk / "filler").unlink()
    until(lambda: pool.http_status("/readyz", pool.health_port) == 200, "the node as ready again")
    n = len(acknowledged())
    until(lambda: len(acknowledged()) > n + 20, "shares after there is room again")
    assert pool.role_pid("stratum") == pid
    miner.stop()
    until(lambda: pool.audit("--no-wallet")["facts"].get("journal_unflushed") == 0, "end of flushing", every=0.3)
    audit = pool.audit("--no-wallet")
    assert audit["ok"], audit
    hashes = acknowledged()
    assert len(set(hashes)) == len(hashes) <= audit["facts"]["journal_shares"] <= len(hashes) + miner.summary()["unanswered"]


def test_an_encrypted_wallet_pays_only_with_its_passphrase(world, users):
    a, b = world.nodes()
    a.wallet("pool").encryptwallet("correct horse")
    pool = world.pool([a, b], start=False, wallet="{name: pool, passphrase: wrong}")
    pool.start()
    mine(pool, users(b)["bech32"] + ".w", "--blocks", 2, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    a.generate(105, b.wallet("users").getnewaddress())
    until(lambda: pool.blocks(3), "mature block")
    until(lambda: "passphrase" in pool.process.tail(400), "complaint about the passphrase")
    assert not [payout for payout in pool.payouts() if payout["state"] in (2, 3, 4)]
    pool.stop()
    pool.config.write_text(pool.config.read_text().replace("passphrase: wrong", "passphrase: correct horse"))
    pool.start()
    until(lambda: [payout for payout in pool.payouts() if payout["state"] in (2, 3, 4)], "signed payout")


def test_addresses_that_cannot_be_paid_are_refused_with_a_reason(world, users):
    a, b = world.nodes()
    pool = world.pool([a])
    for user, word in [("nonsense.w", "address"), ("1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2.w", "bitcoin"),
                       ("tmweb1qqexample.w", "mweb"), ("", "address")]:
        with Stratum(pool.port) as miner:
            miner.call("mining.subscribe", "test/1")
            answer = miner.call("mining.authorize", user, "x")
            assert answer["result"] is not True
            assert word in answer["error"][1].lower(), answer
