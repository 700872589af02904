"""How tests sign in: a portal with one invented person, and their mails."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pyotp
from sqlalchemy import select

from app.commands import administration as administrations
from app.commands import letters
from app.commands.portal import Keys, Portal
from app.commands.signing import factors, forgotten, links, passwords, signin
from app.commands.signing.signin_letters import signin_letter
from app.commands.signing.tries import Origin
from app.config import Settings
from app.outside.blobs import open_blobs
from app.outside.clock import StillClock
from app.store import administration, people, tables
from app.store.database import connect
from app.store.signins import Signin

EMAIL = "mia.maker@harbourbright.test"
PASSWORD = "star-ferry-at-noon"
HASH = passwords.hash_password(PASSWORD)
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
MONDAY = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
HOME = Origin("203.0.113.7", "Tests")


def still_portal(url: str, root: Path, **settings) -> Portal:
    """A portal whose clock stands still, over a migrated database."""
    chosen = Settings(root=root, database_url=url, **{"demo": True, **settings})
    return Portal(connect(url), StillClock(MONDAY), Keys(chosen.secret_key), chosen, open_blobs("memory:"))


def add_person(portal: Portal, email: str = EMAIL, **particulars) -> int:
    """Add a person of a company of their own; by default with a password and codes by e-mail."""
    chosen = {"name": "Mia Chan", "kind": "business", "password_hash": HASH, "channel": "email"} | particulars
    with portal.database.write() as connection:
        company = people.add_company(connection, f"CP{email[:8]}", "Harbour Bright Securities Limited")
        person = people.add_person(connection, company, email, **chosen)
        if chosen["channel"] == "app":
            sealed = factors.seal(portal, SECRET, f"person:{person}")
            connection.execute(tables.people.update().values(app_secret=sealed).where(tables.people.c.id == person))
    return person


def person_row(portal: Portal, person: int):
    """The person as stored."""
    with portal.database.read() as connection:
        return connection.execute(select(tables.people).where(tables.people.c.id == person)).one()


def change_person(portal: Portal, person: int, **values) -> None:
    """Change the person as an administrator would."""
    with portal.database.write() as connection:
        connection.execute(tables.people.update().values(values).where(tables.people.c.id == person))


def half(portal: Portal, email: str = EMAIL) -> Signin:
    """A sign-in after the right password."""
    return seen(portal, signin.enter_password(portal, email, PASSWORD, HOME))


def full(portal: Portal, email: str = EMAIL) -> str:
    """The cookie of a sign-in after password and mailed code."""
    return signin.enter_code(portal, half(portal, email), mailed_code(portal), HOME)


def seen(portal: Portal, token: str) -> Signin:
    """The open sign-in of a cookie."""
    found = signin.visit(portal, token, active=True)
    assert found is not None
    return found


def app_code(portal: Portal, steps: int = 0, secret: str = SECRET) -> str:
    """What an authenticator shows, some steps of 30 seconds away from now."""
    return pyotp.TOTP(secret).at(portal.clock.now(), counter_offset=steps)


def promised(portal: Portal, template: str) -> list[dict]:
    """The mails promised so far, oldest first."""
    with portal.database.read() as connection:
        payloads = connection.scalars(select(tables.jobs.c.payload).order_by(tables.jobs.c.id)).all()
    return [payload for payload in payloads if payload["template"] == template]


def mailed_code(portal: Portal) -> str:
    """The newest code in the mail."""
    _, text = signin_letter(portal, promised(portal, "signin_code")[-1])
    return text.split()[0]


def mailed_token(portal: Portal, template: str = "account_reset") -> str:
    """The token of the newest link in the mail."""
    _, text = letters.written(portal, promised(portal, template)[-1])
    return text.split("/sign-in/link/")[1].split()[0]


def answer_askers(portal: Portal) -> None:
    """Do what a worker does for those who have asked for a link."""
    waiting = (tables.jobs.c.kind == forgotten.ASKED, tables.jobs.c.state == "waiting")
    with portal.database.read() as connection:
        payloads = connection.scalars(select(tables.jobs.c.payload).where(*waiting).order_by(tables.jobs.c.id)).all()
    for payload in payloads:
        forgotten.mail_link(portal, payload)
    with portal.database.write() as connection:
        connection.execute(tables.jobs.update().where(*waiting).values(state="done", payload={"template": "done"}))


def given_link(portal: Portal, person: int, purpose: str = links.RESET) -> str:
    """The token of a link that was just made for a person."""
    with portal.database.write() as connection:
        links.promise_link(connection, portal, person, person_row(portal, person).email, purpose)
    return mailed_token(portal, f"account_{purpose}")


def sealed_about(portal: Portal, person: int) -> list[tuple[str, str, dict]]:
    """What the administration trail of their company says of a person, oldest first: action, doer and facts."""
    company = person_row(portal, person).company_id
    with portal.database.read() as connection:
        head = administration.head_of(connection, company)
        entries = administration.entries(connection, company)
    assert administrations.fault(portal, head, entries) == ""
    found = [sealed.entry for sealed in reversed(entries) if sealed.entry["subject"]["id"] == person]
    return [(entry["action"], entry["actor"]["name"], entry["facts"]) for entry in found]


def told(portal: Portal, template: str) -> tuple[str, str]:
    """Address and text of the newest mail of that kind."""
    payload = promised(portal, template)[-1]
    return payload["to"], letters.written(portal, payload)[1]


def actions_of(portal: Portal, person: int) -> list[str]:
    """What the trail of people says of a person, oldest first."""
    with portal.database.read() as connection:
        return [action for action, _ in people.trail_of(connection, person)]


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


def at_once(times: int, act) -> list:
    """What `act` returns or raises when that many threads call it at the same moment."""
    start = Barrier(times)

    def one(_: int):
        start.wait()
        try:
            return act()
        except Exception as error:  # the race's losers are the result
            return error

    with ThreadPoolExecutor(times) as threads:
        return list(threads.map(one, range(times)))
