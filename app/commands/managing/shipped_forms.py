"""The forms on paper that come with the portal: promised when it starts, printed by a worker, each only once."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.commands import administration
from app.commands.administration import PORTAL
from app.commands.managing.paper_forms import next_version
from app.commands.portal import Portal
from app.store import companies, jobs
from app.store import paper_forms as kept
from app.store.database import Connection

if TYPE_CHECKING:
    from app.outside.paper_form import Blank

PRINTED = "form"
FOLDER = Path(__file__).parents[2] / "paper_forms"
APART = timedelta(seconds=2)  # each takes a worker a second: mail goes out in between


def promise(connection: Connection, portal: Portal) -> None:
    """Promise to print every form that ships and was never here, once the exchange has been set up."""
    known = {form.number for form in kept.every(connection)}
    news = [number for number in numbers() if number not in known]
    rows = [{"kind": PRINTED, "key": f"{PRINTED}:{number}", "payload": {"number": number}} for number in news]
    now = portal.clock.now()
    jobs.promise_once(connection, [row | {"due_at": now + APART * nth} for nth, row in enumerate(rows)], now)


def print_form(portal: Portal, number: str) -> None:
    """Print a form that ships and publish it, unless there is or was one of that number."""
    from app.outside import paper_form  # a second of imports that nothing else here needs

    with portal.database.read() as connection:
        if kept.one(connection, number) is not None:
            return
    blank = read(number)
    content = paper_form.render(blank, 1, portal.settings.exchange_name)
    sha256 = portal.blobs.put(content)
    with portal.database.write() as connection:
        exchange = companies.exchange(connection)
        administration.hold(connection, exchange)
        if kept.one(connection, number) is not None:
            return
        said: dict[str, Any] = {name: getattr(blank, name) for name in ("category", "title_en", "title_zh", "keywords")}
        kept.add(connection, number=number, **said)
        form = kept.one(connection, number)
        assert form is not None  # noqa: S101  added a line above
        version = next_version(portal, form, blank.dated, sha256, len(content))
        kept.publish(connection, form, version, None)
        facts: dict[str, Any] = {"version": version.version, "dated": version.dated.isoformat(), "sha256": sha256}
        administration.seal_change(connection, portal, exchange, PORTAL, "form.shipped", number=number, **said, **facts)


def numbers() -> list[str]:
    """The forms that ship."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


def read(number: str) -> Blank:
    """A form as its file describes it."""
    from app.outside.paper_form import Blank

    said: Mapping[str, Any] = json.loads((FOLDER / f"{number}.json").read_text(encoding="utf-8"))
    return Blank(**{**said, "dated": date.fromisoformat(said["dated"])})
