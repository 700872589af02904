"""The entries of a trail as sentences: what happened, who did it, and what they said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.store.answered import Remark
from app.store.cases import Case
from engine import statuses
from engine.people import LANES
from engine.running.definition import Definition
from engine.running.replay import NOTES, RETIMED
from engine.sentence import Sentence, named, say

FILLED = {"agree": "Agreed by the maker", "return": "Return proposed"}


NOTICES = {"reminder": "Reminder sent", "overdue": "Overdue notice sent", "idle": "Reminded that it is not submitted"}


WAYS = {"withdraw": "Withdrawal", "discard": "Discarding", "abort": "Abort"}


NOTED = {
    "draft.saved": "Draft saved",
    "file.added": "File added",
    "file.renamed": "File renamed",
    "file.removed": "File removed",
    "task.claimed": "Claimed",
    "task.released": "Released",
    "task.nudged": "Other company asked to look at it",
    "comment.added": "Comment",
    "way_out.proposed": "{way} asked for",
    "way_out.declined": "{way} declined",
    "way_out.taken_back": "{way} taken back",
}


LANE_TITLES = {
    "maker": "Maker",
    "checker": "Checker",
    "next_maker": "Second company, maker",
    "next_checker": "Second company, checker",
    "desk_maker": "{exchange} {desk}, processor",
    "desk_checker": "{exchange} {desk}, approver",
    "broker": "Broker",
    "ops": "{exchange} operations",
    "system": "",
}


AT_COMPANY = "At {company}"


DECIDED = {
    "agree": "Agreed",
    "acknowledge": "Acknowledged",
    "received": "Received",
    "missing": "Not arrived",
    "object": "Objected",
    "approve": "Approved",
    "forward": "Processed",
    "return": "Returned",
    "propose_reject": "Rejection proposed",
    "back": "Sent back to the processor",
    "reject": "Rejected",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of the trail as people read it; masked when it is told as a move, without who and what."""

    label: str
    who: str
    who_id: int
    company: str
    lane: str
    at: datetime
    status_from: str
    status_to: str
    comment: str
    details: tuple[str, ...]
    step: str
    masked: bool = False
    behalf: str = ""  # the name of the colleague for whom it was done
    note: str = ""  # what was noted without a move: a draft was saved, a file was put, a task was claimed


def told_entry(
    definition: Definition, entry: Mapping[str, Any], remarks: Sequence[Remark], case: Case, exchange: str
) -> Told:
    actor = entry["actor"]
    mine = [remark for remark in remarks if remark.entry == entry["seq"]]
    moved = entry["seq"] == 1 or entry["status_from"] != entry["status_to"]
    return Told(
        label=_label(definition, entry),
        who=actor["name"],
        who_id=actor["id"],
        company=actor["company"],
        lane=lane_title(actor["lane"], exchange, case.desk),
        at=datetime.fromisoformat(entry["at"]),
        status_from=_status(entry["status_from"], exchange) if moved and entry["seq"] > 1 else "",
        status_to=_status(entry["status_to"], exchange) if moved else "",
        comment=next((remark.text for remark in mine if not remark.field), ""),
        details=_noted(definition, entry) or tuple(_pinned(definition, remark) for remark in mine if remark.field),
        step=entry["step"],
        behalf=actor.get("for", {}).get("name", ""),
        note=entry["action"] if entry["action"] in NOTES | {RETIMED} else "",
    )


def _status(code: str, exchange: str) -> str:
    return statuses.label(code, exchange) if code in statuses.STATUSES else code


def lane_title(lane: str, exchange: str, desk: str) -> str:
    """A lane as people read it."""
    return Sentence(LANE_TITLES.get(lane, lane), {"exchange": exchange, "desk": desk})


def lane_titles(exchange: str, desk: str) -> dict[str, str]:
    """Every lane as people read it."""
    return {lane: lane_title(lane, exchange, desk) for lane in LANES}


def _label(definition: Definition, entry: Mapping[str, Any]) -> str:
    action = entry["action"]
    if action == "case.opened":
        return say("Opened")
    if action in NOTES:
        return say(NOTED[action], way=named(WAYS.get(entry["step"], entry["step"].capitalize())))
    if action == "case.left":
        return _way_title(definition, entry["step"])
    if action == RETIMED:
        return say("Due at another time: the exchange's calendar has changed")
    if action == "timer.fired":
        return _timer_title(definition, entry)
    return _decided(definition, entry)


def _way_title(definition: Definition, name: str) -> str:
    past = {"withdraw": "Withdrawn", "discard": "Discarded", "abort": "Aborted"}
    titles = (e.properties.get("title", "") for e in definition.elements.values() if e.message == name)
    return named(past.get(name) or next(titles, "") or name.capitalize())


def _timer_title(definition: Definition, entry: Mapping[str, Any]) -> str:
    element = _element(definition, entry["step"])
    if element is None:
        return str(entry["step"])
    return named(NOTICES.get(element.properties.get("notice", ""), element.name))


def _decided(definition: Definition, entry: Mapping[str, Any]) -> str:
    element = _element(definition, entry["step"])
    if element is None:
        return str(entry["step"])
    routed = entry["facts"].get("routed", {})
    if entry["step"] == definition.main_step:
        return say("Resubmitted") if entry["facts"].get("round", 1) > 1 else say("Submitted")
    if element.properties.get("kind", "fill") == "fill":
        return named(FILLED.get(str(routed.get("answer")), element.name))
    decision = str(routed.get("decision") or entry["facts"].get("decision", ""))
    if decision in DECIDED or not decision:
        return named(DECIDED.get(decision, element.name))
    return say("{step}: {decision}", step=named(element.name), decision=decision)


def _element(definition: Definition, name: str) -> Any:
    return next((element for element in definition.elements.values() if element.id == name), None)


def _noted(definition: Definition, entry: Mapping[str, Any]) -> tuple[str, ...]:
    """What the facts of an entry say beside its label: where answers came from, which file it was, who got a place."""
    facts = entry["facts"]
    if "sides" in facts:
        own = say("Only for {company}", company=entry["actor"]["company"])
        return (say("For everybody who takes part") if facts["sides"] else own,)
    if "rows" in facts:
        asked = definition.form_at(entry["step"])
        field = asked.field(facts["rows"]) if asked else None
        label = field.label if field else facts["rows"]
        return (say("{label} from a spreadsheet, SHA-256 {digest}", label=label, digest=facts["sha256"]),)
    if "places" in facts:
        placed = facts["places"]
        return (say("{event}: places given {given}, on the waiting list {waiting}", **placed),)
    if "like" in facts:
        return (say("Begun with the answers of {reference}", reference=facts["like"]),)
    if "original_name" not in facts:
        return ()
    if entry["action"] == "file.renamed":
        return (f"{facts['original_name']} → {facts['name']}",)
    if facts["version"] > 1:
        return (say("{name}, version {version}", name=facts["name"], version=facts["version"]),)
    return (str(facts["name"]),)


def _pinned(definition: Definition, remark: Remark) -> str:
    entry = definition.forms[definition.main_form].field(remark.field)
    return say("{label}: {text}", label=entry.label if entry else remark.field, text=remark.text)
