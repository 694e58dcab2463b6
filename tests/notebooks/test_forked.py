"""Notebooks that are forks of one process share nothing, and nothing of them outlives whoever started them."""

import os
import shutil
import signal
import subprocess
import sys
import time

import psutil
import pytest
from test_run import notebook, outputs

from analysis import places
from analysis.notebooks import forked, run

pytestmark = pytest.mark.skipif(not forked.IS_SAFE, reason="forks are used on Linux alone")


def text(path):
    return [output.text for output in outputs(path) if output.output_type == "stream"]


def test_one_notebook_sees_nothing_of_another_or_of_who_started_it(tmp_path, monkeypatch):
    monkeypatch.setenv("NOTED", "first")
    sets = "import os, pandas, sys\npandas.left_behind = 1\nos.environ['LEFT'] = '1'\nsys.path.append('left')"
    looks = (
        "import os, pandas, sys\n"
        "print(hasattr(pandas, 'left_behind'), 'LEFT' in os.environ, 'left' in sys.path, os.environ['NOTED'])"
    )
    for code, name in ((sets, "01.ipynb"), (looks, "02.ipynb")):
        run.run(notebook(tmp_path, code, name=name), tmp_path / "out" / name, {}, cwd=tmp_path)
        monkeypatch.setenv("NOTED", "second")
    assert text(tmp_path / "out" / "02.ipynb") == ["False False False second\n"]


def test_a_kernel_that_dies_fails_its_own_notebook_alone(tmp_path):
    path = notebook(tmp_path, "import os\nos._exit(3)")
    with pytest.raises(run.NotebookFailed, match="Kernel died"):
        run.run(path, tmp_path / "out.ipynb", {}, cwd=tmp_path)
    run.run(notebook(tmp_path, "print(1)", name="02.ipynb"), tmp_path / "out.ipynb", {}, cwd=tmp_path)
    assert text(tmp_path / "out.ipynb") == ["1\n"]


def test_forks_end_when_their_run_is_killed(tmp_path):
    path = notebook(
        tmp_path,
        "import os, pathlib, time\npathlib.Path('pid').write_text(str(os.getpid()))\ntime.sleep(600)",
    )
    code = (
        "from pathlib import Path\nfrom analysis.notebooks import run\n"
        f"run.run(Path({str(path)!r}), Path('o.ipynb'), {{}})"
    )
    other = subprocess.Popen([sys.executable, "-c", code], cwd=tmp_path)
    deadline = time.monotonic() + 120
    while not ((tmp_path / "pid").is_file() and (tmp_path / "pid").read_text()):
        assert other.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kernel = psutil.Process(int((tmp_path / "pid").read_text()))
    family = [kernel, *psutil.Process(other.pid).children(recursive=True)]
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    _, alive = psutil.wait_procs(family, timeout=60)
    assert [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_a_list_of_words_that_changed_is_read_again(tmp_path, monkeypatch):
    """What one process read for all notebooks is no older than the file of the next one."""
    shutil.copytree(places.root() / "data" / "hand", tmp_path / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    monkeypatch.setattr(forked, "_folders", [])
    path = notebook(
        tmp_path, "from analysis.privacy import masking\nprint('quellmere' in masking.vocabulary().words)"
    )
    lists = tmp_path / "data" / "hand" / "everyday_words.toml"
    for changed in (False, True):
        if changed:
            text = lists.read_text(encoding="utf-8")
            lists.write_text(text.replace("things = [", 'things = [\n    "quellmere",', 1), encoding="utf-8")
        run.run(path, tmp_path / "out.ipynb", {}, cwd=tmp_path)
        assert outputs(tmp_path / "out.ipynb")[0].text == f"{changed}\n"
