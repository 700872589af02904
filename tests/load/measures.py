"""What is measured, each in one run with what it is compared with."""

from __future__ import annotations

import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import count

from app import web
from app.commands.requests import tasks as task_commands
from app.retold import retell
from app.running import any_port
from app.store import tasks as task_store
from tests.load.browser import Answer, Browser, over_http, over_wsgi
from tests.load.databases import Measured
from tests.load.floor import Floor
from tests.load.journey import COMMENT, STEPS, Begun, People, decided, opened, tasks
from tests.load.office import Bench, answers, bench, finished
from tests.load.server import HOST, cpu_seconds, serving
from tests.load.table import Figure
from tests.load.traffic import Traffic, watched

BATCH = 5
MILLI = 1000
Figures = list[Figure]


@dataclass(frozen=True, slots=True)
class Size:
    """How long to measure.

    beside_floor: cases beside the floor. served: cases over HTTP, for each number of processes. warm: batches before
    them. aged: how many late returns, and how many first ones beside them.
    """

    beside_floor: int
    served: int
    warm: int
    aged: int
    old: int = 200


QUICK = Size(beside_floor=8, served=5, warm=1, aged=6)
FULL = Size(beside_floor=60, served=60, warm=3, aged=20)


def everything(measured: Measured, size: Size) -> Figures:
    """Every figure of one database."""
    port = any_port(HOST)
    found = bench(measured, port)
    numbers = count(1)
    in_process = [*_completions(found, size, numbers), *_returns(found, size, numbers)]
    served = list(_served(found, port, size, numbers))
    figures = [*in_process, *served, *_replayed(found)]
    found.portal.database.close()
    return figures


# --- rows 1 and 4: one completion, beside the bare floor --------------------------------------------------------------
def _completions(found: Bench, size: Size, numbers: Iterator[int]) -> Figures:
    people = _in_process(found)
    raw = found.measured.raw()
    floors = {"as documented": Floor(raw, lean=False), "lean": Floor(raw, lean=True)}
    spent: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    seen: dict[str, Traffic] = {}
    for round_ in range(size.beside_floor + 2):
        number = next(numbers)
        case = opened(people, number)
        for floor in floors.values():
            floor.open(number)
        for ready in tasks(people, case):
            acts: list[tuple[str, Callable[[], float]]] = [("portal", lambda ready=ready: _pressed(ready.press()))]
            acts += [(name, _stepped(floor, number, ready.step)) for name, floor in floors.items()]
            for name, act in acts if round_ % 2 else acts[::-1]:
                cpu = time.process_time()
                if name == "portal" and round_ == 1:
                    with watched(found.portal.database.engine) as seen[ready.step]:
                        act()
                    continue
                seconds = act()
                if round_ > 1:
                    spent[name][ready.step].append(seconds)
                    spent[f"{name}, CPU"][ready.step].append(time.process_time() - cpu)
    raw.close()
    cost = {name: sum(statistics.median(of_step) for of_step in by_step.values()) for name, by_step in spent.items()}
    return [*_ratios(found.measured.kind, cost), *_asked(found.measured.kind, seen)]


def _ratios(kind: str, cost: dict[str, float]) -> Iterator[Figure]:
    for name in ("as documented", "lean"):
        ratio = {kind: cost["portal"] / cost[name]}
        yield Figure(1, f"one completion over the bare floor, {name}", "times", ratio, most=2.5)
    for name in ("portal", "as documented", "lean"):
        told = "one completion, portal" if name == "portal" else f"one completion, floor {name}"
        yield Figure(1, told, "ms", {kind: cost[name] / len(STEPS) * MILLI})
        yield Figure(1, f"{told}: CPU of the client alone", "ms", {kind: cost[f"{name}, CPU"] / len(STEPS) * MILLI})


def _asked(kind: str, seen: dict[str, Traffic]) -> Iterator[Figure]:
    for step, word in (("submit", "a submit"), ("approve", "an approval")):
        traffic = seen[step]
        is_submit = step == "submit"
        yield Figure(4, f"{word}: commits", "", {kind: traffic.commits}, most=1)
        asked = {kind: len(traffic.statements)}
        yield Figure(4, f"{word}: statements, the sign-in's too", "", asked, most=12 if is_submit else None)
        if kind == "postgresql":
            waited = {kind: traffic.round_trips}
            yield Figure(4, f"{word}: round trips", "", waited, most=6 if is_submit else None)


def _pressed(answer: Answer) -> float:
    assert answer.status == 303, answer.text[-2000:]
    return answer.seconds


def _stepped(floor: Floor, number: int, step: str) -> Callable[[], float]:
    def act() -> float:
        begun = time.perf_counter()
        floor.step(number, step)
        return time.perf_counter() - begun

    return act


def _in_process(found: Bench) -> People:
    app = web.build(found.portal)
    send = over_wsgi(app, found.portal.settings.base_url)
    return {who: Browser(send, cookie) for who, cookie in found.cookies.items()}


# --- row 3: the 200th return beside the first -------------------------------------------------------------------------
def _returns(found: Bench, size: Size, numbers: Iterator[int]) -> Figures:
    people = _in_process(found)
    old = opened(people, next(numbers))
    for round_ in range(1, size.old - size.aged // 2):
        _command(found, old, old.maker, answers(old.number, round_))
        _command(found, old, old.checker, {"decision": "return", "comment": COMMENT})
    spent: dict[str, list[float]] = {"first": [], "old": []}
    for round_ in range(size.aged):
        for name, case in (("first", opened(people, next(numbers))), ("old", old)):
            _command(found, case, case.maker, answers(case.number, 500 + round_))
            ready = decided("return", people[case.checker], case, {"decision": "return", "comment": COMMENT})
            spent[name].append(_pressed(ready.press()))
    kind, cost = found.measured.kind, {name: statistics.median(times) for name, times in spent.items()}
    return [
        Figure(
            3, f"return number {size.old} of a case over the first", "times", {kind: cost["old"] / cost["first"]}, 1.2
        ),
        Figure(3, "the first return", "ms", {kind: cost["first"] * MILLI}),
    ]


def _command(found: Bench, case: Begun, who: str, raw: dict[str, str]) -> None:
    stored = found.office.case(case.reference)
    with found.portal.database.read() as connection:
        (task,) = task_store.of_cases(connection, [stored.id])[stored.id]
    by = found.office.by(who)
    task_commands.complete_task(found.portal, task.id, version=stored.version, raw=raw, by=by)


# --- rows 2 and 5: five tasks over HTTP -------------------------------------------------------------------------------
def _served(found: Bench, port: int, size: Size, numbers: Iterator[int]) -> Iterator[Figure]:
    kind, settings, clock = found.measured.kind, found.portal.settings, found.portal.clock
    before = done = 0
    for processes in (1, 2):
        found.portal.database.close()
        with serving(settings, port, processes, clock) as pids:
            for _ in range(size.warm):
                _batches(found, port, pids, processes, BATCH, numbers)
            if not before:
                before, opened_before = found.measured.size(), len(finished(found))
                found.portal.database.close()
            spent = _batches(found, port, pids, processes, size.served, numbers)
            word = "process" if processes == 1 else "processes"
            cpu = {kind: spent.server / spent.tasks * MILLI}
            yield Figure(2, f"server CPU for one human task, {processes} {word}", "ms", cpu, most=8)
            if kind == "postgresql":
                beside = {kind: spent.database / spent.tasks * MILLI}
                yield Figure(2, f"beside it, CPU of the database server, {processes} {word}", "ms", beside)
            rate = {kind: spent.tasks / spent.wall}
            yield Figure(2, f"human tasks a second, as fast as {processes} people can, {processes} {word}", "", rate)
            for name, seconds in spent.pages.items():
                yield Figure(2, f"server CPU, {name}", "ms", {kind: seconds * MILLI})
    done = len(finished(found)) - opened_before
    stored = (found.measured.size() - before) / (done * len(STEPS))
    yield Figure(5, "bytes stored for one human task", "bytes", {kind: stored}, most=4096)


@dataclass
class Spent:
    """What a number of tasks took; pages: CPU seconds a request by kind, when one process served one person."""

    tasks: int
    server: float
    database: float
    wall: float
    pages: dict[str, float]


def _batches(found: Bench, port: int, pids: list[int], clients: int, cases: int, numbers: Iterator[int]) -> Spent:
    """So many cases by each of so many clients: drafts are opened first, a few at a time, and do not count."""
    pages: dict[str, list[float]] = defaultdict(list)
    spent = Spent(0, 0.0, 0.0, 0.0, {})
    watching = _Watching(pids, pages) if clients == 1 else None
    offices = [_over_http(found, port, watching) for _ in range(clients)]
    with ThreadPoolExecutor(clients) as pool:
        for _ in range(-(-cases // BATCH)):
            begun = [[opened(people, next(numbers)) for _ in range(BATCH)] for people in offices]
            backends = found.measured.backends()
            server, database, wall = cpu_seconds(pids), cpu_seconds(backends), time.perf_counter()
            list(pool.map(_work, offices, begun))
            spent.server += cpu_seconds(pids) - server
            spent.database += cpu_seconds(backends) - database
            spent.wall += time.perf_counter() - wall
            spent.tasks += clients * BATCH * len(STEPS)
    return replace(spent, pages={name: statistics.mean(each) for name, each in sorted(pages.items())})


def _work(people: People, begun: Sequence[Begun]) -> None:
    for case in begun:
        for ready in tasks(people, case):
            ready.finish()


def _over_http(found: Bench, port: int, watching: _Watching | None) -> People:
    return {who: Browser(over_http(HOST, port), cookie, watching) for who, cookie in found.cookies.items()}


class _Watching:
    """Counts the server's CPU from one answer to the next, by kind of page."""

    def __init__(self, pids: Sequence[int], pages: dict[str, list[float]]) -> None:
        self._pids, self._pages = pids, pages
        self._before = cpu_seconds(pids)

    def __call__(self, method: str, path: str, _answer: Answer) -> None:
        now = cpu_seconds(self._pids)
        self._pages[_kind(method, path)].append(now - self._before)
        self._before = now


def _kind(method: str, path: str) -> str:
    where = path.partition("?")[0].strip("/").split("/")
    if where[0] == "tasks":
        last = where[2] if len(where) > 2 else "its page"
        return f"{'sending' if method == 'POST' else 'task,'} {last}"
    return {"": "queue page", "requests": "page of the request"}.get(where[0], f"{method} {where[0]}")


# --- row 8: replay ----------------------------------------------------------------------------------------------------
def _replayed(found: Bench) -> Figures:
    references, said = finished(found)[-100:], []
    retell(found.portal, references[0], said.append)
    said.clear()
    cpu = time.process_time()
    whole = [retell(found.portal, reference, said.append) for reference in references]
    rate = (len(said) - len(whole)) / (time.process_time() - cpu)
    assert all(whole)
    return [Figure(8, "replay: trail entries a second and core", "", {found.measured.kind: rate}, least=2000)]
