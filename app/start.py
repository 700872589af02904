"""Starting the portal: settings, folder, database, eServices and demo people, each made when it is missing."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from app.commands import definitions
from app.commands.managing import shipped_forms
from app.commands.portal import Portal
from app.config import Settings, UnsafeSettings
from app.factory import open_portal
from app.outside import contacts
from app.outside.contacts import BadContacts
from app.store import people
from app.store.database import migrate
from app.store.definitions import current_releases
from app.store.trouble import explained
from engine.errors import BadDrawing, Refused
from engine.running import definition
from engine.sealed import seal

HOUSE = Path(__file__).parents[1]
SECRET = "secret"  # noqa: S105  the name of a file
KEY = "seal.pub"
# Whoever sets one of these runs a portal of their own, not the demo.
OWN = ("SECRET_KEY", "BASE_URL", "DATABASE_URL", "SMTP_HOST", "TRUST_PROXY")

Say = Callable[[str], None]


class CannotStart(Exception):
    """The portal cannot start; the sentence says why and what to do."""


# --- settings ---------------------------------------------------------------------------------------------------------
def surroundings(env: Mapping[str, str]) -> dict[str, str]:
    """The environment with what nobody set: the folder, and the demo with a secret of its own.

    Raises `CannotStart` when the folder cannot be used.
    """
    filled = dict(env)
    root = filled.setdefault("CLIENT_CONNECT_ROOT", str(HOUSE / "var"))
    filled.setdefault("CLIENT_CONNECT_DEMO", "0" if own_settings(env) else "1")
    if filled["CLIENT_CONNECT_DEMO"] == "1" and not filled.get("CLIENT_CONNECT_SECRET_KEY"):
        filled["CLIENT_CONNECT_SECRET_KEY"] = _secret_of_demo(ready_folder(Path(root)), filled)
    return filled


def own_settings(env: Mapping[str, str]) -> list[str]:
    """The variables by which an operator says that this is not the demo."""
    return [f"CLIENT_CONNECT_{name}" for name in OWN if env.get(f"CLIENT_CONNECT_{name}")]


def settings_of(env: Mapping[str, str]) -> Settings:
    """The settings of a filled environment. Raises `UnsafeSettings`; `CannotStart` when its folder cannot be used."""
    try:
        settings = Settings.from_environment(env)
    except UnsafeSettings:
        raise
    except ValueError as error:
        raise CannotStart(f"Expected numbers in the CLIENT_CONNECT_ variables for ports, but: {error}.") from error
    ready_folder(settings.root)
    try:
        contacts.read(settings.support)
    except BadContacts as error:
        raise CannotStart(f"{error} Its place is named in CLIENT_CONNECT_SUPPORT.") from error
    return settings


def ready_folder(root: Path) -> Path:
    """The folder for everything that the portal keeps, made when it is missing; raises `CannotStart`."""
    try:
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise CannotStart(unwritable(root, error)) from error
    if not os.access(root, os.W_OK | os.X_OK):
        raise CannotStart(unwritable(root, PermissionError(errno.EACCES, "Permission denied")))
    return root


def unwritable(place: Path | str, error: OSError) -> str:
    """The sentence about a file or folder that could not be written."""
    if error.errno == errno.ENOSPC:
        return f"Expected room for {place}, but its disk is full: make room and start again."
    reason = (error.strerror or type(error).__name__).lower()
    return (
        f"Expected to write in {place}, but: {reason}. Give this account the right, or name another folder in "
        "CLIENT_CONNECT_ROOT."
    )


def _secret_of_demo(root: Path, env: Mapping[str, str]) -> str:
    path = root / SECRET
    if not path.exists():
        if (root / "portal.db").exists() and not env.get("CLIENT_CONNECT_DATABASE_URL"):
            raise CannotStart(
                f"Expected the secret of {root / 'portal.db'} in {path}, but it is gone, and without it no request can "
                f"be opened: put it back, or move {root} away to begin anew."
            )
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text(encoding="ascii").strip()


def _write_once(path: Path, text: str) -> None:
    """Write the whole file or nothing; when two starts race, the first one's text stays."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(text + "\n")
        os.link(draft, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise CannotStart(unwritable(path, error)) from error
    finally:
        draft.unlink(missing_ok=True)


# --- database, eServices, people --------------------------------------------------------------------------------------
def ready_portal(settings: Settings, say: Say, folder: Path = HOUSE) -> Portal:
    """A portal whose database is migrated, with the folder's eServices, its forms on paper and the demo's people."""
    migrate(settings.database_url)
    portal = open_portal(settings)
    try:
        ready_eservices(portal, folder, say)
        if settings.demo and not has_companies(portal):
            from app.commands.publishing import samples
            from app.seed import seed_demo

            seed_demo(portal)
            samples.publish_demo(portal)
            say("Seeded the demo's companies and people.")
        ready_forms(portal)
    except BaseException:
        portal.database.close()
        raise
    return portal


def ready_eservices(portal: Portal, folder: Path, say: Say) -> None:
    """Deploy the folder unless it is current; with faults, say them, and let the last good release serve on.

    Its walks are for `lint` and `deploy`: a start waits for none of them.
    """
    files = definitions.read_folder(folder)
    if is_current(portal, files):
        return
    try:
        deployed = definitions.deploy(portal, files, walk=False)
    except BadDrawing as error:
        say(f"Expected every drawing and form in {folder} to be sound, but:\n{error}")
        with portal.database.read() as connection:
            serving = current_releases(connection)
        if not serving:
            raise CannotStart("There is no earlier release to serve instead: correct these and start again.") from error
        say(f"Nothing was deployed: the last good release of {', '.join(serving)} serves on.")
    else:
        say(f"Deployed {', '.join(deployed)}.")


def ready_forms(portal: Portal) -> None:
    """Promise the forms on paper that ship and are not here yet; an empty portal gets them when it is begun."""
    if has_companies(portal):
        with portal.database.write() as connection:
            shipped_forms.promise(connection, portal)


def is_current(portal: Portal, files: Mapping[str, bytes]) -> bool:
    """Whether every eService of the folder is already the current release, byte for byte."""
    with portal.database.read() as connection:
        current = current_releases(connection)
    try:
        codes = definitions.codes_of(files)
        found = {code: seal.digest(definition.manifest(definition.gather(files, code))) for code in codes}
    except Refused:
        return False
    return bool(codes) and all(current.get(code) == release for code, release in found.items())


def has_companies(portal: Portal) -> bool:
    """Whether anybody has been set up."""
    with portal.database.read() as connection:
        return people.has_companies(connection)


def publish_key(portal: Portal) -> Path:
    """Write the public key that verifies this portal's audit PDFs into its folder, and return where."""
    from app.commands.requests import documents

    path = portal.settings.root / KEY
    key = documents.public_key(portal)
    if not path.exists() or path.read_bytes() != key:
        draft = path.with_name(f".{KEY}.{os.getpid()}")
        draft.write_bytes(key)
        draft.replace(path)
    return path


def said(error: BaseException) -> str | None:
    """The sentence for an operator about a failure that starting again may cure; None when it is our own mistake."""
    if isinstance(error, CannotStart | UnsafeSettings | Refused):
        return str(error)
    if isinstance(error, OSError):
        return unwritable(error.filename or "the portal's folder", error)
    return explained(error)
