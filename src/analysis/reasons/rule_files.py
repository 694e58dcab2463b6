"""Reads the published rules and refuses, by file, rule and remedy, whatever could not work as written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from msgspec import field

from analysis import toml, vendors
from analysis.reasons.engine import TOPIC_OF_TIER, decide
from analysis.reasons.normal import readings, searched_each
from analysis.reasons.origin import Menu
from analysis.reasons.patterns import BadPattern, expressions, matches_anything
from analysis.reasons.rules import Dhs, Guard, Pattern, Rule, Rules, WordList
from analysis.refused import Refused
from analysis.vendors import facts
from analysis.vendors.facts import OffenseType

WORDS_FILE = "words.toml"


class BadRules(Refused):
    """A rule file that cannot be used; the message names file, rule and remedy."""


# What people type; data/hand/reasons/README.md explains each key ------------------------------------------------


class TypedRule(toml.Schema, frozen=True):
    """A [[rule]]."""

    id: toml.Text
    match: toml.Text
    because: toml.Text
    matches: toml.Texts
    leaves: toml.Texts
    tier: Literal["strict", "core", "broad", "suspect"] | None = None
    kind: Literal["civil", "criminal"] | None = None
    unless: tuple[toml.Text, ...] = ()
    source: str = ""
    whole: bool | None = None
    since: date | None = field(name="from", default=None)
    until: date | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", self.id):
            raise ValueError("an id is group.name in small letters, digits and _")
        for key, examples in (("matches", self.matches), ("leaves", self.leaves)):
            if len(set(examples)) < 2:
                raise ValueError(f"'{key}' has fewer than two examples; write at least two")
        if self.kind and self.tier not in ("strict", "core"):
            raise ValueError("a kind is said of strict and core rules only; remove it")
        if (self.since or date.min) > (self.until or date.max):
            raise ValueError("'from' is later than 'until', so the rule can never fire; fix the days")


class TypedGuard(toml.Schema, frozen=True):
    """A [[guard]]."""

    groups: toml.Texts
    because: toml.Text
    unless: tuple[toml.Text, ...] = ()
    when: tuple[toml.Text, ...] = ()

    def __post_init__(self) -> None:
        if not self.unless and not self.when:
            raise ValueError("a guard needs groups, because, and unless or when")


class Topic(toml.Schema, frozen=True):
    """A file of rules, named for its topic."""

    about: toml.Text
    topic: str = ""
    crime: bool = False
    whole: bool = False
    dhs: Dhs | None = None
    guard: tuple[TypedGuard, ...] = ()
    rule: tuple[TypedRule, ...] = ()

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.topic}.toml"


class TypedList(toml.Schema, frozen=True):
    """A list of words.toml."""

    means: toml.Text
    words: toml.Texts


# Reading --------------------------------------------------------------------------------------------------------


def load(folder: Path, menus: Mapping[str, facts.Menu] | None = None) -> Rules:
    """Read and check every rule file of a folder, with the menus of all vendors, or of those given by their keys;
    raises `BadRules`, and `BadVendor` for a menu.

    Every example is tried on the whole set, so a rule that steals another's example, or can never fire, is
    refused by name. Files that hold the same as those read last, wherever they are, are not read again.
    """
    if menus is not None:
        return _read(folder, menus)
    held = vendors.all_vendors(), [(path.name, path.read_bytes()) for path in sorted(folder.glob("*.toml"))]
    if not _LAST or _LAST[0][0] != held:
        _LAST[:] = [(held, _read(folder, {vendor.key: vendor.menu for vendor in held[0]}))]
    return _LAST[0][1]


_LAST: list[tuple[tuple[tuple[facts.Vendor, ...], list[tuple[str, bytes]]], Rules]] = []
"""The rules that were read last, and what they were made of."""


def _read(folder: Path, menus: Mapping[str, facts.Menu]) -> Rules:
    topics = [_topic(path) for path in sorted(folder.glob("*.toml")) if path.name != WORDS_FILE]
    types = _offense_types(menus, {topic.topic for topic in topics})
    lists = _word_lists(folder / WORDS_FILE)
    named = {words.name: words.expression for words in lists}
    made = tuple(_rule(topic, rule, named) for topic in topics for rule in topic.rule)
    _refuse_doubles(made)
    rules = Rules(
        rules=made,
        guards=tuple(guard for topic in topics for guard in _guards(topic, made, types, named)),
        offense_types=types,
        menus={vendor: Menu(menu) for vendor, menu in menus.items()},
        crimes=frozenset(topic.topic for topic in topics if topic.crime).union(
            *(menu.crimes for menu in menus.values())
        ),
        whole_topics=frozenset(topic.topic for topic in topics if topic.whole),
        lists=lists,
        about={topic.topic: topic.about for topic in topics},
        dhs=next((topic.dhs for topic in topics if topic.dhs), None),
    )
    _check_examples(rules)
    return rules


def _topic(path: Path) -> Topic:
    topic = toml.read(path, path.name, Topic, BadRules)
    if topic.topic != path.stem:
        raise BadRules(
            f'{path.name}: names no topic or another one than its file; begin with topic = "{path.stem}", '
            "or rename the file"
        )
    return topic


def _word_lists(path: Path) -> tuple[WordList, ...]:
    """The named lists of words.toml, in its order; a list may use those above it."""
    made: dict[str, WordList] = {}
    for name, table in (toml.load(path, path.name, BadRules) if path.is_file() else {}).items():
        entry = f"list '{name}'"
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
            raise BadRules(f"{path.name}, {entry}: name it in small letters, digits and _")
        listed = toml.decode(table, path.name, TypedList, BadRules, entry)
        above = {words.name: words.expression for words in made.values()}
        patterns = [_pattern(f"{path.name}, {entry}", word, above) for word in listed.words]
        expression = "|".join(dict.fromkeys(pattern.expression for pattern in patterns))
        made[name] = WordList(name, listed.means, listed.words, expression)
    return tuple(made.values())


def _pattern(where: str, written: str, lists: Mapping[str, str], whole: bool = False) -> Pattern:
    try:
        made = Pattern(written, *expressions(written, lists))
    except BadPattern as error:
        raise BadRules(f"{where}: {error}") from error
    if not whole and matches_anything(made.needed):
        raise BadRules(f"{where}: '{written}' matches any letter; name the words it is about")
    return made


def _rule(topic: Topic, rule: TypedRule, lists: Mapping[str, str]) -> Rule:
    where = f"{topic.file}, rule '{rule.id}'"
    whole = topic.whole if rule.whole is None else rule.whole
    return Rule(
        id=rule.id,
        topic=topic.topic,
        match=_pattern(where, rule.match, lists, whole),
        because=rule.because,
        matches=rule.matches,
        leaves=rule.leaves,
        unless=tuple(_pattern(where, pattern, lists) for pattern in rule.unless),
        tier=rule.tier,
        kind=rule.kind,
        source=rule.source,
        whole=whole,
        since=rule.since,
        until=rule.until,
    )


# What a single entry cannot show --------------------------------------------------------------------------------


def _refuse_doubles(rules: Sequence[Rule]) -> None:
    """Refuse an id, or a pattern of one topic, that occurs twice, and a group with two files or tiers."""
    ids: dict[str, Rule] = {}
    patterns: dict[tuple[str, str, str | None, date | None], str] = {}
    groups: dict[str, Rule] = {}
    for rule in rules:
        where = f"{rule.topic}.toml, rule '{rule.id}'"
        if rule.id in ids:
            raise BadRules(f"{where}: already in {ids[rule.id].topic}.toml; rename or remove one")
        ids[rule.id] = rule
        same = patterns.setdefault((rule.topic, rule.searched, rule.kind, rule.since), rule.id)
        if same != rule.id:
            raise BadRules(f"{where}: has the pattern of rule '{same}'; remove one")
        first = groups.setdefault(rule.group, rule)
        if (first.topic, first.tier) != (rule.topic, rule.tier):
            raise BadRules(
                f"{where}: group '{rule.group}' is {first.tier or 'without tier'} in {first.topic}.toml "
                f"({first.id}); one group has one file and one tier"
            )


def _guards(
    topic: Topic, rules: Sequence[Rule], types: Mapping[str, OffenseType], lists: Mapping[str, str]
) -> Iterator[Guard]:
    """A topic's guards; what they and [dhs] name must be there."""
    groups, ids = {rule.group for rule in rules}, {rule.id for rule in rules}
    if topic.dhs and (unknown := {topic.dhs.rule, *topic.dhs.clears} - ids):
        raise BadRules(f"{topic.file}, [dhs]: there is no rule '{min(unknown)}'; fix its name")
    ids |= {offense.rule for offense in types.values()}
    for number, guard in enumerate(topic.guard, start=1):
        where = f"{topic.file}, guard {number}"
        if unknown := (set(guard.groups) - groups) | (set(guard.when) - ids):
            raise BadRules(f"{where}: there is no group or rule '{min(unknown)}'; fix its name")
        patterns = tuple(_pattern(where, pattern, lists) for pattern in guard.unless)
        yield Guard(guard.groups, patterns, guard.when, guard.because)


def _offense_types(menus: Mapping[str, facts.Menu], topics: set[str]) -> dict[str, OffenseType]:
    """Every menu's values; one that two vendors offer must say the same."""
    found: dict[str, OffenseType] = {}
    for vendor, menu in menus.items():
        file, known = f"vendors/{vendor}/menu.toml", topics | menu.topics.keys() | {*TOPIC_OF_TIER.values()}
        _refuse_unknown_topics(f"{file}, crimes", menu.crimes, known)
        for offense in menu.offense_type:
            where = f"{file}, offense type '{offense.value}'"
            _refuse_unknown_topics(where, offense.topics, known)
            if found.setdefault(offense.value, offense) != offense:
                raise BadRules(f"{where}: another vendor's menu says something else of it; make them one")
    return found


def _refuse_unknown_topics(where: str, named: Sequence[str], known: set[str]) -> None:
    unknown = [topic for topic in named if topic not in known]
    if unknown:
        raise BadRules(f"{where}: there is no topic '{unknown[0]}'; fix it, or describe it under [topics]")


def _check_examples(rules: Rules) -> None:
    """Every example through the whole set: its rule must count each of `matches` and none of `leaves`."""
    examples = [
        (rule, text, counts)
        for rule in rules.rules
        for counts, texts in ((True, rule.matches), (False, rule.leaves))
        for text in texts
    ]
    reasons = [rules.split_reason(text) for _, text, _ in examples]
    forms = searched_each([reason.matched_text for reason in reasons])
    for (rule, text, counts), reason, form in zip(examples, reasons, forms):
        found = decide(rules.at_once(form.encode()), reason, rules)
        where = f"{rule.topic}.toml, rule '{rule.id}'"
        if counts and rule.id not in found.rules:
            because = found.removed.get(rule.id)
            why = f"removed by {because}" if because else "its pattern does not match it"
            raise BadRules(
                f"{where}: its example '{text}' does not give this rule ({why}; normal form "
                f"'{' | '.join(readings(text))}'); fix the pattern or the example"
            )
        if not counts and rule.id in found.rules:
            raise BadRules(f"{where}: matches '{text}', which it must leave; add an unless or narrow it")
