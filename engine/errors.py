"""Why something is refused: a class per reason, a stable code, and no word of HTTP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.sentence import say


class Refused(Exception):
    """The rule book says no."""

    code = "refused"


class NotFound(Refused):
    """It does not exist, or this person may not know that it does."""

    code = "not_found"

    def __init__(self, what: object = "it") -> None:
        super().__init__(say("Expected to find {what}, but there is none that you may see.", what=what))


class NoRight(Refused):
    """The person lacks the right for this lane."""

    code = "no_right"

    def __init__(self, lane: str, holder: str) -> None:
        super().__init__(
            say("Expected the right {lane} for {holder}, but you do not hold it.", lane=lane, holder=holder)
        )
        self.lane = lane
        self.holder = holder


class FourEyes(Refused):
    """Somebody would check their own work."""

    code = "four_eyes"

    def __init__(self, person: int, absent: str = "") -> None:
        super().__init__(
            say(
                "Expected a second pair of eyes, but {absent}, for whom you stand in, prepared this request.",
                absent=absent,
            )
            if absent
            else say("Expected a second pair of eyes, but you prepared this request yourself.")
        )
        self.person = person


class StandInOver(Refused):
    """Somebody acts for a colleague for whom they do not stand in any more."""

    code = "stand_in_over"

    def __init__(self, absent: str) -> None:
        super().__init__(f"Expected you to stand in for {absent}, but that is over. Nothing was changed.")


class TaskNotOpen(Refused):
    """The task was completed, cancelled or never existed."""

    code = "task_not_open"

    def __init__(self, key: str) -> None:
        super().__init__(say("Expected the task {key} to be open, but it is not.", key=key))
        self.key = key


class StalePage(Refused):
    """The case has moved on since the page was shown."""

    code = "stale_page"

    def __init__(self, seen: int, now: int) -> None:
        super().__init__(say("Expected version {seen} of the request, but it is at version {now}.", seen=seen, now=now))


class KeyReused(Refused):
    """One idempotency key came with two different requests."""

    code = "key_reused"

    def __init__(self) -> None:
        super().__init__(say("Expected a fresh action token, but this one was used for a different action."))


class CaseEnded(Refused):
    """Nothing changes a case that has ended."""

    code = "case_ended"

    def __init__(self, reference: str, status: str) -> None:
        super().__init__(
            say(
                "Expected request {reference} to be open, but it has ended as {status}.",
                reference=reference,
                status=status,
            )
        )


class NoWayOut(Refused):
    """The drawing offers no such way out now."""

    code = "no_way_out"

    def __init__(self, name: str, status: str) -> None:
        super().__init__(
            say(
                "Expected to {name} the request, but that is not possible while it is {status}.",
                name=name,
                status=status,
            )
        )


class ReasonMissing(Refused):
    """This needs a reason."""

    code = "reason_missing"

    def __init__(self, name: str) -> None:
        super().__init__(
            say("Expected a reason of at least 5 characters to {name} the request, but there is none.", name=name)
        )


class NoSuchParty(Refused):
    """A request names a company that does not take part here, or the firm itself."""

    code = "no_such_party"

    def __init__(self, participant: str, kinds: Sequence[str] = ()) -> None:
        what = f"with the membership {' or '.join(kinds)}" if kinds else "that takes part here"
        said = participant or "none"
        super().__init__(
            say(
                "Expected another company {what}, but {said} is none now: return the request and choose another.",
                what=what,
                said=said,
            )
        )


class NobodyCanCheck(Refused):
    """A submit would lead nowhere: nobody holds the next right."""

    code = "nobody_can_check"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class ServiceClosed(Refused):
    """No eService is provided during maintenance."""

    code = "service_closed"

    def __init__(self, until: object) -> None:
        super().__init__(
            say("Expected the service to be open, but it is under maintenance until {until}.", until=until)
        )
        self.until = until


class WrongAnswers(Refused):
    """The answers do not fit the form."""

    code = "wrong_answers"

    def __init__(self, fields: Mapping[str, Sequence[str]]) -> None:
        super().__init__(
            say(
                "Expected answers that fit the form, but {number} do not: {value}.",
                number=len(fields),
                value=", ".join(sorted(fields)),
            )
        )
        self.fields = {key: list(sentences) for key, sentences in fields.items()}


class UnknownFields(Refused):
    """The answers name fields that the form does not ask for, or may not be changed."""

    code = "unknown_fields"

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(say("Expected only fields of the form, but got {value}.", value=", ".join(sorted(names))))
        self.names = tuple(sorted(names))


class WarningsOpen(Refused):
    """Warnings wait for a person to confirm them."""

    code = "warnings_open"

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__(
            say("Expected every warning to be confirmed, but {value} is not.", value=", ".join(sorted(fields)))
        )
        self.fields = dict(fields)


class BadExpression(Refused):
    """An expression is outside the language, or failed on its values."""

    code = "bad_expression"


class BadDrawing(Refused):
    """A drawing cannot be run exactly as it is drawn."""

    code = "bad_drawing"


class BadForm(Refused):
    """A form cannot be shown or checked."""

    code = "bad_form"


class BadState(Refused):
    """A saved state was changed or is of another time."""

    code = "bad_state"


class RunAway(Refused):
    """The drawing took too many automatic steps in one go."""

    code = "run_away"

    def __init__(self, budget: int) -> None:
        super().__init__(say("Expected at most {budget} automatic steps, but the drawing wants more.", budget=budget))


class ServiceFailed(Refused):
    """An automatic step failed."""

    code = "service_failed"
