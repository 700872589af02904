"""HTTP in, page or JSON out."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, url_for
from werkzeug.middleware.proxy_fix import ProxyFix

from app.commands.portal import Portal
from app.outside import contacts
from app.web import (
    access,
    account,
    administration,
    away,
    browsers,
    bulk,
    bulletins,
    calendar,
    cases,
    comments,
    components,
    counterparts,
    dashboard,
    demo,
    documents,
    downloads,
    errors,
    eservices,
    events,
    exchange,
    exports,
    files,
    guards,
    help,
    kept_events,
    languages,
    leaving,
    links,
    notices,
    ops,
    own_factors,
    own_news,
    pages,
    paper_forms,
    passkeys,
    people,
    records,
    rights,
    saved_filters,
    search,
    security,
    sending,
    signin,
    spreadsheets,
    support,
    tasks,
)

BLUEPRINTS = (
    languages.bp,
    signin.bp,
    links.bp,
    account.bp,
    own_factors.bp,
    passkeys.bp,
    own_news.bp,
    away.bp,
    dashboard.bp,
    bulk.bp,
    saved_filters.bp,
    exports.bp,
    eservices.bp,
    tasks.bp,
    files.bp,
    spreadsheets.bp,
    cases.bp,
    leaving.bp,
    comments.bp,
    counterparts.bp,
    notices.bp,
    search.bp,
    people.bp,
    records.bp,
    rights.bp,
    exchange.bp,
    administration.bp,
    calendar.bp,
    kept_events.bp,
    events.bp,
    help.bp,
    browsers.bp,
    support.bp,
    access.bp,
    paper_forms.bp,
    bulletins.bp,
    documents.bp,
    downloads.bp,
    demo.bp,
    ops.bp,
    components.bp,
)


def build(portal: Portal) -> Flask:
    """The web application of a running portal."""
    app = Flask(__name__)
    app.extensions["portal"] = portal
    languages.speak(app)
    app.extensions[support.KEPT] = contacts.read(portal.settings.support)
    security.secure(app, portal.settings)
    guards.admit(app)
    errors.answer(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _find_assets(app)
    sending.lighten(app)
    app.context_processor(pages.shared)
    app.context_processor(languages.shown)
    if portal.settings.trust_proxy:
        hops = portal.settings.trust_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _find_assets(app: Flask) -> None:
    built = json.loads((Path(app.root_path) / "static" / "manifest.json").read_text())
    app.jinja_env.globals["asset"] = lambda name: url_for("static", filename=built[name])
