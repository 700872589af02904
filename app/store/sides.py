"""The two sides of a request: what the exchange reads of the firm's work, and the firm of the exchange's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.people import COMPANY_LANES, DESK_LANES, Person

COMPANY, EXCHANGE = "company", "exchange"
SENT = "PENDING_HKEX"
APPROVED_BY_FIRM = (SENT, "APPROVED", "COMPLETED", "REJECTED")  # statuses that a firm's checker has led to
SEES_BOTH = frozenset({"ops", "auditor"})

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Sight:
    """What one side reads of a trail, by the numbers of its entries.

    masked: told as a move, without who and what. silent: without comments and answers. whole: how many entries from
    the first on may be handed out as they were sealed.
    """

    masked: frozenset[int]
    silent: frozenset[int]
    whole: int


def side_of(person: Person) -> str | None:
    """The side on which a person reads requests; those who watch read both."""
    if person.kind in SEES_BOTH:
        return None
    return EXCHANGE if person.is_staff else COMPANY


def sight(entries: Sequence[Entry], side: str | None) -> Sight:
    """What a side reads of these entries; everything when there is no side."""
    if side is None:
        return Sight(frozenset(), frozenset(), len(entries))
    return _of_exchange(entries) if side == EXCHANGE else _of_company(entries)


def _of_exchange(entries: Sequence[Entry]) -> Sight:
    """What the firm does after it last sent the request is not the exchange's until its checker has approved it."""
    sent = max((e["seq"] for e in entries if _moved(e) and e["status_to"] in APPROVED_BY_FIRM), default=0)
    hidden = {e["seq"] for e in entries if e["seq"] > sent and _is_unsent(e)}
    return Sight(frozenset(hidden), frozenset(hidden), min(hidden, default=len(entries) + 1) - 1)


def _of_company(entries: Sequence[Entry]) -> Sight:
    """What the exchange does among its own is not the firm's; that it was processed shows once that has led to more."""
    settled = max((e["seq"] for e in entries if _moved(e) and e["status_from"] == SENT), default=0)
    inner = {e["seq"]: e for e in entries if _is_inner(e)}
    pending = {seq for seq in inner if seq > settled}
    proposals = {seq for seq, e in inner.items() if e["facts"].get("routed", {}).get("decision") != "forward"}
    return Sight(frozenset(pending | proposals), frozenset(inner), min(pending, default=len(entries) + 1) - 1)


def _is_inner(entry: Entry) -> bool:
    """Work of a desk that moves nothing, and the reminders of it."""
    lane = entry["actor"]["lane"]
    of_desk = lane in DESK_LANES or (lane == "system" and entry["status_from"] == SENT)
    return of_desk and not _moved(entry)


def _moved(entry: Entry) -> bool:
    return bool(entry["status_from"] != entry["status_to"])


def _is_unsent(entry: Entry) -> bool:
    """A reason for leaving is for everybody who can see the request."""
    return entry["actor"]["lane"] in COMPANY_LANES and entry["action"] != "case.left"
