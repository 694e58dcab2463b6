"""Estimates from coded reasons how often the rules are wrong: precision, and a range of recall.

Every figure is given twice: by string, each distinct reason once, and by row, each as often as it was used. One
officer repeats one string hundreds of times, so rows alone look surer than they are.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.stats import beta, norm

from analysis import vendors
from analysis.coding.samples import Sample
from analysis.measures import DEFINITIONS

CONFIDENCE = 0.95
TIER_OF_CODE = {
    "immigration": "strict",
    "ice_ero": "core",
    "border": "core",
    "hsi_dhs": "broad",
    "other_federal": "none",
    "not_immigration": "none",
}
"""The narrowest definition that should count a code; `cannot_tell` is computed both ways."""


def wilson(right: int, total: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval of a share of counts; (0, 1) where there is nothing to share."""
    if not total:
        return 0.0, 1.0
    z = float(norm.ppf((1 + confidence) / 2))
    middle = (right + z * z / 2) / (total + z * z)
    half = z * np.sqrt(right * (total - right) / total + z * z / 4) / (total + z * z)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def at_most(found: int, draws: int, confidence: float = CONFIDENCE) -> float:
    """Clopper and Pearson's one-sided upper bound of a share of which `found` of `draws` draws were seen."""
    return 1.0 if found >= draws else float(beta.ppf(confidence, found + 1, draws - found))


def _share(right: float, total: float) -> float | None:
    """A share, or None where there is nothing to share."""
    return right / total if total else None


_PRECISION = (
    "strings", "right_strings", "precision_of_strings_share", "low_share", "high_share", "rows", "right_rows",
    "precision_share", "cannot_tell_rows", "precision_if_right_share",
)  # fmt: skip


def precision(coded: pd.DataFrame, column: str | None = None, weight: str = "rows") -> pd.DataFrame:
    """Right hits among hits under each definition (and each value of `column`).

    definition, (column,) strings, right_strings, precision_of_strings_share, its Wilson interval low_share and
    high_share, rows, right_rows, precision_share (of rows), cannot_tell_rows, precision_if_right_share (of rows,
    if every 'cannot tell' were right; the others count it as wrong). The interval speaks of other logs: where all
    hits were read, the share itself is a count.
    """
    lines = []
    for value, group in [("", coded)] if column is None else coded.groupby(column, sort=True):
        for definition, tiers in DEFINITIONS.items():
            hits = group[group["tier"].isin(tiers) & (group[weight] > 0)]
            is_right = hits["code"].map(TIER_OF_CODE).isin(tiers)
            right, strings = int(is_right.sum()), len(hits)
            rows, good = int(hits[weight].sum()), int(hits.loc[is_right, weight].sum())
            unsure = int(hits.loc[hits["code"] == "cannot_tell", weight].sum())
            counts = (
                strings, right, _share(right, strings), *wilson(right, strings), rows, good, _share(good, rows),
                unsure, _share(good + unsure, rows),
            )  # fmt: skip
            lines.append({"definition": definition, column: value} | dict(zip(_PRECISION, counts)))
    return pd.DataFrame(lines, columns=["definition", *([column] if column else []), *_PRECISION])


def precision_by_era(coded: pd.DataFrame) -> pd.DataFrame:
    """`precision` by the vendor's era on the day of the search: a reason weighs its rows of that era."""
    read = vendors.eras(era for era in vendors.eras() if coded[f"rows_{era}"].any())
    tables = [precision(coded, weight=f"rows_{era}").assign(era=era) for era in read]
    return pd.concat(tables, ignore_index=True)[["definition", "era", *_PRECISION]]


def recall(coded: pd.DataFrame, sample: Sample, unsure_counts: bool = False) -> pd.DataFrame:
    """Rows found and rows missed under each definition, and recall as a range.

    definition, found_rows (counted and right), missed_rows (read and missed, in piles read in full), tail_draws,
    missed_draws, missed_in_tail (estimated: Hansen and Hurwitz), missed_horvitz_thompson (all piles), missed_at_most
    (with Clopper and Pearson's one-sided 95 % bound on the tail), recall_share, recall_at_least_share.
    `unsure_counts` takes every 'cannot tell' outside the hits as missed.
    """
    lines = []
    for definition, tiers in DEFINITIONS.items():
        counted, should = coded["tier"].isin(tiers), coded["code"].map(TIER_OF_CODE).isin(tiers)
        if unsure_counts:
            should |= (coded["code"] == "cannot_tell") & ~counted
        missed, found = coded[should & ~counted], int(coded.loc[should & counted, "rows"].sum())
        drawn = (missed["stratum"] == "tail") & (sample.tail_draws > 0)
        full, draws = int(missed.loc[~drawn, "rows"].sum()), int(missed.loc[drawn, "draws"].sum())
        estimated = bound = 0.0
        if sample.tail_draws:
            estimated = sample.tail_rows * draws / sample.tail_draws
            bound = sample.tail_rows * at_most(draws, sample.tail_draws)
        weighted = float((missed["rows"] / missed["inclusion_probability"]).sum())
        lines.append({
            "definition": definition, "found_rows": found, "missed_rows": full, "tail_rows": sample.tail_rows,
            "tail_draws": sample.tail_draws, "missed_draws": draws, "missed_in_tail": round(estimated, 1),
            "missed_horvitz_thompson": round(weighted, 1), "missed_at_most": round(full + bound, 1),
            "recall_share": _share(found, found + (full + estimated)),
            "recall_at_least_share": _share(found, found + (full + bound)),
        })  # fmt: skip
    return pd.DataFrame(lines)


def by_topic(coded: pd.DataFrame) -> pd.DataFrame:
    """How the rules' topics compare with the coder's, among the reasons read.

    topic, rule_strings, coded_strings, both_strings, rule_rows, coded_rows, both_rows, precision_share and
    recall_share (of rows read), low_share and high_share (Wilson's interval of precision by strings).
    """
    columns = [f"{which}_{unit}" for unit in ("strings", "rows") for which in ("rule", "coded", "both")]
    columns = ["topic", *columns, "precision_share", "recall_share", "low_share", "high_share"]
    rows, lines = coded["rows"].to_numpy(), []
    for topic in sorted({*coded["topics"].explode().dropna(), *coded["coded_topics"].explode().dropna()}):
        by_rule = np.array([topic in topics for topics in coded["topics"]], dtype=bool)
        by_coder = np.array([topic in topics for topics in coded["coded_topics"]], dtype=bool)
        masks = (by_rule, by_coder, by_rule & by_coder)
        strings, weights = [int(mask.sum()) for mask in masks], [int(rows[mask].sum()) for mask in masks]
        shares = (_share(weights[2], weights[0]), _share(weights[2], weights[1]))
        lines.append((topic, *strings, *weights, *shares, *wilson(strings[2], strings[0])))
    return pd.DataFrame(lines, columns=columns)


def by_kind(coded: pd.DataFrame) -> pd.DataFrame:
    """Core hits by the kind the rules gave: kind, strings, right_strings, rows, right_rows, precision_share."""
    lines = []
    for kind, hits in coded[coded["tier"].isin(DEFINITIONS["core"])].groupby("kind", sort=True):
        right = hits[hits["coded_kind"] == kind]
        rows, good = int(hits["rows"].sum()), int(right["rows"].sum())
        lines.append((kind, len(hits), len(right), rows, good, _share(good, rows)))
    columns = ["kind", "strings", "right_strings", "rows", "right_rows", "precision_share"]
    return pd.DataFrame(lines, columns=columns)
