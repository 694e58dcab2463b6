"""Writes a place's tip sheet: findings for a local reporter, each with its number, a caveat and whom to ask what."""

from __future__ import annotations

import csv
import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from analysis import build, claims, files, pages
from analysis.measures import Number, formatted, measure, numbers_in
from analysis.pages import REPLICA, plain
from analysis.pages.answers import first_known
from analysis.places import Place, states
from analysis.tips.declared import ABOUT, OWNER, SEARCHERS, TIPS

MOST, MOST_AGENCIES = 10, 25
"""So many findings a sheet has at most, and so many agencies of the place's state."""

NAME = "tip-sheet.md"


@dataclass(frozen=True)
class Finding:
    """A tip as printed. `counted` is its number by the register, with denominator, share and meaning; `page` the
    notebook that computed it."""

    measure: str
    finds: str
    counted: str
    caveat: str
    asks: str
    whom: str
    page: str


@dataclass(frozen=True)
class Sheet:
    """All that a tip sheet says, as plain text."""

    place: Place
    about: tuple[str, ...]
    findings: tuple[Finding, ...]
    agencies: tuple[Mapping[str, str], ...]
    state: str
    law: str
    request: str
    score: str

    @property
    def title(self) -> str:
        """The first line, which says where the records are invented."""
        marked = " (invented records, not for print)" if self.place.is_replica else ""
        return f"Tip sheet{marked}: {self.place.title}"


def sheet(place: Place) -> Sheet:
    """The tip sheet of a place that has results: its numbers are those published, and what is not known is left out."""
    numbers = numbers_in("all", pages.open_numbers(place))
    owners = sorted({file.camera_owner for file in place.logs if file.camera_owner})
    owner = owners[0] if len(owners) == 1 else ""
    outsiders = any(file.log == "network audit" for file in place.logs)
    whom = {OWNER: owner, SEARCHERS: "" if outsiders else owner}
    ends = pages.open_claims(place).to_dict("records")
    about = (
        REPLICA if place.is_replica else "",
        plain(place.selection),
        plain(build.said_of_copies(place)),
        first_known(
            ABOUT,
            numbers,
        ),
    )
    law = states.table().get(place.state or "")
    return Sheet(
        place,
        tuple(filter(None, about)),
        tuple(_findings(place, numbers, whom))[:MOST],
        tuple(_agencies(place)),
        law.name if law else "",
        f"In {law.name}, address it to the {law.officer or 'custodian of public records'}." if law else "",
        _request(place, owner, numbers),
        claims.score(place, ends) if ends else "",
    )


def _findings(place: Place, numbers: Mapping[str, Number], whom: Mapping[str, str]) -> Iterator[Finding]:
    for tip in TIPS:
        one = numbers.get(tip.measure, {"value": None})
        finds = first_known(tip.finds, numbers) if one["value"] is not None else ""
        if finds:
            caveat = first_known(tip.caveat, numbers)
            named = whom.get(tip.whom) or tip.whom
            asks = first_known(tip.asks, numbers)
            yield Finding(tip.measure, finds, _counted(place, one), caveat, asks, named, one["notebook"])


def _counted(place: Place, one: Number) -> str:
    whole, shown = one.get("denominator"), formatted(one["value"], one["unit"])
    if whole:
        share = "" if place.selected else f" ({formatted(one['value'] / whole, 'share')})"
        shown = f"{shown} of {whole:,}{share}"
    return f"{shown}: {measure(one['measure']).says}"


def _agencies(place: Place) -> Iterator[Mapping[str, str]]:
    """The agencies of the place's state behind the immigration searches, as published."""
    path = place.results / "tables" / "05-agencies.csv"
    if place.state and path.is_file():
        with path.open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row.get("agency_state") == place.state]
        yield from rows[:MOST_AGENCIES]


def _request(place: Place, owner: str, numbers: Mapping[str, Number]) -> str:
    """The command that writes the letter for the days after the log's last."""
    last = numbers.get("last_day", {}).get("value")
    said = {"STATE": place.state, "AGENCY": "" if place.is_replica else owner}
    if last and not place.is_replica:
        said["FIRST"] = str(date.fromisoformat(last) + timedelta(days=1))
    return " ".join(["make request", *(f"{key}={shlex.quote(text)}" for key, text in said.items() if text)])


def write(place: Place) -> None:
    """Write results/<place>/tip-sheet.md from the place's published results."""
    files.write(place.results / NAME, markdown(sheet(place)).encode())


def markdown(found: Sheet) -> str:
    """A sheet as Markdown, in which no text of a log is markup."""
    name = found.place.name
    parts = [
        f"# {plain(found.title)}",
        *found.about,
        f"For reporters. Every number is in [`numbers.json`](numbers.json) under the name in code, with its SQL. "
        f"`python -m analysis explain <name> --place {name}` says what it is and which rows are behind it. Ask before "
        "you print: a log shows that a search was made, not why, and not what came of it.",
    ]
    if found.score:
        parts.append(f"What was published about it, and how it ended: {found.score} ([all](claims.csv)).")
    for at, one in enumerate(found.findings, 1):
        parts += [
            f"## {at}. {one.finds}",
            f"- **The number.** `{one.measure}`: {one.counted}. [Where it was counted]({one.page}.ipynb).\n"
            f"- **Before you print it.** {one.caveat}\n"
            f"- **Ask** {plain(one.whom)}: {one.asks}",
        ]
    if found.agencies:
        mark = " (invented)" if found.place.is_replica else ""
        lines = [
            f"| {plain(row['searching_agency'])} | {int(row['searches']):,} | {int(row['all_searches']):,} |"
            for row in found.agencies
        ]
        parts += [
            f"## Agencies of {found.state} behind the immigration searches{mark}",
            "\n".join(
                ["| agency | immigration searches (core) | all its searches |", "|---|--:|--:|", *lines]
            ),
            "Agencies of other states, and all others: [`05-agencies.csv`](tables/05-agencies.csv).",
        ]
    parts += ["## The next request", f"{found.law} This writes the letter:".strip(), f"    {found.request}"]
    return "\n\n".join(parts) + "\n"
