"""Every request runs again from its trail and comes out the same; one that was tampered with does not."""

import pytest

from app.commands import jobs
from app.retold import retell
from engine.errors import NotFound
from tests.commands.office import RETURN, answers

REASON = "No longer needed"


def left(office, way, who, reference):
    office.leave(reference, way, who, REASON)
    return reference


def returned_and_completed(office):
    reference = office.submitted()
    office.complete(reference, "chen", RETURN)
    office.submit(reference, limit_hkd="45,000,000")
    return office.accept(office.process(office.approve(reference)))


def reminded(office):
    reference = office.sent()
    office.clock.set(max(row.due_at for row in office.rows("timers")))
    while jobs.fire_due_timers(office.portal):
        pass
    return office.accept(office.process(reference))


def saved_often(office):
    reference = office.open_draft()
    for limit in ("40,000,000", "41,000,000"):
        office.save(reference, limit_hkd=limit)
    return office.complete(reference, "mia", answers())


LIVES = {
    "an open draft": lambda office: office.open_draft(),
    "a draft saved often": saved_often,
    "submitted": lambda office: office.submitted(),
    "completed": lambda office: office.completed(),
    "returned and completed": returned_and_completed,
    "reminded": reminded,
    "discarded": lambda office: left(office, "discard", "mia", office.open_draft()),
    "withdrawn": lambda office: left(office, "withdraw", "mia", office.submitted()),
    "aborted": lambda office: left(office, "abort", "olive", office.sent()),
}


@pytest.mark.parametrize("life", LIVES.values(), ids=LIVES)
def test_every_life_runs_again_and_comes_out_the_same(either_office, life):
    reference = life(either_office)
    said = []
    assert retell(either_office.portal, reference, said.append), said
    assert said[-1] == f"identical: {len(said) - 1} entries, {either_office.status(reference)}"


def test_every_step_is_told_with_its_time_and_what_waits_then(office):
    said = []
    retell(office.portal, office.submitted(), said.append)
    assert " ".join(said[1].split()) == (
        "2 Mon 23 Nov 2026, 10:00 HKT task.completed submit PENDING_CHECKER waits: review"
    )


def test_a_changed_entry_is_found(office):
    reference = office.submitted()
    office.run_sql("DROP TRIGGER trail_no_update")
    office.run_sql("UPDATE trail SET entry = replace(entry, 'Mia', 'Max') WHERE seq = 2")
    assert differences(office, reference) == ["Expected entry 2 as it was sealed, but it was changed."]


def test_changed_answers_are_found(office):
    reference = office.submitted()
    office.run_sql("UPDATE answers SET answers = replace(answers, '50000000', '60000000')")
    assert differences(office, reference) == [
        "Expected the answers of entry 2 as they were sealed, but they were changed."
    ]


def test_a_removed_entry_is_found(office):
    reference = office.submitted()
    office.run_sql("DROP TRIGGER trail_no_delete")
    office.run_sql("DELETE FROM trail WHERE seq = 2")
    assert differences(office, reference) == ["Expected 2 entries as stored with the request, but found 1."]


def test_a_status_that_the_trail_does_not_lead_to_is_found(office):
    reference = office.submitted()
    office.run_sql("UPDATE cases SET status = 'PENDING_HKEX'")
    assert differences(office, reference)[-1] == (
        "Expected the request to be PENDING_HKEX as stored, but its trail leads to PENDING_CHECKER."
    )


def test_nothing_is_told_of_a_request_that_does_not_exist(office):
    with pytest.raises(NotFound):
        retell(office.portal, "CT027-20261123-000009", print)


def differences(office, reference):
    said = []
    assert not retell(office.portal, reference, said.append)
    return said
