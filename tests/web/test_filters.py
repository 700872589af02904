"""Lists narrowed by their address, downloaded, and several requests approved at once."""

import csv
import io
import re

import pytest
from openpyxl import load_workbook

from app.web.exports import harmless
from tests.commands.office import RETURN


def rows(page):
    """The references in the list, top to bottom."""
    return page.all("//table//span[@class='reference']")


@pytest.fixture
def three(office):
    """A request that ended, one that a checker has, and one of another limit that the exchange has."""
    return (
        office.completed(),
        office.submitted(),
        office.approve(office.submit(office.open_draft(), limit_hkd="70,000,000")),
    )


# --- narrowing --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tab=waiting", (2, 1)),
        ("tab=waiting&status=PENDING_HKEX", (2,)),
        ("tab=waiting&status=REJECTED", ()),
        ("tab=waiting&eservice=CT027", (2, 1)),
        ("tab=waiting&eservice=PA002", ()),
        ("tab=waiting&function=EU_CashTrading", (2, 1)),
        ("tab=waiting&function=EU_RiskMgmt", ()),
        ("tab=waiting&from=2026-11-23", (2, 1)),
        ("tab=waiting&from=2026-11-24", ()),
        ("tab=waiting&to=2026-11-22", ()),
        ("tab=waiting&to=23/11/2026", (2, 1)),
        ("tab=waiting&sort=oldest", (1, 2)),
        ("tab=waiting&q=70,000,000", (2,)),
        ("tab=waiting&q=harbour+mia", (2, 1)),
        ("tab=waiting&q=港曜", (2, 1)),
        ("tab=waiting&q=獅山", ()),
        ("tab=waiting&membership=B00123", (2, 1)),
        ("tab=waiting&membership=F00123", ()),
        ("tab=history&q=ct027", (0,)),
        ("tab=waiting&from=0001-01-01&to=9999-12-31", (2, 1)),
        ("tab=waiting&status=NONSENSE&from=yesterday&sort=sideways&after=x", (2, 1)),
    ],
)
def test_a_list_is_narrowed_by_its_address(visitor, three, query, found):
    assert rows(visitor("mia").get(f"/?{query}")) == [three[place] for place in found]


def test_the_list_of_what_is_to_do_is_narrowed_too(visitor, three):
    chen = visitor("chen")
    assert rows(chen.get("/?q=50,000,000")) == [three[1]] and rows(chen.get("/?q=70,000,000")) == []


def test_what_narrows_a_list_is_taken_away_one_by_one(visitor, three):
    mia = visitor("mia")
    page = mia.get("/?tab=waiting&q=70,000,000&status=PENDING_HKEX")
    assert rows(mia.get(page.link("“70,000,000” × (take away)"))) == [three[2]]


def test_a_list_in_which_nothing_is_left_says_so(visitor, three):
    assert "Nothing here is as you have asked" in visitor("mia").get("/?tab=waiting&q=nowhere").text


def test_the_filters_work_as_a_form(visitor, three):
    mia = visitor("mia")
    mia.get("/?tab=waiting")
    assert "q=70" in mia.submit("/", tab="waiting", q="70,000,000").url or rows(mia.page) == [three[2]]


def test_a_page_goes_on_where_the_one_before_ended(office, visitor):
    references = [office.submitted() for _ in range(27)]
    mia = visitor("mia")
    first = mia.get("/?tab=waiting&sort=oldest")
    second = mia.get(first.link("More requests"))
    assert rows(first) + rows(second) == references


def test_nobody_finds_what_they_may_not_see(office, visitor, three):
    assert rows(visitor("leo").get("/?tab=waiting&q=limit&membership=B00123")) == []


def test_the_exchange_finds_no_word_of_a_round_that_the_firm_has_not_approved(office, visitor):
    reference = office.sent()
    office.complete(reference, "karen", {**RETURN, "decision": "return", "reason_code": "OTHER"})
    office.submit(reference, limit_hkd="77,000,000")
    assert reference not in visitor("karen").get("/search?q=77,000,000").text


def test_staff_see_of_which_company_a_request_is(visitor, three):
    assert "B00123 Harbour Bright Securities Limited" in visitor("karen").get("/").text


# --- downloading ------------------------------------------------------------------------------------------------------
def test_a_list_is_downloaded_as_it_was_narrowed(visitor, three):
    reply = visitor("mia").download("/lists/requests.csv?tab=waiting&status=PENDING_HKEX")
    lines = list(csv.reader(io.StringIO(reply.data.decode("utf-8-sig"))))
    assert [line[0] for line in lines] == ["Reference", three[2]] and "Mia Chan" in lines[1]


def test_a_workbook_holds_texts_alone(visitor, three):
    reply = visitor("mia").download("/lists/requests.xlsx?tab=history")
    sheet = load_workbook(io.BytesIO(reply.data)).active
    assert sheet.cell(2, 1).value == three[0] and {cell.data_type for row in sheet for cell in row} <= {"s", "n"}


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "＝1+1", "－1"])
def test_no_cell_is_a_live_formula(text):
    assert harmless(text) == f"'{text}"


def test_a_download_holds_only_what_its_reader_may_see(visitor, three):
    assert three[0].encode() not in visitor("leo").download("/lists/requests.csv?tab=history").data


def test_a_download_is_recorded(office, visitor, three):
    visitor("mia").download("/lists/requests.csv?tab=waiting")
    assert office.rows("people_trail", action="list.downloaded")[-1].facts["rows"] == 2


# --- approving several ------------------------------------------------------------------------------------------------
@pytest.fixture
def chosen(office, visitor):
    """A checker at the page that asks once more, and the two requests on it."""
    references = [office.submitted(), office.submitted()]
    chen = visitor("chen")
    page = chen.get("/")
    tasks = page.tree.xpath("//input[@name='task']/@value")
    chen.get("/approvals?" + "&".join(f"task={task}" for task in tasks))
    return chen, references, [str(task) for task in tasks]


def test_each_request_is_named_once_more(chosen):
    chen, references, _ = chosen
    assert sorted(chen.page.all("//span[@class='reference']")) == sorted(references)


def test_those_that_were_ticked_are_approved(office, chosen):
    chen, references, tasks = chosen
    page = chen.submit("/approvals", confirmed=tasks)
    assert page.text.count("Approved") == 2 and {office.status(one) for one in references} == {"PENDING_HKEX"}


def test_one_that_was_not_ticked_stays(office, chosen):
    chen, references, tasks = chosen
    chen.submit("/approvals", confirmed=tasks[:1])
    assert sorted(office.status(one) for one in references) == ["PENDING_CHECKER", "PENDING_HKEX"]


def test_nothing_ticked_is_said(chosen):
    chen, _, _ = chosen
    assert "Tick each request that you approve" in chen.submit("/approvals", expect=422).text


def test_one_that_changed_meanwhile_is_not_approved(office, chosen):
    chen, references, tasks = chosen
    office.give_back(references[0], "bo")
    office.submit(references[0], limit_hkd="99,000,000")
    page = chen.submit("/approvals", confirmed=tasks)
    assert office.status(references[0]) == "PENDING_CHECKER" and "longer waiting for you" in page.text


def test_sending_the_page_twice_approves_once(office, chosen):
    chen, references, tasks = chosen
    fields = chen.page.form("/approvals").fields
    chen.submit("/approvals", confirmed=tasks)
    chen.post("/approvals", {**fields, "confirmed": tasks})
    assert [name for name, _ in office.actions(references[0])].count("task.completed") == 2


def test_nobody_approves_their_own_among_others(office, visitor):
    own = office.submit(office.open_draft("bo"), "bo")
    bo = visitor("bo")
    page = bo.get(f"/approvals?task={office.task(own).id}")
    assert page.heading == "Dashboard" and not re.search("I approve", page.text)


def test_a_desk_has_nothing_to_approve_here(office, visitor):
    reference = office.sent()
    assert visitor("karen").get(f"/approvals?task={office.task(reference).id}").heading == "Dashboard"
