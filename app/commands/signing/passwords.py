"""Passwords: how they are kept, and which are too weak."""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Sequence

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from engine.sentence import say

SHORTEST, LONGEST = 8, 128
HARD_ENOUGH = 2  # zxcvbn's score, 0 to 4: beyond what an online guesser can try
TELLING_LETTERS = 4
READS_AT_MOST = 72  # zxcvbn takes no more
SIGNS = frozenset("4@8({[<369&#!1/|0$5+7%2")  # that zxcvbn also reads as letters, in every combination
MANY_SIGNS, READS_WITH_MANY = 8, 20  # with more different ones it would read for many seconds
HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
NOBODY = HASHER.hash(secrets.token_hex(16))


def hash_password(password: str) -> str:
    """The Argon2id hash to keep, with its parameters and salt."""
    return HASHER.hash(_normal(password))


def fits(password_hash: str | None, password: str) -> bool:
    """Whether the password belongs to the hash; without a hash it takes as long to say no."""
    try:
        HASHER.verify(password_hash or NOBODY, _normal(password))
    except (VerificationError, InvalidHashError):
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return HASHER.check_needs_rehash(password_hash)


def weakness(password: str, names: Sequence[str] = ()) -> str | None:
    """Why the password is too weak, as a sentence, or None when it is not.

    names: what an attacker tries first: login ID, company, exchange.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        return say("Use at least {shortest} and at most {longest} characters.", shortest=SHORTEST, longest=LONGEST)
    folded = _normal(password).casefold()
    if any(name in folded for name in _telling(names)):
        return say("Leave out your e-mail address and the names of your company and of the exchange.")
    if zxcvbn(password[: _letters_to_read(password)])["score"] < HARD_ENOUGH:
        return say("This password is easy to guess. Use several words that do not belong together.")
    return None


def _letters_to_read(password: str) -> int:
    return READS_WITH_MANY if len(SIGNS & set(password)) > MANY_SIGNS else READS_AT_MOST


def _normal(password: str) -> str:
    # One letter more than allowed keeps a too long password wrong without hashing a megabyte.
    return unicodedata.normalize("NFC", password[: LONGEST + 1])


def _telling(names: Sequence[str]) -> set[str]:
    words = {"hkex"} | {word.casefold() for name in names for word in _first_guesses(name)}
    return {word for word in words if len(word) >= TELLING_LETTERS}


def _first_guesses(name: str) -> tuple[str, ...]:
    if "@" not in name:
        return name, name.partition(" ")[0]
    login, _, domain = name.partition("@")
    return name, login, domain.partition(".")[0]
