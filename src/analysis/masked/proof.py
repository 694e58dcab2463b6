"""Builds a place from its released files and from their masked copies, and says which numbers differ."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis import build, measures, processes
from analysis.build import dataset, engine, parts
from analysis.build.dataset import Folder
from analysis.opened import Opened
from analysis.places import Place, ReleasedFile

_NOT_COMPARED = ("source_file", "source_page", "reason_as_released", "reason_text")
"""Columns that a copy cannot keep: a CSV has no pages, and words of reasons are what is masked."""
_LABELS = ("search_key", "released_id")
"""Columns of which not the values count but which rows have equal ones: values are numbered as they appear."""

_AT_ONCE = 1 << 16  # rows

SAME = "both give the same numbers"


def compare(
    place: Place,
    located: Mapping[str, Path],
    masked: Mapping[str, tuple[ReleasedFile, Path]],
    say: Callable[[str], None],
) -> list[str]:
    """What was compared, and `SAME` or which measures and columns differ; nothing else is claimed.

    Compared are every measure that is counted from rows, in every scope, the counts of records and of repeated ones,
    and row by row each column but `_NOT_COMPARED`. Both datasets are made afresh, in a folder that goes away.
    """
    with processes.scratch() as top:
        released = _built(place, {name: str(path) for name, path in located.items()}, top / "released", say)
        entries = [masked[file.name][0].masked_copy for file in place.files]
        copy = place.replace(files=tuple(entry for entry in entries if entry))
        other = _built(copy, {name: str(path) for name, (_, path) in masked.items()}, top / "masked", say)
        numbers, differ = _numbers(released, other)
        rows, columns = _columns(released, other)
    said = [
        f"compared: {numbers:,} numbers, each measure in every scope, and {rows:,} rows in each column but "
        f"{', '.join(_NOT_COMPARED)}"
    ]
    if not differ and not columns:
        return [*said, SAME]
    said += [f"measure {name}: {old} released, {new} masked" for name, (old, new) in differ.items()]
    return [*said, *(f"column {name}: {rows:,} rows differ" for name, rows in columns.items())]


def _built(place: Place, paths: Mapping[str, str], top: Path, say: Callable[[str], None]) -> Place:
    """The place built below another top folder, with what people typed and its lists beside it."""
    elsewhere = place.replace(root=top)
    shutil.copytree(place.hand, elsewhere.hand)
    if (place.raw / "reference").is_dir():
        shutil.copytree(place.raw / "reference", elsewhere.raw / "reference")
    build.build_into(Folder(elsewhere.processed), elsewhere, paths, say, engine.run_here)
    return elsewhere


def _numbers(released: Place, masked: Place) -> tuple[int, dict[str, tuple[str, str]]]:
    """How many numbers there are, and those that differ, each with both values in the first scope that differs."""
    both = []
    for place in (released, masked):
        found = build.open_files(place)
        counted = Opened(place).count(*measures.MEASURES)
        both.append(measures.lookup([*counted, *measures.released(found), *measures.repeated(found)]))
    old, new = both
    differ: dict[str, tuple[str, str]] = {}
    for key in old.keys() | new.keys():
        values = [tuple(side.get(key, {}).get(part) for part in ("value", "denominator")) for side in both]
        if values[0] != values[1]:
            differ.setdefault(key[0], (_value(old.get(key)), _value(new.get(key))))
    return len(old.keys() | new.keys()), dict(sorted(differ.items()))


def _value(number: measures.Number | None) -> str:
    """A number as it may be told; a list may name agencies and is only said to be one."""
    value = number["value"] if number else None
    other = "not known" if value is None else "another list or name"
    return f"{value:,}" if isinstance(value, int | float) else other


def _columns(released: Place, masked: Place) -> tuple[int, dict[str, int]]:
    """How many rows there are, and in how many of them each column differs."""
    differ: Counter[str] = Counter()
    rows = 0
    for name in dataset.part_names(file.name for file in released.files).values():
        old, new = (dataset.folder(place) / name for place in (released, masked))
        lengths = [pq.read_metadata(path).num_rows for path in (old, new)]
        rows += lengths[0]
        for column in (column for column in parts.SCHEMA.names if column not in _NOT_COMPARED):
            values = [pq.read_table(path, columns=[column]).column(0) for path in (old, new)]
            if column in _LABELS:
                values = [pc.dictionary_encode(one.combine_chunks()).indices for one in values]
            unlike = abs(lengths[0] - lengths[1])
            for start in range(0, min(lengths), _AT_ONCE):
                left, right = (one.slice(start, min(_AT_ONCE, min(lengths) - start)) for one in values)
                if not left.equals(right):
                    unlike += sum(a != b for a, b in zip(left.to_pylist(), right.to_pylist()))
            if unlike:
                differ[column] += unlike
    return rows, differ
