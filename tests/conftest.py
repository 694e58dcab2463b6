"""What several test files need: the real records, where someone has them."""

import os
from pathlib import Path

import pytest
import small_place


@pytest.fixture(scope="session")
def records() -> Path:
    """The folder of real released records named by RECORDS; tests that need it are skipped without it."""
    folder = os.environ.get("RECORDS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs real released records: set RECORDS to the folder that holds them")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> small_place.Run:
    """The small invented place after its whole job; tests that use it belong to the xdist group 'small place'."""
    root = small_place.repository(tmp_path_factory.mktemp("repository"))
    return small_place.run(small_place.tarnwick(root))
