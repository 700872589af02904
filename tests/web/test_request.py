"""The page of one request: for whom it exists, what it tells each, and how one may leave it."""

import io

import pytest
from pypdf import PdfReader

from app.commands import jobs
from app.outside.pdf import check

OTHERS = ["leo", "rita", "daisy"]
PAGES = ["", "/trail.pdf", "/drawing/P1.bpmn", "/ways-out/withdraw"]


def pdf_text(content):
    """Every word of a PDF."""
    return " ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("page", PAGES)
def test_for_another_company_or_desk_it_does_not_exist(office, visitor, who, page):
    reference = office.sent()
    assert visitor(who).get(f"/requests/{reference}{page}", expect=404).heading == "Not found"


def test_not_there_and_not_yours_look_the_same(office, visitor):
    reference = office.sent()
    leo = visitor("leo")
    pages = [leo.get(f"/requests/{one}", expect=404).text for one in (reference, "CT027-20261123-999999")]
    assert pages[0].replace(reference, "") == pages[1].replace("CT027-20261123-999999", "")


@pytest.mark.parametrize("who", ["chen", "karen", "kelvin"])
def test_a_draft_is_invisible_to_those_who_wait_for_it(office, visitor, who):
    visitor(who).get(f"/requests/{office.open_draft()}", expect=404)


def test_the_desk_sees_a_request_only_after_it_was_sent(office, visitor):
    reference = office.submitted()
    karen = visitor("karen")
    karen.get(f"/requests/{reference}", expect=404)
    office.approve(reference)
    assert "HKEX processing" in karen.get(f"/requests/{reference}").text


@pytest.mark.parametrize("who", ["mia", "chen", "karen", "kelvin", "audrey", "olive"])
def test_everybody_concerned_reads_the_same_trail(office, visitor, who):
    page = visitor(who).get(f"/requests/{office.completed()}")
    assert [line.split("·")[0].strip() for line in page.all("//span[@class='trail-what']")] == [
        "Opened",
        "Submitted",
        "Approved",
        "Processed",
        "Approved",
    ]


def test_each_is_led_to_what_they_do_next(office, visitor):
    reference = office.submitted()
    assert "Check" in visitor("chen").get(f"/requests/{reference}").links
    assert "Check" not in visitor("mia").get(f"/requests/{reference}").links


def test_a_draft_says_on_its_page_that_it_is_not_submitted(office, visitor):
    assert "Not submitted." in visitor("mia").get(f"/requests/{office.open_draft()}").text


def test_where_it_is_names_who_has_it_and_until_when(office, visitor):
    page = visitor("mia").get(f"/requests/{office.submitted()}")
    now = "Now: Pending checkerBo Lam or Chen Wai · since 23 Nov 10:00 HKT · 1 business day left, due Tue 24 Nov"
    assert now in page.text


def test_a_completed_request_says_from_when_it_counts(office, visitor):
    assert "Takes effect on Fri 27 Nov 2026, 00:00 HKT" in visitor("mia").get(f"/requests/{office.completed()}").text


def test_the_drawing_is_told_in_words_where_no_script_runs(office, visitor):
    page = visitor("mia").get(f"/requests/{office.submitted()}")
    assert page.tree.xpath("//figure//*[local-name()='svg']")


def test_a_drawing_is_downloaded_as_the_analyst_drew_it(office, visitor):
    reply = visitor("mia").download(f"/requests/{office.submitted()}/drawing/P1.bpmn")
    assert reply.headers["Content-Disposition"].startswith("attachment")
    assert reply.data.startswith(b"<?xml")


def test_no_other_drawing_can_be_downloaded(office, visitor):
    visitor("mia").get(f"/requests/{office.submitted()}/drawing/DA003.bpmn", expect=404)


def test_the_trail_of_an_open_request_is_a_pdf_so_far(office, visitor):
    reference = office.submitted()
    reply = visitor("mia").download(f"/requests/{reference}/trail.pdf")
    assert reply.headers["Content-Disposition"] == f'attachment; filename="{reference}-so-far.pdf"'
    assert reply.mimetype == "application/pdf"


def test_the_trail_of_a_completed_request_is_the_same_pdf_every_time(office, visitor):
    reference = office.completed()
    replies = [visitor(who).download(f"/requests/{reference}/trail.pdf") for who in ("mia", "chen")]
    assert replies[0].data == replies[1].data
    assert replies[0].headers["Content-Disposition"] == f'attachment; filename="{reference}.pdf"'
    assert check(replies[0].data).intact


def test_the_pdf_tells_every_step(office, visitor):
    text = pdf_text(visitor("mia").download(f"/requests/{office.completed()}/trail.pdf").data)
    assert all(word in text for word in ("Opened", "Submitted", "Approved", "Processed", "50,000,000", "Karen Ip"))


# --- each side's own work ---------------------------------------------------------------------------------------------
PROPOSE = {"decision": "propose_reject", "reason_code": "LATE", "comment": "We think this is a ruse"}
BACK = {"decision": "back", "comment": "Ask the legal desk first"}
BY_EXCHANGE = {"decision": "return", "comment": "Please choose a later date"}


def carried(content):
    """Everything that a PDF carries in its attachments, as one text."""
    reader = PdfReader(io.BytesIO(content))
    return " ".join(body.decode() for bodies in reader.attachments.values() for body in bodies)


def seen_by(visitor, who, reference):
    """All that somebody is given of a request: its page, its trail as PDF, and what that carries."""
    browser = visitor(who)
    content = browser.download(f"/requests/{reference}/trail.pdf").data
    assert check(content).intact
    return " ".join([browser.get(f"/requests/{reference}").text, pdf_text(content), carried(content)])


@pytest.fixture
def resubmitted(office):
    """A request that the exchange returned and whose second round waits for its own checker."""
    reference = office.sent()
    office.complete(reference, "karen", BY_EXCHANGE)
    office.save(reference, remarks="Our inner draft")
    office.submit(reference, limit_hkd="44,444,000")
    office.complete(reference, "chen", {"decision": "return", "comment": "Chen wonders why"})
    return office.submit(reference, limit_hkd="47,777,000", remarks="Not approved by anybody")


UNSENT = ["44444000", "44,444,000", "47777000", "47,777,000", "Chen wonders why", "Not approved by anybody"]


def test_the_exchange_reads_no_round_that_the_firms_checker_has_not_approved(visitor, resubmitted):
    said = seen_by(visitor, "karen", resubmitted)
    assert [word for word in UNSENT if word in said] == []
    assert "50,000,000" in said and "At Harbour Bright Securities Limited" in said


@pytest.mark.parametrize("who", ["mia", "chen", "audrey", "olive"])
def test_the_firm_and_those_who_watch_read_every_round(visitor, resubmitted, who):
    said = seen_by(visitor, who, resubmitted)
    assert [word for word in UNSENT if word not in said and "," not in word] == []


def test_the_exchange_reads_a_round_once_the_checker_has_approved_it(office, visitor, resubmitted):
    office.approve(resubmitted)
    assert "47,777,000" in seen_by(visitor, "karen", resubmitted)


def test_a_round_that_was_never_approved_stays_unread_when_the_firm_withdraws(office, visitor, resubmitted):
    office.leave(resubmitted, "withdraw", "mia", "We have changed our mind")
    said = visitor("karen").get(f"/requests/{resubmitted}").text
    assert "47,777,000" not in said and "We have changed our mind" in said


def test_no_list_tells_the_exchange_of_a_round_that_was_not_approved(office, visitor, resubmitted):
    karen = visitor("karen")
    pages = [karen.get(url).text for url in ("/?tab=waiting", "/search?q=CT027", "/search?q=47,777")]
    assert [page for page in pages if "47,777,000" in page] == []


@pytest.fixture
def proposed(office):
    """A request that the exchange proposed to reject, sent back, and proposed to reject again."""
    reference = office.sent()
    office.complete(reference, "karen", PROPOSE)
    office.complete(reference, "kelvin", BACK)
    return office.complete(reference, "karen", PROPOSE)


INNER = [PROPOSE["comment"], BACK["comment"], "Rejection proposed", "Karen Ip", "Kelvin Sit"]
INNER += ['"decision":"propose_reject"']


@pytest.mark.parametrize("who", ["mia", "chen"])
def test_the_firm_reads_nothing_of_what_the_exchange_does_among_its_own(visitor, proposed, who):
    said = seen_by(visitor, who, proposed)
    assert [word for word in INNER if word in said] == []
    assert "At the exchange" in visitor(who).get(f"/requests/{proposed}").text


def test_the_firms_drawing_shows_no_more_of_it_than_that_the_exchange_has_it(office, visitor, proposed):
    office.clock.set(max(row.due_at for row in office.rows("timers")))
    while jobs.fire_due_timers(office.portal):
        pass
    page = visitor("mia").get(f"/requests/{proposed}")
    assert not {"Reminder sent", "Overdue notice sent"} & set(page.all("//span[@class='trail-what']"))
    assert "process" in str(page.tree.xpath("//figure/@data-open")[0])


@pytest.mark.parametrize("who", ["karen", "kelvin", "audrey"])
def test_the_exchange_reads_its_own_work(office, visitor, proposed, who):
    said = seen_by(visitor, who, proposed)
    assert [word for word in INNER if word not in said] == []


def test_the_firm_reads_the_return_but_never_the_proposal_before_it(office, visitor, proposed):
    office.complete(proposed, "kelvin", BACK)
    office.complete(proposed, "karen", BY_EXCHANGE)
    said = seen_by(visitor, "mia", proposed)
    assert BY_EXCHANGE["comment"] in said
    assert [word for word in (PROPOSE["comment"], BACK["comment"]) if word in said] == []


# --- ways out ---------------------------------------------------------------------------------------------------------
def test_withdrawing_asks_for_a_reason_and_ends_the_request(office, visitor):
    reference = office.submitted()
    mia, url = visitor("mia"), f"/requests/{reference}/ways-out/withdraw"
    mia.get(f"/requests/{reference}")
    mia.get(mia.page.link("Withdraw"))
    page = mia.submit(url, reason="no", expect=422)
    assert page.all("//div[@id='errors']//a") == ["Enter a reason of at least 5 characters"]
    assert "Withdrawn" in mia.submit(url, reason="Filed twice by mistake").text


def test_a_draft_is_discarded_without_a_reason(office, visitor):
    reference = office.open_draft()
    mia, url = visitor("mia"), f"/requests/{reference}/ways-out/discard"
    mia.get(url)
    mia.submit(url)
    assert office.status(reference) == "DISCARDED"


def test_operations_may_abort_with_a_reason(office, visitor):
    reference = office.sent()
    olive, url = visitor("olive"), f"/requests/{reference}/ways-out/abort"
    olive.get(url)
    assert "Aborted" in olive.submit(url, reason="Membership has ceased").text


@pytest.mark.parametrize(
    ("who", "ways"), [("mia", ["Withdraw"]), ("chen", ["Withdraw"]), ("audrey", []), ("karen", [])]
)
def test_each_is_offered_their_own_ways_out_only(office, visitor, who, ways):
    page = visitor(who).get(f"/requests/{office.sent()}")
    assert [word for word in page.links if word in ("Withdraw", "Abort", "Discard draft")] == ways


def test_what_has_ended_offers_no_way_out(office, visitor):
    reference = office.completed()
    mia = visitor("mia")
    assert "Withdraw" not in mia.get(f"/requests/{reference}").links
    mia.get(f"/requests/{reference}/ways-out/withdraw", expect=409)
