"""SC001, CC001, DT021 and RD001, each from a sign-in to its end."""

from __future__ import annotations

from tests.browser.journey import submit, take_up
from tests.browser.second_journey import attach
from tests.browser.visitor import PHONE, Visitor

TRUE, KNOWN = "The information given is true", "The persons named know"


def open_eservice(maker: Visitor, function: str, code: str, membership: str = "") -> str:
    """Open a request of one eService of a function, for one of several memberships, and return its reference."""
    if maker.width == PHONE:
        maker.page.get_by_role("link", name="Menu").click()
    maker.press(function, within="nav#menu")
    form = f"form[action$='/{code}/requests']"
    if membership:
        maker.page.locator(form).get_by_label("For the membership").select_option(label=membership)
    maker.press("Open a request", within=form)
    return maker.page.locator(".reference").first.inner_text()


def pick(visitor: Visitor, field: str, value: str, words: str) -> None:
    """Choose from a list that one types into, or from the plain list where no script runs."""
    box = visitor.page.locator(f"#f-{field}")
    if not visitor.has_scripts:
        box.select_option(value)
        return
    box.fill(words)
    visitor.page.locator(f"#f-{field}-options").get_by_text(words).click()


def decide(visitor: Visitor, who: str, task: str, decision: str) -> None:
    """Arrive, take up a task, and take a decision that asks for nothing more."""
    visitor.arrive_as(who)
    visitor.press(task)
    visitor.press(decision)


# --- SC001 ------------------------------------------------------------------------------------------------------------
def smartcards(ada: Visitor, ben: Visitor, alan: Visitor, amy: Visitor) -> str:
    """A lost card is reported, suspended and replaced, and its receipt acknowledged."""
    ada.sign_in("ada")
    reference = open_eservice(ada, "Smartcard maintenance", "SC001", "B00123 · HKSCC-DCP")
    fill_lost(ada)
    attach(ada, f"Supporting Document_{reference}_B00123.pdf")
    submit(ada)
    decide(ben, "ben", "Check", "Approve")
    issue(alan)
    decide(amy, "amy", "Approve", "Approve")
    dispatch(alan)
    ada.site.office.clock.move(minutes=5)
    take_up(ada, "Confirm receipt")
    ada.reads("HK 1234 5678")
    ada.press("We have received it")
    return reference


def fill_lost(ada: Visitor) -> None:
    """Answer every question about a lost card but the statement of the loss."""
    ada.page.get_by_label("Report cards lost and replace them").check()
    ada.page.locator("#f-cards-0-card").select_option("HBSUSR1")
    ada.page.locator("#f-cards-0-lost_on").fill("2026-11-22")
    ada.page.locator("#f-cards-0-lost_time").fill("18:30")
    ada.page.get_by_label("By courier to the business address").check()
    ada.field("Effective date").fill("2026-11-26")
    ada.page.get_by_label(TRUE).check()
    ada.page.get_by_label(KNOWN).check()


def issue(alan: Visitor) -> None:
    """The desk enters the number of the new card."""
    alan.arrive_as("alan")
    alan.press("Process")
    alan.press("Process")
    alan.field("Serial number of the new card").fill("SC10000201")
    alan.press("Process")


def dispatch(alan: Visitor) -> None:
    """The desk says how the card is on its way."""
    take_up(alan, "Complete")
    alan.page.get_by_label("Sent by courier").check()
    alan.field("Tracking number").fill("HK 1234 5678")
    alan.press("Check your answers")
    alan.press("Submit")


# --- CC001 ------------------------------------------------------------------------------------------------------------
def brokers(ivan: Visitor, iris: Visitor, chen: Visitor, rita: Visitor, edith: Visitor, eric: Visitor) -> str:
    """An account is opened, and both brokers that are to execute for it acknowledge."""
    ivan.sign_in("ivan")
    reference = open_eservice(ivan, "Stock Connect", "CC001")
    fill_account(ivan)
    submit(ivan)
    decide(iris, "iris", "Check", "Approve")
    for broker, who in ((chen, "chen"), (rita, "rita")):
        broker.arrive_as(who)
        broker.press("Acknowledge")
        broker.reads("Delta Growth Fund")
        broker.press("Acknowledge")
    edith.arrive_as("edith")
    edith.press("Process")
    edith.press("Process")
    edith.field("Investor ID allocated").fill("800500")
    edith.press("Process")
    decide(eric, "eric", "Approve", "Approve")
    return reference


def fill_account(ivan: Visitor) -> None:
    """Answer every question about a new account with two brokers."""
    ivan.page.get_by_label("Open an SPSA").check()
    ivan.page.locator("#f-investor_name").fill("Delta Growth Fund")
    ivan.page.locator("#f-lei").fill("5493006MHB84DD0ZWV18")
    ivan.page.get_by_label("Type of investor").select_option("FUND")
    ivan.page.locator("[data-field=market]").get_by_label("Shanghai (SSE)").check()
    pick(ivan, "brokers-0-broker", "N00123", "Harbour Bright Securities Limited")
    ivan.press("Add a broker")
    pick(ivan, "brokers-1-broker", "N00456", "Lion Rock Brokers Limited")
    ivan.page.get_by_label("Your firm holds the investor's written authorisation").check()
    ivan.field("Effective date").fill("2026-11-26")
    ivan.page.get_by_label(TRUE).check()


# --- DT021 ------------------------------------------------------------------------------------------------------------
def limits(leo: Visitor, rita: Visitor, gary: Visitor, gina: Visitor, daisy: Visitor, david: Visitor) -> str:
    """A group of a firm that does not clear for itself gets the limits of its clearing participant."""
    reference = asked_of_the_clearing_participant(leo, rita)
    gary.arrive_as("gary")
    gina.arrive_as("gina")
    agree(gary, gina)
    decide(daisy, "daisy", "Process", "Process")
    decide(david, "david", "Approve", "Approve")
    return reference


def limits_returned(leo: Visitor, rita: Visitor, gary: Visitor, gina: Visitor) -> str:
    """The clearing participant returns the request, the firm asks for less, and it is agreed to."""
    reference = asked_of_the_clearing_participant(leo, rita)
    gary.arrive_as("gary")
    gary.press("Complete")
    gary.page.get_by_label("Return it to the participant").check()
    gary.page.get_by_label("Reason").select_option("LIMITS")
    gary.field("Comment").fill("Forty contracts are the most")
    submit(gary)
    gina.arrive_as("gina")
    gina.press("Confirm the return")
    gina.reads("Gary Poon proposes to return this.")
    gina.press("Return with comments")
    gina.page.get_by_label("Reason").select_option("NOT_AGREED")
    assert gina.field("Comment").input_value() == "Forty contracts are the most"
    gina.press("Return with comments")

    take_up(leo, "Correct and resubmit")
    leo.reads("Forty contracts are the most")
    leo.field("Maximum order size").fill("40")
    submit(leo)
    take_up(rita, "Check")
    rita.press("Approve")
    agree(gary, gina)
    return reference


def asked_of_the_clearing_participant(leo: Visitor, rita: Visitor) -> str:
    """Ask for a group, past the firm's own checker."""
    leo.sign_in("leo")
    reference = open_eservice(leo, "Derivatives trading", "DT021")
    leo.page.get_by_label("Create a group").check()
    leo.field("Name of the new group").fill("NEW_GROUP")
    leo.page.get_by_label("Index products").check()
    leo.field("Maximum order size").fill("60")
    leo.page.locator("#f-risk_limit_managers-0-name").fill("Nora Yim")
    leo.page.locator("#f-risk_limit_managers-0-email").fill("nora.yim@lionrock.test")
    leo.page.locator("#f-risk_limit_managers-0-phone").fill("+85237001001")
    leo.field("Effective date").fill("2026-11-27")
    leo.page.get_by_label(TRUE).check()
    leo.page.get_by_label(KNOWN).check()
    submit(leo)
    decide(rita, "rita", "Check", "Approve")
    return reference


def agree(gary: Visitor, gina: Visitor) -> None:
    """The clearing participant's maker enters the limits, and its checker agrees."""
    take_up(gary, "Complete")
    gary.page.get_by_label("We accept the request and set these limits").check()
    gary.field("Maximum order size set").fill("40")
    gary.field("Maximum order rate set").fill("20")
    gary.field("Maximum intraday exposure set").fill("500")
    submit(gary)
    take_up(gina, "Check")
    gina.reads("40 contracts")
    gina.press("Agree")


# --- RD001 ------------------------------------------------------------------------------------------------------------
def readiness(mia: Visitor, chen: Visitor) -> str:
    """A rehearsal in which nothing failed is declared: no desk looks at it."""
    mia.sign_in("mia")
    reference = open_eservice(mia, "Readiness", "RD001", "B00123 · SEHK-EP")
    pick(mia, "session", "SWT27-D1", "Severe weather drill")
    for place in range(6):
        mia.page.locator(f"#f-items-{place}").get_by_label("Pass", exact=True).check()
    mia.page.get_by_label("Responsible officer who declares").select_option("AMB404")
    mia.page.get_by_label(TRUE).check()
    mia.page.get_by_label(KNOWN).check()
    submit(mia)
    decide(chen, "chen", "Check", "Approve")
    return reference
