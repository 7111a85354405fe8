"""The program's own words: help, options, exit codes, check and status."""
import json
import subprocess

import pytest

from kit.pool import KOZAN, ROOT
from kit.wait import until


def kozan(*args):
    return subprocess.run([KOZAN, *args], capture_output=True, text=True, timeout=60)


def commands():
    lines = kozan("help").stdout.split("Subcommands:\n")[1].split("\n\n")[0].splitlines()
    return [line.split()[0] for line in lines]


def test_every_subcommand_is_explained():
    assert len(commands()) >= 9
    for command in commands():
        text = kozan("help", command)
        assert text.returncode == 0
        for title in ("NAME", "SYNOPSIS", "EXIT STATUS"):
            assert title in text.stdout, (command, title)
        assert kozan(command, "--help").stdout == text.stdout
        assert max(map(len, text.stdout.splitlines())) <= 100


def test_mistakes_end_with_2_and_a_suggestion():
    for args, words in [
        ([], "Subcommands"), (["statsu"], 'did you mean "status"'), (["run", "--rol", "x", "--foo"], "--foo"),
        (["run", "--confg", "x"], "did you mean --config"), (["run"], "-c FILE is needed"),
        (["miner", "--url", "http://x"], "are needed"), (["help", "nothing"], "no subcommand"),
        (["db", "-c", "x"], "migrate"), (["miner", "--workers", "0"], "from 1 to"),
    ]:
        done = kozan(*args)
        assert done.returncode == 2, args
        assert words in done.stderr, (args, done.stderr)


def test_version():
    assert kozan("version").stdout.startswith("kozan " + (ROOT / "VERSION").read_text().strip())
    version = json.loads(kozan("version", "--json").stdout)
    assert {"sha256d", "scrypt", "yescrypt"} <= set(version["algorithms"])


@pytest.mark.parametrize("command", ["run", "check", "status", "audit", "notify", "db"])
def test_a_missing_file_is_named(command):
    args = ["migrate"] if command == "db" else []
    done = kozan(command, *args, "-c", "/nowhere/kozan.yaml")
    assert done.returncode == 1
    assert "/nowhere/kozan.yaml" in done.stderr + done.stdout


def test_check_of_a_good_world(world):
    a, b = world.nodes()
    pool = world.pool([a, b], start=False)
    done = pool.run("check", check=False)
    assert done.returncode == 0, done.stdout
    assert "FAIL" not in done.stdout
    lines = json.loads(pool.run("check", "--json").stdout)
    assert {"config", "data_dir", "disk", "open files", "port main", "web", "store", "daemon a", "daemon b",
            "template", "clock", "wallet", "address"} <= {line["what"] for line in lines}
    pool.start()
    assert pool.run("check").returncode == 0  # its own ports are no mistake


def test_status_before_and_during_a_run(world):
    a, b = world.nodes()
    pool = world.pool([a], start=False)
    assert "has not run yet" in pool.run("status").stdout
    pool.start()
    status = pool.status()
    assert status["is_balanced"] and status["nodes"][0]["state"] == "live"
    until(lambda: "daemon   a: ready" in pool.run("status").stdout, "the daemon as ready in the database")
    assert "Ledger    balanced" in pool.run("status").stdout


def test_two_pools_on_one_folder(world):
    a, b = world.nodes()
    pool = world.pool([a])
    done = pool.run("run", check=False)
    assert done.returncode == 1
    assert f"process {pool.process.pid}" in done.stderr


def test_db_migrate_twice(world):
    a, b = world.nodes()
    pool = world.pool([a], start=False)
    assert "empty" in pool.run("db", "status").stdout
    assert "went from version 0" in pool.run("db", "migrate").stdout
    assert "already" in pool.run("db", "migrate").stdout


def test_nodes_are_listed_and_written_off(world):
    a, b = world.nodes()
    pool = world.pool([a])
    nodes = json.loads(pool.run("node", "list", "--json").stdout)
    assert [n["state"] for n in nodes] == ["live"]
    pool.stop()
    assert "stopped" in pool.run("node", "list").stdout
    assert "no node 7" in pool.run("node", "write-off", "7", "--reason", "x", check=False).stderr
    assert "written off" in pool.run("node", "write-off", str(nodes[0]["id"]), "--reason", "disk burnt").stdout
    assert "written-off" in pool.run("node", "list").stdout
    assert "disk burnt" in pool.run("status", "--json").stdout
