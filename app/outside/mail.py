"""Mail that leaves the machine: one plain text to one person, handed to the configured SMTP server."""

from __future__ import annotations

import re
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from app.config import Settings

TIMEOUT_SECONDS = 15
MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>")
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class MailNotSent(Exception):
    """The SMTP server could not be reached or did not take the letter; trying again may help."""


class UnfitLetter(ValueError):
    """The letter cannot be sent as it is; trying again does not help."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person.

    message_id: `<words@domain>`, the same for every try to send this letter.
    written_at: aware datetime.
    """

    to: str
    subject: str
    text: str
    message_id: str
    written_at: datetime


def send(letter: Letter, settings: Settings) -> None:
    """Hand a letter to the SMTP server, over TLS when the server elsewhere offers it.

    Raises UnfitLetter for line breaks in a header or a wrong address, MailNotSent when the server did not take it.
    """
    message = _message(letter, settings)
    try:
        with smtplib.SMTP(settings.smtp_host, settings.smtp_port, timeout=TIMEOUT_SECONDS) as server:
            _encrypt(server, settings.smtp_host)
            server.send_message(message)
    except OSError as error:
        reason = type(error).__name__
        raise MailNotSent(
            f"Expected {settings.smtp_host}:{settings.smtp_port} to take {letter.message_id}, but: {reason}."
        ) from error


def _message(letter: Letter, settings: Settings) -> EmailMessage:
    if not MESSAGE_ID.fullmatch(letter.message_id):
        raise UnfitLetter(f"Expected a message id like <words@domain>, but got {letter.message_id!r}.")
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = Address(addr_spec=settings.mail_from)
        message["To"] = Address(addr_spec=letter.to)
        message["Subject"] = letter.subject
    except (ValueError, IndexError, MessageError) as error:
        raise UnfitLetter(f"Expected one-line headers and one address in {letter.message_id}, but: {error}.") from error
    message["Message-ID"] = letter.message_id
    message["Date"] = format_datetime(letter.written_at)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message


def _encrypt(server: smtplib.SMTP, host: str) -> None:
    server.ehlo()
    if host not in LOOPBACK and server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
        server.ehlo()
