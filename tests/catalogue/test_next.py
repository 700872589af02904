"""One eService more is a drawing and a form: two files, and no line of Python."""

from app.store import definitions
from engine.running import definition
from tests.commands.office import _folder


def test_a_twenty_second_eservice_is_two_files(office):
    shipped = _folder()
    two = {
        name.replace("CT027", "ZZ022"): shipped[name].replace(b"CT027", b"ZZ022")
        for name in ("processes/CT027.bpmn", "forms/CT027.form")
    }
    files = definition.gather({**shipped, **two}, "ZZ022")
    with office.portal.database.write() as connection:
        definitions.keep_release(connection, "ZZ022", files, office.clock.now())
    reference = office.accept(office.process(office.approve(office.submit(office.open_draft(code="ZZ022")))))
    assert (reference[:5], office.status(reference)) == ("ZZ022", "COMPLETED")
