"""What was released: records, searches, days, eras."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from typing import Any

import pandas as pd

from analysis.formats import known_search_types
from analysis.measures.numbers import Numbers, number, with_share
from analysis.places import LeftOut, ReleasedFile
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


def coverage(searches: pd.DataFrame, files: Sequence[ReleasedFile], time_zone: str) -> pd.DataFrame:
    """Which local days each file covers: source_file, said_from, said_until, first_day, last_day, days,
    days_without_searches, days_missing_at_start, days_missing_at_end.

    Days without searches lie between the first and the last. Missing at the start or end are days of the period
    that `source.toml` gives; without one, the days from the last search to the end of its month, since an export
    that broke off looks like a month that ends early. A portal shows its last thirty days and ends with no month.
    A file without searches has no days.
    """
    day = searches["searched_at"].dt.tz_convert(time_zone).dt.tz_localize(None).dt.normalize()
    found = day.groupby(searches["source_file"]).agg(["min", "max", "nunique"])
    lines = [_covered(file, name, found) for file in files for name in _parts(file, found)]
    return pd.DataFrame(lines).astype(dict.fromkeys(("days", *_GAPS), "Int64"))


_GAPS = ("days_without_searches", "days_missing_at_start", "days_missing_at_end")


def _parts(file: ReleasedFile, found: pd.DataFrame) -> list[str]:
    """The file, or the files inside it where it is an archive."""
    return [name for name in found.index if name.startswith(f"{file.name}/")] or [file.name]


def _covered(file: ReleasedFile, name: str, found: pd.DataFrame) -> dict[str, Any]:
    said = tuple(map(pd.Timestamp, file.period)) if file.period else (pd.NaT, pd.NaT)
    line = {"source_file": name, "said_from": said[0], "said_until": said[1]}
    if name not in found.index:
        nothing = dict.fromkeys(("days", *_GAPS), pd.NA)
        return {**line, "first_day": pd.NaT, "last_day": pd.NaT, **nothing}
    first, last, seen = found.loc[name]
    days = (last - first).days + 1
    month_end = last + pd.Timedelta(days=calendar.monthrange(last.year, last.month)[1] - last.day)
    end = said[1] if file.period else last if file.log == "portal audit" else month_end
    return {
        **line,
        "first_day": first,
        "last_day": last,
        "days": days,
        "days_without_searches": days - int(seen),
        "days_missing_at_start": max((first - said[0]).days, 0) if file.period else 0,
        "days_missing_at_end": max((end - last).days, 0),
    }


def left_out(files: Sequence[LeftOut]) -> pd.DataFrame:
    """Files that came with the release and are not read: name, why, sha256."""
    return pd.DataFrame(
        [{"name": one.name, "why": one.why, "sha256": one.sha256} for one in files],
        columns=["name", "why", "sha256"],
    )


def by_moderation(searches: pd.DataFrame) -> pd.DataFrame:
    """Searches by type and by the vendor's moderation: search_type, moderation, searches, share of all rows.

    A search that the vendor blocked was an attempt; it is counted here and stays among the rows.
    """
    kinds = ["search_type", "moderation"]
    rows = searches[kinds].fillna("(none)").astype(str)
    rows["search_type"] = _named_types(rows["search_type"])
    # What is not a word of the vendor's closed list is somebody's sentence, and is not printed.
    rows["moderation"] = rows["moderation"].where(rows["moderation"].isin(MODERATION), "(a sentence)")
    table = rows.groupby(kinds).size().rename("searches").reset_index()
    table = table.sort_values(["searches", *kinds], ascending=[False, True, True], ignore_index=True)
    return with_share(table)


def _named_types(types: pd.Series) -> pd.Series:
    """Types of the vendor's list as they are; unknown ones are named where they are common, else counted only."""
    rows = types.value_counts()
    known = {*known_search_types(), "(none)"}
    names = {
        name: name if name.removesuffix(" - Mobile") in known or n >= COMMON_TYPE else "(unknown type)"
        for name, n in rows.items()
    }
    return types.map(names)


COMMON_TYPE = 50  # rows: a rarer unknown value may be a cell that slipped into the column

MODERATION = ("allow", "warn", "block", "(none)")
"""The vendor's words for what became of a free-text search, as seen in released files."""
