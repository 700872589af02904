"""A password of one's own: set by a link that is good once, or changed by whoever knows the old one."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.commands.signing import links, own_passwords, signin
from app.commands.signing.signin_refusals import (
    AccountLocked,
    LinkOver,
    SignInFailed,
    SignInOver,
    WeakPassword,
    WrongPassword,
)
from app.store import tables
from tests.signing import (
    EMAIL,
    HOME,
    PASSWORD,
    actions_of,
    add_person,
    at_once,
    change_person,
    full,
    given_link,
    half,
    person_row,
    promised,
    sealed_about,
    seen,
    told,
)

NEW = "lantern-tram-on-a-hill"


@pytest.fixture
def mia(portal):
    return add_person(portal)


def use(portal, token, password=NEW):
    return own_passwords.set_by_link(portal, token, password, HOME)


# --- links ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("purpose", ["welcome", "reset"])
def test_r32_a_link_sets_the_password_that_one_then_signs_in_with(portal, mia, purpose):
    use(portal, given_link(portal, mia, purpose))
    assert signin.enter_password(portal, EMAIL, NEW, HOME)


def test_r56_the_old_password_is_worth_nothing_after_the_link(portal, mia):
    use(portal, given_link(portal, mia))
    with pytest.raises(SignInFailed):
        signin.enter_password(portal, EMAIL, PASSWORD, HOME)


def test_r32_a_link_works_once(portal, mia):
    token = given_link(portal, mia)
    use(portal, token)
    with pytest.raises(LinkOver):
        use(portal, token, "another-kite-over-the-peak")


@pytest.mark.parametrize(("purpose", "life"), [("welcome", timedelta(hours=24)), ("reset", timedelta(minutes=30))])
def test_r32_a_link_lasts_as_long_as_its_mail_says(portal, mia, purpose, life):
    token = given_link(portal, mia, purpose)
    portal.clock.move(seconds=life.total_seconds() - 1)
    assert links.holder(portal, token)
    portal.clock.move(seconds=1)
    with pytest.raises(LinkOver):
        use(portal, token)


def test_a_newer_link_replaces_the_one_before(portal, mia):
    first = given_link(portal, mia)
    given_link(portal, mia)
    with pytest.raises(LinkOver):
        use(portal, first)


def test_an_invented_link_sets_nothing(portal, mia):
    given_link(portal, mia)
    with pytest.raises(LinkOver):
        use(portal, "invented")


def test_the_link_of_somebody_who_was_suspended_sets_nothing(portal, mia):
    token = given_link(portal, mia)
    change_person(portal, mia, active=False)
    with pytest.raises(LinkOver):
        use(portal, token)


def test_a_weak_password_is_refused_with_the_reason_and_the_link_stays_good(portal, mia):
    token = given_link(portal, mia)
    with pytest.raises(WeakPassword, match="Leave out your e-mail address"):
        use(portal, token, "harbourbright1")
    assert links.holder(portal, token)


def test_a_link_used_many_times_at_once_has_one_winner(racing):
    mia = add_person(racing)
    token = given_link(racing, mia)
    results = at_once(8, lambda: use(racing, token))
    assert [isinstance(result, LinkOver) for result in results].count(True) == 7
    assert len(promised(racing, "password_reset")) == 1


def test_a_password_set_by_a_link_ends_every_sign_in(portal, mia):
    token = full(portal)
    use(portal, given_link(portal, mia))
    assert signin.visit(portal, token, active=True) is None


def test_r56_a_reset_does_not_pass_by_the_second_factor(portal, mia):
    use(portal, given_link(portal, mia))
    waiting = signin.enter_password(portal, EMAIL, NEW, HOME)
    assert (seen(portal, waiting).stage, seen(portal, waiting).channel) == ("password", "email")


@pytest.mark.parametrize("values", [{"failures": 4}, {"failures": 5, "locked": True}])
def test_a_reset_forgives_no_failure_and_opens_no_lock(portal, mia, values):
    at = portal.clock.now() if values.pop("locked", False) else None
    change_person(portal, mia, **values, locked_at=at)
    use(portal, given_link(portal, mia))
    row = person_row(portal, mia)
    assert (row.failures, row.locked_at) == (values["failures"], at)


@pytest.mark.parametrize(
    ("purpose", "action", "words"),
    [("welcome", "password.set", "was set"), ("reset", "password.reset", "was replaced")],
)
def test_a_password_set_by_a_link_is_recorded_sealed_and_mailed(racing, purpose, action, words):
    mia = add_person(racing)
    use(racing, given_link(racing, mia, purpose))
    assert actions_of(racing, mia) == [action]
    assert sealed_about(racing, mia) == [(action, "Mia Chan", {})]
    to, text = told(racing, action.replace(".", "_"))
    assert to == EMAIL
    assert words in text and HOME.address in text and "23 Nov 2026, 16:00 HKT" in text


def test_no_table_holds_the_token_of_a_link_or_the_new_password(portal, mia):
    token = given_link(portal, mia)
    use(portal, token)
    with portal.database.read() as connection:
        kept = [str(row) for table in tables.metadata.sorted_tables for row in connection.execute(select(table))]
    assert not [row for row in kept if token in row or NEW in row]


def test_half_a_sign_in_ends_with_the_password_it_was_made_with(portal, mia):
    waiting = half(portal)
    use(portal, given_link(portal, mia))
    with portal.database.read() as connection:
        row = connection.execute(select(tables.signins).where(tables.signins.c.id == waiting.id)).one()
    assert row.ended_at == portal.clock.now()


# --- changing it ------------------------------------------------------------------------------------------------------
def change(portal, token, old=PASSWORD, new=NEW):
    own_passwords.change(portal, seen(portal, token), old, new, HOME)


@pytest.mark.parametrize("kind", ["business", "ccda", "staff"])
def test_r55_everybody_can_change_their_password(portal, kind):
    add_person(portal, kind=kind)
    change(portal, full(portal))
    assert signin.enter_password(portal, EMAIL, NEW, HOME)


def test_r55_a_changed_password_ends_every_other_sign_in(portal, mia):
    other, waiting, this = full(portal), half(portal), full(portal)
    change(portal, this)
    assert signin.visit(portal, other, active=True) is None
    assert signin.visit(portal, this, active=True).person.id == mia
    with portal.database.read() as connection:
        assert connection.scalar(select(tables.signins.c.ended_at).where(tables.signins.c.id == waiting.id))


def test_a_changed_password_ends_the_links_that_were_mailed_before(portal, mia):
    token, link = full(portal), given_link(portal, mia)
    change(portal, token)
    with pytest.raises(LinkOver):
        use(portal, link, "another-kite-over-the-peak")


def test_r55_a_wrong_old_password_changes_nothing_and_counts(portal, mia):
    token, before = full(portal), person_row(portal, mia).password_hash
    with pytest.raises(WrongPassword):
        change(portal, token, old="wrong")
    assert (person_row(portal, mia).password_hash, person_row(portal, mia).failures) == (before, 1)


def test_r39_five_wrong_old_passwords_lock_the_account(portal, mia):
    token = full(portal)
    for _ in range(4):
        with pytest.raises(WrongPassword):
            change(portal, token, old="wrong")
    with pytest.raises(AccountLocked):
        change(portal, token, old="wrong")
    assert person_row(portal, mia).locked_at
    assert len(promised(portal, "account_locked")) == 1


def test_the_right_old_password_changes_nothing_in_a_locked_account(portal, mia):
    token = full(portal)
    change_person(portal, mia, locked_at=portal.clock.now(), failures=5)
    with pytest.raises(AccountLocked):
        change(portal, token)
    assert signin.visit(portal, token, active=True)


def test_of_many_old_passwords_guessed_at_once_five_are_evaluated(racing):
    mia = add_person(racing)
    this = seen(racing, full(racing))
    at_once(64, lambda: own_passwords.change(racing, this, "wrong", NEW, HOME))
    tried = actions_of(racing, mia).count("password.tried") - 1  # the one of the sign-in
    assert (tried, person_row(racing, mia).failures, len(promised(racing, "account_locked"))) == (5, 5, 1)


def test_a_sign_in_that_was_ended_meanwhile_changes_nothing(portal, mia):
    this, before = seen(portal, full(portal)), person_row(portal, mia).password_hash
    signin.sign_out(portal, this)
    with pytest.raises(SignInOver):
        own_passwords.change(portal, this, PASSWORD, NEW, HOME)
    assert person_row(portal, mia).password_hash == before


def test_a_right_old_password_gives_back_its_try_and_no_other(portal, mia):
    token = full(portal)
    change_person(portal, mia, failures=3)
    change(portal, token)
    assert person_row(portal, mia).failures == 3


@pytest.mark.parametrize(("new", "words"), [("password1", "easy to guess"), (PASSWORD, "not the old one")])
def test_a_weak_or_unchanged_password_is_refused(portal, mia, new, words):
    token = full(portal)
    with pytest.raises(WeakPassword, match=words):
        change(portal, token, new=new)
    assert person_row(portal, mia).failures == 0


def test_a_changed_password_is_sealed_and_mailed(racing):
    mia = add_person(racing)
    change(racing, full(racing))
    assert sealed_about(racing, mia) == [("password.changed", "Mia Chan", {})]
    assert actions_of(racing, mia)[-1] == "password.changed"
    to, text = told(racing, "password_changed")
    assert to == EMAIL and "was changed" in text and HOME.address in text
