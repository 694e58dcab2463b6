"""Twins whose logs are the vendor's CSV files, in folders and archives."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time
from itertools import zip_longest
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.upkeep.replica import cells
from analysis.upkeep.replica.export import NO_COUNT
from analysis.upkeep.twins import containers, drawn
from analysis.upkeep.twins.drawn import changed, outside, searches
from analysis.upkeep.twins.release import (
    NA_2,
    NA_4,
    NA_6,
    NETWORK,
    OA_5,
    OWN,
    Release,
    csv,
    grid,
    header,
    months,
    sheet,
    spelled,
)  # fmt: skip

MASKED = {"officer": "***", "plate": "***", "filters": "***"}


def kenner(twin: Release) -> None:
    """A ZIP of 25 months of both logs, an event log and a letter; ids seen twice, the vendor's masks and tags."""
    top, days = "2-3-26 MR201972", [*months((2024, 1), 24), (date(2026, 1, 1), date(2026, 1, 16))]
    owner, outer = twin.owner, top.replace(" ", "_")
    letter, events = f"{top}/{top}.pdf", f"{top}/Flock Data/Event Logs/event-logs.csv"
    logs = ((NETWORK, "Network Audit", "Network-Audit"), (OWN, "Organization Audit", "Audit"))

    def members() -> Iterator[tuple[str, bytes]]:
        yield letter, containers.printed([["Dear requester,"], ["enclosed is an invented letter."]])
        yield events, _events()
        for period in days:
            for log, folder, kind in logs:
                name = f"{top}/Flock Data/{folder}/{spelled(period)}-{owner.name}-{kind}.csv"
                table = _month(twin, log, period, max(twin.share(25) // (155 if log == OWN else 1), 12))
                twin.plant(f"{outer}/{name}", log, table, NA_6, owner.name)
                yield name, csv(table, NA_6, " ")

    twin.zip(f"{outer}.zip", members())
    twin.left_out = {f"{outer}/{letter}": "letter", f"{outer}/{events}": "other log"}


def _month(twin: Release, log: str, period: tuple[date, date], rows: int) -> pa.Table:
    share = 1000 if log == OWN else 6
    table = searches(twin.owner, f"{log} {period} {twin.seed}", rows, period, share, padded=True)
    number = np.arange(len(table))
    table = changed(table, {"plate": "Q*1234*"}, number % 23 == 3)  # typed by officers: wildcards, no masks
    if log == NETWORK:
        spaced = pc.binary_join_element_wise(table["agency"], " ", "")
        table = changed(table, {"agency": spaced}, (number % 50 == 20) & outside(table, twin.owner))
        table = changed(table, {"reason": "stolen vehicle\nfollow up", "tier": "none"}, number % 200 == 33)
        table = changed(table, MASKED, outside(table, twin.owner))
    return drawn.repeated(changed(table, {"devices": NO_COUNT}, number % 15 == 2), number % 160 == 9)


def _events() -> bytes:
    head = ["Timestamp", "User", "Event Type", "Entity Type", "Entity Details", "Event Id"]
    rows = [
        [f"2025-03-{day:02}T10:00:00.123Z", " A.  Nemobury", kind, "user", "name: N\nrole: r", f"e-{day}"]
        for day, kind in enumerate(["create", "update", "delete"] * 3, 1)
    ]
    return b"".join(map(cells.line, [head, *rows]))


def mountain_view(twin: Release) -> None:
    """Each month released twice, byte for byte; one row of each file runs over into two columns without a label."""
    for period in months((2025, 1), 12):
        table = searches(twin.owner, f"{period} {twin.seed}", twin.share(12), period, 100)
        content = csv(table, NA_6, " ")
        at = content.index(b"\r\n", len(content) // 2)  # the end of a row
        content = content[:at] + b",," + content[at:]
        town = twin.owner.name.replace(" ", "_").replace("(", "").replace(")", "")
        name = f"{town}_network_{period[0]:%b_%Y}.csv"
        twin.plant(f"197131/{name}", NETWORK, table, NA_6)
        for folder in ("197131", "197815"):
            twin.put(f"{folder}/{name}", content)


def san_bruno(twin: Release) -> None:
    """A ZIP with a ZIP inside; in one month rows have a cell too many from Filters on."""
    days = months((2024, 1), 27)

    def files(log: str, kind: str, before: str) -> Iterator[tuple[str, bytes]]:
        for period in days:
            name = f"{spelled(period)}-{twin.owner.name}-{kind}.csv"
            share = 1000 if log == OWN else 50
            table = searches(twin.owner, f"{log} {period} {twin.seed}", twin.share(54), period, share)
            number = np.arange(len(table))
            table = changed(table, {"plate": "Q*42", "filters": "", "case_number": "26-1"}, number % 5 == 3)
            table = changed(table, {"plate": ""}, number % 15 == 13)  # these leave open where they slipped
            content = csv(table, NA_2)
            if log == OWN and period[0] == date(2024, 4, 1):
                rows = sheet(table, NA_2)
                slipped = [[*row[:8], "", *row[8:]] if n % 5 == 4 else row for n, row in enumerate(rows)]
                content = b"".join(cells.line([str(cell) for cell in row]) for row in slipped)
            twin.plant(f"OneDrive_2026-04-28/{before}/{name}", log, table, NA_2, twin.owner.name)
            yield f"{'' if before == 'Organization' else before + '/'}{name}", content

    def members() -> Iterator[tuple[str, bytes]]:
        yield from files(NETWORK, "Network-Audit", "Network Audit")
        inner = io.BytesIO()
        containers.archive(files(OWN, "Audit", "Organization"), inner)
        yield "Organization.zip", inner.getvalue()

    twin.zip("OneDrive_2026-04-28.zip", members())


def denver(twin: Release) -> None:
    """Four CSVs that give only the day, and two workbooks that repeat parts of them under a header in capitals."""
    columns = ("agency", "networks", "devices", "search_time", "search_type", "reason")
    whole = searches(twin.owner, f"denver {twin.seed}", twin.rows, (date(2024, 6, 1), date(2025, 10, 10)), 0)
    zone = ZoneInfo(twin.owner.zone)
    days = [datetime.fromtimestamp(second, zone).date() for second in whole["at"].to_pylist()]
    midnights = [int(datetime.combine(day, time(), zone).timestamp()) for day in days]
    shown = [f"{day.month}/{day.day}/{day.year}" for day in days]
    whole = changed(whole, {"search_time": pa.array(shown), "at": pa.array(midnights), "precision": "day"})
    whole = drawn.without_window(whole)
    whole = changed(whole, {"reason": "", "tier": "none"}, np.arange(len(whole)) % 4 > 0)
    quarter = -(-len(whole) // 4)
    for number in range(4):
        table = whole.slice(max(number * quarter - quarter // 10, 0), quarter)  # their periods overlap
        name = f"Denver_ALPR_Network_Searches_{number + 1}.csv"
        twin.plant(name, NETWORK, table, columns, content=csv(table, columns, end="\n"))
    for part, whose in (("01", r"\bCO\b"), ("02", r"^\[Federal\]")):
        table = whole.filter(pc.match_substring_regex(whole["agency"], whose))
        name = f"{part}_Requested_Organization_Logs.xlsx"
        book = containers.workbook({"Sheet1": [["ORG NAME", *header(columns)[1:]], *grid(table, columns)]})
        twin.plant(name, NETWORK, table, columns, content=book)


def el_cerrito(twin: Release) -> None:
    """No ids; the own log has no time frame; others' plates and case numbers masked, the owner's rows in clear."""
    town = twin.owner.name.replace(" ", "_")
    days = (date(2025, 12, 16), date(2026, 1, 15))
    hidden = {"plate": "***", "case_number": "***"}
    for log, columns, share, name in (
        (NETWORK, NA_4, 100, f"12_16_2025-1_15_2026-{town}-Network-Audit.csv"),
        (OWN, tuple(c for c in NA_4 if c != "time_frame"), 1000, f"12_15_2025-1_15_2026-{town}-Audit.csv"),
    ):
        rows = twin.rows if log == NETWORK else max(twin.rows // 10, 12)
        table = searches(twin.owner, f"{log} {twin.seed}", rows, days, share)
        table = changed(table, hidden, outside(table, twin.owner))
        if log == OWN:
            table = drawn.without_window(table)
        twin.plant(name, log, table, columns, twin.owner.name, content=csv(table, columns))


def the_colony(twin: Release) -> None:
    """Thirty-two months of both logs without devices; the first month lacks its last local day."""
    town = twin.owner.name.replace(" ", "")
    early = {date(2024, 1, 31): date(2024, 1, 30), date(2026, 8, 31): date(2026, 8, 13)}
    for first, end in months((2024, 1), 32):
        last = early.get(end, end)
        for log, kind, share in ((NETWORK, "network", 30), (OWN, "org", 1000)):
            name = f"{town}_{kind}_{first:%b_%Y}.csv"
            table = searches(twin.owner, f"{log} {first} {twin.seed}", twin.share(64), (first, last), share)
            if log == NETWORK and first >= date(2025, 12, 1):
                table = changed(table, MASKED, outside(table, twin.owner))
            owner = twin.owner.name if log == OWN else None
            twin.plant(name, log, table, OA_5, owner, content=csv(table, OA_5, " "))


def danville(twin: Release) -> None:
    """Six tables side by side, twelve files of eight columns with odd suffixes, and a workbook of the own log."""
    eight = ("officer", "agency", "networks", "devices", "time_frame", "case_number", "reason", "search_time")
    days = months((2024, 3), 13)
    blocks = [
        searches(twin.owner, f"block {at} {twin.seed}", max(twin.share(19) - 3 * at, 2), days[at], 0)
        for at in range(6)
    ]
    lines = zip_longest(*(grid(block, eight) for block in blocks), fillvalue=[""] * 8)
    beside = [header(eight) * 6, *([str(cell) for cells in line for cell in cells] for line in lines)]
    name = "rDanville_IL_PD_Network_Audit.csv".replace("Danville", twin.owner.name.split()[0])
    numbers = np.concatenate([10 * (1 + np.arange(len(block))) + at + 1 for at, block in enumerate(blocks)])
    content = b"".join(map(cells.line, beside))
    twin.plant(name, NETWORK, pa.concat_tables(blocks), eight, source_row=numbers, content=content)
    again = ("1", "2", "6", "6_XqJtjD0", "7", "8", "8_urTxeGE", "8_uUOxY3q", "9", "10", "11", "12")
    for at, suffix in enumerate(again):
        name = f"r{twin.owner.name[:3]}_Network_Audit_{suffix}.csv"
        table = searches(twin.owner, f"{suffix} {twin.seed}", twin.share(19), days[at], 0)
        twin.plant(name, NETWORK, table, eight, content=csv(table, eight))
    six = ("officer", "networks", "time_frame", "case_number", "reason", "search_time")
    own = searches(twin.owner, f"own {twin.seed}", twin.share(19), (date(2024, 8, 1), date(2025, 2, 9)), 1000)
    book = containers.workbook({"Sheet1": sheet(own, six)})
    own = changed(own, {"agency": ""})  # nothing in it says whose it is
    twin.plant("Muckrock_020925.xlsx", OWN, own, six, content=book)
