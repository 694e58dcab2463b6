"""Builds the site: a first page, the pages of every place, its register with the rows behind it, rules and files."""

from __future__ import annotations

import csv
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from analysis import claims, processes
from analysis.places import Place
from analysis.refused import Refused
from analysis.site import downloads
from analysis.site.article import TEMPLATES, Written, render
from analysis.site.findings import finding
from analysis.site.register import Register, file_name
from analysis.site.safe import MEANINGS, BadPage, slug, told

if TYPE_CHECKING:
    import pandas as pd

GENERATOR = "analysis.report"


class NotASite(Refused):
    """The folder to be replaced was not made by `build`, so it is left alone."""


def build(root: Path, places: Sequence[Place], site: Path, rules: pd.DataFrame | None = None) -> Path:
    """Write the site of all places that have results, and return its first page.

    `root` is the repository, used to name files in messages. `rules` has a row per rule with at least `id`, and
    where it has them `topic`, `because`, `matches`, `leaves`; other columns are shown as they are. The site is
    built aside and takes the place of the old one when it is whole; the same results give the same bytes. Raises
    `BadPage` for results that must not be published, `NotASite` if `site` holds something else.
    """
    _refuse_strangers(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=processes.UNFINISHED, dir=site.parent))
    try:
        written = [_place_pages(place, new, rules is not None, root) for place in places]
        if rules is not None:
            _page(new / "rules.html", "rules", topics=_topics(rules), trail="Rules")
        _first_pages(
            new, [card for _, card in sorted(enumerate(written), key=lambda pair: _order(*pair))], rules
        )
        new.chmod(0o755)
        _swap(new, site)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return site / "index.html"


def _first_pages(site: Path, cards: Sequence[Mapping[str, Any]], rules: pd.DataFrame | None) -> None:
    """The first page, and the two for whoever wants to add a place: how to, and which ones wait for their records."""
    ready = [card for card in cards if card["pages"]]
    waits = [(card["place"], claims.load(card["place"])) for card in cards if not card["pages"]]
    shown = {"cards": ready, "waits": waits, "outcomes": MEANINGS, "has_rules": rules is not None}
    _page(site / "index.html", "index", here="index", **shown)
    _page(site / "waiting.html", "waiting", waits=waits, trail="Places that wait for their records")
    _page(site / "add-a-place.html", "add", waits=waits, trail="Add a place")


def _order(at: int, card: Mapping[str, Any]) -> tuple[int, int]:
    """Real records first, then replicas, then places that wait."""
    return (2 if not card["pages"] else int(card["place"].is_replica), at)


def _refuse_strangers(site: Path) -> None:
    if site.is_dir() and any(site.iterdir()):
        index = site / "index.html"
        if not index.is_file() or f'content="{GENERATOR}"' not in index.read_text("utf-8", "replace"):
            raise NotASite(
                f"{site} holds files that this program did not make; name another folder or empty it"
            )


def _swap(new: Path, site: Path) -> None:
    """Put the new folder in the old one's place; a folder cannot be replaced in one step, so the old moves aside."""
    old = site.with_name(f".{site.name}-old-{os.getpid()}")
    if site.exists():
        os.replace(site, old)
    try:
        os.replace(new, site)
    except OSError:
        if old.exists():
            os.replace(old, site)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _place_pages(place: Place, site: Path, has_rules: bool, root: Path) -> dict[str, Any]:
    """Write all pages of one place into site/<place>/; returns what the first page says about it."""
    try:
        pages = [render(path) for path in sorted(place.results.glob("*.ipynb"))]
    except BadPage as error:
        raise BadPage(f"{os.path.relpath(place.results, root)}: {error}") from None
    results = _rows(place.results / "claims.csv")
    register = Register(place, results, pages)
    card: dict[str, Any] = {
        "place": place,
        "pages": pages,
        "score": claims.score(place, results) if pages else "",
    }
    if pages:
        pieces = [claims.read(root / "claims" / f"{stem}.toml").about for stem in place.claims]
        card |= {
            "pieces": pieces,
            "finding": finding(place),
            "weakest": register.weakest(),
            "by_stem": _by_number(pages),
        }
        folder = site / place.name
        folder.mkdir()
        write = partial(_page, place=place, up="../", has_rules=has_rules, score=card["score"])
        card["rows_page"] = _rows_pages(folder, register, write)
        _lookup_pages(card, folder, register, write)
        _notebook_pages(folder, pages, write)
    return card


def _by_number(pages: Sequence[Written]) -> dict[str, str]:
    """The file of each notebook's page by its number: {"05": "05-….html"}."""
    return {page.stem[:2]: page.file for page in pages}


def _rows_pages(folder: Path, register: Register, write: Callable[..., None]) -> str:
    """A page and a CSV of the rows behind each claim that has any; gives the page that a first reader wants."""
    first, wanted = "", ""
    for entry, found in register.lists():
        name = file_name(entry)
        path = folder / f"{name}.html"
        path.parent.mkdir(exist_ok=True)
        path.with_suffix(".csv").write_bytes(found["csv"])
        write(
            path,
            "rows",
            entry=entry,
            found=found,
            up="../../",
            home="../index.html",
            trail="The rows behind a number",
        )
        first = first or f"{name}.html"
        if not wanted and entry["claim"].measure.startswith("immigration_searches"):
            wanted = f"{name}.html"
    return wanted or first


def _lookup_pages(card: dict[str, Any], folder: Path, register: Register, write: Callable[..., None]) -> None:
    """The contents of a place, its published numbers, what makes each output, its ledger and its files."""
    place = card["place"]
    entries = [
        {**one, "rows": f"{file_name(one)}.html" if one["query"] else ""} for one in register.entries()
    ]
    write(
        folder / "claims.html",
        "claims",
        claims=entries,
        weakest=card["weakest"],
        trail="Every published number",
    )
    ledger = _table(
        _rows(place.results / "ledger.csv"), "Rows in and rows out of each step, by released file."
    )
    write(folder / "ledger.html", "ledger", table=ledger, trail="Rows in, rows out")
    shown = {"card": card, "downloads": _copy(place, folder), "released": _released(place)}
    write(folder / "index.html", "place", here="place", **shown)


def _notebook_pages(folder: Path, pages: Sequence[Written], write: Callable[..., None]) -> None:
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        shown = {"article": page.article, "heading": page.heading, "trail": page.heading}
        write(folder / page.file, "notebook", before=before, after=after, **shown)


_WORDS = {
    "by": "Released by",
    "on": "Released on",
    "request": "Request",
    "redacted": "Redacted",
    "license": "License",
}


def _released(place: Place) -> list[tuple[str, str]]:
    """What is known about the release, in the order of source.toml."""
    return [
        (_WORDS.get(name, name.replace("_", " ").capitalize()), str(value))
        for name, value in place.released.items()
        if value and not isinstance(value, dict | list)
    ]


def _copy(place: Place, folder: Path) -> list[tuple[str, list[str]]]:
    """Copy the place's published files; the names by kind, relative to its folder."""
    kinds = (
        ("Numbers, claims and ledger", ("numbers.json", "claims.csv", "ledger.csv")),
        ("Tables", ("tables/*.csv",)),
        ("Figures", ("figures/*.png", "figures/*.svg")),
    )
    found = []
    for title, patterns in kinds:
        files = [path for pattern in patterns for path in sorted(place.results.glob(pattern))]
        for path in files:
            target = folder / path.relative_to(place.results)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(path, target)
        if files:
            found.append((title, [path.relative_to(place.results).as_posix() for path in files]))
    packed = [downloads.workbook(place, folder), downloads.descriptor(place, folder)]
    return [("All tables in one file", [path.name for path in packed]), *found]


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a published CSV as text; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _table(rows: Sequence[Mapping[str, str]], caption: str) -> Markup:
    """Rows of a CSV as a table: every cell escaped, whole numbers with thousands separators."""
    if not rows:
        return Markup("<p>Nothing was written down.</p>")
    head = Markup("").join(
        Markup('<th scope="col">{}</th>').format(name.replace("_", " ")) for name in rows[0]
    )
    body = Markup("\n").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(Markup("<td>{}</td>").format(_grouped(value)) for value in row.values())
        )
        for row in rows
    )
    whole = Markup("<table><caption>{}</caption><thead><tr>{}</tr></thead><tbody>{}</tbody></table>")
    return Markup(told(whole.format(caption, head, body)))


def _grouped(value: str) -> str:
    """A count as people write it: 733,000."""
    return f"{int(value):,}" if re.fullmatch(r"0|[1-9]\d{0,17}", value or "") else value or ""


_LABELS = {
    "match": "Looks for",
    "unless": "Unless it finds",
    "matches": "Must match",
    "leaves": "Must leave alone",
}


def _topics(rules: pd.DataFrame) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rules by topic, in the order of the table."""
    topics: dict[str, list[dict[str, Any]]] = {}
    for row in rules.to_dict("records"):
        rule = {"id": str(row["id"]), "because": _text(row.get("because"))}
        facts = [
            (_LABELS.get(str(name), str(name).replace("_", " ").capitalize()), _values(value))
            for name, value in row.items()
            if name not in ("id", "topic", "because") and _values(value)
        ]
        topics.setdefault(_text(row.get("topic")) or "All rules", []).append(rule | {"facts": facts})
    return list(topics.items())


def _values(value: object) -> list[str]:
    """A cell that may hold one value, several (a list, or text joined by ' · '), or none."""
    if isinstance(value, str):
        return [part for part in value.split(" · ") if part]
    if not isinstance(value, Iterable):
        return [_text(value)] if _text(value) else []
    return [str(one) for one in value]


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124  NaN is not itself


def _page(path: Path, template: str, **values: Any) -> None:
    """Write one page from its template; what is not marked as safe is escaped."""
    shared = {
        "place": None,
        "up": "",
        "home": "index.html",
        "here": "",
        "trail": "",
        "generator": GENERATOR,
        "style": _style(),
    }
    text = _environment().get_template(f"{template}.html.j2").render(shared | values)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["slug"] = slug
    return environment


def _style() -> Markup:
    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))
