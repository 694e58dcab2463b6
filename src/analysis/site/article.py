"""Turns one executed notebook into the article of its page."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from itertools import takewhile
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from nbconvert import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

from analysis.pages.headings import PLAIN
from analysis.site import glossary
from analysis.site.safe import BadPage, computed, picture, printed, slug, written

TEMPLATES = Path(__file__).with_name("templates")


@dataclass(frozen=True)
class Article:
    """One executed notebook as a page: `html` is its inside, `summary` the answer that it begins with, or the sentence
    below its title, `sections` the id and heading of each part, and `settled` the id of each cell that settled claims,
    with its table of them."""

    stem: str
    heading: str
    summary: str
    html: Markup
    settled: tuple[tuple[str, str], ...] = ()
    sections: tuple[tuple[str, str], ...] = ()

    @property
    def file(self) -> str:
        """Its file name in the place's folder."""
        return f"{self.stem}.html"


def render(path: Path) -> Article:
    """The page of one executed notebook. Raises `BadPage` for a file that is not one, an error or a bare figure."""
    try:
        nb = nbformat.read(path, as_version=4)
    except (ValueError, nbformat.ValidationError, AttributeError) as error:
        raise BadPage(f"{path.name} is not a notebook ({type(error).__name__}); run make again") from None
    for number, cell in enumerate(nb.cells, start=1):
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                raise BadPage(
                    f"{path.name}, cell {number} ended in {output.ename}; fix it and run make again"
                )
    source = nb.cells[0].source if nb.cells and nb.cells[0].cell_type == "markdown" else ""
    blocks = [block.strip() for block in re.split(r"\n\s*\n|(?<=\?)\n", source)]
    title = next((block[2:].strip() for block in blocks if block.startswith("# ")), "")
    summary = next((block for block in blocks if block and block[0] not in "#|<"), "")
    heading = _plain(title) or path.stem
    try:
        body, _ = _exporter(path.parent / "figures").from_notebook_node(nb)
    except BadPage as error:
        raise BadPage(f"{path.name}: {error}") from None
    soup = BeautifulSoup(body, "html.parser")
    answer = " ".join(_said(paragraph) for paragraph in soup.select("p.answer"))
    summary = answer or _plain(" ".join(summary.split()))
    _name_sections(soup, {cell.id: cell.metadata.get(PLAIN, "") for cell in nb.cells})
    _answer_first(soup)
    _fold_unanswered(soup)
    _fold(soup)
    glossary.explain(soup)
    made = _one_title(soup, heading)
    sections = tuple((str(heading["id"]), _said(heading)) for heading in soup.select("h2[id]"))
    return Article(path.stem, heading, summary, made, tuple(_settled(nb)), sections)


def _said(tag: Tag) -> str:
    """The text of a tag as a reader sees it: a link ends no word."""
    return " ".join(tag.get_text().split())


def _settled(nb: NotebookNode) -> Iterator[tuple[str, str]]:
    for cell in nb.cells:
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html", "")
            if re.search(r'<table class="[^"]*\bclaims\b', shown):
                yield cell.id, shown


READ_AND_WROTE = "What this page read and wrote"
"""The heading of a notebook's last section: for reviewers, and folded on the site."""


def _answer_first(soup: BeautifulSoup) -> None:
    """Put the answer right below the title and what follows it."""
    if (title := soup.find(class_="prose")) is not None:
        for said in soup.select("p.answer"):
            title.append(said.extract())


def _fold(soup: BeautifulSoup) -> None:
    """Fold the cells of parameters, and what comes after the heading `READ_AND_WROTE`, at the end."""
    for heading in soup.find_all("h2"):
        if heading.get_text(strip=True).startswith(READ_AND_WROTE):
            first = next(parent for parent in (heading, *heading.parents) if parent.parent is soup)
            rest = [*soup.select("section.parameters, section.silent"), first, *first.next_siblings]
            details = soup.new_tag("details", attrs={"class": "machinery"})
            first.insert_before(details)
            details.append(soup.new_tag("summary", string=f"{READ_AND_WROTE}, and its ledger"))
            for part in rest:
                details.append(part.extract())
            heading.decompose()
            return


NOT_SHOWN = "Not shown:"
"""How a page begins to say why a log cannot show something (`pages.page.Page`)."""


_NOTHING = "The log held nothing to show here; the list at the end of the page says why."


def _fold_unanswered(soup: BeautifulSoup) -> None:
    """Fold each section of which the log could show nothing to its heading and the reason."""
    for text in soup.find_all(class_="prose", recursive=False):
        if (heading := text.h2) is None:
            continue
        rest = [*takewhile(lambda tag: not tag.find("h2"), text.find_next_siblings(True))]
        steps = [tag for tag in rest if "step" in tag.get_attribute_list("class")]
        said = [_said(out) for step in steps for out in step.select(".output, figure, .printed")]
        if not steps or not all(one.startswith(NOT_SHOWN) for one in said):
            continue
        details, summary = soup.new_tag("details", attrs={"class": "unanswered"}), soup.new_tag("summary")
        text.insert_before(details)
        summary.append(heading.extract())
        summary.append(soup.new_tag("span", string=said[0] if said else _NOTHING))
        for part in (summary, text, *rest):
            details.append(part)


def _plain(text: str) -> str:
    """Markdown without its marks: emphasis, code and links."""
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", re.sub(r"[*_`]", "", text))


class _Exporter(HTMLExporter):
    """nbconvert's, without its last step: that parses each page once more for what our template says already."""

    def from_notebook_node(  # type: ignore[override]  # as nbconvert itself does
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **more: Any
    ) -> tuple[str, dict[str, Any]]:
        """The inside of a notebook's page, and what nbconvert knows about it."""
        return TemplateExporter.from_notebook_node(self, nb, resources, **more)


@cache
def _exporter(figures: Path) -> HTMLExporter:
    """nbconvert with our template, no address of any network, and our filters in place of its own; `figures` holds the
    pictures for phones."""
    no_networks = dict.fromkeys(
        ("mathjax_url", "require_js_url", "mermaid_js_url", "jupyter_widgets_base_url"), ""
    )
    exporter = _Exporter(
        template_name="notebook",
        extra_template_basedirs=[str(TEMPLATES)],
        exclude_anchor_links=True,
        **no_networks,
    )
    shown = ["text/html", "text/markdown", "image/png", "text/plain"]
    exporter.config.NbConvertBase.display_data_priority = shown
    for function in (written, computed, printed):
        exporter.register_filter(function.__name__, function)
    exporter.register_filter("highlight_code", Highlight2HTML(pygments_lexer="ipython3", parent=exporter))
    exporter.register_filter("picture", partial(picture, folder=figures))
    return exporter


def _name_sections(soup: BeautifulSoup, plain: Mapping[str, str]) -> None:
    """Give each section an id made of its heading without numbers: `plain` has it by cell, where the heading says what
    was found."""
    for heading in soup.find_all("h2"):
        cell = heading.find_parent("div", id=True)
        named = plain.get(str(cell["id"])) if cell is not None and heading is cell.find("h2") else ""
        heading["id"] = f"section-{slug(named or heading.get_text(' ', strip=True))}"


def _one_title(soup: BeautifulSoup, title: str) -> Markup:
    """The article with exactly one h1 and no id twice: the first of each stays."""
    titles = soup.find_all("h1")
    if not titles:
        soup.insert(0, BeautifulSoup(f"<h1>{html.escape(title)}</h1>", "html.parser"))
    for heading in titles[1:]:
        heading.name = "h2"
        heading["id"] = f"section-{slug(heading.get_text(' ', strip=True))}"
    seen: set[str] = set()
    for tag in soup.find_all(id=True):
        if tag["id"] in seen:
            del tag["id"]
        else:
            seen.add(str(tag["id"]))
    return Markup(str(soup))
