"""Declares measures, each once: the number of every scope, its denominator, its rows, its SQL, why it is not known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

from analysis.measures.needs import NEEDS, why_not
from analysis.measures.numbers import Number, number
from analysis.refused import Refused
from analysis.searches.sql import one_of, quoted
from analysis.searches.table import Searches
from analysis.wording import near

Asked = TypeVar("Asked", bound=Searches)

KINDS = (
    "rows", "distinct", "beyond", "listed", "groups", "largest", "rest", "largest_share", "effective", "half", "share",
    "ratio", "mean", "quantile", "most", "least", "computed",
)  # fmt: skip

LEAST_OF_RATIO = 10
"""A ratio to fewer than so many is not given: one more or less would change it by a tenth and more."""


class UnknownMeasure(Refused):
    """A name that is no measure's; the message names the nearest."""


@dataclass(frozen=True)
class Measure:
    """One number over the searches for which `where` holds.

    `kind` is one of `KINDS`: "rows" counts the searches, "distinct" the values of `column`, "beyond" the rows beyond
    the first of each value; "listed" names the values; "groups" counts the values of which all rows together meet the
    SQL condition `having`. "largest" counts the rows of the commonest value, "rest" those of all others,
    "largest_share" is its share. "effective" is how many values of equal size would be as concentrated (the inverse of
    Simpson's index: 1 over the sum of squared shares), "half" how many of the commonest make half of the rows. "most",
    "least", "mean" and "quantile" are of `column`; "share" is a share of the rows of `of`, and "ratio" a number for
    each row of `of` (for each value of `column`, where there is one). "computed" is none of these: a function of its
    own makes it.

    `of` are the rows that make the denominator (of "groups": the condition that all its rows together meet). `also` is
    a column that lists further values, which no row need hold. `needs` are names of `needs.NEEDS`, in the order in
    which they are said; `without` is the one that is said where there is no value. `only_all` measures have no number
    for each camera owner, and one with `if_any` none where it would be 0. `shows` are columns worth seeing in the rows
    behind it.
    """

    name: str
    kind: str
    says: str
    unit: str
    where: str = "true"
    column: str = ""
    of: str = ""
    having: str = ""
    also: str = ""
    needs: tuple[str, ...] = ()
    without: str = ""
    only_all: bool = False
    if_any: bool = False
    quantile: float = 0.5
    shows: tuple[str, ...] = ()

    @property
    def has_rows(self) -> bool:
        """Whether rows of the searches are behind the number."""
        return self.kind != "computed"

    @property
    def with_others(self) -> str:
        """How many values there are with those of `also`, as an SQL aggregate; blank where there are no others."""
        values = f"list(distinct {self.column}) filter ({self.where})"
        return f"len(list_distinct(list_concat({values}, any_value({self.also}))))" if self.also else ""

    def rows(self, searches: Asked, scope: str = "all") -> Asked:
        """The searches behind the number of a scope; of a greatest or least value, those that hold it."""
        found = in_scope(searches, scope).where(self.where)
        if self.column == "search_key" and self.kind == "beyond":
            return _repeating(searches, found, scope)
        if self.kind in ("most", "least"):
            end = "max" if self.kind == "most" else "min"
            value = found.rows(f"select {end}({self.column})::varchar from searches")[0][0]
            return found.where("false" if value is None else f"({self.column})::varchar = {quoted(value)}")
        return found

    @property
    def listed_where(self) -> str:
        """What the rows listed behind the number meet: both sides of a ratio, and all of which it is a share."""
        return {"ratio": f"{self.where} or {self.of}", "largest_share": self.of}.get(self.kind, self.where)

    @property
    def counts_searches(self) -> bool:
        """Whether the number is of searches, each counted once: then the rows listed are the first of each, or those
        beyond it."""
        return self.column == "search_key" and self.where == "true" and self.kind in ("distinct", "beyond")

    def listed(self, searches: Asked, scope: str = "all") -> Asked:
        """The searches that are listed behind the number: those of `rows`, or those from which it was computed."""
        if self.counts_searches and self.kind == "distinct":
            return _repeating(searches, in_scope(searches, scope), scope, "not ")
        if self.listed_where != self.where:
            return in_scope(searches, scope).where(self.listed_where)
        return self.rows(searches, scope)

    def select(self, scope: str = "all") -> str:
        """One SQL query on the table `searches` for the value of a scope."""
        owner = "true" if scope == "all" else f"camera_owner = {quoted(scope)}"
        among, all_of = f"filter ({self.where})", self.of or "true"
        named = f"filter (({self.where}) and {self.column} is not null)"
        groups = self._grouped(owner, self.having)
        sides = [
            f"count({f'distinct {self.column}' if self.column else '*'}) filter ({sql})"
            for sql in (self.where, all_of)
        ]
        value = {
            "rows": f"count(*) {among}",
            "distinct": self.with_others or f"count(distinct {self.column}) {among}",
            "beyond": f"count({self.column}) {among} - count(distinct {self.column}) {among}",
            "listed": f"coalesce(list_sort(list(distinct {self.column}) {named}), [])",
            "groups": f"coalesce(max((select count(*) from {groups})), 0)",
            "largest": f"coalesce(max((select max(n) from {groups})), 0)",
            "rest": f"count(*) filter ({all_of}) - (select coalesce(max(n), 0) from {groups})",
            "largest_share": f"(select coalesce(max(n), 0) from {groups}) / nullif(count(*) filter ({all_of}), 0)",
            "share": f"count(*) {among} / nullif(count(*) filter ({all_of}), 0)",
            "ratio": f"case when {sides[1]} >= {LEAST_OF_RATIO} then {sides[0]} / {sides[1]} end",
            "effective": f"max((select {EFFECTIVE} from {groups}))",
            "half": f"max((select {HALF} from {running('', groups)}))",
            "quantile": f"quantile_disc({self.column}, {self.quantile}) {among}",
            "mean": f"avg({self.column}) {among}",
            "most": f"max({self.column}) {among}",
            "least": f"min({self.column}) {among}",
        }[self.kind]
        value = f"trunc({value})::bigint" if self.unit == "days" else value
        known = " and ".join(f"({NEEDS[need].holds})" for need in self.needs if NEEDS[need].holds)
        value = f"case when {known} then {value} end" if known else value
        return f"select {value} as value from searches where {owner}"

    def _grouped(self, condition: str, having: str) -> str:
        """The values of the column with their rows, as an SQL table, of those searches that meet a condition too."""
        among = f"{condition} and ({self.where})"
        groups = f"select count(*) as n from searches where {among} group by {self.column or 'true'}"
        return f"({groups} having {having})" if having else f"({groups})"

    def number(self, scope: str, found: dict[str, Any], missing: frozenset[str]) -> Number:
        """The number of a scope from its aggregates (`computing.numbers`), or why it is not known."""
        if because := why_not(self.needs, missing):
            return number(self.name, scope, None, self.unit, because=because)
        rows, of = found.get("rows", 0), found.get("of")
        if self.kind == "rest":
            rows = of - found["largest"]
        elif self.kind in ("largest", "largest_share"):
            rows = found["largest"]
        elif self.kind == "groups":
            rows = found["groups"]
        elif self.kind == "mean":
            rows, of = found["sum"], found["rows"]
        parts = {"numerator": rows, "denominator": of} if of is not None else {}
        if self.kind in ("share", "largest_share", "mean", "ratio"):
            if of and (self.kind != "ratio" or of >= LEAST_OF_RATIO):
                return number(self.name, scope, rows / of, self.unit, **parts)
            kept = parts if self.kind == "ratio" else {}
            return number(
                self.name, scope, None, self.unit, because=NEEDS[self.without or "share"].because, **kept
            )
        value = (
            rows if self.kind in ("rows", "rest", "largest") else found.get("with_others", found[self.kind])
        )
        if value is None:
            return number(
                self.name, scope, None, self.unit, because=NEEDS[self.without or "searches"].because
            )
        return number(self.name, scope, int(value) if self.unit == "days" else value, self.unit, **parts)


EFFECTIVE = "sum(n) * sum(n) / sum(n * n)"
HALF = "nullif(count(*) filter (2 * before < every_row), 0)"
"""SQL aggregates of the table of values and their rows `n`; for `HALF` it is `running`."""


def running(by: str, groups: str) -> str:
    """Such a table with the rows of the commoner values `before` each, and of all in `every_row`; `by` are columns that
    keep several such tables apart."""
    split = f"partition by {by} " if by else ""
    return (
        f"(select *, sum(n) over ({split}order by n desc rows unbounded preceding) - n as before, "
        f"sum(n) over ({split.strip()}) as every_row from {groups})"
    )


MEASURES: dict[str, Measure] = {}
"""The register: every measure by name."""


def declare(name: str, kind: str, says: str, unit: str, **more: Any) -> None:
    """Add a measure to the register; `more` are further fields of `Measure`."""
    if name in MEASURES or kind not in KINDS:
        raise ValueError(f"{name} is declared twice, or {kind} is no kind; a measure is declared once")
    unknown = {*more.get("needs", ()), more.get("without", "searches")} - set(NEEDS)
    if unknown:
        raise ValueError(f"{name} needs {sorted(unknown)}, which measures/needs.py does not say")
    MEASURES[name] = Measure(name, kind, says, unit, **more)


def _repeating(searches: Asked, found: Asked, scope: str, negated: str = "") -> Asked:
    """Of the searches found among others, the rows beyond the first of each search, or the first ones.

    Which row is the first is said of all searches: where only some were asked about, it is said of a copy of these.
    """
    if searches.filters:
        return found.kept("*").where(f"{negated}repeats")
    return found.where(f"{negated}{'repeats' if scope == 'all' else 'repeats_in_log'}")


def stem(name: str) -> str:
    """A measure's name up to the first dot, which several definitions of one measure share."""
    return name.partition(".")[0]


def measure(name: str) -> Measure:
    """A measure by its name. Raises `UnknownMeasure`."""
    if name not in MEASURES:
        raise UnknownMeasure(f"there is no measure {name!r}{near(name, MEASURES)}")
    return MEASURES[name]


def measures(*names: str) -> list[Measure]:
    """The measures of these names, and all whose name begins with one of them and a dot. Raises `UnknownMeasure`."""
    wanted = set(names)
    found = [one for one in MEASURES.values() if one.name in wanted or stem(one.name) in wanted]
    for name in names:
        if not any(name in (one.name, stem(one.name)) for one in found):
            measure(name)
    return found


def in_scope(searches: Asked, scope: str) -> Asked:
    """All searches, or those of one camera owner's log."""
    return searches if scope == "all" else searches.where(one_of("camera_owner", [scope]))
