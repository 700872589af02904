"""The language in which somebody reads the portal and its mails, chosen by themselves."""

from __future__ import annotations

from app.commands import administration
from app.commands.administration import Whom
from app.commands.portal import Portal
from app.commands.signing import own_acts, proving
from app.commands.signing.tries import Origin
from app.languages import LANGUAGES
from app.store import people
from app.store.database import Connection
from app.store.signins import Signin
from engine.errors import Refused
from engine.people import Person

ACTION = "language.chosen"


class NoLanguage(Refused):
    """The portal does not speak that language."""

    code = "no_language"

    def __init__(self) -> None:
        super().__init__(f"Expected one of {', '.join(LANGUAGES.values())}, but got another language: choose one.")


def choose(portal: Portal, signin: Signin, language: str, origin: Origin) -> bool:
    """Keep the language; false when it is as it was.

    Raises `NoLanguage`, `SignInOver`.
    """
    if language not in LANGUAGES:
        raise NoLanguage
    with portal.database.write() as connection:
        own_acts.hold(connection, signin.person)
        proving.require_going_on(connection, signin)
        if people.language_of(connection, signin.person.id) == language:
            return False
        people.choose_language(connection, signin.person.id, language)
        _note(connection, portal, signin.person, origin, language)
        return True


def _note(connection: Connection, portal: Portal, person: Person, origin: Origin, language: str) -> None:
    """Record and seal it; nobody is mailed about what does no harm."""
    people.record(connection, portal.clock.now(), person.id, ACTION, address=origin.address, language=language)
    by, whom = administration.doer(person, origin.address), Whom(person.id, person.name, person.email)
    administration.seal_change(connection, portal, person.company, by, ACTION, whom, language=language)
