"""Compares what two coders made of the same reasons: the table, percent agreement, kappa, alpha and AC1."""

from __future__ import annotations

import numpy as np
import pandas as pd

MEASURES = ("reasons", "agreement", "cohens_kappa", "krippendorffs_alpha", "gwets_ac1")


def table(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """How often the first coder gave each code (rows) where the second gave another (columns)."""
    codes = sorted({*first, *second})
    crossed = pd.crosstab(first.to_numpy(), second.to_numpy())
    crossed = crossed.reindex(index=codes, columns=codes, fill_value=0)
    return crossed.rename_axis("first_coder").reset_index().rename_axis(columns=None)


def measures(first: pd.Series, second: pd.Series) -> dict[str, float | int | None]:
    """reasons, agreement (share), cohens_kappa, krippendorffs_alpha, gwets_ac1 of two coders on the same reasons.

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
    gwet = float((spread * (1 - spread)).sum() / max(len(spread) - 1, 1))
    # the disagreement to expect is that of two values drawn without replacement from all codes given
    values, given = 2 * total, (rows + columns) * total
    expected = 1 - float((given * (given - 1)).sum()) / (values * (values - 1))
    return {
        "reasons": int(total),
        "agreement": same,
        "cohens_kappa": None if by_chance == 1 else (same - by_chance) / (1 - by_chance),
        "krippendorffs_alpha": None if expected == 0 else float(1 - (1 - same) / expected),
        "gwets_ac1": (same - gwet) / (1 - gwet),
    }


def by_stratum(coded: pd.DataFrame) -> pd.DataFrame:
    """`measures` for each pile and for all: stratum and `MEASURES`. `coded` needs stratum, first and second.

    A good kappa over all reasons may hide a bad one over the hits.
    """
    piles = [("all", coded), *coded.groupby("stratum", sort=True)]
    lines = [{"stratum": str(name), **measures(pile["first"], pile["second"])} for name, pile in piles]
    return pd.DataFrame(lines, columns=["stratum", *MEASURES])
