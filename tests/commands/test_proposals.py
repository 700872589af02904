"""Ways out that somebody else confirms: asked for, answered once, taken back, or dropped when the request moves on."""

import pytest

from app.commands.requests.cases import AlreadyProposed
from engine import errors
from engine.people import Right
from tests.commands.office import FORWARD, race
from tests.commands.refusing import SATURDAY_NINE, refused
from tests.commands.telling import told

REASON = "Entered for the wrong firm"
MIA = "mia.maker@harbourbright.test"
BY_DESK = {"decision": "return", "comment": "Please choose the later date"}


@pytest.fixture
def asked(either_office):
    """A request in the desk's hand whose maker has asked to withdraw it."""
    reference = either_office.processed()
    either_office.leave(reference, "withdraw", "mia", REASON)
    return reference


def test_the_desk_confirms_and_the_request_is_withdrawn(either_office, asked):
    either_office.answer(asked, "withdraw", "karen", accept=True)
    entry = either_office.trail(asked)[-1].entry
    assert (either_office.status(asked), entry["facts"]["proposed_by"]) == ("WITHDRAWN", either_office.number("mia"))


def test_a_declined_request_goes_on_and_whoever_asked_hears(either_office, asked):
    decline = lambda: either_office.answer(asked, "withdraw", "kelvin", accept=False, comment="Nearly done")  # noqa: E731
    assert told(either_office, "way_out.declined", decline) == [MIA]
    assert either_office.actions(asked)[-1] == ("way_out.declined", "withdraw")
    assert (either_office.case(asked).proposed, either_office.accept(asked)) == ([], asked)


def test_what_was_declined_may_be_asked_again(either_office, asked):
    either_office.answer(asked, "withdraw", "kelvin", accept=False, comment="Nearly done")
    either_office.leave(asked, "withdraw", "mia", REASON)
    assert len(either_office.case(asked).proposed) == 1


def test_it_is_asked_once(either_office, asked):
    for who in ("mia", "chen"):
        with refused(either_office, AlreadyProposed):
            either_office.leave(asked, "withdraw", who, REASON)


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("mia", errors.NoRight),
        ("chen", errors.NoRight),
        ("olive", errors.NoRight),
        ("daisy", errors.NotFound),
        ("edith", errors.NotFound),
        ("rita", errors.NotFound),
    ],
)
@pytest.mark.parametrize("accept", [True, False])
def test_only_the_desk_that_has_it_answers(office, who, reason, accept):
    reference = office.processed()
    office.leave(reference, "withdraw", "mia", REASON)
    with refused(office, reason):
        office.answer(reference, "withdraw", who, accept=accept, comment="Nearly done")


def test_nobody_confirms_what_they_have_asked_for(either_office, asked):
    either_office.grant("mia", Right("desk_maker", "CTO"))
    with refused(either_office, errors.FourEyes):
        either_office.answer(asked, "withdraw", "mia", accept=True)


def test_declining_wants_a_comment(either_office, asked):
    with refused(either_office, errors.ReasonMissing):
        either_office.answer(asked, "withdraw", "kelvin", accept=False, comment="no")


def test_a_stale_page_answers_nothing(either_office, asked):
    seen = either_office.version(asked) - 1
    with refused(either_office, errors.StalePage):
        either_office.answer(asked, "withdraw", "kelvin", accept=True, version=seen)


def test_whoever_asked_takes_it_back(either_office, asked):
    either_office.take_back(asked, "withdraw", "mia")
    assert (either_office.case(asked).proposed, either_office.actions(asked)[-1][0]) == ([], "way_out.taken_back")


@pytest.mark.parametrize("who", ["bo", "chen", "kelvin"])
def test_nobody_else_takes_it_back(office, who):
    reference = office.processed()
    office.leave(reference, "withdraw", "mia", REASON)
    with refused(office, errors.NoRight):
        office.take_back(reference, "withdraw", who)


def test_what_was_taken_back_is_not_confirmed(either_office, asked):
    either_office.take_back(asked, "withdraw", "mia")
    with refused(either_office, errors.NoWayOut):
        either_office.answer(asked, "withdraw", "kelvin", accept=True)


def test_it_is_dropped_when_the_request_moves_on(either_office, asked):
    either_office.complete(asked, "kelvin", BY_DESK)
    assert either_office.case(asked).proposed == []
    with refused(either_office, errors.NoWayOut):
        either_office.answer(asked, "withdraw", "karen", accept=True)


def test_it_stays_while_the_desk_works_on(either_office):
    reference = either_office.sent()
    either_office.claim(reference, "karen")
    either_office.leave(reference, "withdraw", "mia", REASON)
    either_office.complete(reference, "karen", FORWARD)
    assert len(either_office.case(reference).proposed) == 1


def test_an_abort_that_was_asked_for_stays_when_the_request_moves_on(either_office):
    reference = either_office.submitted()
    either_office.leave(reference, "abort", "olive", REASON)
    either_office.approve(reference)
    either_office.answer(reference, "abort", "oscar", accept=True)
    assert either_office.status(reference) == "ABORTED"


def test_what_was_asked_for_cannot_be_confirmed_once_the_request_has_ended(either_office, asked):
    either_office.accept(asked)
    with refused(either_office, errors.CaseEnded):
        either_office.answer(asked, "withdraw", "karen", accept=True)


def test_what_nobody_asked_for_is_not_confirmed(office):
    reference = office.processed()
    with refused(office, errors.NoWayOut):
        office.answer(reference, "withdraw", "kelvin", accept=True)


def test_nothing_is_answered_or_taken_back_during_maintenance(either_office, asked):
    either_office.clock.move(**SATURDAY_NINE)
    with refused(either_office, errors.ServiceClosed):
        either_office.answer(asked, "withdraw", "kelvin", accept=True)
    with refused(either_office, errors.ServiceClosed):
        either_office.take_back(asked, "withdraw", "mia")


def test_two_operators_who_ask_at_once_have_asked_once(either_office):
    reference = either_office.submitted()
    seen = either_office.version(reference)
    results = race(
        lambda: either_office.leave(reference, "abort", "olive", REASON, version=seen),
        lambda: either_office.leave(reference, "abort", "oscar", REASON, version=seen),
    )
    assert sorted(type(one).__name__ for one in results) == ["StalePage", "str"]
    assert len(either_office.case(reference).proposed) == 1


def test_of_two_answers_at_once_one_counts(either_office):
    for _ in range(5):
        reference = either_office.processed()
        either_office.leave(reference, "withdraw", "mia", REASON)
        seen = either_office.version(reference)
        yes, no = race(
            lambda reference=reference, seen=seen: either_office.answer(
                reference, "withdraw", "karen", accept=True, version=seen
            ),
            lambda reference=reference, seen=seen: either_office.answer(
                reference, "withdraw", "kelvin", accept=False, comment="Nearly done", version=seen
            ),
        )
        assert either_office.status(reference) == ("WITHDRAWN" if yes == reference else "PENDING_HKEX")
        assert sorted(isinstance(one, errors.Refused) for one in (yes, no)) == [False, True]


def test_of_a_confirmation_and_an_approval_at_once_one_counts(either_office):
    for _ in range(5):
        reference = either_office.processed()
        either_office.leave(reference, "withdraw", "mia", REASON)
        seen = either_office.version(reference)
        left, approved = race(
            lambda reference=reference, seen=seen: either_office.answer(
                reference, "withdraw", "karen", accept=True, version=seen
            ),
            either_office.page(reference, "kelvin", {"decision": "approve"}),
        )
        assert either_office.status(reference) == ("WITHDRAWN" if left == reference else "COMPLETED")
        assert sorted(isinstance(one, errors.Refused) for one in (left, approved)) == [False, True]
