"""Accounts by e-mail and password: registering, second factor, a new password, all through a real mail server."""
import concurrent.futures

import pytest

from kit.mailbox import Mailbox
from kit.person import Person, totp

PASSWORD, OTHER = "correct horse battery", "another long password"


@pytest.fixture
def mailbox(world):
    return world.add(Mailbox().start())


@pytest.fixture
def make_pool(world, mailbox):
    def make(accounts=""):
        a, _ = world.nodes()
        mail = f'mail: {{url: "{mailbox.url}", tls: off, from: pool@example.org}}\n'
        pool = world.pool([a], more=mail + (f"accounts: {{{accounts}}}\n" if accounts else ""))
        pool.node = a
        return pool
    return make


def register(pool, mailbox, email, **more):
    person = Person(pool)
    answer = person.post("auth/register", email=email, password=PASSWORD, **more)
    assert answer.status == 202, answer
    answer = person.post("auth/confirm", code=mailbox.link(email))
    assert answer.status == 200, answer
    return person


def test_registering_and_a_forgotten_password(make_pool, mailbox):
    pool = make_pool()
    person = Person(pool)
    assert person.get("auth").json == {"registration": "open", "mail": True}
    assert person.post("auth/register", email="a@example.org", password="short").code == "password_length"
    assert person.post("auth/register", email="not an address", password=PASSWORD).code == "email_invalid"
    assert person.post("auth/register", email="A@Example.org", password=PASSWORD, lang="ja").status == 202
    assert person.post("auth/login", email="a@example.org", password=PASSWORD).code == "login_wrong"  # not yet
    code = mailbox.link("a@example.org")
    assert "メールアドレスの確認" in mailbox.to("a@example.org")[0]["Subject"]
    me = person.post("auth/confirm", code=code).json
    assert me["email"] == "a@example.org" and me["has_password"]
    assert Person(pool).post("auth/confirm", code=code).code == "code_invalid"
    stored = pool.sql("SELECT password FROM user")[0]["password"]
    assert stored.startswith("$argon2id$") and PASSWORD not in str(pool.sql("SELECT * FROM user_code"))

    # the same address once more: the same answer, and a mail that says so
    assert Person(pool).post("auth/register", email="a@example.org", password=OTHER).status == 202
    assert "#" not in mailbox.wait("a@example.org", 2).get_content()

    again = Person(pool)
    assert again.post("auth/login", email="a@example.org", password=PASSWORD).json["id"] == me["id"]
    assert Person(pool).post("auth/reset", email="nobody@example.org").status == 202
    assert Person(pool).post("auth/reset", email="a@example.org").status == 202
    code = mailbox.link("a@example.org", 3)
    thief = Person(pool)
    assert thief.post("auth/reset/finish", code="0" * 64, password=OTHER).code == "code_invalid"
    assert thief.post("auth/reset/finish", code=code, password=OTHER).status == 204
    assert thief.post("auth/reset/finish", code=code, password=OTHER).code == "code_invalid"
    assert again.get("me").status == 401 and person.get("me").status == 401  # all sessions are over
    assert "127.0.0.1" in mailbox.wait("a@example.org", 4).get_content()
    assert again.post("auth/login", email="a@example.org", password=PASSWORD).code == "login_wrong"
    assert again.post("auth/login", email="a@example.org", password=OTHER).status == 200
    assert not mailbox.to("nobody@example.org")


def test_guessing_does_not_keep_the_owner_out(make_pool, mailbox):
    pool = make_pool()
    register(pool, mailbox, "a@example.org")
    other = {"X-Forwarded-For": "198.51.100.7"}
    guess = {"email": "a@example.org", "password": "wrong wrong wrong"}
    with concurrent.futures.ThreadPoolExecutor(4) as many:
        answers = list(many.map(lambda _: Person(pool).ask("POST", "auth/login", guess, other), range(16)))
    assert {a.code for a in answers} == {"login_wrong", "too_many"}
    good = dict(guess, password=PASSWORD)
    assert Person(pool).ask("POST", "auth/login", good, other).code == "too_many"
    assert Person(pool).post("auth/login", **good).status == 200  # from elsewhere
    assert Person(pool).ask("POST", "auth/login", good, {"X-Forwarded-For": "198.51.100.8"}).status == 200


def test_a_second_factor(make_pool, mailbox):
    pool = make_pool()
    users = pool.node.wallet("users")
    address = users.getnewaddress("", "legacy")
    person = register(pool, mailbox, "a@example.org")
    assert person.ask("POST", "me/addresses", person.signed(users, address)).status == 200
    other = Person(pool)
    other.sign_in(users, address)
    setup = person.post("me/totp").json
    assert setup["uri"].startswith("otpauth://totp/") and setup["secret"] in setup["uri"]
    assert person.post("me/totp/confirm", code=setup["code"], totp="000000").code == "totp_wrong"
    setup = person.post("me/totp").json
    codes = person.post("me/totp/confirm", code=setup["code"], totp=totp(setup["secret"], -1)).json["recovery_codes"]
    assert len(set(codes)) == 10 and codes[0] not in str(pool.sql("SELECT * FROM user_code"))

    me = person.get("me").json
    assert me["has_totp"] and me["recovery_codes"] == 10
    login = {"email": "a@example.org", "password": PASSWORD}
    again = Person(pool)
    assert again.post("auth/login", **login).code == "totp_needed"
    assert again.post("auth/login", **login, totp=totp(setup["secret"], -1)).code == "totp_wrong"  # used already
    used = totp(setup["secret"])
    assert again.post("auth/login", **login, totp=used).status == 200
    assert Person(pool).post("auth/login", **login, totp=used).code == "totp_wrong"
    assert again.post("auth/login", **login, totp=codes[0].upper()).status == 200
    assert again.post("auth/login", **login, totp=codes[0]).code == "totp_wrong"
    # signing in by signature needs it too, and the same signature is good once the code is there
    proof = again.signed(users, address)
    assert again.ask("POST", "auth/sign", proof).code == "totp_needed"
    assert again.ask("POST", "auth/sign", {**proof, "totp": codes[1]}).status == 200
    assert again.ask("POST", "auth/sign", {**proof, "totp": codes[2]}).code == "code_invalid"
    # what weakens the account asks for it
    for method, path, body in (("DELETE", "me/totp", {}), ("POST", "me/recovery", {}),
                               ("POST", "me/password", {"current": PASSWORD, "password": OTHER}),
                               ("POST", "me/email", {"current": PASSWORD, "email": "b@example.org"}),
                               ("POST", "me/tokens", {"name": "x", "scopes": ["read"]}),
                               ("POST", "me/passkeys/challenge", {}),
                               ("PUT", f"me/addresses/{address}/payout", {"address": address})):
        assert again.ask(method, path, body).code == "totp_needed", path
    fresh = again.post("me/recovery", totp=codes[3]).json["recovery_codes"]
    assert again.post("me/recovery", totp=codes[4]).code == "totp_wrong"
    assert again.delete("me/totp", totp=fresh[0]).json["has_totp"] is False
    assert Person(pool).post("auth/login", **login).status == 200


def test_a_password_for_who_began_with_an_address(make_pool, mailbox):
    pool = make_pool()
    users = pool.node.wallet("users")
    address = users.getnewaddress("", "legacy")
    person = Person(pool)
    me = person.sign_in(users, address)
    assert person.post("me/password", password=PASSWORD).code == "email_needed"
    assert person.post("me/email", email="a@example.org").status == 202
    assert person.post("auth/confirm", code=mailbox.link("a@example.org")).status == 204
    token = person.cookies["session"]
    assert person.post("me/password", password=PASSWORD).json["has_password"]
    assert person.cookies["session"] != token
    assert person.post("me/password", password=OTHER).code == "password_wrong"
    assert person.post("me/password", current=PASSWORD, password=OTHER).status == 200
    assert Person(pool).post("auth/login", email="a@example.org", password=OTHER).json["id"] == me["id"]
    assert person.delete(f"me/addresses/{address}").json["addresses"] == []


def test_mail_waits_for_its_server(make_pool, mailbox):
    pool = make_pool()
    mailbox.stop()
    person = Person(pool)
    assert person.post("auth/register", email="a@example.org", password=PASSWORD).status == 202
    assert pool.sql("SELECT recipient FROM mail") == [{"recipient": "a@example.org"}]
    pool.stop()
    pool.start()
    mailbox.start()
    assert person.post("auth/confirm", code=mailbox.link("a@example.org")).status == 200
    assert len(mailbox.to("a@example.org")) == 1


def test_registration_may_be_by_invitation(make_pool, mailbox):
    pool = make_pool("registration: invited, invitations: 2")
    users = pool.node.wallet("users")
    host, guest = Person(pool), Person(pool)
    host.sign_in(users, users.getnewaddress("", "legacy"))
    register_ = {"email": "g@example.org", "password": PASSWORD}
    assert guest.post("auth/register", **register_).code == "invitation_needed"
    made = host.post("me/invitations", email="g@example.org").json
    assert made["left"] == 1 and made["link"].endswith(mailbox.link("g@example.org"))
    assert host.post("me/invitations").json["left"] == 0
    assert host.post("me/invitations").code == "invitations_used"
    code = made["link"].partition("=")[2]
    assert guest.post("auth/register", **register_, invitation=code).status == 202
    assert guest.post("auth/confirm", code=mailbox.link("g@example.org", 2)).status == 200
    assert Person(pool).post("auth/register", email="h@example.org", password=PASSWORD, invitation=code).code \
        == "invitation_needed"
    assert host.get("me/invitations").json["left"] == 1


def test_registration_may_be_closed(make_pool, mailbox):
    pool = make_pool("registration: closed")
    assert Person(pool).post("auth/register", email="g@example.org", password=PASSWORD).code == "registration_closed"
    users = pool.node.wallet("users")
    Person(pool).sign_in(users, users.getnewaddress("", "legacy"))  # always possible
