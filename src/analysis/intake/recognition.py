"""Reads a file of a release and learns from it what source.toml needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from analysis import agencies, places
from analysis.build.account import Done
from analysis.build.release import Release
from analysis.intake import owners
from analysis.intake.answers import Answers
from analysis.intake.arrivals import Arrived, without_name
from analysis.places import LeftOut, ReleasedFile, Waiting
from analysis.readers import NoKnownHeader, UnreadableFile
from analysis.searches import sightings
from analysis.searches.typing import TWO_WAYS
from analysis.vendors.incomplete import IncompleteDownload
from analysis.vendors.masks import is_name
from analysis.vendors.recognition import NotASearchAudit, UnknownColumns, known_names


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
    file: Arrived,
    answers: Answers,
    waiting: Sequence[Waiting],
    say: Callable[[str], None],
    known: agencies.Known,
    today: date | None = None,
) -> Found | LeftOut | UnknownColumns:
    """What a file told, why it is left out, or which of its columns no export has."""
    if "REPLICA" in file.name or file.sha256 in _checksums_of_replicas(places.root()):
        why = "a replica's file: invented records never belong in a place of records"
        return LeftOut(file.name, file.sha256, why, "replica")
    say(f"reading {file.name}")
    columns = answers.columns
    entry = ReleasedFile(file.name, file.sha256, places.LOGS[0], None, columns=columns, received=today)
    release = Release(entry, file.path)
    names, ids, rows = set[str](), set[str](), Counter[str]()
    keys = [np.array([], dtype=np.uint64)]
    try:
        for block in release.blocks(lambda t, *_: sightings.mark(agencies.add(t, known), "released id")):
            keys.append(np.unique(sightings.numbers(block.searches.column("search_key"))))
            vendor_ids = block.searches.column("vendor_id")
            rows["with the vendor's id"] += len(vendor_ids) - vendor_ids.null_count
            rows[TWO_WAYS] += block.refused[TWO_WAYS]
            names.update(block.undated, _values(block, "searching_agency_as_released"))
            ids.update(_values(block, "released_id"))
    except UnknownColumns as error:
        return error
    except (UnreadableFile, NotASearchAudit, IncompleteDownload) as error:
        why, kind = _left_out(file.path, without_name(str(error), file.name), error)
        return LeftOut(file.name, file.sha256, why, kind)
    facts = release.facts[0]
    learned = owners.learned(file, facts["forms"], sorted(names), answers, waiting)
    own = answers.own_agency
    if not own and learned.camera_owner and learned.log == "network audit":
        own = owners.own_agency(learned.camera_owner, sorted(filter(is_name, names)))
    return Found(
        entry.replace(
            log=learned.log, camera_owner=learned.camera_owner, bytes=file.path.stat().st_size,
            period=owners.period(file.name), own_agency=own,
        ),
        path=file.path,
        learned=learned.how,
        doubt=learned.doubt,
        ids=len(ids),
        vendor_ids=rows["with the vendor's id"],
        two_ways=rows[TWO_WAYS],
        keys=np.unique(np.concatenate(keys)),
        **{name: facts[name] for name in _FACTS},
    )  # fmt: skip


_FACTS = (
    "forms", "records", "searches", "rejected", "first_search", "last_search", "notes", "repeated_records",
)  # fmt: skip


@cache
def _checksums_of_replicas(top: Path) -> frozenset[str]:
    """The invented files of a repository, whose descriptions are read once for all that is taken."""
    return frozenset(
        file.sha256 for place in places.all_places(top) if place.is_replica for file in place.files
    )


def _values(block: Done, column: str) -> list[str]:
    return [value for value in pc.unique(block.searches.column(column)).to_pylist() if value]


_LETTERS = (
    ".txt", ".doc", ".docx", ".rtf", ".odt", ".msg", ".eml", ".md", ".html", ".htm", ".pptx", ".pdf",
)  # fmt: skip
_PICTURES = (".png", ".jpg", ".jpeg", ".gif", ".tif", ".tiff", ".heic", ".bmp", ".webp")
_OF_REASONS = (
    "Without times it holds no searches that could be counted; its reasons can be classified all the same: put them, "
    "one a line, through `python -m analysis explain --stdin`."
)


def _left_out(path: Path, why: str, error: Exception) -> tuple[str, str]:
    """Why a file is left out, and its kind (`places.LEFT_OUT`)."""
    ending = path.suffix.casefold()
    rows = error.rows if isinstance(error, NoKnownHeader) else ()
    if "reason" in max(map(known_names, rows), key=len, default=[]):
        return f"{why} {_OF_REASONS}", "reasons"
    kinds = {
        "other log": isinstance(error, NotASearchAudit),
        "picture": ending in _PICTURES or "this is a picture" in why,
        "scan": "it is a scan" in why,
        "letter": ending in _LETTERS and (isinstance(error, NoKnownHeader) or ending != ".pdf"),
        "table": isinstance(error, NoKnownHeader),
        "locked": "password" in why,
    }
    return why, next((kind for kind, is_so in kinds.items() if is_so), "broken")
