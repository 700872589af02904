"""Notices: whoever is promised a letter about a request is told in the portal too, as long as they may see it."""

from datetime import timedelta

import pytest

from app.commands.requests import telling
from app.commands.requests.nudges import nudge
from app.store import notices
from tests.commands import accounts
from tests.commands.office import APPROVE, PEOPLE, RETURN, race


def told(office, who):
    """What somebody finds under the bell: template and request."""
    with office.portal.database.read() as connection:
        found = notices.listed(connection, office.person(who), office.clock.now())
    return [(one.template, one.reference) for one in found]


def unread(office, who):
    with office.portal.database.read() as connection:
        return notices.unread(connection, office.person(who), office.clock.now())


def read(office, who, notice):
    with office.portal.database.write() as connection:
        found = notices.read(connection, office.person(who), notice, office.clock.now())
    return None if found is None else found.reference


def first_of(office, who):
    return min(row.id for row in office.rows("notices", person_id=office.number(who)))


def promised(office):
    """Every letter about a request: to whom, what, about which."""
    jobs = (job.payload for job in office.rows("jobs", kind="mail"))
    return sorted((one["to"], one["template"], one["reference"]) for one in jobs if "person" in one)


def noticed(office):
    emails = {row.id: row.email for row in office.rows("people")}
    cases = {row.id: row.reference for row in office.rows("cases")}
    return sorted((emails[row.person_id], row.template, cases[row.case_id]) for row in office.rows("notices"))


# --- who is told ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("point", ["submitted", "sent", "processed", "completed"])
def test_r16_every_letter_of_a_life_is_a_notice_too(either_office, point):
    getattr(either_office, point)()
    assert noticed(either_office) == promised(either_office) != []


def test_a_return_a_nudge_and_a_declined_way_out_are_noticed(office):
    office.give_back(office.submitted())
    nudge(office.portal, accounts.at_bank(office), office.by("mia"))
    reference = office.sent()
    office.claim(reference, "karen")
    office.leave(reference, "withdraw", "mia", "Wrong client")
    office.answer(reference, "withdraw", "karen", accept=False, comment="Too late now")
    assert noticed(office) == promised(office)
    told = {"task.returned", "task.nudged", "way_out.proposed", "way_out.declined"}
    assert told <= {template for _to, template, _reference in noticed(office)}


def test_every_template_of_a_notice_belongs_to_a_group():
    from app.commands import letters
    from app.commands.requests import event_letters

    written = set(letters.SUBJECTS) | set(event_letters.SUBJECTS)
    assert written == set(letters.OPENINGS) | set(event_letters.OPENINGS) == set(telling.GROUPS)


def test_a_refused_step_leaves_no_notice(office):
    reference = office.submitted()
    before = noticed(office)
    with pytest.raises(Exception, match="comment"):
        office.complete(reference, "chen", {**RETURN, "comment": ""})
    assert noticed(office) == before


def test_of_two_checkers_at_once_one_tells_the_desk(either_office):
    reference = either_office.submitted()
    race(either_office.page(reference, "chen", APPROVE), either_office.page(reference, "bo", APPROVE))
    assert [each for each in told(either_office, "karen") if each[1] == reference] == [("task.opened", reference)]


def test_a_notice_holds_no_answer(office):
    office.completed()
    assert {name for row in office.rows("notices") for name in row.payload} <= set(telling.NAMED)


def test_the_day_of_effect_is_told_on_that_day(office):
    reference = office.completed()
    before = told(office, "mia")
    office.clock.set(office.clock.now() + timedelta(days=4))
    assert ("case.effective", reference) not in before
    assert told(office, "mia")[0] == ("case.effective", reference)


# --- who sees them ----------------------------------------------------------------------------------------------------
def test_a_notice_of_a_request_that_one_may_no_longer_see_is_gone(either_office):
    either_office.submitted()
    was = unread(either_office, "chen")
    either_office.revoke("chen")
    assert (was, unread(either_office, "chen"), told(either_office, "chen")) == (1, 0, [])


def test_a_notice_that_one_may_no_longer_see_cannot_be_opened(office):
    office.submitted()
    notice = first_of(office, "chen")
    office.revoke("chen")
    assert read(office, "chen", notice) is None
    assert office.rows("notices", id=notice)[0].read_at is None


def test_a_colleagues_notice_is_not_mine(office):
    office.submitted()
    notice = first_of(office, "chen")
    assert read(office, "bo", notice) is None
    assert unread(office, "chen") == 1


def test_operations_who_read_every_request_see_what_they_are_asked(office):
    reference = office.sent()
    office.leave(reference, "abort", "olive", "Opened by a broken batch")
    assert (told(office, "oscar"), unread(office, "oscar")) == ([("way_out.proposed", reference)], 1)


# --- reading them -----------------------------------------------------------------------------------------------------
def test_a_notice_is_read_once(either_office):
    reference = either_office.submitted()
    notice = first_of(either_office, "chen")
    assert read(either_office, "chen", notice) == reference
    at = either_office.rows("notices", id=notice)[0].read_at
    either_office.clock.move(minutes=5)
    assert read(either_office, "chen", notice) == reference
    assert (unread(either_office, "chen"), either_office.rows("notices", id=notice)[0].read_at) == (0, at)


def test_reading_all_leaves_what_is_still_to_come_unread(office):
    office.completed()
    with office.portal.database.write() as connection:
        notices.read_all(connection, office.number("mia"), office.clock.now())
    now = unread(office, "mia")
    office.clock.set(office.clock.now() + timedelta(days=4))
    assert (now, unread(office, "mia")) == (0, 1)


def test_pages_of_notices_follow_without_gap_or_double(either_office):
    for _ in range(5):
        either_office.submitted()
    person, now, seen, before = either_office.person("chen"), either_office.clock.now(), [], None
    with either_office.portal.database.read() as connection:
        while page := notices.listed(connection, person, now, before=before, most=2):
            seen += [one.id for one in page]
            before = page[-1].id
    assert seen == sorted((row.id for row in either_office.rows("notices", person_id=person.id)), reverse=True)


def test_the_count_stops_above_ninety_nine(office):
    reference = office.submitted()
    case, chen = office.case(reference), office.number("chen")
    row = {"person_id": chen, "case_id": case.id, "at": office.clock.now(), "template": "task.opened", "payload": {}}
    with office.portal.database.write() as connection:
        notices.add(connection, [{**row, "key": str(number)} for number in range(150)])
    assert unread(office, "chen") == notices.MOST_COUNTED + 1


def test_the_same_letter_is_noticed_once_however_often_it_is_promised(either_office):
    case = either_office.case(either_office.submitted())
    (row, *_) = [job for job in either_office.rows("jobs", kind="mail") if job.payload["to"] == PEOPLE["chen"]]
    before = noticed(either_office)
    letter = {"kind": "mail", "key": row.key, "payload": row.payload}
    with either_office.portal.database.write() as connection:
        telling.tell_once(connection, case, [letter], either_office.clock.now())
    assert noticed(either_office) == before
