"""What one sees when something does not exist, is too large, comes too often, or breaks."""

import pytest

from app.logs import log_of
from app.web import errors
from tests.commands.office import opened
from tests.web.page import Page
from tests.web.visitors import Visitors

SECRET = "a-secret-of-the-tests-that-is-long-enough"


def broken():
    """A view with a fault of ours."""
    raise RuntimeError("canary-4711")


def test_an_address_that_does_not_exist(visitor):
    assert visitor.stranger().get("/nowhere", expect=404).heading == "Not found"


def test_a_method_that_does_not_work(visitor):
    mia = visitor("mia")
    mia.post("/search", expect=405)
    assert "GET" in mia.response.headers["Allow"]


def test_a_form_that_is_too_large(office, visitor):
    mia, url = visitor("mia"), visitor.task(office.open_draft())
    mia.get(url)
    page = mia.submit(f"{url}/answers", remarks="x" * 1_100_000, expect=413)
    assert page.heading == "That is too large"


def test_too_many_tries(visitor):
    visitor.app.config["SIGN_IN_RATE"] = "1 per minute"
    client = visitor.stranger()
    client.environ = {"REMOTE_ADDR": "203.0.113.77"}
    client.get("/sign-in")
    client.submit("/sign-in", email="x@y.test", password="wrong", expect=422)
    page = client.submit("/sign-in", email="x@y.test", password="wrong", expect=429)
    assert page.heading == "Too many tries"
    assert int(client.response.headers["Retry-After"]) <= 60


def test_a_fault_of_ours_is_a_page_with_a_number_and_nothing_else(visitor, monkeypatch, capsys):
    mia = visitor("mia")
    monkeypatch.setitem(visitor.app.view_functions, "search.show", broken)
    monkeypatch.setattr(errors, "log", log_of("web"))
    reply = mia.raw.get("/search", base_url=mia.origin)
    page = Page("/search", reply.status_code, reply.text)
    incident = page.all("//*[@class='secret']")[0]
    assert (reply.status_code, page.faults()) == (500, [])
    assert "canary-4711" not in reply.text
    assert incident in capsys.readouterr().out


def test_after_a_fault_the_next_page_works(visitor, monkeypatch):
    mia = visitor("mia")
    with monkeypatch.context() as patched:
        patched.setitem(visitor.app.view_functions, "search.show", broken)
        mia.raw.get("/search", base_url=mia.origin)
    mia.get("/search")


@pytest.mark.parametrize(
    "url", ["/tasks/7", "/tasks/00000000-0000-0000-0000-000000000000x", "/requests/%00", "/requests/..%2f"]
)
def test_strange_addresses_are_not_found(visitor, url):
    visitor("mia").get(url, expect=404)


def test_health_says_that_it_serves(visitor):
    reply = visitor.stranger().raw.get("/health")
    assert (reply.status_code, reply.json) == (200, {"ok": True, "incidents": 0})


@pytest.mark.parametrize("url", ["/demo/mail", "/demo/mail/1"])
def test_outside_the_demo_nobody_reads_mail_here(seeded, tmp_path, url):
    office = opened(seeded, tmp_path, demo=False, secret_key=SECRET, base_url="https://portal.test")
    visitor = Visitors(office)
    visitor.stranger().get(url, expect=404)
    assert "Demo mail" not in visitor("mia").page.text
    office.portal.database.close()


@pytest.mark.parametrize("url", ["/?membership=%00", "/search?q=a%00b"])
def test_a_nul_in_an_address_is_refused(visitor, url):
    visitor("mia").get(url, expect=400)


def test_a_version_in_strange_digits_is_a_stale_page(office, visitor):
    task, mia = office.task(office.open_draft()), visitor("mia")
    mia.get(f"/tasks/{task.id}")
    mia.post(f"/tasks/{task.id}/draft", {"version": "²"}, expect=409)
