"""Gives searches as flat rows that may be shown: no officer, plate or rare reason, each text as it may be printed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis import agencies, build, places, reasons
from analysis.measures import MEASURES, NAMES
from analysis.measures.reasons import COMMON_AGENCIES, COMMON_ROWS
from analysis.opened import Opened
from analysis.paths import visible
from analysis.privacy import NOT_SHOWN, shown
from analysis.searches.cache import frame_type
from analysis.searches.sql import words
from analysis.searches.table import Searches
from analysis.vendors.masks import is_masked

_BETWEEN = "\x1f"

_COLUMNS = {
    "source_file": "the released file",
    "source_row": "the number of the record in it; the header is 0",
    "source_page": "the page, where the file is a PDF",
    "camera_owner": "whose cameras were searched",
    "searched_at": "when, in UTC; where only the day is known, its first moment on the camera owner's clock",
    "searched_at_precision": "how much of it is known: second, minute or day",
    "local_day": "the day on the camera owner's clock",
    "searching_agency": "the agency whose account searched, in one spelling",
    "searching_agency_as_released": "its name as the log has it",
    "agency_state": "the searching agency's state, where its name says it",
    "agency_kind": "municipal, county sheriff and so on, where its name says it",
    "reason": "the stated reason, in lower case, where it is common and could name nobody, cleared or invented",
    "reason_origin": "typed, chosen from the menu, both, machine-made, masked or blank",
    "offense_types": "the menu's part of the reason",
    "immigration_tier": "the narrowest definition that counts the row: strict, core, broad or none",
    "immigration_kind": "civil, criminal, both or unspecified, where the row counts",
    "topics": "every topic that a rule found in the reason",
    "rules": "every rule that matched",
    "era": "the vendor's regime on the day",
    "search_type": "the kind of search",
    "moderation": "what the vendor's moderation said",
    "networks_searched": "networks that the search reached",
    "devices_searched": "cameras that it reached",
    "has_case_number": "1 where the record has a case number; the number itself is not kept",
    "own_search": "1 where the camera owner's own police searched",
    "mixed": "1 where the reason names immigration and another offense",
    "search_key": "the same for all rows that record the same search",
    "repeats": "1 for rows beyond the first of a search, over all logs",
    "repeats_in_log": "the same inside each log",
}


def _meanings() -> dict[str, str]:
    asked = " ".join(" ".join((one.where, one.column, *one.shows)) for one in MEASURES.values())
    named = [name for name in NAMES if name in words(asked) and name not in _COLUMNS]
    return _COLUMNS | {
        name: f"1 where the search {NAMES[name].says}" if not NAMES[name].unit else NAMES[name].says
        for name in named
    }


MEANINGS: Mapping[str, str] = _meanings()
"""What each column of a shown row means: those that are released, and every name that a measure is made of.

Conditions are 1, 0 or null; times are UTC text; days are the owner's."""

_SQL = {
    "searched_at": "strftime(date_trunc('second', searched_at), '%Y-%m-%d %H:%M:%SZ')",
    "reason": "reason_as_released",
    "offense_types": f"array_to_string(offense_types, '{_BETWEEN}')",
    "topics": "array_to_string(topics, '; ')",
    "rules": "array_to_string(rules, '; ')",
}
_YES_OR_NO = ("own_search", "mixed", "has_case_number")
_RECORD = ("source_file", "source_row")
_MOST_RUNS = 10_000
_AGENCIES = ("searching_agency", "searching_agency_as_released", "camera_owner")
_MADE_HERE = ("searched_at", "local_day", "search_key")
"""Columns of which no text was released."""

USUAL = (
    "source_file", "source_row", "source_page", "camera_owner", "searched_at", "searching_agency", "agency_state",
    "reason", "immigration_tier", "immigration_kind",
)  # fmt: skip
"""The columns that every list of rows shows."""


class Shown(Opened):
    """A place that was built, and its rows as they may be shown."""

    def explain(self, reason: str) -> str:
        """Which rules match a reason, and which words decided."""
        return reasons.explain(reason, reasons.load(self.place.hand / "reasons")).as_text()

    def explain_agency(self, name: str) -> dict[str, object]:
        """How the name of an agency is read: spelling, state, kind and what decided."""
        return agencies.explain(name)

    def rows(
        self, searches: Searches, columns: Sequence[str] = USUAL, most: int | None = None
    ) -> pd.DataFrame:
        """These columns of some searches in the order released, or of the first so many."""
        return self.table(searches, columns, most).to_pandas(types_mapper=frame_type)

    def table(self, searches: Searches, columns: Sequence[str], most: int | None = None) -> pa.Table:
        """The same as `rows`, in Arrow."""
        # To number rows in a window DuckDB carries every column along: what needs that is asked alone.
        numbered = [name for name in columns if name in NAMES and " over (" in NAMES[name].sql]
        found: dict[str, pa.ChunkedArray] = {}
        for chosen in filter(None, ([name for name in columns if name not in numbered], numbered)):
            made = ", ".join(f"{self._sql(name)} as {name}" for name in dict.fromkeys((*_RECORD, *chosen)))
            query = f"select {made} from searches"
            if most is None:
                answer = in_order(searches.arrow(query))
            else:
                record = ", ".join(f"searches.{name}" for name in _RECORD)
                answer = searches.arrow(f"{query} order by {record} limit {most}")
            found |= {name: self._printed(name, answer[name]) for name in chosen}
        return pa.table({name: found[name] for name in columns})

    def groups(self, searches: Searches, column: str) -> pd.DataFrame:
        """How many of some searches each value of a column has: that column and `searches`, most first."""
        lines = searches.where(f"{column} is not null").tally(column).rename(columns={"rows": "searches"})
        values = self._printed(column, pa.chunked_array([pa.array(lines[column])]))
        lines[column] = values.to_pandas(types_mapper=frame_type)
        return lines.groupby(column, as_index=False)["searches"].sum().sort_values(
            ["searches", column], ascending=[False, True], ignore_index=True
        )  # fmt: skip

    def agencies(self, column: str = "searching_agency") -> dict[str, str]:
        """How each name in a column of agencies is printed."""
        if column not in self._agencies:
            self._agencies[column] = self.printed_agencies(self.every_row.tally(column)[column].dropna())
        return self._agencies[column]

    @cached_property
    def _agencies(self) -> dict[str, dict[str, str]]:
        """What was found of each column: every name is looked at once."""
        return {}

    @staticmethod
    def _sql(name: str) -> str:
        unit = "" if name in _YES_OR_NO else NAMES[name].unit if name in NAMES else "text"
        made = {
            "": f"{name}::tinyint",
            "day": f"strftime({name}, '%Y-%m-%d')",
            "time": f"strftime({name}, '%Y-%m-%d %H:%M:%S')",
        }
        return _SQL.get(name, made.get(unit, name))

    def _printed(self, name: str, values: pa.ChunkedArray) -> pa.ChunkedArray:
        """The values of a column as they may be printed, looked at once for each distinct text."""
        if not pa.types.is_string(values.type) or name in _MADE_HERE:
            return values
        printed: Callable[[str], str] = {
            "reason": self._reason,
            "offense_types": self._offense_types,
            "search_type": shown,
            "moderation": shown,
        }.get(name, visible)
        if name in _AGENCIES:
            printed = self.agencies(name).__getitem__
        return _each(values.fill_null("") if name == "reason" else values, printed)

    def _reason(self, text: str) -> str:
        key = text.strip().casefold()
        if self.place.is_replica:
            return visible(key)
        return shown(key, self._cleared) if key in self._may_be_shown or is_masked(key) else NOT_SHOWN

    @cached_property
    def _cleared(self) -> frozenset[str]:
        return build.open_cleared(self.place)

    @cached_property
    def _may_be_shown(self) -> set[str]:
        """The reasons, in lower case, that are common or that a person cleared."""
        lines = self.searches.arrow(
            "select reason_as_released as reason, searching_agency, count(*) as n from searches group by all"
        )
        few = min(COMMON_AGENCIES, pc.count_distinct(lines["searching_agency"]).as_py())
        keys = _each(lines["reason"], lambda text: text.strip().casefold())
        held = pa.table({"reason": keys, "n": lines["n"], "agency": lines["searching_agency"]})
        held = held.group_by("reason").aggregate([("n", "sum"), ("agency", "count_distinct")])
        common = pc.field("n_sum") >= COMMON_ROWS, pc.field("agency_count_distinct") >= few
        reasons_shown = held.filter(common[0] & common[1])["reason"].drop_null().to_pylist()
        return {*reasons_shown, *self._cleared, ""}

    def _offense_types(self, text: str) -> str:
        values = text.split(_BETWEEN) if text else []
        return "; ".join(shown(one) if one in self._common_offense_types else NOT_SHOWN for one in values)

    @cached_property
    def _common_offense_types(self) -> set[str]:
        each = "select unnest(offense_types) as value from searches"
        sql = f"select value from ({each}) group by value having count(*) >= {COMMON_ROWS}"
        return {value for (value,) in self.searches.rows(sql)}


def _each(texts: pa.ChunkedArray, of: Callable[[str], str]) -> pa.ChunkedArray:
    """A function of text, called once for each distinct text; null stays null."""
    coded = texts.dictionary_encode().unify_dictionaries().chunks
    made = pa.array(map(of, coded[0].dictionary.to_pylist() if coded else ()), pa.string())
    return pa.chunked_array([made.take(chunk.indices) for chunk in coded], pa.string())


def in_order(rows: pa.Table) -> pa.Table:
    """Rows by file and record. Those of a file mostly lie together: to order the runs is quicker than to sort."""
    file, row = rows["source_file"].combine_chunks().dictionary_encode(), rows["source_row"].to_numpy()
    codes = file.indices.to_numpy()
    begins = [0, *(np.flatnonzero((np.diff(codes) != 0) | (np.diff(row) < 0)) + 1)]
    if len(rows) and len(begins) <= _MOST_RUNS:
        runs = sorted(
            (file[int(at)].as_py(), row[at], at, end) for at, end in zip(begins, [*begins[1:], len(rows)])
        )
        if all(one[0] != next_[0] or row[one[3] - 1] <= next_[1] for one, next_ in pairwise(runs)):
            return pa.concat_tables([rows.slice(at, end - at) for *_, at, end in runs])
    return rows.sort_by([(name, "ascending") for name in _RECORD])


def open_place(name: str) -> Shown:
    """A place by the name of its folder in data/raw/. Raises `analysis.places.UnknownPlace`."""
    return Shown(places.find(name))
