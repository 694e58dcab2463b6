"""Times the build: one month beside the alternatives, many months, many files, a release in a ZIP, and a corpus."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import pandas as pd

from analysis import build, processes
from analysis.build import engine, parts
from analysis.build.dataset import Folder
from analysis.places import Place, ReleasedFile
from analysis.places.released import Member
from analysis.upkeep import twins
from analysis.upkeep.benchmark import corpus, nation, peers
from analysis.upkeep.benchmark.timed import Measured, Way, measure

Say = Callable[[str], None]

RUNS = 3
MONTHS = (1, 2, 4, 8, 16)
"""Files like the month's that are built together; sixteen have 11.7 million rows."""

RELEASE = 10_327_835
"""Rows of the largest open release's network logs (Kenner LA), as its publishers count them."""

SMALL = 1_000_000
"""Rows of the smaller synthetic corpus."""

FEW_LINES = 101
"""Lines of a small file, of which very many are built together; a record has one or two."""


def measure_month(place: Place, path: Path, say: Say) -> list[Measured]:
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


def _ours(place: Place, path: Path, out: Path) -> None:
    file = next(f for f in place.files if f.name == path.name)
    parts.make(file, path, parts.recipe(place), out)


def _peer(way: Callable[[Path, Path], None], _: Place, path: Path, out: Path) -> None:
    way(path, out)


def measure_months(place: Place, say: Say) -> pd.DataFrame:
    """The largest file as several releases, and a smaller one first: files, rows, seconds and peak gigabytes."""
    largest = max(place.files, key=lambda f: f.bytes or 0)
    small = min((f for f in place.files if records(place, f) >= 100_000), key=lambda f: f.bytes or 0)
    lines = []
    for file, count in [(small, 1), *((largest, count) for count in MONTHS)]:
        many = place.replace(files=tuple(file.replace(name=f"{n:02}.csv") for n in range(count)))
        measured = measure(_months, many, place.raw / file.name)
        say(f"{count} × {file.name}: {measured[0]:.1f} s")
        lines.append(_line(measured, files=count, rows=records(place, file) * count))
    return pd.DataFrame(lines)


def _months(place: Place, path: Path, out: Path) -> None:
    """Build a place whose files all are the one at `path`, as many as `place` lists."""
    released = {file.name: str(path) for file in place.files}
    build.build_into(Folder(out), place, released, lambda _: None, engine.run_here)


def measure_files(place: Place, whole: Path, counts: Sequence[int], say: Say) -> pd.DataFrame:
    """The first lines of a place's file as very many releases."""
    lines = []
    with processes.scratch() as folder:
        path = folder / "small.csv"
        with whole.open("rb") as file:
            path.write_bytes(b"".join(line for line, _ in zip(file, range(FEW_LINES))))
        for count in counts:
            many = place.replace(
                files=tuple(place.files[0].replace(name=f"{n:05}.csv") for n in range(count))
            )
            measured = measure(_months, many, path)
            say(f"{count:,} small files: {measured[0]:.1f} s")
            lines.append(_line(measured, files=count, rows=count))
    return pd.DataFrame(lines)


def measure_release(like: Place, say: Say, rows: int = RELEASE) -> dict[str, float]:
    """The twin of the largest open release, built straight from its ZIP, and Arrow reading its files unzipped."""
    with processes.scratch() as folder:
        made = twins.write("kenner-la", folder / "release", rows, keep=False)
        path = next((folder / "release").glob("*.zip"))
        owner = made.owner.name
        own = Member(like="*/Organization Audit/*", log="organization audit")
        file = ReleasedFile(path.name, "0", "network audit", owner, own_agency=owner, members=(own,))
        place = like.replace(name="twin", files=(file,), time_zone=made.owner.zone, state="LA")
        found = measure(_months, place, path)
        with zipfile.ZipFile(path) as archive:
            archive.extractall(folder / "unzipped")
        floor = measure(partial(_peer, peers.arrow_reads), place, folder / "unzipped")
    count = sum(planted.account["records"] for planted in made.files)
    say(f"a ZIP of {count:,} rows: {found[0]:.1f} s; Arrow reading its files: {floor[0]:.1f} s")
    return _line(found, files=len(made.files), rows=count) | {"arrow_seconds": floor[0]}


def measure_corpora(like: Place, sizes: Sequence[int], say: Say) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A line for each corpus, and the seconds of each measure in the largest."""
    lines, counted = [], pd.DataFrame()
    for rows in sizes:
        with processes.scratch() as folder:
            paths = corpus.write(folder, rows, nation.FILES if rows > SMALL else 1)
            place = nation.place_of(paths, like)
            built = measure(_corpus, place, folder)
            say(f"corpus of {rows:,} synthetic rows: built in {built[0]:.1f} s")
            taken = measure(_measures, place, folder)
            say(f"corpus of {rows:,} synthetic rows: every measure in {taken[0]:.1f} s")
            counted = pd.read_csv(folder / "measures.csv")
        of_measures = {f"measures_{name}": value for name, value in _line(taken).items()}
        lines.append(_line(built, rows=rows) | of_measures)
    return pd.DataFrame(lines), counted


def _corpus(place: Place, folder: Path, _: Path) -> None:
    nation.make_searches(place, folder, folder)


def _measures(place: Place, folder: Path, _: Path) -> None:
    listed = corpus.write_agreements(folder)
    taken = nation.count_all(f"{folder}/searches/*.parquet", place, listed)
    table = pd.DataFrame(taken, columns=["measure", "seconds"])
    table.to_csv(folder / "measures.csv", index=False)


def _line(measured: tuple[float, float, float], **more: float) -> dict[str, float]:
    return {**more, **dict(zip(("seconds", "core_seconds", "peak_GB"), measured))}


def records(place: Place, file: ReleasedFile) -> int:
    """The records of a released file, as it was read when the place was built."""
    facts = build.open_files(place).set_index("source_file")
    return int(facts.loc[file.name, "records"])
