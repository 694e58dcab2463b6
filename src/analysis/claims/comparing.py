"""Compares a computed number with one as it was printed, and shows both in its unit and to its digits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from analysis.claims.register import MOMENT, OPERATORS, Claim
from analysis.printed import Printed


def compare(operator: str, computed: Any, published: Any) -> bool:
    """Whether a computed value bears a published one out.

    `published` is a number as it was printed, or texts for `includes`, which ignores case. A number holds for the
    values of its interval (`Printed.interval`), a time for the day or the second printed, both in UTC; `more than N
    times` compares a ratio with N.
    Raises `ValueError` for an operator that is not in `OPERATORS`.
    """
    if operator == "includes":
        return {str(one).casefold() for one in published} <= {str(one).casefold() for one in computed}
    if operator not in OPERATORS:
        raise ValueError(f"unknown operator {operator!r}; use one of: {', '.join(OPERATORS)}")
    if is_moment(published):
        return _moment(computed).startswith(published)
    said = number_printed(published)
    return said.in_unit(computed) in said.interval(operator)


def is_moment(value: Any) -> bool:
    """Whether what was published is a day or a time."""
    return isinstance(value, str) and MOMENT.fullmatch(value) is not None


def _moment(computed: Any) -> str:
    """A computed time (ISO text in UTC) as a claim writes one."""
    return str(computed).replace("T", " ").partition("+")[0]


def number_printed(value: Any) -> Printed:
    """A claim's number; a register that holds another text was refused when it was read."""
    said = Printed.read(value)
    if said is None:
        raise ValueError(f"{value!r} is not a number as printed")
    return said


def number_as_printed(claim: Claim, value: Any) -> str:
    """A computed value in the unit and with the digits of the claim."""
    if isinstance(value, str):
        return _moment(value) if is_moment(claim.value) else value
    if isinstance(value, Sequence):
        return ", ".join(str(one) for one in value)
    said = number_printed(claim.value)
    # A count beside a share stays a count: 'counted otherwise, … gives 173'.
    return f"{value:,}" if isinstance(value, int) and said.unit == "%" else said.shown(value)


def published(claim: Claim) -> str:
    """What was printed; a span of time with its days."""
    if isinstance(claim.value, tuple):
        return ", ".join(claim.value)
    return claim.value if is_moment(claim.value) else str(number_printed(claim.value))


def computed_as_printed(claim: Claim, value: Any, record: Mapping[str, Any]) -> str:
    """A computed number as the claim prints one, with the two counts behind a share or a ratio."""
    shown = number_as_printed(claim, value)
    if not isinstance(value, float) or record.get("denominator") is None:
        return shown
    return f"{shown} ({record['numerator']:,} {'of' if claim.share else ':'} {record['denominator']:,})"
