"""Names words that may belong in a rule, for a person to accept; none is ever applied by itself.

Two things make a candidate: a spelling close to a listed word, and company. A word keeps company with immigration
when it is beside an immigration reason's words far more often than elsewhere.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

LISTED = (
    "immigration", "immigrations", "immigrant", "deport", "deported", "deportation", "detainer", "detainers", "removal",
    "undocumented", "overstay", "overstayed", "smuggling", "homeland", "uscis", "border patrol",
)  # fmt: skip
"""Listed words long enough that a near spelling means something; one letter off ICE or HSI means nothing."""

FAR = {"immigration": 3, "immigrations": 3}
"""How many letters a near spelling may be off; 2 for every other listed word of eight letters or more, else 1."""

ORDINARY = frozenset({
    "department", "migration", "imagination", "deposit", "depart", "departed", "depot", "report",
    "reported", "deputy", "trainer", "container", "retainer", "retained", "detained", "detain", "details",
    "remove", "removed", "approval", "rival", "arrival", "revival", "juggling", "struggling",
    "overstaying", "emigration", "irrigation", "mitigation", "immigrate", "immigrating", "immigrated",
    "homelands", "import", "export", "deports", "deporting", "deportations", "detaining", "immigrants",
    "smuggle", "smuggler", "investigation", "impersonation", "integration", "registration", "retain",
    "captain", "device", "removals", "retailer", "retainers", "containers", "trainers",
})  # fmt: skip
"""Words near a listed one that are words of their own, or in the rules already."""

BESIDE, ROWS, STRENGTH = 3, 3, 3.84
"""A word keeps company when it is in so many immigration reasons and rows, with so high a log-likelihood ratio
(3.84: one chance in twenty for a single word; many words are looked at, so this ranks them and proves nothing)."""


class Near(NamedTuple):
    """A word of a reason and the listed word it is close to."""

    word: str
    listed: str


def near_words(normal: str) -> tuple[Near, ...]:
    """Words of a normal form, alone or two together, that are close to a listed word without being one."""
    return near_words_of([normal]).get(0, ())


AT_ONCE = 50_000
"""Normal forms whose words are compared together: each distinct word once, and none is kept longer."""


def near_words_of(forms: Sequence[str]) -> dict[int, tuple[Near, ...]]:
    """`near_words` of many normal forms, by their number; those without any are left out."""
    alike = _without_digits(forms)
    near = _near_words_of_each(list(dict.fromkeys(alike)))
    return {number: near[form] for number, form in enumerate(alike) if form in near}


def _without_digits(forms: Iterable[str]) -> list[str]:
    """Normal forms with every digit made a 0: letters are looked at once for those that differ in digits."""
    return "\n".join(forms).translate(_DIGITS).split("\n")


_DIGITS = str.maketrans("123456789", "000000000")


def _near_words_of_each(forms: Sequence[str]) -> dict[str, tuple[Near, ...]]:
    found = {}
    for start in range(0, len(forms), AT_ONCE):
        said = {form: _words(form) for form in forms[start : start + AT_ONCE]}
        near = _near({word for words in said.values() for word in words})
        for form, words in said.items():
            if not near.keys().isdisjoint(words):
                found[form] = tuple(near[word] for word in dict.fromkeys(words) if word in near)
    return found


def _words(form: str) -> list[str]:
    """The words of a normal form, and each two neighbors as one."""
    said = form.split()[:200]
    return [*said, *(f"{a}{b}" for a, b in pairwise(said))]


def _near(words: Collection[str]) -> dict[str, Near]:
    """The words that are close to a listed one, each with the closest (the first listed of several)."""
    leave = ORDINARY.union(LISTED)
    long = sorted(word for word in words if len(word) >= 5 and word.isalpha() and word not in leave)
    if not long:
        return {}
    letters_off = process.cdist(long, LISTED, scorer=OSA.distance, score_cutoff=3, dtype=np.uint8)
    closest = letters_off.argmin(axis=1)
    within = np.flatnonzero(letters_off[np.arange(len(long)), closest] <= np.array(_FAR)[closest])
    pairs = [Near(long[number], LISTED[closest[number]]) for number in within]
    return {near.word: near for near in pairs if near.word[0] == near.listed[0] or near.listed[0] == "i"}


_FAR = [FAR.get(listed, 2 if len(listed) >= 8 else 1) for listed in LISTED]


class Company(NamedTuple):
    """A word with the immigration reasons and rows that hold it, other rows that hold it, and how strongly."""

    word: str
    reasons: int
    rows: int
    other_rows: int
    strength: float


def company(
    beside: Mapping[str, int], elsewhere: Mapping[str, int], known: Iterable[str] = ()
) -> list[Company]:
    """Words over-represented in some normal forms (with their rows) against others; strongest first.

    `known` words (those of the rules that counted) are left out. Strength is Dunning's log-likelihood ratio over
    rows, which does not depend on a rare word's luck as a plain ratio does.
    """
    leave = {*known}
    reasons = Counter(word for form in beside for word in set(form.split()))
    rows = _rows_of_words(beside)
    other = _rows_of_words(elsewhere)
    inside, outside = sum(beside.values()), sum(elsewhere.values())
    found = []
    for word, held in rows.items():
        if word in leave or not word.isalpha() or len(word) < 2 or reasons[word] < BESIDE or held < ROWS:
            continue
        if held * outside <= other[word] * inside:
            continue
        strength = _log_likelihood(held, inside, other[word], outside)
        if strength >= STRENGTH:
            found.append(Company(word, reasons[word], held, other[word], strength))
    return sorted(found, key=lambda word: (-word.strength, word.word))


def _rows_of_words(forms: Mapping[str, int]) -> Counter[str]:
    """The rows of each word; numbers are distinguished by their length alone."""
    alike: Counter[str] = Counter()
    for form, rows in zip(_without_digits(forms), forms.values()):
        alike[form] += rows
    counts: Counter[str] = Counter()
    for form, rows in alike.items():
        for word in set(form.split()):
            counts[word] += rows
    return counts


def _log_likelihood(held: int, inside: int, other: int, outside: int) -> float:
    """Dunning's G² of a word that `held` of `inside` rows and `other` of `outside` rows have."""
    share = (held + other) / (inside + outside)
    pairs = [(held, inside * share), (other, outside * share)]
    pairs += [(inside - held, inside * (1 - share)), (outside - other, outside * (1 - share))]
    return 2 * sum(seen * math.log(seen / due) for seen, due in pairs if seen and due)
