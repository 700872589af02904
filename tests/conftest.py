"""What every test may ask for: a database, settings, the portal's pages and a browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.config import Settings
from app.store.database import migrate

pytest_plugins = ["tests.long", "tests.postgresql", "tests.sparing", "tests.offices"]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "portal.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The URL of a fresh, migrated SQLite database."""
    path = tmp_path / "portal.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The URL of a fresh, migrated database; the test runs once on each kind."""
    return request.getfixturevalue(f"{request.param}_url")


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """The settings of a demo on this machine, with its folder and database to itself."""
    return Settings(root=tmp_path / "var", database_url=sqlite_url, demo=True)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Where Chromium is; skips the test where there is none, except in continuous integration."""
    for name in (os.environ.get("CHROMIUM"), "chromium-headless-shell", "chromium", "google-chrome"):
        if name and (path := shutil.which(name)):
            return path
    sentence = "Expected Chromium for the browser tests, but there is none: install it or name it in CHROMIUM."
    if os.environ.get("CI") == "true":
        pytest.fail(sentence)
    pytest.skip(sentence)


@pytest.fixture(scope="session")
def chromium(chromium_path: str) -> Iterator:
    """A running Chromium of Playwright's synchronous kind."""
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def web_app(settings: Settings):
    """The portal as a Flask application, on its own fresh SQLite database."""
    from app.factory import create_app

    app = create_app(settings)
    app.testing = True
    return app


@pytest.fixture
def client(web_app):
    """A person at a browser who checks every page."""
    from tests.web.client import Client

    return Client(web_app)
