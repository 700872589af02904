"""The demo's own mail: what the portal has sent, to read codes and notices without a mail server."""

from __future__ import annotations

from flask import Blueprint, abort, render_template, url_for

from app.outside import inbox
from app.web.guards import demo_only, portal
from app.web.pages import exact_time

bp = Blueprint("demo", __name__, url_prefix="/demo")


@bp.get("/mail")
@demo_only
def mail() -> str:
    """Every mail, newest first."""
    messages = [
        {
            "to": letter.to,
            "subject": letter.subject,
            "at": exact_time(letter.at),
            "url": url_for("demo.message", key=letter.key),
        }
        for letter in inbox.letters(portal().settings.root / "mail")
    ]
    return render_template("demo/mail.html", messages=messages)


@bp.get("/mail/<key>")
@demo_only
def message(key: str) -> str:
    """One mail."""
    letter = inbox.letter(portal().settings.root / "mail", key)
    if letter is None:
        abort(404)
    shown = {"to": letter.to, "subject": letter.subject, "at": exact_time(letter.at), "text": letter.text}
    return render_template("demo/message.html", message=shown)
