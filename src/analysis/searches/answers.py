"""Keeps the answers to questions that are asked again, and gives an answer's columns the types of this library."""

from __future__ import annotations

import contextlib
import os
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

REMEMBERED = 100_000_000
"""Bytes of answers that are kept: measures ask some questions again, of files that nobody wrote since. None of them is
larger than a twentieth."""

SHARED = "ANALYSIS_ANSWERS"
"""The environment's name of a folder in which processes leave answers for each other, as long as it is there."""

Written = tuple[tuple[str, int], ...]
"""Each file of which a question is asked, and when it was last written."""

Question = tuple[str, Written]
"""The SQL of a question, and the files as they were written then."""

_ANSWERS: dict[Question, tuple[pa.Table, int]] = {}
"""Answers with their bytes, the oldest first."""


def remembered(question: Question) -> pa.Table | None:
    """The answer to a question that this process, or one that shares its answers, has asked before."""
    if question not in _ANSWERS and (path := _shared(question)) and path.is_file():
        with pa.OSFile(str(path)) as file, pa.ipc.open_file(file) as answer:
            _keep(question, answer.read_all())
    return _ANSWERS[question][0] if question in _ANSWERS else None


def remember(question: Question, answer: pa.Table) -> None:
    """Keep an answer for when its question is asked again, in place of the oldest ones."""
    if answer.nbytes > REMEMBERED // 20:
        return
    _keep(question, answer)
    if path := _shared(question):
        written = pa.BufferOutputStream()
        with pa.ipc.new_file(written, answer.schema) as file:
            file.write_table(answer)
        with contextlib.suppress(OSError):  # then the others ask for themselves
            # Several processes may have the same answer at once, so that each writes a file of its own first.
            number, own = tempfile.mkstemp(dir=path.parent)
            with open(number, "wb") as begun:
                begun.write(written.getvalue())
            os.replace(own, path)


def _keep(question: Question, answer: pa.Table) -> None:
    _ANSWERS[question] = answer, answer.nbytes
    while sum(each for _, each in _ANSWERS.values()) > REMEMBERED:
        del _ANSWERS[next(iter(_ANSWERS))]


def _shared(question: Question) -> Path | None:
    folder = os.environ.get(SHARED)
    return Path(folder, sha256(repr(question).encode()).hexdigest()) if folder else None


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
