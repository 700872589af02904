"""The form page and the page to check one's answers, with what submitting now means."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for

from app.commands.requests.tasks import draft_mark
from app.store import people, sentences
from app.web import attached, fields, imported, pages
from app.web.desks import desk_title
from app.web.guards import portal
from app.web.languages import gettext as _
from app.web.work import At
from engine.errors import WrongAnswers
from engine.forms import copies, form
from engine.forms.spoken import short_date
from engine.people import DESK_LANES
from engine.sentence import joined, named


def fill_page(
    at: At,
    raw: Mapping[str, str],
    errors: Mapping[str, list[str]] | None = None,
    warnings: Mapping[str, str] | None = None,
) -> str:
    """The form as it stands, with what is wrong or doubtful about it."""
    doubts = {key: [sentence] for key, sentence in (warnings or {}).items()}
    return render_template(
        "tasks/fill.html",
        task=task_view(at),
        state_line=_state_line(at),
        returned=_returned(at),
        copied=_copied(at),
        errors=fields.summary(at.form, errors or doubts),
        sections=fields.sections(
            at.form,
            raw,
            at.facts,
            errors=errors,
            warnings=warnings,
            comments=_pinned(at),
            files={**attached.views(at), **imported.views(at, raw, errors or ())},
            act_url=url_for("tasks.act_on_rows", task_id=at.task.id),
        ),
        submitting=_submitting(at) if at.is_main else None,
        steps=_what_next(at) if at.is_main else [],
        **_beside(at),
        claim=None if at.is_main else claim_view(at),
        said_saved=_saved_line(at, "HH:MM"),
        under_way=[pages.pending_line(one) for one in at.under_way] if at.is_main else [],
    )


def review_page(at: At, unchanged: bool = False) -> Any:
    """Check your answers; the form again when they would not pass."""
    try:
        checked = form.check(at.form, at.raw, at.facts)
    except WrongAnswers as error:
        return fill_page(at, at.raw, errors=error.fields), 422
    if checked.warnings:
        return fill_page(at, at.raw, warnings=checked.warnings), 422
    before = at.story.last_round
    same = (
        at.is_main
        and bool(before)
        and not form.differences(
            {key: value for key, value in before.items() if key != "confirmed"}, form.dumped(checked.answers)
        )
    )
    return render_template(
        "tasks/review.html",
        task=task_view(at),
        sections=fields.rows(at.form, checked.answers, at.facts, url_for("tasks.show", task_id=at.task.id)),
        warnings=[_("You confirmed: %(label)s", label=_label(at, key)) for key in checked.confirmed],
        unchanged=unchanged or same,
        submitting=_submitting(at) if at.is_main else None,
        **_beside(at),
        state_line=_("Nothing has been sent yet.") + " " + _unseen(at),
        version=at.case.version,
        key=pages.action_token(),
        errors=[("unchanged_confirmed", _("Confirm that you submit it unchanged"))] if unchanged else [],
    )


def _beside(at: At) -> dict[str, Any]:
    """What stands beside a form that others than the firm fill: the request, and its files."""
    if at.is_main:
        return {"parts": [], "files": []}
    return {"parts": request_parts(at), "files": attached.listed(at.story, at.story.files)}


def request_parts(at: At) -> list[dict[str, Any]]:
    """The request as this side reads it, beside a form of its own."""
    own = {entry.label for entry in fields.told_form(at.form).fields}
    return [
        {
            "title": part.title,
            "rows": [
                {"label": told.label, "value": told.values[-1]}
                for told in part.answers
                if told.values and told.values[-1] and told.label not in own
            ],
        }
        for part in at.story.parts
    ]


def claim_view(at: At) -> dict[str, Any]:
    """Who has said that they do this task, and how to say so."""
    claimed = at.task.claimed_by
    person = at.cast.people.get(claimed) if claimed else None
    return {
        "by": None if claimed is None else person.name if person else _("somebody else"),
        "mine": claimed == at.person.id,
        "behalf": claimed in at.acts.eyes - {at.person.id},
        "claim_url": url_for("tasks.claim", task_id=at.task.id),
        "release_url": url_for("tasks.release", task_id=at.task.id),
    }


def _label(at: At, key: str) -> str:
    entry = at.form.named(key)
    return entry.label if entry else key


def task_view(at: At) -> dict[str, Any]:
    """The task as every template of it shows it."""
    eservice = at.definition.eservice
    name = {"task_id": at.task.id}
    discard = next((way["name"] for way in at.case.ways_out if way["name"] == "discard" and at.may_leave(way)), None)
    submitted = next((told for told in reversed(at.story.told) if told.label in ("Submitted", "Resubmitted")), None)
    return {
        "id": at.task.id,
        "title": eservice.short_title,
        "heading": eservice.short_title if at.is_main else joined([named(at.task.name), eservice.short_title], ": "),
        "submit_label": _("Submit to your checker") if _goes_to_checker(at) else _("Submit"),
        "company": "" if at.person.company == at.case.company_id else _company(at),
        "reference": at.case.reference,
        "behalf": at.behalf,
        "function_title": pages.function_title(eservice.function),
        "replaces": eservice.replaces if at.is_main else "",
        "submitted_line": (
            _("submitted by %(who)s %(at)s", who=pages.who(submitted), at=pages.day_and_time(submitted.at))
            if submitted and at.task.kind == "decide"
            else ""
        ),
        "version": at.case.version,
        "draft": draft_mark(at.draft.answers if at.draft else None),
        "round": at.case.round,
        "url": url_for("tasks.show", **name),
        "draft_url": url_for("tasks.save_draft", **name),
        "answer_url": url_for("tasks.answer", **name),
        "check_url": url_for("tasks.check", **name),
        "change_url": url_for("tasks.show", **name),
        "complete_url": url_for("tasks.complete", **name),
        "discard_url": url_for("leaving.way_out", reference=at.case.reference, name=discard) if discard else None,
    }


def _goes_to_checker(at: At) -> bool:
    """Whether somebody of the same company looks at it next, whatever is answered."""
    return at.task.lane not in DESK_LANES and not (at.is_main and "checker" not in at.definition.certain_lanes)


def _company(at: At) -> str:
    return f"{at.case.participant_id} {at.story.company.name_en}"


def _state_line(at: At) -> str:
    if at.draft is None:
        return _("Nothing saved yet.") + " " + _unseen(at)
    return _saved_line(at, pages.clock_time(at.draft.saved_at))


def _saved_line(at: At, time: str) -> str:
    return _("Saved %(at)s HKT.", at=time) + " " + _unseen(at)


def _unseen(at: At) -> str:
    if at.task.lane in DESK_LANES:
        return _("The participant will see it only after you submit.")
    if not _goes_to_checker(at):
        return _("Nobody else will see it before you submit.")
    return _("Your checkers will see it only after you submit.")


def _returned(at: At) -> dict[str, Any] | None:
    if not at.is_main:
        return _sent_back(at)
    if not at.case.status.startswith("RETURNED"):
        return None
    last = _last_return(at)
    remarks = [remark for remark in at.story.remarks if remark.round == at.case.round - 1]
    return {
        "by": f"{pages.who(last)}, {last.lane}" if last.lane and last.who != last.company else last.who,
        "at": pages.day_and_time(last.at),
        "comment": next((remark.text for remark in reversed(remarks) if not remark.field), ""),
        "count": sum(1 for remark in remarks if remark.field),
    }


def _copied(at: At) -> dict[str, Any] | None:
    """From which request the form was copied and what of it is to be answered again, until somebody saves it."""
    facts = at.story.sealed[0].entry["facts"]
    if not at.is_main or "like" not in facts or at.draft is None or at.draft.saved_at != at.case.opened_at:
        return None
    return {
        "reference": facts["like"],
        "url": url_for("cases.show", reference=facts["like"]),
        "again": [copies.label_of(at.form, name) for name in facts["again"]],
    }


def _sent_back(at: At) -> dict[str, Any] | None:
    """What the checker of the same side said when the form came back to its maker."""
    last = at.story.answers[-1] if at.story.answers else None
    if last is None or last.answers.get("decision") != "back":
        return None
    said = next((one for one in at.story.remarks if one.entry == last.entry and not one.field), None)
    return {"by": said.person, "at": pages.day_and_time(said.at), "comment": said.text, "count": 0} if said else None


def _last_return(at: At) -> sentences.Told:
    return next(told for told in reversed(at.story.told) if told.status_to)


def _pinned(at: At) -> dict[str, tuple[str, str]]:
    """The comments of the last return, at their fields."""
    return {
        remark.field: (remark.text, remark.person)
        for remark in at.story.remarks
        if remark.field and remark.round == at.case.round - 1
    }


def _submitting(at: At) -> dict[str, Any]:
    now, hours = pages.moment()
    eservice = at.definition.eservice
    received = hours.received_on(now, eservice.cutoff)
    cast = at.cast.with_hands(at.acts.eyes, "maker")
    seats = cast.who_can("checker", eservice.function, at.case.membership_id)
    return {
        "received": short_date(received),
        "earliest": short_date(hours.add(received, eservice.lead_days)),
        "cutoff_left": pages.time_left(hours.cutoff(received, eservice.cutoff), now),
        "can_check": [seat.name for seat in seats],
        "nobody": None if seats else _nobody(at),
    }


def _nobody(at: At) -> str:
    with portal().database.read() as connection:
        admins = [seat.name for seat in people.ccdas_of(connection, at.case.company_id)]
    return _(
        "Nobody else of your company may check this: no other person holds Checker for %(function)s. "
        "Your delegated administrators can grant it: %(names)s.",
        function=pages.function_title(at.definition.eservice.function),
        names=", ".join(admins) or _("not set up yet"),
    )


def _what_next(at: At) -> list[dict[str, str]]:
    eservice, definition = at.definition.eservice, at.definition
    lanes, certain = definition.lanes, definition.certain_lanes
    checker = "" if "checker" in certain else _("only where this form says so")
    sla = _("usually %(days)s business days", days=eservice.sla_days)
    desk = sla if DESK_LANES & certain else _("only where a look at your answers is needed")
    second = _("only where your answers call for one") if eservice.next_optional else ""
    users = (element for element in definition.elements.values() if element.kind == "userTask")
    more = [element.name for element in users if element.lane == "maker" and element.id != definition.main_step]
    parts = [
        (_("A checker of your company approves or returns"), checker, True),
        (_("The second company agrees or returns"), second, eservice.has_next),
        (_("The brokers you add acknowledge"), _("silence holds up nothing"), "broker" in lanes),
        (desk_title(eservice.desk), desk, bool(DESK_LANES & lanes)),
        *((name, _("by your company"), True) for name in more),
        (_("%(status)s, audit PDF", status=eservice.success.capitalize()), "", True),
    ]
    first = {"label": _("You complete the form"), "detail": "", "state": "now"}
    return [first, *({"label": label, "detail": detail, "state": "later"} for label, detail, comes in parts if comes)]
