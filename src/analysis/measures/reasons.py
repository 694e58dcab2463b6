"""What the reasons say: origins, offense types, topics, rules, and the reasons common enough to print."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis import reasons as rules_of
from analysis.measures.numbers import (
    Numbers,
    has_item,
    in_each_scope,
    lengths,
    list_counts,
    number,
    with_share,
)
from analysis.searches import mask_text

COMMON_ROWS, COMMON_AGENCIES = 50, 3
"""A reason is printed when so many rows hold it, from so many agencies (or from the only one there is)."""

_ORIGINS = ("typed", "dropdown", "dropdown+typed", "machine", "masked", "blank")


def reasons_given(searches: pd.DataFrame) -> Numbers:
    """Blank, masked, machine-made and vague reasons, and distinct reasons."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        origin = rows["reason_origin"].value_counts()
        return [
            number("vague_reasons", scope, int(has_item(rows["topics"], "vague").sum()), "rows"),
            number("blank_reasons", scope, int(origin.get("blank", 0)), "rows"),
            number("masked_reasons", scope, int(origin.get("masked", 0)), "rows"),
            number("machine_reasons", scope, int(origin.get("machine", 0)), "rows"),
            number("no_stated_purpose", scope, int(says_nothing(rows).sum()), "rows"),
            number(
                "distinct_reasons", scope, rows["reason_as_released"].replace("", pd.NA).nunique(), "reasons"
            ),
        ]

    return in_each_scope(searches, of)


NOTHING_SAID = frozenset({"vague", "case_number_only", "interface"})
"""Topics of reasons that state no purpose."""


def says_nothing(searches: pd.DataFrame) -> np.ndarray:
    """Rows that state no purpose: blank, masked, vague, a case number alone, or text that the software wrote.

    A union: a row is counted once. A bare code may state one, to those who know it, and is not among them.
    """
    nothing = searches["reason_origin"].isin(["blank", "masked"]).to_numpy(dtype=bool)
    for topic in sorted(NOTHING_SAID):
        nothing = nothing | has_item(searches["topics"], topic)
    return nothing


def by_origin(searches: pd.DataFrame) -> pd.DataFrame:
    """How reasons came about: reason_origin, searches, share."""
    counts = searches["reason_origin"].value_counts().reindex(list(_ORIGINS), fill_value=0)
    return with_share(counts.rename_axis("reason_origin").rename("searches").reset_index())


def origin_by_week(searches: pd.DataFrame) -> pd.DataFrame:
    """Share of each origin in each week that begins on a Monday (UTC): week, reason_origin, searches, share."""
    week = searches["searched_at"].dt.tz_localize(None).dt.to_period("W-SUN").dt.start_time
    counts = searches.groupby([week.rename("week"), "reason_origin"]).size().rename("searches").reset_index()
    return counts.assign(share=counts["searches"] / counts.groupby("week")["searches"].transform("sum"))


def offense_types(searches: pd.DataFrame) -> pd.DataFrame:
    """Rows that hold each offense type: offense_type, searches, share of all rows; a row may hold two.

    A rare value may be an officer's words in the menu's column: rare ones are counted together, unnamed.
    """
    every = list_counts(searches["offense_types"])
    counts = every[every >= COMMON_ROWS]
    if len(every) > len(counts):
        counts.loc[f"(values in fewer than {COMMON_ROWS} rows)"] = int(every[every < COMMON_ROWS].sum())
    table = counts.rename_axis("offense_type").rename("searches").reset_index()
    table = table.sort_values(["searches", "offense_type"], ascending=[False, True], ignore_index=True)
    return with_share(table, of=len(searches))


def topics(searches: pd.DataFrame) -> pd.DataFrame:
    """Rows that hold each topic: topic, searches, share of all rows; a row may hold several."""
    counts = list_counts(searches["topics"])
    none = int((lengths(searches["topics"]) == 0).sum())
    table = counts.rename_axis("topic").rename("searches").reset_index()
    table = table.sort_values(["searches", "topic"], ascending=[False, True], ignore_index=True)
    table.loc[len(table)] = ["(no topic matched)", none]
    return with_share(table, of=len(searches))


def rules_that_matched(searches: pd.DataFrame) -> pd.DataFrame:
    """Rows and agencies behind each rule: rule, searches, agencies."""
    array = pa.chunked_array(pa.array(searches["rules"])).combine_chunks()
    parents = pc.list_parent_indices(array).to_numpy()
    rule = pc.list_flatten(array).to_pylist()
    frame = pd.DataFrame({"rule": rule, "agency": searches["searching_agency"].to_numpy()[parents]})
    table = frame.groupby("rule").agg(searches=("agency", "size"), agencies=("agency", "nunique"))
    return table.sort_index().reset_index()


def common_reasons(
    searches: pd.DataFrame, without_topic: bool = False, cleared: Collection[str] = ()
) -> pd.DataFrame:
    """Reasons common enough to print or cleared by a person, plates and numbers masked: reason, searches, agencies,
    share.

    Rare reasons are officers' words about persons; they are counted elsewhere and never printed.
    """
    rows = searches[searches["reason_origin"].isin(["typed", "dropdown", "dropdown+typed"])]
    if without_topic:
        rows = rows[lengths(rows["topics"]) == 0]
    shown = rows["reason_as_released"].str.strip().str.casefold()
    table = rows.groupby(shown.rename("reason"))["searching_agency"].agg(["size", "nunique"])
    few = min(COMMON_AGENCIES, searches["searching_agency"].nunique())
    common = (table["size"] >= COMMON_ROWS) & (table["nunique"] >= few)
    table = table[common | table.index.isin(list(cleared))].reset_index()
    table.columns = ["reason", "searches", "agencies"]
    table["reason"] = table["reason"].map(mask_text)
    table = table.sort_values(["searches", "reason"], ascending=[False, True], ignore_index=True)
    return with_share(table, of=len(searches))


# Candidates -------------------------------------------------------------------------------------------------


def _uncounted(searches: pd.DataFrame) -> pd.DataFrame:
    """Rows with words that no total counts: what candidates are looked for in."""
    typed = searches["reason_origin"].isin(["typed", "dropdown+typed"])
    return searches[typed & (searches["immigration_tier"] == "none")]


def _words_with_rows(rows: pd.DataFrame) -> pd.Series:
    """Rows of each normal form."""
    counts = rows["reason_text"].value_counts()
    forms = rules_of.normal_forms([text.replace("_", " ") for text in counts.index])
    return pd.Series(counts.to_numpy(), index=forms).groupby(level=0).sum()


def candidate_spellings(searches: pd.DataFrame) -> pd.DataFrame:
    """Spellings close to a listed word in rows that no total counts: word, listed, searches, reasons, agencies.

    For a person to accept into the rules, never applied. A word is shown when it is common, as reasons are; rarer
    ones are counted together, since a near spelling may be someone's name.
    """
    rows = _uncounted(searches)
    coded = rows["reason_text"].astype("category")
    texts = coded.cat.categories.tolist()
    near = {
        place: rules_of.near_words(form)
        for place, form in enumerate(rules_of.normal_forms([text.replace("_", " ") for text in texts]))
    }
    places = {place: found for place, found in near.items() if found}
    codes = coded.cat.codes.to_numpy()
    hit = np.isin(codes, list(places))
    frame = pd.DataFrame({"place": codes[hit], "agency": rows["searching_agency"].to_numpy()[hit]})
    pairs = [
        (word, listed, place, agency)
        for place, agency in zip(frame["place"], frame["agency"])
        for word, listed in places[place]
    ]
    found = pd.DataFrame(pairs, columns=["word", "listed", "place", "agency"])
    table = found.groupby(["word", "listed"]).agg(
        searches=("place", "size"), reasons=("place", "nunique"), agencies=("agency", "nunique")
    )
    return _shown(table.reset_index(), "word", searches)


def candidate_words(searches: pd.DataFrame) -> pd.DataFrame:
    """Words that keep company with known immigration reasons: word, searches, reasons, other_searches, strength.

    Over-represented in rows that core counts against rows that no total counts (log-likelihood ratio). Words of the
    rules' own lists are left out, and so are words of few rows: they may be names.
    """
    core = searches[searches["immigration_tier"].isin(["strict", "core"])]
    beside, elsewhere = _words_with_rows(core), _words_with_rows(_uncounted(searches))
    found = rules_of.company(beside.to_dict(), elsewhere.to_dict(), _LISTED)
    table = pd.DataFrame(
        [(one.word, one.rows, one.reasons, one.other_rows, round(one.strength, 1)) for one in found],
        columns=["word", "searches", "reasons", "other_searches", "strength"],
    )
    common = table["searches"] + table["other_searches"] >= COMMON_ROWS
    return table[common].reset_index(drop=True)


_LISTED = frozenset(
    (
        "immigration", "immig", "immi", "imm", "ice", "ero", "cbp", "usbp", "border", "patrol", "alien", "aliens",
        "illegal", "undocumented", "deport", "deported", "deportation", "removal", "overstay", "smuggling", "usc",
        "lesc", "uscis", "customs", "enforcement", "detainer", "hold", "visa", "reentry", "entry",
    )
)  # fmt: skip


def _shown(table: pd.DataFrame, word: str, searches: pd.DataFrame) -> pd.DataFrame:
    """A table of words whose rare ones are one line without a word."""
    few = min(COMMON_AGENCIES, searches["searching_agency"].nunique())
    common = (table["searches"] >= COMMON_ROWS) & (table["agencies"] >= few)
    shown = table[common].sort_values(["searches", word], ascending=[False, True], ignore_index=True)
    rest = table[~common]
    if len(rest):
        line = {word: f"({len(rest):,} rarer words)", "listed": "", "agencies": 0}
        sums = {name: int(rest[name].sum()) for name in ("searches", "reasons")}
        shown = pd.concat([shown, pd.DataFrame([line | sums])], ignore_index=True)[list(table.columns)]
    return shown
