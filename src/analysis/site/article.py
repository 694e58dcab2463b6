"""Turns one executed notebook into the article of its page."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbformat import NotebookNode

from analysis.site.safe import BadPage, picture, prose, told, uncoloured

TEMPLATES = Path(__file__).with_name("templates")


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
