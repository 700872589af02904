"""Memberships that end: their requests are aborted, those of others go back, and none is left hanging."""

import pytest
from alembic import command
from sqlalchemy import update

from app.commands.managing.memberships import end_membership
from app.commands.requests import cases as case_commands
from app.commands.requests import documents, drafts
from app.commands.requests.files import hand_out
from app.store import cases, counterparts, files, lists, tables, words
from app.store.database import alembic, migrate
from engine import errors
from engine.people import Right
from tests.commands import accounts
from tests.commands.office import APPROVE, race
from tests.commands.refusing import refused


def end(office, participant="D00011", kind="DB"):
    return end_membership(office.portal, participant, kind, by=office.by("agnes"))


def second_bank(office):
    """Victoria Peak becomes a designated bank too: Gary answers there and Gina checks."""
    with office.portal.database.write() as connection:
        seats = tables.memberships
        company = office.person("gary").company
        (number,) = connection.execute(
            seats.insert().values(company_id=company, kind="DB", participant_id="D00022").returning(seats.c.id)
        ).scalars()
        row = {"register": "designated_bank", "owner": "EXCHANGE", "key": "D00022", "effective_on": accounts.LONG_AGO}
        record = {"name": "Victoria Peak Bank", "bank_code": "389", "currencies": "HKD, USD"}
        connection.execute(tables.registers.insert(), row | {"record": record, "set_at": office.clock.now()})
    office.grant("gary", Right("maker", "EU_MoneySettlement", number))
    office.grant("gina", Right("checker", "EU_MoneySettlement", number))
    return "D00022"


@pytest.mark.parametrize("point", [accounts.drafted, accounts.submitted, accounts.at_bank, accounts.processed])
def test_the_requests_of_the_membership_itself_are_aborted(office, point):
    reference = point(office)
    assert end(office, "B00123", "HKSCC-DCP").aborted == (reference,)
    entry = office.trail(reference)[-1].entry
    assert (office.status(reference), entry["actor"]["lane"]) == ("ABORTED", "system")
    assert entry["facts"] == {"way_out": "abort", "cause": "MEMBERSHIP_CEASED"}


@pytest.mark.parametrize("point", [accounts.at_bank, accounts.answered])
def test_what_waits_for_the_membership_goes_back_to_its_maker(either_office, point):
    reference = point(either_office)
    assert end(either_office).returned == (reference,)
    assert (either_office.status(reference), either_office.task(reference).lane) == (
        "RETURNED_BY_NEXT_COMPANY",
        "maker",
    )


def test_it_goes_back_even_to_a_firm_in_which_nobody_can_fill_now(office):
    reference = accounts.at_bank(office)
    for who in ("mia", "bo"):
        office.revoke(who, "maker")
    end(office)
    assert office.status(reference) == "RETURNED_BY_NEXT_COMPANY"


def test_what_the_desk_has_goes_on_without_the_bank(office):
    reference = accounts.agreed(office)
    assert end(office) == end(office, "D00011", "DB")
    assert office.status(reference) == "PENDING_HKEX"


def test_a_membership_that_ended_acts_no_more(office):
    reference = accounts.at_bank(office)
    end(office)
    with refused(office, errors.NotFound):
        office.complete(reference, "ivan", accounts.AGREED)


def test_a_membership_that_ended_opens_nothing(office):
    seat = accounts.seat_of(office, "mia", "HKSCC-DCP")
    end(office, "B00123", "HKSCC-DCP")
    with refused(office, errors.NoRight):
        case_commands.open_case(office.portal, "MS001", office.by("mia"), seat)


def test_a_bank_that_is_none_any_more_is_not_chosen_again(office):
    reference = accounts.at_bank(office)
    end(office)
    office.complete(reference, "mia", accounts.asked(account_no="87654321"))
    with refused(office, errors.NoSuchParty):
        office.complete(reference, "chen", APPROVE)


def test_a_membership_that_never_was_is_not_ended(office):
    with refused(office, errors.NotFound):
        end(office, "D00099")


def broken(office, reference):
    """A request whose state does not open, and what mends it."""
    whole = office.rows("cases", reference=reference)[0].state
    office.run_sql("UPDATE cases SET state = :state WHERE reference = :reference", state=b"x", reference=reference)
    return lambda: office.run_sql(
        "UPDATE cases SET state = :state WHERE reference = :reference", state=whole, reference=reference
    )


def test_a_request_that_is_stuck_holds_up_no_other(office):
    stuck, other = office.submitted(), office.submitted()
    mend = broken(office, stuck)
    ended = end_membership(office.portal, "B00123", "SEHK-EP")
    mend()
    assert (ended.stuck, other in ended.aborted) == ((stuck,), True)


def test_ending_it_again_closes_what_was_stuck(office):
    stuck = office.submitted()
    mend = broken(office, stuck)
    end_membership(office.portal, "B00123", "SEHK-EP")
    mend()
    assert end_membership(office.portal, "B00123", "SEHK-EP").aborted == (stuck,)


def test_ending_it_again_leaves_no_second_entry(office):
    for _ in range(2):
        end_membership(office.portal, "R00005", "REG", by=office.by("agnes"))
    assert [row.action for row in office.rows("administration_trail")] == ["membership.ended"]


def test_ending_it_again_changes_no_request(office):
    reference = accounts.at_bank(office)
    end(office)
    before = office.trail(reference)
    end(office)
    assert office.trail(reference) == before


def test_the_makers_draft_at_the_bank_is_no_hindrance(either_office):
    reference = accounts.at_bank(either_office)
    drafts.save_draft(
        either_office.portal,
        either_office.task(reference).id,
        version=either_office.version(reference),
        raw=accounts.AGREED,
        explicit=True,
        by=either_office.by("ivan"),
    )
    end(either_office)
    assert either_office.status(reference) == "RETURNED_BY_NEXT_COMPANY"


@pytest.mark.parametrize(
    ("point", "who", "raw"),
    [
        (accounts.submitted, "chen", APPROVE),
        (accounts.at_bank, "ivan", accounts.AGREED),
        (accounts.answered, "iris", accounts.AGREE),
    ],
)
def test_whoever_acts_in_that_moment_is_before_it_or_refused_and_nothing_hangs(either_office, point, who, raw):
    references = [point(either_office) for _ in range(4)]
    pages = [either_office.page(reference, who, raw) for reference in references]
    _ended, *acted = race(lambda: end(either_office), *pages)
    assert all(one in references or isinstance(one, errors.Refused) for one in acted)
    waiting = [task.lane for reference in references for task in either_office.tasks(reference)]
    assert not [lane for lane in waiting if lane.startswith("next")]


# --- another bank in a later round ------------------------------------------------------------------------------------
def other_bank(office):
    """A request that the first bank returned and that another bank has now."""
    bank = second_bank(office)
    reference = accounts.sent_back(office)
    office.complete(reference, "mia", accounts.asked(designated_bank=bank))
    return office.complete(reference, "chen", APPROVE)


def test_the_second_bank_answers_in_place_of_the_first(office):
    reference = other_bank(office)
    office.complete(reference, "gary", accounts.AGREED)
    assert office.complete(reference, "gina", accounts.AGREE) == reference


def finders(office, text):
    """Who of both banks, the desk and another firm finds a request that holds this text."""
    with office.portal.database.read() as connection:
        asking = ("ivan", "iris", "gary", "gina", "edith", "leo")
        return [who for who in asking if lists.found(connection, office.person(who), text)]


@pytest.fixture(params=[lists.LOOKED_AT, -1], ids=["looked at", "asked of the index"])
def searched(request, office_on_each, monkeypatch):
    """Where there are few requests PostgreSQL looks at each of them, and where there are many it has an index."""
    monkeypatch.setattr(lists, "LOOKED_AT", request.param)
    return office_on_each


def test_a_bank_finds_a_request_by_its_words_from_the_day_on_which_it_is_asked(searched):
    reference = accounts.submitted(searched)
    before = finders(searched, "harbour")
    searched.complete(reference, "chen", APPROVE)
    assert (before, finders(searched, "harbour")) == ([], ["ivan", "iris"])


def test_in_place_of_the_first_bank_the_second_one_finds_it_by_its_words(searched):
    other_bank(searched)
    assert finders(searched, "harbour") == ["gary", "gina"]


def test_a_bank_goes_on_finding_by_its_words_what_has_ended(searched):
    accounts.approved(searched)
    assert finders(searched, "harbour") == ["ivan", "iris", "edith"]


def test_what_was_filed_before_their_words_were_kept_is_found_by_them_after_the_migration(searched):
    accounts.at_bank(searched)
    url = str(searched.portal.settings.database_url)
    searched.portal.database.close()
    command.downgrade(alembic(url), "0018")
    migrate(url)
    assert finders(searched, "harbour") == ["ivan", "iris"]


def test_the_words_of_a_seat_open_nothing_to_whoever_takes_no_part(searched):
    reference = accounts.submitted(searched)
    person = searched.person("ivan")
    of_bank = " ".join(words.seat_word(right.membership, right.holder) for right in person.held if right.membership)
    with searched.portal.database.write() as connection:
        case = searched.case(reference)
        connection.execute(update(tables.cases).where(tables.cases.c.id == case.id).values(seats=of_bank))
    assert finders(searched, "harbour") == []


@pytest.mark.parametrize("who", ["ivan", "iris"])
def test_the_first_bank_sees_nothing_of_it_any_more(office, who):
    reference = other_bank(office)
    case, person = office.case(reference), office.person(who)
    with office.portal.database.read() as connection:
        assert cases.by_reference(connection, reference, person) is None
        assert lists.listed(connection, person) == []
        assert lists.found(connection, person, reference) == []
        assert [counterparts.listed(connection, person, which) for which in ("open", "passed", "history")] == [[]] * 3
        (file,) = files.of_case(connection, case.id)
    with refused(office, errors.NotFound):
        documents.trail_pdf(office.portal, reference, office.number(who))
    with refused(office, errors.NotFound):
        hand_out(office.portal, reference, file.id, office.number(who))
    with refused(office, errors.NotFound):
        office.complete(reference, who, accounts.AGREED)


def test_the_first_bank_hears_nothing_of_its_end(office):
    reference = other_bank(office)
    office.abort(reference)
    told = office.mailed("case.ended")
    assert "bank.maker@jadegate.test" not in told and "gcp.maker@victoriapeak.test" in told
