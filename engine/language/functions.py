"""The named functions of the expression language; `engine/language/expressions.md` has a line for each."""

from __future__ import annotations

import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from ipaddress import ip_address, ip_network
from typing import Any

from engine.errors import BadExpression
from engine.language.scope import Scope
from engine.language.values import LARGEST_NUMBER, bounded, kind, member, number

CODE = re.compile(r"[A-Z0-9_]*")
NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
LATIN = re.compile(r"[ -~\u00a0-\u024f]*")


def _days(value: Any) -> int:
    days = number(value)
    if days != int(days) or not 0 <= days <= 1000:
        raise BadExpression(f"Expected 0 to 1000 whole days, but found {kind(value)}.")
    return int(days)


def _day(value: Any) -> date:
    if isinstance(value, datetime) or not isinstance(value, date):
        raise BadExpression(f"Expected a date, but found {kind(value)}.")
    return value


def _texts(value: Any) -> str:
    if not isinstance(value, str):
        raise BadExpression(f"Expected a text, but found {kind(value)}.")
    return value


def _column(rows: Any, key: Any) -> list[Any]:
    return [member(row, key) for row in _rows(rows)]


def _rows(rows: Any) -> Sequence[Any]:
    if rows is None:
        return ()
    if not isinstance(rows, Sequence) or isinstance(rows, str):
        raise BadExpression(f"Expected rows, but found {kind(rows)}.")
    return rows


def _now(scope: Scope) -> datetime:
    if scope.now is None:
        raise BadExpression("Expected to know the time, but this place has none.")
    return scope.now


def _add_bd(scope: Scope, day: Any, days: Any) -> date | None:
    return None if day is None else scope.calendar.add(_day(day), _days(days))


def _is_business_day(scope: Scope, day: Any) -> bool:
    return day is not None and scope.calendar.is_business_day(_day(day))


def _is_counter_day(scope: Scope, day: Any) -> bool:
    return day is not None and scope.calendar.counter_day(_day(day)) == day


def _cutoff_after(scope: Scope, days: Any) -> datetime:
    return scope.calendar.cutoff_after(_now(scope), _days(days), scope.cutoff)


def _business_day_before(scope: Scope, moment: Any) -> datetime | None:
    if moment is None:
        return None
    if not isinstance(moment, datetime):
        raise BadExpression(f"Expected a time, but found {kind(moment)}.")
    earlier = scope.calendar.business_day_before(moment)
    return earlier if earlier > _now(scope) else None


def _days_from_now(scope: Scope, days: Any) -> datetime:
    return _now(scope) + timedelta(days=_days(days))


def _effective_at(scope: Scope, day: Any) -> datetime | None:
    return None if day is None else scope.calendar.begin(_day(day))


def _days_between(_scope: Scope, first: Any, last: Any) -> int | None:
    return None if first is None or last is None else (_day(last) - _day(first)).days


def _at(scope: Scope, day: Any, time_of_day: Any) -> datetime | None:
    if day is None or time_of_day is None:
        return None
    hour, _, minute = _texts(time_of_day).partition(":")
    return scope.calendar.begin(_day(day)) + timedelta(hours=int(hour), minutes=int(minute))


def _count(_scope: Scope, value: Any) -> int:
    if value is None:
        return 0
    if isinstance(value, str) or not isinstance(value, Sequence | Mapping):
        raise BadExpression(f"Expected a list, but found {kind(value)}.")
    return len(value)


def _digits(_scope: Scope, text: Any, least: Any, most: Any) -> bool:
    return text is not None and _texts(text).isascii() and text.isdigit() and _days(least) <= len(text) <= _days(most)


def _code(_scope: Scope, text: Any, least: Any, most: Any) -> bool:
    return text is not None and CODE.fullmatch(_texts(text)) is not None and _days(least) <= len(text) <= _days(most)


def _latin(_scope: Scope, text: Any) -> bool:
    return text is None or LATIN.fullmatch(_texts(text)) is not None


def _in_networks(_scope: Scope, address: Any, networks: Any) -> bool:
    if address is None:
        return False
    try:
        host = ip_address(_texts(address))
        return any(host in ip_network(_texts(one), strict=False) for one in _rows(networks))
    except ValueError as error:
        raise BadExpression("Expected an IP address and networks such as 203.0.113.0/24, but found others.") from error


def _fingerprint(_scope: Scope, key: Any) -> str | None:
    """As OpenSSH shows it: SHA-256 of the key, in base64 without padding."""
    if key is None:
        return None
    try:
        raw = b64decode(_texts(key).split()[1], validate=True)
    except (IndexError, ValueError) as error:
        raise BadExpression("Expected a public key as OpenSSH writes it, but found something else.") from error
    return "SHA256:" + b64encode(sha256(raw).digest()).decode().rstrip("=")


def _number(_scope: Scope, value: Any) -> int | Decimal | None:
    """Registers keep numbers as texts."""
    if not isinstance(value, str):
        return None if value is None else number(value)
    if not NUMBER.fullmatch(value):
        raise BadExpression("Expected a number, but found a text that is none.")
    return number(bounded(Decimal(value), LARGEST_NUMBER))


def _extreme(pick: Callable[..., Any]) -> Callable[..., Any]:
    def work(_scope: Scope, *values: Any) -> Any:
        known = [number(value) for value in values if value is not None]
        return pick(known) if known else None

    return work


def _total(_scope: Scope, rows: Any, key: Any) -> Any:
    result: int | Decimal = 0
    for value in _column(rows, key):
        result = bounded(result + (_number(_scope, value) or 0))
    return result


def _unique(_scope: Scope, rows: Any, key: Any) -> bool:
    found = (value for value in _column(rows, key) if value is not None)
    values = [value.casefold() if isinstance(value, str) else value for value in found]
    return all(value not in values[:place] for place, value in enumerate(values))


def _rows_where(_scope: Scope, rows: Any, key: Any, value: Any) -> list[Any]:
    return [row for row in _rows(rows) if member(row, key) == value]


def _rows_without(_scope: Scope, rows: Any, key: Any, values: Any) -> list[Any]:
    return [row for row in _rows(rows) if member(row, key) not in _rows(values)]


def _joined(_scope: Scope, first: Any, second: Any) -> list[Any]:
    return [*_rows(first), *_rows(second)]


def _parts(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else [value]


def _counts(_scope: Scope, rows: Any, key: Any, values: Any) -> list[dict[str, Any]]:
    """How many rows hold each of the values; lists count with each of their parts, in the column and as values."""
    held = [_parts(value) for value in _column(rows, key)]
    asked: list[Any] = []
    for part in (part for value in _rows(values) for part in _parts(value)):
        if part is not None and part not in asked:
            asked.append(part)
    return [{"value": one, "count": sum(one in parts for parts in held)} for one in asked]


def _known(_scope: Scope, rows: Any, key: Any) -> list[Any]:
    return [value for value in _column(rows, key) if value is not None]


def _records(_scope: Scope, owner: Any, column: Any = "key") -> list[Mapping[str, Any]]:
    """The records that stand in a mapping under their keys, each with its key as a column."""
    if owner is None:
        return []
    if not isinstance(owner, Mapping):
        raise BadExpression(f"Expected a register with keys, but found {kind(owner)}.")
    return [{**record, _texts(column): key} for key, record in owner.items() if isinstance(record, Mapping)]


def _all_in(_scope: Scope, values: Any, others: Any) -> bool:
    return all(value in _rows(others) for value in _rows(values))


FUNCTIONS: dict[str, tuple[Callable[..., Any], int, int]] = {
    "add_bd": (_add_bd, 2, 2),
    "all_in": (_all_in, 2, 2),
    "at": (_at, 2, 2),
    "business_day_before": (_business_day_before, 1, 1),
    "code": (_code, 3, 3),
    "column": (_known, 2, 2),
    "count": (_count, 1, 1),
    "count_where": (lambda scope, rows, key, value: len(_rows_where(scope, rows, key, value)), 3, 3),
    "counts": (_counts, 3, 3),
    "cutoff_after": (_cutoff_after, 1, 1),
    "days_between": (_days_between, 2, 2),
    "days_from_now": (_days_from_now, 1, 1),
    "digits": (_digits, 3, 3),
    "effective_at": (_effective_at, 1, 1),
    "ends_with": (lambda _scope, text, end: text is not None and _texts(text).endswith(_texts(end)), 2, 2),
    "fingerprint": (_fingerprint, 1, 1),
    "in_networks": (_in_networks, 2, 2),
    "is_business_day": (_is_business_day, 1, 1),
    "is_counter_day": (_is_counter_day, 1, 1),
    "joined": (_joined, 2, 2),
    "latin": (_latin, 1, 1),
    "length": (lambda _scope, text: 0 if text is None else len(_texts(text)), 1, 1),
    "lower": (lambda _scope, text: None if text is None else _texts(text).lower(), 1, 1),
    "max": (_extreme(max), 1, 10),
    "min": (_extreme(min), 1, 10),
    "number": (_number, 1, 1),
    "records": (_records, 1, 2),
    "rows_where": (_rows_where, 3, 3),
    "rows_without": (_rows_without, 3, 3),
    "starts_with": (lambda _scope, text, start: text is not None and _texts(text).startswith(_texts(start)), 2, 2),
    "today": (lambda scope: scope.calendar.day(_now(scope)), 0, 0),
    "total": (_total, 2, 2),
    "unique": (_unique, 2, 2),
}
