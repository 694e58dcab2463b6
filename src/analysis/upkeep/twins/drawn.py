"""Draws invented searches for a twin: cells as text, in columns called as the library calls them, and their truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.upkeep.replica import cells, names, texts, wording
from analysis.upkeep.replica.districts import FIRST_DAY
from analysis.upkeep.replica.draws import Draws
from analysis.upkeep.replica.export import uuids

TRUTH = ("at", "start", "end", "tier", "agency", "why", "precision")
"""What is known of each row beside its cells: seconds since 1970 of the search and its window (null where the release
does not say), the narrowest definition of immigration that counts it ('none' if none does), who searched, why no search
may come of the row (null for a search), and how exact its time is."""

NOT_SAID = pa.scalar(None, pa.int64())

PADDED = date(2025, 7, 1)
"""Before it the vendor wrote neither month nor day with two digits."""

KINDS = ("lookup", "lookup", "lookup", "search", "visual", "freeform", "convoy", "multiGeo")
_CHICAGO = int(datetime.fromisoformat(f"{FIRST_DAY}T06:00Z").timestamp())


@dataclass(frozen=True)
class Owner:
    """Whose release is invented: the police that owns the cameras, as its export spells it, and its clock."""

    name: str
    zone: str
    agencies: int = 60

    def accounts(self) -> list[str]:
        """Everyone who searches: the owner first, federal accounts next, then invented agencies of all states."""
        invented = names.agencies(self.agencies + len(names.PLANTED) + 6)
        others = [account for agency in invented for account in agency.accounts]
        return [self.name, *(f"[Federal] {stem} Inspection Service" for stem in names.stems()[:3]), *others]


def searches(
    owner: Owner,
    purpose: str,
    rows: int,
    days: tuple[date, date],
    own: int = 40,
    kinds: Sequence[str] = KINDS,
    padded: bool | None = None,
) -> pa.Table:
    """`rows` searches between two local days, in order of time; `own` in a thousand are the owner's (1000: its log).

    Text columns are called as `vendors.facts.COLUMNS` are, and `TRUTH` follows them. Nothing is masked yet. Times are
    written with two digits everywhere if `padded`, by default as the vendor did in those days.
    """
    draws = Draws(purpose)
    ends = (days[0], days[1] + timedelta(days=1))
    first, last = (int(datetime.combine(day, time(), ZoneInfo(owner.zone)).timestamp()) for day in ends)
    at = np.sort(first + draws.below(last - first, rows))
    number = np.arange(rows)
    accounts = owner.accounts()
    most = len(accounts) - 4
    account = 4 + draws.below(1000, rows) * draws.below(1000, rows) * most // 10**6
    account[number % 29 == 11] = 1 + number[number % 29 == 11] % 3
    account[draws.chance(own, rows) | (number % 97 == 4)] = 0
    account = account if own < 1000 else account * 0
    reason, tier = _reasons(draws, rows)
    start = at - 60 - draws.below(30 * 86_400, rows)
    networks = np.where(draws.chance(300, rows), 1, 1 + draws.below(6_000, rows))
    officer = (account * 7 + draws.below(5, rows)) % len(names.officers())
    kind = pa.array(list(kinds)).take(pa.array(draws.below(len(kinds), rows)))
    free = pc.equal(kind, "freeform")
    half = [pa.array(draws.chance(500, rows)) for _ in range(2)]
    padded = days[1] >= PADDED if padded is None else padded
    columns = {
        "released_id": uuids(draws.bits(2 * rows)),
        "officer": pa.array(names.officers()).take(pa.array(officer)),
        "agency": pa.array(accounts).take(pa.array(account)),
        "networks": pa.array(networks).cast(pa.string()),
        "devices": pa.array(networks * 11 + draws.below(11, rows)).cast(pa.string()),
        "time_frame": pc.binary_join_element_wise(moments(start, padded), moments(at, padded), "\n"),
        "plate": pc.if_else(half[0], texts.plates(draws, rows), ""),
        "reason": reason,
        "case_number": pc.if_else(half[1], texts.case_numbers(draws, rows), ""),
        "filters": pa.array(wording.FILTERS).take(pa.array(draws.below(len(wording.FILTERS), rows))),
        "search_time": moments(at, padded),
        "search_type": kind,
        "text_prompt": pc.if_else(free, wording.PROMPTS[1], ""),
        "moderation": pc.if_else(free, "allow", ""),
    }
    why, precision = pa.nulls(rows, pa.string()), pa.repeat("second", rows)
    truth = (pa.array(at), pa.array(start), pa.array(at), tier, columns["agency"], why, precision)
    return pa.table(columns | dict(zip(TRUTH, truth)))


def moments(seconds: np.ndarray, padded: bool = True) -> pa.Array:
    """Times as exports print them, from seconds since 1970."""
    written = cells.moments(seconds - _CHICAGO)
    return written if padded else pc.replace_substring_regex(written, r"(^|/)0", r"\1")


def _reasons(draws: Draws, rows: int) -> tuple[pa.Array, pa.Array]:
    """Reasons and their tiers. As in released logs most rows share few texts: one in 25 is a text of its own; every
    sixteenth row has a planted one."""
    most = max(rows // 25, 50)
    pool, _ = texts.ordinary_reasons(draws, draws.chance(300, most))
    planted = pa.array(np.arange(rows) % 16 == 6)
    known = (*wording.IMMIGRATION, *wording.DEPARTMENT)
    chosen = pa.array(draws.below(len(known) + len(wording.TRAPS), rows))
    reasons = pa.array([*(one.reason for one in known), *wording.TRAPS]).take(chosen)
    tiers = pa.array([*(one.tier for one in known), *("none" for _ in wording.TRAPS)]).take(chosen)
    reason = pc.if_else(planted, reasons, pool.take(pa.array(draws.below(most, rows))))
    return reason, pc.if_else(planted, tiers, "none")


# Changing what was drawn ------------------------------------------------------------------------------------


def changed(table: pa.Table, values: Mapping[str, object], rows: np.ndarray | None = None) -> pa.Table:
    """The table with columns replaced by texts or arrays, in all rows or in those of a mask."""
    for name, value in values.items():
        at, column = table.schema.get_field_index(name), table[name]
        new = value if isinstance(value, pa.Array | pa.ChunkedArray) else pa.scalar(value, column.type)
        where = pa.repeat(True, len(table)) if rows is None else pa.array(rows)
        table = table.set_column(at, name, pc.if_else(where, new, column))
    return table


def outside(table: pa.Table, owner: Owner) -> np.ndarray:
    """Which rows are not the owner's own."""
    return np.asarray(pc.not_equal(table["agency"], owner.name))


def repeated(table: pa.Table, rows: np.ndarray) -> pa.Table:
    """The table with some rows (a mask) twice, each beside its first; every third copy has one device more, as where
    an export counts again."""
    order = np.repeat(np.arange(len(table)), 1 + rows)
    copy = np.concatenate(([False], order[1:] == order[:-1]))
    more = copy & (np.cumsum(copy) % 3 == 1)
    table = table.take(pa.array(order))
    devices = table["devices"]
    plain = pc.match_substring_regex(devices, r"^\d+$")
    counts = pc.if_else(plain, devices, "0").cast(pa.int64())
    raised = pc.if_else(plain, pc.add(counts, 1).cast(pa.string()), devices)
    return changed(table, {"devices": raised}, more)


def without_window(table: pa.Table) -> pa.Table:
    """The table where the release says no time frame."""
    return changed(table, {"start": NOT_SAID, "end": NOT_SAID})
