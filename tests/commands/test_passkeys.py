"""Passkeys: made after a code, good in place of one, and for nobody else, nowhere else and never twice."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.commands.signing import passkeys, signin
from app.commands.signing.signin_refusals import AccountLocked, PasskeyRefused, SignInOver, WrongCode
from app.outside import authenticators
from app.outside.authenticators import BadAnswer, NewKey, Site
from tests.authenticator import PRESENT, VERIFIED, Authenticator, other_challenge
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
    person_row,
    promised,
    sealed_about,
    seen,
    still_portal,
    told,
)

HERE = "http://localhost:8080"
CHEN = "chen@lionrock.test"


@pytest.fixture
def mia(portal):
    return add_person(portal, channel="app")


@pytest.fixture
def device():
    return Authenticator(HERE)


def signed_in(portal, email=EMAIL):
    token = signin.enter_code(portal, half(portal, email), app_code(portal), HOME)
    portal.clock.move(seconds=30)
    return token


def begin(portal, token):
    """What the browser is asked to make, after a code."""
    passkeys.begin_making(portal, seen(portal, token), app_code(portal), HOME)
    portal.clock.move(seconds=30)
    return passkeys.what_to_make(portal, seen(portal, token))


def make(portal, device, token=None, name="My phone", email=EMAIL):
    """Make a passkey."""
    token = token or signed_in(portal, email)
    answer = device.make(begin(portal, token))
    passkeys.finish_making(portal, seen(portal, token), name, answer, HOME)
    return token


def enter(portal, waiting, answer):
    return passkeys.enter(portal, waiting, answer, HOME)


def kept(portal, person):
    return passkeys.of_person(portal, person)


# --- made -------------------------------------------------------------------------------------------------------------
def test_a_passkey_is_made_after_a_code(portal, mia, device):
    make(portal, device)
    assert [(one.name, one.credential) for one in kept(portal, mia)] == [("My phone", device.credential)]


def test_the_browser_is_asked_for_a_verified_user_and_a_key_it_has_not(portal, mia, device):
    token = make(portal, device)
    asked = json.loads(begin(portal, token))
    assert asked["rp"] == {"name": "Client Connect", "id": "localhost"}
    assert asked["authenticatorSelection"]["userVerification"] == "required"
    assert len(asked["excludeCredentials"]) == 1
    assert str(mia) != asked["user"]["id"] and asked["user"]["name"] == EMAIL


def test_no_passkey_is_made_without_a_code(portal, mia):
    token = signed_in(portal)
    with pytest.raises(WrongCode):
        passkeys.begin_making(portal, seen(portal, token), another(app_code(portal)), HOME)
    assert passkeys.what_to_make(portal, seen(portal, token)) is None


def test_half_a_sign_in_makes_no_passkey(portal, mia, device):
    make(portal, device)
    waiting = half(portal)
    asked = passkeys.what_to_sign(portal, waiting)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_making(portal, waiting, "Mine", Authenticator(HERE).make(asked), HOME)


@pytest.mark.parametrize(
    "wrong",
    [
        {"challenge": other_challenge()},
        {"origin": "https://evil.test"},
        {"origin": "http://localhost:9999"},
        {"domain": "evil.test"},
        {"type": "webauthn.get"},
        {"flags": 0x40 | PRESENT},
        {"flags": 0x40 | VERIFIED},
    ],
)
def test_what_an_authenticator_makes_for_another_question_is_not_kept(portal, mia, device, wrong):
    token = signed_in(portal)
    answer = device.make(begin(portal, token), **wrong)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_making(portal, seen(portal, token), "Mine", answer, HOME)
    assert kept(portal, mia) == []


def test_a_code_is_good_for_one_passkey(portal, mia, device):
    token = signed_in(portal)
    asked = begin(portal, token)
    passkeys.finish_making(portal, seen(portal, token), "One", device.make(asked), HOME)
    with pytest.raises(PasskeyRefused):
        passkeys.finish_making(portal, seen(portal, token), "Two", Authenticator(HERE).make(asked), HOME)


def test_a_failed_answer_uses_the_challenge_up(portal, mia, device):
    token = signed_in(portal)
    asked = begin(portal, token)
    for answer in ("{}", device.make(asked)):
        with pytest.raises(PasskeyRefused):
            passkeys.finish_making(portal, seen(portal, token), "Mine", answer, HOME)
    assert kept(portal, mia) == []


def test_of_equal_answers_at_once_one_is_kept(racing, device):
    mia = add_person(racing, channel="app")
    token = signed_in(racing)
    answer = device.make(begin(racing, token))
    this = seen(racing, token)
    at_once(8, lambda: passkeys.finish_making(racing, this, "Mine", answer, HOME))
    assert len(kept(racing, mia)) == 1


def test_a_passkey_has_five_minutes_to_be_made(portal, mia, device):
    token = signed_in(portal)
    asked = begin(portal, token)
    portal.clock.move(minutes=5)
    assert passkeys.what_to_make(portal, seen(portal, token)) is None
    with pytest.raises(PasskeyRefused):
        passkeys.finish_making(portal, seen(portal, token), "Mine", device.make(asked), HOME)


def test_the_key_of_somebody_else_is_not_kept_a_second_time(portal, mia, device):
    make(portal, device)
    chen = add_person(portal, CHEN, channel="app")
    with pytest.raises(PasskeyRefused):
        make(portal, device, email=CHEN)
    assert kept(portal, chen) == []


def test_a_sign_in_that_was_ended_meanwhile_keeps_no_passkey(portal, mia, device):
    token = signed_in(portal)
    answer, this = device.make(begin(portal, token)), seen(portal, token)
    signin.sign_out(portal, this)
    with pytest.raises(SignInOver):
        passkeys.finish_making(portal, this, "Mine", answer, HOME)
    assert kept(portal, mia) == []


def test_one_account_keeps_ten_passkeys(portal, mia):
    token = signed_in(portal)
    for _ in range(10):
        make(portal, Authenticator(HERE), token)
    with pytest.raises(PasskeyRefused):
        make(portal, Authenticator(HERE), token)


def test_a_passkey_made_is_recorded_sealed_and_mailed(racing, device):
    mia = add_person(racing, channel="app")
    make(racing, device)
    assert actions_of(racing, mia)[-1] == "passkey.added"
    assert sealed_about(racing, mia) == [("passkey.added", "Mia Chan", {"name": "My phone"})]
    to, text = told(racing, "passkey_added")
    assert to == EMAIL and "My phone" in text


@pytest.mark.parametrize(
    ("typed", "name"), [("  my   phone ", "my phone"), ("a\r\nb\0c", "a b c"), ("x" * 200, "x" * 80), ("\n", "")]
)
def test_a_name_is_one_line(typed, name):
    assert passkeys.name_of(typed) == name


# --- removed ----------------------------------------------------------------------------------------------------------
def test_a_passkey_is_removed_with_a_code_and_opens_nothing_after_that(racing, device):
    mia = add_person(racing, channel="app")
    token = make(racing, device)
    waiting = half(racing)
    answer = device.sign(passkeys.what_to_sign(racing, waiting))
    assert passkeys.remove(racing, seen(racing, token), kept(racing, mia)[0].id, app_code(racing), HOME)
    with pytest.raises(PasskeyRefused):
        enter(racing, waiting, answer)
    assert sealed_about(racing, mia)[-1] == ("passkey.removed", "Mia Chan", {"name": "My phone"})
    assert "My phone was removed" in told(racing, "passkey_removed")[1]


def test_a_passkey_stays_with_a_wrong_code(portal, mia, device):
    token = make(portal, device)
    with pytest.raises(WrongCode):
        passkeys.remove(portal, seen(portal, token), kept(portal, mia)[0].id, another(app_code(portal)), HOME)
    assert len(kept(portal, mia)) == 1


def test_nobody_removes_the_passkey_of_somebody_else(portal, mia, device):
    make(portal, device)
    add_person(portal, CHEN, channel="app")
    token = signed_in(portal, CHEN)
    assert not passkeys.remove(portal, seen(portal, token), kept(portal, mia)[0].id, app_code(portal), HOME)
    assert len(kept(portal, mia)) == 1


# --- in place of a code -----------------------------------------------------------------------------------------------
def test_r43_a_passkey_after_the_password_is_a_full_sign_in(racing, device):
    add_person(racing, channel="app")
    make(racing, device)
    waiting = half(racing)
    token = enter(racing, waiting, device.sign(passkeys.what_to_sign(racing, waiting)))
    assert seen(racing, token).stage == "full"
    assert signin.visit(racing, token, active=True).person.email == EMAIL


def test_the_browser_is_asked_for_one_s_own_passkeys_and_a_verified_user(portal, mia, device):
    make(portal, device)
    asked = json.loads(passkeys.what_to_sign(portal, half(portal)))
    assert (asked["rpId"], asked["userVerification"], len(asked["allowCredentials"])) == ("localhost", "required", 1)


@pytest.mark.parametrize(
    "wrong",
    [
        {"challenge": other_challenge()},
        {"origin": "https://evil.test"},
        {"origin": "http://127.0.0.1:9999"},
        {"domain": "evil.test"},
        {"type": "webauthn.create"},
        {"flags": PRESENT},
        {"flags": VERIFIED},
        {"signature": b"\x30\x06\x02\x01\x01\x02\x01\x01"},
        {"signs": 0},
    ],
)
def test_r43_what_a_passkey_signs_for_another_question_opens_nothing(portal, mia, device, wrong):
    make(portal, device)
    first = half(portal)
    enter(portal, first, device.sign(passkeys.what_to_sign(portal, first)))
    waiting = half(portal)
    with pytest.raises(PasskeyRefused):
        enter(portal, waiting, device.sign(passkeys.what_to_sign(portal, waiting), **wrong))
    assert person_row(portal, mia).failures == 1


def test_the_passkey_of_somebody_else_opens_nothing(portal, mia, device):
    make(portal, device)
    add_person(portal, CHEN, channel="app")
    theirs = Authenticator(HERE)
    make(portal, theirs, email=CHEN)
    waiting = half(portal)
    with pytest.raises(PasskeyRefused):
        enter(portal, waiting, theirs.sign(passkeys.what_to_sign(portal, waiting)))


def test_a_signature_is_good_once(portal, mia, device):
    make(portal, device)
    waiting = half(portal)
    answer = device.sign(passkeys.what_to_sign(portal, waiting))
    enter(portal, waiting, answer)
    with pytest.raises(PasskeyRefused):
        enter(portal, waiting, answer)


def test_a_signature_is_good_for_its_own_sign_in_only(portal, mia, device):
    make(portal, device)
    first, second = half(portal), half(portal)
    answer = device.sign(passkeys.what_to_sign(portal, first))
    passkeys.what_to_sign(portal, second)
    with pytest.raises(PasskeyRefused):
        enter(portal, second, answer)


def test_of_equal_signatures_at_once_one_wins(racing, device):
    add_person(racing, channel="app")
    make(racing, device)
    waiting = half(racing)
    answer = device.sign(passkeys.what_to_sign(racing, waiting))
    results = at_once(4, lambda: enter(racing, waiting, answer))
    assert [isinstance(result, str) for result in results].count(True) == 1


def test_only_the_newest_challenge_counts(portal, mia, device):
    make(portal, device)
    waiting = half(portal)
    old = device.sign(passkeys.what_to_sign(portal, waiting))
    passkeys.what_to_sign(portal, waiting)
    with pytest.raises(PasskeyRefused):
        enter(portal, waiting, old)


def test_a_challenge_lives_five_minutes(portal, mia, device):
    make(portal, device)
    waiting = half(portal)
    answer = device.sign(passkeys.what_to_sign(portal, waiting))
    portal.clock.move(minutes=5)
    with pytest.raises(PasskeyRefused):
        enter(portal, waiting, answer)


def test_a_key_that_counts_backwards_was_copied_and_opens_nothing(portal, mia, device):
    make(portal, device)
    for signs in (7, 8):
        waiting = half(portal)
        enter(portal, waiting, device.sign(passkeys.what_to_sign(portal, waiting), signs=signs))
    waiting = half(portal)
    with pytest.raises(PasskeyRefused):
        enter(portal, waiting, device.sign(passkeys.what_to_sign(portal, waiting), signs=8))


def test_a_key_that_never_counts_may_be_used_again(portal, mia, device):
    make(portal, device)
    for _ in range(2):
        waiting = half(portal)
        assert enter(portal, waiting, device.sign(passkeys.what_to_sign(portal, waiting), signs=0))


def test_r39_refused_passkeys_count_with_the_other_tries_and_lock(portal, mia, device):
    make(portal, device)
    waiting = half(portal)
    wrong = {"origin": "https://evil.test"}
    for _ in range(4):
        with pytest.raises(PasskeyRefused):
            enter(portal, waiting, device.sign(passkeys.what_to_sign(portal, waiting), **wrong))
    with pytest.raises(AccountLocked):
        enter(portal, waiting, device.sign(passkeys.what_to_sign(portal, waiting), **wrong))
    assert person_row(portal, mia).locked_at
    assert len(promised(portal, "account_locked")) == 1


def test_no_passkey_opens_a_locked_account(portal, mia, device):
    make(portal, device)
    waiting = half(portal)
    answer = device.sign(passkeys.what_to_sign(portal, waiting))
    change_person(portal, mia, locked_at=portal.clock.now())
    with pytest.raises(AccountLocked):
        enter(portal, waiting, answer)


def test_whoever_has_no_passkey_is_asked_for_none(portal, mia):
    with pytest.raises(SignInOver):
        passkeys.what_to_sign(portal, half(portal))


def test_a_passkey_used_is_recorded_and_a_full_sign_in_forgives(portal, mia, device):
    make(portal, device)
    change_person(portal, mia, failures=3)
    waiting = half(portal)
    enter(portal, waiting, device.sign(passkeys.what_to_sign(portal, waiting)))
    assert actions_of(portal, mia)[-3:] == ["passkey.tried", "passkey.used", "signin.opened"]
    assert person_row(portal, mia).failures == 0


NAMES = st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "attestationObject", "signature"])
PARTS = st.recursive(
    st.none() | st.text() | st.integers() | st.just("AAAA"), lambda part: st.lists(part) | st.dictionaries(NAMES, part)
)


@settings(max_examples=200, deadline=None)
@given(st.text() | PARTS.map(json.dumps) | st.integers(900, 9000).map(lambda deep: "[" * deep))
def test_nonsense_is_refused_and_never_a_fault(answer):
    site = Site("localhost", (HERE,), "Client Connect")
    key = NewKey(b"credential", b"key", 0)
    for read in (
        lambda: authenticators.read_key(site, b"challenge", answer),
        lambda: authenticators.read_signature(site, b"challenge", answer, key),
    ):
        with pytest.raises(BadAnswer):
            read()


# --- where ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("base_url", "domain", "origins"),
    [
        ("https://connect.exchange.test", "connect.exchange.test", ("https://connect.exchange.test",)),
        ("https://portal.test:8443", "portal.test", ("https://portal.test:8443",)),
        ("http://127.0.0.1:8080", "localhost", ("http://127.0.0.1:8080", "http://localhost:8080")),
        ("http://localhost:8080", "localhost", ("http://localhost:8080",)),
    ],
)
def test_passkeys_are_made_for_the_portal_s_own_address(sqlite_url, tmp_path, base_url, domain, origins):
    portal = still_portal(sqlite_url, tmp_path, base_url=base_url)
    assert passkeys.site(portal)[:2] == (domain, origins)
    portal.database.close()
