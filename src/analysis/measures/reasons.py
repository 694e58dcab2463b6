"""What the reasons say: origins, offense types, topics, rules, and the reasons common enough to print."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

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
            number(
                "distinct_reasons", scope, rows["reason_as_released"].replace("", pd.NA).nunique(), "reasons"
            ),
        ]

    return in_each_scope(searches, of)


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


def common_reasons(searches: pd.DataFrame, without_topic: bool = False) -> pd.DataFrame:
    """Reasons common enough to print, plates and numbers masked: reason, searches, agencies, share.

    Rare reasons are officers' words about persons; they are counted elsewhere and never printed.
    """
    rows = searches[searches["reason_origin"].isin(["typed", "dropdown", "dropdown+typed"])]
    if without_topic:
        rows = rows[lengths(rows["topics"]) == 0]
    shown = rows["reason_as_released"].str.strip().str.casefold()
    table = rows.groupby(shown.rename("reason"))["searching_agency"].agg(["size", "nunique"])
    few = min(COMMON_AGENCIES, searches["searching_agency"].nunique())
    table = table[(table["size"] >= COMMON_ROWS) & (table["nunique"] >= few)].reset_index()
    table.columns = ["reason", "searches", "agencies"]
    table["reason"] = table["reason"].map(mask_text)
    table = table.sort_values(["searches", "reason"], ascending=[False, True], ignore_index=True)
    return with_share(table, of=len(searches))
