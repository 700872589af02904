"""A new request like an earlier one, on the pages: who is offered it, what the form then says, and its trail."""

import io

import pytest
from pypdf import PdfReader

from tests.web import second

BUTTON = "Open a new request like this one"


def offers(page):
    """Whether a page of a request offers to open another like it."""
    return BUTTON in page.all("//button")


def press(client, reference, **more):
    """Press that button, and see where it leads."""
    client.get(f"/requests/{reference}")
    return client.submit(f"/requests/{reference}/copies", **more)


@pytest.mark.parametrize("point", ["submitted", "sent", "processed", "completed"])
def test_a_maker_is_offered_another_at_every_point(office, visitor, point):
    reference = getattr(office, point)()
    assert offers(visitor("mia").get(f"/requests/{reference}"))


def test_of_a_returned_or_discarded_request_another_is_offered_too(office, visitor):
    returned, left = office.give_back(office.submitted()), office.submitted()
    office.leave(left, "withdraw", "mia", "No longer needed")
    assert [offers(visitor("mia").get(f"/requests/{one}")) for one in (returned, left)] == [True, True]


def test_nothing_is_offered_of_a_form_that_was_never_submitted(office, visitor):
    reference = office.open_draft()
    office.save(reference)
    assert not offers(visitor("mia").get(f"/requests/{reference}"))


@pytest.mark.parametrize("who", ["chen", "karen", "kelvin", "olive", "audrey"])
def test_who_makes_no_requests_is_offered_none(office, visitor, who):
    assert not offers(visitor(who).get(f"/requests/{office.completed()}"))


@pytest.mark.parametrize("who", ["ivan", "iris"])
def test_the_second_company_is_offered_none(office, visitor, who):
    assert not offers(visitor(who).get(f"/requests/{second.at_bank(office)}"))


def test_a_maker_who_also_serves_as_second_company_is_offered_none_of_the_firms(office, visitor):
    reference = second.at_bank(office)
    page = visitor("ivan").get(f"/requests/{reference}")
    visitor("ivan").post(f"/requests/{reference}/copies", csrf_token=page.csrf_token, expect=403)


def test_the_button_leads_to_a_form_that_says_what_it_is_and_what_to_answer_again(office, visitor):
    reference = office.completed()
    page = press(visitor("mia"), reference)
    assert f"Copied from {reference}." in page.text
    assert page.all("//div[@role='note'][contains(., 'Copied from')]//li") == [
        "Notional value checks are applied to every order before it is sent",
        "The information given is true, accurate and complete",
        "The persons named know that their personal data is used for this request",
    ]
    assert page.tree.xpath("//input[@name='limit_hkd']/@value") == ["50,000,000"]


def test_once_somebody_has_saved_the_form_it_says_so_no_more(office, visitor):
    mia = visitor("mia")
    page = press(mia, office.completed())
    office.clock.move(minutes=1)
    mia.submit(f"{page.url}/draft")
    assert "Copied from" not in mia.get(page.url).text


def test_pressed_twice_it_leads_to_the_same_form(office, visitor):
    mia, reference = visitor("mia"), office.completed()
    mia.get(f"/requests/{reference}")
    seen = mia.page.form(f"/requests/{reference}/copies").fields
    assert len({mia.post(f"/requests/{reference}/copies", seen).url for _ in range(2)}) == 1


def test_pressed_again_after_the_copy_was_submitted_it_leads_to_that_request(office, visitor):
    mia, reference = visitor("mia"), office.completed()
    mia.get(f"/requests/{reference}")
    seen = mia.page.form(f"/requests/{reference}/copies").fields
    mia.post(f"/requests/{reference}/copies", seen)
    new = next(row.reference for row in office.rows("cases") if row.status == "DRAFT")
    office.leave(new, "discard", "mia")
    assert mia.post(f"/requests/{reference}/copies", seen).url == f"/requests/{new}"


def test_a_crafted_code_or_membership_changes_nothing(office, visitor):
    page = press(visitor("mia"), office.completed(), code="PA002", membership="4", like="MS001-20261123-000001")
    new = next(row for row in office.rows("cases") if row.status == "DRAFT")
    assert (new.eservice, new.participant_id, "Order" in page.heading) == ("CT027", "B00123", True)


def test_the_trail_says_so_as_a_sentence(office, visitor):
    mia, reference = visitor("mia"), office.completed()
    press(mia, reference)
    new = next(row.reference for row in office.rows("cases") if row.status == "DRAFT")
    content = mia.download(f"/requests/{new}/trail.pdf").data
    told = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    sentence = f"Begun with the answers of {reference}"
    assert sentence in mia.get(f"/requests/{new}").text
    assert "".join(sentence.split()) in "".join(told.split())  # wherever its lines break


def test_the_second_company_is_not_told_from_which_request_it_was_copied(office, visitor):
    earlier = second.at_bank(office)
    press(visitor("mia"), earlier)
    new = next(row.reference for row in office.rows("cases") if row.status == "DRAFT")
    second.signed(office, new)
    office.approve(office.complete(new, "mia", second.ACCOUNT))
    ivan = visitor("ivan")
    content = ivan.download(f"/requests/{new}/trail.pdf").data
    carried = b" ".join(body for bodies in PdfReader(io.BytesIO(content)).attachments.values() for body in bodies)
    assert (earlier in ivan.get(f"/requests/{new}").text, earlier.encode() in carried) == (False, False)
