"""People and rights in the browser: from a company's new administrator to a request that is completed."""

import pytest

from tests.browser.journey import take_up
from tests.browser.people_journey import (
    CORA,
    NELL,
    NICK,
    add_ccda,
    add_person,
    enrol,
    lock_out,
    set_password,
    sign_in_first,
    through_the_menu,
)
from tests.browser.test_journey import WAYS

LONG = pytest.mark.long


@LONG
@pytest.mark.parametrize("way", ["without scripts", "desktop", "phone"])
def test_new_people_of_a_new_administrator_complete_a_request(site, arrive, way):
    agnes, cora, nick, nell, karen, kelvin = (arrive(**WAYS[way]) for _ in range(6))
    agnes.arrive_as("agnes")
    add_ccda(agnes)
    set_password(cora, CORA)
    enrol(cora)
    add_person(cora, NICK, "Nick Yau", "Maker")
    add_person(cora, NELL, "Nell Ip", "Checker")

    set_password(nick, NICK)
    sign_in_first(nick, NICK)
    reference = _filed(nick)
    set_password(nell, NELL)
    sign_in_first(nell, NELL)
    take_up(nell, "Check")
    nell.press("Approve")
    karen.arrive_as("karen")
    karen.press("Process")
    karen.press("Process")
    kelvin.arrive_as("kelvin")
    kelvin.press("Approve")
    kelvin.press("Approve")
    assert site.office.status(reference) == "COMPLETED"


def _filed(nick):
    """A request of the new maker, for the firm of theirs."""
    through_the_menu(nick, "Cash trading")
    nick.press("Open a request")
    reference = nick.page.locator(".reference").first.inner_text()
    nick.field("New limit (HKD)").fill("20000000")
    nick.page.get_by_label("The whole firm").check()
    nick.page.get_by_label("Notional value checks are applied").check()
    nick.page.get_by_label("No", exact=True).check()
    nick.field("Effective date").fill("2026-11-27")
    nick.page.get_by_label("Approving responsible officer").select_option("BJA907")
    nick.page.get_by_label("The information given is true").check()
    nick.page.get_by_label("The persons named know").check()
    nick.press("Check your answers")
    nick.press("Submit to your checker")
    return reference


def test_r42_a_locked_user_is_unlocked_by_the_ccda_and_signs_in(site, arrive):
    ada, mia = arrive("ada"), arrive()
    lock_out(mia, "mia.maker@harbourbright.test")
    through_the_menu(ada, "People and rights")
    ada.press("Mia Chan")
    ada.press("Unlock")
    ada.press("Unlock")
    mia.sign_in("mia")
    assert mia.heading == "Dashboard"


@LONG
def test_r40_a_locked_ccda_is_unlocked_by_the_exchange_and_signs_in(site, arrive):
    agnes, ada = arrive("agnes"), arrive()
    lock_out(ada, "ccda1@harbourbright.test")
    through_the_menu(agnes, "Companies")
    agnes.press("Harbour Bright Securities Limited")
    agnes.press("Ada Lau")
    agnes.press("Unlock")
    agnes.page.get_by_label("From which address did they ask?").fill("ccda1@harbourbright.test")
    agnes.press("Unlock")
    ada.sign_in("ada")
    assert ada.heading == "Dashboard"


PAGES = {
    "ada": [
        "/people",
        "/people/new",
        "/people/3",
        "/people/3/state/deactivate",
        "/people/report",
        "/people/certification",
    ],
    "agnes": ["/exchange/companies", "/exchange/companies/1", "/exchange/staff", "/exchange/staff/new", "/people/22"],
    "audrey": ["/administration", "/administration/1"],
    "mia": ["/guidance", "/access"],
}


@LONG
@pytest.mark.parametrize("who", PAGES)
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_no_page_about_people_has_a_fault(site, arrive, who, width):
    visitor = arrive(who, width=width)
    for url in PAGES[who]:
        visitor.visit(url)
    assert visitor.faults == []
