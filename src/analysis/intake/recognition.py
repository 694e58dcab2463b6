"""Reads a file of a release and learns from it what source.toml needs: the kind of log, its owner, its period."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.compute as pc

from analysis import agencies, places, privacy
from analysis.build import parts
from analysis.intake.answers import Answers
from analysis.intake.arrivals import Arrived, without_name
from analysis.places import LeftOut, ReleasedFile, Waiting, states
from analysis.readers import NoKnownHeader, UnreadableFile
from analysis.searches import sightings
from analysis.searches.typing import TWO_WAYS
from analysis.vendors import all_vendors
from analysis.vendors.masks import is_name, is_number_only
from analysis.vendors.recognition import (
    IncompleteDownload,
    NotASearchAudit,
    UnknownColumns,
    family_of,
    known_names,
)


@dataclass(frozen=True)
class Found:
    """What one file told: its entry for source.toml, and what a reader of the release would ask of it.

    `ids` are distinct ids of the export's own, `vendor_ids` the searches that have an id of the vendor's, `two_ways`
    the rows whose date could be read two ways. `doubt` says why the kind of log is only a guess, where it is. `keys`
    are its distinct searches by number, `repeated_records` the rows that repeat another of the file in every column.
    """

    file: ReleasedFile
    path: Path
    forms: str
    records: int
    searches: int
    rejected: int
    ids: int
    vendor_ids: int
    first_search: str
    last_search: str
    notes: str
    learned: tuple[str, ...] = ()
    two_ways: int = 0
    doubt: str = ""
    keys: np.ndarray = field(default_factory=lambda: np.array([], dtype=np.uint64), repr=False)
    repeated_records: int = 0


def inspected(
    one: Arrived,
    checksum: str,
    answers: Answers,
    waits: Sequence[Waiting],
    say: Callable[[str], None],
    known: agencies.Known,
    today: date | None = None,
) -> Found | LeftOut | UnknownColumns:
    """What a file told, why it is left out, or which of its columns no export has."""
    if checksum in _invented() or "REPLICA" in one.name:
        why = "a replica's file: invented records never stand in a place of records"
        return LeftOut(one.name, checksum, why, "replica")
    say(f"reading {one.name}")
    blank = ReleasedFile(one.name, checksum, places.LOGS[0], None, columns=answers.columns, received=today)
    try:
        release = parts.Release(blank, one.path)
        counts = _counted(
            release.blocks(lambda table, *_: sightings.mark(agencies.add(table, known), "released id"))
        )
    except UnknownColumns as error:
        return error
    except (UnreadableFile, NotASearchAudit, IncompleteDownload) as error:
        return LeftOut(one.name, checksum, *_left_out(one.path, without_name(str(error), one.name), error))
    return _found(one, blank, release.facts[0], counts, answers, waits)


_ENDINGS = {
    "letter": (
        ".txt",
        ".doc",
        ".docx",
        ".rtf",
        ".odt",
        ".msg",
        ".eml",
        ".md",
        ".html",
        ".htm",
        ".pptx",
        ".pdf",
    ),
    "picture": (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".heic", ".bmp", ".webp"),
}


def _left_out(path: Path, why: str, error: Exception) -> tuple[str, str]:
    """Why a file is left out, and its kind (`places.LEFT_OUT`)."""
    ending = path.suffix.casefold()
    rows = error.rows if isinstance(error, NoKnownHeader) else ()
    if "reason" in max(map(known_names, rows), key=len, default=[]):
        return f"{why} {_OF_REASONS}", "reasons"
    kinds = {
        "other log": isinstance(error, NotASearchAudit),
        "picture": ending in _ENDINGS["picture"] or "this is a picture" in why,
        "scan": "it is a scan" in why,
        "letter": ending in _ENDINGS["letter"] and (isinstance(error, NoKnownHeader) or ending != ".pdf"),
        "table": isinstance(error, NoKnownHeader),
        "locked": "password" in why,
    }
    return why, next((kind for kind, is_so in kinds.items() if is_so), "broken")


_OF_REASONS = (
    "Without times it holds no searches that could be counted; its reasons can be classified all the same: put them, "
    "one a line, through `python -m analysis explain --stdin`."
)


def _invented() -> set[str]:
    """The checksums of every file that this repository invents."""
    return {file.sha256 for place in places.all_places() if place.is_replica for file in place.files}


def _found(
    one: Arrived,
    blank: ReleasedFile,
    facts: Mapping[str, Any],
    counts: _Counts,
    answers: Answers,
    waits: Sequence[Waiting],
) -> Found:
    released = Counter({name: n for name, n in counts.searching_agency_as_released.items() if is_name(name)})
    log, owner, learned, doubt = _log_and_owner(one, facts["forms"], counts, answers, waits)
    own = answers.own_agency or (_own_agency(owner, released) if owner and log == "network audit" else None)
    file = blank.replace(
        log=log, camera_owner=owner, bytes=one.path.stat().st_size, period=_said_period(one.name),
        own_agency=own,
    )  # fmt: skip
    return Found(
        file, one.path, facts["forms"], facts["records"], facts["searches"], facts["rejected"],
        len(counts.released_id), counts.rows["with the vendor's id"], facts["first_search"],
        facts["last_search"], facts["notes"], learned, counts.rows[TWO_WAYS], doubt, counts.keys,
        facts["repeated_records"],
    )  # fmt: skip


@dataclass(frozen=True)
class _Counts:
    """Rows of each value of the columns that tell agencies and ids, rows with the vendor's id, rows whose date could be
    read two ways, and the searches by number; missing values are not counted."""

    searching_agency_as_released: Counter[str]
    released_id: Counter[str]
    rows: Counter[str]
    keys: np.ndarray


def _counted(blocks: Iterable[parts.Done]) -> _Counts:
    found: dict[str, Counter[str]] = {"searching_agency_as_released": Counter(), "released_id": Counter()}
    rows: Counter[str] = Counter()
    keys = [np.array([], dtype=np.uint64)]
    for block in blocks:
        keys.append(np.unique(sightings.numbers(block.searches.column("search_key"))))
        ids = block.searches.column("vendor_id")
        rows["with the vendor's id"] += len(ids) - ids.null_count
        rows[TWO_WAYS] += block.refused[TWO_WAYS]
        found["searching_agency_as_released"].update(block.undated)
        for column, counter in found.items():
            for one in pc.value_counts(block.searches.column(column)).to_pylist():
                if one["values"]:
                    counter[one["values"]] += one["counts"]
    return _Counts(**found, rows=rows, keys=np.unique(np.concatenate(keys)))


_OFFICES = {"pd", "so", "sd", "isd", "cisd", "dps", "da"}


_ENGLISH = {"al", "de", "hi", "id", "in", "la", "ma", "me", "ms", "oh", "ok", "or", "pa"}
"""Codes of states that are words too: they are codes beside an office alone."""
_NO_OWNER = {
    "alpr", "audit", "audits", "data", "export", "files", "flock", "foia", "log", "logs", "lpr", "network",
    "organization", "records", "release", "released", "request", "search", "searches",
}  # fmt: skip
"""Words of folders that are called by what they hold."""


def _as_vendors_name(name: str) -> re.Match[str] | None:
    """A file's name as some vendor's exports are called, with its owner and its days."""
    patterns = (pattern for vendor in all_vendors() for pattern in vendor.file_names)
    return next(filter(None, (re.search(pattern, name, re.I) for pattern in patterns)), None)


def _awaited(owner: str, log: str, waits: Sequence[Waiting]) -> str | None:
    """The owner that a place waits for and a file means: one whose every word is in the name that the file gives."""
    words = set(agencies.key(owner).split())
    fits = [
        w.camera_owner for w in waits if w.log == log and set(agencies.key(w.camera_owner).split()) <= words
    ]
    return fits[0] if len(fits) == 1 else None


def _said_owner(one: Arrived) -> str | None:
    """The camera owner that a file's name or its folder's names, as the vendor and its portal write them."""
    base = re.sub(r"^(masked|redacted)-", "", Path(one.name).name, flags=re.I)
    found = _as_vendors_name(base)
    if found:
        return " ".join(found["owner"].replace("_", " ").split())
    inside = Path(one.name).parent.name
    words = (inside if inside or one.archive else one.path.parent.name).casefold().split("-")
    codes = {w for w in words if w.upper() in states.names() and (w not in _ENGLISH or _OFFICES & {*words})}
    if len(words) > 1 and codes and not any(w in _NO_OWNER or w.isdigit() for w in words):
        shown = (w.upper() if w in codes or w in _OFFICES else w.title() for w in words)
        return " ".join(shown)
    return None


def _said_period(name: str) -> tuple[date, date] | None:
    """The days that a file's name claims to cover, the last one included. Names lie; rows outside are counted."""
    found = _as_vendors_name(name)
    if found is None:
        return None
    try:
        first, last = (_day(found[side]) for side in ("from", "to"))
    except ValueError:
        return None
    # A month's export may be named to the first of the next.
    if first.day == 1 and last.day == 1 and last > first:
        last -= timedelta(days=1)
    return (first, last) if first <= last else None


def _day(said: str) -> date:
    if "-" in said:
        return date.fromisoformat(said)
    month, day, year = map(int, said.split("_"))
    return date(year, month, day)


def _log_and_owner(
    one: Arrived,
    forms: str,
    counts: _Counts,
    answers: Answers,
    waits: Sequence[Waiting],
) -> tuple[str, str | None, tuple[str, ...], str]:
    """The kind of log, whose cameras, how each was learned, and why the kind is in doubt."""
    cells = list(counts.searching_agency_as_released)
    log, how, doubt = _log(one, forms, cells, answers)
    owner, read = _owner(one, log, [cell for cell in cells if is_name(cell)], answers)
    if not answers.cameras and owner and (awaited := _awaited(owner, log, waits)):
        owner, read = awaited, "the camera owner whose log this place waits for"
    return log, owner, (how, read, f"unpacked from {one.archive}" if one.archive else ""), doubt


def _log(one: Arrived, forms: str, agencies_seen: Sequence[str], answers: Answers) -> tuple[str, str, str]:
    """The kind of log, how it was learned, and why that is only a guess, if it is.

    A portal's form is its own. A native log with one organization lists its own searches, one with many lists
    others'; the same columns can be either, so the header never decides. A mask is no agency. Where the cells name
    none, or say otherwise than the file's name, a person is asked.
    """
    if answers.log:
        return answers.log, "the kind of log was said", ""
    family = family_of(forms.partition("; ")[0])
    if family and family.log:
        return family.log, f"a {family.log.removesuffix(' audit')}'s columns", ""
    by_name = _said_log(one.name)
    names = [cell for cell in agencies_seen if is_name(cell)]
    numbers = [cell for cell in agencies_seen if is_number_only(cell)]
    if numbers:
        many = f"{len(numbers):,} organizations known by number only"
        return "network audit", many, f"{many}; a collector's download may hold rows of several logs"
    if not names:
        usual = family.usual_log if family else "organization audit"
        guess = by_name or ("network audit" if agencies_seen else usual)
        return guess, "no row names an agency", "" if by_name else "no row names an agency"
    many = "one agency searched" if len(names) == 1 else f"{len(names):,} agencies searched"
    if len(names) > 1:
        return (
            "network audit",
            many,
            f"{many}, and the file's name says {by_name}" if by_name == "organization audit" else "",
        )
    return by_name or "organization audit", many, ""


def _said_log(name: str) -> str | None:
    """The kind of log that a file's name claims."""
    found = re.search(r"(network|organi[sz]ation)[-_ ]audit", name, re.I)
    return (
        None if found is None else "network audit" if found[1].lower() == "network" else "organization audit"
    )


def _owner(one: Arrived, log: str, names: Sequence[str], answers: Answers) -> tuple[str | None, str]:
    """The camera owner and how it was learned; None where neither the files nor a person named it."""
    if answers.cameras:
        return answers.cameras, "the camera owner was said"
    if log == "organization audit" and len(names) == 1 and _reads_like_an_agency(names[0]):
        return names[0].strip(), "the camera owner is the log's one organization"
    said = _said_owner(one)
    return said, "the camera owner is in the file's or its folder's name" if said else ""


def _reads_like_an_agency(name: str) -> bool:
    """Whether a cell may be written down as a camera owner: a person's name typed there is printed nowhere."""
    return privacy.agency_names([name])[name] == name


_POLICE = {"pd", "police", "department", "dept"}


def _own_agency(owner: str, released: Iterable[str]) -> str | None:
    """The camera owner's own police among the searching agencies: its very name, or the only one that adds no more
    to it than a state and a word for police."""
    seen = set(agencies.resolve(list(released))["agency"])
    own = str(agencies.resolve([owner])["agency"].iloc[0])
    if own in seen:
        return own
    words = set(agencies.key(owner).split())
    more = _POLICE | {code.casefold() for code in states.names()}
    fits = [one for one in seen if words <= (said := set(agencies.key(one).split())) and said - words <= more]
    return fits[0] if len(fits) == 1 else None
