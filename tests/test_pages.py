"""What a notebook shows arrives as text; what a run publishes is put in place whole or not at all."""

import hashlib
import html
import json
import re
import shutil
from types import SimpleNamespace

import pandas as pd
import pytest
from bs4 import BeautifulSoup
from frames import HEADER, row

from analysis import build, claims, figures, pages, places
from analysis.measures import NEEDS, measure
from analysis.opened import Opened
from analysis.pages.page import Page

HOSTILE = [
    '=HYPERLINK("http://example.invalid")',
    "<script>alert(1)</script>",
    "$\\alpha$",
    "[x](javascript:alert(1))",
    "+1",
    "@cmd",
    "-2",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_a_table(text):
    shown = pages.table_html(pd.DataFrame({"reason": [text]}), "caption")
    assert "<script" not in shown
    assert "mathjax_ignore" in shown
    assert "href" not in shown


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text_in_a_sentence(text):
    shown = pages.plain(text)
    assert "<" not in shown
    assert "](" not in shown
    assert not shown.startswith(("=", "+", "-", "#"))


def test_an_apostrophe_is_an_apostrophe():
    assert pages.plain("O'Neil") == "O'Neil"


@pytest.mark.parametrize("text", HOSTILE)
def test_no_spreadsheet_executes_a_published_cell(text):
    import csv
    import io

    data = pages.published_csv(pd.DataFrame({"reason": [text], "n": [-3]})).decode()
    cell, number = list(csv.reader(io.StringIO(data)))[1]
    assert re.fullmatch(r"[+-]\d", cell) or not cell.startswith(tuple("=+-@\t\r"))
    assert cell.lstrip("'") == text
    assert number == "-3"


def test_a_table_says_its_caption_its_headers_and_its_numbers_as_readers_write_them():
    table = pd.DataFrame(
        {"camera_owner": ["Tarnwick ISD"], "searches": [733512], "share": [0.00085], "none": [None]}
    )
    shown = pages.table_html(table, "Searches <by owner>")
    assert "<caption>Searches &lt;by owner&gt;</caption>" in shown
    assert '<th scope="col">camera owner</th>' in shown
    assert '<td class="number">733,512</td><td class="number">0.085%</td><td></td>' in shown


def place(tmp_path):
    return SimpleNamespace(
        name="tarnwick", kind="records", claims=(), processed=tmp_path / "processed",
        results=tmp_path / "results" / "tarnwick",
        root=tmp_path, is_replica=False,
    )  # fmt: skip


def test_a_page_that_was_never_closed_is_not_published(tmp_path):
    with pytest.raises(pages.Unfinished, match=r"01-x closed no page; its last cell must be page\.close"):
        pages.publish(place(tmp_path), {"01-x": tmp_path / "01-x.ipynb"})
    assert not (tmp_path / "results").exists()


def test_a_measure_that_two_notebooks_write_is_refused(tmp_path):
    one = {"measure": "searches", "scope": "all", "value": 1, "unit": "rows", "notebook": "x"}
    for name in ("01-x", "02-y"):
        folder = tmp_path / "processed" / "pages" / name
        folder.mkdir(parents=True)
        (folder / "page.json").write_text(
            json.dumps({"numbers": [one], "claims": [], "weights": {}, "shown": []})
        )
    with pytest.raises(ValueError, match="written twice"):
        pages.publish(place(tmp_path), {name: tmp_path / name for name in ("01-x", "02-y")})


def watch(monkeypatch, display):
    """Let pages show things through this instead of a notebook."""
    for module in (pages.page, pages.sentences, pages.ends):
        monkeypatch.setattr(module, "display", display)


@pytest.fixture
def page(monkeypatch):
    """A page of a place with an organization audit, and what it showed."""
    shown = []
    watch(monkeypatch, lambda one, **_: shown.append(one.data))
    found = object.__new__(Page)
    found.place = SimpleNamespace(
        logs=[SimpleNamespace(log="organization audit")] * 2, selection="", is_replica=False
    )
    found.opened = Opened(found.place)
    vars(found.opened)["lacks"] = {"all": frozenset()}
    found.copies, found.numbers, found.notebook = "", [], "04-who-searched-whose-cameras"
    found.shown, found.not_shown = [], {}
    return found, shown


def test_a_sentence_about_a_kind_of_log_is_shown_where_the_place_holds_such_a_log(page):
    page, shown = page
    page.say_by_log(network_audit="Outsiders searched.", organization_audit="One agency searched.")
    assert shown == ["One agency searched."]


def test_a_number_that_is_not_known_says_why_and_a_share_shows_its_counts(page):
    page, _ = page
    page.record(
        [
            {"measure": "agencies_with_access", "scope": "all", "value": None, "unit": "agencies",
             "because": "no list"},
            {"measure": "several_network_share", "scope": "all", "value": 0.5, "unit": "share", "numerator": 1_000,
             "denominator": 2_000},
        ]
    )  # fmt: skip
    assert page.number("agencies_with_access") == "not known: no list"
    assert page.counts("several_network_share") == '[1,000 of 2,000](numbers.json "several_network_share")'


def test_a_number_of_a_selection_carries_that_it_is_one(page):
    page, _ = page
    page.place.selection = "A selection, not a log."
    page.record([{"measure": "agencies_with_access", "scope": "all", "value": 1, "unit": "agencies"}])
    assert page.numbers[0]["selection"] == "A selection, not a log."


def test_a_list_holds_the_lines_that_are_known_and_agrees_with_its_numbers(page):
    page, shown = page
    page.record([
        {"measure": "agencies_with_access", "scope": "all", "value": 1, "unit": "agencies"},
        {"measure": "agencies", "scope": "all", "value": None, "unit": "agencies", "because": "none named"},
        {"measure": "agency_name_errors.kind", "scope": "all", "value": 0.02, "unit": "share", "numerator": 2,
         "denominator": 100},
    ])  # fmt: skip
    page.items(
        "{agencies_with_access agency}", "All: {agencies}", "Wrong: {agency_name_errors.kind#}", "{searches}"
    )
    assert shown == [
        "*Not shown: none named.*",
        '- [1](numbers.json "agencies_with_access") agency\n'
        '- Wrong: [2 of 100](numbers.json "agency_name_errors.kind")',
    ]
    page.items("{agencies_by_number}")
    assert len(shown) == 2, "and no empty list is shown"


def test_a_number_in_a_sentence_is_a_link_to_its_line_but_never_one_made_of_an_owners_name(page):
    page, _ = page
    page.numbers += [
        {"measure": "searches", "scope": scope, "value": 12, "unit": "rows"}
        for scope in ("all", "Tarnwick ISD", 'T](x) "y')
    ]
    assert page.number("searches") == '[12](numbers.json "searches")'
    assert page.number("searches", "Tarnwick ISD") == '[12](numbers.json "searches of Tarnwick ISD")'
    assert page.number("searches", 'T](x) "y') == "12"
    shown = pages.tables.link_html("searches", "12", 'T"><b>')
    assert BeautifulSoup(shown, "html.parser").find("a")["title"] == 'searches of T"><b>'


def test_an_answer_links_its_numbers_and_escapes_why_one_is_not_known(page, monkeypatch):
    page, shown = page
    page.short, page.claims = "05", []
    unknown = {"unit": "rows", "scope": "all", "value": None, "because": "no list (<place>)"}
    page.numbers += [
        {"measure": "searches", "scope": "all", "value": 12, "unit": "rows"},
        {**unknown, "measure": "immigration_searches.core"},
    ]
    monkeypatch.setattr(Opened, "count", lambda self, *names: [])
    page.answer()
    assert shown == [
        '<p class="answer">How many of <a href="numbers.json" title="searches">12</a> searches cited immigration is '
        "not known: no list (&lt;place&gt;).</p>"
    ]


def test_what_a_definition_cannot_be_asked_of_these_rows_is_blank_and_never_zero(page, monkeypatch):
    page, shown = page
    vars(page.opened)["lacks"] = {"all": frozenset({"agencies"})}
    page.short = "05"
    monkeypatch.setattr(page, "printable", lambda table: table)
    monkeypatch.setattr(page, "_keep_table", lambda table, name: f"{name}.csv")
    monkeypatch.setattr(page, "_source", lambda: "")
    page.table(
        pd.DataFrame({"definition": ["core"], "searches": [7], "agencies": [0]}), "by-definition", "Totals"
    )
    assert "<td>core</td>" in shown[0] or ">core<" in shown[0]
    assert ">0<" not in shown[0]


def test_a_sentence_is_told_in_the_first_version_whose_numbers_are_known_and_listed_where_none_is(page):
    page, shown = page
    page.record([
        {"measure": "night_searches", "scope": "all", "value": 3, "unit": "rows", "numerator": 3, "denominator": 12},
        {"measure": "agencies", "scope": "all", "value": None, "unit": "agencies", "because": "none named"},
    ])  # fmt: skip
    page.tell(
        "{night_searches} of {night_searches/} were at night.",
        ("{agencies} searched.", "[agencies > 1] Many."),
    )
    assert shown == ["*Not shown: none named.*", '[3](numbers.json "night_searches") of 12 were at night.']
    assert page.not_shown == {measure("agencies").says: "none named"}
    page.tell("[night_searches > 5] Often.")
    assert len(shown) == 2, "a condition that does not hold is no lack of the log"


PICTURED = pd.DataFrame(
    {"kind": ["civil", "criminal"], "searches": [50, 20], "share": [0.71, 0.29], "rows": [60, 30]}
)


def test_a_picture_is_kept_for_desks_and_for_phones_and_its_alternative_text_says_the_result(
    page, tmp_path, monkeypatch
):
    page, _ = page
    page.short, page.folder = "05", tmp_path
    page.printable = lambda table: table
    page._words, page._rows, page.place.files = figures.Words("Sampleton", "Source: invented."), 70, ()
    page.place.title, page.place.selected = "Sampleton", ""
    described = []
    watch(monkeypatch, lambda one, **more: described.append(more.get("metadata")))
    page.figure(figures.kinds, PICTURED, "kinds", note="One that named both kinds counts in both.")
    assert {path.name for path in (tmp_path / "figures").iterdir()} == {"05-kinds.png", "05-kinds-phone.png"}
    about = described[0]["image/png"]
    assert about["phone"] == "05-kinds-phone.png"
    assert "71% of immigration searches named a civil matter" in about["alt"]
    assert page.shown[0]["alt"] == about["alt"]


def test_a_bar_alone_is_said_in_a_sentence_with_its_table_kept(page, tmp_path):
    page, shown = page
    page.short, page.folder = "05", tmp_path
    page.printable = lambda table: table
    page.figure(figures.kinds, PICTURED.head(1), "kinds")
    assert "civil 50" in shown[0]
    assert not (tmp_path / "figures").exists()
    assert (tmp_path / "tables" / "05-kinds.csv").is_file()
    assert page.shown == []


IDS = ("distinct_released_ids", "rows_without_id")


def test_why_a_number_is_not_known_is_said_once_in_a_paragraph(page):
    page, shown = page
    because = NEEDS["ids"].because
    page.record([
        {"measure": name, "scope": "all", "value": None, "unit": "ids", "because": because} for name in IDS
    ])  # fmt: skip
    page.say(f"Rows: 5; first: {page.number(IDS[0])};", f"then: {page.number(IDS[1])}.")
    assert shown == [f"Rows: 5; first: not known: {because}; then: not known."]


def test_a_sentence_of_which_no_number_is_known_is_in_the_list_at_the_end_with_why(page, monkeypatch):
    page, shown = page
    because = NEEDS["agreements"].because  # it speaks of 287(g), which is no number of anything
    page.record([{"measure": IDS[0], "scope": "all", "value": None, "unit": "ids", "because": because}])
    page.say(f"Ids: {page.number(IDS[0])}.", "Rows without: 5.")
    page.say(f"Again: {page.number(IDS[0])}.")
    assert len(shown) == 2
    assert "Not shown:" in shown[0]
    assert shown[1] == "Rows without: 5."
    monkeypatch.setattr(build, "open_ledger", lambda place: pd.DataFrame({"step": ["read"]}))
    monkeypatch.setattr(page, "_source", lambda: "")
    page.ledger()
    assert "Not shown on this page, and why" in shown[2]
    assert "Ids; Again" in shown[2]


def test_a_table_that_the_log_cannot_tell_is_not_shown_and_says_why(page, tmp_path):
    page, shown = page
    page.short, page.folder = "03", tmp_path
    vars(page.opened)["lacks"] = {"all": frozenset({"reasons"})}
    page.place.is_replica = False
    page.printable = lambda table: table
    page.table(pd.DataFrame({"topic": ["theft"], "searches": [0]}), "topics", "Rows that held each topic.")
    assert NEEDS["reasons"].because in shown[0].replace("\\", "")
    assert (tmp_path / "tables" / "03-topics.csv").read_text(encoding="utf-8") == "topic,searches\n"


def test_a_table_without_rows_is_one_line_of_the_list_at_the_end(page, tmp_path):
    page, shown = page
    page.short, page.folder, page.shown = "04", tmp_path, []
    vars(page.opened)["lacks"] = {"all": frozenset()}
    page.place.is_replica = False
    page.printable = lambda table: table
    page.table(pd.DataFrame({"change": []}), "cut-overs", "Searches before and after each change.")
    assert shown == []
    assert page.not_shown == {"Searches before and after each change": "there are no such rows"}
    assert (tmp_path / "tables" / "04-cut-overs.csv").read_text(encoding="utf-8") == "change\n"


def test_every_reader_is_told_of_a_masked_copy(tmp_path, monkeypatch):
    shown = []
    watch(monkeypatch, lambda one, **_: shown.append(one.data))
    shutil.copytree(places.root() / "data" / "hand", tmp_path / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    raw = tmp_path / "data" / "raw" / "tarnwick"
    raw.mkdir(parents=True)
    log = "\r\n".join([HEADER, row("ICE hold"), row("***", at="12:31:00 AM")]).encode()
    (raw / "masked-log.csv").write_bytes(log)
    (raw / "source.toml").write_text(
        f'title = "T"\n[[file]]\nname = "log.csv"\nsha256 = "{64 * "0"}"\nlog = "network audit"\ncamera_owner = "T"\n'
        f'[file.masked]\nsha256 = "{hashlib.sha256(log).hexdigest()}"\nmasked = "<b>names</b>"\n'
    )
    place = places.find("tarnwick", tmp_path)
    build.build(place)
    page = pages.start("tarnwick", "01-what-was-released")
    page.count("searches")
    page.table(build.open_files(place), "files", "What was found.")
    said = "Read from a masked copy, in place of the released file: log.csv (masked: <b>names</b>)."
    assert html.escape(said) in shown[0]
    assert "2 searches released. Read from masked copies." in shown[1]
    assert {number["read"] for number in page.numbers} == {said}
    assert claims.score(place, []).startswith("tarnwick (records, masked copies): ")
    published = place.results / "tables"
    published.mkdir(parents=True)
    shutil.copy(page.folder / "tables" / "01-files.csv", published)
    shutil.rmtree(place.processed)
    assert build.said_of_copies(place) == said, "as published, where nothing is built"


def test_every_reader_is_told_of_a_checksum_that_nobody_published(tmp_path, monkeypatch):
    shown = []
    watch(monkeypatch, lambda one, **_: shown.append(one.data))
    shutil.copytree(places.root() / "data" / "hand", tmp_path / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    raw = tmp_path / "data" / "raw" / "tarnwick"
    raw.mkdir(parents=True)
    log = "\r\n".join([HEADER, row("ICE hold")]).encode()
    (raw / "log.csv").write_bytes(log)
    (raw / "source.toml").write_text(
        'title = "T"\n[[file]]\nname = "log.csv"\nlog = "network audit"\nurl = "https://files.invalid/log.csv"\n'
    )
    day = "2026-02-10"
    (raw / places.LEARNED).write_text(
        f'[[file]]\nname = "log.csv"\nsha256 = "{hashlib.sha256(log).hexdigest()}"\nbytes = 9\nlearned = {day}\n'
    )
    place = places.find("tarnwick", tmp_path)
    build.build(place)
    page = pages.start("tarnwick", "01-what-was-released")
    page.table(build.open_files(place), "files", "What was found.")
    page.ledger()
    said = f"hecksum learned at download on {day}"
    assert f"1 search released. C{said}." in shown[-2]
    assert f"c{said}" in build.open_files(place)["notes"][0]
    assert f"C{said}" in shown[-1]


def test_every_row_of_invented_records_says_so_and_no_other_does():
    table = pd.DataFrame({"searches": [3, 4]})
    assert pages.marked(table, SimpleNamespace(is_replica=False)) is table
    marked = pages.marked(pd.DataFrame({"records": [3, 4]}), SimpleNamespace(is_replica=True))
    assert marked.to_dict("list") == {"records": [3, 4], "invented": [True, True]}


def test_a_table_without_columns_is_refused_as_it_would_be_a_file_without_a_header(page, tmp_path):
    page, _ = page
    page.folder, page.short = tmp_path, "04"
    with pytest.raises(ValueError, match="table empty has no columns"):
        page.table(pd.DataFrame(), "empty", "Nothing.")
    assert not (tmp_path / "tables").exists()
