"""Printed forms: what stands on them, in two languages, on one page or two, and the same bytes every time."""

import io
from dataclasses import replace
from datetime import date

import pypdf
import pytest

from app.commands.managing import shipped_forms
from app.outside import contents
from app.outside.paper_form import SAMPLE, Blank, render

EVERY = [
    pytest.param(number, marks=() if number in ("TRX-05", "LOW-01") else pytest.mark.long)
    for number in shipped_forms.numbers()
]
BLANK = Blank(
    number="TRX-90",
    category="TRANSACTION",
    title_en="Late Delivery Claim",
    title_zh="延遲交付索償表格",
    keywords="",
    dated=date(2026, 11, 2),
    note="Use one form for each claim.",
    parts=[
        {
            "title": "Claim",
            "zh": "索償",
            "fields": [
                {"label": "Amount", "zh": "金額", "width": "third"},
                {"label": "How it arose", "zh": "原因", "width": "full", "lines": 3},
                {"label": "Kind", "zh": "類別", "choices": ["Cash", "Shares", "Both"]},
                {"label": "Positions", "zh": "數額", "columns": ["Stock code", "Quantity"], "rows": 3},
            ],
        }
    ],
    signatures=[("Authorised signatory", "獲授權簽署人")],
)


def pages_of(body):
    return [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages]


def words_of(body):
    """The words of all pages, with one space wherever a line or a run of spaces was."""
    return " ".join(" ".join(pages_of(body)).split())


@pytest.fixture(scope="module")
def printed():
    return render(BLANK, 3, "The Exchange")


@pytest.mark.parametrize(
    "words",
    [
        "The Exchange",
        "Late Delivery Claim",
        "延遲交付索償表格",
        "Form TRX-90 · Version 3 · 2 Nov 2026",
        SAMPLE,
        "Amount · 金額",
        "Both",
        "Stock code",
        "Authorised signatory · 獲授權簽署人",
        "For use by The Exchange only",
    ],
)
def test_r71_a_printed_form_says(printed, words):
    assert words in words_of(printed)


def test_the_same_form_makes_the_same_bytes(printed):
    assert render(BLANK, 3, "The Exchange") == printed


def test_another_version_makes_other_bytes(printed):
    assert render(BLANK, 4, "The Exchange") != printed


def test_a_form_of_many_parts_goes_on_over_the_page():
    body = render(replace(BLANK, parts=[*BLANK.parts] * 3), 1, "The Exchange")
    assert ["Authorised signatory" in page for page in pages_of(body)] == [False, True]


@pytest.mark.parametrize("number", EVERY)
def test_what_ships_is_whole_and_fits_two_pages(number):
    body = render(shipped_forms.read(number), 1, "The Exchange")
    text = words_of(body)
    assert (len(pages_of(body)) <= 2, "[U+" in text, "…" in text, contents.fault(body, "pdf")) == (
        True,
        False,
        False,
        "",
    )
