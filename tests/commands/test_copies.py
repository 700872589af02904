"""A new request like an earlier one: what is copied, who may copy, and what its trail says of it."""

import json

import pytest

from app.commands.requests import copies
from app.retold import retell
from app.store import answered
from engine import errors
from engine.people import Right
from tests.commands import accounts
from tests.commands.office import _files
from tests.commands.refusing import SATURDAY_NINE, refused

FORM = "forms/CT027.form"


def copied(office, reference, who="mia", key=""):
    """The reference of a new request like this one."""
    return copies.open_like(office.portal, reference, office.by(who, key))


def draft(office, reference):
    """What stands in its form."""
    with office.portal.database.read() as connection:
        return answered.draft(connection, office.case(reference).id, "submit").answers


def opening(office, reference):
    """The facts of the first entry of its trail."""
    return office.trail(reference)[0].entry["facts"]


def released(office, change):
    """CT027 deployed anew with another form."""
    asked = json.loads(_files("CT027")[FORM])
    change({part["key"]: part for group in asked["components"] for part in group["components"]}, asked)
    office.deploy("CT027", {FORM: json.dumps(asked).encode()})


# --- what is copied ---------------------------------------------------------------------------------------------------
def test_a_copy_begins_with_the_newest_answers(either_office):
    reference = either_office.submitted()
    either_office.give_back(reference)
    either_office.submit(reference, limit_hkd="45,000,000", remarks="As agreed")
    kept = draft(either_office, copied(either_office, reference))
    assert (kept["limit_hkd"], kept["remarks"], kept["approving_ro"]) == ("45,000,000", "As agreed", "AMB404")


def test_what_was_saved_after_the_last_submission_is_not_copied(office):
    reference = office.submitted()
    office.give_back(reference)
    office.save(reference, limit_hkd="46,000,000")
    assert draft(office, copied(office, reference))["limit_hkd"] == "50,000,000"


def test_a_copy_has_a_reference_and_a_first_day_of_its_own(office):
    reference = office.completed()
    office.clock.move(days=1)
    new = office.case(copied(office, reference))
    assert (new.reference, new.status, new.opened_at) == ("CT027-20261124-000001", "DRAFT", office.clock.now())


def test_ticks_that_somebody_has_to_give_are_given_anew(office):
    new = copied(office, office.submitted())
    kept = draft(office, new)
    assert [kept.get(key, "") for key in ("declare_true", "pics_ack", "notional_check_applied")] == ["", "", ""]
    assert opening(office, new)["again"] == ["notional_check_applied", "declare_true", "pics_ack"]


def test_a_day_that_is_too_early_by_now_is_chosen_anew(office):
    reference = office.completed()
    office.clock.move(days=14)
    new = copied(office, reference)
    assert (draft(office, new)["effective_date"], "effective_date" in opening(office, new)["again"]) == ("", True)


def test_a_day_that_still_holds_is_kept(office):
    reference = office.submitted()
    assert draft(office, copied(office, reference))["effective_date"] == "2026-11-27"


def test_a_confirmed_warning_is_confirmed_anew(office):
    reference = office.submit(office.open_draft(), limit_hkd="900,000,000", **{"limit_hkd.confirmed": "yes"})
    kept = draft(office, copied(office, reference))
    assert (kept["limit_hkd"], [name for name in kept if name.endswith("confirmed")]) == ("900,000,000", [])


def test_a_read_only_value_comes_from_the_register_of_today(office):
    reference = office.completed()
    office.clock.move(days=14)
    new = copied(office, reference)
    assert "current_limit_hkd" not in draft(office, new)
    office.submit(new, limit_hkd="60,000,000", effective_date="2026-12-28")
    assert office.rows("answers", case_id=office.case(new).id)[-1].answers["current_limit_hkd"] == "50000000"


def test_a_copy_that_is_completed_by_its_draft_alone_is_submitted(office):
    new = copied(office, office.submitted())
    office.save(new, **{**draft(office, new), "declare_true": "yes", "pics_ack": "yes"})
    office.complete(new, "mia", None)
    assert office.status(new) == "PENDING_CHECKER"


def test_files_are_not_copied(office):
    reference = accounts.at_bank(office)
    new = copied(office, reference)
    assert office.rows("files", case_id=office.case(new).id) == []
    assert "signed_dda" in opening(office, new)["again"]


# --- an older release -------------------------------------------------------------------------------------------------
def test_a_copy_is_of_the_newest_release(office):
    reference = office.submitted()
    released(office, lambda parts, _asked: parts["remarks"].update(label="Anything else"))
    assert office.case(copied(office, reference)).release != office.case(reference).release


def test_an_answer_that_nobody_asks_for_any_more_is_dropped(office):
    reference = office.submit(office.open_draft(), remarks="As agreed")
    released(office, lambda parts, _asked: parts["remarks"].update(key="more"))
    new = copied(office, reference)
    assert [name for name in draft(office, new) if name in ("remarks", "more")] == []
    assert "remarks" not in opening(office, new)["again"]


def test_a_choice_that_is_not_offered_any_more_is_made_anew(office):
    reference = office.submitted()
    released(office, lambda parts, _asked: parts["scope"]["values"][0].update(value="WHOLE_FIRM"))
    new = copied(office, reference)
    assert (draft(office, new)["scope"], "scope" in opening(office, new)["again"]) == ("", True)


def test_a_text_that_became_a_number_is_typed_anew(office):
    reference = office.submit(office.open_draft(), remarks="As agreed")
    released(office, lambda parts, _asked: parts["remarks"].update(type="number"))
    new = copied(office, reference)
    assert (draft(office, new)["remarks"], "remarks" in opening(office, new)["again"]) == ("", True)


def test_an_answer_that_became_read_only_is_not_copied(office):
    reference = office.submitted()
    fixed = {"prefill": "register.order_limit.limit_hkd", "read_only": "true"}
    released(office, lambda parts, _asked: parts["limit_hkd"].update(properties=fixed))
    assert "limit_hkd" not in draft(office, copied(office, reference))


def test_a_question_that_is_new_begins_as_in_any_new_draft(office):
    reference = office.submitted()
    new = {"type": "textfield", "key": "team", "label": "Team", "properties": {"prefill": '"Desk A"'}}
    released(office, lambda _parts, asked: asked["components"].append(new))
    assert draft(office, copied(office, reference))["team"] == "Desk A"


# --- who may ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["leo", "rita", "daisy", "carmen"])
def test_for_others_there_is_nothing_to_copy(either_office, who):
    reference = either_office.sent()
    with refused(either_office, errors.NotFound):
        copied(either_office, reference, who)


@pytest.mark.parametrize("who", ["chen", "karen", "kelvin", "olive", "audrey"])
def test_who_reads_a_request_and_makes_none_copies_none(office, who):
    reference = office.sent()
    with refused(office, errors.NoRight):
        copied(office, reference, who)


@pytest.mark.parametrize("who", ["ivan", "iris"])
def test_the_second_company_copies_nothing_of_the_firm(office, who):
    reference = accounts.at_bank(office)
    with refused(office, errors.NoRight):
        copied(office, reference, who)


def test_a_maker_of_another_membership_copies_nothing(office):
    reference = accounts.at_bank(office)
    office.run_sql("DELETE FROM rights WHERE person_id = :id", id=office.number("bo"))
    office.grant("bo", Right("checker", office.case(reference).function, office.case(reference).membership_id))
    office.grant("bo", Right("maker", office.case(reference).function, accounts.seat_of(office, "bo", "SEHK-EP")))
    with refused(office, errors.NoRight):
        copied(office, reference, "bo")


def test_a_membership_that_has_ended_files_no_copies(office):
    reference = office.completed()
    office.run_sql("UPDATE memberships SET ended_at = :at", at=office.clock.now())
    with refused(office, errors.NoRight):
        copied(office, reference)


def test_a_request_that_was_never_submitted_is_not_copied(office):
    reference = office.open_draft()
    office.save(reference)
    with refused(office, copies.NeverFilled):
        copied(office, reference)


@pytest.mark.parametrize("reference", ["CT027-20261123-000009", "", "x" * 300, "CT027%"])
def test_a_request_that_does_not_exist_is_not_copied(office, reference):
    with refused(office, errors.NotFound):
        copied(office, reference)


def test_nothing_is_copied_during_maintenance(office):
    reference = office.submitted()
    office.clock.move(**SATURDAY_NINE)
    with refused(office, errors.ServiceClosed):
        copied(office, reference)


# --- once -------------------------------------------------------------------------------------------------------------
def test_pressed_twice_a_copy_is_opened_once(either_office):
    reference = either_office.submitted()
    assert copied(either_office, reference, key="k1") == copied(either_office, reference, key="k1")
    assert len(either_office.rows("cases")) == 2


def test_the_token_of_one_copy_is_none_for_another(office):
    first, second = office.submitted(), office.submitted()
    copied(office, first, key="k1")
    with refused(office, errors.KeyReused):
        copied(office, second, key="k1")


# --- the trail --------------------------------------------------------------------------------------------------------
def test_the_trail_says_from_which_request_it_was_copied(office):
    reference = office.submitted()
    new = copied(office, reference)
    assert (opening(office, new)["like"], office.is_whole(new)) == (reference, True)


def test_a_copy_is_submitted_and_runs_again_from_its_trail(either_office):
    new = copied(either_office, either_office.completed())
    either_office.submit(new, limit_hkd="45,000,000")
    assert retell(either_office.portal, either_office.approve(new), print)


def test_the_earlier_request_stays_as_it_was(office):
    reference = office.completed()
    before = office.case(reference), office.trail(reference)
    copied(office, reference)
    assert (office.case(reference), office.trail(reference)) == before


def test_a_copy_is_copied_again(office):
    new = office.submit(copied(office, office.submitted()))
    assert opening(office, copied(office, new))["like"] == new
