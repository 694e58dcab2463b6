"""Explains words where they are used: the first of each on a page opens its meaning, without a script."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement

from analysis.site.safe import slug

FILE = Path(__file__).with_name("templates") / "glossary.toml"

_NOT_IN = ("a", "button", "caption", "code", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "summary", "table")


@cache
def terms() -> tuple[dict[str, str], ...]:
    """Every word with its name, how pages write it (`match`) and what it means, in alphabetical order."""
    found = tomllib.loads(FILE.read_text(encoding="utf-8"))["term"]
    return tuple(sorted(found, key=lambda term: str(term["name"]).casefold()))


@cache
def _pattern() -> re.Pattern[str]:
    """Any word; the group that matched is its place in `terms`, plus one."""
    words = "|".join(f"({term['match']})" for term in terms())
    return re.compile(rf"(?<![\w-])(?:{words})(?![\w-])")


def explain(soup: BeautifulSoup) -> None:
    """Turn the first of each word in the text of a page into a button that opens its meaning, below the page."""
    seen: list[int] = []
    for text in list(soup.find_all(string=_pattern())):
        if text.find_parent(_NOT_IN) is None and text.find_parent(["p", "li", "dd"]) is not None:
            _explain_in(soup, text, seen)
    if not seen:
        return
    words = soup.new_tag("aside", attrs={"class": "words", "aria-label": "Words on this page"})
    for at in sorted(seen):
        term = terms()[at]
        box = soup.new_tag("div", attrs={"popover": "", "id": f"word-{slug(term['name'])}"})
        box.append(soup.new_tag("strong", string=term["name"]))
        box.append(f": {term['means']}")
        words.append(box)
    soup.append(words)


def _explain_in(soup: BeautifulSoup, text: NavigableString, seen: list[int]) -> None:
    """The words of one text of which none came before."""
    parts: list[PageElement | str] = []
    end = 0
    for found in _pattern().finditer(text):
        at = (found.lastindex or 1) - 1
        if at in seen:
            continue
        seen.append(at)
        parts.append(text[end : found.start()])
        opens = {"type": "button", "class": "word", "popovertarget": f"word-{slug(terms()[at]['name'])}"}
        parts.append(soup.new_tag("button", attrs=opens, string=found[0]))
        end = found.end()
    if parts:
        text.replace_with(*(part for part in (*parts, text[end:]) if part))
