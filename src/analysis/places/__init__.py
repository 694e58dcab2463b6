"""Finds a place's folders, its released files and its state's law, and reads its `source.toml`, whole or not at all."""

from __future__ import annotations

import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from analysis import paths, toml
from analysis.refused import Refused

KINDS = ("records", "replica")
OWNER_NOT_SAID = "owner not said"
"""What tables and pages show where nobody has said whose cameras were searched; data hold null there."""
LOGS = ("network audit", "organization audit", "portal audit")


class UnknownPlace(Refused):
    """There is no such folder under data/raw/; the message lists those that exist."""


class BadSource(Refused):
    """A source.toml that cannot be used; the message names the file, the entry and the remedy."""


class BadDay(Refused):
    """A table typed by people holds a day in another form; the message names the file, the line and the remedy."""


def check_days(file: str, lines: Iterable[Mapping[str, str]], column: str) -> None:
    """Raise `BadDay` for the first line of a table below data/hand/ that holds no day, such as 2026-11-28."""
    for at, line in enumerate(lines, start=2):
        try:
            is_day = line[column] == date.fromisoformat(line[column]).isoformat()
        except ValueError:
            is_day = False
        if not is_day:
            raise BadDay(f"{file}, line {at}: {column} {line[column]!r} is no day; write it as 2026-11-28")


@dataclass(frozen=True)
class ReleasedFile:
    """One released file as its source.toml describes it.

    `camera_owner` is None where nobody has said whose cameras the log is about (`camera_owner = ""`).
    `searching_agency` is for logs without an organization column. `own_agency` is the camera owner's own
    police, in canonical spelling, where its searches are to be told from outsiders'. `period` holds the
    first and last local day that the file is said to cover. `columns` maps unusual column names to ours.
    `leave_out` names members of an archive that hold no searches, as a person has seen. `dates` is the order of day
    and month where the file leaves it open, `time_zone` that of its times without a zone (UTC, if nobody says),
    `received` the day on which the file was taken: no search in it can be later. `hidden_text = "read"` is said by a
    person who has decided that text which nobody sees on a print's pages is read: it may undo a redaction.
    """

    name: str
    sha256: str
    log: str
    camera_owner: str | None = None
    bytes: int | None = None
    url: str | None = None
    searching_agency: str | None = None
    own_agency: str | None = None
    period: tuple[date, date] | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    dates: str | None = None
    time_zone: str | None = None
    received: date | None = None
    hidden_text: str | None = None


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


LEFT_OUT = {
    "scan": ("scanned PDF that could be an audit", "scanned PDFs that could be audits"),
    "locked": ("locked file that could be an audit", "locked files that could be audits"),
    "table": ("table that could be an audit", "tables that could be audits"),
    "broken": (
        "file that cannot be read and could be an audit",
        "files that cannot be read and could be audits",
    ),
    "other log": ("log of something else than searches", "logs of something else than searches"),
    "reasons": ("table of reasons without times", "tables of reasons without times"),
    "letter": ("letter, contract or other text", "letters, contracts and other texts"),
    "picture": ("picture", "pictures"),
    "link": ("link, or file whose name cannot be kept", "links, or files whose names cannot be kept"),
    "replica": ("file of a replica", "files of a replica"),
    "": ("other file", "other files"),
}
"""The kinds of files that are left out, those first that a person should look at."""

COULD_BE_AUDITS = frozenset(("scan", "locked", "table", "broken"))


@dataclass(frozen=True)
class LeftOut:
    """A file that came with a release and is not read: what it is called, as far as that may be printed, its
    checksum, why, and of which kind it is (`LEFT_OUT`)."""

    name: str
    sha256: str
    why: str
    kind: str = ""


def left_out_by_kind(left: Iterable[LeftOut]) -> dict[str, str]:
    """How many files of each kind were left out, in words by kind, those first that could be audits."""
    count = Counter(one.kind if one.kind in LEFT_OUT else "" for one in left)
    return {
        kind: f"1 {one}" if count[kind] == 1 else f"{count[kind]:,} {many}"
        for kind, (one, many) in LEFT_OUT.items()
        if count[kind]
    }


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
    said = _tracked_by_git(top) or _listed(top / "docs" / "what-is-made-where.md")
    return [find(name, top) for name in names(top) if not said or name in said]


def _tracked_by_git(top: Path) -> set[str]:
    command = ["git", "ls-files", "-z", "--", "data/raw/*/source.toml"]
    try:
        listed = subprocess.run(command, cwd=top, capture_output=True, check=False).stdout
    except OSError:  # no git
        return set()
    return {Path(os.fsdecode(path)).parent.name for path in listed.split(b"\0") if path}


def _listed(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8") if page.is_file() else ""
    return set(re.findall(r"^\| `([^`]+)` \|", text.partition("## Tables and figures")[0], re.M))


def find(name: str, top: Path | None = None) -> Place:
    """Read one place. Raises `UnknownPlace` or `BadSource`."""
    top = top or root()
    path = top / "data" / "raw" / name / "source.toml"
    if "/" in name or not path.is_file():
        raise UnknownPlace(f"there is no place {name!r} under data/raw/; there are: {', '.join(names(top))}")
    if why := paths.why_not(name):
        raise BadSource(f"data/raw/{paths.shown(name)}/: {why}. Give the folder another name")
    shown = f"data/raw/{name}/source.toml"
    return _described(name, toml.load(path, shown, BadSource, _REMEDY), top)


def read(name: str, text: str, top: Path) -> Place:
    """The place that the text of a source.toml describes. Raises `BadSource`."""
    return _described(name, toml.loads(text, f"data/raw/{name}/source.toml", BadSource, _REMEDY), top)


_REMEDY = "Fix that line; data/raw/okaloosa/source.toml shows the form."


def _described(name: str, said: dict[str, Any], top: Path) -> Place:
    try:
        return _place(name, said, top)
    except (KeyError, ValueError, TypeError) as error:
        raise BadSource(f"data/raw/{name}/source.toml: {error}") from None


DATES = ("day first", "month first")
SAME_SEARCH = (None, "released id", "rule")


def _all(kind: type | tuple[type, ...], found: Iterable[Any]) -> bool:
    return all(isinstance(one, kind) for one in found)


_IS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("a text in quotation marks", lambda said: isinstance(said, str)),
    "int": ("a whole number", lambda said: isinstance(said, int) and not isinstance(said, bool)),
    "date": ("a day, as 2025-12-02", lambda said: type(said) is date),
    "tuple[str, ...]": (
        'texts, as ["one", "other"]',
        lambda said: isinstance(said, list) and _all(str, said),
    ),
    "Mapping[str, str]": (
        'names with texts, as { "Shoe Size" = "ignored" }',
        lambda said: isinstance(said, dict) and _all(str, said.values()),
    ),
    "Mapping[str, Any]": ("a [table]", lambda said: isinstance(said, dict)),
    "tuple[date, date]": (
        'two days, the first and the last, as ["2025-12-02", "2026-01-04"]',
        lambda said: isinstance(said, list) and len(said) == 2 and _all((str, date), said),
    ),
    "entries": ("in double brackets, as [[file]]", lambda said: isinstance(said, list) and _all(dict, said)),
}
"""For each type of a field: what its value must be, in the words of the message that asks for it, and whether it is."""


def _shape(of: Any) -> dict[str, str]:
    """The type of each field of a dataclass that a source.toml may hold."""
    return {one.name: str(one.type).removesuffix(" | None") for one in fields(of)}


_TOP = {key: kind for key, kind in _shape(Place).items() if kind in _IS and key != "name"}
_TOP |= dict.fromkeys(("file", "waiting", "left_out"), "entries")


def _place(name: str, said: dict[str, Any], top: Path) -> Place:
    _check(said, _TOP, (), "the part at the top")
    kind = said.get("kind", "records")
    if kind not in KINDS:
        raise ValueError(f'kind = {kind!r} is neither "records" nor "replica"')
    zone = _zone(said.get("time_zone", "UTC"), "")
    files = tuple(_file(entry) for entry in said.get("file", []))
    if len({paths.key(file.name) for file in files}) < len(files):
        raise ValueError("two [[file]] entries have one name; each file is listed once")
    waiting = _unanswered([_entry(Waiting, one, "[[waiting]]") for one in said.get("waiting", [])], files)
    if said.get("same_search") not in SAME_SEARCH:
        raise ValueError(f'same_search = {said["same_search"]!r} is neither "released id" nor "rule"')
    return Place(
        name=name,
        title=said.get("title", name),
        kind=kind,
        claims=tuple(map(_piece, said.get("claims", []))),
        time_zone=zone,
        state=said.get("state"),
        files=files,
        waiting=waiting,
        released=said.get("released", {}),
        left_out=tuple(_entry(LeftOut, one, "[[left_out]]") for one in said.get("left_out", [])),
        open_questions=tuple(said.get("open_questions", [])),
        same_search=said.get("same_search"),
        root=top,
    )


def _piece(name: str) -> str:
    if "/" in name or paths.why_not(name):
        raise ValueError(f"claims: {name!r} is not the name of a file in claims/, written without .toml")
    return name


def _unanswered(waiting: Sequence[Waiting], files: Sequence[ReleasedFile]) -> tuple[Waiting, ...]:
    """The logs that no file answers yet: a [[file]] of the same owner and log ends the wait."""
    arrived = {(file.camera_owner, file.log) for file in files}
    return tuple(one for one in waiting if (one.camera_owner, one.log) not in arrived)


Entry = TypeVar("Entry")


def _entry(of: type[Entry], said: dict[str, Any], where: str) -> Entry:
    """An entry of source.toml, of a dataclass whose fields without a default it must say."""
    needed = [one.name for one in fields(of) if one.default is MISSING and one.default_factory is MISSING]  # type: ignore[arg-type]
    _check(said, _shape(of), needed, where)
    return of(**{key: tuple(value) if isinstance(value, list) else value for key, value in said.items()})


def _file(said: dict[str, Any]) -> ReleasedFile:
    where = f"[[file]] {paths.shown(str(said.get('name', 'without a name')))}"
    file = _entry(ReleasedFile, said, where)
    if file.log not in LOGS:
        raise ValueError(f"{where}: log = {file.log!r} is none of {', '.join(LOGS)}")
    if why := paths.why_not(file.name):
        raise ValueError(f"{where}: {why}. Give the file another name, inside the place's folder")
    file = replace(file, camera_owner=file.camera_owner or None)
    if file.dates not in (None, *DATES):
        raise ValueError(f'{where}: dates = {file.dates!r} is neither "day first" nor "month first"')
    if file.hidden_text not in (None, "read"):
        raise ValueError(
            f'{where}: hidden_text = {file.hidden_text!r} is not "read"; without it, it is left out'
        )
    if file.time_zone:
        _zone(file.time_zone, f"{where}: ")
    if file.period is None:
        return file
    first, last = (date.fromisoformat(str(day)[:10]) for day in file.period)
    if first > last:
        raise ValueError(f"{where}: its period ends before it begins")
    return replace(file, period=(first, last))


def _zone(zone: str, where: str) -> str:
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"{where}time_zone = {zone!r} is no zone; write it as America/Chicago") from error
    return zone


def _check(said: Mapping[str, Any], shape: Mapping[str, str], needed: Sequence[str], where: str) -> None:
    """Raise ValueError for a key that is not known, is missing, or holds what it cannot."""
    if wrong := toml.unknown_key(said, shape, f" in {where}"):
        raise ValueError(wrong)
    if missing := [key for key in needed if said.get(key) in (None, "")]:
        raise ValueError(f"{where} says no {missing[0]}")
    for key, value in said.items():
        asked, holds = _IS[shape[key]]
        if not holds(value):
            raise ValueError(f"{key}, {where}, must be written as {asked.replace('[file]', f'[{key}]')}")
