"""Estimates from coded reasons how often the rules are wrong: precision, and a range of recall.

Every figure is given twice: by string, each distinct reason once, and by row, each as often as it was used. One
officer repeats one string hundreds of times, so rows alone look surer than they are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd
from scipy.special import expit, stdtrit

from analysis import vendors
from analysis.coding.samples import Sample
from analysis.measures import CONFIDENCE, DEFINITIONS, at_most

TIER_OF_CODE = {
    "immigration": "strict", "ice_ero": "core", "border": "core", "hsi_dhs": "broad", "other_federal": "none",
    "not_immigration": "none",
}  # fmt: skip
"""The narrowest definition that should count a code; `cannot_tell` is computed both ways."""


def exact(right: int, total: int, confidence: float = CONFIDENCE) -> tuple[float | None, float | None]:
    """Clopper and Pearson's 95 percent interval of a share of counts; unknown where there is nothing to share."""
    if not total:
        return None, None
    end = (1 + confidence) / 2
    return 1 - at_most(total - right, total, end), at_most(right, total, end)


def _share(right: float, total: float) -> float | None:
    """A share, or None where there is nothing to share."""
    return right / total if total else None


_PRECISION = (
    "strings", "right_strings", "precision_of_strings_share", "rows", "right_rows", "precision_share",
    "cannot_tell_rows", "precision_if_right_share",
)  # fmt: skip


def precision(coded: pd.DataFrame, column: str | None = None, weight: str = "rows") -> pd.DataFrame:
    """Right hits among hits under each definition (and each value of `column`).

    definition, (column,) strings, right_strings, precision_of_strings_share, rows, right_rows, precision_share (of
    rows), cannot_tell_rows, precision_if_right_share (of rows, if every 'cannot tell' were right; the others count it
    as wrong). Where all hits were read these are counts of this place's log, and there is no interval.
    """
    lines = []
    for value, group in [("", coded)] if column is None else coded.groupby(column, sort=True):
        for definition, tiers in DEFINITIONS.items():
            hits = group[group["tier"].isin(tiers) & (group[weight] > 0)]
            is_right = hits["code"].map(TIER_OF_CODE).isin(tiers)
            right, strings = int(is_right.sum()), len(hits)
            rows, good = int(hits[weight].sum()), int(hits.loc[is_right, weight].sum())
            unsure = int(hits.loc[hits["code"] == "cannot_tell", weight].sum())
            of_strings = (strings, right, _share(right, strings))
            of_rows = (rows, good, _share(good, rows), unsure, _share(good + unsure, rows))
            counts = zip(_PRECISION, (*of_strings, *of_rows))
            lines.append({"definition": definition, column: value} | dict(counts))
    return pd.DataFrame(lines, columns=["definition", *([column] if column else []), *_PRECISION])


def by_half(coded: pd.DataFrame) -> pd.DataFrame:
    """How the rules fare on each half of the distinct reasons read: half, definition, counted_strings, should_strings,
    both_strings, precision_of_strings_share, its interval precision_low and precision_high,
    recall_of_strings_share, recall_low, recall_high.

    The hash of a reason chooses its half. So the interval (Clopper and Pearson's) is that of reasons drawn by chance
    from this place's; it does not speak of other places. 'Cannot tell' is left out of what should count.
    """
    lines = []
    for name, group in coded.groupby("half", sort=True):
        for definition, tiers in DEFINITIONS.items():
            counted, should = group["tier"].isin(tiers), group["code"].map(TIER_OF_CODE).isin(tiers)
            both, totals = int((counted & should).sum()), (int(counted.sum()), int(should.sum()))
            shares = [(_share(both, total), *exact(both, total)) for total in totals]
            lines.append((name, definition, *totals, both, *shares[0], *shares[1]))
    columns = ["half", "definition", "counted_strings", "should_strings", "both_strings"]
    for which in ("precision", "recall"):
        columns += [f"{which}_of_strings_share", f"{which}_low", f"{which}_high"]
    return pd.DataFrame(lines, columns=columns)


FEWEST_PLACES = 5
"""No interval for another place is given from fewer."""


def another_place(right: Sequence[int], total: Sequence[int]) -> tuple[float, float] | None:
    """Between which shares that of another place is, as often as promised, from the counts of places: a prediction
    interval on the scale of log odds with Student's t of k − 2 degrees of freedom (Higgins, Thompson and Spiegelhalter
    2009). None from fewer than `FEWEST_PLACES`; places without a count say nothing and are left out.

    Their estimate of the spread between places is not used: of few places with few errors the interval then covers too
    seldom (`upkeep.coverage`). The spread is that of the log odds as they were seen, and at least what chance makes of
    one place's; where a place had no error, or nothing else, that end of the interval is open.
    """
    counts = np.array([pair for pair in zip(right, total) if pair[1]], dtype=float).reshape(-1, 2)
    if len(counts) < FEWEST_PLACES:
        return None
    yes, no = counts[:, 0], counts[:, 1] - counts[:, 0]
    odds, by_chance = np.log((yes + 0.5) / (no + 0.5)), 1 / (yes + 0.5) + 1 / (no + 0.5)
    spread = max(odds.var(ddof=1), by_chance.mean()) * (1 + 1 / len(odds))
    reach = stdtrit(len(odds) - 2, 0.5 + CONFIDENCE / 2) * np.sqrt(spread)
    low, high = expit(odds.mean() - reach), expit(odds.mean() + reach)
    return float(low) if yes.all() else 0.0, float(high) if no.all() else 1.0


def precision_by_era(coded: pd.DataFrame) -> pd.DataFrame:
    """`precision` by the vendor's era on the day of the search: a reason weighs its rows of that era."""
    read = vendors.eras(era for era in vendors.eras() if coded[f"rows_{era}"].any())
    tables = [precision(coded, weight=f"rows_{era}").assign(era=era) for era in read]
    return pd.concat(tables, ignore_index=True)[["definition", "era", *_PRECISION]]


def recall(
    coded: pd.DataFrame, sample: Sample, unreadable_rows: int = 0, rows_outside: int = 0
) -> pd.DataFrame:
    """Rows found and rows missed under each definition, and recall as a range.

    definition, found_rows (counted and right), missed_rows (read and missed, in piles read in full), tail_rows,
    tail_draws, missed_draws, missed_in_tail (estimated: Hansen and Hurwitz), missed_horvitz_thompson (all piles),
    cannot_tell_rows (outside the hits, the tail's estimated), unreadable_rows, missed_at_most (missed, the most that
    the draws cannot exclude by Clopper and Pearson's one-sided 95 % bound, cannot tell and unreadable together),
    recall_share (None where draws of a tail showed none: they say how few were missed, not that none was),
    recall_at_least_share. No bound is given where `rows_outside` rows came after the sample was drawn. Readers' own
    errors are in no column.
    """
    lines = []
    drawn = (coded["stratum"] == "tail") & (sample.tail_draws > 0)
    for definition, tiers in DEFINITIONS.items():
        counted, should = coded["tier"].isin(tiers), coded["code"].map(TIER_OF_CODE).isin(tiers)
        doubt = (coded["code"] == "cannot_tell") & ~counted
        found = int(coded.loc[should & counted, "rows"].sum())
        full, draws = _missed(coded, should & ~counted, drawn)
        unsure, unsure_draws = _missed(coded, doubt, drawn)
        estimated = bound = 0.0
        unsure_in_tail = 0
        if sample.tail_draws:
            estimated = sample.tail_rows * draws / sample.tail_draws
            # 'cannot tell' was drawn as often as it was, and may be missed too: one bound for both
            bound = sample.tail_rows * at_most(draws + unsure_draws, sample.tail_draws)
            unsure_in_tail = round(sample.tail_rows * unsure_draws / sample.tail_draws)
        most = None if rows_outside else round(full + bound + unsure + unreadable_rows, 1)
        weighted = (coded["rows"] / coded["inclusion_probability"])[should & ~counted].sum()
        point = found + full + estimated if draws or not sample.tail_draws else 0
        lines.append({
            "definition": definition, "found_rows": found, "missed_rows": full, "tail_rows": sample.tail_rows,
            "tail_draws": sample.tail_draws, "missed_draws": draws, "missed_in_tail": round(estimated, 1),
            "missed_horvitz_thompson": round(float(weighted), 1), "cannot_tell_rows": unsure + unsure_in_tail,
            "unreadable_rows": unreadable_rows, "missed_at_most": most, "recall_share": _share(found, point),
            "recall_at_least_share": None if most is None or not found else found / (found + most),
        })  # fmt: skip
    return pd.DataFrame(lines)


def _missed(coded: pd.DataFrame, which: pd.Series, drawn: pd.Series) -> tuple[int, int]:
    """The rows of these reasons in piles read in full, and the draws of a sampled tail that showed them."""
    return int(coded.loc[which & ~drawn, "rows"].sum()), int(coded.loc[which & drawn, "draws"].sum())


def by_topic(coded: pd.DataFrame, topics: Collection[str]) -> pd.DataFrame:
    """How these topics of the rules compare with the readers', in each half of the reasons read.

    half, topic, rule_strings, coded_strings, both_strings, then rule_rows, coded_rows, both_rows (of a sampled tail as
    many as its draws stand for), precision_share and recall_share (of these rows), precision_low, precision_high,
    recall_low, recall_high (Clopper and Pearson's intervals by distinct reason, as in `by_half`).
    """
    units = ("strings", "rows")
    columns = ["half", "topic", *(f"{which}_{unit}" for unit in units for which in ("rule", "coded", "both"))]
    both = ("precision", "recall")
    columns += [f"{which}_share" for which in both]
    columns += [f"{which}_{end}" for which in both for end in ("low", "high")]
    lines = []
    for name, group in coded.groupby("half", sort=True):
        rows = (group["rows"] / group["inclusion_probability"]).to_numpy()
        named = {*group["topics"].explode(), *group["coded_topics"].explode()}
        for topic in sorted(named.intersection(topics)):
            by_rule, by_reader = (
                np.array([topic in found for found in group[column]], dtype=bool)
                for column in ("topics", "coded_topics")
            )
            masks = (by_rule, by_reader, by_rule & by_reader)
            strings = [int(mask.sum()) for mask in masks]
            weights = [round(float(rows[mask].sum())) for mask in masks]
            shares = (_share(weights[2], weights[0]), _share(weights[2], weights[1]))
            intervals = (*exact(strings[2], strings[0]), *exact(strings[2], strings[1]))
            lines.append((name, topic, *strings, *weights, *shares, *intervals))
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
