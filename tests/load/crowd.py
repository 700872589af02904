"""How long the lists take with a million requests, and with ten thousand: `python -m tests.load.crowd`.

A portal of the demo is filled with requests of many companies, most of them ended, some large firms among small ones;
then its pages are asked for by a maker of the largest firm, one of a small firm, a desk and operations. What is
reported is the ratio of the two sizes, page by page, for the fastest of several tries of each.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, text

from app.store import tables, words
from tests.commands.office import Office, office_at
from tests.load.databases import KINDS, Measured, fresh
from tests.web.visitors import Visitors

FEW, MANY = 10_000, 1_000_000
TRIES = 5
BATCH = 5_000
SERVICES = (
    ("CT027", "EU_CashTrading", "CTO", "OTP-C Order Consideration Limit 限額"),
    ("PA002", "EU_ParticipantAdmin", "CPS", "Change of contact persons 聯絡人"),
    ("MS001", "EU_MoneySettlement", "CCO", "Designated bank account 指定銀行"),
)
ENDED = ("APPROVED", "COMPLETED", "WITHDRAWN", "REJECTED", "DISCARDED")
OPEN = ("DRAFT", "PENDING_CHECKER", "RETURNED_BY_CHECKER", "PENDING_HKEX", "RETURNED_BY_HKEX")
LARGE, SMALL = "mia", "leo"  # whose firm files a third of all, and whose one in a thousand
PAGES = {
    "to do": "/",
    "in progress": "/?tab=waiting",
    "drafts": "/?tab=drafts",
    "history": "/?tab=history",
    "history, rejected": "/?tab=history&status=REJECTED",
    "history, a day": "/?tab=history&from=2024-03-04&to=2024-03-05",
    "history, oldest first": "/?tab=history&sort=oldest",
    "words": "/?tab=history&q=limit+42",
    "Chinese words": "/?tab=history&q=限額",
    "search": "/search?q=limit",
    "a reference": "/search?q=ct027-20240304-000042",
}
PEOPLE = {"large firm": LARGE, "small firm": SMALL, "desk": "karen", "operations": "olive"}

KNOWN = [(*service[:3], words.words_of("Filling Brokers", service[3])) for service in SERVICES]


def main() -> None:
    """Measure both sizes on both databases and print the ratios."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--few", type=int, default=FEW)
    asked.add_argument("--many", type=int, default=MANY)
    asked.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    said = asked.parse_args()
    for kind in said.kinds:
        few, many = (_measured(kind, size) for size in (said.few, said.many))
        print(f"\n{kind}: milliseconds with {said.few:,} and {said.many:,} requests, and how many times as long")
        for page in few:
            print(f"  {page:<42} {few[page]:>8.1f} {many[page]:>8.1f} {many[page] / few[page]:>6.2f}")


def _measured(kind: str, size: int) -> dict[str, float]:
    with fresh(kind) as measured:
        office = office_at(measured.url, measured.folder)
        begun = time.monotonic()
        fill(office, size)
        _settle(measured, office)
        print(f"{kind}: filled with {size:,} requests in {time.monotonic() - begun:.0f} s", flush=True)
        found = _times(office)
        office.portal.database.close()
    return found


def _settle(measured: Measured, office: Office) -> None:
    """What a database does by itself after a while: it counts what it holds."""
    with office.portal.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE"))
        if measured.kind == "postgresql":
            connection.execute(text("VACUUM"))


def _times(office: Office) -> dict[str, float]:
    visitors = Visitors(office)
    found = {}
    for role, who in PEOPLE.items():
        client = visitors(who)
        for page, url in PAGES.items():
            found[f"{page}, {role}"] = min(_time(client, url) for _ in range(TRIES))
    return found


def _time(client: Any, url: str) -> float:
    begun = time.perf_counter()
    client.get(url)
    return (time.perf_counter() - begun) * 1000


# --- filling ----------------------------------------------------------------------------------------------------------
def fill(office: Office, size: int) -> None:
    """Add that many requests, the same each time; one in fifty is open, with a task."""
    chance = random.Random(7)
    firms = _firms(office)
    releases, opened = _releases(office), datetime(2022, 1, 3, 1, tzinfo=UTC)
    step = (office.clock.now() - opened) / size
    for numbers in _batches(size):
        rows = [_case(chance, firms, releases, number, opened + number * step) for number in numbers]
        with office.portal.database.write() as connection:
            first = connection.execute(select(text("coalesce(max(id), 0)")).select_from(tables.cases)).scalar_one() + 1
            for place, row in enumerate(rows):
                row["id"] = first + place
            connection.execute(insert(tables.cases), rows)
            made = [_task(row) for row in rows if row["closed_at"] is None]
            if made:
                connection.execute(insert(tables.tasks), made)
    if not office.portal.database.is_sqlite:
        office.run_sql("SELECT setval(pg_get_serial_sequence('cases', 'id'), (SELECT max(id) FROM cases))")


def _firms(office: Office) -> list[tuple[int, Any, int, float]]:
    """Company, membership, maker and share of each firm; three hundred more than the demo has."""
    with office.portal.database.write() as connection:
        seats = list(connection.execute(select(tables.memberships).where(tables.memberships.c.kind == "SEHK-EP")))
        people = {office.person(who).company: office.number(who) for who in (LARGE, SMALL)}
        large = next(seat for seat in seats if seat.company_id == office.person(LARGE).company)
        small = next(seat for seat in seats if seat.company_id == office.person(SMALL).company)
        found = [(large, people[large.company_id], 0.33), (small, people[small.company_id], 0.001)]
        for number in range(300):
            values = {"code": f"CX{number:05}", "name_en": f"Filling Brokers {number} Limited", "name_zh": "填充證券"}
            added = insert(tables.companies).values(values).returning(tables.companies.c.id)
            company = connection.execute(added).scalar_one()
            seat = {"company_id": company, "kind": "SEHK-EP", "participant_id": f"B{90000 + number}"}
            held = connection.execute(insert(tables.memberships).values(seat).returning(*tables.memberships.c)).one()
            found.append((held, people[large.company_id], 0.669 / 300))
    return found


def _releases(office: Office) -> dict[str, str]:
    with office.portal.database.read() as connection:
        return {row.code: row.release for row in connection.execute(select(tables.eservices))}


def _case(
    chance: random.Random, firms: list[Any], releases: dict[str, str], number: int, at: datetime
) -> dict[str, Any]:
    seat, maker = _firm_of(chance, firms)
    code, function, desk, title = chance.choice(KNOWN)
    status = chance.choice(OPEN) if chance.random() < 0.02 else chance.choice(ENDED)
    is_open, sent = status in OPEN, status in ("PENDING_HKEX", "RETURNED_BY_HKEX", "APPROVED", "COMPLETED", "REJECTED")
    about = f"limit {number % 1000} for all of the firm"
    reference = f"{code}-{at + timedelta(hours=8):%Y%m%d}-{number:06d}"
    found_by = [*words.words_of(reference, seat.participant_id), *title]
    return {
        "reference": reference[:24],
        "eservice": code,
        "release": releases[code],
        "function": function,
        "desk": desk,
        "company_id": seat.company_id,
        "membership_id": seat.id,
        "participant_id": seat.participant_id,
        "membership": seat.kind,
        "opened_by": maker,
        "opened_at": at,
        "changed_at": at,
        "closed_at": None if is_open else at + timedelta(days=2),
        "received_on": at.date() if sent else None,
        "status": status,
        "about": about,
        "state": b"",
        "ways_out": [],
        "head": "0" * 64,
        "entries": 1,
        "words": " ".join([words.seat_word(seat.id, function), *found_by]),
        "about_words": " ".join(words.words_of(about)),
    }


def _firm_of(chance: random.Random, firms: list[Any]) -> tuple[Any, int]:
    """A third of all are the large firm's, one in a thousand the small one's, and the rest anybody's."""
    drawn = chance.random()
    seat, maker, _ = firms[0] if drawn < 0.33 else firms[1] if drawn < 0.331 else chance.choice(firms[2:])
    return seat, maker


def _task(row: dict[str, Any]) -> dict[str, Any]:
    lanes = {"PENDING_CHECKER": ("checker", "review", "decide"), "PENDING_HKEX": ("desk_maker", "process", "decide")}
    lane, step, kind = lanes.get(row["status"], ("maker", "fill", "fill"))
    of_desk = lane == "desk_maker"
    return {
        "id": UUID(int=row["id"]),
        "case_id": row["id"],
        "key": f"request/{step}",
        "step": step,
        "name": step.capitalize(),
        "kind": kind,
        "lane": lane,
        "seat": lane,
        "holder": row["desk"] if of_desk else row["function"],
        "membership_id": None if of_desk else row["membership_id"],
        "form": "decide",
        "opened_at": row["opened_at"],
        "due_at": row["opened_at"] + timedelta(days=3),
    }


def _batches(size: int) -> Iterator[range]:
    for start in range(0, size, BATCH):
        yield range(start, min(start + BATCH, size))


if __name__ == "__main__":
    main()
