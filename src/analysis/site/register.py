"""Shows every published number with its end, its sources, its weak spots and the rows behind it."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from analysis import citation, claims, rows
from analysis.build import dataset
from analysis.pages import marked, published_csv, table_html
from analysis.places import Place
from analysis.site.article import Article
from analysis.site.safe import scrolling, slug

MOST_ROWS, FIRST_ROWS = 2_000, 50
"""A page lists at most so many rows; of longer lists it shows the first so many and says how to see all."""

WEAKEST = 3
"""How many of the weakest claims are at the top of the register."""

_LEFT_OUT_IF_EMPTY = ("source_page", "immigration_kind", "agency_state", "rules")
_UNITS = {
    "searching_agency": "agencies",
    "agency_state": "states",
    "search_key": "searches",
    "camera_owner": "owners",
}


class Register:
    """The claims of one place, as its pages show them. `results` are the rows of claims.csv."""

    def __init__(self, place: Place, results: Sequence[Mapping[str, str]], pages: Sequence[Article]) -> None:
        self.place, self.results = place, results
        self._pages = {page.stem: page for page in pages}
        self._known = {one.id: one for one in claims.load(place)}
        self._worth = claims.worth(results)

    @cached_property
    def entries(self) -> list[dict[str, Any]]:
        """Each claim with all that its entry shows, in the order printed."""
        return [self._entry(row) for row in self.results]

    def weakest(self) -> list[dict[str, Any]]:
        """The claims with most against them, the weakest first; none that nothing speaks against."""
        entries = [one for one in self.entries if one["weaknesses"]]
        return sorted(entries, key=lambda one: -one["weight"])[:WEAKEST]

    def _entry(self, row: Mapping[str, str]) -> dict[str, Any]:
        claim = self._known.get(row.get("id", ""))
        page = self._pages.get(row.get("notebook", "").removesuffix(".ipynb"))
        settled = {"address": _address(row, page), "heading": page.heading} if page else {"address": ""}
        weak = weaknesses(claim, row)
        behind = rows.of_claim(claim, row, self.shown) if claim and self.has_rows else None
        return {
            **row,
            **settled,
            "printed": claims.printed(row),
            "claim": claim,
            "file": Path(claim.file).name if claim else "",
            "weaknesses": [said for _, said in weak],
            "weight": sum(weight for weight, _ in weak),
            "worth": self._worth.get(row.get("id", ""), ""),
            "behind": behind,
            "query": f"claim-{row.get('id', '')}" if behind else "",
            "rows": f"{file_name(row)}.html" if behind else "",
        }

    # The rows behind -------------------------------------------------------------------------------------

    @property
    def has_rows(self) -> bool:
        """Whether the place's rows are here; results alone do not hold them."""
        return dataset.is_built(self.place)

    @cached_property
    def shown(self) -> rows.Shown:
        """The place's rows, opened once."""
        return rows.Shown(self.place)

    def of_numbers(self) -> dict[tuple[str, str], str]:
        """The pages of rows by the measure and scope whose whole number they are behind."""
        with_rows = [(one["claim"], one["rows"]) for one in self.entries if one["rows"]]
        first_last = reversed(with_rows)  # so that the first of several is kept
        return {(claim.measure, claim.scope): page for claim, page in first_last if not claim.among}

    def listed(self, entry: Mapping[str, Any]) -> dict[str, Any]:
        """The list of the rows behind a claim, for a page."""
        behind: rows.Behind = entry["behind"]
        searches = behind.searches(self.shown)
        if behind.by:
            found = self.shown.groups(searches, behind.by)
            if behind.by == "searching_agency":
                found.insert(1, "agency_state", found[behind.by].map(self._states))
            count, unit = len(found), _UNITS.get(behind.by, "values")
        else:
            count, unit = searches.count(), "rows"
            others = [name for name in (*behind.columns, "rules") if name != "local_day"]
            columns = list(dict.fromkeys(others))
            columns.insert(columns.index("searched_at") + 1, "local_day")
            found = self.shown.rows(searches, columns, None if count <= MOST_ROWS else FIRST_ROWS)
        shown = _without_empty(found if count <= MOST_ROWS else found.head(FIRST_ROWS))
        caption = f"{count:,} {unit} behind: {entry['statement']}."
        caption += f" The first {len(shown)} are listed." if len(shown) < count else ""
        if self.place.is_replica:
            caption += " REPLICA: invented records."
        same = [
            name for name in _SAME if name in shown and len(shown) > 1 and shown[name].nunique(False) == 1
        ]
        caption += "".join(f" {_words(name).capitalize()}: {shown[name].iloc[0]}." for name in same)
        listed = shown.drop(columns=same)
        return {
            "count": count,
            "unit": unit,
            "cut": len(shown) < count,
            "sql": behind.sql(),
            "files": [
                citation.of_file(self.place, name) for name in searches.tally("source_file")["source_file"]
            ],
            "code": self._code(behind),
            "labels": [_words(name) for name in listed],
            "table": scrolling(table_html(listed, caption, "stack labelled", _CHOSEN), caption),
            "csv": published_csv(marked(shown, self.place)),
        }

    @cached_property
    def _states(self) -> dict[str, str]:
        """The state of each agency, by its name as printed; none where several agencies are printed alike."""
        lines = self.shown.every_row.tally("searching_agency", "agency_state").dropna()
        named = lines["searching_agency"].map(self.shown.agencies())
        alone = ~named.duplicated(keep=False)
        return dict(zip(named[alone], lines["agency_state"][alone]))

    def _code(self, behind: rows.Behind) -> str:
        """The same in a notebook, without a shell."""
        scope = "" if behind.scope == "all" else f".where(camera_owner={behind.scope!r})"
        more = "".join(f".where({one!r})" for one in behind.filters)
        asked = "every_row" if behind.of_a_file else "searches"
        look = f"by({behind.by!r})" if behind.by else "frame()"
        return (
            "import analysis\n\n"
            f"place = analysis.place({self.place.name!r})\n"
            f"place.{asked}{scope}{more}.behind({behind.measure.name!r}).{look}"
        )


_SAME = ("source_file", "camera_owner", "searching_agency", "agency_state")
"""Columns of which the caption gives the value where it is the same in all rows."""

_CHOSEN = ("camera_owner", "searching_agency", "agency_state", "local_day", "rules", "immigration_tier")
"""Columns by which a reader can filter the rows."""


def _words(column: str) -> str:
    return column.replace("_", " ")


def weaknesses(claim: claims.Claim | None, row: Mapping[str, str]) -> list[tuple[int, str]]:
    """What speaks against resting much on a number, each with a weight: the heaviest is that it differs."""
    found = []
    explanation = row.get("explanation", "")
    if row.get("outcome") == "differs":
        found.append((10, "what was computed differs from what was printed"))
    fits = re.search(r"fits ([^;]+); (.+?) do(?:es)? not", explanation)
    if fits:
        found.append(
            (4, f"how it was counted was not published: it holds as {fits[1]}, and not as {fits[2]}")
        )
    if becomes := row.get("becomes"):
        found.append((4, f"with one thing changed it becomes {becomes}"))
    if claims.can_hardly_fail(row):
        found.append((2, "it can hardly fail: it would hold for nearly any log"))
    if claim is None:
        return found
    if claim.confidence != "high":
        weight = 3 if claim.confidence == "low" else 1
        found.append((weight, f"that the piece said so is of {claim.confidence} confidence"))
    if len(claim.sources) == 1 and claim.confidence != "high":
        found.append((1, "one source carries it"))
    if claim.conflicts:
        found.append((1, "other versions are in circulation, or it is easily misread"))
    if claim.operator == "about":
        found.append((1, "print rounded it, and whatever rounds to it fits"))
    return found


def _without_empty(table: pd.DataFrame) -> pd.DataFrame:
    empty = [
        name for name in _LEFT_OUT_IF_EMPTY if name in table and table[name].replace("", pd.NA).isna().all()
    ]
    return table.drop(columns=empty)


def _address(row: Mapping[str, str], page: Article) -> str:
    """The page, and the step in it whose table of claims holds the statement."""
    statement = html.escape(row.get("statement", ""))
    cells = (cell for cell, table in page.settled if statement in table)
    return next((f"{page.file}#{cell}" for cell in cells), page.file)


def file_name(entry: Mapping[str, Any]) -> str:
    """The page of a claim's rows, below the place's folder, without its ending."""
    return f"rows/{slug(entry.get('id', ''))}"
