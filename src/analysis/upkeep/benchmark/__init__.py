"""Times one month, many months and a corpus beside the alternatives, in one run, and writes what came out."""

from __future__ import annotations

import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from analysis import build, places, processes, rowgroups
from analysis.build import engine, parts
from analysis.places import Place, ReleasedFile
from analysis.tallies import Stored
from analysis.upkeep.benchmark import corpus, nation, peers

RUNS = 3
MONTHS = (1, 2, 4, 8, 16)
"""Files like the month's that are built together; sixteen have 11.7 million rows."""

SMALL = 2_000_000
"""Rows of the smaller synthetic corpus."""

COMMAND = "make bench"


@dataclass(frozen=True)
class Measured:
    """What a step took: seconds and core-seconds of each run, and the highest memory of any in gigabytes."""

    step: str
    seconds: tuple[float, ...]
    core_seconds: tuple[float, ...]
    memory: float

    @property
    def median(self) -> float:
        """The middle run."""
        return statistics.median(self.seconds)


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
    text = report(month, _records(place, file), scaling, corpora, measured, datetime.now(UTC))
    docs = place.root / "docs"
    docs.mkdir(exist_ok=True)
    (docs / "performance.md").write_text(text, encoding="utf-8")
    scale = docs / "scale.md"
    scale.write_text(with_costs(scale.read_text(encoding="utf-8"), scaling, corpora), encoding="utf-8")
    _draw(scaling, docs / "performance.png")
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
            found[name].append(_measure(way, place, path))
            say(f"{name}: {found[name][-1][0]:.2f} s")
    columns = {name: list(zip(*runs)) for name, runs in found.items()}
    return [Measured(name, taken, used, max(peak)) for name, (taken, used, peak) in columns.items()]


def _ours(place: Place, path: Path, out: Path) -> None:
    file = next(f for f in place.files if f.name == path.name)
    parts.make(file, path, parts.recipe(place), out)


def _peer(way: Callable[[Path, Path], None], _: Place, path: Path, out: Path) -> None:
    way(path, out)


def _months(place: Place, path: Path, out: Path) -> None:
    """Build a place whose files all lie at `path`, as many as `place` lists."""
    recipe = parts.recipe(place)
    tasks = [engine.Task(f, str(path), str(out / str(n)), recipe) for n, f in enumerate(place.files)]
    for _ in engine.run_here(tasks):
        pass
    rowgroups.join([out / str(n) / "searches.parquet" for n in range(len(tasks))], out / "searches.parquet")


def _corpus(place: Place, folder: Path, _: Path) -> None:
    nation.make_searches(place, folder, folder)


def _measures(place: Place, folder: Path, _: Path) -> None:
    listed = corpus.write_agreements(folder)
    taken = nation.count_all(Stored(folder / "searches.parquet"), place, listed)
    table = pd.DataFrame(taken, columns=["measure", "seconds"])
    table.to_csv(folder / "measures.csv", index=False)


def _measure_months(
    place: Place, file: ReleasedFile, count: int, say: Callable[[str], None]
) -> dict[str, float]:
    many = place.replace(files=tuple(file.replace(name=f"{n:02}.csv") for n in range(count)))
    measured = _measure(_months, many, place.raw / file.name)
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
            built = _measure(_corpus, place, folder)
            say(f"corpus of {rows:,} synthetic rows: built in {built[0]:.1f} s")
            counted = _measure(_measures, place, folder)
            say(f"corpus of {rows:,} synthetic rows: every measure in {counted[0]:.1f} s")
            measured = pd.read_csv(folder / "measures.csv")
        line = {"rows": rows, **dict(zip(("seconds", "core_seconds", "peak_GB"), built))}
        lines.append(
            line | dict(zip(("measures_seconds", "measures_core_seconds", "measures_peak_GB"), counted))
        )
    return pd.DataFrame(lines), measured


# One measurement --------------------------------------------------------------------------------------------


Way = Callable[[Place, Path, Path], None]


def _measure(way: Way, place: Place, path: Path) -> tuple[float, float, float]:
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
    used, began = _core_seconds(), time.perf_counter()
    way(place, path, out)
    seconds = time.perf_counter() - began
    memory = sum(resource.getrusage(who).ru_maxrss for who in _WHO) / 1e6
    queue.put((seconds, _core_seconds() - used, memory))


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _core_seconds() -> float:
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in _WHO)


# What is written --------------------------------------------------------------------------------------------


def report(
    month: Sequence[Measured],
    rows: int,
    scaling: pd.DataFrame,
    corpora: pd.DataFrame,
    measured: pd.DataFrame,
    when: datetime,
) -> str:
    """docs/performance.md: tables, ratios, the fitted exponent, the environment and the command."""
    ours, floor = month[0].median, month[1].median
    lines = pd.DataFrame(
        {
            "way": [way.step for way in month],
            "median s": [f"{way.median:.2f}" for way in month],
            "core s": [f"{statistics.median(way.core_seconds):.2f}" for way in month],
            "fastest s": [f"{min(way.seconds):.2f}" for way in month],
            "to Arrow": [f"{way.median / floor:.1f}×" for way in month],
            "to ours": [f"{way.median / ours:.1f}×" for way in month],
            "peak GB": [f"{way.memory:.2f}" for way in month],
        }
    )
    slope = exponent(scaling)
    many = scaling.copy()
    many["rows per core second"] = [f"{r / s:,.0f}" for r, s in zip(many["rows"], many["core_seconds"])]
    many["core s"] = [f"{s:.1f}" for s in many.pop("core_seconds")]
    many["rows"] = [f"{n:,.0f}" for n in many["rows"]]
    many["seconds"] = [f"{s:.1f}" for s in many["seconds"]]
    many["peak GB"] = [f"{g:.2f}" for g in many.pop("peak_GB")]
    slowest = measured.sort_values("seconds", ascending=False).head(12)
    slow = ", ".join(f"`{line.measure}` {line.seconds:.1f}" for line in slowest.itertuples())
    return f"""# How fast it is

Written by `{COMMAND}` on {when:%d %B %Y}, {when:%H:%M} UTC; no number here was typed.

## One month

{rows:,} invented records of one camera owner (the replica's largest file), {RUNS} runs each, turn by turn, every
run in a fresh process; imports are not timed, everything else is. All ways but the first do less. Peak is the most
memory that the process held, and for several processes that of the first and of the largest other.

{_table(lines)}

## Many months

The same file as several releases, and a smaller one first, built by this library into one searches.parquet.
Seconds grow with the {slope:.2f}th power of the rows: 1 means in step with them.

{_table(many)}

![Seconds by rows](performance.png)

## A corpus

Synthetic rows in the form of the largest public corpus, from Parquet: built into one searches.parquet, and then every
measure of the notebooks counted of it, {len(measured)} of them, one after the other.

{_table(_corpora(corpora))}

The slowest measures of the largest corpus, in seconds: {slow}.

## Where

{environment()}
"""


def _corpora(found: pd.DataFrame) -> pd.DataFrame:
    both = found["seconds"] + found["measures_seconds"]
    return pd.DataFrame({
        "rows": [f"{n:,.0f}" for n in found["rows"]],
        "build s": [f"{s:.1f}" for s in found["seconds"]],
        "rows per core second": [f"{r / s:,.0f}" for r, s in zip(found["rows"], found["core_seconds"])],
        "build GB": [f"{g:.2f}" for g in found["peak_GB"]],
        "measures s": [f"{s:.1f}" for s in found["measures_seconds"]],
        "measures core s": [f"{s:.1f}" for s in found["measures_core_seconds"]],
        "measures GB": [f"{g:.2f}" for g in found["measures_peak_GB"]],
        "both s": [f"{s:.1f}" for s in both],
    })  # fmt: skip


CORE_HOUR = 0.05
"""US dollars for an hour of one core, as large clouds charge on demand in round figures; yours is on their bill."""


def with_costs(text: str, scaling: pd.DataFrame, corpora: pd.DataFrame) -> str:
    """docs/scale.md with its table of core-hours and cost, from the rows per core-second of the largest runs."""
    pace = {"CSV releases": scaling.iloc[-1], "Parquet corpus": corpora.iloc[-1]}
    lines = []
    for name, run_ in pace.items():
        per_second = run_["rows"] / run_["core_seconds"]
        for rows in (12e6, 1e8, 1e9):
            hours = rows / per_second / 3600
            cost = f"{hours * CORE_HOUR:,.2f}"
            lines.append((name, f"{rows:,.0f}", f"{per_second:,.0f}", f"{hours:,.2f}", cost))
    columns = ["records", "rows", "rows per core-second", "core-hours", "US dollars"]
    before, _, rest = text.partition("<!-- costs -->")
    _, _, after = rest.partition("<!-- /costs -->")
    table = _table(pd.DataFrame(lines, columns=columns))
    note = f"At {CORE_HOUR} US dollars a core-hour, measured by `{COMMAND}`; storage and traffic come on top."
    return f"{before}<!-- costs -->\n\n{table}\n\n{note}\n\n<!-- /costs -->{after}"


def exponent(scaling: pd.DataFrame) -> float:
    """The power of the rows with which seconds grow: the slope of a line through their logarithms."""
    return float(np.polyfit(np.log(scaling["rows"]), np.log(scaling["seconds"]), 1)[0])


def environment() -> str:
    """The machine and the versions that were measured, one line each."""
    versions = ", ".join(
        f"{n} {metadata.version(n)}" for n in ("pyarrow", "pandas", "numpy", "polars", "duckdb")
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    load = os.getloadavg()[0]
    return (
        f"- {platform.system()}, {platform.machine()}, {os.cpu_count()} cores, {memory:.0f} GB\n"
        f"- Python {platform.python_version()}, {versions}\n"
        f"- load average at the end: {load:.1f} (above the number of cores, other work slowed every way alike)"
    )


def _table(frame: pd.DataFrame) -> str:
    rows = [list(frame.columns), ["---"] * len(frame.columns), *frame.astype(str).values.tolist()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def _draw(scaling: pd.DataFrame, path: Path) -> None:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.loglog(scaling["rows"], scaling["seconds"], "o-", color="black")
    axes.set(xlabel="rows", ylabel="seconds", title="From released files to searches.parquet")
    axes.grid(which="both", alpha=0.3)
    figure.savefig(path, dpi=150, metadata={"Software": None})
