"""`kozan journal` on the journal of a real pool: what is in it, what is wrong with it, and its shares as files."""
import csv
import io
import json
import shutil
import subprocess
import urllib.request

import pytest

from kit.miner import start_miner
from kit.pool import KOZAN
from kit.process import Process
from kit.wait import until


def journal(*args):
    return subprocess.run([KOZAN, "journal", *map(str, args)], capture_output=True, text=True, timeout=60)


def lines(done):
    assert done.returncode == 0, done.stdout + done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture
def mined(world, users):
    """A pool with shares of two workers, and its miners, still at work."""
    a, b = world.nodes()
    pool = world.pool([a, b], payout="{enabled: false}")
    user = users(b)["bech32"]
    miners = [world.add(start_miner(pool, f"{user}.{name}", world.dir, rate=40, name=name)) for name in ("one", "two")]
    pool.user, pool.folder = user, pool.data / "stratum" / "journal"
    until(lambda: all(len(shares(pool, "--worker", name)) > 30 for name in ("one", "two")), "shares")
    return pool, miners


def shares(pool, *args):
    return lines(journal("export", "-c", pool.config, *args))


def test_ls_cat_and_export_agree(world, mined):
    pool, miners = mined
    follower = world.add(Process("follower", [KOZAN, "journal", "cat", pool.folder, "--follow", "--json", "--worker", "one"],
                                 world.dir / "follow.txt"))
    n = len(shares(pool, "--worker", "one"))
    until(lambda: len((world.dir / "follow.txt").read_text().splitlines()) > n + 30, "new shares in cat --follow")
    for miner in miners:
        miner.stop()
    assert pool.stop() == 0
    all_shares = shares(pool)
    until(lambda: len((world.dir / "follow.txt").read_text().splitlines()) == len(shares(pool, "--worker", "one")),
          "the last shares in cat --follow")
    follower.stop()

    files = json.loads(journal("ls", pool.folder, "-c", pool.config, "--json").stdout)
    assert [f["state"] for f in files] == ["flushed"] and files[0]["bad"] == files[0]["torn_bytes"] == 0
    assert files[0]["shares"] == len(all_shares) == pool.audit("--no-wallet")["facts"]["journal_shares"]
    assert files[0]["work"] == sum(s["work"] for s in all_shares)
    assert {s["worker"] for s in all_shares} == {"one", "two"} and {s["account"] for s in all_shares} == {pool.user}
    text = journal("ls", pool.data).stdout.splitlines()  # a data_dir stands for its journal; no database is asked
    assert len(text) == 2 and text[1].endswith("unknown") and files[0]["file"] in text[1]

    heights = sorted({s["height"] for s in all_shares})
    some = shares(pool, "--height", f"{heights[0]}-{heights[0]}", "--account", pool.user)
    assert some == [s for s in all_shares if s["height"] == heights[0]]
    middle = all_shares[len(all_shares) // 2]["time"]
    before, after = shares(pool, "--to", middle), shares(pool, "--from", middle)
    assert before and after and before + after == all_shares or len(before) + len(after) == len(all_shares)

    done = journal("export", pool.folder, "--format", "csv", "--worker", "two")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    two = [s for s in all_shares if s["worker"] == "two"]
    assert [(int(r["seq"]), int(r["work"]), r["account"]) for r in rows] == [(s["seq"], s["work"], s["account"]) for s in two]

    cat = journal("cat", pool.folder).stdout
    assert cat.count(f"{pool.user}.one  work") == len(all_shares) - len(two)
    assert cat.count("no work below this height") >= len(heights)
    assert cat.count("  BLOCK") == sum(s["is_block"] for s in all_shares)


def test_verify_names_the_first_bad_record(world, mined):
    pool, miners = mined
    assert journal("verify", pool.folder).returncode == 0  # while it is being written
    for miner in miners:
        miner.stop()
    pool.process.kill()
    copy = world.dir / "copy"
    until(lambda: not pool.role_pid("stratum"), "end of the stratum role")
    shutil.copytree(pool.folder, copy)
    good = json.loads(journal("verify", copy, "--json").stdout)
    assert good["ok"] and good["first"] is None and good["faults"] == 0
    assert good["shares"] == len(lines(journal("export", copy)))

    file = next(copy.iterdir())
    data = bytearray(file.read_bytes())
    for record in (20, 21, 40):
        data[64 * record + 30] ^= 1
    file.write_bytes(data)
    done = journal("verify", copy)
    assert done.returncode == 1
    assert f"BAD  {file.name}, offset {20 * 64}, record 1.20: its checksum is wrong" in done.stdout
    assert "3 records are lost" in done.stdout
    first = json.loads(journal("verify", copy, "--json").stdout)["first"]
    assert (first["file"], first["offset"], first["seq"], first["records"]) == (file.name, 20 * 64, 20, 2)
    done = journal("export", copy)
    assert done.returncode == 1 and "3 records are lost" in done.stderr
    assert len(done.stdout.splitlines()) >= good["shares"] - 3
    assert "DAMAGE" in journal("cat", copy).stdout


def test_mistakes_in_the_call(world):
    for args, word in [([], "say"), (["lss"], "did you mean"), (["ls"], "folder"), (["ls", "a", "b"], "one folder"),
                       (["cat", "/tmp", "--from", "soon"], "time"), (["cat", "/tmp", "--height", "7-5"], "height"),
                       (["export", "/tmp", "--format", "xml"], "csv or json")]:
        done = journal(*args)
        assert done.returncode == 2 and word in done.stderr, (args, done.stderr)
    done = journal("verify", "/nonexistent")
    assert done.returncode == 1 and "no such folder" in done.stderr


def metric(pool, name):
    with urllib.request.urlopen(f"http://127.0.0.1:{pool.health_port}/metrics", timeout=10) as answer:
        return next(float(line.split()[1]) for line in answer.read().decode().splitlines() if line.startswith(name + " "))


def test_the_oldest_files_go_when_there_is_too_much(world, users):
    a, b = world.nodes()
    pool = world.pool([a, b], payout="{enabled: false}", stratum=", journal_max: 48K, journal_file: 16K")
    world.add(start_miner(pool, users(b)["bech32"] + ".w", world.dir, workers=2, rate=120))
    folder = pool.data / "stratum" / "journal"
    until(lambda: metric(pool, "kozan_journal_bytes_total") > 90_000, "written bytes", timeout=120)
    until(lambda: json.loads(journal("ls", folder, "--json").stdout)[0]["first_seq"] > 1, "the first file gone")
    until(lambda: metric(pool, "kozan_journal_folder_bytes") <= 49152, "the folder within its limit")
    assert json.loads(journal("verify", folder, "--json").stdout)["ok"]
    assert metric(pool, "kozan_journal_limit_bytes") == 49152


def test_a_hole_is_reported_and_the_rest_is_used(world, mined):
    """The database is lost, too, so that all of the journal is read again."""
    pool, miners = mined
    for miner in miners:
        miner.stop()
    assert pool.stop() == 0
    good = shares(pool)
    lost, file = good[40:43], next(pool.folder.iterdir())
    data = bytearray(file.read_bytes())
    for share in lost:
        data[64 * share["seq"] + 20] ^= 0x80
    file.write_bytes(data)
    for path in pool.data.glob("kozan.db*"):
        path.unlink()

    pool.start()
    until(lambda: metric(pool, "kozan_journal_damaged_records_total") == 3, "damage in /metrics")
    event = until(lambda: [e for e in pool.status()["events"] if e["kind"] == "journal_damaged"], "event")[0]
    assert "unreadable" in event["text"] and event["data"]["node"] == 0
    until(lambda: "DAMAGED: 3 records" in pool.run("status").stdout, "a word in status")
    assert "journal_damaged" in pool.process.tail(200)
    until(lambda: pool.audit("--no-wallet")["facts"].get("journal_unflushed") == 0, "end of flushing")
    audit = pool.audit("--no-wallet")
    assert audit["facts"]["journal_shares"] == len(good) - 3
    assert audit["facts"]["journal_work"] == sum(s["work"] for s in good) - sum(s["work"] for s in lost)
    assert not audit["ok"] and "damaged" in str(audit["faults"])
