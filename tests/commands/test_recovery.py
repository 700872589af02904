"""Recovery codes: ten on paper, made after a code."""

import re

import pytest
from sqlalchemy import select

from app.commands import recovery, signin
from app.commands.signin_refusals import WrongCode
from app.store import tables
from tests.signing import (
    EMAIL,
    HOME,
    actions_of,
    add_person,
    another,
    app_code,
    half,
    person_row,
    sealed_about,
    seen,
    told,
)


@pytest.fixture
def mia(portal):
    return add_person(portal, channel="app")


def signed_in(portal):
    """The cookie of somebody who signs in by app, and whose next code is another one."""
    token = signin.enter_code(portal, half(portal), app_code(portal), HOME)
    portal.clock.move(seconds=30)
    return token


def made(portal, token=None):
    """Ten codes."""
    this = seen(portal, token or signed_in(portal))
    codes = recovery.make_codes(portal, this, app_code(portal), HOME)
    portal.clock.move(seconds=30)
    return codes


def test_ten_different_codes_are_made(portal, mia):
    codes = made(portal)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-km-z2-9]{5}-[a-km-z2-9]{5}", code) for code in codes)
    assert recovery.left(portal, mia) == 10


def test_none_is_made_without_a_code(portal, mia):
    token = signed_in(portal)
    with pytest.raises(WrongCode):
        recovery.make_codes(portal, seen(portal, token), another(app_code(portal)), HOME)
    assert (recovery.left(portal, mia), person_row(portal, mia).failures) == (0, 1)


def test_new_ones_take_the_place_of_the_old(portal, mia):
    token = signed_in(portal)
    made(portal, token)
    made(portal, token)
    assert recovery.left(portal, mia) == 10


def test_that_codes_were_made_is_recorded_sealed_and_mailed(racing):
    mia = add_person(racing, channel="app")
    made(racing)
    assert actions_of(racing, mia)[-1] == "recovery_codes.made"
    assert sealed_about(racing, mia) == [("recovery_codes.made", "Mia Chan", {"count": 10})]
    to, text = told(racing, "recovery_codes_made")
    assert to == EMAIL and "10 recovery codes were made" in text


def test_no_table_holds_a_recovery_code(portal, mia):
    codes = made(portal)
    with portal.database.read() as connection:
        kept = [str(row) for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]
    assert not [row for row in kept for code in codes if code in row]
