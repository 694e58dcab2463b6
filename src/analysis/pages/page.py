"""Gives a notebook its tables, figures, numbers and claims, each captioned and kept as printed.

A notebook opens a page, shows things through it and closes it. What it showed waits in a folder of its own
until every notebook of the place has run; `results.publish` then puts all of it in results/<place>/ at once, so
that a run that fails half way leaves the published results as they were.
"""

from __future__ import annotations

import base64
import html
import json
import re
from functools import cached_property
from typing import Any

import pandas as pd
from IPython.display import HTML, Markdown, display

from analysis import build, claims, figures, files, places
from analysis.measures import COLUMNS, TABLES, Numbers, lookup, measure, why_not
from analysis.opened import Opened, PlaceSearches
from analysis.pages.ends import WithClaims
from analysis.pages.results import waiting_room
from analysis.pages.sentences import WithSentences
from analysis.pages.tables import (
    INVENTED,
    REPLICA,
    heading,
    marked,
    plain,
    published_csv,
    source,
    table_html,
)
from analysis.paths import inside
from analysis.wording import counted, days_between, without_period

AGENCIES = ("searching_agency", "agency", "released_name", "camera_owner")
"""Columns that hold names of agencies, which an officer's name may have slipped into."""
LISTED = "candidates"
"""A column of which each cell lists several."""


class Page(WithClaims, WithSentences):
    """One notebook's page for one place. See `analysis.pages.start`."""

    def __init__(self, place: places.Place, notebook: str) -> None:
        self.place, self.notebook, self.short = place, notebook, notebook[:2]
        self.folder = waiting_room(place) / notebook
        files.remove(self.folder)
        self.folder.mkdir(parents=True)
        self.opened = Opened(place)
        self.copies = build.said_of_copies(place)
        self.claims = claims.load(place)
        self.numbers: Numbers = []
        self.settled: list[Any] = []
        self.shown: list[dict[str, str]] = []
        self.not_shown: dict[str, str] = {}

    # Reading ------------------------------------------------------------------------------------------------

    @property
    def searches(self) -> PlaceSearches:
        """The place's searches, to be counted where they lie."""
        return self.opened.searches

    @cached_property
    def _rows(self) -> int:
        return self.searches.count()

    @property
    def main_owner(self) -> str:
        """The camera owner that most claims are about, of those with a recorded number; 'all' without one."""
        return claims.main_scope(self.claims, {one["scope"] for one in self.numbers})

    # Showing ------------------------------------------------------------------------------------------------

    def count(self, *measures: str) -> None:
        """Count these measures of the register (`measures/declared.py`) and keep them for numbers.json; a name
        also counts every measure that begins with it and a dot. Raises `UnknownMeasure`."""
        self._keep(self.opened.count(*measures))

    def record(self, numbers: Numbers) -> None:
        """Keep numbers that a function computed for numbers.json; a measure is written once for a scope. What the log
        cannot tell has no value and says why."""
        self._keep(self.opened.known(numbers))

    def _keep(self, numbers: Numbers) -> None:
        owners = {one["scope"] for one in numbers} - {"all"}
        printed = {"all": "all", **(self.opened.printed_agencies(owners) if owners else {})}
        for one in numbers:
            counted = measure(one["measure"])
            # A name that is not printed is not in the SQL either, which then is nobody's to run.
            sql = (
                counted.select(one["scope"])
                if counted.has_rows and printed[one["scope"]] == one["scope"]
                else None
            )
            more = {"says": counted.says, "sql": sql, "notebook": self.notebook}
            said: dict[str, Any] = {"read": self.copies, "selection": self.place.selection}
            said[INVENTED] = self.place.is_replica
            more |= {key: value for key, value in said.items() if value}
            self.numbers.append({**one, **more, "scope": printed[one["scope"]]})
        lookup(self.numbers)

    def printable(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table in which names that may be a person's stand for no agency; `table` and `figure` keep no other."""
        columns = [name for name in AGENCIES if name in table.columns]
        printed = {name: self.opened.printed_agencies(table[name].dropna()) for name in columns}
        table = table.assign(
            **{name: table[name].map(names, na_action="ignore") for name, names in printed.items()}
        )
        if LISTED not in table:
            return table
        lists = [[name for name in text.split("; ") if name] for text in table[LISTED]]
        near = self.opened.printed_agencies(name for names in lists for name in names)
        return table.assign(**{LISTED: ["; ".join(near[name] for name in names) for names in lists]})

    def table(self, table: pd.DataFrame, name: str, caption: str, most: int | None = None) -> None:
        """Show a table (its first `most` rows) and keep all of it as tables/<number>-<name>.csv; of one that the log
        cannot tell (`measures.TABLES`), its header and why."""
        if self._is_unknown(table, name, caption):
            return
        if "definition" in table:
            lacks = self.opened.lacks["all"]
            table = table.assign(**{one: None for one in table if COLUMNS.get(str(one)) in lacks})
        table = self.printable(table)
        file = self._keep_table(table, name)
        shown = table if most is None else table.head(most)
        cut = (
            ""
            if len(shown) == len(table)
            else f" The first {len(shown)} of {len(table)} rows; all are in the file."
        )
        if table.empty:
            self.not_shown[caption.partition(". ")[0].rstrip(".")] = "there are no such rows"
        else:
            display(HTML(table_html(shown, f"{caption}{cut} {self._source()} File: tables/{file}.")))
        self.shown.append({"kind": "table", "file": f"tables/{file}", "caption": caption})

    def figure(
        self, picture: figures.Picture, table: pd.DataFrame, name: str, *more: object, note: str = ""
    ) -> None:
        """Show a picture of a table, and keep it for desks and for phones, with the table beside it. `more` is what the
        picture takes besides its table, `note` what the line under it says besides what it shows. A table that a
        sentence says as well is said, not drawn."""
        caption = f"{picture.what}. {note}".strip()
        if self._is_unknown(table, name, caption):
            return
        table = self.printable(table)
        table_file = self._keep_table(table, name)
        headline = None if table.empty else picture.says(table)
        if headline is None or not headline.drawn:
            said = headline.values if headline else "There is none."
            display(Markdown(plain(f"{picture.plain}. {said}") + f" File: `tables/{table_file}`."))
            return
        alt = " ".join(filter(None, [picture.alt(table), REPLICA if self.place.is_replica else ""]))
        for phone, end in ((True, "-phone"), (False, "")):
            drawn = figures.png(picture(table, *more, words=self._words, phone=phone))
            file = f"{self.short}-{name}{end}.png"
            files.write(inside(self.folder / "figures", file), drawn)
        image = {"image/png": base64.b64encode(drawn).decode(), "text/plain": alt}
        described = {"alt": alt, "phone": f"{self.short}-{name}-phone.png"}
        display(image, raw=True, metadata={"image/png": described})
        line = f"{note} {self._source()} Files: figures/{file}, tables/{table_file}.".strip()
        display(HTML(f'<p class="caption tex2jax_ignore">{html.escape(line)}</p>'))
        about = {"caption": caption, "alt": alt, "finding": headline.finding}
        self.shown.append({"kind": "figure", "file": f"figures/{file}", **about})

    @cached_property
    def _words(self) -> figures.Words:
        """What every picture of the place says: the place, the local days of its searches, and the source."""
        first, last = self.searches.rows("select min(local_day), max(local_day) from searches")[0]
        title = without_period(self.place.title)
        whose = title if first is None else f"{title}, {days_between(first, last)}"
        by, request = (str(self.place.released.get(key, "")) for key in ("by", "request"))
        asked = f" ({request})" if re.search(r"\d", request) else ""
        released = f"logs released by {by}{asked}" if by else title
        released = "invented records" if self.place.is_replica else released
        said = self._source().partition(" released.")[2]
        line = f"Source: {released}; {counted(self._rows, 'search')}.{said}"
        return figures.Words(whose, line, self.place.is_replica)

    def _is_unknown(self, table: pd.DataFrame, name: str, caption: str) -> bool:
        """Whether the log cannot tell what a table says; then the reason is shown in its place, once, and the list at
        the end has it all."""
        because = why_not(TABLES.get(f"{self.short}-{name}", ()), self.opened.lacks["all"])
        if because:
            self._keep_table(table.head(0), name)
            self._leave_out(caption.partition(". ")[0].rstrip("."), because)
        return bool(because)

    def ledger(self, *steps: str) -> None:
        """What this log could not answer, and the lines of the ledger for these steps (all without any): rows in, rows
        out and why."""
        if self.not_shown:
            whys = dict.fromkeys(self.not_shown.values())
            listed = [
                f"- {plain((why[:1].upper() + why[1:]) or 'Not known')}: "
                f"{plain('; '.join(what for what, said in self.not_shown.items() if said == why))}."
                for why in whys
            ]
            display(Markdown("\n".join(["**Not shown on this page, and why**", "", *listed])))
        lines = build.open_ledger(self.place)
        lines = lines[lines["step"].isin(steps)] if steps else lines
        display(HTML(table_html(lines, f"Ledger: rows in, rows out, and why. {self._source()}", "ledger")))

    def close(self) -> None:
        """Write down what the page recorded, settled and showed; without this the page does not count."""
        said = {
            "numbers": self.numbers,
            "claims": self.plain_claims(),
            "weights": self.weights(),
            "shown": self.shown,
        }
        files.write(
            self.folder / "page.json", json.dumps(said, indent=1, sort_keys=True, allow_nan=False).encode()
        )

    def _source(self) -> str:
        return source(self.place, self._rows, self.copies)

    def _keep_table(self, table: pd.DataFrame, name: str) -> str:
        file = f"{self.short}-{name}.csv"
        if table.columns.empty:
            raise ValueError(f"table {name} has no columns; one without rows names its columns, too")
        table = self.printable(table)
        files.write(inside(self.folder / "tables", file), published_csv(marked(table, self.place)))
        return file


def open_page(place: str, notebook: str) -> Page:
    """See `analysis.pages.start`."""
    page = Page(places.find(place), notebook)
    display(HTML(heading(page.place, page.copies)))
    return page
