"""The site of a whole place: in a real browser, under attack, and with the rows behind its numbers."""

import csv
import hashlib
import json
import re
import shutil
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd
import pytest
import small_place
from bs4 import BeautifulSoup

from analysis import claims, pages
from analysis.build import inputs
from analysis.measures import lookup
from analysis.opened import Opened
from analysis.site import article, downloads

pytestmark = pytest.mark.xdist_group("small place")

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
OURS = {path.read_text(encoding="utf-8") for path in article.TEMPLATES.glob("*.js")}
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def text(path: Path) -> str:
    return " ".join(soup(path).get_text(" ").split())


def html(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


# What a newcomer looks for


def test_the_first_page_leads_to_the_finding_other_definitions_rows_weakest_claim_and_a_new_place(small):
    first = soup(small.site / "index.html")
    said = " ".join(first.get_text(" ").split())
    searches = lookup(pages.open_numbers(small.place))["searches", "Tarnwick ISD"]["value"]
    assert f"7 of {searches} searches (Tarnwick ISD) gave immigration as the reason" in said
    distinct = lookup(pages.open_numbers(small.place))["distinct_searches", "Tarnwick ISD"]["value"]
    assert f"These {searches} rows recorded {distinct} distinct searches." in said
    table = first.find("table").get_text(" ", strip=True)
    for name in ("strict", "core", "broad", "dropdown"):
        assert name in table
    links = {link.get_text(strip=True): link["href"] for link in first.main.find_all("a")}
    assert links["The finding"] == "tarnwick/05-the-immigration-searches.html"
    assert links["Every other definition"] == "tarnwick/06-if-we-had-defined-it-otherwise.html"
    assert links["The rows behind it"] == "tarnwick/rows/tarnwick-immigration.html"
    assert links["The weakest claims"] == "tarnwick/claims.html#weakest"
    begin = first.find("nav", attrs={"aria-label": "Where to begin"})
    assert "Georgia" in begin.find("a", href="add-a-place.html").get_text()
    assert "tarnwick/agencies.html" in {
        link["href"] for link in soup(small.site / "add-a-place.html").main.find_all("a")
    }
    assert soup(small.site / "tarnwick" / "agencies.html").find("a", href="#state-ga", string="Georgia")


def test_the_weakest_claim_is_the_one_that_differs_and_says_so(small):
    weakest = soup(small.site / "tarnwick" / "claims.html").find(id="weakest").find_next("ol").find_all("li")
    assert weakest[0].a["href"] == "#claim-tarnwick-blank"
    assert "differs from what was printed" in weakest[0].get_text()
    assert "how it was counted was not published" in weakest[1].get_text()


def test_the_score_is_the_same_wherever_it_is_and_says_how_many_facts_came_out(small):
    ends = pages.open_claims(small.place).to_dict("records")
    score = claims.score(small.place, ends)
    # Seven, tried under fourteen definitions that give nearly all numbers around it, shows little.
    assert "3 of 4 published numbers reproduced (1 distinct fact, 2 can hardly fail)" in score
    folder = small.site / "tarnwick"
    for page in ("claims.html", "index.html", "08-every-number-published.html", "../index.html"):
        assert score in " ".join(soup(folder / page).get_text(" ").split()), page
    entries = {end["id"]: end for end in ends}
    assert (
        float(entries["tarnwick-florida"]["bits"])
        < claims.HARDLY
        <= float(entries["tarnwick-searches"]["bits"])
    )
    assert entries["tarnwick-immigration"]["becomes"]
    said = " ".join(soup(folder / "claims.html").find(id="claim-tarnwick-florida").get_text(" ").split())
    assert "can hardly fail" in said


def test_the_chapter_of_definitions_says_first_which_numbers_are_weakest(small):
    said = " ".join(
        soup(small.site / "tarnwick" / "06-if-we-had-defined-it-otherwise.html").get_text(" ").split()
    )
    assert (
        "4 published numbers could be counted from these rows. 3 came out; with one thing changed, " in said
    )
    assert "The weakest: “" in said
    found = claims.depends(claims.load(small.place), Opened(small.place))
    assert [one.came_out for one in found] == [False, True, True, True]
    assert {one.end.claim.id for one in found} == {
        end["id"] for end in pages.open_claims(small.place).to_dict("records") if end["computed"]
    }


def test_adding_a_place_is_told_with_the_commands_that_exist(small):
    from analysis.arguments import VERBS

    said = text(small.site / "add-a-place.html")
    verbs = set(VERBS)
    assert {"place", "request"} <= set(re.findall(r"make ([a-z]+)", said)) <= verbs | {"a"}


# The register and the rows


def test_an_entry_shows_its_sources_its_other_versions_and_its_rows(small):
    entry = soup(small.site / "tarnwick" / "claims.html").find(id="claim-tarnwick-searches")
    said = " ".join(entry.get_text(" ").split())
    assert "https://example.org/piece" in said
    assert "One copy <i>rounds</i> to 1,000" in said
    assert "make rows" in said
    assert "query claim-tarnwick-searches" in said
    hrefs = [link["href"] for link in entry.find_all("a")]
    assert "rows/tarnwick-searches.html" in hrefs
    assert any(href.startswith("01-what-was-released.html#") for href in hrefs)


def test_every_claim_that_was_computed_leads_to_its_rows_and_back(small):
    ends = pages.open_claims(small.place)
    for name in ends.loc[ends["computed"] != "", "id"]:
        page = small.site / "tarnwick" / "rows" / f"{name}.html"
        assert f"../claims.html#claim-{name}" in {
            link["href"] for link in soup(page).find_all("a", href=True)
        }


def test_the_page_of_the_rows_lists_as_many_rows_as_the_number(small, monkeypatch):
    folder = small.site / "tarnwick" / "rows"
    page = soup(folder / "tarnwick-immigration.html")
    assert page.h1.get_text() == "7 rows behind this number"
    assert len(page.select("tbody tr")) == 7
    with (folder / "tarnwick-immigration.csv").open(newline="") as file:
        assert len(list(csv.DictReader(file))) == 7
    code = page.find_all("pre")[-1].get_text()
    monkeypatch.setenv("ANALYSIS_ROOT", str(small.root))
    opened, asked = code.strip().rsplit("\n", 1)
    names = {}
    exec(opened, names)
    assert len(eval(asked, names)) == 7


def test_a_long_list_is_cut_and_says_how_to_see_all(small, monkeypatch):
    from analysis.site import register

    monkeypatch.setattr(register, "MOST_ROWS", 100)
    made = register.Register(small.place, pages.open_claims(small.place).to_dict("records"), [])
    entry = next(one for one in made.entries if one["id"] == "tarnwick-searches")
    found = made.listed(entry)
    assert found["cut"] is True
    assert found["count"] == lookup(pages.open_numbers(small.place))["searches", "all"]["value"]
    assert len(BeautifulSoup(found["table"], "html.parser").select("tbody tr")) == register.FIRST_ROWS
    assert entry["query"] == "claim-tarnwick-searches"


def test_lists_of_rows_are_made_once_and_again_where_one_was_changed(small, tmp_path, monkeypatch):
    from analysis.site import assembly, register

    made, listed = [], register.Register.listed

    def count(self, entry):
        made.append(entry["id"])
        return listed(self, entry)

    monkeypatch.setattr(register.Register, "listed", count)
    rows = tmp_path / "site" / "tarnwick" / "rows"
    assembly.build(small.root, [small.place], tmp_path / "site")
    first = {path.name: path.read_bytes() for path in rows.iterdir()}
    assert len(first) == 2 * len(made) + 1  # and that of all cited searches
    changes = {
        "index.html": [],
        "rows/tarnwick-immigration.csv": ["tarnwick-immigration"],
        "rows/cited.html": [],
    }
    for name, again in changes.items():
        made.clear()
        (tmp_path / "site" / "tarnwick" / name).unlink()
        assembly.build(small.root, [small.place], tmp_path / "site")
        assert made == again
        assert {path.name: path.read_bytes() for path in rows.iterdir()} == first
    made.clear()
    monkeypatch.setattr(inputs, "_sizes", lambda place: {"searches/released.parquet, bytes": "1"})
    assembly.build(small.root, [small.place], tmp_path / "site")
    assert len(first) == 2 * len(made) + 1


# Downloads


def test_the_workbook_holds_every_table_and_no_formula_or_link(small):
    folder = small.site / "tarnwick"
    with zipfile.ZipFile(folder / "tables.xlsx") as book:
        sheets = [book.read(name).decode() for name in book.namelist() if "worksheets/sheet" in name]
        assert not [name for name in book.namelist() if "externalLink" in name or "vba" in name.lower()]
        assert "=hyperlink(" in book.read("xl/sharedStrings.xml").decode()
    assert not [sheet for sheet in sheets if "<f>" in sheet or "<hyperlink" in sheet]
    tables = [path for path in downloads.tables(folder) if path.parent.name != "rows"]
    read = pd.read_excel(folder / "tables.xlsx", sheet_name=None, engine="calamine")
    assert len(read) == len(tables) + 1
    for path in tables:
        with path.open(newline="") as file:
            assert len(read[path.stem[:31]]) == len(list(csv.DictReader(file))), path.name


def test_the_descriptor_is_a_data_package_and_true_of_every_file(small):
    folder = small.site / "tarnwick"
    said = json.loads((folder / "datapackage.json").read_text())
    jsonschema = pytest.importorskip("jsonschema", reason="needs the tools of tests: make extras")
    jsonschema.validate(said, DATA_PACKAGE)
    assert {one["path"] for one in said["resources"]} >= {"claims.csv", "ledger.csv", "numbers.json"}
    assert len({one["name"] for one in said["resources"]}) == len(said["resources"])
    for one in said["resources"]:
        data = (folder / one["path"]).read_bytes()
        assert one["bytes"] == len(data)
        assert one["hash"] == f"sha256:{hashlib.sha256(data).hexdigest()}"
        if one.get("type") == "table":
            _every_value_fits(folder / one["path"], one["schema"])


def _every_value_fits(path: Path, schema: dict) -> None:
    with path.open(newline="", encoding="utf-8") as file:
        head, *body = csv.reader(file)
    assert [field["name"] for field in schema["fields"]] == head
    assert schema["missingValues"] == []
    cast = {
        "integer": int,
        "number": float,
        "string": str,
        "date": pd.Timestamp,
        "boolean": {"True": 1, "False": 0}.__getitem__,
        "datetime": datetime.fromisoformat,
    }
    for at, field in enumerate(schema["fields"]):
        assert field["type"] != "boolean" or (field["trueValues"], field["falseValues"]) == (
            ["True"],
            ["False"],
        )
        for value in {row[at] for row in body} - set(field.get("missingValues", [])):
            cast[field["type"]](value)


_PATH = {"type": "string", "pattern": r"^(?!/)(?!.*\.\./)(?!~).+$"}
DATA_PACKAGE = {
    "type": "object",
    "required": ["resources", "$schema"],
    "properties": {
        "$schema": {"const": "https://datapackage.org/profiles/2.0/datapackage.json"},
        "name": {"type": "string", "pattern": r"^[-a-z0-9._/]+$"},
        "licenses": {
            "type": "array",
            "minItems": 1,
            "items": {"anyOf": [{"required": ["name"]}, {"required": ["path"]}]},
        },
        "sources": {"type": "array", "items": {"type": "object", "minProperties": 1}},
        "resources": {
            "type": "array",
            "minItems": 1,
            "items": {
                "required": ["name", "path"],
                "properties": {
                    "path": _PATH,
                    "type": {"enum": ["table"]},
                    "bytes": {"type": "integer"},
                    "hash": {"type": "string", "pattern": r"^([^:]+:[a-fA-F0-9]+|[a-fA-F0-9]{32}|)$"},
                    "schema": {
                        "required": ["fields"],
                        "properties": {
                            "missingValues": {"type": "array"},
                            "fields": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "required": ["name"],
                                    "properties": {
                                        "type": {
                                            "enum": [
                                                "string",
                                                "integer",
                                                "number",
                                                "boolean",
                                                "date",
                                                "datetime",
                                            ]
                                        }
                                    },
                                },
                            },
                        },
                    },
                },
            },
        },
    },
}
"""What the Data Package 2.0 standard asks of the parts that are written here."""


# Nothing private, nothing hostile


def published(run: small_place.Run) -> list[Path]:
    folders = (run.place.results, run.site)
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def words(path: Path) -> str:
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            return "".join(book.read(name).decode() for name in book.namelist())
    return path.read_bytes().decode("utf-8", "replace")


def test_nothing_private_is_published_or_printed(small):
    files = published(small)
    assert len(files) > 60
    for what, private in small_place.PRIVATE.items():
        wanted = private.casefold()
        found = [str(path) for path in files if wanted in words(path).casefold()]
        assert not found, f"{what} stands in {found}"
        assert wanted not in small.printed.casefold(), what


def test_private_words_of_refused_rows_are_masked_where_they_are_kept(small):
    from analysis import build

    kept = "\n".join(build.open_rejected(small.place)["text"]).casefold()
    assert len(build.open_rejected(small.place)) == 2
    for what, private in small_place.PRIVATE.items():
        assert private.casefold() not in kept, what


def test_hostile_reasons_and_names_arrive_on_the_pages_as_text(small):
    everything = "\n".join(soup(path).get_text() for path in html(small.site))
    for reason in small_place.HOSTILE_REASONS:
        if reason.startswith("$"):
            continue  # a reason is shown in lower case, below
        assert reason.casefold() in everything.casefold(), reason
    assert "$\\alpha^2$ \\(x\\) $$\\frac{1}{2}$$" in everything
    for path in html(small.site):
        page = soup(path)
        for script in page.find_all("script"):
            data = script.get("type") == "application/json" and json.loads(script.string)
            assert data or script.extract().string in OURS, path
        assert not page.find_all(["iframe", "object", "embed", "form", "math"]), path
        assert path.name == "how-we-did-it.html" or not page.find_all("svg"), path
        assert all(image["src"].startswith("data:image/png;base64,") for image in page.find_all("img"))
        assert not [b for b in page.find_all("b") if "Quellmere" in b.get_text()]
        for tag in page.find_all(True):
            assert not [name for name in tag.attrs if name.startswith("on")]
            # a link to where a number was printed is the register's own
            if tag.get("rel") != ["external", "noreferrer"]:
                assert not re.match(r"(?i)\s*(javascript:|data:|https?:|//)", str(tag.get("href", "")))


def test_no_cell_of_a_published_csv_begins_a_formula(small):
    for path in published(small):
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as file:
                for row in csv.reader(file):
                    wrong = [
                        c
                        for c in row
                        if c[1:] and c.startswith(tuple("=+-@\t\r")) and not re.fullmatch(r"-?[\d.e+-]+", c)
                    ]
                    assert not wrong, (path.name, wrong)


# In a browser


@pytest.fixture(scope="module")
def browser():
    if CHROMIUM is None:
        pytest.skip("needs a Chromium: on Debian, apt install chromium")
    playwright = pytest.importorskip("playwright.sync_api", reason="needs the tools of tests: make extras")
    with playwright.sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=CHROMIUM, headless=True, args=QUIET)
        yield opened
        opened.close()


@pytest.fixture
def open_page(browser, small):
    """Opens a page of the site; gives it, what it asked of the world, and what its console said."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    asked, said = [], []

    def opened(path: Path, width: int = 1200):
        page = context.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("dialog", lambda dialog: said.append(f"dialog: {dialog.message}"))
        page.goto(path.resolve().as_uri())
        return page, asked, said

    yield opened
    context.close()


@dataclass(frozen=True)
class Visit:
    """What a page did on a phone, and what axe finds in it on a wide screen."""

    name: str
    asked: list[str]
    said: list[str]
    wide: int
    cut: list[str]
    violations: list[dict]


LOOKS = """
    const behind = new Map(), seen = new Map();
    const ground = element => {
        if (element && !behind.has(element)) {
            const {backgroundColor, backgroundImage, opacity, position} = getComputedStyle(element);
            const all = [backgroundColor, backgroundImage, opacity, position, ground(element.parentElement)];
            behind.set(element, all.join());
        }
        return behind.get(element);
    };
    window.looks = [...document.body.querySelectorAll('*')].filter(element => {
        const says = node => node.nodeType === Node.TEXT_NODE && node.data.trim();
        if (!element.matches('input, select') && ![...element.childNodes].some(says)) return false;
        const {color, fontSize, fontWeight, textShadow} = getComputedStyle(element);
        const look = [element.tagName, color, fontSize, fontWeight, textShadow, ground(element)].join();
        seen.set(look, (seen.get(look) || 0) + 1);
        return seen.get(look) <= 3;
    });
"""
"""Three elements of each color, size and weight of text on each ground: the contrast of all others is theirs."""


@pytest.fixture(scope="module")
def visits(browser, small):
    """Every page of the site, opened once."""
    axe_playwright = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs make extras")
    checker = (Path(axe_playwright.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
    asked, said, found = [], [], []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))

    def axe(context, options):
        how = f"{context}, {{resultTypes: ['violations'], {options}}}"
        return page.evaluate(f"axe.run({how}).then(found => found.violations)")

    for path in html(small.site):
        page.set_viewport_size({"width": 390, "height": 900})
        page.goto(path.resolve().as_uri())
        wide = page.evaluate("document.documentElement.scrollWidth")
        cut = page.evaluate(
            "[...document.querySelectorAll('main .scroll:has(table)')].filter(box => box.offsetParent && "
            "box.scrollWidth > box.clientWidth + 1).map(box => box.getAttribute('aria-label'))"
        )
        visit = [*asked], [*said], wide, cut
        page.set_viewport_size({"width": 1200, "height": 900})
        page.evaluate(checker)
        page.evaluate(LOOKS)
        violations = axe("document", "rules: {'color-contrast': {enabled: false}}")
        violations += axe("{include: window.looks}", "runOnly: ['color-contrast']")
        found.append(Visit(path.relative_to(small.site).as_posix(), *visit, violations))
        asked.clear()
        said.clear()
    page.close()
    return found


def test_every_page_opens_asks_nothing_of_the_world_and_fits_a_phone(visits):
    for visit in visits:
        assert visit.said == [], (visit.name, visit.said)
        assert {url for url in visit.asked if not url.startswith(("file:", "data:"))} == set()
        assert visit.wide <= 390, f"{visit.name} is {visit.wide} pixels wide on a phone"
        assert visit.cut == [], f"tables of {visit.name} have a column off a phone's screen"


def test_axe_finds_nothing_serious(visits):
    for visit in visits:
        serious = [
            (one["id"], one["nodes"][0]["html"][:120])
            for one in visit.violations
            if one["impact"] in ("serious", "critical")
        ]
        assert serious == [], visit.name


def test_the_page_is_read_and_used_with_a_keyboard_alone(open_page, small):
    page, _, _ = open_page(small.site / "tarnwick" / "05-the-immigration-searches.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.tagName") in ("A", "BUTTON", "SUMMARY", "DIV", "PRE")
    fold = page.locator("details.code summary").first
    fold.focus()
    before = page.locator("details.code").first.get_attribute("open")
    page.keyboard.press("Enter")
    assert page.locator("details.code").first.get_attribute("open") != before


def test_pictures_are_dark_on_dark_pages_and_as_drawn_on_light_ones_and_on_paper(open_page, small):
    page, _, _ = open_page(small.site / "tarnwick" / "05-the-immigration-searches.html")
    shown = "getComputedStyle(document.querySelector('main img')).filter"
    page.emulate_media(color_scheme="light")
    assert page.evaluate(shown) == "none"
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(shown).startswith("invert(")
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(shown) == "none"


# Every agency


def test_every_agency_has_a_line_an_anchor_and_a_link_to_its_cited_rows(small):
    page = soup(small.site / "tarnwick" / "agencies.html")
    rows = page.select("#agencies tbody tr")
    assert len(rows) == len(small_place.AGENCIES)
    assert len({row["id"] for row in rows}) == len(rows)
    quellmere = page.find(id="agency-quellmere-ga-pd")
    cells = [cell.get_text(strip=True) for cell in quellmere.find_all(["th", "td"])]
    assert cells[:2] == ["Quellmere GA PD", "GA"]
    assert len(cells) == 9  # no list of agreements, so no column of them
    assert "no list of agreements" in page.get_text()
    linked = quellmere.a["href"]
    cited = soup(small.site / "tarnwick" / linked.partition("#")[0])
    assert cited.find(id=linked.partition("#")[2]).th.get_text() == "Quellmere GA PD"
    first, *_ = page.select("nav[aria-label=States] a")
    assert page.find(id=first["href"][1:])
    names = [row.th.get_text() for row in rows]
    assert {"=1+1 Tarnfield FL PD", "$X^2$ Brockrigg TN PD"} <= {*names}


def test_a_place_of_one_agency_or_without_the_table_has_no_page_of_agencies(small, monkeypatch):
    from analysis.site import agencies

    assert len(agencies.named(small.place)) == len(small_place.AGENCIES)
    monkeypatch.setattr(agencies, "TABLE", "tables/none.csv")
    assert agencies.named(small.place) == []
    assert agencies.anchors(["A & B", "a b", "", "***"]) == [
        "agency-a-b", "agency-a-b-2", "agency-unnamed", "agency-unnamed-2",
    ]  # fmt: skip


def test_a_table_sorts_by_its_heads_with_a_keyboard_and_says_so(open_page, small):
    page, _, said = open_page(small.site / "tarnwick" / "agencies.html")
    head = page.locator("#agencies thead th").nth(2)
    column = "[...document.querySelectorAll('#agencies tbody tr')].map(row => row.cells[2].textContent)"
    head.get_by_role("button", name="searches").focus()
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "descending"
    counts = [int(text.replace(",", "")) for text in page.evaluate(column)]
    assert counts == sorted(counts, reverse=True)
    page.keyboard.press("Enter")
    assert head.get_attribute("aria-sort") == "ascending"
    assert page.locator("[aria-sort]").count() == 1
    assert [int(text.replace(",", "")) for text in page.evaluate(column)] == counts[::-1]
    assert said == []


def test_a_table_is_filtered_by_words_and_by_state_and_a_link_to_a_state_shows_it_alone(open_page, small):
    cited = small.site / "tarnwick" / "rows" / "cited.html"
    page, _, said = open_page(cited)
    every = page.locator("main table tbody tr").count()
    page.get_by_label("Find rows with").fill("quellmere")
    shown = page.locator("main table tbody tr:visible")
    assert 0 < shown.count() < every
    assert f"{shown.count()} of {every} rows" in page.inner_text("output")
    page.get_by_label("Find rows with").fill("")
    page.get_by_label("state", exact=True).select_option("IN")
    assert {*shown.locator("td:nth-child(2)").all_inner_texts()} == {"IN"}
    assert said == []


def test_the_rows_behind_a_number_are_filtered_by_agency_state_day_and_rule(open_page, small):
    page, _, said = open_page(small.site / "tarnwick" / "rows" / "tarnwick-searches.html", width=390)
    shown = page.locator("main table tbody tr:visible")
    every = shown.count()
    heads = page.locator("main table thead th").all_inner_texts()
    columns = [re.sub(r"\W*$", "", head) for head in heads]
    cells = (
        "at => [...document.querySelectorAll('main table tbody tr')].filter(row => row.checkVisibility())"
        ".map(row => row.cells[at].textContent)"
    )
    for name in ("searching agency", "agency state", "local day", "rules"):
        box = page.get_by_label(name, exact=True)
        values = box.locator("option").evaluate_all("all => all.map(one => one.value)")[1:]
        assert len(values) > 1, name
        for value in values:
            box.select_option(value)
            found = page.evaluate(cells, columns.index(name))
            assert {*found} == {value}
            assert 0 < len(found) < every
            assert page.inner_text("output") == f"{len(found)} of {every} rows"
        box.focus()
        page.keyboard.press("Home")
        assert shown.count() == every
    assert said == []


def test_copied_text_begins_no_formula(open_page, small):
    page, _, said = open_page(small.site / "tarnwick" / "agencies.html")
    page.evaluate("navigator.clipboard.writeText = async text => { window.copied = text; }")
    page.get_by_role("button", name="Copy").click()
    lines = page.evaluate("window.copied").split("\n")
    assert len(lines) == len(small_place.AGENCIES) + 1
    assert lines[0].split("\t")[:3] == ["agency", "state", "searches"]
    assert any(line.startswith("'=1+1") for line in lines)
    assert not [line for line in lines if line.startswith(("=", "+", "@"))]
    assert said == []


# A reader decides


def test_a_readers_choice_gives_the_numbers_of_each_definition_and_what_was_published_would_need(
    open_page, small
):
    numbers = lookup(pages.open_numbers(small.place))
    page, _, said = open_page(small.site / "tarnwick" / "decide.html")
    total, needs = page.locator("#total"), page.locator("#needs")
    assert page.locator("#scope").input_value() == "Tarnwick ISD"
    for name in ("Strict", "Core", "Broad"):
        page.get_by_role("button", name=name, exact=True).focus()
        page.keyboard.press("Enter")
        key = f"{{}}.{name.lower()}", "Tarnwick ISD"
        rows = numbers[key[0].format("immigration_searches"), key[1]]
        by = numbers[key[0].format("immigration_agencies"), key[1]]["value"]
        assert total.inner_text().startswith(f"{rows['value']} of {rows['denominator']} rows (")
        assert f"from {by} agencies" in total.inner_text()
    assert "Published: 7." in needs.inner_text()
    assert "the nearest to yours: do not count HSI" in needs.inner_text()
    page.get_by_label("HSI", exact=True).uncheck()
    assert "Your choice gives exactly that" in needs.inner_text()
    page.get_by_label("each search once").check()
    found = numbers["distinct_immigration_searches.core", "Tarnwick ISD"]["value"]
    assert total.inner_text().startswith(f"{found} of ")
    page.get_by_label("the agency with most of them").check()
    assert ", without Brockrigg TN PD (" in total.inner_text()
    assert page.locator("#by-week tr").count() >= 2
    assert said == []


def test_without_scripts_the_page_shows_the_definitions_and_no_dead_switch(browser, small):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((small.site / "tarnwick" / "decide.html").resolve().as_uri())
    assert page.locator("input:visible, button:visible, select:visible").count() == 0
    assert "strict: the words themselves" in page.inner_text("main table:visible")
    page.goto((small.site / "tarnwick" / "agencies.html").resolve().as_uri())
    assert page.locator("#agencies tbody tr:visible").count() == len(small_place.AGENCIES)
    assert page.locator("button:visible").count() == 0
    context.close()


def test_the_tallies_of_a_page_hold_no_reason_and_no_markup(small):
    page = (small.site / "tarnwick" / "decide.html").read_text(encoding="utf-8")
    data = page.partition('id="tallies">')[2].partition("</script>")[0]
    assert "<" not in data
    assert {*json.loads(data)} == {
        "agencies", "weeks", "owners", "cells", "of", "published", "published_scope", "groups", "presets",
    }  # fmt: skip


def test_links_lead_somewhere_in_the_browser(open_page, small):
    page, _, said = open_page(small.site / "index.html")
    page.get_by_role("link", name="The rows behind it").click()
    assert "7 rows behind this number" in page.inner_text("h1")
    page.get_by_role("link", name="its entry in the register").click()
    assert page.url.endswith("#claim-tarnwick-immigration")
    page.get_by_role("link", name="What was released?").first.click()
    assert page.locator(":target").count() == 1
    assert said == []


def test_every_link_and_anchor_of_the_site_resolves(small):
    read = {path.resolve(): soup(path) for path in html(small.site)}
    anchors = {path: {tag["id"] for tag in page.find_all(id=True)} for path, page in read.items()}
    for path, page in read.items():
        for link in page.find_all("a", href=True):
            if link.get("rel") == ["external", "noreferrer"]:
                continue
            address, _, anchor = link["href"].partition("#")
            target = (path.parent / address).resolve() if address else path
            assert target.is_file(), (path.name, link["href"])
            assert not anchor or anchor in anchors.get(target, ()), (path.name, link["href"])


# The real records, where someone has them


@pytest.mark.xdist_group("prints")
def test_no_rare_reason_plate_or_account_of_the_real_records_is_published(okaloosa):
    """The released PDF holds surnames, a word shaped like a plate and an account name: none is in the results."""
    import pypdfium2

    from analysis import places
    from analysis.measures.reasons import COMMON_ROWS
    from analysis.places import sources
    from analysis.privacy.masking import mask_text

    place = places.find("okaloosa")
    if not (place.results / "numbers.json").is_file():
        pytest.skip("needs the published results of okaloosa")
    (file,) = sources.locate(place).values()
    (section,) = okaloosa.sections
    at = next(at for at, name in enumerate(section.columns) if name.strip().casefold() == "reason")
    reasons = [" ".join(text.split()).casefold() for text in section.cells.column(at).to_pylist()]
    often = pd.Series(reasons).value_counts()
    rare = {text for text in often[often < COMMON_ROWS].index if re.search("[a-z]", text)}
    rare -= _words_of_our_own(place)
    private = {word for reason in rare for word in reason.split() if mask_text(word) != word}
    author = pypdfium2.PdfDocument(file).get_metadata_dict().get("Author", "").casefold()
    assert (len(rare) > 100, len(private) > 0, author != "") == (True, True, True)
    for path in sorted(place.results.rglob("*")):
        if path.suffix == ".csv":
            with path.open(newline="", encoding="utf-8") as text_file:
                cells = {cell.strip().casefold() for row in csv.reader(text_file) for cell in row}
            shown = len(rare & cells)  # the words themselves are never printed, here neither
            assert shown == 0, path.name
        if path.is_file() and path.suffix != ".png":
            said = path.read_text(encoding="utf-8").casefold()
            assert said.count(author) == 0, path.name
            found = sum(bool(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", said)) for word in private)
            assert found == 0, path.name


def _words_of_our_own(place) -> set[str]:
    """Texts that published tables hold for another cause: cleared reasons, topics, menu words, names of columns."""
    from analysis import build

    lines = pages.open_claims(place).to_numpy().ravel()
    topics = {path.stem for path in (place.hand / "reasons").glob("*.toml")}
    ours = {"criminal", "civil", "suspect", "lookup", "search"}  # kinds, piles to read, kinds of search
    return {*build.open_cleared(place), *(str(line).casefold() for line in lines), *topics, *ours}
