"""The portal in a real browser over a real pool: numbers arrive without reloading, in both languages, on every width."""
import pytest

from kit.browser import NAMELESS, RESOURCES, SMALL_TARGETS, Browser, needs_chromium
from kit.mariadb import Mariadb, MariaPool
from kit.miner import mine, start_miner
from kit.wait import until

from selenium.webdriver.common.by import By

pytestmark = needs_chromium


@pytest.fixture
def browser(world):
    def make(pool):
        return world.add(Browser(pool, world.dir))
    return make


def test_a_first_share_and_a_block_appear_by_themselves(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b])
    address = users(b)["bech32"]
    page = browser(pool)

    page.open(f"/a/{address}")
    until(lambda: "No share from this address yet" in page.text(), "page of an unknown address")
    assert f"127.0.0.1:{pool.port}" in page.text(".connect")
    page.script("window.isSamePage = true")
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    until(lambda: "rig" in page.text("table"), "the worker")
    until(lambda: "H/s" in page.text(".hero-value"), "its hash rate")
    until(lambda: "Maturing" in page.text("main > section:last-of-type"), "the credit of the block")
    assert page.script("return window.isSamePage")

    page.open("/")
    until(lambda: page.text(".live") == "Live", "live connection")
    page.script("window.isSamePage = true")
    blocks = "return document.querySelectorAll('section.list')[0].querySelectorAll('tbody tr').length"
    rows = page.script(blocks)
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    until(lambda: page.script(blocks) > rows, "the new block")
    b.generate(5, b.wallet("users").getnewaddress())
    until(lambda: "/100" in page.text("section.list") and "0/100" not in page.text("section.list tbody tr"),
          "confirmations")
    assert page.script("return window.isSamePage")
    assert page.complaints() == []


def test_a_payment_is_shown_and_the_search_finds_the_miner(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b])
    address = users(b)["legacy"]
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    b.generate(105, b.wallet("users").getnewaddress())
    until(lambda: [p for p in pool.payouts() if p["state"] >= 3], "sent payout")
    a.generate(2, b.wallet("users").getnewaddress())
    until(lambda: [p for p in pool.payouts() if p["state"] == 4], "confirmed payout")

    page = browser(pool)
    page.open("/a/nonsense")
    until(lambda: "not an address that the pool can pay" in page.text("main"), "what is wrong")
    assert len(page.complaints()) == 1  # the page's own 404
    page.open("/")
    until(lambda: "Confirmed" in page.text("section.list:last-of-type"), "the payment")
    page.find("#address")[0].send_keys(address + "\n")
    until(lambda: page.driver.current_url.endswith(f"/a/{address}"), "the address's page")
    until(lambda: "LTC" in page.text(".stats"), "its balance")
    paid = page.script("return [...document.querySelectorAll('.stat-value')].at(-1).innerText")
    row = pool.sql("SELECT SUM(amount) AS n FROM entry WHERE book = 5")[0]
    assert paid.replace(",", "").startswith(f"{row['n'] / 1e8:.8f}".rstrip("0"))
    page.open("/")
    assert page.find(".recent a"), "the address is remembered"
    page.find("nav a[href='/payments']")[0].click()
    until(lambda: "Payments" == page.text("h1"), "the payments' page")
    page.driver.back()
    until(lambda: page.find(".hero"), "the first page again")
    assert page.complaints() == []


def test_every_page_fits_and_says_its_names(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b])
    address = users(b)["bech32"]
    mine(pool, f"{address}.rig", "--blocks", 2, rate=10)
    height = until(lambda: pool.blocks(2), "credited block")[0]["height"]
    page = browser(pool)
    for lang, word in (("en", "Blocks"), ("ja", "ブロック")):
        for theme in ("light", "dark"):
            for width in (320, 768, 1280):
                for path in ("/", "/start", "/docs/api", "/blocks", f"/blocks/{height}", "/payments", f"/a/{address}"):
                    where = f"{path} {lang} {theme} {width}"
                    page.size(width)
                    page.open(path, lang, theme)
                    until(lambda: word in page.text("header"), f"language of {where}")
                    assert page.script("return document.documentElement.scrollWidth") <= width, where
                    assert page.script("return document.documentElement.lang") == lang
                    assert page.script(NAMELESS) == [], where
                    assert page.script(SMALL_TARGETS) == [], where
                    assert all(url.startswith(page.base) for url in page.script(RESOURCES)), where
    assert page.complaints() == []


def test_a_newcomer_is_led_to_the_first_share(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b])
    address = users(b)["bech32"]
    page = browser(pool)
    page.open("/")
    page.find("nav a[href='/start']")[0].click()
    until(lambda: page.find("#pay-to"), "the guide")
    page.find("input[name=device][value=windows]")[0].click()
    page.find("#pay-to")[0].send_keys(address[:-1])
    until(lambda: page.find("#pay-to-check.bad"), "what is wrong with half an address")
    page.find("#pay-to")[0].send_keys(address[-1])
    until(lambda: page.find("#pay-to-check.good"), "the whole address")
    page.find("#worker")[0].send_keys("rig 7;")
    page.find("#threads")[0].send_keys("2")
    command = f"cpuminer.exe -a scrypt -o stratum+tcp://127.0.0.1:{pool.port} -u {address}.rig7 -p x -t 2"
    until(lambda: page.text(".command pre") == command, "the command")
    assert f"address={address}" in page.driver.current_url and page.find(".qr")
    assert "Waiting for the first share" in page.text(".first-share")
    mine(pool, f"{address}.other", "--shares", 1, rate=10)
    until(lambda: pool.http_status(f"/api/v1/accounts/{address}", pool.web_port) == 200, "a share of another machine")
    assert not page.find(".first-share.done")
    mine(pool, f"{address}.rig7", "--shares", 1, rate=10)
    until(lambda: page.find(".first-share.done"), "the first share")
    page.driver.refresh()  # the choices are in the address bar
    until(lambda: page.text(".command pre") == command, "the command again")
    page.find("input[name=device][value=asic]")[0].click()
    until(lambda: not page.find(".command pre") and f"{address}.rig7" in page.text(".ports"), "fields for an ASIC")
    page.find(".phone a")[0].click()
    until(lambda: "rig7" in page.text("table"), "the page of the address")
    assert [line for line in page.complaints() if "404" not in line and "400" not in line] == []


def test_the_api_is_described_and_can_be_tried(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b])
    page = browser(pool)
    page.open("/")
    page.find("footer a[href='/docs/api']")[0].click()
    until(lambda: page.find(".call"), "the description")
    described = page.script("return [...document.querySelectorAll('.call h2')].map(e => e.innerText)")
    assert "GET /api/v1/pool" in described and "GET /api/v1/live" in described
    page.script("document.querySelector('#-api-v1-pool button.plain').click()")
    until(lambda: '"miners": 0' in page.text("#-api-v1-pool .answer"), "the pool's document")
    call = "#-api-v1-accounts-address-"
    assert page.find(call + " button.plain")[0].get_attribute("disabled")
    page.find(call + " input")[0].send_keys(users(b)["bech32"])
    page.script(f"document.querySelector('{call} button.plain').click()")
    until(lambda: "account_unknown" in page.text(call + " .answer"), "the refusal")
    page.find("#-api-v1-pool summary")[0].click()
    until(lambda: "hashrate" in page.text("#-api-v1-pool .members"), "the members of the answer")


def test_a_miner_checks_his_part_of_a_round(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b], reward='{scheme: pplns, window: 100000, fee: "1%"}')
    address, other = users(b)["bech32"], users(b)["legacy"]
    mine(pool, f"{other}.rig", "--shares", 3, rate=10)
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    own = until(lambda: [block for block in pool.blocks(2) if block["finder_address"] == address], "closed round of his")
    height = own[-1]["height"]
    page = browser(pool)
    page.open(f"/a/{address}")
    until(lambda: address in (page.script("return localStorage['kozan.recent']") or ""), "the address is remembered")
    page.open("/blocks")
    until(lambda: page.find(f"td a[href='/blocks/{height}']"), "the block")[0].click()
    until(lambda: "kozan round 1" in page.text(".command pre"), "the round's text")
    page.find("form.search .primary")[0].click()
    until(lambda: "Proven" in page.text(".check.good"), "the check")
    assert "Division among" in page.text("section.list") and page.find(f"section.list a[href='/a/{address}']")
    page.script("document.querySelector('#own').value = ''")
    page.find("#own")[0].clear()
    page.find("#own")[0].send_keys(b.wallet("users").getnewaddress() + "\n")
    until(lambda: "has no part" in page.text(".check.bad"), "the refusal")
    page.open("/blocks/99999999")
    until(lambda: "found no block there" in page.text(), "a block that is not there")


def test_old_numbers_are_shown_with_their_age_while_the_database_is_away(world, users, browser):
    a, b = world.nodes()
    server = world.add(Mariadb(world.dir / "maria")).start()
    pool = world.add(MariaPool(world.dir / "pool", [a, b], a.wallet("pool").getnewaddress("", "bech32"), server)).start()
    address = users(b)["bech32"]
    mine(pool, f"{address}.rig", "--shares", 3, rate=10)
    until(lambda: pool.http_status(f"/api/v1/accounts/{address}", pool.web_port) == 200, "the account")
    page, other = browser(pool), browser(pool)
    page.open(f"/a/{address}")
    until(lambda: page.text(".live") == "Live" and "rig" in page.text("table"), "a live page of the address")
    other.open("/status")
    until(lambda: "silent" not in other.text("table") and "Everything works" in other.text(".status-head.good"), "all is well")
    server.stop()
    until(lambda: "database cannot be reached" in page.text(".notice"), "the age of the numbers")
    assert "rig" in page.text("table") and "sec" in page.text(".notice")
    until(lambda: "silent" in other.text(".status-head.bad ~ section table"), "which part is away")
    other.open("/")
    until(lambda: "database cannot be reached" in other.text(".notice"), "the same for who comes now")
    assert "H/s" in other.text(".hero-value")
    server.start()
    until(lambda: not page.find(".notice"), "new numbers")
    mine(pool, f"{address}.second", "--shares", 1, rate=10)
    until(lambda: "second" in page.text("table"), "what came since")


def test_language_and_theme_are_changed_in_place(world, browser):
    a, b = world.nodes()
    page = browser(world.pool([a, b]))
    page.open("/")
    page.script("window.isSamePage = true")
    page.find(".language option[value=ja]")[0].click()
    until(lambda: "1分で接続" in page.text(), "Japanese")
    assert page.script("return document.documentElement.lang") == "ja"
    paper = "return getComputedStyle(document.body).backgroundColor"
    light = page.script(paper)
    page.find(".icon-button")[0].click()
    until(lambda: page.script(paper) != light, "dark colours")
    assert page.script("return window.isSamePage")
    page.driver.refresh()
    until(lambda: page.find(".live"), "start of the portal")
    assert "1分で接続" in page.text() and page.script(paper) != light
    assert page.complaints() == []


def test_the_page_reads_without_scripts(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b])
    address = users(b)["bech32"]
    mine(pool, f"{address}.rig", "--blocks", 1, rate=10)
    until(lambda: pool.blocks(2), "credited block")
    page = browser(pool)
    page.driver.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    page.driver.get(page.base + "/")
    until(lambda: "Maturing" in page.driver.find_element(By.TAG_NAME, "body").text
          or page.driver.refresh(), "the block", every=0.5)
    body = page.driver.find_element(By.TAG_NAME, "body").text
    assert f"stratum+tcp://127.0.0.1:{pool.port}" in body and "Pool hash rate" in body
    field = page.find("#address")[0]
    field.send_keys(address)
    field.submit()
    until(lambda: page.driver.current_url.endswith(f"/a/{address}"), "the address's page")
    assert "rig" in page.driver.find_element(By.TAG_NAME, "body").text


def test_the_page_finds_the_pool_again_after_a_restart_of_the_web_role(world, users, browser):
    a, b = world.nodes()
    pool = world.pool([a, b])
    miner = world.add(start_miner(pool, users(b)["bech32"] + ".rig", world.dir, rate=10))
    page = browser(pool)
    page.open("/")
    until(lambda: page.text(".live") == "Live", "live connection")
    until(lambda: "0 H/s" not in page.text(".hero-value"), "a hash rate")
    page.script("window.isSamePage = true")
    pool.kill_role("web")
    until(lambda: page.text(".live") != "Live", "broken connection")
    until(lambda: page.text(".live") == "Live", "live connection after the restart")
    assert page.script("return window.isSamePage") and miner.is_running()
