"""The registers' page, and what a form says of changes that are pending."""

import pytest

SEEDED = "CT027-20250310-000004"


def completed(office, **changes):
    """A request whose change holds from its effective date on."""
    reference = office.submit(office.open_draft(), **changes)
    office.approve(reference)
    office.process(reference)
    return office.accept(reference)


def shown(page, code="CT027"):
    return " ".join(page.all(f"//section[@aria-labelledby='register-{code}']"))


def test_a_participant_reads_what_is_kept_of_it_in_the_words_of_the_form(visitor):
    text = shown(visitor("mia").get("/registers?participant=B00123"))
    assert "Current limit (HKD)30,000,000" in text


def test_each_value_names_the_request_that_set_it(office, visitor):
    reference = completed(office)
    office.clock.move(days=5)
    page = visitor("mia").get("/registers?participant=B00123")
    assert f"{reference} · since 27 Nov 2026" in shown(page) and page.link(reference) == f"/requests/{reference}"


def test_a_value_that_a_later_request_leaves_as_it_is_keeps_its_source(office, visitor):
    completed(office)
    office.clock.move(days=7)
    completed(office, limit_hkd="60,000,000", effective_date="2026-12-04")
    office.clock.move(days=7)
    text = shown(visitor("mia").get("/registers?participant=B00123"))
    assert "60,000,000" in text and f"The whole firm{SEEDED} · since 13 Mar 2025" in text


def test_a_change_that_is_still_to_come_is_said_beside_the_record(office, visitor):
    completed(office)
    text = shown(visitor("mia").get("/registers?participant=B00123"))
    assert "From 27 Nov 2026: Current limit (HKD): 50,000,000" in text and "(HKD)30,000,000" in text


def test_a_request_that_is_under_way_is_said(office, visitor):
    reference = office.submitted()
    assert f"already pending. {reference}: Pending checker" in shown(
        visitor("mia").get("/registers?participant=B00123")
    )


def test_a_draft_is_said_to_nobody(office, visitor):
    reference = office.open_draft()
    assert reference not in visitor("chen").get("/registers?participant=B00123").text


@pytest.mark.parametrize("participant", ["B00456", "D00011", "X99999", "'--"])
def test_nobody_reads_the_registers_of_another_company(visitor, participant):
    visitor("mia").get(f"/registers?participant={participant}", expect=404)


def test_nobody_reads_a_register_of_a_function_without_a_right_in_it(office, visitor):
    office.revoke("mia", "maker")
    office.revoke("mia", "checker")
    assert "30,000,000" not in visitor("mia").get("/registers").text


def test_a_desk_reads_the_registers_of_its_own_eservices(visitor):
    page = visitor("karen").get("/registers?participant=B00123")
    assert "30,000,000" in shown(page) and shown(page, "PA002") == ""


def test_an_auditor_reads_all(visitor):
    page = visitor("audrey").get("/registers?participant=B00123")
    assert shown(page) and shown(page, "PA002")


@pytest.mark.parametrize("who", ["andy", "agnes"])
def test_staff_without_a_desk_read_none(visitor, who):
    assert "30,000,000" not in visitor(who).get("/registers?participant=B00123").text


def test_a_participant_that_does_not_exist_is_said(visitor):
    assert "There is no participant Z99999" in visitor("karen").get("/registers?participant=Z99999").text


# --- on the form and before the decision ------------------------------------------------------------------------------
def pending(page):
    return page.all("//*[@role='note'][contains(., 'already pending')]")


def test_a_form_says_that_a_change_is_pending(office, visitor):
    first, second = office.submitted(), office.open_draft()
    assert first in pending(visitor("mia").get(visitor.task(second)))[0]


def test_a_form_says_that_a_change_is_still_to_come(office, visitor):
    first, second = completed(office), office.open_draft()
    assert f"{first}: holds from 27 Nov 2026" in pending(visitor("mia").get(visitor.task(second)))[0]


def test_the_desk_is_told_too(office, visitor):
    first, second = office.sent(), office.sent()
    assert first in pending(visitor("karen").get(visitor.task(second)))[0]


def test_a_request_does_not_name_itself(office, visitor):
    assert pending(visitor("chen").get(visitor.task(office.submitted()))) == []


def test_what_has_ended_is_not_pending(office, visitor):
    first = office.submitted()
    office.leave(first, "withdraw", "mia", "Filed by mistake")
    assert pending(visitor("mia").get(visitor.task(office.open_draft()))) == []


def test_a_change_that_holds_is_not_pending(office, visitor):
    completed(office)
    office.clock.move(days=7)
    assert pending(visitor("mia").get(visitor.task(office.open_draft()))) == []


def test_a_request_of_another_participant_is_not_named(office, visitor):
    office.submit(office.open_draft("leo"), "leo", approving_ro="BJA907")
    assert pending(visitor("mia").get(visitor.task(office.open_draft()))) == []
