"""What a form may read of the request that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator

from engine.forms.schema import Form, expressions
from engine.language.expression import read_of
from engine.running.given import open_to


def wrong(asked: Form | None, main: Form | None, lane: str) -> Iterator[str]:
    """Every field of the maker's form that the form of a lane reads and its side may not, or that there is not."""
    if asked is None or main is None or not asked.reads_request:
        return
    known = frozenset() if asked is main else open_to(main, lane)
    for entry in (part for one in asked.fields for part in (one, *one.fields)):
        for name, text in expressions(entry):
            for key in sorted(read_of(text, "request") - known):
                yield (
                    f"Expected {name} of {entry.key} in {asked.id} to read a field of the request that this lane may "
                    f"read, but request.{key} is none: correct the name, or add the lane's side to its readers."
                )
