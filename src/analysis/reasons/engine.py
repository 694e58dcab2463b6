"""Decides what the rules make of one reason: rules, topics, total and kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from analysis.reasons.normal import searched
from analysis.reasons.origin import SplitReason
from analysis.reasons.rules import TIERS, Pattern, Rule, Rules

TOPIC_OF_TIER = {
    "strict": "immigration",
    "core": "immigration",
    "broad": "homeland_security",
    "suspect": "immigration_suspect",
}
"""HSI and DHS are a line of their own; `immigration_suspect` is counted in no total and read by a person."""

INTERFACE_TOPIC = "interface"
"""Every machine-made reason."""

MACHINE_TOPIC = "machine_immigration"
"""Machine-made reasons that quote immigration words: in none of the three totals, counted by themselves."""


class Removal(NamedTuple):
    """What removed a rule that matched: a pattern met, or another rule that matched, and why that matters."""

    pattern: Pattern | None
    rule: str
    because: str

    def __str__(self) -> str:
        return f"unless '{self.pattern.written}'" if self.pattern else f"rule {self.rule}"


@dataclass(frozen=True)
class Found:
    """What the rules make of one reason. `removed` says for each rule that matched in vain what removed it."""

    rules: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    tier: str = "none"
    kind: str | None = None
    mixed: bool = False
    removed: Mapping[str, Removal] = field(default_factory=dict)


def matching(text: str, rules: Rules) -> frozenset[int]:
    """The numbers of the patterns that match a searched text, one after the other with Python's `re`.

    `Rules.at_once` gives the same by RE2; a test holds the two equal.
    """
    return frozenset(n for n, pattern in enumerate(rules.compiled) if pattern.search(text))


def classify_text(text: str, rules: Rules) -> Found:
    """What the rules make of a cell in a native export, by the reference engine."""
    split = rules.split_reason(text)
    return decide(matching(searched(split.matched_text), rules), split, rules)


def classify_fast(split: SplitReason, rules: Rules) -> Found:
    """The same by RE2."""
    return decide(rules.at_once(searched(split.matched_text).encode()), split, rules)


def decide(matched: frozenset[int], split: SplitReason, rules: Rules, day: date | None = None) -> Found:
    """From matching patterns and offense types to rules, topics, total and kind.

    A row takes the narrowest total that a rule gives it. Guards remove groups, so another group may still count
    the row. A machine-made reason counts in no total: what it quotes gives `MACHINE_TOPIC` at most.
    """
    if split.origin in ("blank", "masked"):
        return Found()
    types = [rules.offense_types[t] for t in split.offense_types if t in rules.offense_types]
    candidates = _candidates(matched, split, rules, day)
    menu = {t.rule for t in types}
    removed = _removed(matched, candidates, menu, rules)
    kept = [rule for rule in candidates if rule.id not in removed]
    if split.origin == "machine":
        quoted = _tier([rule.tier for rule in kept]) != "none"
        return Found(topics=(INTERFACE_TOPIC, MACHINE_TOPIC) if quoted else (INTERFACE_TOPIC,))
    tier = _tier([rule.tier for rule in kept] + [t.tier for t in types])
    topics = {topic for offense in types for topic in offense.topics} | {
        _topic(rule, tier) for rule in kept
    } - {""}
    if tier == "none" and any(rule.tier for rule in candidates if rule.id in removed):
        topics.add(TOPIC_OF_TIER["suspect"])
    if tier in ("strict", "core"):
        topics.add("immigration")
    return Found(
        rules=tuple(sorted(menu | {rule.id for rule in kept})),
        topics=tuple(sorted(topics)),
        tier=tier,
        kind=_kind([*(r.kind for r in kept), *(t.kind for t in types)])
        if tier in ("strict", "core")
        else None,
        mixed=tier != "none" and not topics.isdisjoint(rules.crimes),
        removed=removed,
    )


def _candidates(matched: frozenset[int], split: SplitReason, rules: Rules, day: date | None) -> list[Rule]:
    """Rules whose pattern matched; vague words and bare codes say nothing new beside an offense type."""
    menu = (rules.offense_types.get(value) for value in split.offense_types)
    said = any(offense is None or offense.topics or offense.tier for offense in menu)
    return [
        rule
        for number in sorted(matched)
        for rule in rules.by_number.get(number, ())
        if rule.in_force(day) and not (said and rule.topic in rules.whole_topics)
    ]


def _removed(
    matched: frozenset[int], candidates: list[Rule], menu: set[str], rules: Rules
) -> dict[str, Removal]:
    """For each rule whose match was taken back: the pattern, or the other rule, that removed it."""
    if matched.isdisjoint(rules.excluding) and not any(rule.group in rules.guarded for rule in candidates):
        return {}
    own = {rule.id: _met(rule.unless, "", matched, rules) for rule in candidates}
    standing = menu | {rule.id for rule in candidates if own[rule.id] is None}
    removed = {}
    for rule in candidates:
        why = own[rule.id] or next(_guarded(rule, matched, standing, rules), None)
        if why:
            removed[rule.id] = why
    return removed


def _guarded(rule: Rule, matched: frozenset[int], standing: set[str], rules: Rules) -> Iterator[Removal]:
    for guard in rules.guarded.get(rule.group, ()):
        met = _met(guard.unless, guard.because, matched, rules)
        if met:
            yield met
        yield from (Removal(None, other, guard.because) for other in guard.when if other in standing)


def _met(
    patterns: tuple[Pattern, ...], because: str, matched: frozenset[int], rules: Rules
) -> Removal | None:
    met = (p for p in patterns if rules.number_within[p.written] in matched)
    return next((Removal(pattern, "", because) for pattern in met), None)


def _topic(rule: Rule, tier: str) -> str:
    if rule.tier is None:
        return rule.topic
    return "" if rule.tier == "suspect" and tier != "none" else TOPIC_OF_TIER[rule.tier]


def _tier(tiers: Iterable[str | None]) -> str:
    """The narrowest of the totals that count a row."""
    given = set(tiers)
    return next((tier for tier in TIERS if tier in given), "none")


def _kind(kinds: Iterable[str | None]) -> str:
    """Civil, criminal, both, or unspecified, from terms of art alone; HSI and DHS alone name no immigration matter."""
    given = sorted({kind for kind in kinds if kind})
    return "both" if len(given) == 2 else given[0] if given else "unspecified"


def dhs_alone(found: Found, rules: Rules) -> bool:
    """Whether a reason counts in broad by the letters DHS and nothing that clears them."""
    if rules.dhs is None or found.tier != "broad" or rules.dhs.rule not in found.rules:
        return False
    return not set(rules.dhs.clears) & set(found.rules)


def may_be_another_dhs(state: str | None, agency: str | None, rules: Rules) -> bool:
    """Whether DHS may be human services, a state's own body or Desert Hot Springs to this agency."""
    name = (agency or "").casefold()
    return rules.dhs is not None and (
        state in rules.dhs.states or any(words in name for words in rules.dhs.agencies)
    )
