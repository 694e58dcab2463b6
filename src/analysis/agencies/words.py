"""Reads the published word list by which agency names are read (`data/hand/agency_words.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import re2

from analysis import places, toml
from analysis.refused import Refused

KINDS = (
    "municipal",
    "county_sheriff",
    "county_police",
    "constable",
    "state",
    "school",
    "university",
    "transit_airport_port",
    "tribal",
    "task_force",
    "fusion_center",
    "prosecutor",
    "corrections",
    "fire",
    "federal",
    "military",
    "private",
    "other",
)
"""Every kind an agency can have; an agency whose kind is not known has none of them."""


class BadWords(Refused):
    """The word list cannot be used; the message names the file, the entry and the remedy."""


@dataclass(frozen=True, eq=False)
class KindRule:
    """One rule of the word list: the kind that its words decide ("" where they could mean two kinds)."""

    name: str
    kind: str
    no_state: bool
    match: re.Pattern[str]
    unless: re.Pattern[str] | None
    because: str
    matches: tuple[str, ...]
    leaves: tuple[str, ...]

    def fits(self, text: str) -> bool:
        """Whether a name, in small letters without punctuation, holds the rule's words."""
        if not self.match.search(text):
            return False
        return self.unless is None or self.match.search(self.unless.sub(" _ ", text)) is not None


@dataclass(frozen=True, eq=False)
class Suffix:
    """How a word such as 'Police Department' is written behind the state, and for which kinds."""

    kinds: frozenset[str]
    word: str
    behind: re.Pattern[str]
    in_front: re.Pattern[str]


@dataclass(frozen=True, eq=False)
class Words:
    """The whole word list, compiled."""

    states: Mapping[str, str]
    state_names: Mapping[str, str]
    written_out: tuple[tuple[re.Pattern[str], str], ...]
    any_written_out: Any
    everyday: frozenset[str]
    also_words: frozenset[str]
    begin_names: frozenset[str]
    any_state_name: Any
    state_name: re.Pattern[str]
    never_before_state: frozenset[str]
    behind_place: re.Pattern[str]
    town_police: re.Pattern[str]
    place_noun: re.Pattern[str]
    town: re.Pattern[str]
    name_in_front: re.Pattern[str]
    name_before_office: re.Pattern[str]
    name_anywhere: re.Pattern[str]
    name_behind: re.Pattern[str]
    name_in_region: re.Pattern[str]
    name_says_nothing: re.Pattern[str]
    other_words: Mapping[str, re.Pattern[str]]
    tags: tuple[tuple[str, re.Pattern[str]], ...]
    any_tag: Any
    not_agency: re.Pattern[str]
    not_agency_tags: frozenset[str]
    not_agency_unless_both: frozenset[str]
    any_account: Any
    account: re.Pattern[str]
    account_behind: re.Pattern[str]
    kinds: tuple[KindRule, ...]
    any_kind: Any
    any_same: Any
    same: tuple[tuple[re.Pattern[str], str], ...]
    capitals: Mapping[str, str]
    acronyms: frozenset[str]
    suffixes: tuple[Suffix, ...]
    one_agency: tuple[tuple[str, re.Pattern[str]], ...]
    agreement_columns: Mapping[str, tuple[str, ...]]
    agreement_unread: frozenset[str]
    agreement_not_in_force: re.Pattern[str]
    agreement_models: Mapping[str, tuple[str, ...]]


def words() -> Words:
    """The repository's word list. Raises `BadWords`."""
    return load(places.root() / "data" / "hand" / "agency_words.toml")


@cache
def load(path: Path) -> Words:
    """Read and compile one word list. Raises `BadWords` with the entry that cannot be used."""
    try:
        return _compile(toml.load(path, path.name, BadWords, "Fix that line; the others show the form."))
    except FileNotFoundError:
        raise BadWords(f"{path.name} is missing from data/hand/; restore it from the repository") from None
    except (KeyError, ValueError, RecursionError, re.error) as error:
        raise BadWords(f"{path.name}: {error}; fix that entry, the others show the form") from None


def _compile(said: Mapping[str, Any]) -> Words:
    tags = tuple((entry["tag"], _any(entry["match"])) for entry in said["tag"])
    kinds = tuple(_kind_rule(entry) for entry in said["kind"])
    return Words(
        states=said["states"],
        state_names={name.lower(): code for code, name in said["states"].items()},
        written_out=tuple((_any([entry["from"]]), entry["to"]) for entry in said["written_out"]),
        any_written_out=_any_linear([entry["from"] for entry in said["written_out"]]),
        everyday=frozenset(said["also_words"]["codes"]),
        also_words=frozenset(said["also_words"]["codes"] + said["also_words"]["abbreviations"]),
        begin_names=frozenset(said["also_words"]["begin_names"]),
        **_towns(said),
        **_state_names(said),
        other_words={entry["token"]: re.compile(entry["match"]) for entry in said["other_word"]},
        tags=tags,
        any_tag=_any_linear([pattern.pattern for _, pattern in tags]),
        not_agency=re.compile(rf"^(?:{'|'.join(said['not_agency']['match'])})$", re.IGNORECASE),
        not_agency_tags=frozenset(said["not_agency"]["tags"]),
        not_agency_unless_both=frozenset(said["not_agency"]["unless_both"]),
        any_account=_any_account(said["account"]),
        account=_any(_products(said["account"]["match"], said["account"])),
        account_behind=_account_behind(said["account"]),
        kinds=kinds,
        any_kind=_any_kind(kinds),
        any_same=_any_linear([entry["from"] for entry in said["same"]]),
        same=tuple((re.compile(entry["from"], re.IGNORECASE), entry["to"]) for entry in said["same"]),
        capitals=said["capitals"],
        acronyms=frozenset(said["acronyms"]["words"]),
        suffixes=tuple(_suffix(entry) for entry in said["suffix"]),
        one_agency=tuple((entry["name"], _any(entry["match"])) for entry in said["one_agency"]),
        agreement_columns={ours: tuple(theirs) for ours, theirs in said["agreements"]["columns"].items()},
        agreement_unread=frozenset(said["agreements"]["unread"]["columns"]),
        agreement_not_in_force=_any(said["agreements"]["not_in_force"]["match"]),
        agreement_models={ours: tuple(theirs) for ours, theirs in said["agreements"]["models"].items()},
    )


def _any(patterns: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE)


def _products(patterns: Sequence[str], said: Mapping[str, Any]) -> list[str]:
    """The patterns, with the lists of products and of funds where they name them."""
    products, funds = (f"(?:{'|'.join(said[name])})" for name in ("products", "funds"))
    return [one.replace("@products@", products).replace("@funds@", funds) for one in patterns]


def _account_behind(said: Mapping[str, Any]) -> re.Pattern[str]:
    """A unit or a running number behind a word that says the type of agency; the groups are what stays."""
    types, units, numbered, products = (
        "|".join(_products(said[name], said)) for name in ("types", "units", "numbered", "products")
    )
    state = r"[ -]+[(\[]?(?-i:[A-Z]{2})[)\]]?"
    behind = rf"\b((?:{types})(?:{state})?)[ -]+(?:{units})(?: [0-9]{{1,2}})?$"
    before_state = rf"(?<!^police )(?<!^town )(?<!^city )(?<!^)\b({types})[ -]+(?:{products})({state})$"
    return re.compile(rf"{behind}|{before_state}|\b({numbered}) [0-9]$", re.IGNORECASE)


def _any_account(said: Mapping[str, Any]) -> Any:
    """Whether a name can hold the mark of another account."""
    match, units, numbered = (_products(said[name], said) for name in ("match", "units", "numbered"))
    behind = rf"[ -](?:{'|'.join(units)})\b"
    return _any_linear([*match, behind, rf"\b(?:{'|'.join(numbered)}) [0-9]$"])


def _any_linear(patterns: Sequence[str]) -> Any:
    """One pattern that says in linear time whether any of these can match, whatever the text."""
    return re2.compile("(?i)" + "|".join(f"(?:{pattern})" for pattern in patterns))


def _any_kind(rules: Sequence[KindRule]) -> Any:
    """Says in one pass which kind rules have words in a text, by their places in the list."""
    found = re2.Set.SearchSet()
    for rule in rules:
        found.Add(rule.match.pattern)
    found.Compile()
    return found


def _kind_rule(entry: Mapping[str, Any]) -> KindRule:
    if entry["kind"] and entry["kind"] not in KINDS:
        raise ValueError(f"kind rule {entry['rule']!r}: {entry['kind']!r} is none of {', '.join(KINDS)}")
    unless = entry.get("unless")
    return KindRule(
        name=entry["rule"],
        kind=entry["kind"],
        no_state=entry.get("no_state", False),
        match=re.compile("|".join(entry["match"])),
        unless=re.compile("|".join(unless)) if unless else None,
        because=entry["because"],
        matches=tuple(entry["matches"]),
        leaves=tuple(entry["leaves"]),
    )


def _suffix(entry: Mapping[str, Any]) -> Suffix:
    said = "|".join(entry["from"])
    return Suffix(
        kinds=frozenset(entry["kinds"]),
        word=entry["word"],
        behind=re.compile(rf"(?:^|\s)[(\[]?(?:{said})[)\]]?\.?(\s*$|\s*[\[(]|\s+-\s)", re.IGNORECASE),
        in_front=re.compile(rf"^(?:{said})\s+", re.IGNORECASE),
    )


def _state_names(said: Mapping[str, Any]) -> dict[str, Any]:
    """Where a state's full name says the state: before an office, behind 'university of' or a place."""
    names = "|".join(sorted((name.lower() for name in said["states"].values()), key=len, reverse=True))
    near = {key: "|".join(said["state_names"][key]) for key in said["state_names"]}
    nouns = "|".join(said["towns"]["nouns"])
    office, region = rf"(?:\w+ ){{0,3}}(?:{near['office']})", near["region_before"]
    return {
        "any_state_name": _any_linear([names]),
        "state_name": re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE),
        "never_before_state": frozenset(said["state_names"]["never_behind"]),
        "behind_place": re.compile(rf"(?:{near['behind_place']})\b"),
        "name_in_front": re.compile(rf"^(?:the )?({names}) (?:{near['at_front_before']})\b"),
        "name_before_office": re.compile(
            rf"^(?:the )?(?!.*\b(?:{near['may_be_elsewhere']})\b)"
            rf"({names})(?<!washington) (?!(?:{nouns}|{near['no_office']})\b){office}\b"
        ),
        "name_anywhere": re.compile(rf"\b({names}) (?:{near['anywhere_before']})\b"),
        "name_behind": re.compile(rf"\b(?:{near['after']}) ({names})\b"),
        "name_in_region": re.compile(
            rf"\b(?!west virginia\b)(?:{near['in_region']}) ({names}) (?:{region}|{office})\b"
        ),
        "name_says_nothing": re.compile(near["unless"]),
    }


def _towns(said: Mapping[str, Any]) -> dict[str, Any]:
    """What a town's name looks like: 'Marine Bay' is no marine, and 'PD' behind 'Clinic' is no town's."""
    nouns, called = ("|".join(said["towns"][name]) for name in ("nouns", "called"))
    no_town = "|".join(next(rule["match"] for rule in said["kind"] if rule["rule"] == "no_town"))
    types = "pd|so|police|sheriffs?|dps|public safety"
    return {
        "place_noun": re.compile(rf"(?:{nouns}|county|parish|township)\b"),
        "town": re.compile(rf"\b(?:{called}) (?:{nouns})\b"),
        "town_police": re.compile(
            rf"^(?!.*(?:{no_town}|\b(?:gang|hospital|medical|health)\b)).*\w (?:{types})\b"
        ),
    }
