"""Keeps the answers to questions that are asked again, and gives an answer's columns the types of this library."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pyarrow as pa

REMEMBERED = 100_000_000
"""Bytes of answers that are kept: measures ask some questions again, of files that nobody wrote since. None of them is
larger than a twentieth."""

ANSWERS: dict[tuple[str, int], tuple[pa.Table, int]] = {}
"""Answers with their bytes, by their question and by when the files were written of which it was asked, the oldest
first."""


def remember(key: tuple[str, int], answer: pa.Table) -> None:
    """Keep an answer for when its question is asked again, in place of the oldest ones."""
    if (size := answer.nbytes) <= REMEMBERED // 20:
        ANSWERS[key] = answer, size
        while sum(each for _, each in ANSWERS.values()) > REMEMBERED:
            del ANSWERS[next(iter(ANSWERS))]


def frame_type(kind: pa.DataType) -> Any:
    """The type of a frame's column for one of Arrow's: text and lists stay in Arrow, missing is always `NA`."""
    if pa.types.is_string(kind):
        return pd.StringDtype("pyarrow", na_value=pd.NA)
    if pa.types.is_int64(kind):
        return pd.Int64Dtype()
    if pa.types.is_boolean(kind):
        return pd.BooleanDtype()
    return pd.ArrowDtype(kind) if pa.types.is_list(kind) else None


def kept_schema(schema: pa.Schema) -> pa.Schema:
    """The schema as this library keeps it: one name of the zone, one size of whole numbers, texts as texts."""

    def kind(of: pa.DataType) -> pa.DataType:
        if pa.types.is_timestamp(of):
            return pa.timestamp("us", "UTC" if of.tz else None)
        if pa.types.is_dictionary(of):
            return of.value_type
        whole = pa.types.is_integer(of) or (pa.types.is_decimal(of) and of.scale == 0)
        return pa.int64() if whole else of

    return pa.schema([(one.name, kind(one.type)) for one in schema])
