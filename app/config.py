"""Settings: read once from the environment, handed down as arguments."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

DEMO_SECRET = "demo-only-secret-refused-outside-the-demo"  # noqa: S105  public on purpose, refused below
SHORTEST_SECRET = 32


class UnsafeSettings(ValueError):
    """The settings would not be safe to serve with."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What one running portal needs to know about its surroundings."""

    root: Path
    database_url: str
    demo: bool = False
    secret_key: str = field(default=DEMO_SECRET, repr=False)
    base_url: str = "http://127.0.0.1:8080"
    smtp_host: str = "127.0.0.1"
    smtp_port: int = 2525
    mail_from: str = "client-connect@exchange.test"
    exchange_name: str = "HKEX"
    unlock_mailbox: str = "clearingps@example.test"
    trust_proxy: int = 0
    idle_minutes: int = 15
    absolute_hours: int = 8
    clamd: str = ""  # where a virus scanner listens, if there is one
    support: str = ""  # the file of hotlines and mailboxes; empty: invented ones
    files: str = ""  # a bucket (s3://...) or folder for files; empty: a folder in the root

    @classmethod
    def from_environment(cls, env: Mapping[str, str]) -> Settings:
        """Settings from `CLIENT_CONNECT_*` variables; raises `UnsafeSettings` for a default or short secret."""

        def value(name: str, default: str) -> str:
            return env.get(f"CLIENT_CONNECT_{name}", default)

        root = Path(value("ROOT", "var")).resolve()
        settings = cls(
            root=root,
            database_url=value("DATABASE_URL", f"sqlite:///{root / 'portal.db'}"),
            demo=value("DEMO", "0") == "1",
            secret_key=value("SECRET_KEY", DEMO_SECRET),
            base_url=value("BASE_URL", "http://127.0.0.1:8080").rstrip("/"),
            smtp_host=value("SMTP_HOST", "127.0.0.1"),
            smtp_port=int(value("SMTP_PORT", "2525")),
            mail_from=value("MAIL_FROM", "client-connect@exchange.test"),
            exchange_name=value("EXCHANGE_NAME", "HKEX"),
            unlock_mailbox=value("UNLOCK_MAILBOX", "clearingps@example.test"),
            trust_proxy=int(value("TRUST_PROXY", "0")),
            clamd=value("CLAMD", ""),
            support=value("SUPPORT", ""),
            files=value("FILES", ""),
        )
        settings.require_safe()
        return settings

    @property
    def is_loopback(self) -> bool:
        """Whether people reach the portal over plain HTTP on this machine only."""
        return self.base_url.startswith(("http://127.0.0.1", "http://localhost", "http://[::1]"))

    @property
    def plain_http(self) -> bool:
        """Whether cookies may travel without TLS: the demo on loopback, nothing else."""
        return self.demo and self.is_loopback

    def require_safe(self) -> None:
        """Raise `UnsafeSettings` unless these settings may serve people."""
        if self.demo:
            if not self.is_loopback:
                raise UnsafeSettings(
                    "Expected the demo to be served on this machine only, but CLIENT_CONNECT_BASE_URL is "
                    f"{self.base_url}. Leave demo mode (CLIENT_CONNECT_DEMO=0) and set your own secret."
                )
            return
        if self.secret_key == DEMO_SECRET or len(self.secret_key) < SHORTEST_SECRET:
            raise UnsafeSettings(
                "Expected CLIENT_CONNECT_SECRET_KEY to be a secret of at least 32 characters, but it is missing, short "
                'or the demo\'s. Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        if self.base_url.startswith("http://"):
            raise UnsafeSettings(
                f"Expected CLIENT_CONNECT_BASE_URL to begin with https://, but it is {self.base_url}. "
                "Only the demo may be served without TLS, and only on this machine."
            )
