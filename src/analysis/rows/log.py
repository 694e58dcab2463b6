"""Opens a place's searches as flat rows that may be shown: no officer, no plate, no rare reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis import agencies, build
from analysis.build import dataset
from analysis.measures.reasons import COMMON_AGENCIES, COMMON_ROWS, NOTHING_SAID
from analysis.paths import visible
from analysis.places import OWNER_NOT_SAID, Place
from analysis.privacy import NOT_SHOWN, agency_names, shown
from analysis.rows.behind import Behind, Condition
from analysis.vendors.masks import is_masked, is_name

COLUMNS = (
    "source_file", "source_row", "source_page", "camera_owner", "searched_at", "searched_at_precision", "local_day",
    "searching_agency", "agency_as_released", "agency_state", "agency_kind", "reason", "reason_origin",
    "offense_types", "immigration_tier", "immigration_kind", "topics", "rules", "era", "search_type", "moderation",
    "networks_searched", "devices_searched", "lookback_days", "window_days", "has_case_number", "own_search", "mixed",
    "had_agreement", "is_menu_immigration", "is_vague", "states_no_purpose", "is_patrol", "is_named",
    "is_out_of_state", "search", "repeats", "repeats_in_log",
)  # fmt: skip
"""The columns of a shown row. Yes-or-no columns are 1, 0 or null; times are UTC text, days are the owner's."""

_DAY = 86_400_000_000  # microseconds
_BETWEEN = "\x1f"


class Log:
    """A place's searches, each column made on first use and kept. Columns are those of `COLUMNS`."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.rows = build.count_searches(place)
        self._raw: dict[str, pa.ChunkedArray] = {}
        self._made: dict[str, pa.ChunkedArray] = {}

    def column(self, name: str) -> pa.ChunkedArray:
        """One column of every row."""
        if name not in self._made:
            make = getattr(self, f"_{name}", None)
            self._made[name] = _chunked(make() if make else self._as_stored(name))
        return self._made[name]

    def table(self, columns: Sequence[str] = COLUMNS, at: pa.Array | None = None) -> pa.Table:
        """These columns of every row, or of the rows at these positions."""
        made = [self.column(name) for name in columns]
        return pa.table([one if at is None else one.take(at) for one in made], names=list(columns))

    def positions(self, behind: Behind) -> pa.Array:
        """Where the rows behind a number stand; of a greatest or least value, the rows that hold it."""
        keep = np.ones(self.rows, dtype=bool)
        for condition in behind.where:
            keep &= self._holds(condition)
        ends = behind.most or behind.least
        if ends and keep.any():
            values = self.column(ends)
            chosen = values.filter(pa.array(keep))
            end = pc.max(chosen) if behind.most else pc.min(chosen)
            keep &= _mask(pc.equal(values, end))
        return pa.array(np.flatnonzero(keep))

    def groups(self, behind: Behind) -> pa.Table:
        """How many of the rows behind a number each value of its `by` has: that column and `searches`."""
        values = self.table([behind.by], self.positions(behind)).group_by(behind.by)
        counts = values.aggregate([([], "count_all")]).rename_columns([behind.by, "searches"])
        return counts.sort_by([("searches", "descending"), (behind.by, "ascending")])

    def _holds(self, condition: Condition) -> np.ndarray:
        name, operator, value = condition
        column = self.column(name)
        if operator == "is null":
            return _mask(column.is_null())
        if operator == "in":
            return _mask(pc.is_in(column, value_set=pa.array(value, column.type)))
        compare = {
            "=": pc.equal,
            "!=": pc.not_equal,
            ">": pc.greater,
            ">=": pc.greater_equal,
            "<=": pc.less_equal,
        }
        return _mask(compare[operator](column, pa.scalar(value, column.type)))

    # How each column is made ------------------------------------------------------------------------------

    def _stored(self, name: str) -> pa.ChunkedArray:
        if name not in self._raw:
            column = pq.read_table(dataset.folder(self.place), columns=[name]).column(name)
            self._raw[name] = column.fill_null(OWNER_NOT_SAID) if name == "camera_owner" else column
        return self._raw[name]

    def _as_stored(self, name: str) -> pa.ChunkedArray | pa.Array:
        column = self._stored(name)
        if pa.types.is_string(column.type):
            return _each(column, visible)
        return column.cast(pa.int8()) if pa.types.is_boolean(column.type) else column

    def _searching_agency(self) -> pa.Array:
        return self._agencies("searching_agency")

    def _agency_as_released(self) -> pa.Array:
        return self._agencies("searching_agency_as_released")

    def _camera_owner(self) -> pa.Array:
        return self._agencies("camera_owner")

    def _agencies(self, name: str) -> pa.Array:
        coded = pc.unique(self._stored(name)).drop_null().to_pylist()
        printed = {**agency_names(coded, build.open_known(self.place)), **build.said_of_agencies(self.place)}
        return _each(self._stored(name), lambda agency: printed[agency])

    def _search_type(self) -> pa.Array:
        return _each(self._stored("search_type"), shown)

    def _moderation(self) -> pa.Array:
        return _each(self._stored("moderation"), shown)

    def _searched_at(self) -> pa.ChunkedArray:
        return self._stored("searched_at").cast(pa.timestamp("s", "UTC"), safe=False).cast(pa.string())

    def _local_day(self) -> pa.ChunkedArray:
        zone = pa.timestamp("us", self.place.time_zone)
        local = pc.local_timestamp(self._stored("searched_at").cast(zone))
        return pc.utf8_slice_codeunits(local.cast(pa.timestamp("s"), safe=False).cast(pa.string()), 0, 10)

    def _lookback_days(self) -> pa.ChunkedArray:
        timed = pc.not_equal(self._stored("searched_at_precision"), "day")
        return _days(self._stored("searched_at"), self._stored("window_start"), pc.and_(self._framed, timed))

    def _window_days(self) -> pa.ChunkedArray:
        return _days(self._stored("window_end"), self._stored("window_start"), self._framed)

    @cached_property
    def _framed(self) -> pa.ChunkedArray:
        """Whether both ends of the time frame were released."""
        return pc.and_(self._stored("window_start").is_valid(), self._stored("window_end").is_valid())

    def _reason(self) -> pa.Array:
        """The reason in small letters, where it is common or cleared by a person and could name nobody."""
        key = _each(self._stored("reason_as_released"), lambda text: text.strip().casefold())
        agency = self._stored("searching_agency").combine_chunks()
        held = pa.table({"reason": key, "agency": agency}).group_by("reason")
        held = held.aggregate([([], "count_all"), ("agency", "count_distinct")])
        few = min(COMMON_AGENCIES, pc.count_distinct(agency).as_py())
        often = pc.greater_equal(held["count_all"], COMMON_ROWS)
        common = held.filter(pc.and_(often, pc.greater_equal(held["agency_count_distinct"], few)))["reason"]
        cleared = build.open_cleared(self.place)
        may = {*common.to_pylist(), *cleared, ""}
        printed = lambda text: shown(text, cleared) if text in may or is_masked(text) else NOT_SHOWN  # noqa: E731
        return pc.fill_null(_each(key, printed), "")

    def _offense_types(self) -> pa.Array:
        joined = pc.binary_join(self._stored("offense_types"), _BETWEEN)
        counts: dict[str, int] = {}
        for one in pc.value_counts(joined).to_pylist():
            for value in (one["values"] or "").split(_BETWEEN):
                counts[value] = counts.get(value, 0) + one["counts"]
        printed = lambda value: shown(value) if counts[value] >= COMMON_ROWS else NOT_SHOWN  # noqa: E731
        return _each(joined, lambda text: "; ".join(map(printed, text.split(_BETWEEN))) if text else "")

    def _topics(self) -> pa.ChunkedArray:
        return pc.binary_join(self._stored("topics"), "; ")

    def _rules(self) -> pa.ChunkedArray:
        return pc.binary_join(self._stored("rules"), "; ")

    def _is_menu_immigration(self) -> pa.ChunkedArray:
        joined = pc.binary_join(self._stored("offense_types"), _BETWEEN)
        menu = _each(joined, lambda text: bool(re.search(rf"(?:^|{_BETWEEN})Immigration", text)), pa.bool_())
        strict = pc.equal(self._stored("immigration_tier"), "strict")
        return pc.fill_null(pc.and_(menu, strict.combine_chunks()), False).cast(pa.int8())

    def _is_vague(self) -> pa.ChunkedArray:
        return _each(self.column("topics"), lambda text: int("vague" in text.split("; ")), pa.int8())

    def _states_no_purpose(self) -> pa.Array:
        silent = _each(
            self.column("topics"), lambda text: not NOTHING_SAID.isdisjoint(text.split("; ")), pa.bool_()
        )
        hidden = pc.is_in(self._stored("reason_origin"), pa.array(["blank", "masked"]))
        return pc.or_(silent, hidden).cast(pa.int8())

    def _is_patrol(self) -> pa.Array:
        return _each(
            self._stored("reason_text"), lambda text: int(text.strip().casefold() == "patrol"), pa.int8()
        )

    def _is_named(self) -> pa.Array:
        return _each(self._stored("searching_agency"), lambda text: int(is_name(text)), pa.int8())

    def _is_out_of_state(self) -> pa.ChunkedArray:
        if not self.place.state:
            return pa.nulls(self.rows, pa.int8())
        return pc.not_equal(self._stored("agency_state"), self.place.state).cast(pa.int8())

    def _search(self) -> pa.Array:
        return self._stored("search_key").combine_chunks().dictionary_encode().indices

    def _repeats(self) -> np.ndarray:
        return _again(self.column("search").to_numpy())

    def _repeats_in_log(self) -> np.ndarray:
        owner = self._stored("camera_owner").combine_chunks().dictionary_encode().indices
        return _again(self.column("search").to_numpy() * np.int64(1 << 20) + owner.to_numpy())

    def _had_agreement(self) -> pa.Array:
        """Whether the agency held a 287(g) agreement on the owner's day of the search; null without a list."""
        listed = build.open_agreements(self.place)
        if listed is None:
            return pa.nulls(self.rows, pa.int8())
        columns = ["searching_agency", "agency_state", "agency_kind", "searched_at"]
        frame = build.open_searches(self.place, columns)
        zone = self.place.time_zone
        held = agencies.holders(frame, listed)
        signed = held.set_index("searching_agency")["first_signed"].dropna()
        first = frame["searching_agency"].map({name: _midnight(day, zone) for name, day in signed.items()})
        return pa.array((frame["searched_at"] >= pd.to_datetime(first, utc=True)).to_numpy(), pa.int8())


def _midnight(day: object, time_zone: str) -> datetime:
    return datetime.fromisoformat(str(day)[:10]).replace(tzinfo=ZoneInfo(time_zone))


def _chunked(column: pa.Array | pa.ChunkedArray | np.ndarray) -> pa.ChunkedArray:
    if isinstance(column, np.ndarray):
        column = pa.array(column)
    return column if isinstance(column, pa.ChunkedArray) else pa.chunked_array([column])


def _mask(found: pa.ChunkedArray | pa.Array) -> np.ndarray:
    return np.asarray(pc.fill_null(found, False).to_numpy(zero_copy_only=False), dtype=bool)


def _each(
    texts: pa.ChunkedArray | pa.Array,
    of: Callable[[str], object],
    kind: pa.DataType = pa.string(),  # noqa: B008  a type, never changed
) -> pa.Array:
    """A function of text, called once for each distinct text; null stays null."""
    coded = (texts.combine_chunks() if isinstance(texts, pa.ChunkedArray) else texts).dictionary_encode()
    return pa.array([of(text) for text in coded.dictionary.to_pylist()], kind).take(coded.indices)


def _days(later: pa.ChunkedArray, earlier: pa.ChunkedArray, known: pa.ChunkedArray) -> pa.ChunkedArray:
    between = pc.subtract(later.cast(pa.int64()), earlier.cast(pa.int64())).cast(pa.float64())
    return pc.if_else(known, pc.divide(between, float(_DAY)), None)


def _again(keys: np.ndarray) -> np.ndarray:
    """1 for every key met before, 0 for the first of each."""
    _, first = np.unique(keys, return_index=True)
    again = np.ones(len(keys), dtype=np.int8)
    again[first] = 0
    return again
