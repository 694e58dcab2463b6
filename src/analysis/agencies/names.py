"""Reads one agency name: its status tags, its state, its kind and its one spelling."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from analysis.agencies.word_list import KindRule
from analysis.agencies.words import Words, words
from analysis.vendors import is_masked


@dataclass(frozen=True)
class Name:
    """What a released name says; `decided_by` names the rules that decided kind and state."""

    released: str
    agency: str
    state: str | None
    kind: str | None
    tags: tuple[str, ...]
    decided_by: str


@dataclass(frozen=True)
class _State:
    """A state read from a name, the rule that found it, and the name without the words that said it."""

    code: str | None
    rule: str
    rest: str
    in_front: bool = False
    before_police: bool = False
    named: bool = False


def read(released: str, said: Words | None = None) -> Name:
    """Read one name by the published rules, in their order. Any text is readable; nothing is guessed.

    A blank name and a mask keep their spelling and have neither state nor kind. `said` is the word list, where
    many names are read at once.
    """
    return _read(released, said or words())


def bare(released: str) -> str:
    """A name without status tags and without the product or unit that marks another account of one agency."""
    said = words()
    return _take_account(*_take_tags(_written_out(clean(released), said), said), said)[0]


def key(agency: str) -> str:
    """A canonical spelling without capitals and punctuation, for comparing two lists of agencies."""
    text = unicodedata.normalize("NFKC", agency).casefold().replace("'", "").replace("’", "").replace(".", "")
    return " ".join(re.findall(r"\w+", text))


@lru_cache(maxsize=1 << 16)
def _read(released: str, said: Words) -> Name:
    text = clean(released)
    if not text:
        return Name(released, "", None, None, ("blank",), "kind=blank; state=blank")
    if is_masked(text):
        return Name(released, text, None, None, ("masked",), "kind=masked; state=masked")
    if len(text) > LONGEST:
        return Name(released, text, None, None, ("too long",), "kind=too long; state=too long")
    text, tags = _take_tags(_written_out(text, said), said)
    if said.not_agency.match(text) or said.not_agency_tags & set(tags):
        return _nobody(released, tags)
    text, tags = _take_account(text, tags, said)
    state = _state(text, said)
    rule, kind = _kind(_plain(state, said), "federal" in tags, said)
    if rule is not None and rule.name == "municipal" and _INITIALS.fullmatch(state.rest):
        rule, kind = None, None
    if said.not_agency_unless_both & set(tags) and not (kind and state.code):
        return _nobody(released, tags)
    return Name(released, *_settled(text, state, rule, kind, said), tags, _decided(rule, kind, state, tags))


def _nobody(released: str, tags: tuple[str, ...]) -> Name:
    """A marker, a number, the vendor's own or a demonstration account: a name that is no agency's."""
    decided = "kind=not_agency; state=not_agency"
    return Name(released, clean(released), None, None, (*tags, "not_agency"), decided)


def _settled(
    text: str, state: _State, rule: KindRule | None, kind: str | None, said: Words
) -> tuple[str, str | None, str | None]:
    """The agency's spelling, state and kind; national agencies and companies have no state."""
    if kind == "federal" or (rule is not None and rule.no_state):
        return _national(text, kind, said), None, kind
    return _spell(state, kind, said), state.code, kind


def _decided(rule: KindRule | None, kind: str | None, state: _State, tags: tuple[str, ...]) -> str:
    by_tag = kind == "federal" and (rule is None or rule.kind != "federal")
    by_kind = "federal.tag" if by_tag and "federal" in tags else (rule.name if rule else "unresolved")
    nowhere = kind == "federal" or (rule is not None and rule.no_state)
    return f"kind={by_kind}; state={'no single state' if nowhere else state.rule}"


# Cleaning and tags ------------------------------------------------------------------------------------------


_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "–": "-", "—": "-"})


LONGEST = 400
"""Signs in the longest text that is read as a name; the longest real one known has 79."""


def clean(released: str) -> str:
    """One blank between words, straight apostrophes and dashes, control characters and invisible signs gone."""
    text = released if released.isascii() else unicodedata.normalize("NFKC", released).translate(_APOSTROPHES)
    text = " ".join(text.replace("`", "'").split())
    return text if text.isprintable() else "".join(sign for sign in text if sign.isprintable()).strip()


_SLUG = re.compile(r"[a-z0-9.']+(?:-[a-z0-9.']+){2,}")
_DOTTED = re.compile(r"(?<![\w.])([A-Z])\. ?([A-Z])\.(?!\w)")


def _written_out(text: str, said: Words) -> str:
    """The name with blanks for the dashes of a web address, and with states and set words in one form."""
    text = text.replace("_", " ")
    if "-" in text and _SLUG.fullmatch(text):
        text = _unslugged(text, said)
    if "." in text:
        text = _DOTTED.sub(lambda dotted: _undotted(dotted, said), text)
    if said.any_written_out.search(text):
        for replacement in said.written_out:
            text = replacement.pattern.sub(replacement.to, text)
    return " ".join(text.split())


def _unslugged(slug: str, said: Words) -> str:
    """'ma-tarnwick-pd' is 'MA - tarnwick pd' where nothing else in it is a state; 'la' and 'de' begin towns' names."""
    first, *rest = slug.split("-")
    codes = said.states.keys() - {"CO", "SD"}
    in_front = first.upper() in said.states and not any(word.upper() in codes for word in rest)
    if in_front and first.upper() not in said.begin_names:
        return f"{first.upper()} - {' '.join(rest)}"
    return slug.replace("-", " ")


def _undotted(dotted: re.Match[str], said: Words) -> str:
    code = dotted.group(1) + dotted.group(2)
    return code if code in said.states else dotted.group()


def _take_tags(text: str, said: Words) -> tuple[str, tuple[str, ...]]:
    """The name without its status tags, and the tags."""
    if not said.any_tag.search(text):
        return text, ()
    found = []
    for tag in said.tags:
        left, times = tag.pattern.subn(" ", text)
        if times:
            found.append(tag.name)
            text = _trim(left)
    return text, tuple(found)


def _take_account(text: str, tags: tuple[str, ...], said: Words) -> tuple[str, tuple[str, ...]]:
    """The name without a product or unit written behind it, which marks another account of one agency."""
    if not said.any_account.search(text):
        return text, tags
    left, times = said.account.subn(" ", text)
    left, more = said.account_behind.subn(lambda found: "".join(filter(None, found.groups())), _trim(left))
    left = _trim(left)
    return (left, (*tags, "second account")) if times + more and left else (text, tags)


def _trim(text: str) -> str:
    """Without empty brackets, or dashes and blanks at the ends."""
    if ")" in text or "]" in text:
        text = re.sub(r"\(\s*\)|\[\s*\]", " ", text)
        text = re.sub(r"\s+([)\]])", r"\1", text)
    return " ".join(text.split()).strip(" -,;/")


# State ------------------------------------------------------------------------------------------------------


_FORMS = ("brackets", "prefix", "suffix", "before type word", "last word", "first word", "inside")
"""The forms of writing a state, most explicit first."""

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
_SD_UNCLEAR = "SD may be a sheriff's department"
_POLICE_WORD = re.compile(
    r"\b(?:PD|SO|Police|Sheriff|DPS|Marshal|Department|Dept|University|College|Division)\b"
)


@dataclass(frozen=True)
class _Code:
    code: str
    form: str
    start: int
    end: int


def _state(text: str, said: Words) -> _State:
    """The one state that a name holds, by the published order of forms; two different ones decide nothing."""
    codes = _codes(text, said)
    named = said.any_state_name.search(text) is not None
    if named and (coded := _coded(text, max((_clear(one, text) for one in codes), default=0), said)) != text:
        text, codes = coded, _codes(coded, said)
    instead = [one for one in codes if _is_instead(text, one, codes)]
    counties = [one for one in instead if one.code == "CO"]
    codes = _without_words([one for one in codes if one not in instead], text, said)
    distinct = {found.code for found in codes}
    if len(distinct) > 1:
        return _State(None, "two states", _rewritten(text, [], counties), named=named)
    if not codes:
        return _without_code(_rewritten(text, [], counties), counties, named, said)
    forms = [found.form for found in codes]
    rest = _rewritten(text, _saying(codes, text), counties)
    in_front = forms[0] in ("prefix", "first word")
    before_police = any(_POLICE_NEXT.match(text, found.end) for found in codes)
    return _State(codes[0].code, min(forms, key=_FORMS.index), rest, in_front, before_police, named)


def _codes(text: str, said: Words) -> list[_Code]:
    """Every pair of capitals that is a state's code and, where it is, no other word."""
    shown = text.upper() if text.islower() and text.isascii() else text
    found = []
    for match in _TWO_CAPITALS.finditer(shown):
        code = match.group()
        if code in said.states:
            other = said.other_words.get(code)
            if other is None or not other.search(shown, match.start()):
                found.append(_Code(code, _form(shown, match), match.start(), match.end()))
    if shown.isupper():
        return [one for one in found if one.form != "inside" or one.code not in said.everyday]
    return found


def _without_words(codes: list[_Code], text: str, said: Words) -> list[_Code]:
    """The codes without those that are more likely a word: beside a clearer one, or in front of no state's office."""
    if len(codes) == 1 and codes[0].form != "first word":
        return codes
    clear = max((_clear(one, text) for one in codes), default=0)
    codes = [one for one in codes if one.code not in said.also_words or _clear(one, text) in (clear, 3, 2)]
    return [one for one in codes if one.form != "first word" or not _is_word_in_front(one, text, said)]


def _clear(one: _Code, text: str) -> int:
    """How clearly a code is a state's, 3 being in brackets or beside a dash; 'OR PR' and 'NE' may be words."""
    if one.form in _EXPLICIT:
        return 3
    behind_type = one.form == "last word" and _TYPE_BEFORE.search(text[: one.start]) is not None
    return 2 if one.form == "before type word" or behind_type else 1


def _is_word_in_front(one: _Code, text: str, said: Words) -> bool:
    """Whether the code that begins a name may be a word: 'MD Marrow Clinic', 'MS Gang Task Force', 'LA Tarnwick'."""
    if one.code not in said.also_words:
        return False
    small = _small(text[one.end :])
    northeast = one.code == "NE" and _REGIONAL.match(small)
    if said.name_in_front.match(f"{said.states[one.code].lower()} {small}") and not northeast:
        return False
    return one.code in said.begin_names or not said.town_police.search(f"~ {small}")


def _coded(text: str, clear: int, said: Words) -> str:
    """The name with the code in brackets for a state's full name that is written where a code could be.

    That is at the end, between a place and what the agency is ('Tarnwick Ohio Police'), and behind a county or a
    city ('Ohio City Ohio'). A name in front or behind 'Port', 'Fort', 'New' or 'of' is a town's or an office's.
    Beside a `clear` code only a name behind a comma, a dash or in brackets counts, at the end.
    """
    edited, at = "", 0
    for named in said.state_name.finditer(text):
        before, after = text[: named.start()], text[named.end() :]
        code = said.state_names[named.group().lower()]
        if not before.strip():
            shown = f"{code} - " if clear < 2 and re.match(r"\s*(?:-\s|:)", after) else None
            gone = re.match(r"[\s:-]*", after)
        else:
            meant = _is_place_state(before, after, said) and (clear < 2 or before.rstrip()[-1] in ",-([")
            shown = f" ({code}) " if meant and not _ONLY_CODE.fullmatch(before) else None
            gone = re.match(r"\s*[)\]]?", after) if before.rstrip()[-1] in "([" else None
        if shown:
            start = len(before.rstrip(" ,-([")) if before.strip() else 0
            edited, at = edited + text[at:start] + shown, named.end() + (gone.end() if gone else 0)
    return _trim(edited + text[at:]) if at else text


def _is_place_state(before: str, after: str, said: Words) -> bool:
    """Whether a state's name between these texts says where a place is."""
    sign, behind = before.rstrip()[-1], _small(after)
    if sign in "([":
        return after.lstrip()[:1] in (")", "]")
    if sign == "-":
        return not behind
    is_behind_place = not behind or said.behind_place.match(behind) is not None
    if sign == ",":
        return is_behind_place
    words_before = _small(before).split()
    if not words_before or words_before[-1] in said.never_before_state:
        return False
    of_a_county = words_before[-1] in _COUNTIES and not said.place_noun.match(behind)
    return is_behind_place or of_a_county


def _form(text: str, match: re.Match[str]) -> str:
    before, after = text[: match.start()].rstrip(), text[match.end() :]
    if before[-1:] in ("(", "[") and after.lstrip()[:1] in (")", "]"):
        return "brackets"
    if not before:
        return "prefix" if after.lstrip().startswith("-") else "first word"
    if not after.strip(" -"):
        return "suffix" if before.endswith("-") else "last word"
    return "before type word" if _TYPE_NEXT.match(after) else "inside"


def _is_instead(text: str, one: _Code, codes: list[_Code]) -> bool:
    """CO and SD give way to any other code; alone they are words where they could be."""
    if one.code not in ("CO", "SD") or one.form in _EXPLICIT:
        return False
    others = {found.code for found in codes} - {one.code, "CO" if one.code == "SD" else "SD"}
    if others:
        return True
    if one.code == "CO":
        return not _COUNTY.search(text) and _SHERIFF_NEXT.match(text[one.end :]) is not None
    return one.form == "last word" and not _POLICE_WORD.search(text[: one.start]) and not _BODY.match(text)


def _rewritten(text: str, gone: list[_Code], counties: list[_Code]) -> str:
    """The name without the codes that say its state, and with CO written out where it is the county."""
    edits = [*((one, " ") for one in gone), *((one, "County ") for one in counties)]
    for one, instead in sorted(edits, key=lambda edit: -edit[0].start):
        text = f"{text[: one.start]}{instead}{text[one.end :].removeprefix('.')}"
    return _trim(text)


def _saying(codes: list[_Code], text: str) -> list[_Code]:
    """The codes to take off; one that belongs to a phrase stays ('University of TX')."""
    marked = [one for one in codes if one.form != "inside"]
    return marked or [one for one in codes[:1] if not text[: one.start].endswith("of ")]


def _without_code(text: str, counties: list[_Code], named: bool, said: Words) -> _State:
    """The state of a name without a code: one in mixed case, or the state's full name where it is meant."""
    if text.endswith(" SD") and not _COUNTY.search(text):
        return _State(None, _SD_UNCLEAR, text, named=named)
    if counties:
        return _State(None, "CO may be a county", text, named=named)
    mixed = _MIXED_CASE.search(text)
    code = next(filter(None, mixed.groups())).upper() if mixed else ""
    if mixed and code in said.states and code != "CO":
        word = next(number for number in (1, 2, 3) if mixed.group(number))
        return _State(code, "mixed case", _trim(f"{text[: mixed.start(word)]} {text[mixed.end(word) :]}"))
    codes = _states_by_name(_small(_ACRONYM.sub("", text)), said) if named else set()
    rule = "full name" if len(codes) == 1 else "two states" if codes else "no state"
    return _State(codes.pop() if len(codes) == 1 else None, rule, text, named=named)


_ACRONYM = re.compile(r"^[A-Z]{3,6} - ")


def _states_by_name(small: str, said: Words) -> set[str]:
    if said.name_says_nothing.search(small):
        return set()
    patterns = (said.name_in_front, said.name_before_office, said.name_behind, said.name_in_region)
    found = [match for pattern in patterns if (match := pattern.search(small))]
    for match in said.name_anywhere.finditer(small):
        before = small[: match.start()]
        if not _BODY.search(before) and before.split()[-1:] not in ([word] for word in _NEW_TOWNS):
            found.append(match)
    return {said.state_names[match.group(1)] for match in found}


# Kind -------------------------------------------------------------------------------------------------------


_LOCATOR = re.compile(
    r"[(\[][^)\]]*\b(?:county|co)\b[^)\]]*[)\]]|(?<=(?:pd|so)) +- .*\bcounty$", re.IGNORECASE
)


def _small(text: str) -> str:
    """Small letters and single blanks, without punctuation: 'Sheriff's' reads 'sheriffs'."""
    text = text.lower().replace("'", "").replace(".", "").replace("&", " and ")
    return _NO_WORD.sub(" ", text).strip()


_NO_WORD = re.compile(r"[^\w~]+")
_SHORT_COUNTY = re.compile(r"\bco\b")


def _plain(state: _State, said: Words) -> str:
    """The text that kind rules look at, `~` standing for a state in front."""
    rest = state.rest
    small = _SHORT_COUNTY.sub(
        "county", _small(_LOCATOR.sub(" ", rest) if any(sign in rest for sign in "([-") else rest)
    )
    named = said.name_in_front.match(small) if state.named else None
    if named and state.code in (None, said.state_names[named.group(1)]):
        small = f"~{small[named.end(1) :]}"
    if state.before_police:  # 'Tarnwick Park IL Police' has no park police
        small = re.sub(r"\bpolice\b", "pd", small)
    if state.rule == _SD_UNCLEAR:
        small = small.removesuffix(" sd")
    return f"~ {small}".replace("~ ~", "~") if state.in_front else small


_INITIALS = re.compile(
    r"(?:[A-Z]{2,4}|[B-DF-HJ-NP-TV-XZ]{2,8})(?: (?:PD|Police|Police Department|DPS|Public Safety))?"
)
"""Letters that stand for something: whose police that is, the name does not say."""


def _first_rule(small: str, said: Words) -> KindRule | None:
    holding = sorted(said.any_kind.Match(small) or ())
    return next((said.kinds[at] for at in holding if said.kinds[at].fits(small)), None)


_OF_PLACES = frozenset({"municipal", "county_sheriff", "county_police"})
"""Kinds for which it makes no difference that a word is part of a town's name."""


def _kind(small: str, tagged_federal: bool, said: Words) -> tuple[KindRule | None, str | None]:
    """The first rule that fits, and the kind it decides; the vendor's federal tag decides all but military."""
    rule = _first_rule(small, said)
    if rule is None or rule.kind not in _OF_PLACES:
        town = said.town.sub("_", small)
        rule = rule if town == small else _first_rule(town, said)
    if tagged_federal and (rule is None or rule.kind != "military"):
        return rule if rule and rule.kind == "federal" else None, "federal"
    return rule, (rule.kind or None) if rule else None


# One spelling -----------------------------------------------------------------------------------------------


_CO = re.compile(r"\b(?:Co\b\.?|CO\b\.?)")
_PRECINCT = re.compile(r"[-,(]*\s*\b(?:Pct|Precinct)\.?\s*#?\s*(\w+)\s*\)?", re.IGNORECASE)
_COUNTY_BEHIND = re.compile(r" - ([\w. ]+ (?:County|Parish))$")
_CONSTABLE = re.compile(r"\b(?:Const(?:able|bale)?'?s?'?s?)\b\.?(?: Office)?", re.IGNORECASE)


def _spell(state: _State, kind: str | None, said: Words) -> str:
    """Place, state, type: the one way we write a name, whatever the order it was released in."""
    text = _same(state.rest if kind == "private" else _CO.sub("County", state.rest), said)
    if kind == "constable":
        return _spell_constable(text, state.code)
    body, word = _take_suffix(text, kind, said)
    body = _whole_state(_COUNTY_BEHIND.sub(r" (\1)", body), state, kind, said)
    return " ".join(filter(None, (_balanced(body), state.code, word))) or text


def _balanced(text: str) -> str:
    """With the bracket closed that the type word, now behind the state, stood in."""
    return f"{text})" if text.count("(") > text.count(")") else text


_SHORT_FORM = re.compile(r" (?:\([A-Z]{3,6}\)|- [A-Z]{3,6})$")


def _whole_state(body: str, state: _State, kind: str | None, said: Words) -> str:
    """A state's office or university with its state's name in front, however the export put it there."""
    if kind in ("state", "corrections"):
        body = _SHORT_FORM.sub("", body)
    in_front = kind == "university" and state.rule == "first word"
    if state.code is None or not (in_front or kind in ("state", "corrections", "prosecutor")):
        return body
    name, small = said.states[state.code], _small(body)
    named = name.lower() not in small and said.name_in_front.match(f"{name.lower()} {small}")
    return f"{name} {body}" if named else body


def _spell_constable(text: str, code: str | None) -> str:
    precinct = _PRECINCT.search(text)
    body = _trim(_CONSTABLE.sub(" ", _PRECINCT.sub(" ", text)))
    number = f"Precinct {precinct.group(1)}" if precinct else ""
    return " ".join(filter(None, (body, code, "Constable", number)))


def _same(text: str, said: Words) -> str:
    """Words that are written in several ways, written in one, with the capitals we give to place names."""
    long = (
        [len(word) for word in text.split() if word.isalpha() and word not in said.acronyms]
        if text.isupper()
        else []
    )
    shouted = bool(long) and max(long) > (5 if len(long) == 1 else 3)
    for replacement in said.same if said.any_same.search(text) else ():
        text = replacement.pattern.sub(replacement.to, text)
    first, *rest = [_capital(word, shouted, said) for word in text.split()] or [""]
    return " ".join([first, *(word.lower() if word in _SMALL_TITLES else word for word in rest)])


_SMALL_WORDS = frozenset({"of", "the", "and", "at", "on", "in", "for", "by", "to", "du"})
_SMALL_TITLES = frozenset(word.capitalize() for word in _SMALL_WORDS)
_LETTERS = re.compile(r"(?<!\w)[^\W\d_]+(?:'[^\W\d_]+)?")
_INNER_CAPITAL = re.compile(r"(?!Mc)[A-Z][a-z]+[A-Z][a-z]+")
_IRISH = re.compile(r"\b([OD]')([a-z])(?=[a-z])")


@lru_cache(maxsize=1 << 14)
def _capital(word: str, shouted: bool, said: Words) -> str:
    """A word in the one way we write it: capitals begin it, and letters that stand for words are all capitals."""
    known = said.capitals.get(word.lower())
    if known:
        return known
    if word.islower():
        folds = word not in _SMALL_WORDS
    elif word.isupper():
        folds = (
            (shouted or len(word) > 6) and word not in said.acronyms and _CALLED.fullmatch(word) is not None
        )
    else:
        folds = _INNER_CAPITAL.fullmatch(word) is not None
    if folds:
        word = _LETTERS.sub(lambda letters: letters.group().capitalize(), word)
    word = _IRISH.sub(lambda found: found.group(1) + found.group(2).upper(), word)
    return f"Mc{word[2].upper()}{word[3:]}" if re.match(r"Mc[a-z]{3}", word) else word


_CALLED = re.compile(r"(?=.*[AEIOUY])[A-Z][A-Z'-]*")


def _take_suffix(text: str, kind: str | None, said: Words) -> tuple[str, str]:
    """The name without the words that say its type, and the one word we write for them."""
    word, body = "", text
    for _ in range(3):
        shorter, found = _one_suffix(body, kind, said)
        if not found and shorter == body:
            break
        word, body = found or word, shorter
    return body, word


def _one_suffix(text: str, kind: str | None, said: Words) -> tuple[str, str]:
    for suffix in said.suffixes:
        if (kind or "") in suffix.kinds:
            left = text
            if suffix.behind.search(text):
                left = _trim(suffix.behind.sub(r" \1", text))
            elif suffix.word and suffix.in_front.match(text):
                left = _trim(suffix.in_front.sub("", text))
            if left and left != text:
                return left, suffix.word
    return text, ""


def _national(text: str, kind: str | None, said: Words) -> str:
    """The spelling of an agency of no single state: its places stay, its one national name is used."""
    if kind == "federal":
        small = _small(text)
        name = next((agency.name for agency in said.one_agency if agency.pattern.search(small)), None)
        if name:
            return name
    body, _ = _take_suffix(_same(text, said), kind, said)
    return body
