"""Who acts, and what they may do."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

COMPANY_LANES = frozenset({"maker", "checker", "next_maker", "next_checker", "broker"})
DESK_LANES = frozenset({"desk_maker", "desk_checker"})
LANES = COMPANY_LANES | DESK_LANES
# No pattern with a second company exists yet, so nothing runs the other lanes.
RUN_LANES = frozenset({"maker", "checker"}) | DESK_LANES
COMPANY_MAKERS = frozenset({"maker", "next_maker", "broker"})
# Two companies do not make two pairs of eyes of one person: making for either bars from checking for either.
BARRED_BY = {"checker": COMPANY_MAKERS, "next_checker": COMPANY_MAKERS, "desk_checker": frozenset({"desk_maker"})}


class Right(NamedTuple):
    """One grant: a lane, for a business function of one membership or for a desk."""

    lane: str
    holder: str
    membership: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is signed in; rights are those of this very request."""

    id: int
    name: str
    email: str = ""
    kind: str = "business"
    company: int = 0
    company_name: str = ""
    rights: frozenset[Right] = field(default_factory=frozenset)

    def may(self, lane: str, holder: str, membership: int | None) -> bool:
        """Whether a right covers that lane of that function and membership, or of that desk."""
        return Right(lane, holder, None if lane in DESK_LANES else membership) in self.rights

    @property
    def is_staff(self) -> bool:
        """Whether the person works for the exchange."""
        return self.kind in ("staff", "ops", "auditor", "admin", "analyst")
