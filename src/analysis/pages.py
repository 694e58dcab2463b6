"""Gives a notebook its tables, figures, numbers and claims, each captioned and kept as printed.

A notebook opens a page, shows things through it and closes it. What it showed waits in a folder of its own
until every notebook of the place has run; `publish` then puts all of it in results/<place>/ at once, so that
a run that fails half way leaves the published results as they were.
"""

from __future__ import annotations

import base64
import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
from IPython.display import HTML, Markdown, display
from matplotlib.figure import Figure

from analysis import agencies, build, claims, figures, files, places, tallies
from analysis.measures import (
    REASONS,
    Number,
    Numbers,
    formatted,
    lacking,
    lookup,
    of_part,
    only_known,
    table_unknown,
)
from analysis.measures.known import Lacking
from analysis.paths import inside, visible
from analysis.privacy import agency_names
from analysis.refused import Refused
from analysis.wording import counted

FORMULA = tuple("=+-@\t\r")
"""Signs with which a spreadsheet begins a formula; text that starts with one is published behind an apostrophe."""

AGENCIES = ("searching_agency", "agency", "released_name", "camera_owner")
"""Columns that hold names of agencies, which an officer's name may have slipped into."""

REPLICA = (
    "Replica: these records are invented. They show that the method recovers what was planted, nothing else."
)


class Unfinished(Refused):
    """A page that was not closed, a claim that nothing settled, or a settled claim that no register holds."""


class Page:
    """One notebook's page for one place. See `start`."""

    def __init__(self, place: places.Place, notebook: str) -> None:
        self.place, self.notebook, self.short = place, notebook, notebook[:2]
        self.folder = _waiting_room(place) / notebook
        files.remove(self.folder)
        self.folder.mkdir(parents=True)
        self.claims = claims.load(place)
        self.numbers: Numbers = []
        self.settled: list[Any] = []
        self.shown: list[dict[str, str]] = []

    # Reading ------------------------------------------------------------------------------------------------

    def searches(self) -> tallies.Searches:
        """The place's searches, to be counted where they lie."""
        return tallies.of(self.place)

    def number(self, measure: str, scope: str = "all") -> str:
        """A recorded number as a reader sees it, for a sentence."""
        found = lookup(self.numbers).get((measure, scope))
        if found is None:
            raise KeyError(f"{measure} of {scope} was not recorded on this page")
        return formatted(found["value"], found["unit"], found.get("because", ""))

    def counts(self, measure: str, scope: str = "all") -> str:
        """The two counts behind a recorded share: '2 of 300'."""
        found = lookup(self.numbers)[measure, scope]
        return f"{found['numerator']:,} of {found['denominator']:,}"

    # Showing ------------------------------------------------------------------------------------------------

    def say(self, *sentences: str) -> None:
        """Sentences whose numbers come from code; why one is not known is said once. Text from a log goes through
        `plain` first."""
        text = " ".join(sentence.strip() for sentence in sentences)
        for because in REASONS.values():
            unknown = formatted(None, because=because)
            first, said, rest = text.partition(unknown)
            text = first + said + rest.replace(unknown, formatted(None))
        display(Markdown(text))

    def say_by_log(self, **sentences: str) -> None:
        """The sentence for each kind of log that the place holds: network_audit, organization_audit, portal_audit."""
        kinds = {file.log.replace(" ", "_") for file in self.place.files}
        self.say(*(sentence for kind, sentence in sentences.items() if kind in kinds))

    def record(self, *numbers: Numbers) -> None:
        """Keep numbers for numbers.json; a measure is written once for a scope. What the log cannot tell has no value
        and says why (`measures.NEEDS`)."""
        for more in (only_known(one, self._lacks) for one in numbers):
            owners = {one["scope"] for one in more} - {"all"}
            printed = {"all": "all", **(self._agencies(owners) if owners else {})}
            self.numbers += [
                {**one, "scope": printed[one["scope"]], "notebook": self.notebook} for one in more
            ]
        lookup(self.numbers)

    def printable(self, table: pd.DataFrame) -> pd.DataFrame:
        """A table in which names that may be a person's stand for no agency; `table` and `figure` keep no other."""
        columns = [name for name in AGENCIES if name in table.columns]
        printed = {name: self._agencies(table[name].dropna()) for name in columns}
        return table.assign(
            **{name: table[name].map(names, na_action="ignore") for name, names in printed.items()}
        )

    def _agencies(self, names: Iterable[str]) -> dict[str, str]:
        return {**agency_names(names, self._known), **build.said_of_agencies(self.place)}

    @cached_property
    def _lacks(self) -> Lacking:
        return lacking(self.searches(), build.open_files(self.place))

    @cached_property
    def _known(self) -> agencies.Known:
        return build.open_known(self.place)

    def table(self, table: pd.DataFrame, name: str, caption: str, most: int | None = None) -> None:
        """Show a table (its first `most` rows) and keep all of it as tables/<number>-<name>.csv; of one that the log
        cannot tell (`measures.TABLES`), its header and why."""
        if self._is_unknown(table, name, caption):
            return
        table = self.printable(table)
        file = self._keep_table(table, name)
        shown = table if most is None else table.head(most)
        cut = (
            ("" if len(table) else " There are no such rows.")
            if len(shown) == len(table)
            else f" The first {len(shown)} of {len(table)} rows; all are in the file."
        )
        display(HTML(table_html(shown, f"{caption}{cut} {self._source()} File: tables/{file}.")))
        self.shown.append({"kind": "table", "file": f"tables/{file}", "caption": caption})

    def figure(self, figure: Figure, table: pd.DataFrame, name: str, caption: str, alt: str) -> None:
        """Show a figure and keep its picture and the table it was drawn from, side by side."""
        if not alt.strip():
            raise ValueError(f"figure {name}: alt text says what a picture shows to those who cannot see it")
        if self._is_unknown(table, name, caption):
            return
        if self.place.is_replica:
            figures.watermark(figure)
            alt = f"{alt} {REPLICA}"
        picture, file = figures.png(figure), f"{self.short}-{name}.png"
        files.write(inside(self.folder / "figures", file), picture)
        table_file = self._keep_table(table, name)
        image = {"image/png": base64.b64encode(picture).decode(), "text/plain": alt}
        display(image, raw=True, metadata={"image/png": {"alt": alt}})
        line = f"{caption} {self._source()} Files: figures/{file}, tables/{table_file}."
        display(HTML(f'<p class="caption tex2jax_ignore">{html.escape(line)}</p>'))
        self.shown.append({"kind": "figure", "file": f"figures/{file}", "caption": caption, "alt": alt})

    def _is_unknown(self, table: pd.DataFrame, name: str, caption: str) -> bool:
        """Whether the log cannot tell what a table says; then the reason is shown in its place."""
        because = table_unknown(f"{self.short}-{name}", self._lacks)
        if because:
            self._keep_table(table.head(0), name)
            display(Markdown(f"*{plain(caption)} Not known: {plain(because)}.*"))
        return bool(because)

    def settle(self, *measures: str) -> None:
        """Compare this page's numbers with every published claim about these measures, and show how each ends."""
        about = claims.for_measures(self.claims, *measures)
        if not about:
            display(Markdown("*Nothing was published about this for this place.*"))
            return
        ends = [claims.settle(claim, self._numbers_for(claim), self.place) for claim in about]
        self.settled += ends
        table = claims.table(ends, self.notebook)
        table["published"] = [claims.printed(row) for row in table.to_dict("records")]
        columns = ["statement", "published", "computed", "outcome", "explanation"]
        display(HTML(table_html(table[columns], "Claims settled here.", "claims")))

    def _numbers_for(self, claim: claims.Claim) -> Mapping[tuple[str, str], Number]:
        """This page's numbers, or those of the part of the rows that the claim is about."""
        if not claim.among:
            return lookup(self.numbers)
        if claim.scope not in ("all", *(file.camera_owner for file in self.place.files)):
            return {}
        rows = claims.part(claim, self.searches(), self.place.time_zone)
        numbers = only_known(
            of_part(rows, claim.measure, self.place.state), {"all": self._lacks[claim.scope]}
        )
        return {(one["measure"], claim.scope): one for one in numbers}

    def settle_context(self) -> None:
        """End the claims that no measure of a log can settle: each says what it would take."""
        ends = [claims.settle(claim, {}, self.place) for claim in self.claims if not claim.measure]
        self.settled += ends
        if ends:
            table = claims.table(ends, self.notebook)
            table["published"] = [claims.printed(row) for row in table.to_dict("records")]
            table = table[["statement", "published", "outcome", "explanation"]]
            display(
                HTML(table_html(table, "Claims that no log can settle, and what each would take.", "claims"))
            )
        else:
            display(
                Markdown(
                    "*Every published number of this place, if there is any, can be computed from its logs.*"
                )
            )

    def register(self) -> None:
        """Every claim of the place in the order printed, with how it ended and where."""
        ends = [*_settled_before(self), *_plain_claims(self)]
        order = {claim.id: at for at, claim in enumerate(self.claims)}
        ends = sorted(ends, key=lambda end: order.get(end["id"], len(order)))
        if not ends:
            display(
                Markdown(
                    "*No number was published about this place. The pages before this one stand without it.*"
                )
            )
            return
        display(Markdown(f"**{plain(claims.score(self.place, ends))}**"))
        table = pd.DataFrame(ends, columns=list(claims.COLUMNS))
        self.table(table, "register", "Every published number, in the order printed.")

    def other_versions(self) -> None:
        """The versions of each claim that circulate, beside what the register holds, with the evidence against them."""
        lines = [
            {"statement": one.says, "also_in_circulation": said}
            for one in self.claims
            for said in one.conflicts
        ]
        if not lines:
            display(Markdown("*No other version of a number of this place is known to circulate.*"))
            return
        caption = "Other versions of these numbers, or readings of them, and what speaks against each."
        self.table(pd.DataFrame(lines), "other-versions", caption)

    def ledger(self, *steps: str) -> None:
        """The lines of the ledger for these steps (all without any): rows in, rows out and why."""
        lines = build.open_ledger(self.place)
        lines = lines[lines["step"].isin(steps)] if steps else lines
        display(HTML(table_html(lines, f"Ledger: rows in, rows out, and why. {self._source()}", "ledger")))

    def close(self) -> None:
        """Write down what the page recorded, settled and showed; without this the page does not count."""
        said = {"numbers": self.numbers, "claims": _plain_claims(self), "shown": self.shown}
        files.write(
            self.folder / "page.json", json.dumps(said, indent=1, sort_keys=True, allow_nan=False).encode()
        )

    def _source(self) -> str:
        kind = " REPLICA: invented records." if self.place.is_replica else ""
        return f"Source: {self.place.title}; {counted(build.count_searches(self.place), 'search')} released.{kind}"

    def _keep_table(self, table: pd.DataFrame, name: str) -> str:
        file = f"{self.short}-{name}.csv"
        table = self.printable(table)
        kept = table.assign(records="replica (invented)") if self.place.is_replica else table
        files.write(inside(self.folder / "tables", file), published_csv(kept))
        return file


def start(place: str, notebook: str) -> Page:
    """Open a notebook's page for a place; raises `analysis.places.UnknownPlace` for a place that is none."""
    page = Page(places.find(place), notebook)
    title = html.escape(page.place.title)
    banner = (
        f'<p class="replica"><strong>{html.escape(REPLICA)}</strong></p>' if page.place.is_replica else ""
    )
    display(HTML(f'<p class="place">Place: {title} (<code>{html.escape(place)}</code>)</p>{banner}'))
    return page


# Text that arrives as text --------------------------------------------------------------------------------


def plain(text: str) -> str:
    """Text from a log, for a Markdown sentence: nothing in it is markup, formula or link."""
    return re.sub(
        r"([\\`*_{}\[\]()#+\-.!|$~^=])",
        r"\\\1",
        html.escape(visible(" ".join(str(text).split())), quote=False),
    )


def table_html(table: pd.DataFrame, caption: str, kind: str = "data") -> str:
    """A table as HTML: every cell escaped, numbers on the right, shares in per cent, headers with scope."""
    head = "".join(f'<th scope="col">{html.escape(_title(name))}</th>' for name in table.columns)
    body = "\n".join(
        "<tr>" + "".join(_cell(name, value) for name, value in zip(table.columns, row)) + "</tr>"
        for row in table.itertuples(index=False, name=None)
    )
    return (
        f'<table class="{kind} tex2jax_ignore mathjax_ignore"><caption>{html.escape(visible(caption))}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>\n{body}\n</tbody></table>"
    )


def _title(column: str) -> str:
    return str(column).replace("_", " ")


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
    return f"'{visible(value)}" if value.startswith(FORMULA) else visible(value)


# Publishing -----------------------------------------------------------------------------------------------


def publish(place: places.Place, executed: Mapping[str, Path]) -> None:
    """Put executed notebooks and all they showed in results/<place>/, everything or nothing.

    `executed` maps a notebook's name to its executed copy. Raises `Unfinished` when a page is missing, a
    claim of the place was settled by no notebook or by two, or an outcome has no explanation.
    """
    said = {name: _read_page(place, name) for name in sorted(executed)}
    numbers = sorted(
        (n for page in said.values() for n in page["numbers"]), key=lambda n: (n["measure"], n["scope"])
    )
    lookup(numbers)
    register = claims.load(place)
    ends = [claim for page in said.values() for claim in page["claims"]]
    problems = claims.problems(register, ends)
    if problems:
        raise Unfinished(f"{place.name}: " + "; ".join(problems))
    order = {claim.id: at for at, claim in enumerate(register)}
    ends = sorted(ends, key=lambda end: order[end["id"]])
    shown = [{"notebook": name, **one} for name, page in said.items() for one in page["shown"]]
    with files.replacing(place.results) as new:
        for name, path in executed.items():
            files.copy(path, new / f"{name}.ipynb")
            for part in ("tables", "figures"):
                for file in sorted((_waiting_room(place) / name / part).glob("*")):
                    files.copy(file, new / part / file.name)
        files.write(new / "numbers.json", _numbers_json(place, numbers))
        files.write(new / "claims.csv", published_csv(pd.DataFrame(ends, columns=list(claims.COLUMNS))))
        files.write(new / "ledger.csv", published_csv(build.open_ledger(place)))
        files.write(new / "shown.json", json.dumps(shown, indent=1, sort_keys=True).encode() + b"\n")


def open_claims(place: places.Place) -> pd.DataFrame:
    """How each claim of a place ended, as published."""
    return pd.read_csv(place.results / "claims.csv", keep_default_na=False, dtype=str)


def open_numbers(place: places.Place) -> Numbers:
    """The numbers of a place, as published."""
    return list(json.loads((place.results / "numbers.json").read_text(encoding="utf-8")))


def _waiting_room(place: places.Place) -> Path:
    return place.processed / "pages"


def _read_page(place: places.Place, notebook: str) -> dict[str, Any]:
    path = _waiting_room(place) / notebook / "page.json"
    if not path.is_file():
        raise Unfinished(f"{place.name}: {notebook} closed no page; its last cell must be page.close()")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def _settled_before(page: Page) -> list[dict[str, str]]:
    """How the claims ended that earlier notebooks of this run settled."""
    earlier = sorted(
        folder.name for folder in _waiting_room(page.place).iterdir() if folder.name < page.notebook
    )
    return [end for name in earlier for end in _read_page(page.place, name)["claims"]]


def _plain_claims(page: Page) -> list[dict[str, str]]:
    return claims.table(page.settled, page.notebook).astype(str).to_dict("records") if page.settled else []


def _numbers_json(place: places.Place, numbers: Sequence[Number]) -> bytes:
    kind = {
        "measure": "records",
        "scope": "all",
        "value": place.kind,
        "unit": "kind of records",
        "notebook": "",
    }
    lines = [json.dumps(n, sort_keys=True, allow_nan=False, ensure_ascii=False) for n in [*numbers, kind]]
    return ("[\n" + ",\n".join(sorted(lines, key=_number_order)) + "\n]\n").encode()


def _number_order(line: str) -> tuple[str, str]:
    one = json.loads(line)
    return one["measure"], one["scope"]
