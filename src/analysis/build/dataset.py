"""Says where a place's processed tables are: two folders of Parquet files, one file for each released file.

`searches/` and `rejected/` are each one table to pandas, DuckDB, Polars and Dask. A file in them is named after the
released one, so a changed release replaces its own file and no other.
"""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from analysis import files
from analysis.places import Place

TABLES = ("searches", "rejected")
_LONGEST = 120  # characters of a released file's name that its part keeps


def folder(place: Place, table: str = "searches") -> Path:
    """The folder that pandas, Dask and Arrow open as one table."""
    return place.processed / table


def pattern(place: Place, table: str = "searches") -> str:
    """The files of a table as one pattern, as DuckDB and Polars open them, in the order of their names."""
    return f"{glob.escape(str(folder(place, table).absolute()))}/*.parquet"


def is_built(place: Place) -> bool:
    """Whether a place has searches to open."""
    return any(folder(place).glob("*.parquet"))


def part_names(released: Iterable[str]) -> dict[str, str]:
    """For each released file the name of its part: its own, as far as every system and every reader of datasets
    takes it for a plain name. One that had to be changed, or that differs from another by case alone, gets a checksum,
    so that no two are equal."""
    names = list(released)
    folded = Counter(name.casefold() for name in names)
    return {name: f"{_plain(name, folded[name.casefold()] > 1)}.parquet" for name in names}


def _plain(name: str, is_shared: bool) -> str:
    # Readers of datasets leave out files whose names begin with a dot or an underscore.
    plain = re.sub(r"[^A-Za-z0-9 .,()_-]+", "_", name).lstrip(" ._-")[:_LONGEST]
    if plain == name and not is_shared:
        return name
    return f"{plain or 'file'}-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


class Folder:
    """A folder in which a dataset is built; names in it have `/` between a subfolder and a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def address(self, name: str) -> str:
        """Where a file or subfolder is, for whoever makes it."""
        return str(self._path / name)

    def sizes(self, subfolder: str) -> dict[str, int]:
        """The size in bytes of each file in a subfolder, by name; none where there is no such folder."""
        found = (self._path / subfolder).glob("*")
        return {path.name: path.stat().st_size for path in found if path.is_file()}

    def read(self, name: str) -> str:
        """The text of a file. Raises FileNotFoundError."""
        return (self._path / name).read_text(encoding="utf-8")

    def write(self, name: str, text: str) -> None:
        """Write a file, whole or not at all."""
        files.write(self._path / name, text)

    def move(self, name: str, target: str) -> None:
        """Move a file, over another if one is there."""
        (self._path / target).parent.mkdir(parents=True, exist_ok=True)
        os.replace(self._path / name, self._path / target)

    def remove(self, name: str) -> None:
        """Remove a file or subfolder."""
        files.remove(self._path / name)
