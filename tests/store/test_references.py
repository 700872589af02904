"""What is read out of the beginning of references."""

from datetime import UTC, datetime

import pytest

from app.store import lists, references


@pytest.mark.parametrize(
    ("text", "since", "before"),
    [
        ("CT027-2024", (2023, 12, 31, 16), (2024, 12, 31, 16)),
        (" ct027-202402 ", (2024, 1, 31, 16), (2024, 2, 29, 16)),
        ("ct027-202412", (2024, 11, 30, 16), (2024, 12, 31, 16)),
        ("CT027-20241231", (2024, 12, 30, 16), (2024, 12, 31, 16)),
        ("CT027-20240304-", (2024, 3, 3, 16), (2024, 3, 4, 16)),
        ("CT027-20240304-0000", (2024, 3, 3, 16), (2024, 3, 4, 16)),
    ],
)
def test_a_year_a_month_and_a_day_are_those_of_hong_kong(text, since, before):
    found = references.beginning(text)
    assert found == (text.strip().upper(), "CT027", datetime(*since, tzinfo=UTC), datetime(*before, tzinfo=UTC))


@pytest.mark.parametrize(
    "text", ["", "CT027", "CT027-", "CT027-20245", "CT027-202413", "CT027-20240230", "CT027-2024 limit", "1999-2024"]
)
def test_anything_else_is_words(text):
    assert references.beginning(text) is None


BEGINNINGS = ("ct027-2026", "ct027-202611", "CT027-20261123", "ct027-20261123-00000")
OTHERS = ("ct027-2025", "pa002-2026", "ct027-20261122", "ct027-20261123-9")


def found(office, who, texts):
    """The references that somebody finds by each text."""
    with office.portal.database.read() as connection:
        person = office.person(who)
        return {text: [row.reference for row in lists.found(connection, person, text)] for text in texts}


def test_requests_are_found_by_how_their_references_begin(office_on_each):
    made = [office_on_each.submitted(), office_on_each.submitted()]
    assert found(office_on_each, "mia", BEGINNINGS) == dict.fromkeys(BEGINNINGS, made[::-1])


def test_no_request_is_found_whose_reference_begins_otherwise(office_on_each):
    office_on_each.submitted()
    assert found(office_on_each, "mia", OTHERS) == {text: [] for text in OTHERS}


def test_the_beginning_of_references_opens_nothing_to_others(office_on_each):
    reference, asked = office_on_each.sent(), BEGINNINGS[:1]
    seen = {who: found(office_on_each, who, asked)[asked[0]] for who in ("chen", "leo", "edith", "ivan")}
    assert seen == {"chen": [reference], "leo": [], "edith": [], "ivan": []}
