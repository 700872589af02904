"""Search: blank forms for makers, requests for whoever may see them, forms on paper for everybody."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.store import cases, definitions, lists
from app.store import paper_forms as repository
from app.web import pages, paper_forms
from app.web.eservices import open_services, seats_asked
from app.web.guards import current_person, portal, signed_in
from engine.people import Person
from engine.running.definition import EService

bp = Blueprint("search", __name__)
LONGEST = 100


@bp.get("/search")
@signed_in
def show() -> Any:
    """What the words find; a full reference leads straight to its request."""
    words = request.args.get("q", "").strip()[:LONGEST]
    person = current_person()
    with portal().database.read() as connection:
        if cases.by_reference(connection, words.upper(), person) is not None:
            return redirect(url_for("cases.show", reference=words.upper()), 303)
        found = lists.found(connection, person, words) if words else []
        requests = [
            {
                "title": definitions.of_release(connection, row.release).eservice.short_title,
                "reference": row.reference,
                "url": url_for("cases.show", reference=row.reference),
                "about": row.about,
                "company": row.participant_id,
                "status": pages.status(row.status),
            }
            for row in found
        ]
        papers = paper_forms.matching(words, repository.offered(connection) if words else [])
    services = [_service(person, one) for one in open_services(person) if words and _matches(one, words)]
    results = {"services": services, "requests": requests, "papers": papers}
    return render_template("search.html", q=words, results=results)


def _matches(service: EService, words: str) -> bool:
    held = " ".join(
        [
            service.code,
            service.title,
            service.short_title,
            service.replaces,
            *service.titles.values(),
            *service.keywords,
        ]
    ).casefold()
    return all(word in held for word in words.casefold().split())


def _service(person: Person, service: EService) -> dict[str, Any]:
    return {
        "code": service.code,
        "title": service.title,
        "title_zh": service.titles.get("zh_Hant", ""),
        "open_url": url_for("eservices.open_case", code=service.code),
        "seats": seats_asked(person, service.code),
    }
