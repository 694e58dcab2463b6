"""Which rows are one search: the same search in several logs, and again in one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis.measures.numbers import DEFINITIONS, Numbers, in_each_scope, lengths, number
from analysis.sightings import mix

HIDDEN = ("masked", "blank")
"""Origins of a reason that its log does not show."""


def sightings(searches: pd.DataFrame) -> Numbers:
    """Distinct searches, rows beyond the first of each, and distinct ids of the export's own."""

    def of(scope: str, rows: pd.DataFrame) -> Numbers:
        distinct = len(pd.unique(rows["search"]))
        return [
            number("distinct_searches", scope, distinct, "searches"),
            number("duplicate_sightings", scope, len(rows) - distinct, "rows"),
            number("distinct_released_ids", scope, int(rows["id"].nunique()), "ids"),
        ]

    ids = _numbered(searches["released_id"]).astype(float)
    ids[searches["released_id"].isna().to_numpy()] = np.nan
    numbered = pd.DataFrame({
        "camera_owner": searches["camera_owner"], "search": _searches_numbered(searches), "id": ids,
    })  # fmt: skip
    return in_each_scope(numbered, of)


def logs_per_search(searches: pd.DataFrame) -> pd.DataFrame:
    """In how many logs a search was seen: logs, searches, rows."""
    key = _searches_numbered(searches)
    logs = _logs(searches, key)
    first = pd.DataFrame({"logs": logs, "first": ~pd.Series(key).duplicated().to_numpy()})
    table = first.groupby("logs").agg(searches=("first", "sum"), rows=("first", "size"))
    return table.reset_index()


def _logs(searches: pd.DataFrame, key: np.ndarray) -> np.ndarray:
    """For each row, how many camera owners' logs hold its search."""
    owner = _numbered(searches["camera_owner"])
    owners = int(owner.max()) + 1 if len(owner) else 1
    holders = pd.unique(key * owners + owner) // owners  # many times faster than NumPy's
    return np.bincount(holders, minlength=int(key.max()) + 1 if len(key) else 0)[key]


def _searches_numbered(searches: pd.DataFrame) -> np.ndarray:
    """The distinct searches numbered from 0, for each row.

    Keys are 16 hexadecimal digits, which become numbers many times faster than texts are told apart.
    """
    keys = pa.chunked_array(pa.array(searches["search_key"])).combine_chunks().cast(pa.large_string())
    if not pc.all(pc.match_substring_regex(keys, "^[0-9a-f]{16}$")).as_py():
        return _numbered(searches["search_key"])
    _, offsets, digits = keys.buffers()
    start = int(np.frombuffer(offsets, np.int64)[keys.offset])
    joined = digits[start : start + 16 * len(keys)].to_pybytes().decode()
    return pd.factorize(np.frombuffer(bytes.fromhex(joined), ">u8").astype(np.uint64))[0]


def _numbered(column: pd.Series) -> np.ndarray:
    """The distinct values of a column numbered from 0; a missing one is numbered too."""
    return _codes(column).astype(np.int64)


def repeated_in_one_log(searches: pd.DataFrame) -> pd.DataFrame:
    """Rows beyond the first of a search inside one log: camera_owner, searches, repeated_rows."""
    again = searches.duplicated(["camera_owner", "search_key"])
    table = searches.groupby("camera_owner").size().rename("searches").reset_index()
    counts = again.groupby(searches["camera_owner"]).sum()
    return table.assign(repeated_rows=table["camera_owner"].map(counts).astype(int))


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

WHOLE_ROW = ("searching_agency_as_released", "searched_at", "window_start", "window_end", "networks_searched",
             "devices_searched", "search_type", "moderation", "reason_as_released")  # fmt: skip
"""What a fingerprint of the whole released record holds, but for its id, its file and masked columns."""


def distinct_by_rule(searches: pd.DataFrame) -> pd.DataFrame:
    """How many searches other rules would count: rule, distinct_searches, repeated_rows.

    The line of ids counts rows without an id by the published rule. The last line counts whole records that
    are equal in every column, as collections of logs do.
    """
    seconds = searches["searched_at"].astype("int64").to_numpy() // 1_000_000
    base = mix(_codes(searches["searching_agency"]), seconds.astype(np.uint64))
    keys = {}
    if searches["released_id"].notna().any():
        without = searches["released_id"].isna().to_numpy()
        published = _mixed(base, searches, RULES[PUBLISHED])
        # Keys fill all 64 bits, so a small code and a key do not meet.
        keys["the export's own id, where a row has one"] = np.where(
            without, published, _codes(searches["released_id"])
        )
    keys |= {rule: _mixed(base, searches, columns) for rule, columns in RULES.items()}
    keys["every column of the released record"] = _mixed(np.zeros_like(base), searches, WHOLE_ROW)
    table = pd.DataFrame(
        {"rule": list(keys), "distinct_searches": [len(pd.unique(k)) for k in keys.values()]}
    )
    return table.assign(repeated_rows=len(searches) - table["distinct_searches"])


def _mixed(key: np.ndarray, searches: pd.DataFrame, columns: tuple[str, ...]) -> np.ndarray:
    for column in columns:
        key = mix(key, _codes(searches[column]))
    return key


def _codes(column: pd.Series) -> np.ndarray:
    """A number for each distinct value of a column; a missing one has a number of its own."""
    coded = pa.array(column).dictionary_encode()
    coded = coded.combine_chunks() if isinstance(coded, pa.ChunkedArray) else coded
    return (coded.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1).astype(np.uint64)


def ids_across_logs(searches: pd.DataFrame) -> Numbers:
    """Searches that stood in several owners' logs with an id in each row, and those whose ids are all the same.

    Only the second number can show that the vendor's id is shared between logs.
    """
    rows = searches[_in_several_logs(searches)]
    key, ids = _searches_numbered(rows), _numbered(rows["released_id"])
    each = pd.DataFrame({"id": ids, "known": rows["released_id"].notna().to_numpy()}).groupby(key)
    ends = each["id"].agg(["min", "max"])
    with_ids = each["known"].all()
    known, same = int(with_ids.sum()), int((with_ids & (ends["min"] == ends["max"])).sum())
    return [
        number("searches_in_several_logs.with_ids", "all", known, "searches"),
        number("searches_in_several_logs.same_id", "all", same, "searches", numerator=same, denominator=known),
    ]  # fmt: skip


def _in_several_logs(searches: pd.DataFrame) -> np.ndarray:
    return _logs(searches, _searches_numbered(searches)) > 1


# Files that cover the same days -----------------------------------------------------------------------------


def overlaps(searches: pd.DataFrame) -> pd.DataFrame:
    """Files of one owner whose periods overlap: camera_owner, source_file, other_file, from, until (UTC),
    rows and other_rows inside the overlap, searches_in_both.

    Monthly exports touch at midnight, and a portal shows the last thirty days each time it is captured. Where
    searches stand in both files, adding the files up would count them twice. Where none does although both have
    rows, the files are different logs, or ids and redaction keep their rows apart.
    """
    lines = [line for _, rows in searches.groupby("camera_owner") for line in _overlapping(rows)]
    columns = ["camera_owner", "source_file", "other_file", "from", "until", "rows", "other_rows",
               "searches_in_both"]  # fmt: skip
    return pd.DataFrame(lines, columns=columns)


def _overlapping(rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    files = {name: part for name, part in rows.groupby("source_file") if len(part)}
    ends = {name: (part["searched_at"].min(), part["searched_at"].max()) for name, part in files.items()}
    for one, other in combinations(sorted(files, key=lambda name: (ends[name], name)), 2):
        begin, end = max(ends[one][0], ends[other][0]), min(ends[one][1], ends[other][1])
        if begin > end:
            continue
        mine, theirs = (part[part["searched_at"].between(begin, end)] for part in (files[one], files[other]))
        both = np.intersect1d(mine["search_key"].unique(), theirs["search_key"].unique())
        yield {
            "camera_owner": rows["camera_owner"].iloc[0], "source_file": one, "other_file": other,
            "from": begin, "until": end, "rows": len(mine), "other_rows": len(theirs),
            "searches_in_both": len(both),
        }  # fmt: skip


# What several logs say of one search ------------------------------------------------------------------------


def reasons_across_logs(searches: pd.DataFrame) -> pd.DataFrame:
    """What several logs say of one search: case, searches. Nothing is filled in from one to another."""
    shared = searches[_in_several_logs(searches)]
    key = _searches_numbered(shared)
    said = ~shared["reason_origin"].isin(HIDDEN).to_numpy()
    text = _numbered(shared["reason_as_released"])
    each = pd.DataFrame({"said": said}).groupby(key)["said"].agg(["sum", "size"])
    each.columns = ["said", "rows"]
    shown = pd.DataFrame({"text": text[said]}).groupby(key[said])["text"].agg(["min", "max"])
    # One text, two or more, or none at all: that is all the cases ask.
    texts = (1 + (shown["min"] != shown["max"])).reindex(each.index, fill_value=0)
    each["texts"] = texts.to_numpy()
    cases = {
        "every log gives the same reason": (each["said"] == each["rows"]) & (each["texts"] == 1),
        "every log gives a reason, in different words": (each["said"] == each["rows"]) & (each["texts"] > 1),
        "one log gives a reason that another hides or leaves blank": (each["said"] > 0)
        & (each["said"] < each["rows"]),
        "no log gives a reason": each["said"] == 0,
    }
    return pd.DataFrame({"case": list(cases), "searches": [int(mask.sum()) for mask in cases.values()]})


def hidden_elsewhere(searches: pd.DataFrame) -> pd.DataFrame:
    """What the shown reasons say of searches that another log hides or leaves blank: topic, searches.

    A search with several topics stands in each line. The hidden rows are counted by what their own log says;
    these lines only tell what that leaves out.
    """
    hidden = searches["reason_origin"].isin(HIDDEN)
    shown = searches[~hidden & _hidden_somewhere(searches)]
    topics = shown[["search_key", "topics"]].explode("topics").dropna().drop_duplicates()
    counts = topics.groupby("topics")["search_key"].nunique().rename("searches")
    none = int(shown.loc[lengths(shown["topics"]) == 0, "search_key"].nunique())
    table = counts.rename_axis("topic").reset_index()
    table = table.sort_values(["searches", "topic"], ascending=[False, True], ignore_index=True)
    table.loc[len(table)] = ["(no topic matched)", none]
    return table.astype({"searches": int})


def _hidden_somewhere(searches: pd.DataFrame) -> np.ndarray:
    """Rows of searches that stand in several logs, of which one hides the reason or leaves it blank."""
    key = _searches_numbered(searches)
    hidden = np.zeros(int(key.max()) + 1 if len(key) else 0, dtype=bool)
    hidden[key[searches["reason_origin"].isin(HIDDEN).to_numpy(dtype=bool)]] = True
    return hidden[key] & (_logs(searches, key) > 1)


def immigration_hidden_elsewhere(searches: pd.DataFrame) -> Numbers:
    """Searches that cite immigration in one log and whose reason another log hides or leaves blank."""
    rows = searches[_hidden_somewhere(searches)]
    return [
        number(f"immigration_hidden_elsewhere.{name}", "all",
               rows.loc[rows["immigration_tier"].isin(tiers), "search_key"].nunique(), "searches")
        for name, tiers in DEFINITIONS.items()
    ]  # fmt: skip
