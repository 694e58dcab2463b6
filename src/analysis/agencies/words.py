"""Compiles the published word list by which agency names are read (`data/hand/agency_words.toml`)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import re2

from analysis import places, toml
from analysis.agencies.word_list import Account, Replacement, StateNames, Towns, WordList, pattern_of
from analysis.refused import Refused


class BadWords(Refused):
    """The word list cannot be used; the message names the file, the entry and the remedy."""


class Words:
    """The word list, compiled. Every `any_` says in one linear pass whether any of its patterns can match."""

    def __init__(self, said: WordList) -> None:
        self.states = said.states
        self.written_out, self.any_written_out = said.written_out, _any_written(said.written_out)
        self.same, self.any_same = said.same, _any_written(said.same)
        self.capitals, self.acronyms = said.capitals, frozenset(said.acronyms.words)
        self.suffixes, self.one_agency = said.suffix, said.one_agency
        self.kinds, self.any_kind = said.kind, re2.Set.SearchSet()
        for rule in said.kind:
            self.any_kind.Add(rule.pattern.pattern)
        self.any_kind.Compile()
        self.tags = said.tag
        self.any_tag = _any_linear([pattern for tag in said.tag for pattern in tag.match])
        self.not_agency = pattern_of(f"^(?:{'|'.join(said.not_agency.match)})$")
        self.not_agency_tags = frozenset(said.not_agency.tags)
        self.not_agency_unless_both = frozenset(said.not_agency.unless_both)
        self.other_words = {entry.token: entry.pattern for entry in said.other_word}
        self.everyday = frozenset(said.also_words.codes)
        self.also_words = frozenset(said.also_words.codes + said.also_words.abbreviations)
        self.begin_names = frozenset(said.also_words.begin_names)
        self.agreement_columns, self.agreement_models = said.agreements.columns, said.agreements.models
        self.agreement_unread = frozenset(said.agreements.unread.words)
        self.agreement_not_in_force = pattern_of(*said.agreements.not_in_force.match)
        self._accounts(said.account)
        self._towns(said.towns, next(rule.match for rule in said.kind if rule.name == "no_town"))
        self._state_names(said.state_names, "|".join(said.towns.nouns))

    def _accounts(self, said: Account) -> None:
        """A product, a unit or a running number behind a word that says the type of agency; groups are what stays."""
        units, numbered = "|".join(said.patterns("units")), "|".join(said.patterns("numbered"))
        types, products = "|".join(said.patterns("types")), "|".join(said.patterns("products"))
        state = r"[ -]+[(\[]?(?-i:[A-Z]{2})[)\]]?"
        behind = rf"\b((?:{types})(?:{state})?)[ -]+(?:{units})(?: [0-9]{{1,2}})?$"
        before_state = rf"(?<!^police )(?<!^town )(?<!^city )(?<!^)\b({types})[ -]+(?:{products})({state})$"
        match = said.patterns("match")
        self.account = pattern_of(*match)
        self.account_behind = pattern_of(rf"{behind}|{before_state}|\b({numbered}) [0-9]$")
        self.any_account = _any_linear([*match, rf"[ -](?:{units})\b", rf"\b(?:{numbered}) [0-9]$"])

    def _towns(self, said: Towns, no_town: Sequence[str]) -> None:
        nouns, called = "|".join(said.nouns), "|".join(said.called)
        never = rf"(?:{'|'.join(no_town)}|\b(?:gang|hospital|medical|health)\b)"
        self.place_noun = re.compile(rf"(?:{nouns}|county|parish|township)\b")
        self.town = re.compile(rf"\b(?:{called}) (?:{nouns})\b")
        self.town_police = re.compile(rf"^(?!.*{never}).*\w (?:pd|so|police|sheriffs?|dps|public safety)\b")

    def _state_names(self, said: StateNames, nouns: str) -> None:
        """Where a state's full name says the state: before an office, behind 'university of' or a place."""
        near = {key: "|".join(words) for key, words in said.fields().items()}
        self.state_names = {name.lower(): code for code, name in self.states.items()}
        names = "|".join(sorted(self.state_names, key=len, reverse=True))
        office = rf"(?:\w+ ){{0,3}}(?:{near['office']})"
        self.any_state_name = _any_linear([names])
        self.state_name = re.compile(rf"(?<!\w)(?:{names})(?!\w)", re.IGNORECASE)
        self.never_before_state = frozenset(said.never_behind)
        self.behind_place = re.compile(rf"(?:{near['behind_place']})\b")
        self.name_in_front = re.compile(rf"^(?:the )?({names}) (?:{near['at_front_before']})\b")
        self.name_before_office = re.compile(
            rf"^(?:the )?(?!.*\b(?:{near['may_be_elsewhere']})\b)"
            rf"({names})(?<!washington) (?!(?:{nouns}|{near['no_office']})\b){office}\b"
        )
        self.name_anywhere = re.compile(rf"\b({names}) (?:{near['anywhere_before']})\b")
        self.name_behind = re.compile(rf"\b(?:{near['after']}) ({names})\b")
        self.name_in_region = re.compile(
            rf"\b(?!west virginia\b)(?:{near['in_region']}) ({names}) (?:{near['region_before']}|{office})\b"
        )
        self.name_says_nothing = re.compile(near["unless"])


def _any_linear(patterns: Sequence[str]) -> Any:
    return re2.compile("(?i)" + "|".join(f"(?:{pattern})" for pattern in patterns))


def _any_written(replacements: Sequence[Replacement]) -> Any:
    return _any_linear([replacement.written for replacement in replacements])


def read_word_list() -> Words:
    """The repository's word list. Raises `BadWords`."""
    return load(places.root() / "data" / "hand" / "agency_words.toml")


@cache
def load(path: Path) -> Words:
    """Read and compile one word list, unless another file held the same. Raises `BadWords` with the entry that cannot
    be used."""
    if not path.is_file():
        raise BadWords(f"{path.name} is missing from data/hand/; restore it from the repository")
    held = path.read_bytes()
    if held in _COMPILED:
        return _COMPILED[held]
    said = toml.read(path, path.name, WordList, BadWords, "Fix that line; the others show how.")
    try:
        return _COMPILED.setdefault(held, Words(said))
    except (re.error, ValueError, StopIteration) as error:
        raise BadWords(f"{path.name}: {error}; fix that entry, the others show how") from None


_COMPILED: dict[bytes, Words] = {}
"""Each word list by what its file held."""
