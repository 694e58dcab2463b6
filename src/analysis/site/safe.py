"""Makes text from a notebook safe: what is no allowed markup becomes plain text."""

from __future__ import annotations

import base64
import html
import re
import struct
from functools import cache
from pathlib import Path

from bleach.sanitizer import Cleaner
from bs4 import BeautifulSoup, Tag
from markupsafe import Markup
from nbformat import NotebookNode

from analysis.pages.tables import NUMBER_LINK
from analysis.paths import inside
from analysis.refused import Refused

MEANINGS = (
    ("reproduced", "Counted again from the released records, and it agrees with what was printed."),
    ("recovered", "Found again in invented records in which it had been planted. The method works; no more."),
    ("differs", "Counted again, and it does not agree. The entry says why, as far as that is known."),
    ("cannot be checked", "The records at hand cannot settle it. The entry says what it would take."),
)


class BadPage(Refused):
    """A notebook that must not be published; names the file, the cell and the remedy."""


_TAGS = frozenset(
    """a abbr b blockquote br caption code col colgroup dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i li ol p pre
    s small span strong sub summary sup table tbody td tfoot th thead tr u ul""".split()  # noqa: SIM905
)
_CELL = ["class", "id", "title", "scope", "colspan", "rowspan"]
_ATTRIBUTES = {"*": ["class", "id", "title", "lang"], "a": ["href"], "td": _CELL, "th": _CELL}
# pandas puts a style sheet in front of every table that a notebook shows without asking for more
_PANDAS_STYLE = re.compile(r"<style scoped>\s*\.dataframe.*?</style>", re.DOTALL)
_TO_TIDY = re.compile(r"<(?:a|pre|table)\b|\breplica\b")
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b\x0c\x0e-\x1f]")
_NUMBER = re.compile(r"[-+−]?[\d,.]+(?:\s?%)?|NaN|–|")


STACKED = 4
"""Tables with so many columns or more show a row's cells below each other on a phone, each with its column's name."""


def written(text: str) -> str:
    """HTML of a Markdown cell, which an author wrote: markup, relative and https links stay."""
    return _tidied(text, "https")


def computed(text: str) -> str:
    """HTML that code produced, perhaps around words from a log: markup stays, and of links those within the page and
    those of numbers to their lines."""
    led = NUMBER_LINK.sub(
        lambda link: f'href="#{anchor(link["measure"], html.unescape(link["scope"] or "all"))}"',
        _PANDAS_STYLE.sub("", text),
    )
    # a protocol list that is empty would be replaced by a default that allows http
    return _tidied(led, "none")


def printed(text: str) -> str:
    """Printed text without terminal colors and other control codes."""
    return _CONTROLS.sub("", text)


def scrolling(table: str, name: str) -> Markup:
    """A table of `pages.tables.table_html`, in which every cell is escaped, in a container that scrolls."""
    return Markup('<div class="scroll" role="region" aria-label="{}" tabindex="0">{}</div>').format(
        name, Markup(table)
    )


def picture(output: NotebookNode, folder: Path) -> Markup:
    """An <img> with the alternative text and the size of the picture, and its narrow form in `folder` for phones, if it
    has one. Raises `BadPage` if it has no such text."""
    said = output.get("metadata", {}).get("image/png", {})
    alt = str(said.get("alt", "")).strip()
    if not alt:
        raise BadPage("a figure has no alternative text; show it through the page, which asks for it")
    png = base64.b64decode("".join(str(output.data["image/png"]).split()), validate=True)
    return _for_both(png, inside(folder, str(said["phone"])) if said.get("phone") else None, alt)


def figure(path: Path, alt: str) -> Markup:
    """The same of a figure that was published as a file."""
    return _for_both(path.read_bytes(), path.with_name(f"{path.stem}-phone.png"), alt)


def _for_both(png: bytes, phone: Path | None, alt: str) -> Markup:
    """A picture for desks, and for phones its narrow form if there is one."""
    image = Markup('<img src="{}" width="{}" height="{}" alt="{}">').format(*_sized(png), alt)
    if phone is None or not phone.is_file():
        return image
    narrow = Markup('<source media="(max-width: 34rem)" srcset="{}" width="{}" height="{}">')
    return Markup("<picture>{}{}</picture>").format(narrow.format(*_sized(phone.read_bytes())), image)


def _sized(png: bytes) -> tuple[str, int, int]:
    """A picture as an address that holds it, with its width and height."""
    if png[:8] != b"\x89PNG\r\n\x1a\n" or len(png) < 24:
        raise BadPage("a figure is not a PNG picture; run the notebook again")
    width, height = struct.unpack(">II", png[16:24])
    return f"data:image/png;base64,{base64.b64encode(png).decode()}", width, height


def slug(text: str) -> str:
    """The text as an id or class: lower case, hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", str(text).lower()).strip("-")


def anchor(measure: str, scope: str) -> str:
    """The id of a number's line on the page of a place's numbers."""
    return f"{_NUMBER_ID}{slug(measure)}-{slug(scope)}"


_NUMBER_ID = "number-"


@cache
def _cleaner(protocol: str) -> Cleaner:
    return Cleaner(_TAGS, _ATTRIBUTES, [protocol])


def _tidied(text: str, protocol: str) -> str:
    """HTML with every tag that is not on the list turned into plain text, as the site's pages show it.

    Tables scroll in containers of their own, headers have a scope, links lead to pages instead of notebooks.
    """
    allowed = str(_cleaner(protocol).clean(text))
    if not _TO_TIDY.search(allowed):
        return allowed
    soup = BeautifulSoup(allowed, "html.parser")
    for banner in soup.select("p.replica"):
        banner.decompose()  # the page has one at its top
    for table in soup.find_all("table"):
        _tidy_table(table)
        caption = table.find("caption")
        name = caption.get_text(" ", strip=True) if caption else "Table"
        scrolls = {"class": "scroll", "role": "region", "aria-label": name, "tabindex": "0"}
        table.wrap(soup.new_tag("div", attrs=scrolls))
    for link in soup.find_all("a"):
        address = str(link.get("href", ""))
        # '..' leads from a notebook to files of the repository, which are not part of the site
        if not address or re.match(r"\s*(?://|\\|\.\.)", address):
            link.unwrap()
        else:
            link["href"] = re.sub(r"^(?!https:)([^?#]*)\.ipynb(?=$|#)", r"\1.html", address)
        if address.startswith(f"#{_NUMBER_ID}"):
            link["href"], link["class"] = f"numbers.html{address}", "counted"
    for block in soup.find_all("pre"):
        block["tabindex"] = "0"  # it scrolls where it is wide, so a keyboard must reach it
    return str(soup)


def _tidy_table(table: Tag) -> None:
    """Give headers their scope, align columns of numbers on the right, and color outcomes as on other pages."""
    for header in table.find_all("th"):
        if not header.get_text(strip=True):
            header.name = "td"  # an empty header is announced as one
        elif not header.get("scope"):
            header["scope"] = "col" if header.find_parent("thead") else "row"
    rows = [row.find_all(["td", "th"]) for row in table.find_all("tr")]
    if len({len(row) for row in rows}) != 1 or table.find(["td", "th"], attrs={"colspan": True}):
        return
    if len(rows[0]) >= STACKED:
        table["class"] = " ".join([*_classes(table), "stack"])
    for column in zip(*rows, strict=True):
        cells = [cell for cell in column if not cell.find_parent("thead")]
        texts = [cell.get_text(strip=True) for cell in cells]
        if any(texts) and all(_NUMBER.fullmatch(text) for text in texts):
            for cell in column:
                cell["class"] = " ".join(dict.fromkeys([*_classes(cell), "number"]))
        for cell, text in zip(cells, texts, strict=True):
            if len(rows[0]) >= STACKED and table.thead and text:
                cell["data-label"] = column[0].get_text(strip=True)
            if text in dict(MEANINGS) and "claims" in _classes(table):
                cell.contents[0].wrap(Tag(name="span", attrs={"class": f"outcome {slug(text)}"}))


def _classes(tag: Tag) -> list[str]:
    return " ".join(map(str, filter(None, tag.get_attribute_list("class")))).split()
