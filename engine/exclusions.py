"""What is never an eService: seven categories of forms that stay on paper, each with its reason."""

from __future__ import annotations

from typing import NamedTuple


class Exclusion(NamedTuple):
    """One category of such forms: its title, and why they stay on paper, in one sentence."""

    name: str
    title: str
    reason: str


# Source: seed FAQ "Which eServices will not be available on Client Connect?", in its order.
EXCLUSIONS = (
    Exclusion(
        "TRANSACTION",
        "Trades, settlement and collateral",
        "Forms for transactions are no eServices here, because the NextGen platforms handle them.",
    ),
    Exclusion(
        "BACKUP",
        "When a terminal is down",
        "Forms for use while a CCASS or DCASS terminal is down stay on paper, so that they work when systems do not.",
    ),
    Exclusion(
        "INVESTOR",
        "Investor Participants",
        "Forms of Investor Participants stay on paper, because this portal serves firms and not individual investors.",
    ),
    Exclusion(
        "TERMINATION",
        "End of a participantship",
        "Forms that end a participantship stay on paper, because the rights by which a firm would file them end too.",
    ),
    Exclusion(
        "COUNTER",
        "Depository Counter",
        "Forms for the Depository Counter stay on paper, because they are handed in there together with certificates.",
    ),
    Exclusion(
        "ORIGINAL_REQUIRED",
        "Originals required",
        "These forms stay on paper, because the form or a document with it has to arrive as a signed original.",
    ),
    Exclusion(
        "LOW_USAGE",
        "Seldom used",
        "These forms stay on paper, because they are needed too seldom to become eServices.",
    ),
)
NAMED = {one.name: one for one in EXCLUSIONS}
