"""Every page there is, by somebody who may open it: sound at each width, and light."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.browser.site import serving
from tests.browser.visitor import DESKTOP, PHONE, TABLET, Visitor
from tests.web.everything import address, one_of_everything

ACCESS = Path(__file__).parents[1] / "web" / "access.txt"
READERS = {
    "everybody": "",
    "everybody signed in": "mia",
    "maker": "mia",
    "checker": "chen",
    "ccda": "ada",
    "admin": "agnes",
    "events": "lily",
    "ops": "olive",
}
ELSEWHERE = {  # pages that are open at other moments only, each looked at by the test that comes to it
    "/account/passkeys/key",
    "/calendar/feed/<token>.ics",
    "/demo/mail/<key>",
    "/events/<code>/withdrawal",
    "/requests/<reference>/ways-out/<name>/answer",
    "/tasks/<uuid:task_id>/rows/<field>/template.xlsx",
}
NO_PAGES = {  # they answer with a file, with what a script reads, or lead on
    "/circulars/<int:bulletin>/file",
    "/documents/<int:document>/file",
    "/documents/<int:document>/versions/<int:version>",
    "/documents/downloads.csv",
    "/documents/downloads.xlsx",
    "/events/<code>/attendees.csv",
    "/events/<code>/attendees.xlsx",
    "/forms/<number>.pdf",
    "/forms/<number>/versions/<int:version>",
    "/guidance.pdf",
    "/health",
    "/lists/requests.csv",
    "/lists/requests.xlsx",
    "/notices/count",
    "/people/report.csv",
    "/requests/<reference>/drawing/<process_id>.bpmn",
    "/requests/<reference>/files/<uuid:file_id>",
    "/requests/<reference>/trail.pdf",
}
ALSO = {
    "": ["/nowhere"],
    "mia": ["/?tab=waiting", "/?tab=drafts", "/?tab=history", "/search?q=limit", "/search?q=nothing", "/tasks/{draft}"],
    "ada": ["/", "/people/{checker}"],
    "karen": ["/", "/tasks/{sent}"],
    "audrey": ["/administration/{company}", "/people/{person}"],
}
MOST_BYTES = 100_000
SMALL = """() => {
  const reach = (one) => {  // how far a mark that is smaller than its target takes a finger, above and below
    const beside = getComputedStyle(one, "::after");
    return beside.content === "none" ? 0 : Math.max(0, -2 * parseFloat(beside.top) || 0);
  };
  return [...document.querySelectorAll("main :is(button, a.button, select, input), nav a, header button")]
    .filter((one) => one.type !== "hidden" && one.tabIndex >= 0)
    .map((one) => [one, one.labels && one.labels[0] && /checkbox|radio/.test(one.type) ? one.labels[0] : one])
    .map(([one, target]) => [one, target.getBoundingClientRect()])
    .filter(([one, box]) => box.width > 1 && box.height > 0 && box.height + reach(one) < 43.5)
    .map(([one, box]) => `${one.tagName} ${one.name || one.textContent.trim().slice(0, 30)}: ${box.height}`);
}"""


@dataclass
class Seen:
    """What was found by looking at every page at one width."""

    faults: list[str] = field(default_factory=list)
    small: list[str] = field(default_factory=list)
    sizes: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def everything(seeded, tmp_path_factory):
    """The demo, served, with one of everything in it, and what to put into addresses."""
    with serving(seeded, tmp_path_factory.mktemp("everything")) as site:
        values = one_of_everything(site.office)
        draft, sent = site.office.open_draft(), site.office.sent()
        site.office.completed()
        values |= {"draft": str(site.office.task(draft).id), "sent": str(site.office.task(sent).id)}
        site.settle()
        yield site, values | {"checker": str(site.office.number("chen"))}


def by_night(width):
    """Every page at this width, judged by axe too: by day that is done at one width."""
    return pytest.param((width, True), marks=pytest.mark.long, id=f"{width} by axe")


BY_DAY = {DESKTOP: pytest.param((DESKTOP, True), id="1280"), PHONE: pytest.param((PHONE, False), id="360")}


@pytest.fixture(scope="module", params=[*BY_DAY.values(), by_night(TABLET), by_night(PHONE)])
def seen(request, everything, chromium):
    """Every page, looked at by one reader after the other."""
    (width, is_judged), (site, values) = request.param, everything
    found = Seen()
    for who, paths in _pages(values).items():
        visitor = Visitor(site, chromium, width=width, is_judging=is_judged, has_touch=width == PHONE)
        visit = partial({DESKTOP: _weigh, PHONE: _touch}.get(width, _visit), found, visitor)
        if who:
            visitor.arrive_as(who)
        for path in paths:
            _look(found, visitor, visit, path)
        visitor.context.close()
    return found


def test_no_page_has_a_fault_at_any_width(seen):
    assert seen.faults == []


@pytest.mark.parametrize("seen", [BY_DAY[PHONE]], indirect=True)
def test_r8_a_finger_finds_every_button_on_a_phone(seen):
    assert "\n".join(seen.small) == ""


@pytest.mark.parametrize("seen", [BY_DAY[DESKTOP]], indirect=True)
def test_no_page_is_heavier_than_a_hundred_kilobytes(seen):
    assert [f"{path}: {size:,} bytes" for path, size in seen.sizes.items() if size > MOST_BYTES] == []


def test_what_is_not_looked_at_is_no_page(everything, chromium):
    site, values = everything
    for who, paths in _by_reader(NO_PAGES, values).items():
        visitor = Visitor(site, chromium)
        if who:
            visitor.arrive_as(who)
        for path in paths:
            assert "text/html" not in visitor.context.request.get(path).headers["content-type"], path
        visitor.context.close()


def _pages(values):
    """Which addresses each reader visits."""
    left_out = NO_PAGES | ELSEWHERE
    pages = defaultdict(list, _by_reader([rule for rule in _readers() if rule not in left_out], values))
    for who, paths in ALSO.items():
        pages[who] += [path.format(**values) for path in paths]
    return pages


def _by_reader(rules, values):
    found = defaultdict(list)
    readers = _readers()
    for rule in rules:
        found[readers[rule]].append(address(rule, values))
    return found


def _readers():
    """Who looks at each address: the first of the readers who is let in."""
    lines = [line[4:].split(": ", 1) for line in ACCESS.read_text(encoding="utf-8").splitlines() if line[:4] == "GET "]
    return {rule: next((READERS[one] for one in READERS if one in who.split(", ")), "") for rule, who in lines}


def _look(found, visitor, visit, path):
    try:
        visit(path)
    except AssertionError as error:
        found.faults.append(str(error))
        visitor.faults.clear()


def _visit(_found, visitor, path):
    visitor.visit(path)


def _touch(found, visitor, path):
    """Visit the page and look for what a finger would miss."""
    visitor.visit(path)
    found.small += [f"{path}: {one}" for one in visitor.page.evaluate(SMALL)]


def _weigh(found, visitor, path):
    """Visit the page as a browser does that has been nowhere yet, and count what is sent to it."""
    sent = []
    session = visitor.context.new_cdp_session(visitor.page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", lambda event: sent.append(event["encodedDataLength"]))
    visitor.visit(path)
    session.detach()
    found.sizes[path] = int(sum(sent))
