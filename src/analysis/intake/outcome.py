"""What came of a release, and how a person is told: each file, what was left out, what is open, what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from analysis import places
from analysis.intake.recognition import Found
from analysis.places import OWNER_NOT_SAID, LeftOut
from analysis.wording import counted, percent

MOST_PAIRS = 3
MANY_REJECTED = 0.01  # of a file's records: more than this was rejected in no sound export seen


@dataclass(frozen=True)
class Taken:
    """What came of a release: files now in the place, files already there, lists kept beside them and what each is good
    for, files left out, where files hold more than they show (`look`), and what a person should do first (`first`)."""

    place: str
    found: tuple[Found, ...]
    known: tuple[str, ...]
    lists: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    open_questions: tuple[str, ...]
    look: tuple[str, ...] = ()
    first: tuple[str, ...] = ()


WORDS = (
    "A record is one entry of a file; a search row is a record of one search: somebody looked for a plate or a car.",
    "Distinct searches count a search once even where several rows hold it. A code such as TP-2 names a layout.",
)
"""What the numbers below them count."""


def shown(taken: Taken) -> str:
    """What came of a release, in lines for a terminal: the second of the four steps of docs/a-new-place.md."""
    lines = [f"data/raw/{taken.place}/", *(WORDS if taken.found else ()), *map(_file_line, taken.found)]
    lines += [f"  {sentence}" for sentence in (*taken.known, *taken.lists)]
    lines += _left_out(taken.left_out)
    lines += look(taken.look)
    lines += ["", *(f"FIRST: {sentence}" for sentence in taken.first)] if taken.first else []
    if taken.open_questions:
        source = f"data/raw/{taken.place}/source.toml"
        lines += ["", f"Open questions, to be answered in {source} before anything is published:"]
        lines += [f"  {number}. {question}" for number, question in enumerate(taken.open_questions, 1)]
    lines += ["", *_in_all(taken.found)]
    if not taken.found and not taken.known:
        lines.append(
            "There is no log yet: the lists above can be read, and nothing can be counted. Ask for the log with make "
            f"request, then take it with make place AT={taken.place} FROM=<file>."
        )
    else:
        counts = taken.known or any(entry.searches for entry in taken.found)
        waits = "The numbers do not wait for it." if counts else "Before that there is nothing to count."
        answer = f"Step 3: answer the questions above in source.toml. {waits}"
        lines += [
            "",
            *([answer] if taken.open_questions else []),
            f"Step 4: make PLACE={taken.place}   # counts everything, in about a minute; then open",
            f"  results/{taken.place}/tip-sheet.md (what to report and to ask) and site/{taken.place}/index.html",
        ]
    return "\n".join(lines)


def _in_all(found: Sequence[Found]) -> list[str]:
    """How many searches there are in how many rows, whose and of which days, and which files hold the same ones."""
    if not found:
        return []
    total, kept = (sum(getattr(entry, name) for entry in found) for name in ("records", "searches"))
    distinct = len(np.unique(np.concatenate([entry.keys for entry in found])))
    repeated = sum(entry.repeated_records for entry in found)
    dated = [entry for entry in found if entry.searches]
    owners = sorted({entry.file.camera_owner or OWNER_NOT_SAID for entry in found})
    days = ""
    if dated:  # a portal's capture may hold a header alone
        first, last = min(entry.first_search for entry in dated), max(entry.last_search for entry in dated)
        days = f", {first[:10]} to {last[:10]} UTC"
    whose = ", ".join(owners) if len(owners) < 4 else counted(len(owners), "camera owner")
    lines = [
        f"{counted(total, 'record')} in {counted(len(found), 'new file')}: {counted(kept, 'search row')}, "
        f"{total - kept:,} rejected. They record {counted(distinct, 'distinct search')} "
        f"({whose}{days})."
    ]
    if repeated:
        lines.append(f"Rows that repeat another row of their file in every column: {repeated:,}.")
    return lines + _same_searches(found)


def _same_searches(found: Sequence[Found]) -> list[str]:
    """Which files of one camera owner hold the same searches, the largest overlaps first."""
    pairs = []
    for entry, other in combinations([entry for entry in found if entry.searches], 2):
        if entry.file.camera_owner != other.file.camera_owner:
            continue
        if entry.first_search > other.last_search or other.first_search > entry.last_search:
            continue
        if both := len(np.intersect1d(entry.keys, other.keys, assume_unique=True)):
            pairs.append((both, entry, other))
    pairs.sort(key=lambda pair: (-pair[0], pair[1].file.name, pair[2].file.name))
    lines = [
        f"{entry.file.name} and {other.file.name} hold the same {counted(both, 'search')}: "
        f"{percent(both / len(entry.keys))} of the first's, {percent(both / len(other.keys))} of the second's."
        for both, entry, other in pairs[:MOST_PAIRS]
    ]
    more = len(pairs) - MOST_PAIRS
    lines += [f"So do {counted(more, 'more pair')} of files."] if more > 0 else []
    rolling = pairs and any(entry.file.log == "portal audit" for _, entry, _ in pairs)
    return lines + (["That is usual for a portal, which shows thirty days at a time."] if rolling else [])


def _left_out(left: Sequence[LeftOut]) -> list[str]:
    """How many files of each kind were left out, and those by name that could be audits."""
    if not left:
        return []
    kinds = places.left_out_by_kind(left)
    could = [entry for entry in left if entry.kind in places.COULD_BE_AUDITS or entry.kind == "reasons"]
    return [
        "",
        f"Not read, and listed in source.toml with a checksum and the reason: {'; '.join(kinds.values())}.",
        *(["LOOK at these, which could be audits or are of use:"] if could else []),
        *(f"  {entry.name}: {entry.why}" for entry in could),
    ]


def look(where: Sequence[str]) -> list[str]:
    """Lines on what files hold that their agency may not have meant to release: `readers.left_inside` of each."""
    if not where:
        return []
    return [
        "",
        "LOOK before you publish these files or pass them on: they hold more than they show, which their agency may "
        "not have meant to release. This says only where, never what.",
        *(f"  {entry}" for entry in where),
    ]


def _file_line(entry: Found) -> str:
    ids = f", {counted(entry.ids, 'distinct id')}" if entry.ids else ""
    ends = [moment[:16].replace("T", " ") for moment in (entry.first_search, entry.last_search)]
    days = f", {ends[0]} to {ends[1]} UTC" if entry.searches else ""
    notes = f"\n    {entry.notes}" if entry.notes else ""
    if entry.rejected > MANY_REJECTED * entry.records:
        notes += f"\n    LOOK: {counted(entry.rejected, 'record')} without a readable search; make PLACE=… says why"
    return (
        f"  {entry.file.name}\n    {entry.forms}, {entry.file.log} of {entry.file.camera_owner or OWNER_NOT_SAID}: "
        f"{counted(entry.records, 'record')}, {counted(entry.searches, 'search row')}, "
        f"{counted(len(entry.keys), 'distinct search')}{ids}{days}{notes}"
    )
