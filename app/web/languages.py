"""In which language a page speaks: as its reader has chosen, in the account or in this browser, or as browsers ask."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, g, has_request_context, redirect, request
from flask_babel import Babel
from jinja2 import pass_context
from jinja2.runtime import Context
from markupsafe import Markup
from werkzeug.wrappers import Response

from app.commands.signing import own_language
from app.languages import ENGLISH, FOLDER, LANGUAGES, TAGS, catalogue, translated
from app.web.guards import current_signin, local_path, origin, portal, public, somebody
from engine.sentence import Sentence

COOKIE = "language"
YEAR = 365 * 24 * 3600
bp = Blueprint("languages", __name__)


def speak(app: Flask) -> None:
    """Let every page of this application speak the language of its reader."""
    app.jinja_options = {**app.jinja_options, "finalize": said}  # before anything makes the environment
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(FOLDER)
    Babel(app, default_locale=ENGLISH, default_timezone="Asia/Hong_Kong", locale_selector=chosen)
    app.jinja_env.globals.update(_=_gettext, gettext=_gettext, ngettext=_ngettext)
    app.jinja_env.filters["join"] = _joined


def chosen() -> str:
    """The language of this page."""
    if not has_request_context():
        return ENGLISH
    known: str | None = g.get("language")
    if known is None:
        known = g.language = _chosen()
    return known


def _chosen() -> str:
    person = somebody()
    for wish in (person.language if person else "", request.cookies.get(COOKIE, "")):
        if wish in LANGUAGES:
            return wish
    return _asked_for()


def _asked_for() -> str:
    """What the browser asks for first; any Chinese that is not Simplified is Traditional here."""
    for wish, _ in request.accept_languages:
        tag = wish.lower()
        if tag.startswith("zh"):
            return "zh_Hans" if tag in ("zh", "zh-cn", "zh-sg") or "hans" in tag else "zh_Hant"
        if tag.startswith("en"):
            return ENGLISH
    return ENGLISH


def said(text: Any) -> Any:
    """A sentence in the language of this page."""
    return translated(text, chosen()) if isinstance(text, Sentence) else text


def gettext(text: str, **values: Any) -> str:
    """A text of this page in its language, and the values that it names."""
    told = catalogue(chosen()).gettext(text)
    return told % {name: said(value) for name, value in values.items()} if values else told


def ngettext(one: str, many: str, number: int, **values: Any) -> str:
    """The same for a number of things."""
    told = catalogue(chosen()).ngettext(one, many, number)
    return told % {"num": number, **{name: said(value) for name, value in values.items()}}


@pass_context
def _gettext(context: Context, text: str, **values: Any) -> str:
    told = _safe(context, catalogue(chosen()).gettext(text))
    return told % {name: said(value) for name, value in values.items()}


@pass_context
def _ngettext(context: Context, one: str, many: str, number: int, **values: Any) -> str:
    told = _safe(context, catalogue(chosen()).ngettext(one, many, number))
    return told % {"num": number, **{name: said(value) for name, value in values.items()}}


@pass_context
def _joined(context: Context, values: Any, between: str = "") -> str:
    """Joined as texts of this page."""
    texts = [said(value) for value in values]
    return _safe(context, between).join(texts)


def _safe(context: Context, text: str) -> str:
    """A text of ours, into which values are put with care."""
    return Markup(text) if context.eval_ctx.autoescape else text  # noqa: S704 (of the catalogue or a template)


def shown() -> dict[str, Any]:
    """What every page is given: its language, and those it could be read in."""
    now = chosen()
    others = [
        {"code": code, "tag": TAGS[code], "name": name, "current": code == now} for code, name in LANGUAGES.items()
    ]
    return {"lang": TAGS[now], "languages": others}


@bp.post("/language")
@public
def choose() -> Response:
    """Read on in another language, from now on and in every browser of an account."""
    wish = request.form.get("language", "")
    back = redirect(local_path(request.form.get("next")) or "/", 303)
    if wish not in LANGUAGES:
        return back
    signin = current_signin()
    if signin is not None and somebody() is not None:
        own_language.choose(portal(), signin, wish, origin())
    secure = not portal().settings.plain_http
    back.set_cookie(COOKIE, wish, max_age=YEAR, secure=secure, httponly=True, samesite="Lax")
    return back
