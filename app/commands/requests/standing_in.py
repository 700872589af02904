"""Acting for a colleague who is away: what is said once it is over."""

from __future__ import annotations

from datetime import datetime

from app.store import substitutes
from app.store.database import Connection
from app.store.tasks import Task
from engine.errors import Refused, StandInOver
from engine.people import DESK_LANES, Right, seat_of


def refused(connection: Connection, person: int, task: Task, now: datetime, otherwise: Refused) -> Refused:
    """Why somebody may not act in a task: that they stood in until lately for somebody who may, or something else.

    Who had the page of the task open hears what became of it; to everybody else the task does not exist.
    """
    seat = Right(seat_of(task.lane), task.holder, None if task.lane in DESK_LANES else task.membership_id)
    absent = substitutes.lately(connection, person, seat, now)
    return otherwise if absent is None else StandInOver(absent)
