"""The filters that I keep under a name: above the lists as links, and on a page of their own to change them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from app.commands.signing import own_filters as commands
from app.commands.signing.own_filters import LONGEST, MOST, WrongFilter
from app.store import saved_filters
from app.store.saved_filters import LISTS, SavedFilter
from app.web import filters
from app.web.guards import current_person, portal, signed_in
from app.web.languages import gettext as _

bp = Blueprint("saved_filters", __name__, url_prefix="/filters")
WHY = {
    "nameless": "Enter a name.",
    "long": "Enter a name of at most 40 characters.",
    "taken": "You have a filter with this name: enter another.",
    "many": "You have 20 filters, and more are not kept: remove one first.",
    "empty": "Choose what to filter by first.",
}


@bp.get("")
@signed_in
def show() -> str:
    """My filters, to rename, to remove, and to begin a list with."""
    return _page()


@bp.post("")
@signed_in
def save() -> Any:
    """Keep what the list shows under a name."""
    said, of_list = filters.asked(request.form), request.form.get("list", "")
    try:
        commands.save(portal(), current_person(), of_list, said.words(), request.form.get("name", ""))
    except WrongFilter as error:
        known = of_list if of_list in LISTS else LISTS[0]
        return _page(new={"list": known, "words": said.words(), "error": _(WHY[error.why])}), 422
    return redirect(filters.address(of_list, said.words()), 303)


@bp.post("/<int:saved>")
@signed_in
def change(saved: int) -> Any:
    """Rename one, begin its list with it or no longer, or remove it."""
    person, act = current_person(), request.form.get("act", "rename")
    try:
        if act == "remove":
            commands.remove(portal(), person, saved)
        elif act in ("begin", "begin-plainly"):
            commands.begin_with(portal(), person, saved, on=act == "begin")
        else:
            commands.rename(portal(), person, saved, request.form.get("name", ""))
    except WrongFilter as error:
        return _page(wrong=saved, error=_(WHY[error.why])), 422
    return redirect(url_for("saved_filters.show"), 303)


# --- above the lists --------------------------------------------------------------------------------------------------
def chips(mine: Sequence[SavedFilter], tab: str, words: Mapping[str, str]) -> list[dict[str, Any]]:
    """My filters as links, with the list of each where it is another."""
    titles = list_titles()
    return [
        {
            "label": one.name if one.list == tab else f"{one.name} · {titles[one.list]}",
            "url": filters.address(one.list, dict(one.words)),
            "current": one.list == tab and dict(one.words) == dict(words),
        }
        for one in mine
    ]


def default(mine: Sequence[SavedFilter], tab: str) -> SavedFilter | None:
    """The filter with which a list begins."""
    return next((one for one in mine if one.list == tab and one.is_default), None)


def list_titles() -> dict[str, str]:
    """The lists of the dashboard, as their tabs call them."""
    return {
        "todo": _("To do"),
        "waiting": _("In progress"),
        "drafts": _("Drafts, not submitted"),
        "history": _("History"),
    }


def _page(new: dict[str, Any] | None = None, wrong: int = 0, error: str = "") -> str:
    with portal().database.read() as connection:
        mine = saved_filters.of_person(connection, current_person().id)
    typed, titles = request.form.get("name", ""), list_titles()
    rows = [
        {
            "id": one.id,
            "name": typed if one.id == wrong else one.name,
            "shown": one.name,
            "list": titles[one.list],
            "is_default": one.is_default,
            "url": filters.address(one.list, dict(one.words)),
            "act_url": url_for("saved_filters.change", saved=one.id),
            "error": error if one.id == wrong else "",
        }
        for one in mine
    ]
    return render_template(
        "saved_filters.html", rows=rows, new=new, typed=typed, titles=titles, longest=LONGEST, most=MOST, error=error
    )
