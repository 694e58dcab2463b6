"""Says how often readers are wrong, from the reasons that two of them read, and corrects what one reader read alone.

No reader is a standard for another. But where each errs by chance and not with the other, how often one sees what the
other saw says how often either sees it: of the reasons that should count, a share s² is seen by both and 2s(1 − s) by
one, so that of those seen at all a share s / (2 − s) is seen by both. What both overlooked is in neither count.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from analysis.coding.estimates import TIER_OF_CODE, exact
from analysis.measures import CONFIDENCE, DEFINITIONS

LEAST = 10
"""No error of readers is computed from fewer reasons that two of them read."""

EACH = 1 - (1 - CONFIDENCE) / 3
"""The corrected count rests on three intervals; each is so wide that all three hold together as often as promised."""

_COLUMNS = (
    "definition", "should_count", "sensitivity", "sensitivity_low", "sensitivity_high", "should_not",
    "specificity", "specificity_low", "specificity_high", "read_by_one", "found_by_one", "corrected", "corrected_low",
    "corrected_high",
)  # fmt: skip


def reader_errors(coded: pd.DataFrame, pairs: pd.DataFrame) -> pd.DataFrame:
    """What readers saw of the reasons that two of them read, and the correction (Rogan and Gladen 1978) of those that
    one reader read alone and the rules do not count: a line for each definition, in distinct reasons.

    definition; should_count (reasons settled so, which either reader saw), sensitivity (how often a reader sees one)
    with its exact interval; should_not, specificity (how often a reader leaves one alone) with its interval; then
    read_by_one, found_by_one (of these, those that the reader would count), corrected (as many as there are after
    correction), corrected_low and corrected_high. Empty where two readers read fewer than `LEAST` of either kind, or
    no reason was read by one alone. Readers are taken to err as often on every reason, and independently.
    """
    lines = []
    alone = coded[~coded["string_id"].isin(pairs["string_id"])]
    both = pairs.merge(coded[["string_id", "code"]], on="string_id")
    both = both[both["code"] != "cannot_tell"]
    for definition, tiers in DEFINITIONS.items():
        true = both["code"].map(TIER_OF_CODE).isin(tiers)
        said = sum(both[name].map(TIER_OF_CODE).isin(tiers).astype(int) for name in ("first", "second"))
        yes = int((true & (said == 2)).sum()), int((true & (said == 1)).sum())
        no = int((~true & (said == 0)).sum()), int((~true & (said == 1)).sum())
        by_one = alone[~alone["tier"].isin(tiers)]
        counts = int(by_one["code"].map(TIER_OF_CODE).isin(tiers).sum()), len(by_one)
        lines.append((
            definition, sum(yes), *_seen(yes), sum(no), *_seen(no), *counts[::-1], *corrected(yes, no, *counts)
        ))  # fmt: skip
    return pd.DataFrame(lines, columns=list(_COLUMNS))


def _seen(counts: tuple[int, int], confidence: float = CONFIDENCE) -> tuple[float | None, ...]:
    """How often one reader sees what is there, with its interval, from what both saw and what one of them saw."""
    if sum(counts) < LEAST:
        return None, None, None
    shares = counts[0] / sum(counts), *exact(counts[0], sum(counts), confidence)
    return tuple(2 * share / (1 + share) for share in shares if share is not None)


def corrected(
    yes: tuple[int, int], no: tuple[int, int], found: int, read: int
) -> tuple[float | None, float | None, float | None]:
    """How many of `read` reasons should count, where one reader found `found` of them, with the ends of an interval:
    the share found, less what readers find wrongly, for each that they see (Rogan and Gladen 1978).

    `yes` and `no` are the reasons that should count and should not, by what both readers saw and what one of them saw.
    None where `reader_errors` gives no error, or where readers do no better than chance.
    """
    if not read or sum(yes) < LEAST or sum(no) < LEAST:
        return None, None, None
    (sees, sees_low, sees_high), (leaves, leaves_low, leaves_high) = (
        [share or 0.0 for share in _seen(counts, EACH)] for counts in (yes, no)
    )
    low, high = (end or 0.0 for end in exact(found, read, EACH))
    if min(sees_low + leaves_low, sees + leaves) <= 1:
        return None, None, None
    shares = (
        (found / read + leaves - 1) / (sees + leaves - 1),
        (low + leaves_low - 1) / (sees_high + leaves_low - 1),
        (high + leaves_high - 1) / (sees_low + leaves_high - 1),
    )
    point, least, most = (float(np.clip(share, 0, 1)) * read for share in shares)
    return point, least, most


def said_of_errors(table: pd.DataFrame) -> str:
    """What `reader_errors` says of core, as a sentence; or why nothing was corrected."""
    core = table.set_index("definition").loc["core"]
    if pd.notna(core["corrected"]):
        return (
            f"Reasons that one reader read alone and that core does not count: {core['read_by_one']:,.0f}. That reader "
            f"would count {core['found_by_one']:,.0f} of them; corrected for readers' own errors "
            f"{core['corrected']:,.1f} (95 percent interval: {core['corrected_low']:,.1f} to "
            f"{core['corrected_high']:,.1f}), if readers err independently."
        )
    if not core["read_by_one"] and not core["should_count"] and not core["should_not"]:
        why = "no reason was read by two"
    elif not core["read_by_one"]:
        why = "every reason was read by two, and what both got wrong cannot be seen"
    elif min(core["should_count"], core["should_not"]) < LEAST:
        which, should = ("should_count", "") if core["should_count"] < LEAST else ("should_not", "not ")
        why = f"two readers read {core[which]:,.0f} reasons that should {should}count, and {LEAST} are needed"
    else:
        why = "readers agreed too seldom"
    return f"Not corrected for readers' own errors: {why}."
