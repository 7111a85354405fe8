"""`kozan pow`: what computes each algorithm, hashes in every variant, and what a measurement tells."""
import json
import subprocess

import pytest

from kit.pool import KOZAN

GENESIS = ("0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3"
           "888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c")
GENESIS_HASH = "6fe28c0ab6f1b372c1a6a246ae63f74f931e8365e15a089c68d6190000000000"


def pow_(*args):
    return subprocess.run([KOZAN, "pow", *args], capture_output=True, text=True, timeout=280)


@pytest.fixture(scope="module")
def algorithms():
    return {a["name"]: a for a in json.loads(pow_("list", "--json").stdout)}


def test_list_shows_which_variant_runs(algorithms):
    assert {"sha256d", "scrypt", "yescryptr8", "yescryptr8g", "yescryptr16", "yescryptr32", "yespower"} <= set(algorithms)
    for a in algorithms.values():
        chosen = [v for v in a["variants"] if v["chosen"]]
        assert [v["name"] for v in chosen] == [a["variant"]] and chosen[0]["usable"]
        assert a["variants"][0]["name"] == "c" and a["variants"][0]["usable"]
    text = pow_("list").stdout
    assert text.count(", runs here") == len(algorithms)


def test_every_variant_computes_the_same(algorithms):
    for v in algorithms["sha256d"]["variants"]:
        if v["usable"]:
            assert pow_("hash", "--algo", "sha256d", "--variant", v["name"], GENESIS).stdout.strip() == GENESIS_HASH
    assert pow_("hash", "--algo", "sha256d", "--variant", "sse9-x5", GENESIS).returncode != 0


def test_names_are_parameters():
    def hashed(*args):
        done = pow_("hash", *args, GENESIS)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def of(algo, **settings):
        return hashed("--algo", algo, *(word for k, v in settings.items() for word in ("--set", f"{k}={v}")))

    key = b"Client Key".hex()
    assert of("yescryptr8") == of("yescrypt", N=2048, r=8, pers_hex=key) == of("yescrypt", N=2048, r=8, pers="Client Key")
    assert of("yescryptr8") == of("yespower", version="0.5", N=2048, r=8, pers_hex=key)
    assert of("yespowerr16") == of("yespower", version="1.0", N=4096, r=16)
    assert of("scrypt") == of("scrypt", N=1024, r=1, p=1) != of("scrypt", N=2048)


@pytest.mark.parametrize("batch", [None, 1, 5])
def test_a_measurement(batch):
    args = ["--batch", str(batch)] if batch else []
    done = json.loads(pow_("bench", "--algo", "scrypt", "--variant", "c", *args, "--threads", "2", "--seconds", "1",
                           "--json").stdout)
    assert (done["algo"], done["variant"], done["threads"], done["batch"]) == ("scrypt", "c", 2, batch or 1)
    assert done["hashes"] > 0 and done["hashes_per_second"] > 0 and done["hashes_per_cpu_second"] > 0
    assert done["memory_bytes_per_thread"] >= 128 * 1024
