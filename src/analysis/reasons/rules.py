"""Holds the published rules, guards and menu values, and their patterns in the forms that engines run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import re2

from analysis import toml
from analysis.reasons.origin import Menu, SplitReason
from analysis.reasons.patterns import words
from analysis.vendors.facts import OffenseType

TIERS = ("strict", "core", "broad")
"""The three nested totals, narrowest first."""


class Pattern(NamedTuple):
    """A pattern as written in a rule file, as an expression, and what every text that meets it holds."""

    written: str
    expression: str
    needed: str

    @property
    def reaches(self) -> bool:
        """Whether it looks for a word beside or soon after another: what makes a pass over every text slow."""
        return " ~ " in self.written or " .. " in self.written


@dataclass(frozen=True)
class Rule:
    """One published rule. `match` meets whole words of the normal form, or all of it where `whole`."""

    id: str
    topic: str
    match: Pattern
    because: str
    matches: tuple[str, ...]
    leaves: tuple[str, ...]
    unless: tuple[Pattern, ...] = ()
    tier: str | None = None
    kind: str | None = None
    source: str = ""
    whole: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def group(self) -> str:
        """The id before its dot; guards speak of groups."""
        return self.id.partition(".")[0]

    @property
    def searched(self) -> str:
        """The expression over a searched text, where each reading is written `< words >`."""
        return _in_place(self.match.expression, self.whole)

    @property
    def searched_first(self) -> str:
        """The same for what the pattern needs."""
        return _in_place(self.match.needed, self.whole)

    def in_force(self, day: date | None) -> bool:
        """Whether the rule speaks about a search of that day (UTC); of an unknown day it does."""
        return day is None or ((self.since or date.min) <= day <= (self.until or date.max))


def _in_place(expression: str, whole: bool) -> str:
    return f"< (?:{expression}) >" if whole else words(expression)


@dataclass(frozen=True)
class Guard:
    """Removes groups, never rows: where one of its patterns, or of the rules it names, matches."""

    groups: tuple[str, ...]
    unless: tuple[Pattern, ...]
    when: tuple[str, ...]
    because: str


class Dhs(toml.Schema, frozen=True):
    """Who may mean another department by the letters DHS, as [dhs] of a topic's file says.

    `rule` is that of the letters, `clears` are the rules beside which they mean the department; `states` say what the
    letters stand for there, and `agencies` are words of names.
    """

    rule: toml.Text
    clears: toml.Texts
    agencies: toml.Texts
    states: Mapping[str, str]

    def __post_init__(self) -> None:
        wrong = [state for state in self.states if not re.fullmatch("[A-Z]{2}", state)]
        if wrong:
            raise ValueError(f"'{wrong[0]}' is not a state's code of two capitals; fix it")


class WordList(NamedTuple):
    """A named list of words that several rules use."""

    name: str
    means: str
    words: tuple[str, ...]
    expression: str


Case = tuple[str, SplitReason, frozenset[int], Any]
"""The typed text of a reason, its split, the numbers of the patterns that match it, and its answer (`engine.Found`)."""


@dataclass(frozen=True)
class Rules:
    """All rules, guards, offense types and word lists of a folder; `rule_files.load` reads and checks them.

    `about` says in a sentence what each topic is.
    """

    rules: tuple[Rule, ...]
    guards: tuple[Guard, ...]
    offense_types: Mapping[str, OffenseType]
    menus: Mapping[str, Menu]
    crimes: frozenset[str]
    whole_topics: frozenset[str]
    lists: tuple[WordList, ...] = ()
    dhs: Dhs | None = None
    about: Mapping[str, str] = field(default_factory=dict)

    def __getstate__(self) -> dict[str, Any]:
        """What another process gets: the rules alone, since compiled ones cannot be sent."""
        return {name: self.__dict__[name] for name in self.__dataclass_fields__}

    def split_reason(
        self, reason: str, column: str | None = None, portal: bool = False, vendor: str | None = None
    ) -> SplitReason:
        """Split one reason by a vendor's menu (`Menu.split_reason`); without a vendor, by the first that it shows."""
        menus = [self.menus[vendor]] if vendor else list(self.menus.values())
        splits = [menu.split_reason(reason, column, portal) for menu in menus]
        return next(
            (split for split in splits if split.offense_types or split.origin == "machine"), splits[0]
        )

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """Every distinct expression of rules and guards, in order; engines speak of them by number."""
        return tuple(dict.fromkeys(self._all_patterns()))

    @cached_property
    def number(self) -> Mapping[str, int]:
        """The number of each expression."""
        return {pattern: number for number, pattern in enumerate(self.patterns)}

    @cached_property
    def by_number(self) -> Mapping[int, tuple[Rule, ...]]:
        """The rules whose `match` has each number."""
        found: dict[int, tuple[Rule, ...]] = {}
        for rule in self.rules:
            number = self.number[rule.searched]
            found[number] = (*found.get(number, ()), rule)
        return found

    @cached_property
    def number_within(self) -> Mapping[str, int]:
        """The number of each `unless`, by the pattern as written."""
        excluding = [p for rule in self.rules for p in rule.unless]
        excluding += [p for guard in self.guards for p in guard.unless]
        return {p.written: self.number[words(p.expression)] for p in excluding}

    @cached_property
    def excluding(self) -> frozenset[int]:
        """The numbers of all patterns that exclude."""
        return frozenset(self.number_within.values())

    @cached_property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """The expressions for Python's `re`: the reference engine."""
        return tuple(re.compile(pattern) for pattern in self.patterns)

    @cached_property
    def at_once(self) -> Callable[[bytes], frozenset[int]]:
        """The numbers of all patterns that match, by RE2: one linear pass, or two where a rare word asks for it.

        The first pass knows the topics, and of each immigration rule only what it needs (`ice` of
        `ice ~ {hold}`). Texts that hold nothing of the kind, nearly all, are not looked at again.
        """
        second = [rule for rule in self.rules if self._is_second(rule)]
        plain = {
            p: self.number[p] for rule in self.rules if not self._is_second(rule) for p in _patterns(rule)
        }
        needed = dict.fromkeys(rule.searched_first for rule in second)
        rest = dict.fromkeys([*(p for rule in second for p in _patterns(rule)), *self._guarding()])
        numbers, more = [*plain.values()], [self.number[p] for p in rest]
        return _in_passes(_together([*plain, *needed]), numbers, _together(rest), more)

    @cached_property
    def topics(self) -> frozenset[str]:
        """Every topic that a reason can be about, beside immigration and what is suspected of it."""
        typed = {rule.topic for rule in self.rules if rule.tier is None}
        return frozenset(
            typed | {topic for offense in self.offense_types.values() for topic in offense.topics}
        )

    @cached_property
    def matched(self) -> dict[str, frozenset[int]]:
        """The numbers of the patterns that met each text before: a log comes in blocks and repeats itself."""
        return {}

    @cached_property
    def cases(self) -> dict[tuple[str, str, bool, str | None], Case]:
        """What was found before (`table`) for a reason, an offense-type column, whether the reason may hold a menu, and
        whose."""
        return {}

    @cached_property
    def decided(self) -> dict[tuple[frozenset[int], tuple[str, ...], str], Any]:
        """What was decided before (`engine.Found`) for patterns, offense types and origin, without a day."""
        return {}

    @cached_property
    def dated(self) -> frozenset[str]:
        """The ids of rules that speak of some days only."""
        return frozenset(rule.id for rule in self.rules if rule.since or rule.until)

    @cached_property
    def guarded(self) -> Mapping[str, tuple[Guard, ...]]:
        """The groups that a guard can remove, each with its guards."""
        groups = dict.fromkeys(group for guard in self.guards for group in guard.groups)
        return {group: tuple(g for g in self.guards if group in g.groups) for group in groups}

    def _is_second(self, rule: Rule) -> bool:
        far = any(pattern.reaches for pattern in (rule.match, *rule.unless))
        return rule.tier is not None or rule.group in self.guarded or far

    def _guarding(self) -> Iterator[str]:
        for guard in self.guards:
            yield from (words(p.expression) for p in guard.unless)

    def _all_patterns(self) -> Iterator[str]:
        for rule in self.rules:
            yield from _patterns(rule)
        yield from self._guarding()


def _patterns(rule: Rule) -> Iterator[str]:
    yield rule.searched
    yield from (words(p.expression) for p in rule.unless)


def _together(patterns: Iterable[str]) -> re2.Set:
    """Patterns as one RE2 set, which finds all that match in one linear pass."""
    options = re2.Options()
    options.never_capture, options.log_errors, options.max_mem = True, False, 256 << 20
    together = re2.Set.SearchSet(options)
    for pattern in patterns:
        together.Add(pattern)
    together.Compile()
    return together


def _in_passes(
    first: re2.Set, numbers: list[int], second: re2.Set, more: list[int]
) -> Callable[[bytes], frozenset[int]]:
    """Look with the first set; where it meets a pattern beyond `numbers`, look with the second as well."""
    known: dict[tuple[int, ...], tuple[frozenset[int], bool]] = {}
    same: dict[frozenset[int], frozenset[int]] = {}
    look, look_again, nothing = first.Match, second.Match, frozenset[int]()

    def matching(text: bytes) -> frozenset[int]:
        hits = look(text)
        if hits is None:
            return nothing
        met = tuple(hits)
        if met not in known:
            found = frozenset(numbers[n] for n in met if n < len(numbers))
            known[met] = (same.setdefault(found, found), any(n >= len(numbers) for n in met))
        found, again = known[met]
        if not again:
            return found
        found = found.union(more[n] for n in look_again(text) or ())
        return same.setdefault(found, found)

    return matching
