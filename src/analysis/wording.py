"""Says a count with its noun, a noun with its article and the names near an unknown one, as a person would."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Iterable
from datetime import date
from difflib import get_close_matches

MONTHS = ("Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
"""The months as American newsrooms print them before a day."""

_BY_LETTER = frozenset("AEFHILMNORSX")
"""Letters whose names begin with a vowel: an FBI list, an SO."""


def counted(count: int, noun: str) -> str:
    """'1 search', '2 searches', '0 agencies': the noun is given for one."""
    if count == 1:
        many = noun
    elif re.search(r"(?:s|x|ch|sh)$", noun):
        many = f"{noun}es"
    else:
        many = f"{noun[:-1]}ies" if re.search(r"[^aeiou]y$", noun) else f"{noun}s"
    return f"{count:,} {many}"


def an(noun: str) -> str:
    """The noun with its article: 'an Axon file', 'a user', 'an SO', 'a PDF'."""
    first = noun.split(maxsplit=1)[0]
    if len(first) > 1 and first.isupper():
        vowel = first[0] in _BY_LETTER
    else:
        vowel = re.match(r"(?!uni|use|usa|eu|one)[aeiou]", first, re.IGNORECASE) is not None
    return f"{'an' if vowel else 'a'} {noun}"


def near(name: str, known: Iterable[str]) -> str:
    """What a message about an unknown name ends with: '; near it: a, b', or nothing where no known name is near."""
    names = list(known) if name else []
    # as searching_agency holds agency
    holding = [each for each in names if name in re.split(r"[^a-z]", each)]
    found = holding[:4] or get_close_matches(name, names, 3, 0.5)
    return f"; near it: {', '.join(found)}" if found else ""


def percent(share: float, decimals: int = 1) -> str:
    """A share in percent: '46.8%', or '47%' with no decimals. Below 1% it has two digits, '0.085%', and more where it
    would read as all and is not: '99.98%'. Some are never 0%."""
    hundred = abs(share) * 100
    if not hundred:
        return "0%"
    if hundred < 1:
        decimals = 1 - math.floor(math.log10(hundred))
    while hundred < 100 and round(hundred, decimals) >= 100:
        decimals += 1
    return f"{share * 100:.{decimals}f}%"


def megabytes(size: int) -> str:
    """A number of bytes as people say it."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{size / 1e6:,.1f} MB"


def on_day(day: date, year: bool = True) -> str:
    """A day as American newsrooms print it: 'Dec. 4, 2025', or 'Dec. 4' without the year."""
    return f"{MONTHS[day.month - 1]} {day.day}" + (f", {day.year}" if year else "")


def days_between(first: date, last: date) -> str:
    """A period: 'Dec. 4, 2025', 'Nov. 1 to Dec. 9, 2025', 'Dec. 2, 2025, to Jan. 4, 2026'."""
    if first == last:
        return on_day(first)
    same = first.year == last.year
    return f"{on_day(first, not same)}{'' if same else ','} to {on_day(last)}"


_PERIOD = re.compile(rf", (?:{'|'.join(map(re.escape, (*MONTHS, *calendar.month_name[1:])))}) .*\b20\d\d\b")


def without_period(title: str) -> str:
    """A title without the months or days that it is of, as `days_between` says them or a person does."""
    return _PERIOD.sub("", title)
