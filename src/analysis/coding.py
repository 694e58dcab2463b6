"""Says how often the rules are known to be wrong, and how much people would have to read to know it.

For a replica what was planted is known for every row, so the rules are scored on all of them: a census of
planted words, without an interval. For records, people code distinct reasons; until they have, no error rate
is claimed, and the reading load is printed instead.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd
import pyarrow.parquet as pq

from analysis.measures import DEFINITIONS, Numbers, has_item, number, share
from analysis.places import Place

COMMON_SHARE = 0.9
"""The commonest reasons are read until they cover this share of the rows that have a readable reason."""


@dataclass(frozen=True)
class Errors:
    """What is known about a place's errors: a sentence, a table by definition, and numbers."""

    sentence: str
    table: pd.DataFrame
    numbers: Numbers = field(default_factory=list)


def known_errors(place: Place, searches: pd.DataFrame) -> Errors:
    """The error rates that can be known for a place today.

    A replica is scored against what was planted, row by row (joined on `source_file` and `source_row`).
    """
    planted = place.processed / "planted" / "planted.parquet"
    if not planted.is_file():
        return Errors(
            "No one has read and coded this place's reasons yet, so no precision and no recall is claimed for it.",
            pd.DataFrame({"definition": list(DEFINITIONS), "counted": _counted(searches)}),
        )
    truth = pq.read_table(planted, columns=["source_file", "source_row", "tier"]).to_pandas()
    both = searches.merge(truth, on=["source_file", "source_row"], how="left", validate="one_to_one")
    table = score(both["tier"], both["immigration_tier"])
    return Errors(
        f"All {len(both):,} rows were scored against what was planted. These are rates on invented words.",
        table,
        _numbers(table),
    )


def _counted(searches: pd.DataFrame) -> list[int]:
    return [int(searches["immigration_tier"].isin(tiers).sum()) for tiers in DEFINITIONS.values()]


def score(truth: pd.Series, found: pd.Series) -> pd.DataFrame:
    """Right, wrong and missed rows under each definition: definition, planted, counted, right, wrong, missed,
    precision_share, recall_share. `truth` and `found` hold tiers (strict, core, broad, none)."""
    lines = []
    for definition, tiers in DEFINITIONS.items():
        true, counted = truth.isin(tiers), found.isin(tiers)
        right = int((true & counted).sum())
        lines.append({
            "definition": definition,
            "planted": int(true.sum()),
            "counted": int(counted.sum()),
            "right": right,
            "wrong": int((counted & ~true).sum()),
            "missed": int((true & ~counted).sum()),
            "precision_share": share(right, int(counted.sum())),
            "recall_share": share(right, int(true.sum())),
        })  # fmt: skip
    return pd.DataFrame(lines)


def _numbers(table: pd.DataFrame) -> Numbers:
    found: Numbers = []
    for line in table.to_dict("records"):
        of = line["definition"]
        found += [
            number(f"precision.{of}", "all", line["precision_share"], "share",
                   numerator=line["right"], denominator=line["counted"]),
            number(f"recall.{of}", "all", line["recall_share"], "share",
                   numerator=line["right"], denominator=line["planted"]),
        ]  # fmt: skip
    return found


def strata(searches: pd.DataFrame) -> pd.DataFrame:
    """What a coder would read, by pile: stratum, reasons (distinct), rows.

    `hit`: a rule of any definition counted it. `suspect`: an immigration rule matched and a guard turned it
    away, or its words are on the list of suspects. `common`: the commonest of the rest, until nine tenths of
    the readable rows are read.
    `tail`: what remains, to be sampled. `unreadable`: blank, masked, machine-made; counted, never coded.
    """
    readable = searches["reason_origin"].isin(["typed", "dropdown", "dropdown+typed"])
    hit = searches["immigration_tier"] != "none"
    suspect = ~hit & has_item(searches["topics"], "immigration_suspect") & readable
    text = searches["reason_as_released"].str.strip().str.casefold()
    rest = text[readable & ~hit & ~suspect].value_counts()
    before = int((readable & (hit | suspect)).sum())
    enough = (rest.cumsum() + before) >= COMMON_SHARE * int(readable.sum())
    cut = int(enough.argmax()) + 1 if enough.any() else len(rest)
    piles = {
        "hit": text[hit].value_counts(),
        "suspect": text[suspect].value_counts(),
        "common": rest.iloc[:cut],
        "tail": rest.iloc[cut:],
        "unreadable": text[~readable & ~hit].value_counts(),
    }
    return pd.DataFrame(
        [{"stratum": name, "reasons": len(pile), "rows": int(pile.sum())} for name, pile in piles.items()]
    )
