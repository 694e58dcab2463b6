"""Takes released files into a place: copies, recognizes, counts and hashes them, and asks what only a person knows.

Nothing that is there is ever overwritten: a second run adds files. What a file tells is written down as learned
from it; what no file can tell stands in `source.toml` as an open question until a person answers it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from analysis import agencies, paths, places, processes, readers
from analysis.intake import arrivals, description, recognition
from analysis.intake.answers import QUESTIONS, Answers, BadAnswer, ask, columns
from analysis.intake.arrivals import NothingToTake, WouldOverwrite
from analysis.intake.recognition import Found
from analysis.places import OWNER_NOT_SAID, LeftOut, Place
from analysis.refused import Refused
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
    """What came of a release: files now in the place, files already there, lists kept beside them, files left out, and
    where files hold more than they show (`look`)."""

    place: str
    found: tuple[Found, ...]
    known: tuple[str, ...]
    lists: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    open_questions: tuple[str, ...]
    look: tuple[str, ...] = ()


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
    `BadPlaceName`, `WouldOverwrite`, `NothingToTake`, `UnsafeName`; in each case nothing was written.
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
        read = [recognition.inspected(one, checksum, answers, waits, say, today) for one, checksum in fresh]
        found = [one for one in read if isinstance(one, Found)]
        left = [*broken, *unfit, *(one for one in read if isinstance(one, LeftOut))]
        lists, left = _lists(left, {checksum: one.path for one, checksum in fresh})
        if not found and not again:
            raise NothingToTake(_why_nothing(at, left, lists))
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
    names = tuple(name for name, _, _ in lists)
    return Taken(at, tuple(found), tuple(again), names, tuple(left), described.open_questions, look)


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
    named = [replace(one, file=replace(one.file, camera_owner=answers.cameras)) for one in found]
    return answers, named


def _lists(
    left: Sequence[LeftOut], lies: Mapping[str, Path]
) -> tuple[list[tuple[str, Path, str]], list[LeftOut]]:
    """Sharing lists and 287(g) lists go into reference/, where the notebooks look for them; the rest stays out.

    `lies` says by checksum where each file is. A list is its name in the place, its path and its checksum.
    """
    lists, rest = [], []
    for one in left:
        name = Path(one.name).name
        if "sharing list" in one.why:
            lists.append((f"reference/{name}", lies[one.sha256], one.sha256))
        elif one.sha256 in lies and _is_agreements(lies[one.sha256]):
            as_agreements = name if "287g" in name else f"287g-{name}"
            lists.append((f"reference/{as_agreements}", lies[one.sha256], one.sha256))
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


def _why_nothing(at: str, left: Sequence[LeftOut], lists: Sequence[tuple[str, Path, str]]) -> str:
    if not left and not lists:
        return (
            f"there is no file to take: put the released files into data/raw/{at}/, or name them with FROM="
        )
    said = [f"  {one.name}: {one.why}" for one in left] + [
        f"  {name}: no search audit" for name, _, _ in lists
    ]
    return "none of the files is a search audit that can be read; nothing was written.\n" + "\n".join(said)


def _slug(text: str) -> str:
    slug = "-".join(re.findall(r"[a-z0-9]+", text.casefold()))[:60].strip("-")
    return slug if slug and not paths.why_not(slug) else "georgia"


# What a person sees -----------------------------------------------------------------------------------------


def shown(taken: Taken) -> str:
    """What came of a release, in lines for a terminal: each file, what was left out, what is open, what comes next."""
    lines = [f"data/raw/{taken.place}/", *map(_file_line, taken.found)]
    lines += [f"  {sentence}" for sentence in taken.known]
    lines += [f"  {name}: kept as a list beside the logs" for name in taken.lists]
    if taken.left_out:
        lines += ["", "Not read, and listed in source.toml with a checksum:"]
        lines += [f"  {one.name}: {one.why}" for one in taken.left_out]
    lines += look(taken.look)
    if taken.open_questions:
        lines += [
            "",
            f"Open questions, to be answered in data/raw/{taken.place}/source.toml before anything is published:",
        ]
        lines += [f"  {number}. {question}" for number, question in enumerate(taken.open_questions, 1)]
    total = sum(one.records for one in taken.found)
    kept = sum(one.searches for one in taken.found)
    lines += [
        "",
        f"{counted(total, 'record')} in {counted(len(taken.found), 'new file')}: {counted(kept, 'search')}, "
        f"{total - kept:,} set aside.",
        f"Next: make PLACE={taken.place}",
    ]
    return "\n".join(lines)


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
        f"{counted(one.records, 'record')}, {counted(one.searches, 'search')}{ids}{days}{notes}"
    )
