"""Reads the one state that an agency's name says, or says why it says none."""

from __future__ import annotations

import re
from dataclasses import dataclass

from analysis.agencies.cleaning import small_letters, trim
from analysis.agencies.words import Words


@dataclass(frozen=True)
class State:
    """A state read from a name, the rule that found it, and the name without the words that said it."""

    code: str | None
    rule: str
    rest: str
    in_front: bool = False
    before_police: bool = False
    named: bool = False


_WAYS = ("brackets", "prefix", "suffix", "before type word", "last word", "first word", "inside")
"""The ways of writing a state, most explicit first."""

_EXPLICIT = frozenset({"brackets", "prefix", "suffix"})
_TYPE = (
    r"[(\[]?(?:PD|SO\d?|SD|DPS|DA|FD|DTF|Police|Sheriff|Marshal|Const|Constable|Pct|Precinct|Dept|Department|ISD"
    r"|CISD|Public Safety|District Attorney|Prosecutor|Airport|Jail)"
)
_TWO_CAPITALS = re.compile(r"(?<![\w'&.])[A-Z]{2}(?![\w'&])")
_TYPE_NEXT = re.compile(rf"\s*-?\s+{_TYPE}\b", re.IGNORECASE)
_SHERIFF_NEXT = re.compile(r"\s*-?\s+(?:SO\d?|SD|Sheriff)\b", re.IGNORECASE)
_MIXED_CASE = re.compile(
    rf"\b([A-Z][a-z])\s+(?={_TYPE}\b)|\b(?:PD|SO|Police|Department|Dept|Office|Sheriff),?\s+([A-Z][a-z])$"
    r"|[(\[]([A-Z][a-z])[)\]]"
)
_COUNTY = re.compile(r"\b(?:County|Parish)\b", re.IGNORECASE)
_BODY = re.compile(r"^(?:City|Town|Village|Borough|Township) of\b", re.IGNORECASE)
_ONLY_CODE = re.compile(r"[(\[]?[A-Z]{2}[)\]]?[\s,-]*")
_REGIONAL = re.compile(r"(?:\w+ )?(?:regional|drug|narcotics|crimes?|gang|task|fugitive)\b")
_NEW_TOWNS = ("new", "port", "fort", "mount", "lake", "old")
_COUNTIES = ("county", "parish", "borough", "township", "city", "town", "village")
_POLICE_NEXT = re.compile(r"[)\]\s-]*Police\b", re.IGNORECASE)
_TYPE_BEFORE = re.compile(rf"\b{_TYPE}(?:'?s)?(?: Office)?\s*[-,]?\s*$", re.IGNORECASE)
SD_UNCLEAR = "SD may be a sheriff's department"
_POLICE_WORD = re.compile(
    r"\b(?:PD|SO|Police|Sheriff|DPS|Marshal|Department|Dept|University|College|Division)\b"
)


@dataclass(frozen=True)
class _Code:
    """Two capitals that are a state's code, how they are written in a name, and where."""

    letters: str
    way: str
    start: int
    end: int


def read_state(text: str, lists: Words) -> State:
    """The one state that a name holds, the most explicit way of writing it first; two different ones decide nothing."""
    codes = _codes(text, lists)
    if named := lists.any_state_name.search(text) is not None:
        coded = _coded(text, max((_clear(code, text) for code in codes), default=0), lists)
        text, codes = (text, codes) if coded == text else (coded, _codes(coded, lists))
    instead = [code for code in codes if _is_instead(text, code, codes)]
    counties = [code for code in instead if code.letters == "CO"]
    codes = _without_words([code for code in codes if code not in instead], text, lists)
    distinct = {found.letters for found in codes}
    if len(distinct) > 1:
        return State(None, "two states", _rewritten(text, [], counties), named=named)
    if not codes:
        return _without_code(_rewritten(text, [], counties), counties, named, lists)
    ways = [found.way for found in codes]
    # one that belongs to a phrase stays ('University of TX')
    marked = [code for code in codes if code.way != "inside"]
    gone = marked or [code for code in codes[:1] if not text[: code.start].endswith("of ")]
    rest = _rewritten(text, gone, counties)
    in_front = ways[0] in ("prefix", "first word")
    before_police = any(_POLICE_NEXT.match(text, found.end) for found in codes)
    return State(codes[0].letters, min(ways, key=_WAYS.index), rest, in_front, before_police, named)


def _codes(text: str, lists: Words) -> list[_Code]:
    """Every pair of capitals that is a state's code and, where it is, no other word."""
    shown = text.upper() if text.islower() and text.isascii() else text
    found = []
    for match in _TWO_CAPITALS.finditer(shown):
        code = match.group()
        if code in lists.states:
            other = lists.other_words.get(code)
            if other is None or not other.search(shown, match.start()):
                found.append(_Code(code, _way(shown, match), match.start(), match.end()))
    if shown.isupper():
        return [code for code in found if code.way != "inside" or code.letters not in lists.everyday]
    return found


def _without_words(codes: list[_Code], text: str, lists: Words) -> list[_Code]:
    """The codes without those that are more likely a word: beside a clearer one, or in front of no state's office."""
    if len(codes) == 1 and codes[0].way != "first word":
        return codes
    clear = max((_clear(code, text) for code in codes), default=0)
    codes = [
        code for code in codes if code.letters not in lists.also_words or _clear(code, text) in (clear, 3, 2)
    ]
    return [code for code in codes if code.way != "first word" or not _is_word_in_front(code, text, lists)]


def _clear(code: _Code, text: str) -> int:
    """How clearly a code is a state's, 3 being in brackets or beside a dash; 'OR PR' and 'NE' may be words."""
    if code.way in _EXPLICIT:
        return 3
    behind_type = code.way == "last word" and _TYPE_BEFORE.search(text[: code.start]) is not None
    return 2 if code.way == "before type word" or behind_type else 1


def _is_word_in_front(code: _Code, text: str, lists: Words) -> bool:
    """Whether the code that begins a name may be a word: 'MD Marrow Clinic', 'MS Gang Task Force', 'LA Tarnwick'."""
    if code.letters not in lists.also_words:
        return False
    small = small_letters(text[code.end :])
    northeast = code.letters == "NE" and _REGIONAL.match(small)
    if lists.name_in_front.match(f"{lists.states[code.letters].lower()} {small}") and not northeast:
        return False
    return code.letters in lists.begin_names or not lists.town_police.search(f"~ {small}")


def _coded(text: str, clear: int, lists: Words) -> str:
    """The name with the code in brackets for a state's full name that is written where a code could be.

    That is at the end, between a place and what the agency is ('Tarnwick Ohio Police'), and behind a county or a
    city ('Ohio City Ohio'). A name in front or behind 'Port', 'Fort', 'New' or 'of' is a town's or an office's.
    Beside a `clear` code only a name behind a comma, a dash or in brackets counts, at the end.
    """
    edited, done = "", 0
    for named in lists.state_name.finditer(text):
        before, after = text[: named.start()], text[named.end() :]
        code = lists.state_names[named.group().lower()]
        if not before.strip():
            shown = f"{code} - " if clear < 2 and re.match(r"\s*(?:-\s|:)", after) else None
            gone = re.match(r"[\s:-]*", after)
        else:
            meant = _is_place_state(before, after, lists) and (clear < 2 or before.rstrip()[-1] in ",-([")
            shown = f" ({code}) " if meant and not _ONLY_CODE.fullmatch(before) else None
            gone = re.match(r"\s*[)\]]?", after) if before.rstrip()[-1] in "([" else None
        if shown:
            start = len(before.rstrip(" ,-([")) if before.strip() else 0
            edited, done = edited + text[done:start] + shown, named.end() + (gone.end() if gone else 0)
    return trim(edited + text[done:]) if done else text


def _is_place_state(before: str, after: str, lists: Words) -> bool:
    """Whether a state's name between these texts says where a place is."""
    last, behind = before.rstrip()[-1], small_letters(after)
    if last in "([":
        return after.lstrip()[:1] in (")", "]")
    if last == "-":
        return not behind
    is_behind_place = not behind or lists.behind_place.match(behind) is not None
    if last == ",":
        return is_behind_place
    words_before = small_letters(before).split()
    if not words_before or words_before[-1] in lists.never_before_state:
        return False
    of_a_county = words_before[-1] in _COUNTIES and not lists.place_noun.match(behind)
    return is_behind_place or of_a_county


def _way(text: str, match: re.Match[str]) -> str:
    before, after = text[: match.start()].rstrip(), text[match.end() :]
    if before[-1:] in ("(", "[") and after.lstrip()[:1] in (")", "]"):
        return "brackets"
    if not before:
        return "prefix" if after.lstrip().startswith("-") else "first word"
    if not after.strip(" -"):
        return "suffix" if before.endswith("-") else "last word"
    return "before type word" if _TYPE_NEXT.match(after) else "inside"


def _is_instead(text: str, code: _Code, codes: list[_Code]) -> bool:
    """CO and SD give way to any other code; alone they are words where they could be."""
    if code.letters not in ("CO", "SD") or code.way in _EXPLICIT:
        return False
    others = {found.letters for found in codes} - {code.letters, "CO" if code.letters == "SD" else "SD"}
    if others:
        return True
    if code.letters == "CO":
        return not _COUNTY.search(text) and _SHERIFF_NEXT.match(text[code.end :]) is not None
    return code.way == "last word" and not _POLICE_WORD.search(text[: code.start]) and not _BODY.match(text)


def _rewritten(text: str, gone: list[_Code], counties: list[_Code]) -> str:
    """The name without the codes that say its state, and with CO written out where it is the county."""
    edits = [*((code, " ") for code in gone), *((code, "County ") for code in counties)]
    for code, instead in sorted(edits, key=lambda edit: -edit[0].start):
        text = f"{text[: code.start]}{instead}{text[code.end :].removeprefix('.')}"
    return trim(text)


def _without_code(text: str, counties: list[_Code], named: bool, lists: Words) -> State:
    """The state of a name without a code: one in mixed case, or the state's full name where it is meant."""
    if text.endswith(" SD") and not _COUNTY.search(text):
        return State(None, SD_UNCLEAR, text, named=named)
    if counties:
        return State(None, "CO may be a county", text, named=named)
    mixed = _MIXED_CASE.search(text)
    if mixed and (code := mixed[mixed.lastindex or 0].upper()) in lists.states.keys() - {"CO"}:
        start, end = mixed.span(mixed.lastindex or 0)
        return State(code, "mixed case", trim(f"{text[:start]} {text[end:]}"))
    codes = _states_by_name(small_letters(_ACRONYM.sub("", text)), lists) if named else set()
    rule = "full name" if len(codes) == 1 else "two states" if codes else "no state"
    return State(codes.pop() if len(codes) == 1 else None, rule, text, named=named)


_ACRONYM = re.compile(r"^[A-Z]{3,6} - ")


def _states_by_name(small: str, lists: Words) -> set[str]:
    if lists.name_says_nothing.search(small):
        return set()
    patterns = (lists.name_in_front, lists.name_before_office, lists.name_behind, lists.name_in_region)
    found = [match for pattern in patterns if (match := pattern.search(small))]
    for match in lists.name_anywhere.finditer(small):
        before = small[: match.start()]
        if not _BODY.search(before) and before.split()[-1:] not in ([word] for word in _NEW_TOWNS):
            found.append(match)
    return {lists.state_names[match.group(1)] for match in found}
