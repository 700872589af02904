"""What the exchange of the demonstration publishes: circulars when it is set up, documents as a worker prints them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.commands.portal import Portal
from app.commands.publishing import bulletins, documents
from app.commands.publishing.bulletins import Said
from app.commands.publishing.documents import Edition, Particulars
from app.commands.publishing.publishers import Upload
from app.commands.requests.steps import By
from app.store import jobs, people
from app.store import technical_documents as kept
from engine.hours import hong_kong_day
from engine.rights import OPS

SAMPLE = "sample"
PUBLISHED = Path(__file__).parents[2] / "demo" / "published"
APART = timedelta(seconds=2)  # each takes a worker a second: mail goes out in between
AFTER = timedelta(seconds=40)  # the forms that ship are printed first
HOME = "127.0.0.1"
TEXTS = ("title_en", "title_zh", "text_en", "text_zh")
ABOUT = ("category", "title_en", "title_zh", "keywords")


def publish_demo(portal: Portal) -> None:
    """Publish the circulars, whose days are counted from today, and promise the documents."""
    by, today = _publisher(portal), hong_kong_day(portal.clock.now())
    for one in _read("bulletins"):
        until = None if one["until"] is None else today + timedelta(days=one["until"])
        texts = {name: one[name] for name in TEXTS}
        days: dict[str, Any] = {"shown_from": today + timedelta(days=one["from"]), "shown_until": until}
        bulletins.add(portal, by, Said(**texts, audience=tuple(one["audience"]), pinned=one["pinned"], **days))
    now, titles = portal.clock.now(), [one["title_en"] for one in _read("documents")]
    rows = [{"kind": SAMPLE, "key": f"{SAMPLE}:{title}", "payload": {"title": title}} for title in titles]
    with portal.database.write() as connection:
        jobs.promise_once(
            connection, [row | {"due_at": now + AFTER + APART * nth} for nth, row in enumerate(rows)], now
        )


def publish_sample(portal: Portal, title: str) -> None:
    """Print every version of a document of the demonstration and publish it, unless it is there already."""
    with portal.database.read() as connection:
        if kept.with_titles(connection, [title]):
            return
    one = next(one for one in _read("documents") if one["title_en"] == title)
    printed = [_printed(portal, one, said) for said in one["versions"]]
    by, (category, title_en, title_zh, keywords) = _publisher(portal), (one[name] for name in ABOUT)
    about = Particulars(category, title_en, title_zh, keywords, tuple(one["audience"]))
    number = documents.add(portal, by, about)
    for seen, edition in enumerate(printed):
        documents.publish(portal, by, number, seen, edition)


def _printed(portal: Portal, one: dict[str, Any], said: dict[str, Any]) -> Edition:
    from app.outside import leaflet  # a second of imports that nothing else here needs

    title, label, effective = one["title_en"], said["label"], date.fromisoformat(said["effective"])
    exchange = portal.settings.exchange_name
    content = leaflet.render(title, one["title_zh"], label, effective, said["parts"], exchange)
    return Edition(label, said["effective"], Upload(f"{title} {label}.pdf", content))


def _publisher(portal: Portal) -> By:
    with portal.database.read() as connection:
        return By(people.of_kind(connection, OPS)[0].id, HOME)


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))
    return found
