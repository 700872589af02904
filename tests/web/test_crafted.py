"""Requests that no page of ours sends: each is refused with the right status and leaves everything as it was."""

from __future__ import annotations

import pytest

from app.logs import log_of
from app.web import errors
from tests.commands.office import APPROVE, FORWARD, RETURN, answers, opened

DRAFT, REVIEW, OWN, DESK, PROCESSED, ENDED = "draft", "review", "own", "desk", "processed", "ended"
STAY = ("signins", "people_trail")  # signing in and being refused are noted there

# who, which request's task, what is sent there, the fields, the answer
TASKS = [
    ("mia", DRAFT, "answers", answers(pre_approved="yes"), 400),
    ("mia", DRAFT, "answers", answers(decision="approve"), 400),
    ("mia", DRAFT, "answers", answers(current_limit_hkd="1"), 400),
    ("mia", DRAFT, "answers", answers(**{"session.confirmed": "yes"}), 400),
    ("mia", DRAFT, "draft", {"typename": "x"}, 400),
    ("mia", DRAFT, "completion", answers(maker_id="7"), 400),
    ("mia", DRAFT, "completion", answers(limit_hkd="0"), 422),
    ("mia", DRAFT, "completion", answers(approving_ro="BJA907"), 422),
    ("mia", DRAFT, "completion", answers(scope="SESSION", session="LRB01C"), 422),
    ("mia", DRAFT, "completion", answers(declare_true=""), 422),
    ("mia", DRAFT, "completion", {"version": "0", **answers()}, 409),
    ("mia", DRAFT, "completion", {"version": "one", **answers()}, 409),
    ("mia", DRAFT, "draft", {"version": "99", **answers()}, 409),
    ("chen", DRAFT, "answers", answers(), 404),
    ("leo", DRAFT, "answers", answers(), 404),
    ("leo", DRAFT, "draft", answers(), 404),
    ("leo", DRAFT, "check", answers(), 404),
    ("leo", DRAFT, "completion", answers(), 404),
    ("audrey", DRAFT, "completion", answers(), 403),
    ("mia", REVIEW, "completion", APPROVE, 403),
    ("mia", REVIEW, "draft", {}, 403),
    ("chen", REVIEW, "draft", {}, 409),
    ("chen", REVIEW, "completion", {"decision": "reject"}, 422),
    ("chen", REVIEW, "completion", {"decision": ""}, 422),
    ("chen", REVIEW, "completion", {"decision": "return"}, 422),
    ("chen", REVIEW, "completion", {**RETURN, "comment.nothing": "pinned nowhere"}, 400),
    ("chen", REVIEW, "completion", {**APPROVE, "limit_hkd": "1"}, 400),
    ("chen", REVIEW, "completion", {**RETURN, "comment.limit_hkd": "x" * 501}, 422),
    ("chen", REVIEW, "completion", {**RETURN, "comment": "x" * 2001}, 422),
    ("chen", REVIEW, "completion", {**APPROVE, "version": "1"}, 409),
    ("rita", REVIEW, "completion", APPROVE, 404),
    ("karen", REVIEW, "completion", APPROVE, 404),
    ("bo", OWN, "completion", APPROVE, 403),
    ("chen", DESK, "completion", FORWARD, 403),
    ("daisy", DESK, "completion", FORWARD, 404),
    ("kelvin", DESK, "completion", FORWARD, 403),
    ("karen", PROCESSED, "completion", APPROVE, 403),
    ("olive", PROCESSED, "completion", APPROVE, 403),
    ("mia", ENDED, "completion", answers(), 409),
    ("chen", ENDED, "completion", APPROVE, 409),
]
# who, which request, by which way, the reason, the answer
WAYS_OUT = [
    ("mia", REVIEW, "withdraw", "no", 422),
    ("mia", REVIEW, "withdraw", "x" * 1001, 422),
    ("mia", REVIEW, "discard", "", 409),
    ("mia", REVIEW, "abort", "because I say so", 403),
    ("mia", REVIEW, "nothing", "because I say so", 409),
    ("leo", REVIEW, "withdraw", "because I say so", 404),
    ("karen", DESK, "withdraw", "because I say so", 403),
    ("audrey", DESK, "abort", "because I say so", 403),
    ("chen", DRAFT, "discard", "", 404),
    ("mia", PROCESSED, "discard", "because I say so", 409),
    ("mia", ENDED, "withdraw", "because I say so", 409),
]


@pytest.fixture(scope="module")
def staged(seeded, tmp_path_factory):
    """A closed office with a request at every point, and their tasks (of an ended one: what it was)."""
    office = opened(seeded, tmp_path_factory.mktemp("staged"))
    made = {
        DRAFT: office.open_draft(),
        REVIEW: office.submitted(),
        OWN: office.submit(office.open_draft("bo"), "bo"),
        DESK: office.sent(),
        PROCESSED: office.processed(),
        ENDED: office.processed(),
    }
    found = {name: (reference, office.task(reference).id) for name, reference in made.items()}
    office.accept(made[ENDED])
    office.portal.database.close()
    return office, found


@pytest.fixture
def office(staged, tmp_path):
    """The office with a request at every point."""
    office = opened(staged[0], tmp_path)
    yield office
    office.portal.database.close()


@pytest.fixture
def requests(staged):
    """The requests with the addresses of their tasks."""
    return staged[1]


@pytest.fixture
def untouched(office):
    """What must be as it was when the test has ended."""

    def kept():
        return {name: rows for name, rows in office.everything().items() if name not in STAY}

    seen = {}
    yield lambda: seen.update(kept())
    assert kept() == seen


@pytest.mark.parametrize(("who", "name", "what", "fields", "status"), TASKS)
def test_a_crafted_task_is_refused_without_a_trace(
    office, visitor, requests, untouched, who, name, what, fields, status
):
    reference, task = requests[name]
    client = visitor(who)
    untouched()
    client.post(f"/tasks/{task}/{what}", {"version": office.version(reference), "key": "k", **fields}, expect=status)


@pytest.mark.parametrize(("who", "name", "way", "reason", "status"), WAYS_OUT)
def test_a_crafted_way_out_is_refused_without_a_trace(
    office, visitor, requests, untouched, who, name, way, reason, status
):
    reference, _ = requests[name]
    client = visitor(who)
    untouched()
    fields = {"version": office.version(reference), "key": "k", "reason": reason}
    client.post(f"/requests/{reference}/ways-out/{way}", fields, expect=status)


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [("chen", "CT027", 403), ("karen", "CT027", 403), ("mia", "CT999", 404), ("mia", "P1", 404)],
)
def test_a_form_that_is_not_theirs_cannot_be_opened(visitor, requests, untouched, who, code, status):
    client = visitor(who)
    untouched()
    client.post(f"/eservices/{code}/requests", expect=status)


def test_an_action_token_serves_one_action(office, visitor, requests, untouched):
    (first, one), (second, _) = requests[REVIEW], requests[DESK]
    office.give_back(second, "karen")
    office.submit(second, limit_hkd="40,000,000")
    chen = visitor("chen")
    chen.post(f"/tasks/{one}/completion", {"version": office.version(first), "key": "once", **APPROVE})
    chen.get("/")
    untouched()
    fields = {"version": office.version(second), "key": "once", **APPROVE}
    chen.post(f"/tasks/{office.task(second).id}/completion", fields, expect=409)


def test_a_form_without_its_token_changes_nothing(office, visitor, requests, untouched):
    reference, task = requests[REVIEW]
    chen = visitor("chen")
    untouched()
    chen.post(
        f"/tasks/{task}/completion", {"version": office.version(reference), "csrf_token": None, **APPROVE}, expect=403
    )


@pytest.mark.parametrize(
    "url", ["/tasks/{task}", "/tasks/{task}/answers", "/requests/{reference}", "/search?q={reference}"]
)
def test_looking_changes_nothing(visitor, requests, untouched, url):
    reference, task = requests[REVIEW]
    chen = visitor("chen")
    untouched()
    chen.get(url.format(task=task, reference=reference))


@pytest.mark.parametrize(
    ("who", "name", "fields", "code"),
    [
        ("mia", DRAFT, {"strange": "1"}, "unknown_fields"),
        ("bo", OWN, APPROVE, "four_eyes"),
        ("mia", REVIEW, APPROVE, "no_right"),
    ],
)
def test_what_looks_like_an_attack_is_one_line_in_the_log(
    office, visitor, requests, monkeypatch, capsys, who, name, fields, code
):
    reference, task = requests[name]
    client = visitor(who)
    monkeypatch.setattr(errors, "log", log_of("web"))
    client.post(f"/tasks/{task}/completion", {"version": office.version(reference), **fields}, expect=None)
    lines = capsys.readouterr().out.splitlines()
    assert [f"event=refused code={code} endpoint=tasks.complete" in line for line in lines] == [True]
