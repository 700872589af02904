"""Invented companies and people for the demo; every address ends in `.test`."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from typing import NamedTuple

from app.commands.managing import seats
from app.commands.portal import Portal
from app.commands.signing import passwords
from app.store import attendees, events, people, tables
from app.store.attendees import ANSWERED
from app.store.database import Connection
from app.store.people import Membership
from engine import functions
from engine.hours import HONG_KONG
from engine.people import Right

DEMO_PASSWORD = "star-ferry-at-noon"  # noqa: S105  of invented people, shown on the demo's own sign-in page
BOTH = ("maker", "checker")


class Somebody(NamedTuple):
    """One invented person: `does` are their lanes."""

    login: str
    name: str
    kind: str = "business"
    does: tuple[str, ...] = ()
    channel: str | None = "email"


class Firm(NamedTuple):
    """One invented company; memberships are (kind, participant id)."""

    code: str
    name_en: str
    name_zh: str
    domain: str
    memberships: tuple[tuple[str, str], ...]
    people: tuple[Somebody, ...]


FIRMS = (
    Firm(
        "CP00001",
        "Harbour Bright Securities Limited",
        "港曜證券有限公司",
        "harbourbright.test",
        (
            ("SEHK-EP", "B00123"),
            ("HKSCC-DCP", "B00123"),
            ("CCEP", "N00123"),
            ("HKFE-EP", "F00123"),
            ("HKCC", "H00123"),
            ("SEOP", "O00123"),
        ),
        (
            Somebody("ccda1", "Ada Lau", "ccda"),
            Somebody("ccda2", "Ben Yip", "ccda"),
            Somebody("mia.maker", "Mia Chan", does=("maker",)),
            Somebody("chen.checker", "Chen Wai", does=("checker",)),
            Somebody("bo.both", "Bo Lam", does=BOTH, channel=None),
        ),
    ),
    Firm(
        "CP00002",
        "Lion Rock Brokers Limited",
        "獅山經紀有限公司",
        "lionrock.test",
        (("SEHK-EP", "B00456"), ("HKFE-EP", "F00456"), ("CCEP", "N00456")),
        (
            Somebody("ccda", "Carmen Ho", "ccda"),
            Somebody("maker", "Leo Fung", does=("maker",)),
            Somebody("checker", "Rita Ng", does=("checker",)),
        ),
    ),
    Firm(
        "CP00003",
        "Victoria Peak Clearing Limited",
        "太平結算有限公司",
        "victoriapeak.test",
        (("HKSCC-GCP", "B00789"), ("HKCC-GCP", "H00789"), ("SEOCH-GCP", "S00789")),
        (
            Somebody("ccda", "Grace Mak", "ccda"),
            Somebody("gcp.maker", "Gary Poon", does=("maker",)),
            Somebody("gcp.checker", "Gina Tse", does=("checker",)),
        ),
    ),
    Firm(
        "CP00004",
        "Jade Gate Bank Limited",
        "玉門銀行有限公司",
        "jadegate.test",
        (("DB", "D00011"), ("HKSCC-CUST", "C00044")),
        (
            Somebody("ccda", "Joyce Kwok", "ccda"),
            Somebody("bank.maker", "Ivan Lo", does=("maker",)),
            Somebody("bank.checker", "Iris Tang", does=("checker",)),
        ),
    ),
    Firm(
        "CP00005",
        "Pearl River Registrars Limited",
        "珠江登記有限公司",
        "pearlriver.test",
        (("REG", "R00005"),),
        (
            Somebody("ccda", "Paul Siu", "ccda"),
            Somebody("maker", "Penny Au", does=("maker",)),
            Somebody("checker", "Peter Hui", does=("checker",)),
        ),
    ),
)
DESK_PEOPLE = {
    "CPS": ("Alan Kan", "Amy Tong"),
    "MPA": ("Betty Suen", "Brian Yu"),
    "CTO": ("Karen Ip", "Kelvin Sit"),
    "DTO": ("Daisy Mok", "David Pang"),
    "CCO": ("Edith Shum", "Eric Tam"),
    "DCO": ("Fanny Leung", "Felix Wan"),
    "CRM": ("Helen Kong", "Henry Chu"),
    "ITC": ("Irene Yau", "Isaac Lui"),
    "MSV": ("Janet Cheuk", "Jason Hon"),
    "EVT": ("Lily Fok", "Louis Tsang"),
}
EXCHANGE_PEOPLE = (
    Somebody("ops1", "Olive Ma", "ops"),
    Somebody("ops2", "Oscar Ting", "ops"),
    Somebody("auditor", "Audrey Szeto", "auditor"),
    Somebody("analyst", "Andy Luk", "analyst"),
    Somebody("admin", "Agnes Wu", "admin"),
)
EXCHANGE_DOMAIN = "exchange.test"
SET_ON = date(2025, 3, 13)
RECORDS = Path(__file__).parent / "demo"


def seed_demo(portal: Portal) -> bool:
    """Set up the demo's companies, people and registers; False when the database holds companies already."""
    kept = passwords.hash_password(DEMO_PASSWORD)
    with portal.database.write() as connection:
        if people.has_companies(connection):
            return False
        for firm in FIRMS:
            _seed_firm(connection, portal, firm, kept)
        _seed_exchange(connection, portal, kept)
        _seed_registers(connection, portal)
        _seed_events(connection)
    return True


def demo_logins() -> list[tuple[str, str, str]]:
    """Who to sign in as to see a request from end to end: who they are, e-mail address and password."""
    cast = [
        ("Mia Chan, maker at Harbour Bright", "mia.maker@harbourbright.test"),
        ("Chen Wai, checker at Harbour Bright", "chen.checker@harbourbright.test"),
        ("Bo Lam, maker and checker, first sign-in", "bo.both@harbourbright.test"),
        ("Karen Ip, processes at the exchange", "proc.cto@exchange.test"),
        ("Kelvin Sit, approves at the exchange", "appr.cto@exchange.test"),
        ("Leo Fung, maker at Lion Rock", "maker@lionrock.test"),
        ("Rita Ng, checker at Lion Rock", "checker@lionrock.test"),
        ("Ivan Lo, maker at Jade Gate Bank", "bank.maker@jadegate.test"),
        ("Iris Tang, checker at Jade Gate Bank", "bank.checker@jadegate.test"),
        ("Edith Shum, processes bank accounts", "proc.cco@exchange.test"),
        ("Eric Tam, approves bank accounts", "appr.cco@exchange.test"),
        ("Alan Kan, processes contact persons", "proc.cps@exchange.test"),
        ("Ada Lau, delegated administrator of Harbour Bright", "ccda1@harbourbright.test"),
        ("Agnes Wu, administrator of the exchange", "admin@exchange.test"),
        ("Olive Ma, operations", "ops1@exchange.test"),
        ("Oscar Ting, operations", "ops2@exchange.test"),
        ("Audrey Szeto, auditor", "auditor@exchange.test"),
    ]
    return [(who, email, DEMO_PASSWORD) for who, email in cast]


def _seed_firm(connection: Connection, portal: Portal, firm: Firm, kept: str) -> None:
    company = people.add_company(connection, firm.code, firm.name_en, firm.name_zh)
    for kind, participant in firm.memberships:
        people.add_membership(connection, company, kind, participant)
    own = people.memberships_of(connection, company)
    for somebody in firm.people:
        person = _add(connection, portal, company, firm.domain, somebody, kept)
        people.grant(connection, person, _entitled(own, somebody.does))
    seats.grant_special(connection, company)


def _seed_exchange(connection: Connection, portal: Portal, kept: str) -> None:
    name = portal.settings.exchange_name
    company = people.add_company(connection, "HKEX", name, is_exchange=True)
    for desk, (processor, approver) in DESK_PEOPLE.items():
        for login, somebody, lane in (("proc", processor, "desk_maker"), ("appr", approver, "desk_checker")):
            staff = Somebody(f"{login}.{desk.lower()}", somebody, "staff")
            person = _add(connection, portal, company, EXCHANGE_DOMAIN, staff, kept)
            people.grant(connection, person, [Right(lane, desk)])
    for staff in EXCHANGE_PEOPLE:
        _add(connection, portal, company, EXCHANGE_DOMAIN, staff, kept)


def _seed_registers(connection: Connection, portal: Portal) -> None:
    """What each register holds: a file of its own in the folder `demo`, named as the register."""
    now = portal.clock.now()
    for path in sorted(RECORDS.glob("*.json")):
        for one in json.loads(path.read_text(encoding="utf-8")):
            row = {"register": path.stem, "owner": one["owner"], "key": one.get("key", ""), "record": one["record"]}
            row |= {"reference": one.get("reference"), "effective_on": SET_ON, "set_at": now}
            connection.execute(tables.registers.insert(), row)


def _seed_events(connection: Connection) -> None:
    """Events that were published, and a place for everybody whom the register of enrolments names for them."""
    for one in json.loads((RECORDS / "published" / "events.json").read_text(encoding="utf-8")):
        row = {name: one[name] for name in one if name not in ("starts", "ends", "closes")}
        row |= {f"{name}_at": _hong_kong(one[name]) for name in ("starts", "ends", "closes")}
        opens = date.fromisoformat(one["opens_on"])
        published = datetime.combine(opens, time(9), HONG_KONG)
        events.add(connection, **row | {"opens_on": opens, "published_at": published})
    for held in json.loads((RECORDS / "enrolment.json").read_text(encoding="utf-8")):
        event, owner = events.one(connection, held["key"]), held["owner"]
        if event is None:
            raise ValueError(f"Expected an event {held['key']}, in which {owner} is enrolled, but there is none.")
        at = datetime.strptime(held["reference"][6:14], "%Y%m%d").replace(hour=11, tzinfo=HONG_KONG)
        company = people.participants(connection, [owner], ())[owner].company
        place = {"event_id": event.id, "company_id": company, "participant_id": owner}
        place |= {"reference": held["reference"], "arrived_at": at, "seated_at": at}
        rows = [{name: one[name] or "" for name in ANSWERED} for one in held["record"]["attendees"]]
        attendees.add(connection, [row | place for row in rows])


def _hong_kong(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=HONG_KONG)


def _add(connection: Connection, portal: Portal, company: int, domain: str, somebody: Somebody, kept: str) -> int:
    title = "Delegated administrator" if somebody.kind == "ccda" else "Operations Manager"
    person = people.add_person(
        connection,
        company,
        f"{somebody.login}@{domain}",
        name=somebody.name,
        kind=somebody.kind,
        title=title,
        phone="+85237000000",
        password_hash=kept,
        channel=somebody.channel,
        added_at=portal.clock.now(),
        certified_at=portal.clock.now(),
    )
    people.record(connection, portal.clock.now(), person, "person.added", kind=somebody.kind)
    return person


def _entitled(own: Iterable[Membership], lanes: tuple[str, ...]) -> list[Right]:
    return [
        Right(lane, function.name, membership.id)
        for membership in own
        for function in functions.granted_for(membership.kind)
        for lane in lanes
    ]
