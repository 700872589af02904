"""Business functions: what a firm grants Maker and Checker for, and which memberships entitle to each."""

from __future__ import annotations

from typing import NamedTuple

from engine.sentence import named

EVERY_KIND = ("SEHK-EP", "HKFE-EP", "SEOP", "CCEP", "HKSCC", "HKCC", "SEOCH", "DB", "REG", "ISS")
CLEARING = ("HKSCC", "HKCC", "SEOCH", "DB")

MEMBERSHIPS = (
    "SEHK-EP",
    "HKFE-EP",
    "SEOP",
    "CCEP",
    "HKSCC-DCP",
    "HKSCC-GCP",
    "HKSCC-CUST",
    "HKCC",
    "HKCC-GCP",
    "SEOCH",
    "SEOCH-GCP",
    "DB",
    "REG",
    "ISS",
)


class Function(NamedTuple):
    """One business function. kinds: how the memberships begin that entitle to it.

    special: its right is held by every delegated administrator of such a member, and granted to nobody.
    """

    name: str
    title: str
    kinds: tuple[str, ...]
    special: bool = False


FUNCTIONS = (
    Function("EU_ParticipantAdmin", "Participant administration", EVERY_KIND),
    Function("EU_Compliance", "Compliance", ("SEHK-EP", "HKFE-EP", "SEOP", "CCEP", "HKSCC", "HKCC", "SEOCH")),
    Function("EU_UserMaintenance", "User maintenance", CLEARING),
    Function("EU_CashTrading", "Cash trading", ("SEHK-EP", "CCEP")),
    Function("EU_DerivTrading", "Derivatives trading", ("HKFE-EP", "SEOP", "HKCC-GCP", "SEOCH-GCP")),
    Function("EU_DerivClearing", "Derivatives clearing", ("HKCC", "SEOCH")),
    Function("EU_ClearingRel", "Clearing relationships", ("SEHK-EP", "HKSCC-GCP")),
    Function("EU_MoneySettlement", "Money settlement", CLEARING),
    Function("EU_RiskMgmt", "Risk management", ("HKCC", "SEOCH", "HKFE-EP", "SEOP")),
    Function("EU_StockConnect", "Stock Connect", ("HKSCC-CUST", "HKSCC-GCP", "CCEP")),
    Function("EU_Readiness", "Readiness", EVERY_KIND),
    Function("EU_Events", "Events", EVERY_KIND),
    Function("EU_CCDARights", "Delegated administrators", EVERY_KIND, special=True),
    Function("EU_SmartcardMaint", "Smartcard maintenance", CLEARING, special=True),
)
TITLES = {function.name: named(function.title) for function in FUNCTIONS}


def entitles(kind: str, function: Function) -> bool:
    """Whether a membership of that kind entitles to a function."""
    return kind.startswith(function.kinds)


def granted_for(kind: str) -> tuple[Function, ...]:
    """The functions that a firm may grant to its people for a membership of that kind."""
    return tuple(one for one in FUNCTIONS if not one.special and entitles(kind, one))


def special_for(kind: str) -> tuple[Function, ...]:
    """The functions that its delegated administrators hold for a membership of that kind, whoever they are."""
    return tuple(one for one in FUNCTIONS if one.special and entitles(kind, one))
