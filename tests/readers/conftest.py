"""What the tests of several readers need."""

from pathlib import Path

import pytest


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a test writes the one file that it reads; its name tells no reader anything."""
    return tmp_path / "log"
