"""SC001, CC001, DT021 and RD001 from the sign-in to the sealed PDF: all by night."""

import pytest

from tests.browser.catalogue_journeys import brokers, limits, limits_returned, readiness, smartcards
from tests.browser.test_journey import WAYS
from tests.browser.test_second_company import sealed

pytestmark = pytest.mark.long


@pytest.fixture
def people(arrive, way):
    """So many browsers, all of the way that is tried."""
    return lambda number: [arrive(**WAYS[way]) for _ in range(number)]


@pytest.mark.parametrize("way", WAYS)
def test_sc001_a_lost_smartcard_is_replaced_and_its_receipt_acknowledged(site, people):
    site.office.deploy("SC001")
    ada, *others = people(4)
    reference = smartcards(ada, *others)
    pdf = sealed(site, ada, reference)
    ada.reads("Completed")
    assert (site.verdict(pdf).intact, site.office.status(reference)) == (True, "COMPLETED")


@pytest.mark.parametrize("way", WAYS)
def test_cc001_both_brokers_acknowledge_and_the_account_is_opened(site, people):
    site.office.deploy("CC001")
    ivan, *others = people(6)
    reference = brokers(ivan, *others)
    pdf = sealed(site, ivan, reference)
    ivan.reads("Approved")
    assert (site.verdict(pdf).intact, site.office.status(reference)) == (True, "APPROVED")


@pytest.mark.parametrize("way", WAYS)
def test_dt021_the_clearing_participant_sets_the_limits(site, people):
    site.office.deploy("DT021")
    leo, *others = people(6)
    reference = limits(leo, *others)
    pdf = sealed(site, leo, reference)
    leo.reads("Approved")
    assert (site.verdict(pdf).intact, site.office.status(reference)) == (True, "APPROVED")


@pytest.mark.parametrize("way", WAYS)
def test_dt021_what_the_clearing_participant_returns_is_asked_again(site, people):
    site.office.deploy("DT021")
    leo, *others = people(4)
    reference = limits_returned(leo, *others)
    pdf = sealed(site, leo, reference)
    assert (site.verdict(pdf).intact, site.office.status(reference)) == (True, "PENDING_HKEX")


@pytest.mark.parametrize("way", WAYS)
def test_rd001_what_passed_stands_without_a_desk(site, people):
    site.office.deploy("RD001")
    mia, chen = people(2)
    reference = readiness(mia, chen)
    pdf = sealed(site, mia, reference)
    mia.reads("Completed")
    assert (site.verdict(pdf).intact, site.office.status(reference)) == (True, "COMPLETED")
