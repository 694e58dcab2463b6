"""What was released: records, searches, days, eras."""

from __future__ import annotations

import pandas as pd

from analysis.measures.numbers import Numbers, number, with_share
from analysis.searches import ERAS


def released(files: pd.DataFrame) -> Numbers:
    """Rows released, rejected and kept, first and last search, camera owners (from `build.open_files`)."""
    found = [number("camera_owners", "all", files["camera_owner"].nunique(), "camera owners")]
    for scope in ["all", *sorted(files["camera_owner"].unique())]:
        rows = files if scope == "all" else files[files["camera_owner"] == scope]
        times = rows[rows["searches"] > 0]
        found += [
            number("rows_released", scope, rows["records"].sum(), "rows"),
            number("rows_rejected", scope, rows["rejected"].sum(), "rows"),
            number("searches", scope, rows["searches"].sum(), "rows"),
            number("first_search", scope, times["first_search"].min() if len(times) else None, "time, UTC"),
            number("last_search", scope, times["last_search"].max() if len(times) else None, "time, UTC"),
        ]
    return found


def per_day(searches: pd.DataFrame, time_zone: str) -> pd.DataFrame:
    """Searches on each local day of each log: camera_owner, day, searches; days without any are 0."""
    day = searches["searched_at"].dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize()
    counts = searches.groupby(["camera_owner", day.rename("day")], observed=True).size()
    days = pd.date_range(day.min(), day.max(), freq="D")
    owners = sorted(searches["camera_owner"].unique())
    every = pd.MultiIndex.from_product([owners, days], names=["camera_owner", "day"])
    return counts.reindex(every, fill_value=0).rename("searches").reset_index()


def by_era(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches by the vendor's regime on the day: era, searches, share."""
    counts = searches["era"].value_counts().reindex([name for name, _ in ERAS], fill_value=0)
    return with_share(counts.rename_axis("era").rename("searches").reset_index())
