"""Naming a substitute: who may, for how long, who agrees, who hears of it, and who ends it."""

from datetime import timedelta
from functools import partial

import pytest

from app.commands.letters import written
from app.commands.managing import accounts, substitutes
from app.commands.managing.substitutes import OwnSubstitution, SubstitutionMoved, Wanted, WrongSubstitution
from app.commands.signing import signin as signing
from app.commands.signing.signin_refusals import AccountLocked, WrongPassword
from app.seed import DEMO_PASSWORD
from engine.errors import NoRight, NotFound
from tests.commands.managing import account, actions, added, entries, fault, needs_two
from tests.commands.office import PEOPLE, race
from tests.commands.refusing import lock, refused, refused_by_database
from tests.commands.standing import away, named, over, today
from tests.web.visitors import HOME, cookie_of, promised_code

STRANGERS = ["mia", "bo", "carmen", "agnes", "olive", "audrey", "karen"]


def signed_in(office, who):
    """The sign-in of somebody."""
    found = signing.visit(office.portal, cookie_of(office, who, promised_code), active=True)
    assert found is not None
    return found


def wanted(office, substitute="mia", first=0, last=4):
    return Wanted(office.number(substitute), today(office, first), today(office, last))


def name_own(office, who="chen", password=DEMO_PASSWORD, **asked):
    """Let somebody name their own substitute."""
    return substitutes.name_own(office.portal, signed_in(office, who), password, wanted(office, **asked), HOME)


def agree(office, number, who="ben", *, accept=True):
    substitutes.answer(office.portal, office.by(who), number, accept=accept)


def stands_in(office, who):
    """For whom somebody stands in now."""
    return [one.name for one in office.person(who).lent]


def wrong(office, **asked):
    """The fields that are wrong."""
    with refused(office, WrongSubstitution) as caught:
        substitutes.name_for(office.portal, office.by("ada"), office.number("chen"), wanted(office, **asked))
    return list(caught.value.fields)


# --- who names one ----------------------------------------------------------------------------------------------------
def test_somebody_names_who_stands_in_for_them(office):
    name_own(office)
    assert stands_in(office, "mia") == ["Chen Wai"]


def test_their_password_is_asked_for(office):
    signin = signed_in(office, "chen")
    with pytest.raises(WrongPassword):
        substitutes.name_own(office.portal, signin, "wrong", wanted(office), HOME)
    assert stands_in(office, "mia") == []


def test_five_wrong_passwords_lock_the_account(office):
    signin = signed_in(office, "chen")
    for _ in range(4):
        with pytest.raises(WrongPassword):
            substitutes.name_own(office.portal, signin, "wrong", wanted(office), HOME)
    with pytest.raises(AccountLocked):
        substitutes.name_own(office.portal, signin, "wrong", wanted(office), HOME)


def test_a_mistake_in_the_form_costs_no_try(office):
    signin = signed_in(office, "chen")
    with refused(office, WrongSubstitution):
        substitutes.name_own(office.portal, signin, DEMO_PASSWORD, wanted(office, last=-1), HOME)


def test_an_administrator_names_one_for_somebody_who_fell_ill(office):
    away(office, "chen", "mia", by="ada")
    assert stands_in(office, "mia") == ["Chen Wai"]


def test_the_exchange_names_one_for_its_staff(office):
    away(office, "kelvin", "karen", by="agnes")
    assert stands_in(office, "karen") == ["Kelvin Sit"]


@pytest.mark.parametrize("who", STRANGERS)
def test_nobody_else_does(office, who):
    with refused(office, NotFound):
        substitutes.name_for(office.portal, office.by(who), office.number("chen"), wanted(office))


def test_nobody_names_their_own_without_a_password(office):
    with refused(office, NoRight):
        substitutes.name_for(office.portal, office.by("chen"), office.number("chen"), wanted(office))


@pytest.mark.parametrize("who", ["ada", "agnes", "olive", "audrey", "andy"])
def test_who_administers_or_watches_has_no_substitute(office, who):
    signin = signed_in(office, who)
    with refused(office, NotFound):
        substitutes.name_own(office.portal, signin, DEMO_PASSWORD, wanted(office), HOME)


# --- whom -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["chen", "ada", "leo", "rita", "karen", "olive"])
def test_only_a_colleague_of_the_same_kind_stands_in(office, who):
    assert wrong(office, substitute=who) == ["substitute"]


def test_at_the_exchange_only_somebody_of_the_same_desk(office):
    with refused(office, WrongSubstitution):
        away(office, "kelvin", "daisy")


def test_nobody_whose_account_is_closed_out_or_not_in_use(office):
    nora = added(office)
    with refused(office, WrongSubstitution):
        asked = Wanted(nora, today(office), today(office))
        substitutes.name_for(office.portal, office.by("ada"), office.number("chen"), asked)


def test_nobody_who_is_suspended(office):
    accounts.suspend(office.portal, office.by("ada"), office.number("mia"))
    assert wrong(office) == ["substitute"]


def test_nobody_who_is_locked(office):
    lock(office, "mia")
    assert wrong(office) == ["substitute"]


def test_no_two_at_a_time(office):
    away(office, "chen", "mia")
    assert wrong(office, substitute="bo") == ["substitute"]


def test_no_two_at_a_time_whatever_the_days(office):
    away(office, "chen", "mia")
    assert wrong(office, substitute="bo", first=20, last=22) == ["substitute"]


def test_the_next_one_is_named_when_the_last_is_over(office):
    away(office, "chen", "mia", last=1)
    office.clock.move(days=2)
    away(office, "chen", "bo")
    assert (stands_in(office, "mia"), stands_in(office, "bo")) == ([], ["Chen Wai"])


def test_one_person_stands_in_for_several(office):
    away(office, "chen", "mia")
    away(office, "bo", "mia")
    assert stands_in(office, "mia") == ["Chen Wai", "Bo Lam"]


def test_nobody_who_is_away_themselves_then(office):
    away(office, "mia", "bo", first=4, last=6)
    assert wrong(office) == ["substitute"]


def test_two_do_not_stand_in_for_each_other(office):
    away(office, "mia", "chen")
    assert wrong(office) == ["substitute"]


def test_somebody_who_is_back_by_then_may(office):
    away(office, "mia", "bo", first=5, last=6)
    away(office, "chen", "mia")
    assert stands_in(office, "mia") == ["Chen Wai"]


def test_the_database_takes_no_second_one_at_a_time(either_office):
    office = either_office
    away(office, "chen", "mia")
    with refused_by_database(office):
        forged(office, "chen", "bo")


@pytest.mark.parametrize("pair", [("chen", "leo"), ("chen", "ada"), ("agnes", "karen"), ("chen", "chen")])
def test_the_database_takes_nobody_but_a_colleague(either_office, pair):
    with refused_by_database(either_office):
        forged(either_office, *pair)


def test_the_database_lets_nobody_else_take_the_place(either_office):
    office = either_office
    away(office, "chen", "mia")
    with refused_by_database(office):
        office.run_sql("UPDATE substitutes SET substitute_id = :person", person=office.number("bo"))


def forged(office, absent, substitute):
    """What somebody with the database's password could try."""
    now = office.clock.now()
    office.run_sql(
        "INSERT INTO substitutes (absent_id, substitute_id, begins_at, ends_at, named_by, named_at, agreed_at) "
        "VALUES (:absent, :substitute, :now, :later, :absent, :now, :now)",
        absent=office.number(absent),
        substitute=office.number(substitute),
        now=now,
        later=now + timedelta(days=1),
    )


# --- for how long -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("days", "field"),
    [
        ({"first": -1}, "first"),
        ({"first": 367, "last": 368}, "first"),
        ({"first": 3, "last": 2}, "last"),
        ({"first": 1, "last": 91}, "last"),
        ({"last": 90}, "last"),
    ],
)
def test_days_that_cannot_be_are_named(office, days, field):
    assert wrong(office, **days) == [field]


@pytest.mark.parametrize("days", [{"first": None}, {"last": None}])
def test_days_that_are_missing_are_named(office, days):
    asked = wanted(office)._replace(**days)
    with refused(office, WrongSubstitution):
        substitutes.name_for(office.portal, office.by("ada"), office.number("chen"), asked)


def test_ninety_days_are_the_most(office):
    away(office, "chen", "mia", last=89)
    assert stands_in(office, "mia") == ["Chen Wai"]


def test_from_today_is_from_now_on(office):
    away(office, "chen", "mia")
    assert named(office, "chen").begins_at == office.clock.now()


# --- where two administrators agree to each grant ---------------------------------------------------------------------
def test_where_grants_need_two_nothing_is_lent_before_an_administrator_agrees(office):
    needs_two(office)
    assert name_own(office)
    assert stands_in(office, "mia") == []


def test_once_one_has_agreed_it_is(office):
    needs_two(office)
    agree(office, away(office, "chen", "mia"))
    assert stands_in(office, "mia") == ["Chen Wai"]


def test_who_named_the_substitute_does_not_agree(office):
    needs_two(office)
    number = away(office, "chen", "mia")
    with refused(office, OwnSubstitution):
        agree(office, number, "ada")


@pytest.mark.parametrize("who", ["chen", "mia", "bo", "carmen", "agnes", "olive"])
def test_nobody_agrees_but_an_administrator_of_the_company(office, who):
    needs_two(office)
    number = away(office, "chen", "mia")
    with refused(office, NotFound):
        agree(office, number, who)


def test_the_database_lets_nobody_agree_to_their_own(either_office):
    office = either_office
    needs_two(office)
    number = away(office, "chen", "mia")
    for who in ("ada", "chen", "mia"):
        with refused_by_database(office):
            office.run_sql(
                "UPDATE substitutes SET agreed_by = :by, agreed_at = :at WHERE id = :id",
                by=office.number(who),
                at=office.clock.now(),
                id=number,
            )


def test_what_was_declined_lends_nothing(office):
    needs_two(office)
    agree(office, away(office, "chen", "mia"), accept=False)
    assert stands_in(office, "mia") == []


def test_what_was_declined_makes_room_for_another(office):
    needs_two(office)
    agree(office, away(office, "chen", "mia"), accept=False)
    agree(office, away(office, "chen", "bo"))
    assert stands_in(office, "bo") == ["Chen Wai"]


def test_what_was_agreed_to_is_not_declined_any_more(office):
    needs_two(office)
    number = away(office, "chen", "mia")
    agree(office, number)
    with refused(office, SubstitutionMoved):
        agree(office, number, accept=False)


def test_what_was_ended_is_not_agreed_to(office):
    needs_two(office)
    number = away(office, "chen", "mia")
    over(office, number, "chen")
    with refused(office, NotFound):
        agree(office, number)


def test_what_is_past_is_not_agreed_to(office):
    needs_two(office)
    number = away(office, "chen", "mia", last=0)
    office.clock.move(days=1)
    with refused(office, SubstitutionMoved):
        agree(office, number)


def test_of_agreeing_and_ending_at_once_the_end_lasts(either_office):
    office = either_office
    needs_two(office)
    for _ in range(5):
        number = away(office, "chen", "mia")
        race(partial(agree, office, number), partial(over, office, number, "chen"))
        assert stands_in(office, "mia") == []


def test_of_two_who_name_one_at_once_one_is_refused(either_office):
    office = either_office
    for _ in range(5):
        done = race(partial(away, office, "chen", "mia"), partial(away, office, "chen", "bo", by="ben"))
        assert [type(one) for one in done if isinstance(one, Exception)] == [WrongSubstitution]
        over(office, named(office, "chen").id, "chen")


def test_of_two_who_name_each_other_at_once_one_is_refused(either_office):
    office = either_office
    done = race(partial(away, office, "chen", "mia"), partial(away, office, "mia", "chen", by="ben"))
    assert [type(one) for one in done if isinstance(one, Exception)] == [WrongSubstitution]


# --- ending -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["chen", "mia", "ada", "ben"])
def test_whoever_it_concerns_ends_it(office, who):
    over(office, away(office, "chen", "mia"), who)
    assert stands_in(office, "mia") == []


@pytest.mark.parametrize("who", ["bo", "leo", "carmen", "agnes", "olive"])
def test_nobody_else_ends_it(office, who):
    number = away(office, "chen", "mia")
    with refused(office, NotFound):
        over(office, number, who)


def test_what_is_over_is_not_ended_again(office):
    number = away(office, "chen", "mia")
    over(office, number, "chen")
    with refused(office, NotFound):
        over(office, number, "mia")


@pytest.mark.parametrize("who", ["chen", "mia"])
def test_it_ends_with_either_account(office, who):
    away(office, "chen", "mia")
    accounts.deactivate(office.portal, office.by("ada"), office.number(who))
    assert [row.ended_at for row in office.rows("substitutes")] == [office.clock.now()]


# --- who hears of it --------------------------------------------------------------------------------------------------
def test_all_of_it_stands_in_the_administration_trail(office):
    needs_two(office)
    number = away(office, "chen", "mia")
    agree(office, number)
    over(office, number, "chen")
    assert actions(office)[-3:] == ["substitute.named", "substitute.agreed", "substitute.ended"]


def test_the_trail_says_who_for_whom_and_how_long(office):
    name_own(office)
    entry = entries(office)[0].entry
    days = {"first": "2026-11-23", "last": "2026-11-27"}
    said = (entry["actor"]["name"], entry["subject"]["name"], entry["facts"])
    assert said == ("Chen Wai", "Chen Wai", {"substitute": "Mia Chan", **days})


def test_the_trail_stays_whole(office):
    over(office, away(office, "chen", "mia"), "mia")
    assert fault(office) == ""


def test_the_substitute_and_the_administrators_are_told(office):
    name_own(office)
    told = (office.mailed("account_told"), office.mailed("account_changed"))
    assert told == ([PEOPLE["mia"]], [PEOPLE["ada"], PEOPLE["ben"]])


def test_whoever_is_away_is_told_what_an_administrator_named(office):
    away(office, "chen", "mia")
    assert office.mailed("account_told") == [PEOPLE["chen"], PEOPLE["mia"]]


def test_where_two_are_needed_the_other_administrators_are_asked(office):
    needs_two(office)
    away(office, "chen", "mia")
    assert office.mailed("substitute_asked") == [PEOPLE["ben"]]


def test_what_is_asked_says_who_and_where(office):
    needs_two(office)
    away(office, "chen", "mia")
    asked = next(job.payload for job in office.rows("jobs") if job.payload.get("template") == "substitute_asked")
    text = written(office.portal, asked)[1]
    assert "Mia Chan stands in for Chen Wai from" in text
    assert f"/people/{office.number('chen')}" in text


def test_an_account_that_stood_in_is_no_worse_for_it(office):
    over(office, away(office, "chen", "mia"), "chen")
    assert account(office, office.number("mia")).state == "active"
