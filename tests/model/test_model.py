"""Whatever people do in whatever order leads where the table of transitions says, or is refused for its reason."""

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Life

QUICK = settings(
    max_examples=150,
    stateful_step_count=25,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
    print_blob=False,
)


def test_every_life_goes_as_the_rule_book_foretells(fresh):
    run_state_machine_as_test(lambda: Life(fresh), settings=QUICK)
