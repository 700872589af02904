"""What a step of a case promises to people: whom it mails about what, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from app.store.cases import Case
from app.store.casts import Cast
from app.store.people import Seat
from engine.errors import NobodyCanCheck
from engine.hours import Calendar
from engine.people import BROKER, BROKER_LANES, COMPANY_LANES, DESK_LANES, NEXT, NEXT_LANES, OWN_LANES, seat_of
from engine.running.definition import Definition
from engine.running.outcome import Outcome, Passed
from engine.statuses import RETURNED

Row = dict[str, Any]
Names = Callable[[int], str]


def promises(
    definition: Definition,
    case: Case,
    outcome: Outcome,
    cast: Cast,
    opened: Sequence[Row],
    actor: int,
    calendar: Calendar,
    admins: Names,
) -> list[Row]:
    """Every letter and document that a step leads to.

    opened: the rows of tasks that are new. actor: who acts, and needs no letter about it. admins: the names of a
    company's delegated administrators. Raises `NobodyCanCheck` when somebody opens a company's task that nobody can do;
    the portal itself may, since nobody stands there to hear of it.
    """
    letters = [each for row in opened for each in _opened(definition, case, outcome, cast, row, actor, admins)]
    letters += [
        each for passed in outcome.passed if passed.notice for each in _notice(definition, case, outcome, passed, cast)
    ]
    if outcome.finished:
        letters += _ended(definition, case, outcome, cast)
        letters += _effective(definition, case, outcome, cast, calendar)
        letters.append({"kind": "pdf", "key": f"pdf:{case.reference}", "payload": {"reference": case.reference}})
    elif outcome.status != case.status and case.entries:
        told = {each["payload"]["to"] for each in letters}
        letters += _moved(definition, case, outcome, cast, told, actor)
    return letters


def letter(
    case: Case, definition: Definition, template: str, seat: Seat, about: Mapping[str, Any], seq: int | None = None
) -> Row:
    """One mail about a case; the same place, template and address make one mail, however often it is promised."""
    due = about.get("due_at")
    number = case.entries + 1 if seq is None else seq
    payload = {
        "template": template,
        "to": seat.email,
        "person": seat.id,
        "reference": case.reference,
        "title": definition.eservice.short_title,
        "task": about.get("name", ""),
        "due_at": due.isoformat() if due else "",
        "status": about.get("status", ""),
        "who": about.get("who", ""),
        "day": about.get("day", ""),
        "for": seat.behalf,
    }
    key = f"{case.reference}:{number}:{template}:{about.get('key', '')}:{seat.email}"
    return {"kind": "mail", "key": key, "payload": payload}


# --- tasks ------------------------------------------------------------------------------------------------------------
def _opened(
    definition: Definition, case: Case, outcome: Outcome, cast: Cast, row: Row, actor: int, admins: Names
) -> Iterable[Row]:
    if row["kind"] == "fill" and not case.entries:
        return []  # the maker has just opened it
    seats = cast.who_can(row["lane"], row["holder"], row["membership_id"])
    if not seats and actor and row["lane"] in COMPANY_LANES - BROKER_LANES:
        raise NobodyCanCheck(_nobody(definition, case, row["lane"], admins))
    if outcome.status in RETURNED:
        return [letter(case, definition, "task.returned", seat, {**row, "status": outcome.status}) for seat in seats]
    return [letter(case, definition, "task.opened", seat, row) for seat in seats]


def _nobody(definition: Definition, case: Case, lane: str, admins: Names) -> str:
    grant, function = seat_of(lane).capitalize(), definition.eservice.function
    if lane in NEXT_LANES:
        return (
            f"Expected somebody at the second company who holds {grant} for {function}, but there is nobody yet. Ask "
            "the second company to grant it, or choose another."
        )
    return (
        f"Expected somebody else of your company who holds {grant} for {function}, but there is nobody. Your delegated "
        f"administrators can grant it: {admins(case.company_id)}."
    )


def _notice(definition: Definition, case: Case, outcome: Outcome, passed: Passed, cast: Cast) -> list[Row]:
    """A reminder goes to whoever can do the tasks that the timer hangs on."""
    scope = passed.key.rpartition("/")[0]
    hosts = {e.attached_to for e in definition.elements.values() if e.id == passed.element and e.attached_to}
    letters = []
    for task in outcome.tasks:
        if task.step in hosts and task.key.rpartition("/")[0] == scope:
            of_desk = task.lane in DESK_LANES
            holder = task.desk if of_desk else definition.eservice.function
            about = {"name": task.name, "due_at": task.due_at, "key": f"{passed.key}:{task.key}"}
            seats = cast.who_can(task.lane, holder, None if of_desk else cast.membership_of(case, task))
            letters += [letter(case, definition, f"task.{passed.notice}", seat, about) for seat in seats]
    return letters


# --- moves and ends ---------------------------------------------------------------------------------------------------
def _moved(definition: Definition, case: Case, outcome: Outcome, cast: Cast, told: set[str], actor: int) -> list[Row]:
    """The firm's own people hear of every move that they did not make and that asks nothing of them."""
    seats = [seat for seat in cast.who_did(OWN_LANES) if seat.email not in told and seat.id != actor]
    return [letter(case, definition, "case.moved", seat, {"status": outcome.status}) for seat in seats]


def _ended(definition: Definition, case: Case, outcome: Outcome, cast: Cast) -> list[Row]:
    """Everybody of the firm and the desks who had a hand in it hears the end, and every company that still reads it."""
    seats = [*cast.who_did(OWN_LANES | DESK_LANES), *cast.who_could(NEXT), *cast.who_could(BROKER)]
    return [letter(case, definition, "case.ended", seat, {"status": outcome.status}) for seat in dict.fromkeys(seats)]


def _effective(definition: Definition, case: Case, outcome: Outcome, cast: Cast, calendar: Calendar) -> list[Row]:
    """On the day on which a change takes effect the firm hears of it, outside of maintenance."""
    days = sorted({effect.effective_on for effect in outcome.effects})
    found = []
    for day in days:
        due = calendar.outside_maintenance(calendar.begin(day))
        for seat in cast.who_did(OWN_LANES):
            about = {"key": day.isoformat(), "day": day.isoformat()}
            found.append({**letter(case, definition, "case.effective", seat, about), "due_at": due})
    return found
