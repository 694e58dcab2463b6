"""Knows of each US state its name, its clock and its law on public records (`data/hand/states.csv`)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis import places

BASES = ("statute", "lists", "one list")
"""How a citation is known: read in the statute, a copy of it or on an official page; in agreeing compilations; or
in one."""


@dataclass(frozen=True)
class State:
    """One line of the table.

    `time_zone` is the clock of most of the state's people, `also` further clocks in it. `basis` is one of
    `BASES`; only a citation of the basis "statute" is used without a warning. `officer` is whom the law has requests
    addressed to, where that is not the custodian. `eligibility` says why the law serves the person who asks, with
    their part in brackets. `plate_law` is what the state's law on plate readers makes a request say; `plate_law_basis`
    says how well that is known. `note` is what to know before asking.
    """

    state: str
    name: str
    time_zone: str
    also: str
    records_law: str
    citation: str
    basis: str
    source: str
    checked: str
    officer: str
    eligibility: str
    plate_law: str
    plate_law_basis: str
    note: str


@cache
def table(path: Path | None = None) -> Mapping[str, State]:
    """Every state and the District of Columbia, by USPS code. Raises `places.BadDay`."""
    path = path or places.root() / "data" / "hand" / "states.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    places.check_days(path.name, lines, "checked")
    return {line["state"]: State(**line) for line in lines}


def names() -> Mapping[str, str]:
    """The name of each state, by code."""
    return {code: state.name for code, state in table().items()}


def time_zone(code: str | None) -> str | None:
    """The clock of most of a state's people; a suggestion for a place, never used without being said."""
    return table()[code].time_zone if code and code in table() else None
