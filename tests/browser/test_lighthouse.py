"""What Lighthouse says of the pages that people have open all day, as on a phone and as on a desk."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.web.visitors import cookie_of

pytestmark = pytest.mark.long
TOOL = Path(__file__).with_name("lighthouse")
JUDGED = ("performance", "accessibility", "best-practices")
LEAST = 95
ALONE = "--headless=new --no-sandbox --disable-gpu"
PAGES = {"dashboard": "/", "form": "/tasks/{draft}", "request": "/requests/{sent}"}


@pytest.fixture(scope="session")
def lighthouse():
    """The command; it is fetched from npm once."""
    if shutil.which("npm") is None:
        pytest.skip("Expected npm for Lighthouse, but there is none: install Node.js.")
    command = TOOL / "node_modules" / ".bin" / "lighthouse"
    if not command.exists():
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=TOOL, check=True, capture_output=True)
    return command


@pytest.fixture
def addresses(site):
    """The pages, of a request that is being filled in and of one that is with the exchange."""
    draft, sent = site.office.open_draft(), site.office.sent()
    values = {"draft": site.office.task(draft).id, "sent": sent}
    return {name: site.origin + path.format(**values) for name, path in PAGES.items()}


@pytest.mark.parametrize("device", ["mobile", "desktop"])
@pytest.mark.parametrize("page", PAGES)
def test_lighthouse_gives_no_less_than_95_of_100(site, addresses, lighthouse, chromium_path, tmp_path, page, device):
    cookie = tmp_path / "headers.json"
    cookie.write_text(json.dumps({"Cookie": f"sid={cookie_of(site.office, 'mia', site.mailed_code)}"}))
    asked = [lighthouse, addresses[page], "--quiet", "--output=json", f"--extra-headers={cookie}"]
    asked += [f"--chrome-flags={ALONE}", f"--only-categories={','.join(JUDGED)}"]
    asked += ["--preset=desktop"] if device == "desktop" else []
    told = subprocess.run(asked, capture_output=True, check=True, env=os.environ | {"CHROME_PATH": chromium_path})
    found = json.loads(told.stdout)
    assert found["finalDisplayedUrl"] == addresses[page]
    scores = {name: round(100 * found["categories"][name]["score"]) for name in JUDGED}
    print(page, device, scores)
    assert {name: score for name, score in scores.items() if score < LEAST} == {}
