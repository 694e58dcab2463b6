"""The goals of speed: what each measured, whether it was met, and what the run before measured."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from analysis import files

Found = Mapping[str, Sequence[float]]
"""What one or more runs measured, by the name of the goal."""

COLUMNS = ("what", "measured", "lowest", "highest", "unit", "goal", "outcome")
NOT_MEASURED = "not measured"


@dataclass(frozen=True)
class Goal:
    """A bound that a measurement should keep: at most `bound`, or at least that where `least`."""

    unit: str
    bound: float | None
    least: bool = False

    def outcome(self, value: float) -> str:
        """Whether a measured value met its goal; empty where no goal was set."""
        if math.isnan(value):
            return NOT_MEASURED
        if self.bound is None:
            return ""
        return "met" if (value >= self.bound if self.least else value <= self.bound) else "missed"

    def said(self) -> str:
        """The bound as it is read."""
        return "" if self.bound is None else f"{'≥' if self.least else '≤'} {self.bound:g}"


GOALS: Mapping[str, Goal] = {
    "one month, beside Arrow's bare read and write": Goal("×", 2.0),
    "one month: csv and re take": Goal("× as long", 14, least=True),
    "one month: plain pandas takes": Goal("× as long", 5, least=True),
    "many months: power of the rows with which seconds grow": Goal("", 1.02),
    "many months: power of the rows with which memory grows": Goal("", 1.02),
    "many files: power of their number with which seconds grow": Goal("", 1.02),
    "ten million rows in one ZIP, beside Arrow reading the files unzipped": Goal("×", 2.5),
    "ten million rows in one ZIP: memory": Goal("GB", 1.5),
    "100,000,000 rows: build and every measure": Goal("s", 200),
    "100,000,000 rows: memory": Goal("GB", 3),
    "the replica's eight notebooks: their cells, one after the other": Goal("s", 14),
    "the replica's eight notebooks: the slowest notebook's cells": Goal("s", None),
    "the replica's eight notebooks: 07's cells": Goal("s", 2),
    "the replica's eight notebooks: all at once, beside the sum of their cells": Goal("×", 0.7),
    "Okaloosa from its released PDF to its pages and the site": Goal("s", 15.6),
    "the site after a change in one notebook": Goal("s", 4),
    "this benchmark itself": Goal("min", 10),
    "the machine: Arrow's read and write of a month": Goal("s", None),
    "the machine: importing what a notebook imports": Goal("s", None),
    "the machine: a kernel starts and answers": Goal("s", None),
}
"""Each figure that a run gives, with the goal that was set for it; seconds hold for two quiet cores."""


def table(found: Found) -> pd.DataFrame:
    """A line for each goal, from what one or more runs measured of it; raises KeyError for what is no goal."""
    if unknown := set(found) - set(GOALS):
        raise KeyError(f"no goal is called {', '.join(sorted(unknown))}")
    return pd.DataFrame(_lines(found), columns=COLUMNS)


def _lines(found: Found) -> Iterator[tuple[object, ...]]:
    for what, goal in GOALS.items():
        runs = pd.Series(found.get(what, ()), dtype=float)
        middle = float(runs.median())
        yield what, middle, runs.min(), runs.max(), goal.unit, goal.said(), goal.outcome(middle)


def shown(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The table as it is printed: the spread where there were several runs, and last time's figure beside."""
    last = before.set_index("what")["measured"] if len(before) else pd.Series(dtype=float)
    spread = zip(now["lowest"], now["highest"])
    return pd.DataFrame({
        "what": now["what"],
        "measured": [f"{_figure(m)} {u}".strip() for m, u in zip(now["measured"], now["unit"])],
        "spread": [f"{_figure(low)} to {_figure(high)}" if low < high else "" for low, high in spread],
        "goal": now["goal"],
        "outcome": now["outcome"],
        "last time": [_figure(float(last.get(what, math.nan))) for what in now["what"]],
    })  # fmt: skip


def _figure(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def read(path: Path) -> pd.DataFrame:
    """What the run before wrote; no lines before the first."""
    return pd.read_csv(path, keep_default_na=True) if path.is_file() else pd.DataFrame(columns=COLUMNS)


def keep(now: pd.DataFrame, path: Path) -> None:
    """Write what was measured, for the next run to show."""
    files.write(path, now.round(3).to_csv(index=False))
