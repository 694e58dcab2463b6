"""Reads the published rules and refuses, by file, rule and remedy, whatever could not work as written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from analysis import toml, vendors
from analysis.reasons.engine import TOPIC_OF_TIER, Found, decide
from analysis.reasons.normal import readings, searched_each
from analysis.reasons.origin import Menu
from analysis.reasons.patterns import BadPattern, expressions, matches_anything
from analysis.reasons.rules import KINDS, TIERS, Guard, Pattern, Rule, Rules, WordList
from analysis.refused import Refused
from analysis.vendors import OffenseType

WORDS_FILE = "words.toml"

_FILE_KEYS = {
    "topic": str,
    "about": str,
    "crime": bool,
    "whole": bool,
    "dhs": dict,
    "guard": list,
    "rule": list,
}
_LIST_KEYS = {"means": str, "words": list}
_RULE_KEYS = {
    "id": str, "tier": str, "kind": str, "match": str, "unless": list, "because": str, "matches": list,
    "leaves": list, "source": str, "whole": bool, "from": date, "until": date,
}  # fmt: skip
_NEEDED = ("id", "match", "because", "matches", "leaves")
_GUARD_KEYS = {"groups": list, "unless": list, "when": list, "because": str}
_DHS_KEYS = {"rule": str, "clears": list, "states": dict, "agencies": list}
_KINDS_OF_VALUE = {
    str: "a text in quotes", list: "a list in [ ]", bool: "true or false", date: "a day such as 2025-09-08",
    dict: "a table",
}  # fmt: skip


class BadRules(Refused):
    """A rule file that cannot be used; the message names file, rule and remedy."""


def load(folder: Path, menus: Mapping[str, vendors.Menu] | None = None) -> Rules:
    """Read and check every rule file of a folder, with the menus of all vendors, or of those given by their keys;
    raises `BadRules`, and `BadVendor` for a menu.

    Every example is tried on the whole set, so a rule that steals another's example, or can never fire, is
    refused by name.
    """
    if menus is None:
        menus = {vendor.key: vendor.menu for vendor in vendors.all_vendors()}
    topics = [_topic_file(path) for path in sorted(folder.glob("*.toml")) if path.name != WORDS_FILE]
    types = _offense_types(menus, {content["topic"] for _, content in topics})
    lists = _word_lists(folder / WORDS_FILE)
    named = {one.name: one.expression for one in lists}
    made = [(file, rule) for file, content in topics for rule in _rules(file, content, named)]
    _refuse_doubles(made)
    rules = Rules(
        rules=tuple(rule for _, rule in made),
        guards=tuple(g for file, content in topics for g in _guards(file, content, made, types, named)),
        offense_types=types,
        menus={vendor: Menu(menu) for vendor, menu in menus.items()},
        crimes=frozenset(c["topic"] for _, c in topics if c.get("crime")).union(
            *(menu.crimes for menu in menus.values())
        ),
        whole_topics=frozenset(c["topic"] for _, c in topics if c.get("whole")),
        lists=lists,
        about={content["topic"]: content.get("about", "") for _, content in topics},
        dhs=next((_dhs(file, content["dhs"], made) for file, content in topics if "dhs" in content), {}),
    )
    _check_examples(made, rules)
    return rules


# Reading ----------------------------------------------------------------------------------------------------


def _read(path: Path, keys: Mapping[str, type]) -> dict[str, Any]:
    content = toml.load(path, path.name, BadRules)
    _check_keys(path.name, "the file", content, keys)
    return content


def _topic_file(path: Path) -> tuple[str, dict[str, Any]]:
    content = _read(path, _FILE_KEYS)
    if content.get("topic") != path.stem:
        raise BadRules(
            f'{path.name}: names no topic or another one than its file; begin with topic = "{path.stem}", '
            "or rename the file"
        )
    return path.name, content


def _tables(
    file: str, content: Mapping[str, Any], key: str, keys: Mapping[str, type]
) -> Iterator[dict[str, Any]]:
    """The tables under one key, each with known keys of the right kind."""
    for place, table in enumerate(content.get(key, []), start=1):
        if not isinstance(table, dict):
            raise BadRules(f"{file}: '{key}' number {place} is no table; write [[{key}]] above its lines")
        _check_keys(file, _name(key, table, place), table, keys)
        yield table


def _name(key: str, table: Mapping[str, Any], place: int) -> str:
    said = table.get("id") or table.get("value") or table.get("begins")
    return f"{key.replace('_', ' ')} '{said}'" if said else f"{key.replace('_', ' ')} {place}"


def _check_keys(file: str, what: str, table: Mapping[str, Any], keys: Mapping[str, type]) -> None:
    if not isinstance(keys, _AnyTable) and (wrong := toml.unknown_key(table, keys)):
        raise BadRules(f"{file}, {what}: {wrong}")
    for key, value in table.items():
        if not _is(value, keys[key]):
            needs = "[[rule]], twice bracketed" if key == "rule" else _KINDS_OF_VALUE[keys[key]]
            raise BadRules(f"{file}, {what}: '{key}' is not {needs}; fix it")


def _is(value: Any, kind: type) -> bool:
    items = value if isinstance(value, list) else []
    return type(value) is kind and all(type(item) in (str, dict) for item in items)


def _pattern(file: str, name: str, written: str, lists: Mapping[str, str], whole: bool = False) -> Pattern:
    try:
        made = Pattern(written, *expressions(written, lists))
    except BadPattern as error:
        raise BadRules(f"{file}, {name}: {error}") from error
    if not whole and matches_anything(made.needed):
        raise BadRules(f"{file}, {name}: '{written}' matches any letter; name the words it is about")
    return made


def _word_lists(path: Path) -> tuple[WordList, ...]:
    """The named lists of words.toml, in its order; a list may use those above it."""
    made: dict[str, WordList] = {}
    for name, table in (_read(path, _AnyTable()) if path.is_file() else {}).items():
        what = f"list '{name}'"
        _check_keys(path.name, what, table, _LIST_KEYS)
        if not re.fullmatch(r"[a-z][a-z0-9_]*", name) or not table.get("means") or not table.get("words"):
            raise BadRules(f"{path.name}, {what}: a list needs a small-letter name, means and words")
        above = {one.name: one.expression for one in made.values()}
        patterns = [_pattern(path.name, what, word, above) for word in table["words"]]
        expression = "|".join(dict.fromkeys(p.expression for p in patterns))
        made[name] = WordList(name, table["means"], tuple(table["words"]), expression)
    return tuple(made.values())


class _AnyTable(dict[str, type]):
    """Accepts any key, whose value must be a table."""

    def __contains__(self, key: object) -> bool:
        return True

    def __missing__(self, key: str) -> type:
        return dict


# Rules ------------------------------------------------------------------------------------------------------


def _rules(file: str, content: Mapping[str, Any], lists: Mapping[str, str]) -> Iterator[Rule]:
    for place, table in enumerate(_tables(file, content, "rule", _RULE_KEYS), start=1):
        name, whole = _name("rule", table, place), table.get("whole", content.get("whole", False))
        _check_rule(file, name, table)
        yield Rule(
            id=table["id"], topic=content["topic"], match=_pattern(file, name, table["match"], lists, whole),
            because=table["because"], matches=tuple(table["matches"]), leaves=tuple(table["leaves"]),
            unless=tuple(_pattern(file, name, p, lists) for p in table.get("unless", ())),
            tier=table.get("tier"), kind=table.get("kind"), source=table.get("source", ""), whole=whole,
            since=table.get("from"), until=table.get("until"),
        )  # fmt: skip


def _check_rule(file: str, name: str, table: Mapping[str, Any]) -> None:
    missing = [key for key in _NEEDED if not table.get(key)]
    if missing:
        raise BadRules(f"{file}, {name}: '{missing[0]}' is missing; a rule needs {', '.join(_NEEDED)}")
    if not re.fullmatch(r"[a-z0-9_]+\.[a-z0-9_]+", table["id"]):
        raise BadRules(f"{file}, {name}: an id is group.name in small letters, digits and _")
    for key in ("matches", "leaves"):
        if len(set(table[key])) < 2:
            raise BadRules(f"{file}, {name}: '{key}' has fewer than two examples; write at least two")
    _check_tier(file, name, table, (*TIERS, "suspect"))
    if table.get("kind") and table.get("tier") not in ("strict", "core"):
        raise BadRules(f"{file}, {name}: a kind is said of strict and core rules only; remove it")
    if table.get("from", date.min) > table.get("until", date.max):
        raise BadRules(
            f"{file}, {name}: 'from' is later than 'until', so the rule can never fire; fix the days"
        )


def _check_tier(file: str, name: str, table: Mapping[str, Any], tiers: Sequence[str]) -> None:
    if table.get("tier") not in (None, *tiers):
        raise BadRules(f"{file}, {name}: tier '{table['tier']}' is not one of {', '.join(tiers)}")
    if table.get("kind") not in (None, *KINDS):
        raise BadRules(f"{file}, {name}: kind '{table['kind']}' is not civil or criminal")


def _refuse_doubles(made: Sequence[tuple[str, Rule]]) -> None:
    """Refuse an id, a pattern of one topic, or a group that stands twice."""
    ids: dict[str, str] = {}
    patterns: dict[tuple[str, str, str | None, date | None], str] = {}
    groups: dict[str, tuple[str, str | None, str]] = {}
    for file, rule in made:
        if rule.id in ids:
            raise BadRules(f"{file}, rule '{rule.id}': already in {ids[rule.id]}; rename or remove one")
        ids[rule.id] = file
        same = patterns.setdefault((rule.topic, rule.searched, rule.kind, rule.since), rule.id)
        if same != rule.id:
            raise BadRules(f"{file}, rule '{rule.id}': has the pattern of rule '{same}'; remove one")
        first = groups.setdefault(rule.group, (file, rule.tier, rule.id))
        if first[:2] != (file, rule.tier):
            raise BadRules(
                f"{file}, rule '{rule.id}': group '{rule.group}' is {first[1] or 'without tier'} in {first[0]} "
                f"({first[2]}); one group has one file and one tier"
            )


def _guards(
    file: str,
    content: Mapping[str, Any],
    made: Sequence[tuple[str, Rule]],
    types: Mapping[str, OffenseType],
    lists: Mapping[str, str],
) -> Iterator[Guard]:
    groups = {rule.group for _, rule in made}
    rules = {rule.id for _, rule in made} | {t.rule for t in types.values()}
    for place, table in enumerate(_tables(file, content, "guard", _GUARD_KEYS), start=1):
        name = f"guard {place}"
        if (
            not table.get("because")
            or not table.get("groups")
            or not (table.get("unless") or table.get("when"))
        ):
            raise BadRules(f"{file}, {name}: a guard needs groups, because, and unless or when")
        unknown = sorted((set(table["groups"]) - groups) | (set(table.get("when", ())) - rules))
        if unknown:
            raise BadRules(f"{file}, {name}: there is no group or rule '{unknown[0]}'; fix its name")
        patterns = tuple(_pattern(file, name, p, lists) for p in table.get("unless", ()))
        yield Guard(tuple(table["groups"]), patterns, tuple(table.get("when", ())), table["because"])


# The menu and DHS -------------------------------------------------------------------------------------------


def _offense_types(menus: Mapping[str, vendors.Menu], topics: set[str]) -> dict[str, OffenseType]:
    """Every menu's values; one that two vendors offer must say the same."""
    found: dict[str, OffenseType] = {}
    for vendor, menu in menus.items():
        file, known = f"vendors/{vendor}/menu.toml", topics | menu.topics.keys() | {*TOPIC_OF_TIER.values()}
        _refuse_unknown_topics(f"{file}, crimes", menu.crimes, known)
        for offense in menu.offense_type:
            name = f"offense type '{offense.value}'"
            _check_tier(file, name, offense.fields(), TIERS)
            _refuse_unknown_topics(f"{file}, {name}", offense.topics, known)
            if found.setdefault(offense.value, offense) != offense:
                raise BadRules(
                    f"{file}, {name}: another vendor's menu says something else of it; make them one"
                )
    return found


def _refuse_unknown_topics(where: str, named: Sequence[str], known: set[str]) -> None:
    unknown = [topic for topic in named if topic not in known]
    if unknown:
        raise BadRules(f"{where}: there is no topic '{unknown[0]}'; fix it, or describe it under [topics]")


def _dhs(file: str, table: Mapping[str, Any], made: Sequence[tuple[str, Rule]]) -> dict[str, Any]:
    """Who may mean another department by the letters DHS; states come with what each letter stands for."""
    _check_keys(file, "[dhs]", table, _DHS_KEYS)
    missing = [key for key in _DHS_KEYS if not table.get(key)]
    if missing:
        raise BadRules(f"{file}, [dhs]: '{missing[0]}' is missing; it needs {', '.join(_DHS_KEYS)}")
    unknown = sorted({table["rule"], *table["clears"]} - {rule.id for _, rule in made})
    if unknown:
        raise BadRules(f"{file}, [dhs]: there is no rule '{unknown[0]}'; fix its name")
    odd = [state for state in table["states"] if not re.fullmatch("[A-Z]{2}", state)]
    if odd:
        raise BadRules(f"{file}, [dhs]: '{odd[0]}' is no state's code of two capitals; fix it")
    return dict(table)


# Examples ---------------------------------------------------------------------------------------------------


def _check_examples(made: Sequence[tuple[str, Rule]], rules: Rules) -> None:
    """Every example through the whole set: its rule must count each of `matches` and none of `leaves`."""
    texts = [text for _, rule in made for text in (*rule.matches, *rule.leaves)]
    answers = iter(_found(texts, rules))
    for file, rule in made:
        for text, found in zip(rule.matches, answers):
            if rule.id not in found.rules:
                raise BadRules(f"{file}, rule '{rule.id}': {_why_not(text, rule, found)}")
        for text, found in zip(rule.leaves, answers):
            if rule.id in found.rules:
                raise BadRules(
                    f"{file}, rule '{rule.id}': matches '{text}', which it must leave; add an unless or narrow it"
                )


def _found(texts: Sequence[str], rules: Rules) -> list[Found]:
    parted = [rules.part(text) for text in texts]
    asked = searched_each([part.asked for part in parted])
    return [decide(rules.at_once(text.encode()), part, rules) for text, part in zip(asked, parted)]


def _why_not(text: str, rule: Rule, found: Found) -> str:
    because = found.removed.get(rule.id)
    why = f"removed by {because}" if because else "its pattern does not match it"
    return (
        f"its example '{text}' does not give this rule ({why}; normal form '{' | '.join(readings(text))}'); "
        "fix the pattern or the example"
    )
