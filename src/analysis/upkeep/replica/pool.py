"""Invents the searches themselves, once each, whoever's log they will be in.

A search made over many networks is in the log of each camera owner it reached. So searches are invented
in one pool of columns (arrays of equal length, one place for each search), and each log takes its share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.upkeep.replica import names, wording
from analysis.upkeep.replica.districts import DAYS, DISTRICTS
from analysis.upkeep.replica.draws import Draws

SECONDS = DAYS * 86_400
NEVER = DAYS + 60  # roll-out day of an agency that had no drop-down in the whole month
AGENCIES_ELSEWHERE = 53  # agencies whose searches never reached Alvin ISD's cameras
ALVIN_AGENCIES = 3_187

TIERS = ("none", "broad", "core", "strict")
KINDS = ("", "civil", "criminal", "both", "unspecified")
ORIGINS = ("typed", "dropdown", "dropdown+typed", "machine", "blank", "masked")
ORDINARY, IMMIGRATION, DEPARTMENT, ALERT, TRAP, CANARY, OWN = range(7)
GROUPS = ("ordinary", "immigration", "department", "alert", "trap", "canary", "own")


@dataclass(frozen=True)
class Pool:
    """All searches: who, when, why and how; `must` and `must_not` say in which logs (bits, one per district).

    `at`, `window_start`, `window_end` are seconds since midnight of the first day in Chicago. `reason` holds
    text; `tier`, `kind`, `origin`, `group` are places in this module's lists; `account` is a place in
    `accounts`, `officer` a number that is the agency's alone.
    """

    agencies: list[names.Agency]
    accounts: list[str]
    agency: np.ndarray
    account: np.ndarray
    officer: np.ndarray
    at: np.ndarray
    window_start: np.ndarray
    window_end: np.ndarray
    networks: np.ndarray
    devices: np.ndarray
    search_type: np.ndarray
    reason: pa.Array
    tier: np.ndarray
    kind: np.ndarray
    origin: np.ndarray
    mixed: np.ndarray
    group: np.ndarray
    must: np.ndarray
    must_not: np.ndarray

    @property
    def size(self) -> int:
        """How many searches there are."""
        return len(self.at)


@dataclass(frozen=True)
class Part:
    """Some searches before they have a time: columns of the pool that depend on why they were made.

    `era` is -1 for a reason typed before the agency's roll-out, 1 for one chosen after it, 0 for either.
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
    era: np.ndarray


def invent(one_in: int) -> Pool:
    """The pool: as many searches as the six logs need, one in `one_in` of the full number."""
    elsewhere = AGENCIES_ELSEWHERE if one_in == 1 else 5
    agencies = names.agencies(max(ALVIN_AGENCIES // one_in, 400) + elsewhere)
    rollout = _rollout(len(agencies))
    parts = [*_special(agencies, one_in)]
    size = _size(one_in) - sum(len(part.agency) for part in parts)
    parts.append(_ordinary(agencies, rollout, size, elsewhere))
    return _with_times(agencies, rollout, parts)


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


def _size(one_in: int) -> int:
    alvin = distinct_rows(0, one_in)
    return alvin + alvin // 32


# Parts ------------------------------------------------------------------------------------------------------


def _rollout(count: int) -> np.ndarray:
    """The day from 0 on which each agency's drop-down arrived; the planted ones early enough to be used."""
    draws = Draws("rollout")
    days = np.array([0, 6, 9, 10, 11, 12, 13, 15, 20, 26, 31, NEVER])
    out = days[draws.pick([40, 50, 120, 180, 90, 60, 60, 90, 110, 70, 60, 70], count)]
    planted = len(names.PLANTED)
    out[:planted] = 6 + draws.below(12, planted)
    return out


def _special(agencies: list[names.Agency], one_in: int) -> list[Part]:
    """Every part whose meaning is planted row by row."""
    planted, own = len(names.PLANTED), len(DISTRICTS)
    first = planted + own
    outside = max(40, len(wording.DEPARTMENT) * 4)
    others = np.arange(first, first + outside)
    return [
        _immigration(),
        _elsewhere(first),
        _department(others, one_in),
        _alerts(others, one_in),
        _traps(len(agencies), first),
        _canaries(others),
        *(_own(place, one_in) for place in range(own)),
    ]


def _part(
    agency: np.ndarray, reasons: Sequence[wording.Planted], group: int, must: int, must_not: int = 0
) -> Part:
    """One search for each reason given."""
    size = len(reasons)
    origin = np.array([ORIGINS.index(reason.origin) for reason in reasons])
    before_or_after = {"typed": -1, "dropdown": 1, "dropdown+typed": 1}
    return Part(
        agency=agency,
        reason=pa.array([reason.reason for reason in reasons], pa.string()),
        tier=np.array([TIERS.index(reason.tier) for reason in reasons]),
        kind=np.array([KINDS.index(reason.kind or "") for reason in reasons]),
        origin=origin,
        mixed=np.array([reason.mixed for reason in reasons], dtype=bool),
        group=np.full(size, group),
        must=np.full(size, must),
        must_not=np.full(size, must_not),
        era=np.array([before_or_after.get(reason.origin, 0) for reason in reasons]),
    )


def _each(planted: Sequence[wording.Planted], one_in: int = 1) -> list[wording.Planted]:
    """Each reason as often as it is planted; a small release keeps one of each."""
    return [reason for reason in planted for _ in range(max(1, reason.rows // one_in))]


def _immigration() -> Part:
    """The searches of the published total, at full number on every scale: all of them reach Alvin ISD."""
    reasons = _each(wording.IMMIGRATION)
    draws = Draws("immigration")
    agency = np.repeat(np.arange(len(names.PLANTED)), [rows for _, _, rows in names.PLANTED])
    return _part(agency[draws.order(len(agency))], reasons, IMMIGRATION, must=1)


def _elsewhere(first: int) -> Part:
    """Immigration searches in other logs only, by agencies with and without any in Alvin's log."""
    reasons = _each(wording.ELSEWHERE)
    agency = np.array([0, first, first + 1])[Draws("elsewhere").below(3, len(reasons))]
    return _part(agency, reasons, IMMIGRATION, must=0b000110, must_not=1)


def _department(others: np.ndarray, one_in: int) -> Part:
    reasons = _each(wording.DEPARTMENT, one_in)
    agency = others[Draws("department").pick(3000 // np.arange(3, 3 + len(others)), len(reasons))]
    return _part(agency, reasons, DEPARTMENT, must=1)


def _alerts(others: np.ndarray, one_in: int) -> Part:
    size = max(6, wording.VIOLATOR_ALERTS // one_in)
    texts = machine_texts(np.zeros(size, dtype=np.int64), Draws("alerts"), ("Immigration Violator",))
    reasons = [wording.Planted(text, 1, "none", None, "machine") for text in texts.to_pylist()]
    agency = np.concatenate((np.arange(len(names.PLANTED)), others))[Draws("alerting").below(40, size)]
    return _part(agency, reasons, ALERT, must=1)


def _traps(count: int, first: int) -> Part:
    """Each trap one to three times in Alvin's log, now and then by an agency with real planted searches."""
    draws = Draws("traps")
    rows = draws.below(3, len(wording.TRAPS)) + 1
    reasons = [
        wording.Planted(trap, 1, "none", None, origin_of(trap))
        for trap, times in zip(wording.TRAPS, rows)
        for _ in range(times)
    ]
    agency = first + draws.below(min(count - first, 300), len(reasons))
    return _part(agency, reasons, TRAP, must=1)


def _canaries(others: np.ndarray) -> Part:
    reasons = [wording.Planted(text, 1, "none", None, "typed") for text in wording.CANARIES]
    return _part(others[: len(reasons)], reasons, CANARY, must=0b111111)


def _own(place: int, one_in: int) -> Part:
    """The searches of one district's own police, all of which are in its own log."""
    draws = Draws(f"own {place}")
    size = max(len(wording.OWN), DISTRICTS[place].own_searches // one_in)
    text = np.concatenate((np.arange(len(wording.OWN)), draws.below(len(wording.OWN), size)))[:size]
    reasons = [wording.Planted(wording.OWN[number], 1, "none", None, "typed") for number in text]
    agency = np.full(size, len(names.PLANTED) + place)
    return _part(agency, reasons, OWN, must=1 << place, must_not=0b111111 ^ (1 << place))


def origin_of(reason: str) -> str:
    """Where a planted reason came from, by the drop-down value before ' - '."""
    value, dash, text = reason.partition(" - ")
    if not dash or value not in {offense for offense, _ in wording.OFFENSES}:
        return "typed"
    return "dropdown+typed" if text else "dropdown"


# Ordinary searches ------------------------------------------------------------------------------------------


def _ordinary(agencies: list[names.Agency], rollout: np.ndarray, size: int, elsewhere: int) -> Part:
    """All other searches: no total counts any of them."""
    draws = Draws("ordinary")
    agency = _ordinary_agencies(draws, len(agencies), size)
    planted, own = len(names.PLANTED), len(DISTRICTS)
    # Every agency is in Alvin's log, but for a few whose searches went elsewhere.
    must_not = (agency >= len(agencies) - elsewhere).astype(np.int64)
    must = np.zeros(size, dtype=np.int64)
    must[: len(agencies) - own - planted - elsewhere] = 1
    after = np.where(rollout[agency] == 0, 1, np.where(rollout[agency] >= DAYS, 0, 2))
    share = np.maximum(DAYS - rollout[agency], 0) * 1000 // DAYS
    chosen = np.where(after == 2, draws.chance(share, size), after == 1)
    reason, origin = _ordinary_reasons(draws, chosen)
    zeros = np.zeros(size, dtype=np.int64)
    era = np.where(chosen, 1, np.where(rollout[agency] > 0, -1, 0))
    group = np.full(size, ORDINARY)
    return Part(agency, reason, zeros, zeros, origin, zeros.astype(bool), group, must, must_not, era)


def _ordinary_agencies(draws: Draws, count: int, size: int) -> np.ndarray:
    """Each agency once, then a few large agencies many times, as in every log read; no district's police."""
    first = len(names.PLANTED) + len(DISTRICTS)
    once = np.arange(first, count)
    weights = 1_000_000 // (draws.order(count) + 12)
    weights[len(names.PLANTED) : first] = 0
    return np.concatenate((once, draws.pick(weights, size - len(once))))


def _ordinary_reasons(draws: Draws, chosen: np.ndarray) -> tuple[pa.Array, np.ndarray]:
    """Reason and origin of each search; `chosen` says where the drop-down was in use.

    A reason is a drop-down value or nothing, a phrase or nothing, and a case number or nothing.
    """
    size = len(chosen)
    prefixes, prefix_weights = _prefixes()
    prefix = np.where(chosen & draws.chance(985, size), draws.pick(prefix_weights, size), len(prefixes) - 1)
    has_value = prefix < len(prefixes) - 1
    phrases, phrase_weights = _phrases()
    # In a thousand: nothing (1), a case number (2), a phrase and a case number (3), machine text (4), a phrase (0).
    typed = np.array([2, 0, 3, 4, 1])[draws.pick([345, 545, 60, 32, 18], size)]
    beside = np.array([1, 2, 0, 3])[draws.pick([500, 255, 200, 45], size)]
    shape = np.where(has_value, beside, typed)
    phrase = np.where((shape == 0) | (shape == 3), draws.pick(phrase_weights, size), len(phrases) - 1)
    tail = _tails(draws, shape)
    words = pa.array(phrases).take(pa.array(phrase))
    words = pc.if_else(pa.array(shape == 3), pc.binary_join_element_wise(words, "", " "), words)
    reason = pc.binary_join_element_wise(pa.array(prefixes).take(pa.array(prefix)), words, tail, "")
    return reason, _origins(has_value, shape)


def _origins(has_value: np.ndarray, shape: np.ndarray) -> np.ndarray:
    origin = np.where(has_value, np.where(shape == 1, 1, 2), 0)
    origin[(shape == 4) & ~has_value] = ORIGINS.index("machine")
    origin[(shape == 1) & ~has_value] = ORIGINS.index("blank")
    return origin


def _prefixes() -> tuple[list[str], list[int]]:
    """Drop-down values with their separator, pairs of values among them; the last one is nothing."""
    single = [f"{value} - " for value, _ in wording.OFFENSES]
    weights = [weight * 20 for _, weight in wording.OFFENSES]
    pairs = [f"{a}, {b} - " for a, _ in wording.OFFENSES[:6] for b, _ in wording.OFFENSES[6:12]]
    return [*single, *pairs, ""], [*weights, *[80] * len(pairs), 0]


def _phrases() -> tuple[list[str], list[int]]:
    """Phrases in all their spellings, weighted so that a few cover most rows; the last one is nothing."""
    texts, weights = [], []
    for rank, phrase in enumerate(wording.PHRASES):
        for text, weight in wording.spelled(phrase):
            texts.append(text)
            weights.append(max(1, weight * 400 // (rank + 2)))
    return [*texts, ""], [*weights, 0]


def _tails(draws: Draws, shape: np.ndarray) -> pa.Array:
    """A case number where the reason has one, machine text where nobody typed, else nothing."""
    numbered = np.flatnonzero((shape == 2) | (shape == 3))
    machine = np.flatnonzero(shape == 4)
    texts = pa.concat_arrays(
        [
            pa.array([""]),
            case_numbers(draws, len(numbered)),
            machine_texts(draws.pick([6, 1, 3, 1, 3, 6, 2], len(machine)), draws),
        ]
    )
    place = np.zeros(len(shape), dtype=np.int64)
    place[numbered] = 1 + np.arange(len(numbered))
    place[machine] = 1 + len(numbered) + np.arange(len(machine))
    return texts.take(pa.array(place))


def case_numbers(draws: Draws, size: int) -> pa.Array:
    """Case numbers in the shapes that agencies use, six digits behind a prefix; none begins with an A."""
    prefixes = pa.array(
        ["25-", "2025-00", "25", "C25-", "P25", "OCA 25-", "INC25-0", "#25-", "26-", "S2025-"]
    )
    prefix = prefixes.take(pa.array(draws.pick([30, 15, 20, 8, 5, 4, 3, 3, 6, 4], size)))
    digits = pc.utf8_slice_codeunits(pa.array(draws.below(10**6, size) + 10**6).cast(pa.string()), 1)
    return pc.binary_join_element_wise(prefix, digits, "")


def plates(draws: Draws, size: int) -> pa.Array:
    """Invented plates. Their letters are I, O and Q alone, which look like digits: standard plates avoid them."""
    letters = [a + b + c for a in "IOQ" for b in "IOQ" for c in "IOQ"]
    block = pa.array(letters).take(pa.array(draws.below(len(letters), size)))
    digits = pc.utf8_slice_codeunits(pa.array(draws.below(10**4, size) + 10**4).cast(pa.string()), 1)
    front = pa.array(draws.chance(700, size))
    first = pc.if_else(front, block, digits)
    return pc.binary_join_element_wise(first, pc.if_else(front, digits, block), "")


def machine_texts(shape: np.ndarray, draws: Draws, alerts: Sequence[str] = wording.ALERTS) -> pa.Array:
    """Reasons that nobody typed, in the vendor's wordings; `shape` chooses the wording, 0 being an alert's."""
    size = len(shape)
    alert = pa.array(list(alerts)).take(pa.array(draws.below(len(alerts), size)))
    plate = plates(draws, size)
    time = _iso_times(draws, size)
    number = pa.array(draws.below(10**8, size) + 10**8).cast(pa.string())
    join = pc.binary_join_element_wise
    wordings = [
        join("Other image search from alerts page associated with Alert: ", alert, " ", plate, " - ", time, ""),
        join("Other image search from the iOS mobile app Alerts screen associated with alert: ", alert, " ", plate,
             " - ", time, ""),
        join("Dispatch quick search associated with alert: ", alert, " ", plate, ""),
        join("Daytime Search from Hotlist for Hit with appHistoryId: tar-", number, ""),
        join("Daytime Search from Hotlist for Hit with appHistoryId: cus-", number, ""),
        pa.array(["Daytime search for best result"] * size, pa.string()),
        join("More Like This: ", alert, ""),
    ]  # fmt: skip
    return pc.choose(pa.array(shape), *wordings) if size else pa.array([], pa.string())


def _iso_times(draws: Draws, size: int) -> pa.Array:
    pad = [f"{number:02d}" for number in range(60)]
    days = pa.array([f"2025-12-{day:02d}T" for day in range(2, 32)])
    parts = [days.take(pa.array(draws.below(30, size)))]
    for end in (24, 60, 60):
        parts += [pa.array(pad).take(pa.array(draws.below(end, size))), pa.array([":"] * size, pa.string())]
    milli = pc.utf8_slice_codeunits(pa.array(draws.below(1000, size) + 1000).cast(pa.string()), 1)
    return pc.binary_join_element_wise(*parts[:-1], ".", milli, "Z", "")


# When, how widely and by whom -------------------------------------------------------------------------------


def _with_times(agencies: list[names.Agency], rollout: np.ndarray, parts: list[Part]) -> Pool:
    columns = {
        field: np.concatenate([getattr(part, field) for part in parts])
        for field in ("agency", "tier", "kind", "origin", "mixed", "group", "must", "must_not", "era")
    }
    era, agency = columns.pop("era"), columns["agency"]
    at = _times(agency, rollout[agency], era)
    start, end = _windows(at)
    networks, devices = _reach(columns["group"], len(at))
    accounts, account = _accounts(agencies, agency)
    officers = Draws("officers").below(1 + 60 // (1 + agency % 20), len(at))
    kinds = [weight for _, weight in wording.SEARCH_TYPES]
    return Pool(
        agencies=agencies,
        accounts=accounts,
        account=account,
        officer=agency * 64 + officers,
        at=at,
        window_start=start,
        window_end=end,
        networks=networks,
        devices=devices,
        search_type=Draws("search types").pick(kinds, len(at)),
        reason=pa.concat_arrays([part.reason for part in parts]),
        **columns,
    )


def _times(agency: np.ndarray, rollout: np.ndarray, era: np.ndarray) -> np.ndarray:
    """Seconds from the first midnight; before the agency's roll-out, after it, or either, as `era` says.

    One agency never makes two searches in one second, so that each search can be distinguished from every other.
    """
    draws = Draws("times")
    first = np.where(era == 1, np.minimum(rollout, DAYS - 1), 0)
    last = np.where(era == -1, np.clip(rollout, 1, DAYS), DAYS)
    hours = [9, 7, 6, 5, 4, 5, 8, 12, 16, 18, 19, 19, 18, 19, 20, 20, 19, 18, 16, 15, 15, 14, 13, 11]
    hour = draws.pick(hours, len(agency))
    # The last minutes of a day stay free for the seconds that are moved.
    at = draws.between(first, last) * 86_400 + np.minimum(
        hour * 3600 + draws.below(3600, len(agency)), 85_500
    )
    order = np.lexsort((at, agency))
    places = np.arange(len(at))
    apart = agency[order] * (2 * SECONDS) + at[order] - places
    moved = np.maximum.accumulate(apart) + places - agency[order] * (2 * SECONDS)
    at[order] = moved
    return at


def _windows(at: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The time frame asked for: some days back from the coming half hour, or from a minute before the search."""
    draws = Draws("windows")
    size = len(at)
    coming = (at // 1800 + 1) * 1800
    end = np.where(draws.chance(600, size), coming, at - 60 - draws.below(7200, size))
    days = np.array([1, 2, 3, 7, 14, 30, 30, 60, 90, 180])[
        draws.pick([20, 10, 12, 25, 12, 60, 20, 8, 4, 1], size)
    ]
    return end - days * 86_400, end


def _reach(group: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Networks and devices of each search: a state's, or the whole country's; 0 networks in a few rows."""
    draws = Draws("reach")
    wide = draws.chance(720, size)
    networks = np.where(wide, 4_200 + draws.below(2_500, size), 180 + draws.below(700, size))
    networks[draws.chance(3, size)] = 0
    devices = networks * 14 + draws.below(900, size)
    own = group == OWN
    networks[own], devices[own] = 1, 8
    return networks, devices


def _accounts(agencies: list[names.Agency], agency: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Every released name, and which of its agency's names each search was made under (mostly the first)."""
    accounts = [account for made in agencies for account in made.accounts]
    counts = np.array([len(made.accounts) for made in agencies])
    firsts = np.cumsum(counts) - counts
    second = Draws("accounts").chance(250, len(agency)) & (counts[agency] > 1)
    return accounts, firsts[agency] + second
