"""Compares what two coders made of the same reasons: the table, percent agreement, kappa, alpha and AC1."""

from __future__ import annotations

import numpy as np
import pandas as pd


def table(first: pd.Series, second: pd.Series) -> pd.DataFrame:
    """How often the first coder gave each code (rows) where the second gave another (columns)."""
    codes = sorted({*first, *second})
    crossed = pd.crosstab(first.to_numpy(), second.to_numpy()).reindex(
        index=codes, columns=codes, fill_value=0
    )
    return crossed.rename_axis("first_coder").reset_index().rename_axis(columns=None)


def measures(first: pd.Series, second: pd.Series) -> dict[str, float | int | None]:
    """reasons, agreement (share), cohens_kappa, krippendorffs_alpha, gwets_ac1 of two coders on the same reasons.

    Classes are rare, so no one of them is enough: kappa and alpha fall when nearly all codes are one, AC1 does
    not. Kappa and alpha are None where every code given is the same, since chance alone would then agree.
    """
    crossed = table(first, second).drop(columns="first_coder").to_numpy(dtype=float)
    total = crossed.sum()
    if not total:
        return dict.fromkeys(MEASURES, None) | {"reasons": 0}
    same = np.trace(crossed) / total
    rows, columns = crossed.sum(axis=1) / total, crossed.sum(axis=0) / total
    by_chance, spread = float(rows @ columns), (rows + columns) / 2
    gwet = float((spread * (1 - spread)).sum() / max(len(spread) - 1, 1))
    return {
        "reasons": int(total),
        "agreement": float(same),
        "cohens_kappa": None if by_chance == 1 else float((same - by_chance) / (1 - by_chance)),
        "krippendorffs_alpha": _alpha(rows, columns, float(same), total),
        "gwets_ac1": float((same - gwet) / (1 - gwet)),
    }


MEASURES = ("reasons", "agreement", "cohens_kappa", "krippendorffs_alpha", "gwets_ac1")


def _alpha(rows: np.ndarray, columns: np.ndarray, same: float, reasons: float) -> float | None:
    """Krippendorff's alpha of two coders for codes without an order (Krippendorff, *Computing Krippendorff's
    Alpha-Reliability*, 2011, section D): 1 - observed / expected disagreement.

    `rows` and `columns` are each coder's share of each code. The disagreement to expect is that of two values drawn
    without replacement from all `2 * reasons` codes given.
    """
    values = 2 * reasons
    given = (rows + columns) * reasons
    expected = 1 - float((given * (given - 1)).sum()) / (values * (values - 1))
    return None if expected == 0 else float(1 - (1 - same) / expected)


def by_stratum(coded: pd.DataFrame) -> pd.DataFrame:
    """`measures` for each pile and for all: stratum and `MEASURES`. `coded` needs stratum, first and second.

    A good kappa over all reasons may hide a bad one over the hits.
    """
    lines = [{"stratum": "all", **measures(coded["first"], coded["second"])}]
    for stratum, part in coded.groupby("stratum", sort=True):
        lines.append({"stratum": str(stratum), **measures(part["first"], part["second"])})
    return pd.DataFrame(lines, columns=["stratum", *MEASURES])
