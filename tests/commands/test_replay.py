"""Every request runs again from its trail and comes out the same; one that was tampered with does not."""

from collections import OrderedDict

import pytest

from app.commands import jobs
from app.commands.requests import nudges
from app.retold import retell
from app.store import definitions
from engine.errors import NotFound
from engine.people import Right
from engine.sealed import seal
from tests.commands import accounts
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


def claimed_and_released(office):
    reference = office.sent()
    office.grant("daisy", Right("desk_maker", "CTO"))
    office.claim(reference, "daisy")
    office.release(reference, "daisy")
    return reference


def declined(office):
    reference = office.processed()
    office.leave(reference, "withdraw", "bo", REASON)
    return office.answer(reference, "withdraw", "kelvin", accept=False, comment="Nearly done")


def nudged(office):
    return nudges.nudge(office.portal, accounts.at_bank(office), office.by("bo"))


LIVES = {
    "an open draft": lambda office: office.open_draft(),
    "a draft saved often": saved_often,
    "submitted": lambda office: office.submitted(),
    "completed": lambda office: office.completed(),
    "returned and completed": returned_and_completed,
    "reminded": reminded,
    "discarded": lambda office: left(office, "discard", "mia", office.open_draft()),
    "withdrawn": lambda office: left(office, "withdraw", "mia", office.submitted()),
    "aborted": lambda office: office.abort(office.sent()),
    "of two companies": accounts.approved,
    "returned by the second company": accounts.sent_back,
    "claimed and released": claimed_and_released,
    "asked for and declined": declined,
    "nudged": nudged,
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


def sent_back(office):
    """A request of two rounds, with comments, that was completed."""
    reference = office.submitted()
    office.give_back(reference, limit_hkd="Fifty or five?")
    office.submit(reference, limit_hkd="45,000,000")
    return office.accept(office.process(office.approve(reference)))


FORGED = {
    "answers that are missing": "DELETE FROM answers WHERE entry = 2",
    "a comment with other words": "UPDATE remarks SET text = 'Something else' WHERE field = ''",
    "a comment that is missing": "DELETE FROM remarks WHERE field = 'limit_hkd'",
    "a comment of another person": "UPDATE remarks SET person_id = 1",
    "a comment that nobody sealed": "UPDATE remarks SET entry = 2",
    "another participant": "UPDATE cases SET participant_id = 'B00999'",
    "another day of receipt": "UPDATE cases SET received_on = '2026-11-20'",
    "another round": "UPDATE cases SET round = 7",
    "another value in the register": "UPDATE registers SET record = replace(record, '45000000', '95000000')",
    "another day in the register": "UPDATE registers SET effective_on = '2027-01-01' WHERE reference IS NOT NULL",
    "nothing in the register": "DELETE FROM registers WHERE reference IS NOT NULL",
    "a hand that was taken away": "DELETE FROM hands WHERE lane = 'checker'",
    "another head": "UPDATE cases SET head = substr(head, 2) || substr(head, 1, 1)",
    "another count": "UPDATE cases SET entries = 3",
    "another seal": "UPDATE cases SET seal = substr(seal, 2) || substr(seal, 1, 1)",
    "no seal": "UPDATE cases SET seal = NULL",
}


@pytest.mark.parametrize("forgery", FORGED.values(), ids=FORGED)
def test_whatever_was_changed_beside_the_trail_is_found(office, forgery):
    reference = sent_back(office)
    office.run_sql("DROP TRIGGER cases_ended")
    office.run_sql(forgery)
    assert differences(office, reference)[-1].startswith("Expected ")


def test_a_trail_that_was_rewritten_with_all_its_hashes_is_found(office):
    reference = office.submitted()
    case, entries = office.case(reference), [sealed.entry for sealed in office.trail(reference)]
    office.run_sql("DROP TRIGGER trail_no_update")
    head = seal.first_link(reference)
    for entry in entries:
        entry["actor"]["name"] = "Max Chan"
        head = seal.link(head, entry)
        written = seal.canonical(entry).decode()
        office.run_sql("UPDATE trail SET entry = :e, hash = :h WHERE seq = :n", e=written, h=head, n=entry["seq"])
    office.run_sql("UPDATE cases SET head = :head", head=head)
    assert case.head != head
    assert differences(office, reference) == ["Expected the seal of entry 2 to be the portal's, but it does not fit."]


def test_an_older_state_put_back_is_found(office):
    reference = office.open_draft()
    older = office.case(reference).state
    office.submit(reference)
    office.run_sql("UPDATE cases SET state = :state", state=older)
    assert differences(office, reference) == ["Expected the state that entry 2 sealed, but the request has another."]


def test_a_changed_file_of_a_release_is_found(office, monkeypatch):
    reference = office.submitted()
    office.run_sql("DROP TRIGGER artefacts_no_update")
    office.run_sql("UPDATE artefacts SET content = CAST(replace(content, 'Complete and', 'Fill and') AS BLOB)")
    monkeypatch.setattr(definitions, "_compiled", OrderedDict())
    assert "as they were deployed" in differences(office, reference)[0]


def test_nothing_is_told_of_a_request_that_does_not_exist(office):
    with pytest.raises(NotFound):
        retell(office.portal, "CT027-20261123-000009", print)


def differences(office, reference):
    said = []
    assert not retell(office.portal, reference, said.append)
    return said
