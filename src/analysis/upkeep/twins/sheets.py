"""Twins whose logs are workbooks and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from analysis.upkeep.twins import containers
from analysis.upkeep.twins.drawn import TRUTH, changed, outside, searches
from analysis.upkeep.twins.release import (
    LABELS,
    NA_2,
    NA_3,
    NA_4,
    NA_5,
    NA_6,
    NETWORK,
    OWN,
    Release,
    grid,
    header,
    months,
    sheet,
    spelled,
)  # fmt: skip

_PLACEHOLDERS = 10


def _without(columns: Sequence[str], *names: str) -> tuple[str, ...]:
    return tuple(name for name in columns if name not in names)


def _records(table: pa.Table, columns: Sequence[str]) -> list[dict[str, Any]]:
    labels = header(columns)
    return [dict(zip(labels, row)) for row in grid(table, columns)]


def _placeholders(table: pa.Table, rows: int) -> pa.Table:
    """Rows at the end that hold nothing but a mask for the officer and the plate, and are no searches."""
    row = dict.fromkeys(_without(table.column_names, *TRUTH), "")
    row |= {"officer": "REDACTED", "plate": "REDACTED", "why": "no search time"}
    return pa.concat_tables([table, pa.Table.from_pylist([row] * rows, table.schema)])


# Los Altos --------------------------------------------------------------------------------------------------


def los_altos(twin: Release) -> None:
    """Two productions of JSON lines, one file a sheet, with manifest; placeholders, labels missing, two masks."""
    top, town = "assets/los-altos-pras/json", twin.owner.name.replace(" ", "_")
    for production, days in (("pra-25-312", months((2024, 3), 18)), ("pra-26-366", months((2025, 1), 19))):
        listed = []
        for first, end in days:
            last = min(end, date(2025, 8, 13) if production == "pra-25-312" else date(2026, 7, 6))
            for log in (NETWORK, OWN):
                share = 1000 if log == OWN else 30
                purpose = f"{log} {(first, last)} {twin.seed}"
                table = searches(twin.owner, purpose, twin.share(74), (first, last), share)
                columns, unnamed = _form(log, first)
                hidden = "***" if first >= date(2025, 12, 1) and log == NETWORK else "REDACTED"
                if hidden == "***":
                    whose = outside(table, twin.owner) | (first >= date(2026, 3, 1))
                    masked = dict.fromkeys(("officer", "plate", "case_number", "filters"), "***")
                    table = changed(table, masked, whose)
                else:
                    table = changed(table, {"officer": hidden, "plate": hidden})
                table = _placeholders(table, _PLACEHOLDERS - 1)
                records = _records(table, columns)
                for n, record in enumerate(records[:-_PLACEHOLDERS]):
                    record.update(dict.fromkeys(unnamed, "REDACTED") if n % 2 else {})
                name = f"{town}_{_sheet_name(log, first, production)}.ndjson.gz"
                listed.append(_listed(records, columns, name, unnamed))
                owner = twin.owner.name if log == OWN else None
                packed = containers.packed(containers.objects(records), f"{production}-{name[:-3]}")
                twin.plant(f"{top}/{production}/{name}", log, table, columns, owner, content=packed)
        manifest = {"total_rows": sum(one["rows"] for one in listed), "files": listed}
        corpus = {
            "portal": f"invented, {production}",
            "note": "an invented twin",
            "network_audit_globs": ["*Network*"],
        }
        for name, said in (("_manifest.json", manifest), ("_corpus.json", corpus)):
            twin.put(f"{top}/{production}/{name}", json.dumps(said, indent=1).encode())
            twin.left_out[f"{top}/{production}/{name}"] = "table"
    shared = "\n".join(["Networks I'm Sharing", "Mockville CA PD", "Tarnwick CA SO", ""])
    twin.put("assets/los-altos-pras/SharedNetworks.csv", shared.encode())


def _form(log: str, first: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a month's sheet, and its keys without a label."""
    month = (first.year, first.month)
    if log == OWN:
        own = {8: NA_2, 9: NA_3, 10: NA_4, 11: NA_4, 12: NA_3} if first.year == 2025 else {}
        unnamed = {10: ("column_5",), 11: ("column_1", "column_5")} if own else {}
        columns = _without(own[first.month], "devices") if first.month in own else NA_3
        return columns, unnamed.get(first.month, ())
    if month < (2025, 9):
        return NA_2, ()
    return (NA_3 if month == (2025, 9) else NA_4 if month < (2026, 2) else NA_5), ()


def _sheet_name(log: str, first: date, production: str) -> str:
    month = f"{first:%B}".upper()
    if production == "pra-25-312":
        return f"{'NETWORK' if log == NETWORK else 'ORG'}_AUDIT_{first.year}__{month}"
    kind = "Network" if log == NETWORK else "Organizational"
    if first.year == 2026:
        return f"{kind}_Audit_through_July_6_2026__{first:%B}"
    is_titled = log == OWN and first.month >= 9
    return f"{kind}_Audit_{first.year}__{f'{first:%B}' if is_titled else month}"


def _listed(
    records: Sequence[Mapping[str, Any]], columns: Sequence[str], name: str, unnamed: Sequence[str]
) -> dict[str, Any]:
    filled = {label: sum(bool(record.get(label)) for record in records) for label in header(columns)}
    return {
        "rows": len(records), "headerless": False, "header": header(columns), "phantom_headers": [],
        "unlabeled_columns": [int(key.removeprefix("column_")) for key in unnamed], "mismatches": [],
        "populated": filled, "redacted": {}, "source": "invented.xlsx", "sheet": "APRIL ", "output": name,
        "skipped_sheets": [],
    }  # fmt: skip


# Workbooks --------------------------------------------------------------------------------------------------


def santa_rosa(twin: Release) -> None:
    """ZIPs of workbooks; one has an export in another column order below, and verdicts in Search Time."""
    days = months((2026, 5), 1)[0]
    below = ("released_id", "officer", "agency", "agency", "networks", "plate", "time_frame", "case_number", "filters",
             "reason", "search_time", "text_prompt", "search_type")  # fmt: skip
    name = f"REDACTED_{spelled(days)}-{twin.owner.name}-Network-Audit.xlsx"
    table = searches(twin.owner, f"network {twin.seed}", twin.rows, days, 60)
    number = np.arange(len(table))
    table = changed(table, {"officer": "REDACTED"})
    table = changed(table, {"plate": "REDACTED"}, number < len(table) // 2)
    judged = (number % 40 == 7) & (number < len(table) // 2)
    table = changed(table, {"search_time": "allow", "moderation": "", "why": "no search time"}, judged)
    table = changed(table, {"why": "cells under other columns"}, number >= len(table) // 2)
    rows = [*sheet(table[: len(table) // 2], NA_6, " "), *grid(table[len(table) // 2 :], below)]
    twin.plant(f"26-996_2026-09-01_00_44_52_-0700/{name}", NETWORK, table, NA_6, twin.owner.name)
    twin.zip("26-996_2026-09-01_00_44_52_-0700.zip", [(name, containers.workbook({"Audit": rows}))])
    days = months((2026, 7), 1)[0]
    own = searches(twin.owner, f"own {twin.seed}", max(twin.rows // 10, 12), days, 1000)
    name = f"REDACTED_{spelled(days)}-{twin.owner.name}-Audit.xlsx"
    book = containers.workbook({"Audit": sheet(own, NA_6, " ")})
    twin.plant(f"26-996_2026-08-20_232659_-0700/{name}", OWN, own, NA_6, twin.owner.name)
    twin.zip("26-996_2026-08-20_232659_-0700.zip", [(name, book)])


def san_jose(twin: Release) -> None:
    """Workbooks of a sheet a month, some of which split a search's day from its time; names of sheets are cut."""
    labels = LABELS | {"day": "Search Date", "clock": "Search Time"}
    whole = _without(NA_4, "devices")
    split = (*_without(whole, "search_time", "search_type"), "day", "clock", "search_type")
    for name, days, columns, mask in (
        ("Attachment_1-_Network_Audit_June_2024-July_2025_Redacted.xlsx", months((2024, 6), 14), whole, "***"),
        ("Attachment_2-_Network_Audit_Aug_2025-Feb_2026_Redacted.xlsx", months((2025, 8), 7), split, "REDACTED"),
        ("Attachment_3-_Organization_Audit_Redacted.xlsx", months((2025, 8), 3), split, "REDACTED"),
    ):  # fmt: skip
        own = "Organization" in name
        sheets, tables = {}, []
        for period in days:
            purpose = f"{name} {period} {twin.seed}"
            table = searches(twin.owner, purpose, twin.share(24), period, 1000 if own else 70)
            if mask == "REDACTED" or period[0] < date(2025, 5, 1):
                table = changed(table, {"officer": mask, "plate": mask})
            times = [datetime.fromtimestamp(second, UTC) for second in table["at"].to_pylist()]
            for key, shape in (("day", "%Y-%m-%d"), ("clock", "%H:%M:%S")):
                table = table.append_column(key, pa.array([f"{time:{shape}}" for time in times]))
            title = f"{period[0]:%B %Y} Network Audit of {twin.owner.name}"[:30].rstrip() + " "
            sheets[title] = [[labels[key] for key in columns], *grid(table, columns)]
            tables.append(table)
        # Records of a workbook are numbered on through its sheets, headers of later ones among them.
        sizes = [len(table) for table in tables]
        starts = np.cumsum([1, *(size + 1 for size in sizes[:-1])])
        numbers = np.concatenate([start + np.arange(size) for start, size in zip(starts, sizes)])
        headers = dict.fromkeys((starts[1:] - 1).tolist(), "repeated header")
        log, owner = (OWN, twin.owner.name) if own else (NETWORK, None)
        book = containers.workbook(sheets)
        twin.plant(name, log, pa.concat_tables(tables), columns, owner, numbers, headers, book)


def marin(twin: Release) -> None:
    """A ZIP with one workbook in a folder, masked with REDACTED and a blank."""
    town, days = twin.owner.name, (date(2024, 6, 1), date(2024, 6, 30))
    table = searches(twin.owner, f"marin {twin.seed}", twin.rows, days, 20)
    table = changed(table, {"officer": "REDACTED ", "plate": "REDACTED "})
    name = f"To Release/{town}_Network_Audit_6_1_2024_7_1_2024_REDACTED.xlsx"
    twin.plant(f"25-112_2025-03-19_21_09_10_-0700/{name}", NETWORK, table, NA_4)
    book = containers.workbook({"Sheet1": sheet(table, NA_4)})
    twin.zip("25-112_2025-03-19_21_09_10_-0700.zip", [(name, book)])


def redwood_city(twin: Release) -> None:
    """JSON lines in batches with counts such as 164.0, and a workbook whose header comes further down."""
    folder = "assets/redwood-city-pras"
    for first, last in zip(months((2024, 1), 24)[::3], months((2024, 3), 24)[::3]):
        name = f"{folder}/json/PRA_26_217_{first[0].year}_Q{first[0].month // 3 + 1}.ndjson.gz"
        table = searches(twin.owner, f"{name} {twin.seed}", twin.share(9), (first[0], last[1]), 40)
        table = changed(table, {"officer": "REDACTED", "plate": "REDACTED"})
        records = _records(table, NA_4)
        for n, record in enumerate(records):
            counts = {key: float(value) for key, value in record.items() if isinstance(value, int)}
            record.update(counts if n % 3 else {})
        packed = containers.packed(containers.objects(records), name.rpartition("/")[2][:-3])
        twin.plant(name, NETWORK, table, NA_4, content=packed)
    table = searches(twin.owner, f"{twin.seed}", twin.share(9), (date(2023, 9, 1), date(2023, 12, 31)), 40)
    table = changed(table, {"officer": "REDACTED", "plate": "REDACTED"})
    rows, at = grid(table, NA_4), len(table) * 4 // 5
    numbers = np.arange(1, len(table) + 1) + (np.arange(len(table)) >= at)
    rows.insert(at, header(NA_4))
    book = containers.workbook({"Sheet1": rows}, hidden=range(3, len(rows), 7))
    others = {at + 1: "repeated header"}
    twin.plant(f"{folder}/PRA_26_217_2023.xlsx", NETWORK, table, NA_4, None, numbers, others, book)
