"""The camera owners' own searches, kept apart from outsiders'."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import pandas as pd

from analysis.measures.immigration import counted
from analysis.measures.numbers import REASONS, Numbers, in_each_scope, in_scope, list_counts, number, rows_of
from analysis.measures.reasons import COMMON_ROWS
from analysis.privacy import NOT_SHOWN, shown
from analysis.tallies import Searches, ask, coded, decoded, tally


def own_searches(searches: Searches, cleared: Collection[str] = ()) -> Numbers:
    """Searches by the camera owners' own police, those that cite immigration, and what else they cite.

    `cleared` are reasons that people have read and found to name nobody; of the rest only common ones are named, and
    of those only what could name nobody (`analysis.privacy`).
    """
    menus = tally(searches, "camera_owner", "offense_types", where="own_search")
    typed = _typed(searches, cleared)

    def of(scope: str, lines: pd.DataFrame) -> Numbers:
        known = lines["own_search"].notna().all()
        own = lines["own_search"].fillna(False)
        because = {} if known else {"because": REASONS["own police"]}
        words = (
            sorted(_from_menu(in_scope(menus, scope), cleared) | typed.get(scope, set())) if known else None
        )
        core = rows_of(lines, own & lines["core"]) if known else None
        return [
            number("own_searches", scope, rows_of(lines, own) if known else None, "rows", **because),
            number("own_immigration_searches.core", scope, core, "rows", **because),
            number("own_reasons", scope, words, "reasons", **because),
        ]

    core = counted("core")
    return in_each_scope(tally(searches, "camera_owner", "own_search", core=core), of)


def _from_menu(lines: pd.DataFrame, cleared: Collection[str]) -> set[str]:
    """What own searches were for by the offense types' words, where these are common or cleared.

    Rare ones may be an officer's words, may name people, and are never listed, here as elsewhere.
    """
    chosen = list_counts(lines["offense_types"], lines["rows"])
    words = {word: rows for value, rows in chosen.items() for word in _offense_words(iter([str(value)]))}
    named = {shown(word, cleared) for word, rows in words.items() if rows >= COMMON_ROWS or word in cleared}
    return named - {NOT_SHOWN}


def _typed(searches: Searches, cleared: Collection[str]) -> dict[str, set[str]]:
    """The typed reasons of own searches that are common in a scope, or cleared, by scope; personal data masked."""
    texts = tally(searches, "reason_text", where="own_search and reason_text <> ''")
    texts["reason"] = texts["reason_text"].str.strip().str.casefold()
    texts["cleared"] = texts["reason"].isin(list(cleared))
    # What is common for one owner is common for all: no other text need be looked for again.
    often = texts.groupby("reason")["rows"].transform("sum") >= COMMON_ROWS
    spelled = texts.loc[
        (often | texts["cleared"]) & (texts["reason"] != ""), ["reason_text", "reason", "cleared"]
    ]
    if spelled.empty:
        return {}
    common = (
        f"select {coded(searches, 'camera_owner')} as code, reason from searches join spelled using (reason_text) "
        f"where own_search group by all having count(*) >= {COMMON_ROWS} or bool_or(cleared)"
    )
    owner = decoded(searches, "camera_owner", "code")
    by_owner = ask(searches, f"select {owner} as owner, reason from ({common})", spelled=spelled)
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
