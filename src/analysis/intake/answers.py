"""What a person says about a release, and the questions that only a person can answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import available_timezones

from analysis import places
from analysis.refused import Refused
from analysis.vendors.recognition import UnknownColumns, refuse_columns


class BadAnswer(Refused):
    """Something said about a release that cannot be used; the message names it and shows the form."""


@dataclass(frozen=True)
class Answers:
    """What a person said about a release; None where they did not.

    `columns` maps unusual column names of the files to ours or to "ignored" (see `vendors.facts.COLUMNS`).
    `confirmed` names the questions to which a person agreed with what the files say.
    """

    released_by: str | None = None
    request: str | None = None
    cameras: str | None = None
    time_zone: str | None = None
    redacted: str | None = None
    log: str | None = None
    own_agency: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    confirmed: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        if self.log and self.log not in places.LOGS:
            raise BadAnswer(f"log {self.log!r} is none of: {', '.join(places.LOGS)}")
        if self.time_zone and self.time_zone not in available_timezones():
            raise BadAnswer(f"time zone {self.time_zone!r} is not known; write it as America/New_York")

    def is_open(self, question: str) -> bool:
        """Whether a question has neither an answer nor a person's consent to what the files say."""
        return not getattr(self, question) and question not in self.confirmed


QUESTIONS = {
    "released_by": "Who released these records?",
    "request": "What are the number and the date of the request for them, if there was one?",
    "cameras": "Whose cameras do these logs record searches of?",
    "time_zone": "In which time zone are this place's days (as America/Chicago)?",
    "redacted": "What did the agency take out or mask before it released them?",
}
"""What no file can tell for certain, in the words in which a person is asked."""

WHERE = {
    "released_by": "by, in [released]",
    "request": "request, in [released]",
    "cameras": "camera_owner, in each [[file]]",
    "time_zone": "time_zone",
    "redacted": "redacted, in [released]",
}
"""Where in source.toml each answer is written."""


def columns(said: str) -> dict[str, str]:
    """What a person said of unknown columns, `<its name>=<ours>` separated by semicolons or commas, as a mapping.

    A comma separates only where something is said on both its sides: a column's name may hold one.
    """
    if said.strip().isdigit():  # a terminal's width, which some systems hand out under the same name
        return {}
    parts = re.split("[;,]", said)
    parts = parts if all("=" in part for part in parts if part.strip()) else said.split(";")
    pairs = [part.rpartition("=") for part in parts if part.strip()]
    if wrong := next((pair for pair in pairs if not pair[0].strip() or not pair[2].strip()), None):
        said = "".join(wrong)
        raise BadAnswer(f"columns: {said!r} does not say what the column is; write 'Its Name=ignored'")
    found = {name.strip(): "_".join(ours.split()).casefold() for name, _, ours in pairs}
    try:
        refuse_columns(found)
    except UnknownColumns as error:
        raise BadAnswer(f"columns: {error}") from None
    return found


def ask(answers: Answers, reply: Callable[[str], str], suggested: Mapping[str, str]) -> Answers:
    """The answers, with those that a person types now. An empty reply accepts what is suggested; without a suggestion
    it leaves the question open."""
    said: dict[str, Any] = {}
    agreed = set(answers.confirmed)
    for key, question in QUESTIONS.items():
        if answers.is_open(key):
            enter = f"Enter: {suggested[key]}" if key in suggested else "Enter leaves it open"
            said[key] = reply(f"{question}\n  ({enter}) ").strip() or None
            agreed |= {key} if not said[key] and key in suggested else set()
    return replace(answers, **said, confirmed=frozenset(agreed))
