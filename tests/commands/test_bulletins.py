"""Circulars: who writes them, what is refused, who is meant, and that nothing published is ever lost."""

from datetime import date

import pytest

from app.commands.publishing import bulletins as commands
from app.commands.publishing.bulletins import BulletinMoved, WrongBulletin
from app.commands.publishing.publishers import Upload
from app.store import bulletins as kept
from engine.errors import NoRight, NotFound
from tests.commands.informing import MONDAY, SAID, announced, bulletin, called_back, rewritten, written
from tests.commands.managing import actions, entries, fault
from tests.commands.office import race
from tests.commands.refusing import refused, refused_by_database
from tests.documents import PDF, action, opening, pdf

OTHERS = ["ada", "mia", "karen", "audrey", "andy"]
WITH_PDF = Upload("Rehearsal 演習.PDF", PDF)
HOSTILE = pdf(opening(action(S="/JavaScript", JS="app.alert(1)")))


def opened(office, number, who="mia"):
    return commands.open_one(office.portal, office.number(who), number)


# --- writing ----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["olive", "agnes"])
def test_r5_the_exchange_publishes_a_circular_that_everybody_finds(either_office, who):
    number = written(either_office, by=who)
    assert announced(either_office, "mia") == announced(either_office, "penny") == [number]


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_publishes_a_circular(office, who):
    with refused(office, NoRight):
        written(office, by=who)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_changes_a_circular(office, who):
    number = written(office)
    with refused(office, NoRight):
        rewritten(office, number, by=who, title_en="Something else")


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_withdraws_a_circular(office, who):
    number = written(office)
    with refused(office, NoRight):
        called_back(office, number, by=who)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"title_en": " \u200b "}, "title_en"),
        ({"title_en": "x" * 161}, "title_en"),
        ({"title_zh": ""}, "title_zh"),
        ({"title_zh": "演" * 81}, "title_zh"),
        ({"text_en": "\n\n"}, "text_en"),
        ({"text_en": "x" * 6001}, "text_en"),
        ({"text_zh": ""}, "text_zh"),
        ({"audience": ("SEHK-EP", "NOBODY")}, "audience"),
        ({"shown_from": None}, "shown_from"),
        ({"shown_from": date(2026, 11, 22)}, "shown_from"),
        ({"shown_from": date(2036, 1, 1)}, "shown_from"),
        ({"shown_until": date(2026, 11, 22)}, "shown_until"),
        ({"shown_until": date(2036, 1, 1)}, "shown_until"),
    ],
)
def test_what_cannot_be_published_is_named(office, changed, field):
    with refused(office, WrongBulletin) as caught:
        written(office, **changed)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    "upload", [Upload("a.docx", PDF), Upload("a.pdf", b"MZ"), Upload("a.pdf", HOSTILE), Upload("a.xlsx", PDF)]
)
def test_a_file_that_is_no_harmless_pdf_is_refused(office, upload):
    with refused(office, WrongBulletin) as caught:
        written(office, upload=upload)
    assert list(caught.value.fields) == ["file"]


def test_what_cannot_be_seen_is_taken_out_of_a_text(office):
    number = written(office, text_en="One\u202e\r\n\r\n\r\n\r\n  two \x07")
    assert bulletin(office, number).text_en == "One\n\ntwo"


# --- for whom ---------------------------------------------------------------------------------------------------------
def test_a_circular_for_some_memberships_reaches_only_companies_that_hold_one(either_office):
    number = written(either_office, audience=("HKCC-GCP", "DB"))
    found = {who: announced(either_office, who) for who in ("ivan", "gary", "mia", "penny", "karen")}
    assert found == {"ivan": [number], "gary": [number], "mia": [], "penny": [], "karen": [number]}


def test_a_kind_of_membership_that_begins_like_another_is_another(office):
    written(office, audience=("HKCC-GCP",))
    assert announced(office, "mia") == []  # who holds HKCC


def test_nobody_opens_what_is_not_meant_for_them(office):
    number = written(office, audience=("DB",))
    with refused(office, NotFound):
        opened(office, number)


def test_a_company_whose_membership_has_ended_is_meant_no_longer(office):
    number = written(office, audience=("REG",))
    office.run_sql("UPDATE memberships SET ended_at = :at WHERE kind = 'REG'", at=office.clock.now())
    with refused(office, NotFound):
        opened(office, number, "penny")


@pytest.mark.parametrize("who", ["mia", "karen", "audrey"])
def test_what_is_still_to_come_only_those_find_who_publish(office, who):
    number = written(office, shown_from=date(2026, 11, 24))
    with refused(office, NotFound):
        opened(office, number, who)


def test_a_circular_holds_from_its_first_day_in_hong_kong(office):
    number = written(office, shown_from=date(2026, 11, 24))
    office.clock.move(hours=14)
    assert opened(office, number).id == number


def test_what_is_over_can_still_be_read(office):
    number = written(office, shown_until=MONDAY)
    office.clock.move(days=3)
    assert opened(office, number).state(date(2026, 11, 26)) == "earlier"


# --- reading ----------------------------------------------------------------------------------------------------------
def test_a_circular_is_read_once_it_was_opened_and_by_nobody_else(either_office):
    number = written(either_office)
    opened(either_office, number)
    opened(either_office, number)
    assert (announced(either_office, "mia"), announced(either_office, "chen")) == ([], [number])


def test_all_that_holds_is_read_at_once(office):
    written(office)
    written(office, audience=("DB",))
    commands.read_all(office.portal, office.number("mia"))
    assert [row.person_id for row in office.rows("bulletin_reads")] == [office.number("mia")]


def test_the_pdf_of_a_circular_is_handed_out_under_its_name(office):
    number = written(office, upload=WITH_PDF)
    attached, content = commands.hand_out(office.portal, office.number("mia"), number)
    assert (attached.name, content) == ("Rehearsal 演習.pdf", PDF)


@pytest.mark.parametrize("upload", [WITH_PDF, commands.NO_FILE])
def test_nobody_fetches_a_file_that_is_not_meant_for_them_or_does_not_exist(office, upload):
    number = written(office, upload=upload, audience=("DB",) if upload.name else ())
    with refused(office, NotFound):
        commands.hand_out(office.portal, office.number("mia"), number)


# --- changing and withdrawing -----------------------------------------------------------------------------------------
def test_a_change_is_sealed_with_what_it_changed_and_nothing_else(office):
    number = written(office, upload=WITH_PDF)
    rewritten(office, number, title_en="Rehearsal moved", audience=("DB",))
    facts = entries(office, "agnes")[0].entry["facts"]
    assert facts == {"bulletin": number, "title_en": "Rehearsal moved", "audience": "DB"}


def test_a_change_without_a_new_file_keeps_the_former(office):
    number = written(office, upload=WITH_PDF)
    rewritten(office, number, pinned=True)
    assert bulletin(office, number).attached.size == len(PDF)


def test_a_change_of_nothing_leaves_no_trace(office):
    number = written(office)
    rewritten(office, number)
    assert (bulletin(office, number).changes, actions(office, "agnes")[-1]) == (0, "bulletin.added")


def test_the_first_day_of_a_circular_may_stay_in_the_past(office):
    number = written(office)
    office.clock.move(days=2)
    rewritten(office, number, pinned=True)
    assert bulletin(office, number).pinned


def test_a_changed_title_is_what_it_is_found_by(office):
    number = written(office)
    rewritten(office, number, title_zh="颱風安排")
    assert "颱風 風安 安排" in office.rows("bulletins", id=number)[0].words


@pytest.mark.parametrize("act", [rewritten, called_back])
def test_a_page_that_is_out_of_date_changes_nothing(office, act):
    number = written(office)
    rewritten(office, number, title_en="Rehearsal moved")
    with refused(office, BulletinMoved):
        act(office, number, seen=0)


def test_of_two_who_change_a_circular_at_once_one_is_told(either_office):
    number, other = written(either_office), either_office.beside()
    found = race(
        lambda: rewritten(either_office, number, seen=0, title_en="One"),
        lambda: rewritten(other, number, by="oscar", seen=0, title_en="Two"),
    )
    other.portal.database.close()
    assert sorted(type(one).__name__ for one in found) == ["BulletinMoved", "NoneType"]


def test_a_withdrawn_circular_is_found_by_nobody_but_those_who_publish(office):
    number = written(office)
    called_back(office, number)
    with refused(office, NotFound):
        opened(office, number)
    assert (announced(office, "mia"), opened(office, number, "olive").id) == ([], number)


def test_the_trail_of_the_exchange_holds_everything_and_is_sound(office):
    number = written(office)
    rewritten(office, number, pinned=True)
    called_back(office, number)
    assert actions(office, "agnes")[-3:] == ["bulletin.added", "bulletin.changed", "bulletin.withdrawn"]
    assert fault(office, "agnes") == ""


def test_the_database_itself_deletes_no_circular(either_office):
    written(either_office)
    with refused_by_database(either_office):
        either_office.run_sql("DELETE FROM bulletins")


def test_a_circular_says_what_it_said(office):
    number = written(office)
    assert bulletin(office, number).text_en == SAID.text_en


def test_lists_are_narrowed_and_paged_alike_on_each_database(either_office):
    pinned, *numbers = (written(either_office, title_en=f"Notice {n}", pinned=n == 0) for n in range(4))
    asked = {"text": "notice 演習", "most": 2}
    with either_office.portal.database.read() as connection:
        reader = commands.reader_of(connection, either_office.person("mia"))
        first = kept.listed(connection, reader, kept.NOW, MONDAY, pinned=False, **asked)
        rest = kept.listed(connection, reader, kept.NOW, MONDAY, pinned=False, before=first[-1].id, **asked)
        top = kept.listed(connection, reader, kept.NOW, MONDAY, pinned=True, **asked)
    assert [one.id for one in (*top, *first, *rest)] == [pinned, *reversed(numbers)]
