"""Rebuilds places in an empty folder and compares their results, byte by byte, with those that are here."""

from __future__ import annotations

import filecmp
import glob
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from analysis import processes
from analysis.paths import inside
from analysis.places import Place, sources
from analysis.refused import Refused


class NotRebuilt(Refused):
    """A place whose rebuild stopped, so that nothing could be compared; what stopped it was said before."""


def verify(chosen: Sequence[Place], say: Callable[[str], None], python: str = "") -> int:
    """0 when every place that has its records gives the same results again, 1 otherwise.

    `python` is another interpreter, in whose environment the lock is installed. Then every table, number and claim
    must be the same; pictures, and the notebooks that hold them, are compared and only named where they differ.
    """
    differing = 0
    for place in chosen:
        if not _has_records(place):
            print(f"{place.name}: waiting for its records, nothing to compare")
            continue
        with processes.scratch() as folder:
            again = rebuild(place, folder, say, python or sys.executable)
            changed = differences(place.results, again)
        drawn = [name for name in changed if python and name.endswith(DRAWN)]
        wrong = [name for name in changed if name not in drawn]
        differing += bool(wrong)
        print(f"{place.name}: {verdict(wrong, drawn)}")
    return int(differing > 0)


DRAWN = (".png", ".svg", ".ipynb")
"""Files that hold pictures, whose pixels depend on fonts and libraries."""


def verdict(wrong: Sequence[str], drawn: Sequence[str]) -> str:
    """What a comparison found, as a line."""
    if wrong:
        return "results CHANGED: " + ", ".join(wrong)
    note = f"; drawn otherwise: {', '.join(drawn)}" if drawn else ""
    return f"{'every table, number and claim' if drawn else 'results'} unchanged{note}"


def rebuild(place: Place, folder: Path, say: Callable[[str], None], python: str = sys.executable) -> Path:
    """Run one place's whole job in an empty copy of the repository; gives the folder of its results.

    A replica is invented afresh, so its seed and checksums are proved too; records are linked.
    """
    top = place.root
    for part in ("claims", "notebooks", "data/hand"):
        shutil.copytree(top / part, folder / part)
    # Only what describes the records is copied; the records are linked, or invented again.
    released = [Path(file.name).name for file in place.files]
    ignored = shutil.ignore_patterns("*.part", *map(glob.escape, released))
    shutil.copytree(place.raw, folder / "data" / "raw" / place.name, ignore=ignored)
    if not place.is_replica:
        for name, path in sources.locate(place).items():
            target = inside(folder / "data" / "raw" / place.name, name)
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                target.symlink_to(path.resolve())
            except OSError:  # Windows lets not everybody make links
                shutil.copyfile(path, target)
    say(f"rebuilding {place.name} from nothing …")
    command = [python, "-m", "analysis", "all", "--place", place.name]
    library = str(Path(__file__).parents[2])
    environment = {**os.environ, "ANALYSIS_ROOT": str(folder), "PYTHONPATH": library, "OFFLINE": "1"}
    done = subprocess.run(command, env=environment, check=False, stdout=subprocess.DEVNULL)
    if done.returncode:
        raise NotRebuilt(f"{place.name}: it could not be rebuilt from nothing; what is said above tells why")
    return folder / "results" / place.name


def differences(here: Path, again: Path) -> list[str]:
    """Files that are missing on one side or differ in any byte, by path inside the folder."""
    paths = {p.relative_to(side) for side in (here, again) for p in side.rglob("*") if p.is_file()}
    same = (p for p in paths if (here / p).is_file() and (again / p).is_file())
    equal = {p for p in same if filecmp.cmp(here / p, again / p, shallow=False)}
    return sorted(str(p) for p in paths - equal)


def _has_records(place: Place) -> bool:
    if not place.files or place.is_replica:
        return bool(place.files)
    try:
        sources.locate(place)
    except sources.MissingRecords:
        return False
    return True
