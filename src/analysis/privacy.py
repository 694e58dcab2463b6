"""Says what of a log may be printed, and masks plates, names and numbers in all else.

A text of a log is printed only if it could name nobody: it is a column's known name or a word of the vendor's menu, or
each of its words is one of the rules' own or an everyday one (data/hand/everyday_words.toml) and no common name
(data/hand/common_names.csv), or a person has read and cleared it (data/hand/cleared.csv). That many rows hold a text
says nothing of whom it names. Case numbers, plates, dates of birth and addresses are masked in all that is printed.
"""

from __future__ import annotations

import os
import re
import traceback
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import pandas as pd

from analysis import agencies, places, reasons, toml
from analysis.agencies import Known
from analysis.agencies.words import words as agency_words
from analysis.paths import UNSEEN, visible
from analysis.reasons.patterns import named_words
from analysis.vendors import Form, is_masked, known_columns, known_search_types, normal, system_activity

NOT_SHOWN = "(not shown: may name a person)"
"""What stands in place of a text that may not be printed; its rows are counted all the same."""

MODERATION = ("allow", "warn", "block")
"""The vendor's words for what became of a free-text search, as seen in released files."""

MASK = "***"


# What may be printed ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Vocabulary:
    """The words that may be printed: single ones in small letters and the names among them that
    may not, numbers, whole texts, beginnings of texts, and words that names of files alone may hold."""

    words: frozenset[str]
    names: frozenset[str]
    numbers: frozenset[str]
    whole: frozenset[str]
    begins: re.Pattern[str]
    files: frozenset[str]

    def holds(self, text: str) -> bool:
        """Whether every word of a text is known here; a number of one or two digits names nobody."""
        return all(self.knows(word) for word in _words(text))

    def knows(self, word: str) -> bool:
        """Whether one word or number in small letters is known here."""
        if word.isdigit():
            return len(word) < 3 or word in self.numbers
        return word in self.words


def vocabulary() -> Vocabulary:
    """The vocabulary of this repository's rules and lists."""
    return _vocabulary(os.environ.get("ANALYSIS_ROOT"))


@cache
def _vocabulary(_: str | None) -> Vocabulary:
    hand = places.root() / "data" / "hand"
    rules = reasons.load(hand / "reasons")
    lists = toml.load(hand / "everyday_words.toml", "data/hand/everyday_words.toml")
    names = {*(hand / "common_names.csv").read_text(encoding="utf-8").split()[1:], *lists["names"]} - {
        *lists["not_names"]
    }
    written = [rule.match.written for rule in rules.rules] + [w for one in rules.lists for w in one.words]
    spelled = {word for pattern in written for word in named_words(pattern, lists["endings"])}
    named = {word for text in spelled for word in _words(text)}
    everyday = {word for kind in ("small", "police", "things", "acts") for word in lists[kind]}
    menu = [text.casefold() for text in (*rules.offense_types, *known_search_types(), *MODERATION)]
    words = named | everyday | {word for text in menu for word in _words(text)}
    begins = (*(machine.begins for machine in rules.menu.machines), *system_activity())
    numbers = {word for word in named if word.isdigit()} | set(lists["numbers"])
    return Vocabulary(
        frozenset(words - names),
        frozenset(names),
        frozenset(numbers),
        frozenset([*menu, *known_columns()]),
        re.compile(
            rf"\s*(?:{rules.menu.pattern}\s+-(?=\s|$)|{'|'.join(map(re.escape, begins))})", re.IGNORECASE
        ),
        frozenset(lists["files"]),
    )


_WORD = re.compile(r"[^\W\d_]+|\d+")
_INITIALS = re.compile(r"\b[a-z](?:\.[a-z])+\b")


def _words(text: str) -> list[str]:
    """The words and numbers of a text in small letters; initials with dots are one word."""
    folded = text.casefold()
    if "." in folded:
        folded = _INITIALS.sub(lambda found: found[0].replace(".", ""), folded)
    return _WORD.findall(folded)


def shown(text: str, cleared: Collection[str] = ()) -> str:
    """A reason, or a value of the menu, as it may be printed: its numbers masked, or `NOT_SHOWN`.

    `cleared` are texts in small letters that a person has read and found to name nobody.
    """
    known, folded = vocabulary(), text.strip().casefold()
    if folded in cleared or folded in known.whole:
        return visible(text)
    masked = without_numbers(mask_text(text))
    return visible(masked) if known.holds(known.begins.sub("", masked, count=1)) else NOT_SHOWN


COMMON_TYPE = 50  # rows: a rarer unknown value may be a cell that slipped into the column


def search_types(lines: pd.DataFrame) -> dict[str, str]:
    """Types of search as they may be printed, by the type; `lines` say how many `rows` each `search_type` has.

    Types of the vendor's list, and what is in brackets of ours, stay; unknown ones are named where they are common
    and could name nobody, and else counted only.
    """
    known = {*known_search_types(), "(none)", "(blank)"}
    return {
        name: name
        if name.removesuffix(" - Mobile") in known
        else shown(name)
        if rows >= COMMON_TYPE
        else "(unknown type)"
        for name, rows in lines.groupby("search_type")["rows"].sum().items()
    }


_WITH_A_DIGIT = re.compile(r"[^\s]*\d[^\s]*")
_MASKS_IN_A_ROW = re.compile(r"\*{3}(?:[\s,;/|.#-]*\*{3})+")


def without_numbers(text: str) -> str:
    """Text in which each word that holds three digits in a row is masked, but for numbers that rules name."""
    if not any(sign.isdigit() for sign in text):
        return text
    known = vocabulary()
    masked = _WITH_A_DIGIT.sub(lambda word: word[0] if known.holds(word[0]) else MASK, text)
    return _MASKS_IN_A_ROW.sub(MASK, masked)


# Agencies ---------------------------------------------------------------------------------------------------


def agency_names(names: Iterable[str], known: Known | None = None) -> dict[str, str]:
    """Agencies' names as they may be printed, by the name: one that reads like no agency's may be a person's.

    Such a name is printed only if each of its words is known, or of those that agencies' names are made of; those
    that are not printed are numbered, so that two of them stay two. Blanks and masks stay as they are.
    """
    known = known or agencies.known()
    reviewed = {*known.overrides["released_name"], *known.overrides["agency"]}
    words = _agency_words(frozenset(reviewed))
    distinct = list(dict.fromkeys(names))
    read = agencies.resolve(distinct, known).to_dict("records")
    found, hidden = {}, 0
    for name, line in zip(distinct, read):
        like = line["kind"] or line["state"] or name in reviewed or not name.strip() or is_masked(name)
        masked = mask_text(name)
        if like or (_words(masked) and words.issuperset(_words(masked))):
            found[name] = visible(masked)
        else:
            hidden += 1
            found[name] = f"(agency {hidden}, {NOT_SHOWN[1:]}"
    return found


@lru_cache(maxsize=8)
def _agency_words(reviewed: frozenset[str]) -> frozenset[str]:
    """Words of which names of agencies are made: kinds, states, and the names on reviewed lines."""
    said = agency_words()
    kinds = (
        word
        for rule in said.kinds
        for word in re.findall("[a-z]{2,}", re.sub(r"\\.", " ", rule.match.pattern))
    )
    named = (word for name in (*reviewed, *said.state_names) for word in _words(name))
    return frozenset([*kinds, *named]) - vocabulary().names | vocabulary().words


def visible_cells(table: pd.DataFrame) -> pd.DataFrame:
    """A table of which every text is `visible`."""
    return table.map(lambda cell: visible(cell) if isinstance(cell, str) else cell)


# Masking ----------------------------------------------------------------------------------------------------


def mask_text(text: str) -> str:
    """Text with plates, e-mail addresses, long numbers, dates of birth and surnames beside 'dob' or 'hold' as `***`.

    Shapes of plates are those of the states (two or three groups of letters and digits, with or without a blank or
    hyphen between them). Words of the vocabulary are left alone, so that `8 USC 1325` is no plate.
    """
    if not _MAY_BE_MASKED.search(text):
        return text
    text = _ADDRESS.sub(MASK, text)
    text = _BIRTH.sub(_birth_masked, text)
    if "," in text:
        text = _LAST_FIRST.sub(_name_masked, text)
    if not _DIGIT.search(text):
        return _AFTER_PLATE.sub(_after_plate_masked, text)
    text = _DATE.sub(MASK, text)
    text = _LONG_NUMBER.sub(MASK, text)
    text = _AFTER_PLATE.sub(_after_plate_masked, text)
    for groups in (_DIGITS_FIRST, _LETTERS_FIRST):
        text = groups.sub(_groups_masked, text)
    text = _CASE.sub(_case_masked, text)
    return _PLATE.sub(_plate_masked, text)


_DIGIT = re.compile(r"\d")
_MAY_BE_MASKED = re.compile(
    r"[\d@,]|[(\[]at[)\]]|\b(?:plates?|plt|tags?|lpn?|lic|licen[sc]e|reg|registration|vanity|born|birth|birthday|bday|d\.?o\.?b)\b",
    re.I,
)
_ADDRESS = re.compile(r"(?<!\S)\S{1,200} ?(?:@|\(at\)|\[at\]) ?\S+|\S{0,200}@\S*", re.I)
_PLATE = re.compile(
    r"\b(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{5,8}\b|\b[A-Za-z]{2,3}-\d{3,4}\b|\b\d{3,4}-[A-Za-z]{2,3}\b"
)
_LONG_NUMBER = re.compile(r"\b(?!20\d\d-\d\d-\d\d\b)(?:[Aa][ #:.–—-]{0,3})?\(?\d(?:[ .()–—-]{0,3}\d){7,}\b")
_CASE = re.compile(
    r"(?<![\w-])(?!20\d\d-\d\d-\d\d\b)(?:[A-Za-z]{1,4}-?)?\d{1,4}(?:-[A-Za-z]{1,4})?-\d{2,}(?:-\w+)*\b|\b\d{5,}\b"
)
_DATE = re.compile(r"\b\d{1,2}(?:[/-]|\.(?=\d{1,2}\.))\d{1,2}[/.-](?:19|20)?\d{2}\b(?!,? \d{1,2}:)")
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
_BIRTH = re.compile(
    r"\b(?P<said>d\.?o\.?b\b\.?|born|birth(?:day|date| date)?|date of birth|bday)"
    r"(?P<between>[\s:#,.-]*(?:(?:on|is|in)\s+)?)"
    rf"(?P<date>(?:\d{{1,2}}(?:st|nd|rd|th)?[\s,./-]*)?{_MONTH}(?:[\s,./-]*\d{{1,4}}(?:st|nd|rd|th)?\b)*"
    rf"|\d{{1,4}}(?:[\s,./-]+\d{{1,4}}){{0,2}}|\d{{4,8}})"
    rf"|\b(?P<alone>\d{{1,2}}[\s./-]*{_MONTH}[\s,./-]*(?:19\d\d|200\d)|{_MONTH}[\s,./-]*\d{{1,2}}(?:st|nd|rd|th)?[\s,./-]*(?:19\d\d|200\d))\b",
    re.I,
)
_NAME = r"(?<![A-Za-z'’-])[A-Za-z][A-Za-z'’-]{1,40}"
_OF_A_PERSON = (
    r"(?:d\.?o\.?b\b\.?|holds?|warrants?|detainers?|wanted|arrest(?:ed)?|suspect|subject|victim|missing|locate)"
)  # fmt: skip
_LAST_FIRST = re.compile(
    rf"(?P<before>\b{_OF_A_PERSON}[\s:#-]+(?:(?:for|on|of)\s+)?)(?P<name>(?:{_NAME}\s{{1,4}})?{_NAME},\s{{0,4}}{_NAME}(?:\s+[A-Za-z]\b\.?)?)"
    rf"|(?P<first>(?:{_NAME}\s{{1,4}})?{_NAME},\s{{0,4}}{_NAME}(?:\s+[A-Za-z]\b\.?)?)(?P<after>[\s,:;-]+{_OF_A_PERSON}\b)",
    re.I,
)
_AFTER_PLATE = re.compile(
    r"\b(?P<said>(?:licen[sc]e|lic\.?)\s+(?:plates?|tags?|pl(?:t|ate)?)"
    r"|plates?|plt|tags?|lpn?|lic|licen[sc]e|reg|registration|vanity)\b"
    r"(?P<mark>\.?\s*(?:no\.?|num(?:ber)?|is|reads)?\s*[#:=-]*\s*)"
    r"(?P<rest>[A-Za-z0-9]{1,8}\b(?:[ -][A-Za-z0-9]{1,5}\b){0,2})",
    re.I,
)
_DIGITS_FIRST = re.compile(r"(?<![\w-])\d{1,5}[ -]?[A-Za-z]{1,4}(?:[ -]?\d{1,4})?(?![\w-])")
_LETTERS_FIRST = re.compile(r"(?<![\w-])[A-Za-z]{1,4}[ -]?\d{2,5}(?:[ -]?[A-Za-z]{1,2})?(?![\w-])")


def _birth_masked(found: re.Match[str]) -> str:
    return MASK if found["alone"] else f"{found['said']}{found['between']}{MASK}"


def _name_masked(found: re.Match[str]) -> str:
    """`LAST, FIRST` masked word by word, unless every word of it is an everyday one (`theft, warrant`)."""
    name = found["name"] or found["first"]
    if vocabulary().holds(name):
        return found[0]
    return f"{found['before']}{MASK}" if found["name"] else f"{MASK}{found['after']}"


def _case_masked(found: re.Match[str]) -> str:
    """A case number; a statute or a radio code that the rules name stays."""
    return found[0] if vocabulary().holds(found[0]) else MASK


def _after_plate_masked(found: re.Match[str]) -> str:
    """What stands behind 'plate' or 'tag', up to the first everyday word; behind a # or a colon whatever it is."""
    known, marked = vocabulary(), any(sign in found["mark"] for sign in "#:=")
    parts = re.split(r"([ -])", found["rest"])
    masked = 0
    while masked < len(parts) and ((marked and not masked) or not known.knows(parts[masked].casefold())):
        masked += 2
    if not masked:
        return found[0]
    return f"{found['said']}{found['mark']}{MASK}{''.join(parts[masked - 1 :])}"


def _groups_masked(found: re.Match[str]) -> str:
    """Letters and digits in two or three groups, as on a plate, unless the letters are a word or a month."""
    text = found[0]
    letters = re.findall("[A-Za-z]+", text)
    if len(re.sub("[ -]", "", text)) < 5 or not re.search("[ -]", text):
        return text
    if all(
        len(word) > 1 and (vocabulary().knows(word.casefold()) or re.fullmatch(_MONTH, word, re.I))
        for word in letters
    ):
        return text
    return MASK


def _plate_masked(found: re.Match[str]) -> str:
    """A word of letters and digits; one that the rules name (`10851vc`, `287g`) stays."""
    known = vocabulary()
    letters = [word for word in _words(found[0]) if not word.isdigit()]
    numbers = [word for word in _words(found[0]) if word.isdigit()]
    rules = all(number in known.numbers for number in numbers) and all(map(known.knows, letters))
    return found[0] if rules else MASK


# Errors -----------------------------------------------------------------------------------------------------


def fault(error: BaseException) -> str:
    """Where an error that nobody foresaw came up, and its causes before it; of their messages, known words."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = "".join(traceback.format_tb(error.__traceback__))
    return (fault(before) + "\n" if before else "") + f"{lines}{type(error).__name__}: {said_by(error)}\n"


def said_by(error: object) -> str:
    """An error's message, or a line of it, with known words alone: such messages quote cells."""
    try:
        return only_known_words(str(error))
    except Exception:  # the lists themselves may be what cannot be read
        return MASK


# Names of files --------------------------------------------------------------------------------------------


def file_name(name: str, mark: str = "") -> str:
    """A released file's name, of a release or inside an archive, as it may be used and printed.

    A part of it that may name a person or a vehicle is 'name not shown', and then `mark`, such as the beginning of
    the file's checksum, keeps the file apart from others. One word that nobody knows is no sign of a person, since
    places are called so; two in a row are, unless they are an agency's, and one beside a word such as 'warrant'.
    """
    *folders, last = name.split("/")
    stem, ending = (last[: found.start()], found[0]) if (found := _ENDINGS.search(last)) else (last, "")
    parts = [HIDDEN_FILE if _may_name(part) else part for part in (*folders, stem)]
    return "/".join(parts) + (f"-{mark}" if mark and HIDDEN_FILE in parts else "") + ending


HIDDEN_FILE = "name not shown"
_ENDINGS = re.compile(r"\.[A-Za-z]\w{0,7}(?:\.gz)?$", re.I)
_PARTS_OF_NAMES = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+")
_RANKS = re.compile(
    rf"{_OF_A_PERSON}|per|sgt|sergeant|ofc|officer|det|detective|dep(?:uty)?|lt|cpl|mrs?|ms", re.I
)
_SHAPES = re.compile(
    r"(?<!\d)\d{3}[ -]\d{2}[ -]\d{4}(?!\d)|\(?(?<!\d)\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)"
    r"|(?<![A-Za-z\d])(?P<plate>[A-Za-z]{2,3}[ -]?\d{3,4}|\d{3,4}[ -]?[A-Za-z]{2,3}|\d[A-Za-z]{3}\d{3})(?![A-Za-z\d])"
)


@lru_cache(maxsize=65_536)
def _may_name(part: str) -> bool:
    """Whether a part of a file's name may name a person or a vehicle."""
    text = re.sub(r"['’](\w)", lambda found: found[1].lower(), UNSEEN.sub("", part).replace("_", " "))
    if any(found.search(text) for found in (_ADDRESS, _BIRTH)):
        return True
    if any(not found["plate"] or _is_plate(found["plate"]) for found in _SHAPES.finditer(text)):
        return True
    words = _PARTS_OF_NAMES.findall(text)
    unknown = [not word.isdigit() and not _of_files(word.casefold()) for word in words]
    people = [bool(_RANKS.fullmatch(word)) for word in words]
    beside = any(
        (one and (other or rank_after)) or (other and rank)
        for one, other, rank, rank_after in zip(unknown, unknown[1:], people, people[1:])
    )
    if not beside:
        return False
    read = agencies.resolve([re.sub(r"[\W\d_]+", " ", text).strip()]).iloc[0]
    return not (read["kind"] or read["state"])


def _of_files(word: str) -> bool:
    """Whether a word of a file's name in small letters could name nobody."""
    lists = vocabulary()
    return word in lists.files or (word not in lists.names and word in _agency_words(frozenset()))


def _is_plate(text: str) -> bool:
    """Whether letters and digits of a file's name may be a plate: no word, and no year."""
    letters = "".join(re.findall("[A-Za-z]+", text)).casefold()
    return not _of_files(letters) and not re.search(r"(?<!\d)20\d\d(?!\d)", text)


# Rows that are no searches ----------------------------------------------------------------------------------


_DAY = (
    rf"(?:20\d\d[/.-]\d{{1,2}}[/.-]\d{{1,2}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:20\d\d|[123]\d)"
    rf"|{_MONTH}\s+\d{{1,2}},?\s+20\d\d)"
)
_TIMES_ALONE = re.compile(
    rf"(?:\s|(?:{_DAY}|\b\d{{1,2}}:\d\d(?::\d\d(?:\.\d+)?)?)(?!\d)(?:[AaPp]\.?[Mm]\.?)?"
    r"|[T,–-]|\b(?:[AaPp]\.?[Mm]\.?|UTC|GMT|Z|[CEMP][SD]T)\b|[+-]\d\d:?\d\d)*"
)
_COUNTED = ("networks", "devices")
_TIMES = ("search_time", "time_frame", "window_start", "window_end")


def mask(cells: Sequence[str], form: Form) -> str:
    """A rejected row's cells split by ' | ', with all that could name a person or a vehicle masked.

    Times and counts stay in the columns of times and counts, where they look like such. Of any other cell only known
    words stay: those of the menu, of the rules and the everyday ones. The row is kept to be counted, not read.
    """
    times = {form.places[column] for column in _TIMES if column in form}
    counts = {form.places[column] for column in _COUNTED if column in form}
    personal = set(form.personal)

    def masked(at: int, cell: str) -> str:
        if at in personal:
            return MASK if cell.strip() else ""
        if at in times and _TIMES_ALONE.fullmatch(cell):
            return cell
        if at in counts and re.fullmatch(r"\s*\d{1,7}(?:,\d{3})*(?:\.0+)?\s*", cell):
            return cell
        return only_known_words(cell)

    return " | ".join(" ".join(masked(at, cell).split()) for at, cell in enumerate(cells))


def mask_line(text: str) -> str:
    """A line of which nobody knows which cell is which (a total, a repeated header): known words and times."""
    cells = [part.strip().strip('"') for part in re.split(r"[,;\t\x1f]", text)]
    return " | ".join(" ".join(only_known_words(cell).split()) for cell in cells[:20])


@lru_cache(maxsize=65_536)
def only_known_words(text: str) -> str:
    """A text with every word masked that is not known: numbers too, but for those that rules name."""
    known = vocabulary()
    if normal(text) in known.whole or is_masked(text):
        return visible(text)
    sure = lambda word: len(word) > 1 + word.isdigit() and known.knows(word)  # noqa: E731
    words = [part if all(map(sure, _words(part))) else MASK for part in mask_text(text).split()]
    return visible(_MASKS_IN_A_ROW.sub(MASK, " ".join(words)))
