"""What a refusal looks like on the page: one table from reasons to HTTP, one template for all."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import Flask, Response, jsonify, make_response, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from app.commands.managing.grants import NotEntitled
from app.commands.requests.comments import TooManyComments
from app.logs import log_of, place_of
from app.store.database import IntegrityError
from app.web.languages import gettext as _
from app.web.pages import day_and_time
from engine.errors import FourEyes, NoRight, NotFound, Refused, ServiceClosed, StandInOver, UnknownFields, WrongAnswers
from engine.running.effects import called

STATUS: dict[type[Refused], int] = {
    NotFound: 404,
    NoRight: 403,
    FourEyes: 403,
    StandInOver: 403,
    UnknownFields: 400,
    NotEntitled: 400,
    WrongAnswers: 422,
    TooManyComments: 429,
    ServiceClosed: 503,
}  # anything else is a conflict: 409
SECURITY = (FourEyes, NoRight, UnknownFields)
TITLES = {
    400: "That request is not one of this portal's",
    401: "Sign in first",
    403: "You may not do this",
    404: "Not found",
    405: "That does not work here",
    409: "This has changed meanwhile",
    422: "Some of this needs attention",
    413: "That is too large",
    429: "Too many tries",
    500: "Something went wrong here",
    503: "Closed for maintenance",
}
CURES = {
    "stale_page": "Somebody changed the request after your page was shown. Open it again to see how it stands now.",
    "draft_changed": "Open the form again to see what they saved. What you typed is still on the page before this one.",
    "task_not_open": "Somebody has done this step already, or the request took another way. Open it to see.",
    "case_ended": "A request that has ended cannot be changed. You can open a new one.",
    "stand_in_over": "What you typed stands below: give it to whoever has the request now.",
    "substitution_moved": "Open the page again to see how it stands now.",
    "own_substitution": "Ask another administrator of your company to agree to it.",
    "four_eyes": "Another checker of your company has to decide.",
    "no_right": "A delegated administrator of your company can grant the right.",
    "not_found": "Check the reference, or look for the request on your dashboard.",
    "unknown_fields": "Open the form again from your dashboard and fill it there. Nothing was changed.",
    "no_way_out": "Open the request to see what is possible now.",
    "claimed": "Leave it to them, or agree with them and take it over on the page of the step.",
    "nudged_already": "Open the request: it says from when on you can ask again, and who has it.",
    "nothing_to_nudge": "Open the request to see who has it now.",
    "already_proposed": "Open the request to see who has to confirm it. Whoever asked can take it back there.",
    "no_such_party": "Return the request to its maker, who can choose another company, or withdraw it.",
    "rights_moved": "Open the person's page again to see what they hold now, and repeat your change there.",
    "answered_already": "Open the person's page to see which rights they hold now.",
    "own_request": "Ask another delegated administrator of your company to agree to it.",
    "not_in_that_state": "Open the page of the account to see how it stands now.",
    "not_entitled": "Open the person's page again: it shows every right that can be granted. Nothing was changed.",
    "desk_in_use": "Take the desk out of the drawings and away from its people first.",
    "wrong_company": "Open the page again and correct it. Nothing was changed.",
    "wrong_form": "Open the page of the form again and correct it. Nothing was changed.",
    "form_moved": "Open the form again to see how it stands now, and repeat there what is still to be done.",
    "wrong_event": "Open the page of the event again and correct it. Nothing was changed.",
    "event_moved": "Open the event again to see how it stands now, and repeat there what is still to be done.",
    "event_cancelled": "Open the page of the event to see when it was cancelled.",
    "too_many_named": "Open the page of the event to see whom your company has enrolled. Nothing was changed.",
    "nothing_to_withdraw": "Open the page of the event to see who still has a place.",
    "not_begun": "Come back to the list of attendees when the event has begun.",
    "wrong_bulletin": "Open the page of the circular again and correct it. Nothing was changed.",
    "bulletin_moved": "Open the circular again to see how it stands now, and repeat there what is still to be done.",
    "wrong_document": "Open the page of the document again and correct it. Nothing was changed.",
    "document_moved": "Open the document again to see how it stands now, and repeat there what is still to be done.",
    "too_many_comments": "Wait a while, then write again. What you typed is still on the page before this one.",
    "sign_in_over": "Sign in again. Nothing was changed.",
    "key_reused": "Open the page again and repeat what you wanted to do. Nothing was changed.",
}
NOT_TYPED = ("version", "key", "draft", "leave", "unchanged_confirmed", "act")
log = log_of("web")


def answer(app: Flask) -> None:
    """Answer every refusal and every fault with a page that says what to do."""
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(IntegrityError, _conflict)
    app.register_error_handler(Exception, _fault)


def status_of(error: Refused) -> int:
    """The HTTP status of a refusal."""
    return next((status for kind, status in STATUS.items() if isinstance(error, kind)), 409)


def wants_json() -> bool:
    """Whether a script asks, not a person."""
    return request.headers.get("X-Background") == "1" or request.accept_mimetypes.best == "application/json"


def _refused(error: Refused) -> Response:
    status = status_of(error)
    if isinstance(error, SECURITY):
        log.warning("refused", code=error.code, endpoint=request.endpoint)
    if isinstance(error, ServiceClosed):
        return _closed(error)
    title = _("Not found") if status == 404 else _(TITLES.get(status, TITLES[400]))
    cure = _(CURES[error.code]) if error.code in CURES else ""
    typed = _kept() if isinstance(error, StandInOver) else []
    return _page(status, title, str(error), cure, error.code, typed=[one for one in typed if one[0] not in NOT_TYPED])


def _closed(error: ServiceClosed) -> Response:
    until: Any = error.until
    if wants_json():
        response = jsonify(code=error.code, sentence=str(error))
    else:
        response = make_response(
            render_template(
                "maintenance.html", until=day_and_time(until), kept=_kept(), again=request.full_path.rstrip("?")
            )
        )
    response.status_code = 503
    response.headers["Retry-After"] = until.strftime("%a, %d %b %Y %H:%M:%S GMT")
    return response


def _kept() -> list[tuple[str, str]]:
    """What was sent, to be sent again from the page itself; a browser that goes back may have forgotten it."""
    return [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if 300 <= status < 400:
        return make_response(error.get_response())
    response = _page(status, _(TITLES.get(status, TITLES[400])), _sentence(error, status), "", str(status))
    for name, value in error.get_headers():
        if name in ("Retry-After", "Allow"):
            response.headers[name] = value
    return response


def _sentence(error: HTTPException, status: int) -> str:
    if status == 404:
        return _("There is no such page, or it is not yours to see.")
    if status == 429:
        return _("Please wait a minute and try again.")
    return str(error.description or "")


def _conflict(error: IntegrityError) -> Response:
    log.warning("conflict", endpoint=request.endpoint, kind=type(error.orig).__name__)
    return _page(
        409, _(TITLES[409]), _("Somebody was faster. Nothing was changed by you."), _(CURES["stale_page"]), "conflict"
    )


def _fault(error: Exception) -> Response:
    incident = secrets.token_hex(4)
    log.error("fault", incident=incident, endpoint=request.endpoint, kind=type(error).__name__, at_line=place_of(error))
    return _page(
        500,
        _(TITLES[500]),
        _("It was noted and will be looked at. Nothing you did before is lost."),
        "",
        "fault",
        incident,
    )


def _page(
    status: int,
    title: str,
    sentence: str,
    cure: str,
    code: str,
    incident: str = "",
    typed: Sequence[tuple[str, str]] = (),
) -> Response:
    if wants_json():
        response = jsonify(code=code, sentence=sentence, incident=incident)
    else:
        page = render_template(
            "error.html",
            title=title,
            sentence=sentence,
            what_to_do=cure,
            incident=incident,
            typed=[{"label": called(name), "value": value} for name, value in typed if value.strip()],
            way_on=_way_on(status),
        )
        response = make_response(page)
    response.status_code = status
    return response


def _way_on(status: int) -> dict[str, str] | None:
    """From a conflict back to what it was about, as it stands now."""
    named = request.view_args or {}
    if status != 409:
        return None
    if "number" in named:
        return {"label": _("Open the form again"), "url": url_for("paper_forms.show", number=named["number"])}
    if "bulletin" in named:
        return {"label": _("Open the circular again"), "url": url_for("bulletins.show", bulletin=named["bulletin"])}
    if "document" in named:
        return {"label": _("Open the document again"), "url": url_for("documents.show", document=named["document"])}
    if "reference" in named:
        return {"label": _("Open the request"), "url": url_for("cases.show", reference=named["reference"])}
    if "task_id" in named and request.method == "POST":
        return {"label": _("Open the step again"), "url": url_for("tasks.show", task_id=named["task_id"])}
    return None
