"""Reads a number as it was printed, and compares and shows computed ones in its unit and to its digits."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

_UNITS = {
    "": Decimal(1),
    "%": Decimal("0.01"),
    "years": Decimal("365.25"),
    "weeks": Decimal(7),
    "days": Decimal(1),
}
"""How much of what is computed one printed unit is: shares are computed as parts of one, spans of time in days."""

SPANS = ("years", "weeks", "days")
"""Units of time; what is computed beside them must be days."""

_FORM = re.compile(
    r"(-?(?:\d{1,3}(?:,\d{3})+|\d+))(\.\d+)?(?:\s*±\s*(\d+(?:\.\d+)?))?\s*([%A-Za-z]*)", re.ASCII
)
_WORDS = {
    f"{many} of {what}": (2 * at_least * size, 10 * at_least * size)
    for many, at_least in (("tens", 10), ("hundreds", 100))
    for what, size in (("thousands", 1_000), ("millions", 1_000_000))
}


@dataclass(frozen=True)
class Interval:
    """The values for which a printed number holds: from `low` to `high` (None: without end), `low` and `high` among
    them or not."""

    low: Decimal
    high: Decimal | None
    low_holds: bool = True
    high_holds: bool = False

    def __contains__(self, value: Decimal) -> bool:
        above = value > self.low or (self.low_holds and value == self.low)
        return above and (self.high is None or value < self.high or (self.high_holds and value == self.high))


@dataclass(frozen=True)
class Printed:
    """A number as print gave it: its digits (`number`, with the zeros printed), how many decimals, and its unit.

    `within` is how far off it may be, where it says so ('216,295 ± 8'). 'Hundreds of thousands' begins at `number`, and
    `below` is where it ends.
    """

    text: str
    number: Decimal
    decimals: int
    unit: str
    within: Decimal | None = None
    below: Decimal | None = None

    @classmethod
    def read(cls, text: str) -> Printed | None:
        """A number as printed ('733,000', '0.50', '46.8%', '1.5 years', 'hundreds of thousands'); None where it is
        none."""
        text = text.strip()
        if text in _WORDS:
            low, high = map(Decimal, _WORDS[text])
            return cls(text, low, 0, "", below=high)
        found = _FORM.fullmatch(text)
        if found is None:
            return None
        whole, fraction, within, word = found.groups()
        unit = next((unit for unit in _UNITS if word in (unit, unit.removesuffix("s"))), None)
        if unit is None:
            return None
        number = Decimal(f"{whole.replace(',', '')}{fraction or ''}")
        return cls(text, number, len(fraction or ".") - 1, unit, Decimal(within) if within else None)

    @property
    def is_span(self) -> bool:
        """Whether it is a span of time, which is computed in days."""
        return self.unit in SPANS

    @property
    def _is_exact(self) -> bool:
        """Whether nothing was rounded: a whole number was counted, and none and all are no roundings."""
        if self.unit == "%":
            return not self.decimals and self.number in (0, 100)
        return not self.decimals and self.unit in ("", "days")

    @property
    def step(self) -> Decimal:
        """How far the next number is that print would give to as many figures: 100 from 3,100, 0.1 from 1.5."""
        digits = f"{self.number:f}"
        zeros = 0 if self.decimals or not self.number else len(digits) - len(digits.rstrip("0"))
        return Decimal(1).scaleb(zeros - self.decimals)

    def interval(self, operator: str) -> Interval:
        """The computed values, in the unit printed, for which the number holds.

        'Equals' asks for the digits printed: at most half a unit of the last digit away, and no other value where
        nothing was rounded. 'About' asks for what rounds to the figures printed: about 3,100 is from 3,050 to below
        3,150, and about 1,000 from 950 to below 1,500, since print has 900 below it. 'More than 3,100' ends at 3,200,
        which print would have given; a number that ends in no zero was not rounded, so 'more than 12' has no end.
        """
        number, half = self.number, self.step / 2
        if self.below is not None:
            return Interval(number, self.below)
        if self.within is not None:
            return Interval(number - self.within, number + self.within, high_holds=True)
        if operator == "at least":
            return Interval(number, None)
        if operator.startswith("more than"):
            return Interval(number, None if self.step == 1 else number + self.step, low_holds=False)
        if operator == "about":
            is_power_of_ten = self.step > 1 and number == self.step
            return Interval(number - (half / 10 if is_power_of_ten else half), number + half)
        away = Decimal(0) if self._is_exact else Decimal(5).scaleb(-self.decimals - 1)
        return Interval(number - away, number + away, high_holds=True)

    def shown(self, computed: Any) -> str:
        """A computed value in the unit printed; a span of time with its days: '1.4 years (524 days)'."""
        value = self.in_unit(computed)
        least = self.decimals
        most = least if self.unit and not self._is_exact else max(least, 2)
        digits = f"{value:,.{most}f}"
        while "." in digits and digits[-1] in "0." and len(digits.partition(".")[2]) > least:
            digits = digits[:-1].removesuffix(".")
        blank = "" if self.unit in ("", "%") else " "
        return self._with_days(f"{digits}{blank}{self.unit}", computed)

    def __str__(self) -> str:
        days = self.number * _UNITS[self.unit]
        return self._with_days(self.text, days)

    def _with_days(self, text: str, days: Any) -> str:
        return f"{text} ({Decimal(str(days)):,.0f} days)" if self.unit in ("years", "weeks") else text

    def in_unit(self, computed: Any) -> Decimal:
        """A computed value in the unit printed."""
        return Decimal(str(computed)) / _UNITS[self.unit]


def as_printed(value: float, is_share: bool) -> str:
    """How a number that somebody typed without quotes would be written as printed, for a message."""
    if is_share:
        return f"{(Decimal(str(value)) * 100).normalize():,f}%"
    return f"{value:,}"
