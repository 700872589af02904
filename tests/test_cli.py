"""`bin/portal`: what it does, what it refuses, and in which words."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import stat
import time
from functools import partial

import pytest

from app import running, start
from app.commands.definitions import read_folder
from app.commands.requests import documents
from engine.running import definition
from tests.commandline import ROOT, another_process, is_running, started, this_process, wait_until_gone
from tests.commands.office import office_at

SUB_COMMANDS = ("run", "work", "migrate", "deploy", "lint", "seed", "begin", "unlock", "replay", "verify")
SECRET = "an-operator-made-this-one-with-forty-nine-letters"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "var"


@pytest.fixture
def portal(monkeypatch, capsys):
    """The command line without the seconds that starting Python takes."""
    return partial(this_process, monkeypatch, capsys)


@pytest.fixture
def taken_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def folder(tmp_path):
    """A copy of some drawings and forms, to be spoilt."""
    some = {}
    for code in ("CT027", "PA002"):
        some |= definition.gather(read_folder(ROOT), code) | {f"processes/{code}.walks.json": None}
    for name in some:
        (tmp_path / "own" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / "own" / name)
    return tmp_path / "own"


@pytest.fixture(scope="module")
def sealed(sqlite_template, tmp_path_factory):
    """The audit PDF of a completed request, and the key that verifies it."""
    folder = tmp_path_factory.mktemp("sealed")
    shutil.copy(sqlite_template, folder / "portal.db")
    office = office_at(f"sqlite:///{folder / 'portal.db'}", folder)
    content = office.portal.blobs.get(documents.make_trail_pdf(office.portal, office.completed()))
    key = documents.public_key(office.portal)
    office.portal.database.close()
    return content, key


@pytest.fixture
def pdf(sealed, tmp_path):
    """The same, as files."""
    for name, content in zip(("trail.pdf", "portal.pem"), sealed, strict=True):
        (tmp_path / name).write_bytes(content)
    return tmp_path / "trail.pdf"


def spoil(folder):
    drawing = folder / "processes" / "CT027.bpmn"
    drawing.write_text(drawing.read_text().replace('calledElement="P1"', 'calledElement="P9"'))


# --- words ------------------------------------------------------------------------------------------------------------
def test_help_lists_every_sub_command(root):
    said = another_process(root, "--help").stdout
    assert not [name for name in SUB_COMMANDS if f"    {name} " not in said]


def test_an_unknown_sub_command_is_wrong_use(portal, root):
    assert portal(root, "destroy").returncode == 2


def test_an_empty_portal_begins_with_one_administrator_who_sets_a_password_by_a_link(portal, root):
    done = portal(root, "begin", "first@exchange.test", "Flora First")
    assert re.search(r"http://127.0.0.1:\d+/sign-in/link/\S{43}\n", done.stdout)


def test_a_portal_begins_once(portal, root):
    portal(root, "begin", "first@exchange.test", "Flora First")
    done = portal(root, "begin", "second@exchange.test", "Sam Second")
    assert done.returncode != 0 and "Expected an empty portal" in done.stderr


def test_a_portal_does_not_begin_with_somebody_who_has_no_address(portal, root):
    done = portal(root, "begin", "first", "Flora First")
    assert done.returncode != 0 and "Enter an e-mail address" in done.stderr


def test_an_account_is_unlocked_and_an_unknown_one_refused(portal, root):
    portal(root, "seed")
    with sqlite3.connect(root / "portal.db") as raw:
        raw.execute("UPDATE people SET locked_at = '2026-11-23 01:00:00' WHERE email = 'mia.maker@harbourbright.test'")
    raw.close()
    done = portal(root, "unlock", "mia.maker@harbourbright.test")
    assert (done.returncode, "open again" in done.stdout) == (0, True)
    done = portal(root, "unlock", "nobody@harbourbright.test")
    assert (done.returncode, "nobody signs in" in done.stderr, done.stderr.count("\n")) == (1, True, 1)


# --- settings ---------------------------------------------------------------------------------------------------------
def test_outside_the_demo_a_secret_is_required(root):
    done = another_process(root, "run", CLIENT_CONNECT_DEMO="0")
    assert (done.returncode, "CLIENT_CONNECT_SECRET_KEY" in done.stderr) == (2, True)


def test_whoever_sets_a_secret_does_not_run_the_demo(portal, root):
    done = portal(root, "run", CLIENT_CONNECT_SECRET_KEY=SECRET)
    assert (done.returncode, "https://" in done.stderr) == (2, True)
    assert done.stdout == "This is not the demo, for CLIENT_CONNECT_SECRET_KEY is set.\n"


def test_the_demo_is_served_on_this_machine_only(portal, root):
    done = portal(root, "--host", "192.0.2.1")
    assert (done.returncode, "on this machine only" in done.stderr) == (1, True)


def test_the_demo_makes_a_secret_of_its_own_once(root):
    first = start.surroundings({"CLIENT_CONNECT_ROOT": str(root)})["CLIENT_CONNECT_SECRET_KEY"]
    again = start.surroundings({"CLIENT_CONNECT_ROOT": str(root)})["CLIENT_CONNECT_SECRET_KEY"]
    other = start.surroundings({"CLIENT_CONNECT_ROOT": str(root / "other")})["CLIENT_CONNECT_SECRET_KEY"]
    assert first == again != other
    assert stat.S_IMODE((root / "secret").stat().st_mode) == 0o600


def test_a_database_without_its_secret_is_not_touched(portal, root):
    portal(root, "migrate")
    (root / "secret").unlink()
    done = portal(root, "migrate")
    assert (done.returncode, "put it back" in done.stderr) == (1, True)


def test_a_folder_that_cannot_be_used_is_named(portal, tmp_path):
    (tmp_path / "file").touch()
    done = portal(tmp_path / "file" / "var", "migrate")
    assert (done.returncode, "CLIENT_CONNECT_ROOT" in done.stderr, done.stderr.count("\n")) == (1, True, 1)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(portal, root):
    root.mkdir(mode=0o500)
    done = portal(root, "migrate")
    assert (done.returncode, "permission denied" in done.stderr) == (1, True)


def test_a_database_of_a_newer_release_is_refused(portal, root):
    portal(root, "migrate")
    with sqlite3.connect(root / "portal.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    done = portal(root, "migrate")
    assert (done.returncode, "newer release" in done.stderr) == (1, True)


def test_a_file_that_is_no_database_is_refused(portal, root):
    root.mkdir()
    (root / "portal.db").write_text("Dear diary, " * 500)
    (root / "secret").write_text(SECRET)
    done = portal(root, "migrate")
    assert (done.returncode, "the file is something else" in done.stderr) == (1, True)


def test_a_database_that_does_not_answer_is_said_in_one_line(portal, root):
    url = "postgresql+psycopg://127.0.0.1:1/none"
    done = portal(root, "migrate", CLIENT_CONNECT_DEMO="1", CLIENT_CONNECT_DATABASE_URL=url)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)


# --- the port ---------------------------------------------------------------------------------------------------------
def test_a_port_that_is_taken_is_named(portal, root, taken_port):
    done = portal(root, "--port", str(taken_port))
    assert (done.returncode, f"127.0.0.1:{taken_port}" in done.stderr) == (1, True)


def test_the_demo_takes_the_next_port_that_is_free_and_says_so(taken_port, monkeypatch):
    said = []
    monkeypatch.setattr(running, "PORT", taken_port)
    chosen = running.free_port("127.0.0.1", None, True, said.append)
    assert chosen > taken_port
    assert said == [f"Port {taken_port} is taken by something else: using {chosen}."]


def test_outside_the_demo_no_other_port_is_taken(taken_port, monkeypatch):
    monkeypatch.setattr(running, "PORT", taken_port)
    with pytest.raises(start.CannotStart):
        running.free_port("127.0.0.1", None, False, print)


# --- drawings ---------------------------------------------------------------------------------------------------------
def test_a_clean_folder_is_said_to_be_clean(root, folder):
    done = another_process(root, "lint", str(folder))
    assert (done.returncode, done.stdout.startswith("clean: ")) == (0, True)


def test_every_fault_is_said_with_file_and_line(portal, root, folder):
    spoil(folder)
    done = portal(root, "lint", str(folder))
    assert done.returncode == 1
    assert all(line.split(":")[1].isdigit() for line in done.stdout.splitlines())


def test_a_folder_without_drawings_is_refused(portal, root, tmp_path):
    assert "there are none" in portal(root, "lint", str(tmp_path)).stderr


def test_deploying_says_the_release_and_where_the_key_is(portal, root, folder):
    said = portal(root, "deploy", str(folder)).stdout.splitlines()
    assert [line.split()[0] for line in said[:2]] == ["CT027", "PA002"]
    assert said[-1].endswith(str(root / "seal.pub"))
    assert b"PUBLIC KEY" in (root / "seal.pub").read_bytes()


def test_a_broken_drawing_is_not_deployed(portal, root, folder):
    spoil(folder)
    done = portal(root, "deploy", str(folder))
    assert (done.returncode, "P9" in done.stderr) == (1, True)


def test_the_last_good_release_serves_on_when_a_drawing_breaks(portal, root, folder):
    said, settings = [], start.settings_of(start.surroundings({"CLIENT_CONNECT_ROOT": str(root)}))
    start.ready_portal(settings, said.append, folder).database.close()
    spoil(folder)
    start.ready_portal(settings, said.append, folder).database.close()
    assert said[0] == "Deployed CT027, PA002."
    assert said[-1] == "Nothing was deployed: the last good release of CT027, PA002 serves on."


def test_nothing_starts_without_any_good_release(portal, root, folder):
    spoil(folder)
    settings = start.settings_of(start.surroundings({"CLIENT_CONNECT_ROOT": str(root)}))
    with pytest.raises(start.CannotStart):
        start.ready_portal(settings, print, folder)


def test_seeding_twice_changes_nothing(portal, root):
    assert [portal(root, "seed").stdout for _ in range(2)] == [
        "Seeded the demo's companies and people.\n",
        "There are companies already: nothing was changed.\n",
    ]


# --- looking back -----------------------------------------------------------------------------------------------------
def test_a_request_is_replayed(portal, sqlite_url, root, tmp_path):
    office = office_at(sqlite_url, tmp_path)
    reference = office.submitted()
    office.portal.database.close()
    root.mkdir()
    (root / "secret").write_text(office.portal.settings.secret_key)
    done = portal(root, "replay", reference, CLIENT_CONNECT_DEMO="1", CLIENT_CONNECT_DATABASE_URL=sqlite_url)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "identical: 2 entries, PENDING_CHECKER")


def test_a_request_that_does_not_exist_is_not_replayed(portal, root):
    portal(root, "migrate")
    assert portal(root, "replay", "CT027-20261123-000001").returncode == 1


def test_an_audit_pdf_is_verified_with_the_portals_key(portal, root, pdf):
    done = portal(root, "verify", str(pdf), "--key", str(pdf.with_name("portal.pem")))
    assert (done.returncode, "\nintact\n" in done.stdout, "Trusted key: " in done.stdout) == (0, True, True)


def test_verifying_without_a_key_says_so_and_makes_nothing(portal, root, pdf):
    done = portal(root, "verify", str(pdf))
    assert (done.returncode, done.stdout.startswith("No trusted key")) == (0, True)
    assert not root.exists()


def test_the_key_in_the_portals_folder_is_trusted(portal, root, pdf):
    root.mkdir()
    shutil.copy(pdf.with_name("portal.pem"), root / "seal.pub")
    assert str(root / "seal.pub") in portal(root, "verify", str(pdf)).stdout


def test_an_audit_pdf_sealed_by_another_portal_is_not_intact(portal, root, folder, pdf):
    portal(root, "deploy", str(folder))
    done = portal(root, "verify", str(pdf))
    assert (done.returncode, "not intact" in done.stdout) == (1, True)


def test_a_changed_audit_pdf_is_not_intact(portal, root, pdf):
    content = bytearray(pdf.read_bytes())
    content[len(content) // 2] ^= 1
    pdf.write_bytes(content)
    assert portal(root, "verify", str(pdf)).returncode == 1


def test_a_file_that_cannot_be_read_is_named(portal, root, tmp_path):
    done = portal(root, "verify", str(tmp_path / "nothing.pdf"))
    assert (done.returncode, done.stderr) == (
        1,
        f"Expected to read {tmp_path / 'nothing.pdf'}, but: no such file or directory.\n",
    )


# --- a life -----------------------------------------------------------------------------------------------------------
def test_the_demo_starts_survives_kills_and_stops(root):
    with started(root) as demo:
        assert "Sign in" in demo.page()
        assert "mia.maker@harbourbright.test" in demo.said
        assert "mail" in demo.page("/demo/mail").lower()

        (web,) = demo.children("web")
        os.kill(demo.family()[1], signal.SIGKILL)
        assert "Sign in" in demo.page()
        assert demo.children("web") == [web]

        os.kill(demo.children("worker")[0], signal.SIGKILL)
        demo.wait_for("The worker ended (signal 9). It starts again in 1 s.")

        family, begun = demo.family(), time.monotonic()
        assert demo.stop(signal.SIGINT) == 0
        assert time.monotonic() - begun < 10
        assert not [pid for pid in family if is_running(pid)]

    with started(root) as again:
        again.page()
        assert "Seeded" not in again.said


def test_nothing_outlives_a_supervisor_that_is_killed(root):
    with started(root) as demo:
        demo.page()
        family = demo.family()
        demo.stop(signal.SIGKILL)
        assert wait_until_gone(family, 8) == []


def test_a_worker_ends_when_it_is_asked_to(portal, root):
    portal(root, "migrate")
    with started(root, "work") as worker:
        deadline = time.monotonic() + 20
        while not (root / "seal.pub").exists():
            assert time.monotonic() < deadline, worker.said
            time.sleep(0.05)
        time.sleep(0.3)
        assert worker.stop() == 0
