"""A portal filled with requests of many firms, most of them ended: what its lists read of each, and no trail.

Each row is as the portal's own commands write it (words, state, notices, hands, parties, open tasks), but goes to the
database as its driver takes many at once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table, insert, select

from app.seed import FIRMS
from app.store import definitions, tables, words
from tests.commands.office import Office
from tests.load.databases import Measured

BATCH = 10_000
PATIENCE_SECONDS = 10
BEGUN = datetime(2022, 1, 3, 1, tzinfo=UTC)
OTHERS = 300  # firms beside the large and the small one
LARGE, SMALL = "mia", "leo"  # whose firm files a third of all, and whose one in a thousand
BANK = "ivan"  # whose takes part in half of what asks for a second company
SEEN_BY_DESK = {"CTO": "karen", "CPS": "alan", "CCO": "edith"}
SERVICES = ("CT027", "PA002", "MS001", "CT010")
SHARES = (40, 30, 29.9, 0.1)
RARE = SERVICES[-1]
OPEN_SHARE, URGENT_SHARE = 0.02, 0.02
OPEN = ("DRAFT", "PENDING_CHECKER", "RETURNED_BY_CHECKER", "PENDING_HKEX", "RETURNED_BY_HKEX", "PENDING_NEXT_COMPANY")
ENDED = ("", "", "WITHDRAWN", "REJECTED", "DISCARDED")  # two in five as their eService succeeds
SENT = ("PENDING_HKEX", "RETURNED_BY_HKEX", "APPROVED", "COMPLETED", "REJECTED")
STATE_BYTES = {True: 2100, False: 580}  # of an open request, and of one that has ended
WAITS = {  # lane, grant that it asks for, step, kind
    "PENDING_CHECKER": ("checker", "checker", "review", "decide"),
    "PENDING_HKEX": ("desk_maker", "desk_maker", "process", "decide"),
    "PENDING_NEXT_COMPANY": ("next_maker", "maker", "fill", "fill"),
}
FOUND_BY = "words || ' ' || about_words || ' zdesk' || lower(desk) || 'z ' || seats"  # as the triggers say it
AT_MAKER = ("maker", "maker", "submit", "fill")
Row = dict[str, Any]


class Seat(NamedTuple):
    """One membership of a firm with whoever makes its requests, and the words that these are found by."""

    id: int
    company: int
    kind: str
    participant_id: str
    maker: int
    words: tuple[str, ...]


class Kind(NamedTuple):
    """One eService, and the words of its titles."""

    release: str
    eservice: Any
    words: tuple[str, ...]


def fill(office: Office, measured: Measured, size: int) -> None:
    """Add that many requests, the same each time; one in fifty is open, with a task."""
    office.deploy(RARE)
    crowd = _Crowd(office)
    keep = _keeper(measured)
    begun = told = time.monotonic()
    for start in range(0, size, BATCH):
        found = [crowd.request(number, size) for number in range(start, min(start + BATCH, size))]
        for table in (tables.cases, tables.parties, tables.tasks, tables.hands, tables.notices):
            keep(table, [row for rows in found for row in rows.get(table.name, ())])
        if time.monotonic() - told > PATIENCE_SECONDS:
            told = time.monotonic()
            print(f"  {measured.kind}: {start + BATCH:,} of {size:,} after {told - begun:.0f} s", flush=True)
    keep.settle()


# --- rows -------------------------------------------------------------------------------------------------------------
class _Crowd:
    """Firms, eServices and chance: one request after the other is drawn of them."""

    def __init__(self, office: Office) -> None:
        self._chance = random.Random(7)
        self._now = office.clock.now()
        self._kinds, self._shares = _kinds(office), list(accumulate(SHARES))
        self._large, self._small, *self._others = _firms(office)
        self._bank = next(seat for seat in _seats(office, BANK) if seat.kind == "DB")
        self._desks = {desk: office.number(who) for desk, who in SEEN_BY_DESK.items()}
        self._states = {is_open: self._chance.randbytes(size) for is_open, size in STATE_BYTES.items()}
        self._day, self._of_day = "", 0

    def request(self, number: int, size: int) -> dict[str, list[Row]]:
        """The rows of one request, by table; its number rises with time, as its own does."""
        chance, at = self._chance, BEGUN + (self._now - BEGUN) * (number / size)
        seat, kind = self._filed()
        status = chance.choice(OPEN if chance.random() < OPEN_SHARE else ENDED) or kind.eservice.success
        with_bank = kind.eservice.has_next and (status == OPEN[-1] or chance.random() < 0.5)
        if status == OPEN[-1] and not kind.eservice.has_next:
            status = "PENDING_CHECKER"
        case = self._case(number + 1, at, seat, kind, status)
        rows = {"cases": [case], "hands": [_hand(case, seat.maker)], "notices": list(self._notices(case, seat.maker))}
        if with_bank and (status in SENT or status == OPEN[-1]):
            rows["parties"] = [self._party(case)]
            case["seats"] = words.seat_word(self._bank.id, case["function"])
        if case["closed_at"] is None:
            rows["tasks"] = [self._task(case)]
        return rows

    def _filed(self) -> tuple[Seat, Kind]:
        """A third of all are the large firm's, one in a thousand the small one's, and the rest anybody's."""
        drawn = self._chance.random()
        firm = self._large if drawn < 0.33 else self._small if drawn < 0.331 else self._chance.choice(self._others)
        (kind,) = self._chance.choices(self._kinds, cum_weights=self._shares)
        found = next((seat for seat in firm if seat.kind in kind.eservice.memberships), None)
        return (found, kind) if found else (firm[0], self._kinds[0])

    def _case(self, number: int, at: datetime, seat: Seat, kind: Kind, status: str) -> Row:
        service, is_open = kind.eservice, status in OPEN
        reference = self._reference(service.code, at)
        about = "" if status == "DRAFT" else f"limit {number % 1000} to {number % 77} for the whole firm"
        if about and self._chance.random() < URGENT_SHARE:
            about += ", urgent"
        found_by = (words.seat_word(seat.id, service.function), *reference.lower().split("-"), *seat.words, *kind.words)
        return {
            "id": number,
            "reference": reference,
            "eservice": service.code,
            "release": kind.release,
            "function": service.function,
            "desk": service.desk,
            "company_id": seat.company,
            "membership_id": seat.id,
            "participant_id": seat.participant_id,
            "membership": seat.kind,
            "opened_by": seat.maker,
            "opened_at": at,
            "changed_at": at,
            "closed_at": None if is_open else at + timedelta(days=2),
            "received_on": at.date() if status in SENT else None,
            "sent_at": at if status in SENT else None,
            "status": status,
            "about": about,
            "state": self._states[is_open],
            "ways_out": [],
            "head": "0" * 64,
            "entries": 1,
            "words": " ".join(dict.fromkeys(found_by)),
            "about_words": " ".join(dict.fromkeys(about.replace(",", "").split())),
            "seats": "",
        }

    def _reference(self, code: str, at: datetime) -> str:
        day = f"{at + timedelta(hours=8):%Y%m%d}"  # in Hong Kong
        self._of_day = self._of_day + 1 if day == self._day else 1
        self._day = day
        return f"{code}-{day}-{self._of_day:06}"

    def _party(self, case: Row) -> Row:
        return {
            "case_id": case["id"],
            "side": "next",
            "participant": self._bank.participant_id,
            "holder": case["function"],
            "membership_id": self._bank.id,
            "since_at": case["opened_at"],
            "eservice": case["eservice"],
            "closed_at": case["closed_at"],
            "status": case["status"],
        }

    def _task(self, case: Row) -> Row:
        lane, grant, step, kind = WAITS.get(case["status"], AT_MAKER)
        holder, membership = case["function"], case["membership_id"]
        if lane == "desk_maker":
            holder, membership = case["desk"], None
        return {
            "id": UUID(int=self._chance.getrandbits(128)),
            "case_id": case["id"],
            "key": f"request/{step}",
            "step": step,
            "name": step.capitalize(),
            "kind": kind,
            "lane": lane,
            "seat": grant,
            "holder": holder,
            "membership_id": self._bank.id if lane == "next_maker" else membership,
            "form": "decide",
            "opened_at": case["opened_at"],
            "due_at": case["opened_at"] + timedelta(days=3),
        }

    def _notices(self, case: Row, maker: int) -> Iterator[Row]:
        """What the maker is told, and the desk of what has reached it; read once the request has ended."""
        ended = case["closed_at"]
        if case["status"] not in ("DRAFT", "DISCARDED"):
            template = "case.ended" if ended else "case.moved"
            yield self._notice(case, maker, template, {"status": case["status"]}, ended or case["opened_at"])
        if case["received_on"] is not None:
            told = {"task": "Process"}
            yield self._notice(case, self._desks[case["desk"]], "task.opened", told, case["opened_at"])

    def _notice(self, case: Row, person: int, template: str, payload: Row, at: datetime) -> Row:
        return {
            "person_id": person,
            "case_id": case["id"],
            "at": at,
            "template": template,
            "payload": payload,
            "key": f"{self._chance.getrandbits(128):032x}",
            "read_at": case["closed_at"],
        }


def _hand(case: Row, maker: int) -> Row:
    return {"case_id": case["id"], "person_id": maker, "lane": "maker", "round": 1}


def _kinds(office: Office) -> list[Kind]:
    with office.portal.database.read() as connection:
        made = definitions.current(connection)
    found = (made[code] for code in SERVICES)
    return [Kind(one.sha256, one.eservice, tuple(_titles(one.eservice))) for one in found]


def _titles(service: Any) -> list[str]:
    titles = (service.code, service.title, service.short_title, *service.titles.values(), *service.keywords)
    return words.words_of(*titles)


def _firms(office: Office) -> list[list[Seat]]:
    """The large firm, the small one, and three hundred that the demo does not have."""
    return [_seats(office, LARGE), _seats(office, SMALL), *_added(office)]


def _seats(office: Office, who: str) -> list[Seat]:
    person = office.person(who)
    firm = next(firm for firm in FIRMS if firm.name_en == person.company_name)
    found_by = words.words_of(firm.code, firm.name_en, firm.name_zh, person.name)
    with office.portal.database.read() as connection:
        mine = tables.memberships.c.company_id == person.company
        rows = connection.execute(select(tables.memberships).where(mine).order_by(tables.memberships.c.id)).all()
    return [_seat(row, person.id, found_by) for row in rows]


def _seat(row: Any, maker: int, found_by: Sequence[str]) -> Seat:
    own = (row.participant_id.lower(), *found_by)
    return Seat(row.id, row.company_id, row.kind, row.participant_id, maker, own)


def _added(office: Office) -> Iterator[list[Seat]]:
    seats, people = tables.memberships, tables.people
    with office.portal.database.write() as connection:
        for number in range(OTHERS):
            firm = {"code": f"CX{number:05}", "name_en": f"Filling Brokers {number} Limited", "name_zh": "填充證券"}
            company = connection.execute(insert(tables.companies).values(firm).returning(tables.companies.c.id))
            of = {"company_id": company.scalar_one()}
            maker = {"email": f"maker@filling{number}.test", "name": f"Maker of {number}", "kind": "business", **of}
            made = connection.execute(insert(people).values(maker).returning(people.c.id)).scalar_one()
            found_by = words.words_of(*firm.values(), maker["name"])
            held = (("SEHK-EP", f"B{90000 + number}"), ("HKSCC-DCP", f"C{90000 + number}"))
            given = [{"kind": kind, "participant_id": participant, **of} for kind, participant in held]
            rows = [connection.execute(insert(seats).values(one).returning(*seats.c)).one() for one in given]
            yield [_seat(row, made, found_by) for row in rows]


# --- into the database ------------------------------------------------------------------------------------------------
def _keeper(measured: Measured) -> _Sqlite | _Postgresql:
    return _Sqlite(measured) if measured.kind == "sqlite" else _Postgresql(measured)


class _Keeper:
    """A connection of the driver that takes rows of many tables."""

    def __init__(self, measured: Measured, dialect: Any) -> None:
        self.raw, self._dialect = measured.raw(), dialect

    def ready(self, table: Table, rows: Sequence[Row]) -> Iterator[list[Any]]:
        """Rows as the portal's own statements would hand them to the driver."""
        made: list[tuple[str, Callable[[Any], Any] | None]] = []
        for name in rows[0]:
            column_type = table.c[name].type.dialect_impl(self._dialect)
            made.append((name, column_type.bind_processor(self._dialect)))
        for row in rows:
            yield [row[name] if of is None else of(row[name]) for name, of in made]


class _Sqlite(_Keeper):
    def __init__(self, measured: Measured) -> None:
        from sqlalchemy.dialects.sqlite.pysqlite import dialect

        super().__init__(measured, dialect())
        for pragma in ("synchronous=OFF", "cache_size=-1000000", "wal_autocheckpoint=100000"):
            self.raw.execute(f"PRAGMA {pragma}")
        self.raw.execute("BEGIN IMMEDIATE")
        # One by one the words of a request cost ten times as much as those of many at once.
        (self._trigger,) = self.raw.execute("SELECT sql FROM sqlite_master WHERE name = 'cases_words_new'").fetchone()
        self.raw.execute("DROP TRIGGER cases_words_new")
        self.raw.execute("INSERT INTO case_words (case_words, rank) VALUES ('hashsize', 50000000)")

    def __call__(self, table: Table, rows: Sequence[Row]) -> None:
        if not rows:
            return
        names, places = ", ".join(rows[0]), ", ".join("?" * len(rows[0]))
        self.raw.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({places})", self.ready(table, rows))
        if table is tables.cases:
            words_of = f"SELECT id, {FOUND_BY} FROM cases WHERE id >= ?"
            self.raw.execute(f"INSERT INTO case_words (rowid, words) {words_of}", (rows[0]["id"],))

    def settle(self) -> None:
        """What is left as the portal leaves it: SQLite counts what it holds for nobody who does not ask."""
        self.raw.execute("INSERT INTO case_words (case_words, rank) VALUES ('hashsize', 1048576)")
        self.raw.execute(self._trigger)
        self.raw.execute("COMMIT")
        self.raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.raw.close()


class _Postgresql(_Keeper):
    def __init__(self, measured: Measured) -> None:
        from sqlalchemy.dialects.postgresql.psycopg import dialect

        super().__init__(measured, dialect())
        self.raw.autocommit = True
        # Looking up the firm, membership and person of each row takes longer than keeping it.
        self.raw.execute("SET session_replication_role = replica")
        self.raw.execute("SET synchronous_commit = off")
        # One by one the words of a request cost several times as much as those of many at once.
        query = "SELECT indexdef FROM pg_indexes WHERE indexname = 'ix_cases_words'"
        (self._index,) = self.raw.execute(query).fetchone()
        self.raw.execute("DROP INDEX ix_cases_words")

    def __call__(self, table: Table, rows: Sequence[Row]) -> None:
        if rows:
            with (
                self.raw.cursor() as cursor,
                cursor.copy(f"COPY {table.name} ({', '.join(rows[0])}) FROM STDIN") as copy,
            ):
                for row in self.ready(table, rows):
                    copy.write_row(row)

    def settle(self) -> None:
        """What PostgreSQL does by itself after a while: it counts what it holds, and sweeps."""
        self.raw.execute("SELECT setval(pg_get_serial_sequence('cases', 'id'), (SELECT max(id) FROM cases))")
        self.raw.execute("SET maintenance_work_mem = '1GB'")
        self.raw.execute(self._index)
        self.raw.execute("VACUUM ANALYZE")
        self.raw.close()
