"""A person at a real browser: every page they come to is looked at, whatever the test is about."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Download, Locator, Page

from app.seed import DEMO_PASSWORD
from tests.browser.site import Site
from tests.commands.office import PEOPLE
from tests.web.visitors import cookie_of

AXE = (Path(__file__).with_name("axe") / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async (only) => {
  const found = await axe.run(document, { resultTypes: ["violations"], preload: false, ...only });
  return found.violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""
OVERFLOW = "() => document.scrollingElement.scrollWidth - window.innerWidth"
WHO_OVERFLOWS = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
  .map((one) => `${one.tagName}.${one.className}`).slice(0, 8)"""
PARTS = """() => {
  const told = (one) => [one.tagName, ...[...one.attributes]
    .filter(({ name }) => /^(class|role|type|hidden|open|checked|aria-)/.test(name))
    .map(({ name, value }) => /^aria-(label|described|labelled)/.test(name) ? name : `${name}=${value}`)].join();
  const all = [...document.querySelectorAll("body *:not(svg *)")];
  return [...new Set(all.map((one) => `${told(one.parentElement)} > ${told(one)}`))];
}"""
JUDGED: dict[int, set[str]] = {}
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}}
DESKTOP, TABLET, PHONE = 1280, 768, 360


class Visitor:
    """Goes from page to page by what stands on them; `page` is where they are."""

    def __init__(
        self, site: Site, browser: Browser, *, width: int = DESKTOP, is_judging: bool = True, **options: Any
    ) -> None:
        self.site = site
        self.width = width
        self.has_scripts = options.get("java_script_enabled", True)
        self.is_judging = is_judging and self.has_scripts  # by axe
        options = {"locale": "en-GB", "viewport": {"width": width, "height": 860}, **options}
        self.context: BrowserContext = browser.new_context(base_url=site.origin, **options)
        self.context.set_default_timeout(8000)
        self.page: Page = self.context.new_page()
        self.faults: list[str] = []
        self.expected = ["the server responded with a status of 4"]
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"script: {error}"))

    def ignore(self, words: str) -> None:
        """Let the console say this: the test brought it about."""
        self.expected.append(words)

    # going about
    def visit(self, path: str) -> None:
        """Go to an address and look at the page."""
        self.page.goto(path)
        self.look()

    def press(self, name: str, *, within: str = "main") -> None:
        """Press a button or follow a link, and look at the page it leads to."""
        place = self.page.locator(within)
        found = place.get_by_role("button", name=name).or_(place.get_by_role("link", name=name))
        with self.page.expect_navigation():
            found.first.click()
        self.look()

    def arrive_as(self, who: str, at: str = "/") -> None:
        """Come in with the cookie of a sign-in that was made elsewhere, at the dashboard or another page."""
        cookie = cookie_of(self.site.office, who, self.site.mailed_code)
        self.context.add_cookies([{"name": "sid", "value": cookie, "url": self.site.origin}])
        self.visit(at)

    def sign_in(self, who: str) -> None:
        """Sign in with the password and the code from the demo's mail."""
        self.visit("/sign-in")
        self.page.get_by_label("E-mail address").fill(PEOPLE[who])
        self.page.get_by_label("Password").fill(DEMO_PASSWORD)
        self.press("Sign in")
        self.give_code(self.mailed_code(PEOPLE[who]))

    def give_code(self, code: str) -> None:
        """Type a one-time code."""
        self.visit("/sign-in/code")
        self.page.get_by_label("One-time code").fill(code)
        self.press("Continue")

    def mailed_code(self, address: str) -> str:
        """The newest code in the demo's mail."""
        self.site.settle()
        self.press("Open the demo mail")
        mine = self.page.locator("li", has_text=address).get_by_role("link", name="Your Client Connect code")
        with self.page.expect_navigation():
            mine.first.click()
        self.look()
        return re.search(r"\d{6}", self.page.locator(".letter").inner_text())[0]

    def download(self, name: str) -> bytes:
        """Follow a link that leads to a file."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=name).click()
        file: Download = coming.value
        return Path(file.path()).read_bytes()

    # seeing
    @property
    def heading(self) -> str:
        """The words of the page's h1."""
        return self.page.locator("h1").inner_text()

    def reads(self, words: str) -> None:
        """The page says this somewhere."""
        assert words in self.text, f"{self.page.url}: expected {words!r}, but it says: {self.text}"

    @property
    def text(self) -> str:
        """Every word of the page."""
        return " ".join(self.page.locator("body").inner_text().split())

    def field(self, label: str) -> Locator:
        """The control with that label."""
        return self.page.get_by_label(label, exact=True)

    def look(self) -> None:
        """Find fault with the page: width, accessibility in both colour schemes, console and content policy."""
        over = self.page.evaluate(OVERFLOW)
        if over > 0:
            self._fault(f"{over} px wider than the window: {self.page.evaluate(WHO_OVERFLOWS)}")
        if self.is_judging:
            self._run_axe_once()
        assert not self.faults, "\n".join(self.faults)

    def _run_axe_once(self) -> None:
        """Axe judges how elements are put together: a page without a new combination was judged before."""
        known, parts = JUDGED.setdefault(self.width, set()), set(self.page.evaluate(PARTS))
        if parts <= known:
            return
        self.page.evaluate(AXE)
        self._run_axe("light", {})
        if self.width == DESKTOP:
            self._run_axe("dark", CONTRAST)
            self.page.emulate_media(color_scheme="light")
        known |= parts

    def _run_axe(self, scheme: str, only: dict[str, Any]) -> None:
        self.page.emulate_media(color_scheme=scheme)
        for violation in self.page.evaluate(RUN_AXE, only):
            self._fault(f"axe, {scheme}: {violation}")

    def _hear(self, message: Any) -> None:
        known = any(words in message.text for words in self.expected)
        if message.type in ("error", "warning") and not known:
            self.faults.append(f"{self.page.url} console: {message.text}")

    def _fault(self, sentence: str) -> None:
        self.faults.append(f"{self.page.url} at {self.width} px: {sentence}")


def wait_until(holds, seconds: float = 5) -> None:
    """Wait until `holds()` is true."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)
