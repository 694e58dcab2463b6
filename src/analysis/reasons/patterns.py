"""Turns a pattern as people write it into the regular expression that engines run, inside a linear-time subset.

People write small-letter words, `|`, `(…)`, `?`, `[…]` and `{m,n}`, and three things of our own:

- `{crime}` stands for a named list of `words.toml`;
- `ice ~ {hold}` means *beside*: either order, with at most two words between;
- `fake .. {agent}` means *soon after*: this order, with at most two words between.

No look-around, no back-reference, no unbounded repeat of a group: neither hostile text nor an edited rule can
hang a run.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

import re2

from analysis.refused import Refused

GAP = "( [a-z0-9]+){0,2} "
"""At most two words between two words; a word is bounded by spaces, so each is read once."""

LONG_NUMBER = 6
"""Numbers of so many digits are distinguished by their length alone; a pattern that names one is refused."""

_QUIET = re2.Options()
_QUIET.log_errors = False
_PIECES = re.compile(r"\(\?:|\{[\d,]+\}|\[[^\]]*\]|.")
_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_NOT_ALLOWED = tuple((re.compile(forbidden), why) for forbidden, why in (
    (r"\(\?|\\|[\^$]", "look-around, back-references, anchors and backslashes are outside the subset"),
    (r"[*+?}][*+?]", "lazy and possessive repeats are outside the subset"),
    (r"\)[*+]", "an unbounded repeat of a group is outside the subset: write {0,2} or a longer list"),
    (r"\{(?!(\d|1\d|20)(,(\d|1\d|20))?\})", "a repeat must be bounded and small: {m,n} with n at most 20"),
    (r"(?<! )~|~(?! )|(?<! )\.\.|\.\.(?! )", "'~' and '..' need a space on either side: 'ice ~ hold', 'fake .. agent'"),
    (r"(?<!\.)\.(?!\.)|\.{3}", "dots are outside the subset: name the letters, or write '..' for soon after"),
    (r"[^a-z0-9 |()?*+\[\]{},.~-]", "patterns meet small letters, digits and single spaces only"),
    (r"\[[^\]]*\[", "a class inside a class is outside the subset"),
    (r"\d\((?! )|\)\d", "a number is written whole: '2800|2801', not '28(00|01)'"),
))  # fmt: skip


class BadPattern(Refused):
    """A pattern outside the subset; the message says what is wrong and what to write."""


def expressions(written: str, lists: Mapping[str, str]) -> tuple[str, str]:
    """A written pattern as an expression, and as one that every text meets which meets the pattern.

    In the first, lists are put in, *beside* and *soon after* spelled out; `lists` gives the expression of each
    named list. The second is what is left of the first `~` or `..`: the left side is the one to write first
    when it is the rarer, since texts without it are not looked at again. Raises `BadPattern` for anything outside
    the subset.
    """
    alternatives = list(_alternatives(written))
    _check(written, lists)
    expression = _with_lists("|".join(map(_spelled_out, alternatives)), lists)
    _check_expression(written, expression)
    lefts = dict.fromkeys(re.split(r" (?:~|\.\.) ", each)[0] for each in alternatives)
    return expression, _with_lists("|".join(lefts), lists)


def words(pattern: str) -> str:
    """An expression as whole words of a searched text."""
    return f" (?:{pattern}) "


def named_words(written: str, endings: Collection[str]) -> frozenset[str]:
    """The single words that a written pattern names; of lists nothing, since they name their own.

    One letter left open (`[a-z]`) is every letter of its class. Several (`burglar[a-z]{0,4}`) are one of `endings`, of
    a length that fits, behind three letters or more; a word of which fewer letters are named is left out.
    """
    pieces = re.findall(r"\{[\d,]+\}|\[[^\]]*\]|.", _NAME.sub(" ", re.sub(r" (?:~|\.\.) ", " ", written)))
    spelled = {word for text in _spellings(pieces) for word in text.split()}
    return frozenset(word for word in spelled for word in _without_open_letters(word, endings))


def _spellings(pieces: list[str]) -> set[str]:
    """Every text that the pieces of a pattern can be, up to a closing bracket; it uses up `pieces`."""
    found, begun = set[str](), {""}
    while pieces and pieces[0] != ")":
        piece = pieces.pop(0)
        if piece == "|":
            found, begun = found | begun, {""}
            continue
        here = _spellings(pieces) if piece == "(" else {piece}
        if piece == "(":
            pieces.pop(0)
        if pieces and (pieces[0] in "?*+" or (pieces[0][0] == "{" and len(pieces[0]) > 1)):
            repeat = pieces.pop(0)
            if piece[0] == "[" and repeat != "?":
                here = {piece + (repeat if repeat[0] == "{" else "{0,20}")}
            elif repeat == "?" or repeat.startswith(("{0", "*")):
                here = here | {""}
        begun = {left + right for left in begun for right in here}
    return found | begun


def _without_open_letters(word: str, endings: Collection[str]) -> Iterator[str]:
    """A word of `_spellings` with its open letters filled in."""
    if "[" not in word:
        yield word
    elif len(re.sub(r"\[[^\]]*\](\{[\d,]+\})?", "", word)) >= 3:
        fits = re.compile(word)
        opened = re.search(r"\[[^\]]*\](\{[\d,]+\})?", word)
        assert opened is not None
        for letters in ["", *endings] if opened[1] else "abcdefghijklmnopqrstuvwxyz":
            filled = word[: opened.start()] + letters + word[opened.end() :]
            if "[" in filled:
                yield from _without_open_letters(filled, endings)
            elif fits.fullmatch(filled):
                yield filled


def _check(written: str, lists: Mapping[str, str]) -> None:
    """Refuse what a pattern may not hold."""
    unknown = [name for name in _NAME.findall(written) if name not in lists]
    if unknown:
        raise BadPattern(
            f"there is no list '{unknown[0]}' in words.toml; known are {', '.join(sorted(lists))}"
        )
    plain = _NAME.sub("x", written)
    for forbidden, why in _NOT_ALLOWED:
        found = forbidden.search(plain)
        if found:
            raise BadPattern(f"'{found[0]}' in '{written}': {why}")
    if any(behind == "{" and re.search(r"[a-z0-9\])][*+]", inside) for inside, behind in _groups(plain)):
        raise BadPattern(f"a repeat inside a repeated group in '{written}'; bound it with {{1,20}}")
    if any("~" in inside or ".." in inside for inside, _ in _groups(plain)):
        raise BadPattern(f"'~' and '..' must be outside brackets; write '{written}' as alternatives")


def _check_expression(written: str, expression: str) -> None:
    """Refuse what an engine cannot run, and numbers so long that they are distinguished by their length alone."""
    try:
        re2.compile(expression, _QUIET)
    except re2.error as error:
        raise BadPattern(f"'{written}' is not a pattern ({error.args[0].decode()}); fix it") from error
    if _longest_number(expression) >= LONG_NUMBER:
        raise BadPattern(
            f"'{written}' names a number of {LONG_NUMBER} digits or more; numbers so long are cases"
        )


def _longest_number(expression: str) -> int:
    """How many digits the longest number has of which the expression names a digit.

    Numbers that no pattern names are distinguished by their length alone (`reasons.table`). A digit beside a bracket
    belongs to the number on the bracket's other side.
    """
    if not any(map(str.isdigit, expression)):
        return 0
    longest = length = last = 0
    named = False
    for piece in [*_PIECES.findall(expression), " "]:
        digit = piece.isdigit() or (piece[0] == "[" and any(map(str.isdigit, piece)))
        if piece[0] == "{":
            length += last * (int(re.findall(r"\d+", piece)[-1]) - 1)
        elif digit:
            length, last, named = length + 1, 1, named or piece.isdigit() or "0-9" not in piece
        elif piece not in ("(?:", "(", ")", "?"):
            longest = max(longest, length) if named else longest
            length, last, named = 0, 0, False
    return longest


def matches_anything(expression: str) -> bool:
    """Whether an expression, as whole words, meets a word that nobody would name."""
    return re2.compile(words(expression), _QUIET).search(" q ") is not None


def _alternatives(written: str) -> Iterator[str]:
    """The alternatives at the top of a pattern, outside brackets."""
    depth, begun = 0, 0
    for index, character in enumerate(written):
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            yield written[begun:index]
            begun = index + 1
    yield written[begun:]


def _spelled_out(alternative: str) -> str:
    """One alternative with its `~` and `..` spelled out, from left to right."""
    sides = re.split(r" (~|\.\.) ", alternative)
    sofar = sides[0]
    for delimiter, side in zip(sides[1::2], sides[2::2]):
        after = f"(?:{sofar}){GAP}(?:{side})"
        sofar = after if delimiter == ".." else f"{after}|(?:{side}){GAP}(?:{sofar})"
    return sofar


def _with_lists(expression: str, lists: Mapping[str, str]) -> str:
    return _NAME.sub(lambda found: f"(?:{lists[found[1]]})", expression)


def _groups(pattern: str) -> Iterator[tuple[str, str]]:
    """What is inside each pair of brackets, with the character behind it."""
    opened: list[int] = []
    for index, character in enumerate(pattern):
        if character == "(":
            opened.append(index)
        elif character == ")" and opened:
            yield pattern[opened.pop() : index], pattern[index + 1 : index + 2]
