"""Says which rows are behind every claim and measure, as a query of rows.db and as searches of the dataset."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis import claims, pages
from analysis.measures import MEASURES, Measure, formatted, lookup
from analysis.opened import Opened
from analysis.places import Place
from analysis.rows.shown import MEANINGS, USUAL, Shown
from analysis.searches.sql import quoted, words
from analysis.searches.table import Searches

VALUES_LISTED = ("distinct", "listed", "largest", "effective", "half")
"""The kinds of measures that are made of the values of a column: behind them is the list of these, with counts."""


@dataclass(frozen=True)
class Behind:
    """The rows behind a number: a measure, whose log, and further conditions on shown columns."""

    measure: Measure
    scope: str = "all"
    filters: tuple[str, ...] = ()

    def sql(self, any_owner: bool = False) -> str:
        """The rows, or the groups, behind the number as one SELECT on the table `searches` of rows.db.

        `any_owner` leaves the camera owner open: the parameter :camera_owner, blank for every log.
        """
        conditions = [*self._conditions(any_owner), *self.filters]
        if any_owner:
            conditions.append("(:camera_owner = '' OR camera_owner = :camera_owner)")
        elif self.scope != "all":
            conditions.append(f"camera_owner = {quoted(self.scope)}")
        one, where = self.measure, "\nWHERE " + "\n  AND ".join(conditions) if conditions else ""
        if self.by:
            most = "\nLIMIT 1" if one.kind == "largest" else ""
            return (
                f"SELECT {self.by}, count(*) AS searches\nFROM searches{where}\nGROUP BY {self.by}\n"
                f"ORDER BY searches DESC, {self.by}{most}"
            )
        if one.kind in ("most", "least"):
            end = "max" if one.kind == "most" else "min"
            word = "\n  AND" if where else "\nWHERE"
            where += f"{word} {one.column} = (SELECT {end}({one.column}) FROM searches{where.replace(chr(10), ' ')})"
        return f"SELECT {', '.join(self.columns)}\nFROM searches{where}\nORDER BY rowid"

    def _conditions(self, any_owner: bool) -> Iterator[str]:
        one, where = self.measure, self.measure.listed_where
        if where != "true":
            yield f"({where})" if " or " in where else where
        if one.counts_searches:
            word = "repeats" if self.scope == "all" else "repeats_in_log"
            if any_owner:
                word = "CASE WHEN :camera_owner = '' THEN repeats ELSE repeats_in_log END"
            yield f"{word} = {int(one.kind == 'beyond')}"
        elif one.kind in VALUES_LISTED:
            yield f"{one.column} IS NOT NULL"

    @property
    def by(self) -> str:
        """The column whose values the number counts or lists; blank where it counts rows."""
        grouped = self.measure.kind in VALUES_LISTED and not self.measure.counts_searches
        return self.measure.column if grouped else ""

    @property
    def columns(self) -> list[str]:
        """The columns of its list of rows."""
        ends = [self.measure.column] if self.measure.kind in ("most", "least") else []
        return list(dict.fromkeys((*USUAL, *self.measure.shows, *ends)))

    def searches(self, opened: Opened) -> Searches:
        """The same, to be asked of the place's dataset."""
        asked = opened.every_row if self.of_a_file else opened.searches
        return self.measure.listed(asked.where(*self.filters), self.scope)

    @property
    def of_a_file(self) -> bool:
        """Whether the number is of the rows of a file, whether or not another file holds the same searches."""
        return any("source_file" in one for one in self.filters)


def counted_once(place: Place, among: Iterable[str] = ()) -> tuple[str, ...]:
    """The condition under which rows are counted, where files hold others' searches again: none for a claim `among` the
    rows of a file, which is about all of these."""
    again = any(file.same_searches_as for file in place.files)
    return ("not in_second_file",) if again and "source_file" not in among else ()


def has_rows(measure: Measure) -> bool:
    """Whether a list of rows can be shown behind a measure: every column that it is made of is one that is shown."""
    asked = set(words(f"{measure.where} {measure.column} {measure.of}"))
    hidden = {"reason_as_released", "released_id", "reason_text"}
    return measure.has_rows and measure.kind not in ("groups", "rest") and not asked & hidden


def query_name(measure: str) -> str:
    """The name of a measure's query; a dot would look like a file's ending in an address."""
    return measure.replace(".", "-")


def of_claim(claim: claims.Claim, end: Mapping[str, str], shown: Shown) -> Behind | None:
    """The rows behind a claim as it ended: those of its measure, or of the first definition that fits.

    None where no rows are behind it, for a claim about a typed reason, because rare reasons are not kept, and for one
    that counts each search once among some of them: rows.db says which row is a search's first among all alone.
    """
    if not claim.measure or end.get("outcome") == "cannot be checked" or "reason" in claim.among:
        return None
    measure = MEASURES.get(_measure(claim, end.get("explanation", "")))
    if measure is None or not has_rows(measure) or (measure.counts_searches and claim.among):
        return None
    names = set(shown.agencies().values()) if "searching_agency" in claim.among else ()
    filters = (*claims.conditions(claim.among, names), *counted_once(shown.place, claim.among))
    return Behind(measure, claim.scope, filters)


def _measure(claim: claims.Claim, explanation: str) -> str:
    """The measure that a claim was compared with, its definition spelled out."""
    fitting = re.search(r"fits ([a-z-]+)", explanation)
    named = fitting[1] if claim.definition == "unpublished" and fitting else claim.definition
    named = {"drop-down": "dropdown", "unpublished": "core"}.get(named, named)
    full = f"{claim.measure}.{named}"
    return full if full in MEASURES else claim.measure


def metadata(chosen: Sequence[Place]) -> dict[str, Any]:
    """What Datasette is told: what each file is, what its columns mean, and a query for every claim and measure."""
    return {
        "title": "The rows behind every number",
        "description": "Choose a place, then a query: its rows are those that the number counts. Nothing here leaves "
        "this machine. Officers and plates are in no row; a reason is shown where it is common and could name nobody, "
        "or where a person has cleared it.",
        "databases": {place.name: _about(place) for place in chosen},
    }


def _about(place: Place) -> dict[str, Any]:
    kind = "REPLICA: invented records. " if place.is_replica else ""
    return {
        "description": f"{kind}{place.title}.",
        "source": str(place.released.get("by", "")),
        "tables": {
            "searches": {
                "description": f"{kind}One row for each released row that is a search. `search_key` is the same for "
                "rows that record the same search; 1 means yes and 0 no. To cite a row: "
                f"python -m analysis cite --place {place.name} and its source_row.",
                "columns": MEANINGS,
                "facets": ["camera_owner", "immigration_tier", "reason_origin"],
                "size": 50,
            },
            "rejected": {
                "description": "Released rows that are no search, and why; of their text times, counts and known "
                "words are left."
            },
            "numbers": {"description": "Every number of results/, with its numerator and denominator."},
            "claims": {"description": "Every published number, and how it ended."},
        },
        "queries": named_queries(place),
    }


def named_queries(place: Place) -> dict[str, dict[str, str]]:
    """One query for each claim that has rows, then one for each measure: {name: {sql, title, description}}."""
    shown = Shown(place)
    ends = {end["id"]: end for end in pages.open_claims(place).to_dict("records")}
    found = {}
    for claim in claims.load(place):
        end = ends.get(claim.id, {})
        if behind := of_claim(claim, end, shown):
            found[f"claim-{claim.id}"] = {
                "title": f"Claim: {claim.says}",
                "description": f"{end['outcome']}: published {claims.printed(end)}, computed {end['computed']}. "
                f"{_reads(behind)} {_kind(place)}",
                "sql": behind.sql(),
            }
    values = lookup(pages.open_numbers(place))
    for name in sorted(
        {name for name, _ in values} & {name for name, one in MEASURES.items() if has_rows(one)}
    ):
        number, behind = values[name, "all"], Behind(MEASURES[name], filters=counted_once(place))
        found[query_name(name)] = {
            "title": f"Measure: {name.replace('_', ' ').replace('.', ', ')}",
            "description": f"All logs: {formatted(number['value'], number['unit'])}: {MEASURES[name].says}. "
            f"{_reads(behind)} {_kind(place)}",
            "sql": behind.sql(any_owner=True),
        }
    found["rows_rejected"] = {
        "title": "Measure: rows rejected",
        "description": f"Released rows that are not among the searches, and why. {_kind(place)}",
        "sql": "SELECT source_file, source_row, source_page, why, text FROM rejected ORDER BY rowid",
    }
    return found


def _kind(place: Place) -> str:
    return "REPLICA: invented records." if place.is_replica else ""


def _reads(behind: Behind) -> str:
    """How the rows of a query make its number."""
    kind = behind.measure.kind
    if kind in ("share", "ratio", "mean", "largest_share"):
        return "The number was computed from these rows."
    if kind == "largest":
        return "The number is the count beside the first."
    if behind.by:
        return "The number is how many lines there are, or what they list."
    return (
        f"These rows hold it in {behind.measure.column}."
        if kind in ("most", "least")
        else "The number is how many rows there are."
    )
