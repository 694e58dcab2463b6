"""Writes local times as moments and a zone's offsets from UTC, which DuckDB adds in a quarter of the time that it takes
to ask its calendar row by row."""

from __future__ import annotations

import re
from datetime import datetime
from functools import cache

import duckdb

from analysis.searches.sql import quoted

ZONED = re.compile(r"timezone\('([A-Za-z0-9_/+-]+)', searched_at\)")
"""The local time of a search, as the vocabulary writes it."""

FIRST_YEAR = 2000
"""Since long before, every zone's clocks have been changed at a quarter of an hour of UTC."""


def with_offsets(question: str, first: datetime, last: datetime, asked: duckdb.DuckDBPyConnection) -> str:
    """A question in SQL about searches made from `first` to `last`, with offsets in place of their local times."""

    def local(zone: str) -> str:
        steps = _offsets(zone, first, last, asked)
        *earlier, (_, offset) = steps
        ends = (step for step, _ in steps[1:])
        cases = "".join(
            f"when epoch_us(searched_at) < {end} then {by} " for end, (_, by) in zip(ends, earlier)
        )
        added = f"case {cases}else {offset} end" if cases else f"{offset}"
        return f"make_timestamp(epoch_us(searched_at) + {added})"

    return ZONED.sub(lambda found: local(found[1]), question)


@cache
def _offsets(
    zone: str, first: datetime, last: datetime, asked: duckdb.DuckDBPyConnection
) -> list[tuple[int, int]]:
    """From which moment on a zone had which offset, both in microseconds, by DuckDB's own calendar."""
    start, end = (int(moment.timestamp()) // 900 * 900 for moment in (first, last))
    return asked.execute(f"""
        select epoch_us(moment), epoch_us(timezone({quoted(zone)}, moment)) - epoch_us(moment) as ahead
        from (select to_timestamp(unnest(range({start}, {end} + 1, 900))) as moment)
        qualify ahead is distinct from lag(ahead) over (order by moment) order by moment
        """).fetchall()  # fmt: skip
