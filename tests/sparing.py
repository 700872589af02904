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
    """An address that is compiled once for all applications: a builder gets the rule itself as its first argument."""

    _compiled: ClassVar[dict[tuple[Any, ...], dict[str, Any]]] = {}

    def compile(self) -> None:
        """Compile it, or take over what another of the same text found out."""
        key = (self.rule, self.subdomain, self.host, repr(self.defaults))
        if key not in self._compiled:
            super().compile()
            self._compiled[key] = {name: vars(self)[name] for name in ("_parts", "_trace", "_converters", "arguments")}
            self._compiled[key] |= {name: vars(self)[name].__func__ for name in ("_build", "_build_unknown")}
        for name, found in self._compiled[key].items():
            setattr(self, name, found.__get__(self) if name.startswith("_build") else found)


@pytest.hookimpl
def pytest_configure() -> None:
    """Begin to spare."""
    real = passwords.HASHER
    passwords.HASHER = RememberingHasher(
        time_cost=real.time_cost, memory_cost=real.memory_cost, parallelism=real.parallelism
    )
    Flask.url_rule_class = RuleOnce
    gc.set_threshold(MANY_OBJECTS, 20, 100)
