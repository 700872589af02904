"""One request of MS001 past the second company and back, and one of PA002 with its rows."""

from __future__ import annotations

from tests.browser.journey import give_back, submit, take_up
from tests.browser.visitor import PHONE, Visitor
from tests.commands.attaching import PDF

BANK = "Jade Gate Bank Limited"


def open_request(mia: Visitor, function: str, membership: str) -> str:
    """Open a request from the menu for one of several memberships and return its reference."""
    if mia.width == PHONE:
        mia.page.get_by_role("link", name="Menu").click()
    mia.press(function, within="nav#menu")
    mia.page.get_by_label("For the membership").select_option(label=membership)
    mia.press("Open a request")
    return mia.page.locator(".reference").first.inner_text()


def choose_bank(mia: Visitor, typed: str) -> None:
    """Find the bank by what one knows of its name, or pick it from the list where no script runs."""
    if not mia.has_scripts:
        mia.page.locator("#f-designated_bank").select_option("D00011")
        return
    mia.page.locator("#f-designated_bank").fill(typed)
    mia.page.locator("#f-designated_bank-options").get_by_text(BANK).click()


def fill_account(mia: Visitor, *, number: str = "12345678") -> None:
    """Answer every question but the signed authorisation."""
    for answer in ("Set up an account", "HKSCC", "HKD", "House", "Without limit"):
        mia.page.get_by_label(answer, exact=True).check()
    choose_bank(mia, "jade")
    mia.field("Branch code").fill("021")
    mia.field("Account number").fill(number)
    mia.field("Effective date").fill("2026-12-15")
    mia.page.get_by_label("The information given is true").check()


def attach(mia: Visitor, name: str) -> None:
    """Choose a file and send it."""
    mia.page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": PDF})
    mia.press("Upload")


def accept(ivan: Visitor) -> None:
    """Fill the bank's part."""
    ivan.page.get_by_label("We accept the authorisation").check()
    ivan.page.get_by_label("The signatures have been verified").check()
    ivan.page.get_by_label("The account exists").check()
    ivan.field("Your reference").fill("JGB-2026-17")


def whole(mia: Visitor, chen: Visitor, ivan: Visitor, iris: Visitor, edith: Visitor, eric: Visitor) -> str:
    """Live the life of a request, with a return by the bank, and return its reference."""
    mia.arrive_as("mia")
    reference = open_request(mia, "Money settlement", "B00123 · HKSCC-DCP")
    fill_account(mia)
    attach(mia, "scan.pdf")
    mia.reads("It must be called")
    mia.press("Rename and upload")
    mia.reads(f"Supporting Document_{reference}_B00123.pdf")
    submit(mia)
    chen.arrive_as("chen")
    chen.press("Check")
    chen.press("Approve")

    ivan.arrive_as("ivan")
    _to_other_companies(ivan)
    ivan.reads("Harbour Bright Securities Limited")
    ivan.press("Complete")
    ivan.press("Claim it")
    ivan.reads("You have claimed this.")
    accept(ivan)
    submit(ivan)
    mia.visit(f"/requests/{reference}")
    mia.reads(f"{BANK} (its checker)")

    iris.arrive_as("iris")
    iris.press("Check")
    iris.reads("JGB-2026-17")
    iris.press("Return")
    iris.page.get_by_label("Reason").select_option("MISMATCH")
    iris.field("Comment").fill("The number is not ours")
    _comment_on(iris, "Account number", "Eight digits, please")
    iris.press("Return")

    take_up(mia, "Correct and resubmit")
    mia.reads("Eight digits, please")
    mia.field("Account number").fill("87654321")
    submit(mia)
    take_up(chen, "Check")
    chen.press("Approve")
    take_up(ivan, "Complete")
    accept(ivan)
    submit(ivan)
    take_up(iris, "Check")
    iris.press("Agree")

    edith.arrive_as("edith")
    edith.press("Process")
    edith.press("Process")
    eric.arrive_as("eric")
    eric.press("Approve")
    eric.press("Approve")
    return reference


def contacts(mia: Visitor, chen: Visitor, alan: Visitor) -> str:
    """Change the contact persons of a membership, and return the reference."""
    mia.arrive_as("mia")
    reference = open_request(mia, "Participant administration", "B00123 · HKSCC-DCP")
    mia.page.get_by_label("CCASS", exact=True).check()
    mia.press("Add another")
    mia.page.locator("#f-persons-2-action").select_option("ADD")
    mia.page.locator("#f-persons-2-name_en").fill("Nora Yim")
    mia.press("Check your answers")
    mia.reads("need attention")
    mia.page.locator("#f-persons-2-title").fill("Settlement Officer")
    mia.page.locator("#f-persons-2-email").fill("nora.yim@harbourbright.test")
    mia.page.locator("#f-persons-2-office_phone").fill("+85237000003")
    mia.press("Move up: 3. Nora Yim")
    mia.field("Effective date").fill("2026-12-15")
    mia.page.get_by_label("The information given is true").check()
    mia.page.get_by_label("The persons named know").check()
    submit(mia)
    chen.arrive_as("chen")
    chen.press("Check")
    chen.reads("Nora Yim")
    give_back(chen, "Please give her mobile phone too")
    take_up(mia, "Correct and resubmit")
    mia.page.locator("#f-persons-1-mobile").fill("+85291230003")
    submit(mia)
    take_up(chen, "Check")
    chen.reads("+852 91230003")
    chen.press("Approve")
    alan.arrive_as("alan")
    alan.press("Process")
    alan.press("Process")
    return reference


def _to_other_companies(ivan: Visitor) -> None:
    if ivan.width == PHONE:
        ivan.page.get_by_role("link", name="Menu").click()
    ivan.press("Other companies", within="nav#menu")


def _comment_on(iris: Visitor, question: str, remark: str) -> None:
    asked = iris.page.get_by_label(f"Your comment on {question}")
    if not asked.is_visible():
        iris.page.locator("details.unchanged summary").click()
    asked.fill(remark)
