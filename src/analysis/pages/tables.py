"""Shows tables as HTML and CSV, and text as text: nothing that came from a log is markup, formula or link."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Collection
from typing import Any

import pandas as pd
from markupsafe import Markup

from analysis.measures import formatted
from analysis.paths import no_formula, visible
from analysis.places import Place
from analysis.wording import counted


def plain(text: str) -> str:
    """Text from a log, for a Markdown sentence: nothing in it is markup, formula or link."""
    return re.sub(
        r"([\\`*_{}\[\]()#+\-.!|$~^=])",
        r"\\\1",
        html.escape(visible(" ".join(str(text).split())), quote=False),
    )


def link(measure: str, said: str, scope: str = "all") -> str:
    """A number in Markdown as a link to numbers.json, whose title says which number of it; the site leads it to its
    line. Without a link where the scope holds more than words."""
    return f'[{said}](numbers.json "{number_title(measure, scope)}")' if _WORDS.fullmatch(scope) else said


def link_html(measure: str, said: str, scope: str = "all") -> Markup:
    """The same as HTML."""
    return Markup('<a href="numbers.json" title="{}">{}</a>').format(number_title(measure, scope), said)


def number_title(measure: str, scope: str) -> str:
    """What the title of a link to a number says: its measure, and of whose cameras."""
    return measure if scope == "all" else f"{measure} of {scope}"


NUMBER_LINK = re.compile(r'href="numbers\.json" title="(?P<measure>[\w.]+)(?: of (?P<scope>[^"]+))?"')
"""Where the HTML of a page links a number."""

_WORDS = re.compile(r"[\w .,'&-]+")


REPLICA = (
    "Replica: these records are invented. They show that the method recovers what was planted, nothing else."
)


INVENTED = "invented"
"""The column, and the key of a number, that tells machines that records are invented."""


def marked(table: pd.DataFrame, place: Place) -> pd.DataFrame:
    """A table as it is published: where the records are invented, every row says so in a column of its own."""
    return table.assign(**{INVENTED: True}) if place.is_replica else table


def heading(place: Place, copies: str) -> str:
    """The place of a page as HTML, and what must be known of its records; `copies` says which were read masked."""
    said = ((REPLICA, "replica", place.is_replica), (place.selection, "place", place.selected))
    marks = "".join(
        f'<p class="{kind}"><strong>{html.escape(one)}</strong></p>' for one, kind, holds in said if holds
    )
    marks += f'<p class="place">{html.escape(copies)}</p>' if copies else ""
    named = f"{html.escape(place.title)} (<code>{html.escape(place.name)}</code>)"
    return f'<p class="place">Place: {named}</p>{marks}'


def source(place: Place, rows: int, copies: str) -> str:
    """The line under a table or figure: the place, its searches, and what must be known of its records."""
    learned = sorted({file.learned_how for file in place.files} - {""})
    said = (
        *(f"{how[:1].upper()}{how[1:]}." for how in learned),
        "A selection, not a log." if place.selected else "",
        "Read from masked copies." if copies else "",
        "REPLICA: invented records." if place.is_replica else "",
    )
    return " ".join(filter(None, (f"Source: {place.title}; {counted(rows, 'search')} released.", *said)))


def table_html(table: pd.DataFrame, caption: str, kind: str = "data", choose: Collection[str] = ()) -> str:
    """A table as HTML: every cell escaped, numbers on the right, shares in percent, headers with scope. On the site, a
    reader can choose one value of the columns in `choose`."""
    chosen = dict.fromkeys(choose, ' class="choose"')
    head = "".join(
        f'<th scope="col"{chosen.get(name, "")}>{html.escape(str(name).replace("_", " "))}</th>'
        for name in table.columns
    )
    body = "\n".join(
        "<tr>" + "".join(_cell(name, value) for name, value in zip(table.columns, row)) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return (
        f'<table class="{kind} tex2jax_ignore mathjax_ignore"><caption>{html.escape(visible(caption))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
    )


def _cell(column: str, value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"<td>{html.escape(visible(', '.join(map(str, value))))}</td>"
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value)):
        return "<td></td>"
    if isinstance(value, pd.Timestamp):
        return f"<td>{value:%Y-%m-%d}</td>"
    if isinstance(value, (int, float)) or hasattr(value, "dtype"):
        unit = "share" if "share" in str(column) else ""
        return f'<td class="number">{formatted(value.item() if hasattr(value, "item") else value, unit)}</td>'
    text = str(value)
    if _MOMENT.fullmatch(text):
        text = f"{text[:10]} {text[11:16]}"
    kind = ' class="time"' if re.match(r"\d{4}-\d\d-\d\d(?: |$)", text) else ""
    return f"<td{kind}>{html.escape(visible(text))}</td>"


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")


def published_csv(table: pd.DataFrame) -> bytes:
    """A table as CSV that no spreadsheet executes: text that begins like a formula stands behind an apostrophe."""
    safe = table.copy()
    for name in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[name]) and not pd.api.types.is_datetime64_any_dtype(
            safe[name]
        ):
            safe[name] = safe[name].map(_safe_cell)
    return safe.to_csv(index=False, lineterminator="\n").encode()


def _safe_cell(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        value = "; ".join(map(str, value))
    if not isinstance(value, str):
        return value
    return no_formula(visible(value))
