"""Invents a corpus of any size in the form of the largest public one, to time the library on; all of it synthetic."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

REASONS = 1_700_000
"""Distinct reasons in the largest public corpus, which has about a hundred million distinct searches."""

SEED = 74
_AGENCIES, _OWNERS, _PLATES, _CASES = 6_000, 900, 400_000, 800_000
_FIRST, _SECONDS = 1_735_689_600, 365 * 86_400  # of 2025, in UTC
_WORDS = (
    "stolen vehicle", "theft", "burglary", "hit and run", "warrant", "missing person", "robbery", "assault", "fraud",
    "investigation", "narcotics", "welfare check", "pursuit", "homicide", "shoplifting", "dui", "recovered vehicle",
    "assist other agency", "trespass", "vandalism", "kidnapping", "test",
)  # fmt: skip
_RARE_WORDS, _EVERY = ("immigration", "ICE hold", "ERO", "HSI"), 50
"""One reason in fifty is among these, and no common one is: two rows in a hundred, more than in most logs."""
_GROUP = 1_000_000


def write(folder: Path, rows: int, files: int) -> list[Path]:
    """Write `rows` synthetic searches into `files` Parquet files; the same rows every time.

    Files follow one another in time, as monthly releases do. Reasons are drawn as people type them: a few words
    make most rows, and most of the distinct texts occur once or twice because a number is in them. Names of
    agencies are numbered and say that they are synthetic.
    """
    folder.mkdir(parents=True, exist_ok=True)
    reasons = _reasons(min(REASONS, max(rows // 10, len(_WORDS))))
    paths = []
    for number in range(files):
        path = folder / f"synthetic-{number + 1:03}.parquet"
        count = rows // files + (number < rows % files)
        seconds = range(_FIRST + number * _SECONDS // files, _FIRST + (number + 1) * _SECONDS // files)
        _write_file(path, count, np.random.default_rng([SEED, number]), reasons, seconds)
        paths.append(path)
    return paths


def write_agreements(folder: Path, count: int = 1_000) -> Path:
    """Write a synthetic list of 287(g) agreements that `count` of the corpus' agencies hold, signed day after day."""
    path = folder / "participatingAgencies-synthetic.csv"
    first = date(2024, 7, 1)
    lines = [
        f"TEXAS,Synthetic {number} Police Department,Task Force Model,{first + timedelta(days=number)}"
        for number in range(count)
    ]
    path.write_text(
        "\n".join(["STATE,LAW ENFORCEMENT AGENCY,SUPPORT TYPE,SIGNED", *lines]) + "\n", encoding="utf-8"
    )
    return path


def _reasons(count: int) -> pa.StringArray:
    rank = np.arange(count)
    words = np.array(_WORDS)[rank % len(_WORDS)]
    rare = rank[_EVERY::_EVERY]
    rare = rare[rare >= len(_WORDS)]
    words[rare] = np.array(_RARE_WORDS)[rare // _EVERY % len(_RARE_WORDS)]
    numbers = np.where(rank < len(_WORDS), "", (rank * 7919 % 10_000_019).astype(str))
    return pc.utf8_trim_whitespace(pc.binary_join_element_wise(pa.array(words), pa.array(numbers), " "))


def _write_file(
    path: Path, rows: int, draw: np.random.Generator, reasons: pa.StringArray, seconds: range
) -> None:
    writer = None
    for start in range(0, rows, _GROUP):
        table = _rows(min(_GROUP, rows - start), draw, reasons, seconds)
        writer = writer or pq.ParquetWriter(path, table.schema, compression="zstd")
        writer.write_table(table)
    if writer is not None:
        writer.close()


def _rows(count: int, draw: np.random.Generator, reasons: pa.StringArray, period: range) -> pa.Table:
    seconds = draw.integers(period.start, period.stop, count)
    # Skewed towards the first, as the common reasons and the largest agencies are.
    skewed = lambda most: pa.array((draw.random(count) ** 4 * most).astype(np.int32))  # noqa: E731
    columns = {
        "searched_at": pa.array(seconds * 1_000_000, pa.timestamp("us", "UTC")),
        "agency": _numbered("Synthetic", "TX PD", _AGENCIES).take(skewed(_AGENCIES)),
        "owner": _numbered("Synthetic", "ISD", _OWNERS).take(skewed(_OWNERS)),
        "officer": _numbered("Synthetic officer", "", 9_000).take(skewed(9_000)),
        "plate": _numbered("SYN", "", _PLATES).take(skewed(_PLATES)),
        "reason": reasons.take(skewed(len(reasons))),
        "case_number": _numbered("25-", "", _CASES).take(skewed(_CASES)),
        "source_file": pa.array(["synthetic"]).take(pa.array(np.zeros(count, np.int8))),
    }
    return pa.table(columns)


def _numbered(before: str, after: str, count: int) -> pa.Array:
    return pa.array([f"{before} {number} {after}".strip() for number in range(count)])
