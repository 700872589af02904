"""The virus scanner is asked over a real socket, and anything but a clear answer counts as none."""

import socket
from tempfile import TemporaryDirectory

import pytest

from app.outside.scanner import ScannerAway, found_in
from tests.daemon import EICAR, listening, nobody


def test_a_file_without_a_virus_is_clean():
    with listening() as address:
        assert found_in(b"%PDF-1.7 nothing", address) == ""


def test_a_virus_is_named():
    with listening() as address:
        assert found_in(EICAR, address) == "Eicar-Test-Signature"


def test_a_virus_that_begins_in_one_part_and_ends_in_the_next_is_found():
    with listening() as address:
        assert found_in(b"x" * (65536 - 20) + EICAR, address) == "Eicar-Test-Signature"


def test_a_daemon_may_listen_at_a_socket_of_the_file_system():
    # The path of a socket has room for a hundred letters, fewer than a test's own folder may take.
    with TemporaryDirectory() as folder, listening(family=socket.AF_UNIX, place=f"{folder}/clamd") as address:
        assert found_in(EICAR, address) == "Eicar-Test-Signature"


@pytest.mark.parametrize("reply", [b"", b"\0", b"INSTREAM size limit exceeded. ERROR\0", b"OK\0", b"stream: ERROR\0"])
def test_an_answer_that_is_not_clear_is_none(reply):
    with listening(reply) as address, pytest.raises(ScannerAway):
        found_in(b"x", address)


@pytest.mark.parametrize("address", ["127.0.0.1:nowhere", "unix:/nowhere/clamd", ""])
def test_an_address_at_which_nobody_can_be_is_said(address):
    with pytest.raises(ScannerAway):
        found_in(b"x", address)


def test_a_daemon_that_is_not_there_is_said():
    with pytest.raises(ScannerAway, match="Refused"):
        found_in(b"x", nobody())
