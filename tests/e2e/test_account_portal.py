"""Accounts in a real browser: signing in with a wallet, being paid, registering by mail, a second factor, a passkey."""
import pytest

from kit.browser import NAMELESS, RESOURCES, SMALL_TARGETS, Browser, needs_chromium
from kit.mailbox import Mailbox
from kit.miner import mine
from kit.person import totp
from kit.wait import until

from selenium.webdriver.common.virtual_authenticator import VirtualAuthenticatorOptions

pytestmark = needs_chromium
PASSWORD = "correct horse battery"


@pytest.fixture
def browser(world):
    def make(pool, host="127.0.0.1"):
        browser = world.add(Browser(pool, world.dir))
        browser.base = f"http://{host}:{pool.web_port}"
        return browser
    return make


@pytest.fixture
def mailbox(world):
    return world.add(Mailbox().start())


@pytest.fixture
def pool(world, mailbox):
    a, b = world.nodes()
    pool = world.pool([a, b], web_host="localhost", more=f'mail: {{url: "{mailbox.url}", tls: off, from: pool@example.org}}\n')
    pool.node, pool.other = a, b
    return pool


def fill(page, form, **fields):
    for name, text in fields.items():
        field = page.find(f"form[name={form}] [name={name}]")[0]
        field.clear()
        field.send_keys(text)


def press(page, form):
    page.find(f"form[name={form}] button")[0].click()


def sign_in(page, wallet, address):
    page.open("/login")
    until(lambda: page.find("form[name=address]"), "the page")
    fill(page, "address", address=address)
    press(page, "address")
    until(lambda: page.find(".to-sign"), "the text to sign")
    fill(page, "signature", signature=wallet.signmessage(address, page.text(".to-sign").strip()))
    press(page, "signature")
    until(lambda: page.driver.current_url.endswith("/account"), "the account")


def check(page, path, width, where):
    until(lambda: page.find("main h1") and "…" not in page.text("main .empty"), where)
    assert page.script("return document.documentElement.scrollWidth") <= width, where
    assert page.script("const t = document.querySelector('.tabs'); return !t || t.getBoundingClientRect().top < 400"), where
    assert page.script(NAMELESS) == [], where
    assert page.script(SMALL_TARGETS) == [], where
    assert all(url.startswith(page.base) for url in page.script(RESOURCES)), where
    assert page.axe() == [], where


def test_from_signing_in_to_being_paid(pool, browser):
    users = pool.node.wallet("users")
    address = users.getnewaddress("", "legacy")
    page = browser(pool)
    page.open("/account")
    until(lambda: page.driver.current_url.endswith("/login"), "who is not signed in is sent there")
    sign_in(page, users, address)
    until(lambda: page.find("form[name=terms]"), "the settings")
    fill(page, "terms", threshold="0.01", donation="2")
    press(page, "terms")
    until(lambda: "Saved." in page.text("form[name=terms]"), "that it is saved")
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    pool.other.generate(105, pool.other.wallet("users").getnewaddress())
    until(lambda: [p for p in pool.payouts() if p["state"] >= 3], "sent payout")
    page.find(".address-card h2 a")[0].click()
    until(lambda: page.find(".stats"), "the address's page")
    until(lambda: "Sent" in page.text() or "Confirmed" in page.text(), "the payment")
    credit = pool.sql("SELECT donation, amount FROM credit")[0]
    assert credit["donation"] > 0
    page.open("/account")
    until(lambda: page.find(".tabs button"), "the account")[0].click()
    until(lambda: page.driver.current_url.endswith("/login"), "the way out")
    page.open("/account")
    until(lambda: page.driver.current_url.endswith("/login"), "it is over")
    assert [line for line in page.complaints() if "401" not in line] == []


def test_from_registering_to_a_passkey(pool, browser, mailbox):
    page = browser(pool, "localhost")
    page.driver.get(page.base + "/healthz")
    options = VirtualAuthenticatorOptions()
    options.protocol, options.transport = "ctap2", "internal"
    options.has_resident_key = options.has_user_verification = options.is_user_verified = True
    page.driver.add_virtual_authenticator(options)
    page.open("/login")
    until(lambda: page.find("form[name=register]"), "the form")
    fill(page, "register", email="a@example.org", password=PASSWORD)
    press(page, "register")
    code = mailbox.link("a@example.org")
    page.driver.get(page.base + "/healthz")
    page.driver.get(page.base + f"/login#confirm={code}")
    until(lambda: page.find("form[name=confirm]"), "the confirmation")
    press(page, "confirm")
    until(lambda: page.driver.current_url.endswith("/account"), "the account")

    page.open("/account/security")
    until(lambda: page.find("form[name=totp]"), "the second factor")
    press(page, "totp")
    until(lambda: page.find("form[name=totp-confirm]"), "the secret")
    secret = page.text(".secret").strip()
    fill(page, "totp-confirm", totp=totp(secret, -1))
    press(page, "totp-confirm")
    until(lambda: len(page.find(".codes li")) == 10, "recovery codes")
    codes = [e.text for e in page.find(".codes li")]

    fill(page, "passkey", name="This machine")
    press(page, "passkey")
    until(lambda: page.find("form[name=passkey] [name=totp]"), "that a code is asked for")
    fill(page, "passkey", totp=codes[0])
    press(page, "passkey")
    until(lambda: "This machine" in page.text("main"), "the passkey")
    assert pool.sql("SELECT name FROM user_passkey") == [{"name": "This machine"}]
    page.shot("account-passkey")
    page.find(".tabs button")[0].click()
    until(lambda: page.find("form[name=login]"), "the ways in")
    press(page, "passkey")
    until(lambda: page.driver.current_url.endswith("/account"), "the account again")
    assert [row["how"] for row in pool.sql("SELECT how FROM user_session")] == [3]
    assert pool.sql("SELECT used_ms FROM user_passkey")[0]["used_ms"] > 0

    page.find(".tabs button")[0].click()
    until(lambda: page.find("form[name=login]"), "the ways in")
    fill(page, "login", email="a@example.org", password=PASSWORD)
    press(page, "login")
    until(lambda: page.find("form[name=login] [name=totp]"), "that a code is asked for")
    fill(page, "login", totp=codes[1])
    press(page, "login")
    until(lambda: page.driver.current_url.endswith("/account"), "the account once more")
    page.open("/account/access")
    until(lambda: page.find("form[name=tokens]"), "tokens")
    fill(page, "tokens", name="My script")
    press(page, "tokens")
    until(lambda: page.find("form[name=tokens] [name=totp]"), "that a code is asked for")
    fill(page, "tokens", totp=codes[2])
    press(page, "tokens")
    until(lambda: len((page.text(".secret").split() or [""])[0]) == 64, "the token")
    assert [line for line in page.complaints() if " 401 " not in line and "[DOM]" not in line
            and "pubKeyCredParams" not in line] == []  # Chromium would like RSA too


def test_every_page_fits_and_says_its_names(pool, browser):
    users = pool.node.wallet("users")
    page = browser(pool, "localhost")
    sign_in(page, users, users.getnewaddress("", "legacy"))
    for lang, word in (("en", "My account"), ("ja", "マイアカウント")):
        for theme in ("light", "dark"):
            for width in (320, 1280):
                page.size(width)
                for path in ("/account", "/account/workers", "/account/security", "/account/access"):
                    where = f"{path} {lang} {theme} {width}"
                    page.open(path, lang, theme)
                    until(lambda: word in page.text("main h1"), where)
                    check(page, path, width, where)
                    page.shot(where.replace("/", "-").replace(" ", "_").strip("-"))
    page.open("/account")
    until(lambda: page.find(".tabs button"), "the account")
    page.find(".tabs button")[0].click()
    until(lambda: page.find("form[name=register]"), "the ways in")
    for lang, theme, width in (("en", "light", 320), ("ja", "dark", 1280)):
        page.size(width)
        page.open("/login", lang, theme)
        until(lambda: page.find("form[name=register]"), "the ways in")
        check(page, "/login", width, f"/login {lang} {theme} {width}")
        page.shot(f"login_{lang}_{theme}_{width}")
    assert [line for line in page.complaints() if "401" not in line] == []
