"""The office's people at their browsers: each signs in once and then finds their way."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import event

from app import web
from app.commands import letters
from app.commands.portal import Portal
from app.commands.signing import signin
from app.commands.signing.tries import Origin
from app.seed import DEMO_PASSWORD
from app.store import calendars
from app.store.signins import Signin
from app.web.desks import desk_name
from tests.commands.office import PEOPLE, Office
from tests.web.client import Client

HOME = Origin("127.0.0.1", "Tests")


class CompiledOnce(BytecodeCache):
    """Templates as Python has compiled them, kept for the applications that come after."""

    def __init__(self) -> None:
        self._compiled: dict[str, CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket if its template was compiled before."""
        bucket.code = self._compiled.get(bucket.key)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        self._compiled[bucket.key] = bucket.code


COMPILED = CompiledOnce()


class Visitors:
    """The pages of an office, and who reads them."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.app: Flask = web.build(office.portal)
        self.app.testing = True
        self.app.jinja_env.bytecode_cache = COMPILED
        self.app.config["PROPAGATE_EXCEPTIONS"] = False
        self.app.config["SIGN_IN_RATE"] = self.app.config["FAILED_RATE"] = "10000 per minute"

    def __call__(self, who: str) -> Client:
        """A browser in which this person has just signed in, at the dashboard."""
        settings = self.office.portal.settings
        client = Client(self.app, plain_http=settings.plain_http, start="/")
        name, domain = ("sid", "127.0.0.1") if settings.plain_http else ("__Host-sid", "portal.test")
        cookie = cookie_of(self.office, who, promised_code)
        client.raw.set_cookie(name, cookie, domain=domain, secure=not settings.plain_http)
        return client

    def stranger(self) -> Client:
        """A browser in which nobody has signed in."""
        return Client(self.app, plain_http=self.office.portal.settings.plain_http)

    def task(self, reference: str) -> str:
        """The address of a request's open task."""
        return f"/tasks/{self.office.task(reference).id}"

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """What the database is asked in the block; beginning a transaction is not a question."""
        engine, seen = self.office.portal.database.engine, []
        with self.app.app_context():
            desk_name("CTO")  # a process that has answered before knows the desks
        with self.office.portal.database.read() as connection:
            calendars.at(connection, self.office.clock.now())  # and the calendar of this half minute

        def asked(_connection, _cursor, statement, *_rest):
            if not statement.startswith("BEGIN"):
                seen.append(" ".join(statement.split()))

        event.listen(engine, "before_cursor_execute", asked)
        yield seen
        event.remove(engine, "before_cursor_execute", asked)


def cookie_of(office: Office, who: str, mailed_code: Callable[[Office, str], str]) -> str:
    """The cookie of a sign-in of this person, made with password and mailed code."""
    portal, email = office.portal, PEOPLE[who]
    half = _half(portal, email)
    if half.channel is None:
        signin.choose_email(portal, half, HOME)
        half = replace(half, channel="email")
    return signin.enter_code(portal, half, mailed_code(office, email), HOME)


def _half(portal: Portal, email: str) -> Signin:
    found = signin.visit(portal, signin.enter_password(portal, email, DEMO_PASSWORD, HOME), active=True)
    assert found is not None
    return found


def promised_code(office: Office, email: str) -> str:
    """The newest code in a mail that has not been sent yet."""
    payloads = [job.payload for job in office.rows("jobs", kind="mail")]
    newest = [one for one in payloads if one["template"] == "signin_code" and one["to"] == email][-1]
    return re.search(r"\d{6}", letters.written(office.portal, newest)[1])[0]
