"""Who may see which case, and the cast of a case: the same in one query as rule by rule."""

import pytest
from sqlalchemy import func, select

from app.store import answered, cases, casts, lists, people, tables
from app.store.tables.requests import STRETCH
from engine.people import BARRED_BY, COMPANY_LANES, DESK_LANES, seat_of
from tests.commands.office import PEOPLE

CTO = "CTO"
FUNCTION = "EU_CashTrading"


@pytest.fixture
def office(office_on_each):
    return office_on_each


@pytest.fixture(params=["looked at", "asked of the index"])
def searched(request, office, monkeypatch):
    """Where there are few requests PostgreSQL looks at each of them, and where there are many it has an index."""
    if request.param == "asked of the index":
        monkeypatch.setattr(lists, "LOOKED_AT", -1)
    return office


@pytest.fixture
def references(office):
    """A request at every point of its life, and one that never was sent."""
    points = office.open_draft, office.submitted, office.sent, office.processed, office.completed
    return [point() for point in points] + [office.leave(office.open_draft(), "discard", "mia")]


def test_the_rule_for_a_case_at_hand_is_the_rule_for_lists(office, references):
    for who in PEOPLE:
        person = office.person(who)
        with office.portal.database.read() as connection:
            listed = {row.reference for row in lists.listed(connection, person)}
        assert listed == {one for one in references if cases.may_see(person, office.case(one))}


def test_lists_counts_and_search_show_the_same(office, references, searched):
    for who in PEOPLE:
        with office.portal.database.read() as connection:
            person = office.person(who)
            listed = lists.listed(connection, person)
            assert lists.counted(connection, person) == len(listed)
            assert {row.reference for row in lists.found(connection, person, "ct027-")} == {
                row.reference for row in listed
            }


@pytest.mark.parametrize("oldest_first", [False, True])
def test_pages_of_what_was_found_follow_each_other_whichever_way(searched, oldest_first):
    references = sorted(searched.submitted() for _ in range(5))
    found, row = [], None
    with searched.portal.database.read() as connection:
        while page := lists.listed(
            connection, searched.person("mia"), lists.Filter(text="limit"), lists.Place(row, oldest_first), most=2
        ):
            found += [one.reference for one in page]
            row = page[-1].id
    assert found == (references if oldest_first else references[::-1])


def test_requests_are_found_in_whichever_stretch_of_numbers_they_lie(office, monkeypatch):
    monkeypatch.setattr(lists, "LOOKED_AT", -1)
    references = [office.submitted(), office.submitted()]
    if not office.portal.database.is_sqlite:  # which knows no stretches
        with office.portal.database.write() as connection:
            later = select(func.max(tables.cases.c.id) + 3 * 2**STRETCH).scalar_subquery()
            connection.execute(select(func.setval("cases_id_seq", later)))
    references.append(office.submitted())
    with office.portal.database.read() as connection:
        found = [row.reference for row in lists.found(connection, office.person("mia"), "limit")]
    assert found == references[::-1]


def test_everybody_sees_their_own_share(office, references):
    with office.portal.database.read() as connection:
        seen = {who: lists.counted(connection, office.person(who)) for who in PEOPLE}
    desk, firm = {"karen": 3, "kelvin": 3}, {"mia": 6, "bo": 6, "chen": 5}
    watchers = {"olive": 6, "oscar": 6, "audrey": 6}
    assert {who: count for who, count in seen.items() if count} == {**desk, **firm, **watchers}


@pytest.mark.parametrize("text", ["%", "_", "\\", "' OR 1=1 --"])
def test_search_takes_every_character_for_itself(office, references, text):
    with office.portal.database.read() as connection:
        assert lists.found(connection, office.person("olive"), text) == []


def test_the_cast_knows_who_can_and_who_did_as_the_tables_do(office, references):
    for reference in references:
        case = office.case(reference)
        with office.portal.database.read() as connection:
            cast = casts.of_case(connection, case, office.clock.now())
            hands = answered.hands_in(connection, case.id)
            for lane in COMPANY_LANES | DESK_LANES:
                seat = (CTO, None) if lane in DESK_LANES else (FUNCTION, case.membership_id)
                barred = {person for person, did in hands if did in BARRED_BY.get(lane, ())}
                able = people.who_can(connection, seat_of(lane), *seat, excluding=barred)
                assert cast.who_can(lane, *seat) == able
        assert cast.hands == set(hands)


def test_whoever_acts_belongs_to_the_cast_without_any_right_to_the_case(office):
    case = office.case(office.open_draft())
    with office.portal.database.read() as connection:
        cast = casts.of_case(connection, case, office.clock.now(), office.number("leo"))
    assert cast.people[office.number("leo")].rights == frozenset()


@pytest.mark.parametrize("state", ["active = false", "locked_at = '2026-11-23 01:00:00'"])
def test_whoever_is_locked_or_inactive_has_no_part_but_their_hand_counts(office, state):
    case = office.case(office.open_draft("bo"))
    office.run_sql(f"UPDATE people SET {state} WHERE name = 'Bo Lam'")
    with office.portal.database.read() as connection:
        cast = casts.of_case(connection, case, office.clock.now(), office.number("mia"))
    assert (office.number("bo") in cast.people, (office.number("bo"), "maker") in cast.hands) == (False, True)
    assert [seat.name for seat in cast.who_did({"maker"})] == []


@pytest.mark.parametrize(("state", "acts"), [("active = false", False), ("locked_at = '2026-11-23 01:00:00'", True)])
def test_whoever_acts_goes_on_when_locked_but_not_when_inactive(office, state, acts):
    case = office.case(office.open_draft("bo"))
    office.run_sql(f"UPDATE people SET {state} WHERE name = 'Bo Lam'")
    with office.portal.database.read() as connection:
        cast = casts.of_case(connection, case, office.clock.now(), office.number("bo"))
    assert (office.number("bo") in cast.people) == acts


def test_numbers_of_a_day_count_up_and_days_do_not_meet(office):
    with office.portal.database.write() as connection:
        numbers = [cases.next_number(connection, day) for day in ("CT027-20261123", "CT027-20261123", "CT027-20261124")]
    assert numbers == [1, 2, 1]


def test_a_hand_is_lent_once(office):
    case, bo = office.case(office.open_draft()), office.number("bo")
    with office.portal.database.write() as connection:
        lent = [answered.lend_hand(connection, case.id, bo, "maker", round_) for round_ in (1, 2)]
    assert lent == [True, False]
