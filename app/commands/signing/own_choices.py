"""How somebody wants to hear of requests, chosen by themselves; what concerns their account is always mailed."""

from __future__ import annotations

from collections.abc import Mapping

from app.commands.portal import Portal
from app.commands.signing import own_acts, proving
from app.commands.signing.tries import Origin
from app.store import choices
from app.store.signins import Signin
from engine.errors import Refused


class WrongChoice(Refused):
    """A way was chosen that there is not, or none."""

    code = "wrong_choice"

    def __init__(self, letters: str) -> None:
        super().__init__(f"Expected mail, digest or portal for {letters}, but got none of them: choose one.")
        self.letters = letters


def choose_ways(portal: Portal, signin: Signin, ways: Mapping[str, str], origin: Origin) -> bool:
    """Keep the way for each group of letters; false when they are as they were.

    Raises `WrongChoice`, `SignInOver`.
    """
    chosen = {letters: ways.get(letters, "") for letters in choices.LETTERS}
    for letters, way in chosen.items():
        if way not in choices.WAYS:
            raise WrongChoice(letters)
    with portal.database.write() as connection:
        own_acts.hold(connection, signin.person)
        proving.require_going_on(connection, signin)
        if choices.of_person(connection, signin.person.id) == chosen:
            return False
        choices.choose(connection, signin.person.id, chosen)
        own_acts.note(connection, portal, signin.person, origin, action="letters.chosen", **chosen)
        return True
