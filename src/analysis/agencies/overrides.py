"""Reads the reviewed lines that win over every rule (`data/hand/agencies.csv`)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from analysis import places
from analysis.agencies.cleaning import clean
from analysis.agencies.names import bare
from analysis.agencies.word_list import KINDS
from analysis.agencies.words import read_word_list
from analysis.refused import Refused

COLUMNS = (
    "released_name", "agency", "state", "kind", "ori", "relation", "evidence", "evidence_url", "reviewer", "reviewed",
)  # fmt: skip
RELATIONS = ("same", "distinct", "not_agency")


class BadOverride(Refused):
    """A line of the override table that cannot be used; the message names file, line, value and remedy."""


def read_overrides(path: Path | None = None) -> pd.DataFrame:
    """The reviewed lines, every cell text. Raises `BadOverride` and `places.BadDay` for a line that a stranger could
    not check."""
    path = path or places.root() / "data" / "hand" / "agencies.csv"
    if not path.is_file():
        return pd.DataFrame(columns=list(COLUMNS), dtype=str)
    lines = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    if missing := [column for column in COLUMNS if column not in lines.columns]:
        said = f"column {missing[0]!r} is missing; the first line is {','.join(COLUMNS)}"
        raise BadOverride(f"{path.name}: {said}")
    for number, line in enumerate(lines.to_dict("records"), start=2):
        _check(path.name, number, line)
    places.check_days(path.name, lines.to_dict("records"), "reviewed")
    twice = lines.loc[lines["released_name"].map(clean).str.casefold().duplicated(), "released_name"]
    if len(twice):
        raise BadOverride(f"{path.name}: {twice.iloc[0]!r} has two lines; keep the one that is right")
    return lines


def _check(file: str, number: int, line: dict) -> None:
    for column in ("released_name", "relation", "evidence", "reviewer", "reviewed"):
        if not line[column].strip():
            raise BadOverride(f"{file}, line {number}: {column} is empty; fill it in, or remove the line")
    allowed = {"relation": RELATIONS, "state": ("", *read_word_list().states), "kind": ("", *KINDS)}
    for column, values in allowed.items():
        if line[column] not in values:
            raise BadOverride(
                f"{file}, line {number}: {column} {line[column]!r} is none of {', '.join(filter(None, values))}"
            )


def unused(overrides: pd.DataFrame, released: Iterable[str]) -> list[str]:
    """The lines whose name was released by nobody this time: to be looked at, never deleted by a program."""
    lists = read_word_list()
    seen = {spelling.casefold() for name in released for spelling in (clean(name), bare(name, lists))}
    return [name for name in overrides["released_name"] if clean(name).casefold() not in seen]
