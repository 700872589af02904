"""One request through every page, on each database; and that nothing of it is heard where it should not be."""

from __future__ import annotations

import re

import pytest

from app.commands import jobs
from app.logs import log_of
from app.outside.pdf import check
from app.web import errors
from tests.commands.office import PEOPLE, answers

CANARY = "canary-8472"
TOLD = answers(remarks=f"{CANARY} remark", uses_bss_vendor="yes", vendor_name=f"{CANARY} vendor", vendor_arranged="yes")
COMMENT = f"{CANARY} comment"


def whole(visitor):
    """Live the life of a request, with a return by the checker and one by the desk; returns its reference."""
    mia, chen, karen, kelvin = (visitor(who) for who in ("mia", "chen", "karen", "kelvin"))
    mia.get("/eservices/EU_CashTrading")
    mia.submit("/eservices/CT027/requests")
    form = mia.page.url
    reference = mia.page.all("//span[@class='reference']")[0]
    mia.submit(f"{form}/answers", TOLD)
    mia.submit(f"{form}/completion")
    decide(chen, "Check", reference, decision="return", comment=COMMENT, **{"comment.limit_hkd": COMMENT})
    resubmit(mia, reference, limit_hkd="40,000,000")
    decide(chen, "Check", reference, decision="approve")
    decide(karen, "Process", reference, decision="return", comment=COMMENT)
    resubmit(mia, reference, limit_hkd="35,000,000")
    decide(chen, "Check", reference, decision="approve")
    decide(karen, "Process", reference, decision="forward")
    decide(kelvin, "Approve", reference, decision="approve")
    return reference


def decide(client, name, reference, **fields):
    """Take a task up from the dashboard and decide it."""
    url = client.get("/").link(f"{name} {reference}")
    client.get(f"{url}?decision={fields['decision']}")
    client.submit(f"{url}/completion", fields)


def resubmit(client, reference, **changes):
    """Correct a returned request and submit it."""
    url = client.get("/").link(f"Correct and resubmit {reference}")
    client.get(url)
    client.submit(f"{url}/answers", **changes)
    client.submit(f"{url}/completion")


@pytest.fixture
def outside(monkeypatch):
    """Every letter that would have left the machine."""
    sent = []
    monkeypatch.setattr(jobs.mail, "send", lambda letter, _settings: sent.append(letter))
    return sent


def test_a_request_is_completed_on_every_database(either_visitor):
    office, reference = either_visitor.office, whole(either_visitor)
    assert office.status(reference) == "COMPLETED"
    assert office.is_whole(reference)
    assert check(either_visitor("mia").download(f"/requests/{reference}/trail.pdf").data).intact


def test_no_answer_and_no_comment_is_in_a_mail(office, visitor, outside):
    whole(visitor)
    while jobs.keep_promises(office.portal):
        pass
    assert len(outside) > 15
    assert not [letter for letter in outside if CANARY in letter.subject + letter.text]


def test_everybody_concerned_is_mailed_and_nobody_else(office, visitor, outside):
    whole(visitor)
    while jobs.keep_promises(office.portal):
        pass
    told = {letter.to for letter in outside if "CT027" in letter.subject}
    assert told == {PEOPLE[who] for who in ("mia", "chen", "bo", "karen", "kelvin")}


def test_no_answer_code_name_or_cookie_is_in_the_log(office, visitor, monkeypatch, capsys, caplog, outside):
    monkeypatch.setattr(errors, "log", log_of("web"))
    whole(visitor)
    stranger = visitor("mia")
    stranger.post(f"/tasks/{'0' * 8}-0000-0000-0000-{'0' * 12}/completion", {"remarks": CANARY}, expect=409)
    form = visitor.task(office.open_draft())
    stranger.post(f"{form}/answers", {"version": 2, CANARY: CANARY}, expect=400)
    while jobs.keep_promises(office.portal):
        pass
    heard = capsys.readouterr().out + caplog.text
    codes = [re.search(r"\d{6}", letter.text)[0] for letter in outside if "code" in letter.subject]
    secrets = [CANARY, "Mia Chan", "star-ferry", stranger.raw.get_cookie("sid", domain="127.0.0.1").value, *codes]
    assert "event=refused" in heard
    assert not [secret for secret in secrets if secret in heard]


def test_the_log_of_a_fault_holds_no_answer(office, visitor, monkeypatch, capsys):
    mia, form = visitor("mia"), visitor.task(office.open_draft())
    mia.get(form)
    held = mia.page.form(f"{form}/answers").fields
    monkeypatch.setattr("app.web.tasks.form.check", lambda *_: 1 / 0)
    monkeypatch.setattr(errors, "log", log_of("web"))
    mia.raw.post(f"{form}/answers", data={**held, **TOLD}, base_url=mia.origin)
    heard = capsys.readouterr()
    assert "event=fault" in heard.out
    assert CANARY not in heard.out + heard.err
