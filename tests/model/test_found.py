"""What the machine has found, each as a test of its own."""

import pytest

from app.commands import cases as case_commands
from app.commands import claims
from app.retold import retell
from tests.commands.office import Office, opened


@pytest.fixture
def office(seeded, tmp_path):
    office = opened(seeded, tmp_path)
    yield office
    office.portal.database.close()


def requires_whole(office: Office, reference: str) -> None:
    told: list[str] = []
    assert retell(office.portal, reference, told.append), told


def test_a_request_that_somebody_only_claimed_is_told_again(office):
    reference = office.sent()
    claims.claim_task(office.portal, office.task(reference).id, by=office.by("karen"))
    requires_whole(office, reference)


def test_a_request_whose_withdrawal_the_desk_only_declined_is_told_again(office):
    reference = office.processed()
    office.leave(reference, "withdraw", "bo", "Not needed any more")
    case_commands.answer_proposal(
        office.portal,
        reference,
        "withdraw",
        accept=False,
        version=office.version(reference),
        comment="We are nearly done",
        by=office.by("kelvin"),
    )
    requires_whole(office, reference)
