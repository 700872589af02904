"""A served portal, and people who open it in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.browser.site import Site, serving
from tests.browser.visitor import Visitor
from tests.commands.office import Office


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def site(seeded: Office, tmp_path: Path) -> Iterator[Site]:
    """The demo, served, on Monday 23 November 2026 at 16:12 in Hong Kong."""
    with serving(seeded, tmp_path) as site:
        yield site


@pytest.fixture
def arrive(site: Site, chromium) -> Iterator[Callable[..., Visitor]]:
    """Opens a browser window for somebody; signed in when a name is given."""
    visitors: list[Visitor] = []

    def opened(who: str = "", at: str = "/", **options) -> Visitor:
        visitors.append(Visitor(site, chromium, **options))
        if who:
            visitors[-1].arrive_as(who, at)
        return visitors[-1]

    yield opened
    for visitor in visitors:
        visitor.context.close()
