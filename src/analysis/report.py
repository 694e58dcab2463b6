"""Turns executed notebooks into one accessible, offline site."""

from __future__ import annotations

import base64
import csv
import html
import os
import re
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bleach
import nbformat
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from analysis import claims
from analysis.places import Place

if TYPE_CHECKING:
    import pandas as pd

GENERATOR = "analysis.report"
TEMPLATES = Path(__file__).with_name("templates")
MEANINGS = (
    ("reproduced", "Counted again from the released records, and it agrees with what was printed."),
    ("recovered", "Found again in invented records in which it had been planted. The method works; no more."),
    ("differs", "Counted again, and it does not agree. The entry says why, as far as that is known."),
    ("cannot be checked", "The records at hand cannot settle it. The entry says what it would take."),
)


class BadPage(Exception):
    """A notebook that must not be published; names the file, the cell and the remedy."""


class NotASite(Exception):
    """The folder to be replaced was not made by `build`, so it is left alone."""


# --- Text from a notebook, made safe ----------------------------------------------------------------------

_TAGS = frozenset(
    """a abbr b blockquote br caption code col colgroup dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre
    s small span strong sub summary sup table tbody td tfoot th thead tr u ul""".split()  # noqa: SIM905
)
_MARKS = {"*": ["class", "id", "title", "lang"], "a": ["href"]}
_CELL_MARKS = ["class", "id", "title", "scope", "colspan", "rowspan"]
# pandas puts a style sheet in front of every table that a notebook shows without asking for more
_PANDAS_STYLE = re.compile(r"<style scoped>\s*\.dataframe.*?</style>", re.DOTALL)


def prose(text: str) -> str:
    """HTML of a Markdown cell, which an author wrote: marks, relative and https links stay."""
    return _tidied(_allowed(text, ["https"]))


def told(text: str) -> str:
    """HTML that code produced, perhaps around words from a log: marks stay, links only within the site."""
    return _tidied(_allowed(_PANDAS_STYLE.sub("", text), []))


def uncoloured(text: str) -> str:
    """Printed text without terminal colours and other control codes."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)


def _allowed(text: str, protocols: Sequence[str]) -> str:
    """The text with every mark that is not on the list turned into plain text."""
    marks = _MARKS | {"td": _CELL_MARKS, "th": _CELL_MARKS}
    # a protocol list that is empty would be replaced by a default that allows http
    return bleach.clean(text, tags=_TAGS, attributes=marks, protocols=protocols or ["none"])


def _tidied(text: str) -> str:
    """Tables in containers of their own that scroll, headers with a scope, links to pages instead of notebooks."""
    soup = BeautifulSoup(text, "html.parser")
    for banner in soup.select("p.replica"):
        banner.decompose()  # the page has one at its top
    for table in soup.find_all("table"):
        _tidy_table(soup, table)
    for link in soup.find_all("a"):
        _tidy_link(link)
    return str(soup)


def _tidy_link(link: Tag) -> None:
    address = str(link.get("href", ""))
    if not address or re.match(r"\s*(?://|\\)", address):
        link.unwrap()
    else:
        link["href"] = re.sub(r"^(?!https:)([^?#]*)\.ipynb(?=$|#)", r"\1.html", address)


def _tidy_table(soup: BeautifulSoup, table: Tag) -> None:
    for header in table.find_all("th"):
        if not header.get_text(strip=True):
            header.name = "td"  # an empty header is announced as one
        elif not header.get("scope"):
            header["scope"] = "col" if header.find_parent("thead") else "row"
    _align(table)
    caption = table.find("caption")
    name = caption.get_text(" ", strip=True) if caption else "Table"
    box = soup.new_tag(
        "div", attrs={"class": "scroll", "role": "region", "aria-label": name, "tabindex": "0"}
    )
    table.wrap(box)


_NUMBER = re.compile(r"[-+−]?[\d,.]+(?:\s?%)?|NaN|–|")


def _align(table: Tag) -> None:
    """Columns in which every cell is a number stand on the right; outcomes are marked as on other pages."""
    rows = [row.find_all(["td", "th"]) for row in table.find_all("tr")]
    if len({len(row) for row in rows}) != 1 or table.find(["td", "th"], attrs={"colspan": True}):
        return
    for column in zip(*rows, strict=True):
        cells = [cell for cell in column if not cell.find_parent("thead")]
        texts = [cell.get_text(strip=True) for cell in cells]
        if any(texts) and all(_NUMBER.fullmatch(text) for text in texts):
            for cell in column:
                _add_class(cell, "number")
        for cell, text in zip(cells, texts, strict=True):
            if text in dict(MEANINGS) and "claims" in _classes(table):
                cell.contents[0].wrap(Tag(name="span", attrs={"class": f"outcome {_slug(text)}"}))


def _classes(tag: Tag) -> list[str]:
    return " ".join(map(str, filter(None, tag.get_attribute_list("class")))).split()


def _add_class(tag: Tag, name: str) -> None:
    tag["class"] = " ".join(dict.fromkeys([*_classes(tag), name]))


def picture(output: NotebookNode) -> Markup:
    """An <img> with the alternative text and the size of the picture. Raises `BadPage` if it has no such text."""
    alt = str(output.get("metadata", {}).get("image/png", {}).get("alt", "")).strip()
    if not alt:
        raise BadPage("a figure has no alternative text; show it through the page, which asks for it")
    data = "".join(str(output.data["image/png"]).split())
    width, height = _size(base64.b64decode(data, validate=True))
    return Markup('<img src="data:image/png;base64,{}" alt="{}" width="{}" height="{}">').format(
        data, alt, width, height
    )


def _size(png: bytes) -> tuple[int, int]:
    """Width and height in pixels, from a PNG's first block."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or len(png) < 24:
        raise BadPage("a figure is not a PNG picture; run the notebook again")
    width, height = struct.unpack(">II", png[16:24])
    return width, height


def _slug(text: str) -> str:
    """The text as an id or class: lower case, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-")


# --- One notebook, one page -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Written:
    """One executed notebook as a page: `article` is its HTML, `summary` the sentence below its title."""

    stem: str
    heading: str
    summary: str
    article: Markup
    notebook: NotebookNode

    @property
    def file(self) -> str:
        """Its file name in the place's folder."""
        return f"{self.stem}.html"


def render(path: Path) -> Written:
    """The page of one executed notebook. Raises `BadPage` for a file that is none, an error or a bare figure."""
    nb = _executed(path)
    title, summary = _opening(nb)
    try:
        body, _ = _exporter().from_notebook_node(nb)
    except BadPage as error:
        raise BadPage(f"{path.name}: {error}") from None
    return Written(path.stem, title or path.stem, summary, Markup(_one_title(body, title or path.stem)), nb)


def _executed(path: Path) -> NotebookNode:
    try:
        nb = nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError, AttributeError) as error:
        raise BadPage(f"{path.name} is not a notebook ({type(error).__name__}); run make again") from None
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise BadPage(
                    f"{path.name}, cell {number} ended in {output.ename}; mend it and run make again"
                )
    return nb


def _opening(nb: NotebookNode) -> tuple[str, str]:
    """The question in the first cell and the first plain paragraph below it, both without Markdown marks."""
    source = nb.cells[0].source if nb.cells and nb.cells[0].cell_type == "markdown" else ""
    blocks = [block.strip() for block in re.split(r"\n\s*\n|(?<=\?)\n", source)]
    title = next((block[2:].strip() for block in blocks if block.startswith("# ")), "")
    summary = next((block for block in blocks if block and block[0] not in "#|<"), "")
    return _unmarked(title), _unmarked(" ".join(summary.split()))


def _unmarked(text: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"[*_`]", "", text))


def _exporter() -> HTMLExporter:
    """nbconvert with our template, no address of any network, and the filters above in place of its own."""
    exporter = HTMLExporter(
        template_name="notebook",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
        mathjax_url="",
        require_js_url="",
        mermaid_js_url="",
        jupyter_widgets_base_url="",
    )
    exporter.config.NbConvertBase.display_data_priority = [
        "text/html",
        "text/markdown",
        "image/png",
        "text/plain",
    ]
    for name, function in {
        "prose": prose,
        "told": told,
        "uncoloured": uncoloured,
        "picture": picture,
    }.items():
        exporter.register_filter(name, function)
    return exporter


def _one_title(body: str, title: str) -> str:
    """The article with exactly one h1 and no id twice: the first of each stays."""
    soup = BeautifulSoup(body, "html.parser")
    titles = soup.find_all("h1")
    if not titles:
        soup.insert(0, BeautifulSoup(f"<h1>{html.escape(title)}</h1>", "html.parser"))
    for heading in titles[1:]:
        heading.name = "h2"
    seen: set[str] = set()
    for tag in soup.find_all(id=True):
        if str(tag["id"]) in seen:
            del tag["id"]
        else:
            seen.add(str(tag["id"]))
    return str(soup)


# --- The site ---------------------------------------------------------------------------------------------


def build(root: Path, places: Sequence[Place], site: Path, rules: pd.DataFrame | None = None) -> Path:
    """Write the site of all places that have results, and return its first page.

    `root` is the repository, used to name files in messages. `rules` has a row per rule with at least `id`, and
    where it has them `topic`, `because`, `matches`, `leaves`; other columns are shown as they are. The site is
    built aside and takes the place of the old one when it is whole; the same results give the same bytes. Raises
    `BadPage` for results that must not be published, `NotASite` if `site` holds something else.
    """
    _refuse_strangers(site)
    site.parent.mkdir(parents=True, exist_ok=True)
    new = Path(tempfile.mkdtemp(prefix=f".{site.name}-new-", dir=site.parent))
    try:
        written = [_place_pages(place, new, rules is not None, root) for place in places]
        if rules is not None:
            _page(new / "rules.html", "rules", topics=_topics(rules), trail="Rules")
        cards = [card for _, card in sorted(enumerate(written), key=lambda pair: _order(*pair))]
        _page(
            new / "index.html",
            "index",
            cards=cards,
            outcomes=MEANINGS,
            has_rules=rules is not None,
            here="index",
        )
        new.chmod(0o755)
        _swap(new, site)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return site / "index.html"


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
    register = _rows(place.results / "claims.csv")
    score = claims.score(place, register) if pages else ""
    if pages:
        folder = site / place.name
        folder.mkdir()
        write = partial(_page, place=place, up="../", has_rules=has_rules, score=score)
        _lookup_pages(place, folder, pages, register, write)
        _notebook_pages(folder, pages, write)
    return {"place": place, "pages": pages, "score": score}


def _lookup_pages(
    place: Place,
    folder: Path,
    pages: Sequence[Written],
    register: Sequence[Mapping[str, str]],
    write: Callable[..., None],
) -> None:
    """The contents of a place, its published numbers and its ledger."""
    about = {"pages": pages, "downloads": _copy(place, folder), "released": _released(place)}
    write(folder / "index.html", "place", here="place", **about)
    write(folder / "claims.html", "claims", claims=_claims(register, pages), trail="Every published number")
    ledger = _table(
        _rows(place.results / "ledger.csv"), "Rows in and rows out of each step, by released file."
    )
    write(folder / "ledger.html", "ledger", table=ledger, trail="Rows in, rows out")


def _notebook_pages(folder: Path, pages: Sequence[Written], write: Callable[..., None]) -> None:
    for before, page, after in zip([None, *pages], pages, [*pages[1:], None], strict=False):
        shown = {"article": page.article, "heading": page.heading, "trail": page.heading}
        write(folder / page.file, "notebook", before=before, after=after, **shown)


_WORDS = {
    "by": "Released by",
    "on": "Released on",
    "request": "Request",
    "redacted": "Redacted",
    "licence": "Licence",
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
    return found


def _rows(path: Path) -> list[dict[str, str]]:
    """The rows of a published CSV as text; none if there is no such file."""
    if not path.is_file():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _claims(register: Iterable[Mapping[str, str]], pages: Sequence[Written]) -> list[dict[str, str]]:
    """Each claim with what was printed and the address and heading of the step that settles it."""
    by_stem = {page.stem: page for page in pages}
    shown = []
    for row in register:
        page = by_stem.get(row.get("notebook", "").removesuffix(".ipynb"))
        place = {"address": _address(row, page), "heading": page.heading} if page else {"address": ""}
        shown.append({**row, **place, "printed": claims.printed(row)})
    return shown


def _address(row: Mapping[str, str], page: Written) -> str:
    """The page, and the step in it whose table of claims holds the statement."""
    statement = html.escape(row.get("statement", ""))
    for cell in page.notebook.cells:
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html", "")
            if re.search(r'<table class="[^"]*\bclaims\b', shown) and statement in shown:
                return f"{page.file}#{cell.id}"
    return page.file


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
    """A cell that may hold one value, several, or none."""
    if isinstance(value, str) or not isinstance(value, Iterable):
        return [_text(value)] if _text(value) else []
    return [str(one) for one in value]


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value)  # noqa: PLR0124  NaN is not itself


def _page(path: Path, template: str, **values: Any) -> None:
    """Write one page from its template; what is not marked as safe is escaped."""
    shared = {"place": None, "up": "", "here": "", "trail": "", "generator": GENERATOR, "style": _style()}
    text = _environment().get_template(f"{template}.html.j2").render(shared | values)
    path.write_text(text.rstrip("\n") + "\n", encoding="utf-8")


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters["slug"] = _slug
    return environment


def _style() -> Markup:
    return Markup((TEMPLATES / "style.css").read_text(encoding="utf-8"))


# --- On paper ---------------------------------------------------------------------------------------------

_QUIET = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-pdf-header-footer",
)
# the clock that Chromium writes into a PDF, in a form of one length
_CLOCK = re.compile(rb"/(CreationDate|ModDate) \(D:\d{14}")


def pdf(site: Path) -> str:
    """Print every page of a built site into a PDF beside it, where a Chromium is installed; says what was done."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if program is None:
        return "No Chromium is installed, so no PDF was printed; the pages in site/ are complete without it."
    pages = sorted(site.rglob("*.html"))
    with tempfile.TemporaryDirectory(prefix="print-") as folder:
        for page in pages:
            _print(program, page, Path(folder))
    return f"{len(pages)} pages were printed as PDF, each beside its page in {site.name}/."


def _print(program: str, page: Path, folder: Path) -> None:
    """Print one page. Chromium refuses to run as root inside its sandbox; the page runs no script either way."""
    draft = folder / "page.pdf"
    root = ["--no-sandbox"] if os.geteuid() == 0 else []
    order = [program, *_QUIET, *root, f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={draft}"]
    subprocess.run([*order, page.resolve().as_uri()], check=True, capture_output=True, timeout=120)
    printed = _CLOCK.sub(rb"/\1 (D:20000101000000", draft.read_bytes())
    page.with_suffix(".pdf").write_bytes(printed)
