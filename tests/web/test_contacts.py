"""PA002 with its rows: what a maker does to them without scripts, what is wrong in one, and what is crafted."""

import pytest

from tests.web import second

DAY = {"effective_date": "2026-12-15", "declare_true": "yes", "pics_ack": "yes", "remarks": ""}
NORA = {"name_en": "Nora Yim", "title": "Clerk", "email": "nora@harbourbright.test", "office_phone": "+85237000003"}


def row(number, action="ADD", **answers):
    """One row as the form sends it."""
    return {f"persons.{number}.{key}": value for key, value in {"action": action, **answers}.items()}


@pytest.fixture
def reference(office):
    """A draft about the contact persons."""
    return second.opened(office, "PA002")


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


def names(page):
    """The persons in the form, top to bottom."""
    return page.tree.xpath("//input[substring(@name, string-length(@name) - 7) = '.name_en']/@value")


def lists(mia, form):
    """What the form holds as it stands, with a list chosen."""
    return {**mia.page.form(f"{form}/answers").fields, "system": "CCASS", **DAY}


def test_the_form_begins_with_the_present_contacts(mia):
    assert names(mia.page) == ["Amy Wong", "Ken Ho"]


@pytest.mark.parametrize(
    ("act", "after"),
    [
        ("persons:down:0", ["Ken Ho", "Amy Wong"]),
        ("persons:up:1", ["Ken Ho", "Amy Wong"]),
        ("persons:remove:0", ["Ken Ho"]),
    ],
)
def test_an_act_on_a_row_needs_no_script(mia, form, act, after):
    assert names(mia.submit(f"{form}/rows", act=act)) == after


def test_what_is_wrong_stands_in_its_row_and_the_summary_leads_there(mia, form):
    mia.submit(f"{form}/rows", act="persons:add")
    wrong = {**lists(mia, form), **row(2, **NORA), "persons.2.email": "nora"}
    page = mia.submit(f"{form}/answers", wrong, expect=422)
    assert page.tree.xpath("//div[@id='errors']//a/@href") == ["#f-persons-2-email"]
    assert "Contact persons 3:" in page.all("//div[@id='errors']//a")[0]
    assert page.all("//p[@id='f-persons-2-email-error']")


def test_a_row_can_be_moved_while_another_is_wrong_and_nothing_is_lost(mia, form):
    mia.submit(f"{form}/rows", act="persons:add")
    wrong = {**lists(mia, form), **row(2, **NORA), "persons.2.email": "nora"}
    mia.submit(f"{form}/answers", wrong, expect=422)
    page = mia.submit(f"{form}/rows", act="persons:up:2")
    assert page.tree.xpath("//input[@name='persons.1.email']/@value") == ["nora"]


def test_a_person_is_added_and_the_checker_reads_every_answer(office, visitor, mia, form, reference):
    mia.submit(f"{form}/rows", act="persons:add")
    mia.submit(f"{form}/answers", {**lists(mia, form), **row(2, **NORA)})
    mia.submit(f"{form}/completion")
    page = visitor("chen").get(visitor.task(reference))
    assert "Contact persons 3: Name" in " ".join(page.all("//tbody/tr/th"))
    assert "Nora Yim" in " ".join(page.all("//table"))


def test_rows_in_another_order_are_the_same_rows(office, visitor, mia, form, reference):
    mia.submit(f"{form}/rows", act="persons:add")
    sent = {**lists(mia, form), **row(2, **NORA)}
    mia.submit(f"{form}/answers", dict(reversed(sent.items())))
    mia.submit(f"{form}/completion")
    assert office.status(reference) == "PENDING_CHECKER"


@pytest.mark.parametrize("what", ["draft", "answers", "rows", "completion"])
@pytest.mark.parametrize("name", ["persons.0.salary", "persons.50.salary", "persons.x.name_en", "persons.-1.email"])
def test_a_row_that_no_form_has_is_refused(office, mia, form, reference, what, name):
    fields = {"version": office.version(reference), "act": "persons:add", name: "x"}
    mia.post(f"{form}/{what}", fields, expect=400)


def too_many(office, mia, form, reference, number):
    many = {name: text for place in range(number) for name, text in row(place, **NORA).items()}
    return mia.post(f"{form}/answers", {"version": office.version(reference), **many, "system": "CCASS"}, expect=422)


def test_more_rows_than_the_form_takes_are_refused(office, mia, form, reference):
    page = too_many(office, mia, form, reference, 21)
    assert "20" in page.all("//div[@id='errors']//a[@href='#f-persons']")[0]


def test_more_rows_than_any_form_takes_are_not_even_kept(office, mia, form, reference):
    page = too_many(office, mia, form, reference, 51)
    assert "1 do not: persons" in page.text


@pytest.mark.parametrize("act", ["persons:add:1", "persons:remove:99", "persons:burn:0", "nothing:add", "", ":::"])
def test_a_strange_act_changes_no_row(mia, form, act):
    mia.submit(f"{form}/rows", act=act, expect=None)
    assert mia.page.status in (400, 422)
    assert names(mia.get(form)) == ["Amy Wong", "Ken Ho"]
