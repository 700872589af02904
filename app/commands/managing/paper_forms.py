"""The repository of forms that stay on paper: added, published anew, withdrawn by the exchange, handed out to all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Any, NamedTuple

from app.commands import administration, uploads
from app.commands.administration import Doer
from app.commands.managing import accounts
from app.commands.managing.companies import manager
from app.commands.portal import Portal
from app.commands.requests import steps
from app.commands.requests.steps import By
from app.logs import log_of
from app.store import companies, people
from app.store import paper_forms as kept
from app.store.database import Connection
from app.store.paper_forms import PaperForm, Version
from engine.errors import NoRight, NotFound, Refused
from engine.exclusions import NAMED
from engine.forms import attachment
from engine.forms.spoken import long_date
from engine.hours import HONG_KONG
from engine.rights import may
from engine.sentence import say

NUMBER = re.compile(r"[A-Z0-9]{1,8}(-[A-Z0-9]{1,7}){0,3}")
LONGEST_NUMBER, LONGEST_EN, LONGEST_ZH, LONGEST_KEYWORDS = 16, 160, 80, 300
OLDEST = date(1990, 1, 1)
PDF = "pdf"
MANAGE = "manage the exchange"
log = log_of("paper_forms")


class WrongForm(Refused):
    """A number, a title, a date or a file that cannot be used; `fields` says which and why."""

    code = "wrong_form"

    def __init__(self, **fields: str) -> None:
        super().__init__(" ".join(fields.values()))
        self.fields = fields


class FormMoved(Refused):
    """Somebody has changed the form since the page was shown."""

    code = "form_moved"

    def __init__(self, number: str) -> None:
        super().__init__(
            say(
                "Expected form {number} as your page showed it, but it was changed or withdrawn meanwhile.",
                number=number,
            )
        )
        self.number = number


class Particulars(NamedTuple):
    """What is said about a form beside its versions. keywords: words to find it by, with commas between."""

    category: str
    title_en: str
    title_zh: str
    keywords: str = ""


class Upload(NamedTuple):
    """A PDF to publish. dated: the date printed on it, as a date field sends it."""

    name: str
    content: bytes
    dated: str


# --- keeping ----------------------------------------------------------------------------------------------------------
def add(portal: Portal, by: By, number: str, said: Particulars) -> str:
    """Note a form, which nobody finds before a version is published, and return its number; raises `WrongForm`."""
    number, known = accounts.plain(number).upper(), _plain(said)
    wrong = dict(_wrong(known))
    if not NUMBER.fullmatch(number) or len(number) > LONGEST_NUMBER:
        wrong["number"] = say(
            "Enter letters and digits, with hyphens between them, such as TRX-01: at most 16 characters."
        )
    if wrong:
        raise WrongForm(**wrong)
    with portal.database.write() as connection:
        who = manager(connection, by)
        if kept.one(connection, number) is not None:
            raise WrongForm(
                number=say("There is a form {number} already, or there was: use another number.", number=number)
            )
        kept.add(connection, number=number, **known._asdict())
        _seal(connection, portal, who, "form.added", number, **known._asdict())
    return number


def change(portal: Portal, by: By, number: str, seen: int, said: Particulars) -> None:
    """Let a form have another category, other titles or keywords; seen: the changes that the page knew of.

    Raises `WrongForm`, `FormMoved`, `NotFound`.
    """
    known = _plain(said)
    if wrong := dict(_wrong(known)):
        raise WrongForm(**wrong)
    with portal.database.write() as connection:
        who = manager(connection, by)
        form = _as_seen(connection, number, seen)
        news = {name: value for name, value in known._asdict().items() if value != getattr(form, name)}
        if news:
            kept.change(connection, form, **news)
            _seal(connection, portal, who, "form.changed", number, **news)


def publish(portal: Portal, by: By, number: str, seen: int, upload: Upload) -> int:
    """Publish a PDF as the next version of a form, and return which one that is.

    Raises `WrongForm` with a sentence for the date or the file, `FormMoved`, `NotFound`.
    """
    with portal.database.read() as connection:  # before anything is looked at or stored
        if not may(steps.acting(connection, by), MANAGE):
            raise NoRight("manage", "the exchange")
        form = _as_seen(connection, number, seen)
    dated = _day(upload.dated)
    wrong = {"dated": _wrong_day(portal, form, dated), "file": _wrong_file(portal, upload)}
    if dated is None or any(wrong.values()):
        raise WrongForm(**{field: sentence for field, sentence in wrong.items() if sentence})
    sha256 = portal.blobs.put(upload.content)  # a file without a row may stay behind, never a row without its file
    with portal.database.write() as connection:
        who = manager(connection, by)
        form = _as_seen(connection, number, seen)
        version = next_version(portal, form, dated, sha256, len(upload.content))
        kept.publish(connection, form, version, by.person)
        seal_version(connection, portal, who, number, version)
        return version.version


def withdraw(portal: Portal, by: By, number: str, seen: int) -> None:
    """Take a form out of list and search; it and its versions stay. Raises `FormMoved`, `NotFound`."""
    with portal.database.write() as connection:
        who = manager(connection, by)
        form = _as_seen(connection, number, seen)
        kept.change(connection, form, withdrawn_at=portal.clock.now())
        _seal(connection, portal, who, "form.withdrawn", number)


def next_version(portal: Portal, form: PaperForm, dated: date, sha256: str, size: int) -> Version:
    """What comes after the newest version of a form."""
    number = form.newest.version + 1 if form.newest else 1
    return Version(number, dated, sha256, size, portal.clock.now())


def seal_version(connection: Connection, portal: Portal, who: Doer, number: str, version: Version) -> None:
    """Seal that a version was published."""
    facts = {"version": version.version, "dated": version.dated.isoformat()}
    _seal(connection, portal, who, "form.published", number, **facts, sha256=version.sha256, size=version.size)


# --- handing out ------------------------------------------------------------------------------------------------------
def hand_out(portal: Portal, number: str, person: int, version: int | None = None) -> tuple[PaperForm, Version, bytes]:
    """A form with its newest version and the bytes of that, for everybody; the download is logged.

    version: another one, for those who manage the exchange. Raises `NotFound`.
    """
    with portal.database.read() as connection:
        reader = people.person_for(connection, person)
        form = None if reader is None else kept.one(connection, number)
        if reader is None or form is None:
            raise NotFound("the form")
        found = form.newest if form.is_offered and version is None else None
        if version is not None and may(reader, MANAGE):
            found = next((each for each in kept.versions(connection, form.id) if each.version == version), None)
    if found is None:
        raise NotFound("the form")
    content = portal.blobs.get(found.sha256)
    log.info("form.downloaded", number=form.number, version=found.version, sha256=found.sha256, person=person)
    return form, found, content


# --- what must hold ---------------------------------------------------------------------------------------------------
def _as_seen(connection: Connection, number: str, seen: int) -> PaperForm:
    form = kept.one(connection, number)
    if form is None:
        raise NotFound(f"the form {number[:LONGEST_NUMBER]}")
    if form.changes != seen or form.withdrawn_at is not None:
        raise FormMoved(number)
    return form


def _plain(said: Particulars) -> Particulars:
    keywords = (accounts.plain(word) for word in re.split(r"[,，、;\n]", said.keywords))
    return Particulars(
        said.category,
        accounts.plain(said.title_en),
        accounts.plain(said.title_zh),
        ", ".join(word for word in keywords if word),
    )


def _wrong(said: Particulars) -> Iterator[tuple[str, str]]:
    if said.category not in NAMED:
        yield "category", say("Choose why the form is no eService.")
    if not accounts.can_be_read(said.title_en) or len(said.title_en) > LONGEST_EN:
        yield "title_en", say("Enter the English title, at most {longest_en} characters.", longest_en=LONGEST_EN)
    if not accounts.can_be_read(said.title_zh) or len(said.title_zh) > LONGEST_ZH:
        yield (
            "title_zh",
            say("Enter the Traditional Chinese title, at most {longest_zh} characters.", longest_zh=LONGEST_ZH),
        )
    if len(said.keywords) > LONGEST_KEYWORDS:
        yield "keywords", say("Use at most {longest_keywords} characters.", longest_keywords=LONGEST_KEYWORDS)


def _day(said: str) -> date | None:
    """A date as date fields send it, or as people type it where there are none."""
    for pattern in ("%Y-%m-%d", "%d/%m/%Y"):
        with suppress(ValueError):
            return datetime.strptime(said.strip(), pattern).date()
    return None


def _wrong_day(portal: Portal, form: PaperForm, dated: date | None) -> str:
    if dated is None:
        return say("Enter the version date as day/month/year, such as 26/11/2026.")
    if dated > portal.clock.now().astimezone(HONG_KONG).date():
        return say("Enter a version date that is not in the future: once it is published the version is in use.")
    earliest = form.newest.dated if form.newest else OLDEST
    return say("Enter {long_date} or later.", long_date=long_date(earliest)) if dated < earliest else ""


def _wrong_file(portal: Portal, upload: Upload) -> str:
    kind = attachment.extension_of(upload.name)
    if not upload.name:
        return say("Choose the PDF to publish.")
    if kind != PDF:
        ending = f'"{attachment.readable(kind[:40])}"' if kind else "nothing"
        return say("Expected a PDF, but the name of the file ends in {ending}: choose a PDF.", ending=ending)
    return uploads.fault(portal, upload.content, kind)


def _seal(connection: Connection, portal: Portal, who: Doer, action: str, number: str, **facts: Any) -> None:
    exchange = companies.exchange(connection)
    administration.seal_change(connection, portal, exchange, who, action, number=number, **facts)
