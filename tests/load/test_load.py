"""The command measures every row on both databases; what is a count and no time is also held to its bar."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.load.databases import KINDS
from tests.load.journey import STEPS
from tests.load.office import FORM_BYTES, answers
from tests.load.table import Figure, merged, printed
from tests.load.traffic import Traffic

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 900  # beside other work on the same cores
COUNTS = ("a submit: commits", "a submit: round trips")


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """The figures of a quick run, by what they are."""
    path = tmp_path_factory.mktemp("load") / "figures.json"
    command = [sys.executable, "-m", "tests.load", "--quick", "--json", str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stderr[-2000:]
    print(done.stdout)
    return {figure["what"]: figure for figure in json.loads(path.read_text())["figures"]}


@pytest.mark.long
def test_a_quick_run_measures_every_row_on_both_databases(told):
    measured = {(figure["row"], kind) for figure in told.values() for kind, value in figure["values"].items() if value}
    assert measured == {(row, kind) for row in (1, 2, 3, 4, 5, 8) for kind in KINDS}


@pytest.mark.long
@pytest.mark.parametrize("what", COUNTS)
def test_what_a_submit_asks_of_the_database_is_inside_its_bar(told, what):
    assert all(told[what]["inside"].values()), told[what]


@pytest.mark.long
def test_what_a_task_stores_is_inside_its_bar(told):
    assert all(told["bytes stored for one human task"]["inside"].values())


def test_the_form_holds_two_hundred_bytes():
    given = {**answers(7), "copies": int(answers(7)["copies"])}
    assert len(json.dumps(given, separators=(",", ":"))) == FORM_BYTES


def test_a_case_has_five_tasks():
    assert len(STEPS) == 5


def test_a_round_trip_is_a_turn_from_sending_to_receiving():
    traffic = Traffic()
    traffic.messages = [["F\tBind", "F\tSync", "B\tNoData", "B\tReadyForQuery", "F\tSync", "B\tReadyForQuery"], []]
    assert traffic.round_trips == 2


def test_turns_of_two_connections_do_not_mix():
    traffic = Traffic()
    traffic.messages = [["F\tSync", "F\tSync"], ["B\tReadyForQuery"]]
    assert traffic.round_trips == 0


def test_the_table_says_what_is_outside():
    lines = printed([Figure(2, "CPU", "ms", {"sqlite": 7.9, "postgresql": 8.1}, most=8)]).splitlines()
    assert lines[-1].split() == ["2", "CPU", "ms", "at", "most", "8", "7.90", "inside", "8.10", "OUTSIDE"]


def test_figures_of_two_databases_share_their_line():
    (line,) = merged([[Figure(3, "ratio", "times", {kind: 1.0}, most=1.2)] for kind in KINDS])
    assert dict(line.values) == dict.fromkeys(KINDS, 1.0)
