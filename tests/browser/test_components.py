"""Every kind of field in a browser: with scripts and without, by keyboard, finger and pointer, at three widths."""

import pytest
from playwright.sync_api import expect

from app.web.specimens import COMPANIES
from tests.browser.site import serving
from tests.browser.visitor import AXE, DESKTOP, PHONE, RUN_AXE, Visitor, wait_until
from tests.web.visitors import cookie_of

TABLET = 768
URL = "/components"
CHOSEN = "document.querySelector('#f-searchable-value').value"


@pytest.fixture(scope="module")
def site(seeded, tmp_path_factory):
    """One portal for all of these: the page keeps nothing."""
    with serving(seeded, tmp_path_factory.mktemp("components")) as site:
        yield site


@pytest.fixture(scope="module")
def cookie(site):
    """One sign-in for all of these."""
    return {"name": "sid", "value": cookie_of(site.office, "mia", site.mailed_code), "url": site.origin}


@pytest.fixture
def opened(site, cookie, chromium):
    """Opens the page in a window of its own."""
    visitors = []

    def opened(**options):
        visitors.append(Visitor(site, chromium, **options))
        visitors[-1].context.add_cookies([cookie])
        visitors[-1].visit(URL)
        return visitors[-1]

    yield opened
    for visitor in visitors:
        visitor.context.close()


@pytest.fixture
def mia(opened):
    """Somebody at the page."""
    return opened()


@pytest.fixture
def plain(opened):
    """The same where no script runs."""
    return opened(java_script_enabled=False)


@pytest.mark.parametrize(
    "width", [DESKTOP, *(pytest.param(width, marks=pytest.mark.long) for width in (TABLET, PHONE))]
)
def test_the_page_is_sound_at_this_width_in_both_schemes(opened, width):
    mia = opened(width=width)
    mia.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    mia.page.locator("#f-searchable").fill("limited")
    mia.page.evaluate(AXE)
    for scheme in ("light", "dark"):
        mia.page.emulate_media(color_scheme=scheme)
        assert mia.page.evaluate(RUN_AXE, {}) == []


@pytest.mark.long
def test_it_fits_a_phone_where_no_script_runs(opened):
    opened(width=PHONE, java_script_enabled=False)


def test_every_target_is_large_enough_for_a_finger(opened):
    mia = opened(width=PHONE)
    small = mia.page.evaluate(
        """() => [...document.querySelectorAll("main button, main select, main .choice")]
        .filter((one) => !one.matches(".unseen, .tip-mark, .combo-open"))
        .filter((one) => one.offsetParent && one.getBoundingClientRect().height < 43.5).map((one) => one.outerHTML)"""
    )
    assert small == []


# --- a list that one types into ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("typed", "value"), [("太平", "CP00003"), ("cp00004", "CP00004"), ("rock lion", "CP00002")])
def test_typed_text_finds_an_option_by_either_language_or_code(mia, typed, value):
    box = mia.page.locator("#f-searchable")
    box.fill(typed)
    expect(mia.page.locator("#f-searchable-options li")).to_have_count(1)
    box.press("ArrowDown")
    box.press("Enter")
    assert mia.page.evaluate(CHOSEN) == value


@pytest.mark.long
def test_the_open_list_says_which_option_the_keyboard_is_at(mia):
    box = mia.page.locator("#f-searchable")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-expanded", "true")
    expect(box).to_have_attribute("aria-activedescendant", "f-searchable-options-2")
    box.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "f-searchable-options-3")


@pytest.mark.long
def test_escape_closes_the_list_and_leaves_the_choice(mia):
    box = mia.page.locator("#f-searchable")
    box.press("ArrowDown")
    box.press("ArrowDown")
    box.press("Escape")
    expect(mia.page.locator("#f-searchable-options")).to_be_hidden()
    assert mia.page.evaluate(CHOSEN) == "CP00003"


@pytest.mark.long
def test_text_that_names_no_option_gives_way_to_the_choice_before(mia):
    box = mia.page.locator("#f-searchable")
    box.fill("nobody")
    expect(mia.page.get_by_text("Nothing matches")).to_be_visible()
    box.blur()
    expect(box).to_have_value("Victoria Peak Clearing Limited 太平結算有限公司")


@pytest.mark.long
def test_an_emptied_box_chooses_nothing(mia):
    box = mia.page.locator("#f-searchable")
    box.fill("")
    box.blur()
    assert mia.page.evaluate(CHOSEN) == ""


@pytest.mark.long
def test_an_option_is_chosen_with_the_pointer(mia):
    mia.page.locator("#f-searchable").click()
    mia.page.locator("#f-searchable-options").get_by_text("Jade Gate").click()
    assert mia.page.evaluate(CHOSEN) == "CP00004"


@pytest.mark.long
def test_a_very_long_list_is_narrowed_and_keeps_what_it_does_not_know(mia):
    box = mia.page.locator("#f-suggested")
    box.fill("workstation 24")
    expect(mia.page.get_by_text("4 of 240 match")).to_be_visible()
    box.fill("F00999-7")
    box.blur()
    assert mia.page.evaluate("document.querySelector('[name=suggested]').value") == "F00999-7"


# --- tags -------------------------------------------------------------------------------------------------------------
@pytest.mark.long
def test_tags_are_added_and_removed_with_the_keyboard(mia):
    box = mia.page.locator("#f-tags")
    box.fill("H00123")
    box.press("Enter")
    mia.page.get_by_role("button", name="Remove B00123").first.press("Enter")
    expect(mia.page.get_by_role("button", name="Remove N00123")).to_be_focused()
    assert mia.page.locator("[name=tags]").input_value() == "N00123\nF00123\nH00123"


@pytest.mark.long
def test_without_scripts_tags_are_one_per_line(plain):
    expect(plain.page.locator("textarea#f-tags")).to_have_value("B00123\nN00123\nF00123")


# --- rows -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["mia", "plain"])
def test_rows_move_with_and_without_scripts(request, who):
    visitor = request.getfixturevalue(who)
    visitor.press("Move down: 1. Chan Tai Man")
    expect(visitor.page.locator("#f-persons-1-name")).to_have_value("Chan Tai Man")


@pytest.mark.long
def test_a_link_to_a_row_gives_it_the_focus(mia):
    mia.page.goto("about:blank")
    mia.visit(f"{URL}#f-persons-2")
    expect(mia.page.locator("#f-persons-2")).to_be_focused()


@pytest.mark.long
def test_a_question_in_a_row_depends_on_the_answer_in_that_row(mia):
    first, third = (mia.page.locator(f"#f-persons-{index}-phone") for index in (0, 2))
    expect(third).to_be_hidden()
    mia.page.locator("#f-persons-2-signs").check()
    expect(third).to_be_visible()
    mia.page.locator("#f-persons-0-signs-2").check()
    expect(first).to_be_hidden()
    expect(third).to_be_visible()


def test_without_scripts_every_question_is_there(plain):
    expect(plain.page.locator("#f-persons-2-phone")).to_be_visible()


@pytest.mark.long
def test_what_is_wrong_in_a_row_is_said_while_typing_and_taken_back_once_right(mia):
    box, error = mia.page.locator("#f-persons-2-email"), mia.page.locator("#f-persons-2-email-error")
    box.fill("bo")
    box.blur()
    expect(error).to_contain_text("Enter an e-mail address")
    expect(box).to_have_attribute("aria-describedby", "f-persons-2-email-error")
    box.fill("bo@harbourbright.test")
    box.blur()
    expect(error).to_have_count(0)
    expect(box).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.long
def test_only_what_was_touched_shows_what_is_wrong(mia):
    mia.page.locator("#f-persons-0-email").fill("")
    mia.page.locator("#f-persons-2-email").fill("bo")
    mia.page.locator("#f-persons-2-email").blur()
    expect(mia.page.locator("#f-persons-2-email-error")).to_be_visible()
    expect(mia.page.locator("#f-email_wrong-error")).to_contain_text("Enter an e-mail address")
    expect(mia.page.locator("#f-text-error")).to_have_count(0)


def test_a_link_of_the_summary_leads_into_a_row(mia):
    mia.press("Show the error summary")
    expect(mia.page.locator("#errors")).to_be_focused()
    mia.page.locator("#errors a[href='#f-persons-1-email']").click()
    expect(mia.page.locator("#f-persons-1-email")).to_be_focused()


@pytest.mark.long
def test_enter_in_a_line_of_text_moves_no_row(mia):
    with mia.page.expect_navigation():
        mia.page.locator("#f-persons-0-name").press("Enter")
    expect(mia.page.locator("#f-persons-0-name")).to_have_value("Chan Tai Man")


# --- the rest ---------------------------------------------------------------------------------------------------------
@pytest.mark.long
def test_a_computed_value_follows_what_is_typed(mia):
    mia.page.locator("#f-limit_b").fill("20000000")
    mia.page.locator("#f-limit_b").blur()
    expect(mia.page.locator("#f-total")).to_have_text("50,000,000")


@pytest.mark.long
def test_no_script_ever_sends_a_file(mia):
    mia.page.locator("#f-form-file").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF"}
    )
    expect(mia.page.get_by_text("Not uploaded yet: press Upload to add a.pdf.")).to_be_visible()
    with mia.page.expect_request("**/components/check") as asked:
        mia.page.locator("#f-text").fill("Else")
        mia.page.locator("#f-text").blur()
    assert "file.form" not in asked.value.post_data


@pytest.mark.long
def test_a_tip_is_shown_at_the_keyboard_and_taken_away_by_escape(mia):
    tip = mia.page.locator("#f-money-tip")
    mia.page.get_by_role("button", name="About: New limit").first.focus()
    expect(tip).to_be_visible()
    mia.page.keyboard.press("Escape")
    expect(tip).to_be_hidden()


@pytest.mark.long
@pytest.mark.parametrize("scripts", [True, False])
def test_a_tip_is_shown_under_the_finger(opened, scripts):
    mia = opened(width=PHONE, has_touch=True, is_mobile=True, java_script_enabled=scripts)
    mia.page.locator("[data-field=yesno] .tip-mark").tap()
    expect(mia.page.locator("#f-yesno-tip")).to_be_visible()


@pytest.mark.long
def test_help_is_folded_until_it_is_asked_for(mia):
    told = mia.page.get_by_text("The rate counts new orders")
    expect(told).to_be_hidden()
    mia.page.locator("[data-field=rate] summary").press("Enter")
    expect(told).to_be_visible()


@pytest.mark.long
def test_the_privacy_note_is_for_small_screens(opened, mia):
    phone = opened(width=PHONE)
    expect(phone.page.locator(".privacy").first).to_be_visible()
    expect(mia.page.locator(".privacy").first).to_be_hidden()


@pytest.mark.long
def test_paper_shows_answers_and_no_buttons(mia):
    mia.page.emulate_media(media="print")
    expect(mia.page.locator("#f-persons-0-name")).to_be_visible()
    expect(mia.page.locator("#f-money-tip")).to_be_visible()
    assert not mia.page.locator("main button:visible:not(.unseen)").count()


@pytest.mark.long
def test_the_page_comes_back_as_it_was_left(mia):
    mia.page.locator("#f-searchable").fill("CP00005")
    mia.page.locator("#f-searchable").blur()
    mia.page.goto("/eservices")
    mia.page.go_back()
    wait_until(lambda: mia.page.locator("#f-searchable").input_value() == dict(COMPANIES)[mia.page.evaluate(CHOSEN)])
