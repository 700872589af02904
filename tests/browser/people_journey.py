"""A new administrator of a firm, set up by the exchange, lets two new people complete a request."""

from __future__ import annotations

import re

import pyotp

from app.outside.inbox import letters
from tests.browser.visitor import PHONE, Visitor

PASSWORD = "peak-tram-before-dawn"
CORA, NICK, NELL = "cora.ng@lionrock.test", "nick.new@lionrock.test", "nell.new@lionrock.test"


def through_the_menu(visitor: Visitor, name: str) -> None:
    """Follow a link of the menu."""
    if visitor.width == PHONE:
        visitor.page.get_by_role("link", name="Menu").click()
    visitor.press(name, within="nav#menu")


def mailed_link(visitor: Visitor, address: str) -> str:
    """The link in the newest mail to an address that has one."""
    visitor.site.settle()
    folder = visitor.site.portal.settings.root / "mail"
    mine = (letter.text for letter in letters(folder) if letter.to == address and "/sign-in/link/" in letter.text)
    return re.search(r"http\S+/sign-in/link/\S+", next(mine))[0]


def set_password(visitor: Visitor, address: str) -> None:
    """Follow the link in the welcome mail and set a password."""
    visitor.visit(mailed_link(visitor, address))
    visitor.field("New password").fill(PASSWORD)
    visitor.field("The new password again").fill(PASSWORD)
    visitor.press("Set this password")
    visitor.reads("Your password is set")


def enter_password(visitor: Visitor, address: str) -> None:
    """Begin a sign-in."""
    visitor.visit("/sign-in")
    visitor.page.get_by_label("E-mail address").fill(address)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.press("Sign in")


def sign_in_first(visitor: Visitor, address: str) -> None:
    """The first sign-in, with codes by e-mail."""
    enter_password(visitor, address)
    visitor.page.get_by_label("E-mail", exact=True).check()
    visitor.press("Continue")
    visitor.give_code(visitor.mailed_code(address))


def enrol(cora: Visitor) -> None:
    """The first sign-in, with an authenticator."""
    enter_password(cora, CORA)
    cora.press("Continue")
    cora.give_code(cora.mailed_code(CORA))
    secret = cora.page.locator(".secret").inner_text().replace(" ", "")
    cora.page.get_by_label("The 6 digits the app shows now").fill(pyotp.TOTP(secret).at(cora.site.office.clock.now()))
    cora.press("Confirm and sign in")


def add_ccda(agnes: Visitor) -> None:
    """The exchange sets up a delegated administrator."""
    through_the_menu(agnes, "Companies")
    agnes.press("Lion Rock Brokers Limited")
    agnes.press("Add a delegated administrator")
    agnes.field("E-mail address").fill(CORA)
    agnes.field("Name").fill("Cora Ng")
    agnes.press("Add and send the welcome mail")
    agnes.reads("The welcome mail is on its way")


def add_person(cora: Visitor, address: str, name: str, lane: str) -> None:
    """The administrator adds somebody and grants one right."""
    through_the_menu(cora, "People and rights")
    cora.press("Add a person")
    cora.field("E-mail address").fill(address)
    cora.field("Name").fill(name)
    cora.press("Add and send the welcome mail")
    cora.page.get_by_label(f"{lane}: Cash trading, SEHK-EP · B00456").check()
    cora.press("Save the rights")
    cora.reads("They work from the next page on")


def lock_out(visitor: Visitor, address: str) -> None:
    """Five wrong passwords."""
    for _ in range(5):
        visitor.visit("/sign-in")
        visitor.page.get_by_label("E-mail address").fill(address)
        visitor.page.get_by_label("Password").fill("wrong")
        visitor.press("Sign in")
