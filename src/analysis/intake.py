"""Takes released files into a place: copies, recognises, counts and hashes them, and asks what only a person knows.

Nothing that is there is ever overwritten: a second run adds files. What a file tells is written down as learned
from it; what no file can tell stands in `source.toml` as an open question until a person answers it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

import pyarrow.compute as pc

from analysis import agencies, parts, places, sources, states
from analysis.formats import IncompleteDownload, NotASearchAudit, UnknownColumns
from analysis.places import LeftOut, Place, ReleasedFile, Waiting
from analysis.readers import UnreadableFile, archives

NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NOT_SAID = "(camera owner not said)"
"""What stands for a camera owner whom neither the files nor a person named."""


class BadPlaceName(Exception):
    """A name that no folder of a place should have; the message shows one that would do."""


class BadAnswer(Exception):
    """Something said about a release that cannot be used; the message names it and shows the form."""


class WouldOverwrite(Exception):
    """A file of that name is in the place already, with other content; nothing was copied."""


class NothingToTake(Exception):
    """No file given is a search audit; the message says of each file why not."""


@dataclass(frozen=True)
class Answers:
    """What a person said about a release; None where they did not.

    `columns` maps unusual column names of the files to ours or to "ignored" (see formats/flock.toml).
    """

    by: str | None = None
    request: str | None = None
    cameras: str | None = None
    time_zone: str | None = None
    redacted: str | None = None
    log: str | None = None
    own_agency: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)


QUESTIONS = {
    "by": "Who released these records?",
    "request": "What are the number and the date of the request for them, if there was one?",
    "cameras": "Whose cameras do these logs record searches of?",
    "time_zone": "In which time zone are this place's days (as America/Chicago)?",
    "redacted": "What did the agency take out or mask before it released them?",
}
"""What no file can tell for certain, in the words in which a person is asked."""

_WHERE = {
    "by": "by, in [released]",
    "request": "request, in [released]",
    "cameras": "camera_owner, in each [[file]]",
    "time_zone": "time_zone",
    "redacted": "redacted, in [released]",
}


@dataclass(frozen=True)
class Found:
    """What one file told: its entry for source.toml, and what a reader of the release would ask of it.

    `ids` are distinct ids of the export's own, `vendor_ids` the searches that have an id of the vendor's.
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


@dataclass(frozen=True)
class Taken:
    """What came of a release: files now in the place, files already there, lists kept beside them, files left out."""

    place: str
    found: tuple[Found, ...]
    known: tuple[str, ...]
    lists: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    open_questions: tuple[str, ...]
    is_new: bool


def take(
    at: str,
    given: Sequence[Path],
    answers: Answers | None = None,
    today: date | None = None,
    top: Path | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Taken:
    """Take files and folders into data/raw/<at>/ and describe them in its source.toml.

    Without `given`, the files that lie in the place's own folder are taken. Files are copied byte for byte under
    the path that they have inside the folder given. A file that is there already (by checksum) is skipped. Raises
    `BadPlaceName`, `WouldOverwrite`, `NothingToTake`; in each case nothing was written.
    """
    top, answers = top or places.root(), answers or Answers()
    _refuse_wrong(answers)
    if not NAME.fullmatch(at):
        raise BadPlaceName(f"{at!r} cannot be a place's name; write it as {_slug(at)!r}")
    folder = top / "data" / "raw" / at
    place = places.find(at, top) if (folder / "source.toml").is_file() else None
    with tempfile.TemporaryDirectory(prefix="analysis-") as unpacked:
        arrived = list(_arrived(given or [folder], folder))
        files, broken = _unpacked(arrived, Path(unpacked))
        return _take(at, folder, place, files, broken, answers, today, say)


def _take(
    at: str,
    folder: Path,
    place: Place | None,
    arrived: Sequence[Arrived],
    broken: Sequence[LeftOut],
    answers: Answers,
    today: date | None,
    say: Callable[[str], None],
) -> Taken:
    known = {file.sha256: file.name for file in place.files} if place else {}
    fresh, again = _fresh(arrived, known)
    waits = place.waiting if place else ()
    read = [_inspected(one, checksum, answers, waits, say) for one, checksum in fresh]
    found = [one for one in read if isinstance(one, Found)]
    left = [*broken, *(one for one in read if isinstance(one, LeftOut))]
    lists, left = _lists(left, {one.name: one.path for one, _ in fresh})
    if not found and not again:
        raise NothingToTake(_why_nothing(at, left, lists))
    _refuse_overwriting(folder, [(one.file.name, one.path, one.file.sha256) for one in found])
    for name, path in [*((one.file.name, one.path) for one in found), *lists]:
        _copy(path, folder / name)
    questions = _open_questions(answers, found)
    text = _appended(place, found, left) if place else _new(at, found, left, answers, questions, today)
    _put(folder / "source.toml", text)
    places.find(at, folder.parents[2])
    return Taken(
        at, tuple(found), tuple(again), tuple(name for name, _ in lists), tuple(left),
        place.open_questions if place else tuple(questions), place is None,
    )  # fmt: skip


def _refuse_wrong(answers: Answers) -> None:
    if answers.log and answers.log not in places.LOGS:
        raise BadAnswer(f"log {answers.log!r} is none of: {', '.join(places.LOGS)}")
    if answers.time_zone and answers.time_zone not in available_timezones():
        raise BadAnswer(f"time zone {answers.time_zone!r} is not known; write it as America/New_York")


def columns(said: str) -> dict[str, str]:
    """What a person said of unknown columns, `<its name>=<ours>` parted by semicolons, as a mapping."""
    pairs = [part.rpartition("=") for part in said.split(";") if part.strip()]
    wrong = next((pair for pair in pairs if not pair[0].strip() or not pair[2].strip()), None)
    if wrong:
        raise BadAnswer(
            f"columns: {''.join(wrong)!r} does not say what the column is; write 'Its Name=ignored'"
        )
    return {name.strip(): ours.strip() for name, _, ours in pairs}


def ask(answers: Answers, reply: Callable[[str], str]) -> Answers:
    """The answers with those added that a person gives now; an empty reply leaves a question open."""
    said: dict[str, Any] = {}
    for key, question in QUESTIONS.items():
        if not getattr(answers, key):
            said[key] = reply(f"{question} (Enter leaves it open) ").strip() or None
    return replace(answers, **said)


# Files that arrived -----------------------------------------------------------------------------------------

_CLUTTER = re.compile(r"\.|~\$|Thumbs\.db$|desktop\.ini$|source\.toml$", re.I)


@dataclass(frozen=True)
class Arrived:
    """One file of a release: its name inside the place, where it lies, and the archive it came in, if any."""

    name: str
    path: Path
    archive: str = ""


def _arrived(given: Iterable[Path], folder: Path) -> Iterator[Arrived]:
    """Every file given; what a computer leaves lying is passed over."""
    for start in given:
        if not start.exists() and start != folder:
            raise NothingToTake(f"{start} is not there: check the path after FROM=")
        if start.is_file():
            yield Arrived(_plain_name(start.name), start)
            continue
        for parent, folders, names in os.walk(start):
            folders[:] = sorted(
                f for f in folders if not _CLUTTER.match(f) and not _is_ours(parent, f, folder)
            )
            for name in sorted(names):
                path = Path(parent) / name
                if not _CLUTTER.match(name) and path != folder / "README.md":
                    yield Arrived(_plain_name(str(path.relative_to(start))), path)


def _is_ours(parent: str, name: str, folder: Path) -> bool:
    return Path(parent) == folder and name == "reference"


def _plain_name(name: str) -> str:
    """A file's name without signs that no file of a place may have (line ends and the like)."""
    return re.sub(r"[\x00-\x1f\x7f]", "_", name).replace("\\", "/")


def _unpacked(arrived: Sequence[Arrived], folder: Path) -> tuple[list[Arrived], list[LeftOut]]:
    """The files of a release with those inside its ZIPs, unpacked as they are, and the ZIPs that cannot be opened.

    An archive often holds logs of several owners, so each of its files is described by itself. A workbook and a
    single compressed file stay as they came.
    """
    files: list[Arrived] = []
    broken: list[LeftOut] = []
    for number, one in enumerate(arrived):
        try:
            files += _members(one, folder / str(number))
        except UnreadableFile as error:
            broken.append(LeftOut(one.name, sources.sha256(one.path), _without_name(str(error), one.name)))
    return files, broken


def _members(one: Arrived, folder: Path) -> list[Arrived]:
    if not archives.is_archive(one.path):
        return [one]
    folder.mkdir()
    found = []
    for number, member in enumerate(archives.members(one.path, one.name, folder)):
        if member.name == one.name:
            return [one]
        if member.path is not None:
            kept = folder / f"{number}-{Path(member.name).name}"
            shutil.move(member.path, kept)
            found.append(Arrived(re.sub(r"\.zip(?=/)", "", member.name, flags=re.I), kept, one.name))
    return found


def _fresh(
    arrived: Sequence[Arrived], known: Mapping[str, str]
) -> tuple[list[tuple[Arrived, str]], list[str]]:
    """Files whose content is new, each with its checksum, and sentences on those that are here already."""
    fresh: list[tuple[Arrived, str]] = []
    again: list[str] = []
    seen = dict(known)
    for one in arrived:
        checksum = sources.sha256(one.path)
        if checksum in seen:
            again.append(f"{one.name} is here already, as {seen[checksum]}")
        else:
            seen[checksum] = one.name
            fresh.append((one, checksum))
    return fresh, again


def _refuse_overwriting(folder: Path, files: Iterable[tuple[str, Path, str]]) -> None:
    for name, path, checksum in files:
        target = folder / name
        if target.exists() and target != path and sources.sha256(target) != checksum:
            raise WouldOverwrite(
                f"{target.name} is in data/raw/{folder.name}/ already, with other content. Nothing was copied: give "
                "the new file another name, such as the day on which it was released."
            )


def _copy(path: Path, target: Path) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    new = target.with_name(f".{target.name}.new")
    shutil.copyfile(path, new)
    os.replace(new, target)


def _put(path: Path, text: str) -> None:
    """Write source.toml whole or not at all; what could not be read back is never put in place."""
    tomllib.loads(text)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(".source.toml.new")
    new.write_text(text, encoding="utf-8")
    os.replace(new, path)


def _slug(text: str) -> str:
    return "-".join(re.findall(r"[a-z0-9]+", text.casefold())) or "georgia"


# What a file tells ------------------------------------------------------------------------------------------


def _inspected(
    one: Arrived, checksum: str, answers: Answers, waits: Sequence[Waiting], say: Callable[[str], None]
) -> Found | LeftOut:
    """What a file told, or why it is left out. Columns that no export has stop the run: a log would be lost."""
    if checksum in _invented() or "REPLICA" in one.name:
        return LeftOut(
            one.name, checksum, "a replica's file: invented records never stand in a place of records"
        )
    say(f"reading {one.name}")
    blank = ReleasedFile(one.name, checksum, places.LOGS[0], NOT_SAID, columns=answers.columns)
    try:
        release = parts.Release(blank, one.path)
        counts = _counted(release.blocks(lambda table, _: table))
    except UnknownColumns as error:
        raise UnknownColumns(f"{error} With make, add COLUMNS='<its name>=ignored'.") from None
    except (UnreadableFile, NotASearchAudit, IncompleteDownload) as error:
        return LeftOut(one.name, checksum, _without_name(str(error), one.name))
    return _found(one, blank, release.facts[0], counts, answers, waits)


def _invented() -> set[str]:
    """The checksums of every file that this repository invents."""
    return {file.sha256 for place in places.all_places() if place.is_replica for file in place.files}


def _found(
    one: Arrived,
    blank: ReleasedFile,
    facts: Mapping[str, Any],
    counts: Mapping[str, Counter[str]],
    answers: Answers,
    waits: Sequence[Waiting],
) -> Found:
    released = counts["searching_agency_as_released"]
    log, owner, learned = _log_and_owner(one, facts["forms"], released, answers, waits)
    own = answers.own_agency or (_own_agency(owner, released) if log == "network audit" else None)
    file = replace(
        blank, log=log, camera_owner=owner, bytes=one.path.stat().st_size, period=_said_period(one.name),
        own_agency=own,
    )  # fmt: skip
    return Found(
        file, one.path, facts["forms"], facts["records"], facts["searches"], facts["rejected"],
        len(counts["released_id"]), counts["rows"]["with the vendor's id"], facts["first_search"],
        facts["last_search"], facts["notes"], learned,
    )  # fmt: skip


def _without_name(message: str, name: str) -> str:
    return message.removeprefix(f"{name}: ").removeprefix(f"{name}, ")


def _counted(blocks: Iterable[parts.Done]) -> dict[str, Counter[str]]:
    """Rows of each value of the columns that tell agencies and ids, and rows with the vendor's id; missing
    values are not counted."""
    found: dict[str, Counter[str]] = {"searching_agency_as_released": Counter(), "released_id": Counter()}
    rows: Counter[str] = Counter()
    for block in blocks:
        ids = block.searches.column("vendor_id")
        rows["with the vendor's id"] += len(ids) - ids.null_count
        for column, counter in found.items():
            for one in pc.value_counts(block.searches.column(column)).to_pylist():
                if one["values"]:
                    counter[one["values"]] += one["counts"]
    return {**found, "rows": rows}


_NATIVE_NAME = re.compile(
    r"(?P<from>\d{1,2}_\d{1,2}_\d{4})-(?P<to>\d{1,2}_\d{1,2}_\d{4})-(?P<owner>.+?)-(?P<network>Network-)?Audit",
    re.I,
)
_LATER_NAME = re.compile(
    r"(?P<owner>[^/]+?)_(?P<log>Organization|Network)_Audit_(?P<from>\d{4}-\d\d-\d\d)_(?P<to>\d{4}-\d\d-\d\d)",
    re.I,
)
_OFFICES = {"pd", "so", "sd", "isd", "cisd", "dps", "da"}


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
    found = _LATER_NAME.match(base) or _NATIVE_NAME.search(base)
    if found:
        return " ".join(found["owner"].replace("_", " ").split())
    inside = Path(one.name).parent.name
    words = (inside if inside or one.archive else one.path.parent.name).split("-")
    if len(words) > 1 and any(word.upper() in states.names() for word in words):
        shown = (w.upper() if w.upper() in states.names() or w in _OFFICES else w.title() for w in words)
        return " ".join(shown)
    return None


def _said_period(name: str) -> tuple[date, date] | None:
    """The days that a file's name claims to cover, the last one included. Names lie; rows outside are counted."""
    found = _LATER_NAME.search(name) or _NATIVE_NAME.search(name)
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
    one: Arrived, forms: str, released: Counter[str], answers: Answers, waits: Sequence[Waiting]
) -> tuple[str, str, tuple[str, ...]]:
    """The kind of log, whose cameras, and how each was learned."""
    log, how = _log(one, forms, len(released), answers)
    owner, read = _owner(one, log, list(released), answers)
    if not answers.cameras and (awaited := _awaited(owner, log, waits)):
        owner, read = awaited, "the camera owner whose log this place waits for"
    return log, owner, (how, read, f"unpacked from {one.archive}" if one.archive else "")


def _log(one: Arrived, forms: str, agencies_seen: int, answers: Answers) -> tuple[str, str]:
    """The kind of log and how it was learned.

    A portal's form is its own. A native log with one organisation lists its own searches, one with many lists
    others'; the same columns can be either, so the header never decides.
    """
    if answers.log:
        return answers.log, "the kind of log was said"
    if forms.startswith(("TP-", "portal")):
        return "portal audit", "a portal's columns"
    if agencies_seen > 1 or re.search(r"network[-_ ]audit", one.name, re.I):
        return "network audit", f"{agencies_seen:,} agencies searched"
    return "organization audit", "one agency searched"


def _owner(one: Arrived, log: str, released: Sequence[str], answers: Answers) -> tuple[str, str]:
    """The camera owner and how it was learned."""
    if answers.cameras:
        return answers.cameras, "the camera owner was said"
    if log == "organization audit" and len(released) == 1 and released[0] != NOT_SAID:
        return released[0].strip(), "the camera owner is the log's one organisation"
    said = _said_owner(one)
    return said or NOT_SAID, "the camera owner is in the file's or its folder's name" if said else ""


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


def _lists(
    left: Sequence[LeftOut], paths: Mapping[str, Path]
) -> tuple[list[tuple[str, Path]], list[LeftOut]]:
    """Sharing lists and 287(g) lists go into reference/, where the notebooks look for them; the rest stays out."""
    lists, rest = [], []
    for one in left:
        name = Path(one.name).name
        if "sharing list" in one.why:
            lists.append((f"reference/{name}", paths[one.name]))
        elif one.name in paths and _is_agreements(paths[one.name]):
            lists.append((f"reference/{name if '287g' in name else f'287g-{name}'}", paths[one.name]))
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


def _why_nothing(at: str, left: Sequence[LeftOut], lists: Sequence[tuple[str, Path]]) -> str:
    if not left and not lists:
        return (
            f"there is no file to take: put the released files into data/raw/{at}/, or name them with FROM="
        )
    said = [f"  {one.name}: {one.why}" for one in left] + [f"  {name}: no search audit" for name, _ in lists]
    return "none of the files is a search audit that can be read; nothing was written.\n" + "\n".join(said)


# source.toml ------------------------------------------------------------------------------------------------


def _open_questions(answers: Answers, found: Sequence[Found]) -> list[str]:
    owners = sorted({one.file.camera_owner for one in found})
    read = f" The files say: {', '.join(owners)}." if owners and owners != [NOT_SAID] else ""
    return [
        f"{question}{read if key == 'cameras' else ''} Write it in {_WHERE[key]}."
        for key, question in QUESTIONS.items()
        if not getattr(answers, key)
    ]


def _new(
    at: str,
    found: Sequence[Found],
    left: Sequence[LeftOut],
    answers: Answers,
    questions: Sequence[str],
    today: date | None,
) -> str:
    """The text of a new source.toml."""
    state = _state(found)
    zone = answers.time_zone or states.time_zone(state) or "UTC"
    why = (
        ""
        if answers.time_zone
        else "   # suggested by the state; see the open question"
        if state
        else "   # see the open question"
    )
    day = f" on {today}" if today else ""
    asked = "".join(f"  {_text(question)},\n" for question in questions)
    lines = [
        f"# Written by `make place`{day} from the released files themselves. What no file can tell stands below as an",
        "# open question. Write each answer where it says, then delete the question from the list.",
        "",
        f"title     = {_text(_title(at, found))}",
        'kind      = "records"',
        "claims    = []              # names of files in claims/, without .toml, where something was published",
        f"time_zone = {_text(zone)}{why}",
        *([f"state     = {_text(state)}              # of the camera owners"] if state else []),
        *_same_search(found),
        f"open_questions = [\n{asked}]" if questions else "open_questions = []",
        "",
        "[released]",
        f"by       = {_text(answers.by or '')}",
        f"request  = {_text(answers.request or '')}",
        f"redacted = {_text(answers.redacted or '')}",
        'licence  = "none stated"',
        "",
    ]
    return "\n".join(lines) + _entries(found, left)


def _appended(place: Place, found: Sequence[Found], left: Sequence[LeftOut]) -> str:
    """The text of a place's source.toml with the new files at its end; not a letter of it is changed."""
    text = (place.raw / "source.toml").read_text(encoding="utf-8")
    known = {one.sha256 for one in place.left_out}
    return text.rstrip("\n") + "\n" + _entries(found, [one for one in left if one.sha256 not in known])


def _entries(found: Sequence[Found], left: Sequence[LeftOut]) -> str:
    return "".join(map(_file_entry, found)) + "".join(map(_left_entry, left))


def _file_entry(one: Found) -> str:
    file = one.file
    how = "; ".join(filter(None, one.learned))
    lines = [
        "",
        "[[file]]",
        f"name         = {_text(file.name)}",
        f"sha256       = {_text(file.sha256)}",
        f"bytes        = {file.bytes}",
        f"log          = {_text(file.log)}   # {how}",
        f"camera_owner = {_text(file.camera_owner)}",
    ]
    if file.own_agency:
        lines.append(f"own_agency   = {_text(file.own_agency)}   # the camera owner's own police")
    if file.period:
        first, last = file.period
        lines.append(f'period       = ["{first}", "{last}"]   # as the file\'s name says')
    if file.columns:
        mapped = ", ".join(f"{_text(name)} = {_text(ours)}" for name, ours in file.columns.items())
        lines.append(f"columns      = {{ {mapped} }}")
    return "\n".join(lines) + "\n"


def _left_entry(one: LeftOut) -> str:
    return f"\n[[left_out]]\nname   = {_text(one.name)}\nsha256 = {_text(one.sha256)}\nwhy    = {_text(one.why)}\n"


def _text(value: str) -> str:
    """A TOML string: JSON writes the same, once signs that TOML forbids are spelt out."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _state(found: Sequence[Found]) -> str | None:
    """The one state of all camera owners, where their names hold it."""
    owners = sorted({one.file.camera_owner for one in found} - {NOT_SAID})
    told = set(agencies.resolve(owners)["state"].dropna()) if owners else set()
    return str(told.pop()) if len(told) == 1 else None


def _same_search(found: Sequence[Found]) -> list[str]:
    """The line that says how one search is told from another, where the files show that the usual way is not best.

    The vendor's id is the same in every log. So it decides where every row has one, and must not where files of
    the same days differ in having ids: a search would then be told from itself.
    """
    times = [(one.first_search, one.last_search, bool(one.ids)) for one in found if one.searches]
    if any(a[2] != b[2] and a[0] <= b[1] and b[0] <= a[1] for a, b in combinations(times, 2)):
        return ['same_search = "rule"      # files of the same days, some with ids and some without']
    several = len({one.file.camera_owner for one in found}) > 1
    if several and all(one.vendor_ids == one.searches for one in found):
        return ['same_search = "released id"   # every file has the vendor\'s ids, the same in every log']
    return []


def _title(at: str, found: Sequence[Found]) -> str:
    owners = sorted({one.file.camera_owner for one in found} - {NOT_SAID})
    logs = " and ".join(sorted({one.file.log for one in found}))
    who = owners[0] if len(owners) == 1 else at.replace("-", " ").title()
    more = f" of {len(owners)} camera owners" if len(owners) > 1 else ""
    times = [one for one in found if one.searches]
    days = ""
    if times:
        days = (
            f", {min(t.first_search for t in times)[:10]} to {max(t.last_search for t in times)[:10]} (UTC)"
        )
    return f"{who}: {logs}{more}{days}"


# What a person sees -----------------------------------------------------------------------------------------


def shown(taken: Taken) -> str:
    """What came of a release, in lines for a terminal: each file, what was left out, what is open, what comes next."""
    lines = [f"data/raw/{taken.place}/", *map(_file_line, taken.found)]
    lines += [f"  {sentence}" for sentence in taken.known]
    lines += [f"  {name}: kept as a list beside the logs" for name in taken.lists]
    if taken.left_out:
        lines += ["", "Not read, and listed in source.toml with a checksum:"]
        lines += [f"  {one.name}: {one.why}" for one in taken.left_out]
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
        f"{total:,} records in {len(taken.found):,} new files: {kept:,} searches, {total - kept:,} set aside.",
        f"Next: make PLACE={taken.place}",
    ]
    return "\n".join(lines)


MANY_ASIDE = 0.01  # of a file's records: more than this was set aside in no sound export seen


def _file_line(one: Found) -> str:
    ids = f", {one.ids:,} distinct ids" if one.ids else ""
    ends = [moment[:16].replace("T", " ") for moment in (one.first_search, one.last_search)]
    days = f", {ends[0]} to {ends[1]} UTC" if one.searches else ""
    notes = f"\n    {one.notes}" if one.notes else ""
    if one.rejected > MANY_ASIDE * one.records:
        notes += f"\n    LOOK: {one.rejected:,} of its records are no readable search; make PLACE=… says of each why"
    return (
        f"  {one.file.name}\n    {one.forms}, {one.file.log} of {one.file.camera_owner}: {one.records:,} records, "
        f"{one.searches:,} searches{ids}{days}{notes}"
    )
