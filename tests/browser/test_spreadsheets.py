"""Rows from a spreadsheet in a browser: the template is downloaded, filled and sent, and fills the rows."""

import io

from openpyxl import load_workbook
from playwright.sync_api import expect

from app.web.files import MIMES
from tests.browser.visitor import PHONE

NEW = ("Add", "", "Ho Ka Wing", "", "Head of Operations", "kw.ho@harbourbright.test", "21234567", "", "")


def filled(template):
    """The template with one row in it."""
    book = load_workbook(io.BytesIO(template))
    for place, value in enumerate(NEW, 1):
        book["Rows"].cell(2, place).value = value or None
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_the_template_comes_back_as_rows_on_a_phone(site, arrive):
    reference = site.office.open_draft(code="PA002")
    mia = arrive("mia", width=PHONE)
    mia.visit(f"/tasks/{site.office.task(reference).id}")
    mia.page.get_by_text("Fill rows from a spreadsheet").click()
    mia.look()
    content = filled(mia.download("Download template (XLSX)"))
    mia.page.get_by_label("Keep them, and add those of the spreadsheet").check()
    chosen = {"name": "contacts.xlsx", "mimeType": MIMES["xlsx"], "buffer": content}
    mia.page.get_by_label("Choose a spreadsheet").set_input_files(chosen)
    expect(mia.page.get_by_text("press Fill the rows to read contacts.xlsx")).to_be_visible()
    mia.press("Fill the rows")
    expect(mia.page.locator(".row-title").last).to_have_text("3. Ho Ka Wing")
