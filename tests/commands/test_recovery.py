"""Recovery codes: ten on paper, made after a code, each good once in place of one."""

import re

import pytest
from sqlalchemy import select

from app.commands.signing import own_channel, recovery, signin
from app.commands.signing.signin_refusals import AccountLocked, SignInOver, WrongCode
from app.store import tables
from tests.signing import (
    EMAIL,
    HOME,
    actions_of,
    add_person,
    another,
    app_code,
    at_once,
    change_person,
    half,
    mailed_code,
    person_row,
    promised,
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


# --- in place of a code -----------------------------------------------------------------------------------------------
def enter(portal, code, waiting=None):
    return recovery.enter_code(portal, waiting or half(portal), code, HOME)


def test_a_recovery_code_takes_the_place_of_a_code(portal, mia):
    assert seen(portal, enter(portal, made(portal)[0])).stage == "full"


def test_a_recovery_code_is_used_once(portal, mia):
    code = made(portal)[0]
    enter(portal, code)
    with pytest.raises(WrongCode):
        enter(portal, code)
    assert recovery.left(portal, mia) == 9


def test_of_equal_recovery_codes_at_once_one_wins(racing):
    mia = add_person(racing, channel="app")
    code, waiting = made(racing)[0], iter([half(racing) for _ in range(4)])
    results = at_once(4, lambda: enter(racing, code, next(waiting)))
    assert [isinstance(result, str) for result in results].count(True) == 1
    assert (recovery.left(racing, mia), len(promised(racing, "recovery_code_used"))) == (9, 1)


def test_a_recovery_code_may_be_typed_as_it_comes(portal, mia):
    code = made(portal)[0]
    assert enter(portal, f" {code[:5].upper()} {code[6:]}")


def test_codes_of_before_are_void(portal, mia):
    token = signed_in(portal)
    old = made(portal, token)
    made(portal, token)
    with pytest.raises(WrongCode):
        enter(portal, old[0])


def test_nobody_gets_in_with_the_recovery_code_of_somebody_else(portal, mia):
    code = made(portal)[0]
    add_person(portal, "chen@lionrock.test")
    with pytest.raises(WrongCode):
        enter(portal, code, half(portal, "chen@lionrock.test"))


def test_a_recovery_code_moved_to_another_account_in_the_database_opens_nothing(portal, mia):
    code = made(portal)[0]
    chen = add_person(portal, "chen@lionrock.test")
    with portal.database.write() as connection:
        connection.execute(tables.recovery_codes.update().values(person_id=chen))
    with pytest.raises(WrongCode):
        enter(portal, code, half(portal, "chen@lionrock.test"))


@pytest.mark.parametrize("typed", ["", "123456", "abcde", "abcde-23451", "abcde-2345\0", "x" * 10000])
def test_what_is_no_recovery_code_costs_no_try(portal, mia, typed):
    with pytest.raises(WrongCode):
        enter(portal, typed)
    assert person_row(portal, mia).failures == 0


def test_r39_recovery_codes_count_with_the_other_tries_and_lock(portal, mia):
    waiting = half(portal)
    for _ in range(4):
        with pytest.raises(WrongCode):
            enter(portal, "abcde-23456", waiting)
    with pytest.raises(AccountLocked):
        enter(portal, "abcde-23456", waiting)
    assert person_row(portal, mia).locked_at


def test_of_many_recovery_codes_guessed_at_once_five_are_evaluated(racing):
    mia = add_person(racing, channel="app")
    waiting = half(racing)
    at_once(64, lambda: enter(racing, "abcde-23456", waiting))
    assert actions_of(racing, mia).count("recovery_code.tried") == 5
    assert len(promised(racing, "account_locked")) == 1


def test_no_recovery_code_opens_a_locked_account(portal, mia):
    code = made(portal)[0]
    waiting = half(portal)
    change_person(portal, mia, locked_at=portal.clock.now())
    with pytest.raises(AccountLocked):
        enter(portal, code, waiting)
    assert recovery.left(portal, mia) == 10


def test_no_recovery_code_passes_by_the_choice_of_a_channel(portal):
    mia = add_person(portal, channel="app")
    code = made(portal)[0]
    change_person(portal, mia, channel=None)
    with pytest.raises(SignInOver):
        enter(portal, code)


def test_a_full_sign_in_takes_no_recovery_code(portal, mia):
    token = signed_in(portal)
    code = made(portal, token)[0]
    with pytest.raises(SignInOver):
        enter(portal, code, seen(portal, token))


@pytest.mark.parametrize(("used", "words"), [(1, "9 are left."), (9, "1 is left."), (10, "None is left")])
def test_the_owner_is_told_by_mail_how_many_are_left(portal, mia, used, words):
    for code in made(portal)[:used]:
        enter(portal, code)
    to, text = told(portal, "recovery_code_used")
    assert to == EMAIL and words in text and HOME.address in text


def test_that_a_code_was_used_is_recorded_and_sealed(racing):
    mia = add_person(racing, channel="app")
    enter(racing, made(racing)[0])
    assert actions_of(racing, mia)[-3:] == ["recovery_code.tried", "recovery_code.used", "signin.opened"]
    assert sealed_about(racing, mia)[-1] == ("recovery_code.used", "Mia Chan", {"left": 9})


# --- when the app is lost ---------------------------------------------------------------------------------------------
def test_r45_whoever_lost_the_app_changes_to_email_with_a_recovery_code(portal, mia):
    codes = made(portal)
    token = enter(portal, codes[0])
    own_channel.begin(portal, seen(portal, token), codes[1], HOME)
    assert own_channel.finish(portal, seen(portal, token), mailed_code(portal), HOME) == "email"


def test_r45_a_used_recovery_code_begins_no_change(portal, mia):
    codes = made(portal)
    token = enter(portal, codes[0])
    with pytest.raises(WrongCode):
        own_channel.begin(portal, seen(portal, token), codes[0], HOME)
    assert own_channel.begun(portal, seen(portal, token)) is None
