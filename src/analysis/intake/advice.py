"""What a person should do first with what came: what must not be counted together, which places to make."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Sequence
from pathlib import Path

from analysis import paths, privacy
from analysis.intake.answers import WHERE, Answers
from analysis.intake.recognition import Found
from analysis.places import LeftOut, Place
from analysis.vendors.recognition import family_of
from analysis.wording import counted

MOST_PLACES = 12


def two_kinds(found: Sequence[Found]) -> list[str]:
    """Files that hold two kinds of log, and owners of whom two kinds came: they must not be counted together."""
    said = [
        f"{entry.file.name} holds two kinds of log ({entry.forms}): a portal's and another. Save each as a file of its "
        "own and take them into two places"
        for entry in found
        if len({(family := family_of(form)) and family.log for form in entry.forms.split("; ")}) > 1
    ]
    for owner in {entry.file.camera_owner for entry in found if entry.file.camera_owner}:
        logs = sorted({entry.file.log for entry in found if entry.file.camera_owner == owner})
        if len(logs) > 1:
            said.append(
                f"{owner}: {' and '.join(logs)} came together. They overlap, and in one place they are counted "
                "together: make a place of each, with its files alone"
            )
    return said


def said_otherwise(place: Place | None, answers: Answers) -> list[str]:
    """Which answers of a person differ from what the source.toml of a place that was there says and keeps on saying."""
    if place is None:
        return []
    there = {
        "released_by": place.released.get("by"),
        "request": place.released.get("request"),
        "time_zone": place.time_zone,
        "redacted": place.released.get("redacted"),
    }
    other = [WHERE[name] for name, said in there.items() if getattr(answers, name) not in (None, "", said)]
    if not other:
        return []
    return [
        f"What you said differs from source.toml, which was not changed: {'; '.join(other)}. A place has one clock and "
        "one release. If these files are of another, make a place of their own; if source.toml is wrong, correct it."
    ]


def several_places(at: str, found: Sequence[Found], given: Sequence[Path]) -> list[str]:
    """The commands that make a place of each camera owner's logs, where several came and each lies in a folder."""
    owners: dict[str, list[Found]] = {}
    for entry in found:
        owners.setdefault(entry.file.camera_owner or "", []).append(entry)
    if len(owners) < 2:
        return []
    said = (
        f"These are logs of {counted(len(owners), 'camera owner')}. One place counts each by itself and all together. "
        f"To make a place of each instead, delete data/raw/{at}/ and "
    )
    folders = {owner: _alone(mine, found, given) for owner, mine in owners.items() if owner}
    if len(owners) > MOST_PLACES or "" in owners or not all(folders.values()):
        return [f"{said}put each owner's files into a folder of its own, then make place of each folder."]
    # The shell and make each read a dollar sign: a file's name must run no command where the line is pasted.
    lines = [
        f"    make place AT={slug(owner)} FROM={shlex.quote(str(path).replace('$', '$$'))}"
        for owner, path in folders.items()
    ]
    return [f"{said}paste:\n" + "\n".join(lines)]


def _alone(mine: Sequence[Found], found: Sequence[Found], given: Sequence[Path]) -> Path | None:
    """The file or folder that holds these files and no other, as it was given, if its name may be printed and it lies
    in no archive."""
    paths_of = [entry.path.resolve() for entry in mine]
    path = paths_of[0] if len(mine) == 1 else Path(os.path.commonpath(paths_of))
    if any(other.path.resolve().is_relative_to(path) for other in found if other not in mine):
        return None
    for start in (start.resolve() for start in given):
        if path.is_relative_to(start):
            inside = path.relative_to(start).as_posix()
            return path if privacy.file_name(inside) == inside else None
    return None


def why_nothing(at: str, found: Sequence[Found], left: Sequence[LeftOut]) -> str:
    """Why there is nothing to take, file by file."""
    if found:
        rows = counted(sum(entry.records for entry in found), "record")
        has_rows = any(entry.records for entry in found)
        why = f"none of the {rows} has a search time that can be read" if has_rows else "no record"
        files = [f"  {entry.file.name}: {entry.forms}; {entry.notes or why}" for entry in found]
        return "\n".join([
            f"there is no search in these files ({why}), so nothing was written. If another column holds the time, say "
            'so: COLUMNS="<its name>=search_time". If a spreadsheet changed the times, ask for the file as CSV.',
            *files,
        ])  # fmt: skip
    if not left:
        return (
            f"there is no file to take: put the released files into data/raw/{at}/, or name them with FROM="
        )
    said = [f"  {entry.name}: {entry.why}" for entry in left]
    return "none of the files is a search audit that can be read; nothing was written.\n" + "\n".join(said)


def slug(text: str) -> str:
    """A name for a place, made of any text."""
    plain = "-".join(re.findall(r"[a-z0-9]+", text.casefold()))[:60].strip("-")
    return plain if plain and not paths.why_not(plain) else "georgia"
