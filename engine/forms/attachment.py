"""Supporting documents: the exact rule for their names, and what their bytes must be."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from engine.sentence import say

PREFIX = "Supporting Document"
KINDS = ("pdf", "xls", "xlsx")
SUFFIXES = ("", *(f"_0{digit}" for digit in range(10)))
MOST_NAMES = len(SUFFIXES)
MOST_FILES = 10  # in one field, unless its form says another number
MOST_BYTES = 10 * 1024 * 1024
LONGEST_NAME = 200
NAME = re.compile(
    r"Supporting Document_(?P<reference>[A-Z]{2}[0-9]{3}-[0-9]{8}-[0-9]{6})"
    r"_(?P<participant>[A-Z][0-9]{5})(?P<suffix>_0[0-9])?\.(?P<kind>(?i:pdf|xls|xlsx))",
    re.ASCII,
)
REFERENCE = re.compile(r"[A-Z]{2}[0-9]{3}-[0-9]{8}-[0-9]{6}", re.ASCII)
PARTICIPANT = re.compile(r"[A-Z][0-9]{5}", re.ASCII)
SPACES = re.compile(r"[\s_.-]+")
PDF_HEAD, OLE_HEAD, ZIP_HEAD = b"%PDF-", bytes.fromhex("D0CF11E0A1B11AE1"), b"PK\x03\x04"
PDF_HEAD_WITHIN = 1024
HEADS = {"xls": OLE_HEAD, "xlsx": ZIP_HEAD}


# --- names ------------------------------------------------------------------------------------------------------------
def is_right(name: str, reference: str, participant_id: str) -> bool:
    """Whether a file may have this name in this request of this participant."""
    found = NAME.fullmatch(name)
    return found is not None and (found["reference"], found["participant"]) == (reference, participant_id)


def fault(name: str, reference: str, participant_id: str) -> str:
    """What is wrong with a name, in a sentence about its first wrong part; empty when it is right."""
    if is_right(name, reference, participant_id):
        return ""
    return next(_wrong_parts(name, reference, participant_id))


def expected_name(reference: str, participant_id: str, taken: Collection[str], extension: str) -> str | None:
    """The next free name, without a suffix first, then _00 to _09; None when all eleven are taken.

    taken: names of files, of whatever type.
    """
    used = {name.rpartition(".")[0] for name in taken}
    stem = f"{PREFIX}_{reference}_{participant_id}"
    free = next((suffix for suffix in SUFFIXES if stem + suffix not in used), None)
    return None if free is None else f"{stem}{free}.{extension.lower()}"


def extension_of(name: str) -> str:
    """What stands behind the last full stop, in small letters; empty when there is none."""
    stem, dot, extension = name.rpartition(".")
    return extension.lower() if dot and stem and extension.isascii() else ""


def readable(name: str) -> str:
    """A name as it may be kept and shown: without what cannot be printed, and not too long."""
    return "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:LONGEST_NAME])


def _wrong_parts(name: str, reference: str, participant_id: str) -> Iterator[str]:
    """Every wrong part from left to right, each with what is expected there."""
    if not name.startswith(PREFIX):
        yield _wrong_prefix(name)
    rest = name.removeprefix(PREFIX)
    if not rest.startswith("_"):
        yield say(
            'Expected one underscore after "{prefix}", but found {said}: write {prefix}_{reference}.',
            prefix=PREFIX,
            said=_said(rest[:1]),
            reference=reference,
        )
    rest = rest.removeprefix("_")
    if not rest.startswith(f"{reference}_"):
        yield _wrong_reference(rest, reference)
    rest = rest.removeprefix(f"{reference}_")
    if not rest.startswith(participant_id):
        yield _wrong_participant(rest, participant_id)
    stem, dot, extension = rest.removeprefix(participant_id).rpartition(".")
    if not dot:
        stem, extension = extension, ""
    if stem not in SUFFIXES:
        yield (
            say(
                "Expected nothing or one of _00 to _09 after the participant ID {participant_id}, but "
                "found {said}: correct it.",
                participant_id=participant_id,
                said=_said(stem),
            )
        )
    yield say(
        "Expected a name that ends in .pdf, .xls or .xlsx, but it ends in {said}: choose such a file.",
        said=_said(extension),
    )


def _wrong_prefix(name: str) -> str:
    begun = name[: len(PREFIX)]
    if begun.casefold() == PREFIX.casefold():
        return say(
            'Expected "{prefix}" with a capital S and a capital D, but found {said}: correct the letters.',
            prefix=PREFIX,
            said=_said(begun),
        )
    if SPACES.sub("", name).casefold().startswith("supportingdocument"):
        found = re.match(r"(?i:supporting)[\s_.-]*(?i:document)", name.lstrip())
        said = _said(found[0] if found and not name[:1].isspace() else name[: len(PREFIX) + 2])
        return say(
            'Expected "{prefix}" with one plain space between the words, but found {said}: correct the spacing.',
            prefix=PREFIX,
            said=said,
        )
    return say(
        'Expected a name that begins with "{prefix}_", but it begins with {said}: rename the file.',
        prefix=PREFIX,
        said=_said(begun),
    )


def _wrong_reference(rest: str, reference: str) -> str:
    found = REFERENCE.match(rest)
    if found and found[0] != reference:
        return say(
            "Expected this request's reference {reference}, but {value} is another request's: correct it.",
            reference=reference,
            value=found[0],
        )
    if found:
        after = rest[len(reference) : len(reference) + 1]
        return say(
            "Expected one underscore after the reference {reference}, but found {said}: add it.",
            reference=reference,
            said=_said(after),
        )
    return say(
        "Expected this request's reference {reference}, but found {said}: correct it.",
        reference=reference,
        said=_said(rest.partition("_")[0]),
    )


def _wrong_participant(rest: str, participant_id: str) -> str:
    found = PARTICIPANT.match(rest)
    if found:
        return say(
            "Expected your participant ID {participant_id}, but {value} is another participant's: correct it.",
            participant_id=participant_id,
            value=found[0],
        )
    found_text = re.split(r"[_.]", rest, maxsplit=1)[0]
    return say(
        "Expected your participant ID {participant_id}, but found {said}: correct it.",
        participant_id=participant_id,
        said=_said(found_text),
    )


def _said(text: str) -> str:
    """A part of somebody's file name inside a sentence."""
    return f'"{readable(text[:40])}"' if text else "nothing"


# --- bytes ------------------------------------------------------------------------------------------------------------
def content_fault(content: bytes, extension: str) -> str:
    """Why these bytes cannot be such a file, in a sentence; empty when they begin as one.

    extension: as `extension_of` gives it. What is inside is looked at elsewhere.
    """
    kind = extension.lower()
    if kind not in KINDS:
        return say(
            "Expected a PDF, XLS or XLSX file, but its name ends in {said}: choose another file.", said=_said(extension)
        )
    if not content:
        return say("Expected a file with something in it, but it is empty: choose another file.")
    if len(content) > MOST_BYTES:
        return say(
            "Expected at most 10 MB, but the file has {spoken_size}: make it smaller or split it.",
            spoken_size=spoken_size(len(content)),
        )
    if not _begins_as(kind, content):
        return say(
            "Expected {upper} as the name says, but the file holds something else: save it again as {kind}.",
            upper=kind.upper(),
            kind=kind,
        )
    return ""


def spoken_size(size: int) -> str:
    """A size as people read it: 812 bytes, 34 KB, 1.2 MB."""
    if size < 1024:
        return f"{size} bytes"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"


def _begins_as(kind: str, content: bytes) -> bool:
    return PDF_HEAD in content[:PDF_HEAD_WITHIN] if kind == "pdf" else content.startswith(HEADS[kind])
