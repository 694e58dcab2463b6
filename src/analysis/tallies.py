"""Counts searches without loading them: tallies, distinct counts and chosen rows, exact at any size.

A tally is a frame with one line for each combination of values that occurs, and in `rows` how many searches hold
it. Most measures need no more: a hundred million searches make a tally of some thousand lines, and a question
reads only the columns that it names. DuckDB answers from `searches/` where it lies, and from a frame in
the same words, so that a measure is tested on ten rows and counts a nation's.
"""

from __future__ import annotations

import atexit
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache, wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeAlias, TypeVar
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import pyarrow as pa

from analysis import processes
from analysis.build import dataset, frame_type
from analysis.places import OWNER_NOT_SAID, Place

MEMORY = "1500MB"
"""What a question may hold in memory; DuckDB puts the rest into a temporary file."""


@dataclass(frozen=True)
class Stored:
    """Searches in a Parquet file, of which only what is asked for is read; `where` leaves some of them out.

    `owner_not_said` where the camera owner of some is null: they are asked about as those of `OWNER_NOT_SAID`, since
    a line without an owner is that of all.
    """

    path: Path
    where: str = "true"
    owner_not_said: bool = False


Searches: TypeAlias = Stored | pd.DataFrame
"""Searches to be counted: where they lie, or as a frame with the columns of `parts.SCHEMA` that a question names."""


def of(place: Place) -> Stored:
    """The searches of a place that was built."""
    unsaid = any(file.camera_owner is None for file in place.files)
    return Stored(dataset.folder(place), owner_not_said=unsaid)


def among(searches: Searches, where: str) -> Searches:
    """The searches for which an SQL condition holds."""
    if isinstance(searches, Stored):
        return replace(searches, where=f"({searches.where}) and ({where})")
    return ask(searches, f"select * from searches where {where}")


def count(searches: Searches, where: str = "true") -> int:
    """How many searches there are for which an SQL condition holds."""
    return int(ask(searches, f"select count(*) as n from searches where {where}")["n"].iloc[0])


def tally(searches: Searches, *columns: str, where: str = "true", **made: str) -> pd.DataFrame:
    """One line for each combination of values: these columns, those `made` by an SQL expression, and `rows`.

    Lines are sorted by their columns in order, missing values last. `where` is an SQL condition; a value that
    comes from data is put into it by `quoted`.
    """
    groups = _groups(searches, columns, {**made, "rows": "count(*)"}, where)
    return ask(searches, f"{groups} order by all").astype({"rows": "int64"})


def tally_under(searches: Searches, *columns: str, under: Mapping[str, str]) -> pd.DataFrame:
    """One line for each combination of values and of conditions that are met: these columns, whether each condition
    is met, and `rows`.

    `under` names the conditions, which may overlap. They make one number to group by, where `tally` would group by
    each: of many lines that takes half the time.
    """
    lines = tally(searches, *columns, met=bits(under.values()))
    met = lines["met"].to_numpy(dtype="int64")
    found = {name: (met >> at & 1).astype(bool) for at, name in enumerate(under)}
    return lines[list(columns)].assign(**found, rows=lines["rows"])


def bits(conditions: Iterable[str]) -> str:
    """An SQL expression: a whole number with a bit for each condition that is met, in their order."""
    return " + ".join(f"case when {sql} then {1 << at} else 0 end" for at, sql in enumerate(conditions))


def bit(number: str, at: int) -> str:
    """An SQL condition: the condition at this place is one of those behind a number of `bits`."""
    return f"({number} >> {at}) & 1 = 1"


def distinct(searches: Searches, what: str, *columns: str, where: str = "true") -> pd.DataFrame:
    """How many distinct values an SQL expression has in each group: these columns, `distinct` and `rows`.

    Missing values are no value. Without columns there is one line. With columns, each pair of group and value is
    made a line first: unlike sets of values, such lines need not all be in memory.
    """
    if not columns:
        sql = f"select count(distinct {what}) as distinct, count(*) as rows from searches where {where}"
        return ask(searches, sql).astype({"distinct": "int64", "rows": "int64"})
    codes, texts = coding(searches, columns)
    pairs = f"select {listed([], codes)}, {what} as _what, count(*) as _rows from searches where {where} group by all"
    counts = (
        f"select {', '.join(codes)}, count(_what) as distinct, sum(_rows) as rows from ({pairs}) group by all"
    )
    sql = f'select {listed([], texts)}, "distinct", rows from ({counts}) order by all'
    return ask(searches, sql).astype({"distinct": "int64", "rows": "int64"})


def periods(searches: Searches, *columns: str) -> pd.DataFrame:
    """The first and the last search of each group: these columns, `first`, `last` (UTC) and `rows`.

    Without columns there is one line.
    """
    ends = {"first": "min(searched_at)", "last": "max(searched_at)", "rows": "count(*)"}
    if not columns:
        return ask(searches, f"select {listed([], ends)} from searches").astype({"rows": "int64"})
    return ask(searches, f"{_groups(searches, columns, ends)} order by all").astype({"rows": "int64"})


def distinct_under(searches: Searches, what: str, column: str, under: Mapping[str, str]) -> pd.DataFrame:
    """How many distinct values an SQL expression has under each of several conditions, among all searches and in
    each group of a column that has a value: that column (missing in the first line, which is that of all), and one
    for each condition.

    `under` names the conditions. A value is counted where any of its searches meets the condition; missing values
    are no value. The searches are read once.
    """
    met = bits(under.values())
    counts = ", ".join(
        f"count(*) filter ({bit('met', at)}) as {_name(name)}" for at, name in enumerate(under)
    )
    rows = (
        f"select {coded(searches, column)} as code, {what} as value, {met} as met from searches "
        f"where {any_of(under.values())}"
    )
    groups = (
        f"select code, grouping(code) as every, value, bit_or(met) as met from ({rows}) "
        "where value is not null group by grouping sets ((code, value), (value))"
    )
    lines = f"select code, every, {counts} from ({groups}) where every = 1 or code is not null group by code, every"
    text = f"{decoded(searches, column, 'code')} as {column}"
    found = ask(
        searches, f"select {text}, * exclude (code, every) from ({lines}) order by every desc, {column}"
    )
    return found.astype(dict.fromkeys(under, "int64"))


def chosen(searches: Searches, *columns: str, where: str = "true", **made: str) -> pd.DataFrame:
    """The searches for which an SQL condition holds, a line each, in the order in which they stand."""
    return ask(searches, f"select {listed(columns, made)} from searches where {where}")


def aside(searches: Searches, *columns: str, where: str = "true", **made: str) -> Searches:
    """The searches for which an SQL condition holds, with these columns and those `made`, for several questions.

    Searches on disk are read once and written into a temporary file, in the order in which they stand.
    """
    sql = f"select {listed(columns, made)} from searches where {where}"
    if isinstance(searches, Stored):
        return Stored(_written(searches, sql, searches.path.stat().st_mtime_ns))
    return ask(searches, sql)


@cache
def _written(searches: Stored, sql: str, _: int) -> Path:
    path = _temporary() / f"{_written.cache_info().misses}.parquet"
    answer = f"with searches as not materialized (from {_source(searches)}) {sql}"
    with _connection().cursor() as asked:
        asked.execute(f"copy ({answer}) to {quoted(str(path))} (format parquet)")
    return path


@cache
def _temporary() -> Path:
    """A folder that goes with the process."""
    held = ExitStack()
    atexit.register(held.close)
    return held.enter_context(processes.scratch())


def _files(path: Path) -> str:
    return f"{path}/*.parquet" if path.is_dir() else str(path)


def _source(searches: Stored) -> str:
    """The searches as SQL. A query that names them twice reads them twice: held in memory they would not fit."""
    file = quoted(_files(searches.path))
    owner = f"coalesce(camera_owner, {quoted(OWNER_NOT_SAID)}) as camera_owner"
    position = "file_index * 1099511627776 + file_row_number as file_row_number"
    columns = f"* replace ({owner}, {position})" if searches.owner_not_said else f"* replace ({position})"
    every = f"(select {columns} from read_parquet({file}, file_row_number = true))"
    return f"(select * from {every} where {searches.where})"


def ask(searches: Searches, sql: str, **tables: pd.DataFrame) -> pd.DataFrame:
    """The answer to an SQL query on the table `searches`, beside other `tables`; text stays in Arrow."""
    with _connection().cursor() as asked:
        for name, frame in tables.items():
            asked.register(name, pa.Table.from_pandas(frame, preserve_index=False))
        if isinstance(searches, Stored):
            source = _source(searches)
        else:
            asked.register("_frame", pa.Table.from_pandas(searches, preserve_index=False))
            source = "_frame"
        found = asked.sql(f"with searches as not materialized (from {source}) {sql}").to_arrow_table()
    return found.cast(_in_utc(found.schema)).to_pandas(types_mapper=frame_type)


@cache
def _connection() -> duckdb.DuckDBPyConnection:
    """One connection for the process; what does not fit in memory goes to the machine's temporary folder."""
    connection = duckdb.connect()
    connection.execute(f"set memory_limit = '{MEMORY}'")
    connection.execute(f"set temp_directory = {quoted(tempfile.gettempdir())}")
    connection.execute("set TimeZone = 'UTC'")
    connection.execute("set autoinstall_known_extensions = false")  # nothing is fetched
    return connection


# Texts as numbers -------------------------------------------------------------------------------------------

MANY = ("source_file", "camera_owner", "searching_agency", "searching_agency_as_released", "agency_state")
"""Columns of so many texts that two of them make millions of combinations: numbers are grouped twice as fast."""


def coded(searches: Searches, column: str) -> str:
    """A column as an SQL expression that tells its values apart: the hash of each text, if the column is one of `MANY`
    on disk and was found to have as many hashes as texts; else the column. `decoded` gives the text back."""
    return f"if({column} is null, null, hash({column}))" if _codes(searches, column) else column


def decoded(searches: Searches, column: str, code: str) -> str:
    """An SQL expression for the text of a column behind what `coded` gave, for lines that were grouped by it."""
    codes = _codes(searches, column)
    return f"(select known_text from {codes} where known_code = {code})" if codes else code


def coding(searches: Searches, columns: Sequence[str]) -> tuple[dict[str, str], dict[str, str]]:
    """What `coded` gives for each column, named with `_` before it, and what gives the texts back from these."""
    codes = {f"_{column}": coded(searches, column) for column in columns}
    return codes, {column: decoded(searches, column, f"_{column}") for column in columns}


def _groups(searches: Searches, columns: Sequence[str], made: Mapping[str, str], where: str = "true") -> str:
    """An SQL query with a line for each combination of values: these columns and what is `made` of each."""
    if sum(column in MANY for column in columns) < 2:
        return f"select {listed(columns, made)} from searches where {where} group by all"
    codes, texts = coding(searches, columns)
    groups = f"select {listed([], {**codes, **made})} from searches where {where} group by all"
    return f"select {listed([], texts)}, {', '.join(made)} from ({groups})"


def _codes(searches: Searches, column: str) -> str:
    """The name of a table of a column's texts, each with its hash; none where the column keeps its texts."""
    if column not in MANY or not isinstance(searches, Stored):
        return ""
    if column == "camera_owner" and searches.owner_not_said:
        return ""
    return _codes_of(searches.path, column, searches.path.stat().st_mtime_ns)


@cache
def _codes_of(path: Path, column: str, _: int) -> str:
    name = f"{column}_{_codes_of.cache_info().misses}"
    texts = (
        f"select distinct {column} as known_text from read_parquet({quoted(_files(path))}) "
        f"where {column} is not null"
    )
    with _connection().cursor() as asked:
        asked.execute(
            f"create table {name} as select known_text, hash(known_text) as known_code from ({texts})"
        )
        apart = asked.execute(f"select count(distinct known_code) = count(*) from {name}").fetchone()
    return name if apart and apart[0] else ""


Answer = TypeVar("Answer")
More = ParamSpec("More")


def once(
    question: Callable[Concatenate[Searches, More], Answer],
) -> Callable[Concatenate[Searches, More], Answer]:
    """A question that several measures need: of a file it is asked once, until the file changes.

    What is asked beside the searches is told apart by how it is written. The answer is shared and must not be
    changed.
    """
    answers: dict[tuple[Stored, int, str], Answer] = {}

    @wraps(question)
    def asked(searches: Searches, /, *args: More.args, **kwargs: More.kwargs) -> Answer:
        if not isinstance(searches, Stored):
            return question(searches, *args, **kwargs)
        key = (searches, searches.path.stat().st_mtime_ns, repr((args, kwargs)))
        if key not in answers:
            answers[key] = question(searches, *args, **kwargs)
        return answers[key]

    return asked


def listed(columns: Sequence[str], made: Mapping[str, str]) -> str:
    """Columns and those made by an SQL expression, as a query lists them."""
    return ", ".join([*columns, *(f"{sql} as {name}" for name, sql in made.items())])


def _name(name: str) -> str:
    """A column's name as SQL writes it."""
    return '"' + name.replace('"', '""') + '"'


def _in_utc(schema: pa.Schema) -> pa.Schema:
    """The schema as this library keeps it: one name of the zone, one size of whole numbers, texts as texts."""
    return pa.schema([(field.name, _kept(field.type)) for field in schema])


def _kept(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_timestamp(kind):
        return pa.timestamp("us", "UTC" if kind.tz else None)
    if pa.types.is_dictionary(kind):
        return kind.value_type
    whole = pa.types.is_integer(kind) or (pa.types.is_decimal(kind) and kind.scale == 0)
    return pa.int64() if whole else kind


# What SQL needs ---------------------------------------------------------------------------------------------


def quoted(value: str) -> str:
    """A text as SQL writes it, whatever signs it holds."""
    return "'" + value.replace("'", "''") + "'"


def one_of(column: str, values: Iterable[str]) -> str:
    """An SQL condition: a column holds one of these texts."""
    listed = ", ".join(map(quoted, values))
    return f"coalesce({column} in ({listed}), false)" if listed else "false"


def any_of(conditions: Iterable[str]) -> str:
    """An SQL condition: one of these holds."""
    return " or ".join(f"({sql})" for sql in conditions)


def holds(column: str, item: str) -> str:
    """An SQL condition: a column's list holds an item."""
    return f"coalesce(list_contains({column}, {quoted(item)}), false)"


def search_number(searches: Searches) -> str:
    """An SQL expression that tells one search from another: the key of 16 hexadecimal digits as the number it is.

    A frame of a few rows may hold any text as a key; there it is the text.
    """
    return "('0x' || search_key)::ubigint" if isinstance(searches, Stored) else "search_key"


def place_of(searches: Searches) -> str:
    """An SQL expression for the place of a search in the order in which the searches stand, a whole number."""
    return "file_row_number" if isinstance(searches, Stored) else "row_number() over ()"


DAY_ONLY = "(searched_at_precision = 'day')"
"""An SQL condition: of the search only the day is known."""


@once
def period(searches: Searches) -> pd.Series:
    """The `first` and the `last` search (UTC), missing where there is none."""
    return periods(searches).iloc[0][["first", "last"]]


def local_time(searches: Searches, time_zone: str) -> str:
    """An SQL expression for the local clock time of each search, without a zone.

    The zone's changes inside the period of the searches are written into it: a few comparisons a row, where a
    calendar would be asked for each.
    """
    ends, zone = period(searches), ZoneInfo(time_zone)
    if pd.isna(ends["first"]):
        return "make_timestamp(epoch_us(searched_at))"
    changes = _changes(zone, ends["first"].to_pydatetime(), ends["last"].to_pydatetime())
    cases = "".join(f" when epoch_us(searched_at) < {until} then {offset}" for until, offset in changes[:-1])
    offset = f"case{cases} else {changes[-1][1]} end" if cases else str(changes[-1][1])
    return f"make_timestamp(epoch_us(searched_at) + {offset})"


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _microseconds(span: timedelta) -> int:
    return span // timedelta(microseconds=1)


def _changes(zone: ZoneInfo, first: datetime, last: datetime) -> list[tuple[int, int]]:
    """The zone's offsets from UTC in a period: until which moment (microseconds since 1970), and the offset."""
    found, at = [], first
    while at < last:
        later = min(at + timedelta(days=1), last)
        if _offset(zone, later) != _offset(zone, at):
            change = _first_with(zone, at, later)
            found.append((_microseconds(change - _EPOCH), _offset(zone, at)))
        at = later
    return [*found, (_microseconds(last - _EPOCH), _offset(zone, last))]


def _first_with(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the offset of `after` begins."""
    wanted = _offset(zone, after)
    low, high = int(before.timestamp()), -int(-after.timestamp() // 1)
    while low + 1 < high:
        middle = (low + high) // 2
        low, high = (
            (low, middle) if _offset(zone, datetime.fromtimestamp(middle, UTC)) == wanted else (middle, high)
        )
    return datetime.fromtimestamp(high, UTC)


def _offset(zone: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(zone).utcoffset()
    assert offset is not None
    return _microseconds(offset)
