"""The five human tasks of a case, as people do them: queue page, form page, submit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tests.load.browser import Answer, Browser, Page
from tests.load.office import CODE, DESK, FIRMS, answers

COMMENT = "The number of copies is not what we agreed"
STEPS = ("submit", "return", "resubmit", "approve", "process")
People = Mapping[str, Browser]


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft that somebody opened."""

    number: int
    reference: str

    @property
    def maker(self) -> str:
        """Who fills it."""
        return FIRMS[self.number % 2][0]

    @property
    def checker(self) -> str:
        """Who checks it."""
        return FIRMS[self.number % 2][1]


@dataclass(frozen=True, slots=True)
class Ready:
    """A task whose page is open: all that is left is to press its last button."""

    step: str
    browser: Browser
    path: str
    fields: Mapping[str, str]

    def press(self) -> Answer:
        """Send it; the answer leads to the page of the request."""
        return self.browser.ask("POST", self.path, self.fields)

    def finish(self) -> Page:
        """Send it, and look at the page behind it."""
        return self.browser.post(self.path, self.fields)


def opened(people: People, number: int) -> Begun:
    """Open a draft."""
    maker = people[FIRMS[number % 2][0]]
    action = f"/eservices/{CODE}/requests"
    page = maker.post(action, maker.get("/eservices").hidden(action))
    return Begun(number, page.text.partition('<span class="reference">')[2].partition("<")[0])


def tasks(people: People, case: Begun) -> Iterator[Ready]:
    """Each of the five tasks, up to its last button; the one before must have been done."""
    maker, checker, desk = people[case.maker], people[case.checker], people[DESK]
    yield filled("submit", maker, case, "/?tab=drafts", answers(case.number))
    yield decided("return", checker, case, {"decision": "return", "comment": COMMENT})
    yield filled("resubmit", maker, case, "/", answers(case.number, 2))
    yield decided("approve", checker, case, {"decision": "approve"})
    yield decided("process", desk, case, {"decision": "forward"})


def filled(step: str, browser: Browser, case: Begun, queue: str, given: Mapping[str, str]) -> Ready:
    """A form from the queue to its last button: filled, checked, read over."""
    path = browser.get(queue).next_link(case.reference)
    form = browser.get(path)
    review = browser.post(f"{path}/answers", {**form.hidden(f"{path}/answers"), **given})
    return Ready(step, browser, f"{path}/completion", review.hidden(f"{path}/completion"))


def decided(step: str, browser: Browser, case: Begun, given: Mapping[str, str]) -> Ready:
    """A decision from the queue to its last button; one that asks for a comment is looked at twice."""
    path = browser.get("/").next_link(case.reference)
    page = browser.get(path)
    if "comment" in given:
        page = browser.get(f"{path}?decision={given['decision']}")
    return Ready(step, browser, f"{path}/completion", {**page.hidden(f"{path}/completion"), **given})
