"""Files by their SHA-256, in a folder or an S3 bucket."""

from __future__ import annotations

import hashlib
from pathlib import Path

from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url


class Blobs:
    """Content-addressed storage: what is put once never changes."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def put(self, content: bytes) -> str:
        """Keep the bytes and return their SHA-256."""
        name = hashlib.sha256(content).hexdigest()
        self._store.put(_place(name), content)
        return name

    def get(self, sha256: str) -> bytes:
        """The bytes with that SHA-256; raises `ValueError` when they were changed on the way."""
        content = bytes(self._store.get(_place(sha256)).bytes())
        if hashlib.sha256(content).hexdigest() != sha256:
            raise ValueError(f"Expected the file {sha256}, but its bytes have another SHA-256.")
        return content


def open_blobs(place: str) -> Blobs:
    """Blobs in a folder (a path), in memory (`memory:`) or in a bucket (`s3://...`)."""
    if place == "memory:":
        return Blobs(MemoryStore())
    if "://" in place:
        return Blobs(from_url(place))
    Path(place).mkdir(parents=True, exist_ok=True)
    return Blobs(LocalStore(place))


def _place(name: str) -> str:
    return f"{name[:2]}/{name}"
