"""Supporting documents: names that are right, the first wrong part of others, the next free name, and bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import attachment
from engine.forms.attachment import MOST_BYTES, content_fault, expected_name, extension_of, fault, is_right, readable
from tests.documents import PDF, XLS, XLSX, large_pdf

REF, PID = "CT027-20261123-000042", "B00123"
RIGHT = f"Supporting Document_{REF}_{PID}"
OTHER_REF = "CT027-20261123-000043"


@pytest.mark.parametrize(
    "name",
    [
        f"{RIGHT}.pdf",
        f"{RIGHT}_01.xlsx",
        f"{RIGHT}_00.pdf",
        f"{RIGHT}_09.xls",
        f"{RIGHT}.PDF",
        f"{RIGHT}_03.XlsX",
    ],
)
def test_these_names_are_right(name):
    assert fault(name, REF, PID) == ""


HOSTILE = {
    # the words at the beginning
    f"supporting document_{REF}_{PID}.pdf": "a capital S and a capital D",
    f"SUPPORTING DOCUMENT_{REF}_{PID}.pdf": "a capital S and a capital D",
    f"Supporting document_{REF}_{PID}.pdf": "a capital S and a capital D",
    f"SupportingDocument_{REF}_{PID}.pdf": "one plain space",
    f"Supporting  Document_{REF}_{PID}.pdf": "one plain space",
    f"Supporting\u00a0Document_{REF}_{PID}.pdf": "one plain space",
    f"Supporting\u2003Document_{REF}_{PID}.pdf": "one plain space",
    f"Supporting\tDocument_{REF}_{PID}.pdf": "one plain space",
    f"Supporting_Document_{REF}_{PID}.pdf": "one plain space",
    f"Supporting-Document_{REF}_{PID}.pdf": "one plain space",
    f" Supporting Document_{REF}_{PID}.pdf": "one plain space",
    f"\ufeffSupporting Document_{REF}_{PID}.pdf": "begins with",
    f"\u202eSupporting Document_{REF}_{PID}.pdf": "begins with",
    f"Suppor\u200bting Document_{REF}_{PID}.pdf": "begins with",
    f"\u0405upporting Document_{REF}_{PID}.pdf": "begins with",
    f"../../etc/Supporting Document_{REF}_{PID}.pdf": "begins with",
    f"C:\\fakepath\\Supporting Document_{REF}_{PID}.pdf": "begins with",
    f'"Supporting Document_{REF}_{PID}.pdf"': "begins with",
    "scan0001.pdf": "begins with",
    "": "begins with",
    ".pdf": "begins with",
    # the underscore behind them
    f"Supporting Document {REF}_{PID}.pdf": "one underscore after",
    f"Supporting Document-{REF}_{PID}.pdf": "one underscore after",
    f"Supporting Document{REF}_{PID}.pdf": "one underscore after",
    "Supporting Document": "one underscore after",
    "Supporting Document.pdf": "one underscore after",
    # the reference
    f"Supporting Document_{OTHER_REF}_{PID}.pdf": "another request's",
    f"Supporting Document_{REF.lower()}_{PID}.pdf": "this request's reference",
    f"Supporting Document__{REF}_{PID}.pdf": "this request's reference",
    f"Supporting Document_ {REF}_{PID}.pdf": "this request's reference",
    f"Supporting Document_{PID}.pdf": "this request's reference",
    f"Supporting Document_{PID}_{REF}.pdf": "this request's reference",
    f"Supporting Document_CT027-\u0662\u0660261123-000042_{PID}.pdf": "this request's reference",
    f"Supporting Document_{REF}-{PID}.pdf": "underscore after the reference",
    f"Supporting Document_{REF}{PID}.pdf": "underscore after the reference",
    f"Supporting Document_{REF}.pdf": "underscore after the reference",
    # the participant ID
    f"Supporting Document_{REF}_B00124.pdf": "another participant's",
    f"Supporting Document_{REF}_B0012A.pdf": "your participant ID",
    f"Supporting Document_{REF}_b00123.pdf": "your participant ID",
    f"Supporting Document_{REF}_B0\u0660123.pdf": "your participant ID",
    f"Supporting Document_{REF}_\uff2200123.pdf": "your participant ID",
    f"Supporting Document_{REF}_.pdf": "your participant ID",
    f"Supporting Document_{REF}_../{PID}.pdf": "your participant ID",
    # the suffix
    f"{RIGHT}_0A.pdf": "_00 to _09",
    f"{RIGHT}_1.pdf": "_00 to _09",
    f"{RIGHT}_10.pdf": "_00 to _09",
    f"{RIGHT}_001.pdf": "_00 to _09",
    f"{RIGHT}_0\u0661.pdf": "_00 to _09",
    f"{RIGHT}_0\u00b2.pdf": "_00 to _09",
    f"{RIGHT}_00_01.pdf": "_00 to _09",
    f"{RIGHT} (1).pdf": "_00 to _09",
    f"{RIGHT}4.pdf": "_00 to _09",
    f"{RIGHT}.pdf.exe": "_00 to _09",
    f"{RIGHT}.exe.pdf": "_00 to _09",
    f"{RIGHT}..pdf": "_00 to _09",
    f"{RIGHT}/../x.pdf": "_00 to _09",
    f"{RIGHT}\x00.pdf": "_00 to _09",
    f"{RIGHT} .pdf": "_00 to _09",
    # the type
    f"{RIGHT}.docx": "ends in .pdf, .xls or .xlsx",
    f"{RIGHT}.xlsm": "ends in .pdf, .xls or .xlsx",
    f"{RIGHT}.exe": "ends in .pdf, .xls or .xlsx",
    f"{RIGHT}.": "ends in .pdf, .xls or .xlsx",
    RIGHT: "ends in .pdf, .xls or .xlsx",
    f"{RIGHT}.pdf\n": "ends in .pdf, .xls or .xlsx",
    f"{RIGHT}.pdf ": "ends in .pdf, .xls or .xlsx",
    f"{RIGHT}.pdf\x00": "ends in .pdf, .xls or .xlsx",
    f"{RIGHT}.x\u017fs": "ends in .pdf, .xls or .xlsx",
}


@pytest.mark.parametrize(("name", "said"), HOSTILE.items(), ids=[ascii(name) for name in HOSTILE])
def test_the_first_wrong_part_is_named(name, said):
    assert said in fault(name, REF, PID)


@pytest.mark.parametrize("name", HOSTILE, ids=[ascii(name) for name in HOSTILE])
def test_a_sentence_about_a_name_can_be_printed(name):
    assert fault(name, REF, PID).isprintable()


@given(
    st.text(max_size=60) | st.from_regex(attachment.NAME) | st.builds(lambda a, b: a + RIGHT + b, st.text(), st.text())
)
def test_a_name_has_a_fault_unless_it_is_right(name):
    assert bool(fault(name, REF, PID)) != is_right(name, REF, PID)


def test_what_is_right_elsewhere_is_wrong_here():
    assert "another request's" in fault(f"{RIGHT}.pdf", OTHER_REF, PID)


# --- the next name ----------------------------------------------------------------------------------------------------
def test_the_first_name_has_no_suffix():
    assert expected_name(REF, PID, [], "pdf") == f"{RIGHT}.pdf"


def test_the_first_free_number_is_next():
    assert expected_name(REF, PID, [f"{RIGHT}.pdf", f"{RIGHT}_00.xls", f"{RIGHT}_02.pdf"], "XLSX") == f"{RIGHT}_01.xlsx"


def test_there_are_eleven_names():
    taken = []
    while name := expected_name(REF, PID, taken, "pdf"):
        taken.append(name)
    assert len(taken) == 11 and all(is_right(name, REF, PID) for name in taken)


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.PDF", "pdf"),
        ("a.pdf.exe", "exe"),
        ("a", ""),
        (".pdf", ""),
        ("a.", ""),
        ("a.x\u017fs", ""),
        ("a.pdf\n", "pdf\n"),
    ],
)
def test_the_extension_is_what_stands_last(name, extension):
    assert extension_of(name) == extension


def test_a_kept_name_holds_nothing_that_cannot_be_printed():
    assert readable("a\x00b\u202ec\ud800.pdf") == "a\ufffdb\ufffdc\ufffd.pdf"


# --- bytes ------------------------------------------------------------------------------------------------------------
LARGE = large_pdf(MOST_BYTES)


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (PDF, "pdf"),
        (PDF, "PDF"),
        (XLS, "xls"),
        (XLSX, "xlsx"),
        (LARGE, "pdf"),
    ],
)
def test_bytes_that_look_like_what_the_name_says_pass(content, extension):
    assert content_fault(content, extension) == ""


@pytest.mark.parametrize(
    ("content", "extension", "said"),
    [
        (b"", "pdf", "empty"),
        (PDF.ljust(MOST_BYTES + 1, b" "), "pdf", "10 MB"),
        (b"\n" * 1020 + PDF, "pdf", "something else"),
        (b"MZ\x90\x00", "pdf", "something else"),
        (b"<html>", "pdf", "something else"),
        (XLSX, "pdf", "something else"),
        (XLS, "xlsx", "something else"),
        (XLSX, "xls", "something else"),
        (PDF, "xls", "something else"),
        (b"a,b\n1,2\n", "xls", "something else"),
        (b"MZ" + XLSX, "xlsx", "something else"),
        (PDF, "docx", "PDF, XLS or XLSX"),
        (PDF, "", "PDF, XLS or XLSX"),
    ],
)
def test_other_bytes_are_refused(content, extension, said):
    assert said in content_fault(content, extension)


@given(st.binary(max_size=400), st.sampled_from(["pdf", "xls", "xlsx"]))
def test_any_bytes_are_judged(content, extension):
    assert isinstance(content_fault(b"PK\x03\x04" + content + b"PK\x05\x06" + content[:18], extension), str)


@pytest.mark.parametrize(
    ("size", "said"), [(812, "812 bytes"), (34_900, "34 KB"), (1_258_291, "1.2 MB"), (MOST_BYTES, "10.0 MB")]
)
def test_a_size_is_said_as_people_read_it(size, said):
    assert attachment.spoken_size(size) == said
