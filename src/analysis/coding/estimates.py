"""Estimates from coded reasons how often the rules are wrong: precision, and a range of recall.

Every figure is given twice: by string, each distinct reason once, and by row, each as often as it was used. One
officer repeats one string hundreds of times, so rows alone look surer than they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import beta, norm

from analysis.coding.samples import Sample
from analysis.measures import DEFINITIONS
from analysis.searches.typing import ERAS

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


def wilson(right: int, of: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Wilson's interval of a share of counts; (0, 1) where there is nothing to share."""
    if not of:
        return 0.0, 1.0
    z = float(norm.ppf((1 + confidence) / 2))
    middle = (right + z * z / 2) / (of + z * z)
    half = z * np.sqrt(right * (of - right) / of + z * z / 4) / (of + z * z)
    return max(0.0, float(middle - half)), min(1.0, float(middle + half))


def at_most(found: int, draws: int, confidence: float = CONFIDENCE) -> float:
    """Clopper and Pearson's one-sided upper bound of a share of which `found` of `draws` draws were seen."""
    return 1.0 if found >= draws else float(beta.ppf(confidence, found + 1, draws - found))


def precision(coded: pd.DataFrame, by: str | None = None, weight: str = "rows") -> pd.DataFrame:
    """Right hits among hits under each definition (and each value of `by`).

    definition, (by,) strings, right_strings, precision_of_strings_share, its Wilson interval low_share and
    high_share, rows, right_rows, precision_share (of rows), cannot_tell_rows, precision_if_right_share (of rows,
    if every 'cannot tell' were right; the others count it as wrong). The interval speaks of other logs: where all
    hits were read, the share itself is a count.
    """
    lines = []
    for value, part in [("", coded)] if by is None else coded.groupby(by, sort=True):
        for definition, tiers in DEFINITIONS.items():
            hits = part[part["tier"].isin(tiers) & (part[weight] > 0)]
            lines.append(
                {"definition": definition} | ({} if by is None else {by: value}) | _right(hits, tiers, weight)
            )
    return pd.DataFrame(lines, columns=["definition", *([by] if by else []), *_RIGHT])


def precision_by_era(coded: pd.DataFrame) -> pd.DataFrame:
    """`precision` by the vendor's regime on the day of the search: a reason weighs its rows of that era."""
    parts = [precision(coded, weight=f"rows_{era}").assign(era=era) for era, _ in ERAS]
    table = pd.concat(parts, ignore_index=True)
    return table[["definition", "era", *_RIGHT]]


_RIGHT = (
    "strings", "right_strings", "precision_of_strings_share", "low_share", "high_share", "rows", "right_rows",
    "precision_share", "cannot_tell_rows", "precision_if_right_share",
)  # fmt: skip


def _ratio(part: int, whole: int) -> float | None:
    """A share, or None where there is nothing to share."""
    return part / whole if whole else None


def _right(hits: pd.DataFrame, tiers: tuple[str, ...], weight: str) -> dict[str, Any]:
    right = hits["code"].map(TIER_OF_CODE).isin(tiers)
    unsure = hits["code"] == "cannot_tell"
    rows, good, maybe = (int(hits.loc[mask, weight].sum()) for mask in (hits["code"].notna(), right, unsure))
    low, high = wilson(int(right.sum()), len(hits))
    return {
        "strings": len(hits), "right_strings": int(right.sum()),
        "precision_of_strings_share": _ratio(int(right.sum()), len(hits)), "low_share": low, "high_share": high,
        "rows": rows, "right_rows": good, "precision_share": _ratio(good, rows), "cannot_tell_rows": maybe,
        "precision_if_right_share": _ratio(good + maybe, rows),
    }  # fmt: skip


def recall(coded: pd.DataFrame, sample: Sample, unsure_counts: bool = False) -> pd.DataFrame:
    """Rows found and rows missed under each definition, and recall as a range.

    definition, found_rows (counted and right), missed_rows (read and missed, in piles read in full), tail_draws,
    missed_draws, missed_in_tail (estimated: Hansen and Hurwitz), missed_horvitz_thompson (all piles), missed_at_most
    (with Clopper and Pearson's one-sided 95 % bound on the tail), recall_share, recall_at_least_share.
    `unsure_counts` takes every 'cannot tell' outside the hits as missed.
    """
    return pd.DataFrame(
        [_recall_line(name, tiers, coded, sample, unsure_counts) for name, tiers in DEFINITIONS.items()]
    )


def _recall_line(
    definition: str, tiers: tuple[str, ...], coded: pd.DataFrame, sample: Sample, unsure_counts: bool
) -> dict[str, Any]:
    should = coded["code"].map(TIER_OF_CODE).isin(tiers)
    if unsure_counts:
        should |= (coded["code"] == "cannot_tell") & ~coded["tier"].isin(tiers)
    counted = coded["tier"].isin(tiers)
    missed = coded[should & ~counted]
    sampled = (missed["stratum"] == "tail") if sample.tail_draws else pd.Series(False, index=missed.index)
    found, full = int(coded.loc[should & counted, "rows"].sum()), int(missed.loc[~sampled, "rows"].sum())
    draws = int(missed.loc[sampled, "draws"].sum())
    estimated = sample.tail_rows * draws / sample.tail_draws if sample.tail_draws else 0.0
    bound = sample.tail_rows * at_most(draws, sample.tail_draws) if sample.tail_draws else 0.0
    return {
        "definition": definition, "found_rows": found, "missed_rows": full, "tail_rows": sample.tail_rows,
        "tail_draws": sample.tail_draws, "missed_draws": draws, "missed_in_tail": round(estimated, 1),
        "missed_horvitz_thompson": round(float((missed["rows"] / missed["inclusion_probability"]).sum()), 1),
        "missed_at_most": round(full + bound, 1),
        "recall_share": _recall(found, full + estimated), "recall_at_least_share": _recall(found, full + bound),
    }  # fmt: skip


def _recall(found: int, missed: float) -> float | None:
    """Found among found and missed; None where there was nothing to find."""
    return None if not found and not missed else found / (found + missed)


def by_topic(coded: pd.DataFrame) -> pd.DataFrame:
    """How the rules' topics compare with the coder's, among the reasons read.

    topic, rule_strings, coded_strings, both_strings, rule_rows, coded_rows, both_rows, precision_share and
    recall_share (of rows read), low_share and high_share (Wilson's interval of precision by strings).
    """
    lines = []
    for topic in sorted(
        {t for column in ("topics", "coded_topics") for topics in coded[column] for t in topics}
    ):
        ruled = np.array([topic in topics for topics in coded["topics"]], dtype=bool)
        said = np.array([topic in topics for topics in coded["coded_topics"]], dtype=bool)
        rows = coded["rows"].to_numpy()
        low, high = wilson(int((ruled & said).sum()), int(ruled.sum()))
        lines.append({
            "topic": topic, "rule_strings": int(ruled.sum()), "coded_strings": int(said.sum()),
            "both_strings": int((ruled & said).sum()), "rule_rows": int(rows[ruled].sum()),
            "coded_rows": int(rows[said].sum()), "both_rows": int(rows[ruled & said].sum()),
            "precision_share": _ratio(int(rows[ruled & said].sum()), int(rows[ruled].sum())),
            "recall_share": _ratio(int(rows[ruled & said].sum()), int(rows[said].sum())),
            "low_share": low, "high_share": high,
        })  # fmt: skip
    return pd.DataFrame(lines, columns=list(_BY_TOPIC))


_BY_TOPIC = (
    "topic", "rule_strings", "coded_strings", "both_strings", "rule_rows", "coded_rows", "both_rows",
    "precision_share", "recall_share", "low_share", "high_share",
)  # fmt: skip


def by_kind(coded: pd.DataFrame) -> pd.DataFrame:
    """Core hits by the kind the rules gave: kind, strings, right_strings, rows, right_rows, precision_share."""
    core = coded[coded["tier"].isin(DEFINITIONS["core"])]
    lines = []
    for kind, part in core.groupby("kind", sort=True):
        right = part["coded_kind"] == kind
        good = int(part.loc[right, "rows"].sum())
        lines.append({
            "kind": kind, "strings": len(part), "right_strings": int(right.sum()), "rows": int(part["rows"].sum()),
            "right_rows": good, "precision_share": _ratio(good, int(part["rows"].sum())),
        })  # fmt: skip
    return pd.DataFrame(
        lines, columns=["kind", "strings", "right_strings", "rows", "right_rows", "precision_share"]
    )
