"""The order in which the page of components shows its fields, and what it says is wrong with them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from app.web import specimens


def sections(people: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Everything, in the order of the page."""
    return [_texts(), _numbers(), _choices(), _rows(people), _files(), _fixed(), _said(), _chinese()]


def _texts() -> dict[str, Any]:
    return _section(
        "Texts",
        "texts",
        [
            _pair("Text", "text", specimens.text, "Enter the name of the vendor"),
            _pair("Text area", "textarea", specimens.textarea, "Enter at most 2,000 characters"),
            _pair("E-mail address", "email", specimens.email, specimens.BAD_MAIL, value="mia.maker"),
            _pair(
                "Telephone",
                "phone",
                specimens.phone,
                "Enter a telephone number with its country code",
                value="2100",
            ),
            _pair(
                "Web address",
                "url",
                specimens.url,
                "Enter an address that starts with https://",
                value="harbourbright",
            ),
        ],
    )


def _numbers() -> dict[str, Any]:
    return _section(
        "Numbers, dates and times",
        "numbers",
        [
            _pair(
                "Money",
                "money",
                specimens.money,
                "Enter a limit other than the current one, 30,000,000",
                value="30,000,000",
            ),
            _pair("Number", "number", specimens.number, "Enter a multiple of 8", value="121"),
            _pair("Date", "date", specimens.date, "Enter Thursday 26 November 2026 or later", value="25/11/2026"),
            _pair("Time", "time", specimens.time, "Enter a time between 09:00 and 18:00", value="25:00"),
            _pair("Day of the year", "month_day", specimens.month_day, "Enter a day that February has", value="02-31"),
        ],
    )


def _choices() -> dict[str, Any]:
    return _section(
        "Choices",
        "choices",
        [
            _pair("Select", "select", specimens.select, "Choose a desk", value=""),
            _pair("Searchable select", "searchable", specimens.searchable, "Choose a clearing participant", value=""),
            _pair(
                "Searchable, over 200",
                "suggested",
                specimens.suggested,
                "Choose a workstation of your own",
                value="F00999-1",
            ),
            _pair(
                "Radio",
                "scope",
                specimens.radio,
                "Choose what the limit applies to",
                value="",
                then=specimens.asked_further,
            ),
            _pair("Yes or no", "yesno", specimens.yesno, "Choose yes or no", value=""),
            _pair("Checkbox", "checkbox", specimens.checkbox, "Tick that notional value checks are applied", value=""),
            _pair("Declaration", "declaration", specimens.declaration, "Tick that the information is true"),
            _pair("Checklist", "checklist", specimens.checklist, "Choose at least one system", values=[]),
            _pair(
                "Tags",
                "tags",
                specimens.tags,
                "Enter participant IDs such as B00123",
                values=["B00123", "Harbour Bright"],
            ),
        ],
    )


def _rows(people: list[dict[str, str]]) -> dict[str, Any]:
    return _section(
        "Rows",
        "rows",
        [
            _one("Rows", "rows", [specimens.persons(people)]),
            _one("Rows to be removed, wrong or none", "rows", [specimens.removed_row(), specimens.no_rows()]),
        ],
    )


def _files() -> dict[str, Any]:
    return _section(
        "Files and addresses",
        "files",
        [
            {
                "title": "File",
                "kind": "file",
                "sides": [[specimens.file("form")], [specimens.empty_file("form_wrong")]],
            },
            _pair("Address", "address", specimens.address, "Enter an address in Hong Kong"),
        ],
    )


def _fixed() -> dict[str, Any]:
    return _section(
        "What stands fast",
        "fixed",
        [
            {
                "title": "Read-only, group, words",
                "kind": "read_only group text_block",
                "sides": [[specimens.read_only("current")], [specimens.group(), specimens.text_block()]],
            },
            _one("Computed", "computed", specimens.limits()),
            _one("Table", "table", [specimens.table()]),
        ],
    )


def _said() -> dict[str, Any]:
    return _section(
        "What is said about a field",
        "said",
        [
            {
                "title": "Help and tooltip",
                "kind": "help tooltip",
                "sides": [[specimens.helped("rate")], [specimens.doubtful("doubt")]],
            },
            {
                "title": "Comment and long words",
                "kind": "comment",
                "sides": [[specimens.returned("returned")], [specimens.long_words("long")]],
            },
        ],
    )


def _chinese() -> dict[str, Any]:
    return _section("繁體中文", "chinese", [_one("一份表格", "", specimens.in_chinese())], lang="zh-Hant")


def summary(found: Iterable[dict[str, Any]]) -> list[tuple[str, str]]:
    """Every error of the page, with the id of its field."""
    fields = [one for section in found for entry in section["entries"] for side in entry["sides"] for one in side]
    inside = [part for one in fields for row in one.get("rows", []) for part in row["fields"]]
    return [(one["id"], sentence) for one in [*fields, *inside] for sentence in one["errors"]]


def _section(title: str, key: str, entries: list[dict[str, Any]], lang: str = "") -> dict[str, Any]:
    return {"title": title, "id": key, "entries": entries, "lang": lang}


def _one(title: str, kind: str, fields: list[specimens.View]) -> dict[str, Any]:
    return {"title": title, "kind": kind, "sides": [fields]}


def _pair(
    title: str,
    name: str,
    made: Callable[[str], specimens.View],
    error: str,
    then: Callable[[str], specimens.View] | None = None,
    **more: Any,
) -> dict[str, Any]:
    """The field as it is asked, and beside it with an error."""
    fine, wrong = made(name), made(f"{name}_wrong") | {"errors": [error], **more}
    sides = [[fine], [wrong]]
    if then:
        sides[0].append(then("session"))
    return {"title": title, "kind": fine["kind"], "sides": sides}
