"""Rows on the form page: acts that work without a script, what a script learns, and what a checker sees."""

import json
from datetime import date

import pytest

from app.store import answered, definitions, tables
from app.web import fields
from engine.forms import schema
from engine.forms.form import Facts
from engine.language.scope import Scope
from tests.commands import office as offices
from tests.commands.office import answers

ACTIONS = [{"value": "ADD", "label": "Add"}, {"value": "REMOVE", "label": "Remove"}]
PERSONS = {
    "type": "dynamiclist",
    "path": "persons",
    "label": "Contact persons",
    "properties": {"most": "3", "add_label": "Add a person", "label_zh_Hant": "聯絡人"},
    "components": [
        {"type": "select", "key": "action", "label": "Action", "values": ACTIONS},
        {"type": "textfield", "key": "name", "label": "Name", "validate": {"required": True}},
        {
            "type": "textfield",
            "key": "office",
            "label": "Office",
            "properties": {"kind": "address", "show_if": 'row.action == "ADD"'},
        },
    ],
}
MARKETS = {"type": "checklist", "key": "markets", "label": "Markets", "values": [*ACTIONS]}
HOW_MANY = {"type": "expression", "key": "how_many", "label": "How many"}
HOW_MANY |= {"properties": {"value": 'count_where(form.persons, "action", "ADD")'}}
TWO = {"persons.0.name": "Ann", "persons.0.action": "ADD", "persons.1.name": "Ben", "persons.1.action": "REMOVE"}
TWO |= {"persons.1.office.country": "HK"}


@pytest.fixture
def office(office):
    """The office with rows in its form."""
    files = dict(offices._files("CT027"))
    asked = json.loads(files["forms/CT027.form"])
    asked["components"][0]["components"] += [PERSONS, MARKETS, HOW_MANY]
    files["forms/CT027.form"] = json.dumps(asked).encode()
    with office.portal.database.write() as connection:
        definitions.keep_release(connection, "CT027", files, office.clock.now())
    return office


@pytest.fixture
def reference(office):
    """A draft."""
    return office.open_draft()


@pytest.fixture
def form(visitor, reference):
    """The address of its form."""
    return visitor.task(reference)


@pytest.fixture
def mia(visitor, form):
    """The maker, at the form."""
    mia = visitor("mia")
    mia.get(form)
    return mia


def sent(client, form, verb, raw, **more):
    """What a press of a button, or a script, gets."""
    held = {name: client.page.form(f"{form}/answers").fields[name] for name in ("version", "draft")}
    data = {**held, **raw, **more, "csrf_token": client.page.csrf_token}
    headers = {"Accept": "application/json"} if verb != "rows" else {}
    return client.raw.post(f"{form}/{verb}", data=data, base_url=client.origin, headers=headers)


def kept(office, reference):
    with office.portal.database.read() as connection:
        draft = answered.draft(connection, office.case(reference).id, "submit")
        return dict(draft.answers) if draft else None


def sheet(raw, language="en", **more):
    """The views of the small form's fields, by their keys."""
    content = json.dumps({"id": "small", "components": [PERSONS, MARKETS, HOW_MANY]}).encode()
    asked = schema.read(content, "forms/small.form")
    found = fields.sections(asked, raw, Facts(Scope()), language=language, act_url="/tasks/1/rows", **more)
    return {one["key"]: one for section in found for one in section["fields"]}


# acts
@pytest.mark.parametrize(
    ("act", "place", "names"),
    [
        ("persons:add", "persons-2", ["Ann", "Ben", ""]),
        ("persons:remove:0", "persons-0", ["Ben"]),
        ("persons:down:0", "persons-1", ["Ben", "Ann"]),
        ("persons:up:1", "persons-0", ["Ben", "Ann"]),
    ],
)
def test_an_act_saves_the_draft_and_leads_back_to_its_row(office, mia, form, reference, act, place, names):
    reply = sent(mia, form, "rows", TWO, act=act)
    assert (reply.status_code, reply.location) == (303, f"{form}#f-{place}")
    assert [text for name, text in kept(office, reference).items() if name.endswith(".name")] == names


def test_every_act_is_a_button_that_needs_no_script(office, visitor, reference, form):
    office.save(reference, **TWO)
    page = visitor("mia").get(form)
    assert page.tree.xpath(f"//button[@formaction='{form}/rows']/@value") == [
        "persons:down:0",
        "persons:remove:0",
        "persons:up:1",
        "persons:remove:1",
        "persons:add",
    ]


def test_every_cell_is_an_input_of_its_own_name(office, visitor, reference, form):
    office.save(reference, **TWO)
    page = visitor("mia").get(form)
    assert page.tree.xpath("//*[@name='persons.1.name']/@value") == ["Ben"]


def test_an_act_is_no_save_that_somebody_asked_for(office, mia, form, reference):
    sent(mia, form, "rows", {}, act="persons:add")
    assert [action for action, _step in office.actions(reference)] == ["case.opened"]


@pytest.mark.parametrize("act", ["", "persons:remove:9", "limit_hkd:add", "persons:drop:0", "persons:up:0"])
def test_an_act_that_nobody_offered_is_refused_and_nothing_is_kept(office, mia, form, reference, act):
    assert (sent(mia, form, "rows", TWO, act=act).status_code, kept(office, reference)) == (400, None)


def test_a_row_too_many_is_refused_at_the_rows(office, mia, form, reference):
    raw = {f"persons.{place}.name": "x" for place in range(3)}
    reply = sent(mia, form, "rows", raw, act="persons:add")
    assert (reply.status_code, kept(office, reference)) == (422, None)
    assert "Enter at most 3 rows; this has 4" in reply.text


def test_an_act_of_somebody_else_is_refused(visitor, mia, form):
    other = visitor("chen")
    data = {"act": "persons:add", "version": "1", "csrf_token": other.get("/").csrf_token}
    assert other.raw.post(f"{form}/rows", data=data, base_url=other.origin).status_code in (403, 404)


def test_an_act_without_its_token_is_refused(mia, form):
    data = {"act": "persons:add", "version": "1"}
    assert mia.raw.post(f"{form}/rows", data=data, base_url=mia.origin).status_code == 403


@pytest.mark.parametrize("name", ["persons.01.name", "persons.-1.name", "persons.999999.name", "how_many"])
def test_a_crafted_row_is_refused(office, mia, form, reference, name):
    assert (sent(mia, form, "draft", {name: "x"}).status_code, kept(office, reference)) == (400, None)


# what a script learns
def test_a_script_learns_what_the_portal_reckons(mia, form):
    assert sent(mia, form, "check", TWO).json["computed"]["how_many"] == "1"


def test_a_script_learns_what_is_wrong_in_a_row_by_its_name(mia, form):
    reply = sent(mia, form, "check", answers(**{"persons.0.action": "ADD"}))
    assert reply.json["errors"] == {"persons.0.name": ["Enter name"]}


def test_several_ticks_of_one_list_are_kept_together(office, mia, form, reference):
    sent(mia, form, "draft", {"markets": ["ADD", "REMOVE"]})
    assert kept(office, reference)["markets"] == "ADD\nREMOVE"


# reading it back
def test_each_row_is_read_over_on_a_line_of_its_own(office, mia, form, reference):
    office.save(reference, **TWO)
    page = mia.get(f"{form}/answers")
    assert "Contact persons 1" in page.text
    assert "Remove · Ben" in page.text


def test_a_checker_sees_which_row_changed(office, visitor, reference):
    office.submit(reference, **TWO)
    office.give_back(reference, persons="Who is Ben?")
    office.submit(reference, **{**TWO, "persons.1.name": "Bea"})
    page = visitor("chen").get(visitor.task(reference))
    assert page.all("(//table)[1]//tbody/tr/th") == [
        "Contact personsyour comment: “Who is Ben?”",
        "Contact persons 2: Name",
    ]
    assert page.all("(//table)[1]//del | (//table)[1]//ins") == ["Ben", "Changed to Bea"]


def test_a_checker_sees_which_row_is_gone(office, visitor, reference):
    office.submit(reference, **TWO)
    office.give_back(reference)
    office.submit(reference, **{name: text for name, text in TWO.items() if name.startswith("persons.1")})
    page = visitor("chen").get(visitor.task(reference))
    assert page.all("(//table)[1]//tbody/tr/th") == [
        "Contact persons",
        "Contact persons (was 1): Action",
        "Contact persons (was 1): Name",
        "How many",
    ]


def test_unchanged_rows_are_unchanged_answers(office, visitor, reference):
    office.submit(reference, **TWO)
    office.give_back(reference)
    office.save(reference, **TWO)
    page = visitor("mia").get(f"{visitor.task(reference)}/answers")
    assert "You changed nothing since it was returned" in page.text


# what the macros get
def test_the_view_of_rows_has_a_view_for_each_cell():
    view = sheet(TWO)["persons"]
    assert [[cell["name"] for cell in row["fields"]] for row in view["rows"]][1] == [
        "persons.1.action",
        "persons.1.name",
        "persons.1.office",
    ]


def test_the_view_of_a_row_says_what_may_be_done_with_it():
    first, last = sheet(TWO)["persons"]["rows"]
    assert [first[name] for name in ("heading", "can_up", "can_down", "can_remove", "removed")] == [
        "1. Ann",
        False,
        True,
        True,
        False,
    ]
    assert (last["can_up"], last["can_down"]) == (True, False)


def test_the_view_of_rows_says_where_their_buttons_lead():
    view = sheet(TWO)["persons"]
    assert {name: view[name] for name in ("count", "least", "most", "can_add", "add_label", "act_url")} == {
        "count": 2,
        "least": 0,
        "most": 3,
        "can_add": True,
        "add_label": "Add a person",
        "act_url": "/tasks/1/rows",
    }


def test_a_cell_has_the_id_that_its_error_links_to():
    errors = {"persons.1.name": ["Enter name"]}
    cell = sheet(TWO, errors=errors)["persons"]["rows"][1]["fields"][1]
    assert (cell["id"], cell["errors"], cell["required"]) == ("f-persons-1-name", ["Enter name"], True)


def test_a_cell_that_depends_on_its_row_says_so_to_the_script():
    cell = sheet(TWO)["persons"]["rows"][1]["fields"][2]
    assert (json.loads(cell["show_if"]), cell["hidden"]) == ({"field": "persons.1.action", "equals": "ADD"}, True)


HIDDEN = {
    **PERSONS,
    "properties": {"show_if": 'form.markets == "ADD"'},
    "components": [
        {"type": "select", "key": "action", "label": "Action", "values": ACTIONS},
        {"type": "expression", "key": "known", "label": "Known", "properties": {"value": "row.action is not None"}},
    ],
}


def hidden_row():
    read = schema.read(json.dumps({"id": "one", "components": [HIDDEN, MARKETS]}).encode(), "forms/one.form")
    views = fields.sections(read, {"persons.0.action": "ADD"}, Facts(Scope()))[0]["fields"]
    return views[0]["rows"][0]


def test_what_depends_on_nothing_itself_appears_with_the_rows_around_it():
    assert [cell["hidden"] for cell in hidden_row()["fields"]] == [False, False]


def test_a_row_is_not_named_after_what_was_reckoned():
    assert hidden_row()["heading"] == "1. Add"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ('form.a != "X"', {"field": "a", "not_equals": "X"}),
        ('form.a in ["X", "Y"]', {"field": "a", "in": ["X", "Y"]}),
        ('form.a == "X" or form.a == "Y"', {"field": "a", "in": ["X", "Y"]}),
        ('"X" in form.a', {"field": "a", "contains": "X"}),
        ('form.a == "X" or form.b == "Y"', None),
        ('form.a == "X" and form.b == "Y"', None),
        ("form.a in [1, 2]", None),
    ],
)
def test_a_question_about_one_answer_is_told_to_the_script(written, told):
    content = {"type": "textfield", "key": "b", "label": "B", "properties": {"show_if": written}}
    first = {"type": "textfield", "key": "a", "label": "A"}
    read = schema.read(json.dumps({"id": "one", "components": [first, content]}).encode(), "forms/one.form")
    assert json.loads(fields.show_condition(read.field("b")) or "null") == told


def test_an_address_has_a_view_for_each_line_and_begins_at_home():
    parts = sheet({"persons.0.action": "ADD"})["persons"]["rows"][0]["fields"][2]["parts"]
    assert [part["name"].rpartition(".")[2] for part in parts] == ["line1", "line2", "line3", "district", "country"]
    assert parts[-1]["value"] == "HK"


def test_a_view_speaks_another_language():
    assert sheet({}, "zh-Hant")["persons"]["label"] == "聯絡人"


def test_a_checklist_has_its_ticks():
    assert sheet({"markets": "ADD\nREMOVE"})["markets"]["values"] == ["ADD", "REMOVE"]


def test_the_summary_names_the_row_and_follows_the_page():
    content = json.dumps({"id": "small", "components": [PERSONS, MARKETS]}).encode()
    errors = {"markets": ["m"], "persons.10.name": ["ten"], "persons.2.name": ["two"], "persons": ["many"]}
    assert fields.summary(schema.read(content, "forms/small.form"), errors) == [
        ("f-persons", "many"),
        ("f-persons-2-name", "Contact persons 3: two"),
        ("f-persons-10-name", "Contact persons 11: ten"),
        ("f-markets", "m"),
    ]


def test_rows_stand_beside_the_register_row_by_row(office, visitor):
    files = dict(offices._files("CT027"))
    asked = json.loads(files["forms/CT027.form"])
    today = {"type": "table", "key": "current_persons", "label": "Persons today"}
    today |= {"columns": [{"key": "name", "label": "Name"}], "properties": {"rows": "[register.person]"}}
    asked["components"][0]["components"] += [PERSONS, today]
    files["forms/CT027.form"] = json.dumps(asked).encode()
    with office.portal.database.write() as connection:
        definitions.keep_release(connection, "CT027", files, office.clock.now())
        row = {"register": "person", "owner": "B00123", "key": "", "record": {"name": "Ann"}, "reference": None}
        row |= {"effective_on": date(2026, 1, 1), "set_at": office.clock.now()}
        connection.execute(tables.registers.insert(), [row])
    reference = office.open_draft()
    office.submit(reference, **TWO)
    page = visitor("chen").get(visitor.task(reference))
    assert page.all("//tr[th='Contact persons 1: Name']/td") == ["Register todayAnn", "Round 1Ann"]


def test_rows_that_a_script_may_show_later_have_their_cells_ready():
    asked = {"type": "checkbox", "key": "more", "label": "More", "id": "field_more"}
    later = {**PERSONS, "path": "later", "defaultRepetitions": 1, "properties": {"show_if": "form.more"}}
    content = json.dumps({"id": "small", "components": [asked, later]}).encode()
    found = fields.sections(schema.read(content, "forms/small.form"), {"later.0.name": ""}, Facts(Scope()))
    (rows,) = [one for section in found for one in section["fields"] if one["key"] == "later"]
    assert rows["hidden"] and not rows["rows"][0]["fields"][0]["hidden"]


@pytest.fixture
def declaring(office, visitor):
    """A page whose rows are questions that nobody may change."""
    office.deploy("RD001")
    mia = visitor("mia")
    seat = office.rows("memberships", participant_id="B00123", kind="SEHK-EP")[0].id
    reference = offices.case_commands.open_case(office.portal, "RD001", office.by("mia"), seat)
    return mia.get(visitor.task(reference))


def test_a_question_that_is_the_heading_of_its_row_is_not_asked_below_it_again(declaring):
    assert declaring.source.count("Failover to the backup site worked, and back") == 1
