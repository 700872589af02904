"""The sides of a request: what the exchange, the firm, the second company and the brokers read of each other's work."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.people import BROKER, COMPANY, EXCHANGE, NEXT, Person, side_of_lane
from engine.rights import may

COMMENTED = "comment.added"
SENT = "PENDING_HKEX"
AT_NEXT = "PENDING_NEXT_COMPANY"
APPROVED_BY_FIRM = (SENT, "APPROVED", "COMPLETED", "REJECTED")  # statuses that a firm's checker has led to
REACHES = {
    EXCHANGE: frozenset(APPROVED_BY_FIRM),
    NEXT: frozenset({AT_NEXT, *APPROVED_BY_FIRM}),
    BROKER: frozenset({AT_NEXT, *APPROVED_BY_FIRM}),
}
BEFORE = {EXCHANGE: frozenset({COMPANY, NEXT, BROKER}), NEXT: frozenset({COMPANY}), BROKER: frozenset({COMPANY})}
# Whose work among their own is nobody else's, and the status in which they do it.
INNER = {COMPANY: {NEXT: AT_NEXT, EXCHANGE: SENT}, NEXT: {EXCHANGE: SENT}, BROKER: {EXCHANGE: SENT}}

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Party:
    """A company or desk that takes part in a request beside the firm that files it and the first desk."""

    side: str
    participant: str
    holder: str
    membership_id: int | None
    company: str = ""


@dataclass(frozen=True, slots=True)
class Sight:
    """What one side reads of a trail, by the numbers of its entries.

    masked: told as a move, without who and what. silent: without comments and answers, but for answers that their form
    opens to this side. unread: without these too. whole: how many entries from the first on may be handed out
    at all, each without what is kept back of it.
    """

    masked: frozenset[int]
    silent: frozenset[int]
    unread: frozenset[int]
    whole: int


def side_of(person: Person, company: int, parties: Collection[Party] = ()) -> str | None:
    """The side on which a person reads a request of a company; those who watch read all."""
    if may(person, "read every request"):
        return None
    if person.is_staff:
        return EXCHANGE
    if person.company == company:
        return COMPANY
    mine = {right.membership for right in person.held}
    is_next = any(party.side == NEXT and party.membership_id in mine for party in parties)
    return NEXT if is_next else BROKER


def sight(entries: Sequence[Entry], side: str | None, own: str = "") -> Sight:
    """What a side reads of these entries, everything when there is no side; `own` is the company that reads."""
    if side is None:
        return Sight(frozenset(), frozenset(), frozenset(), len(entries))
    steps = [entry for entry in entries if entry["action"] != COMMENTED]
    early = (_before_it_came(steps, side) if side in BEFORE else frozenset()) | _asked_among_others(steps, side)
    strangers = _of_other_brokers(entries, own) if side == BROKER else frozenset()
    inner, pending, proposals = _inner(steps, INNER.get(side, {}))
    comments = (entry for entry in entries if entry["action"] == COMMENTED)
    hushed = frozenset(entry["seq"] for entry in comments if not reads_comment(entry, side, own))
    is_over = bool(entries) and entries[-1]["status_to"] in APPROVED_BY_FIRM and entries[-1]["status_to"] != SENT
    kept_back = pending | (frozenset() if is_over else early | strangers)
    return Sight(
        masked=early | strangers | pending | proposals | hushed,
        silent=early | strangers | inner | hushed,
        unread=early | strangers | pending | hushed,
        whole=min(kept_back, default=len(entries) + 1) - 1,
    )


def reads_comment(entry: Entry, side: str | None, own: str) -> bool:
    """Whether a comment is for those of a side; `own` is the company that reads.

    A company's comment on its own request is for the company, one to everybody for whoever took part when it was
    written: their sides, and of those with several companies the ones that it names. Those who watch read all.
    """
    author = side_of_lane(entry["actor"]["lane"]) or EXCHANGE
    if side in (None, author):
        return side in (None, COMPANY, EXCHANGE) or entry["actor"]["company"] == own
    facts = entry["facts"]
    return side in facts["sides"] and (side in (COMPANY, EXCHANGE) or own in facts["companies"])


def hears_of_asking(side: str | None, lane: str) -> bool:
    """Whether a side is told of a way out that somebody of that lane asks for, or of their answer to it."""
    mine = {EXCHANGE: (COMPANY, EXCHANGE, ""), COMPANY: (COMPANY, EXCHANGE)}
    return side is None or side_of_lane(lane) in mine.get(side, ())


def _before_it_came(entries: Sequence[Entry], side: str) -> frozenset[int]:
    """What those before did after they last handed the request on; a company is not told of their earlier drafts."""
    handed = [entry["seq"] for entry in entries if _moved(entry) and entry["status_to"] in REACHES[side]]
    last = max(handed, default=0)
    theirs = {entry["seq"] for entry in entries if side_of_lane(entry["actor"]["lane"]) in BEFORE[side]}
    left = {entry["seq"] for entry in entries if entry["action"] == "case.left"}
    if side == EXCHANGE:
        asked = {entry["seq"] for entry in entries if _is_asked(entry)}
        return frozenset(seq for seq in theirs - left - asked if seq > last)
    shown = {1, *handed, *(_given_before(entries, seq) for seq in handed)}
    return frozenset(theirs - left - shown)


def _asked_among_others(entries: Sequence[Entry], side: str) -> frozenset[int]:
    """Ways out that were asked for and answered without this side: a desk answers the firm, operations each other."""
    return frozenset(e["seq"] for e in entries if _is_asked(e) and not hears_of_asking(side, e["actor"]["lane"]))


def _is_asked(entry: Entry) -> bool:
    return bool(entry["action"].startswith("way_out."))


def _given_before(entries: Sequence[Entry], seq: int) -> int:
    """The submission that was handed on with an entry."""
    done = (e for e in entries if e["action"] == "task.completed" and e["actor"]["lane"] == "maker")
    return max((e["seq"] for e in done if e["seq"] < seq), default=0)


def _of_other_brokers(entries: Sequence[Entry], own: str) -> frozenset[int]:
    theirs = (e for e in entries if e["actor"]["lane"] == "broker" and e["actor"]["company"] != own)
    return frozenset(e["seq"] for e in theirs)


def _inner(entries: Sequence[Entry], sides: Mapping[str, str]) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
    """Work of others that moves nothing; what of it has led to nothing yet; and what was only proposed among them."""
    inner: set[int] = set()
    pending: set[int] = set()
    proposals: set[int] = set()
    for side, status in sides.items():
        settled = max((e["seq"] for e in entries if _moved(e) and e["status_from"] == status), default=0)
        mine = {e["seq"]: e for e in entries if _is_inner(e, side, status)}
        inner |= mine.keys()
        pending |= {seq for seq in mine if seq > settled}
        proposals |= {seq for seq, e in mine.items() if not _is_plain_step(e)}
    return frozenset(inner), frozenset(pending), frozenset(proposals)


def _is_inner(entry: Entry, side: str, status: str) -> bool:
    """Work of a side that moves nothing, and the reminders of it; what it answers to another side is none of this."""
    lane = entry["actor"]["lane"]
    of_side = side_of_lane(lane) == side or (lane == "system" and entry["status_from"] == status)
    return of_side and not _moved(entry) and not _is_asked(entry)


def _is_plain_step(entry: Entry) -> bool:
    """That something was processed shows once it has led to more; what was proposed or sent back does not."""
    routed = entry["facts"].get("routed", {})
    return bool(routed.get("decision", routed.get("answer")) in ("forward", "agree"))


def _moved(entry: Entry) -> bool:
    return bool(entry["status_from"] != entry["status_to"])
