"""For operators: whether this process can serve."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, jsonify

from app.store import jobs
from app.web.guards import portal, public

bp = Blueprint("ops", __name__)


@bp.get("/health")
@public
def health() -> Any:
    """Whether the database answers, and whether promises are being kept."""
    with portal().database.read() as connection:
        waiting = jobs.waiting(connection)
    return jsonify(ok=True, incidents=waiting.get("incident", 0))
