"""Substitutes: a colleague stands in for somebody who is away.

Who names one. Whoever will be away, for themselves and with their password; or, for somebody who fell ill, an
administrator who is over them. One colleague of the same company and kind, for staff at a desk of theirs; one at a
time; for at most 90 days; not somebody who is away then too. Where a company has asked for two administrators for
each grant, nothing is lent before an administrator has agreed who did not name it: what is lent is as good as
granted, so it is no way around them, whatever the two already hold and whatever is granted to either later.

What is lent. During the period alone, and read anew at every step: what the one who is away holds of their own, so
that nothing is passed on from hand to hand, and nothing once they are suspended, locked, ended or have lost the
right. Rights in the lanes of a firm, except those that come with being a delegated administrator; at the exchange
those of a desk at which the substitute sits too. Never lent is what somebody may do by what they are: to manage
people, rights, companies, the calendar and paper forms, to watch over requests, to abort them; so neither
administrators nor operations nor auditors have substitutes, or are any.

Who acts. Whoever may do something themselves does it for themselves; only the rest is done for a colleague, and the
trail then names both. Both then have had a hand in it: neither checks it afterwards, for themselves or for anybody,
and a substitute checks nothing that the one who is away has made. Whoever is away goes on holding their rights and
hears of everything as before, so that nothing is missed when they come back early; the substitute hears of it beside
them.

When it ends. By itself; or earlier by the one who is away, by the substitute, who need not do it, or by an
administrator. A page that was open then leads to a refusal that says so. It ends with either account.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple

from app.commands import administration
from app.commands.administration import Doer, doer
from app.commands.managing import acting
from app.commands.managing.account_letters import promise_letters
from app.commands.managing.accounts import as_subject, subject_of, tell, tell_colleagues, whom
from app.commands.portal import Portal
from app.commands.requests.steps import By
from app.commands.signing import proving
from app.commands.signing.tries import Origin
from app.store import accounts, companies, people, substitutes
from app.store.accounts import ACTIVE, Account
from app.store.database import Connection
from app.store.signins import Signin
from app.store.substitutes import KINDS, Substitution
from engine.errors import NotFound, Refused
from engine.forms.spoken import short_date
from engine.hours import HONG_KONG, hong_kong_day
from engine.people import DESK_LANES, Person
from engine.rights import may_to
from engine.sentence import say

LONGEST, FURTHEST = 90, 366  # days: of a period, and until it begins
NAMED, AGREED, DECLINED, OVER = "substitute.named", "substitute.agreed", "substitute.declined", "substitute.ended"


class WrongSubstitution(Refused):
    """A substitution that cannot be; `fields` says why, one word each, and `name` who it is about."""

    code = "wrong_substitution"

    def __init__(self, fields: dict[str, str], name: str = "") -> None:
        said = ", ".join(f"{field} ({why})" for field, why in fields.items())
        super().__init__(
            say("Expected a colleague and days that can be, but these cannot: {said}. Choose others.", said=said)
        )
        self.fields, self.name = fields, name


class SubstitutionMoved(Refused):
    """It was agreed to, declined or ended meanwhile."""

    code = "substitution_moved"

    def __init__(self) -> None:
        super().__init__(
            say("Expected a substitution that waits or holds, but it was answered or has ended meanwhile.")
        )


class OwnSubstitution(Refused):
    """Whoever named a substitute cannot agree to it."""

    code = "own_substitution"

    def __init__(self) -> None:
        super().__init__(say("Expected an administrator who did not name the substitute, but you did."))


class Wanted(NamedTuple):
    """Who is to stand in, from the first day to the last, both in Hong Kong and both included."""

    substitute: int
    first: date | None
    last: date | None


def name_own(portal: Portal, signin: Signin, password: str, wanted: Wanted, origin: Origin) -> bool:
    """Name somebody who stands in for me; true when an administrator has to agree first.

    Raises `WrongSubstitution`, `WrongPassword`, `AccountLocked`, `SignInOver`.
    """
    person = signin.person
    with portal.database.read() as connection:  # a mistake in the form costs none of the tries
        _require(connection, portal, _own(connection, person), wanted)

    def keep(connection: Connection) -> bool:
        return _name(connection, portal, person, origin.address, _own(connection, person), wanted)

    return proving.by_password(portal, signin, password, origin, keep)


def name_for(portal: Portal, by: By, absent: int, wanted: Wanted) -> bool:
    """Name somebody who stands in for a person who cannot do it; true when a second administrator has to agree.

    Raises `WrongSubstitution`, `NotFound`, `NoRight`.
    """
    with portal.database.write() as connection:
        actor, account = subject_of(connection, by, absent, "name a substitute")
        return _name(connection, portal, actor, by.address, account, wanted)


def answer(portal: Portal, by: By, number: int, *, accept: bool) -> None:
    """Agree that somebody stands in for somebody, or decline it, as an administrator who did not name it.

    Raises `NotFound`, `OwnSubstitution`, `SubstitutionMoved`.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor, found, account = _held(connection, by, number, now)
        if found.absent == actor.id or not may_to(actor, "name a substitute", as_subject(account)):
            raise NotFound("this substitution")
        if found.named_by == actor.id and accept:
            raise OwnSubstitution
        kept = (
            substitutes.agree(connection, number, actor.id, now) if accept else _decline(connection, found, actor, now)
        )
        if not kept:
            raise SubstitutionMoved
        _tell(connection, portal, doer(actor, by.address), account, found, AGREED if accept else DECLINED)


def end(portal: Portal, by: By, number: int) -> None:
    """End a substitution: as whoever is away, as the substitute, or as an administrator over the one who is away.

    Raises `NotFound`, `SubstitutionMoved`.
    """
    now = portal.clock.now()
    with portal.database.write() as connection:
        actor, found, account = _held(connection, by, number, now)
        over = actor.id != found.absent and may_to(actor, "name a substitute", as_subject(account))
        if actor.id not in (found.absent, found.substitute) and not over:
            raise NotFound("this substitution")
        if not substitutes.end(connection, number, actor.id, now):
            raise SubstitutionMoved
        _tell(connection, portal, doer(actor, by.address), account, found, OVER)


def could(connection: Connection, absent: Account) -> list[Account]:
    """The colleagues who may stand in for somebody, by name; what they have planned themselves is not looked at."""
    held = accounts.rights_in(connection, absent.company)
    desks = {right.holder for right in held.get(absent.id, ()) if right.lane in DESK_LANES}
    found = accounts.of_company(connection, absent.company, [absent.kind]) if absent.kind in KINDS else []
    others = (one for one in found if one.id != absent.id and one.state == ACTIVE and one.locked_at is None)
    return [one for one in others if absent.kind != "staff" or desks & {r.holder for r in held.get(one.id, ())}]


# --- naming -----------------------------------------------------------------------------------------------------------
def _own(connection: Connection, person: Person) -> Account:
    account = accounts.account(connection, person.id)
    if account is None or account.kind not in KINDS:
        raise NotFound("a substitute for your account")
    return account


def _name(connection: Connection, portal: Portal, actor: Person, address: str, absent: Account, wanted: Wanted) -> bool:
    now = portal.clock.now()
    begins_at, ends_at = _require(connection, portal, absent, wanted)
    waits = companies.needs_two(connection, absent.company)
    substitutes.close_over(connection, absent.id, now)
    number = substitutes.add(
        connection,
        absent_id=absent.id,
        substitute_id=wanted.substitute,
        begins_at=begins_at,
        ends_at=ends_at,
        named_by=actor.id,
        named_at=now,
        agreed_at=None if waits else now,
    )
    found = next(one for one in substitutes.of_person(connection, absent.id, now) if one.id == number)
    _tell(connection, portal, doer(actor, address), absent, found, NAMED)
    return waits


def _require(connection: Connection, portal: Portal, absent: Account, wanted: Wanted) -> tuple[datetime, datetime]:
    """From when until when; raises `WrongSubstitution` with everything that is wrong."""
    now = portal.clock.now()
    today, wrong = hong_kong_day(now), _wrong_days(wanted, hong_kong_day(now))
    others = {one.id: one for one in could(connection, absent)}
    mine = [one for one in substitutes.of_person(connection, absent.id, now) if one.absent == absent.id]
    if wanted.substitute not in others:
        wrong["substitute"] = "colleague"
    elif mine:
        wrong["substitute"] = "named"
    if wrong or wanted.first is None or wanted.last is None:
        raise WrongSubstitution(wrong, mine[0].substitute_name if mine else "")
    begins_at = now if wanted.first == today else _begin(wanted.first)
    ends_at = _begin(wanted.last + timedelta(days=1))
    theirs = substitutes.of_person(connection, wanted.substitute, now)
    if any(one.absent == wanted.substitute and _meet(one, begins_at, ends_at) for one in theirs):
        raise WrongSubstitution({"substitute": "away"}, others[wanted.substitute].name)
    return begins_at, ends_at


def _wrong_days(wanted: Wanted, today: date) -> dict[str, str]:
    first, last = wanted.first, wanted.last
    if first is None or not today <= first <= today + timedelta(days=FURTHEST):
        return {"first": "past"}
    if last is None or last < first:
        return {"last": "before"}
    if last - first >= timedelta(days=LONGEST):
        return {"last": "long"}
    return {}


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), HONG_KONG)


def _meet(one: Substitution, begins_at: datetime, ends_at: datetime) -> bool:
    return one.begins_at < ends_at and begins_at < one.ends_at


# --- answering and ending ---------------------------------------------------------------------------------------------
def _held(connection: Connection, by: By, number: int, now: datetime) -> tuple[Person, Substitution, Account]:
    """Who acts, the substitution, and whoever is away, from the moment on from which nobody else changes them."""
    actor = acting.alone(connection, by)
    found = substitutes.one(connection, number)
    account = accounts.account(connection, found.absent) if found else None
    if found is None or account is None or account.company != actor.company:
        raise NotFound("this substitution")
    if found.ends_at <= now:
        raise SubstitutionMoved
    return actor, found, account


def _agree(connection: Connection, found: Substitution, actor: Person, now: datetime) -> bool:
    return substitutes.agree(connection, found.id, actor.id, now)


def _decline(connection: Connection, found: Substitution, actor: Person, now: datetime) -> bool:
    return found.agreed_at is None and substitutes.end(connection, found.id, actor.id, now)


# --- telling ----------------------------------------------------------------------------------------------------------
def _tell(connection: Connection, portal: Portal, by: Doer, absent: Account, found: Substitution, action: str) -> None:
    """Seal what was done in the trail of the company, and mail everybody whom it concerns."""
    now, days = portal.clock.now(), period(found)
    facts = {"substitute": found.substitute_name, "first": days[0].isoformat(), "last": days[1].isoformat()}
    administration.seal_change(connection, portal, absent.company, by, action, whom(absent), **facts)
    waits = action == NAMED and found.agreed_at is None
    words = _words(found, action)
    substitute = accounts.account(connection, found.substitute)
    for one in (absent, substitute):
        if one is not None and one.id != by.id:
            tell(connection, one, by.name, words, now)
    if waits:
        _ask(connection, by, absent, words, now)
    elif person := people.person_for(connection, by.id):
        tell_colleagues(connection, person, absent, words, now)


def _words(found: Substitution, action: str) -> str:
    first, last = (short_date(day) for day in period(found))
    said = say(
        "{substitute_name} stands in for {absent_name} from {first} to {last}",
        substitute_name=found.substitute_name,
        absent_name=found.absent_name,
        first=first,
        last=last,
    )
    return {
        NAMED: said if found.agreed_at else say("{said}, once an administrator agrees", said=said),
        AGREED: said,
        DECLINED: say(
            "{substitute_name} does not stand in for {absent_name}: it was declined",
            substitute_name=found.substitute_name,
            absent_name=found.absent_name,
        ),
        OVER: say(
            "{substitute_name} does not stand in for {absent_name} any more",
            substitute_name=found.substitute_name,
            absent_name=found.absent_name,
        ),
    }[action]


def period(found: Substitution) -> tuple[date, date]:
    """The first and the last day of a substitution."""
    return hong_kong_day(found.begins_at), hong_kong_day(found.ends_at - timedelta(microseconds=1))


def _ask(connection: Connection, by: Doer, absent: Account, words: str, now: datetime) -> None:
    said: dict[str, Any] = {"template": "substitute_asked", "by": by.name, "what": words, "person": absent.id}
    others: Iterable[Any] = (one for one in people.ccdas_of(connection, absent.company) if one.id != by.id)
    promise_letters(connection, [said | {"to": one.email} for one in others], now)
