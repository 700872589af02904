"""Why a sign-in, a code or a password is refused."""

from __future__ import annotations

from engine.errors import Refused
from engine.sentence import say


class SignInFailed(Refused):
    """No such account, wrong password, locked or inactive: nobody learns which."""

    code = "sign_in_failed"

    def __init__(self) -> None:
        super().__init__(say("Expected the e-mail address and password of an open account, but they are not."))


class SignInOver(Refused):
    """The sign-in was finished, given up or took too long."""

    code = "sign_in_over"

    def __init__(self) -> None:
        super().__init__(say("Expected a sign-in that waits for this step, but it has ended."))


class WrongCode(Refused):
    """The code is wrong, used or too old."""

    code = "wrong_code"

    def __init__(self) -> None:
        super().__init__(say("Expected the newest unused code, but this one is not."))


class WrongPassword(Refused):
    """Somebody who is signed in gave another password than theirs."""

    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__(say("Expected the password of this account, but it is another."))


class ChangeOver(Refused):
    """No change of the channel was begun in this sign-in, or it took too long."""

    code = "change_over"

    def __init__(self) -> None:
        super().__init__(say("Expected a change that was begun within the last 10 minutes, but there is none."))


class PasskeyRefused(Refused):
    """What an authenticator has made or signed does not hold, was used before or came too late."""

    code = "passkey_refused"

    def __init__(self) -> None:
        super().__init__(
            say("Expected a passkey of this account that answers what was asked just now, but it does not.")
        )


class AccountLocked(Refused):
    """Too many wrong passwords or codes."""

    code = "account_locked"

    def __init__(self) -> None:
        super().__init__(say("Expected an open account, but it is locked after too many wrong passwords or codes."))


class CodeTooSoon(Refused):
    """The last code was mailed a moment ago."""

    code = "code_too_soon"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            say("Expected {seconds} more seconds to pass before a new code, but they have not.", seconds=seconds)
        )
        self.seconds = seconds


class CodesSpent(Refused):
    """This sign-in has had all its codes, or gets none by mail."""

    code = "codes_spent"

    def __init__(self) -> None:
        super().__init__(say("Expected a sign-in that may have one more code by mail, but it may not."))


class CannotUnlock(Refused):
    """No such account, or one that is not locked."""

    code = "cannot_unlock"


class WeakPassword(Refused):
    """The password is too easy to guess."""

    code = "weak_password"


class LinkOver(Refused):
    """The link was used, is too old, was replaced by a newer one or never existed: nobody learns which."""

    code = "link_over"

    def __init__(self) -> None:
        super().__init__(say("Expected the newest link, unused and in time, but this one is not."))
