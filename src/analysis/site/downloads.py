"""Packs a place's tables for others: a workbook that computes nothing, and a description for machines."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis.build import masked_copies
from analysis.pages import REPLICA
from analysis.paths import FORMULA
from analysis.places import Place

LICENSE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_MADE = datetime(2026, 1, 1)  # a fixed clock: the same tables, the same bytes
_LONGEST_CELL = 32_767
_TYPES = {
    "integer": re.compile(r"-?(?:0|[1-9]\d{0,14})"),
    "number": re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"),
    "boolean": re.compile(r"true|false"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
}


def tables(folder: Path) -> list[Path]:
    """The CSV files with columns below a place's folder of the site, in the order in which they are packed."""
    found = [folder / "claims.csv", folder / "ledger.csv", *sorted(folder.glob("*/*.csv"))]
    return [path for path in found if path.is_file() and any(_read(path)[:1])]


def workbook(place: Place, folder: Path) -> Path:
    """Write tables.xlsx: a sheet about the place, then one for each table. No cell is a formula or a link."""
    path = folder / "tables.xlsx"
    named = _sheet_names([path for path in tables(folder) if path.parent.name != "rows"])
    about = [
        [place.title],
        *([["", REPLICA]] if place.is_replica else []),
        *([f"released: {key}", str(value)] for key, value in place.released.items()),
        ["license", LICENSE["title"]],
        [""],
        ["sheet", "table"],
        *([name, f"{table.parent.name}/{table.name}"] for name, table in named.items()),
    ]
    with xlsxwriter.Workbook(path, _TEXT_ONLY) as book:
        book.set_properties({"title": place.title, "created": _MADE})
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet("about")
        sheet.set_column(0, 0, 34)
        sheet.set_column(1, 1, 90)
        for number, row in enumerate(about):
            for column, text in enumerate(row):
                sheet.write_string(number, column, text)
        for name, table in named.items():
            _fill(book.add_worksheet(name), _read(table), bold)
    return path


def _fill(sheet: Any, rows: list[list[str]], bold: Any) -> None:
    sheet.write_row(0, 0, rows[0], bold)
    sheet.freeze_panes(1, 0)
    columns = [list(cells) for cells in zip(*rows, strict=True)]
    numeric = [_type(cells) in ("integer", "number") for _, *cells in columns]
    for number, row in enumerate(rows[1:], start=1):
        for column, text in enumerate(row):
            if numeric[column] and text:
                sheet.write_number(number, column, float(text))
            else:
                # a cell written as text needs no apostrophe, as a CSV does
                bare = text[1:] if text[:1] == "'" and FORMULA.match(text, 1) else text
                sheet.write_string(number, column, bare[:_LONGEST_CELL])
    for column, cells in enumerate(columns):
        sheet.set_column(column, column, min(max(map(len, cells[:201])) + 2, 60))


def _sheet_names(paths: Sequence[Path]) -> dict[str, Path]:
    """A name of at most 31 characters for each table, none twice."""
    named: dict[str, Path] = {}
    for path in paths:
        name, others = re.sub(r"[\[\]:*?/\\']", " ", path.stem)[:31], 1
        while name.casefold() in map(str.casefold, named):
            others += 1
            name = f"{path.stem[:28]} {others}"
        named[name] = path
    return named


def descriptor(place: Place, folder: Path) -> Path:
    """Write datapackage.json (Data Package 2.0): every table with its size, checksum and columns."""
    releaser = str(place.released.get("by", place.title))
    copies = {name: f"; read from a masked copy ({what})" for name, what in masked_copies(place).items()}
    sources = [
        {"title": f"{file.name}, released by {releaser} ({file.checksum}){copies.get(file.name, '')}"}
        | ({"path": file.url} if file.url else {})
        for file in place.files
    ]
    numbers = folder / "numbers.json"
    resources = [_resource(table, folder) for table in tables(folder)]
    if numbers.is_file():
        resources.append(
            {"name": "numbers", "path": numbers.name, "format": "json", "mediatype": "application/json"}
            | _contents(numbers)
        )
    package = {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": place.name,
        "title": place.title,
        "description": f"{f'{REPLICA} ' if place.is_replica else ''}Tables recomputed from released audit logs of "
        "license-plate readers. Text that begins like a spreadsheet's formula comes after an apostrophe.",
        "licenses": [LICENSE],
        "sources": sources or [{"title": releaser}],
        "resources": resources,
    }
    path = folder / "datapackage.json"
    path.write_text(json.dumps(package, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path


def _resource(table: Path, folder: Path) -> dict[str, Any]:
    path = table.relative_to(folder).as_posix()
    head, *body = _read(table)
    return {
        "name": re.sub(r"[^a-z0-9._-]+", "-", path.removesuffix(".csv").lower()),
        "type": "table",
        "path": path,
        "format": "csv",
        "mediatype": "text/csv",
        **_contents(table),
        "schema": {
            "fields": [_field(name, cells) for name, *cells in zip(head, *body, strict=True)],
            "missingValues": [],
        },
    }


def _contents(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"encoding": "utf-8", "bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _field(name: str, cells: Sequence[str]) -> dict[str, Any]:
    """A column: in text an empty cell is empty text; in every other type it is a value that is missing."""
    kind = _type(cells)
    missing = {"missingValues": [""]} if kind != "string" and "" in cells else {}
    described = {"description": COLUMNS[name]} if name in COLUMNS else {}
    return {"name": name, "type": kind, **missing, **described}


def _type(cells: Sequence[str]) -> str:
    """The narrowest type that every cell with a value has; text where there is none."""
    values = set(filter(None, cells))
    fit = (kind for kind, pattern in _TYPES.items() if values and all(map(pattern.fullmatch, values)))
    return next(fit, "string")


def _read(table: Path) -> list[list[str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


COLUMNS = {
    "searches": "rows that are searches which included these cameras",
    "distinct_searches": "the same, each search counted once however many logs hold it",
    "agencies": "distinct searching agencies",
    "share": "rows divided by all rows, between 0 and 1",
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
    "set_aside": "rows rejected in it",
    "why": "the reason for which they were rejected",
}
"""What the columns that several tables share mean."""
