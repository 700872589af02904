"""Who may complete which task: rights and four eyes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.errors import FourEyes, NoRight, ReasonMissing
from engine.people import BARRED_BY, DESK_LANES, Person
from engine.rights import may

SHORTEST_REASON = 5
LONGEST_REASON = 1000


def allow(person: Person, lane: str, holder: str, membership: int | None, hands: Collection[tuple[int, str]]) -> None:
    """Let the person act in a lane of a case, or raise `NoRight` or `FourEyes`.

    holder: the business function, or the desk for a desk's lane. hands: who acted before, as (person, lane).
    """
    if not person.may(lane, holder, membership):
        raise NoRight(lane, holder)
    if prepared(person.id, lane, hands):
        raise FourEyes(person.id)


def prepared(person: int, lane: str, hands: Collection[tuple[int, str]]) -> bool:
    """Whether this lane would check what the person prepared, in this round or any other."""
    return person in makers(lane, hands)


def makers(lane: str, hands: Collection[tuple[int, str]]) -> frozenset[int]:
    """Those who may not act in a lane because they prepared the case."""
    return frozenset(person for person, did in hands if did in BARRED_BY.get(lane, ()))


def may_leave(person: Person, who: Sequence[str], function: str, desk: str, membership: int) -> bool:
    """Whether the person is one of those who may take a way out of the case."""
    return any(
        may(person, "abort a request")
        if lane == "ops"
        else person.may(lane, desk if lane in DESK_LANES else function, membership)
        for lane in who
    )


def is_in_hand(status: str, entries: Sequence[Mapping[str, Any]], claimed: bool) -> bool:
    """Whether the exchange has begun with a request: a desk has claimed a task, or done one since it came."""
    if status != "PENDING_HKEX":
        return False
    came = max((e["seq"] for e in entries if e["status_to"] == status and e["status_from"] != status), default=0)
    done = (e for e in entries if e["seq"] > came and e["action"] == "task.completed")
    return claimed or any(entry["actor"]["lane"] in DESK_LANES for entry in done)


def require_reason(name: str, rule: str, reason: str) -> None:
    """Raise `ReasonMissing` when a way out wants a reason and gets none worth the name."""
    if rule == "required" and not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_REASON:
        raise ReasonMissing(name)
