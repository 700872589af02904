"""Rows from a spreadsheet: what is kept, what the trail says, and workbooks that nobody should read."""

import io
import json
import time
from datetime import date, datetime
from datetime import time as time_of_day

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.formula import ArrayFormula

from app.commands.requests import imports
from app.outside import sheets
from app.store import answered
from engine import errors
from engine.errors import WrongAnswers
from engine.sealed import seal
from tests.commands.office import _files
from tests.commands.refusing import SATURDAY_NINE, refused
from tests.documents import MAIN, PDF
from tests.workbooks import raw_sheet, with_parts, workbook

FORM = "forms/CT027.form"
HOLDERS = {
    "type": "dynamiclist",
    "path": "holders",
    "label": "Holders",
    "properties": {"import": "xlsx", "most": "5"},
    "components": [
        {"type": "textfield", "key": "account", "label": "Account", "validate": {"required": True, "maxLength": 20}},
        {"type": "number", "key": "share", "label": "Share", "decimalDigits": 2, "properties": {"unit": "%"}},
        {"type": "datetime", "subtype": "date", "key": "since", "label": "Since"},
        {"type": "datetime", "subtype": "time", "key": "at", "label": "At"},
        {"type": "select", "key": "session", "label": "Session", "properties": {"register": "ocg_session"}},
        {"type": "checkbox", "key": "main", "label": "Main holder"},
    ],
}
LABELS = ["Account", "Share", "Since", "At", "Session", "Main holder"]
ANN = ["00123", 25.5, date(2026, 11, 23), time_of_day(9, 30), None, "Yes"]


def asking_for_rows(office):
    """The office with rows in its form that may come from a spreadsheet."""
    asked = json.loads(_files("CT027")[FORM])
    asked["components"][0]["components"].append(HOLDERS)
    office.deploy("CT027", {FORM: json.dumps(asked).encode()})
    return office


@pytest.fixture
def office(office):
    return asking_for_rows(office)


@pytest.fixture
def reference(office):
    return office.open_draft()


def fill(office, reference, content, who="mia", *, how="", name="rows.xlsx", field="holders", version=None, **raw):
    """Fill the rows of a draft."""
    return imports.fill_rows(
        office.portal,
        office.task(reference).id,
        version=version or office.version(reference),
        field=field,
        name=name,
        content=content,
        how=how,
        raw=raw,
        by=office.by(who),
    )


def said(office, reference, content, **more):
    """Why a workbook is refused; nothing is kept of it."""
    with refused(office, WrongAnswers) as caught:
        fill(office, reference, content, **more)
    return caught.value.fields["holders"]


def kept(office, reference):
    """The rows that stand in the draft, each in short."""
    with office.portal.database.read() as connection:
        draft = answered.draft(connection, office.case(reference).id, "submit").answers
    rows = sorted({name.split(".")[1] for name in draft if name.startswith("holders.")}, key=int)
    return [[draft.get(f"holders.{row}.{column['key']}", "") for column in HOLDERS["components"]] for row in rows]


# --- filling ----------------------------------------------------------------------------------------------------------
def test_rows_are_filled_and_everything_typed_is_kept(office, reference):
    fill(office, reference, workbook([LABELS, ANN]), limit_hkd="41,000,000")
    with office.portal.database.read() as connection:
        draft = answered.draft(connection, office.case(reference).id, "submit").answers
    assert (kept(office, reference), draft["limit_hkd"]) == (
        [["00123", "25.5", "2026-11-23", "09:30", "", "yes"]],
        "41,000,000",
    )


@pytest.mark.parametrize(("how", "accounts"), [("replace", ["00123"]), ("append", ["old", "00123"])])
def test_rows_that_were_typed_are_replaced_or_followed(office, reference, how, accounts):
    fill(office, reference, workbook([LABELS, ANN]), how=how, **{"holders.0.account": "old"})
    assert [row[0] for row in kept(office, reference)] == accounts


@pytest.mark.parametrize("how", ["", "both"])
def test_once_rows_were_typed_somebody_has_to_say_what_becomes_of_them(office, reference, how):
    sentences = said(office, reference, workbook([LABELS, ANN]), how=how, **{"holders.0.account": "old"})
    assert sentences == ["Choose whether the rows of the spreadsheet replace those above or follow them"]


def test_rows_that_were_typed_and_those_that_follow_are_counted_together(office, reference):
    typed = {f"holders.{place}.account": "old" for place in range(5)}
    assert said(office, reference, workbook([LABELS, ANN]), how="append", **typed) == [
        "Enter at most 5 rows; this has 6"
    ]


def test_the_trail_says_from_which_file_rows_came(office, reference):
    content = workbook([LABELS, ANN])
    fill(office, reference, content)
    entry = office.trail(reference)[-1].entry
    assert (entry["action"], entry["facts"]["rows"], entry["facts"]["sha256"]) == (
        "draft.saved",
        "holders",
        seal.digest(content),
    )


def test_the_template_filled_in_is_taken(office, reference):
    content = imports.template(office.portal, office.task(reference).id, "holders", office.by("mia"))
    book = load_workbook(io.BytesIO(content))
    for place, value in enumerate(ANN, 1):
        book["Rows"].cell(2, place).value = value
    filled = io.BytesIO()
    book.save(filled)
    fill(office, reference, filled.getvalue())
    assert kept(office, reference) == [["00123", "25.5", "2026-11-23", "09:30", "", "yes"]]


def test_the_template_offers_the_choices_of_today_and_keeps_zeros(office, reference):
    content = imports.template(office.portal, office.task(reference).id, "holders", office.by("mia"))
    book = load_workbook(io.BytesIO(content))
    rows, choices = book["Rows"], book["Choices"]
    offered = [cell.value for cell in choices["E"][1:]]
    assert [cell.value for cell in rows[1]] == LABELS
    assert [rows.cell(6, place).number_format for place in (1, 2, 3, 4)] == ["@", "#,##0.00", "d mmm yyyy", "hh:mm"]
    assert sorted(str(one.sqref) for one in rows.data_validations.dataValidation) == ["E2:E6", "F2:F6"]
    assert offered == sorted(offered) and any("HBS01C" in choice for choice in offered)


def test_a_label_that_begins_like_a_formula_stays_a_text():
    content = sheets.template([sheets.Column("=1+1", "", "text", False, ("=HYPERLINK(1)", "a\x01b"))], 3)
    book = load_workbook(io.BytesIO(content))
    cells = [book["Rows"]["A1"], book["Choices"]["A2"]]
    assert [(cell.value, cell.data_type) for cell in cells] == [("=1+1", "s"), ("=HYPERLINK(1)", "s")]


# --- who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("who", "reason"), [("leo", errors.NotFound), ("chen", errors.NotFound)])
def test_nobody_else_fills_rows_or_reads_their_choices(office, reference, who, reason):
    with refused(office, reason):
        fill(office, reference, workbook([LABELS, ANN]), who)
    with refused(office, reason):
        imports.template(office.portal, office.task(reference).id, "holders", office.by(who))


def test_a_page_of_another_version_fills_no_rows(office, reference):
    with refused(office, errors.StalePage):
        fill(office, reference, workbook([LABELS, ANN]), version=9)


def test_rows_are_not_filled_during_maintenance(office, reference):
    office.clock.move(**SATURDAY_NINE)
    with refused(office, errors.ServiceClosed):
        fill(office, reference, workbook([LABELS, ANN]))


@pytest.mark.parametrize("field", ["limit_hkd", "nobody", "holders.0"])
def test_what_takes_no_spreadsheet_has_none(office, reference, field):
    with refused(office, errors.NotFound):
        fill(office, reference, workbook([LABELS, ANN]), field=field)


def test_a_decision_has_no_rows_to_fill(office):
    reference = office.submitted()
    with refused(office, errors.TaskNotOpen):
        fill(office, reference, workbook([LABELS, ANN]), "chen")


def test_fields_that_nobody_asked_for_are_refused_with_the_rows(office, reference):
    with refused(office, errors.UnknownFields):
        fill(office, reference, workbook([LABELS, ANN]), decision="approve")


# --- workbooks that nobody should read --------------------------------------------------------------------------------
def formula(book):
    book.active["B2"] = "=1+1"


def array(book):
    book.active["B2"] = ArrayFormula("B2:B3", "=A2:A3")


def hidden_first(book):
    book.create_sheet("Seen").append(["Account"])
    book["Seen"].append(["00456"])
    book.active.sheet_state = "veryHidden"
    book.active = 1


def merged(book):
    book.active.merge_cells("A1:C1")


def failed(book):
    book.active["B2"] = "#REF!"


def ancient(book):
    book.active["C2"].value = -5
    book.active["C2"].number_format = "d mmm yyyy"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (formula, "B2: Enter a value instead of a formula"),
        (array, "B2: Enter a value instead of a formula"),
        (merged, "B1: Enter the label of what stands in B2"),
        (failed, "B2: Correct the error #REF! in the spreadsheet"),
        (ancient, "C2: "),
    ],
    ids=["a formula", "an array formula", "merged labels", "an error", "a day before 1900"],
)
def test_a_cell_that_is_no_answer_is_refused_by_its_name(office, reference, spoil, sentence):
    assert said(office, reference, workbook([LABELS, ANN], spoil))[0].startswith(sentence)


def test_of_hidden_sheets_nothing_is_read(office, reference):
    fill(office, reference, workbook([LABELS, ANN], hidden_first))
    assert [row[0] for row in kept(office, reference)] == ["00456"]


def test_a_moment_is_no_day(office, reference):
    line = [*ANN[:2], datetime(2026, 11, 23, 10, 30)]
    assert said(office, reference, workbook([LABELS, line])) == ["C2: Enter a day without a time, such as 23 Nov 2026"]


def test_a_huge_text_is_named_by_its_cell(office, reference):
    assert said(office, reference, workbook([LABELS, ["x" * 32_000]])) == [
        "A2: Enter at most 20 characters; this has 32,000"
    ]


FAR = raw_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
SAYS_FAR = raw_sheet('<row r="1"><c r="A1" t="inlineStr"><is><t>Account</t></is></c></row>', dimension="A1:XFD1048576")
STRINGS = "".join(f"<si><t>{number}</t></si>" for number in range(1_000_000))
SHARED = "".join(f'<c r="B{row}"><f t="shared" si="0"/></c>' for row in range(1, 3_000))
LONG_FORMULA = f'<c r="A1"><f t="shared" ref="A1:Z9" si="0">{"+".join(f"A{row}*7" for row in range(1, 3_000))}</f></c>'
HOSTILE = {
    "one cell at the end of the sheet": (FAR, "has something at"),
    "a sheet of another size than it says": (SAYS_FAR, None),
    "a text that unpacks without end": (
        raw_sheet(f'<row r="1"><c r="A1" t="inlineStr"><is><t>{"x" * 9_000_000}</t></is></c></row>'),
        "unpacks to far more",
    ),
    "an entity": (
        with_parts(
            workbook([LABELS]), {"xl/worksheets/sheet1.xml": '<!DOCTYPE a [<!ENTITY b "c">]><worksheet>&b;</worksheet>'}
        ),
        "refers elsewhere",
    ),
    "no sheet at all": (
        with_parts(
            workbook([LABELS]),
            {"xl/workbook.xml": f'<?xml version="1.0"?><workbook {MAIN}><sheets/></workbook>'},
        ),
        "cannot be read|no sheet",
    ),
    "broken markup": (with_parts(workbook([LABELS]), {"xl/worksheets/sheet1.xml": "<worksheet><sheet"}), "cannot be"),
    "a style that is none": (raw_sheet('<row r="1"><c r="A1" s="999"><v>1</v></c></row>'), "cannot be read"),
    "a PDF": (PDF, "holds something else"),
    "nothing": (b"", "it is empty"),
}


@pytest.mark.parametrize(("content", "words"), HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_workbook_costs_little_and_changes_nothing(office, reference, content, words):
    begun = time.monotonic()
    if words is None:
        assert fill(office, reference, content)
    else:
        sentences = said(office, reference, content)
        assert any(word in sentences[0] for word in words.split("|")), sentences
    assert time.monotonic() - begun < 30


@pytest.mark.long
def test_a_formula_that_takes_hours_to_read_is_given_up(office, reference):
    content = raw_sheet(f'<row r="1">{LONG_FORMULA}{SHARED}</row>')
    assert "cannot be read" in said(office, reference, content)[0]


def test_a_workbook_of_more_than_a_megabyte_is_not_opened(office, reference):
    assert said(office, reference, b"PK\x03\x04" + bytes(sheets.MOST_BYTES)) == [
        "Expected a spreadsheet of at most 1 MB, but it is larger: copy the rows into a new workbook."
    ]


def test_a_workbook_of_too_many_strings_is_given_up(office, reference):
    strings = f'<?xml version="1.0"?><sst {MAIN}>{STRINGS}</sst>'
    content = with_parts(workbook([LABELS]), {"xl/sharedStrings.xml": strings})
    assert "Expected a" in said(office, reference, content)[0]


@pytest.mark.parametrize("name", ["rows.xls", "rows.pdf", "rows", ".xlsx", "rows.xlsx.exe"])
def test_only_a_file_that_is_called_so_is_a_spreadsheet(office, reference, name):
    assert said(office, reference, workbook([LABELS]), name=name) == [
        "Expected a spreadsheet with the ending .xlsx: save it as XLSX"
    ]


def test_rows_far_below_are_not_passed_over(office, reference):
    content = workbook([LABELS, ANN], lambda book: book.active.cell(700, 1, "Ben"))
    assert said(office, reference, content) == ["A700: Keep everything within the first 500 rows and 50 columns"]
