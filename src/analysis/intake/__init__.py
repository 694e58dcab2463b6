"""Takes released files into a place: copies, recognizes, counts and hashes them, and asks what only a person knows.

Nothing that is there is ever overwritten: a second run adds files. What a file tells is written down as learned
from it; what no file can tell is an open question in `source.toml` until a person answers it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from analysis import agencies, files, paths, places, processes, readers
from analysis.intake import advice, arrivals, description, lists, recognition
from analysis.intake.answers import QUESTIONS, Answers, BadAnswer, ask, columns
from analysis.intake.arrivals import Arrived, NothingToTake, WouldOverwrite
from analysis.intake.outcome import Taken, look, shown
from analysis.intake.recognition import Found
from analysis.places import LeftOut
from analysis.refused import Refused
from analysis.vendors.recognition import UnknownColumns

__all__ = [
    "QUESTIONS", "Answers", "BadAnswer", "BadPlaceName", "NothingToTake", "Taken", "WouldOverwrite", "ask",
    "columns", "look", "shown", "take",
]  # fmt: skip

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class BadPlaceName(Refused):
    """A name that no folder of a place should have; the message shows one that would do."""


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
        raise BadPlaceName(f"'{paths.shown(at)}' cannot be a place's name; write it as {advice.slug(at)!r}")
    folder = top / "data" / "raw" / at
    place = places.find(at, top) if (folder / "source.toml").is_file() else None
    with processes.scratch() as unpacked:
        arrived = list(arrivals.arrived(given or [folder], folder))
        arrived, listed, again = arrivals.listed(arrived, place)
        opened, broken = arrivals.unpacked(arrived, unpacked)
        fresh, seen = arrivals.fresh(
            opened, {file.sha256: file.name for file in place.files} if place else {}
        )
        again += seen
        fresh, unfit = arrivals.fit(fresh, folder)
        waiting, known = place.waiting if place else (), agencies.known()
        read = [recognition.inspected(file, answers, waiting, say, known, today) for file in fresh]
        if unknown := [entry for entry in read if isinstance(entry, UnknownColumns)]:
            raise UnknownColumns.of_all(unknown)
        found = [entry for entry in read if isinstance(entry, Found)]
        left = [*broken, *unfit, *(entry for entry in read if isinstance(entry, LeftOut))]
        taken_lists, left = lists.lists_among(left, fresh)
        # Rows whose dates a person must decide are no searches yet.
        is_log = any(entry.searches or entry.two_ways for entry in found)
        if not again and not is_log and not (taken_lists and not found):
            raise NothingToTake(advice.why_nothing(at, found, left))
        if reply and not place:
            answers = ask(answers, reply, description.suggestions(found))
            if cameras := answers.cameras:
                found = [replace(entry, file=entry.file.replace(camera_owner=cameras)) for entry in found]
        copies = [Arrived(entry.file.name, entry.path, sha256=entry.file.sha256) for entry in found]
        copies += [*taken_lists, *listed]
        arrivals.refuse_overwriting(folder, copies)
        inside = ((file.name, readers.left_inside(file.path, file.name)) for file in fresh)
        leaks = tuple(f"{name}: {where}" for name, listed_places in inside for where in listed_places)
        text = description.appended(place, found, left) if place else ""
        text = text or description.new(at, found, left, answers, today)
        described = places.read(at, text, top)  # before a byte is copied
        for file in copies:
            arrivals.copy(file.path, folder, file.name)
    files.write(folder / "source.toml", text)
    good, stops = lists.kept(described, [file.name for file in taken_lists])
    first = (
        *stops, *advice.said_otherwise(place, answers), *advice.two_kinds(found),
        *advice.several_places(at, found, given),
    )  # fmt: skip
    questions = described.open_questions
    return Taken(at, tuple(found), tuple(again), good, tuple(left), questions, leaks, first)
