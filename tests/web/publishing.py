"""What those who publish send from a browser, with a file that they have chosen."""

from __future__ import annotations

import io
from typing import Any

from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.web.client import Client
from tests.web.page import Page


def sent(client: Client, place: str, content: bytes, name: str, *, expect: int = 303, **typed: Any) -> Page:
    """Choose a file in the form of the last page that goes to `place`, and press its button."""
    assert client.page is not None
    chosen = FileStorage(io.BytesIO(content), filename=name)
    boundary, body = encode_multipart({**client.page.form(place).fields, **typed, "file": chosen})
    kind = f"multipart/form-data; boundary={boundary}"
    reply = client.raw.post(place, data=body, content_type=kind, base_url=client.origin)
    assert reply.status_code == expect, reply.get_data(as_text=True)
    return Page(place, expect, reply.get_data(as_text=True)) if expect != 303 else client.get(reply.location)
