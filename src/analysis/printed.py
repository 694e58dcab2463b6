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

_FORM = re.compile(r"(-?(?:\d{1,3}(?:,\d{3})+|\d+))(\.\d+)?\s*([%A-Za-z]*)", re.ASCII)

ABOUT = Decimal("0.10")
"""'About' holds within 10 % of the published value. Print rounds to one or two significant figures, and one
figure of 5 or more is at most 10 % away from what it was rounded from; a wider band would pass anything."""


@dataclass(frozen=True)
class Printed:
    """A number as print gave it: its digits (`number`, with the zeros printed), how many decimals, and its unit."""

    text: str
    number: Decimal
    decimals: int
    unit: str

    @classmethod
    def read(cls, text: str) -> Printed | None:
        """A number as printed ('733,000', '0.50', '46.8 %', '1.5 years'); None where it is none."""
        found = _FORM.fullmatch(text.strip())
        if found is None:
            return None
        whole, fraction, word = found.groups()
        unit = next((unit for unit in _UNITS if word in (unit, unit.removesuffix("s"))), None)
        if unit is None:
            return None
        number = Decimal(f"{whole.replace(',', '')}{fraction or ''}")
        return cls(text.strip(), number, len(fraction or ".") - 1, unit)

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

    def equals(self, computed: Any) -> bool:
        """Whether a computed value rounds to the digits printed: at most half a unit of the last digit away."""
        half = Decimal(0) if self._is_exact else Decimal(5).scaleb(-self.decimals - 1)
        return abs(self.in_unit(computed) - self.number) <= half

    def about(self, computed: Any) -> bool:
        """Whether a computed value is within `ABOUT` of what was printed."""
        return abs(self.in_unit(computed) - self.number) <= ABOUT * abs(self.number)

    def shown(self, computed: Any) -> str:
        """A computed value in the unit printed; a span of time with its days: '1.4 years (524 days)'."""
        value = self.in_unit(computed)
        least = self.decimals
        most = least if self.unit and not self._is_exact else max(least, 2)
        digits = f"{value:,.{most}f}"
        while "." in digits and digits[-1] in "0." and len(digits.partition(".")[2]) > least:
            digits = digits[:-1].removesuffix(".")
        return self._with_days(f"{digits} {self.unit}".strip(), computed)

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
        return f"{(Decimal(str(value)) * 100).normalize():,f} %"
    return f"{value:,}"
