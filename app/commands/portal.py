"""What every command is given first: the running portal."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

from app.config import Settings
from app.outside.blobs import Blobs
from app.outside.clock import Clock
from app.store.database import Database


@dataclass(frozen=True, slots=True)
class Keys:
    """Secrets derived from the one secret of the settings, each for one purpose."""

    secret: str

    def derive(self, purpose: str) -> bytes:
        """A 32-byte key that serves `purpose` alone."""
        return hmac.digest(self.secret.encode(), purpose.encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class Portal:
    """The database, the clock, the keys, the settings and the store of files."""

    database: Database
    clock: Clock
    keys: Keys
    settings: Settings
    blobs: Blobs
