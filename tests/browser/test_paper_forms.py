"""A form on paper in the browser: published by the exchange, found and fetched on a phone."""

from tests.browser.people_journey import through_the_menu
from tests.browser.visitor import PHONE
from tests.commands.publishing import NUMBER, SAID
from tests.documents import PDF


def test_r71_a_form_that_the_exchange_publishes_is_found_and_fetched_on_a_phone(arrive):
    agnes, chen = arrive("agnes"), arrive("chen", width=PHONE)
    through_the_menu(agnes, "Forms")
    agnes.press("Add a form")
    agnes.field("Form number").fill(NUMBER)
    agnes.field("Why it is no eService").select_option(SAID.category)
    agnes.field("English title").fill(SAID.title_en)
    agnes.field("Traditional Chinese title").fill(SAID.title_zh)
    agnes.press("Add")
    agnes.field("PDF").set_input_files({"name": "form.pdf", "mimeType": "application/pdf", "buffer": PDF})
    agnes.press("Publish")
    through_the_menu(agnes, "Forms")
    chen.visit("/forms")
    chen.visit(f"/search?q={SAID.title_zh}")
    assert chen.download("Download") == PDF
