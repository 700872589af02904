"""Who may act where: rights, a second pair of eyes, ways out and their reasons."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import rules
from engine.errors import FourEyes, NoRight, ReasonMissing
from engine.people import BARRED_BY, DESK_LANES, LANES, PARTY_LANES, Absent, Person, Right, seat_of
from engine.statuses import STATUSES

FUNCTION, DESK, MEMBERSHIP = "EU_CashTrading", "CTO", 4
MIA = 7

CHECKS = {"checker": "maker", "next_checker": "next_maker", "desk_checker": "desk_maker"}


def person(*rights, kind="business"):
    return Person(MIA, "Mia", kind=kind, rights=frozenset(Right(*right) for right in rights))


def held(lane):
    return (lane, DESK) if lane in DESK_LANES else (seat_of(lane), FUNCTION, MEMBERSHIP)


def holder(lane):
    return DESK if lane in DESK_LANES else FUNCTION


# rights
@pytest.mark.parametrize("lane", sorted(LANES))
def test_who_holds_the_right_may_act(lane):
    assert rules.allow(person(held(lane)), lane, holder(lane), MEMBERSHIP, set()).behalf is None


@pytest.mark.parametrize("lane", sorted(LANES))
def test_who_holds_every_other_right_may_not_act(lane):
    with pytest.raises(NoRight):
        others = {other for other in LANES if seat_of(other) != seat_of(lane)}
        rules.allow(person(*(held(other) for other in others)), lane, holder(lane), MEMBERSHIP, set())


@pytest.mark.parametrize(
    "right",
    [
        ("maker", "EU_Clearing", MEMBERSHIP),
        ("maker", FUNCTION, 5),
        ("maker", FUNCTION, None),
        ("maker", DESK, MEMBERSHIP),
        ("Maker", FUNCTION, MEMBERSHIP),
        ("desk_maker", FUNCTION, MEMBERSHIP),
    ],
)
def test_a_right_for_something_else_is_none(right):
    with pytest.raises(NoRight):
        rules.allow(person(right), "maker", FUNCTION, MEMBERSHIP, set())


@pytest.mark.parametrize(
    ("lane", "grant"), [("next_maker", "maker"), ("next_checker", "checker"), ("broker", "checker")]
)
def test_the_other_company_acts_with_the_grants_of_its_own_membership(lane, grant):
    assert rules.allow(person((grant, FUNCTION, 9)), lane, FUNCTION, 9, set()).behalf is None


@pytest.mark.parametrize(
    ("lane", "grant"), [("next_maker", "checker"), ("next_checker", "maker"), ("broker", "maker"), ("broker", "broker")]
)
def test_the_other_grant_of_the_other_company_is_not_enough(lane, grant):
    with pytest.raises(NoRight):
        rules.allow(person((grant, FUNCTION, 9)), lane, FUNCTION, 9, set())


@pytest.mark.parametrize("lane", sorted(PARTY_LANES))
def test_no_grant_is_called_as_the_lane_of_the_other_company(lane):
    with pytest.raises(NoRight):
        rules.allow(person((lane, FUNCTION, MEMBERSHIP)), lane, FUNCTION, MEMBERSHIP, set())


@pytest.mark.parametrize("lane", sorted(PARTY_LANES))
def test_the_grants_of_the_company_that_files_do_not_reach_into_the_other(lane):
    with pytest.raises(NoRight):
        rules.allow(person(held("maker"), held("checker")), lane, FUNCTION, 9, set())


def test_a_desk_works_for_every_membership():
    assert rules.allow(person(("desk_maker", DESK)), "desk_maker", DESK, 99, set()).behalf is None


def test_another_desk_may_not_act():
    with pytest.raises(NoRight):
        rules.allow(person(("desk_maker", "DTO")), "desk_maker", DESK, MEMBERSHIP, set())


@pytest.mark.parametrize("kind", ["staff", "ops", "admin", "analyst", "auditor"])
def test_no_kind_of_person_acts_without_a_right(kind):
    with pytest.raises(NoRight):
        rules.allow(person(kind=kind), "desk_checker", DESK, MEMBERSHIP, set())


def test_the_refusal_names_lane_and_function():
    with pytest.raises(NoRight, match="Expected the right checker for EU_CashTrading"):
        rules.allow(person(), "checker", FUNCTION, MEMBERSHIP, set())


# four eyes
@pytest.mark.parametrize(("lane", "prepared"), sorted(CHECKS.items()))
def test_r59_nobody_checks_what_they_prepared(lane, prepared):
    with pytest.raises(FourEyes):
        rules.allow(person(held(lane), held(prepared)), lane, holder(lane), MEMBERSHIP, {(MIA, prepared), (8, lane)})


@pytest.mark.parametrize(("lane", "prepared"), sorted(CHECKS.items()))
def test_what_somebody_else_prepared_may_be_checked(lane, prepared):
    assert rules.allow(person(held(lane)), lane, holder(lane), MEMBERSHIP, {(8, prepared), (MIA, lane)}).behalf is None


@pytest.mark.parametrize("made", ["maker", "next_maker", "broker"])
@pytest.mark.parametrize("lane", ["checker", "next_checker"])
def test_nobody_checks_for_either_company_what_they_made_for_one(lane, made):
    with pytest.raises(FourEyes):
        rules.allow(person(held(lane)), lane, holder(lane), MEMBERSHIP, {(MIA, made)})


def test_a_hand_in_a_company_bars_nobody_from_a_desk():
    did = {(MIA, lane) for lane in LANES - DESK_LANES}
    assert rules.allow(person(held("desk_checker")), "desk_checker", DESK, MEMBERSHIP, did).behalf is None


def test_every_lane_bars_those_whom_it_checks():
    assert all(maker in BARRED_BY[lane] for lane, maker in CHECKS.items())


def test_who_has_checked_may_still_prepare():
    assert rules.allow(person(held("maker")), "maker", FUNCTION, MEMBERSHIP, {(MIA, "checker")}).behalf is None


def test_who_has_prepared_may_prepare_again():
    assert rules.allow(person(held("maker")), "maker", FUNCTION, MEMBERSHIP, [(MIA, "maker")]).behalf is None


def test_the_missing_right_is_told_before_the_missing_eyes():
    with pytest.raises(NoRight):
        rules.allow(person(), "checker", FUNCTION, MEMBERSHIP, {(MIA, "maker")})


def test_the_makers_are_those_who_may_not_check():
    assert rules.makers("checker", [(7, "maker"), (8, "maker"), (9, "checker"), (7, "maker")]) == {7, 8}


def test_nobody_is_kept_from_preparing():
    assert rules.makers("maker", [(7, "maker"), (9, "checker")]) == frozenset()


HANDS = st.sets(st.tuples(st.integers(1, 4), st.sampled_from(sorted(LANES))))


@given(HANDS, st.sampled_from(sorted(LANES)), st.integers(1, 4))
def test_who_is_kept_from_a_lane_is_one_of_its_makers(hands, lane, who):
    assert rules.prepared(Person(who, ""), lane, hands) == (who in rules.makers(lane, hands))


@given(st.lists(st.tuples(st.integers(1, 3), st.sampled_from(sorted(LANES))), max_size=12))
def test_whatever_is_tried_nobody_checks_after_preparing(tries):
    everything = frozenset(Right(*held(lane)) for lane in LANES)
    acts = []
    for who, lane in tries:
        with contextlib.suppress(FourEyes):
            rules.allow(Person(who, "", rights=everything), lane, holder(lane), MEMBERSHIP, acts)
            acts.append((who, lane))
    made = [{(who, maker) for maker in BARRED_BY.get(lane, ())} for who, lane in acts]
    assert not any(barring & set(acts[:place]) for place, barring in enumerate(made))


# ways out
@pytest.mark.parametrize(
    ("who", "rights", "kind", "may"),
    [
        (["maker"], [held("maker")], "business", True),
        (["maker", "checker"], [held("checker")], "business", True),
        (["maker"], [held("checker")], "business", False),
        (["maker"], [("maker", FUNCTION, 5)], "business", False),
        (["desk_checker"], [held("desk_checker")], "staff", True),
        (["desk_checker"], [("desk_checker", "DTO")], "staff", False),
        (["ops"], [], "ops", True),
        (["ops"], [held("desk_maker")], "staff", False),
        (["ops"], [], "admin", False),
        (["maker", "ops"], [], "ops", True),
        (["maker"], [], "ops", False),
        ([], [held("maker")], "ops", False),
    ],
)
def test_a_way_out_is_for_those_it_names(who, rights, kind, may):
    assert rules.may_leave(person(*rights, kind=kind), who, FUNCTION, DESK, MEMBERSHIP) is may


# reasons
@pytest.mark.parametrize("reason", ["", "    ", "no", " abcd ", "\n\n\n\n\n\n", "x" * 1001])
def test_a_required_reason_is_worth_the_name(reason):
    with pytest.raises(ReasonMissing, match="withdraw"):
        rules.require_reason("withdraw", "required", reason)


@pytest.mark.parametrize("reason", ["abcde", "取消本申請", "x" * 1000])
def test_a_reason_of_five_to_a_thousand_characters_will_do(reason):
    assert rules.require_reason("withdraw", "required", reason) is None


@pytest.mark.parametrize("rule", ["optional", "none"])
def test_where_no_reason_is_required_none_is_missed(rule):
    assert rules.require_reason("discard", rule, "") is None


# in hand
CAME = {"seq": 3, "status_from": "PENDING_CHECKER", "status_to": "PENDING_HKEX", "action": "task.completed"}
CAME["actor"] = {"lane": "checker"}


def entry(seq, lane, action="task.completed", came_from="PENDING_HKEX", status="PENDING_HKEX"):
    return {"seq": seq, "status_from": came_from, "status_to": status, "action": action, "actor": {"lane": lane}}


def test_what_a_desk_has_claimed_is_in_hand():
    assert rules.is_in_hand("PENDING_HKEX", [CAME], True)


def test_what_nobody_has_claimed_is_not_in_hand():
    assert not rules.is_in_hand("PENDING_HKEX", [CAME], False)


@pytest.mark.parametrize("lane", sorted(DESK_LANES))
def test_what_a_desk_has_done_a_task_of_is_in_hand(lane):
    assert rules.is_in_hand("PENDING_HKEX", [CAME, entry(4, lane)], False)


@pytest.mark.parametrize("status", sorted(STATUSES.keys() - {"PENDING_HKEX"}))
def test_what_is_not_at_the_exchange_is_not_in_hand(status):
    assert not rules.is_in_hand(status, [CAME, entry(4, "desk_maker")], True)


@pytest.mark.parametrize("action", ["task.claimed", "task.released", "timer.fired", "draft.saved"])
def test_only_a_done_task_counts_once_nobody_claims_it(action):
    assert not rules.is_in_hand("PENDING_HKEX", [CAME, entry(4, "desk_maker", action)], False)


def test_what_a_desk_did_before_a_return_does_not_count_when_it_comes_again():
    returned = entry(5, "desk_maker", status="RETURNED_BY_HKEX")
    again = entry(7, "checker", came_from="PENDING_CHECKER")
    assert not rules.is_in_hand("PENDING_HKEX", [CAME, entry(4, "desk_maker"), returned, again], False)


def test_what_a_desk_did_since_it_came_again_counts():
    again = entry(7, "checker", came_from="PENDING_CHECKER")
    assert rules.is_in_hand("PENDING_HKEX", [CAME, again, entry(8, "desk_checker")], False)


def test_what_the_firm_does_meanwhile_does_not_count():
    assert not rules.is_in_hand("PENDING_HKEX", [CAME, entry(4, "maker")], False)


# standing in for somebody
ALAN, IDA = 8, 9


def absent(number, *rights):
    return Absent(number, {ALAN: "Alan", IDA: "Ida"}[number], frozenset(Right(*right) for right in rights))


def standing_in(*lent, own=()):
    return Person(MIA, "Mia", rights=frozenset(Right(*right) for right in own), lent=lent)


def acted_for(person, lane, hands=frozenset(), claimed_by=None):
    """The number of whoever they would act for; 0 for themselves."""
    acts = rules.allow(person, lane, holder(lane), MEMBERSHIP, hands, claimed_by)
    return acts.behalf.id if acts.behalf else 0


@pytest.mark.parametrize("lane", sorted(LANES))
def test_who_stands_in_acts_for_whoever_is_away(lane):
    assert acted_for(standing_in(absent(ALAN, held(lane))), lane) == ALAN


@pytest.mark.parametrize("lane", sorted(LANES))
def test_who_may_act_themselves_acts_for_nobody_else(lane):
    assert acted_for(standing_in(absent(ALAN, held(lane)), own=[held(lane)]), lane) == 0


def test_who_acts_for_somebody_holds_their_rights_and_no_others():
    person = standing_in(absent(ALAN, held("checker")), own=[held("maker")])
    acts = rules.allow(person, "checker", FUNCTION, MEMBERSHIP, set())
    assert acts.held == {Right(*held("checker"))}


def test_a_right_that_is_not_lent_is_none():
    with pytest.raises(NoRight):
        acted_for(standing_in(absent(ALAN, held("maker"))), "checker")


@pytest.mark.parametrize("lane", sorted(BARRED_BY))
@pytest.mark.parametrize("who", [MIA, ALAN], ids=["the substitute", "whoever is away"])
def test_nobody_checks_in_the_place_of_somebody_what_either_of_the_two_prepared(lane, who):
    with pytest.raises(FourEyes):
        acted_for(standing_in(absent(ALAN, held(lane))), lane, {(who, next(iter(BARRED_BY[lane])))})


def test_an_own_right_is_no_way_around_what_was_prepared_for_oneself():
    with pytest.raises(FourEyes):
        acted_for(standing_in(absent(ALAN, held("checker")), own=[held("checker")]), "checker", {(MIA, "maker")})


def test_what_a_colleague_prepared_is_checked_for_another():
    person = standing_in(absent(ALAN, held("checker")), absent(IDA, held("checker")))
    assert acted_for(person, "checker", {(ALAN, "maker")}) == IDA


def test_what_one_of_them_has_claimed_is_done_for_them():
    person = standing_in(absent(ALAN, held("checker")), absent(IDA, held("checker")))
    assert acted_for(person, "checker", claimed_by=IDA) == IDA


def test_the_refusal_says_whose_work_it_is():
    with pytest.raises(FourEyes, match="Alan, for whom you stand in, prepared this request"):
        acted_for(standing_in(absent(ALAN, held("checker"))), "checker", {(ALAN, "maker")})


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 4), st.sampled_from(sorted(LANES))), max_size=14))
def test_whoever_stands_in_for_whom_no_two_eyes_make_four(tries):
    everything = frozenset(Right(*held(lane)) for lane in LANES)
    acts = []
    for who, whom, lane in tries:
        lent = (Absent(whom, "", everything),) if whom not in (0, who) else ()
        with contextlib.suppress(FourEyes, NoRight):
            person = Person(who, "", rights=frozenset() if lent else everything, lent=lent)
            done = rules.allow(person, lane, holder(lane), MEMBERSHIP, {act for step in acts for act in step})
            acts.append([(one, lane) for one in done.eyes])
    made = [{(one, maker) for one, lane in step for maker in BARRED_BY.get(lane, ())} for step in acts]
    assert not any(barring & {act for step in acts[:place] for act in step} for place, barring in enumerate(made))
