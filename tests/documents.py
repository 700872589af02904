"""Small documents as programs write them, and what makes them hostile."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf

OLE_HEAD = bytes.fromhex("D0CF11E0A1B11AE1")
SECTOR = 512
FREE, END, FAT_SECTOR = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
STORAGE, STREAM, ROOT = 1, 2, 5
MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)


# --- PDF --------------------------------------------------------------------------------------------------------------
def pdf(spoil: Callable[[Pdf], None] = lambda _document: None, *, packed: bool = False, **more: Any) -> bytes:
    """One empty page, once `spoil` has changed it; packed: with its objects in object streams."""
    document = pikepdf.new()
    document.add_blank_page(page_size=(595, 842))
    spoil(document)
    held = io.BytesIO()
    mode = ObjectStreamMode.generate if packed else ObjectStreamMode.disable
    document.save(held, object_stream_mode=mode, **{"deterministic_id": "encryption" not in more, **more})
    return held.getvalue()


def action(**said: Any) -> Dictionary:
    """An action of that kind; names begin with a stroke."""
    return Dictionary({f"/{key}": Name(value) if str(value).startswith("/") else value for key, value in said.items()})


def opening(act: Dictionary) -> Callable[[Pdf], None]:
    """Does something when the document is opened."""

    def spoil(document: Pdf) -> None:
        document.Root.OpenAction = document.make_indirect(act)

    return spoil


def deep_in_a_page(act: Dictionary) -> Callable[[Pdf], None]:
    """Does something when a part of a page is touched."""

    def spoil(document: Pdf) -> None:
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), A=act)
        document.pages[0].Annots = document.make_indirect(Array([document.make_indirect(link)]))

    return spoil


def large_pdf(size: int) -> bytes:
    """A PDF of exactly that size: its page has a picture in which nothing can be saved."""

    def filled(room: int) -> bytes:
        fill = lambda document: document.pages[0].__setattr__("Contents", document.make_stream(bytes(room)))  # noqa: E731
        return pdf(fill, compress_streams=False)

    around = len(filled(size)) - size
    return filled(size - around)


PDF = pdf()


# --- XLSX -------------------------------------------------------------------------------------------------------------
def xlsx(
    more: Mapping[str, bytes | str] | None = None, *, rows: str = '<row r="1"><c r="A1"><v>1</v></c></row>'
) -> bytes:
    """A workbook with one sheet; more: other parts, or the same ones with another content."""
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": TYPES,
        "xl/workbook.xml": f"<workbook {MAIN}><sheets/></workbook>",
        "xl/worksheets/sheet1.xml": f"<worksheet {MAIN}><sheetData>{rows}</sheetData></worksheet>",
    }
    return zipped({**parts, **(more or {})})


def zipped(parts: Mapping[str, bytes | str], *, method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    """A ZIP of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", method) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
        archive.comment = comment
    return held.getvalue()


XLSX = xlsx()


# --- XLS --------------------------------------------------------------------------------------------------------------
def record(kind: int, content: bytes = b"") -> bytes:
    """One record of a workbook of before 2007."""
    return struct.pack("<HH", kind, len(content)) + content


def xls(stream: bytes = b"", *, name: str = "Workbook", storages: tuple[str, ...] = ()) -> bytes:
    """A workbook of before 2007 with this stream, and storages beside it that hold nothing."""
    content = (record(0x0809, b"\x00\x06\x05\x00" + bytes(12)) + stream + record(0x000A)).ljust(4096, b"\0")
    sectors = -(-len(content) // SECTOR)
    entries = [
        ("Root Entry", ROOT, END, 0),
        (name, STREAM, 2, len(content)),
        *((one, STORAGE, 0, 0) for one in storages),
    ]
    folder = b"".join(_entry(number, len(entries), *entry) for number, entry in enumerate(entries))
    folder_sectors = -(-len(folder) // SECTOR)
    first_folder = 2 + sectors - 1
    fat = [FAT_SECTOR, FREE, *range(3, 2 + sectors), END]
    fat[1:1] = []
    fat = [FAT_SECTOR, FREE, *[place + 1 for place in range(2, 1 + sectors)], END]
    fat += [*[place + 1 for place in range(2 + sectors, 1 + sectors + folder_sectors)], END]
    first_folder = 2 + sectors
    table = struct.pack(f"<{len(fat)}I", *fat).ljust(SECTOR, b"\xff")
    head = OLE_HEAD + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<IIIIIIIII", 0, 1, first_folder, 0, 4096, END, 0, END, 0)
    head += struct.pack("<109I", 0, *[FREE] * 108)
    return (
        head
        + table
        + bytes(SECTOR)
        + content.ljust(sectors * SECTOR, b"\0")
        + folder.ljust(folder_sectors * SECTOR, b"\0")
    )


def _entry(number: int, count: int, name: str, kind: int, start: int, size: int) -> bytes:
    spelled = name.encode("utf-16-le")
    child = 1 if number == 0 else FREE
    right = number + 1 if 0 < number < count - 1 else FREE
    said = spelled.ljust(64, b"\0") + struct.pack("<HBBIII", len(spelled) + 2, kind, 1, FREE, right, child)
    return said + bytes(16 + 4 + 8 + 8) + struct.pack("<IQ", start, size)


XLS = xls(record(0x0085, struct.pack("<IBB", 0, 0, 0) + b"\x05\x00Sheet"))


def raw_pdf(*objects: bytes, root: int = 1, end: bytes = b"") -> bytes:
    """A PDF of these objects as they are written, the first of them the catalogue; end: a part of the trailer."""
    content, places = b"%PDF-1.7\n", []
    for number, each in enumerate(objects, 1):
        places.append(len(content))
        content += b"%d 0 obj\n" % number + each + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n" % size + table
    tail += b"trailer\n<< /Root %d 0 R /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (root, size, end, len(content))
    return content + tail


def page_tree(catalogue: bytes = b"", *more: bytes) -> bytes:
    """A PDF of one page, with something of one's own in its catalogue, and other objects from number 4 on."""
    pages = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"
    return raw_pdf(b"<< /Type /Catalog /Pages 2 0 R " + catalogue + b" >>", pages, page, *more)


def packed_objects(unpacked: bytes, filters: bytes = b"/FlateDecode", kind: bytes = b"/ObjStm") -> bytes:
    """An object stream, as it is written."""
    packed = zlib.compress(unpacked, 9)
    head = b"<< /Type %s /N 1 /First 4 /Filter %s /Length %d >>\nstream\n" % (kind, filters, len(packed))
    return head + packed + b"\nendstream"
