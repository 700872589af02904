"""The decision page: why I may decide, what changed, and what each decision asks for."""

import pytest

from tests.catalogue.test_cc001 import CHANGE
from tests.commands.office import answers

PROPOSE = {"decision": "propose_reject", "reason_code": "LATE", "comment": "It came after the cut-off"}


@pytest.fixture
def url(office, visitor):
    """The address at which a first round is checked."""
    return visitor.task(office.submitted())


def test_it_says_why_this_person_may_check(visitor, url):
    assert "You can check this. You did not prepare any round of it." in visitor("chen").get(url).text


def test_a_first_round_stands_beside_the_register(visitor, url):
    page = visitor("chen").get(url)
    assert page.all("(//table)[1]//th[@scope='col']") == ["Question", "Register today", "Round 1"]
    assert page.all("(//table)[1]//tbody/tr[1]/*") == [
        "New limit (HKD)",
        "Register today30,000,000",
        "Round 1Changed to 50,000,000",
    ]


def test_a_second_round_shows_what_changed_and_folds_the_rest(office, visitor):
    reference = office.submitted()
    office.give_back(reference, limit_hkd="Half of this, please")
    office.submit(reference, limit_hkd="25,000,000")
    page = visitor("chen").get(visitor.task(reference))
    assert page.all("(//table)[1]//tbody/tr/th") == ["New limit (HKD)your comment: “Half of this, please”"]
    assert page.all("(//table)[1]//del | (//table)[1]//ins") == ["50,000,000", "Changed to 25,000,000"]
    assert "1 of 12 answers changed" in page.text


def test_approving_takes_one_press(visitor, url):
    chen = visitor("chen")
    chen.get(url)
    assert "HKEX processing" in chen.submit(f"{url}/completion", decision="approve").text


def test_returning_asks_for_a_comment(visitor, url):
    chen = visitor("chen")
    chen.get(f"{url}?decision=return")
    page = chen.submit(f"{url}/completion", decision="return", expect=422)
    assert page.all("//div[@id='errors']//a") == ["Enter a comment: what has to change, and why"]


def test_a_comment_that_was_typed_survives_an_error(visitor, url):
    chen = visitor("chen")
    chen.get(f"{url}?decision=return")
    page = chen.submit(f"{url}/completion", {"comment.limit_hkd": "Half of it", "decision": "return"}, expect=422)
    assert page.tree.xpath("//input[@id='comment-limit_hkd']/@value") == ["Half of it"]


def test_returning_keeps_the_comment_for_everybody_who_may_see_it(visitor, url):
    chen = visitor("chen")
    chen.get(f"{url}?decision=return")
    page = chen.submit(
        f"{url}/completion",
        {"comment": "Too early", "comment.effective_date": "Not before Friday", "decision": "return"},
    )
    assert "Too early · Effective date: Not before Friday" in page.text


def test_r59_whoever_prepared_it_is_told_that_another_has_to_decide(office, visitor):
    url = visitor.task(office.submit(office.open_draft("bo"), "bo"))
    page = visitor("bo").get(url, expect=403)
    assert "Another checker of your company has to decide" in page.text


def test_a_maker_may_not_open_the_checkers_page(visitor, url):
    visitor("mia").get(url, expect=403)


@pytest.mark.parametrize("who", ["leo", "rita", "karen", "daisy"])
def test_others_do_not_learn_that_the_task_exists(visitor, url, who):
    visitor(who).get(url, expect=404)


def test_the_desk_may_process_return_or_propose_to_reject(office, visitor):
    page = visitor("karen").get(visitor.task(office.sent()))
    assert "You can process this. HKEX Cash Trading Operations" in page.text
    assert page.all("//div[@class='card-foot']/*[self::a or self::button]") == [
        "Process",
        "Return with comments",
        "Propose to reject",
    ]


def test_the_approver_sees_that_a_rejection_was_proposed_and_why(office, visitor):
    reference = office.sent()
    office.complete(reference, "karen", PROPOSE)
    page = visitor("kelvin").get(visitor.task(reference))
    assert "Karen Ip proposes to reject this. It came too late. It came after the cut-off" in page.text


@pytest.mark.parametrize(
    ("decision", "buttons"),
    [
        ({"decision": "forward"}, ["Approve", "Send back to the processor", "Return with comments"]),
        (PROPOSE, ["Reject", "Send back to the processor", "Return with comments"]),
    ],
)
def test_the_approver_may_only_take_up_what_the_processor_proposed(office, visitor, decision, buttons):
    reference = office.sent()
    office.complete(reference, "karen", decision)
    page = visitor("kelvin").get(visitor.task(reference))
    assert page.all("//div[@class='card-foot']/*[self::a or self::button]") == buttons


def test_the_approver_reads_the_proposal_while_deciding_on_it(office, visitor):
    reference = office.sent()
    office.complete(reference, "karen", PROPOSE)
    page = visitor("kelvin").get(f"{visitor.task(reference)}?decision=reject")
    assert "Karen Ip proposes to reject this. It came too late. It came after the cut-off" in page.text


def test_the_approver_of_processed_work_sees_no_proposal_to_reject(office, visitor):
    page = visitor("kelvin").get(visitor.task(office.processed()))
    assert "You can approve this. You did not process it." in page.text


def test_rejecting_needs_a_reason_from_the_list(office, visitor):
    reference = office.sent()
    office.complete(reference, "karen", PROPOSE)
    kelvin, url = visitor("kelvin"), visitor.task(reference)
    kelvin.get(f"{url}?decision=reject")
    kelvin.submit(f"{url}/completion", decision="reject", comment="It came too late", reason_code="", expect=422)
    page = kelvin.submit(f"{url}/completion", decision="reject", comment="It came too late", reason_code="LATE")
    assert "Rejected" in page.text


def test_the_processor_may_not_approve(office, visitor):
    visitor("karen").get(visitor.task(office.processed()), expect=403)


def test_answers_that_are_out_of_date_lead_to_a_return(office, visitor):
    url = visitor.task(office.submit(office.open_draft(), effective_date="2026-11-26"))
    office.clock.move(days=1)
    chen = visitor("chen")
    chen.get(url)
    page = chen.submit(f"{url}/completion", decision="approve", expect=409)
    assert "Return the request to its maker" in page.text


def test_a_page_that_was_overtaken_says_so(office, visitor, url):
    chen = visitor("chen")
    page = chen.get(url)
    office.give_back(office.rows("cases")[0].reference)
    office.submit(office.rows("cases")[0].reference, **answers(limit_hkd="40,000,000"))
    chen.page = page
    assert chen.submit(f"{url}/completion", decision="approve", expect=409).heading == "This has changed meanwhile"


def test_no_script_hides_what_a_decision_asks_for(visitor, url):
    page = visitor("chen").get(f"{url}?decision=return")
    assert not page.tree.xpath("//section[@class='decision']//*[@data-show-if]")


@pytest.mark.parametrize(("decision", "comment"), [("reject", "It came after the cut-off"), ("back", "")])
def test_what_was_proposed_stands_there_to_be_confirmed_and_nothing_else_does(office, visitor, decision, comment):
    reference = office.complete(office.sent(), "karen", PROPOSE)
    page = visitor("kelvin").get(f"{visitor.task(reference)}?decision={decision}")
    assert page.all("//textarea[@name='comment']") == [comment]


@pytest.fixture
def brokers(office):
    """A request that changes the brokers of an account: there is one, and there are to be two."""
    office.deploy("CC001")
    reference = office.open_draft("ivan", code="CC001")
    return office.complete(reference, "ivan", CHANGE)


def test_how_many_stand_in_a_register_is_counted_whatever_stands_there(visitor, brokers):
    page = visitor("iris").get(visitor.task(brokers))
    assert page.all("//tr[th[.='Executing broker']]/td") == ["Register today1", "Round 1Changed to 2"]


def test_a_broker_reads_what_is_opened_to_it_and_is_called_one(office, visitor, brokers):
    office.complete(brokers, "iris", {"decision": "approve"})
    office.complete(brokers, "rita", {"decision": "acknowledge"})
    page = visitor("rita").get(f"/requests/{brokers}")
    assert "Silver Lake Pension Fund" in page.text and "Rita Ng, Broker" in page.text
