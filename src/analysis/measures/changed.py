"""Whether searches and reasons changed at the vendor's changes, by more than officers' habits make of nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import betaincinv, ndtri, stdtrit

from analysis.measures.cutovers import Window, windows
from analysis.measures.files import covered_days
from analysis.measures.numbers import CONFIDENCE
from analysis.places import ReleasedFile
from analysis.searches.table import Searches

FALSE_DISCOVERIES = 0.05
"""Of the agencies said to have changed, as many are expected not to have, at most."""

FEWEST_VAGUE = 5
"""An agency is tested that typed on both sides, and at least so many different vague reasons: fewer bear no test."""


NOTHING = 1e-30
"""A product this small is nothing beside the rounding of the others; nearly all are, and are not multiplied out."""


# Agency by agency -------------------------------------------------------------------------------------------


def agencies_changed(searches: Searches) -> pd.DataFrame:
    """Whether each agency's typed reasons became more or less vague at each of the vendor's changes and around its own
    first row of the menu: change, from, searching_agency, reasons (different ones), typed_before, vague_before,
    vague_before_share, typed_after, vague_after, vague_after_share, p_value, q_value, changed.

    Rows of typed words alone, in the windows of `cut_overs`; agencies that typed enough (`FEWEST_VAGUE`). An
    officer repeats a reason: so all rows of a reason change sides together (`exchanged`), and not row by row, which
    takes a habit for many decisions. `changed` is true where at most a share `FALSE_DISCOVERIES` of those so called at
    one change is expected not to have changed (Benjamini and Hochberg 1995).
    """
    tables = [_tested(searches, window) for window in windows(searches)]
    columns = [
        "change", "from", "searching_agency", "reasons", "typed_before", "vague_before", "vague_before_share",
        "typed_after", "vague_after", "vague_after_share", "p_value", "q_value", "changed",
    ]  # fmt: skip
    return pd.concat([pd.DataFrame(columns=columns), *tables], ignore_index=True)[columns]


def said_of_changed(table: pd.DataFrame) -> str:
    """How many agencies changed at each change, of those that could be tested, in sentences."""
    return " ".join(
        f"{change[:1].upper()}{change[1:]}: {int(lines['changed'].sum()):,} of {len(lines):,} agencies that could be "
        "tested changed how vague their typed reasons were."
        for change, lines in table.groupby("change", sort=False)
    )


def _tested(searches: Searches, window: Window) -> pd.DataFrame:
    lines = searches.query(
        "select * from (with reasons as materialized (select searching_agency, lower(trim(reason_text)) as reason, "
        "coalesce(vague, false) as vague, count(*) filter (searched_at < moment) as before, "
        "count(*) filter (searched_at >= moment) as after "
        f"from searches {window.join} where {window.inside} and typed_alone and named group by all) "
        "select * from reasons where searching_agency in (select searching_agency from reasons where vague "
        f"group by all having count(*) >= {FEWEST_VAGUE})) order by all",
        compared=window.table,
    )
    kinds = {"vague": bool, "before": float, "after": float}
    counts = [lines[name].to_numpy(dtype=kind) for name, kind in kinds.items()]
    found = []
    for agency, at in lines.groupby("searching_agency", sort=True).indices.items():
        vague, *sides = (values[at] for values in counts)
        if all(side.any() for side in sides):
            p_value = exchanged(vague, *sides)
            typed, of_vague = ([int(side @ which) for side in sides] for which in (vague | True, vague))
            shares = [part / whole for part, whole in zip(of_vague, typed)]
            found.append(
                (agency, len(at), *(cell for line in zip(typed, of_vague, shares) for cell in line), p_value)
            )
    names = ["typed", "vague", "vague_share"]
    columns = [f"{name.replace('_share', '')}_{side}{'_share' * ('share' in name)}" for side in ("before", "after")
               for name in names]  # fmt: skip
    table = pd.DataFrame(found, columns=["searching_agency", "reasons", *columns, "p_value"])
    table["q_value"] = false_discoveries(table["p_value"].to_numpy(dtype=float))
    table = table.assign(
        change=window.change, changed=table["q_value"] <= FALSE_DISCOVERIES, **{"from": window.day}
    )
    return table.sort_values(["p_value", "searching_agency"], ignore_index=True)


def exchanged(vague: np.ndarray, before: np.ndarray, after: np.ndarray) -> float:
    """How often the share of vague rows would differ as much as it does before and after if nothing had changed: the
    p-value of a permutation test in which all rows of a reason change sides together.

    Each argument has a value for each different reason, and both sides are equally long. A reason's part in the
    difference is how many rows more of it there were after, by how far it is vaguer than all rows together; with equal
    chances each part keeps its direction or turns it. Where nothing changed that is exact; where the agency searched
    more or less than before, and was as vague, it calls fewer changes than it may. All turns are counted, not some
    drawn: the chance of each sum is found from the Fourier transform of the sums, a product of cosines, in steps so
    small that rounding is small beside the differences that chance makes; what rounding may hide counts as seen.
    """
    parts = (vague - ((before + after) @ vague) / (before + after).sum()) * (after - before)
    steps = 1 << (32 * len(parts)).bit_length()
    step = max(2 * np.abs(parts).sum() / steps, np.finfo(float).tiny)
    cosines = np.cos(2 * np.pi / steps * np.arange(steps))
    sizes, counts = np.unique(np.rint(np.abs(parts) / step).astype(int), return_counts=True)
    at, product = np.arange(steps // 2 + 1), np.zeros(steps // 2 + 1)
    for size, many in sorted(zip(sizes, counts), key=lambda one: -one[1]):
        at = at[np.abs(cosines[at * size & steps - 1]) > NOTHING ** (1 / many)]
    factors = ((cosines[at * size & steps - 1], many) for size, many in zip(sizes, counts))
    product[at] = np.prod([one if many == 1 else one**many for one, many in factors], axis=0)
    chances = np.fft.irfft(product, steps)
    seen = abs(parts.sum()) / step - 1 - np.sqrt(len(parts))
    sums = np.abs(np.fft.fftfreq(steps, 1 / steps))
    return float(np.clip(chances[sums >= seen].sum(), 1e-12, 1))


def false_discoveries(p_values: np.ndarray) -> np.ndarray:
    """For each p-value the least share of false discoveries at which it is called one (Benjamini and Hochberg 1995)."""
    order = np.argsort(p_values)[::-1]
    ranks = np.arange(len(p_values), 0, -1)
    least = np.minimum.accumulate(p_values[order] * len(p_values) / np.maximum(ranks, 1))
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(least, 1)
    return adjusted


# Rates ------------------------------------------------------------------------------------------------------


def rates_compared(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """Searches for each day that a log covers, before and after each of the vendor's changes, and their ratio: change,
    from, of (all searches, or those of core), days_before, days_after (covered, those of all owners added up), before,
    after (searches), a_day_before, a_day_after, ratio, low, high, spread.

    Whole local days, as many as `cut_overs` compares: the day of the change begins the second side. The interval is
    `ratio_of_rates`; `spread` is how much more the days differ than chance alone would make them, which widens it.
    """
    covered = covered_days(searches, files).groupby("day").size()
    counts = searches.query(
        "select local_day::timestamp as day, count(*) as searches, count(*) filter (core) as core from searches "
        "where searched_at is not null group by all order by all"
    ).set_index("day")
    rows = []
    for window in (one for one in windows(searches) if one.day):
        first = pd.Timestamp(window.day)
        sides = [
            pd.date_range(first - pd.Timedelta(days=window.days), periods=window.days),
            pd.date_range(first, periods=window.days),
        ]
        logs = [covered.reindex(days, fill_value=0) for days in sides]
        for name, column in (("all searches", "searches"), ("core searches", "core")):
            found = [counts[column].reindex(days, fill_value=0).astype(int) for days in sides]
            totals, days = [int(side.sum()) for side in found], [int(side.sum()) for side in logs]
            if all(days):
                spread = spread_of_days(found, logs)
                a_day = [total / of for total, of in zip(totals, days)]
                ends = ratio_of_rates((totals[0], days[0]), (totals[1], days[1]), spread)
                rows.append((window.change, window.day, name, *days, *totals, *a_day, *ends, spread))
    columns = [
        "change", "from", "of", "days_before", "days_after", "before", "after", "a_day_before", "a_day_after", "ratio",
        "low", "high", "spread",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def ratio_of_rates(
    before: tuple[int, int], after: tuple[int, int], spread: float | None = 1.0
) -> tuple[float | None, float | None, float | None]:
    """The rate after for each before, each given as a count and days, with the ends of its exact 95 percent interval:
    given both counts together, the second is binomial (Przyborowski and Wilenski 1940). A `spread` of two counts as if
    each two searches were one. None where it is not known, or there is nothing to compare; an end that nothing bounds
    is None too."""
    if spread is None or not before[0] + after[0]:
        return None, None, None
    tail, first, second = (1 - CONFIDENCE) / 2, before[0] / spread, after[0] / spread
    low = betaincinv(second, first + 1, tail) if second >= 1 else 0.0
    high = betaincinv(second + 1, first, 1 - tail) if first >= 1 else 1.0
    exposed = before[1] / after[1]
    ends = [float(share / (1 - share) * exposed) if share < 1 else None for share in (low, high)]
    return (after[0] / before[0] * exposed if before[0] else None), ends[0], ends[1]


def spread_of_days(found: Sequence[pd.Series], logs: Sequence[pd.Series]) -> float | None:
    """How much more the days of each side differ than chance alone would make them, at least 1: Pearson's chi-squared
    of days, each weekday of a side by itself where there are two of each, for each degree of freedom; more of few days,
    as Student's t is of them. None where a side has too few days to differ."""
    days = pd.concat([
        pd.DataFrame({"searches": side, "logs": covers, "side": at, "weekday": side.index.day_of_week})
        for at, (side, covers) in enumerate(zip(found, logs))
    ])  # fmt: skip
    days = days[days["logs"] > 0]
    groups = days.groupby(["side", "weekday"] if len(days) >= 28 else ["side"])[["searches", "logs"]]
    sums = groups.transform("sum")
    expected = days["logs"] * sums["searches"] / sums["logs"]
    free = len(days) - groups.ngroups
    if free < 1:
        return None
    squares = (days["searches"] - expected) ** 2 / expected.where(expected > 0)
    wider = (stdtrit(free, 0.5 + CONFIDENCE / 2) / ndtri(0.5 + CONFIDENCE / 2)) ** 2
    return float(max(1.0, squares.sum() / free) * wider)
