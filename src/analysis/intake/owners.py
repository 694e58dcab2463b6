"""Learns from a file of a release, its name and its cells, which kind of log it is and whose cameras it is about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from analysis import agencies
from analysis.intake.answers import Answers
from analysis.intake.arrivals import Arrived
from analysis.places import Waiting, states
from analysis.privacy import agency_names
from analysis.vendors import all_vendors
from analysis.vendors.masks import is_name, is_number_only
from analysis.vendors.recognition import family_of

_OFFICES = {"pd", "so", "sd", "isd", "cisd", "dps", "da"}
_POLICE = {"pd", "police", "department", "dept"}
_ENGLISH = {"al", "de", "hi", "id", "in", "la", "ma", "me", "ms", "oh", "ok", "or", "pa"}
"""Codes of states that are words too: they are codes beside an office alone."""
_NO_OWNER = {
    "alpr", "audit", "audits", "data", "export", "files", "flock", "foia", "log", "logs", "lpr", "network",
    "organization", "records", "release", "released", "request", "search", "searches",
}  # fmt: skip
"""Words of folders that are called by what they hold."""


@dataclass(frozen=True)
class Learned:
    """The kind of log, the camera owner or None, how each was learned, and why the kind is only a guess, if it is."""

    log: str
    camera_owner: str | None
    how: tuple[str, ...]
    doubt: str


def learned(
    file: Arrived, forms: str, cells: Sequence[str], answers: Answers, waiting: Sequence[Waiting]
) -> Learned:
    """What a file's name, its layout (`forms`) and its cells of searching agencies tell, and what a person said."""
    names = [cell for cell in cells if is_name(cell)]
    log, how, doubt = _log(file, forms, cells, names, answers)
    owner, read = _owner(file, log, names, answers)
    if owner and not answers.cameras:
        # An owner that the place waits for, whose every word is in the name that the file gives.
        words = set(agencies.key(owner).split())
        fits = [
            entry.camera_owner
            for entry in waiting
            if entry.log == log and set(agencies.key(entry.camera_owner).split()) <= words
        ]
        if len(fits) == 1:
            owner, read = fits[0], "the camera owner whose log this place waits for"
    return Learned(log, owner, (how, read, f"unpacked from {file.archive}" if file.archive else ""), doubt)


def _log(
    file: Arrived, forms: str, cells: Sequence[str], names: Sequence[str], answers: Answers
) -> tuple[str, str, str]:
    """The kind of log, how it was learned, and why that is only a guess, if it is.

    A portal's layout is its own. A native log with one organization lists its own searches, one with many lists
    others'; the same columns can be either, so the header never decides. A mask is no agency. Where the cells name
    none, or say otherwise than the file's name, a person is asked.
    """
    if answers.log:
        return answers.log, "the kind of log was said", ""
    family = family_of(forms.partition("; ")[0])
    if family and family.log:
        return family.log, f"a {family.log.removesuffix(' audit')}'s columns", ""
    claimed = re.search(r"(network|organi[sz]ation)[-_ ]audit", file.name, re.I)
    by_name = claimed and ("network audit" if claimed[1].lower() == "network" else "organization audit")
    if numbers := sum(map(is_number_only, cells)):
        many = f"{numbers:,} organizations known by number only"
        return "network audit", many, f"{many}; a collector's download may hold rows of several logs"
    if not names:
        usual = "network audit" if cells else family.usual_log if family else "organization audit"
        return by_name or usual, "no row names an agency", "" if by_name else "no row names an agency"
    if len(names) == 1:
        return by_name or "organization audit", "one agency searched", ""
    many = f"{len(names):,} agencies searched"
    contradicted = by_name == "organization audit"
    return "network audit", many, f"{many}, and the file's name says {by_name}" if contradicted else ""


def _owner(file: Arrived, log: str, names: Sequence[str], answers: Answers) -> tuple[str | None, str]:
    """The camera owner and how it was learned; None where neither the files nor a person named it."""
    if answers.cameras:
        return answers.cameras, "the camera owner was said"
    # A person's name that was typed there is printed nowhere.
    if log == "organization audit" and len(names) == 1 and agency_names(names)[names[0]] == names[0]:
        return names[0].strip(), "the camera owner is the log's one organization"
    named = _owner_in_name(file)
    return named, "the camera owner is in the file's or its folder's name" if named else ""


def _as_vendors_name(name: str) -> re.Match[str] | None:
    """A file's name as some vendor's exports are called, with its owner and its days."""
    patterns = (pattern for vendor in all_vendors() for pattern in vendor.file_names)
    return next(filter(None, (re.search(pattern, name, re.I) for pattern in patterns)), None)


def _owner_in_name(file: Arrived) -> str | None:
    """The camera owner that a file's name or its folder's names, as the vendor and its portal write them."""
    base = re.sub(r"^(masked|redacted)-", "", Path(file.name).name, flags=re.I)
    if found := _as_vendors_name(base):
        return " ".join(found["owner"].replace("_", " ").split())
    inside = Path(file.name).parent.name
    words = (inside if inside or file.archive else file.path.parent.name).casefold().split("-")
    codes = {w for w in words if w.upper() in states.names() and (w not in _ENGLISH or _OFFICES & {*words})}
    if len(words) > 1 and codes and not any(w in _NO_OWNER or w.isdigit() for w in words):
        return " ".join(w.upper() if w in codes or w in _OFFICES else w.title() for w in words)
    return None


def period(name: str) -> tuple[date, date] | None:
    """The days that a file's name claims to cover, the last one included. Names lie; rows outside are counted."""
    found = _as_vendors_name(name)
    if found is None:
        return None
    days = (found["from"], found["to"])
    try:
        first, last = (
            datetime.strptime(day, "%Y-%m-%d" if "-" in day else "%m_%d_%Y").date() for day in days
        )
    except ValueError:
        return None
    # A month's export may be named to the first of the next.
    if first.day == 1 and last.day == 1 and last > first:
        last -= timedelta(days=1)
    return (first, last) if first <= last else None


def own_agency(owner: str, released: Sequence[str]) -> str | None:
    """The camera owner's own police among the searching agencies: its very name, or the only one that adds no more
    to it than a state and a word for police."""
    seen = set(agencies.resolve(released)["agency"])
    own = str(agencies.resolve([owner])["agency"].iloc[0])
    if own in seen:
        return own
    words = set(agencies.key(owner).split())
    more = _POLICE | {code.casefold() for code in states.names()}
    fits = [name for name in seen if words <= {*agencies.key(name).split()} <= words | more]
    return fits[0] if len(fits) == 1 else None
