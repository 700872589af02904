"""How answers travel: pages compressed, assets as they were compressed when they were built."""

from __future__ import annotations

import os
import secrets
from mimetypes import guess_type

from flask import Flask, Response, request, send_from_directory
from flask_compress import Compress

from app.web.guards import public

CODINGS = {"br": ".br", "gzip": ".gz"}  # the one that makes the least of it first
PACKED = ["text/html", "application/xml"]
LEAST = 1_000  # bytes: what is smaller gains nothing
MOST_FILLING = 64


def lighten(app: Flask) -> None:
    """Compress what is sent to browsers that can read it."""
    app.config.update(COMPRESS_MIMETYPES=PACKED, COMPRESS_ALGORITHM=[*CODINGS], COMPRESS_MIN_SIZE=LEAST)
    Compress(app)
    app.jinja_env.globals["filling"] = filling
    folder = app.static_folder or ""
    made = frozenset(os.listdir(folder))

    @public
    def asset(filename: str) -> Response:
        coding = next((one for one in _read_by_browser() if filename + CODINGS[one] in made), "")
        response = send_from_directory(
            folder, filename + CODINGS.get(coding, ""), mimetype=guess_type(filename)[0], download_name=filename
        )
        response.vary.add("Accept-Encoding")
        if coding:
            response.content_encoding = coding
        return response

    app.view_functions["static"] = asset


def filling() -> str:
    """Letters of no meaning and of any number, as part of a page.

    A compressed page is shorter when what an address puts into it is also elsewhere on it: who can see lengths but not
    pages could guess a secret letter by letter (BREACH). The true length drowns in a random one.
    """
    return secrets.token_hex(secrets.randbelow(MOST_FILLING))


def _read_by_browser() -> list[str]:
    return [one for one in CODINGS if request.accept_encodings[one] > 0]
