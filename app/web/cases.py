"""The page of one request: where it is, what was answered, its trail, its drawing, its PDF, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from flask import Blueprint, Response, render_template, url_for

from app.commands.requests import circumstances, copies, documents, nudges
from app.store import cases, casts, rounds, sentences, story, tasks
from app.store.cases import Case
from app.store.casts import Cast
from app.store.rounds import Part
from app.store.story import Story
from app.store.tasks import Task
from app.web import attached, comments, eservices, fields, pages, tracker
from app.web.drawings import figure, in_words
from app.web.guards import current_person, portal, signed_in
from app.web.languages import chosen, said
from app.web.languages import gettext as _
from engine import rules
from engine.errors import NotFound
from engine.forms import form
from engine.hours import hong_kong_day
from engine.people import OWN_LANES, PARTY_LANES, Person
from engine.sentence import joined, named

bp = Blueprint("cases", __name__, url_prefix="/requests")


@bp.get("/<reference>")
@signed_in
def show(reference: str) -> str:
    """Everything about one request."""
    return page(reference)


def page(reference: str, typed: comments.Typed = comments.NOTHING) -> str:
    """The page of a request; typed: a comment that cannot be taken as it is."""
    from app.web import leaving  # which shows its own pages as parts of this one

    person, case, told = found(reference)
    open_tasks, cast, earlier = _now(told)
    states = _states(told)
    return render_template(
        "cases/show.html",
        case=case_view(told),
        drawings=_drawings(told, states),
        text=tracker.text_of(told, states[-1]["open"], states[-1]["done"]),
        answers=_answers(told),
        files=attached.listed(told, told.files),
        trail=_trail(told),
        where=tracker.steps(told, open_tasks, cast, person, states[-1]["open"]),
        expected=tracker.expected(told, earlier),
        comments=comments.shown(person, told, typed),
        next=_next(person, case, open_tasks, cast),
        pdf=_pdf(case),
        ways_out=leaving.offered(person, case, told, open_tasks),
        proposals=leaving.proposals(person, case, told),
        nudge=_nudge(person, told, open_tasks),
        like=_like(person, told),
        not_submitted=case.status == "DRAFT",
    )


@bp.get("/<reference>/drawing/<process_id>.bpmn")
@signed_in
def drawing(reference: str, process_id: str) -> Response:
    """One drawing of the request, as the analyst drew it, to be looked at in the language of the page."""
    _, _, told = found(reference)
    drawn = told.definition.drawings.get(process_id)
    if drawn is None:
        raise NotFound("the drawing")
    return Response(in_words(drawn.content), mimetype="application/xml", headers={"Content-Disposition": "attachment"})


@bp.get("/<reference>/trail.pdf")
@signed_in
def trail_pdf(reference: str) -> Response:
    """The audit trail as a PDF: so far, or for good."""
    person, case, _ = found(reference)
    content = documents.trail_pdf(portal(), case.reference, person.id, chosen())
    name = f"{case.reference}.pdf" if case.ended else f"{case.reference}-so-far.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, mimetype="application/pdf", headers=headers)


@bp.post("/<reference>/copies")
@signed_in
def open_like(reference: str) -> Any:
    """Open a new request that begins with the answers of this one, and lead to its form."""
    return eservices.to_form(copies.open_like(portal(), reference, pages.acting()))


# --- finding ----------------------------------------------------------------------------------------------------------
def found(reference: str) -> tuple[Person, Case, Story]:
    """A request as the person who asks may see it; raises `NotFound`."""
    person = current_person()
    with portal().database.read() as connection:
        case = cases.by_reference(connection, reference, person)
        if case is None:
            raise NotFound(f"the request {reference[:24]}")
        now = case.closed_at or portal().clock.now()
        day = hong_kong_day(now)
        exchange = portal().settings.exchange_name
        told = story.of_case(connection, case, exchange, day, reader=person, speak=fields.told_form)
        return person, case, told


def _now(told: Story) -> tuple[list[Task], Cast, list[tuple[date, datetime]]]:
    """What is open, who matters to it, and how long earlier requests took; nothing of a request that has ended."""
    if told.case.ended:
        return [], Cast({}, frozenset()), []
    with portal().database.read() as connection:
        open_tasks, earlier = tasks.with_history(connection, told.case, told.definition.eservice.success, tracker.MOST)
        return open_tasks, casts.of_case(connection, told.case, portal().clock.now(), 0, told.parties), earlier


# --- showing ----------------------------------------------------------------------------------------------------------
def case_view(told: Story) -> dict[str, Any]:
    """The request as every page about it names it."""
    case = told.case
    return {
        "title": told.definition.eservice.short_title,
        "reference": case.reference,
        "company": told.company.name_en,
        "participant_id": case.participant_id,
        "status": pages.status(case.status),
        "round": case.round,
    }


def _drawings(told: Story, states: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The drawings of the request, the one with the token first."""
    case, definition = told.case, told.definition
    lanes = sentences.lane_titles(portal().settings.exchange_name, case.desk)
    current = definition.place(states[-1]["open"][0])[0] if states[-1]["open"] else _deepest(told)
    shown = []
    for name, drawn in definition.drawings.items():
        replay = [_state_on(told, name, state) for state in states]
        now = replay[-1]
        shown.append(
            {
                **figure(drawn, lanes, open=now["open"], done=now["done"]),
                "process_id": name,
                "url": url_for("cases.drawing", reference=case.reference, process_id=name),
                "open": now["open"],
                "done": now["done"],
                "replay": replay,
                "current": name == current,
            }
        )
    return sorted(shown, key=lambda one: (not one["current"], one["process_id"]))


def _deepest(told: Story) -> str:
    """Of an ended request, the drawing in which people worked."""
    worked = [
        entry.entry["facts"].get("key", "") for entry in told.entries if entry.entry["action"] == "task.completed"
    ]
    return told.definition.place(worked[-1])[0] if worked else told.case.eservice


def _states(told: Story) -> list[dict[str, Any]]:
    states: list[dict[str, Any]] = []
    done: list[str] = []
    for sealed, line in zip(told.entries, told.told, strict=True):
        if line.note:
            continue
        done = [*done, *sealed.entry["done"]]
        if line.masked and sealed.entry["status_to"] not in cases.ENDED:
            continue
        label = joined(filter(None, [pages.exact_time(line.at), line.label, line.who and pages.who(line)]), " · ")
        states.append({"open": sealed.entry["open"], "done": done, "label": label})
    number = len(states)
    for place, state in enumerate(states, 1):
        state["label"] = said(joined([_("Step %(n)s of %(all)s", n=place, all=number), state["label"]], " · "))
    return states


def _state_on(told: Story, process: str, state: Mapping[str, Any]) -> dict[str, Any]:
    now = told.definition.on_drawing(process, state["open"])
    done = told.definition.on_drawing(process, state["done"]) - now
    return {"open": sorted(now), "done": sorted(done), "label": state["label"]}


def _answers(told: Story) -> list[dict[str, Any]]:
    """The newest answers: the maker's, then what others have added, each as far as the reader's side may read."""
    if not told.last_round:  # another company is shown single answers of it, or there is none yet
        return _told(told.parts)
    now = pages.moment(told.case.closed_at)
    facts = circumstances.facts_from(told.records, told.definition, circumstances.as_facts(told.case), now)
    main = told.definition.forms[told.definition.main_form]
    kept = frozenset(entry.key for entry in main.fields if rounds.may_read(entry, "maker", told.side))
    mine = fields.rows(main, form.loaded(main, told.last_round), facts, only=kept)
    return [*mine, *_told([part for part in told.parts if part.step])]


def _told(parts: Sequence[Part]) -> list[dict[str, Any]]:
    rows = [
        [{"label": a.label, "value": a.values[-1]} for a in part.answers if a.values[-1:] > ("",)] for part in parts
    ]
    return [{"title": part.title, "rows": lines} for part, lines in zip(parts, rows, strict=True) if lines]


def _nudge(person: Person, told: Story, open_tasks: list[Task]) -> dict[str, str] | None:
    """The button that asks the other company, for those of the firm; when it was pressed today, from when on again."""
    case = told.case
    of_firm = any(person.may(lane, case.function, case.membership_id) for lane in OWN_LANES)
    if not of_firm or not any(task.lane in PARTY_LANES for task in open_tasks):
        return None
    until = nudges.next_nudge(told.sealed, pages.moment())
    again = _("Asked today; again from %(at)s", at=pages.day_and_time(until)) if until else ""
    return {"url": url_for("leaving.nudge", reference=case.reference), "again": again, "key": pages.action_token()}


def _like(person: Person, told: Story) -> dict[str, str] | None:
    """The button that opens a new request like this one, for those who may open a blank one for its membership."""
    case = told.case
    seats = eservices.open_seats(person, case.eservice) if told.last_round else []
    if case.membership_id not in {seat.id for seat in seats}:
        return None
    return {"url": url_for("cases.open_like", reference=case.reference), "key": pages.action_token()}


def open_tasks_of(case: Case) -> list[Task]:
    """What is open in a request now."""
    with portal().database.read() as connection:
        return tasks.of_cases(connection, [case.id])[case.id]


def _trail(told: Story) -> list[dict[str, str]]:
    return [
        {
            "label": entry.label,
            "who": joined([part for part in (pages.who(entry), entry.lane) if part], ", "),
            "at": pages.exact_time(entry.at),
            "detail": joined([part for part in (_move(entry), entry.comment, *entry.details) if part], " · "),
            "step": entry.step,
        }
        for entry in told.told
    ]


def _move(entry: sentences.Told) -> str:
    if not entry.status_to:
        return ""
    return joined([entry.status_from, entry.status_to], " → ") if entry.status_from else entry.status_to


def _next(person: Person, case: Case, open_tasks: list[Task], cast: Cast) -> dict[str, str] | None:
    for task in open_tasks:
        if rules.could(person, task.lane, task.holder, task.membership_id, cast.hands):
            return {"label": next_label(task, case.status), "url": url_for("tasks.show", task_id=task.id)}
    return None


def next_label(task: Task, status: str) -> str:
    """What a person does next with a task, as its button says."""
    if task.kind != "fill":
        return named(task.name)
    return _("Correct and resubmit") if status.startswith("RETURNED") else _("Complete")


def _pdf(case: Case) -> dict[str, Any]:
    return {
        "url": url_for("cases.trail_pdf", reference=case.reference),
        "ready": case.ended,
        "sentence": _("sealed · verify offline") if case.ended else _("the trail so far"),
    }
