"""Clerks and workers are killed at random moments, and nothing that was acknowledged is lost or doubled."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
QUICK_SECONDS, LONG_SECONDS = 3, 120


def killed(url, folder, seconds, *planted, seed=7):
    """What a run of that many seconds counted."""
    command = [sys.executable, "-m", "tests.crash.harness", url, str(folder), str(seconds), str(seed), *planted]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=10 * seconds + 120)
    assert done.returncode == 0, done.stderr[-2000:]
    print(done.stdout, done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def require_nothing_lost_or_doubled(found):
    assert found["done_twice"] == 0
    assert found["steps"] == found["kept"] == found["done"]
    assert found["broken"] == []
    assert (found["fired_twice"], found["files_lost"], found["claims_lost"]) == (0, 0, 0)
    assert found["registered"] == found["completed"]
    assert found["pdfs"] + found["incidents"] == found["pdf_promises"]
    assert found["letters"] == found["mails"]
    assert found["letters_twice"] <= found["kills"]["worker"]
    assert found["undone"] == found["incidents"]


@pytest.mark.parametrize("database_url", ["postgresql", pytest.param("sqlite", marks=pytest.mark.long)], indirect=True)
def test_nothing_is_lost_or_doubled_when_processes_are_killed(database_url, tmp_path):
    found = killed(database_url, tmp_path, QUICK_SECONDS)
    assert found["done"] > 20 and sum(found["kills"].values()) > 5, found
    require_nothing_lost_or_doubled(found)


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_nothing_is_lost_or_doubled_in_thousands_of_steps(database_url, tmp_path, seed):
    require_nothing_lost_or_doubled(killed(database_url, tmp_path, LONG_SECONDS, seed=seed))


@pytest.mark.long
def test_the_harness_finds_steps_that_are_done_twice(sqlite_url, tmp_path):
    found = killed(sqlite_url, tmp_path, 60, "forgets keys")
    assert found["steps"] > found["done"]
