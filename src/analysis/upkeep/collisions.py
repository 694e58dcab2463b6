"""Plants in two invented logs copies of one search, damaged in known ways, and different searches of one second, and
counts which of them the rule for one search joins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from analysis import measures, processes
from analysis.build import parts
from analysis.opened import PlaceSearches
from analysis.places import Place, ReleasedFile
from analysis.upkeep.twins import drawn, release

EACH = 40
"""Pairs of each kind."""

_DAYS = date(2025, 12, 2), date(2026, 1, 4)
_OWNERS = [drawn.Owner(f"{town} TX PD", "America/Chicago") for town in ("Sampleton", "Mockville")]

Damage = Mapping[str, str | Callable[[pa.Table], pa.Array]]
"""Columns whose text is another in the second log."""


def _replaced(column: str, pattern: str, text: str) -> Callable[[pa.Table], pa.Array]:
    return lambda rows: pc.replace_substring_regex(rows[column], pattern, text)


def _from_a_day_earlier(rows: pa.Table) -> pa.Array:
    start, end = rows["start"].to_numpy() - 86_400, rows["end"].to_numpy()
    return pc.binary_join_element_wise(drawn.moments(start), drawn.moments(end), "\n")


COPIES: Mapping[str, Damage] = {
    "a copy as it was": {},
    "reason, officer and plate masked": {"reason": "***", "officer": "***", "plate": "***"},
    "time frame masked": {"time_frame": "***"},
    "time frame left blank": {"time_frame": ""},
    "clock a second later": {"search_time": lambda rows: drawn.moments(rows["at"].to_numpy() + 1)},
    "minute of the search, and no second": {"search_time": _replaced("search_time", r":\d\d (AM|PM)", r" \1")},
    "agency in another usual spelling": {"agency": _replaced("agency", " ([A-Z]{2}) PD$", r" Police Department (\1)")},
    "first letter of the agency doubled": {"agency": _replaced("agency", "^(.)", r"\1\1")},
}  # fmt: skip
"""Copies of one search in another log: what happened to them on the way."""

OTHERS: Mapping[str, Damage] = {
    "another search in that second, another time frame": {"time_frame": _from_a_day_earlier},
    "another search in that second, same time frame": {},
    "another search in that second, its time frame masked": {"time_frame": "***"},
}
"""Different searches of one agency in one second, each in a log of its own."""


def joined(place: Place, each: int = EACH, seed: int = 74) -> pd.DataFrame:
    """What the rule makes of planted pairs: planted, one_search (whether it is one), pairs, joined, right_share.

    Both logs are written in a layout of the vendor's without ids, and read by the library with the place's rules and
    lists, like any other. How often each kind of damage is in real logs is not known, so no total is made of the lines.
    """
    kinds = {**COPIES, **OTHERS}
    first = drawn.searches(_OWNERS[0], f"collisions {seed}", each * len(kinds), _DAYS, own=0)
    usual = pc.match_substring_regex(first["agency"], " [A-Z]{2} PD$")
    agencies = pc.unique(first["agency"].filter(usual))
    number = pa.array(np.arange(len(first)) % len(agencies))
    first = drawn.changed(first, {"agency": agencies.take(number)})
    second = []
    for at, damage in enumerate(kinds.values()):
        rows = first.slice(at * each, each)
        made = {name: text if isinstance(text, str) else text(rows) for name, text in damage.items()}
        second.append(drawn.changed(rows, made))
    with processes.scratch() as folder:
        recipe = parts.recipe(place)
        for owner, table in zip(_OWNERS, (first, pa.concat_tables(second))):
            path, out = folder / f"{owner.name}.csv", folder / f"{owner.name} made"
            path.write_bytes(release.csv(table, release.NA_2))
            out.mkdir()
            parts.make(ReleasedFile(path.name, "00", "network audit", owner.name), path, recipe, out)
            (out / "searches.parquet").rename(folder / f"{owner.name}.parquet")
        names = measures.vocabulary(measures.Facts(frames_missing=True))
        searches = PlaceSearches(f"{folder}/*.parquet", names)
        lines = []
        for at, kind in enumerate(kinds):
            of_kind = searches.where(f"source_row > {at * each} and source_row <= {(at + 1) * each}")
            both = of_kind.count() - of_kind.distinct("search_key")
            is_one = kind in COPIES
            lines.append((kind, is_one, each, both, (both if is_one else each - both) / each))
    return pd.DataFrame(lines, columns=["planted", "one_search", "pairs", "joined", "right_share"])
