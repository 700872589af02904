"""Where one is signed in: seen and ended by oneself only."""

import pytest

from app.commands.signing import own_signins, signin
from app.commands.signing.browsers import in_words
from app.commands.signing.signin_refusals import WrongPassword
from app.commands.signing.tries import Origin
from tests.signing import (
    EMAIL,
    HOME,
    PASSWORD,
    actions_of,
    add_person,
    full,
    half,
    mailed_code,
    person_row,
    promised,
    sealed_about,
    seen,
    told,
)

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:128.0) Gecko/20100101 Firefox/128.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 "
    "Mobile/15E148 Safari/604.1"
)
EDGE = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 "
    "Safari/537.36 Edg/126.0.0.0"
)
AWAY = Origin("198.51.100.9", FIREFOX)


@pytest.fixture
def mia(portal):
    return add_person(portal)


def away(portal):
    """The cookie of a sign-in from elsewhere."""
    waiting = seen(portal, signin.enter_password(portal, EMAIL, PASSWORD, AWAY))
    return signin.enter_code(portal, waiting, mailed_code(portal), AWAY)


def shown(portal, token):
    return own_signins.open_ones(portal, seen(portal, token))


def end(portal, token, mark, password=PASSWORD):
    return own_signins.end_one(portal, seen(portal, token), mark, password, HOME)


def test_the_list_says_where_and_with_what_and_which_is_this_one(portal, mia):
    away(portal)
    here = full(portal)
    told_of = [(one.browser, one.kept.address, one.is_this) for one in shown(portal, here)]
    assert told_of == [("An unknown browser", HOME.address, True), ("Firefox on Windows", AWAY.address, False)]


def test_the_list_holds_only_what_is_open_and_one_s_own(portal, mia):
    full(portal)
    portal.clock.move(minutes=15)
    signin.sign_out(portal, seen(portal, full(portal)))
    half(portal)
    add_person(portal, "chen@lionrock.test")
    full(portal, "chen@lionrock.test")
    assert len(shown(portal, full(portal))) == 1


def test_no_mark_is_the_secret_of_a_sign_in(portal, mia):
    here = full(portal)
    assert all(one.mark not in here and len(one.mark) == 16 for one in shown(portal, here))


def test_another_sign_in_is_ended(portal, mia):
    other, here = away(portal), full(portal)
    assert end(portal, here, shown(portal, here)[1].mark)
    assert (signin.visit(portal, other, active=True), len(shown(portal, here))) == (None, 1)


def test_nothing_is_ended_with_a_wrong_password_and_it_counts(portal, mia):
    other, here = away(portal), full(portal)
    with pytest.raises(WrongPassword):
        end(portal, here, shown(portal, here)[1].mark, "wrong")
    assert signin.visit(portal, other, active=True)
    assert person_row(portal, mia).failures == 1


def test_nobody_ends_the_sign_in_of_somebody_else(portal, mia):
    add_person(portal, "chen@lionrock.test")
    theirs, here = full(portal, "chen@lionrock.test"), full(portal)
    assert not end(portal, here, shown(portal, theirs)[0].mark)
    assert signin.visit(portal, theirs, active=True)


def test_this_one_is_ended_by_signing_out_and_not_from_the_list(portal, mia):
    here = full(portal)
    assert not end(portal, here, shown(portal, here)[0].mark)
    assert signin.visit(portal, here, active=True)


def test_all_others_are_ended_at_once(portal, mia):
    others, here = [away(portal), away(portal)], full(portal)
    assert own_signins.end_others(portal, seen(portal, here), PASSWORD, HOME) == 2
    assert [signin.visit(portal, one, active=True) for one in others] == [None, None]
    assert signin.visit(portal, here, active=True)


def test_all_others_stay_with_a_wrong_password(portal, mia):
    other, here = away(portal), full(portal)
    with pytest.raises(WrongPassword):
        own_signins.end_others(portal, seen(portal, here), "wrong", HOME)
    assert signin.visit(portal, other, active=True)


def test_what_was_ended_is_recorded_sealed_and_mailed(racing):
    mia = add_person(racing)
    away(racing)
    here = full(racing)
    end(racing, here, shown(racing, here)[1].mark)
    assert actions_of(racing, mia)[-1] == "signin.ended"
    assert sealed_about(racing, mia) == [("signin.ended", "Mia Chan", {"count": 1})]
    to, text = told(racing, "signin_ended")
    assert to == EMAIL and "One sign-in" in text


def test_nothing_ended_is_nothing_to_tell(portal, mia):
    own_signins.end_others(portal, seen(portal, full(portal)), PASSWORD, HOME)
    assert (promised(portal, "signin_ended"), sealed_about(portal, mia)) == ([], [])


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on an iPhone"),
        (EDGE, "Edge on a Mac"),
        ("curl/8 (Linux)", "An unknown browser on Linux"),
        ("", "An unknown browser"),
    ],
)
def test_browsers_are_told_in_words(agent, words):
    assert in_words(agent) == words
