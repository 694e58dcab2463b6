"""Finds the distinct texts of a column, so that each is looked at once, and makes long numbers alike."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.reasons.patterns import LONG_NUMBER


def encode(column: pa.ChunkedArray | pa.Array) -> tuple[pa.StringArray, np.ndarray]:
    """The distinct strings of a column (null is empty) and, for each row, the number of its string."""
    coded = pc.fill_null(column.cast(pa.string()), "").dictionary_encode()
    if isinstance(coded, pa.ChunkedArray):
        coded = coded.combine_chunks()
        coded = (
            coded if isinstance(coded, pa.DictionaryArray) else pa.array([], pa.string()).dictionary_encode()
        )
    return coded.dictionary, coded.indices.to_numpy(zero_copy_only=False).astype(np.int64)


def numbered(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The distinct keys in order of appearance and, for each key, its number."""
    coded = pa.array(keys).dictionary_encode()
    return coded.dictionary.to_numpy(), coded.indices.to_numpy().astype(np.int64)


def without_long_numbers(texts: pa.StringArray) -> pa.StringArray:
    """The texts with every digit of a number of `LONG_NUMBER` digits or more made a 9; lengths stay."""
    if not len(texts):
        return texts
    texts = pa.concat_arrays([texts])
    _, offsets, data = texts.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[: len(texts) + 1]
    codes = np.frombuffer(data, dtype=np.uint8)[: ends[-1]].copy() if data else np.empty(0, np.uint8)
    digit = np.zeros(len(codes) + 2, dtype=bool)
    digit[1:-1] = codes - np.uint8(ord("0")) < 10
    turns = np.flatnonzero(digit[1:] != digit[:-1])
    # A number ends where its text ends, although the next text follows in memory.
    cuts = ends[1:-1][digit[ends[1:-1]] & digit[ends[1:-1] + 1]]
    if len(cuts):
        turns = np.sort(np.concatenate([turns, cuts, cuts]))
    first, length = turns[::2], turns[1::2] - turns[::2]
    first, length = first[length >= LONG_NUMBER], length[length >= LONG_NUMBER]
    before = np.cumsum(length) - length
    codes[np.arange(length.sum()) + np.repeat(first - before, length)] = ord("9")
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends.copy()), pa.py_buffer(codes))
