"""What comes next by the drawings: the usual way, as far as a request is known."""

import pytest

from app.commands.definitions import read_folder
from engine.drawings.ahead import ahead
from engine.running import definition
from tests.commands.office import ROOT

FOLDER = read_folder(ROOT)


def names(code, *open_keys, **facts):
    made = definition.compiled(definition.gather(FOLDER, code), code)
    return [element.name for element in ahead(made.drawings, code, open_keys, facts)]


@pytest.mark.parametrize(
    ("code", "key", "facts", "then"),
    [
        ("CT027", "request/submit", {}, ["Check", "Process", "Approve", "Completed"]),
        ("CT027", "request/process", {}, ["Approve", "Completed"]),
        ("CT027", "request/process", {"single_eye": True}, ["Completed"]),
        ("CT027", "request/process", {"single_eye": False}, ["Approve", "Completed"]),
        ("MS001", "request/second/next_fill", {}, ["Check your part", "Process", "Approve", "Approved"]),
        ("CT027", "request/confirm_rejection", {}, ["Rejected"]),
        ("TM003", "request/process#CTO", {}, ["Approve", "Completed"]),
    ],
)
def test_the_usual_way_leads_to_the_end(code, key, facts, then):
    assert names(code, key, **facts) == then


def test_a_gateway_that_reads_more_than_is_known_is_taken_the_usual_way():
    known = names("MS001", "request/review", agreed=True, next_optional=False, next="D00011")
    unknown = names("MS001", "request/review", agreed=True)
    assert ("Complete your part" in known, "Complete your part" in unknown) == (False, True)


def test_what_is_open_now_does_not_come_next():
    assert "Process" not in names("TM003", "request/process#CTO", "request/process#ITC")


def test_a_place_that_is_not_drawn_leads_nowhere():
    assert names("CT027", "request/nowhere") == []
