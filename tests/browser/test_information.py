"""The information corner, help and support in the browser: published by the exchange, read on a phone."""

import pytest

from tests.browser.people_journey import through_the_menu
from tests.browser.visitor import PHONE
from tests.commands.informing import ABOUT, SAID
from tests.documents import PDF

FILE = {"name": "spec.pdf", "mimeType": "application/pdf", "buffer": PDF}
TABLET = 768


def test_r5_a_circular_that_the_exchange_publishes_is_read_on_a_phone(arrive):
    olive, mia = arrive("olive"), arrive("mia", width=PHONE)
    through_the_menu(olive, "Circulars")
    olive.press("Write a circular")
    for label, text in (("English title", SAID.title_en), ("Traditional Chinese title", SAID.title_zh)):
        olive.field(label).fill(text)
    for label, text in (("English text", SAID.text_en), ("Traditional Chinese text", SAID.text_zh)):
        olive.field(label).fill(text)
    olive.field("SEHK-EP").check()
    olive.page.get_by_label("PDF with it").set_input_files(FILE)
    olive.press("Publish")
    mia.visit("/")
    mia.press(SAID.title_en)
    assert mia.download("Download") == PDF


def test_r22_a_document_that_the_exchange_publishes_is_fetched_on_a_phone_and_logged(arrive):
    olive, mia = arrive("olive"), arrive("mia", width=PHONE)
    through_the_menu(olive, "Technical documents")
    olive.press("Add a document")
    olive.field("Category").select_option(ABOUT.category)
    olive.field("English title").fill(ABOUT.title_en)
    olive.field("Traditional Chinese title").fill(ABOUT.title_zh)
    olive.press("Add")
    olive.field("Version").fill("1.0")
    olive.field("File").set_input_files(FILE)
    olive.press("Publish")
    mia.visit("/documents?q=閘道")
    mia.download("Download")
    olive.visit("/documents/downloads")
    olive.reads("Mia Chan")


@pytest.mark.parametrize("width", [*(pytest.param(width, marks=pytest.mark.long) for width in (PHONE, TABLET)), 1280])
def test_r1_help_and_support_are_read_at_every_width_by_anybody(arrive, width):
    anybody = arrive(width=width)
    anybody.visit("/help")
    anybody.page.get_by_text("The same as text: Maker, checker, exchange").click()
    anybody.visit("/support")
    assert anybody.heading == "Support"


def test_r98_the_link_of_a_request_is_copied_by_a_button(arrive, site):
    mia = arrive("mia")
    reference = site.office.submitted()
    mia.visit(f"/requests/{reference}")
    mia.press("Ask for help with this request")
    mia.page.get_by_role("button", name="Copy the link").click()
    mia.reads("Copied")


def test_r98_without_scripts_the_link_stands_in_a_field_and_nothing_promises_more(arrive, site):
    mia = arrive("mia", java_script_enabled=False)
    mia.visit(f"/support?request={site.office.submitted()}")
    assert "/requests/" in mia.field("Link to this request").input_value()
    assert mia.page.get_by_role("button", name="Copy the link").count() == 0


def test_r97_the_notice_to_an_unsupported_browser_is_put_away_without_scripts(arrive):
    old = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"
    mia = arrive("mia", java_script_enabled=False, user_agent=old, width=PHONE)
    mia.reads("This browser was not tried here.")
    mia.press("Hide this notice")
    assert "This browser was not tried here." not in mia.text
