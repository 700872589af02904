"""What was answered at the steps of a case, who had a hand in it, and what was said about it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, delete, func, insert, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from app.store.tables import answers, hands, people, remarks

DRAFT_ENTRY = 0
COMMENT = "@comment"  # where comments are kept: no element of a drawing can be called so


@dataclass(frozen=True, slots=True)
class Sealed:
    """Answers as they were given at one step; entry 0 is what is still being filled."""

    step: str
    entry: int
    round: int
    answers: Mapping[str, Any]
    salt: str
    saved_by: int
    saved_at: datetime


@dataclass(frozen=True, slots=True)
class Given:
    """The answers of the last round at some steps of one case and its drafts, oldest first."""

    rows: tuple[Sealed, ...]

    def draft(self, step: str) -> Mapping[str, Any]:
        """What is being filled at a step."""
        return next((row.answers for row in self.rows if row.step == step and row.entry == DRAFT_ENTRY), {})

    def newest(self, step: str) -> Mapping[str, Any] | None:
        """What was last submitted at a step."""
        rows = self.submitted(step)
        return rows[-1].answers if rows else None

    def submitted(self, step: str, number: int | None = None) -> list[Sealed]:
        """All that was submitted at a step in its last round; in that round alone, if a number is given."""
        rows = [row for row in self.rows if row.step == step and row.entry > DRAFT_ENTRY]
        return [row for row in rows if number in (None, row.round)]


@dataclass(frozen=True, slots=True)
class Remark:
    """A comment on the whole request or on one answer."""

    round: int
    entry: int
    person: str
    person_id: int
    lane: str
    field: str
    text: str
    at: datetime


MINE = answers.c.case_id == bindparam("case")


DRAFT = select(answers).where(MINE, answers.c.step == bindparam("step"), answers.c.entry == DRAFT_ENTRY)


SUBMITTED = select(answers).where(MINE, answers.c.entry > DRAFT_ENTRY).order_by(answers.c.entry)


EVERY = select(answers).where(MINE).order_by(answers.c.entry)


AT_STEPS = and_(MINE, answers.c.step.in_(bindparam("steps", expanding=True)))


# Of a case that was returned two hundred times only the last round at each step and the draft are read.
LAST = select(answers.c.step, func.max(answers.c.round)).where(AT_STEPS, answers.c.entry > DRAFT_ENTRY)
LAST_ROUND = tuple_(answers.c.step, answers.c.round).in_(LAST.group_by(answers.c.step).correlate(None))


GIVEN = select(answers).where(AT_STEPS, or_(answers.c.entry == DRAFT_ENTRY, LAST_ROUND)).order_by(answers.c.entry)


DRAFT_FORGOTTEN = delete(answers).where(MINE, answers.c.entry == DRAFT_ENTRY)


REMARKS = (
    select(remarks, people.c.name)
    .join(people, people.c.id == remarks.c.person_id)
    .where(remarks.c.case_id == bindparam("case"))
    .order_by(remarks.c.id)
)


def draft(connection: Connection, case_id: int, step: str) -> Sealed | None:
    """What is being filled at a step."""
    return next(iter(_answers(connection, DRAFT, {"case": case_id, "step": step})), None)


def all_answers(connection: Connection, case_id: int) -> list[Sealed]:
    """Everything ever submitted or decided, oldest first, without drafts."""
    return _answers(connection, SUBMITTED, {"case": case_id})


def answers_and_drafts(connection: Connection, case_id: int) -> list[Sealed]:
    """The same, with what is being filled at each step before it."""
    return _answers(connection, EVERY, {"case": case_id})


def given_at(connection: Connection, case_id: int, steps: Collection[str]) -> Given:
    """What was last submitted at each of these steps, and what is being filled there."""
    return Given(tuple(_answers(connection, GIVEN, {"case": case_id, "steps": list(steps)})))


def newest_answers(connection: Connection, case_id: int, step: str) -> Sealed | None:
    """The last answers that were submitted at a step."""
    given = [one for one in given_at(connection, case_id, [step]).rows if one.entry > DRAFT_ENTRY]
    return given[-1] if given else None


def _answers(connection: Connection, query: Select[Any], values: Mapping[str, Any]) -> list[Sealed]:
    rows = connection.execute(query, values)
    return [Sealed(r.step, r.entry, r.round, r.answers, r.salt, r.saved_by, r.saved_at) for r in rows]


def last_saved(connection: Connection, case_id: int) -> datetime | None:
    """When somebody last saved what is being filled."""
    query = select(func.max(answers.c.saved_at)).where(answers.c.case_id == case_id, answers.c.entry == DRAFT_ENTRY)
    return connection.execute(query).scalar_one()


def keep_draft(connection: Connection, case_id: int, step: str, **columns: Any) -> None:
    """Keep what is being filled, over what was there before."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(answers).values(case_id=case_id, step=step, entry=DRAFT_ENTRY, salt="", **columns)
    connection.execute(statement.on_conflict_do_update(index_elements=["case_id", "step", "entry"], set_=columns))


def seal_answers(connection: Connection, case_id: int, step: str, entry: int, **columns: Any) -> None:
    """Keep answers for good, under the trail entry that seals them."""
    connection.execute(insert(answers), {"case_id": case_id, "step": step, "entry": entry, **columns})


def forget_draft(connection: Connection, case_id: int) -> None:
    """Drop what was being filled when the case ends."""
    connection.execute(DRAFT_FORGOTTEN, {"case": case_id})


def hands_in(connection: Connection, case_id: int) -> list[tuple[int, str]]:
    """Who did what in a case: (person, lane)."""
    rows = connection.execute(select(hands.c.person_id, hands.c.lane).where(hands.c.case_id == case_id))
    return [(row.person_id, row.lane) for row in rows]


def lend_hand(connection: Connection, case_id: int, person: int, lane: str, round_: int) -> bool:
    """Note that the person acted in that lane; false when that was known. The database refuses checking own work."""
    row = {"case_id": case_id, "person_id": person, "lane": lane, "round": round_}
    return connection.execute(_hand(connection.dialect.name, told=True), row).first() is not None


def note_hand(connection: Connection, case_id: int, person: int, lane: str, round_: int) -> None:
    """The same, when nobody asks whether it was known."""
    row = {"case_id": case_id, "person_id": person, "lane": lane, "round": round_}
    connection.execute(_hand(connection.dialect.name, told=False), row)


@cache
def _hand(dialect: str, told: bool) -> Any:
    noted = (sqlite if dialect == "sqlite" else postgresql).insert(hands).on_conflict_do_nothing()
    return noted.returning(hands.c.lane) if told else noted


def comments_since(connection: Connection, person: int, since: datetime) -> int:
    """How many comments a person has written in any request since a moment."""
    mine = and_(answers.c.step == COMMENT, answers.c.saved_by == person, answers.c.saved_at > since)
    return int(connection.execute(select(func.count()).select_from(answers).where(mine)).scalar_one())


def add_remarks(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Pin comments to the request and to its answers."""
    if rows:
        connection.execute(insert(remarks).inline(), list(rows))


def remarks_on(connection: Connection, case_id: int) -> list[Remark]:
    """Every comment on a case, oldest first."""
    rows = connection.execute(REMARKS, {"case": case_id})
    return [Remark(r.round, r.entry, r.name, r.person_id, r.lane, r.field, r.text, r.at) for r in rows]
