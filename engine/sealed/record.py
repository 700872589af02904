"""The sealed record of one case: what its audit PDF shows and carries."""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.sealed import seal
from engine.sealed.seal import canonical, digest

FORMAT = "client-connect-trail/2"
TRAIL, ANSWERS, PAGES = "trail.json", "answers.json", "pages.json"
# Who compares pages must know whether the same hands drew them: raise the number when the pages change.


@dataclass(frozen=True)
class Entry:
    """One sealed entry of the trail: its facts, the hash before it and its own.

    salts, hidden: of an entry of which a reader may not have all, the salt of each part that is shown and the digest
    of each that is not; the chain can be proved with these too.
    """

    facts: Mapping[str, Any]
    previous: str
    hash: str
    salts: Mapping[str, str] = field(default_factory=dict)
    hidden: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Line:
    """One entry as a person reads it."""

    label: str
    who: str
    company: str
    at: str
    status_from: str = ""
    status_to: str = ""
    comment: str = ""
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One question: what the register says, and one answer for each round."""

    label: str
    register: str
    values: tuple[str, ...]
    changed: bool = False


@dataclass(frozen=True)
class Section:
    """The questions under one heading of a form."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class File:
    """One supporting document, named by its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Drawing:
    """One drawing of the case and what has happened on it."""

    process_id: str
    title: str
    bpmn: bytes
    open: frozenset[str] = frozenset()
    done: frozenset[str] = frozenset()
    lane_titles: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """One form of the case, as the analyst wrote it."""

    id: str
    body: bytes


@dataclass(frozen=True)
class Answers:
    """The answers given at one step, with the salt and the hash that `seal.answers_hash` makes of both."""

    round: int
    step: str
    values: Mapping[str, Any]
    salt: str
    hash: str


@dataclass(frozen=True)
class Seal:
    """The end of the chain, signed: `signature` is Base64 of Ed25519 over `statement`, `public_key` is PEM."""

    head: str
    count: int
    key_id: str = ""
    signature: str | None = None
    public_key: str | None = None


@dataclass(frozen=True)
class Record:
    """Everything the audit PDF of one case shows and carries, as plain values.

    producer: the release of the page writer that draws it, sealed with the rest. language: of the pages where it is not
    English. words: what they say in it, by the English texts; so the pages can be drawn again when a catalogue has
    changed.
    """

    reference: str
    title: str
    title_zh: str
    company: str
    company_zh: str
    participant_id: str
    status: str
    opened_at: datetime
    closed_at: datetime | None
    entries: tuple[Entry, ...]
    entry_lines: tuple[Line, ...]
    seal: Seal
    round_titles: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    files: tuple[File, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    forms: tuple[Form, ...] = ()
    answers: tuple[Answers, ...] = ()
    release: str = ""
    producer: str = ""
    language: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def without(entry: Entry, names: frozenset[str]) -> Entry:
    """The entry with no more of these parts than their digests; names: as `seal.parts` calls them."""
    if not names:
        return entry
    parts, salts, leaves = seal.parts(entry.facts), seal.salts(entry.facts), seal.leaves(entry.facts)
    shown = parts.keys() - names
    facts: dict[str, Any] = {name: parts[name] for name in sorted(shown) if not name.startswith("actor.")}
    actor = {name.removeprefix("actor."): parts[name] for name in sorted(shown) if name.startswith("actor.")}
    return Entry(
        facts | ({"actor": actor} if actor else {}),
        entry.previous,
        entry.hash,
        salts={name: salts[name] for name in sorted(shown)},
        hidden={name: leaves[name] for name in sorted(parts.keys() & names)},
    )


def documents(record: Record) -> list[dict[str, str]]:
    """The list of every document the record carries beside its trail, each named by its SHA-256."""
    return [{"name": name, "sha256": digest(body)} for name, body in sorted(_beside(record).items())]


def statement(reference: str, head: str, count: int, listed: list[dict[str, str]]) -> bytes:
    """The bytes that the portal signs to close a record.

    listed: what `documents` returns.
    """
    return canonical({"reference": reference, "head": head, "count": count, "documents": listed})


def carried(record: Record) -> dict[str, bytes]:
    """Every document that goes into the audit PDF, by file name; `trail.json` comes first."""
    trail = {
        "format": FORMAT,
        "reference": record.reference,
        "entries": [_sealed(entry) for entry in record.entries],
        "documents": documents(record),
        "seal": dataclasses.asdict(record.seal),
    }
    return {TRAIL: canonical(trail), **_beside(record)}


def read(carried: Mapping[str, bytes]) -> Record:
    """The record that was put into a file; the inverse of `carried`.

    Raises KeyError, TypeError or ValueError when the documents are not those of a record.
    """
    trail, pages = json.loads(carried[TRAIL]), json.loads(carried[PAGES])
    return Record(
        **{name: pages[name] for name in _PLAIN},
        opened_at=datetime.fromisoformat(pages["opened_at"]),
        closed_at=datetime.fromisoformat(pages["closed_at"]) if pages["closed_at"] else None,
        round_titles=tuple(pages["round_titles"]),
        entries=tuple(_entry(sealed) for sealed in trail["entries"]),
        entry_lines=tuple(Line(**{**line, "details": tuple(line["details"])}) for line in pages["entry_lines"]),
        sections=tuple(Section(s["title"], tuple(_row(row) for row in s["rows"])) for s in pages["sections"]),
        files=tuple(File(**file) for file in pages["files"]),
        drawings=tuple(_drawing(drawing, carried) for drawing in pages["drawings"]),
        forms=tuple(Form(form, carried[f"{form}.form"]) for form in pages["forms"]),
        answers=tuple(Answers(**given) for given in json.loads(carried[ANSWERS])),
        language=pages.get("language", ""),
        words=pages.get("words", {}),
        seal=Seal(**trail["seal"]),
    )


_PLAIN = (
    "reference",
    "title",
    "title_zh",
    "company",
    "company_zh",
    "participant_id",
    "status",
    "release",
    "producer",
)


def _sealed(entry: Entry) -> dict[str, Any]:
    whole = {"entry": dict(entry.facts), "previous": entry.previous, "hash": entry.hash}
    return whole | ({"salts": dict(entry.salts), "hidden": dict(entry.hidden)} if entry.hidden else {})


def _entry(sealed: Mapping[str, Any]) -> Entry:
    kept_back = sealed.get("salts", {}), sealed.get("hidden", {})
    return Entry(sealed["entry"], sealed["previous"], sealed["hash"], *kept_back)


def _beside(record: Record) -> dict[str, bytes]:
    given = [{**vars(answers), "values": dict(answers.values)} for answers in record.answers]
    carried = {ANSWERS: canonical(given), PAGES: canonical(_pages(record))}
    carried |= {f"{drawing.process_id}.bpmn": drawing.bpmn for drawing in record.drawings}
    return carried | {f"{form.id}.form": form.body for form in record.forms}


def _pages(record: Record) -> dict[str, Any]:
    return {
        **{name: getattr(record, name) for name in _PLAIN},
        "opened_at": record.opened_at.isoformat(),
        "closed_at": record.closed_at.isoformat() if record.closed_at else None,
        "entry_lines": [dataclasses.asdict(line) for line in record.entry_lines],
        "round_titles": list(record.round_titles),
        "sections": [dataclasses.asdict(section) for section in record.sections],
        "files": [dataclasses.asdict(file) for file in record.files],
        "drawings": [_drawing_words(drawing) for drawing in record.drawings],
        "forms": [form.id for form in record.forms],
        **({"language": record.language, "words": dict(record.words)} if record.language else {}),
    }


def _drawing_words(drawing: Drawing) -> dict[str, Any]:
    return {
        "process_id": drawing.process_id,
        "title": drawing.title,
        "open": sorted(drawing.open),
        "done": sorted(drawing.done),
        "lane_titles": dict(drawing.lane_titles),
    }


def _drawing(words: Mapping[str, Any], carried: Mapping[str, bytes]) -> Drawing:
    return Drawing(
        process_id=words["process_id"],
        title=words["title"],
        bpmn=carried[f"{words['process_id']}.bpmn"],
        open=frozenset(words["open"]),
        done=frozenset(words["done"]),
        lane_titles=words["lane_titles"],
    )


def _row(words: Mapping[str, Any]) -> Row:
    return Row(words["label"], words["register"], tuple(words["values"]), words["changed"])
