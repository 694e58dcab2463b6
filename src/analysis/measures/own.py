"""The camera owners' own searches, kept apart from outsiders'."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from analysis.measures.immigration import counts_in
from analysis.measures.numbers import Numbers, in_each_scope, list_counts, number
from analysis.measures.reasons import COMMON_ROWS
from analysis.searches import mask_text


def own_searches(searches: pd.DataFrame, cleared: Collection[str] = ()) -> Numbers:
    """Searches by the camera owners' own police, those that cite immigration, and what else they cite.

    `cleared` are reasons that people have read and found to name nobody; of the rest only common ones are named.
    """

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        known = rows["own_search"].notna().all()
        own = rows[rows["own_search"].fillna(False)]
        because = {} if known else {"because": "source.toml does not name the camera owner's own police"}
        words = sorted(own_reason_words(own, cleared)) if known else None
        core = int(counts_in(own, "core").sum()) if known else None
        return [
            number("own_searches", scope, len(own) if known else None, "rows", **because),
            number("own_immigration_searches.core", scope, core, "rows", **because),
            number("own_reasons", scope, words, "reasons", **because),
        ]

    return in_each_scope(searches, of)


def own_reason_words(own: pd.DataFrame, cleared: Collection[str] = ()) -> list[str]:
    """What own searches were for: the offense types' words, and typed reasons that are common or cleared.

    Rare reasons may name people and are never listed, here as elsewhere.
    """
    typed = own["reason_text"].str.strip().str.casefold().value_counts()
    chosen = list_counts(own["offense_types"])
    words = {word: rows for value, rows in chosen.items() for word in _offense_words(iter([str(value)]))}
    from_menu = {word for word, rows in words.items() if rows >= COMMON_ROWS or word in cleared}
    said = {str(reason) for reason, rows in typed.items() if rows >= COMMON_ROWS or reason in cleared} - {""}
    return sorted(from_menu | {mask_text(reason) for reason in said})


def _offense_words(types: Iterator[str]) -> set[str]:
    # 'Criminal Motor Vehicle Offense (incl. Road Rage/Reckless)' says three things; each is looked up alone.
    return {
        word.strip(" .").casefold().removeprefix("incl. ")
        for one in types
        for part in one.replace(")", "").split("(")
        for word in part.replace(" of property", "").replace(" of Property", "").split("/")
    }
