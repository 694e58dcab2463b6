"""Times what people wait for: a place from its released files to its pages, notebooks, and the site after a change."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from timeit import timeit

from analysis import notebooks, places, processes
from analysis.notebooks import cells, run
from analysis.places import Place, sources
from analysis.upkeep.benchmark.goals import Found

LEFT_OUT = {".git", ".venv", "processed", "site", "src", "tests", "__pycache__"}
"""Folders of the repository that a copy of it does without: the library is the one that runs, the rest is made anew."""


def measure_waits(say: Callable[[str], None], runs: int = 3) -> Found:
    """Every wait in a copy of the repository, so that nothing here changes; seconds by the name of the goal."""
    found: dict[str, Sequence[float]] = {
        "the machine: importing what a notebook imports": [_started("-c", _IMPORTS) for _ in range(runs)],
        "the machine: a kernel starts and answers": [_started("-c", _KERNEL) for _ in range(runs)],
    }
    with processes.scratch() as folder, _copied(folder / "copy"):
        replica, okaloosa = places.find("texas-replica"), places.find("okaloosa")
        _make(replica)
        found |= _of_notebooks(replica, folder / "executed")
        with contextlib.suppress(sources.MissingRecords):
            sources.locate(okaloosa)
            found["Okaloosa from its released PDF to its pages and the site"] = [_make(okaloosa)]
            _change(notebooks.methodology()[3])
            _started("-c", _MAKE.format(okaloosa.name))
            found["the site after a change in one notebook"] = [_started("-c", _SITE)]
    for what, seconds in found.items():
        say(f"{what}: {min(seconds):.1f}")
    return found


@contextlib.contextmanager
def _copied(folder: Path) -> Iterator[None]:
    """Work in a copy of the repository, without anything that was made."""
    shutil.copytree(places.root(), folder, ignore=lambda _, names: LEFT_OUT & {*names})
    before = {name: os.environ.get(name) for name in ("ANALYSIS_ROOT", "OFFLINE")}
    os.environ |= {"ANALYSIS_ROOT": str(folder), "OFFLINE": "1"}
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def _make(place: Place) -> float:
    """Run the whole job of a place as `make PLACE=…` does, once the environment is installed."""
    return _started("-m", "analysis", "all", "--place", place.name)


def _of_notebooks(place: Place, out: Path) -> Found:
    """A place's notebooks one by one, by the seconds of their cells, and then as `make` runs them."""
    taken = {
        path.stem[:2]: run.run(path, out / path.name, {"place": place.name}, cwd=path.parent)
        for path in notebooks.methodology()
    }
    shutil.rmtree(place.processed / "executed")  # without which `make` runs all of them again
    at_once, cells_alone = _started("-c", _NOTEBOOKS.format(place.name)), sum(taken.values())
    return {
        "the replica's eight notebooks: their cells, one after the other": [cells_alone],
        "the replica's eight notebooks: the slowest notebook's cells": [max(taken.values())],
        "the replica's eight notebooks: 07's cells": [taken["07"]],
        "the replica's eight notebooks: all at once, beside the sum of their cells": [at_once / cells_alone],
    }


def _change(notebook: Path) -> None:
    """Add a comment to a notebook's last cell of code."""
    changed = cells.read(notebook)
    last = [cell for cell in changed.cells if cell.cell_type == "code"][-1]
    last.source += "\n# changed"
    cells.write(changed, notebook)


_IMPORTS = "from analysis import build, claims, coding, figures, measures, pages; import matplotlib.pyplot"
_KERNEL = (
    "from jupyter_client.manager import start_new_kernel as start; manager, client = start(kernel_name='python3');"
    "client.execute_interactive('1', silent=True); client.stop_channels(); manager.shutdown_kernel(now=True)"
)


# The order of `make` is no business of this room, so it is started from outside, as a person would.
_MAKE = "from analysis import pipeline, places; pipeline.make([places.find('{}')], print)"
_NOTEBOOKS = "from analysis import pipeline, places; pipeline.run_notebooks(places.find('{}'), print)"
_SITE = "from analysis import pipeline; pipeline.fresh_site()"


def _started(*arguments: str) -> float:
    """Seconds of a fresh Python with this library."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    command = [sys.executable, *arguments]
    return timeit(lambda: subprocess.run(command, env=environment, check=True, capture_output=True), number=1)
