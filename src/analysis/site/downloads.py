"""Packs a place's tables for others: a workbook that computes nothing, and a description for machines."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis.pages import FORMULA, REPLICA
from analysis.places import Place

PROFILE = "https://datapackage.org/profiles/2.0/datapackage.json"
LICENSE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MADE = datetime(2026, 1, 1, tzinfo=UTC).replace(
    tzinfo=None
)  # a fixed clock: the same tables, the same bytes
_LONGEST_CELL = 32_767

Row = list[str]


def tables(folder: Path) -> list[Path]:
    """The CSV files with columns below a place's folder of the site, in the order in which they are packed."""
    first = [folder / name for name in ("claims.csv", "ledger.csv")]
    found = [path for path in first if path.is_file()] + sorted(folder.glob("*/*.csv"))
    return [path for path in found if any(_read(path)[:1])]


# For people -----------------------------------------------------------------------------------------------


def workbook(place: Place, folder: Path) -> Path:
    """Write tables.xlsx: a sheet about the place, then one for each table. No cell is a formula or a link."""
    path = folder / "tables.xlsx"
    book = xlsxwriter.Workbook(path, _TEXT_ONLY)
    book.set_properties({"title": place.title, "created": _MADE})
    bold = book.add_format({"bold": True})
    named = _sheet_names([path for path in tables(folder) if path.parent.name != "rows"])
    about = book.add_worksheet("about")
    about.set_column(0, 0, 34)
    about.set_column(1, 1, 90)
    for at, line in enumerate(_about(place, named)):
        for column, text in enumerate(line):
            about.write_string(at, column, text)
    for name, table in named.items():
        _fill(book.add_worksheet(name), _read(table), bold)
    book.close()
    return path


def _about(place: Place, named: Mapping[str, Path]) -> list[Row]:
    notice = [["", REPLICA]] if place.is_replica else []
    released = [[f"released: {key}", str(value)] for key, value in place.released.items()]
    sheets = [[name, f"{table.parent.name}/{table.name}"] for name, table in named.items()]
    return [
        [place.title],
        *notice,
        *released,
        ["license", LICENSE["title"]],
        [""],
        ["sheet", "table"],
        *sheets,
    ]


def _fill(sheet: Any, rows: list[Row], bold: Any) -> None:
    head, *body = rows or [[]]
    kinds = [_kind([row[at] for row in body]) for at in range(len(head))]
    sheet.write_row(0, 0, head, bold)
    sheet.freeze_panes(1, 0)
    for at, row in enumerate(body, start=1):
        for column, (kind, text) in enumerate(zip(kinds, row, strict=True)):
            if kind in ("integer", "number") and text:
                sheet.write_number(at, column, float(text))
            else:
                sheet.write_string(at, column, _bare(text)[:_LONGEST_CELL])
    for column, name in enumerate(head):
        widest = max([len(name), *(len(row[column]) for row in body[:200])])
        sheet.set_column(column, column, min(widest + 2, 60))


def _bare(text: str) -> str:
    """Text without the apostrophe that a CSV needs; a cell written as text needs none."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _sheet_names(paths: Sequence[Path]) -> dict[str, Path]:
    """A name of at most 31 signs for each table, none twice."""
    named: dict[str, Path] = {}
    for path in paths:
        name = re.sub(r"[\[\]:*?/\\']", " ", path.stem)[:31]
        others = 1
        while name.casefold() in {one.casefold() for one in named}:
            others += 1
            name = f"{path.stem[:28]} {others}"
        named[name] = path
    return named


# For machines ---------------------------------------------------------------------------------------------


def descriptor(place: Place, folder: Path) -> Path:
    """Write datapackage.json (Data Package 2.0): every table with its size, checksum and columns."""
    path = folder / "datapackage.json"
    notice = f"{REPLICA} " if place.is_replica else ""
    said = {
        "$schema": PROFILE,
        "name": place.name,
        "title": place.title,
        "description": f"{notice}Tables recomputed from released audit logs of license-plate readers. Text that begins "
        "like a spreadsheet's formula stands behind an apostrophe.",
        "licenses": [LICENSE],
        "sources": _sources(place),
        "resources": [*(_resource(table, folder) for table in tables(folder)), *_numbers(folder)],
    }
    path.write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _sources(place: Place) -> list[dict[str, str]]:
    by = str(place.released.get("by", place.title))
    files = [{"title": f"{file.name}, released by {by}", "path": file.url or ""} for file in place.files]
    return [{key: value for key, value in one.items() if value} for one in files] or [{"title": by}]


def _resource(table: Path, folder: Path) -> dict[str, Any]:
    relative = table.relative_to(folder).as_posix()
    head, *body = _read(table) or [[]]
    fields = [_field(name, [row[at] for row in body]) for at, name in enumerate(head)]
    return {
        "name": re.sub(r"[^a-z0-9._-]+", "-", relative.removesuffix(".csv").lower()),
        "type": "table",
        "path": relative,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        **_weight(table),
        "schema": {"fields": fields, "missingValues": []},
    }


def _numbers(folder: Path) -> list[dict[str, Any]]:
    path = folder / "numbers.json"
    if not path.is_file():
        return []
    said = {"name": "numbers", "path": path.name, "format": "json", "mediatype": "application/json"}
    return [said | {"encoding": "utf-8", **_weight(path)}]


def _weight(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _field(name: str, values: Sequence[str]) -> dict[str, Any]:
    """A column: in text an empty cell is empty text; in every other kind it is a value that is missing."""
    kind = _kind(values)
    said: dict[str, Any] = {"name": name, "type": kind}
    if kind != "string" and "" in values:
        said["missingValues"] = [""]
    if name in COLUMNS:
        said["description"] = COLUMNS[name]
    return said


_KINDS = (
    ("integer", re.compile(r"-?(?:0|[1-9]\d{0,14})")),
    ("number", re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")),
    ("boolean", re.compile(r"true|false|True|False")),
    ("date", re.compile(r"\d{4}-\d\d-\d\d")),
)


def _kind(values: Sequence[str]) -> str:
    """The narrowest kind that every value that is there has; text where there is none."""
    there = {value for value in values if value}
    for kind, form in _KINDS if there else ():
        if all(form.fullmatch(value) for value in there):
            return kind if kind != "boolean" or there <= {"true", "false"} else "string"
    return "string"


def _read(table: Path) -> list[Row]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


COLUMNS = {
    "searches": "rows that are searches which included these cameras",
    "distinct_searches": "the same, each search counted once however many logs it stood in",
    "agencies": "distinct searching agencies",
    "share": "a part of all rows, between 0 and 1",
    "camera_owner": "whose cameras were searched",
    "searching_agency": "the agency whose account searched, in one spelling",
    "agency_state": "its state, where its name says it",
    "agency_kind": "its kind, where its name says it",
    "definition": "the narrowest definition that counts the row",
    "outcome": "reproduced, recovered, differs or cannot be checked",
    "explanation": "why it differs, what it needs, or what other counts give",
    "published": "the number as printed in the piece",
    "computed": "the number computed from these records",
    "notebook": "the notebook that settled it",
    "records": "says 'replica (invented)' where the records are invented",
    "searched_at": "when the search was made, in UTC; a day without a time begins at the camera owner's midnight",
    "searched_at_precision": "how much of it the log tells: second, minute or day",
    "source_file": "the released file",
    "source_row": "the number of the record in it; the header is 0",
    "reason": "the stated reason, where it is common and could name nobody, or cleared",
    "rows_in": "rows that entered the step",
    "rows_out": "rows that left it",
    "set_aside": "rows set aside in it",
    "why": "the reason for which they were set aside",
}
"""What the columns that stand in several tables mean."""
