"""Help: six sections that are answered from what the portal runs by, to be searched, linked to and read by anybody."""

import re
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from app.commands.managing import calendar
from app.commands.signing import codes, links, passwords
from app.store import signins
from app.web import agents, help_answers
from app.web.help_entries import Circumstances
from engine.exclusions import EXCLUSIONS
from engine.forms import attachment
from engine.hours import Calendar
from engine.statuses import STATUSES
from tests.commands.office import ROOT, opened
from tests.web.visitors import Visitors

SECTIONS = ["General", "System requirement", "Security", "Account Management", "eService", "Support"]
QUESTIONS = 20


@pytest.fixture
def page(visitor):
    return visitor.stranger().get("/help")


def answer(page, key):
    """The words of one answer."""
    return " ".join(page.all(f"//div[@id='{key}']"))


def test_r1_the_six_sections_of_the_seed_stand_in_its_order(page):
    assert page.all("//section/h2") == SECTIONS


@pytest.mark.parametrize("who", ["mia", "chen", "ada", "ivan", "karen", "olive", "agnes", "audrey", "andy"])
def test_r1_everybody_finds_help_in_the_menu(visitor, who):
    client = visitor(who)
    assert client.get(client.page.link("Help")).all("//section/h2") == SECTIONS


def test_help_leads_from_the_sign_in_page_and_back(visitor):
    stranger = visitor.stranger()
    page = stranger.get(stranger.get("/sign-in").link("Help"))
    assert page.link("Sign in") == "/sign-in"


def test_every_question_has_an_address_of_its_own_and_stands_in_the_contents(page):
    headings = page.tree.xpath("//section//h3/a/@href")
    contents = page.tree.xpath("//nav[@aria-labelledby='contents-heading']//ul/li/ul/li/a/@href")
    assert headings == contents and len(headings) >= QUESTIONS


@pytest.mark.parametrize(
    ("place", "name", "value", "key", "words"),
    [
        (attachment, "MOST_FILES", 7, "eservices-files", "At most 7 files"),
        (attachment, "MOST_BYTES", 4 * 1024 * 1024, "eservices-files", "At most 4.0 MB"),
        (attachment, "KINDS", ("pdf", "odt"), "eservices-files", "PDF, ODT"),
        (attachment, "PREFIX", "Evidence", "eservices-files", "Evidence_CT027-20261123-000042_B00123.pdf"),
        (passwords, "SHORTEST", 13, "security-passwords", "13 to 128 characters"),
        (signins, "MOST_TRIES", 3, "security-locked", "After 3 wrong passwords"),
        (codes, "CODE_LIFE", timedelta(minutes=4), "security-two-factors", "good for 4 minutes"),
        (links, "LIVES", {"welcome": timedelta(hours=9), "reset": timedelta(minutes=5)}, "general-set-up", "9 hours"),
        (agents, "SUPPORTED", (agents.CHROME._replace(since=(120, 0)),), "system-browsers", "Google Chrome 120 and"),
    ],
)
def test_r1_another_setting_is_another_answer(visitor, monkeypatch, place, name, value, key, words):
    stranger = visitor.stranger()
    before = answer(stranger.get("/help"), key)
    monkeypatch.setattr(place, name, value)
    assert words not in before and words in answer(stranger.get("/help"), key)


def test_r1_the_settings_of_the_portal_are_in_the_answers(seeded, tmp_path):
    office = opened(seeded, tmp_path, idle_minutes=33, absolute_hours=5, unlock_mailbox="unlock@example.test")
    page = Visitors(office).stranger().get("/help")
    office.portal.database.close()
    said = [words in page.text for words in ("After 33 minutes", "after 5 hours", "writes to unlock@example.test")]
    assert said == [True, True, True]


def test_r1_another_window_of_maintenance_is_another_answer(visitor):
    hours = replace(Calendar(), maintenance_from=(4, time(20, 0)), maintenance_to=(5, time(6, 30)))
    with visitor.app.test_request_context("/help"):
        at = Circumstances(visitor.office.portal.settings, hours, "", (), None, (), (), 0)
        said = " ".join(help_answers.service_hours(at).said)
    assert "from Friday 20:00 to Saturday 06:30 HKT" in said


def test_r1_an_exception_of_the_calendar_is_in_the_answer(office, visitor):
    number = calendar.propose(
        office.portal, office.by("olive"), date(2026, 11, 25), "CLOSED", "The building is flooded"
    )
    calendar.decide(office.portal, office.by("oscar"), number, accept=True)
    office.clock.move(minutes=2)
    assert "The building is flooded" in answer(visitor.stranger().get("/help"), "general-hours")


def test_every_reason_why_a_form_stays_on_paper_is_told(page):
    said = answer(page, "eservices-excluded")
    assert [one.title for one in EXCLUSIONS if one.title not in said or one.reason not in said] == []


def test_every_status_is_told_with_its_meaning(page):
    assert len(page.all("//div[@id='eservices-statuses']//dl/div[dd!='']")) == len(STATUSES)


def test_r96_the_typical_process_is_drawn_from_the_pattern_that_runs(page):
    drawn = page.tree.xpath("//div[@id='eservices-process']//*[local-name()='svg']/@aria-label")
    assert drawn == ["Maker, checker, exchange", "Maker, checker, second company, exchange"]


def test_r96_every_task_of_the_pattern_stands_in_the_text_below_it(page):
    pattern = (ROOT / "processes" / "P1.bpmn").read_text(encoding="utf-8")
    tasks = re.findall(r'<bpmn:userTask id="\w+" name="([^"]+)"', pattern)
    told = page.all("//div[@id='eservices-process']//details[1]//strong")
    assert tasks and set(tasks) <= set(told)


def test_the_own_administrators_are_named_to_those_who_are_signed_in(visitor):
    assert "Ada Lau, Ben Yip" in answer(visitor("mia").get("/help"), "accounts-roles")


def test_nothing_of_any_company_is_told_before_the_sign_in(page):
    told = ("Ada Lau", "Harbour Bright", "/account", "/access", "Your company has no delegated administrator")
    assert [words for words in told if words in page.source] == []


@pytest.mark.parametrize(
    ("words", "found"),
    [("upload", "Which files can be uploaded?"), ("XLSX", "Which files can be uploaded?"), ("both roles maker", "")],
)
def test_help_is_searched_by_words_of_questions_and_answers(visitor, words, found):
    page = visitor.stranger().get(f"/help?q={words}")
    assert (found in page.all("//section//h3")) == bool(found)


def test_words_that_nothing_holds_are_said_to_be_nowhere(visitor):
    page = visitor.stranger().get("/help?q=zzzz")
    assert "No question or answer holds these words." in page.text and page.all("//section//h3") == []


def test_the_help_with_signing_in_says_what_the_settings_say(visitor, monkeypatch):
    monkeypatch.setattr(codes, "CODE_LIFE", timedelta(minutes=4))
    assert "good for 4 minutes" in visitor.stranger().get("/sign-in/help").text
