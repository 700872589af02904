"""The sealed record: what it carries, and that no change to it goes unnamed."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from engine.sealed.proof import fingerprint, verify
from engine.sealed.record import Record, carried, read, without
from engine.sealed.seal import canonical, digest
from tests import records

TRUSTED = records.pem(records.KEY)


@pytest.fixture
def record() -> Record:
    return records.story()


def changed(record: Record, change: Callable[[dict[str, Any]], None]) -> dict[str, bytes]:
    """The documents of a record with its trail changed and written again in canonical form."""
    documents = carried(record)
    trail = json.loads(documents["trail.json"])
    change(trail)
    return documents | {"trail.json": canonical(trail)}


def first_fault(documents: dict[str, bytes], key: bytes | None = TRUSTED) -> str:
    """What the verdict says first of documents that are not intact."""
    verdict = verify(documents, key)
    assert not verdict.intact
    return verdict.sentences[0]


def test_a_record_comes_back_from_its_documents(record):
    assert read(carried(record)) == record


def test_an_untouched_record_is_intact(record):
    assert verify(carried(record), TRUSTED).intact


def test_the_findings_count_entries_and_name_the_key(record):
    said = " ".join(verify(carried(record), TRUSTED).sentences)
    assert "all 9 entries" in said and fingerprint(TRUSTED) in said


def test_without_a_trusted_key_the_finding_asks_to_compare_it(record):
    assert "compare it with the portal's" in verify(carried(record)).sentences[-1]


def test_without_a_trusted_key_a_record_is_no_more_than_consistent(record):
    (said,) = [sentence for sentence in verify(carried(record)).sentences if "consistent" in sentence]
    assert f"signed with key {fingerprint(TRUSTED)} of the file itself: compare it" in said


def test_an_unsigned_record_is_not_intact():
    unsigned = records.sealed(records.story(), key=None)
    assert first_fault(carried(unsigned), key=None).startswith("The record is not signed: ")


@pytest.mark.parametrize("key", [TRUSTED, None])
def test_a_seal_that_names_another_key_than_it_carries_is_caught(record, key):
    other = replace(record, seal=replace(record.seal, key_id="2026-1"))
    assert first_fault(carried(other), key).startswith("The seal names another key than the one it carries (")


@pytest.mark.parametrize("key", [TRUSTED, None])
@pytest.mark.parametrize("public", [None, ""])
def test_a_signature_without_its_public_key_is_caught(record, key, public):
    other = replace(record, seal=replace(record.seal, public_key=public))
    assert first_fault(carried(other), key).startswith("Expected the public key beside the signature")


@pytest.mark.parametrize(
    ("part", "name"),
    [
        (lambda trail: trail, "the trail"),
        (lambda trail: trail["seal"], "the seal"),
        (lambda trail: trail["entries"][4], "entry 5 ("),
        (lambda trail: trail["documents"][0], "the list of documents"),
    ],
)
def test_what_is_put_in_beside_the_sealed_facts_is_named(record, part, name):
    said = first_fault(changed(record, lambda trail: part(trail).update(note="Approved by the board.")))
    assert f"but {name}" in said and "holds 'note': it was put in" in said


def test_the_producer_of_the_pages_is_sealed(record):
    other = replace(record, producer="Acrobat")
    assert "changed after signing" in first_fault(carried(other))


def test_an_unsigned_record_does_not_satisfy_a_trusted_key():
    unsigned = records.sealed(records.story(), key=None)
    assert first_fault(carried(unsigned)) == "Expected a signature of the trusted key, but the record is not signed."


def test_a_raw_key_is_as_good_as_its_pem(record):
    assert verify(carried(record), records.KEY.public_key().public_bytes_raw()).intact


def test_a_changed_entry_is_named(record):
    documents = changed(record, lambda trail: trail["entries"][4]["entry"].update(comment="Fine."))
    assert first_fault(documents) == "Entry 5 (task.completed, 23 Nov 2026 10:57 HKT) does not match its seal."


def kept_back(record: Record, *names: str) -> Record:
    """The record with these parts of its fifth entry kept back."""
    entries = list(record.entries)
    entries[4] = without(entries[4], frozenset(names))
    return records.sealed(replace(record, entries=tuple(entries)))


def test_a_record_without_the_name_of_somebody_is_intact(record):
    assert verify(carried(kept_back(record, "actor.name")), TRUSTED).intact


def test_what_is_kept_back_is_not_carried(record):
    assert "Chen Wai" in str(record.entries[4]) and "Chen Wai" not in str(kept_back(record, "actor.name").entries[4])


def test_a_record_with_parts_kept_back_comes_back_from_its_documents(record):
    partly = kept_back(record, "actor.name", "facts")
    assert read(carried(partly)) == partly


def test_the_findings_count_the_entries_of_which_a_part_is_shown(record):
    said = " ".join(verify(carried(kept_back(record, "actor.name")), TRUSTED).sentences)
    assert "Of 1 entries this file shows only what its reader is told" in said


def test_an_entry_of_which_nothing_is_kept_back_stays_as_it_was(record):
    assert without(record.entries[4], frozenset()) == record.entries[4]


def test_a_changed_part_of_an_entry_is_named_when_others_are_kept_back(record):
    partly = kept_back(record, "actor.name")
    documents = changed(partly, lambda trail: trail["entries"][4]["entry"].update(comment="Fine."))
    assert first_fault(documents) == "Entry 5 (task.completed, 23 Nov 2026 10:57 HKT) does not match its seal."


@pytest.mark.parametrize("words", ["hidden", "salts"])
def test_a_changed_digest_or_salt_is_named(record, words):
    def spoil(trail):
        said = trail["entries"][4][words]
        said[min(said)] = "0" * 64

    assert first_fault(changed(kept_back(record, "actor.name"), spoil)).endswith("does not match its seal.")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda sealed: sealed["hidden"].update({"seq": "0" * 64}),
        lambda sealed: sealed["salts"].update({"note": "0" * 64}),
        lambda sealed: sealed["salts"].pop("seq"),
    ],
    ids=["hidden and shown", "salt of nothing", "no salt"],
)
def test_a_part_is_shown_or_kept_back_never_both(record, spoil):
    documents = changed(kept_back(record, "actor.name"), lambda trail: spoil(trail["entries"][4]))
    assert first_fault(documents).startswith("Expected each part shown or kept back, but entry 5 (")


def test_a_whole_entry_carries_no_salts(record):
    documents = changed(record, lambda trail: trail["entries"][4].update(salts={"seq": "0" * 64}))
    assert first_fault(documents).startswith("Expected each part shown or kept back")


@pytest.mark.parametrize("place", range(9))
def test_a_changed_byte_in_any_entry_is_named(record, place):
    documents = carried(record)
    sealed = canonical(record.entries[place].facts)
    spoiled = documents["trail.json"].replace(
        sealed, sealed.replace(b"HKEX", b"HKEY").replace(b'"lane":"m', b'"lane":"n')
    )
    assert first_fault(documents | {"trail.json": spoiled}).startswith(f"Entry {place + 1} (")


def test_only_the_first_broken_entry_is_named(record):
    def spoil(trail):
        for place in (3, 6):
            trail["entries"][place]["entry"]["comment"] = "Fine."

    said = verify(changed(record, spoil), TRUSTED).sentences
    assert [sentence for sentence in said if sentence.startswith("Entry")] == [said[0]] and said[0].startswith(
        "Entry 4 "
    )


def test_swapped_entries_are_named(record):
    def swap(trail):
        trail["entries"][2:4] = reversed(trail["entries"][2:4])

    assert first_fault(changed(record, swap)).startswith("Entry 4 (task.completed, 23 Nov 2026 10:46 HKT) stands where")


def test_a_deleted_entry_is_named(record):
    assert first_fault(changed(record, lambda trail: trail["entries"].pop(3))).startswith("Entry 4 is missing:")


def test_an_entry_that_stands_twice_is_named(record):
    documents = changed(record, lambda trail: trail["entries"].append(trail["entries"][4]))
    assert (
        first_fault(documents)
        == "Entry 5 (task.completed, 23 Nov 2026 10:57 HKT) stands there twice: an entry was put in."
    )


def test_an_inserted_entry_is_named(record):
    documents = changed(record, lambda trail: trail["entries"].insert(2, trail["entries"][1]))
    assert first_fault(documents).startswith("Entry 2 (")


def test_a_renumbered_insertion_breaks_the_chain(record):
    def insert(trail):
        extra = json.loads(canonical(trail["entries"][2]))
        trail["entries"].insert(2, extra)
        for seq, sealed in enumerate(trail["entries"], start=1):
            sealed["entry"]["seq"] = seq

    assert first_fault(changed(record, insert)).startswith("Entry 4 (")


def test_a_truncated_trail_is_named(record):
    documents = changed(record, lambda trail: trail["entries"].pop())
    assert first_fault(documents) == "The seal counts 9 entries, but the trail holds 8: its end was changed."


def test_a_foreign_reference_breaks_the_first_link(record):
    documents = changed(record, lambda trail: trail.update(reference="CT027-20261123-000043"))
    assert first_fault(documents).startswith("Entry 1 (case.opened")


def made_again(record: Record) -> Record:
    facts = [dict(entry.facts) for entry in record.entries]
    facts[4]["comment"] = "Never said."
    entries = records.chained(facts)
    return replace(record, entries=entries, seal=replace(record.seal, head=entries[-1].hash))


def test_a_chain_made_again_is_caught_by_the_signature(record):
    assert "changed after signing" in first_fault(carried(made_again(record)), key=None)


def test_a_chain_made_again_and_signed_with_another_key_is_caught_by_the_trusted_one(record):
    forged = records.sealed(made_again(record), records.OTHER_KEY)
    assert verify(carried(forged)).intact
    assert first_fault(carried(forged)).startswith("Signed with another key (")


def test_a_truncation_with_its_seal_made_again_is_caught_by_the_signature(record):
    short = replace(record, entries=record.entries[:8], answers=record.answers)
    short = replace(short, seal=replace(record.seal, head=short.entries[-1].hash, count=8))
    assert "changed after signing" in first_fault(carried(short))


@pytest.mark.parametrize("name", ["P1.bpmn", "CT027.form"])
def test_a_changed_document_is_named(record, name):
    documents = carried(record)
    assert first_fault(documents | {name: documents[name] + b" "}) == f"{name} is not the document that was sealed."


def test_changed_words_on_the_pages_are_named(record):
    documents = carried(record)
    spoiled = documents["pages.json"].replace(b"50,000,000", b"90,000,000")
    assert first_fault(documents | {"pages.json": spoiled}) == "pages.json is not the document that was sealed."


def test_a_document_listed_anew_is_caught_by_the_signature(record):
    other = replace(record, forms=(replace(record.forms[0], body=b"{}"),))
    assert "changed after signing" in first_fault(carried(other))


def test_a_missing_document_is_named(record):
    documents = carried(record)
    del documents["P1.bpmn"]
    assert first_fault(documents) == "Expected the file to carry P1.bpmn, but it does not."


def test_a_document_put_in_is_named(record):
    documents = carried(record) | {"invoice.exe": b"MZ"}
    assert first_fault(documents) == "The file carries invoice.exe, which the seal does not list."


def test_changed_answers_do_not_match_their_hash(record):
    spoiled = replace(record.answers[1], values={**record.answers[1].values, "limit_hkd": "1"})
    forged = records.sealed(replace(record, answers=(record.answers[0], spoiled)))
    assert first_fault(carried(forged)) == "The answers of round 2 at submit do not match their hash."


def test_answers_of_another_case_belong_to_no_entry(record):
    foreign = records.story(steps=[*records.STORY[:1], (*records.STORY[1][:7], {"limit_hkd": "1"})]).answers
    forged = records.sealed(replace(record, answers=foreign))
    assert first_fault(carried(forged)) == "The answers of round 1 at submit belong to no entry of the trail."


def test_erased_answers_leave_the_record_intact_and_are_named(record):
    erased = records.sealed(replace(record, answers=record.answers[1:]))
    verdict = verify(carried(erased), TRUSTED)
    assert verdict.intact and any(s.startswith("Entry 2 (") and "only their hash" in s for s in verdict.sentences)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b"{}", b"null", b"\xff", b'{"a":NaN}', b"[" * 100_000, b'"\\ud800"', b'{"format":1}']
)
def test_a_trail_that_is_none_is_refused_in_a_sentence(record, body):
    assert first_fault(carried(record) | {"trail.json": body}).startswith("Expected ")


def test_a_file_without_a_trail_is_refused_in_a_sentence():
    assert first_fault({}).startswith("Expected the file to carry trail.json")


def test_a_trail_written_in_another_form_is_named(record):
    documents = carried(record)
    spaced = json.dumps(json.loads(documents["trail.json"]), indent=1).encode()
    assert first_fault(documents | {"trail.json": spaced}).startswith("Expected trail.json in its canonical form")


@pytest.mark.parametrize("key", [b"", b"none", b"-----BEGIN PUBLIC KEY-----\nAA==\n-----END PUBLIC KEY-----\n"])
def test_a_key_that_is_none_is_refused_in_a_sentence(record, key):
    assert first_fault(carried(record), key) == "Expected an Ed25519 public key, but it cannot be read as one."


@pytest.mark.parametrize("signature", ["", "not base64!", "AAAA"])
def test_a_signature_that_is_none_is_named(record, signature):
    spoiled = replace(record, seal=replace(record.seal, signature=signature))
    assert "changed after signing" in first_fault(carried(spoiled))


def test_the_fingerprint_is_the_start_of_the_keys_hash():
    raw = records.KEY.public_key().public_bytes_raw()
    assert fingerprint(TRUSTED).replace(" ", "") == digest(raw)[:32]
