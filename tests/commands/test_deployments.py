"""A new release while requests run: what was opened before goes on with its own, what is opened after has the new."""

import json

from app.commands import definitions as definition_commands
from tests.commands.office import ROOT, race


def reworded(title):
    """The form of CT027 with another label."""
    form = json.loads(definition_commands.read_folder(ROOT)["forms/CT027.form"])
    form["components"][0]["label"] = title
    return {"forms/CT027.form": json.dumps(form).encode()}


def test_a_request_goes_on_with_the_release_it_was_opened_with(either_office):
    reference = either_office.submitted()
    before = either_office.case(reference).release
    either_office.deploy("CT027", reworded("The new limit"))
    either_office.accept(either_office.process(either_office.approve(reference)))
    assert (either_office.status(reference), either_office.case(reference).release) == ("COMPLETED", before)


def test_a_request_that_is_opened_afterwards_has_the_new_release(office):
    before = office.case(office.open_draft()).release
    office.deploy("CT027", reworded("The new limit"))
    assert office.case(office.open_draft()).release != before


def test_a_deployment_at_the_moment_of_a_step_loses_neither(either_office):
    for number in range(3):
        reference = either_office.submitted()
        page = either_office.page(reference, "chen", {"decision": "approve"})
        done, deployed = race(page, lambda number=number: either_office.deploy("CT027", reworded(f"Limit {number}")))
        assert (done, deployed) == (reference, None)
