"""The page of components: every kind of field, drawn from the same values as a form's, and who may open it."""

import gzip

import pytest

from app.web import gallery, specimens
from tests.commands.office import opened
from tests.web.visitors import Visitors

SECRET = "a secret that is long enough for everybody else"
LARGEST_BYTES = 100_000
CHOICES = ["select", "radio", "yesno", "checkbox", "declaration", "checklist", "tags"]
TYPED = ["text", "textarea", "number", "money", "date", "time", "month_day", "email", "phone", "url"]
KINDS = [*TYPED, *CHOICES, "rows", "file", "address", "read_only", "computed", "group", "table", "text_block"]
MORE = {
    "number": {"unit"},
    "money": {"unit"},
    "checklist": {"values"},
    "tags": {"values"},
    "address": {"parts"},
    "rows": {"columns", "rows", "can_add", "count", "least", "most", "add_label", "act_url"},
    "file": {"files", "expected_name", "accept", "most", "upload_url", "can_add", "act_url", "privacy"},
    "table": {"columns", "table_rows"},
}
ROW = {"index", "heading", "fields", "errors", "can_up", "can_down", "can_remove", "removed"}
TITLES = "//*[@data-row and starts-with(@id, 'f-persons-')]//p[@class='row-title']"
FORM = "//form[@id='answers']"


@pytest.fixture
def mia(visitor):
    """Somebody at the page."""
    mia = visitor("mia")
    mia.get("/components")
    return mia


@pytest.fixture
def closed_visitor(seeded, tmp_path):
    """Signs somebody in where the portal is not a demo."""
    office = opened(seeded, tmp_path, demo=False, secret_key=SECRET, base_url="https://portal.test")
    yield Visitors(office)
    office.portal.database.close()


def shown():
    """Every view of the page, with those inside rows and addresses."""
    sides = [
        side for section in gallery.sections(specimens.PERSONS) for one in section["entries"] for side in one["sides"]
    ]
    fields = [field for side in sides for field in side]
    rows = [row for field in fields for row in field.get("rows", [])]
    parts = [part for field in fields for part in field.get("parts", [])]
    return [*fields, *parts, *(field for row in rows for field in row["fields"])]


# --- who may open it --------------------------------------------------------------------------------------------------
def test_a_stranger_is_led_to_the_sign_in(visitor):
    assert visitor.stranger().get("/components").heading == "Sign in"


@pytest.mark.parametrize("who", ["karen", "olive"])
def test_the_people_of_the_exchange_open_it_everywhere(closed_visitor, who):
    assert closed_visitor(who).get("/components").heading == "Components"


@pytest.mark.parametrize("who", ["mia", "audrey"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_it_does_not_exist_for_others_outside_the_demo(closed_visitor, who, method):
    assert getattr(closed_visitor(who), method)("/components", expect=None).status == 404


def test_nor_does_its_check_exist_for_them(closed_visitor):
    assert closed_visitor("mia").post("/components/check", expect=None).status == 404


# --- what stands on it ------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_shown_with_all_that_a_view_holds(kind):
    plain = set(specimens.view(kind, "key", "Label"))
    views = [view for view in shown() if view["kind"] == kind]
    assert views and not [view["name"] for view in views if not view.keys() >= plain | MORE.get(kind, set())]


def test_every_row_holds_what_a_row_holds():
    assert all(row.keys() >= ROW for view in shown() for row in view.get("rows", []))


def test_every_control_has_the_name_of_its_field_and_no_other(mia):
    names = {view["name"] for view in shown()}
    mine = set(mia.page.tree.xpath(f"{FORM}//*[self::input or self::select or self::textarea]/@name")) - {"csrf_token"}
    parts = {name.removeprefix("file.").removesuffix(".confirmed") for name in mine}
    assert not {name for name in parts if name not in names and name.rpartition(".")[0] not in names}


def test_the_id_of_a_field_has_dashes_for_the_dots_of_its_name(mia):
    assert mia.page.tree.xpath("//*[@id='f-persons-1-email']/@name") == ["persons.1.email"]


def test_an_error_inside_a_row_stands_at_its_field_and_is_read_with_it(mia):
    assert mia.page.all("//p[@id='f-persons-1-email-error']") == [f"Error: {specimens.BAD_MAIL}"]
    assert "f-persons-1-email-error" in mia.page.tree.xpath("//*[@id='f-persons-1-email']/@aria-describedby")[0]


def test_every_error_of_the_summary_leads_to_its_field(mia):
    page = mia.submit("/components", checked="yes")
    links = page.tree.xpath("//div[@id='errors']//a/@href")
    assert len(links) > 20 and "#f-persons-1-email" in links


def test_every_act_is_a_button_that_works_without_scripts(mia):
    acts = mia.page.tree.xpath("//button[@name='act']")
    assert len(acts) > 10 and all(act.get("type") == "submit" and act.get("formaction") for act in acts)


def test_files_are_sent_by_their_own_button_alone(mia):
    buttons = mia.page.tree.xpath("//button[@formenctype='multipart/form-data']/@value")
    assert buttons == ["persons:fill", "form:upload", "form_wrong:upload"]
    assert not mia.page.tree.xpath(f"{FORM}[@enctype]")


def test_the_enter_key_presses_no_act(mia):
    assert mia.page.tree.xpath(f"({FORM}//button[@type='submit'])[1][not(@name)]")


def test_a_list_of_more_than_two_hundred_is_suggested_and_not_listed(mia):
    assert len(mia.page.tree.xpath("//datalist[@id='f-suggested-list']/option")) == 240
    assert mia.page.tree.xpath("//input[@id='f-suggested' and @list='f-suggested-list']")


def test_the_page_is_small(mia):
    assert len(gzip.compress(mia.page.source.encode())) < LARGEST_BYTES


# --- what its buttons do ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("act", "order"),
    [
        ("persons:down:0", ["1. 陳大文", "2. Chan Tai Man", "3. Bo Lam"]),
        ("persons:up:2", ["1. Chan Tai Man", "2. Bo Lam", "3. 陳大文"]),
        ("persons:remove:1", ["1. Chan Tai Man", "2. Bo Lam"]),
        ("persons:add", ["1. Chan Tai Man", "2. 陳大文", "3. Bo Lam", "4. New person"]),
    ],
)
def test_a_button_of_the_rows_does_what_it_says(mia, act, order):
    assert mia.submit("/components", act=act).all(TITLES) == order


@pytest.mark.parametrize(
    "act", ["persons:up:0", "persons:down:2", "persons:remove:9", "persons:burn:1", "else:add", "::"]
)
def test_an_act_that_cannot_be_done_changes_nothing(mia, act):
    assert mia.submit("/components", act=act).all(TITLES) == ["1. Chan Tai Man", "2. 陳大文", "3. Bo Lam"]


def test_what_was_typed_in_a_row_moves_with_it(mia):
    page = mia.submit("/components", {"persons.0.name": "<b>Ada</b> Lau"}, act="persons:down:0")
    assert page.tree.xpath("//*[@id='f-persons-1-name']/@value") == ["<b>Ada</b> Lau"]


def test_the_check_names_the_wrong_field_of_a_row_and_gives_the_total(mia):
    fields = {"persons.0.email": "nobody", "limit_a": "1,000", "limit_b": "500", "csrf_token": mia.page.csrf_token}
    answer = mia.raw.post("/components/check", data=fields, base_url=mia.origin).json
    assert answer == {
        "errors": {"persons.0.email": [specimens.BAD_MAIL]},
        "warnings": {},
        "computed": {"total": "1,500"},
    }


@pytest.mark.parametrize("amount", ["9" * 5000, "fifty", "-1", "1.5", "٣" * 40])
def test_an_amount_that_is_none_counts_as_nothing(mia, amount):
    fields = {"limit_a": amount, "limit_b": "500", "csrf_token": mia.page.csrf_token}
    answer = mia.raw.post("/components/check", data=fields, base_url=mia.origin).json
    assert answer["computed"] == {"total": "500"}
