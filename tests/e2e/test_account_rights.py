"""What an owner sets: where he is paid, tokens for programs, links for watchers, workers; and what others may not."""
import json
import socket

import pytest

from kit.mailbox import Mailbox
from kit.miner import mine
from kit.person import Person
from kit.wait import until


@pytest.fixture
def mailbox(world):
    return world.add(Mailbox().start())


@pytest.fixture
def pool(world, mailbox):
    a, b = world.nodes()
    mail = f'mail: {{url: "{mailbox.url}", tls: off, from: pool@example.org}}\n'
    pool = world.pool([a, b], more=mail + "accounts: {hold: 3s}\n")
    pool.node, pool.other = a, b
    return pool


@pytest.fixture
def slow_pool(world, mailbox):
    a, _ = world.nodes()
    mail = f'mail: {{url: "{mailbox.url}", tls: off, from: pool@example.org}}\n'
    pool = world.pool([a], more=mail, stratum=", allow: [127.0.0.1]")  # who tries often is not banned
    pool.node = a
    return pool


def owner_of(pool, address):
    person = Person(pool)
    person.sign_in(pool.node.wallet("users"), address)
    return person


def legacy(pool):
    return pool.node.wallet("users").getnewaddress("", "legacy")


def test_payouts_to_another_address_wait_and_then_go_there(pool):
    users, address, other = pool.node.wallet("users"), legacy(pool), legacy(pool)
    person = owner_of(pool, address)
    path = f"me/addresses/{address}/payout"
    assert person.ask("PUT", path, {"address": other}).code == "signature_needed"
    wrong = person.signed(users, other)
    assert person.ask("PUT", path, {"address": other, **wrong}).code == "signature_wrong"
    assert person.ask("PUT", path, {"address": "nonsense", **person.signed(users, address)}).code == "address_invalid"
    answer = person.ask("PUT", path, {"address": other, **person.signed(users, address)})
    assert answer.status == 202 and answer.json["payout"]["waiting"]["address"] == other
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    until(lambda: person.get(f"me/addresses/{address}").json["payout"]["address"] == other, "end of the hold")
    until(lambda: pool.blocks(2), "credited block")
    pool.other.generate(105, pool.other.wallet("users").getnewaddress())
    until(lambda: [p for p in pool.payouts() if p["state"] >= 3], "sent payout")
    assert {row["address"] for row in pool.sql("SELECT address FROM payout_item")} == {other}
    assert pool.node.wallet("users").getreceivedbyaddress(other, 0) > 0


def test_a_change_is_stopped_by_the_link_of_the_mail(slow_pool, mailbox):
    pool = slow_pool
    users, address, other = pool.node.wallet("users"), legacy(pool), legacy(pool)
    person = owner_of(pool, address)
    assert person.post("me/email", email="a@example.org").status == 202
    assert person.post("auth/confirm", code=mailbox.link("a@example.org")).status == 204
    path = f"me/addresses/{address}/payout"
    assert person.ask("PUT", path, {"address": other, **person.signed(users, address)}).status == 202
    mail = mailbox.wait("a@example.org", 2).get_content()
    assert other in mail and "48 hours" in mail
    code = mailbox.link("a@example.org", 2)
    assert Person(pool).post("auth/cancel", code="0" * 64).code == "code_invalid"
    assert Person(pool).post("auth/cancel", code=code).status == 204
    assert person.get(f"me/addresses/{address}").json["payout"] == {"address": "", "waiting": None}
    assert Person(pool).post("auth/cancel", code=code).code == "code_invalid"
    assert person.delete(path).status == 404
    assert person.ask("PUT", path, {"address": other, **person.signed(users, address)}).status == 202
    assert person.delete(path).json["payout"]["waiting"] is None


def test_donation_and_anonymity(slow_pool):
    pool, address = slow_pool, legacy(slow_pool)
    person = owner_of(pool, address)
    path = f"me/addresses/{address}"
    for bad in ("101", "-1", "0.00001", "x", 1):
        assert person.patch(path, donation_percent=bad).code == "donation_invalid"
    settings = person.patch(path, donation_percent="1.5", is_anonymous=True).json
    assert settings["donation_percent"] == "1.50000000" and settings["is_anonymous"]
    shown = pool.run("account", "show", address, "--json").stdout
    assert '15000' in shown
    pool.run("account", "set", address, "no_fee", "yes")
    assert person.get(path).json["donation_percent"] == "1.50000000"
    assert person.patch(path, is_anonymous="yes").code == "parameter_invalid"
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    until(lambda: pool.http_json("/api/v1/blocks")["items"], "the block")
    assert pool.http_json("/api/v1/blocks")["items"][0]["finder"] == ""
    height = pool.http_json("/api/v1/blocks")["items"][0]["height"]
    assert address not in json.dumps(pool.http_json(f"/api/v1/blocks/{height}"))
    assert person.patch(path, is_anonymous=False).json["is_anonymous"] is False
    assert pool.http_json(f"/api/v1/blocks/{height}")["finder"] == address


def test_tokens_do_what_their_scopes_say(slow_pool):
    pool, address = slow_pool, legacy(slow_pool)
    person = owner_of(pool, address)
    assert person.post("me/tokens", name="x", scopes=[]).code == "parameter_invalid"
    assert person.post("me/tokens", name="x", scopes=["payout"]).code == "parameter_invalid"
    secrets = {s: person.post("me/tokens", name=s, scopes=[s]).json["secret"] for s in ("read", "settings", "workers")}
    assert not any(s in str(pool.sql("SELECT * FROM user_key")) for s in secrets.values())

    def ask(secret, method, path, body=None):
        return Person(pool).ask(method, path, body, {"Authorization": "Bearer " + secret})

    settings, workers = f"me/addresses/{address}", f"me/addresses/{address}/workers"
    assert ask(secrets["read"], "GET", "me").json["addresses"][0]["address"] == address
    assert ask(secrets["read"], "GET", settings).status == 200
    assert ask(secrets["read"], "PATCH", settings, {"threshold": "1"}).code == "scope"
    assert ask(secrets["settings"], "PATCH", settings, {"threshold": "1"}).status == 200
    assert ask(secrets["settings"], "GET", settings).code == "scope"
    assert ask(secrets["workers"], "PUT", workers + "/rig", {"password": "p"}).status == 200
    for method, path in (("PUT", settings + "/payout"), ("POST", "me/tokens"), ("GET", "me/sessions"),
                         ("POST", "me/password"), ("POST", "me/totp"), ("DELETE", settings), ("POST", "me/addresses")):
        assert ask(secrets["settings"], method, path, {} if method != "GET" else None).code == "scope", path
    assert ask("0" * 64, "GET", "me").code == "token_wrong"
    one = next(t for t in person.get("me/tokens").json["items"] if t["name"] == "read")
    fresh = person.post(f"me/tokens/{one['id']}").json["secret"]
    assert ask(secrets["read"], "GET", "me").code == "token_wrong" and ask(fresh, "GET", "me").status == 200
    assert person.delete(f"me/tokens/{one['id']}").status == 200
    assert ask(fresh, "GET", "me").code == "token_wrong"


def test_a_watcher_sees_and_changes_nothing(slow_pool):
    pool, address = slow_pool, legacy(slow_pool)
    person = owner_of(pool, address)
    secret = person.post("me/watchers", name="For the family").json["secret"]
    seen = Person(pool).get(f"auth/watch/{secret}")
    assert seen.json == {"name": "For the family", "addresses": [address]}
    assert Person(pool).ask("GET", "me", None, {"Authorization": "Bearer " + secret}).code == "token_wrong"
    assert Person(pool).get("auth/watch/" + "0" * 64).status == 404
    one, = person.get("me/watchers").json["items"]
    assert person.delete(f"me/tokens/{one['id']}").status == 404  # it is no token
    assert person.delete(f"me/watchers/{one['id']}").status == 200
    assert Person(pool).get(f"auth/watch/{secret}").status == 404


def test_a_worker_with_a_password_asks_for_it(slow_pool):
    pool, address = slow_pool, legacy(slow_pool)
    person = owner_of(pool, address)
    path = f"me/addresses/{address}/workers"
    assert person.ask("PUT", path + "/a%20b", {}).code == "worker_invalid"
    assert person.ask("PUT", path + "/rig", {"difficulty": "-1"}).code == "difficulty_invalid"
    answer = person.ask("PUT", path + "/rig", {"password": "hunter22", "is_monitored": True})
    assert answer.json["items"] == [{"name": "rig", "has_password": True, "difficulty": "", "is_monitored": True}]
    assert "hunter22" not in str(pool.sql("SELECT * FROM worker_setting"))
    until(lambda: login(pool, f"{address}.rig", "x") is False, "the node to know it")
    assert login(pool, f"{address}.rig", "hunter22") is True
    assert login(pool, f"{address}.other", "x") is True
    assert person.ask("PUT", path + "/rig", {"password": ""}).json["items"][0]["has_password"] is False
    until(lambda: login(pool, f"{address}.rig", "x") is True, "the node to know that it is gone")
    assert person.delete(path + "/rig").json["items"] == []
    assert person.delete(path + "/rig").status == 404


def login(pool, user, password):
    """Whether a stratum port lets this worker in."""
    with socket.create_connection(("127.0.0.1", pool.port), timeout=30) as s:
        lines = s.makefile("rw")
        for id, method, params in ((1, "mining.subscribe", ["test"]), (2, "mining.authorize", [user, password])):
            lines.write(json.dumps({"id": id, "method": method, "params": params}) + "\n")
            lines.flush()
        for line in lines:
            answer = json.loads(line)
            if answer.get("id") == 2:
                return bool(answer["result"])
    return None


def test_nobody_reaches_what_is_anothers(slow_pool):
    """Each route that names a thing, with somebody else's: as if it were not there, and nothing changes."""
    pool, address = slow_pool, legacy(slow_pool)
    owner, stranger = owner_of(pool, address), owner_of(pool, legacy(slow_pool))
    owner.ask("PUT", f"me/addresses/{address}/workers/rig", {"password": "p"})
    owner.post("me/tokens", name="t", scopes=["read"])
    owner.post("me/watchers", name="w")
    token, = owner.get("me/tokens").json["items"]
    watcher, = owner.get("me/watchers").json["items"]
    proof = stranger.signed(pool.node.wallet("users"), address)
    mine_ = f"me/addresses/{address}"
    for method, path, body in (
            ("GET", mine_, None), ("PATCH", mine_, {"threshold": "1"}), ("DELETE", mine_, {}),
            ("PUT", mine_ + "/payout", {"address": address, **proof}), ("DELETE", mine_ + "/payout", {}),
            ("GET", mine_ + "/workers", None), ("PUT", mine_ + "/workers/rig", {"password": ""}),
            ("DELETE", mine_ + "/workers/rig", {}), ("POST", f"me/tokens/{token['id']}", {}),
            ("DELETE", f"me/tokens/{token['id']}", {}), ("DELETE", f"me/watchers/{watcher['id']}", {}),
            ("DELETE", "me/passkeys/1", {})):
        answer = stranger.ask(method, path, body)
        assert answer.status == 404, (method, path, answer)
    assert owner.get("me/tokens").json["items"] == [token]
    assert owner.get(mine_ + "/workers").json["items"][0]["has_password"]
    assert owner.get(mine_).json["threshold"] is None
