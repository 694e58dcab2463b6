"""Packs a place's tables for others: a workbook that computes nothing, and a description for machines."""

from __future__ import annotations

import csv
import hashlib
import json
import re
import shutil
import tomllib
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import xlsxwriter

from analysis import tips
from analysis.build import masked_copies
from analysis.build.inputs import of_file
from analysis.measures import NAMES
from analysis.pages import REPLICA, open_shown
from analysis.paths import without_apostrophe
from analysis.places import Place
from analysis.site.kept import Kept

LICENSE = {
    "name": "CC-BY-4.0",
    "path": "https://creativecommons.org/licenses/by/4.0/",
    "title": "Creative Commons Attribution 4.0",
}
_TEXT_ONLY = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "in_memory": True,
}
_MADE = datetime(2026, 1, 1)  # a fixed clock: the same tables, the same bytes
_LONGEST_CELL = 32_767
_TYPES = {
    "integer": re.compile(r"-?(?:0|[1-9]\d{0,14})"),
    "number": re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?"),
    "boolean": re.compile(r"True|False"),
    "date": re.compile(r"\d{4}-\d\d-\d\d"),
    "datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)"),
}
_FRACTIONS = re.compile(
    r"(?:.*_)?(?:share|low|high)|krippendorffs_alpha|cohens_kappa|gwets_ac1|sensitivity|specificity|corrected|searches_a_day|ratio|spread|a_day_(?:before|after)"
)
"""Columns that hold numbers of any kind, also where all that a place has of them are whole."""


_PUBLISHED = {
    "Numbers, claims and ledger": ("00-invented.txt", "numbers.json", "claims.csv", "ledger.csv", tips.NAME),
    "Tables": ("tables/*.csv",),
    "Figures": ("figures/*.png", "figures/*.svg"),
}


def files(place: Place, folder: Path, kept: Kept) -> list[tuple[str, list[str]]]:
    """Copy the place's published files and pack its tables, unless they are as they were; the names by kind, relative
    to its folder."""
    groups = []
    for title, patterns in _PUBLISHED.items():
        found = [path for pattern in patterns for path in sorted(place.results.glob(pattern))]
        names = [path.relative_to(place.results).as_posix() for path in found]
        for path, name in zip(found, names):
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(path, folder / name)
        if names:
            groups.append((title, names))
    contents = [(path.name, of_file(path)) for path in (*tables(folder), folder / "numbers.json")]
    packed = kept.files(
        "packed",
        (contents, open_shown(place)),
        lambda: [path.name for path in (workbook(place, folder), descriptor(place, folder))],
    )
    return [("All tables in one file", packed[::-1]), *groups]  # the workbook first


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
                sheet.write_string(number, column, without_apostrophe(text)[:_LONGEST_CELL])
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
    said = {f"tables/{Path(one['file']).stem}.csv": one["caption"] for one in open_shown(place)} | CAPTIONS
    resources = [_resource(table, folder, said) for table in tables(folder)]
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


def _resource(table: Path, folder: Path, said: Mapping[str, str]) -> dict[str, Any]:
    path = table.relative_to(folder).as_posix()
    head, *body = _read(table)
    meanings = meanings_of(table)
    described = said.get(path, "The rows behind a published number." if table.parent.name == "rows" else "")
    return {
        "name": re.sub(r"[^a-z0-9._-]+", "-", path.removesuffix(".csv").lower()),
        "type": "table",
        "path": path,
        **({"description": described} if described else {}),
        "format": "csv",
        "mediatype": "text/csv",
        **_contents(table),
        "schema": {
            "fields": [
                _field(name, cells, meanings.get(name, meanings.get("*", "")))
                for name, *cells in zip(head, *body, strict=True)
            ],
            "missingValues": [],
        },
    }


def _contents(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"encoding": "utf-8", "bytes": len(data), "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}


def _field(name: str, cells: Sequence[str], meaning: str) -> dict[str, Any]:
    """A column: in text an empty cell is empty text; in every other type it is a value that is missing."""
    kind = _type(cells)
    if kind == "integer" and _FRACTIONS.fullmatch(name):
        kind = "number"
    more: dict[str, Any] = {"missingValues": [""]} if kind != "string" and "" in cells else {}
    if kind == "boolean":
        more |= {"trueValues": ["True"], "falseValues": ["False"]}
    return {"name": name, "type": kind, **more, **({"description": meaning} if meaning else {})}


CAPTIONS = {
    "claims.csv": "Every published number, and how it ended.",
    "ledger.csv": "Rows in, rows out and why, for every step and file.",
}
"""What the tables hold that no notebook shows."""


@cache
def _columns() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("columns.toml").read_text(encoding="utf-8"))


def meanings_of(table: Path) -> Mapping[str, str]:
    """What the columns of a published table mean; "*" means all that are not named."""
    said = _columns()
    own = said["tables"].get(table.stem, {})
    asked = {name: one.says if one.unit else f"whether the search {one.says}" for name, one in NAMES.items()}
    shared = asked | said["columns"]
    return {key: text for key, text in shared.items() if "*" not in own or key in _EVERYWHERE} | own


_EVERYWHERE = (
    "searching_agency", "agency_state", "agency_kind", "week", "days_covered", "of_days", "partial", "invented",
    "statement", "published", "first_coder",
)  # fmt: skip
"""Columns that keep their meaning in a table whose other columns all mean one thing."""


def _type(cells: Sequence[str]) -> str:
    """The narrowest type that every cell with a value has; text where there is none."""
    values = set(filter(None, cells))
    fit = (kind for kind, pattern in _TYPES.items() if values and all(map(pattern.fullmatch, values)))
    return next(fit, "string")


def _read(table: Path) -> list[list[str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))
