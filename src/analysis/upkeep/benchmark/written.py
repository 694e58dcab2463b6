"""Writes what the benchmark measured: docs/performance.md, its picture, and the costs in docs/scale.md."""

from __future__ import annotations

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

from analysis.upkeep.benchmark.builds import FEW_LINES
from analysis.upkeep.benchmark.goals import Found
from analysis.upkeep.benchmark.timed import Measured

COMMAND = "make bench"


def of_month(month: Sequence[Measured]) -> Found:
    """The goals of one month: run by run, since ways take turns."""
    ours, arrow, pandas, *_, plain = (way.seconds for way in month)
    return {
        "one month, beside Arrow's bare read and write": [a / b for a, b in zip(ours, arrow)],
        "one month: csv and re take": [a / b for a, b in zip(plain, ours)],
        "one month: plain pandas takes": [a / b for a, b in zip(pandas, ours)],
        "the machine: Arrow's read and write of a month": arrow,
    }


def of_many(months: pd.DataFrame, many: pd.DataFrame) -> Found:
    """The goals of growth, in rows and in files."""
    return {
        "many months: power of the rows with which seconds grow": [exponent(months)],
        "many months: power of the rows with which memory grows": [exponent(months, "peak_GB")],
        "many files: power of their number with which seconds grow": [exponent(many)],
    }


def of_release(release: Mapping[str, float]) -> Found:
    """The goals of the largest open release."""
    name = "ten million rows in one ZIP"
    return {
        f"{name}, beside Arrow reading the files unzipped": [release["seconds"] / release["arrow_seconds"]],
        f"{name}: memory": [release["peak_GB"]],
    }


def of_nation(corpus: pd.Series) -> Found:
    """The goals of the largest corpus."""
    name = f"{corpus['rows']:,.0f} rows"
    return {
        f"{name}: build and every measure": [corpus["seconds"] + corpus["measures_seconds"]],
        f"{name}: memory": [max(corpus["peak_GB"], corpus["measures_peak_GB"])],
    }


def report(
    goals: pd.DataFrame,
    month: Sequence[Measured],
    rows: int,
    scaling: pd.DataFrame,
    files: pd.DataFrame,
    release: Mapping[str, float],
    corpora: pd.DataFrame,
    measured: pd.DataFrame,
    when: datetime,
) -> str:
    """docs/performance.md: tables, ratios, the fitted exponent, the environment and the command."""
    ours, floor, runs = month[0].median, month[1].median, len(month[0].seconds)
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
    many = _growth(scaling)
    many.insert(
        2, "rows per core second", [f"{r / s:,.0f}" for r, s in zip(scaling["rows"], scaling["core_seconds"])]
    )
    slowest = measured.sort_values("seconds", ascending=False).head(12)
    slow = ", ".join(f"`{line.measure}` {line.seconds:.1f}" for line in slowest.itertuples())
    return f"""# How fast it is

Written by `{COMMAND}` on {when:%d %B %Y}, {when:%H:%M} UTC; no number here was typed.

## Goals

Medians of the runs, with the lowest and the highest where there were several. Seconds are those of this machine; the
machine's own floor is in the last lines. "Last time" is what the run before wrote into
[`performance.csv`](performance.csv), on whichever machine.

{_table(goals)}

Tests and a first `make` are not timed here: the first are timed by pytest, the second is mostly a download.

## One month

{rows:,} invented records of one camera owner (the replica's largest file), {runs} runs each, turn by turn, every
run in a fresh process; imports are not timed, everything else is. All ways but the first do less. Peak is the most
memory that the process held, and for several processes that of the first and of the largest other.

{_table(lines)}

## Many months

The same file as several releases, and a smaller one first, built by this library into one dataset.
Seconds grow with the {slope:.2f}th power of the rows: 1 means in step with them.

{_table(many)}

![Seconds by rows](performance.png)

Small files, {FEW_LINES} lines each, as so many releases; seconds grow with the {exponent(files):.2f}th power of
their number.

{_table(_growth(files.drop(columns="rows")))}

## A release of ten million rows

An invented release in the layout of the largest open one: {release["files"]:.0f} CSVs with {release["rows"]:,.0f}
rows in one ZIP, built straight from it in {release["seconds"]:.1f} s ({release["core_seconds"]:.0f} core-seconds),
with {release["peak_GB"]:.2f} GB of memory at most. Arrow takes {release["arrow_seconds"]:.1f} s to
read the same files unzipped, and does nothing else.

## A corpus

Synthetic rows in the form of the largest public corpus, from Parquet: built into one dataset, and then every
measure of the notebooks counted of it, {len(measured)} of them, one after the other.

{_table(_corpora(corpora))}

The slowest measures of the largest corpus, in seconds: {slow}.

## Where

{environment()}
"""


def _growth(found: pd.DataFrame) -> pd.DataFrame:
    counts = {name: [f"{n:,.0f}" for n in found[name]] for name in ("files", "rows") if name in found}
    return pd.DataFrame({
        **counts,
        "seconds": [f"{s:.1f}" for s in found["seconds"]],
        "core s": [f"{s:.1f}" for s in found["core_seconds"]],
        "peak GB": [f"{g:.2f}" for g in found["peak_GB"]],
    })  # fmt: skip


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


def exponent(scaling: pd.DataFrame, what: str = "seconds") -> float:
    """The power of the rows with which seconds (or `what`) grow: the slope of a line through their logarithms."""
    return float(np.polyfit(np.log(scaling["rows"]), np.log(scaling[what]), 1)[0])


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


def draw(scaling: pd.DataFrame, path: Path) -> None:
    """Draw rows against seconds, and keep the picture."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.subplots()
    axes.loglog(scaling["rows"], scaling["seconds"], "o-", color="black")
    axes.set(xlabel="rows", ylabel="seconds", title="From released files to searches")
    axes.grid(which="both", alpha=0.3)
    figure.savefig(path, dpi=150, metadata={"Software": None})
