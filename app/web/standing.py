"""Who stands in for whom, as other pages say it: the dashboard, my account, and the page of somebody I manage."""

from __future__ import annotations

from typing import Any

from flask import url_for

from app.commands.managing.accounts import as_subject
from app.commands.managing.substitutes import period
from app.store import substitutes
from app.store.accounts import Account
from app.store.database import Connection
from app.store.substitutes import KINDS, Substitution
from app.web.guards import portal
from app.web.languages import gettext as _
from engine.forms.spoken import short_date
from engine.people import Person
from engine.rights import may_to


def bars(connection: Connection, person: Person) -> list[dict[str, str]]:
    """What the dashboard says while somebody is away, to them and to whoever stands in."""
    if person.kind not in KINDS:
        return []
    now = portal().clock.now()
    held = [one for one in substitutes.of_person(connection, person.id, now) if one.holds(now)]
    return [_bar(one, person) for one in held]


def lines(person: Person) -> list[dict[str, str]]:
    """The same on the page of the account, with what is to come: one line for each."""
    if person.kind not in KINDS:
        return []
    with portal().database.read() as connection:
        known = substitutes.of_person(connection, person.id, portal().clock.now())
    own = [when(one) for one in known if one.absent == person.id]
    for_others = [f"{one.absent_name}, {when(one, named=False)}" for one in known if one.substitute == person.id]
    change = url_for("away.own")
    return [
        {"label": _("Who stands in for me"), "value": own[0] if own else _("Nobody"), "change_url": change},
        *({"label": _("I stand in for"), "value": said, "change_url": change} for said in for_others),
    ]


def card(connection: Connection, account: Account, reader: Person) -> dict[str, Any] | None:
    """What the page of somebody says of it, to whoever manages them."""
    if not may_to(reader, "name a substitute", as_subject(account)):
        return None
    known = substitutes.of_person(connection, account.id, portal().clock.now())
    own = next((one for one in known if one.absent == account.id), None)
    return {
        "said": when(own) if own else "",
        "waits": own is not None and own.agreed_at is None,
        "mine": own is not None and own.named_by == reader.id,
        "for": [f"{one.absent_name}, {when(one, named=False)}" for one in known if one.substitute == account.id],
        "name_url": url_for("away.of_person", person=account.id),
        "answer_url": url_for("away.answer", person=account.id, substitution=own.id) if own else "",
    }


def _bar(one: Substitution, person: Person) -> dict[str, str]:
    until = short_date(period(one)[1])
    if one.absent == person.id:
        strong = _("%(who)s stands in for you until %(day)s.", who=one.substitute_name, day=until)
        return {"strong": strong, "text": _("You may go on working. End it when you are back."), "link": _("End it")}
    strong = _("You stand in for %(who)s until %(day)s.", who=one.absent_name, day=until)
    return {"strong": strong, "text": _("What waits for them waits for you too."), "link": _("More about it")}


def when(one: Substitution, *, named: bool = True) -> str:
    """Who stands in and how long; named: not only how long."""
    first, last = (short_date(day) for day in period(one))
    said = {"who": one.substitute_name, "first": first, "last": last}
    if not named:
        return _("from %(first)s to %(last)s", **said)
    if one.agreed_at is None:
        return _("%(who)s from %(first)s to %(last)s, once an administrator agrees", **said)
    return _("%(who)s from %(first)s to %(last)s", **said)
