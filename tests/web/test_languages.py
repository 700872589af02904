"""Three languages: who reads which, what is said in each, and that no text was forgotten."""

import re
from datetime import date
from string import Formatter

import pytest

from app.commands import letters
from app.languages import LANGUAGES, collect, translated
from engine.forms import spoken
from engine.sentence import Message, Sentence, joined, named, say

TRADITIONAL, SIMPLIFIED = "zh_Hant", "zh_Hans"
PERCENT = re.compile(r"%\((\w+)\)")


def language(page):
    return re.search(r'<html lang="([^"]+)"', page.source)[1]


def read_in(client, code, url="/"):
    """The page in that language, chosen by its button."""
    client.post("/language", language=code, next=url)
    return client.page


def first_asked(visitor, header):
    client = visitor.stranger()
    client.environ["HTTP_ACCEPT_LANGUAGE"] = header
    return language(client.get("/sign-in"))


# --- who reads which --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("header", "tag"),
    [
        ("zh-HK,zh;q=0.9,en;q=0.8", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("zh-CN,zh;q=0.9", "zh-Hans"),
        ("zh-Hans-HK", "zh-Hans"),
        ("fr,en;q=0.5", "en"),
        ("en-GB,zh-HK;q=0.9", "en"),
        ("", "en"),
    ],
)
def test_a_stranger_reads_what_the_browser_asks_for(visitor, header, tag):
    assert first_asked(visitor, header) == tag


def test_a_stranger_keeps_the_language_of_the_button(visitor):
    client = visitor.stranger()
    client.get("/sign-in")
    read_in(client, TRADITIONAL, "/sign-in")
    assert (language(client.get("/sign-in/forgotten")), "密碼" in client.page.text) == ("zh-Hant", True)


def test_an_account_is_read_in_its_language_in_every_browser(visitor):
    read_in(visitor("mia"), SIMPLIFIED)
    assert language(visitor("mia").get("/")) == "zh-Hans"


def test_nobody_elses_pages_change(visitor):
    read_in(visitor("mia"), TRADITIONAL)
    assert language(visitor("chen").get("/")) == "en"


def test_the_choice_is_sealed_in_the_administration_trail(office, visitor):
    read_in(visitor("mia"), TRADITIONAL)
    assert "Language chosen" in visitor("ada").get("/people/trail").text


def test_the_same_choice_again_leaves_no_second_entry(office, visitor):
    mia = visitor("mia")
    read_in(mia, TRADITIONAL)
    before = len(office.rows("administration_trail"))
    read_in(mia, TRADITIONAL)
    assert len(office.rows("administration_trail")) == before


def test_another_language_is_not_kept(visitor):
    mia = visitor("mia")
    assert language(read_in(mia, "fr")) == "en"


@pytest.mark.parametrize("away", ["https://evil.test/", "//evil.test", "\\evil"])
def test_the_button_leads_nowhere_else(visitor, away):
    mia = visitor("mia")
    assert read_in(mia, TRADITIONAL, away).url == "/"


# --- what is said -----------------------------------------------------------------------------------------------------
def test_a_form_is_read_and_refused_in_chinese(office, visitor):
    mia = visitor("mia")
    reference = office.open_draft()
    read_in(mia, TRADITIONAL, visitor.task(reference))
    labelled = "新上限（港元）" in mia.page.text
    page = mia.submit(f"{visitor.task(reference)}/answers", limit_hkd="", expect=422)
    assert (labelled, "請輸入" in page.text, "Enter" in page.text) == (True, True, False)


def test_a_checker_compares_answers_in_chinese(office, visitor):
    reference = office.submitted()
    page = read_in(visitor("chen"), TRADITIONAL, visitor.task(reference))
    assert [words in page.text for words in ("新上限（港元）", "整間公司", "New limit (HKD)")] == [True, True, False]


@pytest.mark.parametrize("said", ["撤回", "到期", "OTP-C 買賣盤價值上限設定確認"])
def test_a_request_tells_its_ways_out_days_and_drawings_in_chinese(office, visitor, said):
    page = read_in(visitor("mia"), TRADITIONAL, f"/requests/{office.submitted()}")
    assert said in page.text


def test_a_trail_is_read_in_chinese(office, visitor):
    reference = office.submitted()
    page = read_in(visitor("mia"), TRADITIONAL, f"/requests/{reference}")
    assert ("已提交" in page.text, "待覆核" in page.text, "Draft → Pending checker" in page.text) == (True, True, False)


def test_simplified_chinese_has_characters_of_its_own(visitor):
    assert ("所有电子服务" in read_in(visitor("mia"), SIMPLIFIED).text) is True


def test_a_mail_is_written_in_the_language_of_who_gets_it(office, visitor):
    read_in(visitor("chen"), TRADITIONAL)
    office.submitted()
    payload = next(job.payload for job in office.rows("jobs", kind="mail") if job.payload["template"] == "task.opened")
    subject, text = letters.written(office.portal, payload, TRADITIONAL)
    assert ("覆核" in subject + text, "A request waits" in text) == (True, False)


def test_a_sentence_says_its_values_in_the_language_too():
    sentence = say("Due: {moment}", moment=spoken.short_date(date(2026, 11, 27)))
    assert (sentence, translated(sentence, TRADITIONAL)) == ("Due: Fri 27 Nov 2026", "限期：2026年11月27日（五）")


def test_sentences_that_are_joined_are_said_one_by_one():
    assert translated(joined([named("Monday"), "x"], " - "), TRADITIONAL) == "星期一 - x"


def test_a_message_of_a_form_is_filled_with_the_value_of_each_expression():
    assert Message("At most {form.a + 1}", {"form.a + 1": "3"}) == "At most 3"


def test_words_that_are_no_sentence_stay_as_they_are():
    assert translated("Monday", TRADITIONAL) == "Monday"


# --- the catalogues ---------------------------------------------------------------------------------------------------
def test_the_catalogues_hold_every_text_of_today():
    kept = {code: collect.catalogue(code) for code in (TRADITIONAL, SIMPLIFIED)}
    made = collect.renewed()
    assert {code: _texts(made[code]) for code in kept} == {code: _texts(kept[code]) for code in kept}, (
        "run python -m app.languages.collect and translate what is new"
    )


def test_no_text_is_left_in_english():
    assert [one.id for one in collect.untranslated(collect.catalogue(TRADITIONAL))] == []


def test_a_translation_names_what_the_text_names():
    wrong = [
        (text, said)
        for text, said in _texts(collect.catalogue(TRADITIONAL)).items()
        if not _named(said) <= _named(text) or not set(PERCENT.findall(said)) <= {*PERCENT.findall(text), "num"}
    ]
    assert wrong == []


def test_every_language_calls_itself_by_its_own_name():
    assert list(LANGUAGES.values()) == ["English", "繁體中文", "简体中文"]


def _texts(catalogue):
    return {one.id if isinstance(one.id, str) else one.id[0]: collect._first(one.string) for one in catalogue if one.id}


def _named(text):
    try:
        return {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text) if name}
    except ValueError:
        return set()


def test_an_exception_says_a_sentence():
    assert isinstance(str(ValueError(say("Enter a day"))), Sentence)
