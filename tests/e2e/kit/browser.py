"""Chromium without a screen, as people use a pool's portal; what axe and the page itself find wrong in it."""
import base64
import os
import pathlib

import pytest

from .pool import KOZAN
from .wait import until

webdriver = pytest.importorskip("selenium.webdriver")
from selenium.webdriver.chrome.service import Service  # noqa: E402
from selenium.webdriver.common.by import By  # noqa: E402

CHROMIUM, DRIVER = pathlib.Path("/usr/bin/chromium"), pathlib.Path("/usr/bin/chromedriver")
needs_chromium = pytest.mark.skipif(not CHROMIUM.exists() or not DRIVER.exists(), reason="chromium is not installed")
# The accessibility checker comes with the packages that the portal is built with.
AXE = KOZAN.parent / "src" / "web" / "portal_assets.c.p" / "node_modules" / "axe-core" / "axe.min.js"
SHOTS = os.environ.get("KOZAN_SHOTS")  # a folder: what the tests saw is kept there

ARGUMENTS = ("--headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu --no-first-run --disable-sync "
             "--disable-background-networking --disable-component-update --disable-extensions --lang=en-GB").split()
# Every file that a page loads, and what its own checks refused.
RESOURCES = "return performance.getEntriesByType('resource').map(e => e.name)"
SMALL_TARGETS = """
return [...document.querySelectorAll('a, button, select, input')].filter(e => {
  const r = e.getBoundingClientRect()
  const inText = getComputedStyle(e).display === 'inline'
  return r.width && !inText && !e.classList.contains('skip') && (r.width < 24 || r.height < 24)
}).map(e => e.outerHTML)
"""
NAMELESS = """
return [...document.querySelectorAll('a, button, select, input, progress, [role=img]')].filter(e =>
  !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length)).map(e => e.outerHTML)
"""


class Browser:
    def __init__(self, pool, dir):
        options = webdriver.ChromeOptions()
        for argument in ARGUMENTS:
            options.add_argument(argument)
        options.binary_location = str(CHROMIUM)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.base = f"http://127.0.0.1:{pool.web_port}"
        self.driver = webdriver.Chrome(service=Service(str(DRIVER), log_path=f"{dir}/chromedriver.log"), options=options)

    def stop(self):
        self.driver.quit()

    def size(self, width, height=900):
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500})

    def open(self, path, lang="en", theme="light"):
        self.driver.get(self.base + "/healthz")
        self.driver.add_cookie({"name": "lang", "value": lang})
        self.driver.add_cookie({"name": "theme", "value": theme})
        self.driver.get(self.base + path)
        until(lambda: self.find(".live"), "start of the portal")

    def find(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector="body"):
        return self.driver.execute_script(
            "return document.querySelector(arguments[0])?.innerText ?? ''", selector)

    def script(self, text):
        return self.driver.execute_script(text)

    def complaints(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def axe(self):
        """What WCAG 2.2 AA forbids, as lines of text."""
        if not self.script("return typeof axe === 'object'"):
            self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": AXE.read_text()})
        found = self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1]
            axe.run(document, {resultTypes: ['violations'], runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})
               .then(r => done(r.violations.map(v => v.id + ': ' + v.nodes.map(n => n.html + ' ' + n.failureSummary).join(' | '))),
                     e => done([String(e)]))""")
        return found

    def shot(self, name):
        """The whole page as a picture, when KOZAN_SHOTS asks for it."""
        if not SHOTS:
            return
        pathlib.Path(SHOTS).mkdir(parents=True, exist_ok=True)
        picture = self.driver.execute_cdp_cmd("Page.captureScreenshot", {"captureBeyondViewport": True})["data"]
        (pathlib.Path(SHOTS) / f"{name}.png").write_bytes(base64.b64decode(picture))
