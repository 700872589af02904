"""How much work one step gives the database."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event

MOST_STATEMENTS = 16


@contextmanager
def counted(office) -> Iterator[dict[str, list[str]]]:
    """Statements and commits of the block; beginning a transaction is part of its commit."""
    engine, seen = office.portal.database.engine, {"statements": [], "commits": []}

    def executed(_connection, _cursor, statement, *_rest):
        if not statement.startswith("BEGIN"):
            seen["statements"].append(statement)

    def committed(_connection):
        seen["commits"].append("COMMIT")

    event.listen(engine, "before_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    yield seen
    event.remove(engine, "before_cursor_execute", executed)
    event.remove(engine, "commit", committed)


@pytest.fixture
def draft(either_office) -> str:
    """A saved draft, in a process that has compiled its drawing before."""
    either_office.submitted()
    reference = either_office.open_draft()
    either_office.save(reference)
    return reference


def test_a_submit_is_one_commit_of_few_statements(either_office, draft, record_property):
    press = either_office.page(draft, "mia", None, key="one-time")
    with counted(either_office) as seen:
        press()
    record_property("statements", len(seen["statements"]))
    print(*(" ".join(statement.split())[:150] for statement in seen["statements"]), sep="\n")
    assert len(seen["commits"]) == 1
    assert len(seen["statements"]) <= MOST_STATEMENTS
