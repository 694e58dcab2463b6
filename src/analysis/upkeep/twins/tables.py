"""Twins whose logs are Parquet tables and prints."""

from __future__ import annotations

import io

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from analysis.upkeep.twins import containers
from analysis.upkeep.twins.drawn import NOT_SAID, changed, searches
from analysis.upkeep.twins.release import NETWORK, OWN, Release, grid, months, spelled


def santa_clara(twin: Release) -> None:
    """Parquet by quarter without reasons, names or ids; windows at the epoch and reversed, equal rows, no networks."""
    for at in range(17):
        year, quarter = 2022 + at // 4, at % 4
        days = months((year, 3 * quarter + 1), 3)
        first = year == 2022
        kinds = ("lookup", "search", "apiV2") if 1 <= at <= 4 else ("lookup", "search")
        purpose = f"santa clara {at} {twin.seed}"
        table = searches(twin.owner, purpose, twin.share(17), (days[0][0], days[-1][1]), 60, kinds)
        number = np.arange(len(table))
        table = changed(table, {"reason": "", "tier": "none"})
        start, end, turned = table["start"], table["end"], pa.array(number % 29 == 3)
        start, end = pc.if_else(turned, end, start), pc.if_else(turned, start, end)
        epoch = pa.array((number % 31 == 4) & (at == 0))
        table = changed(table, {
            "start": pc.if_else(epoch, NOT_SAID, start), "end": pc.if_else(epoch, NOT_SAID, end),
        })  # fmt: skip
        shown = {"timeframe_start": pc.if_else(epoch, -5, start), "timeframe_end": pc.if_else(epoch, 5, end)}
        for key, seconds in shown.items():
            table = table.append_column(key, _timestamps(seconds))
        if first:
            table = changed(table, {"networks": "0"})
            table = pa.concat_tables([table, table.filter(pa.array(number % 9 == 5))])
        table = table.sort_by([("agency", "ascending"), ("at", "ascending")])
        name = f"public/data/parquet/searches_{year}q{quarter + 1}.parquet"
        twin.plant(name, NETWORK, table, ("agency", "networks", "search_type"))
        data = io.BytesIO()
        released = {
            "org": table["agency"],
            "networks_searched": table["networks"].cast(pa.int64()),
            **{key: table[key] for key in shown},
            "search_time": _timestamps(table["at"]),
            "search_type": table["search_type"],
        }
        pq.write_table(pa.table(released), data, compression="zstd")
        twin.put(name, data.getvalue())


def _timestamps(seconds: pa.ChunkedArray) -> pa.ChunkedArray:
    return seconds.cast(pa.timestamp("s")).cast(pa.timestamp("us"))


def san_mateo(twin: Release) -> None:
    """Prints of the own log by month, two of them pictures; a portal's names for native columns."""
    town = twin.owner.name.replace(" ", "_")
    columns = (
        "released_id", "officer", "networks", "time_frame", "reason", "case_number", "search_time", "search_type",
    )  # fmt: skip
    labels = [
        "ID", "User ID", "Network Count", "Time Frame", "Reason", "Case #", "Search Date", "Search Type",
    ]  # fmt: skip
    for part in (1, 2):
        name = f"W012818-053026/6_1_2024-6_30_2024-{town}-Audit__{part}_.pdf"
        twin.put(name, containers.scanned(100 * part))
        twin.left_out[name] = "scan"
    for first, last in months((2025, 11), 4):
        name = f"W012818-053026/{spelled((first, last))}-{town}-Audit__1_.pdf"
        table = searches(twin.owner, f"{first} {twin.seed}", twin.share(4), (first, last), 1000)
        plain = pc.replace_substring_regex(table["reason"], r"[^ -~]|\s+$", "")
        table = changed(table, {"officer": "***", "reason": pc.if_else(pc.equal(plain, ""), "theft", plain)})
        rows = [[str(cell) for cell in row] for row in grid(table, columns)]
        content = containers.printed([labels, *rows])
        twin.plant(name, OWN, table, columns, twin.owner.name, content=content)
