"""The pictures of the README: taken on request (`PICTURES=1 bin/test tests/browser`), always from the same story."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.browser.visitor import PHONE

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
LARGEST_BYTES = 200_000
pytestmark = pytest.mark.skipif(not os.environ.get("PICTURES"), reason="taken on request: PICTURES=1")


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
def shoot():
    """Takes a picture for the README."""
    PICTURES.mkdir(parents=True, exist_ok=True)

    def shoot(visitor, name, height):
        visitor.page.set_viewport_size({"width": visitor.width, "height": height})
        visitor.page.wait_for_timeout(200)
        assert len(visitor.page.screenshot(path=PICTURES / f"{name}.png")) < LARGEST_BYTES

    return shoot


def test_the_pictures_of_the_readme_are_taken(site, arrive, story, shoot):
    chen, mia = arrive("chen"), arrive("mia")
    phone = arrive("mia", width=PHONE, has_touch=True, is_mobile=True, device_scale_factor=2)
    form = f"/tasks/{site.office.task(story['draft']).id}"
    chen.visit("/?tab=waiting")
    shoot(chen, "dashboard", 700)
    chen.visit(f"/tasks/{site.office.task(story['again']).id}")
    shoot(chen, "check", 700)
    mia.visit(form)
    mia.press("Check your answers")
    shoot(mia, "form", 900)
    mia.visit(f"/requests/{story['again']}")
    shoot(mia, "case", 1150)
    mia.visit("/components")
    mia.page.evaluate("document.querySelector('[data-field=leavers]').closest('.specimen').scrollIntoView()")
    shoot(mia, "components", 1000)
    phone.visit(form)
    phone.press("Check your answers")
    shoot(phone, "phone", 780)
