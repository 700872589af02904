"""The pages of the forms on paper: found and fetched by everybody, kept by the exchange's administrators."""

import io
from urllib.parse import unquote

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from engine.exclusions import EXCLUSIONS, NAMED
from tests.commands.publishing import NUMBER, SAID, TODAY, added, form, offered, published, withdrawn
from tests.commands.test_paper_forms import HOSTILE, NEWER
from tests.documents import PDF, large_pdf
from tests.web.page import Page

EVERYBODY = ["mia", "chen", "ada", "ivan", "penny", "karen", "olive", "audrey", "andy", "agnes"]
OTHERS = [who for who in EVERYBODY if who != "agnes"]
MEGABYTE = 1024 * 1024
PLACE = f"/forms/{NUMBER}"


def numbers(page):
    """The forms on the page."""
    return page.all("//span[@class='service-code']")


def send(client, content=PDF, name="form.pdf", dated=TODAY, *, expect=303):
    """Choose a file on the page of a form and press Publish."""
    client.get(PLACE)
    fields = {**client.page.form(f"{PLACE}/versions").fields, "dated": dated}
    chosen = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({**fields, "file": chosen})
    kind = f"multipart/form-data; boundary={boundary}"
    reply = client.raw.post(f"{PLACE}/versions", data=body, content_type=kind, base_url=client.origin)
    assert reply.status_code == expect
    return Page(PLACE, reply.status_code, reply.get_data(as_text=True)) if expect != 303 else client.get(PLACE)


# --- the list ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", EVERYBODY)
def test_r71_everybody_finds_the_forms_in_the_menu(office, visitor, who):
    offered(office)
    client = visitor(who)
    assert numbers(client.get(client.page.link("Forms"))) == [NUMBER]


@pytest.mark.parametrize(("number", "exclusion"), list(zip(range(64, 71), EXCLUSIONS, strict=True)))
def test_r64_to_r70_a_category_says_why_its_forms_are_no_eservices(office, visitor, number, exclusion):
    offered(office, f"R-{number}", SAID._replace(category=exclusion.name))
    page = visitor("mia").get("/forms")
    assert page.all(f"//section[@id='{exclusion.name}']//p[@class='quiet small']") == [exclusion.reason]


def test_r71_a_form_stands_with_everything_that_tells_it_from_others(office, visitor):
    offered(office)
    text = visitor("mia").get("/forms").text
    assert f"{NUMBER} {SAID.title_en} {SAID.title_zh} Version 1, 23 Nov 2026 · PDF, {len(PDF)} bytes" in text


def test_a_category_without_a_form_is_left_out(office, visitor):
    offered(office)
    assert visitor("mia").get("/forms").all("//section//h2") == [NAMED["TRANSACTION"].title]


def test_without_any_form_the_page_says_so(visitor):
    assert "No form has been published yet." in visitor("mia").get("/forms").text


def test_only_whoever_keeps_the_forms_sees_those_that_are_not_offered(office, visitor):
    added(office, "TRX-91")
    withdrawn(office, offered(office))
    seen = [numbers(visitor(who).get("/forms")) for who in ("mia", "audrey", "agnes")]
    assert seen == [[], [], ["TRX-91", NUMBER]]


# --- search -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("words", ["late delivery", "LATE", "延遲交付", NUMBER, NUMBER.lower(), "索償", "claim deliv"])
def test_r71_search_finds_a_form_by_title_number_and_keyword(office, visitor, words):
    offered(office)
    assert NUMBER in visitor("chen").get(f"/search?q={words}").all("//span[@class='service-code']")


@pytest.mark.parametrize("who", EVERYBODY)
def test_r71_search_tells_everybody_that_it_is_no_eservice_and_why(office, visitor, who):
    offered(office)
    text = visitor(who).get("/search?q=delivery").text
    assert f"PDF form, not an eService. {NAMED['TRANSACTION'].reason}" in text


@pytest.mark.parametrize("words", ["", "late nothing", "%", "_"])
def test_search_finds_no_form_by_other_words(office, visitor, words):
    offered(office, said=SAID._replace(keywords=""))
    assert numbers(visitor("mia").get(f"/search?q={words}")) == []


def test_search_finds_nothing_that_was_withdrawn(office, visitor):
    withdrawn(office, offered(office))
    assert "Nothing found" in visitor("agnes").get("/search?q=delivery").text


# --- the download -----------------------------------------------------------------------------------------------------
def test_r71_a_form_is_downloaded_under_its_name(office, visitor):
    offered(office, said=SAID._replace(title_en="Dividend/Bonus Claim"))
    reply = visitor("mia").download(f"{PLACE}.pdf")
    headers = {name: reply.headers[name] for name in ("Content-Type", "X-Content-Type-Options")}
    assert (reply.data, headers) == (PDF, {"Content-Type": "application/pdf", "X-Content-Type-Options": "nosniff"})
    named = unquote(reply.headers["Content-Disposition"])
    assert named.startswith("attachment;") and f"''{NUMBER} Dividend-Bonus Claim v1.pdf" in named


def test_r71_the_link_leads_to_the_newest_version_also_from_an_older_page(office, visitor):
    offered(office)
    mia = visitor("mia")
    link = mia.get("/forms").link(f"Download: {SAID.title_en}")
    published(office, content=NEWER)
    assert mia.download(link).data == NEWER


@pytest.mark.parametrize("url", ["/forms/TRX-99.pdf", "/forms/%00.pdf", f"{PLACE}.PDF", f"{PLACE}.pdf/"])
def test_a_form_that_does_not_exist_is_not_found(office, visitor, url):
    offered(office)
    visitor("mia").get(url, expect=404)


# --- keeping ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("url", ["/forms/new", PLACE, f"{PLACE}/versions/1", f"{PLACE}/withdrawal"])
def test_nobody_else_finds_the_pages_of_whoever_keeps_the_forms(office, visitor, who, url):
    offered(office)
    visitor(who).get(url, expect=404)


@pytest.mark.parametrize("url", ["/forms/new", PLACE, f"{PLACE}/versions", f"{PLACE}/withdrawal"])
def test_nobody_else_may_send_their_forms(office, visitor, url):
    offered(office)
    visitor("mia").post(url, {**SAID._asdict(), "number": "TRX-91", "version": "1"}, expect=404)
    assert (form(office).changes, len(office.rows("paper_forms"))) == (1, 1)


def test_r71_a_form_is_added_and_published_on_the_pages(office, visitor):
    agnes = visitor("agnes")
    agnes.get(agnes.get("/forms").link("Add a form"))
    page = agnes.submit("/forms/new", number=NUMBER.lower(), **SAID._asdict())
    assert page.url == PLACE and "Nothing published yet" in page.text
    send(agnes)
    assert numbers(visitor("mia").get("/forms")) == [NUMBER]


def test_what_is_wrong_with_a_new_form_is_said_at_its_field_and_what_was_typed_stays(office, visitor):
    added(office)
    agnes = visitor("agnes")
    agnes.get("/forms/new")
    page = agnes.submit("/forms/new", number=NUMBER, **SAID._asdict(), expect=422)
    typed = page.form("/forms/new").fields
    assert f"There is a form {NUMBER} already" in page.text and typed["title_zh"] == SAID.title_zh


def test_the_page_shows_every_version_to_whoever_keeps_it(office, visitor):
    offered(office)
    agnes = visitor("agnes")
    page = send(agnes, NEWER)
    assert [agnes.download(page.link(f"Download: version {number}")).data for number in (1, 2)] == [PDF, NEWER]


@pytest.mark.parametrize(
    ("content", "name", "sentence"),
    [
        (PDF, "form.docx", "Expected a PDF, but the name of the file ends in"),
        (b"MZ", "form.pdf", "Expected PDF as the name says"),
        (HOSTILE, "form.pdf", "it holds JavaScript"),
        (PDF.ljust(10 * MEGABYTE + 1), "form.pdf", "Expected at most 10 MB"),
        (PDF, "", "Choose the PDF to publish."),
    ],
    ids=["other kind", "not what it says", "hostile", "too large", "none"],
)
def test_a_file_that_cannot_be_published_is_refused_at_its_field(office, visitor, content, name, sentence):
    added(office)
    page = send(visitor("agnes"), content, name, expect=422)
    assert sentence in " ".join(page.all("//p[@id='file-error']")) and not page.faults()


def test_a_file_of_ten_megabytes_is_published(office, visitor):
    added(office)
    send(visitor("agnes"), large_pdf(10 * MEGABYTE))
    assert form(office).newest.size == 10 * MEGABYTE


def test_a_file_of_more_than_eleven_megabytes_is_not_read(office, visitor):
    added(office)
    send(visitor("agnes"), bytes(12 * MEGABYTE), expect=413)


def test_a_page_that_is_out_of_date_leads_to_the_form_as_it_stands(office, visitor):
    offered(office)
    agnes = visitor("agnes")
    agnes.get(PLACE)
    published(office, content=NEWER)
    page = agnes.submit(PLACE, title_en="Something else", expect=409)
    assert page.link("Open the form again") == PLACE


def test_another_title_is_given_on_the_page(office, visitor):
    offered(office)
    agnes = visitor("agnes")
    agnes.get(PLACE)
    agnes.submit(PLACE, title_en="Late Delivery Notice")
    assert "Late Delivery Notice" in visitor("mia").get("/forms").text


def test_r71_a_form_is_withdrawn_on_its_page_and_stays_for_the_record(office, visitor):
    offered(office)
    agnes = visitor("agnes")
    agnes.get(agnes.get(PLACE).link("Withdraw the form"))
    page = agnes.submit(f"{PLACE}/withdrawal")
    assert "Withdrawn 23 Nov 10:00 HKT." in page.text
    assert agnes.download(page.link("Download: version 1")).data == PDF
    visitor("mia").get(f"{PLACE}.pdf", expect=404)


def test_the_trail_of_the_exchange_says_what_was_done_in_words(office, visitor):
    withdrawn(office, offered(office))
    agnes = visitor("agnes")
    text = agnes.get(f"/administration/{office.person('agnes').company}").text
    assert all(words in text for words in ("PDF form added", "PDF form published", "PDF form withdrawn", NUMBER))
