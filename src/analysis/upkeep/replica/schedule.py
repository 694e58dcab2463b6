"""Invents when each search was made, for which time frame, in how many networks, and under which account."""

from __future__ import annotations

import numpy as np

from analysis.upkeep.replica import names
from analysis.upkeep.replica.districts import DAYS
from analysis.upkeep.replica.draws import Draws

SECONDS = DAYS * 86_400


def times(agency: np.ndarray, rollout: np.ndarray, era: np.ndarray) -> np.ndarray:
    """Seconds from the first midnight; before the agency's roll-out, after it, or either, as `era` says.

    One agency never makes two searches in one second, so that each search can be distinguished from every other.
    """
    draws = Draws("times")
    first = np.where(era == 1, np.minimum(rollout, DAYS - 1), 0)
    last = np.where(era == -1, np.clip(rollout, 1, DAYS), DAYS)
    hours = [9, 7, 6, 5, 4, 5, 8, 12, 16, 18, 19, 19, 18, 19, 20, 20, 19, 18, 16, 15, 15, 14, 13, 11]
    hour = draws.pick(hours, len(agency))
    # The last minutes of a day stay free for the seconds that are moved.
    day = first + draws.below(last - first, len(agency))
    second = day * 86_400 + np.minimum(hour * 3600 + draws.below(3600, len(agency)), 85_500)
    order, rank = np.lexsort((second, agency)), np.arange(len(second))
    base = agency[order] * (2 * SECONDS)
    second[order] = np.maximum.accumulate(base + second[order] - rank) + rank - base
    return second


def windows(second: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The time frame asked for: some days back from the coming half hour, or from a minute before the search."""
    draws = Draws("windows")
    size = len(second)
    coming = (second // 1800 + 1) * 1800
    end = np.where(draws.chance(600, size), coming, second - 60 - draws.below(7200, size))
    days = np.array([1, 2, 3, 7, 14, 30, 30, 60, 90, 180])
    chosen = days[draws.pick([20, 10, 12, 25, 12, 60, 20, 8, 4, 1], size)]
    return end - chosen * 86_400, end


def reach(own: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Networks and devices of each search: a state's, or the whole country's; 0 networks in a few rows.

    `own` says which searches a district's own police made, in its own cameras alone.
    """
    draws, size = Draws("reach"), len(own)
    wide = draws.chance(720, size)
    networks = np.where(wide, 4_200 + draws.below(2_500, size), 180 + draws.below(700, size))
    networks[draws.chance(3, size)] = 0
    devices = networks * 14 + draws.below(900, size)
    networks[own], devices[own] = 1, 8
    return networks, devices


def accounts(agencies: list[names.Agency], agency: np.ndarray) -> tuple[list[str], np.ndarray]:
    """Every released name, and which of its agency's names each search was made under (mostly the first)."""
    accounts = [account for made in agencies for account in made.accounts]
    counts = np.array([len(made.accounts) for made in agencies])
    firsts = np.cumsum(counts) - counts
    second = Draws("accounts").chance(250, len(agency)) & (counts[agency] > 1)
    return accounts, firsts[agency] + second
