"""The decision page: what changed, why this person may decide, and what each decision asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for

from app.store import answered, rounds
from app.web import attached, fields, pages
from app.web.desks import desk_title
from app.web.filling import claim_view, task_view
from app.web.guards import portal
from app.web.languages import gettext as _
from app.web.timelines import timeline
from app.web.work import At
from engine.forms import form
from engine.forms.schema import Field
from engine.people import BROKER_LANES, DESK_LANES

STYLES = {
    "approve": "primary",
    "forward": "primary",
    "agree": "primary",
    "acknowledge": "primary",
    "received": "primary",
    "object": "danger",
    "return": "danger",
    "reject": "danger",
    "propose_reject": "danger",
}

SECOND_LANES = frozenset({"desk_checker", "next_checker"})


def decide_page(at: At, raw: Mapping[str, str], errors: Mapping[str, list[str]] | None = None) -> str:
    """What was answered, what changed, and the decisions open to this person."""
    choice = raw.get("decision") or request.args.get("decision", "")
    deciding = _deciding(at, {**_proposed(at, choice), **raw, "decision": choice}, errors or {})
    columns, rows = _without_register(*_comparison(at, raw))
    return render_template(
        "tasks/decide.html",
        task=task_view(at),
        banner=_banner(at),
        claim=claim_view(at),
        columns=columns,
        rows=rows,
        changed_line=_changed_line(at),
        files=attached.listed(at.story, at.story.files),
        options=[] if deciding else _options(at),
        deciding=deciding,
        timeline=timeline(at.story, [at.task], at.cast, at.person, portal().clock.now()),
        errors=_summary(at, errors or {}),
        version=at.case.version,
        key=pages.action_token(),
        under_way=[pages.pending_line(one) for one in at.under_way],
    )


def _summary(at: At, errors: Mapping[str, list[str]]) -> list[tuple[str, str]]:
    """The error summary; a missing decision has buttons and no field, a comment at an answer has an id of its own."""
    places = {fields.html_id("decision"): ""}
    places |= {fields.html_id(name): name.replace(".", "-") for name in errors if name.startswith("comment.")}
    return [(places.get(place, place), sentence) for place, sentence in fields.summary(at.form, errors)]


def _banner(at: At) -> dict[str, str]:
    """Why this person may decide, or what is asked of them."""
    if at.task.lane in SECOND_LANES:
        return _second_banner(at)
    if at.task.lane in DESK_LANES:
        return _said(_("You can process this."), desk_title(at.task.holder))
    if at.task.lane in BROKER_LANES:
        return _said(
            _("Your firm is named in this request."),
            _("Your answer goes to the exchange. If none comes by the due date, the request goes on without it."),
        )
    if at.task.lane == "maker":
        return _said(_("The exchange waits for your company's answer."), "")
    text = _("You did not prepare any round of it.")
    if at.case.round > 1:
        text += " " + _("Changes since the last round are marked.")
    return _said(_("You can check this."), text)


def _second_banner(at: At) -> dict[str, str]:
    """For whoever looks second: what the first has proposed, if it was to end or return the request."""
    decided = _given_before(at)
    if decided.get("decision") == "propose_reject" or decided.get("answer") == "return":
        reason = shown_reason(at, decided)
        said = ". ".join(part for part in (reason, str(decided.get("comment") or "")) if part)
        who = next(pages.who(told) for told in reversed(at.story.told) if told.who_id and not told.note)
        strong = (
            _("%(who)s proposes to reject this.", who=who)
            if decided.get("decision")
            else _("%(who)s proposes to return this.", who=who)
        )
        return {"tone": "waiting", "strong": strong, "text": said}
    if at.task.lane == "next_checker":
        return _said(_("You can check your company's part."), _("You did not prepare it."))
    return _said(_("You can approve this."), _("You did not process it."))


def _proposed(at: At, choice: str) -> Mapping[str, str]:
    """The reason and the comment of a proposal, for whoever confirms it to send on or to change."""
    decided = _given_before(at) if at.task.lane in SECOND_LANES else {}
    wanted = "reject" if decided.get("decision") == "propose_reject" else decided.get("answer")
    written = ("reason_code", "comment") if choice and choice == wanted else ()
    return {key: str(decided[key]) for key in written if decided.get(key)}


def _given_before(at: At) -> Mapping[str, Any]:
    """What was answered at the step before, by somebody of the same side."""
    return at.story.answers[-1].answers if at.story.answers else {}


def shown_reason(at: At, decided: Mapping[str, Any]) -> str:
    """A reason that was chosen in another form, in words."""
    given = at.story.answers[-1]
    asked = at.definition.form_at(given.step)
    entry = asked.field("reason_code") if asked else None
    return dict(entry.options if entry else ()).get(str(decided.get("reason_code")), "")


def _said(strong: str, text: str) -> dict[str, str]:
    return {"tone": "work", "strong": strong, "text": text}


def _comparison(at: At, raw: Mapping[str, str]) -> tuple[list[str], list[dict[str, Any]]]:
    told = at.story
    last_two = told.rounds[-2:]
    columns = [_("Register today"), *(_("Round %(n)s", n=number) for number in last_two)]
    said = {r.field: r for r in told.remarks if r.field}
    rows = []
    for part in told.parts:
        if part.step:
            rows.append({"heading": part.title, "hidden_by_default": False})
        for answer_told in part.answers:
            values = answer_told.values[-2:]
            if answer_told.in_row and not any((answer_told.register, *values)):
                continue  # a row that was gone before these rounds
            loud = _is_loud(answer_told, len(told.rounds) > 1)
            remark = said.get(answer_told.key)
            rows.append(
                {
                    "label": answer_told.label,
                    "key": "" if answer_told.in_row or part.step else answer_told.key,
                    "cells": [_register_cell(answer_told), *_round_cells(values, answer_told)],
                    "comment": _remark_line(at, remark) if remark else None,
                    "comment_value": raw.get(f"comment.{answer_told.key}", ""),
                    "hidden_by_default": not loud and remark is None,
                }
            )
    return columns, rows


def _without_register(columns: list[str], rows: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """The comparison without its first column, where no register holds any of it."""
    if any(row["cells"][0]["text"] for row in rows if "cells" in row):
        return columns, rows
    return columns[1:], [{**row, "cells": row["cells"][1:]} if "cells" in row else row for row in rows]


def _is_loud(told: rounds.Answer, has_rounds: bool) -> bool:
    if has_rounds:
        return told.changed
    return bool(told.values and told.values[-1])


def _register_cell(told: rounds.Answer) -> dict[str, str]:
    return {"text": told.register, "tone": "same" if told.register else "none"}


def _round_cells(values: tuple[str, ...], told: rounds.Answer) -> list[dict[str, str]]:
    if len(values) == 1:
        differs = bool(told.register) and told.register != values[0]
        return [{"text": values[0], "tone": "changed" if differs else "same" if values[0] else "none"}]
    old, new = values
    if old == new:
        return [{"text": old, "tone": "same" if old else "none"}, {"text": new, "tone": "same" if new else "none"}]
    return [{"text": old, "tone": "old"}, {"text": new or _("removed"), "tone": "changed"}]


def _remark_line(at: At, remark: answered.Remark) -> str:
    who = _("your comment") if remark.person_id == at.person.id else _("%(who)s's comment", who=remark.person)
    return f"{who}: “{remark.text}”"


def _changed_line(at: At) -> str:
    told = [answer_told for part in at.story.parts for answer_told in part.answers]
    if len(at.story.rounds) < 2:
        return _("%(n)s answers", n=sum(1 for entry in told if entry.values and entry.values[-1]))
    changed = sum(1 for entry in told if entry.changed)
    return _("%(changed)s of %(all)s answers changed", changed=changed, all=len(told))


def _options(at: At) -> list[dict[str, Any]]:
    """The decisions: one that asks for more leads to a second look, the others are taken at once."""
    asked = at.form.field("decision")
    return [
        {
            "value": value,
            "label": label,
            "style": STYLES.get(value, "plain"),
            "url": url_for("tasks.show", task_id=at.task.id, decision=value) if _more(at, value) else None,
        }
        for value, label in (asked.options if asked else ())
    ]


def _more(at: At, decision: str) -> list[Field]:
    """The fields that a decision asks for."""
    shown = form.visible(at.form, {"decision": decision}, at.facts)
    return [entry for entry in at.form.fields if entry.key in shown and entry.key != "decision"]


def _deciding(at: At, raw: Mapping[str, str], errors: Mapping[str, list[str]]) -> dict[str, Any] | None:
    asked = at.form.field("decision")
    label = dict(asked.options if asked else ()).get(raw["decision"])
    more = _more(at, raw["decision"]) if label else []
    if not more:
        return None
    views = {
        view["key"]: view for part in fields.sections(at.form, raw, at.facts, errors=errors) for view in part["fields"]
    }
    per_field = at.form.per_field_comments
    return {
        "value": raw["decision"],
        "label": label,
        "style": STYLES.get(raw["decision"], "plain"),
        # The decision is taken: no script may hide what it asks for.
        "fields": [{**views[entry.key], "show_if": None} for entry in more],
        "per_field_comments": per_field is not None
        and bool(per_field(at.facts.seen_with({"decision": raw["decision"]}))),
    }
