"""Comments in a request: who may write them, who reads which, and what everybody else is told of them."""

import io

import pypdf
import pytest

from app.commands.requests import comments, documents
from app.commands.requests.comments import TooManyComments, comment
from app.store import lists, sides, story
from engine import errors
from engine.people import BROKER, NEXT
from engine.sealed import proof, seal
from tests.catalogue.filing import sent
from tests.catalogue.test_cc001 import BANK, CHANGE
from tests.commands import accounts
from tests.commands.office import APPROVE
from tests.commands.refusing import SATURDAY_NINE, refused
from tests.commands.test_readers import paper, readable, words

BY_DAY = {("mia", "everybody"), ("iris", "own"), ("edith", "everybody"), ("audrey", "own")}
PDFS = [
    pytest.param(who, to, marks=() if (who, to) in BY_DAY else pytest.mark.long)
    for who in ("mia", "chen", "iris", "edith", "audrey")
    for to in ("everybody", "own")
]
WORDS = "Please ring before noon"
MAILS = {
    "mia": "mia.maker@harbourbright.test",
    "chen": "chen.checker@harbourbright.test",
    "ivan": "bank.maker@jadegate.test",
    "iris": "bank.checker@jadegate.test",
    "edith": "proc.cco@exchange.test",
}


def say(office, reference, who, to="everybody", text=WORDS, key=""):
    return comment(office.portal, reference, text, to, office.by(who, key))


# --- who reads it -----------------------------------------------------------------------------------------------------
READ_BY = {
    ("mia", "everybody"): ["mia", "iris", "edith", "audrey"],
    ("mia", "own"): ["mia", "audrey"],
    ("ivan", "everybody"): ["mia", "iris", "edith", "audrey"],
    ("ivan", "own"): ["iris", "audrey"],
    ("eric", "everybody"): ["mia", "iris", "edith", "audrey"],
    ("eric", "own"): ["edith", "audrey"],
    ("olive", "everybody"): ["mia", "iris", "edith", "audrey"],
    ("olive", "own"): ["edith", "audrey"],
}

BY_DAY = [("mia", "own"), ("ivan", "everybody"), ("olive", "own")]
BY_NIGHT_ALL = pytest.mark.parametrize(
    ("who", "to"), [pytest.param(*one, marks=() if one in BY_DAY else pytest.mark.long) for one in READ_BY]
)


@BY_NIGHT_ALL
def test_a_comment_is_read_on_page_and_in_pdf_by_those_it_is_for(office, who, to):
    reference = accounts.processed(office)
    say(office, reference, who, to)
    office.complete(reference, "eric", APPROVE)
    assert readable(office, reference, [WORDS])[WORDS] == READ_BY[who, to]


@BY_NIGHT_ALL
def test_while_the_request_goes_on_nobody_else_finds_it_anywhere(office, who, to):
    reference = accounts.processed(office)
    say(office, reference, who, to)
    for other in {"mia", "iris", "edith", "audrey"} - set(READ_BY[who, to]):
        assert WORDS not in words(office, reference, other) + paper(office, reference, other)


@pytest.mark.parametrize(("who", "other"), [("mia", "iris"), ("mia", "edith"), ("ivan", "mia"), ("eric", "mia")])
def test_of_a_comment_for_their_own_others_find_no_author_no_hash_and_no_addressee(office, who, other):
    reference = accounts.processed(office)
    say(office, reference, who, "own")
    office.complete(reference, "eric", APPROVE)
    (entry,) = [one.entry for one in office.trail(reference) if one.entry["action"] == "comment.added"]
    carried = attached(office, reference, other)
    assert not [word for word in ("comment.added", entry["answers_hash"], entry["salt"]) if word in carried]
    assert not [word for word in ("comment.added", "Only for") if word in words(office, reference, other)]


@pytest.mark.parametrize(("who", "other", "name"), [("mia", "iris", "Mia Chan"), ("ivan", "mia", "Ivan Lo")])
def test_of_another_company_the_author_is_not_named(office, who, other, name):
    reference = accounts.processed(office)
    say(office, reference, who)
    office.complete(reference, "eric", APPROVE)
    assert name not in words(office, reference, other) + paper(office, reference, other)


def test_the_page_of_a_reader_of_another_side_counts_one_entry_less(office):
    reference = accounts.processed(office)
    before = len(told(office, reference, "iris").told)
    say(office, reference, "mia", "own")
    assert len(told(office, reference, "iris").told) == before


def test_lists_do_not_show_that_something_was_said(office):
    reference = accounts.processed(office)
    before = row(office, "mia")
    office.clock.move(hours=1)
    say(office, reference, "eric", "own")
    assert row(office, "mia") == before


@pytest.mark.parametrize(("other", "to"), PDFS)
def test_every_pdf_is_still_proved(office, other, to):
    reference = accounts.processed(office)
    for who in ("mia", "ivan", "eric", "olive"):
        say(office, reference, who, to, f"{WORDS}, says {who}")
    office.complete(reference, "eric", APPROVE)
    verdict = verified(office, reference, other)
    assert verdict.intact, verdict.sentences


def test_what_is_said_before_a_company_takes_part_is_not_for_it(office):
    reference = accounts.submitted(office)
    say(office, reference, "mia")
    office.complete(reference, "chen", APPROVE)
    assert [who for who in ("mia", "iris") if WORDS in words(office, reference, who)] == ["mia"]


def test_what_firm_and_bank_say_before_it_is_sent_is_not_for_the_exchange(office):
    reference = accounts.at_bank(office)
    say(office, reference, "mia")
    office.complete(reference, "ivan", accounts.AGREED)
    office.complete(reference, "iris", accounts.AGREE)
    assert [who for who in ("mia", "iris", "edith") if WORDS in words(office, reference, who)] == ["mia", "iris"]


def test_a_bank_chosen_later_reads_nothing_that_was_for_the_one_before(office):
    reference = accounts.sent_back(office)
    say(office, reference, "mia")
    entry = office.trail(reference)[-1].entry
    banks = (office.person("ivan").company_name, "Another Bank Limited")
    assert [sides.reads_comment(entry, NEXT, own) for own in banks] == [True, False]


# --- brokers ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("to", ["everybody", "own"])
def test_no_broker_reads_another_ones_comment(office, to):
    reference = sent(office, "CC001", BANK, CHANGE)
    say(office, reference, "rita", to)
    entries = [one.entry for one in office.trail(reference)]
    own = entries[-1]["actor"]["company"]
    assert [entries[-1]["seq"] in sides.sight(entries, BROKER, name).masked for name in (own, "Another")] == [
        False,
        True,
    ]


def test_the_firms_comment_for_everybody_is_for_its_broker(office):
    reference = sent(office, "CC001", BANK, CHANGE)
    say(office, reference, "ivan")
    assert WORDS in words(office, reference, "rita")


@pytest.mark.parametrize("who", ["ivan", "olive"])
def test_no_broker_is_handed_the_names_of_the_companies_addressed(office, who):
    reference = sent(office, "CC001", BANK, CHANGE)
    say(office, reference, who)
    hidden = told(office, reference, "rita")
    number = office.trail(reference)[-1].entry["seq"]
    assert all("facts" in kept for kept in hidden.handed[number - 1 : number])


# --- letters ----------------------------------------------------------------------------------------------------------
LETTERS = {
    ("mia", "everybody"): ["chen", "ivan", "iris", "edith"],
    ("mia", "own"): ["chen"],
    ("ivan", "everybody"): ["mia", "chen", "iris", "edith"],
    ("ivan", "own"): ["iris"],
    ("edith", "everybody"): ["mia", "chen", "ivan", "iris"],
    ("olive", "own"): ["edith"],
}


@pytest.mark.parametrize(("who", "to"), LETTERS)
def test_those_it_is_for_and_who_have_to_do_with_it_get_a_letter(office, who, to):
    reference = accounts.agreed(office)
    say(office, reference, who, to)
    assert office.mailed("comment.added") == sorted(MAILS[name] for name in LETTERS[who, to])


def test_the_letter_holds_nothing_of_the_comment(office):
    say(office, accounts.agreed(office), "mia")
    assert WORDS not in str([job.payload for job in office.rows("jobs", kind="mail")])


# --- who writes -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("point", "who", "reason"),
    [
        (accounts.submitted, "ivan", errors.NotFound),
        (accounts.submitted, "edith", errors.NotFound),
        (accounts.at_bank, "edith", errors.NotFound),
        (accounts.at_bank, "leo", errors.NotFound),
        (accounts.at_bank, "karen", errors.NotFound),
        (accounts.drafted, "chen", errors.NotFound),
        (accounts.at_bank, "audrey", errors.NoRight),
    ],
)
def test_nobody_else_writes(office, point, who, reason):
    reference = point(office)
    with refused(office, reason):
        say(office, reference, who)


def test_nothing_is_written_in_a_request_that_is_not_there(office):
    with refused(office, errors.NotFound):
        say(office, "CT027-20261123-999999", "mia")


def test_nothing_is_written_after_the_end(office):
    reference = accounts.approved(office)
    with refused(office, errors.CaseEnded):
        say(office, reference, "mia")


def test_nothing_is_written_during_maintenance(office):
    reference = accounts.at_bank(office)
    office.clock.move(**SATURDAY_NINE)
    with refused(office, errors.ServiceClosed):
        say(office, reference, "mia")


@pytest.mark.parametrize(
    ("text", "to", "wrong"),
    [
        ("", "own", "comment"),
        (" \n ", "own", "comment"),
        ("x" * 2_001, "own", "comment"),
        ("a\x07b", "own", "comment"),
        (WORDS, "", "to"),
        (WORDS, "exchange", "to"),
    ],
)
def test_a_comment_has_words_and_somebody_to_read_it(office, text, to, wrong):
    reference = accounts.at_bank(office)
    with refused(office, errors.WrongAnswers) as caught:
        say(office, reference, "mia", to, text)
    assert list(caught.value.fields) == [wrong]


def test_two_thousand_characters_are_a_comment(office):
    reference = accounts.at_bank(office)
    assert say(office, reference, "mia", text="x" * 2_000) == reference


def test_sending_twice_with_one_token_is_one_comment(either_office):
    reference = accounts.at_bank(either_office)
    assert [say(either_office, reference, "mia", key="one") for _ in range(2)] == [reference] * 2
    assert [action for action, _ in either_office.actions(reference)].count("comment.added") == 1


def test_thirty_an_hour_are_enough_for_one_person(either_office, monkeypatch):
    monkeypatch.setattr(comments, "MOST", 3)
    reference, other = accounts.at_bank(either_office), either_office.submitted()
    for number in range(3):
        say(either_office, (reference, other)[number % 2], "mia", text=f"{WORDS} {number}")
    with refused(either_office, TooManyComments):
        say(either_office, reference, "mia")
    assert say(either_office, reference, "chen") == reference
    either_office.clock.move(hours=1)
    assert say(either_office, reference, "mia") == reference


def test_a_comment_is_no_work_on_a_request(office):
    reference = accounts.answered(office)
    before = office.rows("hands")
    say(office, reference, "iris", "own")
    assert office.rows("hands") == before


def test_a_comment_leaves_open_pages_fresh(office):
    reference = accounts.at_bank(office)
    press = office.page(reference, "ivan", accounts.AGREED)
    say(office, reference, "mia")
    assert press() == reference


def test_a_comment_is_not_taken_for_the_reason_of_a_return(office):
    reference = accounts.sent_back(office)
    say(office, reference, "iris")
    assert WORDS not in str(told(office, reference, "mia").remarks)


def test_a_comment_that_somebody_changed_in_the_database_is_found(office):
    reference = accounts.at_bank(office)
    say(office, reference, "mia")
    office.run_sql("UPDATE answers SET answers = '{\"comment\": \"Never mind\"}' WHERE step = '@comment'")
    carried = told(office, reference, "mia").comments[0]
    sealed = office.trail(reference)[-1].entry["answers_hash"]
    assert seal.answers_hash(carried.salt, carried.answers) != sealed


# --- looking ----------------------------------------------------------------------------------------------------------
def told(office, reference, who):
    with office.portal.database.read() as connection:
        return story.of_case(connection, office.case(reference), "HKEX", reader=office.person(who))


def row(office, who):
    with office.portal.database.read() as connection:
        return lists.listed(connection, office.person(who))


def carried(office, reference, who):
    """The documents within a person's PDF, by name."""
    reader = pypdf.PdfReader(io.BytesIO(documents.trail_pdf(office.portal, reference, office.number(who))))
    return {name: many[0] for name, many in reader.attachments.items()}


def attached(office, reference, who):
    """Everything that is carried within a person's PDF, as text."""
    return " ".join(content.decode("utf-8", "replace") for content in carried(office, reference, who).values())


def verified(office, reference, who):
    return proof.verify(carried(office, reference, who), documents.public_key(office.portal))
