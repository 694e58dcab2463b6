"""Draws whole numbers from a seed and a purpose, the same on every machine and with every library version.

Each purpose has its own stream, so that a new column never changes an old one. Bits come from a counter
(splitmix64, public domain, S. Vigna); everything after that is integer arithmetic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import numpy as np

SEED = 74


class Draws:
    """A stream of draws for one purpose; successive calls go on where the last one stopped."""

    def __init__(self, purpose: str, seed: int = SEED) -> None:
        digest = hashlib.blake2b(f"{seed}:{purpose}".encode(), digest_size=8).digest()
        self._next = np.uint64(int.from_bytes(digest, "big"))

    def bits(self, size: int) -> np.ndarray:
        """`size` numbers of 64 random bits (uint64)."""
        with np.errstate(over="ignore"):
            counter = self._next + np.arange(1, size + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
            self._next = self._next + np.uint64(size) * np.uint64(0x9E3779B97F4A7C15)
        return mix(counter)

    def below(self, end: int | np.ndarray, size: int) -> np.ndarray:
        """`size` whole numbers from 0 up to, not including, `end` (one number, or one for each draw; < 2**31)."""
        ends = np.asarray(end, dtype=np.uint64)
        return (((self.bits(size) >> np.uint64(33)) * ends) >> np.uint64(31)).astype(np.int64)

    def chance(self, per_mille: int | np.ndarray, size: int) -> np.ndarray:
        """`size` yes-or-no draws, `per_mille` of a thousand being yes."""
        return self.below(1000, size) < per_mille

    def pick(self, weights: Sequence[int] | np.ndarray, size: int) -> np.ndarray:
        """`size` indexes into `weights`, each as often as its whole-number weight says."""
        heaped = np.cumsum(np.asarray(weights, dtype=np.int64))
        return np.searchsorted(heaped, self.below(int(heaped[-1]), size), side="right")

    def order(self, size: int) -> np.ndarray:
        """The numbers from 0 to size - 1 in random order."""
        return np.argsort(self.bits(size), kind="stable")


def mix(numbers: np.ndarray) -> np.ndarray:
    """The finalizer of splitmix64: neighboring numbers become unrelated ones (uint64)."""
    with np.errstate(over="ignore"):
        numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))
