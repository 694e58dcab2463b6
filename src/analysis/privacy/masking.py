"""Masks plates, names, numbers and addresses in a text of a log, but for words that could name nobody."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from analysis import places, reasons, toml
from analysis.paths import visible
from analysis.reasons.patterns import named_words
from analysis.vendors import all_vendors, search_types, verdicts
from analysis.vendors.facts import normal
from analysis.vendors.masks import is_masked
from analysis.vendors.recognition import Layout, known_columns

MASK = "***"

_WORD = re.compile(r"[^\W\d_]+|\d+")
_INITIALS = re.compile(r"\b[a-z](?:\.[a-z])+\b")


def split_words(text: str) -> list[str]:
    """The words and numbers of a text in small letters; initials with dots are one word."""
    return _WORD.findall(_INITIALS.sub(lambda found: found[0].replace(".", ""), text.casefold()))


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
        return all(map(self.knows, split_words(text)))

    def knows(self, word: str) -> bool:
        """Whether one word or number in small letters is known here."""
        if word.isdigit():
            return len(word) < 3 or word in self.numbers
        return word in self.words


def vocabulary() -> Vocabulary:
    """The vocabulary of this repository's rules and lists."""
    return vocabulary_of(os.environ.get("ANALYSIS_ROOT"))


class _EverydayWords(toml.Schema, frozen=True):
    """The lists of everyday_words.toml."""

    small: toml.Texts
    police: toml.Texts
    things: toml.Texts
    acts: toml.Texts
    endings: toml.Texts
    names: toml.Texts
    not_names: toml.Texts
    numbers: toml.Texts
    files: toml.Texts


@cache
def vocabulary_of(_: str | None) -> Vocabulary:
    """The vocabulary of the repository that the environment names, read once."""
    hand = places.root() / "data" / "hand"
    rules = reasons.load(hand / "reasons")
    lists = toml.read(hand / "everyday_words.toml", "data/hand/everyday_words.toml", _EverydayWords)
    common_names = (hand / "common_names.csv").read_text(encoding="utf-8").split()[1:]
    names = {*common_names, *lists.names}.difference(lists.not_names)
    patterns = [rule.match.written for rule in rules.rules] + [
        w for group in rules.lists for w in group.words
    ]
    spelled = {word for pattern in patterns for word in named_words(pattern, lists.endings)}
    named = {word for text in spelled for word in split_words(text)}
    menu = [text.casefold() for text in (*rules.offense_types, *search_types(), *verdicts())]
    everyday = {*lists.small, *lists.police, *lists.things, *lists.acts}
    words = named | everyday | {word for text in menu for word in split_words(text)}
    machines = [machine.begins for menu in rules.menus.values() for machine in menu.offered.machine]
    machines += [words for vendor in all_vendors() for words in vendor.moderation.system]
    begins = [*(menu.beginning for menu in rules.menus.values()), *map(re.escape, machines)]
    return Vocabulary(
        words=frozenset(words - names),
        names=frozenset(names),
        numbers=frozenset({word for word in named if word.isdigit()} | set(lists.numbers)),
        whole=frozenset([*menu, *known_columns()]),
        begins=re.compile(rf"\s*(?:{'|'.join(begins)})", re.IGNORECASE),
        files=frozenset(lists.files),
    )


# Words and numbers --------------------------------------------------------------------------------------------

MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}\.?"
PERSON = r"(?:d\.?o\.?b\b\.?|holds?|warrants?|detainers?|wanted|arrest(?:ed)?|suspect|subject|victim|missing|locate)"
"""Words beside which a name is a person's."""

_NAME = r"(?<![A-Za-z'’-])[A-Za-z][A-Za-z'’-]{1,40}"
_LAST_FIRST = rf"(?:{_NAME}\s{{1,4}})?{_NAME},\s{{0,4}}{_NAME}(?:\s+[A-Za-z]\b\.?)?"
_PLATE_WORD = r"plates?|plt|tags?|lpn?|lic|licen[sc]e|reg|registration|vanity"
_MAY_BE_MASKED = re.compile(
    rf"[\d@,]|[(\[]at[)\]]|\b(?:{_PLATE_WORD}|born|birth|birthday|bday|d\.?o\.?b)\b", re.I
)
ADDRESS = re.compile(r"(?<!\S)\S{1,200} ?(?:@|\(at\)|\[at\]) ?\S+|\S{0,200}@\S*", re.I)
BIRTH = re.compile(
    r"\b(?P<before>(?:d\.?o\.?b\b\.?|born|birth(?:day|date| date)?|date of birth|bday)"
    r"[\s:#,.-]*(?:(?:on|is|in)\s+)?)"
    rf"(?:(?:\d{{1,2}}(?:st|nd|rd|th)?[\s,./-]*)?{MONTH}(?:[\s,./-]*\d{{1,4}}(?:st|nd|rd|th)?\b)*"
    r"|\d{1,4}(?:[\s,./-]+\d{1,4}){0,2}|\d{4,8})"
    rf"|\b(?:\d{{1,2}}[\s./-]*{MONTH}[\s,./-]*(?:19\d\d|200\d)"
    rf"|{MONTH}[\s,./-]*\d{{1,2}}(?:st|nd|rd|th)?[\s,./-]*(?:19\d\d|200\d))\b",
    re.I,
)
_PERSON_NAMED = re.compile(
    rf"(?P<before>\b{PERSON}[\s:#-]+(?:(?:for|on|of)\s+)?)(?P<name>{_LAST_FIRST})"
    rf"|(?P<first>{_LAST_FIRST})(?P<after>[\s,:;-]+{PERSON}\b)",
    re.I,
)
_AFTER_PLATE = re.compile(
    rf"\b(?P<said>(?:licen[sc]e|lic\.?)\s+(?:plates?|tags?|pl(?:t|ate)?)|{_PLATE_WORD})\b"
    r"(?P<mark>\.?\s*(?:no\.?|num(?:ber)?|is|reads)?\s*[#:=-]*\s*)"
    r"(?P<rest>[A-Za-z0-9]{1,8}\b(?:[ -][A-Za-z0-9]{1,5}\b){0,2})",
    re.I,
)
_DATE = re.compile(r"\b\d{1,2}(?:[/-]|\.(?=\d{1,2}\.))\d{1,2}[/.-](?:19|20)?\d{2}\b(?!,? \d{1,2}:)")
_LONG_NUMBER = re.compile(r"\b(?!20\d\d-\d\d-\d\d\b)(?:[Aa][ #:.–—-]{0,3})?\(?\d(?:[ .()–—-]{0,3}\d){7,}\b")
_DIGITS_FIRST = re.compile(r"(?<![\w-])\d{1,5}[ -]?[A-Za-z]{1,4}(?:[ -]?\d{1,4})?(?![\w-])")
_LETTERS_FIRST = re.compile(r"(?<![\w-])[A-Za-z]{1,4}[ -]?\d{2,5}(?:[ -]?[A-Za-z]{1,2})?(?![\w-])")
_CASE = re.compile(
    r"(?<![\w-])(?!20\d\d-\d\d-\d\d\b)(?:[A-Za-z]{1,4}-?)?\d{1,4}(?:-[A-Za-z]{1,4})?-\d{2,}(?:-\w+)*\b|\b\d{5,}\b"
)
_PLATE = re.compile(
    r"\b(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{5,8}\b|\b[A-Za-z]{2,3}-\d{3,4}\b|\b\d{3,4}-[A-Za-z]{2,3}\b"
)
_SPELLED = re.compile(r"(?<![\w'’])(?:[A-Za-z\d][ .-]{1,2}){4,}[A-Za-z\d](?!\w)")


def mask_text(text: str) -> str:
    """Text with plates, e-mail addresses, long numbers, dates of birth and surnames beside 'dob' or 'hold' as `***`.

    Shapes of plates are those of the states (two or three groups of letters and digits, with or without a space or
    hyphen between them), and five or more letters and digits spelled one by one. Words of the vocabulary are left
    alone, so that `8 USC 1325` is no plate.
    """
    if not _MAY_BE_MASKED.search(text):
        return text
    text = BIRTH.sub(lambda found: f"{found['before'] or ''}{MASK}", ADDRESS.sub(MASK, text))
    text = _SPELLED.sub(lambda found: MASK if re.search(r"\d", found[0]) else found[0], text)
    if "," in text:
        text = _PERSON_NAMED.sub(_name_masked, text)
    text = _AFTER_PLATE.sub(_after_plate_masked, _LONG_NUMBER.sub(MASK, _DATE.sub(MASK, text)))
    for groups in (_DIGITS_FIRST, _LETTERS_FIRST):
        text = groups.sub(_groups_masked, text)
    # a statute or a radio code that the rules name is no case number
    text = _CASE.sub(lambda found: found[0] if vocabulary().holds(found[0]) else MASK, text)
    return _PLATE.sub(_plate_masked, text)


def _name_masked(found: re.Match[str]) -> str:
    """`LAST, FIRST` masked, unless every word of it is an everyday one (`theft, warrant`)."""
    if vocabulary().holds(found["name"] or found["first"]):
        return found[0]
    return f"{found['before']}{MASK}" if found["name"] else f"{MASK}{found['after']}"


def _after_plate_masked(found: re.Match[str]) -> str:
    """What comes after 'plate' or 'tag', up to the first everyday word; after a # or a colon whatever it is."""
    words = re.split(r"([ -])", found["rest"])
    masked = 2 * bool(re.search("[#:=]", found["mark"]))
    while masked < len(words) and not vocabulary().knows(words[masked].casefold()):
        masked += 2
    return f"{found['said']}{found['mark']}{MASK}{''.join(words[masked - 1 :])}" if masked else found[0]


def _groups_masked(found: re.Match[str]) -> str:
    """Letters and digits in two or three groups, as on a plate, unless the letters are a word or a month."""
    text = found[0]
    if len(re.sub("[ -]", "", text)) < 5 or not re.search("[ -]", text):
        return text
    is_known = (
        len(word) > 1 and (vocabulary().knows(word.casefold()) or re.fullmatch(MONTH, word, re.I))
        for word in re.findall("[A-Za-z]+", text)
    )
    return text if all(is_known) else MASK


def _plate_masked(found: re.Match[str]) -> str:
    """A word of letters and digits; one that the rules name (`10851vc`, `287g`) stays."""
    known = vocabulary()
    named = (word in (known.numbers if word.isdigit() else known.words) for word in split_words(found[0]))
    return found[0] if all(named) else MASK


_WITH_A_DIGIT = re.compile(r"[^\s]*\d[^\s]*")
_MASKS_IN_A_ROW = re.compile(r"\*{3}(?:[\s,;/|.#-]*\*{3})+")


def mask_numbers(text: str) -> str:
    """Text in which each word that holds three digits in a row is masked, but for numbers that rules name."""
    if not any(map(str.isdigit, text)):
        return text
    known = vocabulary()
    masked = _WITH_A_DIGIT.sub(lambda word: word[0] if known.holds(word[0]) else MASK, text)
    return _MASKS_IN_A_ROW.sub(MASK, masked)


@lru_cache(maxsize=65_536)
def only_known_words(text: str) -> str:
    """A text with every word masked that is not known: numbers too, but for those that rules name."""
    known = vocabulary()
    if normal(text) in known.whole or is_masked(text):
        return visible(text)

    def is_sure(word: str) -> bool:
        return len(word) > 1 + word.isdigit() and known.knows(word)

    words = [word if all(map(is_sure, split_words(word))) else MASK for word in mask_text(text).split()]
    return visible(_MASKS_IN_A_ROW.sub(MASK, " ".join(words)))


_PARTS = re.compile(r"(?<![^\W_])[a-z](?:\.[a-z])+(?![^\W_])|[^\W\d_]+|\d+", re.I)
_MASK_RUNS = re.compile(r"\*{3,}(?:[\s,;/|.#-]*\*{3,})*")
_ODD_CHARACTERS = re.compile(r"[^\w\t\n\r -~§°·–—‘’“”…]")


def known_parts(text: str) -> str:
    """A text with every word masked that is not known, and nothing else changed: what is between words stays.

    Stricter than what is printed: numbers stay only where a rule names them, and characters that are neither letters
    nor usual punctuation are masked too, since one can write with them. The beginning that a menu or a machine gives
    a reason stays, and so does a text that is known whole.
    """
    known = vocabulary()
    if text.strip().casefold() in known.whole or is_masked(text):
        return text
    begin = known.begins.match(text)
    head = begin[0] if begin else ""

    def masked(found: re.Match[str]) -> str:
        word = found[0].casefold().replace(".", "")
        return found[0] if word in (known.numbers if word.isdigit() else known.words) else MASK

    rest = _ODD_CHARACTERS.sub("*", _PARTS.sub(masked, mask_text(text[len(head) :])))
    return head + _MASK_RUNS.sub(MASK, rest)


# Rows that are no searches ------------------------------------------------------------------------------------

_DAY = (
    rf"(?:20\d\d[/.-]\d{{1,2}}[/.-]\d{{1,2}}|\d{{1,2}}[/.-]\d{{1,2}}[/.-](?:20\d\d|[123]\d)"
    rf"|{MONTH}\s+\d{{1,2}},?\s+20\d\d)"
)
_TIMES_ALONE = re.compile(
    rf"(?:\s|(?:{_DAY}|\b\d{{1,2}}:\d\d(?::\d\d(?:\.\d+)?)?)(?!\d)(?:[AaPp]\.?[Mm]\.?)?"
    r"|[T,–-]|\b(?:[AaPp]\.?[Mm]\.?|UTC|GMT|Z|[CEMP][SD]T)\b|[+-]\d\d:?\d\d)*"
)
_COUNT_ALONE = re.compile(r"\s*\d{1,7}(?:,\d{3})*(?:\.0+)?\s*")
_HARMLESS = {
    **dict.fromkeys(("search_time", "time_frame", "window_start", "window_end"), _TIMES_ALONE),
    **dict.fromkeys(("networks", "devices"), _COUNT_ALONE),
}
"""What a cell of a column may hold to stay as it is."""


def mask(cells: Sequence[str], layout: Layout) -> str:
    """A rejected row's cells split by ' | ', with all that could name a person or a vehicle masked.

    Times and counts stay in the columns of times and counts, where they look like such. Of any other cell only known
    words stay: those of the menu, of the rules and the everyday ones. The row is kept to be counted, not read.
    """
    harmless = {layout.index[column]: pattern for column, pattern in _HARMLESS.items() if column in layout}
    masked = []
    for column, cell in enumerate(cells):
        if column in layout.personal:
            masked.append(MASK if cell.strip() else "")
        elif column in harmless and harmless[column].fullmatch(cell):
            masked.append(cell)
        else:
            masked.append(only_known_words(cell))
    return " | ".join(" ".join(cell.split()) for cell in masked)


def mask_line(text: str) -> str:
    """A line of which nobody knows which cell is which (a total, a repeated header): known words and times."""
    cells = [cell.strip().strip('"') for cell in re.split(r"[,;\t\x1f]", text)]
    return " | ".join(" ".join(only_known_words(cell).split()) for cell in cells[:20])
