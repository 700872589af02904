"""Registers by rows: contacts are added, changed and removed, and two requests at once keep each other's changes."""

import pytest

from app.commands.requests import cases as case_commands
from app.store import registers
from engine import errors
from tests.commands import accounts
from tests.commands.office import FORWARD, race
from tests.commands.refusing import refused

AMY, KEN, TONY = "amy.wong@harbourbright.test", "ken.ho@harbourbright.test", "tony.lam@harbourbright.test"
NAMES = {AMY: ("Amy Wong", "Head of Operations"), KEN: ("Ken Ho", "Operations Manager"), TONY: ("Tony Lam", "Manager")}


def row(number, action, email, contact="", *, primary=False, **changes):
    """One row of the form."""
    name, title = NAMES[email]
    known = {"action": action, "contact": contact, "name_en": name, "title": title, "email": email}
    known |= {"office_phone": "+85237000001", "is_primary": "yes" if primary else ""}
    if action == "REMOVE":
        known = {"action": action, "contact": contact}
    return {f"persons.{number}.{key}": value for key, value in {**known, **changes}.items() if value}


def asked(*rows, **changes):
    """What a maker asks for."""
    plain = {"system": "TRADING", "effective_date": "2026-11-25", "declare_true": "yes", "pics_ack": "yes"}
    return {**plain, **{key: value for one in rows for key, value in one.items()}, **changes}


KEEP_AMY = row(0, "KEEP", AMY, AMY, primary=True)
ADD_TONY = asked(KEEP_AMY, row(1, "KEEP", KEN, KEN), row(2, "ADD", TONY))
CHANGE_KEN = asked(KEEP_AMY, row(1, "CHANGE", KEN, KEN, title="Director"))
SWAP_KEN = asked(KEEP_AMY, row(1, "REMOVE", KEN, KEN), row(2, "ADD", TONY))


def sent(office, raw):
    """A request that waits for the desk."""
    seat = accounts.seat_of(office, "mia", "SEHK-EP")
    reference = case_commands.open_case(office.portal, "PA002", office.by("mia"), seat)
    office.complete(reference, "mia", raw)
    return office.approve(reference)


def contacts(office):
    """The contacts in force once every change has taken effect: by key, with their title."""
    with office.portal.database.read() as connection:
        found = registers.current(connection, ["B00123"], office.clock.now().date().replace(month=12), ["contact"])
    return {record.key: record.values["title"] for record in found}


@pytest.mark.parametrize(
    ("raw", "then"),
    [
        (ADD_TONY, {"Head of Operations", "Operations Manager", "Manager"}),
        (CHANGE_KEN, {"Head of Operations", "Director"}),
        (SWAP_KEN, {"Head of Operations", "Manager"}),
    ],
    ids=["added", "changed", "removed"],
)
def test_rows_change_their_records_and_no_others(either_office, raw, then):
    reference = sent(either_office, raw)
    either_office.complete(reference, "alan", FORWARD)
    assert (either_office.status(reference), set(contacts(either_office).values())) == ("COMPLETED", then)


def test_what_was_changed_keeps_what_the_form_does_not_ask(office):
    office.complete(sent(office, CHANGE_KEN), "alan", FORWARD)
    (record,) = (r.record for r in office.rows("registers", register="contact", key=KEN) if r.reference)
    assert (record["name_zh"], record["title"]) == ("何健", "Director")


def test_two_requests_of_one_participant_that_end_at_once_both_count(either_office):
    first, second = sent(either_office, ADD_TONY), sent(either_office, CHANGE_KEN)
    pages = either_office.page(first, "alan", FORWARD), either_office.page(second, "alan", FORWARD)
    assert race(*pages) == [first, second]
    assert set(contacts(either_office).values()) == {"Head of Operations", "Director", "Manager"}


@pytest.mark.parametrize(
    "raw",
    [
        asked(KEEP_AMY, row(1, "KEEP", KEN, KEN)),
        asked(KEEP_AMY, row(1, "REMOVE", KEN, KEN)),
        asked(row(0, "REMOVE", AMY, AMY), row(1, "KEEP", KEN, KEN), row(2, "ADD", TONY)),
        asked(KEEP_AMY, row(1, "CHANGE", KEN, "vera.lee@harbourbright.test")),
        asked(KEEP_AMY, row(1, "ADD", KEN, primary=True)),
    ],
    ids=["nothing", "one is left", "none is primary", "of another participant", "two are primary"],
)
def test_rows_that_do_not_fit_the_register_are_refused(office, raw):
    seat = accounts.seat_of(office, "mia", "SEHK-EP")
    reference = case_commands.open_case(office.portal, "PA002", office.by("mia"), seat)
    with refused(office, errors.WrongAnswers):
        office.complete(reference, "mia", raw)
