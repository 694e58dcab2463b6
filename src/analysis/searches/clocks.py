"""Decides over a whole file what its dates leave open: the order of day and month, the zone, how exact they are.

A vendor writes one order, and mostly a zone: nothing is open there. A spreadsheet that saved an export again
under another country's settings writes 06/05/2025 14:03, which is 5 June or 6 May. One date of a column that can
only be read one way decides all of them, wherever in the file it stands. So a file that holds such dates is read
twice, once for them alone; a file in the vendor's own form is not.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.places import ReleasedFile
from analysis.readers import Section
from analysis.searches.shapes import Shapes, shapes_of
from analysis.vendors.facts import normal
from analysis.vendors.recognition import Layout, UnknownColumns

MANY_MINUTES = 100
"""Times: more than so many, each with 00 seconds, were cut to minutes."""
MANY_MIDNIGHTS = 10
"""Times: so many, each of them midnight, are days."""
_OPEN = 'nothing in the file decides: dates = "day first" or "month first" in its entry of source.toml does'


@dataclass
class Evidence:
    """What the cells of one column say.

    `orders` counts typed dates by the orders in which they are dates, and by their month where that is one order;
    `stored` counts dates as a spreadsheet's date cells give them, by month, day and whether a time of day stands
    behind. `timed` are the cells with a time of day; `vendors` counts the dates in the vendor's shape that can be
    read in one order only, by that order.
    """

    orders: Counter[tuple[frozenset[str], int]] = field(default_factory=Counter)
    stored: Counter[tuple[int, int, bool]] = field(default_factory=Counter)
    timed: int = 0
    any_seconds: bool = False
    any_time: bool = False
    vendors: Counter[str] = field(default_factory=Counter)

    def add(self, other: Evidence) -> None:
        """Take in what another part of the same column says."""
        self.orders += other.orders
        self.vendors += other.vendors
        self.stored += other.stored
        self.timed += other.timed
        self.any_seconds |= other.any_seconds
        self.any_time |= other.any_time

    def deciding(self) -> Counter[str]:
        """How many typed dates can be read in one order only, by that order."""
        found: Counter[str] = Counter()
        for (orders, _), count in self.orders.items():
            if len(orders) == 1:
                found[next(iter(orders))] += count
        return found

    @property
    def undecided(self) -> int:
        """How many typed dates can be read in more than one order."""
        return sum(count for (orders, _), count in self.orders.items() if len(orders) > 1)

    @property
    def exchangeable(self) -> int:
        """How many date cells would be another day with day and month exchanged."""
        return sum(count for (month, day, _), count in self.stored.items() if day <= 12 and day != month)

    def exchanged(self) -> bool | None:
        """Whether a spreadsheet exchanged day and month of the date cells; None where that cannot be known.

        Set to another country it takes 06/05 for the wrong day, and leaves 13/05 as text because it is none. So
        typed dates that can only be read one way, beside date cells none of which lies after the 12th, prove it.
        Typed dates beside date cells in any other mixture come from something else, which nobody knows.
        """
        if not self.orders or not self.exchangeable:
            return False
        months = {month for (orders, month) in self.orders if len(orders) == 1}
        stored = {month for month, _, _ in self.stored}
        swapped = {day for _, day, _ in self.stored}
        contradicted = stored <= months and not swapped <= months
        proven = len(self.deciding()) == 1 and not self.undecided and max(swapped) <= 12
        return True if proven and not contradicted else None

    def cut(self) -> str:
        """How exact the column's times are, where every one ends alike: "second", "minute" or "day"."""
        if self.timed >= MANY_MIDNIGHTS and not self.any_time:
            return "day"
        return "minute" if self.timed > MANY_MINUTES and not self.any_seconds else "second"


@dataclass(frozen=True)
class Clocks:
    """What one file's dates mean, and what was met while reading them (`noted`, added to from several threads).

    `zone` is that of times without a zone, and `zones` that of single columns, by our names for them; `day_zone` is the
    camera owner's, whose day a date without a time is.
    `said` is a person's word for the order of day and month; `date_cells` says that the file is a workbook, whose
    dates come as ISO text; `survey` reads all the file's dates, block by block, by our column names. `seconds` is set
    once a time of search was met that was not cut to minutes, `vendors_order` once a date in the vendor's shape was met
    that has no other order. `assumed` says that nobody told the zone of times without one.
    """

    shapes: Shapes
    zone: str = "UTC"
    day_zone: str = "UTC"
    said: str | None = None
    date_cells: bool = False
    survey: Callable[[], Iterable[Mapping[str, Evidence]]] = tuple
    noted: list[Counter[str]] = field(default_factory=list)
    seconds: threading.Event = field(default_factory=threading.Event)
    vendors_order: threading.Event = field(default_factory=threading.Event)
    assumed: bool = False
    zones: Mapping[str, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def clock(self, column: str) -> Clock:
        """The clock of one of our columns."""
        return Clock(self, column)

    def evidence(self) -> Mapping[str, Evidence]:
        """What all dates of the file say; read once, when first asked for."""
        with self._lock:
            return self._surveyed

    @cached_property
    def _surveyed(self) -> Mapping[str, Evidence]:
        found: dict[str, Evidence] = {}
        for block in self.survey():
            for column, evidence in block.items():
                found.setdefault(column, Evidence()).add(evidence)
        return found

    def vendors_swapped(self) -> bool:
        """Whether some dates in the vendor's shape can only have day and month the other way round, and none only the
        vendor's."""
        with self._lock:
            return self._vendors_swapped

    @cached_property
    def _vendors_swapped(self) -> bool:
        own, other = self.shapes.order, self.shapes.other_order
        found: Counter[str] = Counter()
        for block in self.survey():
            for evidence in block.values():
                found += evidence.vendors
            if found[own]:
                return False
        if found[other]:
            what = f"dates in the vendor's form are read {other}, since no other order fits"
            self.noted.append(Counter({what: found[other]}))
        return bool(found[other])

    def notes(self) -> Iterator[str]:
        """What a reviewer must know of the file's dates, each with its counts."""
        for column in self.__dict__.get("_surveyed", ()):
            yield from self.clock(column).notes()
        total: Counter[str] = sum(self.noted, Counter())
        yield from (f"{what}: {count:,}" for what, count in sorted(total.items()))


@dataclass(frozen=True)
class Clock:
    """What one column's dates mean."""

    file: Clocks
    column: str

    @property
    def date_cells(self) -> bool:
        """Whether the column is a workbook's, whose reader gives date cells as ISO text."""
        return self.file.date_cells

    @property
    def zone(self) -> str:
        """The zone of the column's times without one."""
        return self.file.zones.get(self.column, self.file.zone)

    @property
    def evidence(self) -> Evidence:
        """What the whole column says."""
        return self.file.evidence().get(self.column) or Evidence()

    @property
    def order(self) -> str | None:
        """The order of day and month that is said or proven: by the column itself, or where that leaves it open by
        the file's others, as a time frame's by the times of search."""
        proven = self._deciding
        return self.file.said or (next(iter(proven)) if len(proven) == 1 else None)

    @property
    def _deciding(self) -> Counter[str]:
        others = (evidence.deciding() for evidence in self.file.evidence().values())
        return self.evidence.deciding() or sum(others, Counter())

    def note(self, what: str, count: int) -> None:
        """Write down that something was met so many times."""
        if count:
            self.file.noted.append(Counter({what: int(count)}))

    def notes(self) -> Iterator[str]:
        """What was open in the column's dates, and how it was decided."""
        evidence, name = self.evidence, self.column.replace("_", " ")
        counts = ", ".join(f"can only be {order}: {n:,}" for order, n in sorted(self._deciding.items()))
        if evidence.undecided:
            decided = f"read {self.order}" if self.order else "not read"
            why = "source.toml says so" if self.file.said else counts or _OPEN
            yield f"{name}: dates that could be read two ways: {evidence.undecided:,}, {decided} ({why})"
        if self.date_cells and evidence.orders and evidence.exchangeable:
            yield f"{name}: date cells in which a spreadsheet " + (
                f"exchanged day and month: {evidence.exchangeable:,}, put back (of the dates left as text {counts})"
                if evidence.exchanged()
                else f"may have exchanged day and month: {evidence.exchangeable:,}, not read; ask for the file as CSV"
            )


def file_clocks(
    file: ReleasedFile,
    section: Section,
    layout: Layout,
    survey: Callable[[], Iterable[dict[str, Evidence]]],
    day_zone: str = "UTC",
) -> Clocks:
    """The clocks of a file, by its first section, as its entry in source.toml says and as `survey` finds its dates.

    Raises `UnknownColumns` where the entry gives a zone to a column that the section does not have.
    """
    said = {normal(name): zone for name, zone in file.time_zones.items()}
    names = [normal(name) for name in section.columns]
    for name in file.time_zones:
        if normal(name) not in names:
            raise UnknownColumns(
                f"{file.name}: time_zones names a column {name!r}, which the file does not have"
            )
    zones = {ours: said[names[at]] for ours, at in layout.index.items() if names[at] in said}
    searched = [
        section.columns[layout.index[name]] for name in ("search_time", "search_date") if name in layout
    ]
    # Nothing tells the zone of some collectors' times; a portal's are UTC, and some columns say it.
    is_open = layout.family.zone_is_open and not any("utc" in name.casefold() for name in searched)
    return Clocks(
        shapes_of(layout.vendor.times),
        file.time_zone or "UTC",
        day_zone,
        file.dates,
        section.sheet is not None,
        survey,
        assumed=is_open and not file.time_zone and "search_time" not in zones,
        zones=zones,
    )
