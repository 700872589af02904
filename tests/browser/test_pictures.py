"""The pictures of the README: taken on request (`PICTURES=1 bin/test tests/browser`), always from the same story."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.visitor import PHONE

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LARGEST_BYTES = 200_000


@pytest.fixture
def story(site):
    """A morning and an afternoon at Harbour Bright: requests at every point, one of them in its second round."""
    office, at = site.office, site.office.clock
    afternoon = at.now()
    at.move(hours=-6)
    ended = office.completed()
    at.move(hours=1)
    office.processed()
    at.move(hours=1)
    office.give_back(office.submitted())
    office.submitted()
    withdrawn = office.submitted()
    office.leave(withdrawn, "withdraw", "mia", "Filed twice by mistake")
    at.move(hours=1)
    again = office.submitted()
    at.move(minutes=25)
    office.complete(
        again,
        "chen",
        {
            "decision": "return",
            "comment": "Please look at the limit and the date again",
            "comment.limit_hkd": "Half of this is enough",
            "comment.effective_date": "Not before Friday",
        },
    )
    at.move(minutes=40)
    office.submit(again, limit_hkd="25,000,000", effective_date="2026-11-30", remarks="Agreed with the desk by phone")
    draft = office.open_draft()
    office.save(draft, limit_hkd="30,000,000", scope="", effective_date="2026-11-24", approving_ro="")
    at.set(afternoon)
    return {"again": again, "ended": ended, "draft": draft}


@pytest.fixture
def camera(tmp_path):
    """Takes a picture; into the README's folder when asked to."""
    folder = PICTURES if os.environ.get("PICTURES") else tmp_path
    folder.mkdir(parents=True, exist_ok=True)

    def shoot(visitor, name, height):
        visitor.page.set_viewport_size({"width": visitor.width, "height": height})
        visitor.page.wait_for_timeout(200)
        taken = visitor.page.screenshot(path=folder / f"{name}.png")
        assert len(taken) < LARGEST_BYTES

    return shoot


def test_the_dashboard_shows_what_waits(arrive, story, camera):
    chen = arrive("chen")
    chen.visit("/?tab=waiting")
    camera(chen, "dashboard", 700)


def test_the_form_shows_what_is_wrong(site, arrive, story, camera):
    mia = arrive("mia")
    mia.visit(f"/tasks/{site.office.task(story['draft']).id}")
    mia.press("Check your answers")
    camera(mia, "form", 900)


def test_the_checker_sees_both_rounds(site, arrive, story, camera):
    chen = arrive("chen")
    chen.visit(f"/tasks/{site.office.task(story['again']).id}")
    camera(chen, "check", 700)


def test_the_case_shows_its_drawing_and_where_it_is(arrive, story, camera):
    mia = arrive("mia")
    mia.visit(f"/requests/{story['again']}")
    camera(mia, "case", 1150)


def test_the_form_is_at_home_on_a_phone(site, arrive, story, camera):
    mia = arrive("mia", width=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    mia.visit(f"/tasks/{site.office.task(story['draft']).id}")
    mia.press("Check your answers")
    camera(mia, "phone", 780)
