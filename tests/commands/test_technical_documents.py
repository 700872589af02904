"""Technical documents: who keeps them, who finds them, and that every version and every download is known."""

from datetime import timedelta

import pytest

from app.commands.publishing import documents as commands
from app.commands.publishing.documents import DocumentMoved, WrongDocument
from app.store import technical_documents as kept
from engine.errors import NoRight, NotFound
from tests.commands.informing import ABOUT, document, fetched, issued, shelved, taken_off, technical, versions
from tests.commands.managing import actions, entries, fault
from tests.commands.office import race
from tests.commands.refusing import refused, refused_by_database
from tests.documents import PDF, XLSX, action, opening, pdf

OTHERS = ["ada", "mia", "karen", "audrey", "andy"]
NEWER = pdf(lambda one: one.add_blank_page())
HOSTILE = pdf(opening(action(S="/JavaScript", JS="app.alert(1)")))


def got(office, number, who="mia", version=None):
    return commands.hand_out(office.portal, office.number(who), number, version)


# --- keeping ----------------------------------------------------------------------------------------------------------
def test_r22_the_exchange_publishes_a_document_in_versions(either_office):
    number = technical(either_office)
    issued(either_office, number, "2.0", NEWER)
    assert [(one.label, one.version) for one in versions(either_office, number)] == [("2.0", 2), ("1.0", 1)]


def test_a_workbook_can_be_published(office):
    number = shelved(office)
    issued(office, number, content=XLSX, name="codes.XLSX")
    assert (document(office, number).newest.kind, document(office, number).newest.file_name) == ("xlsx", "codes.xlsx")


@pytest.mark.parametrize("who", OTHERS)
@pytest.mark.parametrize("act", [lambda o, n, who: shelved(o, by=who), lambda o, n, who: issued(o, n, "2", by=who)])
def test_nobody_else_adds_or_publishes_a_document(office, act, who):
    number = technical(office)
    with refused(office, NoRight):
        act(office, number, who)


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_changes_or_withdraws_a_document(office, who):
    number = technical(office)
    with refused(office, NoRight):
        commands.change(office.portal, office.by(who), number, 1, ABOUT._replace(title_en="Another"))
    with refused(office, NoRight):
        taken_off(office, number, by=who)


@pytest.mark.parametrize(
    ("about", "field"),
    [
        ({"category": ""}, "category"),
        ({"category": "NOVEL"}, "category"),
        ({"title_en": ""}, "title_en"),
        ({"title_zh": "規" * 81}, "title_zh"),
        ({"keywords": "gateway, " * 60}, "keywords"),
        ({"audience": ("SEHK",)}, "audience"),
    ],
)
def test_what_cannot_be_kept_of_a_document_is_named(office, about, field):
    with refused(office, WrongDocument) as caught:
        shelved(office, **about)
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "1" * 25}, "label"),
        ({"label": "1.0"}, "label"),
        ({"effective": "31/11/2026"}, "effective"),
        ({"effective": "1/1/1889"}, "effective"),
        ({"name": ""}, "file"),
        ({"name": "spec.docx"}, "file"),
        ({"content": b"MZ"}, "file"),
        ({"content": HOSTILE}, "file"),
        ({"content": XLSX}, "file"),
    ],
)
def test_what_cannot_be_published_is_named(office, given, field):
    number = technical(office)
    with refused(office, WrongDocument) as caught:
        issued(office, number, **{"label": "2.0", **given})
    assert list(caught.value.fields) == [field]


def test_a_version_that_was_published_meanwhile_is_not_overwritten(office):
    number = technical(office)
    with refused(office, DocumentMoved):
        issued(office, number, "2.0", seen=0)


def test_of_two_who_publish_at_once_one_is_told(either_office):
    number, other = shelved(either_office), either_office.beside()
    found = race(lambda: issued(either_office, number, seen=0), lambda: issued(other, number, by="oscar", seen=0))
    other.portal.database.close()
    assert sorted(type(one).__name__ for one in found) == ["DocumentMoved", "int"]


def test_a_change_is_sealed_with_what_it_changed(office):
    number = technical(office)
    commands.change(office.portal, office.by("olive"), number, 1, ABOUT._replace(category="GUIDE", audience=("DB",)))
    assert entries(office, "agnes")[0].entry["facts"] == {"document": number, "shelf": "GUIDE", "audience": "DB"}


def test_the_trail_of_the_exchange_holds_everything_and_is_sound(office):
    taken_off(office, technical(office))
    assert actions(office, "agnes")[-3:] == ["document.added", "document.published", "document.withdrawn"]
    assert fault(office, "agnes") == ""


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM technical_documents",
        "DELETE FROM technical_versions",
        "UPDATE technical_versions SET label = '9'",
        "DELETE FROM technical_downloads",
        "UPDATE technical_downloads SET person_id = 1",
    ],
)
def test_the_database_itself_keeps_what_was_published_and_fetched(either_office, statement):
    got(either_office, technical(either_office))
    with refused_by_database(either_office):
        either_office.run_sql(statement)


# --- fetching ---------------------------------------------------------------------------------------------------------
def test_r22_the_newest_version_is_fetched_and_former_ones_stay_reachable(office):
    number = technical(office)
    issued(office, number, "2.0", NEWER)
    assert (got(office, number)[1], got(office, number, version=1)[1]) == (NEWER, PDF)


def test_r22_every_download_is_logged_with_who_when_and_which_version(either_office):
    number = technical(either_office)
    issued(either_office, number, "2.0", NEWER)
    got(either_office, number, "chen", 1)
    (one,) = fetched(either_office)
    assert (one.person, one.label, one.at, one.title) == (
        "Chen Wai",
        "1.0",
        either_office.clock.now(),
        ABOUT.title_en,
    )


@pytest.mark.parametrize("who", ["mia", "penny", "ada"])
def test_r22_nobody_fetches_what_their_company_is_not_entitled_to(office, who):
    number = technical(office, audience=("DB", "HKCC-GCP"))
    with refused(office, NotFound):
        got(office, number, who)


@pytest.mark.parametrize("who", ["ivan", "gary", "karen", "audrey"])
def test_r22_those_fetch_it_for_whom_it_is_meant(office, who):
    assert got(office, technical(office, audience=("DB", "HKCC-GCP")), who)[1] == PDF


def test_r22_at_any_hour_also_during_maintenance(office):
    number = technical(office)
    office.clock.move(days=5, hours=1)
    assert got(office, number)[1] == PDF


@pytest.mark.parametrize("version", [2, 99])
def test_a_version_that_does_not_exist_is_not_found(office, version):
    number = technical(office)
    with refused(office, NotFound):
        got(office, number, version=version)


@pytest.mark.parametrize("prepare", [shelved, lambda office: taken_off(office, technical(office)) or 1])
def test_what_is_not_offered_is_found_by_nobody_but_those_who_publish(office, prepare):
    number = prepare(office)
    with refused(office, NotFound):
        got(office, number, "karen")


# --- what is new ------------------------------------------------------------------------------------------------------
def visited(office, who="mia"):
    return commands.visit(office.portal, office.number(who))


def test_on_a_first_visit_nothing_is_new(either_office):
    assert visited(either_office) is None


def test_what_came_after_the_visit_before_is_new_as_long_as_this_one_lasts(either_office):
    visited(either_office)
    before = either_office.clock.now()
    either_office.clock.move(days=1)
    first = visited(either_office)
    either_office.clock.move(minutes=20)
    assert (first, visited(either_office)) == (before, before)


def test_a_later_visit_begins_where_this_one_ended(office):
    visited(office)
    office.clock.move(days=1)
    visited(office)
    office.clock.move(days=1)
    assert visited(office) == office.clock.now() - timedelta(days=1)


def test_lists_are_narrowed_and_paged_alike_on_each_database(either_office):
    numbers = [technical(either_office, title_en=f"Guide {n}", audience=("SEHK-EP", "DB")) for n in range(3)]
    technical(either_office, category="GUIDE")
    asked = {"text": "guide 閘道", "category": "INTERFACE", "most": 2}
    with either_office.portal.database.read() as connection:
        first = kept.listed(connection, {"DB"}, **asked)
        rest = kept.listed(connection, {"DB"}, before=first[-1].id, **asked)
    assert [one.id for one in (*first, *rest)] == list(reversed(numbers))


def test_the_log_of_downloads_is_paged_alike_on_each_database(either_office):
    number, other = technical(either_office), technical(either_office, title_en="User guide")
    for wanted in (number, number, other, number):
        got(either_office, wanted)
    with either_office.portal.database.read() as connection:
        first = kept.downloads(connection, document=number, most=2)
        rest = kept.downloads(connection, document=number, before=first[-1].id, most=2)
    assert [one.document for one in (*first, *rest)] == [number] * 3
