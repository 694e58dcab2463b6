"""Shows our answers to a hostile reviewer with the numbers that were counted, and the line of every number."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup
from nbconvert.filters import markdown2html

from analysis import pages
from analysis.measures import Number, formatted, lookup, measure
from analysis.places import Place, root
from analysis.refused import Refused
from analysis.site.article import Article
from analysis.site.safe import anchor, written

ANSWERS = "docs/what-a-hostile-reviewer-would-say.md"

_LINK = re.compile(
    r"\[(?P<said>[^\]\n]*)\]\(\.\./results/(?P<place>[a-z0-9-]+)/(?:(?P<stem>[\w-]+)\.ipynb|numbers\.json "
    r'"(?P<measure>[\w.]+?)(?: of (?P<scope>[^"\n]+?))?(?P<share> as a share)?")\)'
)
"""A link of the page to a notebook, or to a number: to numbers.json, the link's title being a measure, perhaps with a
scope."""


def path() -> Path:
    """The page that holds the answers."""
    return root() / ANSWERS


class NotCounted(Refused):
    """A page names a number that a place's results do not hold; names page, place and measure."""


def filled(text: str, places: Mapping[str, Place]) -> str:
    """A page in which each number is the one that was counted. A place without results keeps what was there."""

    @cache
    def published(name: str) -> dict[tuple[str, str], Number]:
        return lookup(pages.open_numbers(places[name]))

    def counted(found: re.Match[str]) -> str:
        place, scope = places.get(found["place"]), found["scope"] or "all"
        if not found["measure"] or place is None or not (place.results / "numbers.json").is_file():
            return found[0]
        if (one := published(place.name).get((found["measure"], scope))) is None:
            raise NotCounted(f"{ANSWERS}: the results of {place.name} hold no {found['measure']} of {scope}")
        share = found["share"] and one.get("denominator")
        said = formatted(one["numerator"] / one["denominator"], "share") if share else _shown(one)
        return f"[{said}]({found[0].partition('](')[2]}"

    return _LINK.sub(counted, text)


def answers(text: str, places: Mapping[str, Place]) -> Markup:
    """The answers as HTML: numbers lead to their lines, notebooks and files to their pages, where those are here."""

    def led(found: re.Match[str]) -> str:
        here, number = found["place"] in places, found["measure"]
        target = (
            f"numbers.html#{anchor(number, found['scope'] or 'all')}" if number else f"{found['stem']}.html"
        )
        return f"[{found['said']}]({found['place']}/{target})" if here else found["said"]

    text = filled(text, places).replace("](../results/field.csv)", "](field.html)")
    made = re.sub(r'<a class="anchor-link"[^>]*>[^<]*</a>', "", markdown2html(_LINK.sub(led, text)))
    return Markup(written(made))


def chapters(
    place: Place, articles: Sequence[Article], rows: Mapping[tuple[str, str], str]
) -> list[tuple[Article, list[dict[str, Any]]]]:
    """The numbers of each chapter that has any, each as its line shows it; `rows` are pages of the rows behind some, by
    measure and scope."""
    numbers = [one for one in pages.open_numbers(place) if one.get("notebook")]
    found = [
        (article, [_line(one, rows) for one in numbers if one["notebook"] == article.stem])
        for article in articles
    ]
    return [(article, lines) for article, lines in found if lines]


def _line(one: Number, rows: Mapping[tuple[str, str], str]) -> dict[str, Any]:
    of = one.get("denominator")
    return {
        "measure": one["measure"],
        "scope": one["scope"],
        "anchor": anchor(one["measure"], one["scope"]),
        "says": one.get("says") or measure(one["measure"]).says,
        "known": one["value"] is not None and not isinstance(one["value"], list),
        "shown": _shown(one),
        "of": "" if of is None else formatted(of),
        "sql": one.get("sql") or "",
        "rows": rows.get((one["measure"], one["scope"]), ""),
    }


def _shown(one: Number) -> str:
    return formatted(one["value"], one["unit"], one.get("because", ""))
