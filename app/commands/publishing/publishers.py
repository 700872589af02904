"""Who publishes, for whom, and what holds for every title, text and file that is published."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from app.commands import administration, uploads
from app.commands.administration import Doer, doer
from app.commands.managing import accounts, acting
from app.commands.portal import Portal
from app.commands.requests import steps
from app.commands.requests.steps import By
from app.store import companies, people
from app.store.database import Connection
from engine.errors import NoRight, NotFound
from engine.forms import attachment
from engine.forms.typed import normal
from engine.functions import MEMBERSHIPS
from engine.people import Person
from engine.rights import may
from engine.sentence import say

PUBLISH, EVERYBODY = "publish", "EVERYBODY"
LONGEST_EN, LONGEST_ZH, LONGEST_FILE_NAME = 160, 80, 200


class Upload(NamedTuple):
    """A file to publish; without a name none was chosen."""

    name: str
    content: bytes


# --- who --------------------------------------------------------------------------------------------------------------
def publisher(connection: Connection, by: By) -> Doer:
    """Who publishes, once the exchange is held; raises `NoRight` for anybody else."""
    return doer(_allowed(acting.alone(connection, by)), by.address)


def require_publisher(portal: Portal, by: By) -> None:
    """Raise `NoRight` before anything that somebody has sent is looked at or stored."""
    with portal.database.read() as connection:
        _allowed(steps.acting(connection, by))


def kinds_of(connection: Connection, person: Person) -> frozenset[str] | None:
    """The memberships that the company of a participant holds; None for staff, who read all that is published."""
    if person.is_staff:
        return None
    return frozenset(one.kind for one in people.memberships_of(connection, person.company))


def reader(connection: Connection, person: int) -> Person:
    """Somebody who reads; raises `NotFound` when their account was closed."""
    found = people.person_for(connection, person)
    if found is None:
        raise NotFound("what is published")
    return found


def _allowed(person: Person) -> Person:
    if not may(person, PUBLISH):
        raise NoRight("publish", "to participants")
    return person


# --- what must hold ---------------------------------------------------------------------------------------------------
def prose(said: str) -> str:
    """Text of several lines without what cannot be seen, and with at most one empty line between paragraphs."""
    lines = [accounts.plain(line) for line in normal(said).split("\n")]
    kept = [line for nth, line in enumerate(lines) if line or (nth and lines[nth - 1])]
    return unicodedata.normalize("NFC", "\n".join(kept)).strip()


def wrong_titles(title_en: str, title_zh: str) -> Iterator[tuple[str, str]]:
    """What is wrong with titles, each a field and a sentence."""
    if not accounts.can_be_read(title_en) or len(title_en) > LONGEST_EN:
        yield "title_en", say("Enter the English title, at most {longest_en} characters.", longest_en=LONGEST_EN)
    if not accounts.can_be_read(title_zh) or len(title_zh) > LONGEST_ZH:
        yield (
            "title_zh",
            say("Enter the Traditional Chinese title, at most {longest_zh} characters.", longest_zh=LONGEST_ZH),
        )


def wrong_audience(kinds: Iterable[str]) -> Iterator[tuple[str, str]]:
    """The same for the memberships that something is meant for; none of them means everybody."""
    if not set(kinds) <= set(MEMBERSHIPS):
        yield "audience", say("Choose memberships of the list, or none of them for everybody.")


def wrong_file(portal: Portal, upload: Upload, kinds: tuple[str, ...]) -> str:
    """Why a file cannot be published, in a sentence; empty when it can."""
    kind, expected = attachment.extension_of(upload.name), " or ".join(one.upper() for one in kinds)
    if kind not in kinds:
        ending = f'"{attachment.readable(kind[:40])}"' if kind else "nothing"
        return say(
            "Expected a file of the kind {expected}, but its name ends in {ending}: choose another file.",
            expected=expected,
            ending=ending,
        )
    return uploads.fault(portal, upload.content, kind)


def file_name(upload: Upload) -> str:
    """The name under which a file is handed out, which keeps its ending."""
    stem, _dot, ending = attachment.readable(upload.name).rpartition(".")
    return f"{stem[: LONGEST_FILE_NAME - len(ending) - 1]}.{ending.lower()}"


def meant_for(kinds: Iterable[str]) -> str:
    """An audience as a trail keeps it."""
    return ", ".join(kinds) or EVERYBODY


def seal(connection: Connection, portal: Portal, who: Doer, action: str, **facts: Any) -> None:
    """Seal in the trail of the exchange what was published, changed or withdrawn."""
    administration.seal_change(connection, portal, companies.exchange(connection), who, action, **facts)
