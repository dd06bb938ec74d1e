"""Fixtures that every test may use."""

import os
from pathlib import Path

import pytest

from core.paths import ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of data for tests only; without it the test is skipped, but in CI that is a failure."""
    folder = (ROOT / os.environ.get("POLYCOMPASS_SHARED_DATA", "../shared/data")).resolve()
    if not folder.is_dir():
        message = f"no data for tests at {folder}; set POLYCOMPASS_SHARED_DATA"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return folder
