"""Filters that somebody keeps under a name: their own alone, few, with names that differ, and one to begin with."""

from functools import partial

import pytest

from app.commands.signing import own_filters
from app.commands.signing.own_filters import MOST, WrongFilter
from app.store import people, saved_filters
from engine.errors import NotFound
from tests.commands.office import race
from tests.commands.refusing import refused, refused_by_database

LATE = {"status": "PENDING_HKEX"}


def save(office, name="Late ones", who="mia", of_list="waiting", **words):
    return own_filters.save(office.portal, office.person(who), of_list, words or LATE, name)


def mine(office, who="mia"):
    with office.portal.database.read() as connection:
        return saved_filters.of_person(connection, office.number(who))


def begin(office, number, who="mia", *, on=True):
    own_filters.begin_with(office.portal, office.person(who), number, on=on)


def first(office, who="mia"):
    """With which filters lists begin."""
    return [(one.list, one.name) for one in mine(office, who) if one.is_default]


def test_a_filter_is_kept_in_the_words_of_its_address(office):
    save(office)
    assert [(one.list, one.name, one.words) for one in mine(office)] == [("waiting", "Late ones", LATE)]


def test_it_is_nobody_elses(office):
    save(office)
    assert mine(office, "chen") == []


def test_two_people_use_one_name(office):
    save(office)
    save(office, who="chen")
    assert len(mine(office, "chen")) == 1


@pytest.mark.parametrize(
    ("name", "why"),
    [("", "nameless"), (" \t ", "nameless"), ("a\0b", "nameless"), ("x" * 41, "long"), ("LATE  ONES", "taken")],
)
def test_a_name_that_cannot_be_is_refused(office, name, why):
    save(office)
    with refused(office, WrongFilter) as caught:
        save(office, name)
    assert caught.value.why == why


def test_a_name_of_forty_letters_fits(office):
    save(office, "x" * 40)
    assert len(mine(office)) == 1


def test_a_filter_of_nothing_is_refused(office):
    with refused(office, WrongFilter) as caught:
        save(office, unknown="x")
    assert caught.value.why == "empty"


def test_a_filter_of_no_list_is_refused(office):
    with refused(office, WrongFilter):
        save(office, of_list="others")


def test_more_than_twenty_are_not_kept(office):
    for number in range(MOST):
        save(office, f"Filter {number}")
    with refused(office, WrongFilter) as caught:
        save(office, "One more")
    assert caught.value.why == "many"


def test_of_two_with_one_name_saved_at_once_one_is_kept(either_office):
    for number in range(5):
        done = race(*[partial(save, either_office, f"Late {number}")] * 2)
        assert [type(one) for one in done if isinstance(one, Exception)] == [WrongFilter]


def test_no_more_than_twenty_are_kept_also_at_once(either_office):
    for number in range(MOST - 1):
        save(either_office, f"Filter {number}")
    race(*[partial(save, either_office, f"Last {number}") for number in range(4)])
    assert len(mine(either_office)) == MOST


def test_a_filter_gets_another_name(office):
    own_filters.rename(office.portal, office.person("mia"), save(office), "At the exchange")
    assert [one.name for one in mine(office)] == ["At the exchange"]


def test_it_may_keep_its_name_in_other_capitals(office):
    own_filters.rename(office.portal, office.person("mia"), save(office), "LATE ONES")
    assert [one.name for one in mine(office)] == ["LATE ONES"]


def test_it_does_not_get_the_name_of_another(office):
    number = save(office)
    save(office, "Mine")
    with refused(office, WrongFilter):
        own_filters.rename(office.portal, office.person("mia"), number, "mine")


def test_a_filter_is_removed(office):
    own_filters.remove(office.portal, office.person("mia"), save(office))
    assert mine(office) == []


def test_a_list_begins_with_one_of_them(office):
    begin(office, save(office))
    begin(office, save(office, "Mine"))
    assert first(office) == [("waiting", "Mine")]


def test_each_list_begins_with_its_own(office):
    begin(office, save(office))
    begin(office, save(office, "Mine", of_list="history"))
    assert first(office) == [("waiting", "Late ones"), ("history", "Mine")]


def test_a_list_begins_plainly_again(office):
    number = save(office)
    begin(office, number)
    begin(office, number, on=False)
    assert first(office) == []


def test_of_two_chosen_at_once_one_is_the_beginning(either_office):
    numbers = [save(either_office), save(either_office, "Mine")]
    for _ in range(5):
        race(*[partial(begin, either_office, number) for number in numbers])
        assert len(first(either_office)) == 1


def test_the_database_lets_no_list_begin_with_two(either_office):
    save(either_office)
    save(either_office, "Mine")
    with refused_by_database(either_office):
        either_office.run_sql("UPDATE saved_filters SET is_default = true")


@pytest.mark.parametrize(
    "act",
    [
        lambda portal, person, number: own_filters.rename(portal, person, number, "Theirs"),
        lambda portal, person, number: own_filters.begin_with(portal, person, number, on=True),
        own_filters.remove,
    ],
)
def test_nobody_changes_those_of_others(office, act):
    number = save(office)
    with refused(office, NotFound):
        act(office.portal, office.person("chen"), number)


def test_what_was_done_is_recorded_without_its_words(office):
    save(office, q="a secret client")
    with office.portal.database.read() as connection:
        action, facts = people.trail_of(connection, office.number("mia"))[-1]
    assert (action, list(facts)) == ("filter.saved", ["filter"])
