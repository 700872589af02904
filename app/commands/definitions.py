"""Deploying eServices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.commands.portal import Portal
from app.store import definitions as store
from engine.checking import lint
from engine.drawings import bpmn
from engine.errors import BadDrawing
from engine.running import definition
from engine.running.definition import CODE


def read_folder(root: Path) -> dict[str, bytes]:
    """Every file of `processes/` and `forms/` under a folder, by name."""
    return {
        f"{part}/{path.name}": path.read_bytes()
        for part in ("processes", "forms")
        for path in sorted((root / part).glob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def codes_of(folder: Mapping[str, bytes]) -> list[str]:
    """The eServices of a folder; those that are only there to be copied are none."""
    names = sorted(name for name in folder if name.endswith(".bpmn") and CODE.match(name[10:-5]))
    return [name[10:-5] for name in names if not _is_template(folder[name], name)]


def _is_template(content: bytes, name: str) -> bool:
    drawing, _ = bpmn.read(content, name)
    return drawing.properties.get("template") == "true"


def deploy(portal: Portal, folder: Mapping[str, bytes], *, walk: bool = True) -> dict[str, str]:
    """Make every eService of the folder current; returns its release by code.

    walk: play the analysts' examples first. Raises `BadDrawing` with every fault, one line each, and changes nothing,
    when any file is at fault.
    """
    faults = lint.check_folder(folder, walk=walk)
    if faults:
        raise BadDrawing("\n".join(str(fault) for fault in faults))
    ready = {code: definition.compiled(definition.gather(folder, code), code) for code in codes_of(folder)}
    with portal.database.read() as connection:
        current = store.current_releases(connection)
    news = {code: made for code, made in ready.items() if current.get(code) != made.sha256}
    if news:
        with portal.database.write() as connection:
            for code, made in news.items():
                store.keep_release(connection, code, made.files, portal.clock.now())
    return {code: made.sha256 for code, made in ready.items()}
