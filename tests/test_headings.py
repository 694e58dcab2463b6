"""Headings of sections say what was found, of known numbers alone, and anchors do not change with the numbers."""

import re

import nbformat
import pytest
from bs4 import BeautifulSoup

from analysis import pages, places
from analysis.measures import measure, numbers_in
from analysis.pages import answers, headings
from analysis.site.article import render

PUBLISHED = [place for place in places.tracked() if (place.results / "numbers.json").is_file()]
NOTEBOOKS = places.root() / "notebooks"


def plain_headings(chapter):
    """The headings of a chapter's notebook, each at the beginning of a cell."""
    cells = nbformat.read(next(NOTEBOOKS.glob(f"{chapter}-*.ipynb")), as_version=4).cells
    return re.findall(r"^## (.+)", "\n".join(cell.source.split("\n")[0] for cell in cells), re.M)


@pytest.mark.parametrize("chapter", headings.HEADINGS)
def test_a_heading_is_one_of_its_notebook_and_names_declared_measures_and_drawn_figures(chapter):
    known = plain_headings(chapter)
    assert set(headings.HEADINGS[chapter]) <= set(known)
    code = next(NOTEBOOKS.glob(f"{chapter}-*.ipynb")).read_text(encoding="utf-8")
    for versions in headings.HEADINGS[chapter].values():
        for version in versions:
            if version.startswith("="):
                assert version[1:3] == chapter
                assert f'\\"{version[4:]}\\"' in code, version
            for name in answers.named_in(version):
                assert measure(name).name == name
            assert not re.search(
                r"\d", re.sub(r"\{[^}]*\}|\[[^\]]*\]|30 days|10 p\.m\. to 5 a\.m\.|^=.*", "", version)
            )


@pytest.mark.parametrize("place", PUBLISHED, ids=lambda place: place.name)
def test_a_heading_is_short_and_of_published_numbers(place):
    numbers = numbers_in("all", pages.open_numbers(place))
    for chapter, sections in headings.HEADINGS.items():
        said = [headings.finding(versions, numbers, {}) for versions in sections.values()]
        assert any(said) or chapter == "06"
        for one in said:
            assert len(one.split()) <= headings.MOST_WORDS, one
            assert not re.search(r"\{|\[|None|not known|\b1 \w+s\b(?! of)", one), one


def test_a_heading_says_no_more_than_the_log():
    def said(chapter, section, **values):
        numbers = {name.replace("__", "."): value for name, value in values.items()}
        return headings.finding(headings.HEADINGS[chapter][section], numbers, {})

    def rows(value, whole=None):
        return {"value": value, "unit": "rows", "numerator": value, "denominator": whole}

    whose = "Whose searches they were"
    one = {"immigration_agencies__core": rows(1), "immigration_half_agencies__core": rows(1)}
    named = said("05", whose, **one, immigration_searches_unnamed__core=rows(30))
    assert named == "The log named a single agency behind the immigration searches"
    assert said("05", whose, **one, immigration_searches_unnamed__core=rows(0)).endswith(
        "made all of the immigration searches"
    )
    # One that names HSI may have been for immigration too, and core does not count it.
    most = said(
        "05", "How many could be hidden", immigration_searches_at_most__core=rows(30), searches=rows(40)
    )
    assert most == "30 of 40 searches cited immigration (core) or stated no purpose"
    back = said("04", "How far back searches looked", windows_over_30_days=rows(0, 10))
    assert back == "None of 10 searches looked back more than 30 days"
    same = {f"immigration_searches__{name}": rows(23, 120) for name in ("strict", "core", "broad")}
    assert said("05", "Three totals, each inside the next", **same) == "Each definition counted 23 searches"


def notebook(tmp_path):
    cells = [
        nbformat.v4.new_markdown_cell("# How many?", id="title"),
        nbformat.v4.new_markdown_cell("## Week by week\n\nText.", id="weeks"),
        nbformat.v4.new_markdown_cell("## Three totals, each inside the next\n\nText.", id="totals"),
        nbformat.v4.new_markdown_cell("## How many could be hidden\n\nText.", id="hidden"),
    ]
    path = tmp_path / "05-x.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_a_finding_is_over_its_section_and_the_plain_heading_where_no_number_is_known(tmp_path):
    path = notebook(tmp_path)
    numbers = {
        "immigration_searches.broad": {"value": 0, "unit": "rows"},
        "searches": {"value": 1_200, "unit": "rows"},
    }
    figures = {"05-per-week": "Weeks had <b>3</b> to 4 *searches*"}
    path.write_bytes(headings.headed(path, numbers, figures))
    made = BeautifulSoup(render(path).html, "html.parser")
    said = {heading["id"]: heading.get_text() for heading in made.find_all("h2")}
    assert said == {
        "section-week-by-week": "Weeks had <b>3</b> to 4 *searches*",
        "section-three-totals-each-inside-the-next": "No definition counted any of 1,200 searches",
        "section-how-many-could-be-hidden": "How many could be hidden",
    }, "text of a figure is text, and anchors are those of the plain headings"
    assert render(path).sections[1] == (
        "section-three-totals-each-inside-the-next",
        "No definition counted any of 1,200 searches",
    )


def test_a_section_of_which_the_log_could_show_nothing_is_folded_to_its_heading(tmp_path):
    def shows(text, name):
        output = nbformat.v4.new_output("display_data", {"text/markdown": text})
        return nbformat.v4.new_code_cell("page.x()", id=name, outputs=[output] if text else [])

    nb = nbformat.read(notebook(tmp_path), as_version=4)
    title, weeks, totals, hidden = nb.cells
    nb.cells = [
        title, weeks, shows("*Not shown: no search cites immigration.*", "a"), totals, shows("", "b"),
        nbformat.v4.new_markdown_cell("More.", id="more"), shows("", "c"), hidden, shows("At most 3.", "d"),
    ]  # fmt: skip
    nbformat.write(nb, tmp_path / "05-x.ipynb")
    page = render(tmp_path / "05-x.ipynb")
    made = BeautifulSoup(page.html, "html.parser")
    folded = made.select("details.unanswered")
    assert [one.summary.h2["id"].removeprefix("section-") for one in folded] == [
        "week-by-week", "three-totals-each-inside-the-next",
    ]  # fmt: skip
    assert folded[0].summary.span.get_text() == "Not shown: no search cites immigration."
    assert "the list at the end of the page says why" in folded[1].summary.get_text()
    assert "More." in folded[1].get_text()
    assert made.find(id="section-how-many-could-be-hidden").find_parent("details") is None
    assert [heading for _, heading in page.sections][:2] == [
        "Week by week",
        "Three totals, each inside the next",
    ]
