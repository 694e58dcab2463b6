"""Reads one text as a time in any known shape: the slow way, for what the fixed shapes do not cover."""

from __future__ import annotations

import calendar
import re
from datetime import datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from analysis.searches.shapes import DAY_FIRST, MONTH_FIRST, YEAR_FIRST, Shapes

SECOND, MINUTE, DAY = range(3)
"""How exact a time is."""

LAST_YEAR = 2049
"""Searches after it are mistakes."""

ZONES = {
    "UTC": 0, "GMT": 0, "Z": 0, "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
"""Hours from UTC of the abbreviations that an export of the United States could carry; a time with another is none."""

_TIME_OF_DAY = (
    r"(?:(?:[,T]|,? at)? ?(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,](?P<fraction>\d{1,6})\d*)?)?"
    r" ?(?P<half>[AaPp]\.?[Mm]\.?)?)? ?(?P<zone>[A-Za-z]{1,4}|(?:UTC|GMT)?[+-]\d{2}(?::?\d{2})?)?"
)
_DATES = tuple(
    re.compile(date + _TIME_OF_DAY)
    for date in (
        r"(?P<year>\d{4})(?P<between>[-/.])(?P<month>\d{1,2})(?P=between)(?P<day>\d{1,2})",
        r"(?P<first>\d{1,2})(?P<between>[-/.])(?P<next>\d{1,2})(?P=between)(?P<last>\d{4}|\d{2})",
        r"(?:[A-Za-z]{3,9},? )?(?P<name>[A-Za-z]{3,9})\.? (?P<day>\d{1,2})(?:st|nd|rd|th)?,? (?P<year>\d{4})",
        r"(?:[A-Za-z]{3,9},? )?(?P<day>\d{1,2})(?:st|nd|rd|th)?[ -](?P<name>[A-Za-z]{3,9})\.?,?[ -]"
        r"(?P<year>\d{4}|\d{2})",
    )
)
_MONTHS = {name.casefold(): month for month, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name[:3]: month for name, month in _MONTHS.items()} | {"sept": 9}
_DAY_NUMBERS = (36_526, 54_789)  # the first day of 2000 and of 2050: between them lies every audit


class Written(NamedTuple):
    """A text as a time: the dates that it can be, by the order of its numbers; microseconds since midnight; minutes
    from UTC, None where it has no zone. `native` texts have the vendor's own form, and `settled` dates one order by
    their form, whatever the file's others have; `stored` look like a date cell of a workbook."""

    dates: dict[str, datetime]
    clock: int
    zone: int | None
    precision: int
    native: bool
    settled: bool
    stored: bool
    dotted: bool

    @property
    def decided(self) -> bool:
        """Whether the date needs no others: 5/5/2025, and 6.5.2025, since no country writes month.day.year."""
        same = len(self.dates) > 1 and len(set(self.dates.values())) == 1
        return same or (self.dotted and DAY_FIRST in self.dates)

    def day(self, order: str | None, exchanged: bool | None) -> datetime | None:
        """The day that is meant; None where it could be two.

        `order` is that of the file's dates, and `exchanged` whether a spreadsheet exchanged day and month of its date
        cells; each None where nobody knows.
        """
        if self.stored:
            day = self.dates[YEAR_FIRST]
            if exchanged is False or day.day > 12 or day.day == day.month:
                return day
            return day.replace(month=day.day, day=day.month) if exchanged else None
        if order in self.dates:
            return self.dates[order]
        if self.dotted and order is None and DAY_FIRST in self.dates:
            return self.dates[DAY_FIRST]
        days = set(self.dates.values())
        return days.pop() if len(days) == 1 else None


def written(text: str, shapes: Shapes) -> Written | None:
    """What a text says if it is a time in any known shape; `shapes` are its vendor's."""
    text = " ".join(text.split())
    match = next(filter(None, (form.fullmatch(text) for form in _DATES)), None)
    if match is None:
        return _day_number(text)
    part = match.groupdict()
    zone, hour = _zone(part["zone"]), _hour(int(part["hour"] or 0), part["half"])
    minute, second = int(part["minute"] or 0), int(part["second"] or 0)
    if zone == _NO_ZONE or hour is None or hour > 23 or minute > 59 or second > 59:
        return None
    native = (part.get("between"), part["half"] is not None, zone is not None) in shapes.alike
    dates = _dates(*(part.get(name) or "" for name in _NUMBERS), shapes.first_year)
    if not dates:
        return None
    precision = DAY if part["hour"] is None else MINUTE if part["second"] is None else SECOND
    clock = ((hour * 60 + minute) * 60 + second) * 1_000_000 + int((part["fraction"] or "").ljust(6, "0"))
    iso = YEAR_FIRST in dates and part.get("first") is None and part.get("between") == "-"
    return Written(
        dates, clock, zone, precision, native, native or part.get("first") is None,
        iso and zone is None and not part["fraction"] and "T" not in text, part.get("between") == ".",
    )  # fmt: skip


_NUMBERS = ("name", "year", "month", "day", "first", "next", "last")


@lru_cache(1 << 16)
def _dates(
    name: str, year: str, month: str, day: str, first: str, following: str, last: str, first_year: int
) -> dict[str, datetime]:
    """The dates that the numbers of a text can be, by their order. A file has few days beside its times."""
    if name:
        orders = {MONTH_FIRST: (year, str(_MONTHS.get(name.casefold(), 0)), day)}
    elif year:
        orders = {YEAR_FIRST: (year, month, day)}
    else:
        orders = {MONTH_FIRST: (last, first, following), DAY_FIRST: (last, following, first)}
        if len(last) == 2:
            orders[YEAR_FIRST] = (first, following, last)
    found = {}
    for order, numbers in orders.items():
        short = len(numbers[0]) <= 2
        try:
            date = datetime(int(numbers[0]) + 2000 * short, int(numbers[1]), int(numbers[2]))
        except ValueError:  # no such day
            continue
        # Two digits are a year only if the vendor sold cameras then, which tells most days from years.
        if not short or first_year <= date.year <= LAST_YEAR:
            found[order] = date
    return found


def _day_number(text: str) -> Written | None:
    """A bare number as a spreadsheet keeps a time: days since 30 December 1899, to the nearest second."""
    if (
        not re.fullmatch(r"\d{5}(\.\d+)?", text, re.ASCII)
        or not _DAY_NUMBERS[0] <= float(text) < _DAY_NUMBERS[1]
    ):
        return None
    moment = datetime(1899, 12, 30) + timedelta(seconds=round(float(text) * 86_400))
    day = datetime(moment.year, moment.month, moment.day)
    clock = (moment - day) // timedelta(microseconds=1)
    return Written({YEAR_FIRST: day}, clock, None, SECOND if "." in text else DAY, False, True, True, False)


def _hour(hour: int, half: str | None) -> int | None:
    if half is None:
        return hour
    if not 1 <= hour <= 12:
        return None
    return hour % 12 + (12 if half[0] in "Pp" else 0)


_NO_ZONE = 24 * 60


def _zone(zone: str | None) -> int | None:
    """Minutes from UTC; None where no zone is written, `_NO_ZONE` where what is written is none."""
    if zone is None:
        return None
    plus_or_minus = re.search(r"[+-]", zone)
    if plus_or_minus is None:
        hours = ZONES.get(zone.upper())
        return _NO_ZONE if hours is None else int(hours * 60)
    digits = zone[plus_or_minus.end() :].replace(":", "").ljust(4, "0")
    hours, minutes = int(digits[:2]), int(digits[2:])
    return int(plus_or_minus[0] + "1") * (hours * 60 + minutes) if hours <= 14 and minutes < 60 else _NO_ZONE
