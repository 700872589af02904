"""Events: who writes, publishes, changes, closes and cancels them, what is refused, and what the trail says."""

from datetime import datetime

import pytest

from app.commands.publishing import enrolling
from app.commands.publishing import events as commands
from app.commands.publishing.events import EventMoved, WrongEvent
from app.store import answered
from app.store import events as kept
from engine.errors import NoRight, NotFound
from tests.catalogue.filing import wrong
from tests.commands.events import (
    cancelled,
    changed,
    closed,
    drafted,
    enrolled,
    event,
    named,
    published,
    seat_of,
    written,
)
from tests.commands.managing import actions, entries, fault
from tests.commands.refusing import refused
from tests.commands.standing import acted, away, hands_of, over


def offered(office):
    """The events that participants find."""
    with office.portal.database.read() as connection:
        return [one.code for one in kept.coming(connection, office.clock.now())]


def draft_of(office, reference):
    """What stands in the form of a draft."""
    with office.portal.database.read() as connection:
        return answered.given_at(connection, office.case(reference).id, {"submit"}).draft("submit")


# --- writing and publishing -------------------------------------------------------------------------------------------
def test_nobody_finds_an_event_before_it_is_published(office):
    assert written(office) not in offered(office)


def test_everybody_finds_an_event_that_was_published(office):
    assert published(office) in offered(office)


def test_events_of_a_kind_and_year_are_numbered(office):
    assert [written(office, kind=kind) for kind in ("BRIEFING", "BRIEFING", "SEMINAR")] == [
        "BR2601",
        "BR2602",
        "SE2602",
    ]


def test_after_ninety_nine_of_a_kind_and_year_the_numbers_go_on(office):
    office.run_sql("UPDATE events SET code = 'BR2699' WHERE code = :code", code=written(office))
    assert [written(office), written(office)] == ["BR26100", "BR26101"]


@pytest.mark.parametrize("who", ["lily", "agnes"])
def test_client_events_and_administrators_write_events(office, who):
    assert event(office, written(office, who)).title_en == "Briefing on the new calendar"


@pytest.mark.parametrize("who", ["karen", "olive", "audrey", "andy", "ada", "mia"])
def test_nobody_else_writes_events(office, who):
    with pytest.raises(NoRight):
        written(office, who)


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"title_en": "  "}, "title_en"),
        ({"title_en": "x" * 121}, "title_en"),
        ({"title_zh": ""}, "title_zh"),
        ({"kind": "PARTY"}, "kind"),
        ({"modes": ()}, "modes"),
        ({"place": ""}, "place"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"starts_on": "2026-11-20", "closes_on": "2026-11-19", "opens_on": "2026-11-18"}, "starts_on"),
        ({"starts": "25:00"}, "starts"),
        ({"ends": "14:30"}, "ends"),
        ({"closes_on": "2026-12-11"}, "closes_on"),
        ({"opens_on": "2026-12-05"}, "opens_on"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"capacity": "10000"}, "capacity"),
        ({"max_per_company": "51", "capacity": "100"}, "max_per_company"),
        ({"max_per_company": "4"}, "max_per_company"),
        ({"audience": ("SEHK-EP", "NOBODY")}, "audience"),
        ({"checker": ""}, "checker"),
        ({"kind": "REHEARSAL", "checker": "no"}, "checker"),
        ({"description": "x" * 2001}, "description"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_question(office, said, field):
    with pytest.raises(WrongEvent) as found:
        written(office, **said)
    assert list(found.value.fields) == [field]


def test_a_wrong_event_writes_nothing_down(office):
    before = office.counts()
    with pytest.raises(WrongEvent):
        written(office, capacity="0")
    assert office.counts() == before


def test_an_event_whose_close_has_passed_is_not_published(office):
    code = written(office)
    office.clock.set(datetime.fromisoformat("2026-12-05T10:00:00+08:00"))
    with pytest.raises(WrongEvent):
        commands.publish(office.portal, office.by("lily"), code, 0)


def test_nothing_is_published_twice(office):
    code = published(office)
    with pytest.raises(EventMoved):
        commands.publish(office.portal, office.by("lily"), code, event(office, code).changes)


# --- changing, closing, cancelling ------------------------------------------------------------------------------------
def test_there_are_never_fewer_places_than_are_given_away(office):
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    with pytest.raises(WrongEvent) as found:
        changed(office, code, capacity="1", max_per_company="1")
    assert found.value.fields == {"capacity": "Enter 2 or more: so many places are given away."}


def test_places_that_nobody_has_may_go(office):
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    changed(office, code, capacity="2")
    assert event(office, code).capacity == 2


def test_a_published_event_keeps_its_kind(office):
    code = published(office)
    with pytest.raises(WrongEvent):
        changed(office, code, kind="SEMINAR")


def test_whoever_saw_it_before_a_change_changes_nothing(office):
    code = published(office)
    changed(office, code, capacity="5")
    with pytest.raises(EventMoved):
        commands.cancel(office.portal, office.by("lily"), code, 1)


def test_a_change_that_changes_nothing_is_not_told(office):
    code = published(office)
    before = len(entries(office, "lily"))
    changed(office, code)
    assert len(entries(office, "lily")) == before


def test_nobody_enrols_after_the_close(office):
    code = published(office)
    reference = drafted(office, "penny")
    closed(office, code)
    assert wrong(office, reference, "penny", named(code, "amy")) == ["event"]


def test_what_is_closed_is_not_closed_again(office):
    code = published(office)
    closed(office, code)
    with pytest.raises(EventMoved):
        closed(office, code)


def test_a_cancelled_event_stays_so(office):
    code = published(office)
    cancelled(office, code)
    with pytest.raises(EventMoved):
        changed(office, code, capacity="9")


def test_an_event_that_is_over_stays_as_it_was(office):
    code = published(office)
    office.clock.set(datetime.fromisoformat("2026-12-10T16:00:00+08:00"))
    with pytest.raises(EventMoved):
        cancelled(office, code)


def test_an_event_that_has_begun_is_not_moved(office):
    code = published(office)
    office.clock.set(event(office, code).starts_at)
    with refused(office, EventMoved):
        changed(office, code, starts_on="2026-12-17")


@pytest.mark.parametrize("act", [changed, closed, cancelled])
def test_only_those_who_keep_events_do_anything_to_them(office, act):
    code = published(office)
    with pytest.raises(NoRight):
        act(office, code, "karen")


def test_every_change_stands_in_the_trail_of_the_exchange(office):
    code = published(office)
    changed(office, code, capacity="5")
    closed(office, code)
    cancelled(office, code)
    assert actions(office, "lily")[-5:] == [
        "event.written",
        "event.published",
        "event.changed",
        "event.closed",
        "event.cancelled",
    ]
    assert fault(office, "lily") == ""


def test_the_trail_tells_what_was_changed_and_nothing_else(office):
    code = published(office)
    changed(office, code, capacity="5")
    assert entries(office, "lily")[0].entry["facts"] == {"event": code, "capacity": "5", "moved_up": 0}


# --- enrolling --------------------------------------------------------------------------------------------------------
def test_an_enrolment_opens_the_eservice_with_the_event_filled_in(office):
    code = published(office)
    reference = enrolling.enrol(office.portal, office.by("penny"), code)
    assert (reference[:5], draft_of(office, reference)["event"]) == ("EV002", code)


def test_a_rehearsal_opens_the_eservice_of_rehearsals(office):
    code = published(office, kind="REHEARSAL", checker="yes")
    assert enrolling.enrol(office.portal, office.by("leo"), code)[:5] == "EV001"


def test_whom_a_firm_has_named_stands_in_the_next_list(office):
    code = published(office)
    enrolled(office, code, "penny", "amy", "bob")
    draft = draft_of(office, enrolling.enrol(office.portal, office.by("penny"), code))
    assert [draft[f"attendees.{place}.email"] for place in (0, 1)] == ["amy@firm.test", "bob@firm.test"]


def test_one_action_opens_one_enrolment(office):
    code = published(office)
    by = office.by("penny", "once")
    assert enrolling.enrol(office.portal, by, code) == enrolling.enrol(office.portal, by, code)


def test_a_substitute_enrols_in_the_place_of_whoever_is_away(office):
    code = published(office)
    away(office, "mia", "chen")
    reference = enrolling.enrol(office.portal, office.by("chen"), code, seat_of(office, "mia"))
    assert acted(office, reference) == [("Chen Wai", "Mia Chan")]


def test_both_have_had_a_hand_in_such_an_enrolment(office):
    code = published(office)
    away(office, "mia", "chen")
    reference = enrolling.enrol(office.portal, office.by("chen"), code, seat_of(office, "mia"))
    assert hands_of(office, reference, "maker") == {office.number("mia"), office.number("chen")}


def test_a_substitute_enrols_nobody_once_it_is_over(office):
    code = published(office)
    over(office, away(office, "mia", "chen"), "mia")
    with refused(office, NoRight):
        enrolling.enrol(office.portal, office.by("chen"), code, seat_of(office, "mia"))


def test_nobody_outside_of_the_audience_finds_the_event(office):
    code = published(office, audience=("SEHK-EP",))
    with pytest.raises(NotFound):
        enrolling.enrol(office.portal, office.by("penny"), code)


def test_whoever_only_checks_opens_no_enrolment(office):
    code = published(office)
    with pytest.raises(NoRight):
        enrolling.enrol(office.portal, office.by("rita"), code)


def test_the_form_offers_no_event_for_other_memberships(office):
    code = published(office, audience=("SEHK-EP",))
    assert wrong(office, drafted(office, "penny"), "penny", named(code, "amy")) == ["event"]
