"""Takes the finding of a place from its numbers: its story, one scope, the three totals, agencies and shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from analysis import claims, pages
from analysis.measures import NAMES, formatted, lookup
from analysis.pages import answers
from analysis.places import Place


@dataclass(frozen=True)
class Finding:
    """What a first reader is told: whose cameras, how many rows and distinct searches by how many agencies, and each
    definition."""

    scope: str
    searches: str
    distinct: str
    agencies: str
    lines: tuple[tuple[str, str, str, str, str], ...]  # definition, meaning, searches, share, agencies
    story: str
    figure: Path | None  # the picture of the story, where one was drawn
    alt: str  # its alternative text

    @property
    def none(self) -> bool:
        """Whether no total counts any search, or none is known."""
        return all(line[2] == "0" or line[2].startswith("not known") for line in self.lines[:3])


def finding(place: Place) -> Finding | None:
    """The finding as published; None for a place whose results hold no such numbers."""
    if not (place.results / "numbers.json").is_file():
        return None
    numbers = lookup(pages.open_numbers(place))
    register = claims.load(place)
    scope = claims.main_scope(register, {scope for _, scope in numbers})
    said = {measure: one for (measure, where), one in numbers.items() if where == scope}
    if not {"searches", "distinct_searches", "agencies", "immigration_searches.core"} <= set(said):
        return None
    lines = []
    for name in ("strict", "core", "broad", "dropdown"):
        meaning = NAMES[name].says.partition(": ")[2]
        hits = said[f"immigration_searches.{name}"]
        share = formatted(hits["value"] / hits["denominator"] if hits.get("denominator") else None, "share")
        agencies = formatted(said[f"immigration_agencies.{name}"]["value"])
        lines.append((name, meaning, formatted(hits["value"]), share, agencies))
    owner = (
        place.files[0].camera_owner
        if scope == "all" and len({f.camera_owner for f in place.logs}) == 1
        else ""
    )
    every = "the whole selection" if place.selected else "all logs"
    whose = owner or (every if scope == "all" else scope)
    names = ("searches", "distinct_searches", "agencies")
    searches, distinct, agencies = (formatted(said[name]["value"]) for name in names)
    published = answers.printed(register)
    figure, alt = _figure(place, answers.pictures(published, said))
    story = answers.story(published, said)
    return Finding(whose, searches, distinct, agencies, tuple(lines), story, figure, alt)


def _figure(place: Place, names: Sequence[str]) -> tuple[Path | None, str]:
    """The first of these figures that the place's results hold, with its alternative text."""
    drawn = {one["file"]: one["alt"] for one in pages.open_shown(place) if one["kind"] == "figure"}
    found = next((file for name in names if (file := f"figures/{name}.png") in drawn), None)
    return (place.results / found, drawn[found]) if found else (None, "")
