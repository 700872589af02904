"""What failures of the database mean to whoever runs the portal."""

from __future__ import annotations

from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from app.store.database import NewerDatabase

CURES = {
    "database or disk is full": "there is no room left on its disk: make room and start again",
    "readonly database": "this account may not write there: give it the right, or start as the owner",
    "unable to open database file": "the file cannot be opened: may this account write in its folder?",
    "file is not a database": "the file is something else: move it away and start again",
    "disk i/o error": "its disk fails: read the machine's own log",
    "database is locked": "something else has held it for half a minute: end that and start again",
}


def explained(error: BaseException) -> str | None:
    """The failure as a sentence with a cure, or None when it is not the database's."""
    if isinstance(error, NewerDatabase):
        return (
            "Expected a database of this release or an older one, but a newer release has changed it: "
            "start that release, or restore the backup made before it."
        )
    if isinstance(error, ArgumentError | NoSuchModuleError):
        return (
            "Expected CLIENT_CONNECT_DATABASE_URL to begin with sqlite:/// or postgresql+psycopg://, but it does not."
        )
    if isinstance(error, DBAPIError):
        return f"Expected the database to answer, but {_cure(str(error.orig))}."
    return None


def _cure(said: str) -> str:
    for words, cure in CURES.items():
        if words in said.lower():
            return cure
    return f"it says: {' '.join(said.split())[:200].rstrip('.')}"
