"""Writes what DuckDB would work out for each row of a file anew in a way that it computes several times as fast.

A local time is a moment and the zone's offset from UTC; a text that meets a condition is one of a few texts. Both are
found once for a file, by DuckDB itself, and give the same answer.
"""

from __future__ import annotations

import re
from functools import cache
from itertools import pairwise

import duckdb

from analysis.searches.cache import Written
from analysis.searches.sql import one_of, quoted

COLUMNS = frozenset(("searched_at", "searching_agency", "reason_text"))
"""The columns of which something is written in another way."""

_SLOW = re.compile(
    r"timezone\('(?P<zone>[A-Za-z0-9_/+-]+)', searched_at\)"
    r"|regexp_matches\((?P<agency>searching_agency), '(?:[^']|'')*'\)"
    r"|lower\(trim\((?P<reason>reason_text)\)\) = '(?:[^']|'')*'"
    r"|'(?:[^']|'')*'"
)
"""What takes long, as the vocabulary writes it, and any other text in quotes, which is left as it is."""

_FROM = 946_684_800_000_000
"""The first moment of 2000: since long before, every zone's clocks have been changed at a quarter of an hour of UTC."""

_FEW = 12


def quicker(question: str, source: str, changed: Written, asked: duckdb.DuckDBPyConnection) -> str:
    """A question in SQL about the searches in a file or files, written so that it is answered faster; `changed` is
    another value when the files are written again."""

    def instead(found: re.Match[str]) -> str:
        column = found["agency"] or found["reason"]
        if found["zone"]:
            return _local(found["zone"], source, changed, asked) or found[0]
        return (column and _one_of_few(column, found[0], source, changed, asked)) or found[0]

    return _SLOW.sub(instead, question)


@cache
def _local(zone: str, source: str, _: Written, asked: duckdb.DuckDBPyConnection) -> str:
    """A search's local time, from the offsets that the zone had while these searches were made; blank where there is
    none, or one from before 2000."""
    ends = "epoch_us(min(searched_at)), epoch_us(max(searched_at)), any_value(typeof(searched_at))"
    (first, last, kind), *_rest = asked.execute(
        f"select {ends} from read_parquet({quoted(source)})"
    ).fetchall()
    if first is None or first < _FROM or kind != "TIMESTAMP WITH TIME ZONE":
        return ""
    seconds = f"range({first // 900_000_000 * 900}, {last // 1_000_000 + 1}, 900)"
    steps = asked.execute(f"""
        select epoch_us(moment), epoch_us(timezone({quoted(zone)}, moment)) - epoch_us(moment) as ahead
        from (select to_timestamp(unnest({seconds})) as moment)
        qualify ahead is distinct from lag(ahead) over (order by moment) order by moment
        """).fetchall()  # fmt: skip
    ends_of = pairwise(steps)
    cases = "".join(f"when epoch_us(searched_at) < {end} then {ahead} " for (_, ahead), (end, _) in ends_of)
    ahead = f"case {cases}else {steps[-1][1]} end" if cases else f"{steps[-1][1]}"
    return f"make_timestamp(epoch_us(searched_at) + {ahead})"


@cache
def _one_of_few(
    column: str, condition: str, source: str, _: Written, asked: duckdb.DuckDBPyConnection
) -> str:
    """A condition on a column as the few texts that meet it; blank where there are many."""
    rows = f"select distinct {column} from read_parquet({quoted(source)}) where {condition} limit {_FEW + 1}"
    texts = sorted(text for (text,) in asked.execute(rows).fetchall())
    if len(texts) > _FEW:
        return ""
    return f"case when {column} is not null then {one_of(column, texts)} end"
