"""Who reads what of a request of two companies: the firm, its bank, the desk and those who watch."""

import io
import json

import pypdf
import pytest

from app.commands.requests import documents
from app.commands.requests.files import hand_out
from app.store import files, lists, story
from engine import errors
from tests.commands import accounts
from tests.commands.office import APPROVE, FORWARD
from tests.commands.refusing import refused

FOR_EXCHANGE, BANKS_OWN, TO_BANK = "for the exchange only", "known since 2010", "12345678"
REASON = "Entered for the wrong firm"
DESK_SAYS = {"decision": "propose_reject", "reason_code": "INCOMPLETE", "comment": "Between us at the desk"}
CHECKER_SAYS = {"decision": "return", "comment": "Between us at the firm"}
READERS = ("mia", "iris", "edith", "audrey")


def told(office, reference, who):
    with office.portal.database.read() as connection:
        return story.of_case(connection, office.case(reference), "HKEX", reader=office.person(who))


def words(office, reference, who):
    """All that a person's page may tell of a request."""
    seen = told(office, reference, who)
    return str([seen.told, seen.parts, seen.remarks, seen.answers, seen.files])


def readable(office, reference, texts):
    """Who reads each text on their page, and who finds it in the bytes of their PDF."""
    pages = {who: words(office, reference, who) for who in READERS}
    papers = {who: paper(office, reference, who) for who in READERS}
    found = [{text: [who for who in READERS if text in told[who]] for text in texts} for told in (pages, papers)]
    assert found[0] == found[1]
    return found[0]


def paper(office, reference, who):
    """All words of a person's PDF, those of the documents within it too."""
    reader = pypdf.PdfReader(io.BytesIO(documents.trail_pdf(office.portal, reference, office.number(who))))
    inside = [content.decode("utf-8", "replace") for many in reader.attachments.values() for content in many]
    shown = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    return " ".join([shown, *[json.loads(f'"{_plain(text)}"') for text in inside]])


def _plain(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("\r", " ").replace("\t", " ")


@pytest.fixture(params=[accounts.processed, accounts.approved], ids=["open", "ended"])
def reference(request, office):
    """A request that the bank has answered, once still with the desk and once approved."""
    return request.param(office)


def test_an_answer_is_read_by_those_to_whom_its_form_opens_it(office, reference):
    readers = {
        TO_BANK: ["mia", "iris", "edith", "audrey"],
        FOR_EXCHANGE: ["mia", "edith", "audrey"],
        "JGB-1": ["mia", "iris", "edith", "audrey"],
        BANKS_OWN: ["iris", "edith", "audrey"],
    }
    assert readable(office, reference, readers) == readers


@pytest.mark.parametrize(("who", "name", "reads"), [("iris", "Mia Chan", False), ("mia", "Ivan Lo", False)])
def test_of_another_company_no_name_is_told(office, reference, who, name, reads):
    assert (name in words(office, reference, who)) == reads


def test_the_line_about_it_is_for_the_bank_only_while_it_has_the_request(office):
    seen = {}
    for point in (accounts.at_bank, accounts.sent_back):
        reference = point(office)
        with office.portal.database.read() as connection:
            (row, *_) = lists.listed(connection, office.person("iris"))
        assert row.reference == reference
        seen[office.status(reference)] = row.about
    assert seen == {"PENDING_NEXT_COMPANY": "Set up an account: HKD, House", "RETURNED_BY_NEXT_COMPANY": ""}


def test_nothing_of_a_draft_or_a_check_is_there_for_bank_and_desk(office):
    reference = accounts.submitted(office)
    for who in ("iris", "edith"):
        with refused(office, errors.NotFound):
            documents.trail_pdf(office.portal, reference, office.number(who))


def test_what_the_firm_says_among_its_own_stays_there(office):
    reference = accounts.submitted(office)
    office.complete(reference, "chen", CHECKER_SAYS)
    office.complete(reference, "mia", accounts.asked(account_no="87654321"))
    office.complete(reference, "chen", APPROVE)
    assert [who for who in ("mia", "iris") if "Between us" in words(office, reference, who)] == ["mia"]


def test_the_bank_reads_no_answer_of_a_round_that_was_not_sent_to_it(office):
    reference = accounts.sent_back(office)
    office.complete(reference, "mia", accounts.asked(account_no="87654321"))
    assert [who for who in ("mia", "iris") if "87654321" in words(office, reference, who)] == ["mia"]
    assert "87654321" not in paper(office, reference, "iris")


@pytest.mark.parametrize("who", ["mia", "iris"])
def test_what_the_desk_says_among_its_own_stays_there(office, who):
    reference = accounts.agreed(office)
    office.complete(reference, "edith", DESK_SAYS)
    office.complete(reference, "eric", {"decision": "back", "comment": "Between us, look again"})
    office.complete(reference, "edith", FORWARD)
    office.complete(reference, "eric", APPROVE)
    assert "Between us" not in words(office, reference, who)
    assert "Between us" not in paper(office, reference, who)


def test_a_withdrawal_that_is_asked_for_is_between_the_firm_and_the_desk(office):
    reference = accounts.processed(office)
    office.leave(reference, "withdraw", "mia", REASON)
    office.answer(reference, "withdraw", "eric", accept=False, comment="Nearly done, wait")
    for text in (REASON, "Nearly done, wait"):
        assert [who for who in READERS if text in words(office, reference, who)] == ["mia", "edith", "audrey"]


def test_an_abort_that_is_asked_for_is_no_companys_business(office):
    reference = accounts.at_bank(office)
    office.leave(reference, "abort", "olive", REASON)
    assert [who for who in ("mia", "iris", "audrey") if REASON in words(office, reference, who)] == ["audrey"]


def test_the_bank_hears_of_the_firms_file_and_reads_it(office):
    reference = accounts.at_bank(office)
    with office.portal.database.read() as connection:
        (file,) = files.of_case(connection, office.case(reference).id)
    assert hand_out(office.portal, reference, file.id, office.number("iris"))[1] == accounts.PDF
    for who in ("edith", "leo", "gary"):
        with refused(office, errors.NotFound):
            hand_out(office.portal, reference, file.id, office.number(who))


# --- crafted answers --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("key", ["remarks", "declare_true"])
def test_no_comment_is_pinned_to_an_answer_that_the_bank_does_not_read(office, key):
    reference = accounts.answered(office)
    with refused(office, errors.UnknownFields):
        office.complete(reference, "iris", accounts.MISMATCH | {f"comment.{key}": "We have read this"})


def test_a_comment_is_pinned_to_what_the_bank_reads(office):
    reference = accounts.answered(office)
    office.complete(reference, "iris", accounts.MISMATCH | {"comment.account_no": "Another number"})
    assert "Another number" in words(office, reference, "mia")


@pytest.mark.parametrize("key", ["account_no", "remarks", "decision", "comment.account_no"])
def test_the_banks_maker_answers_nothing_but_its_own_form(office, key):
    reference = accounts.at_bank(office)
    with refused(office, errors.UnknownFields):
        office.complete(reference, "ivan", accounts.AGREED | {key: "1"})


@pytest.mark.parametrize("key", ["answer", "bank_reference", "internal_note"])
def test_the_firm_answers_nothing_for_the_bank(office, key):
    reference = accounts.drafted(office)
    with refused(office, errors.UnknownFields):
        office.complete(reference, "mia", accounts.asked() | {key: "agree"})


def test_the_desk_answers_nothing_for_the_bank(office):
    reference = accounts.agreed(office)
    with refused(office, errors.UnknownFields):
        office.complete(reference, "edith", FORWARD | {"bank_reference": "JGB-2"})
