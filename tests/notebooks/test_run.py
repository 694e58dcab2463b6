"""Runs are strict, failures are told and harmless, and two identical runs leave identical bytes."""

import errno
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
import notebook_rules
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from analysis.notebooks import parameters, run, strip

SETTINGS = 'place: str = "nowhere"  # a folder under data/raw/\nseed: int = 1  # of the sample\nshare = 0.5'


def notebook(folder: Path, *code: str, settings: str | None = SETTINGS, name: str = "01-what.ipynb") -> Path:
    """An invented notebook with a heading above each code cell."""
    cells = [new_markdown_cell("# What was released?", id="title")]
    if settings is not None:
        cells.append(new_code_cell(settings, id="settings", metadata={"tags": ["parameters"]}))
    for number, source in enumerate(code):
        cells.append(new_markdown_cell(f"## Step {number}", id=f"heading-{number}"))
        cells.append(new_code_cell(source, id=f"code-{number}"))
    nb = new_notebook(cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "x"}})
    folder.mkdir(exist_ok=True, parents=True)
    nbformat.write(nb, folder / name)
    return folder / name


def outputs(path: Path) -> list[nbformat.NotebookNode]:
    return [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", [])]


# --- Parameters


def test_the_table_of_parameters_gives_default_type_and_comment(tmp_path: Path) -> None:
    frame = parameters.inspect(notebook(tmp_path))
    assert frame.to_dict("records") == [
        {"parameter": "place", "default": "'nowhere'", "type": "str", "comment": "a folder under data/raw/"},
        {"parameter": "seed", "default": "1", "type": "int", "comment": "of the sample"},
        {"parameter": "share", "default": "0.5", "type": "float", "comment": ""},
    ]


def test_an_unknown_parameter_is_an_error_that_names_those_known(tmp_path: Path) -> None:
    with pytest.raises(
        parameters.BadParameters, match=r"01-what.ipynb takes no parameter 'plcae'.*place, seed, share"
    ):
        run.run(notebook(tmp_path), tmp_path / "out.ipynb", {"plcae": "texas"})
    assert not (tmp_path / "out.ipynb").exists()


@pytest.mark.parametrize(
    "given",
    [
        {"place": 6},
        {"seed": "6"},
        {"seed": True},
        {"seed": False},
        {"share": False},
        {"share": float("nan")},
        {"place": Path("texas")},
    ],
)
def test_a_parameter_of_the_wrong_type_is_an_error(tmp_path: Path, given: dict) -> None:
    with pytest.raises(parameters.BadParameters, match=f"parameter '{next(iter(given))}' was given"):
        parameters.check(notebook(tmp_path), given)


@pytest.mark.parametrize(
    ("kind", "fitting", "unfitting"),
    [
        ("list[str]", ["a"], ["a", 1]),
        ("str | None", None, 3),
        ("dict[str, int]", {"a": 1}, {"a": "1"}),
        ("float", 1, "1"),
        ("list[str]", [], ("a",)),
    ],
)
def test_annotations_of_lists_and_alternatives_are_understood(
    tmp_path: Path, kind: str, fitting: object, unfitting: object
) -> None:
    path = notebook(tmp_path, settings=f"setting: {kind} = None  # invented")
    parameters.check(path, {"setting": fitting})
    with pytest.raises(parameters.BadParameters):
        parameters.check(path, {"setting": unfitting})


def test_a_notebook_without_a_tagged_cell_takes_nothing_and_says_so(tmp_path: Path) -> None:
    with pytest.raises(parameters.BadParameters, match="no cell tagged 'parameters'"):
        parameters.check(notebook(tmp_path, settings=None), {})


def test_a_default_that_is_computed_is_refused(tmp_path: Path) -> None:
    with pytest.raises(parameters.BadParameters, match=r"is not `name = literal`"):
        parameters.inspect(notebook(tmp_path, settings="place = str(1)"))


# --- Running


def test_two_runs_leave_the_same_bytes_and_no_trace_of_clock_path_or_version(tmp_path: Path) -> None:
    path = notebook(
        tmp_path,
        "import matplotlib.pyplot as plt\nfrom IPython.display import display\n"
        "fig, axes = plt.subplots(figsize=(2, 1))\naxes.plot([1, 2])\n"
        'display(fig, metadata={"image/png": {"alt": "A line that rises."}})\nplt.close(fig)',
        "import sys\nprint('one')\nprint('problem', file=sys.stderr)\nprint(place, {'b', 'a', 'c'})",
        "import os\nsorted(os.listdir('.'))",
    )
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "seen").touch()
    for name in ("first", "second"):
        run.run(path, tmp_path / name / "01.ipynb", {"place": "texas"}, tmp_path / "here")
    first = (tmp_path / "first" / "01.ipynb").read_bytes()
    assert first == (tmp_path / "second" / "01.ipynb").read_bytes()
    said = first.decode()
    for noise in ("papermill", "duration", str(tmp_path), "iopub", "ipykernel", '"version"'):
        assert noise not in said
    figure, stdout, stderr, listing = outputs(tmp_path / "first" / "01.ipynb")
    assert figure.metadata["image/png"]["alt"] == "A line that rises."
    assert stdout.text.startswith("one\ntexas {")
    assert stderr.text == "problem\n"
    assert listing.data["text/plain"] == "['seen']"
    nb = nbformat.read(tmp_path / "first" / "01.ipynb", 4)
    assert [cell.execution_count for cell in nb.cells if cell.cell_type == "code"] == [1, 2, 3, 4, 5]
    assert [cell.id for cell in nb.cells][:3] == ["title", "settings", "injected-parameters"]


def test_a_failed_run_keeps_the_good_result_and_says_where_it_stopped(tmp_path: Path) -> None:
    good, failed = tmp_path / "out" / "01.ipynb", tmp_path / "failed"
    good.parent.mkdir()
    good.write_text("good")
    path = notebook(tmp_path, "1 + 1", "{}['searches']", "print('never reached')")
    with pytest.raises(run.NotebookFailed) as caught:
        run.run(path, good, {"seed": 2}, failed=failed)
    assert good.read_text() == "good"
    assert [file.name for file in good.parent.iterdir()] == ["01.ipynb"]
    assert (caught.value.cell, caught.value.heading) == (6, "Step 1")
    assert "01-what.ipynb, cell 6 (under 'Step 1')" in str(caught.value)
    assert str(caught.value.lines).endswith("KeyError: 'searches'")
    assert caught.value.copy == failed / "01-what.ipynb"
    assert "KeyError" in caught.value.copy.read_text()


def test_neither_the_copy_of_a_failed_run_nor_its_message_quotes_what_an_error_quotes(tmp_path: Path) -> None:
    cells = ["word = 'qw' + 'ertz'", "raise ValueError('no search by\\nZanna ' + word)"]
    path = notebook(tmp_path, *cells)
    with pytest.raises(run.NotebookFailed) as caught:
        run.run(path, tmp_path / "out.ipynb", {"seed": 2}, failed=tmp_path / "failed")
    kept = caught.value.copy.read_text()
    assert "ValueError: no search by" in kept
    assert "qwertz" not in kept + str(caught.value)
    assert "ValueError. The half-run copy says where" in str(caught.value)


def test_a_run_that_never_ends_is_stopped(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import time\ntime.sleep(600)")
    with pytest.raises(run.NotebookFailed, match="stopped after 8 seconds"):
        run.run(path, tmp_path / "out.ipynb", {}, limit=8)


def test_a_kernel_that_dies_is_a_failure(tmp_path: Path) -> None:
    path = notebook(tmp_path, "import os\nos._exit(3)")
    with pytest.raises(run.NotebookFailed, match=r"(?i)kernel"):
        run.run(path, tmp_path / "out.ipynb", {})


def test_all_failures_of_several_notebooks_are_reported(tmp_path: Path) -> None:
    paths = [
        notebook(tmp_path, "raise ValueError('the first')", name="01-a.ipynb"),
        notebook(tmp_path, "print(seed)", name="02-b.ipynb"),
        notebook(tmp_path, "raise ValueError('the third')", name="03-c.ipynb"),
    ]
    lines: list[str] = []
    with pytest.raises(run.NotebooksFailed) as caught:
        run.run_all(paths, tmp_path / "out", {"seed": 7}, progress=lines.append)
    assert [failure.notebook.name for failure in caught.value.failures] == ["01-a.ipynb", "03-c.ipynb"]
    assert "the first" in str(caught.value)
    assert "the third" in str(caught.value)
    assert outputs(tmp_path / "out" / "02-b.ipynb")[0].text == "7\n"
    assert [line.split("]")[0] for line in lines] == ["[1/3", "[2/3", "[3/3"]
    assert sum("FAILED" in line for line in lines) == 2


def test_notebooks_that_run_together_leave_tables_for_each_other_and_for_nobody_after(tmp_path):
    said = tmp_path / "said"
    code = f"import os\nwith open({str(said)!r}, 'a') as file: print(os.environ['ANALYSIS_CACHE'], file=file)"
    paths = [notebook(tmp_path, code, name=f"0{number}-what.ipynb") for number in (1, 2)]
    run.run_all(paths, tmp_path / "out", {}, progress=lambda line: None)
    first, second = said.read_text().splitlines()
    assert first == second
    assert not Path(first).exists()


def test_a_failure_that_was_not_made_for_people_quotes_nothing_and_says_where_to_look(tmp_path: Path) -> None:
    path = notebook(tmp_path, "raise ValueError('zanna qwertz hold')")
    with pytest.raises(run.NotebookFailed) as caught:
        run.run(path, tmp_path / "out.ipynb", {}, failed=tmp_path / "failed")
    (line,) = str(caught.value).splitlines()
    assert "(under 'Step 0') failed: ValueError. The half-run copy says where: " in line
    assert "zanna" not in line


def test_a_failure_made_for_people_is_told_as_it_is_and_without_a_traceback(tmp_path: Path) -> None:
    path = notebook(tmp_path, "from analysis import places\nplaces.find('atlantis')")
    with pytest.raises(run.NotebookFailed, match="failed: there is no place 'atlantis' under data/raw/"):
        run.run(path, tmp_path / "out.ipynb", {}, failed=tmp_path / "failed")
    (error,) = outputs(tmp_path / "failed" / "01-what.ipynb")
    assert [line.startswith("Stopped: there is no place") for line in error.traceback] == [True]


def test_a_full_disk_ends_all_notebooks_as_a_full_disk(
    tmp_path: Path, started: Callable[[], set[psutil.Process]]
) -> None:
    paths = [
        notebook(
            tmp_path,
            "import errno\nraise OSError(errno.ENOSPC, 'No space left on device')",
            name="01-a.ipynb",
        ),
        notebook(tmp_path, "import time\ntime.sleep(600)", name="02-b.ipynb"),
    ]
    with pytest.raises(OSError, match="No space left") as caught:
        run.run_all(paths, tmp_path / "out", {}, progress=lambda line: None)
    assert caught.value.errno == errno.ENOSPC
    assert not started()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_a_request_to_end_end_every_kernel_and_leave_no_folder(tmp_path: Path, how: int) -> None:
    sleeps = "from pathlib import Path\nimport time\nPath('began').touch()\ntime.sleep(600)"
    path, temporary = notebook(tmp_path, sleeps), tmp_path / "temporary"
    temporary.mkdir()
    code = (
        "import sys\nfrom pathlib import Path\n"
        "from analysis import __main__ as verbs\nfrom analysis.notebooks import run\n"
        f"path = Path({str(path)!r})\n"
        "verbs.DO['compare'] = lambda args: run.run_all([path], path.parent / 'out', {}, cwd=path.parent)\n"
        "sys.exit(verbs.main(['compare', 'x']))"
    )
    environment = {**os.environ, "TMPDIR": str(temporary)}
    run = subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)
    while not (tmp_path / "began").exists():
        assert run.poll() is None
        time.sleep(0.05)
    started = psutil.Process(run.pid).children(recursive=True)
    assert len(started) >= 2
    run.send_signal(how)
    said = run.communicate()[1]
    assert run.returncode == 130
    assert (
        said.strip()
        == "Stopped: you ended it. What was finished is kept; the same command goes on from there."
    )
    _, alive = psutil.wait_procs(started, timeout=30)
    assert alive == []
    assert list(temporary.iterdir()) == []


def test_a_wrong_parameter_stops_all_notebooks_before_any_runs(tmp_path: Path) -> None:
    paths = [notebook(tmp_path), notebook(tmp_path, settings="other = 1", name="02-b.ipynb")]
    with pytest.raises(parameters.BadParameters, match=r"02-b.ipynb"):
        run.run_all(paths, tmp_path / "out", {"place": "texas"})
    assert not (tmp_path / "out").exists()


def test_the_kernel_is_this_interpreter_without_a_registered_kernelspec(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "empty"))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "empty"))
    code = "import sys\nprint(sys.executable.encode().hex())"
    run.run(notebook(tmp_path, code), tmp_path / "out.ipynb", {})
    assert bytes.fromhex(outputs(tmp_path / "out.ipynb")[0].text).decode() == run.sys.executable


# --- Stripping


def executed(*outs: dict, source: str = "1") -> nbformat.NotebookNode:
    cell = new_code_cell(
        source, id="only", execution_count=4, outputs=[nbformat.from_dict(out) for out in outs]
    )
    cell.metadata["papermill"] = {"duration": 1.5}
    cell.metadata["execution"] = {"iopub.status.busy": "2026-01-01"}
    return new_notebook(cells=[new_markdown_cell("## How many?", id="h"), cell])


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("<matplotlib.axes.Axes at 0x7f2a3c5d1e20>", "memory address"),
        ("&lt;object object at 0x7f2a3c5d1e20&gt;", "memory address"),
        (" 10%|#  |\r 20%|## |", "progress bar"),
        ("/invented/env/lib/site.py:3: UserWarning: x", "of this machine"),
        ("read /invented/anna/logs/a.csv", "of this machine"),
    ],
)
def test_what_would_differ_on_the_next_run_is_an_error_that_names_the_cell(
    text: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", "/invented/anna")
    monkeypatch.setattr(strip.sys, "prefix", "/invented/env")
    for out in (
        new_output("display_data", {"text/plain": text}),
        new_output("stream", text=text),
        new_output("display_data", {"text/html": f"<p>{text}</p>"}),
    ):
        with pytest.raises(strip.UnstableOutput, match=complaint) as caught:
            strip.strip(executed(out), Path("/srv/repo"))
        assert "cell 2 (under 'How many?')" in str(caught.value)


def test_paths_below_the_repository_become_relative_even_inside_the_home_folder(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HOME", "/invented/anna")
    said = "wrote /invented/anna/repo/results/x.csv in /invented/anna/repo"
    nb = strip.strip(executed(new_output("stream", text=said)), Path("/invented/anna/repo"))
    assert nb.cells[1].outputs[0].text == "wrote results/x.csv in ."


def test_hexadecimal_numbers_that_are_no_address_stay() -> None:
    nb = strip.strip(executed(new_output("stream", text="code 0x7f2a3c5d1e20")), Path("/srv/repo"))
    assert nb.cells[1].outputs[0].text == "code 0x7f2a3c5d1e20"


def test_printed_text_is_one_piece_per_stream_however_it_was_cut() -> None:
    def said(*pieces: tuple[str, str]) -> list:
        nb = executed(*(new_output("stream", name=name, text=text) for name, text in pieces))
        return strip.strip(nb, Path("/srv/repo")).cells[1].outputs

    cut = said(("stderr", "late\n"), ("stdout", "a"), ("stderr", "r"), ("stdout", "b\n"))
    assert cut == said(("stdout", "ab\n"), ("stderr", "late\nr"))
    assert said(("stderr", "Matplotlib is building the font cache; this may take a moment.\n")) == []


def test_stripping_keeps_ids_and_tags_counts_from_one_and_changes_nothing_twice() -> None:
    nb = executed(new_output("execute_result", {"text/plain": "1"}, execution_count=4))
    nb.cells[1].metadata["tags"] = ["parameters"]
    nb.metadata["papermill"] = {"start_time": "2026"}
    once = strip.strip(nb, Path("/srv/repo"))
    assert nb.cells[1].execution_count == 4
    assert once.cells[1].execution_count == once.cells[1].outputs[0].execution_count == 1
    assert (once.cells[1].id, once.cells[1].metadata) == ("only", {"tags": ["parameters"]})
    assert set(once.metadata) == {"kernelspec", "language_info"}
    assert strip.strip(once, Path("/srv/repo")) == once


# --- What a notebook must look like

PROSE = """Every file was counted twice before anything was said about it, because a file that is cut short
looks exactly like a file that is whole, and nobody who reads a table afterwards can tell which it was."""


def clean(folder: Path, **changes: object) -> Path:
    """An invented notebook that obeys every rule, but for the changes."""
    part: dict = {
        "title": "# What was released?\n\nEvery file, counted.\n\n| | |\n|---|---|\n| Reads | `raw/01` |\n"
        "| **Writes** | a table |\n| Checks | one claim |\n| Takes | a place |\n\n" + PROSE,
        "settings": 'place = "nowhere"  # a folder',
        "code": "import pandas as pd",
        "prose": "## 2. Which files?\n\nIn 2025 and 2024-2026, see figure 3, notebook 07, 287(g), "
        "8 U.S.C. 1325, `x[3]` and [the law](https://example.org/12) of 10 February 2026.\n\n1. first",
        "closing": "## What this does not show\n\nWho was watched.",
        "end": "ledger",
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "tags": ["parameters"],
    } | changes
    cells = [
        new_markdown_cell(part["title"], id="a"),
        new_code_cell(part["settings"], id="b", metadata={"tags": part["tags"]}),
        new_code_cell(part["code"], id="c"),
        new_markdown_cell(part["prose"], id="d"),
        new_markdown_cell(part["closing"], id="e"),
        new_code_cell(part["end"], id="f"),
    ]
    nbformat.write(new_notebook(cells=cells, metadata=part["metadata"]), folder / "01-x.ipynb")
    return folder / "01-x.ipynb"


def test_a_notebook_that_obeys_the_rules_has_no_problems(tmp_path: Path) -> None:
    assert notebook_rules.is_clean(clean(tmp_path)) == []


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        (
            {"title": "# Released files\n\n| Reads | Writes | Checks | Takes |\n" + PROSE},
            "begin with a question",
        ),
        ({"title": "# What?\n\n| Reads | Writes | Takes |\n" + PROSE}, "has no Checks"),
        ({"tags": []}, "0 cells are tagged 'parameters'"),
        ({"settings": "place = input()"}, "is not a literal"),
        ({"closing": "## What this does not show\n\n## Next\n\ntext"}, "missing or empty"),
        ({"closing": "The end."}, "missing or empty"),
        ({"end": "table"}, "does not show the ledger"),
        ({"prose": "There were 733,000 searches."}, "'733,000' is typed in the prose"),
        ({"prose": "About 40% of them."}, "'40%' is typed in the prose"),
        ({"code": "def total():\n    pass"}, "defines 'total'"),
        ({"code": "class Total: pass"}, "defines 'Total'"),
        ({"code": "!ls"}, "uses the shell"),
        ({"code": "%matplotlib inline"}, "uses the shell"),
        ({"code": "import subprocess"}, "uses the shell"),
        ({"code": "import sys\nsys.path.insert(0, 'x')"}, r"changes sys\.path"),
        ({"code": "import warnings\nwarnings.filterwarnings('ignore')"}, "silences warnings"),
        ({"code": "x = 1\n" * 16}, "16 lines of code; at most 15"),
        ({"code": "x = [" + "1, 2, 3 ," * 80 + "]"}, "words of prose explain"),
        (
            {"metadata": {"kernelspec": {"name": "python3", "display_name": "x"}, "papermill": {}}},
            "papermill's record",
        ),
        ({"metadata": {}}, "kernel is not python3"),
    ],
)
def test_each_broken_rule_is_named(tmp_path: Path, changes: dict, problem: str) -> None:
    found = notebook_rules.is_clean(clean(tmp_path, **changes))
    assert any(__import__("re").search(problem, line) for line in found), found
    assert all(line.startswith("01-x.ipynb: ") for line in found)


def test_stored_outputs_and_counts_are_problems(tmp_path: Path) -> None:
    path = clean(tmp_path)
    stored = json.loads(path.read_text())
    stored["cells"][2] |= {"execution_count": 3, "metadata": {"papermill": {}}}
    path.write_text(json.dumps(stored))
    found = notebook_rules.is_clean(path)
    assert "01-x.ipynb: cell 3: outputs or an execution count are stored" in found
    assert "01-x.ipynb: cell 3: it holds the record of a run" in found


def test_nothing_is_left_behind_in_the_temporary_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(strip.tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    run.run(notebook(tmp_path, "1"), tmp_path / "out.ipynb", {})
    assert os.listdir(tmp_path / "temporary") == []
