"""The exchange's own form at its page: a dispatch is filled in, read over beside the request, and received."""

import pytest

from tests.commands.test_desks import DISPATCHED, sent


@pytest.fixture
def reference(office):
    """A request whose result the desk has to dispatch."""
    return office.accept(office.process(sent(office, "TM005")))


@pytest.fixture
def url(visitor, reference):
    """The address of the dispatch."""
    return visitor.task(reference)


@pytest.fixture
def karen(visitor, url):
    """The desk's maker, at the form."""
    karen = visitor("karen")
    karen.get(url)
    return karen


def test_the_request_stands_beside_the_desks_form(karen):
    assert "Rehearsal of December" in " ".join(karen.page.all("//aside//dd"))


def test_the_desk_reads_its_answers_over_and_submits_to_nobodys_checker(karen, url):
    page = karen.submit(f"{url}/answers", DISPATCHED)
    assert "HK-1" in " ".join(page.all("//form//dd")) and "Rehearsal of December" in " ".join(page.all("//aside//dd"))
    assert "Submit" in page.all("//form//button")
    assert "The participant will see it only after you submit." in page.text


def test_what_was_dispatched_is_told_to_the_participant(office, visitor, karen, url, reference):
    karen.submit(f"{url}/answers", DISPATCHED)
    karen.submit(f"{url}/completion")
    assert "HK-1" in visitor("mia").get(f"/requests/{reference}").text


def test_what_the_desk_is_still_filling_in_is_told_to_nobody(visitor, karen, url, reference):
    karen.submit(f"{url}/draft", {**DISPATCHED, "tracking_no": "canary-draft"})
    assert "canary-draft" not in visitor("mia").get(f"/requests/{reference}").source


def test_where_it_is_says_that_the_firm_is_to_confirm_receipt(visitor, karen, url, reference):
    karen.submit(f"{url}/answers", DISPATCHED)
    karen.submit(f"{url}/completion")
    assert "Now: Confirm receiptBo Lam or Mia Chan" in visitor("mia").get(f"/requests/{reference}").text
