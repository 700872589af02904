"""A seal shows every change."""

import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import seal
from engine.errors import BadState

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
    entry = {"seq": 1}
    expected = hashlib.sha256(b"previous\n" + seal.canonical(entry)).hexdigest()
    assert seal.link("previous", entry) == expected


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
