"""A password of one's own: set by a link that is good once."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.commands import links, own_passwords, signin
from app.commands.signin_refusals import LinkOver, SignInFailed, WeakPassword
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
