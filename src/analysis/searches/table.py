"""Answers questions about searches, as one object: it holds the question, and reads only the columns that it names.

Behind it is DuckDB, over the Parquet files of a place or over a table of ten rows, so that a measure is tested on ten
rows and counts a nation's. The words that a question may use are the columns of the searches and the names of a
vocabulary (`measures.columns`), each an SQL expression. DuckDB is used as it is: its own relations print runnable SQL
too, but lose the names of a vocabulary at the first filter.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import cache, wraps
from glob import glob
from pathlib import Path
from typing import Any, Self, TypeVar, cast

import duckdb
import pandas as pd
import pyarrow as pa

from analysis import processes
from analysis.searches import mistakes
from analysis.searches.cache import Written, cached, frame_type, keep, kept_schema
from analysis.searches.mistakes import UnknownName
from analysis.searches.quick import COLUMNS, quicker
from analysis.searches.sql import any_in, listed, one_of, quoted, values_table, words

MEMORY = "1500MB"
"""What a question may hold in memory; DuckDB puts the rest into a temporary file."""

THREADS = "ANALYSIS_THREADS"
"""The environment's name for how many threads a query may use, where several processes share the processors."""

PERIODS = ("hour", "day", "week", "month", "year")

CHECKED = (
    "camera_owner", "searching_agency", "agency_state", "agency_kind", "search_type", "source_file", "month",
    "topics", "rules",
)  # fmt: skip
"""Columns in which a value that no search has is taken for a slip, and answered with the nearest one."""


@dataclass(frozen=True, eq=False)
class Searches:
    """Some searches, and the question asked of them so far.

    `source` is a Parquet file, a pattern of files, or a table with the columns that a question names. `names` are
    further words, each an SQL expression over the columns and the words before it; one that is a column's name takes
    that column's place. `beside` makes small tables that such an expression asks, from the searches. `filters` are
    conditions that all must hold.
    """

    source: str | pa.Table = field(repr=False)
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    beside: Mapping[str, Callable[[Searches], pd.DataFrame]] = field(default_factory=dict, repr=False)
    filters: tuple[str, ...] = ()

    def where(self, *conditions: str, **values: Any) -> Self:
        """The searches for which all of these hold: names, SQL conditions, and columns with one value or several.

        `None` asks for a missing value. Raises `UnknownName` for a column or an agency that is not there.
        """
        equal = (self._equal(*one) for one in values.items())
        return replace(self, filters=(*self.filters, *(one for one in conditions if one != "true"), *equal))

    def count(self, condition: str = "true") -> int:
        """How many searches there are, or how many of them a condition holds for."""
        return int(self.rows(f"select count(*) filter ({condition}) from searches")[0][0])

    def distinct(self, column: str) -> int:
        """How many different values a column or expression has; a missing value is none."""
        return int(self.rows(f"select count(distinct {column}) from searches")[0][0])

    def by(self, *columns: str, **made: str) -> pd.DataFrame:
        """The searches of each combination of values: the columns, those `made` by an expression, `searches`, and their
        `share` `of` all; most first."""
        lines = self.tally(*columns, **made).rename(columns={"rows": "searches"})
        lines = lines.sort_values("searches", ascending=False, kind="stable", ignore_index=True)
        total = int(lines["searches"].sum())
        return lines.assign(share=lines["searches"] / max(total, 1), of=total)

    def per(self, period: str) -> pd.DataFrame:
        """Searches per hour, day, week (its Monday), month or year of the owner's clock: that column, `searches`."""
        if period not in PERIODS:
            raise UnknownName(f"searches are counted per {', '.join(PERIODS)}, not per {period!r}")
        start = f"date_trunc('{period}', local_time)"
        return self.query(
            f"select {start} as {period}, count(*) as searches from searches group by all order by all"
        )

    def frame(self, *columns: str) -> pd.DataFrame:
        """The searches themselves, in the order released: these columns, or all."""
        return self.query(
            f"select {', '.join(columns) or '*'} from searches order by source_file, source_row"
        )

    def tally(self, *columns: str, **made: str) -> pd.DataFrame:
        """One line for each combination of values: these columns, those `made` by an SQL expression, and `rows`.

        Lines are sorted by their columns in order, missing values last.
        """
        counted = {**made, "rows": "count(*)"}
        lines = self.query(f"select {listed(columns, counted)} from searches group by all order by all")
        return lines.astype({"rows": "int64"})

    def query(self, sql: str, **tables: pd.DataFrame) -> pd.DataFrame:
        """The answer to an SQL query on the table `searches`, and other `tables`, as a frame; text stays in Arrow."""
        return self.arrow(sql, **tables).to_pandas(types_mapper=frame_type)

    def rows(self, sql: str, **tables: pd.DataFrame) -> list[tuple[Any, ...]]:
        """The answer to an SQL query as plain values, for counts; missing is None."""
        return list(zip(*(column.to_pylist() for column in self.arrow(sql, **tables).columns)))

    def arrow(self, sql: str, **tables: pd.DataFrame) -> pa.Table:
        """The answer to an SQL query as it comes from DuckDB, for many columns of many rows."""
        question = self.sql(sql)
        key = None if tables or isinstance(self.source, pa.Table) else (question, self.written)
        if key and (known := cached(key)) is not None:
            return known
        with self._asking(tables) as asked:
            found = asked.sql(self._quick(question)).to_arrow_table()
        found = found.cast(kept_schema(found.schema))
        if key:
            keep(key, found)
        return found

    def _quick(self, question: str) -> str:
        """A question as it is run: what takes long to ask row by row is written in another way."""
        if isinstance(self.source, pa.Table) or COLUMNS & {*self.names}:
            return question
        return quicker(question, self.source, self.written, connection())

    @contextmanager
    def _asking(self, tables: Mapping[str, pd.DataFrame]) -> Iterator[duckdb.DuckDBPyConnection]:
        """What runs a question. What DuckDB says of a wrong one is many lines that end in the library's own SQL."""
        with connection().cursor() as asked:
            for name, table in tables.items():
                asked.register(name, pa.Table.from_pandas(table, preserve_index=False))
            if isinstance(self.source, pa.Table):
                asked.register("_frame", self.source)
            try:
                yield asked
            except (duckdb.ProgrammingError, duckdb.DataError) as error:
                raise mistakes.explained(error, self.columns()) from None

    def kept(self, *columns: str, where: str = "true", **made: str) -> Self:
        """A temporary copy of the searches that a condition holds for, with these columns and those `made`, for several
        questions. Searches on disk are read once, and the copy goes with the process."""
        query = f"select {listed(columns, made)} from searches where {where}"
        if isinstance(self.source, pa.Table):
            source: str | pa.Table = self.arrow(query)
        else:
            source = str(_temporary() / f"{next(_NUMBER)}.parquet")
            with self._asking({}) as asked:
                asked.execute(f"copy ({self._quick(self.sql(query))}) to {quoted(source)} (format parquet)")
        stored = {*columns, *made}
        return replace(
            self,
            source=source,
            filters=(),
            names={name: sql for name, sql in self.names.items() if name not in stored},
        )

    def shared(self, *keys: str, columns: Iterable[str], **made: str) -> Self:
        """A temporary copy (`kept`), with these columns and those `made`, of the searches whose value of a key other
        searches have too.
        Of a hundred million searches nearly each is in one row alone: the others are found once."""
        again = (f"{key} in (select {key} from searches group by all having count(*) > 1)" for key in keys)
        return self.kept(*columns, where=" or ".join(again), **made)

    def made_of(self, sql: str) -> set[str]:
        """The stored columns that SQL is made of, directly or through names."""
        names = self.used(sql)
        return set(words(" ".join([sql, *(self.names[name] for name in names)]))) & set(self._stored())

    def sql(self, query: str = "select * from searches") -> str:
        """The question as SQL that DuckDB alone can run, with the names that it uses written out."""
        stored = set(self._stored())
        used = self.used(" ".join([query, *self.filters]))
        used += [name for name in self.names if name in stored and name not in used]
        # DuckDB lets a name be made of names beside it, but not of one that asks another table: that is made below.
        inner = [name for name in used if "select" in words(self.names[name])]
        instead = ", ".join(f"{self.names[name]} as {name}" for name in used if name in stored)
        every = f"* replace ({instead})" if instead else "*"
        made, below = (
            "".join(f",\n    {self.names[name]} as {name}" for name in chosen)
            for chosen in ([name for name in used if name not in inner and name not in stored], inner)
        )
        source = "_frame" if isinstance(self.source, pa.Table) else f"read_parquet({quoted(self.source)})"
        source = f"(select {every}{below}\n  from {source})" if below or instead else source
        where = "".join(f"\n  {'and' if at else 'where'} ({one})" for at, one in enumerate(self.filters))
        tables = "".join(
            f"{name} as (\n  {values_table(self.beside[name](replace(self, filters=(), beside={})))}\n), "
            for name in self.beside
            if name in words(below) or name in words(query)
        )
        # Held in memory, a hundred million searches would not fit: a query that names them twice reads them twice.
        every_search = f"select * from (select *{made}\n  from {source}){where}"
        return f"with {tables}searches as not materialized (\n  {every_search}\n)\n{query}"

    @property
    def written(self) -> Written:
        """Each file of the searches and when it was last written: what was found in them holds until that changes."""
        if isinstance(self.source, pa.Table):
            return ()
        return tuple((path, Path(path).stat().st_mtime_ns) for path in sorted(glob(self.source)))

    def columns(self) -> list[str]:
        """Every column and name that a question may use."""
        return list(dict.fromkeys([*self._stored(), *self.names]))

    def _stored(self) -> list[str]:
        if isinstance(self.source, pa.Table):
            return list(map(str, self.source.column_names))
        return _columns_of(self.source, self.written)

    def used(self, text: str) -> list[str]:
        """The names of the vocabulary that SQL uses, each after those that it is made of."""
        wanted = set(words(text)) & set(self.names)
        waiting = list(wanted)
        while waiting:
            more = set(words(self.names[waiting.pop()])) & set(self.names) - wanted
            wanted |= more
            waiting += more
        return [name for name in self.names if name in wanted]

    def _equal(self, column: str, value: Any) -> str:
        if column not in self.columns():
            raise mistakes.unknown(column, self.columns())
        if value is None:
            return f"{column} is null"
        values = list(value) if isinstance(value, list | tuple | set) else [value]
        with self._asking({}) as asked:
            kind = str(asked.sql(self.sql(f"select {column} from searches")).types[0])
            mistakes.refuse_values(asked, column, kind, values)
        if column in CHECKED:
            each = f"unnest({column})" if kind.endswith("[]") else column
            lines = replace(self, filters=()).rows(f"select distinct {each} from searches order by all")
            mistakes.refuse_unknown(column, values, [line[0] for line in lines if line[0] is not None])
        return any_in(column, values) if kind.endswith("[]") else one_of(column, values)


_Function = TypeVar("_Function", bound=Callable[..., Any])


def once(make: _Function) -> _Function:
    """A function of searches that is worked out once for the same searches, until their files are written again."""

    @cache
    def made(searches: Searches, _: Written, *more: Hashable) -> Any:
        return make(searches, *more)

    @wraps(make)
    def known(searches: Searches, *more: Hashable) -> Any:
        return made(searches, searches.written, *more)

    return cast(_Function, known)


# DuckDB -----------------------------------------------------------------------------------------------------


@cache
def connection() -> duckdb.DuckDBPyConnection:
    """One connection for the process; what does not fit in memory goes to the machine's temporary folder."""
    made = duckdb.connect()
    made.execute(f"set memory_limit = '{MEMORY}'")
    made.execute(f"set temp_directory = {quoted(tempfile.gettempdir())}")
    made.execute("set TimeZone = 'UTC'")
    made.execute("set autoinstall_known_extensions = false")  # nothing is fetched
    if threads := os.environ.get(THREADS):
        made.execute(f"set threads = {int(threads)}")
    return made


_NUMBER = iter(range(1_000_000_000))


@cache
def _temporary() -> Path:
    """A folder that goes with the process."""
    held = ExitStack()
    atexit.register(held.close)
    return held.enter_context(processes.scratch())


@cache
def _columns_of(source: str, _: Written) -> list[str]:
    with connection().cursor() as asked:
        return [line[0] for line in asked.execute(f"describe from read_parquet({quoted(source)})").fetchall()]
