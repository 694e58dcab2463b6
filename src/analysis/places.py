"""Finds a place's folders and reads its `source.toml`, whole or not at all."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from analysis.refused import Refused

KINDS = ("records", "replica")
LOGS = ("network audit", "organization audit", "portal audit")


class UnknownPlace(Refused):
    """There is no such folder under data/raw/; the message lists those that exist."""


class BadSource(Refused):
    """A source.toml that cannot be used; the message names the file, the entry and the remedy."""


@dataclass(frozen=True)
class ReleasedFile:
    """One released file as its source.toml describes it.

    `searching_agency` is for logs without an organisation column. `own_agency` is the camera owner's own
    police, in canonical spelling, where its searches are to be told from outsiders'. `period` holds the
    first and last local day that the file is said to cover. `columns` maps unusual column names to ours.
    `leave_out` names members of an archive that hold no searches, as a person has seen.
    """

    name: str
    sha256: str
    log: str
    camera_owner: str
    bytes: int | None = None
    url: str | None = None
    searching_agency: str | None = None
    own_agency: str | None = None
    period: tuple[date, date] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()


@dataclass(frozen=True)
class Waiting:
    """A log that a place needs and nobody has released to it yet: whose cameras, which log, how to ask.

    `first` and `last` are the local days to ask for, where they are known. The entry may stay in source.toml once a
    file of the same owner and log is listed; it is answered then.
    """

    camera_owner: str
    log: str
    period: str
    ask: str
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class LeftOut:
    """A file that came with a release and is not read: what it is called, its checksum, and why."""

    name: str
    sha256: str
    why: str


@dataclass(frozen=True)
class Place:
    """A folder under data/raw/ and all that its source.toml says.

    `time_zone` is that of the camera owner's clock; `state` its USPS code, where all owners share one.
    `left_out` are files that were released and are not read, `open_questions` what only a person can answer and
    has not yet; `same_search` says how one search is told from another where that is not left to the rule.
    """

    name: str
    title: str
    kind: str
    claims: tuple[str, ...]
    time_zone: str
    state: str | None
    files: tuple[ReleasedFile, ...]
    waiting: tuple[Waiting, ...]
    released: Mapping[str, Any]
    root: Path
    left_out: tuple[LeftOut, ...] = ()
    open_questions: tuple[str, ...] = ()
    same_search: str | None = None

    @property
    def raw(self) -> Path:
        """As released, never edited."""
        return self.root / "data" / "raw" / self.name

    @property
    def processed(self) -> Path:
        """Rebuilt from raw and hand; safe to delete."""
        return self.root / "data" / "processed" / self.name

    @property
    def results(self) -> Path:
        """What a run produced; byte-stable."""
        return self.root / "results" / self.name

    @property
    def hand(self) -> Path:
        """Typed by people: rules, agency overrides, codes."""
        return self.root / "data" / "hand"

    @property
    def is_replica(self) -> bool:
        """Whether the records are invented."""
        return self.kind == "replica"


def root() -> Path:
    """The repository's top folder; the environment's ANALYSIS_ROOT names another one for tests."""
    named = os.environ.get("ANALYSIS_ROOT")
    return Path(named).resolve() if named else Path(__file__).resolve().parents[2]


def names(top: Path | None = None) -> list[str]:
    """The places that have a source.toml, in alphabetical order."""
    return sorted(path.parent.name for path in ((top or root()) / "data" / "raw").glob("*/source.toml"))


def all_places(top: Path | None = None) -> list[Place]:
    """Every place, read whole."""
    return [find(name, top) for name in names(top)]


def find(name: str, top: Path | None = None) -> Place:
    """Read one place. Raises `UnknownPlace` or `BadSource`."""
    top = top or root()
    path = top / "data" / "raw" / name / "source.toml"
    if not name or "/" in name or not path.is_file():
        raise UnknownPlace(f"there is no place {name!r} under data/raw/; there are: {', '.join(names(top))}")
    shown = f"data/raw/{name}/source.toml"
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSource(
            f"{shown}: {error}. Mend that line; data/raw/okaloosa/source.toml shows the form."
        ) from None
    try:
        return _place(name, said, top)
    except (KeyError, ValueError, TypeError) as error:
        raise BadSource(f"{shown}: {error}") from None


SAME_SEARCH = (None, "released id", "rule")

_TOP = {
    "title", "kind", "claims", "time_zone", "state", "released", "file", "waiting", "left_out", "open_questions",
    "same_search",
}  # fmt: skip
_FILE = set(ReleasedFile.__dataclass_fields__)


def _place(name: str, said: dict[str, Any], top: Path) -> Place:
    _only(said, _TOP, "at the top")
    kind = said.get("kind", "records")
    if kind not in KINDS:
        raise ValueError(f'kind = {kind!r} is neither "records" nor "replica"')
    zone = said.get("time_zone", "UTC")
    try:
        ZoneInfo(zone)
    except (KeyError, OSError) as error:
        raise ValueError(f"time_zone = {zone!r} is no zone; write it as America/Chicago") from error
    files = tuple(_file(entry) for entry in said.get("file", []))
    if len({file.name for file in files}) < len(files):
        raise ValueError("two [[file]] entries have one name; each file is listed once")
    waiting = _unanswered([Waiting(**entry) for entry in said.get("waiting", [])], files)
    if said.get("same_search") not in SAME_SEARCH:
        raise ValueError(f'same_search = {said["same_search"]!r} is neither "released id" nor "rule"')
    return Place(
        name=name,
        title=said.get("title", name),
        kind=kind,
        claims=tuple(said.get("claims", [])),
        time_zone=zone,
        state=said.get("state"),
        files=files,
        waiting=waiting,
        released=said.get("released", {}),
        left_out=tuple(LeftOut(**entry) for entry in said.get("left_out", [])),
        open_questions=tuple(said.get("open_questions", [])),
        same_search=said.get("same_search"),
        root=top,
    )


def _unanswered(waiting: Sequence[Waiting], files: Sequence[ReleasedFile]) -> tuple[Waiting, ...]:
    """The logs that no file answers yet: a [[file]] of the same owner and log ends the wait."""
    arrived = {(file.camera_owner, file.log) for file in files}
    return tuple(one for one in waiting if (one.camera_owner, one.log) not in arrived)


def _file(entry: dict[str, Any]) -> ReleasedFile:
    shown = entry.get("name", "a [[file]] entry without a name")
    _only(entry, _FILE, f"in [[file]] {shown}")
    for key in ("name", "sha256", "log", "camera_owner"):
        if not entry.get(key):
            raise ValueError(f"[[file]] {shown} says no {key}")
    if entry["log"] not in LOGS:
        raise ValueError(f"[[file]] {shown}: log = {entry['log']!r} is none of {', '.join(LOGS)}")
    if Path(entry["name"]).is_absolute() or ".." in Path(entry["name"]).parts:
        raise ValueError(f"[[file]] {shown}: the name must lie inside the place's folder")
    period = entry.get("period")
    days = (_day(period[0]), _day(period[1])) if period else None
    return ReleasedFile(**{**entry, "period": days, "leave_out": tuple(entry.get("leave_out", ()))})


def _day(day: str | date) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)


def _only(said: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(set(said) - known)
    if unknown:
        raise ValueError(f"unknown key {unknown[0]!r} {where}; known are {', '.join(sorted(known))}")
