"""Only what depends on a change is done again; what depends on nothing that changed is not."""

import json
import shutil

import pytest
from frames import place_named

from analysis.build import stamps


def notebook(path, *cells):
    nb = {"cells": [{"cell_type": "code", "source": [cell]} for cell in cells]}
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(nb))
    return path


@pytest.fixture
def place(tmp_path, monkeypatch):
    library = tmp_path / "src" / "analysis"
    for name, text in {
        "__init__": "", "notebooks/__init__": "", "notebooks/run": "", "pages": "from analysis import claims",
        "claims": "", "coding": "",
        "measures/__init__": "from analysis.measures.logs import count", "measures/logs": "import json",
        "measures/other": "",
    }.items():  # fmt: skip
        path = library / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (library / "measures" / "words.toml").write_text("")
    monkeypatch.setattr(stamps, "_LIBRARY", library)
    stamps._imports_of.cache_clear()
    place = place_named("tarnwick", tmp_path, claims=("piece",))
    place.processed.mkdir(parents=True)
    (place.processed / "built.json").write_text('{"tables": {"searches.parquet": "1"}}')
    (tmp_path / "claims").mkdir()
    yield place
    stamps._imports_of.cache_clear()


@pytest.fixture
def marks(place):
    first = notebook(place.root / "notebooks" / "01.ipynb", "from analysis import pages, measures")
    second = notebook(place.root / "notebooks" / "02.ipynb", "import analysis.coding", "1 + 1")

    def now():
        stamps._imports_of.cache_clear()
        return stamps.marks(place, [first, second])

    return now


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        ("notebooks/01.ipynb", {"01"}),
        ("src/analysis/measures/logs.py", {"01"}),
        ("src/analysis/measures/words.toml", {"01"}),
        ("src/analysis/measures/other.py", set()),
        ("src/analysis/coding.py", {"02"}),
        ("src/analysis/claims.py", {"01", "02"}),
        ("claims/piece.toml", {"01", "02"}),
        ("claims/another-piece.toml", set()),
        ("data/hand/rules.toml", {"01", "02"}),
        ("data/raw/tarnwick/reference/287g.csv", {"01", "02"}),
        ("data/raw/tarnwick/README.md", set()),
    ],
)
def test_a_change_touches_the_notebooks_that_depend_on_it_and_no_other(place, marks, changed, again):
    before = marks()
    path = place.root / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text() if path.exists() else ""
    path.write_text(text + "\n" if path.suffix != ".ipynb" else text.replace("pages", "pages "))
    after = marks()
    assert {name for name in before if before[name] != after[name]} == again


def test_tables_that_came_out_the_same_touch_no_notebook_and_others_touch_all(place, marks):
    before = marks()
    built = place.processed / "built.json"
    built.write_text('{"fingerprint": "another", "tables": {"searches.parquet": "1"}}')
    assert marks() == before
    built.write_text('{"tables": {"searches.parquet": "2"}}')
    assert not set(marks().values()) & set(before.values())


def test_the_last_notebook_depends_on_what_the_others_wrote_down(place):
    page = place.processed / "pages" / "01" / "page.json"
    page.parent.mkdir(parents=True)
    page.write_text("1")
    before = stamps.after(place, "mark", ["01"])
    page.write_text("2")
    assert stamps.after(place, "mark", ["01"]) != before
    assert stamps.after(place, "another mark", ["01"]) != stamps.after(place, "mark", ["01"])


def test_what_is_remembered_is_added_to_and_a_broken_memory_is_none(place):
    stamps.remember(place, inputs="a")
    stamps.remember(place, score="b")
    assert stamps.remembered(place) == {"inputs": "a", "score": "b"}
    (place.processed / "ran.json").write_text("half a")
    assert stamps.remembered(place) == {}


def test_results_and_tables_that_someone_removed_are_noticed(place):
    place.results.mkdir(parents=True)
    (place.results / "numbers.json").write_text("[]")
    (place.processed / "files.csv").write_text("a")
    before = stamps.inputs(place)
    assert stamps.inputs(place) == before
    (place.processed / "files.csv").unlink()
    without = stamps.inputs(place)
    shutil.rmtree(place.results)
    assert len({before, without, stamps.inputs(place)}) == 3
