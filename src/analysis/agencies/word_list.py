"""The schema of the published word list by which agency names are read (`data/hand/agency_words.toml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, get_args

from msgspec import field

from analysis import toml

Kind = Literal[
    "municipal", "county_sheriff", "county_police", "constable", "state", "school", "university",
    "transit_airport_port", "tribal", "task_force", "fusion_center", "prosecutor", "corrections", "fire", "federal",
    "military", "private", "other",
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
"""Every kind an agency can have; an agency whose kind is not known has none of them."""


def pattern_of(*alternatives: str, flags: int = re.IGNORECASE) -> re.Pattern[str]:
    """One pattern for all. Raises `ValueError` where one is none."""
    for written in alternatives:
        try:
            re.compile(written)
        except re.error as error:
            raise ValueError(f"{written!r} is not a pattern ({error})") from None
    return re.compile("|".join(f"(?:{written})" for written in alternatives), flags)


class Entry(toml.Schema, frozen=True, dict=True, eq=False):
    """A table of the word list; its patterns are compiled when it is read, so that a bad one is named with it."""

    def __post_init__(self) -> None:
        for name, value in vars(type(self)).items():
            if isinstance(value, cached_property):
                getattr(self, name)


class Replacement(Entry, frozen=True):
    """Words, and the one way in which they are written."""

    written: toml.Text = field(name="from")
    to: str
    because: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return pattern_of(self.written)


class OtherWord(Entry, frozen=True):
    """Two capitals that are a state elsewhere and a word before these words."""

    token: toml.Text
    match: toml.Text
    because: toml.Text

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return pattern_of(self.match, flags=0)


class Named(Entry, frozen=True):
    """A status tag, or the one name of a national agency, and the words that say it."""

    name: toml.Text
    match: toml.Texts
    because: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return pattern_of(*self.match)


class KindRule(Entry, frozen=True):
    """A rule that decides an agency's kind by its words ("" where they could mean two kinds)."""

    name: toml.Text = field(name="rule")
    kind: Literal["", Kind]
    match: toml.Texts
    because: toml.Text
    matches: toml.Texts
    leaves: toml.Texts
    unless: tuple[toml.Text, ...] = ()
    no_state: bool = False

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return pattern_of(*self.match, flags=0)

    @cached_property
    def taken_out(self) -> re.Pattern[str] | None:
        return pattern_of(*self.unless, flags=0) if self.unless else None

    def fits(self, text: str) -> bool:
        """Whether a name, in small letters without punctuation, holds the rule's words."""
        if not self.pattern.search(text):
            return False
        return self.taken_out is None or self.pattern.search(self.taken_out.sub(" _ ", text)) is not None


class Suffix(Entry, frozen=True):
    """How a word such as 'Police Department' is written behind the state, and for which kinds."""

    word: str
    written: toml.Texts = field(name="from")
    kinds: tuple[Literal["", Kind], ...]

    @cached_property
    def behind(self) -> re.Pattern[str]:
        return pattern_of(rf"(?:^|\s)[(\[]?(?:{'|'.join(self.written)})[)\]]?\.?(\s*$|\s*[\[(]|\s+-\s)")

    @cached_property
    def in_front(self) -> re.Pattern[str]:
        return pattern_of(rf"^(?:{'|'.join(self.written)})\s+")


class StateNames(toml.Schema, frozen=True):
    """The words beside which a state's full name says the state, and those beside which it does not."""

    at_front_before: toml.Texts
    after: toml.Texts
    in_region: toml.Texts
    region_before: toml.Texts
    office: toml.Texts
    no_office: toml.Texts
    may_be_elsewhere: toml.Texts
    anywhere_before: toml.Texts
    behind_place: toml.Texts
    never_behind: toml.Texts
    unless: toml.Texts


class AlsoWords(toml.Schema, frozen=True):
    """Codes of states that are also words, abbreviations, or beginnings of towns' names."""

    codes: toml.Texts
    abbreviations: toml.Texts
    begin_names: toml.Texts
    because: toml.Text


class Towns(toml.Schema, frozen=True):
    """What a town's name looks like: 'Marine Bay' is no marine, and 'PD' behind 'Clinic' is no town's."""

    nouns: toml.Texts
    called: toml.Texts
    because: toml.Text


class NotAgency(toml.Schema, frozen=True):
    """Names that are no agency's; an empty text meets an account without a name."""

    match: tuple[str, ...]
    tags: toml.Texts
    unless_both: toml.Texts
    because: toml.Text


class Account(toml.Schema, frozen=True):
    """Products and units behind a name, which mark another account of one agency."""

    match: toml.Texts
    products: toml.Texts
    funds: toml.Texts
    types: toml.Texts
    units: toml.Texts
    numbered: toml.Texts
    because: toml.Text

    def patterns(self, key: str) -> list[str]:
        """A list, with those of products and of funds where it names them."""
        products, funds = f"(?:{'|'.join(self.products)})", f"(?:{'|'.join(self.funds)})"
        listed = self.fields()[key]
        return [text.replace("@products@", products).replace("@funds@", funds) for text in listed]


class Matched(toml.Schema, frozen=True):
    """Words, and why they are listed."""

    match: toml.Texts
    because: toml.Text


class Listed(toml.Schema, frozen=True):
    """Words that are taken as they are."""

    words: toml.Texts
    because: str = ""


class Agreements(toml.Schema, frozen=True):
    """How lists of 287(g) agreements call their columns and the models of agreement."""

    columns: Mapping[str, tuple[toml.Text, ...]]
    unread: Listed
    not_in_force: Matched
    models: Mapping[str, tuple[toml.Text, ...]]


class WordList(toml.Schema, frozen=True):
    """The whole file."""

    written_out: tuple[Replacement, ...]
    states: Mapping[str, str]
    state_names: StateNames
    other_word: tuple[OtherWord, ...]
    also_words: AlsoWords
    towns: Towns
    tag: tuple[Named, ...]
    not_agency: NotAgency
    account: Account
    kind: tuple[KindRule, ...]
    same: tuple[Replacement, ...]
    capitals: Mapping[str, str]
    acronyms: Listed
    suffix: tuple[Suffix, ...]
    one_agency: tuple[Named, ...]
    agreements: Agreements
