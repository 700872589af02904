"""Measuring is for those who ask for it: `bin/test -m long tests/load`."""

from tests.crash.conftest import pytest_collection_modifyitems

__all__ = ["pytest_collection_modifyitems"]
