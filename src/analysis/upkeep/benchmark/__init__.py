"""Times one month, many months and a corpus beside the alternatives, in one run, and writes what came out."""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd
import psutil

from analysis import build, places, processes
from analysis.build import engine, parts
from analysis.build.dataset import Folder
from analysis.places import Place, ReleasedFile
from analysis.places.released import Member
from analysis.upkeep import twins
from analysis.upkeep.benchmark import corpus, nation, peers, written
from analysis.upkeep.benchmark.written import Measured

RUNS = 3
MONTHS = (1, 2, 4, 8, 16)
"""Files like the month's that are built together; sixteen have 11.7 million rows."""

RELEASE = 10_327_835
"""Rows of the largest open release's network logs (Kenner LA), as its publishers count them."""

SMALL = 2_000_000
"""Rows of the smaller synthetic corpus."""


def run(say: Callable[[str], None], rows: int = nation.ROWS) -> int:
    """Measure everything, print it and write docs/performance.md and its picture; 1 without the replica.

    `rows` is how many synthetic searches the largest corpus has; its files need about 100 bytes of disk for each.
    """
    place = places.find("texas-replica")
    file = max(place.files, key=lambda f: f.bytes or 0)
    if not (place.raw / file.name).is_file() or not (place.processed / "files.csv").is_file():
        say("the replica is not there yet: run make first")
        return 1
    month = measure_month(place, place.raw / file.name, say)
    small = min((f for f in place.files if _records(place, f) >= 100_000), key=lambda f: f.bytes or 0)
    releases = [(small, 1), *((file, count) for count in MONTHS)]
    scaling = pd.DataFrame([_measure_months(place, released, count, say) for released, count in releases])
    corpora, measured = _measure_corpora(place, sorted({SMALL, rows}), say)
    release = measure_release(place, say)
    text = written.report(
        month, _records(place, file), scaling, release, corpora, measured, datetime.now(UTC)
    )
    docs = place.root / "docs"
    docs.mkdir(exist_ok=True)
    (docs / "performance.md").write_text(text, encoding="utf-8")
    scale = docs / "scale.md"
    scale.write_text(
        written.with_costs(scale.read_text(encoding="utf-8"), scaling, corpora), encoding="utf-8"
    )
    written.draw(scaling, docs / "performance.png")
    say(text)
    return 0


def measure_month(place: Place, path: Path, say: Callable[[str], None]) -> list[Measured]:
    """One month's file by every way, `RUNS` times each, turn by turn, each run in a process of its own."""
    ways: dict[str, Way] = {
        "this library: every rule, agency, key and count": _ours,
        "Arrow: read CSV, write Parquet, nothing else": partial(_peer, peers.arrow),
        "pandas: 3 times, 8 topics": partial(_peer, peers.plain_pandas),
        "Polars: 3 times, 8 topics": partial(_peer, peers.polars),
        "DuckDB SQL: 3 times, 8 topics": partial(_peer, peers.duckdb),
        "Python's csv and re: 3 times, 8 topics": partial(_peer, peers.standard_library),
    }
    found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            found[name].append(measure(way, place, path))
            say(f"{name}: {found[name][-1][0]:.2f} s")
    columns = {name: list(zip(*runs)) for name, runs in found.items()}
    return [Measured(name, taken, used, max(peak)) for name, (taken, used, peak) in columns.items()]


def measure_release(like: Place, say: Callable[[str], None], rows: int = RELEASE) -> dict[str, float]:
    """The twin of the largest open release, built straight from its ZIP: files, rows, seconds and peak gigabytes."""
    with processes.scratch() as folder:
        made = twins.write("kenner-la", folder / "release", rows, keep=False)
        path = next((folder / "release").glob("*.zip"))
        owner = made.owner.name
        own = Member(like="*/Organization Audit/*", log="organization audit")
        file = ReleasedFile(path.name, "0", "network audit", owner, own_agency=owner, members=(own,))
        place = like.replace(name="twin", files=(file,), time_zone=made.owner.zone, state="LA")
        found = measure(_months, place, path)
    records = sum(planted.account["records"] for planted in made.files)
    say(f"a ZIP of {records:,} rows: {found[0]:.1f} s")
    return {
        "files": len(made.files),
        "rows": records,
        **dict(zip(("seconds", "core_seconds", "peak_GB"), found)),
    }


def _ours(place: Place, path: Path, out: Path) -> None:
    file = next(f for f in place.files if f.name == path.name)
    parts.make(file, path, parts.recipe(place), out)


def _peer(way: Callable[[Path, Path], None], _: Place, path: Path, out: Path) -> None:
    way(path, out)


def _months(place: Place, path: Path, out: Path) -> None:
    """Build a place whose files all lie at `path`, as many as `place` lists."""
    released = {file.name: str(path) for file in place.files}
    build.build_into(Folder(out), place, released, lambda _: None, engine.run_here)


def _corpus(place: Place, folder: Path, _: Path) -> None:
    nation.make_searches(place, folder, folder)


def _measures(place: Place, folder: Path, _: Path) -> None:
    listed = corpus.write_agreements(folder)
    taken = nation.count_all(f"{folder}/searches/*.parquet", place, listed)
    table = pd.DataFrame(taken, columns=["measure", "seconds"])
    table.to_csv(folder / "measures.csv", index=False)


def _measure_months(
    place: Place, file: ReleasedFile, count: int, say: Callable[[str], None]
) -> dict[str, float]:
    many = place.replace(files=tuple(file.replace(name=f"{n:02}.csv") for n in range(count)))
    measured = measure(_months, many, place.raw / file.name)
    say(f"{count} × {file.name}: {measured[0]:.1f} s")
    rows = _records(place, file) * count
    return {"files": count, "rows": rows, **dict(zip(("seconds", "core_seconds", "peak_GB"), measured))}


def _records(place: Place, file: ReleasedFile) -> int:
    """The records of a released file, as it was read when the place was built."""
    facts = build.open_files(place).set_index("source_file")
    return int(facts.loc[file.name, "records"])


def _measure_corpora(
    like: Place, sizes: Sequence[int], say: Callable[[str], None]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A line for each corpus, and the seconds of each measure in the largest."""
    lines, measured = [], pd.DataFrame()
    for rows in sizes:
        with processes.scratch() as folder:
            paths = corpus.write(folder, rows, nation.FILES if rows > SMALL else 1)
            place = nation.place_of(paths, like)
            built = measure(_corpus, place, folder)
            say(f"corpus of {rows:,} synthetic rows: built in {built[0]:.1f} s")
            counted = measure(_measures, place, folder)
            say(f"corpus of {rows:,} synthetic rows: every measure in {counted[0]:.1f} s")
            measured = pd.read_csv(folder / "measures.csv")
        line = {"rows": rows, **dict(zip(("seconds", "core_seconds", "peak_GB"), built))}
        lines.append(
            line | dict(zip(("measures_seconds", "measures_core_seconds", "measures_peak_GB"), counted))
        )
    return pd.DataFrame(lines), measured


# One measurement --------------------------------------------------------------------------------------------


Way = Callable[[Place, Path, Path], None]


def measure(way: Way, place: Place, path: Path) -> tuple[float, float, float]:
    """Seconds, core-seconds and peak gigabytes of a step in a fresh process; imports are not timed."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    with processes.scratch() as out:
        process = context.Process(target=_timed, args=(way, place, path, out, queue))
        process.start()
        process.join()
    if process.exitcode:
        raise RuntimeError(f"{way} ended with code {process.exitcode}")
    return queue.get()


def _timed(way: Way, place: Place, path: Path, out: Path, queue: Any) -> None:
    held, over = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(held, over))
    watcher.start()
    used, began = _core_seconds(), time.perf_counter()
    way(place, path, out)
    seconds, computed = time.perf_counter() - began, _core_seconds() - used
    over.set()
    watcher.join()
    queue.put((seconds, computed, held[0] / 1e9))


EVERY = 0.05
"""Seconds between two looks at the memory of a process and of all that it started."""


def _watch(held: list[int], over: threading.Event) -> None:
    """Keep the most bytes that this process and its children held at one time.

    `ru_maxrss` cannot say it: a child's begins with what its parent held when it was started.
    """
    me = psutil.Process()
    while not over.wait(EVERY):
        taken = 0
        for process in [me, *me.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                taken += process.memory_info().rss
        held[0] = max(held[0], taken)


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _core_seconds() -> float:
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in _WHO)
