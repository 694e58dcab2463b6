"""The same month done in other ways, as people would write them; each does less than this library and says what.

All read the file as text, read its three times with an explicit format, look for the eight topics of `TOPICS`,
and write what they have. None checks that no row is lost, knows agencies, or tells what a rule removes.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pandas as pd
import pyarrow as pa

TOPICS = {
    "immigration": r"\b(immigration|ice|ero|cbp|hsi|287g|deport\w*|undocumented)\b",
    "theft": r"\b(theft|stolen|burg\w*|robbery|shoplift\w*|larceny)\b",
    "violence": r"\b(assault|homicide|murder|shooting|agg\w*)\b",
    "drugs": r"\b(narc\w*|drugs?|fentanyl|meth)\b",
    "crash": r"\b(crash|accident|hit and run|hit & run|fsra)\b",
    "missing": r"\b(missing|runaway|welfare|amber)\b",
    "warrant": r"\b(warrants?|wanted|fugitive)\b",
    "vague": r"\b(investigation|invest|inv|case|patrol)\b",
}
"""Eight topics as public scripts count them: a few words each, no exclusions."""

TIME = "%m/%d/%Y, %I:%M:%S %p UTC"


def sections(path: Path) -> list[bytes]:
    """The stacked exports of a file one by one, so that readers who know one header only can read them too."""
    data = path.read_bytes()
    second = data.find(b"\r\nID,")
    return [data] if second < 0 else [data[: second + 2], data[second + 2 :]]


def arrow(path: Path, out: Path) -> None:
    """The floor: Arrow reads the CSV and writes Parquet; no time is read and no reason looked at."""
    import pyarrow.parquet as pq
    from pyarrow import csv as arrow_csv

    for number, section in enumerate(sections(path)):
        rows = arrow_csv.read_csv(
            pa.py_buffer(section),
            arrow_csv.ReadOptions(block_size=1 << 22),
            arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=lambda _: "skip"),
        )
        pq.write_table(rows, out / f"{number}.parquet")


def arrow_reads(folder: Path, _: Path) -> None:
    """The floor of a release: Arrow reads each of its CSVs from disk, and writes nothing."""
    from pyarrow import csv as arrow_csv

    for path in sorted(folder.rglob("*.csv")):
        arrow_csv.read_csv(
            path,
            arrow_csv.ReadOptions(block_size=1 << 22),
            arrow_csv.ParseOptions(newlines_in_values=True, invalid_row_handler=lambda _: "skip"),
        )


def plain_pandas(path: Path, out: Path) -> None:
    """pandas, column by column."""
    for number, section in enumerate(sections(path)):
        frame = pd.read_csv(io.BytesIO(section), dtype=str, keep_default_na=False, on_bad_lines="skip")
        frame.columns = [column.strip() for column in frame.columns]
        frame[["start", "end"]] = frame.pop("Time Frame").str.split("\n", n=1, expand=True)
        for column in ("Search Time", "start", "end"):
            frame[column] = pd.to_datetime(frame[column], format=TIME, errors="coerce")
        for topic, pattern in TOPICS.items():
            wanted = re.compile(pattern.replace("(", "(?:"), re.I)
            frame[topic] = frame["Reason"].str.contains(wanted)
        frame.to_parquet(out / f"{number}.parquet")


def polars(path: Path, out: Path) -> None:
    """Polars, lazily and on all cores."""
    import polars as pl

    for number, section in enumerate(sections(path)):
        frame = pl.read_csv(io.BytesIO(section), infer_schema=False, truncate_ragged_lines=True).lazy()
        frame = frame.rename(lambda name: name.strip())
        frame_of_time = pl.col("Time Frame").str.split("\n")
        times = {
            "Search Time": pl.col("Search Time"),
            "start": frame_of_time.list.get(0, null_on_oob=True),
            "end": frame_of_time.list.get(1, null_on_oob=True),
        }
        frame = frame.with_columns(
            *(
                text.str.to_datetime(TIME, strict=False, time_unit="us").alias(name)
                for name, text in times.items()
            ),
            *(pl.col("Reason").str.contains(f"(?i){p}").alias(topic) for topic, p in TOPICS.items()),
        )
        frame.drop("Time Frame").collect().write_parquet(out / f"{number}.parquet")


def duckdb(path: Path, out: Path) -> None:
    """One SQL statement in DuckDB."""
    import duckdb as db

    for number, section in enumerate(sections(path)):
        source = out / f"{number}.csv"
        source.write_bytes(section)
        topics = ", ".join(f"regexp_matches(\"Reason\", '{p}', 'i') as {t}" for t, p in TOPICS.items())
        time = "try_strptime({}, '" + TIME + "')"
        both = 'split_part("Time Frame", chr(10), {})'
        connection = db.connect()
        connection.execute("set enable_progress_bar = false")
        connection.execute(
            f"""copy (select * exclude ("Time Frame", "Search Time"),
                {time.format('"Search Time"')} as searched_at,
                {time.format(both.format(1))} as window_start, {time.format(both.format(2))} as window_end, {topics}
                from read_csv('{source}', header=false, all_varchar=true, ignore_errors=true,
                              normalize_names=false, quote='"', escape='"', delim=',',
                              names={_names(section)}, skip=1))
            to '{out / f"{number}.parquet"}' (format parquet)"""
        )
        source.unlink()


def _names(section: bytes) -> list[str]:
    return [name.strip() for name in section.split(b"\r\n", 1)[0].decode().split(",")]


def standard_library(path: Path, out: Path) -> None:
    """csv and re, row by row, as the public scripts are written."""
    patterns = {topic: re.compile(pattern, re.I) for topic, pattern in TOPICS.items()}
    for number, section in enumerate(sections(path)):
        reader = csv.DictReader(io.StringIO(section.decode(), newline=""), skipinitialspace=True)
        with (out / f"{number}.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            for row in reader:
                writer.writerow(_row(row, patterns))


def _row(row: dict[str, str], patterns: dict[str, re.Pattern[str]]) -> Iterator[object]:
    reason = row.get("Reason") or ""
    yield from (row.get("Org Name"), reason)
    for text in (row.get("Search Time") or "", *(row.get("Time Frame") or "").split("\n")):
        try:
            yield datetime.strptime(text, TIME)
        except ValueError:
            yield None
    yield from (pattern.search(reason) is not None for pattern in patterns.values())
