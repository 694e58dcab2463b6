"""Ticks on an axis of days: where they are, and what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import matplotlib.dates as mdates
from matplotlib.ticker import Formatter

from analysis.wording import on_day


def day_ticks(most: int) -> mdates.AutoDateLocator:
    """Three ticks or more on an axis of days, and no more than so many."""
    locator = mdates.AutoDateLocator(minticks=3, maxticks=most)
    # Without whole years among them it finds no step for two to three years, and its warning would stop the notebook.
    locator.intervald[mdates.MONTHLY] = [1, 2, 3, 4, 6, 12]
    return locator


def said_days(days: Sequence[datetime]) -> list[str]:
    """Ticks as days; where they are of several years, under the first of each year its year."""
    years = [day.year for day in days]
    begins = [
        year != before for year, before in zip(years, [years[0] if years[0] == years[-1] else 0, *years])
    ]
    return [on_day(day, False) + (f"\n{day.year}" if new else "") for day, new in zip(days, begins)]


class DayFormatter(Formatter):
    """Says the ticks of an axis as `said_days` does, but for those outside the picture, which nobody sees."""

    def __call__(self, value: float, pos: int | None = None) -> str:
        return on_day(mdates.num2date(value))

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        low, high = sorted(self.axis.get_view_interval())  # type: ignore[union-attr]
        seen = [value for value in values if low <= value <= high]
        said = dict(zip(seen, said_days([mdates.num2date(value) for value in seen]) if seen else []))
        return [said.get(value, "") for value in values]
