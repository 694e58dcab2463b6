"""Says what of a log may be printed, and masks plates, names and numbers in all else.

A text of a log is printed only if it could name nobody: it is a column's known name or a word of the vendor's menu, or
each of its words is one of the rules' own or an everyday one (data/hand/everyday_words.toml) and no common name
(data/hand/common_names.csv), or a person has read and cleared it (data/hand/cleared.csv). That many rows hold a text
says nothing of whom it names. Case numbers, plates, dates of birth and addresses are masked in all that is printed.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Collection, Iterable
from functools import lru_cache

import pandas as pd

from analysis import agencies
from analysis.agencies import Known
from analysis.agencies.words import read_word_list
from analysis.paths import UNSEEN, visible
from analysis.privacy import masking
from analysis.privacy.masking import MASK, mask_text, only_known_words, split_words, vocabulary
from analysis.vendors import all_vendors
from analysis.vendors.masks import is_masked

NOT_SHOWN = "(not shown: may name a person)"
"""What is printed in place of a text that may not be; its rows are counted all the same."""

COMMON_TYPE = 50
"""Rows: a rarer unknown type of search may be a cell that slipped into the column."""


def shown(text: str, cleared: Collection[str] = ()) -> str:
    """A reason, or a value of the menu, as it may be printed: its numbers masked, or `NOT_SHOWN`.

    `cleared` are texts in small letters that a person has read and found to name nobody.
    """
    known, folded = vocabulary(), text.strip().casefold()
    if folded in cleared or folded in known.whole:
        return visible(text)
    masked = masking.mask_numbers(mask_text(text))
    return visible(masked) if known.holds(known.begins.sub("", masked, count=1)) else NOT_SHOWN


def search_types(lines: pd.DataFrame) -> dict[str, str]:
    """Types of search as they may be printed, by the type; `lines` say how many `rows` each `search_type` has.

    Types of the vendor's list, and what is in brackets of ours, stay; unknown ones are named where they are common
    and could name nobody, and else counted only.
    """
    spelled = (name for vendor in all_vendors() for name in vendor.search_types.spellings)
    known = {*spelled, "(none)", "(blank)"}
    found = {}
    for name, rows in lines.groupby("search_type")["rows"].sum().items():
        rare = "(unknown type)" if rows < COMMON_TYPE else shown(name)
        found[name] = name if name in known else rare
    return found


def agency_names(names: Iterable[str], known: Known | None = None) -> dict[str, str]:
    """Agencies' names as they may be printed, by the name: one that reads like no agency's may be a person's.

    Such a name is printed only if each of its words is known, or of those that agencies' names are made of; those
    that are not printed are numbered, so that two of them stay two. Blanks and masks stay as they are.
    """
    known = known or agencies.known()
    reviewed = {*known.overrides["released_name"], *known.overrides["agency"]}
    words = _agency_words(frozenset(reviewed))
    distinct = list(dict.fromkeys(names))
    resolved = agencies.resolve(distinct, known).to_dict("records")
    found, hidden = {}, 0
    for name, line in zip(distinct, resolved):
        is_agency = line["kind"] or line["state"] or name in reviewed or not name.strip() or is_masked(name)
        masked = mask_text(name)
        if is_agency or (split_words(masked) and words.issuperset(split_words(masked))):
            found[name] = visible(masked)
        else:
            hidden += 1
            found[name] = f"(agency {hidden}, {NOT_SHOWN[1:]}"
    return found


@lru_cache(maxsize=8)
def _agency_words(reviewed: frozenset[str]) -> frozenset[str]:
    """Words of which names of agencies are made: kinds, states, and the names on reviewed lines."""
    lists = read_word_list()
    patterns = [re.sub(r"\\.", " ", rule.pattern.pattern) for rule in lists.kinds]
    kinds = {word for pattern in patterns for word in re.findall("[a-z]{2,}", pattern)}
    named = {word for name in (*reviewed, *lists.state_names) for word in split_words(name)}
    return frozenset((kinds | named) - vocabulary().names | vocabulary().words)


def visible_cells(table: pd.DataFrame) -> pd.DataFrame:
    """A table of which every text is `visible`."""
    return table.map(lambda cell: visible(cell) if isinstance(cell, str) else cell)


# Errors -----------------------------------------------------------------------------------------------------


def fault(error: BaseException) -> str:
    """Where an error that nobody foresaw came up, and its causes before it; of their messages, known words."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = "".join(traceback.format_tb(error.__traceback__))
    return (fault(cause) + "\n" if cause else "") + f"{lines}{type(error).__name__}: {said_by(error)}\n"


def said_by(error: object) -> str:
    """An error's message, or a line of it, with known words alone: such messages quote cells."""
    try:
        return only_known_words(str(error))
    except Exception:  # the lists themselves may be what cannot be read
        return MASK


# Names of files ---------------------------------------------------------------------------------------------

HIDDEN_FILE = "name not shown"
_ENDINGS = re.compile(r"\.[A-Za-z]\w{0,7}(?:\.gz)?$", re.I)
_WORDS_OF_NAMES = re.compile(r"[^\W\d_]?[^\W\d_A-Z]+|[A-Z]+(?![a-z])|\d+")
_OFFICES = {"pd", "so", "sd"}
# a town, its state and its police in one word
_GLUED = re.compile(r"(?<=[a-z])([A-Z]{2})(PD|SO|SD)(?![A-Za-z])")
_RANKS = re.compile(
    rf"{masking.PERSON}|per|sgt|sergeant|ofc|officer|det|detective|dep(?:uty)?|lt|cpl|mrs?|ms", re.I
)
_SHAPES = re.compile(
    r"(?<!\d)\d{3}[ -]\d{2}[ -]\d{4}(?!\d)|\(?(?<!\d)\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?!\d)"
    r"|(?<![A-Za-z\d])(?P<plate>[A-Za-z]{2,3}[ -]?\d{3,4}|\d{3,4}[ -]?[A-Za-z]{2,3}|\d[A-Za-z]{3}\d{3})(?![A-Za-z\d])"
)


def file_name(name: str, suffix: str = "") -> str:
    """A released file's name, of a release or inside an archive, as it may be used and printed.

    A folder or file of it that may name a person or a vehicle is 'name not shown', and then `suffix`, such as the
    beginning of the file's checksum, keeps the file apart from others. One word that nobody knows names no person,
    since towns are called so; two in a row do, unless they are an agency's, and one beside a word such as 'warrant'.
    """
    *folders, last = name.split("/")
    stem, ending = (last[: found.start()], found[0]) if (found := _ENDINGS.search(last)) else (last, "")
    shown_names = [HIDDEN_FILE if _may_name(part) else part for part in (*folders, stem)]
    return "/".join(shown_names) + (f"-{suffix}" if suffix and HIDDEN_FILE in shown_names else "") + ending


@lru_cache(maxsize=65_536)
def _may_name(stem: str) -> bool:
    """Whether the name of a folder or file may name a person or a vehicle."""
    text = re.sub(r"['’](\w)", lambda found: found[1].lower(), UNSEEN.sub("", stem).replace("_", " "))
    text = _GLUED.sub(r" \1 \2", text)
    if masking.ADDRESS.search(text) or masking.BIRTH.search(text):
        return True
    if any(not found["plate"] or _is_plate(found["plate"]) for found in _SHAPES.finditer(text)):
        return True
    words = _WORDS_OF_NAMES.findall(text)
    unknown = [not word.isdigit() and not _names_nobody(word.casefold()) for word in words]
    ranks = [bool(_RANKS.fullmatch(word)) for word in words]
    pairs = zip(unknown, unknown[1:], ranks, ranks[1:])
    if not any(
        (first and (second or after)) or (second and before) for first, second, before, after in pairs
    ):
        return False
    plain = re.sub(r"[\W\d_]+", " ", text).split()
    beside = [word for word in plain if word.casefold() not in vocabulary().files - _OFFICES]
    resolved = agencies.resolve([" ".join(plain), " ".join(beside)])
    return not (resolved["kind"].any() or resolved["state"].any())


def _names_nobody(word: str) -> bool:
    """Whether a word of a file's name in small letters could name nobody."""
    lists = vocabulary()
    return word in lists.files or (word not in lists.names and word in _agency_words(frozenset()))


def _is_plate(text: str) -> bool:
    """Whether letters and digits of a file's name may be a plate: no word, and no year."""
    letters = "".join(re.findall("[A-Za-z]+", text)).casefold()
    return not _names_nobody(letters) and not re.search(r"(?<!\d)20\d\d(?!\d)", text)
