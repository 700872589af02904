"""How often each page asks the database, whatever the number of rows on it."""

import pytest

from tests.commands.office import RETURN

MOST = 12
PAGES = {
    "to do": ("chen", "/"),
    "in progress": ("mia", "/?tab=waiting"),
    "drafts": ("mia", "/?tab=drafts"),
    "history": ("mia", "/?tab=history"),
    "dashboard of the desk": ("karen", "/?tab=waiting"),
    "eServices": ("mia", "/eservices"),
    "search": ("mia", "/search?q=limit"),
    "request, as its maker": ("mia", "/requests/{again}"),
    "request, as its checker": ("chen", "/requests/{again}"),
    "request, as an auditor": ("audrey", "/requests/{again}"),
    "request that has ended": ("mia", "/requests/{ended}"),
    "check": ("chen", "{check}"),
    "return": ("chen", "{check}?decision=return"),
    "process": ("karen", "{process}"),
    "form": ("mia", "{form}"),
    "answers to check": ("mia", "{form}/answers"),
    "way out": ("mia", "/requests/{again}/ways-out/withdraw"),
}


@pytest.fixture
def addresses(office, visitor):
    """Many requests at every point, one of them in its second round; returns what the addresses name."""
    for _ in range(3):
        office.submitted()
        office.sent()
    again = office.submitted()
    office.complete(again, "chen", {**RETURN, "comment.limit_hkd": "Half of this, please"})
    office.submit(again, limit_hkd="40,000,000")
    draft = office.open_draft()
    office.save(draft)
    sent = office.sent()
    tasks = {"check": visitor.task(again), "process": visitor.task(sent), "form": visitor.task(draft)}
    return {"again": again, "ended": office.completed(), **tasks}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_the_database_at_most_twelve_times(visitor, addresses, name):
    who, url = PAGES[name]
    client = visitor(who)
    with visitor.statements() as seen:
        client.get(url.format(**addresses))
    assert len(seen) <= MOST, "\n".join(seen)
