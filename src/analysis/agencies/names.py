"""Reads one agency name: its status tags, its state, its kind and its one spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from analysis.agencies.cleaning import LONGEST, clean, small_letters, take_account, take_tags, written_out
from analysis.agencies.spelling import spell, spell_national
from analysis.agencies.state import SD_UNCLEAR, State, read_state
from analysis.agencies.word_list import KindRule
from analysis.agencies.words import Words, read_word_list
from analysis.vendors.masks import is_masked


@dataclass(frozen=True)
class Name:
    """What a released name says; `decided_by` names the rules that decided kind and state."""

    released: str
    agency: str
    state: str | None
    kind: str | None
    tags: tuple[str, ...]
    decided_by: str


def read(released: str, lists: Words | None = None) -> Name:
    """Read one name by the published rules, in their order. Any text is readable; nothing is guessed.

    A blank name and a mask keep their spelling and have neither state nor kind. `lists` are the word lists,
    where many names are read at once.
    """
    return _read(released, lists or read_word_list())


def bare(released: str, lists: Words | None = None) -> str:
    """A name without status tags and without the product or unit that marks another account of one agency; `lists` as
    in `read`."""
    lists = lists or read_word_list()
    return take_account(*take_tags(written_out(clean(released), lists), lists), lists)[0]


def key(agency: str) -> str:
    """A canonical spelling without capitals and punctuation, for comparing two lists of agencies."""
    text = unicodedata.normalize("NFKC", agency).casefold().replace("'", "").replace("’", "").replace(".", "")
    return " ".join(re.findall(r"\w+", text))


@lru_cache(maxsize=1 << 16)
def _read(released: str, lists: Words) -> Name:
    text = clean(released)
    why = "blank" if not text else "masked" if is_masked(text) else "too long" if len(text) > LONGEST else ""
    if why:
        return Name(released, text, None, None, (why,), f"kind={why}; state={why}")
    text, tags = take_tags(written_out(text, lists), lists)
    if lists.not_agency.match(text) or lists.not_agency_tags & set(tags):
        return _nobody(released, tags)
    text, tags = take_account(text, tags, lists)
    state = read_state(text, lists)
    rule, kind = _kind(kind_text(state, lists), "federal" in tags, lists)
    if rule is not None and rule.name == "municipal" and _INITIALS.fullmatch(state.rest):
        rule, kind = None, None
    if lists.not_agency_unless_both & set(tags) and not (kind and state.code):
        return _nobody(released, tags)
    by_tag = kind == "federal" and (rule is None or rule.kind != "federal") and "federal" in tags
    by_kind = "federal.tag" if by_tag else (rule.name if rule else "unresolved")
    if kind == "federal" or (
        rule is not None and rule.no_state
    ):  # national agencies and companies have no state
        decided = f"kind={by_kind}; state=no single state"
        return Name(released, spell_national(text, kind, lists), None, kind, tags, decided)
    decided = f"kind={by_kind}; state={state.rule}"
    return Name(released, spell(state, kind, lists), state.code, kind, tags, decided)


def _nobody(released: str, tags: tuple[str, ...]) -> Name:
    """A marker, a number, the vendor's own or a demonstration account: a name that is no agency's."""
    decided = "kind=not_agency; state=not_agency"
    return Name(released, clean(released), None, None, (*tags, "not_agency"), decided)


# Kind -------------------------------------------------------------------------------------------------------


_LOCATOR = re.compile(r"[(\[][^)\]]*\b(?:county|co)\b[^)\]]*[)\]]|(?<=(?:pd|so)) +- .*\bcounty$", re.I)
_SHORT_COUNTY = re.compile(r"\bco\b")


def kind_text(state: State, lists: Words) -> str:
    """The text that kind rules look at, `~` standing for a state in front."""
    rest = state.rest
    located = _LOCATOR.sub(" ", rest) if set(rest) & set("([-") else rest
    small = _SHORT_COUNTY.sub("county", small_letters(located))
    named = lists.name_in_front.match(small) if state.named else None
    if named and state.code in (None, lists.state_names[named.group(1)]):
        small = f"~{small[named.end(1) :]}"
    if state.before_police:  # 'Tarnwick Park IL Police' has no park police
        small = re.sub(r"\bpolice\b", "pd", small)
    if state.rule == SD_UNCLEAR:
        small = small.removesuffix(" sd")
    return f"~ {small}".replace("~ ~", "~") if state.in_front else small


_INITIALS = re.compile(
    r"(?:[A-Z]{2,4}|[B-DF-HJ-NP-TV-XZ]{2,8})(?: (?:PD|Police|Police Department|DPS|Public Safety))?"
)
"""Letters that stand for something: whose police that is, the name does not say."""


def _first_rule(small: str, lists: Words) -> KindRule | None:
    holding = sorted(lists.any_kind.Match(small) or ())
    return next((lists.kinds[number] for number in holding if lists.kinds[number].fits(small)), None)


_OF_PLACES = frozenset({"municipal", "county_sheriff", "county_police"})
"""Kinds for which it makes no difference that a word is part of a town's name."""


def _kind(small: str, tagged_federal: bool, lists: Words) -> tuple[KindRule | None, str | None]:
    """The first rule that fits, and the kind it decides; the vendor's federal tag decides all but military."""
    rule = _first_rule(small, lists)
    if rule is None or rule.kind not in _OF_PLACES:
        town = lists.town.sub("_", small)
        rule = rule if town == small else _first_rule(town, lists)
    if tagged_federal and (rule is None or rule.kind != "military"):
        return rule if rule and rule.kind == "federal" else None, "federal"
    return rule, (rule.kind or None) if rule else None
