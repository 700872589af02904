"""The answers of the help pages: our own words around what the portal runs by, so that neither can differ.

Source of the questions and of their order: the six headings of the seed FAQ.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flask import url_for

from app.commands.signing import codes, links, passwords
from app.store import signins
from app.web import agents, pages
from app.web.agents import Supported
from app.web.help_entries import Circumstances, Entry, Section, inside, named, span
from app.web.help_requests import about_requests
from app.web.languages import gettext as _
from engine.hours import HALF_DAY_CUTOFF

USUAL_CUTOFF = "17:00"


def sections(at: Circumstances) -> list[Section]:
    """All six, in their order."""
    makers: tuple[tuple[str, str, Callable[[Circumstances], Iterator[Entry]]], ...] = (
        ("general", _("General"), _general),
        ("system", _("System requirement"), _system),
        ("security", _("Security"), _security),
        ("accounts", _("Account Management"), _accounts),
        ("eservices", _("eService"), about_requests),
        ("support", _("Support"), _support),
    )
    return [Section(key, title, tuple(make(at))) for key, title, make in makers]


# --- General ----------------------------------------------------------------------------------------------------------
def _general(at: Circumstances) -> Iterator[Entry]:
    exchange = at.settings.exchange_name
    yield Entry(
        "what",
        _("What is Client Connect?"),
        (
            _(
                "The place where %(exchange)s, its clearing houses and their participants settle what used to go on "
                "paper or by fax: one site with one sign-in, on a PC, a tablet or a phone.",
                exchange=exchange,
            ),
        ),
    )
    yield Entry(
        "features",
        _("What are the main features of Client Connect?"),
        points=(
            _(
                "Sign-in with a password and a second factor: a code by e-mail or from an authenticator app, or a "
                "passkey"
            ),
            _("Pages that work on a PC, a tablet and a phone, with and without JavaScript"),
            _("One account for all memberships of your company"),
            _("Only what your rights allow is offered, found and opened"),
            _("%(number)s eServices in place of forms on paper", number=at.eservices),
            _(
                "Forms that know what the registers hold, and check your answers while you type and again when you "
                "submit"
            ),
            _("Makers and checkers in every request, never the same person twice"),
            _("Mail and notices under the bell when something waits for you"),
            _("A dashboard of what is open and what is past, to be searched, narrowed and downloaded"),
            _("Circulars, and enrolment in seminars and events"),
            _("Technical documents in all their versions, for the memberships of your company"),
        ),
    )
    yield service_hours(at)
    yield Entry(
        "abroad",
        _("Can I sign in from outside Hong Kong?"),
        (
            _("Yes. You need an Internet connection and a way to receive one-time codes where you are."),
            _("All times here are Hong Kong time, marked HKT, wherever you read them."),
        ),
    )
    yield Entry(
        "set-up",
        _("How do I know that my account has been set up?"),
        (
            _(
                "A mail goes to the address that is your sign-in name. It holds a link, good for %(life)s and for one "
                "use, at which you set your own password; no mail ever holds a password.",
                life=span(links.LIVES[links.WELCOME]),
            ),
        ),
    )


def service_hours(at: Circumstances) -> Entry:
    """When the portal and its eServices can be used, from the calendar that holds."""
    begin, end = pages.maintenance_span(at.calendar)
    return Entry(
        "hours",
        _("What are the service hours of Client Connect?"),
        (
            _("You can sign in, read and download at any hour of any day."),
            _(
                "Every week from %(begin)s to %(end)s HKT there is maintenance: no request can be opened, saved, "
                "submitted or decided then.",
                begin=begin,
                end=end,
            ),
            _(
                "What is submitted by the cut-off of its eService, usually %(cutoff)s HKT on a business day and "
                "%(noon)s HKT on half days, counts as received that day; anything later on the next business day. "
                "Before you submit, the form says on which.",
                cutoff=USUAL_CUTOFF,
                noon=f"{HALF_DAY_CUTOFF:%H:%M}",
            ),
            _("Now: %(line)s", line=at.today_line),
        ),
        rows=tuple((one["day"], f"{one['what']} · {one['why']}" if one["why"] else one["what"]) for one in at.days),
        links=inside(at, (_("The whole calendar"), "calendar.show")),
    )


# --- System requirement -----------------------------------------------------------------------------------------------
def _system(at: Circumstances) -> Iterator[Entry]:
    yield Entry(
        "browsers",
        _("What browsers does Client Connect support?"),
        (
            _("Any other browser is let in too: a notice says that it was not tried here."),
            _("Scripts only make the forms more comfortable. Everything that belongs to a request works without them."),
            _("These browsers are supported, and whatever is newer:"),
        ),
        tuple(browser(one) for one in agents.SUPPORTED),
    )


def browser(one: Supported) -> str:
    """A supported browser with its oldest version, in words."""
    number = str(one.since[0]) if not one.since[1] else f"{one.since[0]}.{one.since[1]}"
    words = {"name": one.name, "number": number}
    if one.where == "android":
        return _("The browsers of Android %(number)s and above, on phones and tablets", **words)
    if one.where == "apple":
        return _("%(name)s of iOS %(number)s and above, on phones and tablets", **words)
    if one.where == "mac":
        return _("%(name)s %(number)s and above, on macOS", **words)
    return _("%(name)s %(number)s and above, on a computer", **words)


# --- Security ---------------------------------------------------------------------------------------------------------
def _security(at: Circumstances) -> Iterator[Entry]:
    yield Entry(
        "locked",
        _("What should I do if my account is locked?"),
        (
            _("After %(tries)s wrong passwords or codes an account is locked.", tries=signins.MOST_TRIES),
            _("If you are a business user, a delegated administrator of your company unlocks it."),
            *named(at),
            _(
                "A delegated administrator writes to %(mailbox)s from the very address used to sign in: that is how "
                "the exchange knows who asks.",
                mailbox=at.settings.unlock_mailbox,
            ),
        ),
    )
    yield Entry(
        "two-factors",
        _("What is 2-factor authentication (2FA)?"),
        (
            _("After your password you give a one-time code, so that a stolen password alone opens nothing."),
            _(
                "Codes come from an authenticator app, which changes them every 30 seconds, or by e-mail, where a code "
                "is good for %(life)s and only the newest counts. Recovery codes help when neither is at hand, and a "
                "passkey stands in for the code.",
                life=span(codes.CODE_LIFE),
            ),
            _("You choose where codes come from when you first sign in, and change it under My account."),
        ),
        links=inside(at, (_("My account"), "account.show")),
    )
    yield from _care(at)


def _care(at: Circumstances) -> Iterator[Entry]:
    yield Entry(
        "passwords",
        _("What must a password be like?"),
        (
            _(
                "It has %(shortest)s to %(longest)s characters, is not easy to guess, and holds neither your address "
                "nor the name of your company or of the exchange. Several words that do not belong together are best.",
                shortest=passwords.SHORTEST,
                longest=passwords.LONGEST,
            ),
            _(
                "If you have forgotten it, ask for a link on the sign-in page: it is good for %(life)s.",
                life=span(links.LIVES[links.RESET]),
            ),
        ),
    )
    yield Entry(
        "tips",
        _("Are there any security tips?"),
        points=(
            _("Take your codes from an authenticator app rather than by e-mail."),
            _("Keep recovery codes on paper, away from your computer."),
            _("Look now and then where you are signed in, and end what you do not know."),
            _(
                "Sign out when you leave. After %(minutes)s minutes without a touch, and after %(hours)s hours in any "
                "case, you are signed out by itself; what a form held is saved.",
                minutes=at.settings.idle_minutes,
                hours=at.settings.absolute_hours,
            ),
        ),
    )


# --- Account Management -----------------------------------------------------------------------------------------------
def _accounts(at: Circumstances) -> Iterator[Entry]:
    exchange = at.settings.exchange_name
    yield Entry(
        "roles",
        _("What can delegated administrators and business users do?"),
        (
            _(
                "Delegated administrators (CCDA) are set up by %(exchange)s. They add the business users of their own "
                "company, grant Maker and Checker by business function and membership, and suspend or unlock accounts. "
                "Those of clearing participants and designated banks hold the rights for smartcards by themselves.",
                exchange=exchange,
            ),
            _(
                "Business users fill and submit as makers, or approve and return as checkers, as far as they were "
                "granted it."
            ),
            _("Everybody can change their own password and where their codes come from."),
            *named(at),
        ),
        links=inside(at, (_("What I may do, and why"), "access.mine"), (_("Rights Guidance Notes"), "access.notes")),
    )
    yield Entry(
        "both-roles",
        _("Can a user act as both maker and checker?"),
        (_("A user can hold both rights. Whoever has made a request can never check the same request."),),
    )


# --- Support ----------------------------------------------------------------------------------------------------------
def _support(at: Circumstances) -> Iterator[Entry]:
    yield Entry(
        "ask",
        _("Whom can I ask?"),
        (
            _(
                "Every business function has a hotline and a mailbox. From the page of a request a link leads there "
                "and takes its reference along."
            ),
        ),
        links=((_("Hotlines and mailboxes"), url_for("support.show")),),
    )
    yield Entry(
        "sign-in",
        _("I cannot sign in. What now?"),
        (_("There is a page for that, which you can read without signing in."),),
        links=((_("Help with signing in"), url_for("signin.help")),),
    )
