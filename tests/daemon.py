"""A virus scanner's daemon as the portal meets it: a socket that reads a file in parts and answers with a line."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# The harmless text that every scanner knows, in two parts so that no scanner finds it in this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@contextmanager
def listening(reply: bytes | None = None, family: int = socket.AF_INET, place: str = "") -> Iterator[str]:
    """A daemon's address; reply: what it says whatever it reads, else it looks for `EICAR`."""
    with socket.socket(family, socket.SOCK_STREAM) as server:
        server.bind(place or ("127.0.0.1", 0))
        server.listen()
        threading.Thread(target=_serve, args=(server, reply), daemon=True).start()
        yield f"unix:{place}" if place else f"127.0.0.1:{server.getsockname()[1]}"


def nobody() -> str:
    """An address at which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return f"127.0.0.1:{free.getsockname()[1]}"


def _serve(server: socket.socket, reply: bytes | None) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        with caller, caller.makefile("rb") as said:
            assert said.read(10) == b"zINSTREAM\0"
            content = b"".join(_parts(said))
            found = b"stream: Eicar-Test-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
            caller.sendall(found if reply is None else reply)


def _parts(said) -> Iterator[bytes]:
    while size := struct.unpack("!L", said.read(4))[0]:
        yield said.read(size)
