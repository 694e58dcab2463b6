"""Spells an agency in the one way we write it: place, state, type."""

from __future__ import annotations

import re
from functools import lru_cache

from analysis.agencies.cleaning import small_letters, trim
from analysis.agencies.state import State
from analysis.agencies.words import Words

_CO = re.compile(r"\b(?:Co\b\.?|CO\b\.?)")
_PRECINCT = re.compile(r"[-,(]*\s*\b(?:Pct|Precinct)\.?\s*#?\s*(\w+)\s*\)?", re.IGNORECASE)
_COUNTY_BEHIND = re.compile(r" - ([\w. ]+ (?:County|Parish))$")
_CONSTABLE = re.compile(r"\b(?:Const(?:able|bale)?'?s?'?s?)\b\.?(?: Office)?", re.IGNORECASE)


def spell(state: State, kind: str | None, lists: Words) -> str:
    """Place, state, type: the one way we write a name, whatever the order it was released in."""
    text = _same(state.rest if kind == "private" else _CO.sub("County", state.rest), lists)
    if kind == "constable":
        precinct = _PRECINCT.search(text)
        body = trim(_CONSTABLE.sub(" ", _PRECINCT.sub(" ", text)))
        number = f"Precinct {precinct.group(1)}" if precinct else ""
        return " ".join(filter(None, (body, state.code, "Constable", number)))
    body, word = _take_suffix(text, kind, lists)
    body = _whole_state(_COUNTY_BEHIND.sub(r" (\1)", body), state, kind, lists)
    if body.count("(") > body.count(")"):  # the type word, now behind the state, closed it
        body += ")"
    return " ".join(filter(None, (body, state.code, word))) or text


_SHORT_FORM = re.compile(r" (?:\([A-Z]{3,6}\)|- [A-Z]{3,6})$")


def _whole_state(body: str, state: State, kind: str | None, lists: Words) -> str:
    """A state's office or university with its state's name in front, however the export put it there."""
    if kind in ("state", "corrections"):
        body = _SHORT_FORM.sub("", body)
    in_front = kind == "university" and state.rule == "first word"
    if state.code is None or not (in_front or kind in ("state", "corrections", "prosecutor")):
        return body
    name, small = lists.states[state.code], small_letters(body)
    named = name.lower() not in small and lists.name_in_front.match(f"{name.lower()} {small}")
    return f"{name} {body}" if named else body


def _same(text: str, lists: Words) -> str:
    """Words that are written in several ways, written in one, with the capitals we give to place names."""
    long = [len(word) for word in text.split() if word.isalpha() and word not in lists.acronyms]
    shouted = text.isupper() and bool(long) and max(long) > (5 if len(long) == 1 else 3)
    for replacement in lists.same if lists.any_same.search(text) else ():
        text = replacement.pattern.sub(replacement.to, text)
    first, *rest = [_capital(word, shouted, lists) for word in text.split()] or [""]
    return " ".join([first, *(word.lower() if word in _SMALL_TITLES else word for word in rest)])


_SMALL_WORDS = frozenset({"of", "the", "and", "at", "on", "in", "for", "by", "to", "du"})
_SMALL_TITLES = frozenset(word.capitalize() for word in _SMALL_WORDS)
_LETTERS = re.compile(r"(?<!\w)[^\W\d_]+(?:'[^\W\d_]+)?")
_INNER_CAPITAL = re.compile(r"(?!Mc)[A-Z][a-z]+[A-Z][a-z]+")
_IRISH = re.compile(r"\b([OD]')([a-z])(?=[a-z])")


@lru_cache(maxsize=1 << 14)
def _capital(word: str, shouted: bool, lists: Words) -> str:
    """A word in the one way we write it: capitals begin it, and letters that stand for words are all capitals."""
    if known := lists.capitals.get(word.lower()):
        return known
    if word.islower():
        folds = word not in _SMALL_WORDS
    elif word.isupper():
        is_word = word not in lists.acronyms and _CALLED.fullmatch(word) is not None
        folds = (shouted or len(word) > 6) and is_word
    else:
        folds = _INNER_CAPITAL.fullmatch(word) is not None
    if folds:
        word = _LETTERS.sub(lambda letters: letters.group().capitalize(), word)
    word = _IRISH.sub(lambda found: found.group(1) + found.group(2).upper(), word)
    return f"Mc{word[2].upper()}{word[3:]}" if re.match(r"Mc[a-z]{3}", word) else word


_CALLED = re.compile(r"(?=.*[AEIOUY])[A-Z][A-Z'-]*")


def _take_suffix(text: str, kind: str | None, lists: Words) -> tuple[str, str]:
    """The name without the words that say its type, and the one word we write for them."""
    word, body = "", text
    for _ in range(3):
        shorter, found = _one_suffix(body, kind, lists)
        if not found and shorter == body:
            break
        word, body = found or word, shorter
    return body, word


def _one_suffix(text: str, kind: str | None, lists: Words) -> tuple[str, str]:
    for suffix in lists.suffixes:
        if (kind or "") in suffix.kinds:
            left = text
            if suffix.behind.search(text):
                left = trim(suffix.behind.sub(r" \1", text))
            elif suffix.word and suffix.in_front.match(text):
                left = trim(suffix.in_front.sub("", text))
            if left and left != text:
                return left, suffix.word
    return text, ""


def spell_national(text: str, kind: str | None, lists: Words) -> str:
    """The spelling of an agency of no single state: its places stay, its one national name is used."""
    small = small_letters(text)
    national = (agency.name for agency in lists.one_agency if agency.pattern.search(small))
    name = next(national, None) if kind == "federal" else None
    return name or _take_suffix(_same(text, lists), kind, lists)[0]
