"""The office in which the eServices of the catalogue are tried for real."""

from collections.abc import Callable

import pytest

from tests.catalogue.desk import Desk
from tests.commands.office import Office


@pytest.fixture
def desk_of(office: Office) -> Callable[[str], Desk]:
    """Deploys one more eService there, and is its desk."""

    def deployed(code: str) -> Desk:
        office.deploy(code)
        return Desk(office, code)

    return deployed
