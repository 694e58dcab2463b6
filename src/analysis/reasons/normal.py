"""Brings a typed reason into the normal form that every rule is matched against."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence

import numpy as np

_MARKS = {"Mn", "Me", "Cf"}
_INITIALS = re.compile(r"\b[a-z](?:\.[a-z])+\b")
_AGENCIES = re.compile(r"(^| )(u s c i s|u s b p|u s c|i c e|h s i|e r o|c b p|d h s)(?= |$)", re.M)
_SINGLE_LETTERS = re.compile(r"(^| )([a-z](?: [a-z]){2,})(?= |$)", re.M)
_SECTION_287 = re.compile(
    r"(^|[\s(\[{_+§]|(?<=[a-z])[/.:,;&])287[ ]?[(\[{]?[ ]?g(?![a-z0-9])(?![)\]}][0-9])", re.M
)
_LOOKALIKES = str.maketrans(
    "АВЕКМНОРСТУХІЈЅаеорсухіјѕԁһӏΑΒΕΖΗΙΚΜΝΟΡΤΥΧοιıɪɡ",
    "ABEKMHOPCTYXIJSaeopcyxijsdhlABEZHIKMNOPTYXoiiig",
)
"""Cyrillic and Greek letters that a reader takes for Latin ones."""
_PLACEHOLDER = "\x01"
_NEWLINE, _SPACE = 10, 32
_OTHER, _LETTER, _DIGIT, _BREAK = 0, 1, 2, 3


def normal_form(text: str) -> str:
    """The normal form of one text; see `normal_forms`."""
    return normal_forms([text])[0]


def readings(text: str) -> tuple[str, ...]:
    """The normal forms under which a text is matched: one, or two where it holds an underscore.

    `_` is typed for a space (`_missing _person`) and breaks words in machine exports (`investigatio_n`), so it
    is read once as a space and once as nothing; either reading may match.
    """
    return tuple(dict.fromkeys(normal_forms([text.replace("_", " "), text.replace("_", "")])))


def normal_forms(texts: Sequence[str]) -> list[str]:
    """The normal forms of many texts, in their order: words of letters or of digits with single spaces between them.

    In this order: compatibility forms are unified (NFKC), letters of other scripts that look Latin made Latin,
    accents, joiners and invisible characters removed, case folded; initials with dots joined (I.C.E.); `287(g)`,
    `287 g` and `287g` made one word, where nothing but a space, a bracket or a word's comma or slash comes
    before and no letter or digit follows; a space put between letters and digits (`HSI3500`); every other
    character made a space and spaces made one; single letters in a row joined, first the initials of agencies and
    of the U S C, then any three or more. Letters outside a to z stay letters, so no word ends at them, and
    Python's `re` and RE2 see the same words. `_` is a space here; `readings` gives the other reading.

    Texts are joined by line breaks and worked on as one; a line break inside a text is a space.
    """
    if not texts:
        return []
    lines = [text if text.isascii() else _fold(text) for text in texts]
    joined = "\n".join(lines)
    if joined.count("\n") != len(lines) - 1:
        joined = "\n".join(line.replace("\n", " ") for line in lines)
    joined = joined.replace(_PLACEHOLDER, " ").lower()
    joined = _on_lines(joined, ".", _INITIALS, lambda found: found[0].replace(".", ""))
    joined = _on_lines(joined, "287", _SECTION_287, rf"\1{_PLACEHOLDER} ")
    codes = _split_words(joined)
    forms = codes.tobytes().decode("utf-32-le").split("\n")
    for line in _with_single_letters(codes):
        for pattern in (_AGENCIES, _SINGLE_LETTERS):
            forms[line] = pattern.sub(lambda found: found[1] + found[2].replace(" ", ""), forms[line])
        forms[line] = forms[line].replace(_PLACEHOLDER, "287g")
    return forms


def _on_lines(
    joined: str, holding: str, pattern: re.Pattern[str], instead: str | Callable[[re.Match[str]], str]
) -> str:
    """Replace a pattern on the lines that hold a text; most hold none and are not looked at."""
    if holding not in joined:
        return joined
    lines = joined.split("\n")
    return "\n".join(pattern.sub(instead, line) if holding in line else line for line in lines)


def _with_single_letters(codes: np.ndarray) -> list[int]:
    """The numbers of the lines that hold three single letters in a row, or the placeholder of section 287(g)."""
    space = np.concatenate([[True], (codes == _SPACE) | (codes == _NEWLINE), [True]])
    letter = (codes >= ord("a")) & (codes <= ord("z"))
    single = letter & space[:-2] & space[2:]
    three = single[:-4] & single[2:-2] & single[4:]
    found = np.append(np.flatnonzero(three), np.flatnonzero(codes == ord(_PLACEHOLDER)))
    ends = np.flatnonzero(codes == _NEWLINE)
    return [int(line) for line in np.unique(np.searchsorted(ends, found))]


def searched(text: str) -> str:
    """The text that patterns are searched in: each reading of the normal form as `< words >`."""
    return searched_each([text])[0]


def searched_each(texts: Sequence[str]) -> list[str]:
    """The same for many texts, in their order; one pass over all of them is a hundred times faster."""
    forms = [f"< {form} >" for form in normal_forms([text.replace("_", " ") for text in texts])]
    both = [index for index, text in enumerate(texts) if "_" in text]
    for index, form in zip(both, normal_forms([texts[index].replace("_", "") for index in both])):
        if forms[index] != f"< {form} >":
            forms[index] += f" < {form} >"
    return forms


def _fold(text: str) -> str:
    """A text without accents, case, compatibility forms and invisible characters; letters of any script stay."""
    plain = unicodedata.normalize("NFKC", text).translate(_LOOKALIKES)
    folded = unicodedata.normalize("NFKD", plain.casefold())
    kept = "".join(c for c in folded if unicodedata.category(c) not in _MARKS)
    return unicodedata.normalize("NFKC", kept).casefold()


def _kinds(codes: np.ndarray) -> np.ndarray:
    """For each character code: other, letter, digit or line break."""
    table = np.zeros(128, dtype=np.int8)
    table[[_NEWLINE]] = _BREAK
    table[ord("0") : ord("9") + 1] = _DIGIT
    table[ord("a") : ord("z") + 1] = _LETTER
    table[ord(_PLACEHOLDER)] = _LETTER
    kinds = table[np.minimum(codes, 127)]
    beyond = np.flatnonzero(codes > 126)
    if len(beyond):
        distinct, numbers = np.unique(codes[beyond], return_inverse=True)
        letter = np.array([chr(code).isalnum() for code in distinct], dtype=np.int8)
        kinds[beyond] = letter[numbers]
    return kinds


def _split_words(joined: str) -> np.ndarray:
    """Spaces between letters and digits, other characters made spaces, runs of spaces made one, none at ends."""
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    kinds = _kinds(codes)
    codes = np.where(kinds == _OTHER, _SPACE, codes).astype("<u4", copy=False)
    meet = np.flatnonzero((kinds[:-1] + kinds[1:] == 3) & (kinds[:-1] * kinds[1:] == 2)) + 1
    codes, kinds = np.insert(codes, meet, _SPACE), np.insert(kinds, meet, _OTHER)
    word = (kinds == _LETTER) | (kinds == _DIGIT)
    # A space is kept that has a word on both sides of the run that it begins.
    after_word = np.concatenate([[False], word[:-1]])
    kept = (kinds != _OTHER) | after_word
    codes, kinds = codes[kept], kinds[kept]
    before_end = np.concatenate([kinds[1:] == _BREAK, [True]])[: len(kinds)]
    return codes[(kinds != _OTHER) | ~before_end]
