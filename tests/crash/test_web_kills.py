"""Web processes are killed while people press buttons: what was answered with a redirect is there, once."""

import json

import pytest

from tests.crash.counter import served

QUICK_SECONDS, LONG_SECONDS = 3, 120


def require_each_once(found):
    print(json.dumps(found))
    assert found["acknowledged"] == found["kept"] == found["steps"]
    assert found["completed"] == found["cases"]
    assert found["broken"] == []


def test_what_the_browser_was_told_is_there_once(database_url, tmp_path):
    found = served(database_url, tmp_path, QUICK_SECONDS, seed=7)
    assert found["kills"] > 3 and found["acknowledged"] > 5, found
    require_each_once(found)


@pytest.mark.long
def test_what_browsers_were_told_is_there_once_after_hundreds_of_kills(database_url, tmp_path):
    require_each_once(served(database_url, tmp_path, LONG_SECONDS, seed=8))
