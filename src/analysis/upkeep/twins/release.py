"""Collects the files of a twin while they are written, and keeps account of what is planted in each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.paths import inside
from analysis.upkeep.twins import containers
from analysis.upkeep.twins.drawn import TRUTH, Owner

LABELS = {
    "released_id": "ID", "officer": "Name", "agency": "Org Name", "networks": "Total Networks Searched",
    "devices": "Total Devices Searched", "time_frame": "Time Frame", "plate": "License Plate", "reason": "Reason",
    "case_number": "Case #", "filters": "Filters", "search_time": "Search Time", "search_type": "Search Type",
    "text_prompt": "Text Prompt", "moderation": "Moderation",
}  # fmt: skip
"""What the vendor calls our columns, in the order of its fullest export (OA-4, NA-6 in the notes on forms)."""

NA_6 = tuple(LABELS)
NA_2 = NA_6[1:]
NA_3, NA_4 = NA_2[:-1], NA_2[:-2]
OA_5, NA_5 = (tuple(name for name in form if name != "devices") for form in (NA_6, NA_4))

NETWORK, OWN = "network audit", "organization audit"
MASKS = ("***", "REDACTED", "REDACTED ")
_ROWS_AT_ONCE = 65_536


@dataclass(frozen=True)
class PlantedFile:
    """What is planted in one file of a release, called as if its archives had been unpacked.

    `owner` is None where nothing in the release says whose cameras it is about. `account` counts what `truth` lists: a
    row for each record, with its number (`source_row`), its id and `drawn.TRUTH`.
    """

    name: str
    log: str
    owner: str | None
    account: Mapping[str, Any]
    truth: pa.Table


@dataclass
class Release:
    """A twin in the making: where it is written, whose it is, how many rows its logs have in all, and what is in it.

    `left_out` are files that hold no searches, by name, with the kind that `places.LEFT_OUT` gives each.
    """

    folder: Path
    owner: Owner
    rows: int
    seed: int = 74
    keep: bool = True
    files: list[PlantedFile] = field(default_factory=list)
    left_out: dict[str, str] = field(default_factory=dict)

    def share(self, files: int) -> int:
        """The rows of one of so many files of equal size."""
        return max(self.rows // files, 12)

    def put(self, name: str, content: bytes) -> None:
        """Write a file of the release."""
        path = inside(self.folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def zip(self, name: str, members: Iterable[tuple[str, bytes]]) -> None:
        """Write a ZIP of the release, member by member; fast rather than small where there is much."""
        with inside(self.folder, name).open("wb") as file:
            containers.archive(members, file, level=6 if self.keep else 1)

    def plant(
        self,
        name: str,
        log: str,
        table: pa.Table,
        columns: Sequence[str],
        owner: str | None = None,
        source_row: np.ndarray | None = None,
        others: Mapping[int, str] | None = None,
        content: bytes | None = None,
    ) -> None:
        """Write down what a file holds: its rows, their numbers (1, 2, … unless others are given), and its `others`,
        records that are no rows, by number with the reason why; and write it, where its `content` is given."""
        if content is not None:
            self.put(name, content)
        numbers = np.arange(1, len(table) + 1) if source_row is None else source_row
        ids = table["released_id"] if "released_id" in columns else pa.nulls(len(table), pa.string())
        known = {key: table[key] for key in TRUTH}
        truth = pa.table({"source_row": pa.array(numbers), "released_id": ids, **known})
        if others:
            rows = [{"source_row": number, "why": why} for number, why in others.items()]
            truth = pa.concat_tables([truth, pa.Table.from_pylist(rows, truth.schema)])
        masked = {key: pc.sum(pc.is_in(table[key], pa.array(MASKS))).as_py() or 0 for key in columns}
        account = _account(truth, self.owner.name)
        account["masked"] = {key: count for key, count in masked.items() if count}
        self.files.append(PlantedFile(name, log, owner, account, truth if self.keep else truth[:0]))

    def account(self) -> dict[str, Any]:
        """What is planted in the whole release, to be written beside it."""
        each = {
            one.name: {"log": one.log, "camera_owner": one.owner, **one.account}
            for one in sorted(self.files, key=lambda one: one.name)
        }
        return {"invented": True, "owner": self.owner.name, "files": each, "left_out": self.left_out}


def _account(truth: pa.Table, owner: str) -> dict[str, Any]:
    searches = truth.filter(pc.is_null(truth["why"]))
    ids = searches["released_id"]
    agency = searches["agency"]
    ends = pc.min_max(searches["at"]).as_py()
    tiers, widest = Counter(searches["tier"].to_pylist()), ("strict", "core", "broad")
    return {
        "records": len(truth),
        "searches": len(searches),
        "rejected": dict(Counter(truth["why"].drop_null().to_pylist())),
        "rows_with_an_id_seen_before": len(ids) - ids.null_count - pc.count_distinct(ids).as_py(),
        "immigration": dict(zip(widest, accumulate(tiers[tier] for tier in widest))),
        "first": moment(ends["min"]),
        "last": moment(ends["max"]),
        "own": pc.sum(pc.equal(agency, owner)).as_py() or 0,
        "federal": pc.sum(pc.starts_with(agency, "[Federal]")).as_py() or 0,
        "inactive": pc.sum(pc.match_substring(agency, "[Inactive]")).as_py() or 0,
    }


def moment(seconds: int | None) -> str | None:
    """Seconds since 1970 as a time in UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat()


# What most releases share -----------------------------------------------------------------------------------


def header(columns: Sequence[str], blank: str = "") -> list[str]:
    """The vendor's labels of columns, each but the first behind a blank where its exports have one."""
    return [blank * (at > 0) + LABELS[name] for at, name in enumerate(columns)]


def csv(table: pa.Table, columns: Sequence[str], blank: str = "", end: str = "\r\n") -> bytes:
    """A CSV: its header, with a blank before each label but the first where its exports have one, and its rows."""
    pieces = [(",".join(header(columns, blank)) + end).encode()]
    for start in range(0, len(table), _ROWS_AT_ONCE):
        pieces.append(containers.joined(containers.lines(table.slice(start, _ROWS_AT_ONCE), columns, end)))
    return b"".join(pieces)


def sheet(table: pa.Table, columns: Sequence[str], blank: str = "") -> list[list[Any]]:
    """The header and the rows of a table as lists."""
    return [header(columns, blank), *grid(table, columns)]


def grid(table: pa.Table, columns: Sequence[str]) -> list[list[Any]]:
    """The rows of a table as lists; counts are numbers, as in workbooks and JSON."""
    listed = {name: table[name].to_pylist() for name in columns}
    for name in {"networks", "devices"} & listed.keys():
        listed[name] = [int(cell) if cell.isdigit() else cell for cell in listed[name]]
    return [list(row) for row in zip(*(listed[name] for name in columns))]


def months(first: tuple[int, int], count: int) -> list[tuple[date, date]]:
    """The first and last day of consecutive months, the first given as year and month."""
    since = range(first[0] * 12 + first[1] - 1, first[0] * 12 + first[1] + count)
    starts = [date(month // 12, month % 12 + 1, 1) for month in since]
    return [(start, after - timedelta(days=1)) for start, after in pairwise(starts)]


def spelled(days: tuple[date, date]) -> str:
    """A period as the vendor writes it in the names of files."""
    return "-".join(f"{day.month}_{day.day}_{day.year}" for day in days)
