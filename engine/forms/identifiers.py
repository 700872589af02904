"""Identifiers as their issuers define them: what is typed becomes the identifier, or a sentence says why it is none."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from engine.sentence import say

LEI = re.compile(r"[A-Z0-9]{18}[0-9]{2}")  # ISO 17442
CE_NUMBER = re.compile(r"[A-Z]{3}[0-9]{3}")
BR_NUMBER = re.compile(r"[0-9]{8}")
SHORTEST_RSA = 3072
LONGEST_KEY = 2000


class NotOne(ValueError):
    """What was typed is no such identifier; the sentence says what one looks like."""


def lei(text: str) -> str:
    """A legal entity identifier, whose last two digits check the rest (ISO 7064, MOD 97-10)."""
    plain = _tight(text).upper()
    if not LEI.fullmatch(plain):
        raise NotOne(say("Enter an LEI of 18 letters and digits and two check digits"))
    if int("".join(str(int(letter, 36)) for letter in plain)) % 97 != 1:
        raise NotOne(say("Check the LEI: its last two digits do not belong to the rest"))
    return plain


def ce_number(text: str) -> str:
    """A central entity number of the Securities and Futures Commission."""
    plain = _tight(text).upper()
    if not CE_NUMBER.fullmatch(plain):
        raise NotOne(say("Enter a CE number of three letters and three digits, such as AAA000"))
    return plain


def br_number(text: str) -> str:
    """A Hong Kong business registration number."""
    plain = _tight(text)
    if not BR_NUMBER.fullmatch(plain):
        raise NotOne(say("Enter a business registration number of 8 digits"))
    return plain


def ip(text: str) -> str:
    """One IPv4 or IPv6 address of a single host, in its shortest form."""
    try:
        address = ip_address(_tight(text))
    except ValueError as error:
        raise NotOne(say("Enter one IP address, such as 203.0.113.7 or 2001:db8::7")) from error
    if address.is_unspecified or address.is_loopback or address.is_multicast or address.is_link_local:
        raise NotOne(say("Enter the address of a host that can be reached from elsewhere"))
    return str(address)


def ssh_key(text: str) -> str:
    """A public key as OpenSSH writes it: Ed25519, or RSA of at least 3,072 bits."""
    if "PRIVATE" in text.upper():
        raise NotOne(
            say("This is a private key: never give it away. Enter the public one, from the file that ends in .pub")
        )
    parts = text.split()
    try:
        key = load_ssh_public_key(" ".join(parts[:2]).encode())
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotOne(say("Enter the one line of a .pub file that begins with ssh-ed25519 or ssh-rsa")) from error
    if isinstance(key, RSAPublicKey) and key.key_size < SHORTEST_RSA:
        raise NotOne(
            say(
                "Enter an RSA key of at least {shortest_rsa:,} bits; this one has {key_size:,}",
                shortest_rsa=SHORTEST_RSA,
                key_size=key.key_size,
            )
        )
    if not isinstance(key, Ed25519PublicKey | RSAPublicKey):
        raise NotOne(say("Enter an Ed25519 key, or an RSA key"))
    return " ".join(parts)


def _tight(text: str) -> str:
    return "".join(text.split())


IDENTIFIERS: dict[str, Callable[[str], str]] = {
    "br_number": br_number,
    "ce_number": ce_number,
    "ip": ip,
    "lei": lei,
    "ssh_key": ssh_key,
}
LONGEST = {"br_number": 16, "ce_number": 12, "ip": 45, "lei": 30, "ssh_key": LONGEST_KEY}
