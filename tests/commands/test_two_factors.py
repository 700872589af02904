"""Two factors and one address: what a password alone is worth, and whose account an address is."""

import pytest

from app.commands.signing import signin
from app.commands.signing.links import WELCOME, promise_link
from app.commands.signing.own_passwords import set_by_link
from app.store import people
from app.store.database import IntegrityError
from tests.commands.managing import account, added
from tests.signing import HOME, PASSWORD, add_person, app_code, half, mailed_code, seen, still_portal


@pytest.fixture
def portal(sqlite_url, tmp_path):
    portal = still_portal(sqlite_url, tmp_path)
    yield portal
    portal.database.close()


@pytest.mark.parametrize("channel", ["email", "app"])
def test_r7_a_password_alone_opens_no_full_sign_in(portal, channel):
    add_person(portal, channel=channel)
    assert half(portal).stage == "password"


@pytest.mark.parametrize("channel", ["email", "app"])
def test_r7_password_and_code_open_one_by_either_channel(portal, channel):
    add_person(portal, channel=channel)
    waiting = half(portal)
    code = mailed_code(portal) if channel == "email" else app_code(portal)
    assert seen(portal, signin.enter_code(portal, waiting, code, HOME)).stage == "full"


def test_r100_the_address_is_the_login_id_however_it_is_typed(portal):
    add_person(portal, "Mia.Maker@HarbourBright.test")
    assert seen(portal, signin.enter_password(portal, " MIA.maker@harbourbright.TEST", PASSWORD, HOME))


def test_r100_the_database_itself_keeps_one_account_for_an_address(portal):
    add_person(portal, "mia@harbourbright.test")
    with pytest.raises(IntegrityError), portal.database.write() as connection:
        people.add_person(connection, 1, "MIA@harbourbright.test", name="Another", kind="business")


def test_r100_an_account_is_of_use_only_to_whoever_reads_the_mail_of_its_address(office):
    person = added(office)
    with office.portal.database.write() as connection:
        token = promise_link(connection, office.portal, person, "new.person@harbourbright.test", WELCOME)
    assert account(office, person).state == "invited"
    set_by_link(office.portal, token, "peak-tram-before-dawn", HOME)
    assert account(office, person).state == "active"
