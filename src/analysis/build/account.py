"""Keeps count of what was read from one released file, what of it was kept, and what is to be said of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis import repeats
from analysis.build.ledger import Ledger
from analysis.places import OWNER_NOT_SAID, ReleasedFile
from analysis.readers import Block
from analysis.searches import shifted, sightings
from analysis.searches.clocks import Clocks, Evidence, file_clocks
from analysis.vendors.recognition import Layout
from analysis.wording import counted

FACTS = (
    "source_file", "copy", "log", "camera_owner", "forms", "records", "searches", "distinct_searches",
    "repeated_records", "rejected", "missing_columns", "first_search", "last_search", "masked_cells", "notes",
)  # fmt: skip

TELLING = ("agency", "case_number", "devices", "networks", "offense_types", "reason", "released_id", "search_type",
           "window_start")  # fmt: skip
"""Columns of a layout (a time frame is a start, and an end) of which a fact says whether the whole file lacks them."""

CAPS = (20_000, 55_000, 1_000_000, 1_048_575)
"""Row counts at which exports and spreadsheets are known to stop."""


class Recognised(NamedTuple):
    """A block, the layout of its header, and the numbers of those odd records that were put back among its rows."""

    block: Block
    layout: Layout
    put_back: tuple[int, ...]


@dataclass(frozen=True)
class Done:
    """A block after all steps: its searches and the fingerprints of their records, its rejected rows in order, why
    typing refused some, how many cells of each column were masked, and the agencies of rows whose date could be read
    two ways: once that is answered they searched too."""

    searches: pa.Table
    fingerprints: np.ndarray
    rejected: pa.Table
    refused: Counter[str]
    masked: Counter[str]
    undated: Counter[str]


@dataclass
class Account:
    """What was read from one file so far, what of it was kept, and what is to be said of it."""

    file: ReleasedFile
    time_zone: str
    survey: Callable[[], Iterable[dict[str, Evidence]]] = tuple
    clocks: Clocks | None = None
    forms: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    unnamed: dict[str, None] = field(default_factory=dict)
    records: int = 0
    counted: int = 0
    not_searches: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    masked: Counter[str] = field(default_factory=Counter)
    searches: int = 0
    realigned: int = 0
    outside: int = 0
    precision: Counter[str] = field(default_factory=Counter)
    late: int = 0
    times: list[datetime] = field(default_factory=list)
    other_order: list[int] = field(default_factory=list)
    strange: int = 0
    columns: set[str] = field(default_factory=set)
    lacking: Counter[str] = field(default_factory=Counter)
    keys: list[np.ndarray] = field(default_factory=list)
    fingerprints: list[np.ndarray] = field(default_factory=list)

    def taking(self, blocks: Iterable[Recognised]) -> Iterator[Recognised]:
        """The same blocks, each written down as it is read."""
        for read in blocks:
            block, layout = read.block, read.layout
            if self.clocks is None:
                self.clocks = file_clocks(self.file, block.section, layout, self.survey, self.time_zone)
            self.records += block.records
            self.counted += block.counted
            self.not_searches.update(record.why for record in block.rejected)
            self.forms[layout.key] = None
            columns = {"window_start" if name == "time_frame" else name for name in layout.index}
            self.columns |= columns
            self.lacking.update(dict.fromkeys(set(TELLING) - columns, block.records - len(block.rejected)))
            self.notes |= dict.fromkeys(block.notes)
            if layout.unnamed:
                self.unnamed[f"not read: {counted(len(layout.unnamed), 'column')} without a name"] = None
            if layout.derived:
                added = ", ".join(repr(" ".join(block.section.columns[at].split())) for at in layout.derived)
                self.unnamed[f"not read, since somebody worked them out from other columns: {added}"] = None
            yield read

    def add(self, done: Done) -> None:
        """Write down what the steps made of a block."""
        self.searches += len(done.searches)
        if "search_key" in done.searches.column_names:  # a step that only looks at a file marks no searches
            self.keys.append(sightings.numbers(done.searches.column("search_key")))
        self.fingerprints.append(done.fingerprints)
        self.refused.update(done.refused)
        self.masked.update(done.masked)
        self.realigned += pc.sum(done.searches.column("realigned")).as_py() or 0
        outside = _days_outside(self.file, done.searches, self.time_zone)
        self.outside, self.late = self.outside + outside[0], self.late + outside[1]
        for count in pc.value_counts(done.searches.column("searched_at_precision")).to_pylist():
            self.precision[count["values"]] += count["counts"]
        others = done.rejected.filter(pc.equal(done.rejected.column("why"), shifted.OTHER_ORDER))
        self.other_order += others.column("source_row")[:1].to_pylist()
        agencies_said = done.searches.column("searching_agency_as_released")
        self.strange += int(shifted.look_like_no_agency(agencies_said).sum())
        ends = pc.min_max(done.searches.column("searched_at")).as_py()
        times = [*self.times, *(end for end in ends.values() if end)]
        self.times = [min(times), max(times)] if times else []

    def close(self, ledger: Ledger) -> None:
        """Write both steps into the ledger; raises `DoesNotAddUp`."""
        kept = self.records - sum(self.not_searches.values())
        ledger.record("read", self.file.name, self.counted, kept, self.not_searches)
        ledger.record("type", self.file.name, kept, self.searches, self.refused)

    def facts(self) -> dict[str, Any]:
        """The file's line of `FACTS`."""
        first, last = [time.isoformat(timespec="seconds") for time in self.times] or ["", ""]
        outside = f"{counted(self.outside, 'search')} outside the period that source.toml gives"
        moved = f"{counted(self.realigned, 'row')} had slipped under other columns, put back by their times"
        notes = [
            *self.notes, *self.unnamed, *self._partly(), *_may_be_cut(self.records),
            *([outside] if self.outside else []),
            *([moved] if self.realigned else []), *self._disorder(), *(self.clocks.notes() if self.clocks else []),
            *self._inexact(), *([self.file.checksum] if self.file.learned else []),
        ]  # fmt: skip
        return {
            **_beginning(self.file, "; ".join(self.forms)),
            "records": self.records,
            "searches": self.searches,
            "distinct_searches": repeats.count_distinct(self.keys),
            "repeated_records": self.searches - repeats.count_distinct(self.fingerprints),
            "rejected": self.records - self.searches,
            "missing_columns": "; ".join(name for name in TELLING if name not in self.columns),
            "first_search": first,
            "last_search": last,
            "masked_cells": "; ".join(f"{name} {n:,}" for name, n in sorted(self.masked.items())),
            "notes": "; ".join(notes),
        }

    def _partly(self) -> Iterator[str]:
        """Which columns only a part of the file has: a cell that cannot be there is not one that was left blank."""
        for name in TELLING:
            if name in self.columns and self.lacking[name]:
                yield f"{counted(self.lacking[name], 'row')} in a part of the file without a column {name!r}"

    def _inexact(self) -> Iterator[str]:
        """What is to be said of searches of which the second is not known, and of those after the file was taken."""
        for precision in ("minute", "day"):
            if self.precision[precision]:
                yield f"searches known to the {precision} only: {self.precision[precision]:,}"
        first_year = self.clocks.shapes.first_year if self.clocks else 0
        if self.times and self.times[0].year < first_year:
            first = f"the first in {self.times[0].year}"
            yield f"searches dated before {first_year}, when the vendor sold no cameras: {first}"
        if self.late:
            yield f"searches dated after {self.file.received}, the day the file was taken: {self.late:,}"

    def _disorder(self) -> Iterator[str]:
        """What is said of cells in columns where they cannot belong."""
        if rows := self.refused[shifted.OTHER_ORDER]:
            yield (
                f"{counted(rows, 'row')}, the first of them record {self.other_order[0]:,}, with cells in another "
                "order than the header says, rejected: two exports may be in one file. Ask for them one by one"
            )
        if self.strange:
            yield (
                f"{counted(self.strange, 'row')} with what looks like a plate or a person's name under searching "
                "agency: columns may have changed places"
            )


def _beginning(file: ReleasedFile, forms: str) -> dict[str, Any]:
    owner = file.camera_owner or OWNER_NOT_SAID
    return {
        "source_file": file.name,
        "copy": file.copy,
        "log": file.log,
        "camera_owner": owner,
        "forms": forms,
    }


def archive_facts(file: ReleasedFile, unread: Sequence[str]) -> dict[str, Any]:
    """An archive's own line of `FACTS`, which names what in it was not read and why."""
    counts = {
        "records": 0,
        "searches": 0,
        "distinct_searches": 0,
        "repeated_records": 0,
        "rejected": 0,
        "missing_columns": "",
        "first_search": "",
        "last_search": "",
        "masked_cells": "",
    }
    notes = f"{len(unread)} of its files were not read: {'; '.join(unread)}"
    return {**_beginning(file, "archive"), **counts, "notes": notes}


def _days_outside(file: ReleasedFile, table: pa.Table, time_zone: str) -> tuple[int, int]:
    """How many searches lie outside the local days that source.toml gives the file, and after the day it was taken."""
    if file.period is None and file.received is None:
        return 0, 0
    local = pc.local_timestamp(table.column("searched_at").cast(pa.timestamp("us", time_zone)))
    day = pc.floor_temporal(local, unit="day").cast(pa.date32())
    late = pc.sum(pc.greater(day, file.received)).as_py() or 0 if file.received else 0
    if file.period is None:
        return 0, late
    first, last = file.period
    return pc.sum(pc.or_(pc.less(day, first), pc.greater(day, last))).as_py() or 0, late


def _may_be_cut(records: int) -> list[str]:
    return [f"exactly {records:,} records: the export may be cut off"] if records in CAPS else []
