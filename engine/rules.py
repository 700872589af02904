"""Who may complete which task: rights and four eyes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.errors import FourEyes, NoRight, ReasonMissing
from engine.people import BARRED_BY, DESK_LANES, Person
from engine.rights import may

SHORTEST_REASON = 5
LONGEST_REASON = 1000


def allow(
    person: Person,
    lane: str,
    holder: str,
    membership: int | None,
    hands: Collection[tuple[int, str]],
    claimed_by: int | None = None,
) -> Person:
    """The person as they act in a lane of a case: for themselves where they may, else for a colleague who is away.

    holder: the business function, or the desk for a desk's lane. hands: who acted before, as (person, lane).
    claimed_by: of several colleagues who are away, the one that has claimed the task comes first. Raises `NoRight` or
    `FourEyes`.
    """
    able = [one for one in person.selves if one.may(lane, holder, membership)]
    if not able:
        raise NoRight(lane, holder)
    free = [one for one in able if not prepared(one, lane, hands)]
    if not free:
        raise FourEyes(person.id, "" if person.id in makers(lane, hands) else _names(able))
    claimed = (one for one in free if free[0].behalf and one.behalf and one.behalf.id == claimed_by)
    return next(claimed, free[0])


def could(
    person: Person, lane: str, holder: str, membership: int | None, hands: Collection[tuple[int, str]]
) -> Person | None:
    """The same, or nobody where it would be refused."""
    free = (one for one in person.selves if one.may(lane, holder, membership) and not prepared(one, lane, hands))
    return next(free, None)


def prepared(person: Person, lane: str, hands: Collection[tuple[int, str]]) -> bool:
    """Whether this lane would check what the person prepared, or the one for whom they act, in this round or any."""
    return not person.eyes.isdisjoint(makers(lane, hands))


def makers(lane: str, hands: Collection[tuple[int, str]]) -> frozenset[int]:
    """Those who may not act in a lane because they prepared the case."""
    return frozenset(person for person, did in hands if did in BARRED_BY.get(lane, ()))


def _names(able: Sequence[Person]) -> str:
    return " and ".join(one.behalf.name for one in able if one.behalf)


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
