"""Who acts, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

OWN_LANES = frozenset({"maker", "checker"})
NEXT_LANES = frozenset({"next_maker", "next_checker"})
BROKER_LANES = frozenset({"broker"})
PARTY_LANES = NEXT_LANES | BROKER_LANES
COMPANY_LANES = OWN_LANES | PARTY_LANES
DESK_LANES = frozenset({"desk_maker", "desk_checker"})
LANES = COMPANY_LANES | DESK_LANES
# A firm grants Maker and Checker; on which side of a request its people use them, the request says.
GRANTED_AS = {"next_maker": "maker", "next_checker": "checker", "broker": "checker"}
COMPANY, NEXT, BROKER, EXCHANGE = "company", "next", "broker", "exchange"
COMPANY_MAKERS = frozenset({"maker", "next_maker", "broker"})
# Two companies do not make two pairs of eyes of one person: making for either bars from checking for either.
BARRED_BY = {"checker": COMPANY_MAKERS, "next_checker": COMPANY_MAKERS, "desk_checker": frozenset({"desk_maker"})}


def seat_of(lane: str) -> str:
    """The grant that a lane asks for."""
    return GRANTED_AS.get(lane, lane)


def side_of_lane(lane: str) -> str:
    """The side of a request on which a lane lies; empty for the portal itself and those who watch over it."""
    if lane in OWN_LANES:
        return COMPANY
    if lane in NEXT_LANES:
        return NEXT
    if lane in BROKER_LANES:
        return BROKER
    return EXCHANGE if lane in DESK_LANES else ""


class Right(NamedTuple):
    """One grant: maker or checker, for a business function of one membership or for a desk."""

    lane: str
    holder: str
    membership: int | None = None


class Absent(NamedTuple):
    """A colleague who is away, with those of their rights that are lent to whoever stands in for them."""

    id: int
    name: str
    rights: frozenset[Right] = frozenset()


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in; rights are those of this very request.

    rights: their own. lent: of the colleagues for whom they stand in now. behalf: for whom they act, where that is
    decided; they then hold the rights of that colleague and no others.
    """

    id: int
    name: str
    email: str = ""
    kind: str = "business"
    company: int = 0
    company_name: str = ""
    rights: frozenset[Right] = field(default_factory=frozenset)
    language: str = ""
    lent: tuple[Absent, ...] = ()
    behalf: Absent | None = None

    def may(self, lane: str, holder: str, membership: int | None) -> bool:
        """Whether a right covers that lane of that function and membership, or of that desk."""
        return Right(seat_of(lane), holder, None if lane in DESK_LANES else membership) in self.held

    @property
    def held(self) -> frozenset[Right]:
        """Every right the person may use now, their own and those lent to them."""
        return self.rights.union(*(one.rights for one in self.lent)) if self.lent else self.rights

    @property
    def selves(self) -> tuple[Person, ...]:
        """As whom they may act: first as themselves, then for each colleague who is away."""
        if not self.lent:
            return (self,)
        stand_ins = (replace(self, rights=one.rights, lent=(), behalf=one) for one in self.lent)
        return (replace(self, lent=()), *stand_ins)

    @property
    def eyes(self) -> frozenset[int]:
        """Whose pair of eyes an act of theirs takes: their own, and that of the colleague for whom they act."""
        return frozenset({self.id} if self.behalf is None else {self.id, self.behalf.id})

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the exchange."""
        return self.kind in ("staff", "ops", "auditor", "admin", "analyst")
