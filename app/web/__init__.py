"""HTTP in, page or JSON out."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask, url_for
from flask_babel import Babel
from werkzeug.middleware.proxy_fix import ProxyFix

from app.commands.portal import Portal
from app.web import (
    access,
    account,
    administration,
    away,
    bulk,
    calendar,
    cases,
    comments,
    components,
    counterparts,
    dashboard,
    demo,
    errors,
    eservices,
    exchange,
    exports,
    files,
    guards,
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
    signin,
    spreadsheets,
    tasks,
)

BLUEPRINTS = (
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
    access.bp,
    paper_forms.bp,
    demo.bp,
    ops.bp,
    components.bp,
)


def build(portal: Portal) -> Flask:
    """The web application of a running portal."""
    app = Flask(__name__)
    app.extensions["portal"] = portal
    Babel(app, default_locale="en", default_timezone="Asia/Hong_Kong")
    security.secure(app, portal.settings)
    guards.admit(app)
    errors.answer(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    _find_assets(app)
    app.context_processor(pages.shared)
    if portal.settings.trust_proxy:
        hops = portal.settings.trust_proxy
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def _find_assets(app: Flask) -> None:
    built = json.loads((Path(app.root_path) / "static" / "manifest.json").read_text())
    app.jinja_env.globals["asset"] = lambda name: url_for("static", filename=built[name])
