"""Turns one released file into its part of the dataset: typed, given agencies and search keys, classified."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis import agencies, reasons
from analysis.build.account import Done
from analysis.build.dataset import TABLES
from analysis.build.release import Release, in_order
from analysis.places import Place, ReleasedFile, sources
from analysis.searches import sightings
from analysis.searches.typing import REJECTED

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
"""The columns of searches, in order."""

ROWS_IN_A_GROUP = 131_072
SHORT = 1 << 16
"""Bytes of a file up to which threads cost more than they save."""

GIVE_BACK = 16
"""Blocks after which memory that none of them needs is given back."""

_UNREPEATED = {"search_key", "released_id"}
_STEPS = ("source_row", "searched_at", "window_start", "window_end", "devices_searched")
"""Whole numbers and times that are written as the difference from the row before."""


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
        sightings.method_for((file.camera_owner for file in place.logs), place.same_search),
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
    threads = threads if path.stat().st_size > SHORT else 0
    with (
        _block_after_block(),
        _Groups(into / "searches.parquet", SCHEMA) as found,
        _Groups(into / "rejected.parquet", REJECTED) as rejected,
    ):

        def write(done: Done) -> None:
            found.write(done.searches)
            rejected.write(done.rejected)

        blocks = release.blocks(lambda table, member, vendor: enrich(table, member, vendor, recipe), threads)
        written = in_order(write, blocks, min(threads, 1))  # while blocks are written, the next ones are read
        for number, _ in enumerate(written, 1):
            if number % GIVE_BACK == 0:
                pa.system_memory_pool().release_unused()
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
    """Set up the process for many blocks of one size: it keeps what the next block needs.

    Blocks leave no cycles behind, and Python's collector would walk over all remembered reasons again and again.
    Arrow's usual allocator gives memory back after each block, and the system must wipe it before the next. It is given
    back now and then and after the file, since what lies scattered between what stays would grow.
    """
    collects, pool = gc.isenabled(), pa.default_memory_pool()
    gc.disable()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(pool)
        pa.system_memory_pool().release_unused()
        if collects:
            gc.enable()


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
    own = agencies.explain_all([file.own_agency], known)[0]["agency"]
    return pc.equal(table.column("searching_agency"), own)


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
    """How tables are written: words that repeat are stored once, in lists too; keys are not, and numbers as steps."""
    steps = {name: "DELTA_BINARY_PACKED" for name in _STEPS if name in schema.names}
    repeated = [
        f"{field.name}.list.element" if pa.types.is_list(field.type) else field.name
        for field in schema
        if field.name not in _UNREPEATED and field.name not in steps
    ]
    return {
        "compression": "zstd",
        "use_dictionary": repeated,
        "column_encoding": steps,
        "write_statistics": False,
    }
