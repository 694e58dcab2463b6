"""Which rows are one search: the same search in several logs, and again in one.

A nation's logs hold a hundred million searches, and nearly each is in a single row. `seen_again` finds the rows
of the others once; what is asked about them is then asked of those rows, and the rest is only counted. A measure
that is given all searches for `again`, or none, looks at every row and finds the same.
"""

from __future__ import annotations

import pandas as pd

from analysis.measures.needs import IN_SEVERAL_LOGS
from analysis.measures.numbers import Numbers, in_each_scope, number
from analysis.searches.table import Searches, once

MOMENT = """searching_agency, epoch_us(searched_at) // 1000000,
    case when searched_at_precision <> 'second' then source_file || source_row end"""
"""Agency and second, as SQL: what rows of one search have in common by every rule. A row of which the second is not
known has nothing in common with another."""

ASKED = (
    "source_file", "source_row", "camera_owner", "searching_agency", "searched_at", "searched_at_precision",
    "window_start", "window_end", "networks_searched", "search_type", "reason_origin", "reason_as_released", "topics",
    "immigration_tier",
)  # fmt: skip
"""The columns that measures of these rows read."""

_BY_ID = "case when released_id is not null then hash(released_id) // 2 end"
_AS_NUMBERS = {"search_key": "hash(search_key) // 2", "released_id": _BY_ID}
"""What is only ever compared, as 63-bit numbers, which are grouped in two thirds of the time that texts take. Two keys
meet in one number as seldom as two searches in one key, which has 64 bits. Rows without an id do not share one."""


@once
def seen_again(searches: Searches) -> Searches:
    """Every row that shares its search, its id, or its agency and second with another row, as a copy with the columns
    `ASKED`, and its key and id as numbers.

    By the rule, rows of one search have one agency and second; by ids, any may.
    """
    return searches.shared(f"hash({MOMENT})", _BY_ID, columns=ASKED, **_AS_NUMBERS)


def rows_among(searches: Searches, again: Searches | None) -> Searches:
    """The rows among which a search that is seen again is found."""
    return searches if again is None else again


def logs_per_search(searches: Searches, again: Searches | None = None) -> pd.DataFrame:
    """In how many logs a search was seen: logs, searches, rows."""
    among = rows_among(searches, again)
    logs = "greatest(count(distinct camera_owner), 1)"  # one whose owner nobody named is a log too
    each = f"select {logs} as logs, count(*) as rows from searches group by search_key"
    found = among.query(f"select logs, count(*) as searches, sum(rows) as rows from ({each}) group by logs")
    alone = searches.count() - among.count()
    rest = pd.DataFrame({"logs": [1], "searches": [alone], "rows": [alone]})[: int(alone > 0)]
    return pd.concat([found, rest]).astype("int64").groupby("logs").sum().reset_index()


def repeated_in_one_log(searches: Searches, again: Searches | None = None) -> pd.DataFrame:
    """Rows beyond the first of a search inside one log: camera_owner, searches, repeated_rows."""
    table = searches.tally("camera_owner").rename(columns={"rows": "searches"})
    beyond = table["camera_owner"].map(_beyond_in_each(rows_among(searches, again), "camera_owner"))
    return table.assign(repeated_rows=beyond.fillna(0).astype(int))


def _beyond_in_each(searches: Searches, column: str) -> pd.Series:
    """Rows beyond the first of each search among those with one value of a column, by that value."""
    pairs = f"select {column}, search_key, count(*) as n from searches group by all"
    found = searches.query(f"select {column}, sum(n) - count(*) as beyond from ({pairs}) group by all")
    return found.dropna(subset=column).set_index(column)["beyond"]


# How much the count hangs on the rule -----------------------------------------------------------------------

PUBLISHED = "agency, second and time frame: the published rule"
RULES = {
    "agency and second": (),
    PUBLISHED: ("window_start", "window_end"),
    "the same and the type of search": ("window_start", "window_end", "search_type"),
    "the same and the number of networks": ("window_start", "window_end", "search_type", "networks_searched"),
    "the same and the reason": (
        "window_start", "window_end", "search_type", "networks_searched", "reason_as_released",
    ),
}  # fmt: skip
"""Rules that one could have chosen, from the loosest to the strictest: what they add to agency and second."""


def distinct_by_rule(
    searches: Searches, again: Searches | None = None, repeated_records: int | None = None
) -> pd.DataFrame:
    """How many searches other rules would count: rule, distinct_searches, repeated_rows.

    The line of ids counts rows without an id by the published rule. The last line counts records that are equal
    in every released cell, as collections of logs do: `repeated_records` is how many repeat an earlier one of
    their file (`build.open_files`), since the cells that name plates and officers are gone from the searches; no
    such line without it. Rows are compared by 64-bit numbers.
    """
    among, rows = rows_among(searches, again), searches.count()
    counts = {}
    if ids := searches.distinct("released_id"):
        without = "released_id is null"
        by_rule = searches.count(without) - _beyond_first(among.where(without), MOMENT, *RULES[PUBLISHED])
        counts["the export's own id, where a row has one"] = ids + by_rule
    for rule, columns in RULES.items():
        counts[rule] = rows - _beyond_first(among, MOMENT, *columns)
    if repeated_records is not None:
        counts["every cell of the released record, in one file"] = rows - repeated_records
    table = pd.DataFrame({"rule": list(counts), "distinct_searches": list(counts.values())})
    return table.assign(repeated_rows=rows - table["distinct_searches"])


def _beyond_first(searches: Searches, *values: str) -> int:
    """Rows beyond the first of those that are equal in all these values."""
    return searches.count() - searches.distinct(f"hash({', '.join(values)})")


def repeated(files: pd.DataFrame) -> Numbers:
    """Records that repeat an earlier one of their file in every released cell, plates and officers among them.

    `files` is from `build.open_files`. Two records that differ in one cell are two.
    """

    def of(scope: str, lines: pd.DataFrame) -> Numbers:
        rows, repeats = int(lines["searches"].sum()), int(lines["repeated_records"].sum())
        return [number("repeated_records", scope, repeats, "rows", numerator=repeats, denominator=rows)]

    return in_each_scope(files, of)


def same_searches(searches: Searches, again: Searches | None = None) -> pd.DataFrame:
    """Files that hold the same searches as another file of their owner, whatever days they cover: source_file,
    searches (distinct ones), other_file, also_in_other, share; a line for each direction.

    A file that was released twice holds all of another's searches, and a longer one holds them and more. Logs of
    several owners are meant to hold the same searches, and are not compared.
    """
    among = rows_among(searches, again)
    owner = "coalesce(camera_owner, '')"  # most owners have one file, which has no other to be joined with
    several = f"select {owner} from searches group by all having min(source_file) <> max(source_file)"
    held = (
        f"(select distinct camera_owner, source_file, search_key from searches where {owner} in ({several}))"
    )
    found = among.query(f"""
        select one.source_file, other.source_file as other_file, count(*) as also_in_other
        from {held} as one join {held} as other
            on one.search_key = other.search_key and one.camera_owner is not distinct from other.camera_owner
        where one.source_file <> other.source_file group by all
        """)  # fmt: skip
    rows = searches.tally("source_file").set_index("source_file")["rows"]
    beyond = _beyond_in_each(among, "source_file").reindex(rows.index, fill_value=0)
    table = found.assign(searches=found["source_file"].map(rows - beyond).astype("int64"))
    table["share"] = table["also_in_other"] / table["searches"]
    columns = ["source_file", "searches", "other_file", "also_in_other", "share"]
    order = {"by": ["also_in_other", "source_file", "other_file"], "ascending": [False, True, True]}
    return table[columns].sort_values(**order, ignore_index=True)


# Files that cover the same days -----------------------------------------------------------------------------


def overlaps(searches: Searches, again: Searches | None = None) -> pd.DataFrame:
    """Files of one owner whose periods overlap: camera_owner, source_file, other_file, from, until (UTC),
    rows and other_rows inside the overlap, searches_in_both.

    Monthly exports touch at midnight, and a portal shows the last thirty days each time it is captured. Where
    searches are in both files, adding the files up would count them twice. Where none does although both have
    rows, the files are different logs, or ids and redaction keep their rows apart.
    """
    pairs = _overlapping(
        searches.query(
            "select camera_owner, source_file, min(searched_at) as first, max(searched_at) as last "
            "from searches group by all order by all"
        )
    )
    columns = ["camera_owner", "source_file", "other_file", "from", "until", "rows", "other_rows",
               "searches_in_both"]  # fmt: skip
    if pairs.empty:
        return pd.DataFrame(columns=columns)
    found = pairs.assign(
        rows=_rows_inside(searches, pairs, "source_file"),
        other_rows=_rows_inside(searches, pairs, "other_file"),
        searches_in_both=_in_both(rows_among(searches, again), pairs),
    )
    return found[columns]


def _overlapping(files: pd.DataFrame) -> pd.DataFrame:
    """Pairs of files of one owner whose periods overlap, the earlier one first: from, until, and a number `pair`."""
    files = files.sort_values(["camera_owner", "first", "last", "source_file"], ignore_index=True)
    files["place"] = files.index
    both = files.merge(files, on="camera_owner", suffixes=("", "_other"))
    both = both.rename(columns={"source_file_other": "other_file", "first_other": "from"})
    both["until"] = both[["last", "last_other"]].min(axis=1)
    found = both[(both["place"] < both["place_other"]) & (both["from"] <= both["until"])]
    columns = ["camera_owner", "source_file", "other_file", "from", "until"]
    return found[columns].reset_index(drop=True).rename_axis("pair").reset_index()


def _rows_inside(searches: Searches, pairs: pd.DataFrame, which: str) -> pd.Series:
    """How many rows the file that a column of the pairs names has inside each overlap.

    Most rows of a file lie inside all its overlaps: those are counted once, the others for each pair.
    """
    pairs = pairs.rename(columns={which: "file"})
    ends = {"latest": ("from", "max"), "earliest": ("until", "min")}
    common = pairs.groupby(["camera_owner", "file"]).agg(**ends).reset_index()
    lines = """select common.camera_owner, file, searched_at between latest and earliest as inside_all,
                      if(inside_all, null, searched_at) as moment, count(*) as rows
               from searches join common on searches.camera_owner = common.camera_owner and source_file = file
               group by all"""
    found = searches.query(f"""
        select pair, sum(rows) as inside from pairs join ({lines}) using (camera_owner, file)
        where inside_all or moment between "from" and until group by pair
        """, pairs=pairs, common=common)  # fmt: skip
    return _of_each(pairs, found)


def _in_both(again: Searches, pairs: pd.DataFrame) -> pd.Series:
    """How many searches are inside the overlap in both files of each pair."""
    twice = """select one.camera_owner, search_key, one.source_file, other.source_file as other_file,
                      one.searched_at as moment, other.searched_at as other_moment
               from searches as one join searches as other using (camera_owner, search_key)
               where one.source_file <> other.source_file"""
    found = again.query(f"""
        select pair, count(distinct search_key) as inside
        from pairs join ({twice}) using (camera_owner, source_file, other_file)
        where moment between "from" and until and other_moment between "from" and until group by pair
        """, pairs=pairs)  # fmt: skip
    return _of_each(pairs, found)


def _of_each(pairs: pd.DataFrame, found: pd.DataFrame) -> pd.Series:
    """The count `inside` of each pair, 0 where none was found."""
    return pairs["pair"].map(found.set_index("pair")["inside"]).fillna(0).astype("int64")


# What several logs say of one search ------------------------------------------------------------------------


def reasons_across_logs(again: Searches) -> pd.DataFrame:
    """What several logs say of one search: case, searches. Nothing is filled in from one to another."""
    each = f"""select count(*) as rows, count(*) filter (not hidden) as said,
                   min(reason_as_released) filter (not hidden) = max(reason_as_released) filter (not hidden) as same
               from searches group by search_key having {IN_SEVERAL_LOGS}"""
    cases = {
        "every log gives the same reason": "said = rows and same",
        "every log gives a reason, in different words": "said = rows and not same",
        "one log gives a reason that another hides or leaves blank": "said > 0 and said < rows",
        "no log gives a reason": "said = 0",
    }
    counts = ", ".join(f"count(*) filter ({condition})" for condition in cases.values())
    found = again.query(f"select {counts} from ({each})").iloc[0]
    return pd.DataFrame({"case": list(cases), "searches": found.astype("int64").tolist()})


HIDDEN_SOMEWHERE = f"""search_key in (
    select search_key from searches group by search_key having {IN_SEVERAL_LOGS} and bool_or(hidden))"""
"""An SQL condition: several logs hold the search, and one of them hides the reason or leaves it blank."""


def hidden_elsewhere(again: Searches) -> pd.DataFrame:
    """What the shown reasons say of searches that another log hides or leaves blank: topic, searches.

    A search with several topics is in each line. The hidden rows are counted by what their own log says;
    these lines only tell what that leaves out.
    """
    shown = f"select search_key, topics from searches where not hidden and {HIDDEN_SOMEWHERE}"
    found = again.query(f"""
        select topic, count(distinct search_key) as searches
        from (select search_key, unnest(if(len(topics) = 0, [null], topics)) as topic from ({shown}))
        group by topic order by searches desc, topic
        """)  # fmt: skip
    table = found.dropna(subset="topic").reset_index(drop=True)
    table.loc[len(table)] = ["(no topic matched)", found.loc[found["topic"].isna(), "searches"].sum()]
    return table.astype({"searches": int})
