"""The second company at its pages: what it fills, decides and reads, and what nobody else reads of it."""

import pytest

from app.outside.pdf import check
from tests.commands.attaching import put, right_name
from tests.commands.office import FORWARD
from tests.web.second import (
    ACCEPTED,
    ACCOUNT,
    AGREE,
    BACK_TO_FIRM,
    FIELD,
    REFUSED,
    agreed,
    approved,
    at_bank,
    filled_by_bank,
    opened,
    processed,
    returned_by_bank,
    signed,
    submitted,
)
from tests.web.test_request import carried, pdf_text

LONG = pytest.mark.long


def told(visitor, who, reference):
    """All that somebody is given of a request: its pages, lists and search, its trail as PDF, and what that carries."""
    browser = visitor(who)
    content = browser.download(f"/requests/{reference}/trail.pdf").data
    urls = [f"/requests/{reference}", "/", "/?tab=waiting", "/?tab=history", "/counterparts", "/search?q=MS001"]
    pages = [browser.get(url).source for url in urls]
    return " ".join([*pages, pdf_text(content), carried(content)])


def missing(said, words):
    return [word for word in words if word not in said]


def found(said, words):
    return [word for word in words if word in said]


# --- the bank's maker -------------------------------------------------------------------------------------------------
def test_the_banks_maker_is_led_from_the_dashboard_to_the_banks_form(office, visitor):
    reference = at_bank(office)
    ivan = visitor("ivan")
    page = ivan.get(ivan.page.link(f"Complete {reference}"))
    assert "Your bank's answer" in page.all("//main//h2")


def test_the_request_stands_beside_the_banks_form(office, visitor):
    page = visitor("ivan").get(visitor.task(at_bank(office)))
    beside = " ".join(page.all("//aside//dl//dd | //aside//ul[@class='files']//a"))
    assert not missing(beside, ["12345678", "5,000,000", right_name(office.rows("cases")[0].reference)])


def test_the_banks_form_says_for_which_company_it_is(office, visitor):
    page = visitor("ivan").get(visitor.task(at_bank(office)))
    assert "B00123 Harbour Bright Securities Limited" in page.all("//p[@class='page-line']")[0]


def test_the_banks_answers_are_read_over_beside_the_request(office, visitor):
    ivan, url = visitor("ivan"), visitor.task(at_bank(office))
    ivan.get(url)
    page = ivan.submit(f"{url}/answers", ACCEPTED)
    assert page.heading.startswith("Check your answers")
    assert "JGB-1" in " ".join(page.all("//form//dd"))
    assert "12345678" in " ".join(page.all("//aside//dd"))


def test_the_banks_maker_submits_to_the_banks_checker(office, visitor):
    reference = at_bank(office)
    ivan, url = visitor("ivan"), visitor.task(reference)
    ivan.get(url)
    ivan.submit(f"{url}/answers", ACCEPTED)
    page = ivan.submit(f"{url}/completion")
    assert "Iris Tang" in page.text
    assert office.task(reference).lane == "next_checker"


def test_what_is_missing_stands_at_the_banks_question(office, visitor):
    ivan, url = visitor("ivan"), visitor.task(at_bank(office))
    ivan.get(url)
    page = ivan.submit(f"{url}/answers", {**ACCEPTED, "bank_reference": ""}, expect=422)
    assert page.all("//div[@id='errors']//a") == ["Enter your reference"]


def test_what_the_banks_checker_sends_back_says_why(office, visitor):
    reference = filled_by_bank(office)
    office.complete(reference, "iris", {"decision": "back", "comment": "Which signature was it?"})
    page = visitor("ivan").get(visitor.task(reference))
    assert "Returned by Iris Tang." in page.text and "Which signature was it?" in page.text


# --- the bank's checker -----------------------------------------------------------------------------------------------
def test_the_banks_checker_sees_the_banks_own_part_too(office, visitor):
    page = visitor("iris").get(visitor.task(filled_by_bank(office, internal_note="Seen in the branch")))
    said = " ".join(page.all("//table"))
    assert not missing(said, ["12345678", "JGB-1", "Seen in the branch"])


def test_the_bank_reads_nothing_that_is_meant_for_the_exchange(office, visitor):
    page = visitor("iris").get(visitor.task(filled_by_bank(office, at_bank(office, remarks="For the exchange alone"))))
    assert "For the exchange alone" not in page.source


def test_comments_are_asked_at_the_firms_answers_that_the_bank_reads(office, visitor):
    page = visitor("iris").get(f"{visitor.task(filled_by_bank(office))}?decision=return")
    asked = set(page.tree.xpath("//input[starts-with(@name, 'comment.')]/@name"))
    assert {"comment.account_no", "comment.designated_bank"} <= asked
    assert not {"comment.remarks", "comment.declare_true", "comment.bank_reference", "comment.internal_note"} & asked


def test_returning_from_the_page_leads_back_to_the_firm_with_the_comment(office, visitor):
    reference = filled_by_bank(office)
    iris, url = visitor("iris"), visitor.task(reference)
    iris.get(f"{url}?decision=return")
    iris.submit(f"{url}/completion", {**BACK_TO_FIRM, "comment.account_no": "One digit is missing"})
    page = visitor("mia").get(visitor.task(reference))
    assert "One digit is missing" in page.text and BACK_TO_FIRM["comment"] in page.text


def test_the_firm_is_told_that_the_bank_returned_it_and_not_who(office, visitor):
    reference = returned_by_bank(office, account_no="One digit is missing")
    said = visitor("mia").get(visitor.task(reference)).text
    assert "Returned by Jade Gate Bank Limited" in said
    assert not found(said, ["Iris Tang", "Ivan Lo"])


def test_a_proposal_of_the_banks_maker_to_return_it_is_told_to_the_checker(office, visitor):
    reference = office.complete(at_bank(office), "ivan", REFUSED)
    page = visitor("iris").get(visitor.task(reference))
    assert "Ivan Lo proposes to return this." in page.text and REFUSED["comment"] in page.text


def test_whoever_filled_the_banks_part_may_not_check_it(office, visitor):
    office.grant("ivan", *[right for right in office.person("iris").rights])
    assert visitor("ivan").get(visitor.task(filled_by_bank(office)), expect=403).heading == "You may not do this"


# --- where it is ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("make", "side"), [(at_bank, "maker"), (filled_by_bank, "checker")])
def test_the_firm_is_told_which_side_of_the_bank_has_it(office, visitor, make, side):
    page = visitor("mia").get(f"/requests/{make(office)}")
    assert f"Jade Gate Bank Limited (its {side})" in page.text


def test_the_bank_is_told_by_name_who_of_its_own_has_it(office, visitor):
    assert "Ivan Lo" in visitor("iris").get(f"/requests/{at_bank(office)}").text


def test_a_mails_link_leads_through_the_sign_in_to_the_request(office, visitor):
    reference = at_bank(office)
    stranger = visitor.stranger()
    assert stranger.get(f"/requests/{reference}").url.endswith(f"next=/requests/{reference}")


@pytest.mark.parametrize(
    ("make", "who", "status"),
    [(submitted, "ivan", 404), (at_bank, "ivan", 200), (at_bank, "edith", 404), (agreed, "edith", 200)],
)
def test_a_side_finds_the_request_once_it_has_come_to_it(office, visitor, make, who, status):
    visitor(who).get(f"/requests/{make(office)}", expect=status)


@pytest.mark.long
@pytest.mark.parametrize("who", ["leo", "rita", "gary", "gina", "karen"])
@pytest.mark.parametrize("what", ["", "/trail.pdf", "/nudge", "/ways-out/withdraw"])
def test_for_everybody_else_it_does_not_exist(office, visitor, who, what):
    client, url = visitor(who), f"/requests/{filled_by_bank(office)}{what}"
    client.post(url, expect=404) if what == "/nudge" else client.get(url, expect=404)


# --- what each side reads ---------------------------------------------------------------------------------------------
FIRMS, BANKS = "canary-for-the-exchange", "canary-of-the-bank"


def shown(visitor, who, reference):
    """What the page of a request and its trail as PDF say to somebody, and what the PDF carries for machines."""
    browser = visitor(who)
    page = browser.get(f"/requests/{reference}")
    content = browser.download(f"/requests/{reference}/trail.pdf").data
    return " ".join([*page.all("//main"), pdf_text(content), carried(content)])


@pytest.mark.long
@pytest.mark.parametrize("make", [filled_by_bank, agreed, approved])
@pytest.mark.parametrize("who", ["mia", "chen"])
def test_the_firm_reads_no_note_of_the_bank(office, visitor, make, who, monkeypatch):
    monkeypatch.setitem(ACCEPTED, "internal_note", BANKS)
    assert BANKS not in told(visitor, who, make(office))


@pytest.mark.parametrize(
    "make", [at_bank, approved, *(pytest.param(at, marks=LONG) for at in (filled_by_bank, agreed))]
)
@pytest.mark.parametrize("who", ["ivan", "iris"])
def test_the_bank_reads_nothing_that_the_firm_wrote_to_the_exchange(office, visitor, make, who, monkeypatch):
    monkeypatch.setitem(ACCOUNT, "remarks", FIRMS)
    assert FIRMS not in told(visitor, who, make(office))


@pytest.mark.parametrize("make", [at_bank, filled_by_bank, agreed])
def test_the_bank_reads_on_the_requests_page_what_the_firm_answered(office, visitor, make):
    page = visitor("ivan").get(f"/requests/{make(office)}")
    assert "12345678" in page.all("//section[@aria-labelledby='answers-heading']//dd")


@pytest.mark.parametrize(
    ("who", "names"), [("mia", ["Ivan Lo", "Iris Tang"]), ("ivan", ["Mia Chan", "Chen Wai"])], ids=["firm", "bank"]
)
@pytest.mark.parametrize(
    "make", [agreed, *(pytest.param(at, marks=LONG) for at in (filled_by_bank, returned_by_bank, approved))]
)
def test_of_another_company_no_page_and_no_pdf_names_anybody(office, visitor, make, who, names):
    assert found(shown(visitor, who, make(office)), names) == []


@pytest.mark.parametrize("who", ["edith", "audrey", "olive"])
def test_the_exchange_and_those_who_watch_read_all_of_it(office, visitor, who, monkeypatch):
    monkeypatch.setitem(ACCOUNT, "remarks", FIRMS)
    monkeypatch.setitem(ACCEPTED, "internal_note", BANKS)
    assert missing(told(visitor, who, agreed(office)), [FIRMS, BANKS]) == []


@pytest.mark.parametrize("who", ["mia", "chen", "iris"])
def test_nobody_reads_what_the_bank_is_still_filling_in(office, visitor, who):
    reference = at_bank(office)
    ivan, url = visitor("ivan"), visitor.task(reference)
    ivan.get(url)
    ivan.submit(f"{url}/draft", {**ACCEPTED, "bank_reference": "canary-draft", "internal_note": "canary-note"})
    assert found(told(visitor, who, reference), ["canary-draft", "canary-note"]) == []


def test_the_firm_reads_the_banks_reference_once_the_bank_has_agreed(office, visitor):
    mia = visitor("mia")
    assert "JGB-1" not in mia.get(f"/requests/{filled_by_bank(office)}").text
    assert "JGB-1" in mia.get(f"/requests/{agreed(office)}").text


def test_the_exchange_does_not_read_a_second_answer_of_the_bank_before_its_checker_agrees(office, visitor):
    reference = agreed(office)
    office.complete(reference, "edith", {"decision": "return", "comment": "Another account, please"})
    office.complete(reference, "mia", {**ACCOUNT, "account_no": "87654321"})
    office.approve(reference)
    filled_by_bank(office, reference, bank_reference="canary-second")
    assert found(told(visitor, "edith", reference), ["canary-second", "87654321"]) == []


def test_the_script_of_the_banks_form_learns_nothing_of_the_firms_side(office, visitor):
    reference = at_bank(office, remarks="canary-for-the-exchange")
    ivan, url = visitor("ivan"), visitor.task(reference)
    ivan.get(url)
    held = ivan.page.form(f"{url}/answers").fields
    reply = ivan.raw.post(
        f"{url}/check", data={**held, **ACCEPTED}, base_url=ivan.origin, headers={"Accept": "application/json"}
    )
    assert reply.status_code == 200
    assert "canary" not in reply.get_data(as_text=True)


# --- what no page of ours sends ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["answer", "signature_verified", "bank_reference", "internal_note"])
def test_the_firm_cannot_answer_for_the_bank(office, visitor, name):
    reference = signed(office)
    mia, url = visitor("mia"), visitor.task(reference)
    for what in ("draft", "answers", "completion"):
        fields = {"version": office.version(reference), **ACCOUNT, name: ACCEPTED[name] or "x"}
        mia.post(f"{url}/{what}", fields, expect=400)


@pytest.mark.parametrize("name", ["account_no", "designated_bank", "remarks"])
def test_the_bank_cannot_change_what_the_firm_has_asked(office, visitor, name):
    reference = at_bank(office)
    ivan, url = visitor("ivan"), visitor.task(reference)
    for what in ("draft", "answers", "completion"):
        fields = {"version": office.version(reference), **ACCEPTED, name: "87654321"}
        ivan.post(f"{url}/{what}", fields, expect=400)


@pytest.mark.parametrize("name", ["remarks", "declare_true", "bank_reference", "nothing"])
def test_the_bank_cannot_comment_on_what_it_does_not_read(office, visitor, name):
    reference = filled_by_bank(office)
    fields = {"version": office.version(reference), **BACK_TO_FIRM, f"comment.{name}": "A probe"}
    visitor("iris").post(f"{visitor.task(reference)}/completion", fields, expect=400)


@pytest.mark.long
@pytest.mark.parametrize(("who", "status"), [("mia", 403), ("chen", 403), ("leo", 404), ("edith", 404)])
@pytest.mark.parametrize("what", ["draft", "answers", "completion", "claim", "release"])
def test_nobody_else_does_the_banks_task(office, visitor, who, status, what):
    reference = at_bank(office)
    fields = {"version": office.version(reference), **ACCEPTED}
    visitor(who).post(f"{visitor.task(reference)}/{what}", fields, expect=status)


def test_the_banks_checker_cannot_do_the_makers_part(office, visitor):
    reference = at_bank(office)
    fields = {"version": office.version(reference), **ACCEPTED}
    visitor("iris").post(f"{visitor.task(reference)}/completion", fields, expect=403)


# --- the signed authorisation -----------------------------------------------------------------------------------------
def test_a_misnamed_authorisation_is_renamed_and_the_request_submitted_without_scripts(office, visitor):
    reference = opened(office)
    put(office, reference, "scan.pdf", field=FIELD)
    mia, url = visitor("mia"), visitor.task(reference)
    page = mia.get(url)
    (act, *_) = page.tree.xpath(f"//button[@formaction='{url}/file-acts']/@value")
    page = mia.submit(f"{url}/file-acts", {**ACCOUNT, "act": act})
    assert right_name(reference) in page.text
    mia.submit(f"{url}/answers", ACCOUNT)
    assert "Pending checker" in mia.submit(f"{url}/completion").text


def test_a_misnamed_authorisation_is_not_submitted(office, visitor):
    reference = opened(office)
    put(office, reference, "scan.pdf", field=FIELD)
    mia, url = visitor("mia"), visitor.task(reference)
    mia.get(url)
    page = mia.submit(f"{url}/answers", ACCOUNT, expect=422)
    assert page.tree.xpath(f"//div[@id='errors']//a[@href='#f-{FIELD}']")


def test_the_bank_downloads_what_the_firm_has_signed(office, visitor):
    ivan = visitor("ivan")
    page = ivan.get(f"/requests/{at_bank(office)}")
    (url,) = page.tree.xpath("//ul[@class='files']/li/a/@href")
    assert ivan.download(url).mimetype == "application/pdf"


# --- claims -----------------------------------------------------------------------------------------------------------
def test_a_task_is_claimed_and_released_with_one_button_each(office, visitor):
    reference = agreed(office)
    edith, url = visitor("edith"), visitor.task(reference)
    assert "Nobody has claimed this yet." in edith.get(url).text
    assert "You have claimed this." in edith.submit(f"{url}/claim").text
    assert "Nobody has claimed this yet." in edith.submit(f"{url}/release").text


@pytest.fixture
def claimed(office):
    """A request whose processing one of two processors has claimed; returns it and the other."""
    office.grant("karen", *[right for right in office.person("edith").rights])
    return agreed(office)


def test_a_colleague_is_told_who_claimed_it_and_takes_it_over(office, visitor, claimed):
    edith, karen, url = visitor("edith"), visitor("karen"), visitor.task(claimed)
    edith.get(url)
    edith.submit(f"{url}/claim")
    assert "Edith Shum has claimed this." in karen.get(url).text
    page = karen.submit(f"{url}/completion", FORWARD, expect=409)
    assert "Leave it to them" in page.text and page.link("Open the step again") == url
    karen.get(url)
    assert "You have claimed this." in karen.submit(f"{url}/claim").text
    assert office.task(claimed).claimed_by == office.number("karen")


def test_a_claim_without_taking_over_is_refused(office, visitor, claimed):
    edith, karen, url = visitor("edith"), visitor("karen"), visitor.task(claimed)
    edith.get(url)
    edith.submit(f"{url}/claim")
    karen.post(f"{url}/claim", expect=409)
    assert office.task(claimed).claimed_by == office.number("edith")


# --- asking the other company -----------------------------------------------------------------------------------------
def test_the_firm_asks_the_bank_once_a_day(office, visitor):
    reference = at_bank(office)
    mia, url = visitor("mia"), f"/requests/{reference}/nudge"
    mia.get(f"/requests/{reference}")
    assert "Asked today; again from 24 Nov 00:00 HKT" in mia.submit(url).text
    assert office.mailed("task.nudged") == ["bank.maker@jadegate.test"]
    page = mia.post(url, {"key": "another"}, expect=409)
    assert "try again from Tue 24 Nov 2026" in page.text and page.link("Open the request")


def test_there_is_nothing_to_ask_when_the_bank_does_not_have_it(office, visitor):
    reference = submitted(office)
    mia = visitor("mia")
    assert "Ask the other company" not in mia.get(f"/requests/{reference}").text
    page = mia.post(f"/requests/{reference}/nudge", {"key": "k"}, expect=409)
    assert "Open the request to see who has it now." in page.text


def test_the_bank_does_not_ask_itself(office, visitor):
    reference = at_bank(office)
    ivan = visitor("ivan")
    assert "Ask the other company" not in ivan.get(f"/requests/{reference}").text
    ivan.post(f"/requests/{reference}/nudge", {"key": "k"}, expect=403)


# --- ways out that somebody else confirms -----------------------------------------------------------------------------
@pytest.fixture
def asked(office):
    """A request in the exchange's hands, which its maker asks to withdraw."""
    return office.leave(processed(office), "withdraw", "mia", "The account is not needed")


def test_what_the_exchange_has_in_hand_is_asked_for(office, visitor):
    reference = processed(office)
    mia, url = visitor("mia"), f"/requests/{reference}/ways-out/withdraw"
    mia.get(url)
    page = mia.submit(url, reason="The account is not needed")
    assert "Mia Chan asks: Withdraw." in page.text
    assert office.status(reference) == "PENDING_HKEX"


def test_the_desk_confirms_and_the_request_ends(office, visitor, asked):
    edith, url = visitor("edith"), f"/requests/{asked}/ways-out/withdraw/answer"
    edith.get(f"/requests/{asked}")
    edith.get(edith.page.link("Confirm or decline"))
    edith.submit(url, accept="yes")
    assert office.status(asked) == "WITHDRAWN"


def test_the_desk_declines_with_a_reason_and_the_request_goes_on(office, visitor, asked):
    edith, url = visitor("edith"), f"/requests/{asked}/ways-out/withdraw/answer"
    edith.get(url)
    assert "Say why you decline" in edith.submit(url, accept="no", expect=422).text
    page = edith.submit(url, accept="no", comment="It takes effect today")
    assert "Confirm or decline" not in page.links
    assert office.status(asked) == "PENDING_HKEX"


def test_whoever_asked_takes_it_back_and_cannot_confirm_it(office, visitor, asked):
    mia = visitor("mia")
    mia.get(f"/requests/{asked}/ways-out/withdraw/answer", expect=409)
    mia.get(f"/requests/{asked}")
    assert "asks:" not in mia.submit(f"/requests/{asked}/ways-out/withdraw/retraction").text


def test_only_whoever_asked_takes_it_back(office, visitor, asked):
    visitor("chen").post(f"/requests/{asked}/ways-out/withdraw/retraction", expect=403)


def test_what_was_asked_already_is_not_asked_again(office, visitor, asked):
    fields = {"version": office.version(asked), "reason": "Once more, please", "key": "k"}
    page = visitor("chen").post(f"/requests/{asked}/ways-out/withdraw", fields, expect=409)
    assert "Whoever asked can take it back there." in page.text
    assert page.link("Open the request") == f"/requests/{asked}"


# --- a bank that takes part no more -----------------------------------------------------------------------------------
def test_a_bank_that_has_left_is_explained_with_a_cure(office, visitor):
    reference = submitted(office)
    office.run_sql("UPDATE memberships SET kind = 'REG' WHERE kind = 'DB'")
    chen, url = visitor("chen"), visitor.task(reference)
    chen.get(url)
    page = chen.submit(f"{url}/completion", decision="approve", expect=409)
    assert "can choose another company" in page.text
    assert page.link("Open the step again") == url


@pytest.mark.parametrize("who", ["mia", "iris", "edith", "audrey"])
def test_every_side_proves_its_own_pdf(office, visitor, who):
    reference = at_bank(office)
    ivan, url = visitor("ivan"), visitor.task(reference)
    ivan.get(url)
    ivan.submit(f"{url}/claim")
    filled_by_bank(office, reference)
    office.complete(reference, "iris", AGREE)
    office.complete(reference, "edith", FORWARD)
    office.complete(reference, "eric", {"decision": "approve"})
    assert check(visitor(who).download(f"/requests/{reference}/trail.pdf").data).intact


def test_agreed_work_reaches_the_desk(office, visitor):
    reference = filled_by_bank(office)
    iris, url = visitor("iris"), visitor.task(reference)
    iris.get(url)
    iris.submit(f"{url}/completion", AGREE)
    assert "You can process this." in visitor("edith").get(visitor.task(reference)).text
