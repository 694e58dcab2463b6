"""Which rows are one search: the same search in several logs, and again in one."""

from __future__ import annotations

import pandas as pd

from analysis.measures.numbers import Numbers, in_each_scope, number


def sightings(searches: pd.DataFrame) -> Numbers:
    """Distinct searches, and rows beyond the first of each."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        distinct = rows["search_key"].nunique()
        return [
            number("distinct_searches", scope, distinct, "searches"),
            number("duplicate_sightings", scope, len(rows) - distinct, "rows"),
        ]

    return in_each_scope(searches, of)


def logs_per_search(searches: pd.DataFrame) -> pd.DataFrame:
    """In how many logs a search was seen: logs, searches, rows."""
    each = searches.groupby("search_key").agg(logs=("camera_owner", "nunique"), rows=("camera_owner", "size"))
    return each.groupby("logs").agg(searches=("rows", "size"), rows=("rows", "sum")).reset_index()


def repeated_in_one_log(searches: pd.DataFrame) -> pd.DataFrame:
    """Rows beyond the first of a search inside one log: camera_owner, searches, repeated_rows."""
    again = searches.duplicated(["camera_owner", "search_key"])
    table = searches.groupby("camera_owner").size().rename("searches").reset_index()
    counts = again.groupby(searches["camera_owner"]).sum()
    return table.assign(repeated_rows=table["camera_owner"].map(counts).astype(int))


def reasons_across_logs(searches: pd.DataFrame) -> pd.DataFrame:
    """What several logs say of one search: case, searches. Nothing is filled in from one to another."""
    several = searches.groupby("search_key")["camera_owner"].transform("nunique") > 1
    shared = searches[several]
    said = ~shared["reason_origin"].isin(["masked", "blank"])
    each = pd.DataFrame({
        "said": said.groupby(shared["search_key"]).sum(),
        "rows": said.groupby(shared["search_key"]).size(),
        "texts": shared["reason_as_released"].where(said).groupby(shared["search_key"]).nunique(),
    })  # fmt: skip
    cases = {
        "every log gives the same reason": (each["said"] == each["rows"]) & (each["texts"] == 1),
        "every log gives a reason, in different words": (each["said"] == each["rows"]) & (each["texts"] > 1),
        "one log gives a reason that another hides or leaves blank": (each["said"] > 0)
        & (each["said"] < each["rows"]),
        "no log gives a reason": each["said"] == 0,
    }
    return pd.DataFrame({"case": list(cases), "searches": [int(mask.sum()) for mask in cases.values()]})
