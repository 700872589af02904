"""The answers of the help pages about eServices and requests, from what is drawn, named and checked."""

from __future__ import annotations

from collections.abc import Iterator

from app.web import pages
from app.web.help_entries import Circumstances, Entry, inside, named
from app.web.languages import gettext as _
from engine.exclusions import EXCLUSIONS
from engine.forms import attachment
from engine.statuses import STATUSES

EXAMPLE = ("CT027-20261123-000042", "B00123")


def about_requests(at: Circumstances) -> Iterator[Entry]:
    """Every question about eServices, in the order of the page."""
    exchange = at.settings.exchange_name
    yield Entry(
        "eservice",
        _("What is an eService?"),
        (
            _(
                "An electronic form in place of one on paper. It fills in what is known of your company, checks your "
                "answers, shows at every moment who has the request, and keeps an audit trail that you can download."
            ),
        ),
        links=inside(at, (_("All eServices"), "eservices.index")),
    )
    yield Entry(
        "excluded",
        _("Which forms are not available as eServices?"),
        (_("These stay on paper. They can be downloaded as PDF under Forms."),),
        rows=tuple((_(one.title), _(one.reason)) for one in EXCLUSIONS),
        links=inside(at, (_("Forms"), "paper_forms.index")),
    )
    yield Entry(
        "entitled",
        _("Which eServices am I entitled to use?"),
        (
            _(
                "Those of the business functions that a delegated administrator of your company has granted you, for "
                "the memberships that your company holds."
            ),
            *named(at),
        ),
        links=inside(at, (_("What I may do, and why"), "access.mine"), (_("Rights Guidance Notes"), "access.notes")),
    )
    yield Entry(
        "found",
        _("How are eServices found?"),
        (
            _("In the menu on the left, by business function, or by words in the search box at the top right."),
            _("Only makers find blank forms. Checkers find a request by its reference or on their dashboard."),
        ),
    )
    yield from _on_the_way(at, exchange)
    yield attachments()


def _on_the_way(at: Circumstances, exchange: str) -> Iterator[Entry]:
    yield Entry(
        "process",
        _("What is the typical process of a request?"),
        (
            _(
                "The maker submits, a checker of the same company approves or returns, and %(exchange)s processes and "
                "approves. Where a second company is concerned, its maker and checker answer in between. At the end a "
                "PDF holds the whole audit trail.",
                exchange=exchange,
            ),
        ),
        processes=at.processes,
    )
    yield Entry(
        "statuses",
        _("What do the statuses mean?"),
        statuses=tuple({**pages.status(code), "meaning": meaning(code, exchange)} for code in STATUSES),
    )
    yield Entry(
        "mobile",
        _("Can I submit a request on a phone or tablet?"),
        (
            _(
                "Yes. Where a form asks for documents we recommend a PC: on a phone or a shared device others may see "
                "them, or they may stay behind in it."
            ),
        ),
    )
    yield Entry(
        "modify",
        _("Can I change what I have submitted?"),
        (
            _(
                "Only when it has come back to you: returned by your checker, by the company in the next step, or by "
                "%(exchange)s.",
                exchange=exchange,
            ),
            _(
                "What has ended can no longer be changed: %(statuses)s.",
                statuses=", ".join(pages.status(code)["label"] for code, one in STATUSES.items() if one.ends),
            ),
        ),
    )


def attachments() -> Entry:
    """Which files can be uploaded, from the rules that check them."""
    reference, participant = EXAMPLE
    name = attachment.expected_name(reference, participant, (), attachment.KINDS[0]) or ""
    return Entry(
        "files",
        _("Which files can be uploaded?"),
        (_("Each file has its name, and the page that asks for it offers to put the name right:"),),
        rows=(
            (_("Kinds"), ", ".join(kind.upper() for kind in attachment.KINDS)),
            (_("Size"), _("At most %(size)s for each file", size=attachment.spoken_size(attachment.MOST_BYTES))),
            (
                _("Number"),
                _(
                    "At most %(files)s files for one question, unless it says another number; %(names)s names for "
                    "each participant in a request",
                    files=attachment.MOST_FILES,
                    names=attachment.MOST_NAMES,
                ),
            ),
            (
                _("Name"),
                _(
                    "%(prefix)s, as written here with one space; the reference of the request; your participant ID; "
                    "each joined by an underscore",
                    prefix=attachment.PREFIX,
                ),
            ),
            (
                _("Number in the name"),
                _(
                    "Optional: %(first)s to %(last)s before the ending",
                    first=attachment.SUFFIXES[1],
                    last=attachment.SUFFIXES[-1],
                ),
            ),
            (_("Example"), name),
        ),
    )


def meaning(code: str, exchange: str) -> str:
    """What a status says to whoever reads it."""
    return {
        "DRAFT": _("Not submitted: only the makers of your company see it."),
        "PENDING_CHECKER": _("Waits for a checker of your company."),
        "RETURNED_BY_CHECKER": _("Your checker wants something corrected; a maker submits it again."),
        "PENDING_NEXT_COMPANY": _("Waits for the second company, such as a bank."),
        "RETURNED_BY_NEXT_COMPANY": _("The second company wants something corrected; a maker submits it again."),
        "PENDING_HKEX": _("%(exchange)s has received it and works on it.", exchange=exchange),
        "RETURNED_BY_HKEX": _("%(exchange)s wants something corrected; a maker submits it again.", exchange=exchange),
        "APPROVED": _("Granted: it has ended well."),
        "COMPLETED": _("Done: it has ended well."),
        "REJECTED": _("%(exchange)s has refused it, with a reason.", exchange=exchange),
        "WITHDRAWN": _("Your company has taken it back."),
        "DISCARDED": _("The draft was thrown away before it was submitted."),
        "ABORTED": _("It could not go on, as when a membership ends."),
    }[code]
