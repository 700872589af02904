"""Rows from a spreadsheet: cells become what somebody would have typed, and what is wrong is named by its cell."""

from dataclasses import replace

import pytest

from engine.checking import components
from engine.errors import WrongAnswers
from engine.forms import form, rows
from engine.forms.cells import Cell, letters
from engine.forms.sheets import columns_of, note_of, rows_in
from tests.engine.test_rows import ACTION, FACTS, answered, one, people, read, wanted

BANK = one("select", "bank", properties={"register": "designated_bank"})
YES = [{"value": "yes", "label": "Yes"}, {"value": "no", "label": "No"}]
ITEM = one("textfield")
KINDS = [
    one("textfield", "it", properties={"label_zh_Hant": "甲"}),
    {**one("select", "action", properties={"option_zh_Hant.ADD": "新增"}), "values": ACTION},
]


def column(component, facts=FACTS, *cells, header="It"):
    """What comes of cells of one column: a text for each row, or the sentences."""
    (entry,) = read(people({**component, "key": "it", "label": "It"}, one("textfield", "other"))).fields
    placed = [Cell(1, 1, "text", header), *(replace(cell, row=place) for place, cell in enumerate(cells, 2))]
    try:
        return [row["it"] for row in rows_in(entry, placed, facts)]
    except WrongAnswers as error:
        return error.fields["persons"]


def cell(kind, value, pattern=""):
    return Cell(0, 1, kind, value, pattern)


def text(value):
    return cell("text", value)


def number(value, pattern="General"):
    return cell("number", value, pattern)


def lines(entry, *written, facts=FACTS):
    """The rows of a sheet of texts, line by line."""
    cells = [
        Cell(row, place, "text", value)
        for row, line in enumerate(written, 1)
        for place, value in enumerate(line, 1)
        if value
    ]
    return rows_in(entry, cells, facts)


def refused(entry, *written):
    with pytest.raises(WrongAnswers) as caught:
        lines(entry, *written)
    return caught.value.fields[entry.key]


DAY = one("datetime")
MONEY = one("number", properties={"money": "true"}, decimalDigits=2)
SHARE = one("number", properties={"unit": "%"}, decimalDigits=2)
LIST = one("checklist", properties={"register": "designated_bank"})


@pytest.mark.parametrize(
    ("component", "written", "typed"),
    [
        (one("textfield"), text("00123"), "00123"),
        (one("textfield"), number(123), "123"),
        (one("textfield"), number(123.0), "123"),
        (one("textfield"), number(123, "00000"), "00123"),
        (one("textfield"), cell("yes_no", True), "Yes"),
        (one("number"), number(5), "5"),
        (one("number"), text("5,000"), "5,000"),
        (one("number"), number(5e6), "5000000"),
        (MONEY, number(0.1 + 0.2), "0.3"),
        (MONEY, text("HKD 5,000.25"), "HKD 5,000.25"),
        (SHARE, number(0.25, "0%"), "25"),
        (SHARE, number(0.3333, "0.00%"), "33.33"),
        (SHARE, number(25), "25"),
        (DAY, cell("day", "2026-11-23"), "2026-11-23"),
        (DAY, text("23 Nov 2026"), "2026-11-23"),
        (DAY, text("Mon 23 November 2026"), "2026-11-23"),
        (DAY, text("23-nov-2026"), "2026-11-23"),
        (DAY, text("23/11/2026"), "23/11/2026"),
        (one("datetime", subtype="time"), cell("time", "09:30"), "09:30"),
        (one("datetime", subtype="time"), text("9:30"), "9:30"),
        (one("textfield", properties={"kind": "month_day"}), text("02-29"), "02-29"),
        (one("textfield", properties={"kind": "month_day"}), cell("day", "2024-02-29"), "02-29"),
        (one("textfield", properties={"kind": "phone"}), number(91234567), "91234567"),
        (BANK, text("HSBC"), "HSBC"),
        (BANK, text("bank of china  · 012"), "BOC"),
        ({**one("radio"), "values": ACTION}, text("Change"), "CHANGE"),
        ({**one("radio"), "values": YES}, cell("yes_no", False), "no"),
        (one("checkbox"), text("Yes"), "yes"),
        (one("checkbox"), number(1), "yes"),
        (LIST, text("HSBC · 004; BOC"), "HSBC\nBOC"),
        (LIST, text("HSBC,BOC"), "HSBC\nBOC"),
        ({**one("checklist"), "values": [{"value": "1", "label": "One"}]}, number(1), "1"),
        (one("taglist"), text("a; b\nc"), "a\nb\nc"),
    ],
)
def test_a_cell_becomes_what_somebody_would_have_typed(component, written, typed):
    assert column(component, FACTS, written) == [typed]


DAY_SAID = "A2: Enter a day, such as 23 Nov 2026"


@pytest.mark.parametrize(
    ("component", "written", "sentence"),
    [
        (DAY, number(46349), DAY_SAID),
        (DAY, text("11/23/2026"), DAY_SAID),
        (DAY, text("23/11/26"), DAY_SAID),
        (DAY, text("23 Foo 2026"), DAY_SAID),
        (DAY, text("next Monday"), DAY_SAID),
        (DAY, cell("time", "00:00"), DAY_SAID),
        (DAY, cell("moment", "2026-11-23T10:00"), "A2: Enter a day without a time, such as 23 Nov 2026"),
        (DAY, text("31 Dec 1899"), "A2: Enter a date between 1900 and 2199"),
        (one("datetime", subtype="time"), number(0.4), "A2: Enter a time, such as 09:30"),
        (one("number"), text("five"), "A2: Enter It as a number, such as 50,000,000"),
        (one("number"), text("1.000.000,00"), "A2: Enter It as a number, such as 50,000,000"),
        (one("number"), text("(500)"), "A2: Enter It as a number, such as 50,000,000"),
        (one("number"), cell("day", "2026-11-23"), "A2: Enter It as a number, such as 50,000,000"),
        (one("number"), number(0.5, "0%"), "A2: Enter It as a number without %"),
        (one("number"), number(1.5), "A2: Enter a whole number"),
        (one("number"), number(float("inf")), "A2: Enter It as a number, such as 50,000,000"),
        (one("number"), number(1e300), "A2: Enter It as a number, such as 50,000,000"),
        (MONEY, number(1.005), "A2: Enter at most 2 decimals"),
        (one("textfield"), cell("day", "2026-11-23"), "A2: Format the cell as text"),
        (one("textfield"), number(1234567890123456), "A2: Format the cell as text"),
        (one("textfield"), text("x" * 32_767), "A2: Enter at most 200 characters; this has 32,767"),
        (one("textfield"), text("a\nb"), "A2: Remove the characters that cannot be printed"),
        (one("textfield"), text("a\x01b"), "A2: Remove the characters that cannot be printed"),
        (BANK, text("Nobody"), "A2: Choose It from the list"),
        (LIST, text("HSBC; Nobody"), "A2: Choose It from the list"),
        ({**one("radio"), "values": YES}, text("perhaps"), "A2: Choose yes or no"),
        (one("checkbox"), text("perhaps"), "A2: Enter Yes, or leave the cell empty"),
        (one("textfield", properties={"kind": "month_day"}), number(2), "A2: Enter a month and a day"),
        (one("textfield", properties={"kind": "email"}), text("Ann"), "A2: Enter It as an e-mail address"),
        (one("textfield"), cell("formula", ""), "A2: Enter a value instead of a formula"),
        (one("textfield"), cell("error", "#REF!"), "A2: Correct the error #REF! in the spreadsheet"),
        (one("textfield"), cell("beyond", ""), "A2: Keep everything within the first 500 rows and 50 columns"),
    ],
)
def test_a_cell_that_cannot_be_taken_is_named(component, written, sentence):
    (said,) = column(component, FACTS, written)
    assert said.startswith(sentence)


@pytest.mark.parametrize("header", ["It", " IT ", "it", "甲"])
def test_a_column_is_known_by_its_label_in_any_language_or_by_its_key(header):
    assert column(KINDS[0], FACTS, text("a"), header=header) == ["a"]


def test_a_choice_is_known_in_any_language():
    assert column(KINDS[1], FACTS, text("新增")) == ["ADD"]


def test_columns_may_stand_in_any_order():
    (entry,) = read(people()).fields
    (row,) = lines(entry, ["Email", "Action", "Name"], ["ann@x.test", "Add", "Ann"])
    assert (row["name"], row["action"], row["email"]) == ("Ann", "ADD", "ann@x.test")


def test_an_address_stands_in_a_column_for_each_of_its_lines():
    (entry,) = read(people()).fields
    header = ["Name", "Action", "Office: Address line 1", "office.country"]
    (row,) = lines(entry, header, ["Ann", "Add", "1 Star Street", "Hong Kong"])
    assert {name: row[name] for name in row if name.startswith("office")} == {
        "office.line1": "1 Star Street",
        "office.line2": "",
        "office.line3": "",
        "office.district": "",
        "office.country": "HK",
    }


def test_blank_lines_are_passed_over():
    (entry,) = read(people(one("textfield", "name"))).fields
    assert [row["name"] for row in lines(entry, ["Name"], [""], ["Ann"], [""], ["Ben"])] == ["Ann", "Ben"]


def test_what_has_no_column_begins_as_in_a_new_row():
    team = one("textfield", "team", properties={"prefill": '"Desk A"'})
    (entry,) = read(people(one("textfield", "name"), team)).fields
    assert lines(entry, ["Name"], ["Ann"]) == [{"name": "Ann", "team": "Desk A"}]


def test_a_blank_cell_is_blank():
    team = one("textfield", "team", properties={"prefill": '"Desk A"'})
    (entry,) = read(people(one("textfield", "name"), team)).fields
    assert lines(entry, ["Name", "Team"], ["Ann", ""]) == [{"name": "Ann", "team": ""}]


NAMES = "Name, Action, Email, Limit, Office: Address line 1, Office: Address line 2, Office: Address line 3"


@pytest.mark.parametrize(
    ("written", "sentences"),
    [
        ([["Name", "Action", "Colour"], ["Ann"]], [f"C1: Enter one of {NAMES}"]),
        ([["Name"], ["Ann"]], ["Row 1: Add the column Action"]),
        ([["Name", "Action", "name"], ["Ann"]], ["C1: Enter each label once: Name stands twice"]),
        ([["Name", "Action", ""], ["Ann", "Add", "lost"]], ["C1: Enter the label of what stands in C2"]),
        ([["", ""], ["Ann", "Add"]], ["A1: Enter the labels of the questions in the first row"]),
        ([], ["A1: Enter the labels of the questions in the first row"]),
        (
            [["Persons", "", ""], ["Name", "Action", "Email"]],
            ["A1: Enter one of", "B1: ", "C1: ", "Row 1: ", "Row 1: "],
        ),
    ],
    ids=["unknown", "missing", "twice", "none", "no first row", "nothing at all", "merged"],
)
def test_wrong_labels_are_named_by_their_place(written, sentences):
    (entry,) = read(people()).fields
    said = refused(entry, *written)
    assert [one.startswith(start) for one, start in zip(said, sentences, strict=True)] == [True] * len(sentences)


def test_a_column_that_the_portal_fills_is_not_filled_from_a_sheet():
    fixed = one("expression", "sum", properties={"value": "1"})
    (entry,) = read(people(one("textfield", "name"), fixed)).fields
    assert refused(entry, ["Name", "Sum"], ["Ann", "1"]) == [
        "B1: Remove this column: Sum is filled in by the portal",
    ]


def test_too_many_rows_are_named_by_the_first_of_them():
    (entry,) = read(people(one("textfield", "name"), properties={"most": "2"})).fields
    assert refused(entry, ["Name"], ["a"], [""], ["b"], ["c"]) == ["A5: Enter at most 2 rows; this has 3"]


def test_only_so_much_is_said_at_once():
    (entry,) = read(people(one("number", "name"))).fields
    said = refused(entry, ["Name"], *(["x"] for _ in range(40)))
    assert (len(said), said[-1]) == (21, "And 20 more")


def test_rows_follow_those_that_were_typed_or_replace_them():
    asked = read(people(one("textfield", "name"), properties={"most": "3"}))
    (entry,) = asked.fields
    typed = {"persons.0.name": "Ann", "persons.1.name": ""}
    names = [
        [row["name"] for row in rows.rows_of(entry, rows.filled_up(entry, typed, [{"name": "Ben"}], replacing=how))]
        for how in (True, False)
    ]
    assert names == [["Ben"], ["Ann", "Ben"]]


def test_more_rows_than_may_be_follow_none():
    (entry,) = read(people(one("textfield", "name"), properties={"most": "2"})).fields
    with pytest.raises(WrongAnswers, match="persons"):
        rows.filled_up(entry, {"persons.0.name": "Ann"}, [{"name": "Ben"}] * 2, replacing=False)


def test_what_came_from_a_sheet_is_checked_like_anything_typed():
    asked = read(people(wanted(one("textfield", "name")), one("number", "limit")))
    (entry,) = asked.fields
    raw = rows.filled_up(entry, {}, lines(entry, ["Name", "Limit"], ["Ann", "5"]), replacing=True)
    assert answered(asked, form.clean(asked, raw)) == {"persons": [{"name": "Ann", "limit": 5}]}


def test_every_column_has_a_note():
    (entry,) = read(people(DAY, LIST | {"key": "banks"}, SHARE | {"key": "share"})).fields
    assert [note_of(column) for column in columns_of(entry)] == [
        "A day, such as 23 Nov 2026",
        "One or several of the choices, with ; between them",
        "A number. Unit: %",
    ]


TWICE = one("textfield", "other", properties={"label_zh_Hant": "甲"})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (people(ITEM, ITEM | {"key": "b"}, properties={"import": "xlsx"}), "but it stands twice"),
        (people(KINDS[0], TWICE, properties={"import": "xlsx"}), "but 甲 stands twice"),
        (people(ITEM, properties={"import": "xlsx"}, allowAddRemove=False), "but these are fixed"),
    ],
    ids=["one label", "one label in another language", "fixed rows"],
)
def test_rows_that_cannot_be_told_apart_in_a_sheet_are_a_fault(asked, words):
    (entry,) = read(asked).fields
    assert [words in sentence for sentence in components.wrong_import(entry)] == [True]


def test_rows_without_a_spreadsheet_may_have_any_labels():
    (entry,) = read(people(ITEM, ITEM | {"key": "b"})).fields
    assert not list(components.wrong_import(entry))


@pytest.mark.parametrize(("number", "name"), [(1, "A"), (26, "Z"), (27, "AA"), (702, "ZZ"), (703, "AAA")])
def test_columns_are_called_as_spreadsheets_call_them(number, name):
    assert letters(number) == name
