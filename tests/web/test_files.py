"""Supporting documents at the form, in the request and as a download, without scripts."""

import io
import re

import pytest
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.commands.attaching import FIELD, OLE, PDF, asking_for_documents, put, right_name, sheet, states, stored
from tests.commands.office import answers
from tests.commands.test_refusals import SATURDAY_NINE
from tests.documents import large_pdf
from tests.web.page import Page

MEGABYTE = 1024 * 1024


@pytest.fixture
def office(office):
    return asking_for_documents(office)


@pytest.fixture
def reference(office):
    return office.open_draft()


@pytest.fixture
def form(visitor, reference):
    """The address of a draft's form."""
    return visitor.task(reference)


@pytest.fixture
def mia(visitor, form):
    """The maker, at the form."""
    mia = visitor("mia")
    mia.get(form)
    return mia


TEN_MEGABYTES = large_pdf(10 * MEGABYTE)


def send(client, form, name, content=PDF, *, field=FIELD, expect=200, **typed):
    """Fill the form, choose a file and press its Upload."""
    held = client.page.form(f"{form}/answers").fields
    fields = {**held, **typed, "act": f"{field}:upload"}
    reply = post(client, f"{form}/files/{field}", fields, name, content, field=field)
    assert reply.status_code == (303 if expect == 200 else expect)
    if reply.status_code == 303:
        return client.get(reply.headers["Location"])
    client.page = Page(form, reply.status_code, reply.get_data(as_text=True))
    assert not client.page.faults()
    return client.page


def post(client, url, fields, name=None, content=PDF, *, field=FIELD):
    """What a browser without scripts sends, with the file in it, in one piece of memory."""
    chosen = FileStorage(io.BytesIO(content), filename=name or "scan.pdf" if name != "" else "")
    boundary, body = encode_multipart({**fields, f"file.{field}": chosen})
    kind = f"multipart/form-data; boundary={boundary}"
    return client.raw.post(url, data=body, content_type=kind, base_url=client.origin)


def press(client, form, value, *, expect=200, **typed):
    """Press one of the buttons beside a file."""
    held = client.page.form(f"{form}/answers").fields
    return client._follow("POST", f"{form}/file-acts", {**held, **typed, "act": value}, expect)


def buttons(page):
    return page.tree.xpath("//ul[@class='files']//button/@value")


# --- at the form ------------------------------------------------------------------------------------------------------
def test_the_form_says_what_the_next_file_must_be_called(mia, reference):
    assert f"Name it {right_name(reference)}" in mia.page.text


def test_the_form_warns_of_phones(mia):
    assert "PC" in " ".join(mia.page.all("//p[contains(@class, 'privacy')]"))


def test_a_file_is_kept_and_the_form_shown_again_at_its_question(mia, form, office, reference):
    page = send(mia, form, right_name(reference))
    assert page.url.partition("#")[0] == form
    assert states(office, reference) == [(".pdf", 1, "kept")]
    assert right_name(reference) in page.text
    assert f"Name it {right_name(reference, '_00')}" in page.text


def test_the_way_back_leads_to_the_question(mia, form, reference):
    held = mia.page.form(f"{form}/answers").fields
    reply = post(mia, f"{form}/files/{FIELD}", held, right_name(reference))
    assert (reply.status_code, reply.headers["Location"]) == (303, f"{form}#f-{FIELD}")


def test_what_was_typed_is_kept_with_the_file(mia, form, reference):
    send(mia, form, right_name(reference), limit_hkd="41,000,000")
    assert mia.get(form).tree.xpath("//input[@id='f-limit_hkd']/@value") == ["41,000,000"]


def test_what_was_typed_is_kept_when_the_file_is_refused(mia, form):
    page = send(mia, form, "scan.docx", limit_hkd="41,000,000", expect=422)
    assert page.tree.xpath("//input[@id='f-limit_hkd']/@value") == ["41,000,000"]
    assert mia.get(form).tree.xpath("//input[@id='f-limit_hkd']/@value") == ["41,000,000"]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("", b"", "Choose a file"),
        ("scan.docx", PDF, "Expected a PDF, XLS or XLSX file"),
        ("scan.pdf", b"", "it is empty"),
        ("scan.pdf", b"MZ", "Expected PDF as the name says"),
        ("scan.pdf", PDF.ljust(10 * MEGABYTE + 1), "Expected at most 10 MB"),
    ],
    ids=["none", "other kind", "empty", "not what it says", "too large"],
)
def test_what_is_wrong_with_a_file_stands_at_its_question(mia, form, name, content, said):
    page = send(mia, form, name, content, expect=422)
    assert said in page.all(f"//p[@id='f-{FIELD}-error']")[0]
    assert said in page.all(f"//div[@id='errors']//a[@href='#f-{FIELD}']")[0]


def test_a_file_of_ten_megabytes_arrives(mia, form, office, reference):
    send(mia, form, right_name(reference), TEN_MEGABYTES)
    assert stored(office, reference)[0].size == 10 * MEGABYTE


def test_a_larger_body_is_refused_unread(mia, form, office, reference):
    send(mia, form, right_name(reference), PDF.ljust(11 * MEGABYTE), expect=413)
    assert stored(office, reference) == []


def test_every_other_address_takes_no_more_than_before(mia, form):
    held = mia.page.form(f"{form}/answers").fields
    assert post(mia, f"{form}/file-acts", held, content=PDF.ljust(MEGABYTE)).status_code == 413


def test_a_stranger_sends_no_more_than_before(visitor, form):
    stranger = visitor.stranger()
    assert post(stranger, f"{form}/files/{FIELD}", {}, content=PDF.ljust(MEGABYTE)).status_code == 413


def test_a_file_without_the_forms_token_is_refused(mia, form, office, reference):
    reply = post(mia, f"{form}/files/{FIELD}", {"version": "1"}, right_name(reference))
    assert (reply.status_code, stored(office, reference)) == (403, [])


def test_a_misnamed_file_is_explained_and_renamed_by_one_button(mia, form, office, reference):
    page = send(mia, form, "supporting document.pdf")
    assert "a capital S and a capital D" in page.text
    (rename, _remove) = buttons(page)
    assert right_name(reference) in press(mia, form, rename).text
    assert states(office, reference) == [(".pdf", 1, "kept")]


def test_a_file_is_removed_by_one_button_and_what_was_typed_stays(mia, form, office, reference):
    page = send(mia, form, right_name(reference))
    (remove,) = buttons(page)
    page = press(mia, form, remove, limit_hkd="41,000,000")
    assert states(office, reference) == [(".pdf", 1, "removed")]
    assert page.tree.xpath("//input[@id='f-limit_hkd']/@value") == ["41,000,000"]


@pytest.mark.parametrize(
    ("act", "status"),
    [
        ("", 400),
        ("documents:burn:x", 400),
        ("documents:remove:x", 404),
        (f"documents:remove:{'0' * 32}", 404),
        ("::", 400),
    ],
)
def test_a_strange_act_is_refused(mia, form, act, status):
    press(mia, form, act, expect=status)


@pytest.mark.parametrize("field", ["limit_hkd", "strange"])
def test_a_question_that_asks_for_no_file_takes_none(mia, form, reference, field):
    send(mia, form, right_name(reference), field=field, expect=400)


def test_a_full_question_offers_no_upload(mia, form, office, reference):
    for number in range(4):
        put(office, reference, f"scan {number}.pdf")
    page = mia.get(form)
    assert not page.tree.xpath(f"//input[@name='file.{FIELD}']")
    assert "remove one to add another" in page.text


def test_a_file_that_was_chosen_but_not_sent_does_not_disturb_the_form(mia, form):
    page = mia.submit(f"{form}/answers", answers(), **{f"file.{FIELD}": "scan.pdf"})
    assert page.heading.startswith("Check your answers")


def test_enter_in_a_text_presses_the_forms_own_button(mia, form):
    first = mia.page.tree.xpath("//form[@id='answers']//button[@type='submit']")[0]
    assert first.get("formaction") is None and first.get("name") is None


def test_during_maintenance_nothing_is_sent(visitor, form, office, reference):
    office.clock.move(**SATURDAY_NINE)
    mia = visitor("mia")
    fields = {"csrf_token": mia.page.csrf_token, "version": office.version(reference)}
    reply = post(mia, f"{form}/files/{FIELD}", fields, right_name(reference))
    assert (reply.status_code, stored(office, reference)) == (503, [])


# --- in the request ---------------------------------------------------------------------------------------------------
def sent(office, reference):
    put(office, reference)
    return office.approve(office.submit(reference))


@pytest.mark.parametrize("who", ["mia", "chen", "karen", "audrey"])
def test_the_request_lists_its_files(office, visitor, reference, who):
    page = visitor(who).get(f"/requests/{sent(office, reference)}")
    assert page.all("//ul[@class='files']/li/a") == [right_name(reference)]


def test_who_decides_sees_the_files(office, visitor, reference):
    put(office, reference)
    office.submit(reference)
    page = visitor("chen").get(visitor.task(reference))
    assert page.all("//ul[@class='files']/li/a") == [right_name(reference)]


def test_the_trail_tells_of_files(office, visitor, reference):
    page = visitor("mia").get(f"/requests/{sent(office, reference)}")
    (line,) = [line for line in page.all("//ol[@class='trail']/li") if "File added" in line]
    assert right_name(reference) in line


def test_the_exchange_does_not_hear_of_files_that_were_not_sent(office, visitor, reference):
    sent(office, reference)
    office.complete(reference, "karen", {"decision": "return", "comment": "Which meeting was it?"})
    put(office, reference, right_name(reference, "_05"))
    page = visitor("karen").get(f"/requests/{reference}")
    assert "_05" not in page.text
    assert page.all("//ul[@class='files']/li/a") == [right_name(reference)]


def test_a_form_with_files_asks_the_database_at_most_twelve_times(office, visitor, reference):
    for suffix in ("", "_00", "_01"):
        put(office, reference, right_name(reference, suffix))
    mia, url = visitor("mia"), visitor.task(reference)
    with visitor.statements() as seen:
        mia.get(url)
    assert len(seen) <= 12, "\n".join(seen)


# --- as a download ----------------------------------------------------------------------------------------------------
def place(reference, file):
    return f"/requests/{reference}/files/{file.id}"


@pytest.mark.parametrize(
    ("kind", "content", "mime"),
    [
        ("pdf", PDF, "application/pdf"),
        ("xls", OLE, "application/vnd.ms-excel"),
        ("xlsx", sheet(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ],
)
def test_a_file_comes_as_it_was_sent(office, visitor, reference, kind, content, mime):
    file = put(office, reference, right_name(reference, kind=kind), content)
    reply = visitor("mia").download(place(reference, file))
    assert (reply.data, reply.mimetype) == (content, mime)


def test_a_file_is_saved_and_never_shown(office, visitor, reference):
    reply = visitor("mia").download(place(reference, put(office, reference)))
    name = right_name(reference)
    assert reply.headers["Content-Disposition"] == (
        f"attachment; filename=\"{name}\"; filename*=UTF-8''{name.replace(' ', '%20')}"
    )
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert reply.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "name", ['a".pdf', "a;b.pdf", "a\r\nSet-Cookie: x=1.pdf", "董事會.pdf", "a\\b.pdf", "a\u202efdp.pdf"]
)
def test_a_hostile_name_stays_a_name(office, visitor, reference, name):
    reply = visitor("mia").download(place(reference, put(office, reference, name)))
    said = reply.headers["Content-Disposition"]
    assert re.fullmatch(r"attachment; filename=\"[A-Za-z0-9 ._-]+\"; filename\*=UTF-8''[A-Za-z0-9%._~-]+", said)


@pytest.mark.parametrize("who", ["leo", "rita", "karen"])
def test_what_a_person_may_not_read_does_not_exist(office, visitor, reference, who):
    visitor(who).get(place(reference, put(office, reference)), expect=404)


def test_a_file_is_found_under_its_own_request_alone(office, visitor, reference):
    file = put(office, reference)
    visitor("mia").get(place(office.open_draft(), file), expect=404)


def test_a_stranger_is_led_to_the_sign_in(office, visitor, reference):
    page = visitor.stranger().get(place(reference, put(office, reference)))
    assert page.url.startswith("/sign-in")


# --- in the audit PDF -------------------------------------------------------------------------------------------------
def test_the_audit_pdf_lists_the_files(office, visitor, reference):
    from pypdf import PdfReader

    file = put(office, reference)
    office.approve(office.submit(reference))
    office.accept(office.process(reference))
    reply = visitor("mia").download(f"/requests/{reference}/trail.pdf")
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(reply.data)).pages)
    assert file.sha256 in text.replace("\n", "")
