"""A seal shows every change."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import BadState
from engine.sealed import seal

KEY = b"k" * 32
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abcdé", max_size=4), inner, max_size=4),
    max_leaves=10,
)


@given(JSON)
def test_a_value_survives_its_canonical_bytes(value):
    assert json.loads(seal.canonical(value)) == value


@given(st.dictionaries(st.text("abc", max_size=3), st.integers(), max_size=5))
def test_the_order_of_keys_changes_nothing(value):
    turned = dict(reversed(value.items()))
    assert seal.canonical(turned) == seal.canonical(value)


def test_canonical_bytes_are_plain_utf_8_without_spaces():
    assert seal.canonical({"b": [1, None], "a": "港"}) == '{"a":"港","b":[1,null]}'.encode()


def test_what_json_cannot_say_is_no_canonical_value():
    with pytest.raises(ValueError, match="Out of range"):
        seal.canonical(float("nan"))


def test_a_link_is_the_hash_of_the_one_before_and_the_entry():
    entry = {"seq": 1, "actor": {"name": "Mia"}, "salt": "s"}
    expected = hashlib.sha256(b"previous\n" + seal.canonical(seal.leaves(entry))).hexdigest()
    assert seal.link("previous", entry) == expected


def test_the_digest_of_a_part_is_that_of_its_salt_and_itself():
    salt = hashlib.sha256(b"s actor.name").hexdigest()
    part = hashlib.sha256(salt.encode() + b'"Mia"').hexdigest()
    assert seal.leaves({"actor": {"name": "Mia"}, "salt": "s"}) == {"actor.name": part}


def test_equal_parts_hide_behind_different_salts():
    assert seal.leaves({"seq": 1, "salt": "a"})["seq"] != seal.leaves({"seq": 1, "salt": "b"})["seq"]


def test_equal_parts_of_one_entry_hide_behind_different_salts():
    assert len(set(seal.leaves({"status_from": "DRAFT", "status_to": "DRAFT", "salt": "a"}).values())) == 2


def test_the_first_link_is_bound_to_the_case():
    assert seal.first_link("CT027-20261123-000001") != seal.first_link("CT027-20261123-000002")


def test_equal_answers_hide_behind_different_salts():
    assert seal.answers_hash("a", {"x": 1}) != seal.answers_hash("b", {"x": 1})


@given(st.binary(max_size=200))
def test_a_signed_body_opens_with_its_key(body):
    assert seal.opened(seal.signed(body, KEY), KEY) == body


@given(st.binary(max_size=60), st.integers(0), st.integers(1, 255))
def test_no_changed_byte_goes_unseen(body, place, change):
    blob = bytearray(seal.signed(body, KEY))
    blob[place % len(blob)] ^= change
    with pytest.raises(BadState):
        seal.opened(bytes(blob), KEY)


@given(st.binary(max_size=60), st.integers(1, 33))
def test_nothing_can_be_cut_off(body, length):
    with pytest.raises(BadState):
        seal.opened(seal.signed(body, KEY)[:-length], KEY)


def test_another_key_opens_nothing():
    with pytest.raises(BadState):
        seal.opened(seal.signed(b"body", KEY), b"x" * 32)


@pytest.mark.parametrize("place", range(1 + seal.MAC_LENGTH + 12))
def test_each_byte_of_a_signed_body_is_guarded_bit_by_bit(place):
    blob = seal.signed(b'{"status":1}', KEY)
    for bit in range(8):
        changed = blob[:place] + bytes([blob[place] ^ 1 << bit]) + blob[place + 1 :]
        with pytest.raises(BadState):
            seal.opened(changed, KEY)


@pytest.mark.parametrize("blob", [b"", b"1", b"1" * 33, b"2" + b"\x00" * 40])
def test_what_was_never_signed_does_not_open(blob):
    with pytest.raises(BadState):
        seal.opened(blob, KEY)


def test_another_version_is_refused_even_with_its_own_seal(monkeypatch):
    monkeypatch.setattr(seal, "VERSION", b"2")
    later = seal.signed(b"body", KEY)
    monkeypatch.undo()
    with pytest.raises(BadState):
        seal.opened(later, KEY)


@given(st.binary(max_size=20), st.binary(max_size=20))
def test_nothing_can_be_put_behind_a_signed_body(body, more):
    blob = seal.signed(body, KEY)
    if more:
        with pytest.raises(BadState):
            seal.opened(blob + more, KEY)


def chain(entries):
    links = [seal.first_link("CT027-20261123-000001")]
    for entry in entries:
        links.append(seal.link(links[-1], entry))
    return links


@given(
    st.lists(st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(), max_size=3), min_size=1), st.data()
)
def test_a_changed_entry_changes_its_link_and_every_later_one(entries, data):
    place = data.draw(st.integers(0, len(entries) - 1))
    changed = [*entries[:place], {**entries[place], "changed": 1}, *entries[place + 1 :]]
    same = [one == other for one, other in zip(chain(entries), chain(changed), strict=True)]
    assert same == [True] * (place + 1) + [False] * (len(entries) - place)


def test_the_order_of_entries_is_part_of_the_chain():
    assert chain([{"seq": 1}, {"seq": 2}])[-1] != chain([{"seq": 2}, {"seq": 1}])[-1]


def test_two_values_never_share_their_canonical_bytes():
    values = [None, True, 1, "1", [], {}, [1], {"1": 1}, "", [""], [[]], "null", -1, 0, False]
    assert len({seal.canonical(value) for value in values}) == len(values)
