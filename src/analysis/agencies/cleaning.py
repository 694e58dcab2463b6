"""Takes off a released name what is not the agency's: odd characters, status tags, products and units."""

from __future__ import annotations

import re
import unicodedata

from analysis.agencies.words import Words

_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "–": "-", "—": "-"})
LONGEST = 400
"""Characters in the longest text that is read as a name; the longest real one known has 79."""


def clean(released: str) -> str:
    """One space between words, straight apostrophes and dashes, control and invisible characters gone."""
    text = released if released.isascii() else unicodedata.normalize("NFKC", released).translate(_APOSTROPHES)
    text = " ".join(text.replace("`", "'").split())
    return text if text.isprintable() else "".join(filter(str.isprintable, text)).strip()


_SLUG = re.compile(r"[a-z0-9.']+(?:-[a-z0-9.']+){2,}")
_DOTTED = re.compile(r"(?<![\w.])([A-Z])\. ?([A-Z])\.(?!\w)")


def written_out(text: str, lists: Words) -> str:
    """The name with spaces for the dashes of a web address, and with states and set words in one spelling."""
    text = text.replace("_", " ")
    if "-" in text and _SLUG.fullmatch(text):
        text = _unslugged(text, lists)
    if "." in text:
        text = _DOTTED.sub(
            lambda found: code if (code := found[1] + found[2]) in lists.states else found[0], text
        )
    if lists.any_written_out.search(text):
        for replacement in lists.written_out:
            text = replacement.pattern.sub(replacement.to, text)
    return " ".join(text.split())


def _unslugged(slug: str, lists: Words) -> str:
    """'ma-tarnwick-pd' is 'MA - tarnwick pd' where nothing else in it is a state; 'la' and 'de' begin towns' names."""
    first, *rest = slug.split("-")
    codes = lists.states.keys() - {"CO", "SD"}
    in_front = first.upper() in lists.states and not any(word.upper() in codes for word in rest)
    if in_front and first.upper() not in lists.begin_names:
        return f"{first.upper()} - {' '.join(rest)}"
    return slug.replace("-", " ")


def take_tags(text: str, lists: Words) -> tuple[str, tuple[str, ...]]:
    """The name without its status tags, and the tags."""
    if not lists.any_tag.search(text):
        return text, ()
    found = []
    for tag in lists.tags:
        left, times = tag.pattern.subn(" ", text)
        if times:
            found.append(tag.name)
            text = trim(left)
    return text, tuple(found)


def take_account(text: str, tags: tuple[str, ...], lists: Words) -> tuple[str, tuple[str, ...]]:
    """The name without a product or unit written behind it, which marks another account of one agency."""
    if not lists.any_account.search(text):
        return text, tags
    left, times = lists.account.subn(" ", text)
    left, more = lists.account_behind.subn(lambda found: "".join(filter(None, found.groups())), trim(left))
    left = trim(left)
    return (left, (*tags, "second account")) if times + more and left else (text, tags)


def trim(text: str) -> str:
    """Without empty brackets, or dashes and spaces at the ends."""
    if ")" in text or "]" in text:
        text = re.sub(r"\(\s*\)|\[\s*\]", " ", text)
        text = re.sub(r"\s+([)\]])", r"\1", text)
    return " ".join(text.split()).strip(" -,;/")


def small_letters(text: str) -> str:
    """Small letters and single spaces, without punctuation: 'Sheriff's' reads 'sheriffs'."""
    text = text.lower().replace("'", "").replace(".", "").replace("&", " and ")
    return _NO_WORD.sub(" ", text).strip()


_NO_WORD = re.compile(r"[^\w~]+")
