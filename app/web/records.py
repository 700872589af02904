"""The registers of a participant: each record as it stands, where each value comes from, and what is under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for

from app.store import cases, companies, definitions, pending, registers
from app.store.database import Connection
from app.store.registers import Record, Traced, Value
from app.web import pages
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _
from engine.errors import NotFound
from engine.forms.questions import Field
from engine.forms.spoken import shown
from engine.hours import hong_kong_day
from engine.people import DESK_LANES, Person
from engine.rights import may
from engine.running.definition import Definition
from engine.running.effects import called, registers_set

bp = Blueprint("records", __name__, url_prefix="/registers")
HIDDEN = frozenset({"removed"})
Words = Mapping[str, Field]


@bp.get("")
@signed_in
def show() -> str:
    """What the exchange keeps of one participant, as far as the reader has a right to it."""
    person, wanted = current_person(), request.args.get("participant", "").strip().upper()[:8]
    today = hong_kong_day(portal().clock.now())
    with portal().database.read() as connection:
        choices = _choices(connection, person)
        participant = _participant(connection, person, choices, wanted)
        made = _mine(connection, person, participant) if participant else []
        sections = list(_sections(connection, person, made, participant, today))
    return render_template(
        "registers.html",
        participant=participant,
        choices=choices,
        sections=sections,
        asks=_asks(person),
        wanted=wanted,
    )


# --- whose, and which -------------------------------------------------------------------------------------------------
def _asks(person: Person) -> bool:
    """Whether the reader says whose registers to show; a participant chooses among its own."""
    return person.is_staff or may(person, "read every request")


def _choices(connection: Connection, person: Person) -> list[str]:
    return [] if _asks(person) else pages.my_participants(person)


def _participant(connection: Connection, person: Person, choices: Collection[str], wanted: str) -> str:
    """The participant that is shown; nobody at first, for those who have to say."""
    if not _asks(person):
        if wanted and wanted not in choices:
            raise NotFound("this participant")
        return wanted or next(iter(choices), "")
    if not wanted or not _is_desk_or_watch(person):
        return ""
    if not companies.holders(connection, wanted):
        return ""
    return wanted


def _is_desk_or_watch(person: Person) -> bool:
    return may(person, "read every request") or any(right.lane in DESK_LANES for right in person.held)


def _mine(connection: Connection, person: Person, participant: str) -> list[Definition]:
    """The eServices whose registers the reader may see for a participant."""
    found = sorted(definitions.current(connection).values(), key=lambda made: made.eservice.code)
    if may(person, "read every request"):
        return found
    if person.is_staff:
        desks = {right.holder for right in person.held if right.lane in DESK_LANES}
        return [made for made in found if made.eservice.desk in desks]
    seats = {seat.id for seat in pages.memberships_of(person) if seat.participant_id == participant}
    held = {right.holder for right in person.held if right.membership in seats}
    return [made for made in found if made.eservice.function in held]


# --- showing ----------------------------------------------------------------------------------------------------------
def _sections(
    connection: Connection, person: Person, made: list[Definition], participant: str, today: date
) -> Iterator[dict[str, Any]]:
    known = {one.eservice.code: registers_set(one) for one in made}
    names = {name for set_by in known.values() for name in set_by}
    records = registers.traced(connection, participant, today, names) if names else []
    waits = pending.under_way(connection, person, participant, list(known), names, today) if known else []
    seen = _seen(connection, person, records)
    told = set[str]()
    for one in made:
        mine = [record for record in records if record.register in known[one.eservice.code].keys() - told]
        told |= known[one.eservice.code].keys()
        under_way = [each for each in waits if each.reference.startswith(one.eservice.code)]
        if mine or under_way:
            yield {
                "code": one.eservice.code,
                "title": one.eservice.title,
                "records": [_record(record, known[one.eservice.code][record.register], seen) for record in mine],
                "pending": [pages.pending_line(each) for each in under_way],
            }


def _seen(connection: Connection, person: Person, records: list[Traced]) -> frozenset[str]:
    """Those of the requests named that the reader can open."""
    named = {value.reference for record in records for value in record.values.values()}
    named |= {one.reference for record in records for one in record.upcoming}
    return cases.references_seen(connection, person, named)


def _record(record: Traced, words: Words, seen: frozenset[str]) -> dict[str, Any]:
    rows = [_row(column, value, words, seen) for column, value in record.values.items() if column not in HIDDEN]
    most = Counter(row["from"] for row in rows).most_common(1)
    return {
        "key": record.key,
        "from": next((row for row in rows if most and row["from"] == most[0][0]), None),
        "rows": [row | {"differs": row["from"] != most[0][0]} for row in rows],
        "upcoming": [_upcoming(one, record, words, seen) for one in record.upcoming],
    }


def _row(column: str, value: Value, words: Words, seen: frozenset[str]) -> dict[str, Any]:
    return {
        "label": _label(column, words),
        "value": _shown(column, value.value, words),
        "from": (value.reference, value.since),
        "source": _source(value.reference, seen),
        "since": f"{value.since.day} {value.since:%b %Y}",
    }


def _upcoming(one: Record, record: Traced, words: Words, seen: frozenset[str]) -> dict[str, Any]:
    before = {column: value.value for column, value in record.values.items()}
    changed = {column: value for column, value in one.values.items() if before.get(column) != value}
    gone = bool(one.values.get("removed"))
    texts = [f"{_label(column, words)}: {_shown(column, value, words)}" for column, value in changed.items()]
    return {
        "day": f"{one.effective_on.day} {one.effective_on:%b %Y}",
        "what": _("taken out") if gone else "; ".join(texts),
        "source": _source(one.reference, seen),
    }


def _label(column: str, words: Words) -> str:
    return words[column].label if column in words else called(column)


def _shown(column: str, value: Any, words: Words) -> str:
    if column in words and not isinstance(value, Mapping):
        return shown(words[column], value)
    if isinstance(value, Mapping):
        return ", ".join(str(part) for part in value.values() if part)
    if isinstance(value, list):
        return ", ".join(str(part) for part in value)
    return "" if value is None else str(value)


def _source(reference: str, seen: frozenset[str]) -> dict[str, str]:
    return {
        "reference": reference,
        "url": url_for("cases.show", reference=reference) if reference in seen else "",
    }
