"""Invents the searches themselves, once each, whoever's log they will be in.

A search made over many networks is in the log of each camera owner it reached. So searches are invented
in one pool of columns (arrays of equal length, one element for each search), and each log takes its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from analysis.upkeep.replica import names, schedule, texts, wording
from analysis.upkeep.replica.districts import DAYS, DISTRICTS
from analysis.upkeep.replica.draws import Draws
from analysis.upkeep.replica.texts import ORIGINS

NEVER = DAYS + 60  # roll-out day of an agency that had no drop-down in the whole month
AGENCIES_ELSEWHERE = 53  # agencies whose searches never reached Alvin ISD's cameras
ALVIN_AGENCIES = 3_187

TIERS = ("none", "broad", "core", "strict")
KINDS = ("", "civil", "criminal", "both", "unspecified")
ORDINARY, IMMIGRATION, DEPARTMENT, ALERT, TRAP, CANARY, OWN = range(7)
GROUPS = ("ordinary", "immigration", "department", "alert", "trap", "canary", "own")


@dataclass(frozen=True)
class Why:
    """Who made some searches and why; `must` and `must_not` say in which logs they are (bits, one per district).

    `reason` holds text; `tier`, `kind`, `origin`, `group` are indexes into this module's lists.
    """

    agency: np.ndarray
    reason: pa.Array
    tier: np.ndarray
    kind: np.ndarray
    origin: np.ndarray
    mixed: np.ndarray
    group: np.ndarray
    must: np.ndarray
    must_not: np.ndarray


@dataclass(frozen=True)
class Pool(Why):
    """All searches: who, when, why and how.

    `second`, `window_start`, `window_end` are seconds since midnight of the first day in Chicago; `account` is an
    index into `accounts`, `officer` a number that is the agency's alone.
    """

    agencies: list[names.Agency]
    accounts: list[str]
    account: np.ndarray
    officer: np.ndarray
    second: np.ndarray
    window_start: np.ndarray
    window_end: np.ndarray
    networks: np.ndarray
    devices: np.ndarray
    search_type: np.ndarray

    @property
    def size(self) -> int:
        """How many searches there are."""
        return len(self.second)


@dataclass(frozen=True)
class Batch(Why):
    """Some searches before they have a time; `era` is -1 for a reason typed before the agency's roll-out, 1 for one
    chosen after it, 0 for either."""

    era: np.ndarray


def invent(one_in: int) -> Pool:
    """The pool: as many searches as the six logs need, one in `one_in` of the full number."""
    elsewhere = AGENCIES_ELSEWHERE if one_in == 1 else 5
    agencies = names.agencies(max(ALVIN_AGENCIES // one_in, 400) + elsewhere)
    rollout = _rollout(len(agencies))
    batches = _special(agencies, one_in)
    alvin = distinct_rows(0, one_in)
    size = alvin + alvin // 32 - sum(len(batch.agency) for batch in batches)
    batches.append(_ordinary(agencies, rollout, size, elsewhere))
    return _with_times(agencies, rollout, batches)


def distinct_rows(district: int, one_in: int) -> int:
    """How many searches are in a district's log, each counted once."""
    wanted = DISTRICTS[district]
    if one_in == 1:
        return wanted.rows - wanted.repeated
    return max(wanted.rows // one_in, 3_000 if district == 0 else 300)


def repeated_rows(district: int, one_in: int) -> int:
    """How many rows of a district's log repeat another row."""
    repeated = DISTRICTS[district].repeated
    return repeated if one_in == 1 else max(repeated // one_in, 3)


# Batches ------------------------------------------------------------------------------------------------------


def _rollout(count: int) -> np.ndarray:
    """The day from 0 on which each agency's drop-down arrived; the planted ones early enough to be used."""
    draws = Draws("rollout")
    days = np.array([0, 6, 9, 10, 11, 12, 13, 15, 20, 26, 31, NEVER])
    out = days[draws.pick([40, 50, 120, 180, 90, 60, 60, 90, 110, 70, 60, 70], count)]
    planted = len(names.PLANTED)
    out[:planted] = 6 + draws.below(12, planted)
    return out


def _special(agencies: list[names.Agency], one_in: int) -> list[Batch]:
    """Every batch whose meaning is planted row by row."""
    planted = len(names.PLANTED)
    first = planted + len(DISTRICTS)
    others = np.arange(first, first + max(40, len(wording.DEPARTMENT) * 4))
    # the searches of the published total, at full number on every scale: all of them reach Alvin ISD
    published = np.repeat(np.arange(planted), [rows for _, _, rows in names.PLANTED])
    published = published[Draws("immigration").order(len(published))]
    # in other logs only, by agencies with and without any in Alvin's log
    elsewhere = _each(wording.ELSEWHERE)
    elsewhere_by = np.array([0, first, first + 1])[Draws("elsewhere").below(3, len(elsewhere))]
    department = _each(wording.DEPARTMENT, one_in)
    weights = 3000 // np.arange(3, 3 + len(others))
    department_by = others[Draws("department").pick(weights, len(department))]
    canaries = [_unplanted(text, "typed") for text in wording.CANARIES]
    return [
        _batch(published, _each(wording.IMMIGRATION), IMMIGRATION, must=1),
        _batch(elsewhere_by, elsewhere, IMMIGRATION, must=0b000110, must_not=1),
        _batch(department_by, department, DEPARTMENT, must=1),
        _alerts(others, one_in),
        _traps(len(agencies), first),
        _batch(others[: len(canaries)], canaries, CANARY, must=0b111111),
        *(_own(index, one_in) for index in range(len(DISTRICTS))),
    ]


def _batch(
    agency: np.ndarray, reasons: Sequence[wording.Planted], group: int, must: int, must_not: int = 0
) -> Batch:
    """One search for each reason given."""
    size = len(reasons)
    before_or_after = {"typed": -1, "dropdown": 1, "dropdown+typed": 1}
    return Batch(
        agency=agency,
        reason=pa.array([reason.reason for reason in reasons], pa.string()),
        tier=np.array([TIERS.index(reason.tier) for reason in reasons]),
        kind=np.array([KINDS.index(reason.kind or "") for reason in reasons]),
        origin=np.array([ORIGINS.index(reason.origin) for reason in reasons]),
        mixed=np.array([reason.mixed for reason in reasons], dtype=bool),
        group=np.full(size, group),
        must=np.full(size, must),
        must_not=np.full(size, must_not),
        era=np.array([before_or_after.get(reason.origin, 0) for reason in reasons]),
    )


def _each(planted: Sequence[wording.Planted], one_in: int = 1) -> list[wording.Planted]:
    """Each reason as often as it is planted; a small release keeps one of each."""
    return [reason for reason in planted for _ in range(max(1, reason.rows // one_in))]


def _unplanted(text: str, origin: str) -> wording.Planted:
    """A reason that no total counts, once."""
    return wording.Planted(text, 1, "none", None, origin)


def _alerts(others: np.ndarray, one_in: int) -> Batch:
    size = max(6, wording.VIOLATOR_ALERTS // one_in)
    alerts = texts.machine_texts(np.zeros(size, dtype=np.int64), Draws("alerts"), ("Immigration Violator",))
    reasons = [_unplanted(text, "machine") for text in alerts.to_pylist()]
    agency = np.concatenate((np.arange(len(names.PLANTED)), others))[Draws("alerting").below(40, size)]
    return _batch(agency, reasons, ALERT, must=1)


def _traps(count: int, first: int) -> Batch:
    """Each trap one to three times in Alvin's log, now and then by an agency with real planted searches."""
    draws = Draws("traps")
    rows = draws.below(3, len(wording.TRAPS)) + 1
    traps = (trap for trap, times in zip(wording.TRAPS, rows) for _ in range(times))
    reasons = [_unplanted(trap, texts.origin_of(trap)) for trap in traps]
    agency = first + draws.below(min(count - first, 300), len(reasons))
    return _batch(agency, reasons, TRAP, must=1)


def _own(index: int, one_in: int) -> Batch:
    """The searches of one district's own police, all of which are in its own log."""
    draws = Draws(f"own {index}")
    size = max(len(wording.OWN), DISTRICTS[index].own_searches // one_in)
    text = np.concatenate((np.arange(len(wording.OWN)), draws.below(len(wording.OWN), size)))[:size]
    reasons = [_unplanted(wording.OWN[number], "typed") for number in text]
    agency = np.full(size, len(names.PLANTED) + index)
    return _batch(agency, reasons, OWN, must=1 << index, must_not=0b111111 ^ (1 << index))


# Ordinary searches ------------------------------------------------------------------------------------------


def _ordinary(agencies: list[names.Agency], rollout: np.ndarray, size: int, elsewhere: int) -> Batch:
    """All other searches: no total counts any of them."""
    draws = Draws("ordinary")
    planted, own = len(names.PLANTED), len(DISTRICTS)
    # Each agency once, then a few large agencies many times, as in every log read; no district's police. Most agencies
    # make few searches, so the smaller a log, the fewer of them are in it.
    weights = 10**10 // (draws.order(len(agencies)) + 60) ** 2
    weights[planted : planted + own] = 0
    once = np.arange(planted + own, len(agencies))
    agency = np.concatenate((once, draws.pick(weights, size - len(once))))
    # Every agency is in Alvin's log, but for a few whose searches went elsewhere.
    must_not = (agency >= len(agencies) - elsewhere).astype(np.int64)
    must = np.zeros(size, dtype=np.int64)
    must[: len(agencies) - own - planted - elsewhere] = 1
    after = np.where(rollout[agency] == 0, 1, np.where(rollout[agency] >= DAYS, 0, 2))
    share = np.maximum(DAYS - rollout[agency], 0) * 1000 // DAYS
    chosen = np.where(after == 2, draws.chance(share, size), after == 1)
    reason, origin = texts.ordinary_reasons(draws, chosen)
    zeros = np.zeros(size, dtype=np.int64)
    era = np.where(chosen, 1, np.where(rollout[agency] > 0, -1, 0))
    group = np.full(size, ORDINARY)
    return Batch(agency, reason, zeros, zeros, origin, zeros.astype(bool), group, must, must_not, era)


# When, how widely and by whom -------------------------------------------------------------------------------


def _with_times(agencies: list[names.Agency], rollout: np.ndarray, batches: list[Batch]) -> Pool:
    columns = {
        field: np.concatenate([getattr(batch, field) for batch in batches])
        for field in ("agency", "tier", "kind", "origin", "mixed", "group", "must", "must_not", "era")
    }
    era, agency = columns.pop("era"), columns["agency"]
    second = schedule.times(agency, rollout[agency], era)
    start, end = schedule.windows(second)
    networks, devices = schedule.reach(columns["group"] == OWN)
    accounts, account = schedule.accounts(agencies, agency)
    officers = Draws("officers").below(1 + 60 // (1 + agency % 20), len(second))
    kinds = [weight for _, weight in wording.SEARCH_TYPES]
    return Pool(
        agencies=agencies,
        accounts=accounts,
        account=account,
        officer=agency * 64 + officers,
        second=second,
        window_start=start,
        window_end=end,
        networks=networks,
        devices=devices,
        search_type=Draws("search types").pick(kinds, len(second)),
        reason=pa.concat_arrays([batch.reason for batch in batches]),
        **columns,
    )
