"""What a reader on GitHub gets: the site from results alone, the page of the folder, and addresses from one place."""

import csv
import re
import shutil
from pathlib import Path

from bs4 import BeautifulSoup

from analysis import claims, places, tips
from analysis.pages import open_claims
from analysis.site import assembly, downloads
from analysis.upkeep import readme

ROOT = places.root()


def test_the_site_can_be_built_from_a_clone_that_holds_results_and_no_record(tmp_path: Path) -> None:
    for part in ("claims", "data/raw/okaloosa", "data/raw/texas", "data/hand", "results/okaloosa"):
        shutil.copytree(ROOT / part, tmp_path / part, ignore=shutil.ignore_patterns("*.pdf"))
    found = [places.find(name, tmp_path) for name in ("okaloosa", "texas")]
    index = assembly.build(tmp_path, found, tmp_path / "site")
    front = BeautifulSoup(index.read_text(), "html.parser").get_text(" ", strip=True)
    assert claims.score(found[0], open_claims(found[0]).to_dict("records")) in front
    assert "okaloosa/index.html" in index.read_text()
    folder = index.parent / "okaloosa"
    pages = {path.name for path in folder.glob("*.html")}
    assert {"claims.html", "ledger.html", "tip-sheet.html", "05-the-immigration-searches.html"} <= pages
    assert not (folder / "rows").exists()
    assert "the rows behind each number are not among them" in (folder / "claims.html").read_text()
    links = re.findall(r'href="([^"#]+)[^"]*"', "".join(path.read_text() for path in folder.glob("*.html")))
    inside = {link for link in links if not link.startswith("https:")}
    assert not [link for link in inside if not (folder / link).exists() and link != "../rules.html"]


def test_the_workflow_that_publishes_asks_for_no_record_and_runs_no_notebook() -> None:
    steps = (ROOT / ".github" / "workflows" / "pages.yml").read_text()
    assert re.findall(r"- run: (.*)", steps) == ["make report"]
    assert "path: site" in steps


def test_the_page_of_the_folder_of_results_leads_to_each_place_and_its_links_lead_somewhere() -> None:
    text = readme.results_page(ROOT)
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert not [link for link in links if not (ROOT / "results" / link).is_file()]
    ready = [place for place in places.tracked() if (place.results / "claims.csv").is_file()]
    assert {f"{place.name}/claims.csv" for place in ready} <= set(links)
    invented = text.partition("REPLICA")[2]
    assert "**Replica: these records are invented." in invented
    assert "**Replica" not in text.partition("REPLICA")[0]


def test_addresses_come_from_the_citation_and_none_is_made_up_without(tmp_path: Path) -> None:
    cited = "title: x\n"
    (tmp_path / "CITATION.cff").write_text(cited)
    assert "https:" not in readme.addresses(tmp_path)
    (tmp_path / "CITATION.cff").write_text(
        cited + 'repository-code: "https://github.com/Sampleton/numbers"\n'
    )
    said = readme.addresses(tmp_path)
    for address in (
        "https://sampleton.github.io/numbers/",
        "https://codespaces.new/Sampleton/numbers",
        "https://mybinder.org/v2/gh/Sampleton/numbers/HEAD",
        "git clone https://github.com/Sampleton/numbers\n    cd numbers",
    ):
        assert address in said


def test_the_finding_is_made_of_published_numbers_and_its_picture_is_there() -> None:
    said = readme.finding(ROOT)
    assert "463 of 7,273" in said
    assert "1.5 years" in said
    picture = re.search(r"!\[([^\]]+(?:\\\][^\]]*)*)\]\(([^)]+)\)", said)
    assert picture
    assert (ROOT / picture[2]).is_file()


def test_every_column_of_every_published_table_has_a_meaning() -> None:
    nameless = set()
    written = [path.parent for path in (ROOT / "results").glob(f"*/{tips.NAME}")]
    for path in sorted(path for folder in written for path in folder.rglob("*.csv")):
        with path.open(newline="", encoding="utf-8") as file:
            head = next(csv.reader(file))
        meanings = downloads.meanings_of(path)
        nameless |= {(path.stem, name) for name in head if name and not meanings.get(name, meanings.get("*"))}
    assert not nameless, "say in src/analysis/site/columns.toml what these columns mean"


def test_a_column_is_described_by_the_table_that_it_is_in() -> None:
    def means(table: str, column: str) -> str:
        found = downloads.meanings_of(Path(f"{table}.csv"))
        return found.get(column, found.get("*", ""))

    assert means("05-agencies", "share") != means("04-states", "share")
    assert means("06-weeks", "week") == means("05-per-week", "week")
    assert means("06-weeks", "core, and HSI") == "searches of the week that this definition counts"
    assert means("05-agencies", "core, and HSI") == ""
