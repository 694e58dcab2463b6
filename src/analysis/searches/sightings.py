"""Marks rows that record the same search in several logs; drops nothing.

The vendor's id is the same in every log that recorded a search, as a data dictionary of 907 California releases
reports (none-below/sm-alpr, September 2026; its authors matched plates and times by it). But exports before
December 2025 have none, plates are gone, and a reason may be masked in one log and not in another. What stays in
all of them is who searched, when, and for which window.

Where a log tells only the day or the minute of a search, many searches of an agency share it. By the rule such rows
are never one search: without an id they stay apart, and a search that two logs hold counts twice.

Rows of one search can differ: a reason is masked in one log, or two exports of one log give device counts that
differ by one. Each row stays as it is. Where one row must speak for its search, it is the first in the order of
files and records; a search cites what any of its rows cites.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.searches.shapes import characters

RULE = "same searching agency, same second, same time frame; where a row has no time frame, same agency and second"
"""The published rule under which two rows are one search.

The reason is no part of it, since it may be masked in one log and not in another. Nor is the type of search:
exports before June 2025 and downloads of others leave it out or blank, and in no released file read so far did
it tell two searches apart that agency, second and time frame had not (notebook 02 shows it for each place).

A row without a time frame gets a key of agency and second here, from its own cells alone. Where other owners' logs have
time frames, it joins the one search that they know of in that second (`measures.columns`), once all files are read."""

METHODS = {"released id": "the vendor's own id, and for rows without one: " + RULE, "rule": RULE}
"""The ways in which a place's searches can be distinguished; `same_search` in source.toml may name one."""


_UUID = 36  # bytes


def method_for(camera_owners: Iterable[str | None], said: str | None = None) -> str:
    """How a place's searches are distinguished: "released id" or "rule"; `said` is the place's own word for it.

    The vendor's id decides where a place holds the logs of one camera owner, and where its source.toml says so,
    as `make place` writes when every row of several owners' logs has one. Else `RULE` decides: a search with an id
    in one log and without in another would otherwise count as two.
    """
    return said or ("released id" if len(set(camera_owners)) == 1 else "rule")


def mark(table: pa.Table, method: str) -> pa.Table:
    """The table with `search_key` (16 hexadecimal digits), equal for rows that record the same search.

    `method` is one of `METHODS`; a row without an id of the vendor's falls back on the rule. By the rule a row whose
    second is not known shares its key with no other. Needs `source_file`, `source_row`, `searching_agency`,
    `searched_at`, `searched_at_precision`, `window_start`, `window_end` and, for "released id", `vendor_id`.
    """
    key = mix(_texts(table.column("searching_agency")), _microseconds(table.column("searched_at")))
    for column in ("window_start", "window_end"):
        key = mix(key, _microseconds(table.column(column)))
    exact = pc.equal(table.column("searched_at_precision"), "second").to_numpy()
    if not exact.all():
        row = table.column("source_row").to_numpy().astype(np.uint64)
        key = np.where(exact, key, mix(_texts(table.column("source_file")), row))
    if method == "released id":
        ids = table.column("vendor_id")
        key = np.where(ids.is_valid().to_numpy(), _ids(ids), key)
    return table.append_column("search_key", _hexadecimal(key))


def _texts(column: pa.ChunkedArray) -> np.ndarray:
    """A 64-bit number for each text, the same on every machine; 0 for null."""
    coded = column.combine_chunks().dictionary_encode()
    codes = [
        int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())
        for text in coded.dictionary.to_pylist()
    ]
    table = np.array([0, *codes], dtype=np.uint64)
    return table[coded.indices.fill_null(-1).to_numpy(zero_copy_only=False) + 1]


def _ids(column: pa.ChunkedArray) -> np.ndarray:
    """`_texts` for ids, no two of which are alike: those as long as a UUID all at once, from their bytes."""
    texts = column.combine_chunks()
    usual = pc.equal(pc.binary_length(texts), _UUID).fill_null(False).to_numpy(zero_copy_only=False)
    rows = np.flatnonzero(usual)
    found = np.zeros(len(texts), np.uint64)
    words = np.ascontiguousarray(characters(texts, rows, _UUID)).view("<u4")
    for word in words.astype(np.uint64).T:
        found[rows] = mix(found[rows], word)
    if len(rows) < len(texts):
        found[~usual] = _texts(pa.chunked_array([texts.filter(pa.array(~usual))]))
    return found


def _microseconds(column: pa.ChunkedArray) -> np.ndarray:
    # Whole seconds: one export writes milliseconds where another does not.
    ticks = column.combine_chunks().cast(pa.int64()).fill_null(-1).to_numpy(zero_copy_only=False)
    return (ticks // 1_000_000).astype(np.uint64)


def mix(key: np.ndarray, more: np.ndarray) -> np.ndarray:
    """Two 64-bit numbers made into one (the finalizer of splitmix64; public domain, S. Vigna)."""
    with np.errstate(over="ignore"):
        mixed = key * np.uint64(0x9E3779B97F4A7C15) + more
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def _hexadecimal(keys: np.ndarray) -> pa.Array:
    """16 hexadecimal digits a key, laid out as Arrow keeps them: one text, cut at every sixteenth sign."""
    text = keys.astype(">u8").tobytes().hex().encode()
    offsets = np.arange(len(keys) + 1, dtype=np.int32) * 16
    return pa.StringArray.from_buffers(len(keys), pa.py_buffer(offsets), pa.py_buffer(text))


def numbers(keys: pa.ChunkedArray) -> np.ndarray:
    """The 64-bit numbers behind keys of `mark`."""
    return np.frombuffer(bytes.fromhex("".join(_text(chunk) for chunk in keys.chunks)), dtype=">u8")


def _text(keys: pa.Array) -> str:
    _, _, text = keys.buffers()
    return text.slice(keys.offset * 16, len(keys) * 16).to_pybytes().decode() if len(keys) else ""
