"""Takes released files into a place: copies, recognizes, counts and hashes them, and asks what only a person knows.

Nothing that is there is ever overwritten: a second run adds files. What a file tells is written down as learned
from it; what no file can tell stands in `source.toml` as an open question until a person answers it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import combinations
from pathlib import Path

import numpy as np

from analysis import agencies, build, paths, places, privacy, processes, readers
from analysis.agencies import sharing
from analysis.intake import arrivals, description, recognition
from analysis.intake.answers import QUESTIONS, Answers, BadAnswer, ask, columns
from analysis.intake.arrivals import Arrived, NothingToTake, WouldOverwrite
from analysis.intake.recognition import Found
from analysis.places import OWNER_NOT_SAID, LeftOut, Place
from analysis.refused import Refused
from analysis.vendors.recognition import UnknownColumns, family_of
from analysis.wording import counted

__all__ = [
    "QUESTIONS", "Answers", "BadAnswer", "BadPlaceName", "Found", "NothingToTake", "Taken", "WouldOverwrite", "ask",
    "columns", "shown", "take",
]  # fmt: skip

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadPlaceName(Refused):
    """A name that no folder of a place should have; the message shows one that would do."""


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


def take(
    at: str,
    given: Sequence[Path],
    answers: Answers | None = None,
    today: date | None = None,
    top: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
    reply: Callable[[str], str] | None = None,
) -> Taken:
    """Take files and folders into data/raw/<at>/ and describe them in its source.toml.

    Without `given`, the files that lie in the place's own folder are taken. Files are copied byte for byte under
    the path that they have inside the folder given; a file that is there already (by checksum) is skipped. With
    `reply`, a person is asked what is still open about a new place, once the files have been read. Raises
    `BadPlaceName`, `WouldOverwrite`, `NothingToTake`, `UnsafeName`, and `UnknownColumns` with every unknown column of
    every file; in each case nothing was written.
    """
    top, answers = top or places.root(), answers or Answers()
    if not NAME.fullmatch(at) or paths.why_not(at):
        raise BadPlaceName(f"'{paths.shown(at)}' cannot be a place's name; write it as {_slug(at)!r}")
    folder = top / "data" / "raw" / at
    place = places.find(at, top) if (folder / "source.toml").is_file() else None
    with processes.scratch() as unpacked:
        arrived = list(arrivals.arrived(given or [folder], folder))
        files, broken = arrivals.unpacked(arrived, unpacked)
        fresh, again = arrivals.fresh(files, {f.sha256: f.name for f in place.files} if place else {})
        fresh, unfit = arrivals.fit(fresh, folder)
        waits = place.waiting if place else ()
        known = agencies.known()
        read = [
            recognition.inspected(one, checksum, answers, waits, say, known, today) for one, checksum in fresh
        ]
        if unknown := [one for one in read if isinstance(one, UnknownColumns)]:
            raise UnknownColumns.of_all(unknown)
        found = [one for one in read if isinstance(one, Found)]
        left = [*broken, *unfit, *(one for one in read if isinstance(one, LeftOut))]
        lists, left = _lists(left, {checksum: one for one, checksum in fresh})
        if not again and not any(one.searches for one in found) and not (lists and not found):
            raise NothingToTake(_why_nothing(at, found, left))
        if reply and not place:
            answers, found = _asked(answers, found, reply)
        copies = [*((one.file.name, one.path, one.file.sha256) for one in found), *lists]
        arrivals.refuse_overwriting(folder, copies)
        look = tuple(
            f"{one.name}: {where}" for one, _ in fresh for where in readers.left_inside(one.path, one.name)
        )
        text = _description(at, place, found, left, answers, today)
        described = places.read(at, text, top)  # before a byte is copied
        for name, path, _ in copies:
            arrivals.copy(path, folder, name)
    description.put(folder / "source.toml", text)
    kept, first = _kept_lists(described, [name for name, _, _ in lists])
    first = (*first, *_two_kinds(found), *_several_places(at, found, given))
    return Taken(at, tuple(found), tuple(again), kept, tuple(left), described.open_questions, look, first)


def _description(
    at: str,
    place: Place | None,
    found: Sequence[Found],
    left: Sequence[LeftOut],
    answers: Answers,
    today: date | None,
) -> str:
    """The text of the place's source.toml with what was found."""
    if place:
        return description.appended(place, found, left)
    return description.new(at, found, left, answers, description.open_questions(answers, found), today)


def _asked(
    answers: Answers, found: Sequence[Found], reply: Callable[[str], str]
) -> tuple[Answers, list[Found]]:
    """What a person answers now, and the files with the camera owner that they named."""
    answers = ask(answers, reply, description.suggestions(found))
    if not answers.cameras:
        return answers, list(found)
    named = [replace(one, file=one.file.replace(camera_owner=answers.cameras)) for one in found]
    return answers, named


def _lists(
    left: Sequence[LeftOut], came: Mapping[str, Arrived]
) -> tuple[list[tuple[str, Path, str]], list[LeftOut]]:
    """Sharing lists and 287(g) lists go into reference/, where the notebooks look for them; the rest stays out.

    `came` has each file by its checksum. A list is its name in the place, its path and its checksum.
    """
    lists, rest = [], []
    for one in left:
        file = came.get(one.sha256)
        name = Path(file.name).name if file else ""
        if file and one.kind == "other log" and "sharing list" in one.why:
            lists.append((f"reference/{name}", file.path, one.sha256))
        elif file and _is_agreements(file.path):
            lists.append((f"reference/{name if '287g' in name else f'287g-{name}'}", file.path, one.sha256))
        else:
            rest.append(one)
    return lists, rest


def _is_agreements(path: Path) -> bool:
    if path.suffix.casefold() not in {".csv", ".xlsx"}:
        return False
    try:
        return len(agencies.participating(path)) > 0
    except (agencies.UnreadableAgreements, ValueError, OSError):
        return False


def _kept_lists(place: Place, lists: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What each list that is now in reference/ is good for, and what of reference/ would stop `make`."""
    good, stops = [], []
    folder = place.raw / "reference"
    for name in lists:
        if "287g" in name:
            held = len(agencies.participating(place.raw / name))
            good.append(f"{name}: a 287(g) list of {counted(held, 'agreement')}, held against who searched")
            continue
        entries = sharing.read_list(place.raw / name, "").entries
        good.append(
            f"{name}: a sharing list of {counted(len(entries), 'organization')}. It says who could search, not who "
            "did: beside a network audit of the same owner, make compares the two agency by agency"
        )
    checks: list[Callable[[], object]] = [
        lambda: agencies.read_lists(folder),
        lambda: agencies.read_reference(folder),
    ]
    if place.files:  # whose list it is, only an owner's log says
        checks.append(lambda: build.open_sharing_lists(place))
    for check in checks:
        try:
            check()
        except Refused as error:
            stops.append(f"make would stop at data/raw/{place.name}/reference/{error}")
    return tuple(good), tuple(stops)


def _two_kinds(found: Sequence[Found]) -> list[str]:
    """Files in which two kinds of log stand, and owners of whom two kinds came: they must not be counted together."""
    said = [
        f"{one.file.name} holds two kinds of log ({one.forms}): a portal's and another. Save each as a file of its "
        "own and take them into two places"
        for one in found
        if len({(family := family_of(form)) and family.log for form in one.forms.split("; ")}) > 1
    ]
    for owner in {one.file.camera_owner for one in found if one.file.camera_owner}:
        logs = sorted({one.file.log for one in found if one.file.camera_owner == owner})
        if len(logs) > 1:
            said.append(
                f"{owner}: {' and '.join(logs)} came together. They overlap, and in one place they are counted "
                "together: make a place of each, with its files alone"
            )
    return said


MOST_PLACES = 12


def _several_places(at: str, found: Sequence[Found], given: Sequence[Path]) -> list[str]:
    """The commands that make a place of each camera owner's logs, where several came and each lies in a folder."""
    owners: dict[str, list[Found]] = {}
    for one in found:
        owners.setdefault(one.file.camera_owner or "", []).append(one)
    if len(owners) < 2:
        return []
    said = (
        f"These are logs of {counted(len(owners), 'camera owner')}. One place counts each by itself and all together. "
        f"To make a place of each instead, delete data/raw/{at}/ and "
    )
    apart = {owner: _alone(mine, found, given) for owner, mine in owners.items() if owner}
    if len(owners) > MOST_PLACES or "" in owners or not all(apart.values()):
        return [f"{said}put each owner's files into a folder of its own, then make place of each folder."]
    lines = [f'    make place AT={_slug(owner)} FROM="{path}"' for owner, path in apart.items()]
    return [f"{said}paste:\n" + "\n".join(lines)]


def _alone(mine: Sequence[Found], found: Sequence[Found], given: Sequence[Path]) -> Path | None:
    """The file or folder that holds these files and no other, as it was given, if its name may be printed and it lies
    in no archive."""
    paths_of = [one.path.resolve() for one in mine]
    path = paths_of[0] if len(mine) == 1 else Path(os.path.commonpath(paths_of))
    if any(other.path.resolve().is_relative_to(path) for other in found if other not in mine):
        return None
    for start in (start.resolve() for start in given):
        if path.is_relative_to(start):
            inside = path.relative_to(start).as_posix()
            return path if privacy.file_name(inside) == inside else None
    return None


def _why_nothing(at: str, found: Sequence[Found], left: Sequence[LeftOut]) -> str:
    if found:
        rows = sum(one.records for one in found)
        why = (
            f"none of the {counted(rows, 'record')} has a search time that can be read"
            if rows
            else "no record"
        )
        files = [f"  {one.file.name}: {one.forms}; {one.notes or why}" for one in found]
        return "\n".join([
            f"there is no search in these files ({why}), so nothing was written. If another column holds the time, say "
            'so: COLUMNS="<its name>=search_time". If a spreadsheet changed the times, ask for the file as CSV.',
            *files,
        ])  # fmt: skip
    if not left:
        return (
            f"there is no file to take: put the released files into data/raw/{at}/, or name them with FROM="
        )
    said = [f"  {one.name}: {one.why}" for one in left]
    return "none of the files is a search audit that can be read; nothing was written.\n" + "\n".join(said)


def _slug(text: str) -> str:
    slug = "-".join(re.findall(r"[a-z0-9]+", text.casefold()))[:60].strip("-")
    return slug if slug and not paths.why_not(slug) else "georgia"


# What a person sees -----------------------------------------------------------------------------------------


def shown(taken: Taken) -> str:
    """What came of a release, in lines for a terminal: each file, what was left out, what is open, what comes next."""
    lines = [f"data/raw/{taken.place}/", *map(_file_line, taken.found)]
    lines += [f"  {sentence}" for sentence in (*taken.known, *taken.lists)]
    lines += _left_out(taken.left_out)
    lines += look(taken.look)
    lines += ["", *(f"FIRST: {sentence}" for sentence in taken.first)] if taken.first else []
    if taken.open_questions:
        lines += [
            "",
            f"Open questions, to be answered in data/raw/{taken.place}/source.toml before anything is published:",
        ]
        lines += [f"  {number}. {question}" for number, question in enumerate(taken.open_questions, 1)]
    lines += ["", *_in_all(taken.found)]
    if not taken.found and not taken.known:
        lines.append(
            "There is no log yet: the lists above can be read, and nothing can be counted. Ask for the log with make "
            f"request, then take it with make place AT={taken.place} FROM=<file>."
        )
    else:
        lines.append(f"Next: make PLACE={taken.place}")
    return "\n".join(lines)


def _in_all(found: Sequence[Found]) -> list[str]:
    """How many searches there are in how many rows, whose and of which days, and which files hold the same ones."""
    if not found:
        return []
    total, kept = (sum(getattr(one, name) for one in found) for name in ("records", "searches"))
    distinct = len(np.unique(np.concatenate([one.keys for one in found])))
    repeated = sum(one.repeated_records for one in found)
    dated = [one for one in found if one.searches]
    owners = sorted({one.file.camera_owner or OWNER_NOT_SAID for one in found})
    days = (
        f", {min(one.first_search for one in dated)[:10]} to {max(one.last_search for one in dated)[:10]} UTC"
    )
    whose = ", ".join(owners) if len(owners) < 4 else counted(len(owners), "camera owner")
    lines = [
        f"{counted(total, 'record')} in {counted(len(found), 'new file')}: {counted(kept, 'search row')}, "
        f"{total - kept:,} rejected. They record {counted(distinct, 'distinct search')} "
        f"({whose}{days})."
    ]
    if repeated:
        lines.append(f"Rows that repeat another row of their file in every column: {repeated:,}.")
    return lines + _same_searches(found)


MOST_PAIRS = 10


def _same_searches(found: Sequence[Found]) -> list[str]:
    """Which files of one camera owner hold the same searches, the largest overlaps first."""
    pairs = []
    for one, other in combinations([one for one in found if one.searches], 2):
        if one.file.camera_owner != other.file.camera_owner:
            continue
        if one.first_search > other.last_search or other.first_search > one.last_search:
            continue
        if both := len(np.intersect1d(one.keys, other.keys, assume_unique=True)):
            pairs.append((both, one, other))
    pairs.sort(key=lambda pair: (-pair[0], pair[1].file.name, pair[2].file.name))
    lines = [
        f"{one.file.name} and {other.file.name} hold the same {counted(both, 'search')}: "
        f"{both / len(one.keys):.1%} of the first's, {both / len(other.keys):.1%} of the second's."
        for both, one, other in pairs[:MOST_PAIRS]
    ]
    more = len(pairs) - MOST_PAIRS
    return lines + ([f"So do {counted(more, 'more pair')} of files."] if more > 0 else [])


def _left_out(left: Sequence[LeftOut]) -> list[str]:
    """How many files of each kind were left out, and those by name that could be audits."""
    if not left:
        return []
    kinds = places.left_out_by_kind(left)
    could = [one for one in left if one.kind in places.COULD_BE_AUDITS or one.kind == "reasons"]
    return [
        "",
        f"Not read, and listed in source.toml with a checksum and the reason: {'; '.join(kinds.values())}.",
        *(["LOOK at these, which could be audits or are of use:"] if could else []),
        *(f"  {one.name}: {one.why}" for one in could),
    ]


def look(where: Sequence[str]) -> list[str]:
    """Lines on what files hold that their agency may not have meant to release: `readers.left_inside` of each."""
    if not where:
        return []
    return [
        "",
        "LOOK before you publish these files or pass them on: they hold more than they show, which their agency may "
        "not have meant to release. Only where it stands is said here.",
        *(f"  {one}" for one in where),
    ]


MANY_ASIDE = 0.01  # of a file's records: more than this was set aside in no sound export seen


def _file_line(one: Found) -> str:
    ids = f", {counted(one.ids, 'distinct id')}" if one.ids else ""
    ends = [moment[:16].replace("T", " ") for moment in (one.first_search, one.last_search)]
    days = f", {ends[0]} to {ends[1]} UTC" if one.searches else ""
    notes = f"\n    {one.notes}" if one.notes else ""
    if one.rejected > MANY_ASIDE * one.records:
        notes += f"\n    LOOK: {one.rejected:,} of its records are no readable search; make PLACE=… says of each why"
    return (
        f"  {one.file.name}\n    {one.forms}, {one.file.log} of {one.file.camera_owner or OWNER_NOT_SAID}: "
        f"{counted(one.records, 'record')}, {counted(one.searches, 'search row')}, "
        f"{counted(len(one.keys), 'distinct search')}{ids}{days}{notes}"
    )
