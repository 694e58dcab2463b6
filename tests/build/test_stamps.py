"""Only what depends on a change is done again; what depends on nothing that changed is not."""

import ast
import json
import shutil
from pathlib import Path

import pytest
from frames import place_named

from analysis.build import inputs, stamps
from analysis.places import ReleasedFile


def forget_code():
    inputs._imports_of.cache_clear()
    inputs._code.cache_clear()
    inputs._everything.cache_clear()


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
        "claims": "", "coding": "", "build/__init__": "", "build/parts": "",
        "measures/__init__": "from analysis.measures.logs import count", "measures/logs": "import json",
        "measures/other": "",
    }.items():  # fmt: skip
        path = library / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (library / "measures" / "words.toml").write_text("")
    monkeypatch.setattr(inputs, "_LIBRARY", library)
    forget_code()
    place = place_named("tarnwick", tmp_path, claims=("piece",))
    place.processed.mkdir(parents=True)
    stamps.of(place).record({"part log.csv.parquet": {"sha256": {"searches": "1", "rejected": "1"}}})
    (tmp_path / "claims").mkdir()
    yield place
    forget_code()


@pytest.fixture
def needs(place):
    first = notebook(place.root / "notebooks" / "01.ipynb", "from analysis import pages, measures")
    second = notebook(place.root / "notebooks" / "02.ipynb", "import analysis.coding", "1 + 1")

    def now():
        forget_code()
        return {path.stem: inputs.notebook(place, path) for path in (first, second)}

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
def test_a_change_touches_the_notebooks_that_depend_on_it_and_no_other(place, needs, changed, again):
    before = needs()
    path = place.root / changed
    path.parent.mkdir(parents=True, exist_ok=True)
    text = path.read_text() if path.exists() else ""
    path.write_text(text + "\n" if path.suffix != ".ipynb" else text.replace("pages", "pages "))
    after = needs()
    assert {name for name in before if before[name] != after[name]} == again


def test_a_dataset_that_came_out_the_same_touches_no_notebook_and_another_touches_all(place, needs):
    before = needs()
    same = {"inputs": {"pyarrow": "another"}, "sha256": {"searches": "1", "rejected": "1"}}
    stamps.of(place).record({"part log.csv.parquet": same})
    assert needs() == before
    stamps.of(place).record({"part log.csv.parquet": {"sha256": {"searches": "2", "rejected": "1"}}})
    after = needs()
    assert all(after[name] != before[name] for name in before)


def test_the_last_notebook_depends_on_what_the_others_wrote_down(place):
    page = place.processed / "pages" / "01" / "page.json"
    page.parent.mkdir(parents=True)
    path = notebook(place.root / "notebooks" / "08.ipynb", "from analysis import pages")
    found = []
    for text in ("1", "2", "2"):
        page.write_text(text)
        found.append(inputs.notebook(place, path, ["01"]))
    assert found[0] != found[1] == found[2]


def test_steps_are_added_to_and_forgotten_and_a_broken_file_holds_none(place):
    kept = stamps.of(place)
    kept.record({"a": {"inputs": {"x": "1"}}})
    kept.record({"b": {"inputs": {}}}, forget=["part log.csv.parquet"])
    assert kept.steps() == {"a": {"inputs": {"x": "1"}}, "b": {"inputs": {}}}
    assert kept.is_fresh("a", {"x": "1"})
    assert not kept.is_fresh("a", {"x": "2"})
    assert not kept.is_fresh("c", {})
    (place.processed / "stamps.json").write_text("half a")
    assert kept.steps() == {}


def test_results_and_tables_that_someone_removed_are_noticed(place):
    place.results.mkdir(parents=True)
    (place.results / "numbers.json").write_text("[]")
    (place.processed / "files.csv").write_text("a")
    before = inputs.results(place)
    assert inputs.results(place) == before
    (place.processed / "files.csv").unlink()
    without = inputs.results(place)
    shutil.rmtree(place.results)
    assert before != without != inputs.results(place) != before


def test_every_input_is_listed_by_what_it_is(place):
    (place.hand / "reasons").mkdir(parents=True)
    (place.hand / "reasons" / "theft.toml").write_text("")
    (place.hand / "cleared.csv").write_text("")
    file = ReleasedFile("log.csv", "0", "network audit", "Tarnwick ISD")
    (step,) = inputs.parts(place.replace(files=(file,)))
    assert {
        "the file, released",
        "its entry in source.toml",
        "data/hand/reasons/theft.toml",
    } < step.inputs.keys()
    assert "data/hand/cleared.csv" not in step.inputs


def test_imports_are_found_as_the_parser_of_python_finds_them() -> None:
    for path in sorted(Path(inputs.__file__).parents[1].rglob("*.py")):
        source = path.read_text(encoding="utf-8")
        froms = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
        inside = [(f"{node.module}.", node) for node in froms if f"{node.module}.".startswith("analysis.")]
        names = {f"{module}{alias.name}" for module, node in inside for alias in node.names}
        names |= {module.rstrip(".") for module, _ in inside}
        modules = {
            name.removeprefix("analysis.") for name in names if inputs._path(name.removeprefix("analysis."))
        }
        assert {*inputs._imported(source)} == modules - {"analysis"}, path
