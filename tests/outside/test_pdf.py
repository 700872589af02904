"""The audit PDF: what people read on it, and that its pages and its record cannot drift apart."""

import io
from dataclasses import replace
from datetime import UTC, datetime
from time import perf_counter

import fontTools
import fpdf
import pikepdf
import pypdf
import pytest

from app.outside import paper, pdf
from engine.sealed.proof import Verdict
from engine.sealed.record import File, Record, Row, Section, carried
from tests import records

TRUSTED = records.pem(records.KEY)
NASTY = [
    "\u202egnp.exe",
    "\u2066isolated\u2069",
    "a\x00b",
    "\x1b[31mred\x1b[0m",
    "tab\tbed",
    "line\nbreak",
    "line\r\nbreak",
    "bare\rreturn",
    "\u2028separated\u2029",
    "\u00adsoft",
    "\ufeffmarked",
    "zero\u200bwidth\u200cjoin\u200der",
    "nbsp\u00a0here",
    "e\u0301" * 60,
    "Z" + "\u0301" * 80,
    "👩‍👩‍👧 family",
    "🇭🇰 flag",
    "ﷺ ligature",
    "عربى",
    "עברית",
    "हिन्दी",
    "ภาษาไทย",
    "한국어",
    "日本語テキスト",
    "简体中文测试",
    "繁體中文測試",
    "𠮷野家 and 𡃁",
    "\ue000 private",
    "\U0010ffff last",
    "x" * 3000,
    "長" * 3000,
    " " * 500,
    "(parens) \\ backslash \\(",
    "<b>bold</b><script>alert(1)</script>",
    "**bold** __under__ ~~struck~~",
    "[link](javascript:alert(1))",
    "{nb} pages of {nb}",
    "%PDF-1.7\nendobj\nstream",
    "=HYPERLINK('x')",
    "\u3164hidden\u2800",
]


@pytest.fixture
def record() -> Record:
    return records.story()


@pytest.fixture
def audit(record) -> bytes:
    return pdf.render(record)


def text(body: bytes) -> str:
    """The words of all pages, with one space wherever a line or a run of spaces was."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages).split())


def answered(*values: str) -> Record:
    """A case whose last round gave these answers."""
    rows = tuple(Row(f"Question {nth}", "", ("", value), True) for nth, value in enumerate(values))
    return records.story(sections=(Section("Answers", rows),))


def rewritten(audit: bytes, **changes: bytes) -> bytes:
    """The same PDF with some of its embedded documents replaced."""
    with pikepdf.open(io.BytesIO(audit)) as document:
        for name, body in changes.items():
            document.attachments[name.replace("_", ".")] = pikepdf.AttachedFileSpec(document, body, filename=name)
        target = io.BytesIO()
        document.save(target)
    return target.getvalue()


def test_the_pages_hold_every_entry_of_the_trail(record, audit):
    said = text(audit)
    wanted = [word for line in record.entry_lines for word in (line.label, line.who, line.comment) if word]
    assert [word for word in [*wanted, *(e.hash[:12] for e in record.entries)] if word not in said] == []


def test_chinese_names_titles_and_comments_are_readable_text(audit):
    said = text(audit)
    assert all(words in said for words in ("買賣盤價值上限設定確認", "海港明證券有限公司", "劉嘉欣", "太早了"))


@pytest.mark.parametrize("answer", ["请认证这个专户", "囍喆堃", "𠝹𡃁㗎"])
def test_simplified_and_rare_letters_are_readable_text(answer):
    assert answer in text(pdf.render(answered(answer)))


def test_a_font_none_of_whose_letters_is_printed_is_left_out():
    with paper.Paper("A limit", datetime(2026, 11, 23, 8, tzinfo=UTC), "Head", ("Left", "Right")) as sheet:
        sheet.turn()
        sheet.flow("Limit", paper.Face())
        body = bytes(sheet.output())
    assert b"MPDFAA+Inter" in body and b"MPDFAA+Noto" not in body


def test_the_pages_hold_old_and_new_answers_and_the_register(audit):
    said = text(audit)
    assert all(value in said for value in ("30,000,000", "90,000,000", "50,000,000", "Thu 26 Nov 2026"))


def test_the_pages_hold_files_with_their_hashes(record, audit):
    assert record.files[0].sha256 in text(audit).replace(" ", "")


def test_the_pages_say_how_to_verify(record, audit):
    said = text(audit)
    assert f"bin/portal verify {record.reference}.pdf" in said and record.seal.head in said


def test_each_page_carries_reference_number_and_seal(record, audit):
    pages = pypdf.PdfReader(io.BytesIO(audit)).pages
    feet = [
        (record.reference, f"Page {nth} of {len(pages)}", record.seal.head[:16]) for nth in range(1, len(pages) + 1)
    ]
    assert all(word in page.extract_text() for page, words in zip(pages, feet, strict=True) for word in words)


def test_the_same_record_makes_the_same_bytes(record, audit):
    assert pdf.render(record) == audit


def test_a_case_that_is_still_open_makes_the_same_bytes_too(record):
    so_far = records.sealed(replace(record, closed_at=None, status="Pending checker"))
    assert pdf.render(so_far) == pdf.render(so_far)


def test_every_document_of_the_record_is_embedded(record, audit):
    assert pdf.attachments(audit) == carried(record)


def test_the_file_calls_itself_pdf_a_3_and_lists_its_associated_files(record, audit):
    with pikepdf.open(io.BytesIO(audit)) as document:
        assert document.open_metadata().pdfa_status == "3B"
        assert len(document.Root.AF) == len(carried(record)) and "/OutputIntents" in document.Root


def test_the_file_holds_no_script_link_or_form(audit):
    assert not any(
        word in audit for word in (b"/JavaScript", b"/JS", b"/URI", b"/Launch", b"/AcroForm", b"/OpenAction <<")
    )


def test_every_font_is_embedded(audit):
    with pikepdf.open(io.BytesIO(audit)) as document:
        fonts = [
            obj
            for obj in document.objects
            if isinstance(obj, pikepdf.Dictionary) and obj.get("/Type") == "/FontDescriptor"
        ]
    assert fonts and all("/FontFile2" in font for font in fonts)


def test_an_untouched_file_is_intact_down_to_its_pages(audit):
    verdict = pdf.check(audit, TRUSTED)
    assert verdict.intact and "byte for byte" in verdict.sentences[-1]


def test_a_changed_byte_in_the_embedded_trail_is_named(record, audit):
    spoiled = carried(record)["trail.json"].replace(b"Too early", b"Too eager")
    verdict = pdf.check(rewritten(audit, trail_json=spoiled), TRUSTED)
    assert verdict.sentences[0] == "Entry 3 (task.completed, 23 Nov 2026 10:35 HKT) does not match its seal."


def test_pages_of_another_record_around_the_sealed_one_are_caught(record, audit):
    lie = pdf.render(replace(record, company="Somebody Else Limited"))
    forged = rewritten(lie, **{name.replace(".", "_"): body for name, body in carried(record).items()})
    verdict = pdf.check(forged, TRUSTED)
    assert not verdict.intact and "pages" in verdict.sentences[0]


def made_by(producer: str, monkeypatch: pytest.MonkeyPatch, record: Record) -> bytes:
    """The pages of a record as another release of the page writer makes them."""
    with monkeypatch.context() as patch:
        patch.setattr(paper, "PRODUCER", producer)
        return pdf.render(record)


def test_pages_that_call_themselves_another_releases_are_not_believed(record, monkeypatch):
    lie = made_by("Acrobat", monkeypatch, replace(record, company="Somebody Else Limited"))
    forged = rewritten(lie, **{name.replace(".", "_"): body for name, body in carried(record).items()})
    assert pdf.check(forged, TRUSTED) == Verdict(False, (pdf.ALTERED,))


def test_pages_sealed_by_another_release_are_not_called_intact(monkeypatch):
    old = records.story(producer="fpdf2 1")
    verdict = pdf.check(made_by("fpdf2 1", monkeypatch, old), TRUSTED)
    assert verdict == Verdict(
        False, ("The record is intact, but its pages were made by another release and were not checked.",)
    )


def test_pages_of_this_release_around_a_record_of_another_are_altered():
    assert pdf.check(pdf.render(records.story(producer="fpdf2 1")), TRUSTED) == Verdict(False, (pdf.ALTERED,))


def test_a_file_whose_metadata_cannot_be_read_is_altered(audit):
    with pikepdf.open(io.BytesIO(audit)) as document:
        document.Root.Metadata = document.make_stream(b"<x:xmpmeta")
        target = io.BytesIO()
        document.save(target)
    assert pdf.check(target.getvalue(), TRUSTED) == Verdict(False, (pdf.ALTERED,))


def test_the_sealed_producer_names_the_writers_that_are_at_work():
    assert paper.PRODUCER.startswith(f"fpdf2 {fpdf.FPDF_VERSION}, fontTools {fontTools.version}, pages ")


def test_bytes_added_behind_the_file_are_caught(audit):
    assert not pdf.check(audit + b"\n%more", TRUSTED).intact


@pytest.mark.parametrize("body", [b"", b"%PDF-1.7", b"hello", b"\x00" * 5000])
def test_what_is_no_pdf_is_refused_in_a_sentence(body):
    verdict = pdf.check(body)
    assert not verdict.intact and verdict.sentences[0].startswith("Expected ")


def test_forty_nasty_answers_survive():
    body = pdf.render(answered(*NASTY))
    assert len(NASTY) == 40 and pdf.check(body, TRUSTED).intact


@pytest.mark.parametrize(
    ("nasty", "shown"),
    [
        ("\u202egnp.exe", "[U+202E]gnp.exe"),
        ("a\x00b", "a[U+0000]b"),
        ("\u200bx", "[U+200B]x"),
        ("\u3164x", "[U+3164]x"),
        ("🇭🇰", "[U+1F1ED][U+1F1F0]"),
        ("<b>x</b>", "<b>x</b>"),
        ("**x**", "**x**"),
        ("e\u0301", "é"),
        ("𡃁", "𡃁"),
    ],
)
def test_what_cannot_be_seen_is_named_by_its_code_point(nasty, shown):
    with paper.Paper("Title", records.OPENED, "", ("", "")) as sheets:
        assert sheets.visible(nasty) == shown


def test_nasty_titles_and_names_survive(record):
    nasty = replace(record, title="</rdf:li>\x00<&", company="\u202eLimited", status="", title_zh="", company_zh="")
    assert pdf.check(pdf.render(records.sealed(nasty)), TRUSTED).intact


def test_a_text_of_20000_letters_flows_over_pages_in_full():
    letters = "買賣盤價值上限" * 2857
    said = "".join(text(pdf.render(answered(letters))).split())
    assert said.count("買賣盤") >= 2800


def test_a_record_without_answers_files_and_drawings_makes_a_file(record):
    bare = replace(record, sections=(), round_titles=(), files=(), drawings=(), forms=(), answers=())
    assert pdf.check(pdf.render(records.sealed(bare)), TRUSTED).intact


def test_a_drawing_that_cannot_be_read_is_still_carried(record):
    torn = replace(record, drawings=(replace(record.drawings[0], bpmn=b"<bpmn"),))
    body = pdf.render(records.sealed(torn))
    assert "cannot be shown" in text(body) and pdf.attachments(body)["CT027.bpmn"] == b"<bpmn"


def test_seven_rounds_all_stand_on_the_pages():
    titles = tuple(f"Round {nth}" for nth in range(1, 8))
    rows = (Row("Limit", "", tuple(f"{nth},000,000" for nth in range(1, 8)), True),)
    said = text(pdf.render(records.story(round_titles=titles, sections=(Section("", rows),))))
    assert all(f"Round {nth}" in said and f"{nth},000,000" in said for nth in range(1, 8))


def test_a_file_ends_at_200_pages_and_says_so():
    body = pdf.render(answered(*(f"{nth} " + "line\n" * 4000 for nth in range(4))))
    assert len(pypdf.PdfReader(io.BytesIO(body)).pages) == paper.PAGE_CAP
    assert "at most 200 pages" in pypdf.PdfReader(io.BytesIO(body)).pages[-1].extract_text()


def test_a_normal_case_is_made_within_two_seconds(record):
    files = tuple(
        File(f"Supporting Document_{record.reference}_B00123_0{nth}.pdf", 10**nth, "ab" * 32) for nth in range(9)
    )
    busy = records.sealed(replace(record, files=files))
    began = perf_counter()
    pdf.render(busy)
    assert perf_counter() - began < 2
