"""Writes texts, values and conditions as SQL, and finds the names in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd


def words(sql: str) -> list[str]:
    """The names in an SQL text, those inside quotes left out."""
    return re.findall(r"[A-Za-z_][A-Za-z_0-9]*", re.sub(r"'(?:[^']|'')*'", "''", sql))


def listed(columns: Iterable[str], made: Mapping[str, str]) -> str:
    """Columns and those made by an SQL expression, as a query lists them."""
    return ", ".join([*columns, *(f'{sql} as "{name}"' for name, sql in made.items())])


def quoted(value: str) -> str:
    """A text as SQL writes it, whatever characters it holds."""
    return "'" + value.replace("'", "''") + "'"


def one_of(column: str, values: Iterable[Any]) -> str:
    """An SQL condition: a column holds one of these values; a missing one does not."""
    said = _said(values)
    return f"coalesce({column} in ({said}), false)" if said else "false"


def any_in(column: str, values: Iterable[Any]) -> str:
    """An SQL condition: the list of a column holds one of these values."""
    return f"coalesce(list_has_any({column}, [{_said(values)}]), false)"


def _said(values: Iterable[Any]) -> str:
    return ", ".join(quoted(one) if isinstance(one, str) else str(one) for one in values)


def values_table(table: pd.DataFrame) -> str:
    """A small frame of texts and days as SQL; without a row it still has its columns."""
    columns = ", ".join(table.columns)
    if table.empty:
        return f"select {', '.join(f'null::varchar as {name}' for name in table.columns)} where false"
    lines = ", ".join(
        "(" + ", ".join("null" if pd.isna(one) else quoted(str(one)) for one in line) + ")"
        for line in table.itertuples(index=False, name=None)
    )
    return f"select * from (values {lines}) as given ({columns})"
