"""Reads JSON: one object a line (NDJSON), or one array of objects.

Copies of released workbooks are published so, one file for each sheet, beside a manifest. An object is a record and
its keys are column names; an empty cell has no key, so the columns are the keys of all records, in the order in which
they first appear. Numbers stay as they are written: `164.0` is not 164.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa

from analysis.readers import not_data
from analysis.readers.base import (
    MOST_COLUMNS,
    Block,
    IsHeader,
    NoKnownHeader,
    Rejected,
    Section,
    UnreadableFile,
    cut_off,
)

ROWS_AT_ONCE = 1 << 15
MOST_BYTES = 1 << 28
"""An array must be read whole; a file of lines need not be."""

_MARK = b"\xef\xbb\xbf"
_Record = tuple[dict[str, Any] | None, str]
"""An object, None where there is none, and its text."""


def stream(path: Path, name: str, is_header: IsHeader) -> Iterator[Block]:
    """Read one file of JSON; see `analysis.readers` for the contract. The record number is that of its line, or its
    position in the array, from 1.

    The second count is that of line ends, or of a second reading of the array. Raises `NoKnownHeader` for JSON that
    is no list of records or has no known columns, `UnreadableFile` for an array beyond `MOST_BYTES`.
    """
    array = _array(path, name)
    keys: dict[str, None] = {}
    for record, _ in _lines(path) if array is None else array[0]:
        if record and not record.keys() <= keys.keys():
            keys |= dict.fromkeys(record)
            if len(keys) > MOST_COLUMNS:
                break
    if not keys or {"type", "features"} <= set(keys):
        raise NoKnownHeader(f"{name}: no known header, since this is {_other_json(path, keys)}.")
    columns = tuple(keys)
    if len(keys) > MOST_COLUMNS or not is_header(columns):
        raise NoKnownHeader(
            f"{name}: no known header: its {len(keys):,} keys are no column names of a known export. If this is a "
            "search audit, ask for it as CSV."
        )
    line_ends, last_byte = _line_ends(path)
    counted = line_ends + (last_byte not in (b"\n", b"")) if array is None else array[1]
    yield Block(Section.of_rows(columns), counted=counted)
    records = enumerate(_lines(path) if array is None else array[0], start=1)
    whole = last = 0
    while some := list(islice(records, ROWS_AT_ONCE)):
        found = [(number, record) for number, (record, _) in some if record is not None]
        odd = [
            Rejected(number, "unreadable record" if text.strip() else "blank record", text.strip())
            for number, (record, text) in some
            if record is None
        ]
        cells = {
            str(at): pa.array([_cell(record.get(key)) for _, record in found], pa.string())
            for at, key in enumerate(keys)
        }
        section = Section(columns, pa.table(cells), pa.array([number for number, _ in found], pa.int64()))
        whole, last = found[-1][0] if found else whole, some[-1][0]
        yield not_data.without_blanks_and_totals(section, odd)
    if whole < last and last_byte != b"\n":
        yield cut_off(columns, whole)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is there twice")
    return found


# Numbers as text keep every digit, and cost no time however long they are.
_decoder = json.JSONDecoder(object_pairs_hook=_object, parse_float=str, parse_int=str, parse_constant=str)


def _parsed(text: str) -> Any:
    try:
        return _decoder.decode(text)
    except (ValueError, RecursionError):
        return None


def _lines(path: Path) -> Iterator[_Record]:
    with path.open("rb") as file:
        for at, line in enumerate(file):
            text = (line.lstrip(_MARK) if at == 0 else line).decode("utf-8", "replace")
            found = _parsed(text)
            yield found if isinstance(found, dict) else None, text


def _line_ends(path: Path) -> tuple[int, bytes]:
    """The number of line ends, and the last byte of the file."""
    ends, last = 0, b""
    with path.open("rb") as file:
        for piece in iter(partial(file.read, 1 << 20), b""):
            ends, last = ends + piece.count(b"\n"), piece[-1:]
    return ends, last


def _array(path: Path, name: str) -> tuple[list[_Record], int] | None:
    """The records of an array and, by another reading, how many they are; None where the file is no array."""
    with path.open("rb") as file:
        if not file.read(1024).lstrip(_MARK + b" \t\r\n").startswith(b"["):
            return None
    if path.stat().st_size > MOST_BYTES:
        raise UnreadableFile(
            f"{name}: an array of JSON of more than {MOST_BYTES:,} bytes. Ask for it as CSV."
        )
    text = path.read_bytes().lstrip(_MARK).decode("utf-8", "replace")
    whole = _parsed(text)
    if not isinstance(whole, list):
        raise UnreadableFile(f"{name}: the array of JSON is broken or cut off. Ask for it again.")
    at = text.index("[") + 1
    found: list[_Record] = []
    between = re.compile(r"[\s,]*")
    while (at := between.match(text, at).end()) < len(text) and text[at] != "]":  # type: ignore[union-attr]
        value, end = _decoder.raw_decode(text, at)
        found.append((value if isinstance(value, dict) else None, text[at:end]))
        at = end
    return found, len(whole)


def _other_json(path: Path, keys: dict[str, None]) -> str:
    """What JSON is that holds no records."""
    whole = _parsed(path.read_bytes()[:MOST_BYTES].lstrip(_MARK).decode("utf-8", "replace"))
    if {"type", "features"} <= {*keys, *(whole if isinstance(whole, dict) else ())}:
        return "a map (GeoJSON)"
    return "broken JSON" if whole is None else "JSON and no list of records"
