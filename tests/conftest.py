"""What several test files need: the real records, where someone has them, and one small place after its whole job."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest
import readings
import small_place
from _pytest.nodeid import NodeId
from dealing import LONGEST_FIRST, dealt_with

from analysis.readers import pdf

# An unattended check must not fail on an example that nobody has seen yet; a person's run goes on looking for them.
hypothesis.settings.register_profile("unattended", derandomize=True, deadline=None)
# How long one example takes depends on what else the machine does, and on what is compiled at first use.
hypothesis.settings.register_profile("attended", deadline=None)
hypothesis.settings.load_profile("unattended" if os.environ.get("CI") else "attended")


os.environ["OFFLINE"] = "1"  # no test asks a server but its own


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put the tests that take longest first, and write each test's group into its id, so that one process runs it.

    pytest-xdist 3.8 writes it where pytest 9.2 no longer reads it: every group's place was made in each process.
    """
    if not config.getoption("loadgroup", False):
        return
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group is not None and not item.nodeid.endswith(ending := f"@{group.args[0]}"):
            item._id = NodeId.parse(f"{item.nodeid}{ending}")
    places = {name: at for at, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(dealt_with(item.nodeid), len(places)))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal tests out by `dealt_with`, in their order."""
    from xdist.scheduler import LoadScopeScheduling

    class Scheduling(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return dealt_with(nodeid)

    return Scheduling(config, log) if config.getoption("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def records() -> Path:
    """The folder of real released records named by RECORDS; tests that need it are skipped without it."""
    folder = os.environ.get("RECORDS")
    if not folder or not Path(folder).is_dir():
        pytest.skip("needs real released records: set RECORDS to the folder that holds them")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def okaloosa(records: Path) -> readings.Reading:
    """Okaloosa's released print, read once; tests that use it belong to the xdist group 'prints'."""
    (path,) = (records / "okaloosa-fl").glob("*.pdf")
    return readings.read_here(pdf.stream, path, "place/log.pdf")


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
