"""One invented field of every kind, as `fields.sections` would give it: as it is asked, and with what may go wrong.

Each kind is one small function that returns its views; the companies and people are those of the demo.
"""

from __future__ import annotations

import json
from typing import Any

View = dict[str, Any]

HERE = "/components"
BAD_MAIL = "Enter an e-mail address such as mia.maker@harbourbright.test"
LONG_NAME = "Consolidated Harbourfront International Securities and Derivatives Brokerage (Asia Pacific) Limited"
DESKS = [
    ("CPS", "Clearing Participant Services"),
    ("CTO", "Cash Trading Operations"),
    ("DTO", "Derivatives Trading Operations"),
    ("CRM", "Clearing Risk Management"),
]
COMPANIES = [
    ("CP00001", "Harbour Bright Securities Limited 港曜證券有限公司"),
    ("CP00002", "Lion Rock Brokers Limited 獅山經紀有限公司"),
    ("CP00003", "Victoria Peak Clearing Limited 太平結算有限公司"),
    ("CP00004", "Jade Gate Bank Limited 玉門銀行有限公司"),
    ("CP00005", "Pearl River Registrars Limited 珠江登記有限公司"),
]
WORKSTATIONS = [(f"F00123-{number:03}", f"Workstation {number:03} of Harbour Bright") for number in range(1, 241)]
PLACES = [("HK", "Hong Kong"), ("CN", "Mainland China"), ("MO", "Macao"), ("SG", "Singapore"), ("GB", "United Kingdom")]
PERSONS = [
    {"name": "Chan Tai Man", "email": "tm.chan@harbourbright.test", "phone": "+852 2100 0101", "signs": "yes"},
    {"name": "陳大文", "email": "mia.maker", "phone": "", "signs": "no"},
    {"name": "Bo Lam", "email": "bo.both@harbourbright.test", "phone": "+852 2100 0103", "signs": "no"},
]


def view(kind: str, name: str, label: str, **more: Any) -> View:
    """A field as it stands before anything is said about it."""
    plain: View = {
        "key": name,
        "id": _html_id(name),
        "name": name,
        "kind": kind,
        "label": label,
        "hint": "",
        "help": "",
        "tooltip": "",
        "value": "",
        "options": [],
        "required": True,
        "read_only": False,
        "source": "",
        "errors": [],
        "warning": None,
        "override": False,
        "confirmed": False,
        "show_if": None,
        "hidden": False,
        "max_length": None,
        "comment": None,
        "comment_by": None,
    }
    return plain | more


# --- texts ------------------------------------------------------------------------------------------------------------
def text(name: str) -> View:
    """One line."""
    return view("text", name, "Name of the vendor", hint="As in the agreement", value="Victoria Peak Clearing Limited")


def textarea(name: str) -> View:
    """Several lines."""
    told = "The desk agreed by phone.\n辦公室已於電話中同意。"
    return view("textarea", name, "Remarks", value=told, required=False, max_length=2000)


def email(name: str) -> View:
    """A mail address."""
    return view("email", name, "E-mail address", value="mia.maker@harbourbright.test")


def phone(name: str) -> View:
    """A telephone number."""
    return view("phone", name, "Telephone", hint="With the country code", value="+852 2100 0101", required=False)


def url(name: str) -> View:
    """An address on the web."""
    return view("url", name, "Website", value="https://www.harbourbright.test/", required=False)


# --- numbers, dates and times -----------------------------------------------------------------------------------------
def money(name: str) -> View:
    """An amount with its currency."""
    return view(
        "money", name, "New limit", unit="HKD", value="50,000,000", tooltip="The most that one order may come to."
    )


def number(name: str) -> View:
    """A number with its unit."""
    return view("number", name, "Throttle rate", unit="msg/s", hint="In steps of 8", value="120")


def date(name: str) -> View:
    """A day."""
    return view("date", name, "Effective date", hint="At least three business days after receipt", value="2026-11-26")


def time(name: str) -> View:
    """A time of day."""
    return view("time", name, "Call back at", value="16:05", required=False)


def month_day(name: str) -> View:
    """A day of every year."""
    return view("month_day", name, "Financial year ends on", value="12-31")


# --- choices ----------------------------------------------------------------------------------------------------------
def select(name: str) -> View:
    """One of a few, in a list."""
    return view("select", name, "Desk", options=DESKS, value="CTO")


def searchable(name: str) -> View:
    """One of many: typed text finds it by name in either language, or by code."""
    hint = "Type a part of the name, in either language, or the company ID"
    return view("select", name, "Clearing participant", hint=hint, options=COMPANIES, value="CP00003", searchable=True)


def suggested(name: str) -> View:
    """One of more than two hundred."""
    return view("select", name, "Workstation", options=WORKSTATIONS, value="", searchable=True, required=False)


def radio(name: str) -> View:
    """One of a few, all in sight; the last asks for more."""
    options = [("FIRM", "The whole firm"), ("SESSION", "One trading session")]
    return view("radio", name, "The limit applies to", options=options, value="FIRM")


def asked_further(name: str) -> View:
    """A question that appears with the answer it depends on."""
    condition = json.dumps({"field": name.replace("session", "scope"), "equals": "SESSION"})
    return view("text", name, "Trading session", value="", show_if=condition, hidden=True)


def yesno(name: str) -> View:
    """Yes or no."""
    tip = "A vendor connects you to the trading system in your name."
    return view("yesno", name, "Do you use a vendor?", options=[("yes", "Yes"), ("no", "No")], value="no", tooltip=tip)


def checkbox(name: str) -> View:
    """One tick."""
    return view("checkbox", name, "Notional value checks are applied", value="yes", tooltip="Required by Rule 501.")


def declaration(name: str) -> View:
    """A tick under what one declares."""
    declared = "I declare that the information given is true and complete, and that the persons named agree."
    return view("declaration", name, declared)


def checklist(name: str) -> View:
    """Several of a few."""
    options = [("CCASS", "CCASS terminal"), ("DCASS", "DCASS terminal"), ("HKATS", "HKATS workstation")]
    return view("checklist", name, "Systems concerned", options=options, values=["CCASS", "HKATS"])


def tags(name: str) -> View:
    """Several short texts."""
    return view("tags", name, "Participant IDs", hint="All that are concerned", values=["B00123", "N00123", "F00123"])


# --- rows, files and addresses ----------------------------------------------------------------------------------------
def persons(people: list[dict[str, str]]) -> View:
    """Rows that can be added, removed and moved; what is wrong in a row stands in it."""
    last = len(people) - 1
    rows = [
        {
            "index": index,
            "heading": f"{index + 1}. {one['name'] or 'New person'}",
            "fields": _person(f"persons.{index}", one),
            "errors": [],
            "can_up": index > 0,
            "can_down": index < last,
            "can_remove": last > 0,
            "removed": False,
        }
        for index, one in enumerate(people)
    ]
    more = {"rows": rows, "count": len(rows), "least": 1, "most": 5, "can_add": len(rows) < 5}
    names = {"add_label": "Add a person", "act_url": f"{HERE}#f-persons", "columns": ["Name", "E-mail address"]}
    names["sheet"] = {"template_url": HERE, "upload_url": f"{HERE}#f-persons", "asks_how": True, "is_wrong": False}
    return view("rows", "persons", "Authorised persons", hint="In the order in which we call them", **more, **names)


def _person(name: str, one: dict[str, str]) -> list[View]:
    wrong = [BAD_MAIL] if one["email"] and "@" not in one["email"] else []
    asked = {"show_if": json.dumps({"row": "signs", "equals": "yes"}), "hidden": one["signs"] != "yes"}
    return [
        view("text", f"{name}.name", "Name", value=one["name"]),
        view("email", f"{name}.email", "E-mail address", value=one["email"], errors=wrong),
        view("yesno", f"{name}.signs", "May this person sign?", value=one["signs"]),
        view("phone", f"{name}.phone", "Telephone", value=one["phone"], **asked),
    ]


def removed_row() -> View:
    """A row of the register that will go when the request is completed, and one that is wrong as a whole."""
    made = persons([PERSONS[0] | {"name": LONG_NAME}, PERSONS[2]])
    gone, wrong = made["rows"]
    for row in made["rows"]:
        row["fields"] = [_renamed(part, part["name"].replace("persons", "leavers")) for part in row["fields"][:2]]
    acts = [("ADD", "Add"), ("REMOVE", "Remove")]
    action = view("select", "leavers.0.action", "Action", options=acts, value="REMOVE")
    gone |= {"removed": True, "can_down": False, "can_remove": False, "fields": [action]}
    wrong |= {"errors": ["Name another person: this one has left the company"], "can_up": False}
    return _renamed(made, "leavers") | {
        "label": "Persons in your register",
        "can_add": False,
        "most": None,
        "sheet": None,
    }


def no_rows() -> View:
    """Rows of which there is none yet."""
    return _renamed(persons([]), "nobody") | {"label": "Deputies", "required": False, "can_add": True, "sheet": None}


def file(name: str) -> View:
    """A file slot with a file that is kept and one that has the wrong name."""
    kept = _kept("a1", "B00123_MMP_20261123.pdf", "1.2 MB", "PDF") | {"state": "kept", "trouble": ""}
    wrong = _kept("b2", "scan 0001 (final) (2).xlsx", "86 KB", "XLSX") | {
        "state": "misnamed",
        "trouble": "Not uploaded yet: the name does not say what it is.",
        "expected_name": "B00123_MMP_20261124.xlsx",
        "rename_value": f"{name}:rename:b2",
    }
    return _slot(name, [kept, wrong])


def empty_file(name: str) -> View:
    """A file slot that is still empty, with an error."""
    return _slot(name, []) | {"errors": ["Upload the signed form"]}


def _slot(name: str, files: list[View]) -> View:
    told = "Others may see your screen: the file may hold personal data."
    more = {"files": files, "can_add": True, "most": 3, "accept": ".pdf,.xls,.xlsx", "privacy": told}
    names = {
        "expected_name": "B00123_MMP_20261125.pdf",
        "upload_url": f"{HERE}#f-{name}",
        "act_url": f"{HERE}#f-{name}",
    }
    return view("file", name, "Signed form", hint="One page for each product", **more, **names)


def _kept(key: str, name: str, size: str, kind: str) -> View:
    facts = {"id": key, "name": name, "size": size, "kind": kind, "url": HERE, "expected_name": "", "rename_value": ""}
    return facts | {"remove_value": f"form:remove:{key}", "by": "Mia Chan", "at": "23 Nov 16:31 HKT"}


def address(name: str) -> View:
    """An address in its parts."""
    parts = [
        view("text", f"{name}.line1", "Flat, floor, building", value="18/F, Harbour Bright Tower"),
        view("text", f"{name}.line2", "Street", value="8 Example Road"),
        view("text", f"{name}.line3", "Further line", required=False),
        view("text", f"{name}.district", "District", value="Central"),
        view("select", f"{name}.country", "Country or region", options=PLACES, value="HK"),
    ]
    return view("address", name, "Business address", parts=parts)


# --- what stands fast -------------------------------------------------------------------------------------------------
def read_only(name: str) -> View:
    """A value that nobody changes here."""
    source = "From your register, set by CT027-20250310-000004"
    return view("read_only", name, "Current limit (HKD)", value="30,000,000", source=source, read_only=True)


def computed(value: str) -> View:
    """A value that follows from the others."""
    return view("computed", "total", "Total of both limits (HKD)", value=value, hint="Limit A and limit B together")


def limits() -> list[View]:
    """Two amounts and what they come to."""
    first = view("money", "limit_a", "Limit A", unit="HKD", value="30,000,000")
    second = view("money", "limit_b", "Limit B", unit="HKD", value="12,500,000", required=False)
    return [first, second, computed("42,500,000")]


def table() -> View:
    """A table to read."""
    columns = ["Product", "Current limit (HKD)", "Set on"]
    lines = [["Cash equities", "30,000,000", "10 Mar 2025"], ["Index options 指數期權", "12,500,000", "2 Jun 2026"]]
    return view("table", "limits_table", "Limits in force", columns=columns, table_rows=lines)


def group() -> View:
    """A heading inside a section."""
    return view("group", "group_contact", "Contact on the day", hint="Whom we call when the change goes live")


def text_block() -> View:
    """Words between the fields."""
    return view(
        "text_block", "words", "", value="Limits apply to each trading session.\nA change takes effect at 09:00 HKT."
    )


# --- what is said about a field ---------------------------------------------------------------------------------------
def helped(name: str) -> View:
    """A field with everything that may explain it."""
    longer = "The rate counts new orders, changes and cancellations.\nIt is shared by all sessions of one connection."
    return number(name) | {"help": longer, "tooltip": "Messages a second, over one second."}


def doubtful(name: str) -> View:
    """An answer that is possible and odd: it must be confirmed."""
    told = "The new limit is more than five times the current one, 30,000,000"
    return money(name) | {"value": "500,000,000", "warning": told, "override": True}


def returned(name: str) -> View:
    """A field that a checker has commented on."""
    return date(name) | {"comment": "Not before Friday, please", "comment_by": "Chen Wai, Checker"}


def long_words(name: str) -> View:
    """A label, hint and answer that need more than a line."""
    label = f"Full registered name of the clearing participant that acts for {LONG_NAME}"
    return text(name) | {"label": label, "hint": f"{label} " * 2, "value": LONG_NAME, "required": False}


def in_chinese() -> list[View]:
    """A form in Traditional Chinese."""
    yes_no = [("yes", "是"), ("no", "否")]
    return [
        view("read_only", "zh_now", "現行上限（港元）", value="30,000,000", source="取自登記冊", read_only=True),
        view("money", "zh_limit", "新上限", unit="港元", value="50,000,000", tooltip="單一買賣盤的最高金額。"),
        view(
            "date",
            "zh_date",
            "生效日期",
            hint="須於接獲申請後最少三個辦公日",
            value="2026-11-25",
            errors=["請輸入 2026 年 11 月 26 日（星期四）或之後的辦公日"],
        ),
        view("select", "zh_company", "結算參與者", options=COMPANIES, value="CP00003", searchable=True),
        view("yesno", "zh_vendor", "是否使用供應商？", options=yes_no, value="no"),
        view("tags", "zh_tags", "獲授權人士", hint="每行一位", values=["陳大文", "林寶"]),
        view("declaration", "zh_true", "本公司聲明所提供的資料均屬真實及完整。"),
    ]


def _renamed(made: View, name: str) -> View:
    return made | {"key": name, "name": name, "id": _html_id(name)}


def _html_id(name: str) -> str:
    return "f-" + name.replace(".", "-")
