"""Whatever people do in whatever order leads where the table of transitions says, or is refused for its reason."""

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.bugs import BUGS
from tests.model.machine import Life

QUICK = settings(
    max_examples=40,
    stateful_step_count=25,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    print_blob=False,
)
FEW = settings(QUICK, max_examples=20)
LONG = settings(
    QUICK,
    max_examples=int(os.environ.get("EXAMPLES", "2500")),
    stateful_step_count=50,
    phases=[Phase.generate, Phase.shrink],
)


def play(fresh, how, number):
    """Play as many lives as the settings say, the same ones for the same number."""
    run_state_machine_as_test(seed(number)(lambda: Life(fresh)), settings=how)


def test_every_life_goes_as_the_rule_book_foretells(fresh):
    play(fresh, FEW, 1)


@pytest.mark.long
def test_every_life_goes_as_foretold_on_postgresql_too(fresh_on_postgresql):
    play(fresh_on_postgresql, settings(QUICK, max_examples=8), 3)


@pytest.mark.long
@pytest.mark.parametrize("number", range(10, 18))
def test_thousands_of_lives_go_as_the_rule_book_foretells(fresh, number):
    play(fresh, LONG, number)


@pytest.mark.long
def test_thousands_of_lives_go_as_foretold_on_postgresql_too(fresh_on_postgresql):
    play(fresh_on_postgresql, LONG, 20)


@pytest.mark.parametrize("bug", BUGS)
def test_the_machine_finds_a_planted_bug(fresh, monkeypatch, bug):
    planted = BUGS[bug](monkeypatch, fresh)
    with pytest.raises(AssertionError, match="foretold"):
        play(planted, QUICK, 1)
