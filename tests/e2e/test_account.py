"""Accounts: signing in with a payout address, sessions, and that nobody reaches what is another's."""
import base64
import sqlite3

import pytest

from kit.miner import mine
from kit.person import Person
from kit.wait import until


@pytest.fixture
def pool(world):
    a, _ = world.nodes()
    pool = world.pool([a])
    pool.node = a
    return pool


def legacy(pool):
    return pool.node.wallet("users").getnewaddress("", "legacy")


def other_kinds(node, address):
    """The addresses of one key, and by how much BIP137's header of each differs from that of P2PKH."""
    key = node.wallet("users").getaddressinfo(address)["pubkey"]
    for form, shift in (("wpkh({})", 8), ("sh(wpkh({}))", 4)):
        text = node.rpc.getdescriptorinfo(form.format(key))["descriptor"]
        yield node.rpc.deriveaddresses(text)[0], shift


def test_signing_in_with_what_litecoind_signs(pool):
    users, address = pool.node.wallet("users"), legacy(pool)
    person = Person(pool)
    assert person.get("me").status == 401
    challenge = person.post("auth/challenge", address=address).json
    assert address in challenge["message"] and f"127.0.0.1:{pool.web_port}" in challenge["message"]
    signature = users.signmessage(address, challenge["message"])
    assert person.post("auth/sign", code=challenge["code"], signature=users.signmessage(address, "x")).code == "signature_wrong"
    # a text is good for one try
    assert person.post("auth/sign", code=challenge["code"], signature=signature).code == "code_invalid"
    me = person.sign_in(users, address)
    assert [a["address"] for a in me["addresses"]] == [address] and me["id"]
    assert person.get("me").json["id"] == me["id"]

    again = Person(pool, agent="another browser")
    assert again.sign_in(users, address)["id"] == me["id"]
    sessions = person.get("me/sessions").json["items"]
    assert {s["agent"] for s in sessions} == {"test", "another browser"}
    assert [s["is_this"] for s in sessions if s["agent"] == "test"] == [True]
    assert [e["kind"] for e in person.get("me/events").json["items"]] == ["signed_in", "signed_in"]


def test_all_kinds_of_addresses_of_one_key(pool):
    users, node = pool.node.wallet("users"), pool.node
    address = legacy(pool)
    person = Person(pool)
    person.sign_in(users, address)
    for other, shift in other_kinds(node, address):
        proof = person.signed(users, other, signer=address)
        raw = bytearray(base64.b64decode(proof["signature"]))
        raw[0] += shift
        proof["signature"] = base64.b64encode(raw).decode()
        answer = person.ask("POST", "me/addresses", proof)
        assert answer.status == 200 and other in answer.body, answer
    for other, _ in other_kinds(node, address):  # a wallet that writes the header of P2PKH for all
        assert Person(pool).post("auth/sign", **person.signed(users, other, signer=address)).status == 200
    assert len(person.get("me").json["addresses"]) == 3
    refused = person.post("auth/challenge", address="rltc1" + "q" * 20)
    assert refused.status == 400 and refused.code == "address_invalid"


def test_a_session_is_a_cookie_that_can_be_taken_back(pool):
    users, address = pool.node.wallet("users"), legacy(pool)
    person, thief = Person(pool), Person(pool)
    answer = person.post("auth/sign", **person.signed(users, address))
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie and "Path=/" in cookie and "Secure" not in cookie
    token = person.cookies["session"]
    stored = pool.sql("SELECT * FROM user_session")[0]
    assert token not in str(stored) and len(token) == 64
    thief.cookies = dict(person.cookies)
    assert thief.get("me").status == 200
    other = Person(pool)
    other.sign_in(users, address)
    mine_, = [s for s in other.get("me/sessions").json["items"] if not s["is_this"]]
    assert other.delete(f"me/sessions/{mine_['id']}").status == 204
    assert thief.get("me").status == 401 and person.get("me").status == 401
    person.cookies = {}
    person.sign_in(users, address)
    assert other.delete("me/sessions").status == 204
    assert person.get("me").status == 401 and other.get("me").status == 200
    assert other.post("auth/logout").status == 204 and other.cookies == {}
    assert other.get("me").status == 401 and pool.sql("SELECT * FROM user_session") == []


def test_a_token_is_changed_after_a_day(world):
    a, _ = world.nodes()
    pool = world.pool([a])
    users, address = a.wallet("users"), a.wallet("users").getnewaddress("", "legacy")
    person, late = Person(pool), Person(pool)
    person.sign_in(users, address)
    late.cookies = dict(person.cookies)
    pool.stop()
    with sqlite3.connect(f"{pool.data}/kozan.db") as db:
        db.execute("UPDATE user_session SET rotated_ms = rotated_ms - 90000000")
    pool.start()
    before = dict(person.cookies)
    csrf = person.csrf
    assert person.get("me").status == 200 and person.cookies != before and person.csrf != csrf
    assert late.get("me").status == 200  # its request may have been on the way
    assert person.patch("me", time_zone="Asia/Tokyo").json["time_zone"] == "Asia/Tokyo"


def test_other_sites_cannot_use_the_browser(pool):
    users, address = pool.node.wallet("users"), legacy(pool)
    person = Person(pool)
    person.sign_in(users, address)
    path = f"me/addresses/{address}"
    change = {"threshold": "0.5"}
    assert person.ask("PATCH", path, change, {"X-CSRF-Token": None}).code == "csrf"
    assert person.ask("PATCH", path, change, {"X-CSRF-Token": "0" * 64}).code == "csrf"
    assert person.ask("PATCH", path, change, {"Origin": "https://evil.example"}).code == "foreign_origin"
    assert person.ask("PATCH", path, change, {"Sec-Fetch-Site": "cross-site"}).code == "foreign_origin"
    assert person.ask("POST", "auth/challenge", {"address": address}, {"Origin": "null"}).code == "foreign_origin"
    for form in ("application/x-www-form-urlencoded", "text/plain", None):
        assert person.ask("PATCH", path, change, {"Content-Type": form}).code == "not_json"
    assert "Access-Control-Allow-Origin" not in person.get("me").headers
    assert person.get("me").headers["Cache-Control"] == "no-store"
    assert person.get(path).json["threshold"] is None
    assert person.ask("PATCH", path, change, {"Origin": f"http://127.0.0.1:{pool.web_port}"}).status == 200


def test_an_owner_sets_when_he_is_paid(pool):
    users, address = pool.node.wallet("users"), legacy(pool)
    person = Person(pool)
    person.sign_in(users, address)
    path = f"me/addresses/{address}"
    assert person.patch(path, threshold="0.00000001").code == "threshold_out_of_range"
    assert person.patch(path, threshold=5).code == "parameter_invalid"
    assert person.patch(path, threshold="0.5").json["threshold"] == "0.50000000"
    shown = pool.run("account", "show", address, "--json").stdout
    assert '"threshold": "0.50000000"' in shown or '"threshold":"0.50000000"' in shown
    mine(pool, f"{address}.rig", "--shares", 1, rate=10)
    until(lambda: pool.http_status(f"/api/v1/accounts/{address}", pool.web_port) == 200, "the account")
    assert person.patch(path, threshold=None).json["threshold"] is None


def test_nobody_reaches_what_is_anothers(pool):
    """Every route that names a thing, with somebody else's: as if it were not there."""
    users, address = pool.node.wallet("users"), legacy(pool)
    owner, stranger = Person(pool), Person(pool)
    owner.sign_in(users, address)
    stranger.sign_in(users, legacy(pool))
    session = owner.get("me/sessions").json["items"][0]["id"]
    others = [("GET", f"me/addresses/{address}", None), ("PATCH", f"me/addresses/{address}", {"threshold": "1"}),
              ("DELETE", f"me/addresses/{address}", None), ("DELETE", f"me/sessions/{session}", None)]
    for method, path, body in others:
        assert stranger.ask(method, path, body).status == 404, path
    proof = stranger.signed(users, address)
    assert stranger.ask("POST", "me/addresses", proof).code == "address_taken"
    assert stranger.get("me/sessions").json["items"][0]["id"] != session
    assert owner.get("me").status == 200 and owner.get(f"me/addresses/{address}").json["threshold"] is None
    assert owner.delete(f"me/addresses/{address}").code == "last_way_in"


def test_what_is_asked_too_often_has_to_wait(pool):
    person = Person(pool)
    address = legacy(pool)
    answers = [person.post("auth/challenge", address=address) for _ in range(70)]  # a minute may end in between
    assert answers[0].status == 200 and answers[-1].code == "too_many"
    assert int(answers[-1].headers["Retry-After"]) >= 1


def test_strange_requests_get_plain_answers(pool):
    person = Person(pool)
    assert person.get("me/nothing").code == "not_found"
    assert person.get("mean").code == "not_found"
    assert person.post("me").code == "method_not_allowed"
    assert person.ask("POST", "auth/challenge", ["x"]).code == "not_json"
    assert person.post("auth/challenge").code == "parameter_invalid"
    assert person.post("auth/challenge", address="x" * 300).code == "parameter_invalid"
    assert person.post("auth/sign", code="1", signature="2").code == "code_invalid"
    person.cookies = {"session": "f" * 64}
    assert person.get("me").code == "signed_out"
    person.cookies = {"session": "'; DROP TABLE user; --"}
    assert person.get("me").code == "signed_out"
