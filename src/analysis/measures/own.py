"""The camera owners' own searches, kept apart from outsiders'."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from analysis.measures.needs import NEEDS
from analysis.measures.numbers import Numbers, in_each_scope, in_scope, list_counts, number
from analysis.measures.reasons import COMMON_ROWS
from analysis.privacy import NOT_SHOWN, shown
from analysis.searches.table import Searches


def own_reasons(searches: Searches, cleared: Collection[str] = ()) -> Numbers:
    """What the searches by the camera owners' own police cite, as far as it can be printed.

    `cleared` are reasons that people have read and found to name nobody; of the rest only common ones are named, and
    of those only what could name nobody (`analysis.privacy`).
    """
    own = searches.where("own_search")
    menus, typed = own.tally("camera_owner", "offense_types"), _typed(own, cleared)

    def of(scope: str, lines: pd.DataFrame) -> Numbers:
        if not lines["own_search"].notna().all():
            return [number("own_reasons", scope, None, "reasons", because=NEEDS["own police"].because)]
        words = sorted(_from_menu(in_scope(menus, scope), cleared) | typed.get(scope, set()))
        return [number("own_reasons", scope, words, "reasons")]

    return in_each_scope(searches.tally("camera_owner", "own_search"), of)


def _from_menu(lines: pd.DataFrame, cleared: Collection[str]) -> set[str]:
    """What own searches were for by the offense types' words, where these are common or cleared.

    Rare ones may be an officer's words, may name people, and are never listed, here as elsewhere.
    """
    chosen = list_counts(lines["offense_types"], lines["rows"])
    words = {word: rows for value, rows in chosen.items() for word in _offense_words(iter([str(value)]))}
    named = {shown(word, cleared) for word, rows in words.items() if rows >= COMMON_ROWS or word in cleared}
    return named - {NOT_SHOWN}


def _typed(own: Searches, cleared: Collection[str]) -> dict[str, set[str]]:
    """The typed reasons of own searches that are common in a scope, or cleared, by scope; personal data masked."""
    texts = own.where("reason_text <> ''").tally("reason_text")
    texts["reason"] = texts["reason_text"].str.strip().str.casefold()
    texts["cleared"] = texts["reason"].isin(list(cleared))
    # What is common for one owner is common for all: no other text need be looked for again.
    often = texts.groupby("reason")["rows"].transform("sum") >= COMMON_ROWS
    spelled = texts.loc[
        (often | texts["cleared"]) & (texts["reason"] != ""), ["reason_text", "reason", "cleared"]
    ]
    if spelled.empty:
        return {}
    by_owner = own.query(
        "select camera_owner as owner, reason from searches join spelled using (reason_text) "
        f"group by all having count(*) >= {COMMON_ROWS} or bool_or(cleared)",
        spelled=spelled,
    )
    printed = {reason: shown(reason, cleared) for reason in spelled["reason"].unique()}
    by_owner["reason"] = by_owner["reason"].map(printed)
    found = {str(owner): set(part) - {NOT_SHOWN} for owner, part in by_owner.groupby("owner")["reason"]}
    return {**found, "all": set(printed.values()) - {NOT_SHOWN}}


def _offense_words(types: Iterator[str]) -> set[str]:
    # 'Criminal Motor Vehicle Offense (incl. Road Rage/Reckless)' says three things; each is looked up alone.
    return {
        word.strip(" .").casefold().removeprefix("incl. ")
        for one in types
        for part in one.replace(")", "").split("(")
        for word in part.replace(" of property", "").replace(" of Property", "").split("/")
    }
