"""Names, answers and comments are words on every page that shows them, whatever they hold."""

import json

import pytest

from tests.commands.office import RETURN

HOSTILE = """<script>alert(1)</script>"'><img src=x onerror=alert(2)>{{ 7 * 7 }}&amp;\u202etxt.exe"""
PAGES = {
    "mia": [
        "/?tab=waiting",
        "/requests/{reference}",
        "{form}",
        "{form}/answers",
        "/requests/{reference}/ways-out/withdraw",
    ],
    "chen": ["/", "{check}", "{check}?decision=return", "/requests/{again}", "/search?q=CT027"],
    "audrey": ["/requests/{again}"],
}


@pytest.fixture
def names(office, visitor):
    """A company, people, answers and comments with hostile words; every address that shows them."""
    office.run_sql("UPDATE companies SET name_en = :name WHERE code = 'CP00001'", name=HOSTILE[:160])
    office.run_sql("UPDATE people SET name = :name WHERE email LIKE '%harbourbright.test'", name=HOSTILE[:120])
    office.run_sql(
        "UPDATE registers SET record = :record WHERE register = 'responsible_officer'",
        record=json.dumps({"name": HOSTILE}),
    )
    hostile = {"remarks": HOSTILE, "uses_bss_vendor": "yes", "vendor_name": HOSTILE[:80], "vendor_arranged": "yes"}
    references = []
    for _ in range(2):
        reference = office.open_draft()
        office.save(reference, **hostile)
        office.complete(reference, "mia", None)
        office.complete(reference, "chen", {**RETURN, "comment": HOSTILE, "comment.remarks": HOSTILE})
        references.append(reference)
    office.submit(references[1], **hostile, limit_hkd="40,000,000")
    form, check = (visitor.task(one) for one in references)
    return {"reference": references[0], "again": references[1], "form": form, "check": check}


@pytest.mark.parametrize(("who", "url"), [(who, url) for who, urls in PAGES.items() for url in urls])
def test_hostile_words_stay_words(visitor, names, who, url):
    page = visitor(who).get(url.format(**names), expect=None)
    assert page.status in (200, 422)
    assert "<script>alert" not in page.source
    assert "<img src=x" not in page.source
    assert "<script>alert(1)</script>" in page.text + " ".join(
        map(str, page.tree.xpath("//textarea/text() | //@value"))
    )


def test_a_search_for_hostile_words_shows_them(visitor):
    mia = visitor("mia")
    assert HOSTILE[:90] in mia.submit("/search", q=HOSTILE).heading


def test_hostile_words_come_through_the_pdf(visitor, names):
    visitor("audrey").download(f"/requests/{names['again']}/trail.pdf")


@pytest.mark.parametrize("field", ["remarks", "vendor_name"])
@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\u2028b"])
def test_characters_that_cannot_be_printed_are_refused_by_name(office, visitor, field, text):
    mia, form = visitor("mia"), visitor.task(office.open_draft())
    mia.get(form)
    page = mia.submit(f"{form}/answers", {field: text, "uses_bss_vendor": "yes"}, expect=422)
    assert "Remove the characters that cannot be printed" in page.text
