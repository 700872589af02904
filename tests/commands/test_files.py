"""Supporting documents: what is kept under which name, who may put and read it, and what the trail says of it."""

from functools import partial

import pytest
from sqlalchemy.exc import DBAPIError

from app.commands.requests import files as commands
from app.retold import retell
from app.store import files
from engine import errors
from engine.forms import attachment
from engine.sealed.seal import digest
from tests.commands.attaching import (
    FIELD,
    MOST,
    OLE,
    PDF,
    answered,
    asking_for_documents,
    put,
    remove,
    rename,
    right_name,
    sheet,
    states,
    stored,
)
from tests.commands.office import race
from tests.commands.test_refusals import SATURDAY_NINE, refused


@pytest.fixture
def desk(office):
    return asking_for_documents(office)


@pytest.fixture
def either_desk(either_office):
    return asking_for_documents(either_office)


def notes(office, reference):
    return [sealed.entry for sealed in office.trail(reference) if sealed.entry["action"].startswith("file.")]


def read(office, reference, file, who):
    return commands.hand_out(office.portal, reference, file.id, office.number(who))[1]


def wrong(caught):
    return caught.value.fields[FIELD][0]


# --- putting ----------------------------------------------------------------------------------------------------------
def test_a_right_file_is_kept_with_its_bytes(either_desk):
    reference = either_desk.open_draft()
    file = put(either_desk, reference)
    assert states(either_desk, reference) == [(".pdf", 1, "kept")]
    assert either_desk.portal.blobs.get(file.sha256) == PDF


@pytest.mark.parametrize(("kind", "content"), [("pdf", PDF), ("xls", OLE), ("xlsx", sheet()), ("PDF", PDF)])
def test_each_kind_of_file_is_taken(desk, kind, content):
    reference = desk.open_draft()
    put(desk, reference, right_name(reference, kind=kind), content)
    assert stored(desk, reference)[0].kind == kind.lower()


def test_putting_makes_no_open_page_stale(desk):
    reference = desk.open_draft()
    seen = desk.version(reference)
    put(desk, reference)
    assert desk.version(reference) == seen


def test_putting_is_sealed_with_what_was_put(either_desk):
    reference = either_desk.open_draft()
    put(either_desk, reference)
    (note,) = notes(either_desk, reference)
    name, sha256 = right_name(reference), digest(PDF)
    said = {"field": FIELD, "name": name, "original_name": name, "sha256": sha256, "size": len(PDF), "version": 1}
    assert note["facts"] == {"key": either_desk.task(reference).key, "round": 1, **said}
    assert either_desk.is_whole(reference)


def test_the_state_of_the_case_stays_as_it_was(desk):
    reference = desk.open_draft()
    put(desk, reference)
    assert len({sealed.entry["state_hash"] for sealed in desk.trail(reference)}) == 1


def test_the_same_name_is_the_next_version_and_the_older_stays(either_desk):
    reference = either_desk.open_draft()
    first = put(either_desk, reference)
    put(either_desk, reference, content=PDF + b"2")
    assert states(either_desk, reference) == [(".pdf", 1, "superseded"), (".pdf", 2, "kept")]
    assert either_desk.portal.blobs.get(first.sha256) == PDF


def test_a_large_and_a_small_extension_are_one_name(desk):
    reference = desk.open_draft()
    put(desk, reference)
    put(desk, reference, right_name(reference, kind="PDF"))
    assert states(desk, reference) == [(".pdf", 1, "superseded"), (".PDF", 2, "kept")]


def test_a_name_that_another_field_holds_waits_to_be_renamed(desk):
    reference = desk.open_draft()
    put(desk, reference)
    file = put(desk, reference, field="minutes")
    assert rename(desk, reference, file, field="minutes") == right_name(reference, "_00")
    assert states(desk, reference) == [(".pdf", 1, "kept"), ("_00.pdf", 1, "kept")]


def test_of_two_at_once_one_is_the_next_version_and_none_is_lost(either_desk):
    reference = either_desk.open_draft()
    acts = [partial(put, either_desk, reference, content=PDF + bytes([n])) for n in range(4)]
    race(*acts)
    found = states(either_desk, reference)
    assert sorted(version for _, version, _ in found) == [1, 2, 3, 4]
    assert [state for _, _, state in found] == ["superseded"] * 3 + ["kept"]
    assert either_desk.is_whole(reference)


# --- renaming and removing --------------------------------------------------------------------------------------------
def test_a_misnamed_file_waits_and_answers_nothing(desk):
    reference = desk.open_draft()
    put(desk, reference, "scan.pdf")
    assert stored(desk, reference)[0].state == "misnamed"
    assert answered(desk, reference) == {}


def test_a_misnamed_file_is_kept_under_the_next_name(either_desk):
    reference = either_desk.open_draft()
    put(either_desk, reference)
    assert rename(either_desk, reference, put(either_desk, reference, "scan.PDF")) == right_name(reference, "_00")
    assert states(either_desk, reference) == [(".pdf", 1, "kept"), ("_00.pdf", 1, "kept")]


def test_the_trail_says_what_a_renamed_file_was_called(desk):
    reference = desk.open_draft()
    rename(desk, reference, put(desk, reference, "scan\x00.pdf"))
    facts = notes(desk, reference)[-1]["facts"]
    assert (facts["original_name"], facts["name"]) == ("scan\ufffd.pdf", right_name(reference))


def test_a_kept_file_is_not_renamed(desk):
    reference = desk.open_draft()
    file = put(desk, reference)
    with refused(desk, errors.NotFound):
        rename(desk, reference, file)


def test_a_removed_file_answers_nothing_but_its_bytes_stay(either_desk):
    reference = either_desk.open_draft()
    file = put(either_desk, reference)
    remove(either_desk, reference, file)
    assert answered(either_desk, reference) == {}
    assert read(either_desk, reference, file, "mia") == PDF


def test_a_file_is_removed_once(desk):
    reference = desk.open_draft()
    file = put(desk, reference)
    remove(desk, reference, file)
    with refused(desk, errors.NotFound):
        remove(desk, reference, file)


def test_the_name_of_a_removed_file_is_free_again_as_a_new_version(desk):
    reference = desk.open_draft()
    remove(desk, reference, put(desk, reference))
    put(desk, reference)
    assert states(desk, reference) == [(".pdf", 1, "removed"), (".pdf", 2, "kept")]


def test_a_file_is_found_in_its_own_field_alone(desk):
    reference = desk.open_draft()
    file = put(desk, reference)
    with refused(desk, errors.NotFound):
        remove(desk, reference, file, field="minutes")


def test_a_file_is_found_in_its_own_request_alone(desk):
    reference, other = desk.open_draft(), desk.open_draft()
    file = put(desk, reference)
    with refused(desk, errors.NotFound):
        remove(desk, other, file)


def test_what_a_field_is_answered_with_is_name_hash_and_size(either_desk):
    reference = either_desk.open_draft()
    put(either_desk, reference)
    put(either_desk, reference, right_name(reference, "_00", "xls"), OLE)
    assert answered(either_desk, reference) == {
        FIELD: [
            {"name": right_name(reference), "sha256": digest(PDF), "size": len(PDF)},
            {"name": right_name(reference, "_00", "xls"), "sha256": digest(OLE), "size": len(OLE)},
        ]
    }


# --- what is refused --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("scan.docx", PDF, "PDF, XLS or XLSX"),
        ("scan.pdf.exe", PDF, "PDF, XLS or XLSX"),
        ("scan", PDF, "PDF, XLS or XLSX"),
        ("scan.pdf", b"", "empty"),
        ("scan.pdf", b"MZ\x90\x00", "something else"),
        ("scan.xlsx", PDF, "something else"),
        ("scan.pdf", PDF.ljust(attachment.MOST_BYTES + 1), "10 MB"),
    ],
    ids=["docx", "exe", "no extension", "empty", "program", "other kind", "too large"],
)
def test_a_file_of_another_kind_is_refused_before_it_is_stored(desk, name, content, said):
    reference = desk.open_draft()
    with refused(desk, errors.WrongAnswers) as caught:
        put(desk, reference, name, content)
    assert said in wrong(caught)
    with pytest.raises(FileNotFoundError):
        desk.portal.blobs.get(digest(content))


def test_a_field_takes_no_more_files_than_it_says(desk):
    reference = desk.open_draft()
    for number in range(MOST):
        put(desk, reference, f"scan {number}.pdf")
    with refused(desk, errors.WrongAnswers) as caught:
        put(desk, reference)
    assert f"at most {MOST} files" in wrong(caught)


def test_a_full_field_takes_the_next_version_of_what_it_holds(desk):
    reference = desk.open_draft()
    for suffix in ("", "_00", "_01", "_02"):
        put(desk, reference, right_name(reference, suffix))
    assert put(desk, reference).version == 2


def test_a_participant_has_eleven_files_in_a_request(desk):
    reference = desk.open_draft()
    for suffix in attachment.SUFFIXES[:10]:
        put(desk, reference, right_name(reference, suffix), field="minutes")
    put(desk, reference, right_name(reference, "_09"))
    with refused(desk, errors.WrongAnswers) as caught:
        put(desk, reference, right_name(reference, "_00", "xls"), OLE)
    assert "at most 11" in wrong(caught)


def test_uploads_to_a_request_have_an_end(desk, monkeypatch):
    monkeypatch.setattr(commands, "MOST_UPLOADS", 2)
    reference = desk.open_draft()
    put(desk, reference), put(desk, reference)
    with refused(desk, errors.WrongAnswers):
        put(desk, reference)


@pytest.mark.parametrize("field", ["limit_hkd", "strange", "documents\n", ""])
def test_only_a_file_field_takes_files(desk, field):
    reference = desk.open_draft()
    with refused(desk, errors.UnknownFields):
        put(desk, reference, field=field)


@pytest.mark.parametrize(
    ("who", "reason"), [("chen", errors.NotFound), ("leo", errors.NotFound), ("karen", errors.NotFound)]
)
def test_only_a_maker_of_the_firm_puts_files(either_desk, who, reason):
    reference = either_desk.open_draft()
    with refused(either_desk, reason):
        put(either_desk, reference, who=who)
    with pytest.raises(FileNotFoundError):
        either_desk.portal.blobs.get(digest(PDF))


def test_who_put_a_file_does_not_check_the_request(either_desk):
    reference = either_desk.open_draft()
    put(either_desk, reference, who="bo")
    either_desk.submit(reference)
    with refused(either_desk, errors.FourEyes):
        either_desk.approve(reference, "bo")


def test_nothing_is_put_while_a_checker_has_the_request(desk):
    reference = desk.open_draft()
    task = desk.task(reference).id
    file = put(desk, reference)
    desk.submit(reference)
    with refused(desk, errors.TaskNotOpen):
        put(desk, reference, task=task)
    with refused(desk, errors.TaskNotOpen):
        put(desk, reference, who="chen")
    with refused(desk, errors.TaskNotOpen):
        remove(desk, reference, file, "chen")


def test_a_stale_page_puts_nothing(desk):
    reference = desk.open_draft()
    seen = desk.version(reference)
    desk.submit(reference)
    desk.give_back(reference)
    with refused(desk, errors.StalePage):
        put(desk, reference, version=seen)


def test_during_maintenance_nothing_is_put(desk):
    reference = desk.open_draft()
    file = put(desk, reference)
    desk.clock.move(**SATURDAY_NINE)
    for act in (
        partial(put, desk, reference),
        partial(remove, desk, reference, file),
        partial(rename, desk, reference, file),
    ):
        with refused(desk, errors.ServiceClosed):
            act()


def test_a_returned_request_takes_files_again(desk):
    reference = desk.open_draft()
    put(desk, reference)
    desk.submit(reference)
    desk.give_back(reference)
    assert put(desk, reference, content=PDF + b"2").version == 2


# --- who reads it -----------------------------------------------------------------------------------------------------
def test_the_firm_reads_its_files(desk):
    reference = desk.open_draft()
    file = put(desk, reference)
    desk.submit(reference)
    assert read(desk, reference, file, "chen") == PDF


@pytest.mark.parametrize("who", ["leo", "rita", "karen"])
def test_nobody_else_reads_them_before_they_are_sent(either_desk, who):
    reference = either_desk.open_draft()
    file = put(either_desk, reference)
    either_desk.submit(reference)
    with refused(either_desk, errors.NotFound):
        read(either_desk, reference, file, who)


def test_the_exchange_reads_what_was_sent_to_it(either_desk):
    reference = either_desk.open_draft()
    file = put(either_desk, reference)
    either_desk.approve(either_desk.submit(reference))
    assert read(either_desk, reference, file, "karen") == PDF


@pytest.mark.parametrize("who", ["leo", "rita"])
def test_another_firm_never_reads_them(desk, who):
    reference = desk.open_draft()
    file = put(desk, reference)
    desk.approve(desk.submit(reference))
    with refused(desk, errors.NotFound):
        read(desk, reference, file, who)


def test_the_exchange_reads_nothing_that_was_removed_before_it_was_sent(desk):
    reference = desk.open_draft()
    file = put(desk, reference)
    remove(desk, reference, file)
    desk.approve(desk.submit(reference))
    with refused(desk, errors.NotFound):
        read(desk, reference, file, "karen")


def returned_by_exchange(desk):
    """A request with one file that the exchange has sent back."""
    reference = desk.open_draft()
    file = put(desk, reference)
    desk.approve(desk.submit(reference))
    desk.complete(reference, "karen", {"decision": "return", "comment": "Which meeting was it?"})
    return reference, file


def test_the_exchange_reads_what_was_sent_before_and_not_what_was_not_sent_again(desk):
    reference, first = returned_by_exchange(desk)
    second = put(desk, reference, content=PDF + b"2")
    assert read(desk, reference, first, "karen") == PDF
    with refused(desk, errors.NotFound):
        read(desk, reference, second, "karen")


@pytest.mark.parametrize("who", ["olive", "audrey"])
def test_who_watches_reads_everything(desk, who):
    reference = desk.open_draft()
    assert read(desk, reference, put(desk, reference, "scan.pdf"), who) == PDF


def test_reading_is_recorded(either_desk):
    reference = either_desk.open_draft()
    file = put(either_desk, reference)
    read(either_desk, reference, file, "mia")
    last = either_desk.rows("people_trail", action="document.downloaded")[-1]
    assert (last.person_id, last.facts) == (
        either_desk.number("mia"),
        {"reference": reference, "sha256": digest(PDF), "file": right_name(reference)},
    )


# --- what the database refuses ----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM files",
        "UPDATE files SET sha256 = 'other'",
        "UPDATE files SET original_name = 'other'",
        "UPDATE files SET size = 0",
        "UPDATE files SET state = 'gone'",
    ],
)
def test_a_file_stays_what_it_was(either_desk, statement):
    reference = either_desk.open_draft()
    put(either_desk, reference)
    with pytest.raises(DBAPIError):
        either_desk.run_sql(statement)


def test_files_of_an_ended_request_stay(either_desk):
    reference = either_desk.open_draft()
    put(either_desk, reference)
    either_desk.leave(reference, "discard", "mia", "No longer needed")
    with pytest.raises(DBAPIError):
        either_desk.run_sql("UPDATE files SET state = 'removed'")


# --- the trail --------------------------------------------------------------------------------------------------------
def test_a_life_with_files_runs_again_and_comes_out_the_same(either_desk):
    reference, _ = returned_by_exchange(either_desk)
    rename(either_desk, reference, put(either_desk, reference, "scan.pdf"))
    remove(either_desk, reference, stored(either_desk, reference)[0])
    either_desk.submit(reference, limit_hkd="45,000,000")
    either_desk.accept(either_desk.process(either_desk.approve(reference)))
    said = []
    assert retell(either_desk.portal, reference, said.append), said


@pytest.mark.parametrize("word", ["name = 'other.pdf'", "version = 7", "entry = 1"])
def test_a_file_that_was_changed_beside_the_trail_is_found(desk, word):
    reference = desk.open_draft()
    put(desk, reference)
    desk.run_sql(f"UPDATE files SET {word}")
    said = []
    assert not retell(desk.portal, reference, said.append)
    assert "as it was sealed, but it was changed" in said[-1]


def test_a_file_that_the_trail_does_not_know_is_found(desk):
    reference = desk.open_draft()
    put(desk, reference)
    desk.run_sql(
        "INSERT INTO files SELECT '00000000000000000000000000000000', case_id, step, field, side, participant_id, "
        "name, original_name, sha256, size, kind, version, state, put_by, put_at, entry, gone FROM files"
    )
    said = []
    assert not retell(desk.portal, reference, said.append)
    assert "Expected 1 files" in said[-1]


def test_a_file_may_wait_misnamed_at_a_step(desk):
    reference = desk.open_draft()
    put(desk, reference, "scan.pdf", field="minutes")
    with desk.portal.database.read() as connection:
        assert files.misnamed_at(connection, desk.case(reference).id, "submit") == {"minutes"}
