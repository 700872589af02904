"""Asking a ClamAV daemon whether a file carries a known virus.

Its protocol is three lines; the clients that exist for Python are under the GPL or no longer kept.
"""

from __future__ import annotations

import socket
import struct
from contextlib import closing

from engine.sentence import say

CHUNK = 65536
LONGEST_REPLY = 4096
SECONDS = 20
UNIX = "unix:"


class ScannerAway(Exception):
    """The scanner gave no answer that can be understood; the sentence is for the log."""


def found_in(content: bytes, address: str) -> str:
    """The name of the virus in a file; empty when none is known. Raises `ScannerAway`.

    address: `host:port`, or `unix:` and the path of a socket.
    """
    try:
        with closing(_connected(address)) as daemon:
            daemon.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), CHUNK):
                part = content[start : start + CHUNK]
                daemon.sendall(struct.pack("!L", len(part)) + part)
            daemon.sendall(struct.pack("!L", 0))
            reply = _reply(daemon)
    except (OSError, ValueError) as error:
        raise ScannerAway(f"{type(error).__name__}: {error}") from error
    return _name(reply)


def _connected(address: str) -> socket.socket:
    if address.startswith(UNIX):
        daemon = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        daemon.settimeout(SECONDS)
        try:
            daemon.connect(address.removeprefix(UNIX))
        except OSError:
            daemon.close()
            raise
        return daemon
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=SECONDS)


def _reply(daemon: socket.socket) -> str:
    said = b""
    while b"\0" not in said and len(said) < LONGEST_REPLY:
        part = daemon.recv(LONGEST_REPLY)
        if not part:
            break
        said += part
    return said.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _name(reply: str) -> str:
    """The name out of `stream: Eicar-Test-Signature FOUND`; empty for `stream: OK`."""
    place, _, said = reply.partition(": ")
    if place == "stream" and said == "OK":
        return ""
    if place == "stream" and said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerAway(say("It said: {value}", value=reply[:200] or "nothing"))
