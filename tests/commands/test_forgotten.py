"""Asking for a new password: the owner gets a mail, and nobody learns who is an owner."""

from statistics import median
from time import perf_counter

import pytest

from app.commands.signing import forgotten
from tests.signing import (
    EMAIL,
    HOME,
    actions_of,
    add_person,
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


def ask(portal, email=EMAIL, times=1):
    for _ in range(times):
        forgotten.ask_for_link(portal, email, HOME)


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
    at_once(8, lambda: ask(racing))
    assert len(promised(racing, "account_reset")) == 3
    racing.clock.move(minutes=61)
    ask(racing)
    assert len(promised(racing, "account_reset")) == 4


def test_what_was_asked_is_recorded_of_a_person_and_of_nobody(portal, mia):
    ask(portal, STRANGER)
    ask(portal)
    assert actions_of(portal, mia) == ["link.asked"]


def test_r56_the_answer_takes_as_long_for_a_stranger_as_for_a_person(portal, mia):
    def took(email):
        portal.clock.move(minutes=21)
        began = perf_counter()
        ask(portal, email)
        return perf_counter() - began

    pairs = [(took(EMAIL), took(STRANGER)) for _ in range(60)]
    known, unknown = (median(times) for times in zip(*pairs, strict=True))
    assert 0.75 < known / unknown < 1.34
