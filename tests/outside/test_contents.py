"""Documents are taken when they only show something, and refused when they act, hide, or unpack without end."""

import io
import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st
from pikepdf import Array, Dictionary, Encryption, Name, String

from app.outside import contents
from tests.documents import (
    OLE_HEAD,
    PDF,
    TYPES,
    XLS,
    XLSX,
    action,
    deep_in_a_page,
    opening,
    packed_objects,
    page_tree,
    pdf,
    record,
    xls,
    xlsx,
    zipped,
)

MEGABYTE = 1024 * 1024
ROOT = Path(__file__).parents[2]


def script():
    return action(S="/JavaScript", JS="app.alert(1)")


def written_by_fpdf():
    document = FPDF()
    document.add_page()
    document.set_font("Helvetica")
    document.cell(text="see /JS and /Launch (or not)")
    return bytes(document.output())


def linear():
    return pdf(linearize=True)


def attached(document):
    document.attachments["a.txt"] = b"hello"


def media(document):
    document.pages[0].Annots = Array([document.make_indirect(Dictionary(Subtype=Name.RichMedia))])


def form_of_adobe(document):
    document.Root.AcroForm = Dictionary(XFA=String("x"), Fields=Array())


def at(place):
    return f'<row r="1"><c r="{place}"><v>1</v></c></row>'


def part(name, content=b"x"):
    return xlsx({name: content})


def sheet_of(count):
    return {"xl/worksheets/sheet1.xml": b"<worksheet>" + b" " * count + b"</worksheet>"}


def changed(content, old, new):
    assert old in content
    return content.replace(old, new)


def locked_part():
    content = bytearray(XLSX)
    for head, flag in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(head) + flag] |= 1
    return bytes(content)


def lying_part():
    """A part that says it has ten bytes and unpacks to a hundred million."""
    bomb = xlsx(sheet_of(100 * MEGABYTE))
    size = (100 * MEGABYTE + 23).to_bytes(4, "little")
    return changed(bomb, size, (10).to_bytes(4, "little"))


def checksum_of_a_part():
    return zipfile.ZipFile(io.BytesIO(XLSX)).infolist()[1].CRC.to_bytes(4, "little")


def overlapping():
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in {"[Content_Types].xml": TYPES, "xl/workbook.xml": "<x/>", "xl/a.xml": "<x/>"}.items():
            archive.writestr(name, content)
        archive.filelist[2].header_offset = archive.filelist[1].header_offset
    return held.getvalue()


GOOD = {
    "a page": (PDF, "pdf"),
    "with object streams": (pdf(packed=True), "pdf"),
    "made for the web": (linear(), "pdf"),
    "that speaks of scripts": (written_by_fpdf(), "pdf"),
    "with something behind its end": (PDF + b"\n\n", "pdf"),
    "with blanks before it": (PDF, "pdf"),
    "a workbook": (XLSX, "xlsx"),
    "stored without packing": (zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": "<x/>"}, method=0), "xlsx"),
    "with a comment": (zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": "<x/>"}, comment=b"by hand"), "xlsx"),
    "with ten thousand rows": (
        lambda: xlsx(rows="".join(f'<row r="{n}"><c r="A{n}"/></row>' for n in range(1, 10_000))),
        "xlsx",
    ),
    "a workbook of before 2007": (XLS, "xls"),
    "of Excel 5": (xls(name="Book"), "xls"),
}
HOSTILE = {
    # PDF
    "a script on opening": (pdf(opening(script())), "pdf", "JavaScript"),
    "a script inside an object stream": (pdf(opening(script()), packed=True), "pdf", "JavaScript"),
    "a script deep in a page": (pdf(deep_in_a_page(script())), "pdf", "JavaScript"),
    "a script under an escaped name": (page_tree(b"/OpenAction << /S /J#61vaScript /J#53 (x) >>"), "pdf", "JavaScript"),
    "a script by its name alone": (
        page_tree(b"/Names << /JavaScript 4 0 R >>", b"<< /Names [] >>"),
        "pdf",
        "JavaScript",
    ),
    "a program to start": (pdf(opening(action(S="/Launch", F="cmd.exe"))), "pdf", "starts a program"),
    "answers sent elsewhere": (pdf(deep_in_a_page(action(S="/SubmitForm", F="x"))), "pdf", "sends answers"),
    "data fetched": (pdf(opening(action(S="/ImportData", F="x"))), "pdf", "fetches data"),
    "a way into another file": (pdf(opening(action(S="/GoToE"))), "pdf", "link into another file"),
    "another file inside": (pdf(attached), "pdf", "another file"),
    "another file inside, packed": (pdf(attached, packed=True), "pdf", "another file"),
    "media": (pdf(media), "pdf", "media"),
    "an XFA form": (pdf(form_of_adobe), "pdf", "XFA"),
    "a password": (pdf(encryption=Encryption(owner="o", user="u")), "pdf", "encrypted"),
    "a password for changes alone": (pdf(encryption=Encryption(owner="o", user="")), "pdf", "encrypted"),
    "no page": (pdf(lambda document: document.pages.__delitem__(0)), "pdf", "no page"),
    "no index": (b"%PDF-1.7\n%%EOF", "pdf", "damaged"),
    "half a file": (PDF[: len(PDF) // 2], "pdf", "damaged"),
    "ten megabytes of blanks": (lambda: PDF.ljust(10 * MEGABYTE), "pdf", "damaged"),
    "an object stream without end": (lambda: page_tree(b"", packed_objects(bytes(100 * MEGABYTE))), "pdf", "far more"),
    "one under an escaped name": (
        lambda: page_tree(b"", packed_objects(bytes(100 * MEGABYTE), kind=b"/Obj#53tm")),
        "pdf",
        "far more",
    ),
    "one that is packed twice": (
        lambda: page_tree(b"", packed_objects(zlib.compress(bytes(100 * MEGABYTE)), b"[/FlateDecode /FlateDecode]")),
        "pdf",
        "unusual way",
    ),
    "an index without end": (
        lambda: page_tree(b"", packed_objects(bytes(100 * MEGABYTE), kind=b"/XRef")),
        "pdf",
        "far more",
    ),
    "a million objects": (
        lambda: (b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 500_000)[: 10 * MEGABYTE],
        "pdf",
        "far more",
    ),
    "a million streams": (
        lambda: (b"%PDF-1.7\n" + b"/ObjStm/Filter/FlateDecode stream\n" * 300_000)[: 9 * MEGABYTE] + b"startxref",
        "pdf",
        "far more",
    ),
    "lists in lists": (lambda: page_tree(b"/X " + b"[" * MEGABYTE), "pdf", "damaged"),
    # XLSX
    "macros": (part("xl/vbaProject.bin"), "xlsx", "macros"),
    "macros under another name": (
        xlsx({"[Content_Types].xml": TYPES.replace("application/xml", "application/vnd.ms-excel.sheet.macroEnabled")}),
        "xlsx",
        "macros",
    ),
    "a sheet of macros": (part("xl/macrosheets/sheet1.xml", "<x/>"), "xlsx", "macros"),
    "links to other workbooks": (part("xl/externalLinks/externalLink1.xml", "<x/>"), "xlsx", "links"),
    "connections": (part("xl/connections.xml", "<x/>"), "xlsx", "links"),
    "an embedded document": (part("xl/embeddings/oleObject1.bin"), "xlsx", "other files"),
    "a control": (part("xl/activeX/activeX1.bin"), "xlsx", "other files"),
    "buttons": (part("customUI/customUI.xml", "<x/>"), "xlsx", "buttons"),
    "a cell at the far end": (xlsx(rows=at("XFD1048576")), "xlsx", "XFD1048576"),
    "a row at the far end": (xlsx(rows='<row r="1048576"/>'), "xlsx", "1048576"),
    "a column far out": (xlsx(rows=at("ZZ1")), "xlsx", "ZZ1"),
    "sixty million blanks": (lambda: xlsx(sheet_of(60 * MEGABYTE)), "xlsx", "far more"),
    "many parts that unpack": (
        lambda: xlsx({f"xl/a{n}.xml": bytes(MEGABYTE - 9) for n in range(70)}),
        "xlsx",
        "far more",
    ),
    "a part that lies about its size": (lambda: lying_part(), "xlsx", "damaged"),
    "thousands of parts": (lambda: xlsx({f"xl/a{n}.xml": b"" for n in range(2_001)}), "xlsx", "far more"),
    "parts one over the other": (overlapping(), "xlsx", "one over the other"),
    "an entity": (xlsx({"xl/workbook.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x/>'}), "xlsx", "refers elsewhere"),
    "an entity in a link": (
        part("xl/_rels/workbook.xml.rels", "<!ENTITY x SYSTEM 'file:///etc/passwd'>"),
        "xlsx",
        "refers",
    ),
    "a part outside": (part("../../evil.xml", "<x/>"), "xlsx", "odd names"),
    "a part of the root": (part("/etc/evil.xml", "<x/>"), "xlsx", "odd names"),
    "two parts of one name": (part("XL/workbook.xml", "<x/>"), "xlsx", "odd names"),
    "a part with a password": (locked_part(), "xlsx", "encrypted"),
    "another packing": (
        zipped({"[Content_Types].xml": TYPES, "xl/workbook.xml": "<x/>"}, method=zipfile.ZIP_LZMA),
        "xlsx",
        "unusual way",
    ),
    "a letter": (zipped({"[Content_Types].xml": TYPES, "word/document.xml": "<x/>"}), "xlsx", "something else"),
    "half a workbook": (XLSX[:-30], "xlsx", "damaged"),
    "a wrong checksum": (changed(XLSX, checksum_of_a_part(), b"\0" * 4), "xlsx", "damaged"),
    # XLS
    "old macros": (xls(storages=("_VBA_PROJECT_CUR",)), "xls", "macros"),
    "old macros of Word's kind": (xls(storages=("Macros",)), "xls", "macros"),
    "an old sheet of macros": (xls(record(0x0085, b"\0\0\0\0\0\1\5\0Sheet")), "xls", "macros"),
    "an old password": (xls(record(0x002F, bytes(54))), "xls", "encrypted"),
    "a new workbook with a password": (xls(name="EncryptedPackage"), "xls", "encrypted"),
    "an old letter": (xls(name="WordDocument"), "xls", "something else"),
    "a head alone": (OLE_HEAD + bytes(512), "xls", "damaged"),
}


def made(content):
    """A document that is made when it is looked at: some take long."""
    return content() if callable(content) else content


@pytest.mark.parametrize("name", GOOD)
def test_a_document_that_only_shows_something_is_taken(name):
    content, extension = GOOD[name]
    assert contents.fault(made(content), extension) == ""


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_document_is_refused_with_what_is_wrong(name):
    content, extension, said = HOSTILE[name]
    assert said in contents.fault(made(content), extension)


def test_there_are_enough_hostile_documents():
    assert len(HOSTILE) >= 40


def test_each_hostile_document_is_refused_at_little_cost():
    """In a process of its own: CPU time of each, and how much memory all of them took together."""
    probe = (
        "import json, resource, time\n"
        "from tests.outside.test_contents import HOSTILE, made\n"
        "from app.outside import contents\n"
        "documents = {name: (made(content), extension) for name, (content, extension, _) in HOSTILE.items()}\n"
        "contents.fault(*documents['macros']); before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "took = {}\n"
        "for name, document in documents.items():\n"
        "    begin = time.process_time(); contents.fault(*document)\n"
        "    took[name] = time.process_time() - begin\n"
        "grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before\n"
        "print(json.dumps({'slow': {n: t for n, t in took.items() if t > 0.1}, 'grown': grown // 1024}))\n"
    )
    done = subprocess.run([sys.executable, "-c", probe], cwd=ROOT, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["slow"], found["grown"] < 50) == ({}, True)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([PDF, XLSX, XLS]), st.integers(0, 6000), st.binary(min_size=1, max_size=8))
def test_a_document_with_some_bytes_changed_is_judged(content, place, bytes_):
    spoilt = content[: place % len(content)] + bytes_ + content[place % len(content) + len(bytes_) :]
    assert isinstance(contents.fault(spoilt, {PDF: "pdf", XLSX: "xlsx", XLS: "xls"}[content]), str)
