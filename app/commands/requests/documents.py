"""The audit PDF of a case that has ended: made once, kept for good."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import fields, is_dataclass, replace
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from app.commands.portal import Portal
from app.commands.requests import trails
from app.languages import ENGLISH, translated, words
from app.store import cases, people, rounds, sentences, story
from app.store.sentences import Told
from app.store.story import Story
from engine import statuses
from engine.drawings.naming import names
from engine.errors import BadDrawing, NotFound
from engine.hours import hong_kong_time
from engine.people import BROKER, COMPANY, Person
from engine.sealed import proof, record, seal
from engine.sentence import named, say

TRAIL_PDF = "trail"
SEAL_KEY = "trail-seal"
READ = ("status", "entry_lines", "round_titles", "sections", "drawings")  # what the pages say in sentences


def make_trail_pdf(portal: Portal, reference: str, reader: Person | None = None) -> str:
    """Make the audit PDF of an ended case unless it exists, and return its SHA-256.

    reader: for whose side it is; for the firm that files when there is none. Each side has a PDF of its own, in which
    the answers stand that it may read, and the whole trail.
    """
    with portal.database.read() as connection:
        case = cases.by_reference(connection, reference)
        if case is None or not case.ended:
            raise NotFound(f"an ended request {reference}")
        side = None if reader else COMPANY
        told = story.of_case(connection, case, portal.settings.exchange_name, reader=reader, side=side)
        kind = _kind(told, reader)
        kept = cases.document(connection, case.id, kind)
        if kept is not None:
            return kept
    content = _rendered(record_of(portal, told))
    sha256 = portal.blobs.put(content)
    with portal.database.write() as connection:
        cases.keep_document(connection, case.id, kind, sha256, len(content), portal.clock.now())
        return cases.document(connection, case.id, kind) or sha256


def _kind(told: Story, reader: Person | None) -> str:
    """Under which name a side's PDF is kept; every broker has its own."""
    if told.side == BROKER and reader is not None:
        return f"{TRAIL_PDF}:{reader.company}"
    return TRAIL_PDF if told.side == COMPANY else f"{TRAIL_PDF}:{told.side or 'all'}"


def trail_pdf(portal: Portal, reference: str, person: int, language: str = ENGLISH) -> bytes:
    """The bytes of the PDF: the stored one when the case has ended, else the trail so far; the download is recorded.

    The stored one is in English; in another language its pages are made anew from the same record. Raises `NotFound`
    for a case that the person may not know of.
    """
    with portal.database.read() as connection:
        reader = people.person_for(connection, person, portal.clock.now())
        case = None if reader is None else cases.by_reference(connection, reference, reader)
        if reader is None or case is None:
            raise NotFound(f"the request {reference}")
        exchange = portal.settings.exchange_name
        is_kept = case.ended and language == ENGLISH
        told = None if is_kept else story.of_case(connection, case, exchange, reader=reader, speak=_speaker(language))
    if told is not None:
        content = _rendered(record_of(portal, told, language))
    else:
        content = portal.blobs.get(make_trail_pdf(portal, reference, reader))
    with portal.database.write() as connection:
        people.record(
            connection,
            portal.clock.now(),
            person,
            "document.downloaded",
            reference=reference,
            sha256=seal.digest(content),
        )
    return content


def _speaker(language: str) -> rounds.Speak:
    return lambda asked: asked.in_language(language, words(language))


def record_of(portal: Portal, told: Story, language: str = ENGLISH) -> record.Record:
    """Everything that the PDF of a case shows and carries, sealed: as far as the side that it is for may read.

    language: in which its pages say it; what it carries of the case itself is the same in each.
    Raises `BadState` when the trail is not the one that was sealed.
    """
    from app.outside.paper import PRODUCER  # a second of imports that no other page needs

    case, definition = told.case, told.definition
    trails.require_whole(portal, case, told.sealed)
    entries = tuple(_entries(told))
    exchange = portal.settings.exchange_name
    unsigned = record.Record(
        reference=case.reference,
        title=definition.eservice.title,
        title_zh=definition.eservice.titles.get("zh_Hant", ""),
        company=told.company.name_en,
        company_zh=told.company.name_zh,
        participant_id=case.participant_id,
        status=statuses.label(case.status, exchange),
        opened_at=case.opened_at,
        closed_at=case.closed_at,
        entries=entries,
        entry_lines=tuple(_line(entry) for entry in told.lines[: len(told.handed)]),
        seal=record.Seal(head=entries[-1].hash if entries else case.head, count=len(entries)),
        round_titles=tuple(say("Round {number}", number=number) for number in told.rounds),
        sections=tuple(_section(part) for part in told.parts),
        files=tuple(record.File(file.name, file.size, file.sha256) for file in told.files),
        drawings=tuple(_drawings(told, exchange)),
        forms=tuple(_forms(told)),
        answers=tuple(_answers(told)),
        release=definition.sha256,
        producer=PRODUCER,
    )
    return signed(portal, unsigned if language == ENGLISH else _told_in(unsigned, language))


def _told_in(unsigned: record.Record, language: str) -> record.Record:
    """The record with pages in another language."""
    read = {name: _in_language(getattr(unsigned, name), language) for name in READ}
    title = translated(named(unsigned.title), language)
    known = {text[:]: translated(named(text), language) for text in _printed(unsigned)}
    return replace(
        unsigned,
        **read,
        title_zh=title if title != unsigned.title else unsigned.title_zh,
        language=language,
        words={text: said for text, said in known.items() if said != text},
    )


def _in_language(part: Any, language: str) -> Any:
    """Every sentence in a part of a record in that language; what is none stays as it is."""
    if isinstance(part, tuple):
        return tuple(_in_language(one, language) for one in part)
    if isinstance(part, dict):
        return {name: _in_language(value, language) for name, value in part.items()}
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{one.name: _in_language(getattr(part, one.name), language) for one in fields(part)})
    return translated(part, language)


def _printed(unsigned: record.Record) -> Iterable[str]:
    """What the pages say beside the record: their own words, and the names in its drawings."""
    from app.outside.printed import TEXTS, moment

    yield from TEXTS
    yield from (moment(at) for at in (unsigned.opened_at, unsigned.closed_at) if at)
    for drawing in unsigned.drawings:
        with suppress(BadDrawing):  # it is carried as it was, and its page says that it cannot be shown
            yield from sorted(names(drawing.bpmn))


def signed(portal: Portal, unsigned: record.Record) -> record.Record:
    """The record with the portal's signature over its head and documents."""
    key = Ed25519PrivateKey.from_private_bytes(portal.keys.derive(SEAL_KEY))
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    said = record.statement(unsigned.reference, unsigned.seal.head, unsigned.seal.count, record.documents(unsigned))
    signature = base64.b64encode(key.sign(said)).decode()
    closed = replace(unsigned.seal, key_id=proof.fingerprint(public), signature=signature, public_key=public)
    return replace(unsigned, seal=closed)


def public_key(portal: Portal) -> bytes:
    """The key that verifies this portal's audit PDFs, as PEM."""
    key = Ed25519PrivateKey.from_private_bytes(portal.keys.derive(SEAL_KEY))
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _rendered(sealed: record.Record) -> bytes:
    from app.outside import pdf

    return pdf.render(sealed)


def _entries(told: Story) -> Iterable[record.Entry]:
    previous = seal.first_link(told.case.reference)
    for sealed, kept_back in zip(told.sealed, told.handed, strict=False):
        yield record.without(record.Entry(sealed.entry, previous, sealed.hash), kept_back)
        previous = sealed.hash


def _line(entry: Told) -> record.Line:
    return record.Line(
        label=entry.label,
        who=say("{who} for {behalf}", who=entry.who, behalf=entry.behalf) if entry.behalf else entry.who,
        company=_with_lane(entry) if entry.company and entry.lane else entry.company or entry.lane,
        at=hong_kong_time(entry.at),
        status_from=entry.status_from,
        status_to=entry.status_to,
        comment=entry.comment,
        details=entry.details,
    )


def _with_lane(entry: Told) -> str:
    return say("{one}, {other}", one=entry.company, other=entry.lane)


def _section(part: rounds.Part) -> record.Section:
    return record.Section(part.title, tuple(record.Row(a.label, a.register, a.values, a.changed) for a in part.answers))


def _drawings(told: Story, exchange: str) -> Iterable[record.Drawing]:
    entries = told.sealed[: len(told.handed)]
    done = [key for sealed in entries for key in sealed.entry["done"]]
    open_now = [] if told.case.ended or not entries else entries[-1].entry["open"]
    titles = sentences.lane_titles(exchange, told.case.desk)
    for name, drawing in sorted(told.definition.drawings.items(), key=lambda item: item[0] != told.case.eservice):
        title = named(drawing.properties.get("title") or drawing.name)
        there, now = told.definition.on_drawing(name, done), told.definition.on_drawing(name, open_now)
        yield record.Drawing(name, title, drawing.content, now, there - now, titles)


def _forms(told: Story) -> Iterable[record.Form]:
    for name, content in sorted(told.definition.files.items()):
        if name.endswith(".form"):
            yield record.Form(name[6:-5], content)


def _answers(told: Story) -> Iterable[record.Answers]:
    for sealed in sorted([*told.answers, *told.comments], key=lambda one: one.entry):
        hashed = seal.answers_hash(sealed.salt, sealed.answers)
        yield record.Answers(sealed.round, sealed.step, sealed.answers, sealed.salt, hashed)
