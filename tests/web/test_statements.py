"""How often each page asks the database, whatever the number of rows on it."""

import pytest

from app.commands.publishing import documents
from tests.commands import events
from tests.commands.informing import technical, written
from tests.commands.office import RETURN, opened
from tests.commands.publishing import offered
from tests.web import second
from tests.web.visitors import Visitors

MOST = 12
SECOND = {
    "form with a file": ("mia", "{account}"),
    "form with rows": ("mia", "{contacts}"),
    "bank's form": ("ivan", "{fill}"),
    "bank's answers to check": ("ivan", "{fill}/answers"),
    "bank's decision": ("iris", "{bank}"),
    "bank's return": ("iris", "{bank}?decision=return"),
    "desk's decision after the bank": ("edith", "{desk}"),
    "request, as the firm": ("mia", "/requests/{asked}"),
    "request, as the bank": ("ivan", "/requests/{asked}"),
    "request, as the desk": ("edith", "/requests/{agreed}"),
    "requests of other companies": ("ivan", "/counterparts"),
    "requests passed on": ("iris", "/counterparts?tab=passed"),
    "dashboard of the bank": ("ivan", "/"),
    "dashboard of the firm": ("mia", "/?tab=waiting"),
    "eServices of the bank": ("ivan", "/eservices"),
}
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
    "people": ("ada", "/people"),
    "one person": ("ada", "/people/3"),
    "who holds what": ("ada", "/people/report"),
    "rights to look at again": ("ada", "/people/certification"),
    "administration trail": ("ada", "/people/trail"),
    "companies": ("agnes", "/exchange/companies"),
    "one company": ("agnes", "/exchange/companies/1"),
    "staff and desks": ("agnes", "/exchange/staff"),
    "administration trails": ("audrey", "/administration"),
    "my account": ("mia", "/account"),
    "notices": ("chen", "/notices"),
    "how I hear of requests": ("mia", "/account/letters"),
    "what I may do": ("mia", "/access"),
    "Guidance Notes": ("ada", "/guidance"),
    "forms": ("mia", "/forms"),
    "forms, as their keeper": ("agnes", "/forms"),
    "one form": ("agnes", "/forms/TRX-90"),
    "events": ("mia", "/events"),
    "events that are over": ("mia", "/events?when=past"),
    "events, as their keeper": ("lily", "/events"),
    "one event": ("mia", "/events/{event}"),
    "one event, as its keeper": ("lily", "/events/{event}"),
    "whom to withdraw": ("mia", "/events/{event}/withdrawal"),
    "attendees": ("lily", "/events/{event}/attendees"),
    "an event to change": ("lily", "/events/{event}/particulars"),
    "circulars": ("mia", "/circulars"),
    "circulars, as who publishes": ("olive", "/circulars?q=rehearsal"),
    "one circular": ("mia", "/circulars/{bulletin}"),
    "circular to change": ("olive", "/circulars/{bulletin}/change"),
    "technical documents": ("mia", "/documents"),
    "technical documents, as who publishes": ("olive", "/documents"),
    "one technical document": ("olive", "/documents/{document}"),
    "help": ("mia", "/help"),
    "help, as staff": ("karen", "/help?q=maker"),
    "support with a request": ("mia", "/support?request={again}"),
    "downloads": ("audrey", "/documents/downloads"),
    "search that finds a form": ("chen", "/search?q=late"),
    "way out": ("mia", "/requests/{again}/ways-out/withdraw"),
}


@pytest.fixture(scope="module")
def crowded(seeded, tmp_path_factory):
    """A closed office with many requests at every point, one in its second round; returns it and its addresses."""
    office = opened(seeded, tmp_path_factory.mktemp("crowded"))
    for _ in range(3):
        office.submitted()
        office.sent()
    again = office.submitted()
    office.complete(again, "chen", {**RETURN, "comment.limit_hkd": "Half of this, please"})
    office.submit(again, limit_hkd="40,000,000")
    draft = office.open_draft()
    office.save(draft)
    sent = office.sent()
    for number in ("TRX-90", "TRX-91", "TRX-92"):
        offered(office, number)
    event = events.published(office)
    for who, people in (("mia", ("amy", "bob")), ("ivan", ("cat", "dan"))):
        events.enrolled(office, event, who, *people)
    for number in range(3):
        bulletin, document = written(office, title_en=f"Circular {number}"), technical(office, title_en=str(number))
        documents.hand_out(office.portal, office.number("mia"), document)
    published = {"bulletin": bulletin, "document": document}
    tasks = {"check": again, "process": sent, "form": draft}
    found = {name: f"/tasks/{office.task(reference).id}" for name, reference in tasks.items()}
    addresses = {"again": again, "ended": office.completed(), "event": event, **found, **published}
    office.portal.database.close()
    return office, addresses


@pytest.mark.parametrize("name", PAGES)
def test_a_page_asks_the_database_at_most_twelve_times(crowded, tmp_path, name):
    assert len(seen := _asked(crowded, tmp_path, *PAGES[name])) <= MOST, "\n".join(seen)


@pytest.fixture(scope="module")
def parted(seeded, tmp_path_factory):
    """A closed office with several requests at every point of the second company; returns it and its addresses."""
    office = opened(seeded, tmp_path_factory.mktemp("parted"))
    for _ in range(3):
        second.at_bank(office)
        second.filled_by_bank(office)
        second.agreed(office)
    fill, bank, desk = second.at_bank(office), second.filled_by_bank(office), second.agreed(office)
    second.kept(office, fill, "ivan", second.ACCEPTED)
    asked = office.approve(second.submitted(office))
    drafts = {"account": second.signed(office), "contacts": second.opened(office, "PA002")}
    tasks = {"fill": fill, "bank": bank, "desk": desk, **drafts}
    found = {name: f"/tasks/{office.task(reference).id}" for name, reference in tasks.items()}
    office.portal.database.close()
    return office, {**found, "asked": asked, "agreed": desk}


@pytest.mark.parametrize("name", SECOND)
def test_a_page_about_a_second_company_asks_no_more(parted, tmp_path, name):
    assert len(seen := _asked(parted, tmp_path, *SECOND[name])) <= MOST, "\n".join(seen)


def _asked(prepared, tmp_path, who, url):
    """What the database is asked when this person opens this page of a copy of the office."""
    office = opened(prepared[0], tmp_path)
    visitor = Visitors(office)
    client = visitor(who)
    client.get("/")  # a process that has answered before knows the eServices
    with visitor.statements() as seen:
        client.get(url.format(**prepared[1]))
    office.portal.database.close()
    return seen
