"""The command line: `bin/portal` and its sub-commands."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from app.commands.portal import Portal
    from app.config import Settings

HOUSE = Path(__file__).parents[1]
DESCRIPTION = "Client Connect. Without a sub-command it runs the demo on this machine."
VARIABLES = """\
Without CLIENT_CONNECT_SECRET_KEY, CLIENT_CONNECT_BASE_URL and CLIENT_CONNECT_DATABASE_URL this is the demo: invented
people, mail that stays on this machine, everything in var/. Outside the demo (CLIENT_CONNECT_DEMO=0, or any of these
set) a secret of your own and an https:// address are required."""
USUAL_FAILURE, WRONG_USE = 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one sub-command and return the exit status: 0 when all is well, 1 when not, 2 when it was asked wrongly."""
    asked = _parser().parse_args(arguments)
    try:
        return int(asked.act(asked) or 0)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USUAL_FAILURE
    except Exception as error:
        return _refuse(error)


def say(sentence: str) -> None:
    """Show a sentence at once, also when the output goes to a file."""
    print(sentence, flush=True)


# --- running ----------------------------------------------------------------------------------------------------------
def run(asked: argparse.Namespace) -> None:
    """Migrate, deploy, seed an empty demo, then run web, worker and the demo's mailbox until stopped."""
    from app import running, start

    own = start.own_settings(os.environ)
    env = start.surroundings(os.environ)
    if own and "CLIENT_CONNECT_DEMO" not in os.environ:
        say(f"This is not the demo, for {' and '.join(own)} {'is' if len(own) == 1 else 'are'} set.")
    running.run(env, asked.host, asked.port, say)


def work(_asked: argparse.Namespace) -> None:
    """Run one worker: it sends mail, makes PDFs and fires timers."""
    from app.running import keep_working

    keep_working(_settings())


# --- keeping up -------------------------------------------------------------------------------------------------------
def migrate(_asked: argparse.Namespace) -> None:
    """Bring the database to this release."""
    from app.store import database

    database.migrate(_settings().database_url)
    say("The database is at this release.")


def deploy(asked: argparse.Namespace) -> None:
    """Make the drawings and forms of a folder current."""
    from app.commands import definitions
    from app.start import publish_key

    with _portal() as portal:
        for code, release in definitions.deploy(portal, _read(asked.folder)).items():
            say(f"{code} {release[:12]}")
        say(f"The key that verifies audit PDFs: {publish_key(portal)}")


def lint(asked: argparse.Namespace) -> int:
    """Check drawings, forms and walks."""
    import json

    from engine.checking.lint import check_folder

    folder = _read(asked.folder)
    faults = check_folder(folder)
    for fault in faults:
        say(str(fault))
    if faults:
        return USUAL_FAILURE
    drawings, forms = (sum(name.endswith(end) for name in folder) for end in (".bpmn", ".form"))
    walks = sum(len(json.loads(content)) for name, content in folder.items() if name.endswith(".walks.json"))
    say(f"clean: {drawings} drawings, {forms} forms, {walks} walks")
    return 0


def seed(_asked: argparse.Namespace) -> None:
    """Set up the demo's companies and people in an empty database."""
    from app.seed import seed_demo
    from app.start import CannotStart

    with _portal() as portal:
        if not portal.settings.demo:
            raise CannotStart("Expected the demo, but this is a portal of your own: its people are not invented ones.")
        added = seed_demo(portal)
    say("Seeded the demo's companies and people." if added else "There are companies already: nothing was changed.")


def unlock(asked: argparse.Namespace) -> None:
    """Open an account again that wrong passwords or codes have locked."""
    from app.commands.managing import accounts

    with _portal() as portal:
        accounts.unlock_as_operator(portal, asked.email)
    say(f"The account of {asked.email} is open again; its owner is told by mail.")


def begin(asked: argparse.Namespace) -> None:
    """Set up the exchange and its first administrator in an empty portal of your own."""
    from app.commands.managing import beginning

    with _portal() as portal:
        address = beginning.begin(portal, asked.email, asked.name)
    say(f"{asked.name} administers the exchange, signs in as {asked.email}, and sets a password here:")
    say(address)
    say("The link is good for 24 hours and works once. It was promised by mail too.")


def end_membership(asked: argparse.Namespace) -> None:
    """End a membership: its requests are aborted, and those that wait for it go back to their makers."""
    from app.commands.managing import memberships

    with _portal() as portal:
        ended = memberships.end_membership(portal, asked.participant, asked.kind)
    say(f"The membership {asked.kind} {asked.participant} has ended, and with it every right for it.")
    for word, references in (
        ("aborted", ended.aborted),
        ("returned to its maker", ended.returned),
        ("is stuck: look at the log, then run this again", ended.stuck),
    ):
        for reference in references:
            say(f"{reference} {word}")


# --- looking back -----------------------------------------------------------------------------------------------------
def replay(asked: argparse.Namespace) -> int:
    """Run a request again from its trail and compare every step."""
    from app.retold import retell

    with _portal() as portal:
        return 0 if retell(portal, asked.reference, say) else USUAL_FAILURE


def verify(asked: argparse.Namespace) -> int:
    """Check an audit PDF: no database and no network needed."""
    from app.outside.pdf import check
    from engine.sealed.proof import fingerprint

    kept = Path(os.environ.get("CLIENT_CONNECT_ROOT") or HOUSE / "var") / "seal.pub"
    place = asked.key or (kept if kept.exists() else None)
    key = _content(place) if place else None
    if key:
        say(f"Trusted key: {place} ({fingerprint(key)})")
    else:
        say("No trusted key: name one with --key to know who sealed the file.")
    verdict = check(_content(asked.file), key)
    if verdict.intact:
        say("\n".join(["intact" if key else "consistent", *verdict.sentences]))
        return 0
    say("\n".join(["not intact", *verdict.sentences]))
    return USUAL_FAILURE


# --- words ------------------------------------------------------------------------------------------------------------
def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="bin/portal",
        description=DESCRIPTION,
        epilog=VARIABLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(act=run)
    _add_address(parser, None)
    subs = parser.add_subparsers(title="sub-commands", metavar="")
    _add_address(_sub(subs, "run", run), argparse.SUPPRESS)
    for act in (work, migrate):
        _sub(subs, act.__name__, act)
    for act in (deploy, lint):
        folder = "where processes/ and forms/ are; this portal's own by default"
        _sub(subs, act.__name__, act).add_argument("folder", type=Path, nargs="?", default=HOUSE, help=folder)
    _sub(subs, "seed", seed)
    _sub(subs, "unlock", unlock).add_argument("email", help="the address its owner signs in with")
    beginning = _sub(subs, "begin", begin)
    beginning.add_argument("email", help="the address that the first administrator signs in with")
    beginning.add_argument("name", help="their name")
    ending = _sub(subs, "end-membership", end_membership)
    ending.add_argument("kind", help="such as DB or HKSCC-DCP")
    ending.add_argument("participant", help="its participant ID, such as D00011")
    _sub(subs, "replay", replay).add_argument("reference", help="such as CT027-20261123-000001")
    verifying = _sub(subs, "verify", verify)
    verifying.add_argument("file", type=Path, help="an audit PDF")
    verifying.add_argument("--key", type=Path, help="the portal's public key (PEM); var/seal.pub by default")
    return parser


def _sub(subs: Any, name: str, act: Callable[[argparse.Namespace], int | None]) -> argparse.ArgumentParser:
    sentence = (act.__doc__ or "").strip()
    parser: argparse.ArgumentParser = subs.add_parser(name, help=sentence, description=sentence)
    parser.set_defaults(act=act)
    return parser


def _add_address(parser: argparse.ArgumentParser, unset: Any) -> None:
    host = "127.0.0.1" if unset is None else unset
    parser.add_argument("--host", default=host, help="address to listen at (127.0.0.1)")
    parser.add_argument(
        "--port", type=_port, default=unset, help="port to listen at (8080, in the demo the next free one)"
    )


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError(f"expected a port from 0 to 65535, but got {number}")
    return number


def _settings() -> Settings:
    from app.start import settings_of, surroundings

    return settings_of(surroundings(os.environ))


@contextmanager
def _portal() -> Iterator[Portal]:
    from app.factory import open_portal
    from app.store.database import migrate

    settings = _settings()
    migrate(settings.database_url)
    portal = open_portal(settings)
    try:
        yield portal
    finally:
        portal.database.close()


def _read(folder: Path) -> dict[str, bytes]:
    from app.commands.definitions import read_folder
    from app.start import CannotStart

    files = read_folder(folder)
    if not any(name.endswith(".bpmn") for name in files):
        raise CannotStart(f"Expected drawings in {folder / 'processes'}, but there are none.")
    return files


def _content(path: Path) -> bytes:
    from app.start import CannotStart

    try:
        return path.read_bytes()
    except OSError as error:
        raise CannotStart(f"Expected to read {path}, but: {str(error.strerror).lower()}.") from error


def _refuse(error: Exception) -> int:
    from app.config import UnsafeSettings
    from app.start import said

    sentence = said(error)
    if sentence is None:
        raise error
    print(sentence, file=sys.stderr, flush=True)
    return WRONG_USE if isinstance(error, UnsafeSettings) else USUAL_FAILURE


if __name__ == "__main__":
    sys.exit(main())
