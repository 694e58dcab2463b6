"""Says what each published number depends on: what it comes to with one thing counted otherwise, the weakest first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from analysis.claims.comparing import compare, number_as_printed, published
from analysis.claims.register import Claim
from analysis.claims.scoring import came_out, printed
from analysis.claims.settling import Settlement, about, counted, filtered, settle, tried, value_of
from analysis.claims.weight import bits, restated
from analysis.measures import MEASURES, lookup, measure
from analysis.measures.needs import EMPTY
from analysis.measures.neighbors import cited, count, neighbors
from analysis.opened import Opened
from analysis.wording import counted as counted_noun

WEAKEST = 3
"""How many of the weakest numbers are named first."""


@dataclass(frozen=True)
class Depends:
    """How a number ended, and what it comes to with one thing changed: what is changed, and the value."""

    end: Settlement
    otherwise: Mapping[str, Any]

    @property
    def came_out(self) -> bool:
        """Whether it agrees as counted here."""
        return came_out({"outcome": self.end.outcome})

    @property
    def bits(self) -> float | None:
        """Its weight of evidence, over all values tried."""
        return bits(self.end.claim, [*self.end.tried, *self.otherwise.values()]) if self.came_out else None

    def holds(self, value: Any) -> bool:
        """Whether a value bears the printed number out."""
        return compare(self.end.claim.operator, value, self.end.claim.value)

    def says(self, changed: str, value: Any) -> str:
        """What a change gives, and how many fewer or more that is: '173, which is 290 fewer (more than 31 days, not
        30)'."""
        by = value - self.end.value if type(value) is int and type(self.end.value) is int else 0
        far = f", which is {abs(by):,} {'more' if by > 0 else 'fewer'}" if by else ""
        return f"{number_as_printed(self.end.claim, value)}{far} ({changed})"

    @property
    def becomes(self) -> str:
        """What the change that moves it farthest makes of a number that came out, where it no longer holds."""
        moves = [self.says(*each) for each in self.moved if not self.holds(each[1])]
        return moves[0] if moves and self.came_out else ""

    @property
    def moved(self) -> list[tuple[str, Any]]:
        """What is changed and the value, the farthest from the number as counted here first."""
        return sorted(self.otherwise.items(), key=lambda one: -_distance(self.end.value, one[1]))

    @property
    def weakness(self) -> tuple[bool, float]:
        """What weak numbers are sorted by: one that differs, then how far a change moves it."""
        distances = (_distance(self.end.value, value) for value in self.otherwise.values())
        return self.came_out, -max(distances, default=0.0)


def _distance(ours: Any, other: Any) -> float:
    """How far a value is from ours, as a part of the greater of the two; lists are the same or not."""
    if not isinstance(ours, int | float) or not isinstance(other, int | float):
        return float(ours != other)
    return abs(ours - other) / (max(abs(ours), abs(other)) or 1)


def depends(claims: Sequence[Claim], opened: Opened) -> list[Depends]:
    """What each claim that rows settle depends on, the weakest first.

    What is changed comes from the conditions of its measure and its filters (`measures.neighbors`), and from what the
    register names under `instead`; nothing here knows a place.
    """
    with_rows = {name for name, declared in MEASURES.items() if declared.has_rows}
    names = {claim.id: with_rows.intersection(tried(claim)) for claim in claims}
    wanted = {name for claim in claims if names[claim.id] for name in (*names[claim.id], *claim.instead)}
    numbers = lookup(opened.count(*sorted(wanted)))
    found = []
    for claim in claims:
        if claim.measure and names[claim.id]:
            known = counted(claim, opened) if claim.among else numbers
            end = settle(claim, known, opened.place)
            if end.measure:
                found.append(Depends(end, _otherwise(end, known, opened)))
    return sorted(found, key=lambda one: one.weakness)


def _otherwise(
    end: Settlement, known: Mapping[tuple[str, str], Mapping[str, Any]], opened: Opened
) -> dict[str, Any]:
    claim, one = end.claim, MEASURES[end.measure]
    searches = about(claim, opened)
    if claim.out_of:
        whole = filtered(claim, opened.searches, claim.out_of)
        both = (filtered(claim, whole), whole)
        part, of = (" and ".join(f"({sql})" for sql in some.filters) for some in both)
        one, searches = replace(one, kind="share", where=part, of=of), opened.searches
    among = None if "source_file" in claim.among else cited(opened.searches)
    near = neighbors(one, searches, opened.place.time_zone, claim.share, among)
    lines = count(near, opened.lacks.get(claim.scope, EMPTY))
    values = {each.changed: value_of(claim, line) for each, line in zip(near, lines)}
    others = () if claim.share else claim.instead  # which gives counts, and no share
    instead = {measure(name).says: known.get((name, claim.scope), {}).get("value") for name in others}
    values |= {changed: value for changed, value in instead.items() if value not in values.values()}
    return {changed: value for changed, value in values.items() if value is not None}


def weakest(found: Sequence[Depends]) -> list[str]:
    """What numbers depend on, in sentences: how many hold however they are counted, the weakest of those that came out,
    and what would bear out those that did not."""
    good, bad = ([one for one in found if one.came_out is came] for came in (True, False))
    if not found:
        return []
    weak = [one for one in good if not all(map(one.holds, one.otherwise.values()))]
    also = f"; with one thing changed, {len(weak)} of these would not have" if weak else ""
    also = also or ", with each change tried too"
    ended = f"{len(good)} came out{also}" if good else "None came out"
    said = [f"{counted_noun(len(found), 'published number')} could be counted from these rows. {ended}."]
    repeats = restated([one.end.claim for one in found])
    first = []
    for one in [one for one in weak if one.end.claim.id not in repeats][:WEAKEST]:
        moves = [one.says(changed, value) for changed, value in one.moved if not one.holds(value)]
        first.append(f"“{one.end.claim.says}” becomes {' or '.join(moves[:2])}")
    if first:
        said.append(f"The weakest: {'; '.join(first)}.")
    fits = Counter(changed for one in bad for changed, value in one.otherwise.items() if one.holds(value))
    if fits:
        listed = ", ".join(f"{changed} ({times})" for changed, times in fits.most_common())
        said.append(
            f"Of the {len(bad)} that did not come out, some would have with one thing changed: {listed}."
        )
    return said


def on_what(found: Sequence[Depends]) -> pd.DataFrame:
    """A line for each number, the weakest first: statement, published, computed, outcome, otherwise (what each change
    gives, the greatest first, and whether the printed number holds for it), tried (how many changes), hold (for how
    many it holds), bits."""
    lines = []
    for one in found:
        claim, holds = one.end.claim, sum(map(one.holds, one.otherwise.values()))
        said = printed({"operator": claim.operator, "published": published(claim)})
        otherwise = "; ".join(
            one.says(*each) + (" holds" if one.holds(each[1]) else "") for each in one.moved
        )
        tried_and_weight = (len(one.otherwise), holds, "" if one.bits is None else str(one.bits))
        lines.append((claim.says, said, one.end.computed, one.end.outcome, otherwise, *tried_and_weight))
    columns = ["statement", "published", "computed", "outcome", "otherwise", "tried", "hold", "bits"]
    return pd.DataFrame(lines, columns=columns)


def weights(found: Sequence[Depends]) -> dict[str, dict[str, str]]:
    """What claims.csv says of each number's weight (`score.WEIGHTS`), by its id."""
    return {
        one.end.claim.id: {"bits": "" if one.bits is None else str(one.bits), "becomes": one.becomes}
        for one in found
    }
