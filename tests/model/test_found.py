"""What the machine has found, each as a test of its own."""

import pytest

from app.commands.requests import cases as case_commands
from app.commands.requests import claims
from app.retold import retell
from engine.errors import WrongAnswers
from tests.commands.office import PEOPLE, RETURN, Office, opened


@pytest.fixture
def office(seeded, tmp_path):
    office = opened(seeded, tmp_path)
    yield office
    office.portal.database.close()


def decline(office: Office, reference: str, way: str, who: str) -> None:
    case_commands.answer_proposal(
        office.portal,
        reference,
        way,
        accept=False,
        version=office.version(reference),
        comment="We are nearly done",
        by=office.by(who),
    )


def requires_whole(office: Office, reference: str) -> None:
    told: list[str] = []
    assert retell(office.portal, reference, told.append), told


def test_a_request_that_somebody_only_claimed_is_told_again(office):
    reference = office.sent()
    claims.claim_task(office.portal, office.task(reference).id, by=office.by("karen"))
    requires_whole(office, reference)


def test_operations_hear_that_their_abort_was_declined(office):
    reference = office.submitted()
    office.leave(reference, "abort", "olive", "Entered for the wrong firm")
    decline(office, reference, "abort", "oscar")
    assert office.mailed("way_out.declined") == [PEOPLE["olive"]]


def test_what_the_exchange_returned_is_received_anew(office):
    reference = office.sent()
    office.complete(reference, "karen", RETURN)
    office.clock.move(days=1)
    with pytest.raises(WrongAnswers) as caught:
        office.submit(reference, effective_date="2026-11-26")
    assert set(caught.value.fields) == {"effective_date"}


def test_a_request_whose_withdrawal_the_desk_only_declined_is_told_again(office):
    reference = office.processed()
    office.leave(reference, "withdraw", "bo", "Not needed any more")
    decline(office, reference, "withdraw", "kelvin")
    requires_whole(office, reference)
