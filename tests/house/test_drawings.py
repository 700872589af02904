"""What ships in processes/ and forms/ is sound, walked and used."""

import json
from pathlib import Path

import pytest
from lxml import etree

from engine.running.definition import USUAL_FORMS

ROOT = Path(__file__).parents[2]
DRAWINGS = sorted((ROOT / "processes").glob("*.bpmn"))
FORMS = sorted((ROOT / "forms").glob("*.form"))
CAMUNDA = "{http://camunda.org/schema/1.0/bpmn}"


@pytest.fixture(scope="module")
def words_of_drawings():
    roots = [etree.fromstring(path.read_bytes(), etree.XMLParser(resolve_entities=False)) for path in DRAWINGS]
    elements = [element for root in roots for element in root.iter()]
    keys = {element.get(f"{CAMUNDA}formKey") for element in elements}
    return keys | {element.get("value") for element in elements if element.get("name", "").startswith("form.")}


def test_something_ships():
    assert DRAWINGS and FORMS


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_is_named_after_its_id(path):
    assert json.loads(path.read_bytes())["id"] == path.stem


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_every_form_is_asked_by_a_drawing(path, words_of_drawings):
    assert path.stem in words_of_drawings or path.stem in USUAL_FORMS.values()


@pytest.mark.parametrize(
    "path", [path for path in DRAWINGS if b'"pattern"' not in path.read_bytes()], ids=lambda path: path.stem
)
def test_every_eservice_has_walks(path):
    assert path.with_suffix(".walks.json").exists()
