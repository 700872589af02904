"""Rows from a spreadsheet at the form, without scripts: the template, the upload, and what was typed around it."""

import io

import pytest
from openpyxl import load_workbook
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from app.web.files import MIMES
from tests.commands.test_imports import ANN, LABELS, asking_for_rows, kept
from tests.web.page import Page
from tests.workbooks import workbook

TYPED = {"holders.0.account": "old", "limit_hkd": "41,000,000"}


@pytest.fixture
def office(office):
    return asking_for_rows(office)


@pytest.fixture
def reference(office):
    return office.open_draft()


@pytest.fixture
def form(visitor, reference):
    """The address of a draft's form."""
    return visitor.task(reference)


@pytest.fixture
def mia(visitor, form):
    """The maker, at the form."""
    mia = visitor("mia")
    mia.get(form)
    return mia


def send(client, form, content, name="rows.xlsx", *, expect=200, **typed):
    """Fill the form, choose a spreadsheet and press its button."""
    chosen = FileStorage(io.BytesIO(content), filename=name)
    held = {name: text for name, text in client.page.form(f"{form}/answers").fields.items() if text is not None}
    fields = {**held, **typed, "act": "holders:fill", "file.holders": chosen}
    boundary, body = encode_multipart(fields)
    kind = f"multipart/form-data; boundary={boundary}"
    reply = client.raw.post(f"{form}/rows/holders", data=body, content_type=kind, base_url=client.origin)
    assert reply.status_code == (303 if expect == 200 else expect)
    if reply.status_code == 303:
        assert reply.headers["Location"] == f"{form}#f-holders"
        return client.get(reply.headers["Location"])
    client.page = Page(form, reply.status_code, reply.get_data(as_text=True))
    assert not client.page.faults()
    return client.page


def values(page, name):
    return page.tree.xpath(f"//*[@name='{name}']/@value")


def test_the_template_is_a_download(mia, form):
    reply = mia.download(mia.page.tree.xpath("//details[@id='f-holders-sheet']//a/@href")[0])
    assert (reply.mimetype, reply.headers["Content-Disposition"]) == (
        MIMES["xlsx"],
        'attachment; filename="holders.xlsx"',
    )
    assert [cell.value for cell in load_workbook(io.BytesIO(reply.data))["Rows"][1]] == LABELS


def test_rows_are_filled_and_shown(mia, form):
    page = send(mia, form, workbook([LABELS, ANN, ["00456"]]))
    assert [values(page, f"holders.{row}.account") for row in range(2)] == [["00123"], ["00456"]]


def test_what_was_typed_elsewhere_is_saved_with_them(mia, form):
    send(mia, form, workbook([LABELS, ANN]), limit_hkd="41,000,000")
    assert values(mia.get(form), "limit_hkd") == ["41,000,000"]


def test_nobody_is_asked_about_rows_that_nobody_typed(mia):
    assert mia.page.tree.xpath("//input[@name='file.holders.how']") == []


def test_once_rows_were_typed_the_page_asks_what_becomes_of_them(mia, form, office, reference):
    page = send(mia, form, workbook([LABELS, ANN]), expect=422, **TYPED)
    assert page.tree.xpath("//input[@name='file.holders.how']/@value") == ["replace", "append"]
    assert (values(page, "holders.0.account"), values(page, "limit_hkd")) == (["old"], ["41,000,000"])
    send(mia, form, workbook([LABELS, ANN]), **{"file.holders.how": "append"})
    assert [row[0] for row in kept(office, reference)] == ["old", "00123"]


def test_a_wrong_cell_stands_in_the_summary_and_nothing_typed_is_lost(mia, form, office, reference):
    before = office.everything()
    wrong = workbook([LABELS, [*ANN[:1], "many"]])
    page = send(mia, form, wrong, expect=422, **{**TYPED, "file.holders.how": "replace"})
    sentence = "B2: Enter Share as a number, such as 50,000,000"
    assert page.all("//div[@id='errors']//li") == [sentence]
    assert (values(page, "holders.0.account"), values(page, "limit_hkd")) == (["old"], ["41,000,000"])
    assert page.tree.xpath("//input[@name='file.holders.how'][@checked]/@value") == ["replace"]
    changed = {name for name, rows in office.everything().items() if rows != before[name]}
    assert changed <= {"signins"}


def test_without_a_file_the_page_asks_for_one(mia, form):
    page = send(mia, form, b"", "", expect=422)
    assert page.all("//div[@id='errors']//li") == ["Choose a spreadsheet, then press Fill the rows"]


def test_how_rows_are_filled_is_no_answer(mia, form, office, reference):
    mia.submit(f"{form}/draft", **{"file.holders.how": "append", "holders.0.account": "old"})
    assert [row[0] for row in kept(office, reference)] == ["old"]


def test_the_trail_names_the_rows_and_the_file(mia, form, reference):
    send(mia, form, workbook([LABELS, ANN]))
    assert "Holders from a spreadsheet, SHA-256" in mia.get(f"/requests/{reference}").text


@pytest.mark.parametrize("who", ["leo", "chen", "karen"])
def test_for_others_there_are_no_rows_to_fill(visitor, form, who):
    other = visitor(who)
    other.get(f"{form}/rows/holders/template.xlsx", expect=404)
    other.post(f"{form}/rows/holders", csrf_token=other.get("/").csrf_token, expect=404)


def test_rows_that_take_no_spreadsheet_offer_none(office, visitor):
    office.deploy("CT027")
    form = visitor.task(office.open_draft())
    mia = visitor("mia")
    mia.get(f"{form}/rows/limit_hkd/template.xlsx", expect=404)
    assert "spreadsheet" not in mia.get(form).text
