"""DT021, HKATS risk functions: limits are set by whoever clears."""

import pytest

from tests.catalogue.filing import drafted, ended, prefilled, record, wrong
from tests.commands.office import APPROVE, FORWARD

GROUP = {
    "action": "CREATE_PTLG",
    "ptlg_name": "NEW_GROUP",
    "max_order_size": "60",
    "risk_limit_managers.0.name": "Nora Yim",
    "risk_limit_managers.0.email": "nora.yim@lionrock.test",
    "risk_limit_managers.0.phone": "+85237001001",
    "effective_date": "2026-11-26",
    "declare_true": "yes",
    "pics_ack": "yes",
}
LION = {**GROUP, "trading_units": "LR1"}
HARBOUR = {**GROUP, "trading_units": "HB1\nHB2"}
LIMITS = {"answer": "agree", "max_order_size": "50", "max_order_rate": "20", "max_intraday_exposure": "500"}
AGREE = {"decision": "agree"}


@pytest.mark.parametrize(("who", "clears"), [("mia", ("SELF_CLEARING", None)), ("leo", ("NCP", "H00789"))])
def test_the_register_says_who_clears(office, who, clears):
    known = prefilled(office, drafted(office, "DT021", who))
    assert (known["ep_type"], known["gcp"]) == clears


def test_a_firm_that_clears_for_itself_enters_every_limit(office):
    assert wrong(office, drafted(office, "DT021", "mia"), "mia", HARBOUR) == ["max_intraday_exposure", "max_order_rate"]


def test_the_limits_of_a_non_clearing_participant_are_those_of_its_clearing_participant(office):
    reference = drafted(office, "DT021", "leo")
    people = ("leo", LION), ("rita", APPROVE), ("gary", LIMITS), ("gina", AGREE), ("daisy", FORWARD), ("david", APPROVE)
    ended(office, reference, *people)
    kept = record(office, "ptrm_group", "F00456", "NEW_GROUP")
    assert (kept["max_order_size"], kept["max_order_rate"], kept["limits_by"]) == ("50", "20", "H00789")


def test_the_clearing_participant_answers_for_every_limit(office):
    reference = drafted(office, "DT021", "leo")
    ended(office, reference, ("leo", LION), ("rita", APPROVE))
    assert wrong(office, reference, "gary", {**LIMITS, "max_order_rate": ""}) == ["max_order_rate"]


def test_nobody_else_is_asked_when_the_firm_clears_for_itself(office):
    reference = drafted(office, "DT021", "mia")
    limits = {"max_order_rate": "20", "max_intraday_exposure": "800"}
    assert ended(office, reference, ("mia", {**HARBOUR, **limits}), ("chen", APPROVE)) == "PENDING_HKEX"


def test_a_group_that_was_removed_is_gone(office):
    reference = drafted(office, "DT021", "mia")
    removal = {**GROUP, "action": "REMOVE_PTLG", "ptlg": "HBS_INDEX"}
    del removal["ptlg_name"]
    ended(office, reference, ("mia", removal), ("chen", APPROVE), ("daisy", FORWARD), ("david", APPROVE))
    assert record(office, "ptrm_group", "F00123", "HBS_INDEX") is None


def test_lists_say_in_words_what_is_asked(office):
    reference = drafted(office, "DT021", "leo")
    ended(office, reference, ("leo", LION))
    assert office.case(reference).about == "Create a group: NEW_GROUP"
