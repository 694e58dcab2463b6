"""What was released: records, searches, days, eras."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from analysis import vendors
from analysis.measures.numbers import Numbers, in_each_scope, list_counts, number, with_share
from analysis.places import LEFT_OUT, LeftOut, ReleasedFile
from analysis.privacy import search_types
from analysis.searches.table import Searches
from analysis.wording import counted


def second_files(files: pd.DataFrame, described: Sequence[ReleasedFile]) -> tuple[str, ...]:
    """The files that hold another's searches again, as source.toml says; of an archive, the files in it."""
    whole = [file.name for file in described if file.same_searches_as]
    return tuple(
        one
        for one in files["source_file"]
        if any(one == name or one.startswith(f"{name}/") for name in whole)
    )


def said_of_second_files(files: pd.DataFrame, second: Collection[str]) -> list[str]:
    """A sentence on the files that hold another's searches again, if there are any."""
    lines = files[files["source_file"].isin([*second])]
    if lines.empty:
        return []
    named = " and ".join(f"`{name.replace(chr(96), chr(39))}`" for name in lines["source_file"])
    return [
        f"{named} {'repeats' if len(lines) == 1 else 'repeat'} searches of another file "
        f"({counted(int(lines['searches'].sum()), 'row')}). Only a claim about that file counts them."
    ]


def released(files: pd.DataFrame, second: Collection[str] = ()) -> Numbers:
    """Records in the released files, those rejected, and searches in `second` files, of all files and of each
    owner's.

    `files` is from `build.open_files`. A corpus in one file names a camera owner in each row, so records are those
    of the owner of their file, and searches those of the owner whom their row names.
    """

    def of(scope: str, lines: pd.DataFrame) -> Numbers:
        found = {"rows_released": lines["records"].sum(), "rows_rejected": lines["rejected"].sum()}
        if second:
            found["rows_in_second_files"] = lines.loc[lines["source_file"].isin([*second]), "searches"].sum()
        return [number(name, scope, count, "rows") for name, count in found.items()]

    return in_each_scope(files, of)


def silent_owners(files: pd.DataFrame) -> list[str]:
    """The camera owners of files without a search, in alphabetical order: such a log is its owner's too.

    `files` is from `build.open_files`; the files inside an archive have lines of their own.
    """
    silent = files[(files["forms"] != "archive") & (files["searches"] == 0)]
    return sorted(silent["camera_owner"].dropna().unique())


def per_day(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """Searches on each local day that a log covers: camera_owner, day, searches. A covered day without any is 0; a day
    that only other logs cover is no day of it."""
    lines = searches.tally(camera_owner="coalesce(camera_owner, '')", day=_DAY)
    every = pd.MultiIndex.from_frame(covered_days(searches, files).sort_values(["camera_owner", "day"]))
    counts = lines.set_index(["camera_owner", "day"])["rows"].reindex(every, fill_value=0)
    return counts.rename("searches").reset_index()


def busiest_day(searches: Searches) -> pd.DataFrame:
    """What happened on the day with most searches, in one row: day, searches, share of all, topic (the commonest of
    that day's reasons), topic_searches, hour (the busiest), hour_searches; empty where that is not known."""
    days = searches.where("searched_at is not null").tally(day=_DAY)
    if days.empty:
        return pd.DataFrame(
            columns=["day", "searches", "share", "topic", "topic_searches", "hour", "hour_searches"]
        )
    day = days.sort_values(["rows", "day"], ascending=[False, True]).iloc[0]
    that_day = searches.where(f"local_day = '{day['day']:%Y-%m-%d}'")
    lines = that_day.tally("topics")
    topics = list_counts(lines["topics"], lines["rows"])
    hours = that_day.where("owner_said", "not day_only").tally("hour").set_index("hour")["rows"]
    line = {"day": day["day"], "searches": int(day["rows"]), "share": int(day["rows"]) / searches.count()}
    for name, counts in (("topic", topics), ("hour", hours)):
        most = counts.idxmax() if len(counts) else None
        line |= {name: most, f"{name}_searches": int(counts[most]) if most is not None else None}
    return pd.DataFrame([line])


_DAY = "local_day::timestamp"


def covered_days(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """Each local day that an owner's files cover, once: camera_owner (blank where nobody named it), day.

    A file covers the days that `source.toml` says, and those from its first search to its last.
    """
    said = {file.name: [*map(pd.Timestamp, file.period)] for file in files if file.period}
    spans = searches.query(
        f"select coalesce(camera_owner, '') as camera_owner, source_file, min({_DAY}) as first, max({_DAY}) as last "
        "from searches where searched_at is not null group by all order by all"
    )
    if spans.empty:
        return pd.DataFrame({"camera_owner": [], "day": pd.DatetimeIndex([])})
    first = spans["first"].combine(spans["source_file"], lambda day, file: min(day, *said.get(file, [day])))
    last = spans["last"].combine(spans["source_file"], lambda day, file: max(day, *said.get(file, [day])))
    count = (last - first).dt.days.to_numpy() + 1
    ahead = np.arange(count.sum()) - np.repeat(count.cumsum() - count, count)
    days = first.repeat(count) + pd.to_timedelta(ahead, unit="D")
    owners = spans["camera_owner"].astype("str").repeat(count)
    return pd.DataFrame({"camera_owner": owners, "day": days}).drop_duplicates(ignore_index=True)


def exposure(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """Searches of each log for each day that it covers: camera_owner, days, searches, searches_a_day."""
    days = covered_days(searches, files).groupby("camera_owner").size().rename("days")
    rows = searches.where("searched_at is not null").tally(camera_owner="coalesce(camera_owner, '')")
    table = rows.set_index("camera_owner").join(days).reset_index()[["camera_owner", "days", "rows"]]
    table = table.rename(columns={"rows": "searches"})
    return table.assign(searches_a_day=table["searches"] / table["days"])


def weeks_covered(searches: Searches, files: Sequence[ReleasedFile] = ()) -> pd.DataFrame:
    """How much of each local week the logs cover, by its Monday: days_covered (those of all owners, added up), of_days
    (seven for each owner)."""
    days = covered_days(searches, files)
    weeks = days["day"].dt.to_period("W-SUN").dt.start_time.rename("week")
    table = days.groupby(weeks).size().rename("days_covered").to_frame()
    return table.assign(of_days=7 * days["camera_owner"].nunique())


def by_era(searches: Searches) -> pd.DataFrame:
    """Searches by the vendor's era on the day: era, searches, share."""
    counts = searches.tally("era").set_index("era")["rows"]
    counts = counts.reindex([*vendors.eras(counts.index)], fill_value=0)
    return with_share(counts.rename_axis("era").rename("searches").reset_index())


def coverage(searches: Searches, files: Sequence[ReleasedFile]) -> pd.DataFrame:
    """Which local days each file covers: source_file, said_from, said_until, first_day, last_day, days,
    days_without_searches, days_missing_at_start, days_missing_at_end.

    Days without searches lie between the first and the last. Missing at the start or end are days of the period
    that `source.toml` gives; without one, the days from the last search to the end of its month, since an export
    that broke off looks like a month that ends early. A portal shows its last thirty days and ends with no month.
    A file without searches has no days.
    """
    days = searches.tally("source_file", day=_DAY)
    found = days.groupby("source_file")["day"].agg(["min", "max", "size"])
    lines = [
        _covered(file.of_inner(name.removeprefix(f"{file.name}/")), name, found)
        for file in files
        for name in _parts(file, found)
    ]
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


def clocks_apart(searches: Searches) -> pd.DataFrame:
    """Pairs of files in which rows have one id of the export's own, and how far apart their times are: source_file,
    other_file, hours_apart (blank where that is no whole number of hours), searches.

    One search was made at one time. Where the times of two files differ by whole hours, the clock of one was read in
    the wrong zone, or somebody shifted it. Times are compared to the second.
    """
    with_ids = searches.where("released_id is not null").shared(
        "hash(released_id)", columns=("source_file", "released_id", "searched_at")
    )
    return with_ids.query("""
        select source_file, other_file, if(abs(seconds - 3600 * round(seconds / 3600)) <= 1,
            round(seconds / 3600)::bigint, null) as hours_apart, count(distinct released_id) as searches
        from (
            select one.source_file, other.source_file as other_file, one.released_id,
                epoch_us(other.searched_at) // 1000000 - epoch_us(one.searched_at) // 1000000 as seconds
            from searches as one join searches as other using (released_id)
            where one.source_file < other.source_file
        ) group by all order by all
        """)


def said_of_clocks(apart: pd.DataFrame) -> list[str]:
    """A sentence for each pair of files of `clocks_apart` in which some times differ by whole hours."""
    said = []
    for (one, other), lines in apart.groupby(["source_file", "other_file"]):
        shifted = lines[lines["hours_apart"].fillna(0) != 0]
        hours = ", ".join(f"{n:,} by {h:+d} h" for h, n in zip(shifted["hours_apart"], shifted["searches"]))
        if hours:
            said.append(
                f"**The clocks of two files disagree.** Of {lines['searches'].sum():,} searches in both `{one}` and "
                f"`{other}`, the times in the second differ from those in the first: {hours}. Find out which clock "
                "each column follows, and say so with time_zone or time_zones in the file's entry of source.toml."
            )
    return said


def left_out(files: Sequence[LeftOut]) -> pd.DataFrame:
    """Files that came with the release and are not read: kind, name, why, sha256; those
    first that could be audits."""
    order = {kind: at for at, kind in enumerate(LEFT_OUT)}
    lines = [
        {
            "kind": LEFT_OUT.get(one.kind, LEFT_OUT[""])[0],
            "name": one.name,
            "why": one.why,
            "sha256": one.sha256,
        }
        for one in sorted(files, key=lambda one: order.get(one.kind, len(order)))
    ]
    return pd.DataFrame(lines, columns=["kind", "name", "why", "sha256"])


def by_moderation(searches: Searches) -> pd.DataFrame:
    """Searches by type and by the vendor's moderation: search_type, moderation, searches, share of all rows.

    A search that the vendor blocked was an attempt; it is counted here and stays among the rows.
    """
    kinds = ["search_type", "moderation"]
    lines = searches.tally(*kinds).fillna(dict.fromkeys(kinds, "(none)"))
    lines["search_type"] = lines["search_type"].map(search_types(lines))
    # What is not a word of the vendor's closed list is somebody's sentence, and is not printed.
    lines["moderation"] = lines["moderation"].where(
        lines["moderation"].isin([*vendors.verdicts(), "(none)"]), "(a sentence)"
    )
    table = lines.groupby(kinds)["rows"].sum().rename("searches").reset_index()
    table = table.sort_values(["searches", *kinds], ascending=[False, True, True], ignore_index=True)
    return with_share(table)
