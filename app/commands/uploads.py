"""Whether a file that somebody uploads can be kept: what it is, what it holds, and what a scanner knows of it."""

from __future__ import annotations

from app.commands.portal import Portal
from app.logs import log_of
from app.outside import contents, scanner
from app.outside.scanner import ScannerAway
from engine.forms import attachment
from engine.sentence import say

AWAY = say(
    "Expected the virus scanner to look at the file, but it does not answer: nothing was kept. Try again in a few "
    "minutes."
)
log = log_of("uploads")


def fault(portal: Portal, content: bytes, kind: str) -> str:
    """Why a file cannot be kept, in a sentence; empty when it can.

    The scanner is asked last and only where one is set up; while it is away nothing is kept.
    """
    wrong = attachment.content_fault(content, kind) or contents.fault(content, kind)
    address = portal.settings.clamd
    if wrong or not address:
        return wrong
    try:
        name = scanner.found_in(content, address)
    except ScannerAway as error:
        log.error("scanner.away", said=str(error))
        return AWAY
    if name:
        log.warning("virus.found", name=name)
        return say(
            "Expected a file without a virus, but the scanner knows this one as {name}: do not open or pass it on.",
            name=name,
        )
    return ""
