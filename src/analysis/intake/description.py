"""Writes a place's source.toml: what the files told, what a person said, and what is still open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from itertools import combinations
from zoneinfo import ZoneInfo

from analysis import agencies, places, toml
from analysis.intake.answers import QUESTIONS, WHERE, Answers
from analysis.intake.recognition import Found
from analysis.places import LeftOut, Place, states
from analysis.wording import an, days_between


def suggestions(found: Sequence[Found]) -> dict[str, str]:
    """What the files say to a question of `QUESTIONS`, for a person to agree with."""
    unsaid = any(entry.file.camera_owner is None for entry in found)
    said = {
        "cameras": "" if unsaid else ", ".join(_owners(found)),
        "time_zone": states.time_zone(_state(found)) or "",
    }
    return {key: value for key, value in said.items() if value}


def open_questions(answers: Answers, found: Sequence[Found]) -> list[str]:
    """The questions that nobody has answered, each with what the files say and where the answer belongs."""
    said = {key: f" The files say: {value}." for key, value in suggestions(found).items() if key == "cameras"}
    questions = [
        f"{question}{said.get(key, '')} Write it in {WHERE[key]}."
        for key, question in QUESTIONS.items()
        if answers.is_open(key)
    ]
    doubts = Counter(f"{entry.file.log}: {entry.doubt}" for entry in found if entry.doubt)
    questions += [
        f"What kind of log is this, {', '.join(places.LOGS)}? Taken for {an(doubt)}"
        f"{f' ({files} files)' if files > 1 else ''}. Say it with WHICH_LOG=, or write it as log in the [[file]]."
        for doubt, files in doubts.items()
    ]
    return questions + [
        f"Are the dates in {entry.file.name} day first (31/12/2025) or month first (12/31/2025)? Rows whose date could "
        f"be read two ways: {entry.two_ways:,}; they are rejected until this is answered. Write it in dates, in the "
        "file's [[file]]; if a spreadsheet may have exchanged day and month, ask for the file as CSV."
        for entry in found
        if entry.two_ways
    ]


def new(
    at: str, found: Sequence[Found], left: Sequence[LeftOut], answers: Answers, today: date | None
) -> str:
    """The text of a new source.toml."""
    state, questions = _state(found), open_questions(answers, found)
    zone = answers.time_zone or states.time_zone(state) or "UTC"
    suggested = "suggested by the state; " if state else ""
    why = "" if answers.time_zone else f"   # {suggested}see the open question"
    day = f" on {today}" if today else ""
    listed = "".join(f"  {toml.text(question)},\n" for question in questions)
    lines = [
        f"# Written by `make place`{day} from the released files themselves. What no file can tell is below as an",
        "# open question. Write each answer where it says, then delete the question from the list.",
        "",
        f"title     = {toml.text(_title(at, found, zone))}",
        'kind      = "records"',
        "claims    = []              # names of files in claims/, without .toml, where something was published",
        f"time_zone = {toml.text(zone)}{why}",
        *([f"state     = {toml.text(state)}              # of the camera owners"] if state else []),
        *_same_search(found),
        f"open_questions = [\n{listed}]" if questions else "open_questions = []",
        "",
        "[released]",
        f"by       = {toml.text(answers.released_by or '')}",
        f"request  = {toml.text(answers.request or '')}",
        f"redacted = {toml.text(answers.redacted or '')}",
        'license  = "none stated"',
        "",
    ]
    return "\n".join(lines) + ("" if found else _wait(at, answers)) + _entries(found, left)


def _wait(at: str, answers: Answers) -> str:
    """The entry of the log that a place waits for which has only lists so far."""
    said = {
        "camera_owner": answers.cameras or at.replace("-", " ").title(),
        "log": "network audit",
        "period": "the days that matter",
        "ask": "make request",
    }
    return f"\n[[waiting]]\n{toml.lines(said)}"


def appended(place: Place, found: Sequence[Found], left: Sequence[LeftOut]) -> str:
    """The text of a place's source.toml with the new files at its end; not a letter of it is changed."""
    text = (place.raw / "source.toml").read_text(encoding="utf-8")
    known = {entry.sha256 for entry in place.left_out}
    return text.rstrip("\n") + "\n" + _entries(found, [entry for entry in left if entry.sha256 not in known])


def _entries(found: Sequence[Found], left: Sequence[LeftOut]) -> str:
    return "".join([*map(_file_entry, found), *map(_left_entry, left)])


def _left_entry(entry: LeftOut) -> str:
    said = {"name": entry.name, "sha256": entry.sha256, "kind": entry.kind, "why": entry.why}
    return f"\n[[left_out]]\n{toml.lines(said)}"


def _file_entry(entry: Found) -> str:
    file = entry.file
    how = "; ".join(filter(None, entry.learned))
    lines = [
        "",
        "[[file]]",
        f"name         = {toml.text(file.name)}",
        f"sha256       = {toml.text(file.sha256)}",
        f"bytes        = {file.bytes}",
        f"log          = {toml.text(file.log)}   # {how}",
        f"camera_owner = {toml.text(file.camera_owner)}"
        if file.camera_owner
        else 'camera_owner = ""   # not said; see the open question',
    ]
    if file.own_agency:
        lines.append(f"own_agency   = {toml.text(file.own_agency)}   # the camera owner's own police")
    if file.period:
        first, last = file.period
        lines.append(f'period       = ["{first}", "{last}"]   # as the file\'s name says')
    if file.received:
        lines.append(f"received     = {file.received}   # no search in it can be later")
    if entry.two_ways:
        lines.append(
            f'# dates      = "day first"   # or "month first": decides {entry.two_ways:,} rejected rows'
        )
    if file.columns:
        mapped = ", ".join(f"{toml.text(name)} = {toml.text(ours)}" for name, ours in file.columns.items())
        lines.append(f"columns      = {{ {mapped} }}")
    return "\n".join(lines) + "\n"


def _owners(found: Sequence[Found]) -> list[str]:
    return sorted({entry.file.camera_owner for entry in found if entry.file.camera_owner})


def _state(found: Sequence[Found]) -> str | None:
    """The one state of all camera owners, where their names hold it."""
    owners = _owners(found)
    known = set(agencies.resolve(owners)["state"].dropna()) if owners else set()
    return str(known.pop()) if len(known) == 1 else None


def _same_search(found: Sequence[Found]) -> list[str]:
    """The line that says which rows are one search, where the files show that the usual way is not best.

    The vendor's id is the same in every log. So it decides where every row has one, and must not where files of
    the same days differ in having ids: a search would then count as two.
    """
    times = [(entry.first_search, entry.last_search, bool(entry.ids)) for entry in found if entry.searches]
    if any(a[2] != b[2] and a[0] <= b[1] and b[0] <= a[1] for a, b in combinations(times, 2)):
        return ['same_search = "rule"      # files of the same days, some with ids and some without']
    several = len({entry.file.camera_owner for entry in found}) > 1
    if several and all(entry.vendor_ids == entry.searches for entry in found):
        return ['same_search = "released id"   # every file has the vendor\'s ids, the same in every log']
    return []


def _title(at: str, found: Sequence[Found], zone: str) -> str:
    """Whose log of which days, on the camera owner's clock."""
    owners = _owners(found)
    if not found:
        return f"{at.replace('-', ' ').title()}: lists, and no log yet"
    logs = " and ".join(sorted({entry.file.log for entry in found}))
    who = owners[0] if len(owners) == 1 else at.replace("-", " ").title()
    more = f" of {len(owners)} camera owners" if len(owners) > 1 else ""
    times = [time for entry in found if entry.searches for time in (entry.first_search, entry.last_search)]
    local = [datetime.fromisoformat(time).astimezone(ZoneInfo(zone)).date() for time in times]
    days = f", {days_between(min(local), max(local))}" if local else ""
    return f"{who}: {logs}{more}{days}"
