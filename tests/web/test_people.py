"""A delegated administrator at the pages about people and rights."""

import re

import pytest

from tests.commands.managing import NEW, account, added, company_of, entries, granted, needs_two, right, rights_of
from tests.commands.office import PEOPLE
from tests.commands.refusing import lock


def page_of(visitor, who, office, whom):
    """The page of somebody, as somebody sees it."""
    return visitor(who).get(f"/people/{office.number(whom)}")


# --- the people -------------------------------------------------------------------------------------------------------
def test_a_ccda_finds_people_and_rights_in_the_menu(visitor):
    ada = visitor("ada")
    assert ada.get(ada.page.link("People and rights")).heading == "People and rights"


def test_a_maker_finds_no_such_link(visitor):
    assert "People and rights" not in visitor("mia").page.text


def test_everybody_of_the_company_stands_there_and_nobody_else(visitor):
    text = visitor("ada").get("/people").text
    assert all(name in text for name in ("Mia Chan", "Chen Wai", "Bo Lam", "Ben Yip")) and "Leo Fung" not in text


def test_a_person_is_added_on_the_page(office, visitor):
    ada = visitor("ada")
    ada.get("/people/new")
    page = ada.submit("/people/new", email=NEW, name="Nora Hui", title="Clerk", phone="")
    assert page.heading.startswith("Nora Hui") and "The welcome mail is on its way" in page.text


def test_what_is_wrong_is_said_at_its_field_and_what_was_typed_stays(visitor):
    ada = visitor("ada")
    ada.get("/people/new")
    page = ada.submit("/people/new", email="nora", name="Nora Hui", expect=422)
    assert "Enter an e-mail address" in page.text and page.form("/people/new").fields["name"] == "Nora Hui"


def test_an_address_that_is_taken_is_said_at_its_field(visitor):
    ada = visitor("ada")
    ada.get("/people/new")
    assert "use another address" in ada.submit("/people/new", email=PEOPLE["leo"], name="L", expect=422).text


def test_particulars_are_changed_on_the_page(office, visitor):
    ada, url = visitor("ada"), f"/people/{office.number('mia')}/particulars"
    ada.get(url)
    ada.submit(url, title="Head of Operations")
    assert account(office, office.number("mia")).title == "Head of Operations"


def test_a_name_with_markup_is_shown_as_it_is(office, visitor):
    added(office)
    office.run_sql("UPDATE people SET name = '<b>Nora</b>' WHERE email = :email", email=NEW)
    assert "<b>Nora</b>" in visitor("ada").get("/people").text


# --- states -----------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("verb", "state"), [("suspend", "suspended"), ("deactivate", "ended")], ids=["suspend", "deactivate"]
)
def test_r50_an_account_is_closed_after_a_page_that_says_what_it_means(office, visitor, verb, state):
    ada, url = visitor("ada"), f"/people/{office.number('mia')}/state/{verb}"
    assert "signed out now" in ada.get(url).text
    ada.submit(url)
    assert account(office, office.number("mia")).state == state


def test_r50_whoever_is_suspended_sees_nothing_on_the_very_next_page(office, visitor):
    ada, mia = visitor("ada"), visitor("mia")
    url = f"/people/{office.number('mia')}/state/suspend"
    ada.get(url)
    ada.submit(url)
    assert mia.get("/").url.startswith("/sign-in")


def test_r42_a_locked_user_is_unlocked_with_two_buttons(office, visitor):
    lock(office, "mia")
    ada = visitor("ada")
    page = ada.get(f"/people/{office.number('mia')}")
    ada.get(page.link("Unlock"))
    ada.submit(f"/people/{office.number('mia')}/state/unlock")
    assert account(office, office.number("mia")).locked_at is None


def test_what_cannot_be_done_now_is_not_offered(office, visitor):
    links = page_of(visitor, "ada", office, "mia").all("//aside//a[@class='button']")
    assert links == ["Suspend", "Deactivate", "Set up codes anew", "Name a substitute"]


def test_an_address_for_what_cannot_be_done_says_why(office, visitor):
    page = visitor("ada").get(f"/people/{office.number('mia')}/state/activate", expect=409)
    assert "Expected an account that can be changed so (activate), but this one is active." in page.text


# --- rights -----------------------------------------------------------------------------------------------------------
def boxes(page):
    """The ticked boxes."""
    return set(page.tree.xpath("//input[@name='right'][@checked]/@value"))


def test_r49_the_matrix_is_functions_by_maker_and_checker_by_membership(office, visitor):
    page = page_of(visitor, "ada", office, "mia")
    seats, lanes = page.all("//legend"), set(page.all("//table[@class='matrix']//th[@class='tick']"))
    assert [seat.split(" · ")[0] for seat in seats] == ["SEHK-EP", "HKSCC-DCP", "HKFE-EP", "HKCC", "CCEP", "SEOP"]
    assert lanes == {"Maker", "Checker"}


def test_the_boxes_are_ticked_as_the_person_holds_rights(office, visitor):
    page = page_of(visitor, "ada", office, "mia")
    assert {box.split(":")[0] for box in boxes(page)} == {"maker"}
    assert len(boxes(page)) == len(rights_of(office, office.number("mia")))


def test_the_function_says_which_eservices_its_right_opens(office, visitor):
    assert "CT027 OTP-C Order Consideration Limit" in page_of(visitor, "ada", office, "mia").text


def test_r49_rights_are_saved_from_the_boxes(office, visitor):
    nora, wanted = added(office), right(office, "maker")
    ada = visitor("ada")
    ada.get(f"/people/{nora}")
    ada.submit(f"/people/{nora}/rights", right=f"maker:EU_CashTrading:{wanted.membership}")
    assert rights_of(office, nora) == {wanted}


def test_r51_smartcard_maintenance_is_in_nobodys_matrix(office, visitor):
    assert "Smartcard" not in page_of(visitor, "ada", office, "mia").text


def test_a_box_that_was_never_there_is_refused(office, visitor):
    nora = added(office)
    ada = visitor("ada")
    ada.get(f"/people/{nora}")
    page = ada.submit(f"/people/{nora}/rights", right="checker:EU_SmartcardMaint:1", expect=400)
    assert "Nothing was changed" in page.text and rights_of(office, nora) == frozenset()


STRANGE = ["", "maker", "maker:EU_CashTrading", "maker:EU_CashTrading:x", "a:b:c:d", "²:x:²"]


@pytest.mark.parametrize("value", STRANGE)
def test_a_crafted_box_is_refused_and_breaks_nothing(office, visitor, value):
    nora = added(office)
    ada = visitor("ada")
    ada.get(f"/people/{nora}")
    ada.submit(f"/people/{nora}/rights", right=value, expect=400)
    assert rights_of(office, nora) == frozenset()


def test_a_page_that_is_out_of_date_overwrites_nothing(office, visitor):
    nora, ada = added(office), visitor("ada")
    ada.get(f"/people/{nora}")
    granted(office, nora, [right(office, "maker")], by="ben")
    page = ada.submit(f"/people/{nora}/rights", expect=409)
    assert "somebody has changed them meanwhile" in page.text and rights_of(office, nora) == {right(office, "maker")}


def test_rights_are_copied_into_the_boxes_and_not_yet_saved(office, visitor):
    nora, ada = added(office), visitor("ada")
    page = ada.get(f"/people/{nora}", expect=200)
    page = ada.get(f"/people/{nora}?copy={office.number('chen')}")
    assert {box.split(":")[0] for box in boxes(page)} == {"checker"} and rights_of(office, nora) == frozenset()
    assert "Nothing is saved yet" in page.text


def test_nobodys_rights_are_copied_from_another_company(office, visitor):
    page = visitor("ada").get(f"/people/{added(office)}?copy={office.number('leo')}")
    assert boxes(page) == set()


def test_r53_a_right_that_was_taken_takes_the_menu_with_it(office, visitor):
    chen = visitor("chen")
    assert "Cash trading" in chen.get("/").text
    granted(office, office.number("chen"), [])
    assert "Cash trading" not in chen.get("/").text


# --- two administrators -----------------------------------------------------------------------------------------------
def test_the_second_administrator_agrees_on_the_page(office, visitor):
    nora = added(office)
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    ben = visitor("ben")
    page = ben.get(f"/people/{nora}")
    assert "To be granted: Maker in Cash trading, SEHK-EP B00123" in page.text
    ben.submit(f"/people/{nora}/rights/answer", accept="yes")
    assert rights_of(office, nora) == {right(office, "maker")}


def test_whoever_asked_is_offered_to_take_it_back_and_not_to_agree(office, visitor):
    nora = added(office)
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    page = visitor("ada").get(f"/people/{nora}")
    assert page.all("//form[contains(@action, 'answer')]//button") == ["Take it back"]


def test_the_list_says_whose_rights_wait(office, visitor):
    nora = added(office)
    needs_two(office)
    granted(office, nora, [right(office, "maker")])
    assert "Rights wait for a second administrator" in visitor("ben").get("/people").text


# --- reports ----------------------------------------------------------------------------------------------------------
def test_the_report_names_the_holders_of_each_right(visitor):
    page = visitor("ada").get("/people/report")
    row = " ".join(page.all("(//table)[1]//tr[th[text()='Cash trading']]//td"))
    assert "Bo Lam, Mia Chan" in row and "Bo Lam, Chen Wai" in row


def test_the_report_warns_where_nobody_can_check(office, visitor):
    granted(office, office.number("bo"), [])
    granted(office, office.number("chen"), [])
    assert "Nobody can check" in visitor("ada").get("/people/report").text


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20"])
def test_the_report_comes_as_a_table_without_live_formulas(office, visitor, sign):
    office.run_sql("UPDATE people SET name = :name WHERE email = :email", name=f"{sign}1+1", email=PEOPLE["mia"])
    sheet = visitor("ada").download("/people/report.csv").get_data(as_text=True)
    assert f"\n'{sign}1+1,mia.maker@harbourbright.test,active,SEHK-EP,B00123," in sheet.replace("\r", "")


def test_the_list_to_look_at_again_is_empty_while_nothing_is_due(visitor):
    assert "Nothing is due" in visitor("ada").get("/people/certification").text


def test_what_is_due_is_found_right_with_one_button(office, visitor):
    office.clock.move(days=92)
    ada = visitor("ada")
    page = ada.get("/people/certification")
    count = len(page.all("//h2"))
    seen = re.search(rf'value="{office.number("mia")}"><input type="hidden" name="seen" value="(\w+)"', page.source)[1]
    ada.post("/people/certification", person=str(office.number("mia")), seen=seen)
    assert len(ada.page.all("//h2")) == count - 1


# --- the trail --------------------------------------------------------------------------------------------------------
def test_the_trail_tells_what_was_granted(office, visitor):
    granted(office, added(office), [right(office, "maker")])
    text = visitor("ada").get("/people/trail").text
    assert "Rights changed" in text and "Granted: Maker in Cash trading, SEHK-EP B00123" in text


def test_a_trail_that_was_changed_says_so(office, visitor):
    added(office)
    office.run_sql("UPDATE companies SET head = 'x' WHERE code = 'CP00001'")
    assert "The trail is not as it was sealed." in visitor("ada").get("/people/trail").text


def test_a_long_trail_is_read_page_by_page(office, visitor):
    nora = added(office)
    for lane in ("maker", "checker") * 26:
        granted(office, nora, [right(office, lane)])
    ada = visitor("ada")
    page = ada.get("/people/trail")
    assert "Account added" in ada.get(page.link("Older entries")).text and len(entries(office)) == 53


def test_an_auditor_reads_the_trail_of_every_company(office, visitor):
    added(office)
    audrey = visitor("audrey")
    audrey.get("/administration")
    assert "Account added" in audrey.get(f"/administration/{company_of(office, 'ada')}").text


def test_an_empty_trail_says_what_will_stand_there(visitor):
    assert "Nothing was changed yet" in visitor("carmen").get("/people/trail").text
