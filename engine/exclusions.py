"""What is never an eService: seven categories of forms that stay on paper, each with its reason."""

from __future__ import annotations

from typing import NamedTuple

from engine.sentence import say


class Exclusion(NamedTuple):
    """One category of such forms: its title, and why they stay on paper, in one sentence."""

    name: str
    title: str
    reason: str


# Source: seed FAQ "Which eServices will not be available on Client Connect?", in its order.
EXCLUSIONS = (
    Exclusion(
        "TRANSACTION",
        say("Trades, settlement and collateral"),
        say("Forms for transactions are no eServices here, because the NextGen platforms handle them."),
    ),
    Exclusion(
        "BACKUP",
        say("When a terminal is down"),
        say(
            "Forms for use while a CCASS or DCASS terminal is down stay on paper, so that they work "
            "when systems do not."
        ),
    ),
    Exclusion(
        "INVESTOR",
        say("Investor Participants"),
        say(
            "Forms of Investor Participants stay on paper, because this portal serves firms "
            "and not individual investors."
        ),
    ),
    Exclusion(
        "TERMINATION",
        say("End of a participantship"),
        say(
            "Forms that end a participantship stay on paper, because the rights by which a "
            "firm would file them end too."
        ),
    ),
    Exclusion(
        "COUNTER",
        say("Depository Counter"),
        say(
            "Forms for the Depository Counter stay on paper, because they are handed in "
            "there together with certificates."
        ),
    ),
    Exclusion(
        "ORIGINAL_REQUIRED",
        say("Originals required"),
        say("These forms stay on paper, because the form or a document with it has to arrive as a signed original."),
    ),
    Exclusion(
        "LOW_USAGE",
        say("Seldom used"),
        say("These forms stay on paper, because they are needed too seldom to become eServices."),
    ),
)
NAMED = {one.name: one for one in EXCLUSIONS}
