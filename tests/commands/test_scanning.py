"""Uploads where a virus scanner is set up: what it knows is refused, and nothing is kept while it is away."""

import pytest

from engine.errors import WrongAnswers
from tests.commands.attaching import asking_for_documents, put
from tests.commands.office import opened
from tests.daemon import listening, nobody
from tests.documents import PDF


@pytest.fixture
def scanned(seeded, tmp_path):
    """An office whose form asks for documents, with a scanner at an address."""
    made = []

    def at(address):
        made.append(asking_for_documents(opened(seeded, tmp_path, clamd=address)))
        return made[-1], made[-1].open_draft()

    yield at
    for office in made:
        office.portal.database.close()


def test_a_clean_file_is_kept(scanned):
    with listening() as address:
        office, reference = scanned(address)
        assert put(office, reference).state == "kept"


def test_a_file_with_a_virus_is_refused_by_name(scanned):
    with listening(b"stream: Worm.Test FOUND\0") as address:
        office, reference = scanned(address)
        with pytest.raises(WrongAnswers) as refused:
            put(office, reference)
    assert "knows this one as Worm.Test" in str(refused.value.fields)


def test_nothing_is_kept_while_the_scanner_is_away(scanned):
    office, reference = scanned(nobody())
    with pytest.raises(WrongAnswers) as refused:
        put(office, reference)
    assert "does not answer: nothing was kept" in str(refused.value.fields) and office.rows("files") == []


def test_what_is_refused_anyway_is_not_sent_to_the_scanner(scanned):
    office, reference = scanned(nobody())
    with pytest.raises(WrongAnswers) as refused:
        put(office, reference, content=b"MZ" + PDF[:10])
    assert "scanner" not in str(refused.value.fields)
