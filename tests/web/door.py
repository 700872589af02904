"""The sign-in pages of a portal with one plain page behind them."""

from __future__ import annotations

from flask import Blueprint, Flask

from app.commands.portal import Portal
from app.web import help, languages, links, signin, support
from app.web.guards import admit, current_person, demo_only, public, signed_in
from app.web.security import secure

PAGE = (
    '<!doctype html><html lang="en"><head><title>{0} · Client Connect</title></head><body><main><h1>{0}</h1>'
    '<form action="/sign-out" method="post"><input type="hidden" name="csrf_token" value="{1}">'
    '<button type="submit">Sign out</button></form></main></body></html>'
)


def door(portal: Portal) -> Flask:
    """An app with the sign-in pages, a dashboard that names who is in, and the demo's mail."""
    app = Flask("app.web")
    app.extensions["portal"] = portal
    languages.speak(app)
    secure(app, portal.settings)
    admit(app)
    app.jinja_env.globals.update(asset=lambda name: f"/static/{name}", filling=lambda: "", _=_words)
    app.register_blueprint(signin.bp)
    app.register_blueprint(languages.bp)
    app.context_processor(languages.shown)
    app.register_blueprint(links.bp)
    app.register_blueprint(help.bp)
    app.register_blueprint(support.bp)
    app.register_blueprint(_dashboard(app))
    app.register_blueprint(_demo())
    return app


def _dashboard(app: Flask) -> Blueprint:
    bp = Blueprint("dashboard", __name__)

    @bp.get("/")
    @signed_in
    def show():
        return PAGE.format(current_person().name, app.jinja_env.globals["csrf_token"]())

    @bp.post("/notes")
    @signed_in
    def note():
        return "", 204

    return bp


def _demo() -> Blueprint:
    bp = Blueprint("demo", __name__)

    @bp.get("/demo/mail")
    @demo_only
    def mail():
        return "mail"

    @bp.get("/health")
    @public
    def health():
        return "well"

    return bp


def _words(text: str, **facts: str) -> str:
    return text % facts if facts else text
