"""Asking for a new password: the owner gets a mail, and nobody learns who is an owner."""

from statistics import median
from time import perf_counter

import pytest
from sqlalchemy import event, select

from app.commands import jobs
from app.commands.signing import forgotten
from app.store import tables
from tests.signing import (
    EMAIL,
    HOME,
    actions_of,
    add_person,
    answer_askers,
    at_once,
    change_person,
    mailed_token,
    person_row,
    promised,
)

STRANGER = "nobody@harbourbright.test"


@pytest.fixture
def mia(portal):
    return add_person(portal)


def ask(portal, email=EMAIL):
    """Ask for a link, and have the worker look at it."""
    forgotten.ask_for_link(portal, email, HOME)
    answer_askers(portal)


def test_r56_whoever_has_forgotten_a_password_is_mailed_a_link(racing):
    add_person(racing)
    ask(racing, f" {EMAIL.upper()} ")
    assert [letter["to"] for letter in promised(racing, "account_reset")] == [EMAIL]
    assert len(mailed_token(racing)) == 43


def test_r32_whoever_never_set_a_password_gets_a_fresh_welcome(portal):
    add_person(portal, password_hash=None)
    ask(portal)
    assert len(promised(portal, "account_welcome")) == 1
    assert promised(portal, "account_reset") == []


def test_r56_an_address_that_nobody_signs_in_with_gets_no_mail(racing):
    add_person(racing)
    ask(racing, STRANGER)
    assert promised(racing, "account_reset") == []


def test_r56_an_account_that_is_not_active_gets_no_mail(portal, mia):
    change_person(portal, mia, active=False)
    ask(portal)
    assert promised(portal, "account_reset") == []


def test_r56_a_locked_account_gets_its_mail_and_stays_locked(portal, mia):
    change_person(portal, mia, locked_at=portal.clock.now(), failures=5)
    ask(portal)
    assert len(promised(portal, "account_reset")) == 1
    assert person_row(portal, mia).locked_at


def test_an_account_gets_three_links_in_an_hour(racing):
    add_person(racing)
    asked = {"login": EMAIL, "address": ""}
    at_once(8, lambda: forgotten.mail_link(racing, asked))
    assert len(promised(racing, "account_reset")) == 3
    racing.clock.move(minutes=61)
    ask(racing)
    assert len(promised(racing, "account_reset")) == 4


def test_what_was_asked_is_recorded_of_a_person_and_of_nobody(portal, mia):
    ask(portal, STRANGER)
    ask(portal)
    assert actions_of(portal, mia) == ["link.asked"]


def test_r56_the_same_is_done_for_a_stranger_and_for_a_person(racing):
    add_person(racing)
    said = []
    for email in (EMAIL, STRANGER):
        statements = []

        def heard(*call, kept=statements):
            kept.append(call[2])

        event.listen(racing.database.engine, "before_cursor_execute", heard)
        forgotten.ask_for_link(racing, email, HOME)
        event.remove(racing.database.engine, "before_cursor_execute", heard)
        said.append(statements)
    assert said[0] == said[1]
    assert not [statement for statement in said[0] if "people" in statement]


def test_r56_the_answer_takes_as_long_for_a_stranger_as_for_a_person(portal, mia):
    def took(email):
        began = perf_counter()
        forgotten.ask_for_link(portal, email, HOME)
        return perf_counter() - began

    took(EMAIL)
    pairs = [(took(EMAIL), took(STRANGER)) for _ in range(100)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert 0.5 < known / unknown < 2


def test_what_a_stranger_typed_is_forgotten_once_it_was_looked_at(portal):
    forgotten.ask_for_link(portal, STRANGER, HOME)
    assert jobs.keep_promises(portal) == 1
    with portal.database.read() as connection:
        job = connection.execute(select(tables.jobs)).one()
    assert (job.state, job.payload) == ("done", {})
