"""Gives the page on which a reader decides what counts: its tallies as small numbers, and the definitions we tried."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis import claims, pages
from analysis.measures import lookup
from analysis.measures.tallied import GROUPS, MIXED
from analysis.pages import table_html
from analysis.pages.tables import INVENTED
from analysis.places import Place
from analysis.site.safe import computed

TALLIES, DEFINITIONS = "tables/06-tallies.csv", "tables/06-definitions-in-full.csv"

PRESETS = {"Strict": 2, "Core": 5, "Broad": 7, "The menu alone": 1}
"""Choices that are made with one button, as how many of the first groups each holds."""


def page(place: Place, folder: Path, write: Callable[..., None]) -> bool:
    """Write the page of a place, and say whether there is one."""
    if (found := read(place)) is None:
        return False
    write(folder / "decide.html", "decide", scripts=("tables", "decide"), trail="Decide yourself", **found)
    return True


def read(place: Place) -> dict[str, Any] | None:
    """What the page shows and adds up; None for a place of which no search cites immigration, or with no tallies."""
    path = place.results / TALLIES
    table = pd.read_csv(path, dtype={"week": str, "searching_agency": str}) if path.is_file() else None
    if table is None or table.empty:
        return None
    numbers = lookup(pages.open_numbers(place))
    owners = {scope for measure, scope in numbers if measure == "searches"} - {"all"}
    names = sorted({*table["camera_owner"], *owners})
    scope, published = claims.counts_published(claims.load(place), "immigration_searches")
    distinct = numbers.get(("distinct_immigration_searches.core", "all"), {"value": None})
    data = _data(table, names) | {
        "of": {
            name: [_value(numbers, "searches", name), _value(numbers, "distinct_searches", name)]
            for name in ("all", *names)
        },
        "published": [
            [text.removeprefix("equals "), value] for text, value in published if text.startswith("equals ")
        ],
        "published_scope": scope,
        "groups": [*GROUPS, MIXED],
        "presets": {name: (1 << count) - 1 for name, count in PRESETS.items()},
    }
    tried = pd.read_csv(place.results / DEFINITIONS).drop(columns=INVENTED, errors="ignore")
    mark = " REPLICA: invented records." if place.is_replica else ""
    caption = f"The definitions that notebook 06 tried, and what each counts.{mark}"
    return {
        "data": data,
        "groups": list(GROUPS),
        "owners": names if len(names) > 1 else [],
        "because": distinct.get("because", "") if distinct["value"] is None else "",
        "table": Markup(computed(table_html(tried, caption))),
    }


def _value(numbers: Any, measure: str, scope: str) -> Any:
    return numbers.get((measure, scope), {"value": None})["value"]


def _data(table: pd.DataFrame, owners: list[str]) -> dict[str, Any]:
    """Cells as lists: agency and week by their place in a list (-1: none), searches, then for each line of the cell its
    owner, its groups as bits, and its rows."""
    bits = {name: 1 << at for at, name in enumerate([*GROUPS, MIXED])}
    known = {
        name: sorted(table[column].dropna().unique())
        for name, column in (("agencies", "searching_agency"), ("weeks", "week"))
    }
    place_in = {name: {value: at for at, value in enumerate(values)} for name, values in known.items()}
    cells: dict[int, list[int]] = {}
    for line in table.to_dict("records"):
        at = (
            place_in["agencies"].get(line["searching_agency"], -1),
            place_in["weeks"].get(line["week"], -1),
        )
        cell = cells.setdefault(line["cell"], [*at, int(line["searches"])])
        mask = sum(bits[name] for name in line["counted_by"].split("; "))
        cell += [owners.index(line["camera_owner"]), mask, int(line["rows"])]
    return {**known, "owners": owners, "cells": list(cells.values())}
