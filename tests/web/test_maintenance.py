"""Saturday 08:00 to Sunday 00:00: nothing is written, everything can be read."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.commands.office import APPROVE, answers

SATURDAY_NINE = datetime(2026, 11, 28, 1, 0, tzinfo=UTC)
SUNDAY_ZERO = datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
SUNDAY_MIDNIGHT = "Sat, 28 Nov 2026 16:00:00 GMT"
WRITES = [
    ("mia", "/eservices/CT027/requests", {}),
    ("mia", "{draft}/draft", answers()),
    ("mia", "{draft}/answers", answers()),
    ("mia", "{draft}/completion", answers()),
    ("chen", "{review}/completion", APPROVE),
    ("mia", "/requests/{reference}/ways-out/withdraw", {"reason": "Filed twice by mistake"}),
    ("mia", "/requests/{reference}/ways-out/withdraw/answer", {"accept": "yes"}),
    ("mia", "/requests/{reference}/ways-out/withdraw/retraction", {}),
    ("mia", "/requests/{reference}/nudge", {}),
    ("chen", "{review}/claim", {}),
    ("chen", "{review}/release", {}),
]
READS = ["/", "/?tab=waiting", "/eservices", "/search?q=limit", "{draft}", "/requests/{reference}"]


@pytest.fixture
def names(office, visitor):
    """The addresses of a draft and of a submitted request; it is Saturday, 09:00."""
    draft, reference = office.open_draft(), office.submitted()
    office.clock.set(SATURDAY_NINE)
    return {"draft": visitor.task(draft), "review": visitor.task(reference), "reference": reference}


@pytest.mark.parametrize(("who", "url", "fields"), WRITES)
def test_nothing_can_be_written(office, visitor, names, who, url, fields):
    client, before = visitor(who), office.everything()["cases"]
    page = client.post(url.format(**names), {"version": 2, **fields}, expect=503)
    assert client.response.headers["Retry-After"] == SUNDAY_MIDNIGHT
    assert "Open again: 29 Nov 00:00 HKT" in page.text
    assert office.everything()["cases"] == before


def test_what_was_typed_is_sent_again_from_the_page(office, visitor):
    url = visitor.task(office.open_draft())
    office.clock.set(SUNDAY_ZERO - timedelta(minutes=5))
    mia = visitor("mia")
    mia.get(url)
    typed = answers(effective_date="2026-12-04", remarks='Two\nlines & a "quote", 備註')
    mia.submit(f"{url}/answers", typed, expect=503)
    office.clock.set(SUNDAY_ZERO)
    page = mia.submit(f"{url}/answers")
    assert page.heading.startswith("Check your answers") and 'Two lines & a "quote", 備註' in page.text


def test_a_script_learns_it_too(visitor, names):
    mia = visitor("mia")
    data = {"csrf_token": mia.page.csrf_token}
    reply = mia.raw.post(
        f"{names['draft']}/draft", data=data, base_url=mia.origin, headers={"Accept": "application/json"}
    )
    assert (reply.status_code, reply.json["code"]) == (503, "service_closed")


@pytest.mark.parametrize("url", READS)
def test_everything_can_be_read(visitor, names, url):
    visitor("mia").get(url.format(**names))


def test_the_trail_can_be_downloaded(visitor, names):
    visitor("mia").download(f"/requests/{names['reference']}/trail.pdf")


def test_the_dashboard_says_so(visitor, names):
    assert "maintenance until 29 Nov 00:00 HKT, no eService now" in visitor("mia").page.text
