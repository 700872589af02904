"""How long the lists take with a million requests, and with ten thousand: `python -m tests.load.crowd`.

Two portals are filled with requests of many firms, and each page is asked of both in turn, for people of the largest
firm, of a small one, of a bank that takes part in what others file, of a desk and of operations. What counts is CPU
time, of this process and of the database's own that answers it, for the fastest of several tries. The command fails
when a page of the larger portal takes more than twice as long as in the smaller one, or asks more than 12 questions.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from app.store import lists
from tests.commands.office import Office, office_at
from tests.load.databases import KINDS, ROOM, Measured, fresh
from tests.load.filling import BANK, LARGE, RARE, SMALL, fill
from tests.load.server import cpu_seconds
from tests.web.client import Client
from tests.web.visitors import Visitors

FEW, MANY = 10_000, 1_000_000
TRIES, FEWEST_TRIES = 9, 3
CLEARLY_INSIDE = 1.5  # so many times as long: no further try is needed
MOST_TIMES, MOST_STATEMENTS = 2, 12
MILLI = 1000
LISTS = {
    "to do": "/",
    "to do, words": "/?q=limit",
    "in progress": "/?tab=waiting",
    "in progress, an eService": "/?tab=waiting&eservice=PA002",
    "drafts": "/?tab=drafts",
    "history": "/?tab=history",
    "history, its second page": "/?tab=history&after={last}",
    "history, oldest first": "/?tab=history&sort=oldest",
    "history, a status": "/?tab=history&status=REJECTED",
    "history, a status that none has": "/?tab=history&status=ABORTED",
    "history, an eService": "/?tab=history&eservice=PA002",
    "history, a rare eService": f"/?tab=history&eservice={RARE}",
    "history, a rare eService and a status": f"/?tab=history&eservice={RARE}&status=REJECTED",
    "history, an eService that none is of": "/?tab=history&eservice=RM001",
    "history, a function": "/?tab=history&function=EU_CashTrading",
    "history, a function that none is of": "/?tab=history&function=EU_RiskMgmt",
    "history, a day": "/?tab=history&from=2024-03-04&to=2024-03-04",
    "history, a year": "/?tab=history&from=2023-01-01&to=2023-12-31",
    "history, a day, eService and status": "/?tab=history&from=2024-03-04&to=2024-03-04&eservice=PA002&status=REJECTED",
    "words that many hold": "/?tab=history&q=limit",
    "words that one in fifty holds": "/?tab=history&q=urgent",
    "words that one in a thousand holds": "/?tab=history&q=limit+427",
    "words that none holds together": "/?tab=history&q=urgent+elsewhere",
    "words and a status": "/?tab=history&q=urgent&status=REJECTED",
    "Chinese words that many hold": "/?tab=history&q=上限設定",
    "Chinese words that few hold": "/?tab=history&q=獅山經紀",
    "Chinese words that none holds": "/?tab=history&q=紫荊",
    "search": "/search?q=limit",
    "search, one in fifty": "/search?q=urgent",
    "search, the beginning of references": "/search?q=ct027-2024",
    "search, a reference": "/search?q={reference}",
    "notices": "/notices",
    "the bell": "/notices/count",
}
FILES = {"a row of the file": "/lists/requests.csv?tab=history"}  # each row by itself: a file holds what there is
OTHERS = {
    "other companies": "/counterparts",
    "other companies, passed on": "/counterparts?tab=passed",
    "other companies, ended": "/counterparts?tab=history",
}
PEOPLE = {
    "large firm's maker": LARGE,
    "large firm's checker": "chen",
    "small firm": SMALL,
    "bank": BANK,
    "desk": "karen",
    "operations": "olive",
}


class Cost(NamedTuple):
    """What a page costs in both portals, in milliseconds, and how many questions it asks in the larger one."""

    few: float
    many: float
    statements: int

    @property
    def times(self) -> float:
        """How many times as long it takes with many requests."""
        return self.many / self.few

    @property
    def faults(self) -> list[str]:
        """What is beyond a bar."""
        slow = f"takes {self.times:.1f} times as long" if self.times > MOST_TIMES else ""
        asks = f"asks {self.statements} questions" if self.statements > MOST_STATEMENTS else ""
        return [one for one in (slow, asks) if one]


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody at a browser in one of the portals."""

    visitors: Visitors
    client: Client
    measured: Measured
    backends: list[int]
    names: dict[str, str]

    def cost(self, url: str) -> float:
        """The CPU seconds of one page, here and in the database."""
        before = self._cpu()
        self.fetch(url)
        return self._cpu() - before

    def fetch(self, url: str) -> bytes:
        """A page as the browser gets it."""
        answer = self.client.raw.get(
            url.format(**self.names), base_url=self.client.origin, environ_base=self.client.environ
        )
        expected = 303 if "{reference}" in url else 200
        if answer.status_code != expected:
            raise SystemExit(f"Expected {url} to be answered, but it was with {answer.status} to {answer.location}.")
        return bytes(answer.data)

    def statements(self, url: str) -> int:
        """How many questions a page asks."""
        with self.visitors.statements() as seen:
            self.fetch(url)
        return len(seen)

    def _cpu(self) -> float:
        return time.process_time() + cpu_seconds(self.backends)


def main() -> None:
    """Measure both sizes on both databases, print what each page costs, and fail when one costs too much."""
    asked = argparse.ArgumentParser(prog="python -m tests.load.crowd", description=__doc__)
    asked.add_argument("--few", type=int, default=FEW)
    asked.add_argument("--many", type=int, default=MANY)
    asked.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    asked.add_argument("--folder", type=Path, default=ROOM, help="where the databases lie meanwhile")
    said = asked.parse_args()
    warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
    faults = []
    for kind in said.kinds:
        with ExitStack() as stack:
            offices = [_filled(kind, size, said.folder, stack) for size in (said.few, said.many)]
            faults += reported(kind, offices)
    if faults:
        sys.exit(
            f"Expected each page to take at most {MOST_TIMES} times as long and to ask at most {MOST_STATEMENTS} "
            f"questions, but {len(faults)} of them do not:\n" + "\n".join(faults)
        )


def reported(kind: str, offices: list[tuple[Office, Measured]]) -> list[str]:
    """Print what each page costs in two portals, the smaller one first, and return what is beyond a bar."""
    print(f"\n{kind}: CPU milliseconds in both portals, how many times as long, questions")
    worst: dict[str, tuple[float, str]] = {}
    faults = []
    for page, role, cost in _costs(offices):
        told = f"  {page:<38} {role:<21} {cost.few:>8.2f} {cost.many:>8.2f} {cost.times:>6.2f} {cost.statements:>3}"
        print(told, flush=True)
        worst[page] = max(worst.get(page, (0.0, "")), (cost.times, role))
        faults += [f"{kind}: {page}, {role}, {fault}" for fault in cost.faults]
    print(f"\n{kind}: of each page its worst reader")
    for page, (times, role) in worst.items():
        print(f"  {page:<38} {times:>6.2f} {role}", flush=True)
    return faults


def _filled(kind: str, size: int, folder: Path, stack: ExitStack) -> tuple[Office, Measured]:
    measured = stack.enter_context(fresh(kind, folder))
    office = office_at(measured.url, measured.folder)
    stack.callback(office.portal.database.close)
    begun = time.monotonic()
    fill(office, measured, size)
    print(f"{kind}: filled with {size:,} requests in {time.monotonic() - begun:.0f} s", flush=True)
    return office, measured


def _costs(offices: list[tuple[Office, Measured]]) -> Iterator[tuple[str, str, Cost]]:
    visitors = [(Visitors(office), measured) for office, measured in offices]
    gc.collect()
    gc.freeze()  # what both portals hold is swept through for no page
    for role, who in PEOPLE.items():
        readers = [_reader(one, measured, who) for one, measured in visitors]
        for page, url in {**LISTS, **(OTHERS if who == BANK else {})}.items():
            yield page, role, _cost(readers, url, lambda _: 1)
        for page, url in FILES.items():
            yield page, role, _cost(readers, url, lambda content: max(content.count(b"\n"), 1))
    gc.unfreeze()


def _cost(readers: list[Reader], url: str, parts: Callable[[bytes], int]) -> Cost:
    in_parts = [parts(one.fetch(url)) for one in readers]
    fastest = [float("inf")] * 2
    for tried in range(TRIES):
        for place, one in enumerate(readers):
            fastest[place] = min(fastest[place], one.cost(url) / in_parts[place])
        if tried >= FEWEST_TRIES and fastest[1] < CLEARLY_INSIDE * fastest[0]:
            break
    return Cost(fastest[0] * MILLI, fastest[1] * MILLI, readers[-1].statements(url))


def _reader(visitors: Visitors, measured: Measured, who: str) -> Reader:
    office = visitors.office
    client = visitors(who)
    person = office.person(who)
    with office.portal.database.read() as connection:
        ended = lists.listed(connection, person, lists.Filter(state=lists.ENDED), most=26)
        place = lists.Place(oldest_first=True)
        oldest = lists.listed(connection, person, lists.Filter(state=lists.ENDED), place, most=5)
    names = {"last": str(ended[-1].id), "reference": oldest[-1].reference}
    reader = Reader(visitors, client, measured, [], names)
    reader.fetch("/")
    return Reader(visitors, client, measured, _backends(measured), names)


def _backends(measured: Measured) -> list[int]:
    """The processes in which PostgreSQL answers this one."""
    if measured.kind == "sqlite":
        return []
    query = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    with measured.raw() as raw:
        return [pid for (pid,) in raw.execute(query + " AND datname = current_database()")]


if __name__ == "__main__":
    main()
