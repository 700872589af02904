"""The repository of forms on paper: who keeps it, what is refused, and that nothing published is ever lost."""

import hashlib
from dataclasses import replace

import pytest

from app.commands.managing import paper_forms as commands
from app.commands.managing.paper_forms import FormMoved, WrongForm
from app.logs import log_of
from app.outside.blobs import open_blobs
from app.store import paper_forms as kept
from engine.errors import NoRight, NotFound
from tests.commands.managing import actions, entries, fault
from tests.commands.office import race
from tests.commands.publishing import NUMBER, SAID, added, form, listed, offered, published, withdrawn
from tests.commands.refusing import refused, refused_by_database
from tests.documents import PDF, action, opening, pdf

OTHERS = ["ada", "mia", "karen", "olive", "audrey", "andy"]
NEWER = pdf(lambda document: document.add_blank_page())
HOSTILE = pdf(opening(action(S="/JavaScript", JS="app.alert(1)")))
MEGABYTE = 1024 * 1024


# --- adding and changing ----------------------------------------------------------------------------------------------
def test_r71_the_exchange_adds_a_form_and_publishes_it(either_office):
    offered(either_office)
    assert listed(either_office) == [(NUMBER, 1)]


def test_a_form_without_a_version_is_not_offered(office):
    added(office)
    assert listed(office) == []


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_adds_a_form(office, who):
    with refused(office, NoRight):
        added(office, by=who)


@pytest.mark.parametrize("number", [NUMBER, NUMBER.lower(), f" {NUMBER} "])
def test_a_number_belongs_to_one_form(office, number):
    added(office)
    with refused(office, WrongForm) as caught:
        added(office, number)
    assert list(caught.value.fields) == ["number"]


def test_the_number_of_a_form_that_was_withdrawn_stays_its_own(office):
    withdrawn(office, offered(office))
    with refused(office, WrongForm):
        added(office)


def test_of_two_who_use_a_number_at_once_one_is_told(either_office):
    other = either_office.beside()
    found = race(lambda: added(either_office), lambda: added(other))
    other.portal.database.close()
    assert sorted(type(one).__name__ for one in found) == ["WrongForm", "str"]


@pytest.mark.parametrize(
    ("number", "changed", "field"),
    [
        ("", {}, "number"),
        ("TRX/01", {}, "number"),
        ("-TRX", {}, "number"),
        ("A" * 17, {}, "number"),
        ("TRX-01\u202e", {"category": "SOMETHING"}, "category"),
        (NUMBER, {"category": ""}, "category"),
        (NUMBER, {"title_en": " "}, "title_en"),
        (NUMBER, {"title_en": "x" * 161}, "title_en"),
        (NUMBER, {"title_zh": ""}, "title_zh"),
        (NUMBER, {"title_zh": "港" * 81}, "title_zh"),
        (NUMBER, {"keywords": "claim, " * 60}, "keywords"),
    ],
)
def test_what_cannot_be_kept_of_a_form_is_named(office, number, changed, field):
    with refused(office, WrongForm) as caught:
        added(office, number, SAID._replace(**changed))
    assert list(caught.value.fields) == [field]


def test_keywords_are_kept_one_by_one(office):
    added(office, said=SAID._replace(keywords=" late ,, 索償、claim\n"))
    assert form(office).keywords == "late, 索償, claim"


def test_a_form_is_given_another_title(office):
    offered(office)
    seen = form(office).changes
    commands.change(office.portal, office.by("agnes"), NUMBER, seen, SAID._replace(title_en="Late Delivery Notice"))
    assert (form(office).title_en, entries(office, "agnes")[0].entry["facts"]) == (
        "Late Delivery Notice",
        {"number": NUMBER, "title_en": "Late Delivery Notice"},
    )


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_changes_a_form(office, who):
    offered(office)
    with refused(office, NoRight):
        commands.change(office.portal, office.by(who), NUMBER, form(office).changes, SAID)


def test_a_page_that_is_out_of_date_changes_nothing(office):
    offered(office)
    with refused(office, FormMoved):
        commands.change(office.portal, office.by("agnes"), NUMBER, 0, SAID._replace(title_en="Notice"))


# --- publishing -------------------------------------------------------------------------------------------------------
def test_r71_a_new_version_takes_the_place_of_the_one_before(office):
    offered(office)
    assert (published(office, content=NEWER), listed(office)) == (2, [(NUMBER, 2)])


def test_r71_every_earlier_version_stays_with_its_bytes(office):
    offered(office)
    published(office, content=NEWER)
    with office.portal.database.read() as connection:
        found = kept.versions(connection, form(office).id)
    assert [office.portal.blobs.get(one.sha256) for one in found] == [NEWER, PDF]


def test_a_version_says_who_published_it(office):
    offered(office)
    with office.portal.database.read() as connection:
        assert [one.publisher for one in kept.versions(connection, form(office).id)] == ["Agnes Wu"]


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_publishes(office, who):
    added(office)
    with refused(office, NoRight):
        published(office, by=who)


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"name": "form.docx"}, "file", "Expected a PDF, but the name of the file ends in"),
        ({"name": "form.xlsx"}, "file", "choose a PDF"),
        ({"name": "form"}, "file", "ends in nothing"),
        ({"name": ""}, "file", "Choose the PDF"),
        ({"content": b""}, "file", "it is empty"),
        ({"content": b"MZ"}, "file", "Expected PDF as the name says"),
        ({"content": PDF.ljust(10 * MEGABYTE + 1)}, "file", "Expected at most 10 MB"),
        ({"content": HOSTILE}, "file", "it holds JavaScript"),
        ({"content": PDF[:-40]}, "file", "it is damaged"),
        ({"dated": ""}, "dated", "day/month/year"),
        ({"dated": "31/02/2026"}, "dated", "day/month/year"),
        ({"dated": "2026-11-24"}, "dated", "not in the future"),
        ({"dated": "1989-12-31"}, "dated", "or later"),
    ],
)
def test_what_cannot_be_published_is_named(office, said, field, sentence):
    added(office)
    with refused(office, WrongForm) as caught:
        published(office, **said)
    assert list(caught.value.fields) == [field] and sentence in caught.value.fields[field]


def test_a_date_typed_by_hand_is_understood(office):
    added(office)
    published(office, dated="20/11/2026")
    assert f"{form(office).newest.dated}" == "2026-11-20"


def test_no_version_is_older_than_the_one_before(office):
    offered(office)
    with refused(office, WrongForm) as caught:
        published(office, dated="2026-11-22")
    assert caught.value.fields == {"dated": "Enter Monday 23 November 2026 or later."}


def test_a_version_of_an_unknown_form_is_refused(office):
    with refused(office, NotFound):
        published(office, "TRX-91", seen=0)


def test_a_page_that_is_out_of_date_publishes_nothing(office):
    offered(office)
    with refused(office, FormMoved):
        published(office, seen=0)


def test_of_two_who_publish_at_once_one_is_told_and_nothing_is_lost(either_office):
    added(either_office)
    other = either_office.beside()
    found = race(lambda: published(either_office, seen=0), lambda: published(other, content=NEWER, seen=0))
    other.portal.database.close()
    assert (sorted(map(str, found))[:1], [type(one).__name__ for one in found].count("FormMoved")) == (["1"], 1)


# --- withdrawing ------------------------------------------------------------------------------------------------------
def test_r71_a_form_that_was_withdrawn_is_offered_no_more_and_stays(office):
    offered(office)
    withdrawn(office)
    assert (listed(office), form(office).newest.version) == ([], 1)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_withdraws(office, who):
    offered(office)
    with refused(office, NoRight):
        withdrawn(office, by=who)


def test_what_was_withdrawn_is_published_no_more(office):
    offered(office)
    withdrawn(office)
    with refused(office, FormMoved):
        published(office)


def test_of_two_who_publish_and_withdraw_at_once_one_is_told(either_office):
    offered(either_office)
    other, seen = either_office.beside(), form(either_office).changes
    found = race(lambda: published(either_office, seen=seen), lambda: withdrawn(other, seen=seen))
    other.portal.database.close()
    assert [type(one).__name__ for one in found].count("FormMoved") == 1


# --- what is left of it -----------------------------------------------------------------------------------------------
def test_every_change_is_sealed_in_the_trail_of_the_exchange(office):
    offered(office)
    withdrawn(office)
    told = actions(office, "agnes")
    assert (told, fault(office, "agnes")) == (["form.added", "form.published", "form.withdrawn"], "")


def test_the_trail_holds_the_hash_of_what_was_published(office):
    offered(office)
    assert entries(office, "agnes")[0].entry["facts"]["sha256"] == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM paper_forms",
        "DELETE FROM paper_form_versions",
        "UPDATE paper_form_versions SET sha256 = 'x'",
        "UPDATE paper_forms SET category = 'SOMETHING'",
    ],
)
def test_the_database_itself_keeps_what_was_published(either_office, statement):
    offered(either_office)
    with refused_by_database(either_office):
        either_office.run_sql(statement)


# --- handing out ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["mia", "chen", "ada", "ivan", "karen", "audrey", "agnes"])
def test_r71_everybody_is_handed_the_newest_version(office, who):
    offered(office)
    published(office, content=NEWER)
    assert commands.hand_out(office.portal, NUMBER, office.number(who))[2] == NEWER


def test_whoever_keeps_the_forms_is_handed_an_earlier_version(office):
    offered(office)
    published(office, content=NEWER)
    assert commands.hand_out(office.portal, NUMBER, office.number("agnes"), 1)[2] == PDF


@pytest.mark.parametrize("who", ["mia", "ada", "karen", "audrey"])
def test_nobody_else_is_handed_an_earlier_version(office, who):
    offered(office)
    published(office, content=NEWER)
    with refused(office, NotFound):
        commands.hand_out(office.portal, NUMBER, office.number(who), 1)


@pytest.mark.parametrize("made", [added, lambda office: withdrawn(office, offered(office)), lambda office: None])
def test_what_is_not_offered_is_not_handed_out(office, made):
    made(office)
    with refused(office, NotFound):
        commands.hand_out(office.portal, NUMBER, office.number("mia"))


def test_bytes_that_were_changed_are_not_handed_out(office, tmp_path):
    on_disk = replace(office, portal=replace(office.portal, blobs=open_blobs(str(tmp_path / "blobs"))))
    offered(on_disk)
    (place,) = (path for path in (tmp_path / "blobs").rglob("*") if path.is_file())
    place.write_bytes(NEWER)
    with pytest.raises(ValueError, match="another SHA-256"):
        commands.hand_out(on_disk.portal, NUMBER, office.number("mia"))


def test_r71_a_download_is_logged_without_a_name(office, monkeypatch, capsys):
    offered(office)
    monkeypatch.setattr(commands, "log", log_of("paper_forms"))
    commands.hand_out(office.portal, NUMBER, office.number("mia"))
    (line,) = capsys.readouterr().out.splitlines()
    said = f"event=form.downloaded number={NUMBER} version=1 sha256={hashlib.sha256(PDF).hexdigest()}"
    assert f"{said} person={office.number('mia')}" in line and "Mia" not in line
