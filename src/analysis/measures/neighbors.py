"""Counts a number again with one thing changed at a time: a limit, a definition, a clock, a way to count."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from analysis.measures.alternatives import alternatives
from analysis.measures.columns import NAMES
from analysis.measures.computing import numbers
from analysis.measures.numbers import Number
from analysis.measures.register import Measure
from analysis.searches.sql import words
from analysis.searches.table import Searches, once

INSTEAD: Mapping[str, tuple[str, str]] = {
    "lookback_days": ("window_days", "the length of the time frame, not how far back it reached"),
    "had_agreement": ("first_signed is not null", "agencies with an agreement of any day"),
    "searching_agency": ("searching_agency_as_released", "each spelling of a name as an agency"),
    "reason_origin = 'blank'": ("hidden", "masked reasons too"),
    "patrol": ("coalesce(contains(lower(reason_text), 'patrol'), false)", "'patrol' anywhere in the reason"),
    "lower(trim(reason_text))": (
        "lower(reason_as_released)",
        "without reasons that have a space before or behind",
    ),
    "utc_month": ("month", "months on the camera owner's clock, not in UTC"),
}
"""For SQL of a measure or a filter, other SQL that somebody could have meant by the same words, and what it counts."""

_DEFINITION = re.compile(r"\b(strict|core|broad|dropdown)\b")
_THRESHOLD = re.compile(r"\b(\w+) (>=|<=|>|<) (\d+)\b")
_SAID = {
    ("days", ">"): "more than {} days",
    ("days", ">="): "at least {} days",
    ("hours", ">="): "from {}:00",
    ("hours", "<"): "to {}:00",
}
"""How a threshold is said; others are not moved."""


@dataclass(frozen=True)
class Neighbor:
    """A number with one thing changed: what, the measure that counts it, and the searches among which."""

    changed: str
    measure: Measure
    searches: Searches


@once
def cited(searches: Searches) -> Searches:
    """A copy of the searches that some other definition of an immigration search counts (`otherwise.ALTERNATIVES`)."""
    return searches.kept("*", where="broad or quoted_by_machine")


def neighbors(
    one: Measure, searches: Searches, time_zone: str, is_share: bool = False, among: Searches | None = None
) -> list[Neighbor]:
    """A measure of some searches with one thing changed at a time.

    `is_share` says that its numerator and denominator are asked for. `among` is a copy of all searches (`cited`) in
    which other definitions are counted, where they need no more.
    """
    if not one.has_rows:
        return []
    few = searches if is_share or among is None else replace(searches, source=among.source, names=among.names)
    found = [
        *(Neighbor(changed, made, few) for changed, made in _definitions(one, searches)),
        *_thresholds(one, searches),
        *_instead(one, searches),
        *(Neighbor(changed, made, searches) for changed, made in _counting(one, is_share)),
        *_clocks(one, searches, time_zone),
    ]
    if is_share:
        return found
    # A denominator that nobody asks for would be counted for each.
    return [
        replace(each, measure=replace(each.measure, of="")) if each.measure.kind == "rows" else each
        for each in found
    ]


def count(found: Sequence[Neighbor], lacks: frozenset[str] = frozenset()) -> list[Number]:
    """The numbers of neighbors, in their order; those of the same searches are counted in one scan.

    `lacks` are the needs that the searches of the place do not meet (`needs.unmet`).
    """
    groups: dict[tuple[int, tuple[str, ...], str], list[int]] = {}
    for at, each in enumerate(found):
        key = id(each.searches.source), each.searches.filters, each.searches.names.get("local_time", "")
        groups.setdefault(key, []).append(at)
    counted: dict[int, Number] = {}
    for these in groups.values():
        named = [replace(found[at].measure, name=str(at), only_all=False, if_any=False) for at in these]
        made = numbers(found[these[0]].searches, named, {"all": lacks})
        counted |= {int(line["measure"]): line for line in made if line["scope"] == "all"}
    return [counted[at] for at in range(len(found))]


def _definitions(one: Measure, searches: Searches) -> Iterator[tuple[str, Measure]]:
    """The measure under every other definition of an immigration search."""
    where, of = (_written_out(sql, searches, _DEFINITION) for sql in (one.where, one.of))
    used = set(_DEFINITION.findall(where))
    if len(used) != 1:
        return
    for name, sql in alternatives(searches).items():
        if sql not in used:
            put = f"({sql})"
            yield name, replace(one, where=_DEFINITION.sub(put, where), of=_DEFINITION.sub(put, of))


def _thresholds(one: Measure, searches: Searches) -> Iterator[Neighbor]:
    """The measure with each number of days or hours that it compares with one lower and one higher."""
    where = _written_out(one.where, searches, _THRESHOLD)
    for found in _THRESHOLD.finditer(where):
        name, operator, limit = found[1], found[2], int(found[3])
        said = _SAID.get((NAMES[name].unit, operator)) if name in NAMES else None
        for other in (limit - 1, limit + 1) if said else ():
            moved = f"{where[: found.start(3)]}{other}{where[found.end(3) :]}"
            changed = f"{said.format(other)}, not {limit}" if said else ""
            yield Neighbor(changed, replace(one, where=moved), searches)


def _instead(one: Measure, searches: Searches) -> Iterator[Neighbor]:
    """The measure with other SQL for what it or a filter is made of (`INSTEAD`)."""
    for sql, (other, changed) in INSTEAD.items():
        pattern = re.compile(rf"(?<![\w.]){re.escape(sql)}(?!\w)")

        def put(text: str, pattern: re.Pattern[str] = pattern, other: str = other) -> str:
            return pattern.sub(lambda _: other, text)

        if sql == "searching_agency":
            made = replace(one, column=put(one.column)) if one.kind == "distinct" else one
            among = searches
        else:
            made = replace(one, where=put(one.where), of=put(one.of), column=put(one.column))
            among = replace(searches, filters=tuple(map(put, searches.filters)))
        if made != one or among.filters != searches.filters:
            yield Neighbor(changed, made, among)


def _counting(one: Measure, is_share: bool) -> Iterator[tuple[str, Measure]]:
    """A measure of rows with each search counted once, and the other way round."""
    once = replace(one, column="search_key", needs=("identity", *one.needs))
    if one.column == "search_key" and one.kind == "distinct":
        yield "rows, a search as often as it was logged", replace(one, kind="rows", column="")
    elif (one.kind == "ratio" and not one.column) or (is_share and one.kind in ("rows", "share")):
        yield "each search counted once, not rows", replace(once, kind="ratio")
    elif one.kind in ("rows", "share"):
        yield "each search counted once, not rows", replace(once, kind="distinct", of="")


def _clocks(one: Measure, searches: Searches, time_zone: str) -> Iterator[Neighbor]:
    """The measure by other clocks, where the time of day or the day decides what is counted."""
    asked = " ".join([one.where, one.of, one.column, *searches.filters])
    if "local_time" not in searches.used(asked) or time_zone == "UTC":
        return
    local, utc = searches.names["local_time"], "timezone('UTC', searched_at)"
    winter = ZoneInfo(time_zone).utcoffset(datetime(2025, 1, 1))
    minutes = int(winter.total_seconds() // 60) if winter else 0
    for changed, sql in (
        ("days and hours in UTC", utc),
        ("standard time all year", f"{utc} + to_minutes({minutes})"),
        ("a clock shifted from UTC two times", f"{local} + ({local} - {utc})"),
    ):
        yield Neighbor(changed, one, replace(searches, names={**searches.names, "local_time": sql}))


def _written_out(sql: str, searches: Searches, what: re.Pattern[str]) -> str:
    """SQL with those conditions written out that are made of what a pattern finds."""
    made = {
        name: f"({searches.names[name]})"
        for name in set(words(sql)) & set(NAMES)
        if not NAMES[name].unit and not _DEFINITION.fullmatch(name) and what.search(searches.names[name])
    }
    return re.sub(r"[A-Za-z_]+", lambda found: made.get(found[0], found[0]), sql) if made else sql
