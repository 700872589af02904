"""What the tests do once instead of thousands of times; nothing they look at is any different for it."""

from __future__ import annotations

import gc
from typing import Any, ClassVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from werkzeug.routing import Rule

from app.commands.signing import passwords

MANY_OBJECTS = 50_000  # new ones before the collector looks: a test makes more than a request does


class RememberingHasher(PasswordHasher):
    """Works out once that a password is right for a hash; a wrong one costs as much every time."""

    _right: ClassVar[set[tuple[str | bytes, str | bytes]]] = set()

    def verify(self, hash: str | bytes, password: str | bytes) -> Any:
        """Whether the password is right, as the library says it."""
        if (hash, password) not in self._right:
            super().verify(hash, password)
            self._right.add((hash, password))
        return True


class RuleOnce(Rule):
    """An address whose builder is compiled once for all applications: it gets the rule itself as its first argument."""

    _builders: ClassVar[dict[tuple[Any, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, self.subdomain, self.host, repr(self.defaults), append_unknown)
        if key not in self._builders:
            self._builders[key] = super()._compile_builder(append_unknown)
        return self._builders[key]


@pytest.hookimpl
def pytest_configure() -> None:
    """Begin to spare."""
    real = passwords.HASHER
    passwords.HASHER = RememberingHasher(
        time_cost=real.time_cost, memory_cost=real.memory_cost, parallelism=real.parallelism
    )
    Flask.url_rule_class = RuleOnce
    gc.set_threshold(MANY_OBJECTS, 20, 100)
