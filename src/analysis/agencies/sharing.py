"""Reads lists of who may search whose cameras, in every layout that agencies and portals give them.

A sharing list names organizations and the networks of cameras that each may search. It says what was allowed on
its day; a log says what was done. A place carries its lists in data/raw/<place>/reference/ as CSV, workbook or
plain text: with `sharing`, `shared` or `access` in the file's name, or with the vendor's header.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import agencies, readers
from analysis.agencies import Known

COLUMNS = {
    "name": ("organizationname", "organisationname", "name", "agency", "organization", "agencyname"),
    "shared_with_owner": ("networkssharedwithme",),
    "shared_by_owner": ("networksimsharing", "networksiamsharing"),
    "state": ("state",),
    "type": ("type",),
}
"""Columns of the vendor's SharedNetworks export and of an agency's own reply, by their letters alone, in lower case."""

ENTRIES = ["released", "agency", "state", "kind", "may_search_owner", "owner_may_search", "networks", "row"]


class UnreadableSharingList(readers.UnreadableFile):
    """A sharing list that cannot be read or belongs to nobody; the message names file, what was found and remedy."""


@dataclass(frozen=True)
class SharingList:
    """One list: whose it is, its day, and a row for each organization.

    `entries` has released, agency, state, kind, may_search_owner and owner_may_search (None where the list does
    not say), networks (how many of the owner's networks the organization may search) and row (header = 0, or
    the line of a list without one). `as_of` is the day in the file's name, or None.
    """

    file: str
    camera_owner: str
    as_of: date | None
    entries: pd.DataFrame
    unread_columns: tuple[str, ...]

    @property
    def says_who_may_search(self) -> bool:
        """Whether the list holds the direction that a network audit can be compared with."""
        return bool(self.entries["may_search_owner"].notna().any())


def read_lists(folder: Path, owners: Sequence[str], known: Known | None = None) -> list[SharingList]:
    """The sharing lists of a folder. Raises `UnreadableSharingList` and `readers.UnreadableFile`.

    A list belongs to the camera owner whose name is in the file's name, or to the only owner there is.
    """
    kinds = (".csv", ".txt", *readers.WORKBOOKS)
    paths = [path for path in sorted(folder.glob("*")) if _is_list(path)]
    for path in paths:
        if path.suffix.lower() not in kinds:
            raise UnreadableSharingList(f"{path.name} is none of {', '.join(kinds)}; save it as CSV")
    return [read_list(path, _owner(path, owners), known) for path in paths]


def _is_list(path: Path) -> bool:
    """Whether a file of the reference folder is a sharing list, by its name or by the vendor's header."""
    if not path.is_file():
        return False
    if any(word in path.stem.lower() for word in ("sharing", "shared", "access")):
        return True
    with path.open("rb") as file:
        header = _letters(file.readline(1_000).decode("latin-1"))
    return path.suffix.lower() == ".csv" and header.startswith("organizationname") and "networks" in header


def _owner(path: Path, owners: Sequence[str]) -> str:
    named = [owner for owner in owners if agencies.key(owner) in agencies.key(path.stem.replace("_", " "))]
    if named or len(owners) == 1:
        return max(named or owners, key=len)
    known = f": {', '.join(owners)}" if owners else "; no file of the place names one yet"
    raise UnreadableSharingList(
        f"{path.name}: whose list is it? Put the camera owner's name in the file's name{known}"
    )


def read_list(path: Path, camera_owner: str, known: Known | None = None) -> SharingList:
    """One sharing list of a camera owner, from a workbook's first sheet. Raises `UnreadableSharingList` and
    `readers.UnreadableFile`."""
    rows = [row for _, sheet in readers.sheets(path)[:1] for row in sheet if _filled(row)]
    header = {_letters(cell): index for index, cell in enumerate(rows[0])} if rows else {}
    columns = {
        ours: next((header[name] for name in theirs if name in header), None)
        for ours, theirs in COLUMNS.items()
    }
    has_header = columns["name"] is not None
    if not has_header and any(len(_filled(row)) > 1 for row in rows):
        raise UnreadableSharingList(
            f"{path.name}: no column names an organization ({len(rows):,} lines of up to {max(map(len, rows))} cells; "
            "none of the first line's is a known column name). Save the vendor's list unchanged, or one name a line"
        )
    lines = [_line(number, row, columns) for number, row in enumerate(rows) if number or not has_header]
    taken = {name for names in COLUMNS.values() for name in names}
    unread = [cell for cell in rows[0] if _letters(cell) not in taken | {""}] if has_header else []
    return SharingList(path.name, camera_owner, _day(path.stem), _entries(lines, known), tuple(unread))


def _entries(lines: Sequence[Mapping[str, Any]], known: Known | None) -> pd.DataFrame:
    """The lines with each organization's canonical spelling; lines that say the same are one."""
    names = [f"{line['released']} ({line['state']})" if line["state"] else line["released"] for line in lines]
    resolved = agencies.resolve(names, known).drop_duplicates("released").set_index("released")
    columns = ["agency", "state", "kind"]
    rows = [{**line, **resolved.loc[name, columns].to_dict()} for line, name in zip(lines, names)]
    frame = pd.DataFrame(rows, columns=ENTRIES, dtype=object)
    return frame.drop_duplicates([name for name in ENTRIES if name != "row"], ignore_index=True)


def _line(number: int, row: Sequence[str], columns: Mapping[str, int | None]) -> dict[str, Any]:
    here = {name: index for name, index in columns.items() if index is not None and index < len(row)}
    cell = dict.fromkeys(columns, "") | {name: row[index] for name, index in here.items()}
    says_in, says_out = (columns[name] is not None for name in ("shared_by_owner", "shared_with_owner"))
    networks = split_networks(cell["shared_by_owner"])
    return {
        "released": cell["name"] if columns["name"] is not None else _filled(row)[0],
        "state": cell["state"].strip(),
        "may_search_owner": bool(networks) if says_in else None if says_out else True,  # a bare list of names
        "owner_may_search": bool(split_networks(cell["shared_with_owner"])) if says_out else None,
        "networks": len(networks) if says_in else None,
        "row": number,
    }


def split_networks(cell: str) -> list[str]:
    """The network names of one cell, joined by a comma without a space; a name may hold a comma and a space."""
    return [name.strip() for name in re.split(r",(?! )", cell) if name.strip()]


def _filled(row: Sequence[str]) -> list[str]:
    return [cell for cell in row if cell.strip()]


def _letters(cell: str) -> str:
    return re.sub(r"[^a-z]", "", cell.lower())


_DAY = re.compile(r"(20\d\d)[_ -]([A-Za-z]+|\d\d)[_ -](\d{1,2})(?!\d)")


def _day(stem: str) -> date | None:
    """The day in a file's name: the vendor's SharedNetworks_2025_December_9, or 2025-12-09."""
    for found in _DAY.findall(stem):
        with contextlib.suppress(ValueError):
            return datetime.strptime(" ".join(found), "%Y %m %d" if found[1].isdigit() else "%Y %B %d").date()
    return None
