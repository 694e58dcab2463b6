"""Finds a place's folders and released files, and reads its `source.toml`, whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path

from analysis import paths, toml
from analysis.places.description import (
    COULD_BE_AUDITS,
    LEFT_OUT,
    BadSource,
    LeftOut,
    Place,
    Waiting,
    described,
    left_out_by_kind,
)
from analysis.places.released import LOGS, Learned, LearnedList, ReleasedFile
from analysis.refused import Refused
from analysis.wording import near

__all__ = [
    "COULD_BE_AUDITS", "LEARNED", "LEFT_OUT", "LOGS", "OWNER_NOT_SAID", "BadDay", "BadSource", "LeftOut",
    "Place", "ReleasedFile", "UnknownPlace", "Waiting", "all_places", "check_days", "find", "left_out_by_kind", "names",
    "read", "root", "tracked",
]  # fmt: skip

OWNER_NOT_SAID = "owner not said"
"""What tables and pages show where nobody has said whose cameras were searched; data hold null there."""

LEARNED = "learned.toml"
"""The file of a place's folder with the checksums that nobody published, learned from the files themselves."""


class UnknownPlace(Refused):
    """There is no such folder under data/raw/; the message lists those that exist."""


class BadDay(Refused):
    """A table typed by people holds what is not a day; the message names the file, the line and the remedy."""


def check_days(file: str, lines: Iterable[Mapping[str, str]], column: str) -> None:
    """Raise `BadDay` for the first line of a table below data/hand/ that holds no day, such as 2026-11-28."""
    for number, line in enumerate(lines, start=2):
        try:
            is_day = line[column] == date.fromisoformat(line[column]).isoformat()
        except ValueError:
            is_day = False
        if not is_day:
            said = f"{column} {line[column]!r} is not a day; write it as 2026-11-28"
            raise BadDay(f"{file}, line {number}: {said}")


def root() -> Path:
    """The repository's top folder; the environment's ANALYSIS_ROOT names another one for tests."""
    named = os.environ.get("ANALYSIS_ROOT")
    return Path(named).resolve() if named else Path(__file__).resolve().parents[3]


def names(top: Path | None = None) -> list[str]:
    """The places that have a source.toml, in alphabetical order."""
    return sorted(path.parent.name for path in ((top or root()) / "data" / "raw").glob("*/source.toml"))


def all_places(top: Path | None = None) -> list[Place]:
    """Every place, read whole."""
    return [find(name, top) for name in names(top)]


def tracked(top: Path | None = None) -> list[Place]:
    """The places that the repository speaks of: those that git tracks, and not those of whoever works in a copy.

    A copy without git, such as an unpacked archive, does not know which came with it. There they are the places that
    docs/what-is-made-where.md lists, which is written where git is; without that page, all.
    """
    top = top or root()
    said, page = set[str](), top / "docs" / "what-is-made-where.md"
    command = ["git", "ls-files", "-z", "--", "data/raw/*/source.toml"]
    with contextlib.suppress(OSError):  # no git
        listed = subprocess.run(command, cwd=top, capture_output=True, check=False).stdout
        said = {Path(os.fsdecode(path)).parent.name for path in listed.split(b"\0") if path}
    if not said and page.is_file():
        records = page.read_text(encoding="utf-8").partition("## Tables and figures")[0]
        said = set(re.findall(r"^\| `([^`]+)` \|", records, re.M))
    return [find(name, top) for name in names(top) if not said or name in said]


def find(name: str, top: Path | None = None) -> Place:
    """Read one place. Raises `UnknownPlace` or `BadSource`."""
    top = top or root()
    path = top / "data" / "raw" / name / "source.toml"
    if "/" in name or not path.is_file():
        known = names(top)
        raise UnknownPlace(
            f"there is no place {name!r} under data/raw/{near(name, known)}; there are: {', '.join(known)}"
        )
    if why := paths.why_not(name):
        raise BadSource(f"data/raw/{paths.shown(name)}/: {why}. Give the folder another name")
    shown = f"data/raw/{name}/source.toml"
    return described(name, toml.load(path, shown, BadSource, _REMEDY), top, _learned(name, top))


def read(name: str, text: str, top: Path) -> Place:
    """The place that the text of a source.toml describes. Raises `BadSource`."""
    shown = f"data/raw/{name}/source.toml"
    return described(name, toml.loads(text, shown, BadSource, _REMEDY), top, _learned(name, top))


def _learned(name: str, top: Path) -> tuple[Learned, ...]:
    path = top / "data" / "raw" / name / LEARNED
    if not path.is_file():
        return ()
    return toml.read(path, f"data/raw/{name}/{LEARNED}", LearnedList, BadSource).files


_REMEDY = "Fix that line; data/raw/okaloosa/source.toml shows how."
