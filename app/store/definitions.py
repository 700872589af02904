"""What analysts deployed: files by SHA-256, releases of eServices, and which one is current."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from app.store.tables import artefacts, eservices, releases
from engine.errors import BadState, NotFound
from engine.running import definition
from engine.running.definition import Definition
from engine.sealed import seal

MOST_KEPT = 256
CURRENT = select(eservices.c.code, eservices.c.release).order_by(eservices.c.code)
_compiled: OrderedDict[str, Definition] = OrderedDict()
_turn = threading.Lock()


def current_releases(connection: Connection) -> dict[str, str]:
    """The current release of every eService, by its code."""
    return {code: release for code, release in connection.execute(CURRENT)}


def of_release(connection: Connection, sha256: str) -> Definition:
    """The definition of a release, compiled once per process; raises `NotFound`."""
    with _turn:
        if sha256 in _compiled:
            _compiled.move_to_end(sha256)
            return _compiled[sha256]
    found = release_files(connection, sha256)
    if found is None:
        raise NotFound(f"the release {sha256[:12]}")
    code, files = found
    if seal.digest(definition.manifest(files)) != sha256:
        raise BadState(f"Expected the files of the release {sha256[:12]} as they were deployed, but they were changed.")
    made = definition.compiled(files, code)
    with _turn:
        _compiled[sha256] = made
        while len(_compiled) > MOST_KEPT:
            _compiled.popitem(last=False)
    return made


def current(connection: Connection) -> dict[str, Definition]:
    """The current definition of every eService, by code."""
    return {code: of_release(connection, sha256) for code, sha256 in current_releases(connection).items()}


def current_of(connection: Connection, code: str) -> Definition:
    """The current definition of one eService; raises `NotFound`."""
    release = current_releases(connection).get(code)
    if release is None:
        raise NotFound(f"the eService {code}")
    return of_release(connection, release)


def release_files(connection: Connection, sha256: str) -> tuple[str, dict[str, bytes]] | None:
    """The eService's code and its files by name."""
    row = connection.execute(
        select(releases.c.eservice, releases.c.manifest).where(releases.c.sha256 == sha256)
    ).first()
    if row is None:
        return None
    names = definition.files_of(row.manifest)
    found = connection.execute(select(artefacts).where(artefacts.c.sha256.in_(names.values())))
    contents = {artefact.sha256: artefact.content for artefact in found}
    return row.eservice, {name: contents[digest] for name, digest in names.items()}


def keep_release(connection: Connection, code: str, files: Mapping[str, bytes], at: datetime) -> str:
    """Keep the files and make them the eService's current release; returns its SHA-256."""
    manifest = definition.manifest(files)
    sha256 = seal.digest(manifest)
    rows = [{"sha256": seal.digest(content), "content": content} for content in files.values()]
    _insert_once(connection, artefacts, rows)
    row = {"sha256": sha256, "eservice": code, "manifest": manifest.decode(), "deployed_at": at}
    _insert_once(connection, releases, [row])
    insert = _dialect(connection).insert(eservices).values(code=code, release=sha256)
    connection.execute(insert.on_conflict_do_update(index_elements=["code"], set_={"release": sha256}))
    return sha256


def _insert_once(connection: Connection, table, rows) -> None:  # type: ignore[no-untyped-def]
    connection.execute(_dialect(connection).insert(table).on_conflict_do_nothing(), rows)


def _dialect(connection: Connection):  # type: ignore[no-untyped-def]
    return sqlite if connection.dialect.name == "sqlite" else postgresql
