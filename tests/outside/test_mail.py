"""Mail leaves over a real socket and is kept by the demo's own server."""

import smtplib
import socket
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from app.outside import inbox, mail
from app.outside.inbox import receiving

LETTER = mail.Letter(
    to="checker@alpha.test",
    subject="A request waits for you 買賣盤價值上限",
    text="Dear checker,\n\nCT027-20261123-000001 waits for you.\n.\nHKT 16:11 上限\n",
    message_id="<tasks-opened-41@exchange.test>",
    written_at=datetime(2026, 11, 23, 8, 11, tzinfo=UTC),
)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "var" / "mail"


@pytest.fixture
def posted(settings, folder):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with receiving(folder, port):
        yield replace(settings, smtp_host="127.0.0.1", smtp_port=port)


def test_a_letter_arrives_as_it_was_written(posted, folder):
    mail.send(LETTER, posted)
    [received] = inbox.letters(folder)
    assert (received.to, received.subject, received.text) == (LETTER.to, LETTER.subject, LETTER.text)


def test_a_letter_is_found_by_its_key(posted, folder):
    mail.send(LETTER, posted)
    [received] = inbox.letters(folder)
    assert inbox.letter(folder, received.key) == received


@pytest.mark.parametrize("key", ["", "../../portal.db", "new/../../portal.db", "nobody"])
def test_an_unknown_key_finds_nothing(posted, folder, key):
    mail.send(LETTER, posted)
    assert inbox.letter(folder, key) is None


def test_every_try_carries_the_same_message_id(posted, folder):
    mail.send(LETTER, posted)
    mail.send(LETTER, posted)
    texts = [path.read_text() for path in (folder / "new").iterdir()]
    assert [text.count(f"Message-ID: {LETTER.message_id}") for text in texts] == [1, 1]


def test_the_newest_letter_comes_first(posted, folder):
    for subject in ("first", "second", "third"):
        mail.send(replace(LETTER, subject=subject), posted)
    assert [received.subject for received in inbox.letters(folder)] == ["third", "second", "first"]


def test_only_the_newest_letters_are_kept(posted, folder, monkeypatch):
    monkeypatch.setattr(inbox, "KEPT", 2)
    for subject in ("first", "second", "third"):
        mail.send(replace(LETTER, subject=subject), posted)
    assert [received.subject for received in inbox.letters(folder)] == ["third", "second"]


@pytest.mark.parametrize("field", ["to", "subject", "message_id"])
@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r"])
def test_no_header_holds_a_line_break(posted, folder, field, line_break):
    forged = replace(LETTER, **{field: f"{getattr(LETTER, field)}{line_break}Bcc: thief@elsewhere.test"})
    with pytest.raises(mail.UnfitLetter):
        mail.send(forged, posted)
    assert inbox.letters(folder) == []


@pytest.mark.parametrize("to", ["", "nobody", "a@b.test, c@d.test", "Thief <thief@elsewhere.test>", "a@x..test"])
def test_a_letter_goes_to_exactly_one_address(posted, to):
    with pytest.raises(mail.UnfitLetter):
        mail.send(replace(LETTER, to=to), posted)


def test_a_letter_over_one_megabyte_is_not_taken(posted, folder):
    with pytest.raises(mail.MailNotSent):
        mail.send(replace(LETTER, text="x" * 70 + "\n" + "y" * 70 + "\n" * inbox.LARGEST_BYTES), posted)
    assert inbox.letters(folder) == []


def test_a_server_that_is_not_there_is_named(settings):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(mail.MailNotSent, match=f"127.0.0.1:{port}"):
        mail.send(LETTER, replace(settings, smtp_port=port))


def test_a_server_that_says_nothing_does_not_hold_the_sender(settings, monkeypatch):
    monkeypatch.setattr(mail, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(mail.MailNotSent):
        mail.send(LETTER, replace(settings, smtp_port=mute.getsockname()[1]))


def test_the_demo_server_listens_at_one_address_only(posted):
    with pytest.raises(ConnectionRefusedError):
        smtplib.SMTP("127.0.0.2", posted.smtp_port, timeout=1)
