"""The forms on paper that ship: printed once by a worker, sealed, and never over what somebody did."""

import json
from dataclasses import replace

import pytest

from app.commands import jobs
from app.commands.managing import beginning, shipped_forms
from app.outside import contents
from app.start import ready_forms
from app.store import paper_forms as kept
from engine.exclusions import NAMED
from tests.commands.managing import entries, fault
from tests.commands.office import opened, race
from tests.commands.publishing import added, form, listed, published, withdrawn
from tests.outside.test_paper_form import words_of

ONE = "LOW-02"
SHIPPED = shipped_forms.numbers()


def promised(office):
    """The forms that a worker has still to print, or has printed."""
    return sorted(job.key for job in office.rows("jobs", kind=shipped_forms.PRINTED))


def printed(office, number=ONE):
    shipped_forms.print_form(office.portal, number)
    return number


@pytest.fixture(scope="module")
def stocked(seeded, tmp_path_factory):
    """A closed office with one form that was printed."""
    office = opened(seeded, tmp_path_factory.mktemp("stocked"))
    printed(office)
    office.portal.database.close()
    return office


@pytest.fixture
def shelf(stocked, tmp_path):
    """A copy of it."""
    office = opened(stocked, tmp_path)
    yield replace(office, portal=replace(office.portal, blobs=stocked.portal.blobs))
    office.portal.database.close()


# --- what ships -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("category", "count"),
    [
        pytest.param("TRANSACTION", 6, id="r64"),
        pytest.param("BACKUP", 2, id="r65"),
        pytest.param("INVESTOR", 1, id="r66"),
        pytest.param("TERMINATION", 1, id="r67"),
        pytest.param("COUNTER", 2, id="r68"),
        pytest.param("ORIGINAL_REQUIRED", 2, id="r69"),
        pytest.param("LOW_USAGE", 3, id="r70"),
    ],
)
def test_r64_to_r70_every_category_ships_its_forms(category, count):
    assert [shipped_forms.read(number).category for number in SHIPPED].count(category) == count


@pytest.mark.parametrize("number", SHIPPED)
def test_r71_a_form_that_ships_says_everything_that_the_list_shows(number):
    blank = shipped_forms.read(number)
    said = blank.title_en, blank.title_zh, blank.keywords, blank.note, blank.parts, blank.signatures
    assert (blank.number, blank.category in NAMED, all(said)) == (number, True, True)


# --- promised ---------------------------------------------------------------------------------------------------------
def test_a_portal_promises_its_forms_once(either_office):
    for _ in range(2):
        ready_forms(either_office.portal)
    assert promised(either_office) == [f"form:{number}" for number in SHIPPED]


def test_two_starts_at_once_promise_them_once(either_office):
    other = either_office.beside()
    found = race(lambda: ready_forms(either_office.portal), lambda: ready_forms(other.portal))
    other.portal.database.close()
    assert (found, len(promised(either_office))) == ([None, None], len(SHIPPED))


def test_an_empty_portal_promises_them_when_it_is_begun(portal):
    ready_forms(portal)
    beginning.begin(portal, "you@exchange.test", "You")
    with portal.database.read() as connection:
        kinds = [row.kind for row in connection.exec_driver_sql("SELECT kind FROM jobs")]
    assert kinds.count(shipped_forms.PRINTED) == len(SHIPPED)


def test_mail_need_not_wait_for_all_of_them(office):
    ready_forms(office.portal)
    due = {job.due_at for job in office.rows("jobs", kind=shipped_forms.PRINTED)}
    assert len(due) == len(SHIPPED)


# --- printed ----------------------------------------------------------------------------------------------------------
def test_r71_a_worker_prints_what_was_promised(office):
    ready_forms(office.portal)
    office.run_sql("DELETE FROM jobs WHERE key <> :key", key=f"form:{ONE}")
    office.clock.move(minutes=2)
    jobs.keep_promises(office.portal)
    assert listed(office) == [(ONE, 1)]


def test_what_was_printed_names_the_exchange_of_the_settings(shelf):
    assert shelf.portal.settings.exchange_name in words_of(shelf.portal.blobs.get(form(shelf, ONE).newest.sha256))


def test_what_was_printed_passes_the_check_of_every_upload(shelf):
    assert contents.fault(shelf.portal.blobs.get(form(shelf, ONE).newest.sha256), "pdf") == ""


def test_what_came_with_the_portal_was_published_by_nobody(shelf):
    with shelf.portal.database.read() as connection:
        assert [one.publisher for one in kept.versions(connection, form(shelf, ONE).id)] == [""]


def test_the_arrival_of_a_form_is_sealed(shelf):
    (sealed,) = entries(shelf, "agnes")
    told = sealed.entry["action"], sealed.entry["actor"]["name"], sealed.entry["facts"]["number"]
    assert (told, fault(shelf, "agnes")) == (("form.shipped", "Client Connect", ONE), "")


def test_of_two_workers_that_print_a_form_at_once_one_publishes_it(either_office):
    other = either_office.beside()
    found = race(lambda: printed(either_office), lambda: printed(other))
    other.portal.database.close()
    assert (found, listed(either_office), len(entries(either_office, "agnes"))) == ([ONE, ONE], [(ONE, 1)], 1)


# --- and never over what somebody did ---------------------------------------------------------------------------------
def test_a_form_that_was_withdrawn_does_not_come_back(shelf):
    withdrawn(shelf, ONE)
    ready_forms(shelf.portal)
    printed(shelf)
    assert (listed(shelf), f"form:{ONE}" in promised(shelf)) == ([], False)


def test_a_number_that_the_exchange_has_used_stays_its_own(office):
    added(office, ONE)
    printed(office)
    assert form(office, ONE).newest is None


def test_what_ships_can_be_published_anew(shelf):
    assert published(shelf, ONE) == 2


@pytest.mark.parametrize("number", SHIPPED)
def test_a_file_of_a_form_is_written_as_people_read_it(number):
    text = (shipped_forms.FOLDER / f"{number}.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"
