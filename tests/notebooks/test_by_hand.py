"""Notebooks run by hand: from any folder, on any place; and the one for a reporter's own question."""

import json
import re
import subprocess
from pathlib import Path

import nbformat
import notebook_rules
import pytest
from nbclient import NotebookClient

from analysis import __main__ as verbs
from analysis import notebooks, places

pytestmark = pytest.mark.xdist_group("small place")

NOTEBOOKS = places.root() / "notebooks"
OWN = NOTEBOOKS / "09-your-own-question.ipynb"


def by_hand(notebook: Path, folder: Path, place: str) -> nbformat.NotebookNode:
    """The notebook as someone runs it in JupyterLab from another folder, having typed another place."""
    nb = nbformat.read(notebook, as_version=4)
    settings = next(cell for cell in nb.cells if "parameters" in cell.metadata.get("tags", []))
    settings.source = re.sub(r'^(place: str = )"[^"]*"', rf'\1"{place}"', settings.source)
    assert f'"{place}"' in settings.source
    NotebookClient(nb, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return nb


def shown(nb: nbformat.NotebookNode) -> str:
    data = [
        out.get("data", {}) | {"text": out.get("text", "")} for c in nb.cells for out in c.get("outputs", [])
    ]
    return json.dumps([{k: v for k, v in one.items() if not k.startswith("image/")} for one in data])


def test_the_notebook_for_your_own_question_runs_from_any_folder(small, tmp_path, monkeypatch):
    monkeypatch.setenv("ANALYSIS_ROOT", str(small.root))
    nb = by_hand(OWN, tmp_path, "tarnwick")
    text = shown(nb)
    assert "Tarnwick ISD" in text
    assert "(not shown: may name a person)" in text
    from small_place import PRIVATE

    for what, private in PRIVATE.items():
        assert private.casefold() not in text.casefold(), what
    assert list(tmp_path.iterdir()) == []


def test_a_page_of_the_methodology_runs_by_hand_from_any_folder(small, tmp_path, monkeypatch):
    monkeypatch.setenv("ANALYSIS_ROOT", str(small.root))
    before = {p: p.read_bytes() for p in small.place.results.rglob("*") if p.is_file()}
    nb = by_hand(NOTEBOOKS / "05-the-immigration-searches.ipynb", tmp_path, "tarnwick")
    assert "Tarnwick" in shown(nb)
    assert {p: p.read_bytes() for p in small.place.results.rglob("*") if p.is_file()} == before


def test_a_place_that_is_none_is_named_with_those_that_are(small, tmp_path, monkeypatch):
    monkeypatch.setenv("ANALYSIS_ROOT", str(small.root))
    with pytest.raises(Exception, match=r"there is no place 'atlantis' under data/raw/.*tarnwick"):
        by_hand(OWN, tmp_path, "atlantis")


def test_the_notebook_for_your_own_question_is_clean_and_shows_ten_calls():
    assert notebook_rules.is_clean(OWN) == []
    nb = nbformat.read(OWN, as_version=4)
    headings = re.findall(
        r"^## (\w+):", "\n".join(c.source for c in nb.cells if c.cell_type == "markdown"), re.M
    )
    assert headings == ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten"]
    assert OWN not in notebooks.methodology(), "it is no part of the methodology and publishes nothing"


def test_the_lab_opens_on_the_notebooks_with_the_repository_in_reach(monkeypatch):
    asked = []

    class Done:
        returncode = 0

    monkeypatch.setattr(subprocess, "run", lambda command, check: asked.append(command) or Done())
    assert verbs.main(["lab"]) == 0
    (command,) = asked
    assert command[command.index("--notebook-dir") + 1] == str(places.root())
    assert any(part.endswith("default_url=/lab/tree/notebooks") for part in command)
