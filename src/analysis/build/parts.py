"""Turns one released file into a part of searches.parquet, block by block, in memory that stays flat."""

from __future__ import annotations

import gc
import json
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import chain, pairwise
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis import agencies, privacy, processes, readers, reasons, repeats
from analysis.build.dataset import TABLES
from analysis.build.ledger import Ledger
from analysis.places import OWNER_NOT_SAID, Place, ReleasedFile, sources
from analysis.readers import Block, archives
from analysis.searches import headerless, shifted, sightings
from analysis.searches.clocks import Clocks, Evidence
from analysis.searches.typing import (
    REJECTED,
    TWO_WAYS,
    evidence,
    file_clocks,
    masked_cells,
    rejected_table,
    type_rows,
)
from analysis.vendors.incomplete import refuse_incomplete, with_known_names
from analysis.vendors.recognition import Layout, NotASearchAudit, UnknownColumns, is_header, recognize_section
from analysis.wording import counted

SCHEMA = pa.schema(
    [
        ("source_file", pa.string()),
        ("source_row", pa.int64()),
        ("source_page", pa.int64()),
        ("realigned", pa.bool_()),
        ("released_id", pa.string()),
        ("search_key", pa.string()),
        ("camera_owner", pa.string()),
        ("searching_agency_as_released", pa.string()),
        ("searching_agency", pa.string()),
        ("agency_state", pa.string()),
        ("agency_kind", pa.string()),
        ("own_search", pa.bool_()),
        ("searched_at", pa.timestamp("us", "UTC")),
        ("searched_at_precision", pa.string()),
        ("window_start", pa.timestamp("us", "UTC")),
        ("window_end", pa.timestamp("us", "UTC")),
        ("networks_searched", pa.int64()),
        ("devices_searched", pa.int64()),
        ("search_type", pa.string()),
        ("moderation", pa.string()),
        ("has_case_number", pa.bool_()),
        ("reason_as_released", pa.string()),
        ("offense_types", pa.list_(pa.string())),
        ("reason_text", pa.string()),
        ("reason_origin", pa.string()),
        ("era", pa.string()),
        ("topics", pa.list_(pa.string())),
        ("rules", pa.list_(pa.string())),
        ("immigration_tier", pa.string()),
        ("immigration_kind", pa.string()),
        ("mixed", pa.bool_()),
        ("dhs_ambiguous", pa.bool_()),
    ]
)
"""The columns of searches.parquet, in order; README of the repository's data dictionary is made from it."""

FACTS = (
    "source_file", "log", "camera_owner", "forms", "records", "searches", "distinct_searches", "repeated_records",
    "rejected", "missing_columns", "first_search", "last_search", "masked_cells", "notes",
)  # fmt: skip

TELLING = ("agency", "case_number", "devices", "networks", "offense_types", "reason", "released_id", "search_type",
           "window_start")  # fmt: skip
"""Columns of a layout (a time frame is a start, and an end) of which a fact says whether the whole file lacks them."""

CAPS = (20_000, 55_000, 1_000_000, 1_048_575)
"""Row counts at which exports and spreadsheets are known to stop."""

ROWS_IN_A_GROUP = 131_072
_UNREPEATED = {"search_key", "released_id", "source_row", "searched_at", "window_start", "window_end"}


@dataclass(frozen=True)
class Recipe:
    """What the rows of a place go through beside their file's own entry: the rules, the known agencies, how a
    search is told from another (`sightings.METHODS`), and the time zone of days in source.toml."""

    rules: reasons.Rules
    known: agencies.Known
    same_search_rule: str
    time_zone: str = "UTC"


def recipe(place: Place) -> Recipe:
    """A place's recipe. Raises `BadRules`, `BadOverride` and `UnreadableReference`."""
    return Recipe(
        reasons.load(place.hand / "reasons"),
        agencies.known(place.hand / "agencies.csv", place.raw / "reference"),
        sightings.method_for((file.camera_owner for file in place.files), place.same_search),
        place.time_zone,
    )


def make(file: ReleasedFile, path: Path, recipe: Recipe, into: Path, threads: int = 2) -> None:
    """Read, type and classify one released file; write its part into the empty folder `into`.

    A part is `searches.parquet` (`SCHEMA`), `rejected.parquet` and `part.json`: facts, ledger, and the size and
    checksum of both tables. It depends on nothing but the file, its entry and the recipe: not on the number of
    threads and not on how the file is cut into blocks. An archive's files are read one after the other, under names
    such as `release.zip/2025-06.csv`, and the archive has a line of facts too, which names what in it was not read
    and why.

    Raises the errors of the readers and of `vendors`. A letter in an archive, or a log of something else than
    searches, stops nothing unless the archive holds nothing else.
    """
    release = Release(file, path, recipe.time_zone)
    with (
        _block_after_block(),
        _Groups(into / "searches.parquet", SCHEMA) as found,
        _Groups(into / "rejected.parquet", REJECTED) as rejected,
    ):
        for done in release.blocks(
            lambda table, member, vendor: enrich(table, member, vendor, recipe), threads
        ):
            found.write(done.searches)
            rejected.write(done.rejected)
    tables = {table: into / f"{table}.parquet" for table in TABLES}
    said = {
        "facts": release.facts,
        "ledger": release.ledger.lines,
        "bytes": {table: path.stat().st_size for table, path in tables.items()},
        "sha256": {table: sources.sha256(path) for table, path in tables.items()},
    }
    (into / "part.json").write_text(json.dumps(said), encoding="utf-8")


@contextmanager
def _block_after_block() -> Iterator[None]:
    """The process as suits many blocks of one size: nothing is cleared away that the next block needs.

    Blocks leave no cycles behind, and Python's collector would walk over all remembered reasons again and again.
    Arrow's usual allocator gives memory back after each block, and the system must wipe it before the next.
    """
    collects, pool = gc.isenabled(), pa.default_memory_pool()
    gc.disable()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(pool)
        if collects:
            gc.enable()


# Blocks ---------------------------------------------------------------------------------------------------

Step = Callable[[pa.Table, ReleasedFile, str], pa.Table]
"""What is done with a block: its typed rows, their file and the key of the vendor that wrote them."""


class _NotRead(Exception):
    """A member of a release from which no row was read, and why."""


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
class Release:
    """One released file that is being read: facts about it, and its lines of the ledger, grow as it is."""

    file: ReleasedFile
    path: Path
    time_zone: str = "UTC"
    facts: list[dict[str, Any]] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    def blocks(self, step: Step, threads: int = 2) -> Iterator[Done]:
        """Every block of the file, or of the files inside it, typed and given to `step`; see `make`."""
        unread: list[str] = []
        with processes.scratch() as folder:
            for member in self._members(folder):
                account = _Account(self.file.replace(name=member.name), self.time_zone)
                try:
                    yield from _read(member, account, step, threads)
                except _NotRead as error:
                    if member.name == self.file.name and error.__cause__:
                        raise error.__cause__ from None
                    unread.append(str(error))
                else:
                    account.close(self.ledger)
                    self.facts.append(account.facts())
        if not self.facts:
            raise readers.UnreadableFile(
                f"{self.file.name}: nothing in this archive could be read; {'; '.join(unread) or 'it is empty.'}"
            )
        if unread:
            self.facts.append(_archive_facts(self.file, unread))

    def _members(self, folder: Path) -> Iterator[archives.Member]:
        """The file, or those inside it, called as they may be printed; the archive as source.toml calls it."""
        outer = f"{self.file.name}/"

        def printed(name: str, mark: str = "") -> str:
            inner = name.removeprefix(outer)
            return (
                name
                if name == self.file.name
                else name[: len(name) - len(inner)] + privacy.file_name(inner, mark)
            )

        for member in archives.members(self.path, self.file.name, folder, self.file.leave_out, printed):
            mark = sources.sha256(member.path)[:8] if member.path and member.name != self.file.name else ""
            yield replace(member, name=printed(member.name, mark))


def _read(member: archives.Member, account: _Account, step: Step, threads: int) -> Iterator[Done]:
    """The blocks of one file after all steps, in order; raises `_NotRead` if it is no log of searches."""
    if member.path is None:
        raise _NotRead(f"{member.name}: {member.why}")

    path = member.path

    def work(read: _Recognised) -> Done:
        return _typed(read, account, step)

    our_header = partial(is_header, more=dict(account.file.columns))
    missing = partial(headerless.columns, said=account.file.columns, file=account.file.name)

    def read() -> Iterator[_Recognised]:
        read_hidden = account.file.hidden_text == "read"
        blocks = readers.stream(path, account.file.name, our_header, missing, read_hidden)
        return _recognised(blocks, account.file)

    account.survey = lambda: _survey(read())
    try:
        for done in in_order(work, account.taking(read()), threads):
            account.add(done)
            yield done
    except (NotASearchAudit, readers.NoKnownHeader) as error:
        # A table whose columns nobody knows may be an audit; a letter is none.
        if isinstance(error, readers.NoKnownHeader):
            error = with_known_names(error)
            if account.records or archives.is_table(member.name):
                raise error from None
        elif account.records:
            raise
        raise _NotRead(str(error)) from error


class _Recognised(NamedTuple):
    """A block, the layout of its header, and the numbers of those odd records that were put back among its rows."""

    block: Block
    layout: Layout
    put_back: tuple[int, ...]


def _recognised(blocks: Iterable[Block], file: ReleasedFile) -> Iterator[_Recognised]:
    """Each block with the layout of its header; an empty one's first values are those of the next.

    Raises `UnknownColumns` for all unknown columns of all headers, once the last block was read.
    """
    forms: dict[tuple[str, ...], Layout] = {}
    unknown: dict[tuple[str, ...], UnknownColumns] = {}
    for block, after in pairwise(chain(blocks, [None])):
        assert block is not None
        refuse_incomplete((record.text for record in block.rejected), file.name)
        section = block.section
        if section.columns not in forms | unknown:
            goes_on = after is not None and after.section.columns == section.columns
            sample = after.section if after is not None and goes_on and not len(section.cells) else section
            try:
                forms[section.columns] = recognize_section(sample, file.name, file.columns)
            except UnknownColumns as error:
                unknown[section.columns] = error
        if not unknown:
            layout = forms[section.columns]
            whole, put_back = shifted.take_back(block, layout)
            yield _Recognised(whole, layout, put_back)
    if unknown:
        raise UnknownColumns.of_all([*unknown.values()])


def _survey(blocks: Iterable[_Recognised]) -> Iterator[dict[str, Evidence]]:
    """What all dates of a file say, block by block, by our column names."""
    for read in blocks:
        yield evidence(read.block.section, read.layout)


def _typed(read: _Recognised, account: _Account, step: Step) -> Done:
    file, block, layout = account.file, read.block, read.layout
    typed, refused = type_rows(block.section, layout, file, account.clocks)
    if read.put_back:
        moved = pc.is_in(typed.column("source_row"), pa.array(read.put_back, pa.int64()))
        at = typed.schema.get_field_index("realigned")
        typed = typed.set_column(at, "realigned", pc.or_(typed.column("realigned"), moved))
    rejected = refused
    if block.rejected:
        from_reader = rejected_table(block.rejected, file)
        rejected = pa.concat_tables([from_reader, refused]).sort_by("source_row")
    masked = Counter(masked_cells(block.section, layout))
    fingerprints = typed.column("fingerprint").to_numpy()
    why = Counter(refused.column("why").to_pylist())
    return Done(
        step(typed, file, layout.vendor.key),
        fingerprints,
        rejected,
        why,
        masked,
        _undated(block, layout, refused),
    )


def _undated(block: Block, layout: Layout, refused: pa.Table) -> Counter[str]:
    rows = refused.filter(pc.equal(refused.column("why"), TWO_WAYS)).column("source_row")
    if not len(rows) or "agency" not in layout:
        return Counter()
    cells = block.section.cells.column(layout.index["agency"])
    return Counter(filter(None, cells.filter(pc.is_in(block.section.record, rows)).to_pylist()))


def enrich(table: pa.Table, file: ReleasedFile, vendor: str, recipe: Recipe) -> pa.Table:
    """The typed rows with agencies, sightings and reasons: a pure step, the same on any part of the rows."""
    table = agencies.add(table, recipe.known)
    table = sightings.mark(table, recipe.same_search_rule)
    table = reasons.add(table, recipe.rules, file.log == "portal audit", vendor)
    table = table.append_column("own_search", _own(table, file, recipe.known))
    return table.select(SCHEMA.names).cast(SCHEMA)


def _own(table: pa.Table, file: ReleasedFile, known: agencies.Known) -> pa.Array:
    """Whether a search was made by the camera owner's own police; null where source.toml does not say who."""
    if file.log != "network audit":
        return pa.repeat(True, table.num_rows)
    if file.own_agency is None:
        return pa.nulls(table.num_rows, pa.bool_())
    own = agencies.resolve([file.own_agency], known)["agency"][0]
    return pc.equal(table.column("searching_agency"), own)


_In = TypeVar("_In")
_Out = TypeVar("_Out")


def in_order(step: Callable[[_In], _Out], items: Iterable[_In], threads: int) -> Iterator[_Out]:
    """`step` of every item, in order, a few at a time: Arrow, NumPy and RE2 let other threads run."""
    waiting: deque[Future[_Out]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            waiting.append(pool.submit(step, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


class _Groups:
    """A Parquet file whose row groups have one size, however large the tables are that are written to it."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self._writer = pq.ParquetWriter(path, schema, **parquet_options(schema))
        self._waiting = schema.empty_table()

    def __enter__(self) -> _Groups:
        return self

    def __exit__(self, *_: object) -> None:
        if len(self._waiting):
            self._writer.write_table(self._waiting.combine_chunks())
        self._writer.close()

    def write(self, table: pa.Table) -> None:
        self._waiting = pa.concat_tables([self._waiting, table])
        while len(self._waiting) >= ROWS_IN_A_GROUP:
            group = self._waiting.slice(0, ROWS_IN_A_GROUP).combine_chunks()  # so that chunks leave no trace
            self._writer.write_table(group, row_group_size=ROWS_IN_A_GROUP)
            self._waiting = self._waiting.slice(ROWS_IN_A_GROUP)


def parquet_options(schema: pa.Schema = SCHEMA) -> dict[str, Any]:
    """How tables are written: words that repeat are stored once, keys and times are not."""
    repeated = [name for name in schema.names if name not in _UNREPEATED]
    return {"compression": "zstd", "use_dictionary": repeated, "write_statistics": False}


# What was found -------------------------------------------------------------------------------------------


@dataclass
class _Account:
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
    keys: list[np.ndarray] = field(default_factory=list)
    fingerprints: list[np.ndarray] = field(default_factory=list)

    def taking(self, blocks: Iterable[_Recognised]) -> Iterator[_Recognised]:
        """The same blocks, each written down as it is read."""
        for read in blocks:
            block, layout = read.block, read.layout
            if self.clocks is None:
                is_workbook = block.section.sheet is not None
                self.clocks = file_clocks(
                    self.file,
                    layout.vendor,
                    self.survey,
                    is_workbook,
                    self.time_zone,
                    assumed=_zone_is_open(block, layout),
                )
            self.records += block.records
            self.counted += block.counted
            self.not_searches.update(record.why for record in block.rejected)
            self.forms[layout.key] = None
            self.columns |= {"window_start" if name == "time_frame" else name for name in layout.index}
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
        first, last = [time.isoformat() for time in self.times] or ["", ""]
        outside = f"{self.outside:,} searches lie outside the period that source.toml gives"
        moved = f"{counted(self.realigned, 'row')} had slipped under other columns, put back by their times"
        notes = [
            *self.notes, *self.unnamed, *_may_be_cut(self.records), *([outside] if self.outside else []),
            *([moved] if self.realigned else []), *self._disorder(), *(self.clocks.notes() if self.clocks else []),
            *self._inexact(),
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

    def _inexact(self) -> Iterator[str]:
        """What is to be said of searches of which the second is not known, and of those after the file was taken."""
        for precision in ("minute", "day"):
            if self.precision[precision]:
                yield f"searches known to the {precision} only: {self.precision[precision]:,}"
        if self.late:
            yield f"searches dated after {self.file.received}, the day the file was taken: {self.late:,}"

    def _disorder(self) -> Iterator[str]:
        """What is said of cells that stand under columns where they cannot belong."""
        if rows := self.refused[shifted.OTHER_ORDER]:
            yield (
                f"{rows:,} rows, the first of them record {self.other_order[0]:,}, have their cells in another order "
                "than the header says and are rejected: two exports may stand in one file. Ask for them one by one"
            )
        if self.strange:
            yield (
                f"{self.strange:,} rows have under searching agency what looks like a plate or a person's name: "
                "columns may have changed places"
            )


def _beginning(file: ReleasedFile, forms: str) -> dict[str, Any]:
    owner = file.camera_owner or OWNER_NOT_SAID
    return {"source_file": file.name, "log": file.log, "camera_owner": owner, "forms": forms}


def _archive_facts(file: ReleasedFile, unread: Sequence[str]) -> dict[str, Any]:
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


def _zone_is_open(block: Block, layout: Layout) -> bool:
    """Whether nothing tells the zone of times without one: a portal's are UTC, and some columns say it."""
    names = [
        block.section.columns[layout.index[name]] for name in ("search_time", "search_date") if name in layout
    ]
    return layout.family.zone_is_open and not any("utc" in name.casefold() for name in names)


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
