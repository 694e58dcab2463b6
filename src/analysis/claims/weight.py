"""Says how much a published number that came out is worth: the chance that it would have by luck, and what repeats it.

**Weight of evidence, in bits.** Suppose the printed number had nothing to do with these records: that it was any number
of its magnitude, printed to as many figures. The chance that it would have come out all the same is the share of such
numbers that at least one of the values tried agrees with, and the weight is -log2 of that chance. Tried are the value
compared and every one that notebook 06 counts beside it. A number of its magnitude is one in the decade around it, half
a decade to either side, all equally likely on the scale log10(1 + number / step), where the step is that of its last
printed figure: first digits of counts are spread so (Benford), and the 1 gives 0 a place. Values that agree are one.

Below `HARDLY` bits a number *can hardly fail*: it is shown, and is no fact in the score. So end 'at least 1' beside
620, 'more than twice' beside 2.87, and most zeros.

The weight says nothing about whether the definition is the right one, whether the sentence was read rightly, or whether
the piece is true. It takes the tried values for all that somebody could have tried, and knows nothing of how the number
was arrived at. Lists and days have none: nobody has said of what they were drawn.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from math import log2, log10
from typing import Any

from analysis.claims.comparing import is_moment, number_printed
from analysis.claims.register import Claim

HARDLY = 2.0
"""A weight below which a number can hardly fail: it would come out by luck more than one time in four."""


def bits(claim: Claim, tried: Collection[Any]) -> float | None:
    """The weight of evidence of a claim that one of the values tried agrees with, to one decimal; None of a list or a
    day. What it means, and what it does not, is said above."""
    if isinstance(claim.value, tuple) or is_moment(claim.value):
        return None
    said = number_printed(claim.value)
    holds = said.interval(claim.operator)
    step = 10.0**-said.decimals if claim.operator == "equals" and said.below is None else float(said.step)
    number, low = float(said.number), float(holds.low)
    high = float("inf") if holds.high is None else float(holds.high)
    if low == high:  # a whole number that was counted
        low, high = low - step / 2, high + step / 2
    if claim.operator == "at least":  # it holds for the whole number itself
        low -= step / 2

    def place(value: float) -> float:
        return log10(1 + max(value, 0.0) / step)

    first, last = max(place(number) - 0.5, 0.0), place(number) + 0.5
    values = sorted(float(said.in_unit(value)) for value in tried)
    # A value agrees with the numbers from as far below it as the interval ends above its own, and the other way round.
    spans = (
        [(place(value - (high - number)), place(value - (low - number))) for value in values]
        if said.below is None
        else [(place(low), place(high)) for value in values if low <= value < high]
    )
    covered, reached = 0.0, first
    for begin, end in spans:
        covered += max(min(end, last) - max(begin, reached), 0.0)
        reached = max(reached, min(end, last))
    return round(-log2(covered / (last - first)), 1) + 0.0 if covered else None


def restated(claims: Sequence[Claim]) -> Mapping[str, str]:
    """The claims that repeat another and the first claim that says the same: because the register says so (`restates`),
    or because the very same number is compared, whatever the digits: measure, scope, definition and filters."""
    first: dict[tuple[Any, ...], str] = {}
    found = {}
    for claim in claims:
        if not claim.measure:
            continue
        filters = str(
            [sorted((key, str(value)) for key, value in one.items()) for one in (claim.among, claim.out_of)]
        )
        compared = (claim.measure, claim.scope, claim.definition, claim.share, filters)
        same = first.setdefault(compared, claim.id)
        if (claim.restates or same) != claim.id:
            found[claim.id] = claim.restates or same
    roots = {}
    for name in found:
        seen = [name]
        while (earlier := found.get(seen[-1])) and earlier not in seen:
            seen.append(earlier)
        roots[name] = seen[-1]
    return roots


def can_hardly_fail(row: Mapping[str, Any]) -> bool:
    """Whether the weight of a row of claims.csv is below `HARDLY`."""
    return bool(row.get("bits")) and float(row["bits"]) < HARDLY
