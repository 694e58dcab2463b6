"""Compares what two coders made of the same reasons: the table, percent agreement, kappa, alpha and AC1."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.coding.estimates import exact

MEASURES = (
    "reasons", "agreement", "agreement_low", "agreement_high", "cohens_kappa", "krippendorffs_alpha", "gwets_ac1",
)  # fmt: skip


def table(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """How often the first coder gave each code (rows) where the second gave another (columns)."""
    codes = sorted({*first, *second})
    crossed = pd.crosstab(first.to_numpy(), second.to_numpy())
    crossed = crossed.reindex(index=codes, columns=codes, fill_value=0)
    return crossed.rename_axis("first_coder").reset_index().rename_axis(columns=None)


def measures(
    first: pd.Series, second: pd.Series, categories: int | None = None
) -> dict[str, float | int | None]:
    """reasons, agreement (share) with its exact 95 percent interval, cohens_kappa, krippendorffs_alpha, gwets_ac1 of
    two coders on the same reasons, who chose among so many `categories` (None: those that either gave).

    Classes are rare, so no measure of them is enough: kappa and alpha fall when nearly all codes are one, AC1 does
    not. Kappa and alpha are None where every code given is the same, since chance alone would then agree.
    Alpha is Krippendorff's for codes without an order (*Computing Krippendorff's Alpha-Reliability*, 2011, section D).
    """
    crossed = table(first, second).drop(columns="first_coder").to_numpy(dtype=float)
    total = crossed.sum()
    if not total:
        return dict.fromkeys(MEASURES, None) | {"reasons": 0}
    same = float(np.trace(crossed) / total)
    rows, columns = crossed.sum(axis=1) / total, crossed.sum(axis=0) / total
    by_chance, spread = float(rows @ columns), (rows + columns) / 2
    gwet = float((spread * (1 - spread)).sum() / max((categories or len(spread)) - 1, 1))
    low, high = exact(round(np.trace(crossed)), round(total))
    # the disagreement to expect is that of two values drawn without replacement from all codes given
    values, given = 2 * total, (rows + columns) * total
    expected = 1 - float((given * (given - 1)).sum()) / (values * (values - 1))
    kappa = None if by_chance == 1 else (same - by_chance) / (1 - by_chance)
    alpha = None if expected == 0 else float(1 - (1 - same) / expected)
    found = (int(total), same, low, high, kappa, alpha, (same - gwet) / (1 - gwet))
    return dict(zip(MEASURES, found, strict=True))


def by_stratum(pairs: pd.DataFrame, categories: int) -> pd.DataFrame:
    """`measures` for each two readers and each pile: readers, stratum and `MEASURES`.

    There is no line for all piles together: a good kappa over all reasons may hide a bad one over the hits.
    """
    lines = [
        {"readers": readers, "stratum": stratum, **measures(pile["first"], pile["second"], categories)}
        for (readers, stratum), pile in pairs.groupby(["readers", "stratum"], sort=True)
    ]
    return pd.DataFrame(lines, columns=["readers", "stratum", *MEASURES])
