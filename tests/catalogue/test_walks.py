"""Every walk of every eService, with the real commands: what the analyst's examples say is what happens."""

import json
from pathlib import Path

import pytest

from engine.running import definition
from tests.catalogue.player import Player, walks_of
from tests.commands.office import _files

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "processes").glob("*.walks.json"))
OFFERED = [path for path in FILES if not path.name.startswith("TM")]
# By day the first walk of each, which goes to the good end, and these; all of them by night.
ALWAYS = {"A broker that does not answer holds up nothing", "Lost cards are suspended at once and replaced later"}
WALKS = [(path.name.partition(".")[0], place) for path in OFFERED for place in range(len(walks_of(path.read_bytes())))]


def named(code, place):
    walk = walks_of((ROOT / "processes" / f"{code}.walks.json").read_bytes())[place]
    by_day = place == 0 or walk["name"] in ALWAYS
    return pytest.param(code, walk, id=f"{code}: {walk['name']}", marks=[] if by_day else [pytest.mark.long])


@pytest.mark.parametrize(("code", "walk"), [named(*one) for one in WALKS])
def test_the_real_request_goes_where_its_walk_says(office, code, walk):
    office.deploy(code)
    player = Player(office, definition.compiled(_files(code), code), walk)
    assert list(player.differences()) == []


def test_every_eservice_has_walks_to_each_of_its_ends():
    lacking = []
    for path in OFFERED:
        seen = {step["expect"].get("status") for walk in json.loads(path.read_bytes()) for step in walk["steps"]}
        lacking += [f"{path.name}: {end}" for end in ("ABORTED", "DISCARDED", "WITHDRAWN") if end not in seen]
    assert lacking == []
