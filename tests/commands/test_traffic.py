"""How much work one step gives the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

from engine.errors import NoRight
from tests.commands import accounts
from tests.commands.office import APPROVE, FORWARD, GIVEN, RETURN

MOST_OF_A_SUBMIT = 13
MOST_OF_A_DECISION = 15


class Seen:
    """What reached the database; beginning a transaction is part of its commit."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0

    def executed(self, _connection, _cursor, statement, *_rest) -> None:
        """Note a statement."""
        if not statement.startswith("BEGIN"):
            self.statements.append(statement)

    def committed(self, _connection) -> None:
        """Note a commit."""
        self.commits += 1


@contextmanager
def counted(office) -> Iterator[Seen]:
    """The statements and commits of the block."""
    engine, seen = office.portal.database.engine, Seen()
    event.listen(engine, "before_cursor_execute", seen.executed)
    event.listen(engine, "commit", seen.committed)
    yield seen
    event.remove(engine, "before_cursor_execute", seen.executed)
    event.remove(engine, "commit", seen.committed)


@pytest.fixture(autouse=True)
def warm(either_office):
    """A process compiles a drawing once, so an earlier request has done that."""
    either_office.submitted()


def test_a_submit_is_one_commit_of_at_most_thirteen_statements(either_office):
    reference = either_office.open_draft()
    either_office.save(reference)
    press = either_office.page(reference, "mia", None, key="one")
    with counted(either_office) as seen:
        press()
    print(f"a submit: {len(seen.statements)} statements, {seen.commits} commit")
    assert (seen.commits, len(seen.statements) <= MOST_OF_A_SUBMIT) == (1, True)


@pytest.mark.parametrize(
    ("point", "who", "raw"),
    [
        ("submitted", "chen", APPROVE),
        ("submitted", "chen", RETURN),
        ("sent", "karen", FORWARD),
        ("processed", "kelvin", APPROVE),
    ],
)
def test_a_decision_is_one_commit_of_few_statements(either_office, point, who, raw):
    # The last approval changes a register too: it locks the participant, reads the record and adds the new one; no
    # task takes the place of its own.
    most = MOST_OF_A_DECISION + (2 if point == "processed" else 0)
    press = either_office.page(getattr(either_office, point)(), who, raw, key="one")
    with counted(either_office) as seen:
        press()
    print(f"{who} at {point}: {len(seen.statements)} statements, {seen.commits} commit")
    assert (seen.commits, len(seen.statements) <= most) == (1, True)


@pytest.mark.parametrize(
    ("point", "who", "raw", "most"),
    [
        (accounts.drafted, "mia", accounts.ASKED, 16),
        # To let a company in, its membership is held, it is noted, found by its words, and its people are read.
        (accounts.submitted, "chen", APPROVE, 20),
        (accounts.at_bank, "ivan", accounts.AGREED, 16),
        (accounts.answered, "iris", accounts.AGREE, 17),
        (accounts.answered, "iris", accounts.MISMATCH, 16),
        (accounts.agreed, "edith", FORWARD, 15),
        # The end also changes a register, and drops what was being filled.
        (accounts.processed, "eric", APPROVE, 18),
    ],
)
def test_a_step_of_two_companies_is_one_commit_of_few_statements(either_office, point, who, raw, most):
    accounts.approved(either_office)
    press = either_office.page(point(either_office), who, raw, key="one")
    with counted(either_office) as seen:
        press()
    assert (seen.commits, len(seen.statements) <= most) == (1, True), seen.statements


def test_the_work_of_a_submit_does_not_grow_with_the_rounds(either_office):
    reference, seen = either_office.submitted(), []
    for round_ in range(6):
        either_office.give_back(reference)
        press = either_office.page(reference, "mia", {**GIVEN, "limit_hkd": str(40_000_000 + round_)})
        with counted(either_office) as one:
            press()
        seen.append(len(one.statements))
    assert len(set(seen)) == 1


def test_a_refusal_commits_nothing(either_office):
    press = either_office.page(either_office.submitted(), "mia", APPROVE, key="one")
    with counted(either_office) as seen, pytest.raises(NoRight):
        press()
    assert seen.commits == 0
