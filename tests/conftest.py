"""What several test files need: the real records, where someone has them, and one small place after its whole job."""

import os
from collections.abc import Callable
from pathlib import Path

import hypothesis
import psutil
import pytest
import small_place

# An unattended check must not fail on an example that nobody has seen yet; a person's run goes on looking for them.
hypothesis.settings.register_profile("unattended", derandomize=True, deadline=None)
# How long one example takes depends on what else the machine does, and on what is compiled at first use.
hypothesis.settings.register_profile("attended", deadline=None)
hypothesis.settings.load_profile("unattended" if os.environ.get("CI") else "attended")


os.environ["OFFLINE"] = "1"  # no test asks a server but its own


@pytest.fixture(scope="session")
def records() -> Path:
    """The folder of real released records named by RECORDS; tests that need it are skipped without it."""
    folder = os.environ.get("RECORDS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs real released records: set RECORDS to the folder that holds them")
    return Path(folder).resolve()


@pytest.fixture
def started() -> Callable[[], set[psutil.Process]]:
    """The processes that this test has started and that still run.

    A reader of containers that an earlier test started waits for the next one, and is not among them.
    """
    before = set(psutil.Process().children(recursive=True))
    return lambda: set(psutil.Process().children(recursive=True)) - before


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> small_place.Run:
    """The small invented place after its whole job; tests that use it belong to the xdist group 'small place'."""
    root = small_place.repository(tmp_path_factory.mktemp("repository"))
    return small_place.run(small_place.tarnwick(root))
