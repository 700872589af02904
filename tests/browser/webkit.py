"""WebKit, the engine of Safari, as Debian has it: a browser window on a screen that nobody sees."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from selenium.webdriver import WebKitGTK
from selenium.webdriver.webkitgtk.options import Options
from selenium.webdriver.webkitgtk.service import Service

LIBRARIES = Path("/usr/lib")
SCREEN = "1400x1000x24"
HEIGHT = 860


def missing() -> list[str]:
    """What WebKit needs here and does not find."""
    programs = [name for name in ("WebKitWebDriver", "Xvfb") if not shutil.which(name)]
    return programs if _browser() else [*programs, "MiniBrowser"]


@contextmanager
def screen() -> Iterator[str]:
    """A screen in memory until the block ends; yields its name."""
    reading, writing = os.pipe()
    command = ["Xvfb", "-displayfd", str(writing), "-screen", "0", SCREEN, "-nolisten", "tcp"]
    server = subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL)
    os.close(writing)
    with open(reading) as told:
        name = f":{told.readline().strip()}"
    try:
        yield name
    finally:
        server.terminate()
        server.wait(10)


@contextmanager
def window(display: str, home: Path, *, width: int, is_dark: bool, has_scripts: bool) -> Iterator[WebKitGTK]:
    """A browser window until the block ends; what it downloads lies in `home`."""
    (home / "user-dirs.dirs").write_text(f'XDG_DOWNLOAD_DIR="{home}"\n')
    options = Options()
    options.binary_location = str(_browser())
    options.add_argument("--automation")
    options.add_argument("--full-screen")  # its toolbar would be wider than a phone
    if is_dark:
        options.add_argument("--dark-mode")
    if not has_scripts:
        options.add_argument("--enable-javascript-markup=false")  # a page's own scripts; the driver's still run
    environment = {**os.environ, "DISPLAY": display, "XDG_CONFIG_HOME": str(home)}
    driver = WebKitGTK(options, Service(shutil.which("WebKitWebDriver"), env=environment))
    try:
        driver.set_window_rect(0, 0, width, HEIGHT)
        yield driver
    finally:
        driver.quit()


def _browser() -> Path | None:
    return next(LIBRARIES.glob("*/webkit2gtk-4.1/MiniBrowser"), None)
