"""The audit PDF of a request: made once for each side, whole, and proving itself."""

import io
import json
from gettext import NullTranslations

import pikepdf
import pypdf
import pytest

from app.commands.requests import documents
from app.outside import pdf
from engine.errors import BadState
from tests.commands.office import RETURN
from tests.commands.standing import away


@pytest.fixture
def returned_and_completed(either_office):
    office = either_office
    reference = office.submitted()
    office.give_back(reference, limit_hkd="Fifty or five?")
    office.submit(reference, limit_hkd="45,000,000", remarks="五千萬改為四千五百萬")
    for step in (office.approve, office.process, office.accept):
        step(reference)
    return reference


def text(content: bytes) -> str:
    """The words of all pages, with one space wherever a line or a run of spaces was."""
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages).split())


def test_the_pdf_is_promised_once_when_the_request_ends(either_office):
    reference = either_office.completed()
    assert [job.payload for job in either_office.rows("jobs", kind="pdf")] == [{"reference": reference}]


def test_the_pdf_is_made_once_and_is_the_same_for_everybody_of_a_side(either_office, returned_and_completed):
    office, reference = either_office, returned_and_completed
    made = documents.make_trail_pdf(office.portal, reference)
    assert documents.make_trail_pdf(office.portal, reference) == made
    downloads = {documents.trail_pdf(office.portal, reference, office.number(who)) for who in ("mia", "chen")}
    assert len(downloads) == 1


def test_the_pdf_says_who_did_what_with_every_answer_and_comment(either_office, returned_and_completed):
    said = text(documents.trail_pdf(either_office.portal, returned_and_completed, either_office.number("mia")))
    case = either_office.case(returned_and_completed)
    wanted = ["Mia Chan", "Chen Wai", "Karen Ip", "Kelvin Sit", "Harbour Bright Securities Limited", "港曜證券有限公司"]
    wanted += ["30,000,000", "50,000,000", "45,000,000", "五千萬改為四千五百萬", "Chan Tai Man", "27 Nov 2026"]
    wanted += [RETURN["comment"], "Fifty or five?", "Completed", case.reference, case.head, "B00123"]
    wanted += [sealed.hash[:12] for sealed in either_office.trail(returned_and_completed)]
    assert [words for words in wanted if words not in said] == []


def test_the_pdf_proves_itself_with_the_portals_key(either_office, returned_and_completed):
    content = documents.trail_pdf(either_office.portal, returned_and_completed, either_office.number("mia"))
    assert pdf.check(content, documents.public_key(either_office.portal)).intact


def test_the_pdf_names_whoever_was_away_and_proves_itself(office):
    away(office, "chen", "mia")
    reference = office.submit(office.open_draft("bo"), "bo")
    office.approve(reference, "mia")
    office.accept(office.process(reference))
    content = documents.trail_pdf(office.portal, reference, office.number("bo"))
    proof = pdf.check(content, documents.public_key(office.portal))
    assert ("Mia Chan for Chen Wai" in text(content), proof.intact) == (True, True)


def test_one_changed_byte_of_the_pdf_shows(office):
    content = documents.trail_pdf(office.portal, office.completed(), office.number("mia"))
    changed = bytearray(content)
    changed[len(changed) // 2] ^= 1
    assert not pdf.check(bytes(changed), documents.public_key(office.portal)).intact


# --- in the language of whoever asks ----------------------------------------------------------------------------------
TRADITIONAL, SIMPLIFIED = "zh_Hant", "zh_Hans"


def downloaded(office, reference, language, who="mia"):
    return documents.trail_pdf(office.portal, reference, office.number(who), language)


@pytest.mark.parametrize(
    ("language", "headings"),
    [
        (TRADITIONAL, ["決定事項", "答案", "流程圖：", "目前所在", "證明文件", "核對方法", "新上限", "覆核人退回"]),
        (SIMPLIFIED, ["决定事项", "答案", "流程图：", "目前所在", "证明文件", "核对方法", "新限额", "覆核人退回"]),
    ],
)
def test_a_download_in_chinese_has_chinese_headings_and_proves_itself(
    either_office, returned_and_completed, language, headings
):
    content = downloaded(either_office, returned_and_completed, language)
    said, proof = text(content), pdf.check(content, documents.public_key(either_office.portal))
    assert (proof.intact, [words for words in headings if words not in said]) == (True, [])


def test_a_changed_language_of_the_pages_is_caught(office):
    content = downloaded(office, office.completed(), TRADITIONAL)
    said = pdf.attachments(content)["pages.json"].replace(b'"language":"zh_Hant"', b'"language":"zh_Hans"')
    with pikepdf.open(io.BytesIO(content)) as document:
        document.attachments["pages.json"] = pikepdf.AttachedFileSpec(document, said, filename="pages.json")
        document.save(changed := io.BytesIO())
    proof = pdf.check(changed.getvalue(), documents.public_key(office.portal))
    assert (proof.intact, "pages.json" in proof.sentences[0]) == (False, True)


def test_the_record_in_a_download_in_chinese_is_the_stored_one(office, returned_and_completed):
    stored, chinese = (
        pdf.attachments(downloaded(office, returned_and_completed, language)) for language in ("en", TRADITIONAL)
    )
    assert _record(stored) == _record(chinese)


def _record(found):
    trail = json.loads(found.pop("trail.json"))
    found.pop("pages.json")
    return found, trail["entries"], trail["seal"]["head"]


def test_the_stored_pdf_stays_in_english_whoever_asks_first(office):
    reference = office.completed()
    downloaded(office, reference, TRADITIONAL)
    assert "What was decided" in text(downloaded(office, reference, "en"))


def test_a_download_in_chinese_says_that_the_record_is_unchanged(office):
    assert "未經更改" in text(downloaded(office, office.completed(), TRADITIONAL))


def test_pages_in_chinese_can_be_checked_when_the_catalogue_says_it_otherwise(office, monkeypatch):
    content = downloaded(office, office.completed(), TRADITIONAL)
    monkeypatch.setattr("app.languages.catalogue", lambda language: NullTranslations())
    assert pdf.check(content, documents.public_key(office.portal)).intact


def test_an_open_request_has_its_trail_so_far(office):
    content = documents.trail_pdf(office.portal, office.submitted(), office.number("mia"))
    assert "Pending checker" in text(content)
    assert office.rows("documents") == []


def test_no_pdf_is_made_of_a_trail_that_was_sealed_by_another(office):
    reference = office.completed()
    office.run_sql("DROP TRIGGER cases_ended")
    office.run_sql("UPDATE cases SET seal = :seal", seal="0" * 64)
    with pytest.raises(BadState):
        documents.make_trail_pdf(office.portal, reference)


def test_a_download_is_recorded(office):
    reference = office.completed()
    documents.trail_pdf(office.portal, reference, office.number("mia"))
    (entry,) = office.rows("people_trail", action="document.downloaded")
    assert (entry.person_id, entry.facts["reference"]) == (office.number("mia"), reference)
