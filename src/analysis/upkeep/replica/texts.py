"""Invents the texts that officers typed, chose or never wrote: reasons, case numbers and plates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from analysis.upkeep.replica import wording
from analysis.upkeep.replica.draws import Draws

ORIGINS = ("typed", "dropdown", "dropdown+typed", "machine", "blank", "masked")


def origin_of(reason: str) -> str:
    """Where a planted reason came from, by the drop-down value before ' - '."""
    value, dash, text = reason.partition(" - ")
    if not dash or value not in {offense for offense, _ in wording.OFFENSES}:
        return "typed"
    return "dropdown+typed" if text else "dropdown"


def ordinary_reasons(draws: Draws, chosen: np.ndarray) -> tuple[pa.Array, np.ndarray]:
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
    origin = np.select([has_value & (shape == 1), has_value, shape == 4, shape == 1], [1, 2, 3, 4], 0)
    return reason, origin


def _prefixes() -> tuple[list[str], list[int]]:
    """Drop-down values with their separator, pairs of values among them; the last one is nothing."""
    single = [f"{value} - " for value, _ in wording.OFFENSES]
    weights = [weight * 20 for _, weight in wording.OFFENSES]
    pairs = [f"{a}, {b} - " for a, _ in wording.OFFENSES[:6] for b, _ in wording.OFFENSES[6:12]]
    return [*single, *pairs, ""], [*weights, *[80] * len(pairs), 0]


def _phrases() -> tuple[list[str], list[int]]:
    """Phrases in all their spellings, weighted so that a few cover most rows; the last one is nothing."""
    spelled = [
        (text, max(1, weight * 400 // rank))
        for rank, phrase in enumerate(wording.PHRASES, 2)
        for text, weight in wording.spelled(phrase)
    ]
    return [*(text for text, _ in spelled), ""], [*(weight for _, weight in spelled), 0]


def _tails(draws: Draws, shape: np.ndarray) -> pa.Array:
    """A case number where the reason has one, machine text where nobody typed, else nothing."""
    numbered = np.flatnonzero((shape == 2) | (shape == 3))
    machine = np.flatnonzero(shape == 4)
    cases = case_numbers(draws, len(numbered))
    machines = machine_texts(draws.pick([6, 1, 3, 1, 3, 6, 2], len(machine)), draws)
    place = np.zeros(len(shape), dtype=np.int64)
    place[numbered] = 1 + np.arange(len(numbered))
    place[machine] = 1 + len(numbered) + np.arange(len(machine))
    return pa.concat_arrays([pa.array([""]), cases, machines]).take(pa.array(place))


def case_numbers(draws: Draws, size: int) -> pa.Array:
    """Case numbers in the shapes that agencies use, six digits behind a prefix; none begins with an A."""
    shapes = {
        "25-": 30, "2025-00": 15, "25": 20, "C25-": 8, "P25": 5, "OCA 25-": 4, "INC25-0": 3, "#25-": 3, "26-": 6,
        "S2025-": 4,
    }  # fmt: skip
    prefix = pa.array(shapes).take(pa.array(draws.pick(list(shapes.values()), size)))
    return pc.binary_join_element_wise(prefix, _digits(6, draws, size), "")


def _digits(count: int, draws: Draws, size: int) -> pa.Array:
    """Numbers of so many digits, with zeros in front."""
    numbers = draws.below(10**count, size) + 10**count
    return pc.utf8_slice_codeunits(pa.array(numbers).cast(pa.string()), 1)


def plates(draws: Draws, size: int) -> pa.Array:
    """Invented plates. Their letters are I, O and Q alone, which look like digits: standard plates avoid them."""
    letters = [a + b + c for a in "IOQ" for b in "IOQ" for c in "IOQ"]
    block = pa.array(letters).take(pa.array(draws.below(len(letters), size)))
    digits, front = _digits(4, draws, size), pa.array(draws.chance(700, size))
    halves = pc.if_else(front, block, digits), pc.if_else(front, digits, block)
    return pc.binary_join_element_wise(*halves, "")


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
    return pc.binary_join_element_wise(*parts[:-1], ".", _digits(3, draws, size), "Z", "")
