"""The site says what the results say, keeps text from logs as text, works offline and is the same on every build."""

import base64
import hashlib
import io
import itertools
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import msgspec
import nbformat
import pandas as pd
import pytest
from bs4 import BeautifulSoup
from frames import place_named
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis import places
from analysis.build import inputs
from analysis.measures import NEEDS
from analysis.pages import answers
from analysis.places import Place, Waiting
from analysis.refused import Refused
from analysis.site import article, assembly, kept, paper, reviewed
from analysis.site.findings import finding
from analysis.site.safe import computed

pytestmark = pytest.mark.xdist_group("small site")  # built once

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(2)> =HYPERLINK(1) $x^2$ [x](javascript:alert(3)) "
    "[y](https://evil.example/) ![z](https://evil.example/z.png) <a href='//evil.example'>w</a> <b onclick=a()>b</b>"
)
ALT = 'Bars: "first" is longer than <second>.'


def png() -> str:
    """A small figure, drawn."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 2.6), dpi=150, layout="constrained")
    figure.subplots().barh(["Blue Fork Police", "Alder County Sheriff"], [620, 310], color="#0b4a7a")
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return base64.b64encode(buffer.getvalue()).decode()


def shown(**data: str) -> nbformat.NotebookNode:
    kinds = {"html": "text/html", "markdown": "text/markdown", "plain": "text/plain"}
    return new_output("display_data", {kinds[kind]: text for kind, text in data.items()})


def figure(alt: str | None = ALT) -> nbformat.NotebookNode:
    about = {} if alt is None else {"image/png": {"alt": alt}}
    return new_output("display_data", {"image/png": png(), "text/plain": "<Figure>"}, metadata=about)


CLAIMS = (
    '<table class="claims"><caption>Claims settled here.</caption><thead><tr><th scope="col">statement</th>'
    '<th scope="col">computed</th><th scope="col">outcome</th></tr></thead><tbody>'
    "<tr><td>more than 700 searches</td><td>930</td><td>reproduced</td></tr></tbody></table>"
)


def first_notebook() -> nbformat.NotebookNode:
    table = pd.DataFrame({"searching agency": ["Blue Fork Police", HOSTILE], "searches": [620, 310]})
    settings = new_code_cell('place: str = "x"  # a folder', id="set", execution_count=1)
    settings.metadata["tags"] = ["parameters"]
    given = new_code_cell('# Parameters\nplace = "alder"', id="given", execution_count=2)
    given.metadata["tags"] = ["injected-parameters"]
    cells = [
        new_markdown_cell(
            "# Which rows are *one* search?\n\nEvery file was counted twice.\n\n| | |\n|---|---|\n"
            "| Reads | `searches/` |\n| Writes | a table |\n| Checks | one claim |\n| Takes | a place |",
            id="title",
        ),
        settings,
        given,
        new_markdown_cell(
            "## What was counted\n\nThe officer typed a reason. What could fool us is a file that is cut short: it "
            "looks exactly like one that is whole. So every file was counted twice, by two methods that share no "
            "code, see [the next page](02-what-next.ipynb#t) and [the law](https://law.example/).",
            id="why",
        ),
        new_code_cell(
            "# counted once for each agency\npage.table(searches.groupby('searching_agency').size(), 'by-agency')",
            id="table",
            execution_count=3,
            outputs=[
                shown(html=table.to_html(index=False, escape=True), plain="table"),
                shown(markdown="**930** searches by *two* agencies."),
                new_output("stream", name="stdout", text="printed <b>" + HOSTILE),
            ],
        ),
        new_code_cell(
            "page.figure(bars)",
            id="figure",
            execution_count=4,
            outputs=[figure(), shown(html='<p class="caption">Searches by agency. Source: invented.</p>')],
        ),
        new_code_cell(
            "page.settle('searches')", id="claims", execution_count=5, outputs=[shown(html=CLAIMS)]
        ),
        new_markdown_cell("## What this does not show\n\nWho was watched.", id="limits"),
    ]
    return new_notebook(cells=cells)


def small_notebook(*outputs: nbformat.NotebookNode, title: str = "# What next?") -> nbformat.NotebookNode:
    cells = [new_markdown_cell(title, id="t"), new_code_cell("1", id="c", outputs=list(outputs))]
    return new_notebook(cells=cells)


def place(root: Path, name: str = "alder", kind: str = "records", waits: bool = False) -> Place:
    missing = (Waiting("Alder ISD", "network audit", "June 2025", "ask the district"),) if waits else ()
    released = {"by": "Alder County <Clerk>", "on": "2025-06-01", "notes": ""}
    title = f"Searches of cameras in {name.title()}"
    return Place(
        name=name,
        title=title,
        kind=kind,
        claims=(),
        time_zone="UTC",
        files=(),
        waiting=missing,
        released=released,
        root=root,
        state=None,
    )


def results(place: Place) -> Place:
    """Invented results of a place: two notebooks, numbers, claims, ledger, a table and a figure."""
    folder = place.results
    for part in ("tables", "figures"):
        (folder / part).mkdir(parents=True)
    nbformat.write(first_notebook(), folder / "01-which-rows.ipynb")
    nbformat.write(small_notebook(), folder / "02-what-next.ipynb")
    outcome = "recovered" if place.is_replica else "reproduced"
    (folder / "numbers.json").write_text("[]\n")
    (folder / "claims.csv").write_text(
        "id,statement,operator,published,computed,definition,outcome,explanation,notebook\n"
        f"a.searches,more than 700 searches,more than,700,930,rows,{outcome},,01-which-rows\n"
        'b.agencies,two <agencies>,equals,2,3,strict,differs,"because, <i>of</i> a spelling",02-what-next\n'
        "c.days,a headline,,,,,cannot be checked,needs the drop-down list,02-what-next\n"
    )
    (folder / "ledger.csv").write_text(
        "step,source_file,rows_in,rows_out,set_aside,why\nread,alder.csv,733000,732990,10,blank record\n"
    )
    (folder / "tables" / "01-by-agency.csv").write_text("agency,searches\nBlue Fork Police,620\n")
    (folder / "figures" / "01-bars.png").write_bytes(base64.b64decode(png()))
    return place


RULES = pd.DataFrame(
    {
        "topic": ["immigration", "immigration", "missing people"],
        "id": ["ice.alone", "removal", "missing"],
        "tier": ["core", "strict", ""],
        "match": ["ice", "removal order", "missing (person|child)"],
        "unless": ["ice (cream|rink) · black ice", "", ""],
        "because": ["ICE standing alone is the <agency>.", "A term of law.", "People who are looked for."],
        "matches": ["ICE · assist ICE", "final removal order", "missing child"],
        "leaves": ["ice cream truck", "snow removal", "missing plate"],
    }
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("repository")
    places = [
        results(place(root, "replica", "replica")),
        place(root, "birch", waits=True),
        results(place(root)),
    ]
    return assembly.build(root, places, root / "site", RULES).parent


def soup(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(), "html.parser")


def pages(site: Path) -> list[Path]:
    return sorted(site.rglob("*.html"))


# --- What the site holds


def test_every_place_has_its_pages_and_its_files(site: Path) -> None:
    found = {path.relative_to(site).as_posix() for path in site.rglob("*") if path.is_file()}
    of_a_place = {"index.html", "01-which-rows.html", "02-what-next.html", "claims.html", "ledger.html"}
    of_a_place |= {"tip-sheet.html", "numbers.html"}
    files = {"numbers.json", "claims.csv", "ledger.csv", "tables/01-by-agency.csv", "figures/01-bars.png"}
    files |= {"tables.xlsx", "datapackage.json"}
    expected = {f"{name}/{file}" for name in ("alder", "replica") for file in of_a_place | files}
    assert found == expected | {
        *(
            "index.html",
            "rules.html",
            "waiting.html",
            "add-a-place.html",
            "field.html",
            "field.csv",
            "compare.html",
            "how-we-did-it.html",
            "glossary.html",
            "hostile-reviewer.html",
        )
    }


def test_every_link_and_every_anchor_leads_somewhere(site: Path) -> None:
    for path in pages(site):
        for link in soup(path).find_all("a", href=True):
            address, _, anchor = str(link["href"]).partition("#")
            if address.startswith("https://law.example"):
                continue
            target = (path.parent / address).resolve() if address else path
            assert target.is_file(), f"{path.name}: {link['href']}"
            if anchor:
                assert soup(target).find(id=anchor), f"{path.name}: {link['href']}"


def test_the_first_page_gives_each_score_and_what_is_missing(site: Path) -> None:
    text = soup(site / "index.html").get_text(" ", strip=True)
    assert "alder (records): 1 of 2 published numbers reproduced · 1 differs" in text
    assert "replica (replica): 1 of 2" in text
    jumps = soup(site / "index.html").select("nav[aria-label='Places on this page'] a")
    assert [(link.get_text(), link["href"]) for link in jumps] == [
        ("alder", "#place-alder"),
        ("replica", "#place-replica"),
    ]
    assert text.index("Searches of cameras in Alder") < text.index("Searches of cameras in Replica")
    assert "1 place whose numbers are registered and whose logs are not here" in text
    waits = " ".join(soup(site / "waiting.html").get_text(" ").split())
    assert (
        "network audit of Alder ISD, June 2025. What to ask for, and of whom: data/raw/birch/README.md"
        in waits
    )
    for outcome in ("reproduced", "recovered", "differs", "cannot be checked"):
        assert outcome in text


def test_a_claim_leads_to_the_step_that_settles_it(site: Path) -> None:
    register = soup(site / "alder" / "claims.html")
    settled = register.find(id="claim-a-searches")
    assert settled.find("a")["href"] == "01-which-rows.html#claims"
    assert "more than 700" in settled.dl.get_text(" ", strip=True)
    assert "because, <i>of</i> a spelling" in register.find(id="claim-b-agencies").get_text()
    assert register.find(id="claim-b-agencies").find("a")["href"] == "02-what-next.html"
    assert [item["id"] for item in register.select("li.claim")] == [
        "claim-a-searches",
        "claim-b-agencies",
        "claim-c-days",
    ]


@pytest.mark.parametrize(
    ("operator", "published", "phrase"),
    [
        ("equals", "620", "620"),
        ("more than", "733,000", "more than 733,000"),
        ("more than N times", "2", "more than 2 times"),
        ("includes", "Alder, Birch", "includes Alder, Birch"),
        ("", "", "no number"),
    ],
)
def test_what_was_published_reads_as_a_phrase(
    tmp_path: Path, operator: str, published: str, phrase: str
) -> None:
    made = results(place(tmp_path))
    row = pd.DataFrame([{"id": "a", "statement": "s", "operator": operator, "published": published}])
    row = row.assign(computed="1", definition="", outcome="differs", explanation="", notebook="02-what-next")
    row.to_csv(made.results / "claims.csv", index=False)
    assembly.build(tmp_path, [made], tmp_path / "site")
    assert soup(tmp_path / "site" / "alder" / "claims.html").find("dd").get_text() == phrase


def test_the_ledger_shows_every_line_with_readable_counts(site: Path) -> None:
    cells = [cell.get_text() for cell in soup(site / "alder" / "ledger.html").select("tbody td")]
    assert cells == ["read", "alder.csv", "733,000", "732,990", "10", "blank record"]


def test_rules_are_shown_with_their_examples(site: Path) -> None:
    rule = soup(site / "rules.html").find(id="rule-ice-alone").get_text(" ", strip=True)
    for words in (
        "ICE standing alone is the <agency>.",
        "ice (cream|rink)",
        "assist ICE",
        "ice cream truck",
        "core",
    ):
        assert words in rule
    assert "Unless" not in soup(site / "rules.html").find(id="rule-missing").get_text()


def test_pages_turn_in_number_order(site: Path) -> None:
    first, second = (soup(site / "alder" / f"{name}.html") for name in ("01-which-rows", "02-what-next"))
    assert first.find("a", rel="prev") is None
    assert first.find("a", rel="next")["href"] == "02-what-next.html"
    assert second.find("a", rel="prev")["href"] == "01-which-rows.html"
    assert second.find("a", rel="next")["href"] == "claims.html"


def test_links_between_notebooks_become_links_between_pages(site: Path) -> None:
    page = soup(site / "alder" / "01-which-rows.html")
    links = [link["href"] for link in page.select(".prose a")]
    assert links == ["02-what-next.html#t", "https://law.example/"]


def test_a_site_without_rules_has_no_page_and_no_link_for_them(tmp_path: Path) -> None:
    index = assembly.build(tmp_path, [results(place(tmp_path))], tmp_path / "site")
    assert not (tmp_path / "site" / "rules.html").exists()
    assert "rules.html" not in index.read_text() + (tmp_path / "site" / "alder" / "index.html").read_text()


def test_a_page_lists_its_parts_and_says_what_it_shares(site: Path) -> None:
    page = soup(site / "replica" / "01-which-rows.html")
    parts = [link.get_text() for link in page.select("details.on-page a")]
    assert parts == ["What was counted", "What this does not show"]
    shared = {
        tag.get("property") or tag.get("name"): tag["content"]
        for tag in page.find_all("meta")
        if tag.get("content")
    }
    assert shared["og:title"].startswith("Replica, invented records. Which rows are one search?")
    assert (
        shared["og:description"]
        == shared["description"]
        == "Replica, invented records. Every file was counted twice."
    )
    assert "og:image" not in shared


def test_a_shared_page_has_a_picture_where_the_address_of_the_site_is_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SITE_ADDRESS", "https://pages.example/numbers/")
    made = results(place(tmp_path))
    (made.results / "figures" / "01-bars-phone.png").write_bytes(base64.b64decode(png()))
    assembly.build(tmp_path, [made], tmp_path / "site")
    for name in ("index", "01-which-rows"):
        image = soup(tmp_path / "site" / "alder" / f"{name}.html").find("meta", property="og:image")
        assert image["content"] == "https://pages.example/numbers/alder/figures/01-bars.png"
    assert soup(tmp_path / "site" / "alder" / "02-what-next.html").find("meta", property="og:image") is None


# --- Words, and answers


def test_the_first_of_each_word_opens_its_meaning_and_no_later_one(tmp_path: Path) -> None:
    text = "HSI, core and the roll-out.\n\n`ERO` HSI, scores of cores and 287(g)."
    nbformat.write(small_notebook(title=f"# ICE?\n\n{text}"), tmp_path / "01-x.ipynb")
    page = BeautifulSoup(article.render(tmp_path / "01-x.ipynb").html, "html.parser")
    words = [button.get_text() for button in page.find_all("button")]
    assert words == ["HSI", "core", "roll-out", "287(g)"]
    for button in page.find_all("button"):
        meaning = page.find(id=button["popovertarget"])
        assert meaning.has_attr("popover")
        assert meaning.strong.get_text() == button.get_text()
    assert page.h1.get_text() == "ICE?"


def test_every_word_has_its_place_on_the_page_of_words(site: Path) -> None:
    page = soup(site / "glossary.html")
    names = [name.get_text() for name in page.find_all("dt")]
    assert names == sorted(names, key=str.casefold)
    assert {"core", "HSI", "ERO", "287(g)", "network audit", "era", "roll-out"} <= {*names}


def test_an_answer_with_links_reads_as_a_sentence_where_another_page_quotes_it(tmp_path: Path) -> None:
    said = (
        '<p class="answer">Adding HSI made it <a href="numbers.json">1,516</a>. Each once: <em>620</em>.</p>'
    )
    cell = new_code_cell("1", outputs=[new_output("display_data", {"text/html": said})])
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("# How many?"), cell]), tmp_path / "05-how-many.ipynb"
    )
    page = article.render(tmp_path / "05-how-many.ipynb")
    assert page.summary == "Adding HSI made it 1,516. Each once: 620."


def test_numbers_in_our_answers_are_counted_and_lead_to_their_lines(tmp_path: Path) -> None:
    made = results(place(tmp_path))
    numbers = [
        {
            "measure": "searches",
            "scope": "Alder ISD",
            "value": 1234,
            "unit": "rows",
            "notebook": "01-which-rows",
        },
        {
            "measure": "vague_reasons",
            "scope": "all",
            "value": 3,
            "unit": "rows",
            "numerator": 3,
            "denominator": 12,
        },
    ]
    (made.results / "numbers.json").write_text(json.dumps(numbers))
    link = '[0](../results/alder/numbers.json "searches of Alder ISD")'
    share = '[0](../results/alder/numbers.json "vague_reasons as a share")'
    known = {"alder": made}
    assert reviewed.filled(f"{link}, {share}", known) == f"[1,234]{link[3:]}, [25.0%]{share[3:]}"
    others = "[06](../results/alder/06-x.ipynb) [8](../results/birch/08-x.ipynb)"
    page = BeautifulSoup(reviewed.answers(f"{link} {others}", known), "html.parser")
    assert [(a.get_text(), a["href"]) for a in page.find_all("a")] == [
        ("1,234", "alder/numbers.html#number-searches-alder-isd"), ("06", "alder/06-x.html"),
    ]  # fmt: skip
    assembly.build(tmp_path, [made], tmp_path / "site")
    assert (
        "1,234"
        in soup(tmp_path / "site" / "alder" / "numbers.html").find(id="number-searches-alder-isd").get_text()
    )
    with pytest.raises(reviewed.NotCounted, match="alder hold no searches of all"):
        reviewed.filled('[1](../results/alder/numbers.json "searches")', known)


def test_no_number_of_our_answers_is_typed_and_each_is_the_one_that_was_counted() -> None:
    text = reviewed.path().read_text(encoding="utf-8")
    known = {one.name: one for one in places.tracked()}
    assert reviewed.filled(text, known) == text, "run python -m analysis readme"
    plain = re.sub(r"\[[^]]*\]\([^)]*\)|more than 3[01]\b|between 30 and 31 days|\b30 days", "", text)
    assert not re.findall(r"\d+", plain)
    assert text.count("**What remains:**") >= 10


# --- A replica says so


def test_every_page_of_a_replica_says_so_in_its_title_and_at_its_top_and_no_other_page_does(
    site: Path,
) -> None:
    for path in pages(site):
        page = soup(path)
        banner = page.find(class_="banner")
        is_replica = path.parent.name == "replica"
        assert (banner is not None) is is_replica, path
        assert page.title.get_text().startswith("Replica: ") is is_replica, path
        if is_replica:
            assert "Replica: invented records" in banner.get_text()


# --- Text from logs stays text


@pytest.mark.parametrize(
    "output",
    [
        shown(html=pd.DataFrame({"reason": [HOSTILE]}).to_html(escape=True)),
        shown(html=f"<table><tr><td>{HOSTILE}</td></tr></table>"),
        shown(html=f"<style scoped>.dataframe {{}}</style><p>{HOSTILE}</p><style>*{{display:none}}</style>"),
        shown(markdown=HOSTILE),
        shown(markdown=f"| reason |\n|---|\n| {HOSTILE} |"),
        shown(plain=HOSTILE),
        new_output("stream", name="stdout", text=HOSTILE),
        new_output("stream", name="stderr", text=HOSTILE),
        new_output("execute_result", {"text/plain": HOSTILE}, execution_count=1),
        new_output("display_data", {"application/javascript": "alert(1)", "text/plain": HOSTILE}),
        new_output(
            "display_data", {"image/svg+xml": "<svg onload='a()'/>", "text/latex": "$x$", "text/plain": "x"}
        ),
    ],
)
def test_hostile_text_in_an_output_stays_text(tmp_path: Path, output: nbformat.NotebookNode) -> None:
    nbformat.write(small_notebook(output), tmp_path / "01-x.ipynb")
    page = BeautifulSoup(article.render(tmp_path / "01-x.ipynb").html, "html.parser")
    assert not page.find_all(["script", "img", "svg", "iframe", "style", "object", "form", "math"])
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name.startswith("on") or name in ("src", "style")]
        assert not re.match(r"(?i)\s*(javascript|data|https?|//)", str(tag.get("href", "")))
    shown_text = page.get_text()
    if "alert(1)</script>" in "".join(
        str(v) for v in [output.get("text", ""), *output.get("data", {}).values()]
    ):
        assert "<script>alert(1)</script>" in shown_text
        assert "$x^2$" in shown_text


def test_a_hostile_title_or_author_text_cannot_leave_its_place(tmp_path: Path) -> None:
    nbformat.write(small_notebook(title="# </title><script>alert(1)</script>?"), tmp_path / "01-x.ipynb")
    written = article.render(tmp_path / "01-x.ipynb")
    assert "<script" not in written.html
    assert written.heading.startswith("</title>")
    made = results(place(tmp_path))
    shutil.copy(tmp_path / "01-x.ipynb", made.results / "03-x.ipynb")
    assembly.build(tmp_path, [made], tmp_path / "site")
    for path in pages(tmp_path / "site"):
        scripts(soup(path))


# --- Offline, accessible


def scripts(page: BeautifulSoup) -> list[str]:
    """The scripts of a page by name: each is one of ours, and the page allows it, and no other, by its checksum."""
    ours = {path.read_text(): path.stem for path in article.TEMPLATES.glob("*.js")}
    found = [tag.extract() for tag in page.find_all("script") if tag.get("type") != "application/json"]
    assert all(not tag.attrs for tag in found)
    texts = [tag.string for tag in found]
    policy = page.find("meta", attrs={"http-equiv": True})["content"]
    sums = [base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in texts]
    assert re.search(r"script-src([^;]*);", policy)[1].split() == [f"'sha256-{one}'" for one in sums]
    return [ours[text] for text in texts]


def test_no_page_loads_anything_or_runs_a_script_but_ours(site: Path) -> None:
    for path in pages(site):
        text = path.read_text()
        page = BeautifulSoup(text, "html.parser")
        assert scripts(page)[0] == "tables"
        if path.name != "how-we-did-it.html":
            assert not page.find_all("svg")
        assert not page.find_all(["script", "link", "iframe", "object", "embed", "base"])
        assert all(image["src"].startswith("data:image/png;base64,") for image in page.find_all("img"))
        assert not re.search(r"url\(|@import", str(page.style))
        assert "default-src 'none'" in page.find("meta", attrs={"http-equiv": True})["content"]


def test_every_page_has_one_title_a_language_a_skip_link_and_headings_in_order(site: Path) -> None:
    for path in pages(site):
        page = soup(path)
        assert page.html["lang"] == "en"
        assert len(page.find_all("h1")) == 1, path
        assert page.find("a", class_="skip")["href"] == "#main"
        assert page.find(id="main").name == "main"
        levels = [int(tag.name[1]) for tag in page.find_all(re.compile(r"^h[1-6]$"))]
        assert levels[0] == 1
        assert all(after - before <= 1 for before, after in itertools.pairwise(levels)), (
            path,
            levels,
        )
        ids = [tag["id"] for tag in page.find_all(id=True)]
        assert len(ids) == len(set(ids)), path
        assert page.find("meta", attrs={"name": "viewport"})


def test_figures_carry_their_alternative_text_and_size(site: Path) -> None:
    image = soup(site / "alder" / "01-which-rows.html").find("img")
    assert image["alt"] == ALT
    assert (image["width"], image["height"]) == ("900", "390")


def test_tables_scroll_in_a_named_container_that_a_keyboard_reaches(site: Path) -> None:
    for path in pages(site):
        for table in soup(path).find_all("table"):
            box = table.parent
            assert (box["class"], box["tabindex"], box["role"]) == (["scroll"], "0", "region")
            assert box["aria-label"]
            assert all(cell.get_text(strip=True) and cell.get("scope") for cell in table.find_all("th"))


def test_a_phone_reads_published_numbers_one_under_the_other_each_cell_with_its_column(site: Path) -> None:
    table = soup(site / "alder" / "index.html").find(attrs={"aria-label": "Published numbers"}).table
    heads = [head.get_text(strip=True) for head in table.thead.find_all("th")]
    assert table["class"] == ["stack"]
    for row in table.tbody.find_all("tr"):
        assert [cell.get("data-label") for cell in row.find_all("td")] == heads[:-1]


def test_code_is_folded_and_what_a_run_was_given_is_open(site: Path) -> None:
    folds = soup(site / "alder" / "01-which-rows.html").find_all("details", class_="code")
    assert [fold.summary.get_text() for fold in folds][:3] == ["Code", "What this run was given", "Code"]
    assert [fold.has_attr("open") for fold in folds] == [False, True, False, False, False]


def luminance(color: str) -> float:
    full = color.lstrip("#")
    full = "".join(c * 2 for c in full) if len(full) == 3 else full
    parts = [int(full[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def test_all_colors_of_text_can_be_told_from_every_ground_by_day_and_by_night() -> None:
    style = (article.TEMPLATES / "style.css").read_text()
    light, dark = (
        dict(re.findall(r"--([a-z]+): (#[0-9a-f]{3,6});", part.partition("}")[0]))
        for part in style.split(":root {")[1:]
    )
    assert {*light} == {*dark}
    assert not re.search(r"(?<![-\w])color: #", style)
    for named in (light, dark):
        grounds = {"paper", "tint", "card", "code"}
        texts = {*named} - grounds - {"line", "notice", "banner", "warned"}
        assert len(texts) > 10
        pairs = {(text, ground) for text in texts for ground in grounds} | {("warned", "banner")}
        for text, ground in pairs:
            dim, bright = sorted((luminance(named[text]), luminance(named[ground])))
            assert (bright + 0.05) / (dim + 0.05) >= 4.5, (text, ground)


# --- What must not be published


@pytest.mark.parametrize(
    ("outputs", "complaint"),
    [
        ([figure(None)], "no alternative text"),
        ([figure("  ")], "no alternative text"),
        ([new_output("error", ename="KeyError", evalue="x", traceback=[])], "cell 2 ended in KeyError"),
    ],
)
def test_a_failed_notebook_or_a_figure_without_alternative_text_stops_the_site(
    tmp_path: Path, outputs: list, complaint: str
) -> None:
    made = results(place(tmp_path))
    first = assembly.build(tmp_path, [made], tmp_path / "site").read_bytes()
    nbformat.write(small_notebook(*outputs), made.results / "02-what-next.ipynb")
    with pytest.raises(article.BadPage, match=rf"results/alder: 02-what-next.ipynb.*{complaint}"):
        assembly.build(tmp_path, [made], tmp_path / "site")
    assert (tmp_path / "site" / "index.html").read_bytes() == first
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "results", "site"]


def test_a_phone_gets_the_picture_that_was_drawn_for_it_and_no_file_from_elsewhere(tmp_path: Path) -> None:
    made = results(place(tmp_path))
    (made.results / "figures" / "01-bars-phone.png").write_bytes(base64.b64decode(png()))
    for name, there in (("01-bars-phone.png", True), ("none.png", False)):
        bars = figure()
        bars.metadata["image/png"]["phone"] = name
        nbformat.write(small_notebook(bars), made.results / "02-what-next.ipynb")
        page = BeautifulSoup(article.render(made.results / "02-what-next.ipynb").html, "html.parser")
        narrow = page.select("picture > source[media]")
        assert len(narrow) == there
        assert all(one["srcset"].startswith("data:image/png;base64,") for one in narrow)
        assert page.find("img")["alt"] == ALT
    bars.metadata["image/png"]["phone"] = "../../secret.png"
    (tmp_path / "secret.png").write_bytes(base64.b64decode(png()))
    nbformat.write(small_notebook(bars), made.results / "02-what-next.ipynb")
    with pytest.raises(Refused):
        article.render(made.results / "02-what-next.ipynb")


@pytest.mark.parametrize("text", ["not JSON", "{}", "[]", ""])
def test_a_file_that_is_no_notebook_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "03-broken.ipynb").write_text(text)
    with pytest.raises(article.BadPage, match=r"03-broken.ipynb is not a notebook"):
        article.render(tmp_path / "03-broken.ipynb")


# --- The same on every build, whole or not at all


def prints(site: Path) -> dict[str, str]:
    return {
        path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in site.rglob("*")
        if path.is_file()
    }


def test_two_builds_give_the_same_bytes_and_pages_no_longer_made_are_gone(tmp_path: Path) -> None:
    made = [results(place(tmp_path)), results(place(tmp_path, "replica", "replica"))]
    first = prints(assembly.build(tmp_path, made, tmp_path / "site", RULES).parent)
    (tmp_path / "site" / "left-over.html").touch()
    assert prints(assembly.build(tmp_path, made, tmp_path / "site", RULES).parent) == first
    assert prints(assembly.build(tmp_path, made, tmp_path / "elsewhere", RULES).parent) == first


def reworded(path: Path, words: str) -> None:
    nb = nbformat.read(path, as_version=4)
    nb.cells[0].source += f"\n\n{words}"
    nbformat.write(nb, path)


def test_a_site_made_again_where_something_changed_is_the_site_made_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembly.os, "cpu_count", lambda: 1)
    root, site, rendered = tmp_path / "repository", tmp_path / "repository" / "site", []

    def render(path: Path) -> article.Article:
        rendered.append(f"{path.parent.name} {path.stem[:2]}")
        return article.render(path)

    monkeypatch.setattr(kept, "render", render)
    here = [results(place(root)), results(place(root, "replica", "replica"))]
    every = ["alder 01", "alder 02", "replica 01", "replica 02"]
    alder, page = here[0].results, site / "alder" / "claims.html"
    edits: list[tuple[Callable[[], object], list[str]]] = [
        (lambda: None, every),
        (lambda: None, []),
        (lambda: reworded(alder / "02-what-next.ipynb", "Another thing."), ["alder 02"]),
        (page.unlink, []),
        (lambda: page.write_text(page.read_text().replace("Every", "No"), encoding="utf-8"), []),
        ((site / "alder" / "left-over.html").touch, []),
        (lambda: (alder / "ledger.csv").write_text("step,source_file,rows_in,rows_out,why\n"), []),
        ((alder / "tables" / "01-by-agency.csv").unlink, []),
        (lambda: here.append(results(place(root, "birch"))), ["birch 01", "birch 02"]),
        (lambda: here.remove(here[1]), []),
        ((alder / "01-which-rows.ipynb").unlink, []),
        (lambda: monkeypatch.setenv("SITE_ADDRESS", "https://pages.example"), []),
        (
            lambda: (root / "requirements.lock").write_text("bleach==6\n"),
            ["alder 02", "birch 01", "birch 02"],
        ),
        (
            lambda: monkeypatch.setattr(inputs, "_everything", lambda: "new"),
            ["alder 02", "birch 01", "birch 02"],
        ),
    ]
    for number, (edit, expected) in enumerate(edits):
        edit()
        rendered.clear()
        made = prints(assembly.build(root, here, site, RULES).parent)
        assert rendered == expected, number
        elsewhere = tmp_path / str(number)
        shutil.copytree(root / "results", elsewhere / "results")
        copies = [msgspec.structs.replace(one, root=elsewhere) for one in here]
        assert prints(assembly.build(elsewhere, copies, elsewhere / "site", RULES).parent) == made, number


def test_printed_pages_stay_as_long_as_the_pages_of_their_place_are_the_same(tmp_path: Path) -> None:
    made, site = [results(place(tmp_path)), results(place(tmp_path, "replica", "replica"))], tmp_path / "site"
    assembly.build(tmp_path, made, site, RULES)
    printed = [site / one.name / "claims.pdf" for one in made]
    for path in printed:
        path.write_bytes(b"%PDF-")
    reworded(made[0].results / "02-what-next.ipynb", "Another thing.")
    assembly.build(tmp_path, made, site, RULES)
    assert [path.is_file() for path in printed] == [False, True]


def test_pages_are_made_again_where_the_site_has_rules_that_it_had_not(tmp_path: Path) -> None:
    made = [results(place(tmp_path))]
    for rules in (None, RULES, None):
        assembly.build(tmp_path, made, tmp_path / "site", rules)
        linked = "rules.html" in (tmp_path / "site" / "alder" / "index.html").read_text()
        assert linked == (rules is not None)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "papers").mkdir()
    (tmp_path / "papers" / "index.html").write_text("<h1>mine</h1>")
    with pytest.raises(assembly.NotASite, match="papers holds files that this program did not make"):
        assembly.build(tmp_path, [results(place(tmp_path))], tmp_path / "papers")
    assert (tmp_path / "papers" / "index.html").read_text() == "<h1>mine</h1>"


# --- In a browser


def test_without_a_browser_printing_says_so_and_changes_nothing(
    site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    before = prints(site)
    assert paper.pdf(site).startswith("No Chromium is installed")
    assert prints(site) == before


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs a Chromium")
def test_printed_pages_say_replica_and_hold_no_clock(tmp_path: Path) -> None:
    made = results(place(tmp_path, "replica", "replica"))
    built = assembly.build(tmp_path, [made], tmp_path / "site").parent
    for path in pages(built):
        if path.name != "02-what-next.html":
            path.unlink()
    assert paper.pdf(built).startswith("1 pages were printed")
    printed = (built / "replica" / "02-what-next.pdf").read_bytes()
    assert printed.startswith(b"%PDF")
    assert set(re.findall(rb"/CreationDate \(D:(\d{14})", printed)) == {b"20000101000000"}
    import pypdfium2

    words = pypdfium2.PdfDocument(printed)[0].get_textpage().get_text_range()
    assert "Replica: invented records" in words
    assert "What next?" in words


def test_a_browser_that_does_not_print_is_a_sentence_with_the_name_of_the_page(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(paper, "SECONDS", 1)
    for how in ("exit 0", "sleep 60", r"""printf '{"id":1,"error":{}}\0' >&4"""):
        (tmp_path / "chromium").write_text(f"#!/bin/sh\n{how}\n")
        (tmp_path / "chromium").chmod(0o755)
        before = prints(site)
        with pytest.raises(paper.NotPrinted, match=r"01-which-rows\.html: Chromium did not print it"):
            paper.pdf(site / "alder")
        assert prints(site) == before


@pytest.mark.skipif(not shutil.which("chromium"), reason="needs a Chromium")
def test_a_browser_without_a_network_shows_the_page_and_runs_nothing(site: Path, tmp_path: Path) -> None:
    page = site / "alder" / "01-which-rows.html"
    order = [
        "chromium",
        *paper.QUIET,
        "--no-sandbox",
        f"--user-data-dir={tmp_path / 'profile'}",
        "--dump-dom",
    ]
    done = subprocess.run([*order, page.as_uri()], capture_output=True, text=True, timeout=60, check=True)
    assert "Blue Fork Police" in done.stdout
    assert done.stdout.count("<script") == 1


def test_the_first_page_says_why_a_finding_is_not_known(tmp_path):
    because = NEEDS["reasons"].because
    numbers = [
        {"measure": name, "scope": "all", "value": value, "unit": "rows"}
        for name, value in (("searches", 20), ("distinct_searches", 4), ("agencies", 1))
    ]
    numbers += [
        {"measure": f"{measure}.{name}", "scope": "all", "value": None, "unit": "rows", "because": because}
        for measure in ("immigration_searches", "immigration_agencies")
        for name in ("strict", "core", "broad", "dropdown")
    ]
    place = place_named("sampleton", tmp_path)
    place.results.mkdir(parents=True)
    (place.results / "numbers.json").write_text(json.dumps(numbers), encoding="utf-8")
    found = finding(place)
    assert (found.searches, found.distinct) == ("20", "4")
    assert found.story.endswith(f"How many searches cited immigration is not known: {because}.")
    assert found.none


STORY = {
    "searches": 20, "first_day": "2025-11-01", "last_day": "2025-12-08", "windows_over_30_days": 4,
    "windows_over_31_days": 1, "longest_lookback_days": 50, "longest_lookback_days.patrol": 43,
    "immigration_searches.broad": 0, "duplicate_sightings": 0,
}  # fmt: skip


def test_a_story_is_about_what_was_published():
    numbers = {
        name: {"value": value, "unit": "day" if name.endswith("_day") else "rows", "denominator": 20}
        for name, value in STORY.items()
    }
    published = {"windows_over_30_days": "", "longest_lookback_days.patrol": "1.5 years"}
    assert answers.story(published, numbers) == (
        "The log held 20 searches, made from Nov. 1, 2025, to Dec. 8, 2025. Of those, 4 looked back more than 30 days, "
        "and 1 more than 31. The furthest looked back 50 days. No search whose whole reason was 'patrol' looked back "
        "more than 43 days. The published figure was 1.5 years. None of 20 searches cited immigration, under any "
        "definition."
    )
    assert answers.pictures(["windows_over_30_days"], numbers)[0] == "04-look-back"
    cited = {**numbers, "immigration_searches.core": {"value": 0, "unit": "rows"}}
    assert answers.story({"immigration_searches.core": ""}, cited) == (
        "None of 20 searches cited immigration, under any definition."
    )
    assert answers.pictures([], {"immigration_searches.broad": {"value": 1}})[0] == "05-per-week"


def test_a_number_in_a_sentence_leads_to_its_line_and_no_other_link_of_a_page_leads_anywhere():
    said = '<a href="numbers.json" title="{}">463</a>'
    text = (
        f"{said.format('windows_over_30_days')} {said.format('searches of A&amp;M ISD')} {said.format('x y')}"
    )
    page = BeautifulSoup(
        computed(text + ' <a href="https://example.org">b</a> <a href="c.html">d</a>'), "html.parser"
    )
    assert [(link["href"], link.get("class")) for link in page.find_all("a")] == [
        ("numbers.html#number-windows-over-30-days-all", ["counted"]),
        ("numbers.html#number-searches-a-m-isd", ["counted"]),
    ]
    assert page.get_text() == "463 463 463 b d"
