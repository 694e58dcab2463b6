"""Lists every searching agency of a place, so that a reader finds their own, and the cited searches of each."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from analysis.agencies.words import read_word_list
from analysis.paths import without_apostrophe
from analysis.places import Place
from analysis.privacy import NOT_SHOWN
from analysis.rows import Shown
from analysis.site.safe import slug

TABLE, COUNTS = "tables/04-every-agency.csv", ("searches", "strict", "core", "broad")

MOST_CITED = 5_000
"""A page lists at most so many cited searches; of more, agencies have no link to their rows."""

CITED = (
    "searching_agency", "agency_state", "local_day", "camera_owner", "reason", "rules", "immigration_tier",
    "source_file", "source_row",
)  # fmt: skip


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a published CSV as text, without the apostrophe before what begins like a formula; none if there is
    no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return [
            {name: without_apostrophe(cell) for name, cell in row.items()} for row in csv.DictReader(file)
        ]


def named(place: Place) -> list[dict[str, Any]]:
    """A line for each agency, with its `anchor`, and `opens` where it is the first of its state; none where a log names
    fewer than two, which nobody has to look for."""
    lines: list[dict[str, Any]] = list(read(place.results / TABLE))
    if len(lines) < 2:
        return []
    before = None
    for line, anchor in zip(lines, anchors(line["searching_agency"] for line in lines)):
        line |= {"anchor": anchor, "opens": line["agency_state"] != before}
        line["is_named"] = NOT_SHOWN[1:] not in line["searching_agency"]
        before = line["agency_state"]
        since, every = line["searches_since_agreement"], line["searches"]
        line["agreement"] = _agreement(line["agreement_signed"], since, every)
    return lines


def anchors(names: Iterable[str]) -> list[str]:
    """An id for each name, none twice."""
    seen: dict[str, int] = {}
    found = []
    for name in names:
        key = slug(name) or "unnamed"
        seen[key] = seen.get(key, 0) + 1
        found.append(f"agency-{key}" + (f"-{seen[key]}" if seen[key] > 1 else ""))
    return found


def _agreement(signed: str, since: str, every: str) -> str:
    """What the agreement was on the days of an agency's searches."""
    if not signed:
        return ""
    day = signed[:10]
    if since == "0":
        return f"{day}, after its last search"
    return f"{day}, before its first search" if since == every else f"{day}, {int(since):,} searches since"


def states(lines: Iterable[dict[str, Any]]) -> list[tuple[str, str, int]]:
    """Each state of the agencies with its name and how many there are, by name; those of none last."""
    names, counts = read_word_list().states, Counter(line["agency_state"] for line in lines)
    found = ((code, names.get(code, code or "no single state"), count) for code, count in counts.items())
    return sorted(found, key=lambda state: (not state[0], state[1]))


def cited(shown: Shown) -> list[dict[str, Any]]:
    """The searches that some definition counts, by agency and day, with an `anchor` at the first of each agency; none
    where there are more than a page holds."""
    searches = shown.searches.where("broad and named")
    if searches.count() > MOST_CITED:
        return []
    order = ["searching_agency", "local_day", "source_file", "source_row"]
    found = shown.rows(searches, CITED).sort_values(order, kind="stable").astype("object")
    lines: list[dict[str, Any]] = found.where(found.notna(), "").to_dict("records")
    names = list(dict.fromkeys(line["searching_agency"] for line in lines))
    first = dict(zip(names, anchors(names)))
    return [{**line, "anchor": first.pop(line["searching_agency"], "")} for line in lines]


_AGENCIES = {
    "searching_agency": "agency",
    "agency_state": "state",
    "searches": "searches",
    "strict": "strict",
    "core": "core",
    "broad": "broad",
    "first_day": "first day",
    "last_day": "last day",
    "networks_most": "most networks",
    "searches_since_agreement": "agreement with ICE",
}
_CITED = ("agency", "state", "day", "cameras of", "reason", "rules", "definition", "record")
"""What the cells of a line are called on a phone, where they are below each other."""


def pages(place: Place, folder: Path, shown: Shown | None, write: Callable[..., None]) -> list[str]:
    """Write the page of all searching agencies, and that of their cited searches where the rows are here; gives their
    names: none for a log of one agency's own searches, which needs none."""
    lines = named(place)
    if not lines:
        return []
    searches = cited(shown) if shown else []
    if searches:
        (folder / "rows").mkdir(exist_ok=True)
        places = {"up": "../../", "home": "../index.html", "trail": "Every search that cited immigration"}
        write(folder / "rows" / "cited.html", "cited", lines=searches, labels=_CITED, wide=True, **places)
    opened = {line["searching_agency"]: line["anchor"] for line in searches if line["anchor"]}
    for line in lines:
        anchor = opened.get(line["searching_agency"]) if line["is_named"] else None
        line["rows"] = f"rows/cited.html#{anchor}" if anchor else ""
    known = {name for line in lines for name, cell in line.items() if cell}
    write(
        folder / "agencies.html",
        "agencies",
        lines=lines,
        labels=[label for name, label in _AGENCIES.items() if name in known or name == "agency_state"],
        states=states(lines),
        known=known,
        example=next((line["searching_agency"] for line in lines if line["is_named"]), ""),
        has_rows=bool(searches),
        wide=True,
        trail="Find your own agency",
    )
    return ["agencies.html", *(["rows/cited.html"] if searches else [])]
