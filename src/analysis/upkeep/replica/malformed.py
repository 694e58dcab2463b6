"""Puts records among a log's rows that are no searches, and says why each must be rejected."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analysis.upkeep.replica.cells import HEADERS, line
from analysis.upkeep.replica.districts import DISTRICTS
from analysis.upkeep.replica.draws import Draws


@dataclass(frozen=True)
class Inserted:
    """A record put among the rows of a file: before which row, its bytes, and why it is no search."""

    before: int
    content: bytes
    why: str


_BROKEN = {
    "ID": "00000000-0000-4000-a000-000000000000", "Name": "Z. Nemobroken", "Org Name": "Aldbury County TX SO",
    "Total Networks Searched": "5000", "Total Devices Searched": "70000",
    "Time Frame": "12/10/2025, 12:00:00 PM UTC\n12/10/2025, 01:00:00 PM UTC", "License Plate": "QOI0099",
    "Reason": "immigration", "Search Time": "12/10/2025, 12:30:00 PM UTC", "Search Type": "lookup",
}  # fmt: skip
"""A row of an immigration search that a malformed record spoils: if it is counted, a total is wrong."""


def _malformed(columns: tuple[str, ...]) -> dict[str, bytes]:
    """Malformed records by why a reader rejects them."""
    cells = {column: _BROKEN.get(column.strip(), "") for column in columns}
    row = line([*cells.values()])
    return {
        "too few cells": line([*cells.values()][:-3]),
        "too many cells": row.replace(b",immigration,", b",immigration, hold,"),
        "impossible date": line([*(cells | {" Search Time": "13/45/2025, 10:00:00 AM UTC"}).values()]),
        "blank record": b"," * (len(columns) - 1) + b"\r\n",
        "empty line": b"\r\n",
    }


def inserted(index: int, section: int, rows: int, draws: Draws) -> list[Inserted]:
    """Malformed records of one section; the second section begins with its header, one file ends with a total."""
    district = DISTRICTS[index]
    columns = HEADERS[district.sections[section]]
    out = [Inserted(0, line(columns), "repeated header")] if section else []
    kinds = list(_malformed(columns).items())
    if section == 0:
        rows_after = np.sort(1 + draws.below(rows - 1, len(kinds)))
        out += [Inserted(int(before), record, why) for before, (why, record) in zip(rows_after, kinds)]
    if index == 3:
        out.append(Inserted(rows // 2, line(columns), "repeated header"))
    if index == 4:
        total = line([f"Total: {rows:,} searches", *[""] * (len(columns) - 1)])
        out.append(Inserted(rows, total, "total line"))
    return sorted(out, key=lambda record: record.before)


def woven(lines: pa.Array, extra: list[Inserted]) -> Iterator[bytes | memoryview]:
    """The bytes of the lines with the inserted records among them."""
    offsets = np.frombuffer(lines.buffers()[1], np.int32, len(lines) + 1, lines.offset * 4)
    data = memoryview(lines.buffers()[2])
    done = 0
    for record in extra:
        yield data[offsets[done] : offsets[record.before]]
        yield record.content
        done = record.before
    yield data[offsets[done] : offsets[-1]]
