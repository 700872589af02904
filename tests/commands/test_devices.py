"""Devices: a sign-in from one that is new to its owner is mailed."""

import hashlib

import pytest
from sqlalchemy import select

from app.commands.signing import signin
from app.commands.signing.tries import Origin
from app.store import tables
from tests.signing import EMAIL, PASSWORD, actions_of, add_person, mailed_code, promised, seen, told

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
OFFICE = Origin("203.0.113.7", FIREFOX, "mark-of-the-office")
HOTEL = Origin("198.51.100.9", FIREFOX, "mark-of-the-hotel")


@pytest.fixture
def mia(portal):
    return add_person(portal)


def sign_in(portal, origin, email=EMAIL):
    waiting = seen(portal, signin.enter_password(portal, email, PASSWORD, origin))
    return signin.enter_code(portal, waiting, mailed_code(portal), origin)


def test_the_very_first_sign_in_of_an_account_is_no_news(portal, mia):
    sign_in(portal, OFFICE)
    assert promised(portal, "device_new") == []


def test_a_sign_in_from_a_new_device_is_mailed_and_recorded(racing):
    mia = add_person(racing)
    sign_in(racing, OFFICE)
    sign_in(racing, HOTEL)
    to, text = told(racing, "device_new")
    assert to == EMAIL
    assert "has not used before: Firefox on Windows." in text and HOTEL.address in text
    assert actions_of(racing, mia).count("device.added") == 1


def test_a_device_of_before_is_no_news(portal, mia):
    for origin in (OFFICE, HOTEL, OFFICE, HOTEL):
        sign_in(portal, origin)
    assert len(promised(portal, "device_new")) == 1


def test_a_device_that_somebody_else_uses_is_new_to_me(portal, mia):
    add_person(portal, "chen@lionrock.test")
    sign_in(portal, HOTEL, "chen@lionrock.test")
    sign_in(portal, OFFICE)
    sign_in(portal, HOTEL)
    assert [letter["to"] for letter in promised(portal, "device_new")] == [EMAIL]


def test_an_account_of_before_devices_were_kept_is_told_of_its_next_one(portal, mia):
    sign_in(portal, OFFICE._replace(device=""))
    sign_in(portal, OFFICE)
    assert len(promised(portal, "device_new")) == 1


def test_a_right_password_alone_makes_no_device_known(portal, mia):
    sign_in(portal, OFFICE)
    signin.enter_password(portal, EMAIL, PASSWORD, HOTEL)
    sign_in(portal, HOTEL)
    assert len(promised(portal, "device_new")) == 1


def test_only_the_digest_of_a_mark_is_kept(portal, mia):
    sign_in(portal, OFFICE)
    with portal.database.read() as connection:
        row = connection.execute(select(tables.devices)).one()
    assert (row.id, row.person_id) == (hashlib.sha256(OFFICE.device.encode()).hexdigest(), mia)
