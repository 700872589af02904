"""Identifiers are taken as their issuers define them, and refused with a sentence that says what one looks like."""

import json
from contextlib import suppress
from string import ascii_uppercase, digits

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import WrongAnswers
from engine.forms import form, schema
from engine.forms.form import Facts
from engine.forms.identifiers import IDENTIFIERS, NotOne
from engine.language.expression import compiled
from engine.language.scope import Scope

LEIS = ["529900T8BM49AURSDO55", "213800WAVVOPS85N2205", "5493001KJTIIGC8Y1R12"]


def public(key):
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()


ED25519 = public(Ed25519PrivateKey.generate())


def said(kind, text):
    with pytest.raises(NotOne) as refused:
        IDENTIFIERS[kind](text)
    return str(refused.value)


@pytest.mark.parametrize("text", LEIS)
def test_an_lei_is_taken(text):
    assert IDENTIFIERS["lei"](f" {text[:4].lower()} {text[4:]} ") == text


@given(st.sampled_from(LEIS), st.integers(0, 19), st.integers(1, 9))
def test_one_wrong_letter_or_digit_of_an_lei_is_noticed(text, place, by):
    alphabet = digits if text[place].isdigit() else ascii_uppercase
    letter = alphabet[(alphabet.index(text[place]) + by) % len(alphabet)]
    changed = text[:place] + letter + text[place + 1 :]
    with pytest.raises(NotOne):
        IDENTIFIERS["lei"](changed)


@pytest.mark.parametrize("text", ["", "529900T8BM49AURSDO5", "529900T8BM49AURSDO555", "529900T8BM49AURSDOÄ5", "٥" * 20])
def test_what_is_too_short_or_strange_is_no_lei(text):
    assert said("lei", text) == "Enter an LEI of 18 letters and digits and two check digits"


@pytest.mark.parametrize(("text", "kept"), [("amb404", "AMB404"), ("BJA 907", "BJA907")])
def test_a_ce_number_is_taken(text, kept):
    assert IDENTIFIERS["ce_number"](text) == kept


@pytest.mark.parametrize("text", ["AM404", "AMBB404", "404AMB", "AMB40४", "AMB4040"])
def test_what_is_no_ce_number_is_refused(text):
    assert "three letters and three digits" in said("ce_number", text)


@pytest.mark.parametrize("text", ["1234567", "123456789", "1234567A", "１２３４５６７８"])
def test_what_is_no_business_registration_number_is_refused(text):
    assert "8 digits" in said("br_number", text)


@pytest.mark.parametrize(
    ("text", "kept"), [("203.0.113.7", "203.0.113.7"), ("2001:0DB8::0007", "2001:db8::7"), ("10.1.2.3", "10.1.2.3")]
)
def test_an_address_is_taken_in_its_shortest_form(text, kept):
    assert IDENTIFIERS["ip"](text) == kept


@pytest.mark.parametrize("text", ["203.0.113", "203.0.113.256", "203.0.113.0/24", "010.1.2.3", "example.com", "1"])
def test_what_is_no_address_is_refused(text):
    assert "one IP address" in said("ip", text)


@pytest.mark.parametrize("text", ["::", "127.0.0.1", "::1", "224.0.0.1", "169.254.1.1", "fe80::1"])
def test_an_address_that_nobody_else_reaches_is_refused(text):
    assert "reached from elsewhere" in said("ip", text)


def test_a_public_key_is_taken_on_one_line_with_its_comment():
    assert IDENTIFIERS["ssh_key"](f"  {ED25519}\n  ops@firm ") == f"{ED25519} ops@firm"


def test_an_rsa_key_of_3072_bits_is_taken():
    key = public(rsa.generate_private_key(public_exponent=65537, key_size=3072))
    assert IDENTIFIERS["ssh_key"](key) == key


def test_a_short_rsa_key_is_refused_with_its_length():
    key = public(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    assert "this one has 2,048" in said("ssh_key", key)


def test_a_key_of_another_kind_is_refused():
    assert "Ed25519 key, or an RSA key" in said("ssh_key", public(ec.generate_private_key(ec.SECP256R1())))


def test_a_private_key_is_refused_with_a_warning():
    raw = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    assert "never give it away" in said("ssh_key", raw.decode())


@pytest.mark.parametrize(
    "text", ["", "ssh-ed25519", "ssh-ed25519 AAAA", "ssh-rsa !!!!", "AAAAC3NzaC1lZDI1NTE5AAAAIAAA"]
)
def test_what_is_no_public_key_is_refused(text):
    assert "ssh-ed25519 or ssh-rsa" in said("ssh_key", text)


@pytest.mark.parametrize("kind", sorted(IDENTIFIERS))
@given(text=st.text(max_size=60))
def test_nothing_that_is_typed_breaks_a_check(kind, text):
    with suppress(NotOne):
        assert IDENTIFIERS[kind](text)


@pytest.mark.parametrize("kind", sorted(IDENTIFIERS))
def test_a_form_says_it_at_its_field(kind):
    asked = {
        "type": "textfield",
        "id": "f",
        "key": "it",
        "label": "It",
        "properties": {"kind": kind, "label_zh_Hant": "它"},
    }
    content = json.dumps({"id": "small", "type": "default", "components": [asked]}).encode()
    small = schema.read(content, "forms/small.form")
    with pytest.raises(WrongAnswers) as refused:
        form.check(small, form.clean(small, {"it": "nothing such"}), Facts(scope=Scope()))
    assert refused.value.fields["it"]


def test_the_fingerprint_is_the_one_that_openssh_shows():
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJyVrl0Q3Bnv/yp7mvaJKWgZMbIFOHbnHpnMrgkdPQlN ops"
    assert compiled("fingerprint(form.key)")(Scope({"form": {"key": key}})).startswith("SHA256:")


@pytest.mark.parametrize(("address", "inside"), [("203.0.113.7", True), ("203.0.114.7", False), ("2001:db8::1", False)])
def test_an_address_lies_in_a_network_or_not(address, inside):
    asked = compiled('in_networks(form.ip, ["203.0.113.0/24", "198.51.100.0/24"])')
    assert asked(Scope({"form": {"ip": address}})) is inside
