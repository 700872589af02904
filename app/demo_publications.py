"""What the exchange of the demonstration has published: circulars and technical documents, by its own commands."""

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
from app.store import people
from app.store import technical_documents as kept
from engine.hours import hong_kong_day
from engine.rights import OPS

PUBLISHED = Path(__file__).parent / "demo" / "published"
TEXTS = ("title_en", "title_zh", "text_en", "text_zh")


def publish_demo(portal: Portal) -> None:
    """Publish what the files of the folder say; days are counted from today."""
    with portal.database.read() as connection:
        by = By(people.of_kind(connection, OPS)[0].id, "127.0.0.1")
    today = hong_kong_day(portal.clock.now())
    for one in _read("bulletins"):
        until = None if one["until"] is None else today + timedelta(days=one["until"])
        texts = (one[name] for name in TEXTS)
        first = today + timedelta(days=one["from"])
        bulletins.add(portal, by, Said(*texts, tuple(one["audience"]), one["pinned"], first, until))
    for one in _read("documents"):
        _publish(portal, by, one)


def _publish(portal: Portal, by: By, one: dict[str, Any]) -> None:
    from app.outside import leaflet  # a second of imports that nothing else here needs

    about = Particulars(
        *(one[name] for name in ("category", "title_en", "title_zh", "keywords")), tuple(one["audience"])
    )
    number = documents.add(portal, by, about)
    for edition in one["versions"]:
        effective, exchange = date.fromisoformat(edition["effective"]), portal.settings.exchange_name
        content = leaflet.render(
            one["title_en"], one["title_zh"], edition["label"], effective, edition["parts"], exchange
        )
        with portal.database.read() as connection:
            document = kept.one(connection, number, None)
        upload = Upload(f"{one['title_en']} {edition['label']}.pdf", content)
        seen = document.changes if document else 0
        documents.publish(portal, by, number, seen, Edition(edition["label"], edition["effective"], upload))


def _read(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((PUBLISHED / f"{name}.json").read_text(encoding="utf-8"))
    return found
