"""Every page of the portal in a real browser over a seeded pool: readable for everybody, in each language, theme and width."""
import pytest

from kit.browser import NAMELESS, RESOURCES, SMALL_TARGETS, Browser, needs_chromium
from kit.seeded import ADDRESS, Seeded
from kit.wait import until
from kit.world import World

from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

pytestmark = needs_chromium

PAGES = {
    "/": ".hero-value", "/start": "#pay-to", "/blocks": "td", "/payments": "td", "/pool": ".plot canvas",
    "/network": ".plot canvas", "/miners": "td", "/status": ".status-head h1", "/news": "article", "/rules": ".facts",
    "/help": ".answer-to", "/docs/api": ".call", f"/a/{ADDRESS}": ".history canvas", f"/a/{ADDRESS}/w/rig1": ".plot canvas",
    f"/a/{ADDRESS}/statement": "td", "/nothing": "h1",
}


@pytest.fixture(scope="module")
def opened():
    world = World()
    seeded = world.add(Seeded(world.dir))
    page = world.add(Browser(seeded, world.dir))
    page.seeded = seeded
    yield page
    world.close(show=False)


@pytest.fixture
def page(opened):
    opened.complaints()  # those of the test before are not ours
    return opened


def is_shown(page, path):
    until(lambda: page.find(PAGES[path]), f"content of {path}")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_every_page_is_for_everybody(page, lang, theme):
    for path in PAGES:
        page.size(1280)
        page.open(path, lang, theme)
        is_shown(page, path)
        assert all(url.startswith(page.base) for url in page.script(RESOURCES)), path
        for width in (1280, 768, 360):
            where = f"{path} {lang} {theme} {width}"
            page.size(width)
            assert page.script("return document.documentElement.scrollWidth") <= width, where
            assert page.script(NAMELESS) == [], where
            assert page.script(SMALL_TARGETS) == [], where
            assert page.axe() == [], where
            page.shot(f"{path.strip('/').replace('/', '-').replace(ADDRESS, 'address') or 'home'}-{lang}-{theme}-{width}")
    assert [line for line in page.complaints() if "/nothing" not in line] == []


def test_charts_change_their_time_and_have_a_table(page):
    page.size(1280)
    page.open("/")
    page.find("nav a[href='/pool']")[0].click()
    until(lambda: len(page.find(".plot canvas")) == 3, "three charts")
    page.script("document.querySelector('.ranges input:nth-of-type(1)').focus()")
    page.find(".ranges label:nth-of-type(3) input")[0].click()
    until(lambda: any("range=30d" in url for url in page.script(RESOURCES)), "the longer series")
    until(lambda: page.find(".plot summary"), "the charts again")
    page.find(".plot summary")[0].click()
    until(lambda: page.find(".plot details table td"), "the table")
    assert "H/s" in page.text(".plot details table")
    assert "Lowest" in page.find(".plot-box")[0].get_attribute("aria-label")
    page.find(".tabs a[href='/miners']")[0].click()
    until(lambda: page.find(f"td a[href='/a/{ADDRESS}']"), "the miners")
    page.find(f"td a[href='/a/{ADDRESS}']")[0].click()
    until(lambda: page.find(".worker a"), "the workers of the first one")
    until(lambda: "Expected a day" in page.text(".averages") and "≈" in page.text(".averages"), "what to expect")
    page.find(f".worker a[href$='/w/rig1']")[0].click()
    until(lambda: "Too late" in page.text("table"), "why shares were refused")
    assert "What helps" in page.text() and page.find(".plot canvas")
    assert page.complaints() == []


def test_without_a_mouse(page):
    """From the first page to a miner's own, and to Japanese, by keys alone."""
    page.size(1280)
    page.open("/")

    def press(*keys):
        page.driver.switch_to.active_element.send_keys(*keys)

    def walk_to(selector, most=60):
        for _ in range(most):
            if page.script(f"return document.activeElement.matches({selector!r})"):
                shown = page.script("const s = getComputedStyle(document.activeElement); return s.outlineStyle")
                assert shown != "none", f"nobody sees where {selector} is"
                return
            press(Keys.TAB)
        raise AssertionError(f"{selector} is out of reach")

    page.find("body")[0].send_keys(Keys.TAB)
    walk_to(".skip")
    press(Keys.ENTER)
    walk_to("#address")
    press(ADDRESS, Keys.ENTER)
    until(lambda: page.driver.current_url.endswith(ADDRESS), "the page of the address")
    until(lambda: page.find(".worker a"), "its workers")
    walk_to(".worker a")
    press(Keys.ENTER)
    until(lambda: "/w/" in page.driver.current_url, "a worker")
    page.open("/help")
    until(lambda: page.find(".answer-to"), "the questions")
    walk_to(".answer-to summary")
    press(Keys.ENTER)
    until(lambda: page.find(".answer-to[open]"), "an answer")


def test_news_of_the_operator_reaches_open_pages(page):
    page.size(1280)
    page.open("/blocks")
    page.script("window.isSamePage = true")
    said = page.seeded.run("news", "add", "Server moves", "It takes **an hour**.", "--banner")
    number = said.split()[2]
    until(lambda: "Server moves" in page.text(".banner"), "the banner")
    page.seeded.run("news", "add", "サーバー移転", "--lang", "ja", "--id", number)
    page.find(".language option[value=ja]")[0].click()
    until(lambda: "サーバー移転" in page.text(".banner"), "the same in Japanese")
    assert page.script("return window.isSamePage")
    page.open("/news")
    until(lambda: "an hour" in page.text(f"article[id='{number}'] b"), "the text")
    page.seeded.run("news", "remove", number)
    until(lambda: "Server moves" not in page.text(".banner"), "the end of the banner")
    assert page.complaints() == []


def test_a_statement_is_for_paper_too(page):
    page.size(1280)
    page.open(f"/a/{ADDRESS}/statement")
    until(lambda: page.find(".total"), "the statement")
    page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        visible = "return getComputedStyle(document.querySelector(arguments[0])).display !== 'none'"
        shown = {s: page.driver.execute_script(visible, s) for s in (".top", ".foot", ".screen-only", "table", ".total")}
        assert shown == {".top": False, ".foot": False, ".screen-only": False, "table": True, ".total": True}
        page.shot("statement-print")
    finally:
        page.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_the_first_visit_is_light(page):
    """All that comes over the network for an address's page, as it is sent."""
    page.size(360)
    page.driver.execute_cdp_cmd("Network.enable", {})
    page.driver.execute_cdp_cmd("Network.clearBrowserCache", {})
    page.open(f"/a/{ADDRESS}", "ja")
    is_shown(page, f"/a/{ADDRESS}")
    sizes = page.script("""
        const all = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        return all.filter(e => !e.name.includes('/live')).map(e => [e.name, e.encodedBodySize])""")
    assert sum(size for _, size in sizes) <= 80_000, sizes
    assert len(sizes) > 5


def test_an_empty_pool_has_something_to_say(world):
    empty = world.add(Seeded(world.dir, "empty"))
    page = world.add(Browser(empty, world.dir))
    for path in ("/", "/pool", "/network", "/miners", "/blocks", "/payments", "/news", "/status", f"/a/{ADDRESS}"):
        page.open(path)
        until(lambda: page.find(".empty") or page.find("main .card"), f"content of {path}")
        assert page.axe() == [], path
        page.shot(f"empty-{path.strip('/').replace('/', '-') or 'home'}")
