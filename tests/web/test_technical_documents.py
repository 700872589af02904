"""The pages of technical documents: found and fetched by those entitled, kept by those who publish."""

import csv
import io

import openpyxl
import pytest

from tests.commands.informing import ABOUT, fetched, issued, shelved, taken_off, technical
from tests.documents import PDF, XLSX, pdf
from tests.web.publishing import sent

NEWER = pdf(lambda one: one.add_blank_page())
EVERYBODY = ["mia", "chen", "ada", "ivan", "karen", "olive", "audrey", "andy", "agnes"]
OTHERS = [who for who in EVERYBODY if who not in ("olive", "agnes")]
PARTICULARS = {"category": "INTERFACE", "title_en": ABOUT.title_en, "title_zh": ABOUT.title_zh, "keywords": "OCG"}


def titles(page):
    return page.all("//ul[@class='service-list']//h2/a")


# --- finding ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", EVERYBODY)
def test_r22_everybody_finds_the_documents_in_the_menu(office, visitor, who):
    technical(office)
    client = visitor(who)
    assert titles(client.get(client.page.link("Technical documents"))) == [ABOUT.title_en]


def test_without_any_document_the_page_says_so(visitor):
    assert "No document has been published for your company yet." in visitor("mia").get("/documents").text


def test_r22_only_those_who_are_entitled_find_a_document(office, visitor):
    technical(office, audience=("DB",))
    assert [titles(visitor(who).get("/documents")) for who in ("mia", "ivan", "karen")] == [
        [],
        [ABOUT.title_en],
        [ABOUT.title_en],
    ]


@pytest.mark.parametrize("place", ["", "/file", "/versions/1"])
def test_r22_for_everybody_else_neither_page_nor_file_exists(office, visitor, place):
    number = technical(office, audience=("DB",))
    visitor("mia").get(f"/documents/{number}{place}", expect=404)


@pytest.mark.parametrize("place", ["99", "99/file", "1/versions/7", "1/versions/0"])
def test_what_does_not_exist_is_not_found(office, visitor, place):
    technical(office)
    visitor("mia").get(f"/documents/{place}", expect=404)


@pytest.mark.parametrize("words", ["gateway", "ORDER inter", "閘道", "介面規格", "ocg"])
def test_a_document_is_found_by_its_titles_and_keywords(office, visitor, words):
    technical(office)
    technical(office, title_en="User guide", title_zh="用戶指南", keywords="")
    assert titles(visitor("mia").get(f"/documents?q={words}")) == [ABOUT.title_en]


def test_a_document_is_found_by_no_other_words(office, visitor):
    technical(office)
    page = visitor("mia").get("/documents?q=nothing")
    assert titles(page) == [] and "No document is as you have asked." in page.text


def test_documents_are_narrowed_by_category(office, visitor):
    technical(office)
    technical(office, category="GUIDE", title_en="User guide")
    mia = visitor("mia")
    mia.get("/documents")
    assert titles(mia.submit("/documents", category="GUIDE")) == ["User guide"]


def test_many_documents_are_paged_and_none_is_lost_or_shown_twice(office, visitor):
    for number in range(30):
        technical(office, title_en=f"Guide {number}")
    mia = visitor("mia")
    page = mia.get("/documents")
    found = titles(page) + titles(mia.get(page.link("More documents")))
    assert found == [f"Guide {number}" for number in reversed(range(30))]


def test_what_was_published_since_the_last_visit_is_marked(office, visitor):
    technical(office)
    mia = visitor("mia")
    assert "New since" not in mia.get("/documents").text
    office.clock.move(minutes=10)
    technical(office, title_en="User guide")
    office.clock.move(days=1)
    assert visitor("mia").get("/documents").all("//h2[span[@class='tag']]/a") == ["User guide"]


# --- fetching ---------------------------------------------------------------------------------------------------------
def test_r22_the_newest_version_is_downloaded_from_the_list(office, visitor):
    number = technical(office)
    issued(office, number, "2.0", NEWER, name="閘道 2.0.pdf")
    mia = visitor("mia")
    reply = mia.download(mia.get("/documents").link(f"Download: {ABOUT.title_en}"))
    assert reply.data == NEWER and reply.headers["Content-Disposition"].startswith("attachment;")


def test_r22_former_versions_stay_reachable_below_the_newest(office, visitor):
    number = technical(office)
    issued(office, number, "2.0", NEWER)
    mia = visitor("mia")
    page = mia.get(f"/documents/{number}")
    former = page.all("//section[@aria-labelledby='former-heading']//h3")
    assert "Version 1.0, effective" in former[0] and mia.download(page.link("Download: version 1.0")).data == PDF


def test_r22_the_version_that_holds_stays_so_until_the_next_one_is_effective(office, visitor):
    number = technical(office)
    issued(office, number, "2.0", NEWER, effective="2026-12-01")
    groups = "//section[ul[@class='service-list']]"
    before = visitor("mia").get(f"/documents/{number}").all(f"{groups}//h2 | {groups}//h3")
    office.clock.move(days=8)
    after = visitor("mia").get(f"/documents/{number}").all(f"{groups}//h2 | {groups}//h3")
    told = [[line.partition(",")[0] for line in lines] for lines in (before, after)]
    assert told == [
        ["The version that holds", "Version 1.0", "Published", "Version 2.0"],
        ["The version that holds", "Version 2.0", "Former versions", "Version 1.0"],
    ]


def test_a_version_that_holds_later_says_so_in_the_list(office, visitor):
    number = shelved(office)
    issued(office, number, effective="2026-12-01")
    assert "Not effective yet" in visitor("mia").get("/documents").text


def test_a_participant_is_not_told_who_published_a_version(office, visitor):
    number = technical(office)
    assert "Olive Ma" not in visitor("mia").get(f"/documents/{number}").text


# --- the log ----------------------------------------------------------------------------------------------------------
def test_r22_those_who_watch_see_who_downloaded_which_version(office, visitor):
    number = technical(office)
    visitor("mia").download(f"/documents/{number}/file")
    text = visitor("audrey").get("/documents/downloads").text
    said = (ABOUT.title_en, "1.0", "Mia Chan", "Harbour Bright Securities Limited", "23 Nov 2026")
    assert [words for words in said if words not in text] == []


@pytest.mark.parametrize("who", ["mia", "ada", "karen", "andy"])
@pytest.mark.parametrize("place", ["downloads", "downloads.csv", "downloads.xlsx"])
def test_nobody_else_sees_who_downloads(office, visitor, who, place):
    technical(office)
    visitor(who).get(f"/documents/{place}", expect=404)


def test_the_log_of_one_document_names_no_other(office, visitor):
    numbers = [technical(office), technical(office, title_en="User guide")]
    for number in numbers:
        visitor("mia").download(f"/documents/{number}/file")
    page = visitor("olive").get(f"/documents/downloads?document={numbers[0]}")
    assert page.all("//tbody//th") == [ABOUT.title_en]


@pytest.mark.parametrize("document", ["77", "x"])
def test_the_log_of_no_document_is_none_or_that_of_all(office, visitor, document):
    visitor("olive").get(f"/documents/downloads?document={document}", expect=404 if document == "77" else 200)


def test_r22_the_log_is_exported_as_csv_without_live_formulas(office, visitor):
    number = technical(office, title_en='=HYPERLINK("x")')
    visitor("mia").download(f"/documents/{number}/file")
    reply = visitor("olive").download("/documents/downloads.csv")
    rows = list(csv.reader(io.StringIO(reply.get_data(as_text=True).lstrip("\ufeff"))))
    assert rows[1][:4] == ["2026-11-23 10:00:00", '\'=HYPERLINK("x")', "1.0", "Mia Chan"]


def test_r22_the_log_is_exported_as_a_workbook(office, visitor):
    number = technical(office)
    visitor("mia").download(f"/documents/{number}/file")
    reply = visitor("agnes").download("/documents/downloads.xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(reply.data)).active
    assert [cell.value for cell in sheet[2]][1:4] == [ABOUT.title_en, "1.0", "Mia Chan"]


# --- keeping ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("place", ["new", "1/withdrawal"])
def test_nobody_else_finds_the_pages_of_those_who_publish(office, visitor, who, place):
    technical(office)
    visitor(who).get(f"/documents/{place}", expect=404)


def test_r22_a_document_is_added_and_published_on_the_pages(office, visitor):
    olive = visitor("olive")
    olive.get(olive.get("/documents").link("Add a document"))
    page = olive.submit("/documents/new", **PARTICULARS, audience=["SEHK-EP"])
    sent(olive, f"{page.url}/versions", XLSX, "codes.xlsx", label="1.0", effective="23/11/2026")
    assert titles(visitor("mia").get("/documents")) == [ABOUT.title_en]


def test_a_file_that_cannot_be_published_is_refused_at_its_field(office, visitor):
    number = technical(office)
    olive = visitor("olive")
    olive.get(f"/documents/{number}")
    page = sent(olive, f"/documents/{number}/versions", b"MZ", "a.pdf", expect=422, label="1.0")
    assert "Expected PDF as the name says" in " ".join(page.all("//p[@id='file-error']")) and not page.faults()
    assert "Version 1.0 was published before" in page.text


def test_what_is_wrong_with_a_new_document_is_said_and_what_was_typed_stays(visitor):
    olive = visitor("olive")
    olive.get("/documents/new")
    page = olive.submit("/documents/new", **PARTICULARS | {"category": ""}, expect=422)
    assert page.form("/documents/new").fields["title_zh"] == ABOUT.title_zh and "Choose what kind" in page.text


def test_a_document_is_called_otherwise_on_its_page(office, visitor):
    number = technical(office)
    olive = visitor("olive")
    olive.get(f"/documents/{number}")
    olive.submit(f"/documents/{number}", title_en="Gateway of orders")
    assert titles(visitor("mia").get("/documents?q=orders")) == ["Gateway of orders"]


def test_a_page_that_is_out_of_date_leads_to_the_document_as_it_stands(office, visitor):
    number = technical(office)
    olive = visitor("olive")
    olive.get(f"/documents/{number}")
    issued(office, number, "2.0", NEWER, by="oscar")
    page = olive.submit(f"/documents/{number}", title_en="Something else", expect=409)
    assert page.link("Open the document again") == f"/documents/{number}"


def test_a_document_is_withdrawn_and_stays_for_the_record_with_its_log(office, visitor):
    number = technical(office)
    visitor("mia").download(f"/documents/{number}/file")
    olive = visitor("olive")
    olive.get(olive.get(f"/documents/{number}").link("Withdraw the document"))
    page = olive.submit(f"/documents/{number}/withdrawal")
    visitor("mia").get(f"/documents/{number}", expect=404)
    assert "Withdrawn 23 Nov" in page.text and len(fetched(office)) == 1


def test_only_those_who_publish_see_what_is_not_offered(office, visitor):
    shelved(office)
    taken_off(office, technical(office, title_en="User guide"))
    assert [titles(visitor(who).get("/documents")) for who in ("karen", "olive")] == [
        [],
        [ABOUT.title_en, "User guide"],
    ]


def test_the_trail_of_the_exchange_says_what_was_done_in_words(office, visitor):
    taken_off(office, technical(office, audience=("DB", "HKCC")))
    text = visitor("agnes").get(f"/administration/{office.person('agnes').company}").text
    said = ("Technical document added", "published", "withdrawn", "Interface specifications", "DB, HKCC", "spec.pdf")
    assert [words for words in said if words not in text] == []
