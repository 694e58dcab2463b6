"""Reads the published rules and refuses, by file, rule and remedy, whatever could not work as written."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import re2

from analysis.reasons.engine import TIERS, classify_text
from analysis.reasons.normal import readings, words
from analysis.reasons.origin import Menu, read_machines

KINDS = ("civil", "criminal")
MENU_FILE = "offense_types.toml"
_FILE_KEYS = {"topic", "about", "crime", "whole", "dhs", "guard", "rule"}
_RULE_KEYS = {
    "id", "tier", "kind", "match", "unless", "because", "matches", "leaves", "source", "whole", "from", "until",
}  # fmt: skip
_NEEDED = ("id", "match", "because", "matches", "leaves")
_GUARD_KEYS = {"groups", "unless", "when", "because"}
_TYPE_KEYS = {"value", "topics", "tier", "kind", "because"}
_NOT_ALLOWED = (
    (r"\(\?|\\|[\^$.]", "look-around, back-references, anchors, dots and backslashes are outside the subset"),
    (r"[*+?}][*+?]", "lazy and possessive repeats are outside the subset"),
    (r"\)[*+]", "an unbounded repeat of a group is outside the subset: write {0,2} or a longer list"),
    (r"\{(?!(\d|1\d|20)(,(\d|1\d|20))?\})", "a repeat must be bounded and small: {m,n} with n at most 20"),
    (r"[^a-z0-9 |()?*+\[\]{},-]", "patterns meet lower-case letters, digits and single blanks only"),
    (r"\[[^\]]*\[", "a class inside a class is outside the subset"),
)


class BadRules(Exception):
    """A rule file that cannot be used; the message names file, rule and remedy."""


@dataclass(frozen=True)
class Rule:
    """One published rule. `match` meets whole words of the normal form, or all of it where `whole`."""

    id: str
    topic: str
    match: str
    because: str
    matches: tuple[str, ...]
    leaves: tuple[str, ...]
    unless: tuple[str, ...] = ()
    tier: str | None = None
    kind: str | None = None
    source: str = ""
    whole: bool = False
    since: date | None = None
    until: date | None = None

    @property
    def group(self) -> str:
        """The part of the id before its dot; guards speak of groups."""
        return self.id.partition(".")[0]

    @property
    def pattern(self) -> str:
        """The pattern over a searched text, where each reading stands as `< words >`."""
        return f"< (?:{self.match}) >" if self.whole else words(self.match)

    def in_force(self, day: date | None) -> bool:
        """Whether the rule speaks about a search of that day (UTC); of an unknown day it does."""
        return day is None or ((self.since or date.min) <= day <= (self.until or date.max))


@dataclass(frozen=True)
class Guard:
    """Removes groups, never rows: where one of its patterns, or of the rules it names, matches."""

    groups: tuple[str, ...]
    unless: tuple[str, ...]
    when: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class OffenseType:
    """One value of the vendor's menu and what it says."""

    value: str
    topics: tuple[str, ...]
    tier: str | None
    kind: str | None
    because: str

    @property
    def rule(self) -> str:
        """Its name among the rules, such as `dropdown.hit_and_run_car_accident`."""
        return "dropdown." + re.sub("[^a-z0-9]+", "_", self.value.casefold()).strip("_")


@dataclass(frozen=True)
class Rules:
    """All rules, guards and offense types of a folder, checked."""

    rules: tuple[Rule, ...]
    guards: tuple[Guard, ...]
    offense_types: Mapping[str, OffenseType]
    menu: Menu
    crimes: frozenset[str]
    whole_topics: frozenset[str]
    dhs: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def load(cls, folder: Path) -> Rules:
        """Read and check every rule file of a folder; raises `BadRules`."""
        if not (folder / MENU_FILE).is_file():
            raise BadRules(f"{folder}: {MENU_FILE} is missing; it lists the values of the vendor's menu")
        menu_file = _read(folder / MENU_FILE)
        types = {t.value: t for t in _offense_types(menu_file)}
        topics = [
            (path.name, _read(path)) for path in sorted(folder.glob("*.toml")) if path.name != MENU_FILE
        ]
        made = [(name, rule) for name, content in topics for rule in _rules(name, content)]
        _refuse_doubles(made)
        rules = cls(
            rules=tuple(rule for _, rule in made),
            guards=tuple(g for name, content in topics for g in _guards(name, content, made, types)),
            offense_types=types,
            menu=Menu(tuple(types), read_machines(menu_file.get("machine", []))),
            crimes=frozenset(c["topic"] for _, c in topics if c.get("crime"))
            | set(menu_file.get("crimes", [])),
            whole_topics=frozenset(c["topic"] for _, c in topics if c.get("whole")),
            dhs=next((c["dhs"] for _, c in topics if "dhs" in c), {}),
        )
        for name, rule in made:
            _check_examples(name, rule, rules)
        return rules

    @cached_property
    def patterns(self) -> tuple[str, ...]:
        """Every distinct pattern of rules and guards, in order; engines speak of them by number."""
        return tuple(dict.fromkeys(self._all_patterns()))

    @cached_property
    def number(self) -> Mapping[str, int]:
        """The number of each pattern."""
        return {pattern: number for number, pattern in enumerate(self.patterns)}

    @cached_property
    def by_number(self) -> Mapping[int, tuple[Rule, ...]]:
        """The rules whose `match` has each number."""
        numbers = dict.fromkeys(self.number[rule.pattern] for rule in self.rules)
        return {n: tuple(r for r in self.rules if self.number[r.pattern] == n) for n in numbers}

    @cached_property
    def number_within(self) -> Mapping[str, int]:
        """The number of each `unless`, by the text of the rule file."""
        excluding = [p for rule in self.rules for p in rule.unless]
        excluding += [p for guard in self.guards for p in guard.unless]
        return {p: self.number[words(p)] for p in excluding}

    @cached_property
    def compiled(self) -> tuple[re.Pattern[str], ...]:
        """The patterns for Python's `re`: the reference engine, which also says which words matched."""
        return tuple(re.compile(pattern) for pattern in self.patterns)

    @cached_property
    def all_at_once(self) -> re2.Set:
        """The patterns as one RE2 set, which finds all that match in one linear pass."""
        options = re2.Options()
        options.never_capture, options.log_errors, options.max_mem = True, False, 256 << 20
        together = re2.Set.SearchSet(options)
        for pattern in self.patterns:
            together.Add(pattern)
        together.Compile()
        return together

    @cached_property
    def dated(self) -> frozenset[str]:
        """The ids of rules that speak of some days only."""
        return frozenset(rule.id for rule in self.rules if rule.since or rule.until)

    def guards_of(self, group: str) -> tuple[Guard, ...]:
        """The guards that can remove a group."""
        return self._guards_by_group.get(group, ())

    @cached_property
    def _guards_by_group(self) -> Mapping[str, tuple[Guard, ...]]:
        groups = dict.fromkeys(group for guard in self.guards for group in guard.groups)
        return {group: tuple(g for g in self.guards if group in g.groups) for group in groups}

    def _all_patterns(self) -> Iterator[str]:
        for rule in self.rules:
            yield rule.pattern
            yield from map(words, rule.unless)
        for guard in self.guards:
            yield from map(words, guard.unless)


def _read(path: Path) -> dict[str, Any]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadRules(f"{path.name}: not readable as TOML ({error}); mend the line it names") from error
    known = {"offense_type", "machine", "crimes"} if path.name == MENU_FILE else _FILE_KEYS
    _refuse_unknown(path.name, "the file", content, known)
    if path.name != MENU_FILE and not content.get("topic"):
        raise BadRules(f'{path.name}: names no topic; begin with topic = "…"')
    return content


def _refuse_unknown(file: str, what: str, table: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(set(table) - known)
    if unknown:
        raise BadRules(f"{file}, {what}: unknown key '{unknown[0]}'; known are {', '.join(sorted(known))}")


def _rules(file: str, content: Mapping[str, Any]) -> Iterator[Rule]:
    for table in content.get("rule", []):
        name = f"rule '{table.get('id', '(without id)')}'"
        _refuse_unknown(file, name, table, _RULE_KEYS)
        _check_table(file, name, table, table.get("whole", content.get("whole", False)))
        yield Rule(
            id=table["id"], topic=content["topic"], match=table["match"], because=table["because"],
            matches=tuple(table["matches"]), leaves=tuple(table["leaves"]), unless=tuple(table.get("unless", ())),
            tier=table.get("tier"), kind=table.get("kind"), source=table.get("source", ""),
            whole=table.get("whole", content.get("whole", False)),
            since=table.get("from"), until=table.get("until"),
        )  # fmt: skip


def _check_table(file: str, name: str, table: Mapping[str, Any], whole: bool) -> None:
    missing = [key for key in _NEEDED if not table.get(key)]
    if missing:
        raise BadRules(f"{file}, {name}: '{missing[0]}' is missing; a rule needs {', '.join(_NEEDED)}")
    if not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", table["id"]):
        raise BadRules(f"{file}, {name}: an id is group.name in small letters, digits and _")
    for key in ("matches", "leaves"):
        if len(set(table[key])) < 2:
            raise BadRules(f"{file}, {name}: '{key}' has fewer than two examples; write at least two")
    if table.get("tier") not in (None, "suspect", *TIERS):
        raise BadRules(f"{file}, {name}: tier '{table['tier']}' is not one of {', '.join(TIERS)}, suspect")
    if table.get("kind") not in (None, *KINDS):
        raise BadRules(f"{file}, {name}: kind '{table['kind']}' is not civil or criminal")
    for key in ("from", "until"):
        if key in table and type(table[key]) is not date:
            raise BadRules(f"{file}, {name}: '{key}' is not a day; write it as 2025-09-08, without quotes")
    for pattern in (table["match"], *table.get("unless", ())):
        check_pattern(file, name, pattern, whole or pattern != table["match"])


def check_pattern(file: str, name: str, pattern: str, whole: bool = False) -> None:
    """Raise `BadRules` for a pattern outside the linear-time subset."""
    for forbidden, why in _NOT_ALLOWED:
        found = re.search(forbidden, pattern)
        if found:
            raise BadRules(f"{file}, {name}: '{found[0]}' in '{pattern}': {why}")
    if _nested(pattern):
        raise BadRules(
            f"{file}, {name}: a repeat inside a repeated group in '{pattern}'; bound it with {{1,20}}"
        )
    try:
        re.compile(pattern)
        re2.compile(pattern)
    except (re.error, re2.error) as error:
        raise BadRules(f"{file}, {name}: '{pattern}' is no pattern ({error}); mend it") from error
    if not whole and re.search(words(pattern), " q "):
        raise BadRules(f"{file}, {name}: '{pattern}' matches any letter; name the words it is about")


def _nested(pattern: str) -> bool:
    """Whether an unbounded repeat stands inside a group that is itself repeated more than once."""
    depth_starts: list[int] = []
    for place, sign in enumerate(pattern):
        if sign == "(":
            depth_starts.append(place)
        elif sign == ")" and depth_starts:
            start = depth_starts.pop()
            repeated = pattern[place + 1 : place + 2] == "{"
            if repeated and re.search(r"[a-z0-9\])][*+]", pattern[start:place]):
                return True
    return False


def _refuse_doubles(made: Sequence[tuple[str, Rule]]) -> None:
    seen: dict[str, str] = {}
    group_of: dict[str, tuple[str, str | None, str]] = {}
    for file, rule in made:
        if rule.id in seen:
            raise BadRules(f"{file}, rule '{rule.id}': already in {seen[rule.id]}; rename or remove one")
        seen[rule.id] = file
        first = group_of.setdefault(rule.group, (file, rule.tier, rule.id))
        if first[:2] != (file, rule.tier):
            raise BadRules(
                f"{file}, rule '{rule.id}': group '{rule.group}' is {first[1] or 'without tier'} in {first[0]} "
                f"({first[2]}); one group has one file and one tier"
            )


def _guards(
    file: str, content: Mapping[str, Any], made: Sequence[tuple[str, Rule]], types: Mapping[str, OffenseType]
) -> Iterator[Guard]:
    groups = {rule.group for _, rule in made}
    rules = {rule.id for _, rule in made} | {t.rule for t in types.values()}
    for place, table in enumerate(content.get("guard", []), start=1):
        name = f"guard {place}"
        _refuse_unknown(file, name, table, _GUARD_KEYS)
        if (
            not table.get("because")
            or not table.get("groups")
            or not (table.get("unless") or table.get("when"))
        ):
            raise BadRules(f"{file}, {name}: a guard needs groups, because, and unless or when")
        unknown = sorted((set(table["groups"]) - groups) | (set(table.get("when", ())) - rules))
        if unknown:
            raise BadRules(f"{file}, {name}: there is no group or rule '{unknown[0]}'; mend its name")
        for pattern in table.get("unless", ()):
            check_pattern(file, name, pattern)
        yield Guard(
            tuple(table["groups"]),
            tuple(table.get("unless", ())),
            tuple(table.get("when", ())),
            table["because"],
        )


def _offense_types(content: Mapping[str, Any]) -> Iterator[OffenseType]:
    for table in content.get("offense_type", []):
        name = f"offense type '{table.get('value', '(without value)')}'"
        _refuse_unknown(MENU_FILE, name, table, _TYPE_KEYS)
        if not table.get("value") or "topics" not in table:
            raise BadRules(f"{MENU_FILE}, {name}: value and topics are needed")
        if ", " in table["value"] or " - " in table["value"]:
            raise BadRules(f"{MENU_FILE}, {name}: a value cannot hold ', ' or ' - ', which part values")
        if table.get("tier") not in (None, *TIERS) or table.get("kind") not in (None, *KINDS):
            raise BadRules(f"{MENU_FILE}, {name}: tier is strict, core or broad; kind is civil or criminal")
        yield OffenseType(
            table["value"],
            tuple(table["topics"]),
            table.get("tier"),
            table.get("kind"),
            table.get("because", ""),
        )


def _check_examples(file: str, rule: Rule, rules: Rules) -> None:
    """Every example through the whole set: this rule must count each of `matches` and none of `leaves`."""
    for text in rule.matches:
        found = classify_text(text, rules)
        if rule.id not in found.rules:
            because = found.removed.get(rule.id)
            why = f"removed by {because}" if because else "its pattern does not match it"
            raise BadRules(
                f"{file}, rule '{rule.id}': its example '{text}' does not give this rule ({why}; normal form "
                f"'{' | '.join(readings(text))}'); mend the pattern or the example"
            )
    for text in rule.leaves:
        if rule.id in classify_text(text, rules).rules:
            raise BadRules(
                f"{file}, rule '{rule.id}': matches '{text}', which it must leave; add an unless or narrow it"
            )
