"""A person at WebKit: every page they come to is looked at, as in `visitor.py`."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Response, request
from selenium.webdriver import ActionChains, WebKitGTK
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.expected_conditions import staleness_of
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait

from app.seed import DEMO_PASSWORD
from tests.browser.site import Site
from tests.browser.visitor import AXE, CONTRAST, OVERFLOW, RUN_AXE, WHO_OVERFLOWS, wait_until
from tests.commands.office import PEOPLE
from tests.web.visitors import cookie_of

# The driver tells nothing of the console: the first script of a page takes down what went wrong, also while it loads.
LISTENER = b"""(function () {
  function keep(words) {
    sessionStorage.faults = (sessionStorage.faults || "") + location.pathname + ": " + words + "\\n";
  }
  window.addEventListener("error", function (event) {
    keep(event.message || "not loaded: " + event.target.outerHTML);
  }, true);
  window.addEventListener("unhandledrejection", function (event) { keep(String(event.reason)); });
  document.addEventListener("securitypolicyviolation", function (event) {
    keep("policy: " + event.violatedDirective + " " + event.blockedURI);
  });
  ["error", "warn"].forEach(function (level) { console[level] = keep; });
})();
"""
TAKE_FAULTS = 'const told = sessionStorage.faults || ""; sessionStorage.removeItem("faults"); return told;'
SECONDS = 10


class WebKitVisitor:
    """Goes from page to page by what stands on them."""

    def __init__(
        self, site: Site, driver: WebKitGTK, home: Path, *, width: int, is_dark: bool, has_scripts: bool
    ) -> None:
        self.site = site
        self.driver = driver
        self.home = home
        self.width = width
        self.is_dark = is_dark
        self.has_scripts = has_scripts

    # going about
    def visit(self, path: str) -> None:
        """Go to an address and look at the page."""
        self.driver.get(self.site.origin + path)
        self.look()

    def press(self, name: str, *, within: str = "main") -> None:
        """Press a button or follow a link, and look at the page it leads to."""
        before = self.driver.find_element(By.TAG_NAME, "html")
        self.named(name, within=within).click()
        WebDriverWait(self.driver, SECONDS).until(staleness_of(before))
        wait_until(lambda: self.driver.execute_script("return document.readyState") == "complete", SECONDS)
        self.look()

    def arrive_as(self, who: str, at: str = "/") -> None:
        """Come in with the cookie of a sign-in that was made elsewhere."""
        self.visit("/sign-in")
        self.driver.add_cookie({"name": "sid", "value": cookie_of(self.site.office, who, self.site.mailed_code)})
        self.visit(at)

    def sign_in(self, who: str) -> None:
        """Sign in with the password and the mailed code."""
        self.visit("/sign-in")
        self.fill("E-mail address", PEOPLE[who])
        self.fill("Password", DEMO_PASSWORD)
        self.press("Sign in")
        self.fill("One-time code", self.site.mailed_code(self.site.office, PEOPLE[who]))
        self.press("Continue")

    def sign_out(self) -> None:
        """Leave the browser to the next person."""
        self.press("Sign out", within="header")

    def download(self, name: str) -> bytes:
        """Follow a link that leads to a file."""
        self.named(name).click()
        wait_until(lambda: list(self.home.glob("*.pdf")), SECONDS)
        (file,) = self.home.glob("*.pdf")
        wait_until(lambda: file.read_bytes().rstrip().endswith(b"%%EOF"), SECONDS)
        return file.read_bytes()

    # answering
    def fill(self, label: str, words: str) -> None:
        """Type an answer instead of what stands there."""
        control = self.field(label)
        control.clear()
        control.send_keys(words)

    def tick(self, label: str) -> None:
        """Choose a radio button or tick a box."""
        self.field(label).click()

    def press_slowly(self, label: str) -> None:
        """Hold a button down on a control for as long as the server needs to judge what was typed before."""
        ActionChains(self.driver).click_and_hold(self.field(label)).pause(1).release().perform()

    def choose(self, label: str, value: str) -> None:
        """Choose from a list."""
        Select(self.field(label)).select_by_value(value)

    # seeing
    def field(self, label: str) -> WebElement:
        """The control with that label, or else the first whose label begins so."""
        words = json.dumps(label)
        same = self.driver.find_elements(By.XPATH, f"//label[normalize-space() = {words}]")
        begun = self.driver.find_elements(By.XPATH, f"//label[starts-with(normalize-space(), {words})]")
        assert begun, f"{self.driver.current_url}: expected a label {label!r}, but it says: {self.text}"
        return self.driver.execute_script("return arguments[0].control", (same or begun)[0])

    def named(self, name: str, *, within: str = "main") -> WebElement:
        """The first button or link of that name."""
        path = f"//{within}//*[self::a or self::button][contains(normalize-space(), {json.dumps(name)})]"
        shown = [one for one in self.driver.find_elements(By.XPATH, path) if one.is_displayed()]
        assert shown, f"{self.driver.current_url}: expected {name!r}, but it says: {self.text}"
        return shown[0]

    @property
    def focused(self) -> str:
        """The id of what has the focus."""
        return self.driver.switch_to.active_element.get_attribute("id")

    @property
    def text(self) -> str:
        """Every word that the page shows."""
        return " ".join(self.driver.find_element(By.TAG_NAME, "body").text.split())

    def reads(self, words: str) -> None:
        """The page says this somewhere."""
        assert words in self.text, f"{self.driver.current_url}: expected {words!r}, but it says: {self.text}"

    def open_drawings(self) -> None:
        """Ask for the viewer of each drawing, wait until it has come, and look at the page."""
        asking = [one for one in self.driver.find_elements(By.CSS_SELECTOR, ".drawing-opens") if one.is_displayed()]
        for one in asking:
            one.click()
        wait_until(lambda: len(self.driver.find_elements(By.CSS_SELECTOR, "figure.drawn")) == len(asking), SECONDS)
        self.look()

    def look(self) -> None:
        """Find fault with the page: width, contrast in the dark, scripts and content policy."""
        run, where = self.driver.execute_script, f"{self.driver.current_url} at {self.width} px"
        assert run("return innerWidth") == self.width
        assert run("return document.documentElement.classList.contains('js')") == self.has_scripts
        assert run("return matchMedia('(prefers-color-scheme: dark)').matches") == self.is_dark
        assert run(f"return ({OVERFLOW})()") <= 0, (
            f"{where}: wider than the window: {run(f'return ({WHO_OVERFLOWS})()')}"
        )
        if self.is_dark:
            pale = self._pale()
            assert not pale, f"{where}: {pale}"
        faults = run(TAKE_FAULTS)
        assert not faults, f"{where}: {faults}"

    def _pale(self) -> list[str]:
        """What is hard to tell from its background."""
        self.driver.execute_script(AXE)
        judge = f"const done = arguments[1]; ({RUN_AXE})(arguments[0]).then(done, (error) => done([String(error)]))"
        return self.driver.execute_async_script(judge, CONTRAST)


def listen(answer: Response) -> Response:
    """Let the first script of every page begin with the listener."""
    if request.path.startswith("/static/start.") and answer.status_code == 200:
        answer.direct_passthrough = False
        answer.set_data(LISTENER + answer.get_data())
    return answer
