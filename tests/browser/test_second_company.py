"""MS001 past the bank to the sealed PDF, and PA002 with its rows: with scripts, without, and on a phone."""

import pytest

from tests.browser.second_journey import contacts, whole
from tests.browser.test_journey import WAYS

LONG = pytest.mark.long


def sealed(site, mia, reference):
    """The audit PDF of a request that has ended, once nothing is promised any more."""
    site.settle()
    mia.visit(f"/requests/{reference}")
    return mia.download("Audit trail (PDF)")


@pytest.mark.parametrize("way", ["without scripts", *(pytest.param(way, marks=LONG) for way in ("desktop", "phone"))])
def test_a_request_goes_past_the_second_company_to_the_sealed_pdf(site, arrive, way):
    people = [arrive(**WAYS[way]) for _ in range(6)]
    reference = whole(*people)
    pdf = sealed(site, people[0], reference)
    people[0].reads("Approved")
    assert site.verdict(pdf).intact


@pytest.mark.long
@pytest.mark.parametrize("way", ["without scripts", "desktop"])
def test_rows_of_persons_go_all_the_way(site, arrive, way):
    people = [arrive(**WAYS[way]) for _ in range(3)]
    reference = contacts(*people)
    assert site.verdict(sealed(site, people[0], reference)).intact
    assert site.office.status(reference) in ("APPROVED", "COMPLETED")


def test_a_link_in_a_mail_leads_through_the_sign_in_to_its_request(site, arrive):
    reference = site.office.submitted()
    chen = arrive()
    chen.visit(f"/requests/{reference}")
    chen.page.get_by_label("E-mail address").fill("chen.checker@harbourbright.test")
    chen.page.get_by_label("Password").fill("star-ferry-at-noon")
    chen.press("Sign in")
    code = site.mailed_code(site.office, "chen.checker@harbourbright.test")
    chen.page.get_by_label("One-time code").fill(code)
    chen.press("Continue")
    assert chen.page.url.endswith(f"/requests/{reference}")
