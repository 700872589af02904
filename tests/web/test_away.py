"""Being away and standing in, as people with browsers find it."""

import pytest

from app.commands.requests import documents
from app.seed import DEMO_PASSWORD
from app.store import story
from tests.commands.managing import needs_two
from tests.commands.standing import away, named, over, today
from tests.web import second

OWN = "/account/substitute"
MOST = 12


@pytest.fixture
def by_bo(office):
    """A request that Bo has made and that waits for a checker."""
    return office.submit(office.open_draft("bo"), "bo")


def name_own(office, client, who="mia", expect=200, **said):
    """Name a substitute on the page of the account."""
    client.get(OWN)
    days = {"first": today(office).isoformat(), "last": today(office, 4).isoformat()}
    asked = {"substitute": str(office.number(who)), **days, "password": DEMO_PASSWORD, **said}
    return client.submit(OWN, asked, expect=expect)


# --- my account -------------------------------------------------------------------------------------------------------
def test_somebody_names_a_colleague_and_sees_it(office, visitor):
    page = name_own(office, visitor("chen"))
    assert "Mia Chan from Mon 23 Nov 2026 to Fri 27 Nov 2026" in page.text


def test_only_colleagues_are_offered(visitor):
    page = visitor("chen").get(OWN)
    assert page.all("//select[@id='substitute']/option") == ["Choose", "Bo Lam", "Mia Chan"]


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"substitute": ""}, "Choose a colleague from the list."),
        ({"substitute": "999"}, "Choose a colleague from the list."),
        ({"first": "2026-11-22"}, "Enter a day from today on, within a year."),
        ({"first": "soon"}, "Enter a day from today on, within a year."),
        ({"last": ""}, "Enter a day that is not before the first."),
        ({"last": "2027-02-22"}, "Enter a day so that it is at most 90 days in all."),
        ({"password": "wrong"}, "This is not your password."),
    ],
)
def test_what_is_wrong_is_said_at_its_field(office, visitor, said, sentence):
    page = name_own(office, visitor("chen"), expect=422, **said)
    assert sentence in page.text


def test_what_was_typed_is_kept_when_something_is_wrong(office, visitor):
    page = name_own(office, visitor("chen"), expect=422, password="wrong", last="2026-11-30")
    assert page.form(OWN).fields["last"] == "2026-11-30"


def test_while_one_is_named_no_other_is_offered(office, visitor):
    away(office, "chen", "mia")
    assert visitor("chen").get(OWN).all("//select") == []


def test_whoever_is_back_ends_it(office, visitor):
    number, chen = away(office, "chen", "mia"), visitor("chen")
    chen.get(OWN)
    assert "The substitution has ended." in chen.submit(f"{OWN}/{number}/end").text


def test_the_substitute_sees_for_whom_they_stand_in_and_may_end_it(office, visitor):
    number, mia = away(office, "chen", "mia"), visitor("mia")
    assert "Chen Wai, from Mon 23 Nov 2026 to Fri 27 Nov 2026" in mia.get("/account").text
    mia.get(OWN)
    assert "The substitution has ended." in mia.submit(f"{OWN}/{number}/end").text


@pytest.mark.parametrize("who", ["bo", "leo", "karen", "agnes"])
def test_nobody_finds_the_substitution_of_others(office, visitor, who):
    number = away(office, "chen", "mia")
    visitor(who).post(f"{OWN}/{number}/end", expect=404)


@pytest.mark.parametrize("who", ["ada", "agnes", "olive", "audrey", "andy"])
def test_who_administers_or_watches_finds_no_such_page(visitor, who):
    visitor(who).get(OWN, expect=404)


# --- somebody whom I manage -------------------------------------------------------------------------------------------
def test_an_administrator_names_one_for_somebody_who_fell_ill(office, visitor):
    ada, page = visitor("ada"), f"/people/{office.number('chen')}"
    ada.get(ada.get(page).link("Name a substitute"))
    ada.submit(
        f"{page}/substitute",
        substitute=str(office.number("mia")),
        first=today(office).isoformat(),
        last=today(office, 1).isoformat(),
    )
    assert named(office, "chen").substitute_name == "Mia Chan"


def test_what_is_wrong_is_said_there_too(office, visitor):
    ada, page = visitor("ada"), f"/people/{office.number('chen')}/substitute"
    ada.get(page)
    assert "Choose a colleague from the list." in ada.submit(page, expect=422).text


def test_a_second_administrator_agrees(office, visitor):
    needs_two(office)
    number = away(office, "chen", "mia")
    ben, page = visitor("ben"), f"/people/{office.number('chen')}"
    assert "once an administrator agrees" in ben.get(page).text
    ben.submit(f"{page}/substitute/{number}", act="agree")
    assert named(office, "chen").agreed_at is not None


def test_who_named_one_may_take_it_back_and_not_agree(office, visitor):
    needs_two(office)
    away(office, "chen", "mia")
    page = visitor("ada").get(f"/people/{office.number('chen')}")
    assert [text for text in page.all("//button") if text in ("Agree", "Decline", "Take it back")] == ["Take it back"]


def test_a_crafted_agreement_of_who_named_one_is_refused(office, visitor):
    needs_two(office)
    number = away(office, "chen", "mia")
    visitor("ada").post(f"/people/{office.number('chen')}/substitute/{number}", act="agree", expect=409)
    assert named(office, "chen").agreed_at is None


@pytest.mark.parametrize("who", ["mia", "chen", "carmen", "audrey", "agnes"])
def test_nobody_else_finds_the_page(office, visitor, who):
    visitor(who).get(f"/people/{office.number('chen')}/substitute", expect=404)


def test_the_trail_tells_of_it(office, visitor):
    away(office, "chen", "mia")
    page = visitor("ada").get("/people/trail")
    assert "Substitute named" in page.text


# --- the dashboard ----------------------------------------------------------------------------------------------------
def test_both_read_of_it_on_their_dashboards(office, visitor):
    away(office, "chen", "mia")
    said = [visitor(who).get("/").text for who in ("chen", "mia")]
    assert "Mia Chan stands in for you until Fri 27 Nov 2026." in said[0]
    assert "You stand in for Chen Wai until Fri 27 Nov 2026." in said[1]


def test_before_and_after_nothing_is_said(office, visitor):
    away(office, "chen", "mia", first=1, last=1)
    before = visitor("mia").get("/").text
    office.clock.move(days=2)
    assert "stand in for" not in before + visitor("mia").get("/").text


def test_what_waits_for_whoever_is_away_says_so(office, visitor, by_bo):
    away(office, "chen", "mia")
    page = visitor("mia").get("/")
    assert (by_bo in page.text, "You, for Chen Wai" in page.text) == (True, True)


def test_the_menu_counts_it(office, visitor, by_bo):
    away(office, "chen", "mia")
    assert "Dashboard1" in visitor("mia").get("/").all("//nav[@id='menu']//a")[1].replace(" ", "")


def test_a_substitute_of_a_maker_finds_the_drafts(office, visitor):
    reference = office.open_draft("bo")
    away(office, "bo", "chen")
    assert reference in visitor("chen").get("/?tab=drafts").text


def test_a_page_of_a_substitute_asks_the_database_no_more_often(office, visitor, by_bo):
    away(office, "chen", "mia")
    mia, counts = visitor("mia"), {}
    for url in ("/", "/?tab=waiting", "/account", OWN, visitor.task(by_bo), f"/requests/{by_bo}", "/search?q=limit"):
        with visitor.statements() as seen:
            mia.get(url)
        counts[url] = len(seen)
    assert {url: count for url, count in counts.items() if count > MOST} == {}


# --- at work ----------------------------------------------------------------------------------------------------------
def test_the_page_of_a_task_says_for_whom_it_is_done(office, visitor, by_bo):
    away(office, "chen", "mia")
    assert "You do this for Chen Wai, who is away." in visitor("mia").get(visitor.task(by_bo)).text


def test_a_substitute_approves_and_everybody_reads_for_whom(office, visitor, by_bo):
    away(office, "chen", "mia")
    mia, task = visitor("mia"), visitor.task(by_bo)
    mia.get(task)
    mia.submit(f"{task}/completion", decision="approve")
    told = [visitor(who).get(f"/requests/{by_bo}").text for who in ("bo", "chen", "karen", "audrey")]
    assert ["Mia Chan for Chen Wai" in one for one in told] == [True] * 4


def at_bank_for_bo(office):
    """A request that Chen has approved in the place of Bo, and that waits for another company."""
    office.revoke("chen")
    away(office, "bo", "chen")
    return second.at_bank(office)


def test_another_company_is_told_of_neither(office, visitor):
    reference = at_bank_for_bo(office)
    told = [visitor(who).get(f"/requests/{reference}").text for who in ("chen", "ivan")]
    assert [[name in page for name in ("Chen Wai", "Bo Lam")] for page in told] == [[True, True], [False, False]]


def test_another_company_is_handed_the_name_of_neither(office):
    office.revoke("chen")
    away(office, "bo", "chen")
    reference = second.approved(office)
    with office.portal.database.read() as connection:
        told = story.of_case(connection, office.case(reference), "HKEX", reader=office.person("ivan"))
    handed = str([entry.facts for entry in documents.record_of(office.portal, told).entries])
    assert [name in handed for name in ("Chen Wai", "Bo Lam")] == [False, False]


def test_a_page_that_was_open_when_it_ended_says_so_and_keeps_what_was_typed(office, visitor, by_bo):
    number = away(office, "chen", "mia")
    mia, task = visitor("mia"), visitor.task(by_bo)
    mia.get(f"{task}?decision=return")
    over(office, number, "chen")
    page = mia.submit(f"{task}/completion", decision="return", comment="The limit is too high", expect=403)
    assert "Expected you to stand in for Chen Wai, but that is over." in page.text
    assert "The limit is too high" in page.text


def test_nothing_of_a_form_is_kept_back_when_it_ends(office, visitor):
    office.revoke("chen")
    reference = office.open_draft("bo")
    number = away(office, "bo", "chen")
    chen, task = visitor("chen"), visitor.task(reference)
    chen.get(task)
    over(office, number, "bo")
    page = chen.submit(f"{task}/answers", limit_hkd="12,345,678", expect=403)
    assert "12,345,678" in page.text


def test_who_made_it_is_refused_also_by_a_crafted_post(office, visitor):
    reference = office.submitted()
    away(office, "chen", "mia")
    fields = {"version": office.version(reference), "key": "crafted", "decision": "approve"}
    visitor("mia").post(f"{visitor.task(reference)}/completion", fields, expect=403)
    assert office.status(reference) == "PENDING_CHECKER"


def test_several_are_approved_at_once_in_somebodys_place(office, visitor):
    references = [office.submit(office.open_draft("bo"), "bo") for _ in range(2)]
    own = office.submitted()
    away(office, "chen", "mia")
    tasks = [str(office.task(one).id) for one in (*references, own)]
    mia = visitor("mia")
    page = mia.get("/approvals?" + "&".join(f"task={one}" for one in tasks))
    assert (page.text.count("You do this for Chen Wai"), own in page.text) == (2, False)


def test_of_several_none_is_approved_once_it_has_ended(office, visitor):
    reference = office.submit(office.open_draft("bo"), "bo")
    number = away(office, "chen", "mia")
    mia, task = visitor("mia"), str(office.task(reference).id)
    mia.get(f"/approvals?task={task}")
    over(office, number, "chen")
    mia.submit("/approvals", confirmed=task)
    assert office.status(reference) == "PENDING_CHECKER"


def test_ones_own_is_not_among_several_that_were_confirmed_by_hand(office, visitor):
    reference = office.submitted()
    away(office, "chen", "mia")
    task = str(office.task(reference).id)
    fields = {"confirmed": task, f"version.{task}": office.version(reference), f"key.{task}": "crafted"}
    visitor("mia").post("/approvals", fields)
    assert office.status(reference) == "PENDING_CHECKER"


def test_what_whoever_is_away_has_claimed_is_claimed_in_their_place(office, visitor, by_bo):
    office.claim(by_bo, "chen")
    away(office, "chen", "mia")
    mia, task = visitor("mia"), visitor.task(by_bo)
    assert "Chen Wai has claimed this. You do it in their place." in mia.get(task).text
    assert "You have claimed this." in mia.submit(f"{task}/claim").text


def test_a_list_as_a_file_says_who_opened_it_for_whom(office, visitor):
    away(office, "bo", "chen")
    office.open_draft("chen")
    text = visitor("chen").download("/lists/requests.csv?tab=drafts").get_data(as_text=True)
    assert "Chen Wai for Bo Lam" in text


def test_the_pdf_of_the_trail_says_it_too(office, by_bo):
    away(office, "chen", "mia")
    office.approve(by_bo, "mia")
    with office.portal.database.read() as connection:
        told = story.of_case(connection, office.case(by_bo), "HKEX")
    assert documents.record_of(office.portal, told).entry_lines[-1].who == "Mia Chan for Chen Wai"


def test_a_notice_says_for_whom_it_is(office, visitor):
    away(office, "chen", "mia")
    office.submit(office.open_draft("bo"), "bo")
    assert "for Chen Wai, who is away" in visitor("mia").get("/notices").text


def test_what_one_may_do_oneself_is_told_apart_from_what_is_lent(office, visitor):
    away(office, "chen", "mia")
    rights = visitor("mia").get("/account").all("//section[@aria-labelledby='rights']")[0]
    assert "checker" not in rights.lower().replace("checkers", "")
