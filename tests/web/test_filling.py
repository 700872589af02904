"""The form page: what stands in it, what is kept, what is wrong, and checking one's answers."""

import json

import pytest

from app.web import fields
from engine.forms.form import Facts
from engine.forms.questions import Field
from engine.language.expression import compiled
from engine.language.scope import Scope
from tests.commands.office import answers

LIMIT = "//input[@id='f-limit_hkd']"


@pytest.fixture
def form(office, visitor):
    """The address of a draft's form."""
    return visitor.task(office.open_draft())


@pytest.fixture
def mia(visitor, form):
    """The maker, at the form."""
    mia = visitor("mia")
    mia.get(form)
    return mia


def in_background(client, url, fields):
    """What a page's script sends and gets."""
    held = client.page.form(f"{url.rpartition('/')[0]}/answers").fields
    data = {**held, **fields, "csrf_token": client.page.csrf_token}
    return client.raw.post(url, data=data, base_url=client.origin, headers={"Accept": "application/json"})


def test_known_values_stand_in_the_form_with_where_they_come_from(mia):
    assert mia.page.all("//div[@id='f-current_limit_hkd']") == ["30,000,000"]
    assert "From your register, set by CT027-20250310-000004" in mia.page.text


def test_a_value_from_a_register_follows_the_answers_that_choose_it(mia):
    assert mia.page.all("//*[@data-computed='current_limit_hkd']") == ["30,000,000"]


def test_a_value_that_nobody_may_change_is_no_input(mia):
    assert not mia.page.tree.xpath("//*[@name='current_limit_hkd']")


def test_a_draft_says_that_it_is_not_submitted(mia):
    assert "Not submitted. Nothing saved yet." in mia.page.text


def test_the_page_says_what_submitting_now_means(mia):
    assert mia.page.all("//aside//dt") == ["Received", "Earliest effective", "Time to cut-off", "Can check it"]
    assert mia.page.all("//aside//dd") == ["Mon 23 Nov 2026", "Thu 26 Nov 2026", "7 h 0 min", "Bo Lam, Chen Wai"]


def test_no_desk_is_named_where_none_takes_part(office, visitor):
    office.deploy("EV002")
    penny = visitor("penny")
    page = penny.get(visitor.task(office.open_draft("penny", code="EV002")))
    assert "Client Events" not in page.text


@pytest.mark.parametrize(
    ("code", "who", "steps"),
    [
        ("EV002", "penny", ["A checker of your company approves or returnsonly where this form says so"]),
        ("RD001", "penny", ["A checker", "HKEX Cash Trading Operationsonly where a look at your answers is needed"]),
        ("CC001", "ivan", ["A checker", "The brokers you add acknowledge", "HKEX CCASS Operationsusually 3"]),
        ("TM005", "mia", ["A checker", "HKEX Cash Trading Operationsusually", "Confirm receiptby your company"]),
    ],
)
def test_the_page_says_whose_turn_comes_next_and_whose_perhaps(office, visitor, code, who, steps):
    office.deploy(code)
    page = visitor(who).get(visitor.task(office.open_draft(who, code=code)))
    later = page.all("//ol[@class='steps']/li[@class='later']")[:-1]
    assert [said for said, step in zip(later, steps, strict=True) if f"Later: {step}" not in said] == []


def test_nothing_is_submitted_to_a_checker_where_perhaps_none_looks(office, visitor):
    office.deploy("EV002")
    page = visitor("penny").get(visitor.task(office.open_draft("penny", code="EV002")))
    assert "Nobody else will see it before you submit." in page.text


def test_nobody_to_check_is_said_before_submitting(office, mia, form):
    office.revoke("chen"), office.revoke("bo")
    page = mia.get(form)
    assert "Nobody else of your company may check this" in page.text
    assert "Ada Lau, Ben Yip" in page.text


def test_a_question_that_depends_is_hidden_until_its_answer_asks_for_it(mia, form):
    hidden = mia.page.tree.xpath("//div[contains(@class, 'js-hidden')]//@name")
    assert hidden == ["session", "vendor_name", "vendor_arranged"]
    page = mia.submit(f"{form}/answers", scope="SESSION", expect=422)
    assert "Choose the trading session" in page.text


def test_every_error_stands_at_its_field_and_in_the_summary(mia, form):
    page = mia.submit(f"{form}/answers", answers(limit_hkd="", effective_date="2026-11-24"), expect=422)
    summary = dict(
        zip(page.tree.xpath("//div[@id='errors']//a/@href"), page.all("//div[@id='errors']//a"), strict=True)
    )
    assert summary == {
        "#f-limit_hkd": "Enter the new limit",
        "#f-effective_date": "Enter a business day, Thursday 26 November 2026 or later",
    }
    assert page.all("//p[@id='f-limit_hkd-error']") == ["Error: Enter the new limit"]


def test_what_was_typed_comes_back_as_it_was_typed(mia, form):
    page = mia.submit(f"{form}/answers", answers(limit_hkd="fifty million"), expect=422)
    assert page.tree.xpath(f"{LIMIT}/@value") == ["fifty million"]
    assert mia.get(form).tree.xpath(f"{LIMIT}/@value") == ["fifty million"]


def test_save_and_leave_keeps_it_and_leads_to_the_drafts(office, mia, form):
    page = mia.submit(f"{form}/draft", answers(limit_hkd="41,000,000"), leave="yes")
    assert page.url == "/?tab=drafts"
    assert mia.get(form).tree.xpath(f"{LIMIT}/@value") == ["41,000,000"]


def test_a_script_saves_and_learns_when(mia, form):
    reply = in_background(mia, f"{form}/draft", {"limit_hkd": "41"})
    assert (reply.status_code, reply.json) == (200, {"saved_at": "10:00"})


def test_a_script_learns_what_is_wrong_and_nothing_is_kept(office, mia, form):
    before = office.everything()["answers"]
    reply = in_background(mia, f"{form}/check", {"limit_hkd": "30000000"})
    assert reply.json["errors"]["limit_hkd"] == ["Enter a limit other than the current one, 30,000,000"]
    assert office.everything()["answers"] == before


def test_a_script_is_told_of_a_refusal_by_its_code(mia, form):
    reply = in_background(mia, f"{form}/draft", {"strange": "1"})
    assert (reply.status_code, reply.json["code"]) == (400, "unknown_fields")


def test_right_answers_lead_to_reading_them_over(mia, form):
    page = mia.submit(f"{form}/answers", answers())
    assert page.heading == "Check your answers: OTP-C Order Consideration Limit"
    assert "Fri 27 Nov 2026" in page.text
    assert "Chan Tai Man · AMB404" in page.text


def test_reading_over_comes_before_submitting_and_leads_back_to_each_answer(mia, form):
    page = mia.submit(f"{form}/answers", answers())
    assert page.tree.xpath("//dd[@class='change']/a/@href")[0] == f"{form}#f-limit_hkd"


def test_answers_that_would_not_pass_are_not_read_over(mia, form):
    page = mia.get(f"{form}/answers", expect=422)
    assert "need attention" in page.text


def test_a_doubt_is_asked_about_and_may_be_overruled(mia, form):
    page = mia.submit(f"{form}/answers", answers(limit_hkd="200,000,000"), expect=422)
    assert "more than five times the current one, 30,000,000" in page.text
    page = mia.submit(f"{form}/answers", {"limit_hkd.confirmed": "yes"})
    assert "You confirmed: New limit (HKD)" in page.text


def test_submitting_leads_to_the_request(office, mia, form):
    mia.submit(f"{form}/answers", answers())
    page = mia.submit(f"{form}/completion")
    assert page.url.startswith("/requests/CT027-")
    assert "Pending checker" in page.text


def test_a_page_sent_twice_leads_to_the_same_place_and_happens_once(office, mia, form):
    page = mia.submit(f"{form}/answers", answers())
    fields = page.form(f"{form}/completion").fields
    first = mia.post(f"{form}/completion", fields)
    mia.page = page
    assert mia.post(f"{form}/completion", fields).url == first.url
    assert office.actions(office.rows("cases")[0].reference)[-1] == ("task.completed", "submit")


def test_a_return_is_on_the_form_with_each_comment_at_its_answer(office, visitor):
    reference = office.submitted()
    office.give_back(reference, limit_hkd="Half of this, please")
    page = visitor("mia").get(visitor.task(reference))
    assert "Returned by Chen Wai, Checker with 1 comment." in page.text
    assert page.all("//p[@id='f-limit_hkd-said']") == ["Half of this, pleaseChen Wai"]


def test_an_unchanged_request_is_questioned_then_taken(office, visitor):
    reference = office.open_draft()
    office.save(reference)
    office.complete(reference, "mia", None)
    office.give_back(reference)
    mia, form = visitor("mia"), visitor.task(reference)
    mia.get(f"{form}/answers")
    assert "You changed nothing since it was returned" in mia.page.text
    mia.submit(f"{form}/completion", expect=409)
    page = mia.submit(f"{form}/completion", unchanged_confirmed="yes")
    assert "round 2" in page.text


def test_a_done_task_leads_to_the_dashboard(office, visitor):
    reference = office.open_draft()
    url = visitor.task(reference)
    office.submit(reference)
    assert visitor("mia").get(url).url == "/"


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ('form.scope == "FIRM"', {"field": "scope", "equals": "FIRM"}),
        ('form.scope != "FIRM"', {"field": "scope", "not_equals": "FIRM"}),
        ('form.scope in ["FIRM", "SESSION"]', {"field": "scope", "in": ["FIRM", "SESSION"]}),
        ('form.scope == "FIRM" or form.scope == "SESSION"', {"field": "scope", "in": ["FIRM", "SESSION"]}),
        ('"FIRM" in form.scope', {"field": "scope", "contains": "FIRM"}),
        ("not form.scope", {"field": "scope", "equals": "no"}),
        ('form.scope == "FIRM" or form.other == "FIRM"', None),
        ('form.scope == "FIRM" and form.other == "FIRM"', None),
        ('register.limit.scope == "FIRM"', None),
    ],
)
def test_the_script_is_told_of_conditions_on_one_answer(written, understood):
    entry = Field("asked", "text", "Asked", show_if=compiled(written))
    assert json.loads(fields.show_condition(entry) or "null") == understood


def test_what_cannot_change_is_not_left_to_the_script():
    entry = Field("asked", "text", "Asked", show_if=compiled('form.answer == "yes" and request.action != "REMOVE"'))
    kept, gone = ({"action": action} for action in ("ADD", "REMOVE"))
    told = [fields.show_condition(entry, "", Facts(Scope(), request=request)) for request in (kept, gone)]
    assert told == ['{"field": "answer", "equals": "yes"}', None]
