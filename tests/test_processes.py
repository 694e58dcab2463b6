"""One run writes at a time, and of a run that was killed nothing is left: no process, no folder, no lock."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from analysis import processes

SLEEPS = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
CHILD = (
    f"import analysis.processes as p\nimport sys\nsys.stdin.buffer.readline()\np.end_with_parent()\n{SLEEPS}"
)


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def started(code):
    return subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)


def waits_until(holds):
    for _ in range(600):
        if holds():
            return True
        time.sleep(0.1)
    return False


def test_a_second_run_is_told_which_one_is_at_work(tmp_path):
    lock = tmp_path / "processed" / "run.lock"
    with processes.alone(lock, "`all`"):
        code = (
            "from pathlib import Path\nfrom analysis import processes\ntry:\n"
            f" with processes.alone(Path({str(lock)!r}), '`place`'): print('alone')\n"
            "except processes.AtWork as error: print(error)"
        )
        said = started(code).communicate()[0]
        assert said.startswith(f"another run is at work here: `all`, process {os.getpid()}, since ")
    assert not lock.exists()
    with processes.alone(lock, "`place`"):
        assert "`place`" in lock.read_text()


def test_a_lock_on_a_file_that_is_gone_is_none(tmp_path):
    lock = tmp_path / "run.lock"
    with processes.alone(lock, "`all`"):
        lock.unlink()
        with processes.alone(lock, "`place`"):
            pass
    with lock.open("a+") as held:
        lock.unlink()
        assert not processes._is_still(lock, held)


def test_the_lock_of_a_run_that_was_killed_is_taken_over(tmp_path):
    lock = tmp_path / "run.lock"
    code = (
        "import time\nfrom pathlib import Path\nfrom analysis import processes\n"
        f"with processes.alone(Path({str(lock)!r}), '`all`'):\n print('held', flush=True)\n time.sleep(600)"
    )
    other = started(code)
    assert other.stdout.readline() == "held\n"
    with pytest.raises(processes.AtWork), processes.alone(lock, "`place`"):
        pass
    other.kill()
    other.wait()
    with processes.alone(lock, "`place`"):
        assert f"process {os.getpid()}" in lock.read_text()


def test_a_temporary_folder_goes_with_its_run_or_with_the_next_one(temporary, tmp_path):
    with processes.scratch() as folder:
        (folder / "draft").write_text("x")
        processes.clean(tmp_path / "top")
        assert (folder / "draft").is_file()
    assert list(temporary.iterdir()) == []
    code = (
        "import time\nfrom analysis import processes\n"
        "with processes.scratch() as folder:\n print(folder, flush=True)\n time.sleep(600)"
    )
    other = started(code)
    folder = Path(other.stdout.readline().strip())
    processes.clean(tmp_path / "top")
    assert folder.is_dir()
    other.kill()
    other.wait()
    (temporary / "somebody-elses").mkdir()
    processes.clean(tmp_path / "top")
    assert [path.name for path in temporary.iterdir()] == ["somebody-elses"]


def test_what_a_program_started_ends_with_it(tmp_path, started):
    status, said = processes.run([sys.executable, "-c", CHILD], b"\n", seconds=3)
    assert (status, said) == (None, "")
    assert not started()


def test_a_program_and_all_that_it_started_end_when_its_run_is_killed(tmp_path):
    code = f"import sys\nfrom analysis import processes\nprocesses.run([sys.executable, '-c', {CHILD!r}], b'\\n', 600)"
    other = started(code)
    family = psutil.Process(other.pid)
    assert waits_until(lambda: len(family.children(recursive=True)) == 2)
    started_by_it = family.children(recursive=True)
    os.kill(other.pid, signal.SIGKILL)
    other.wait()
    assert waits_until(
        lambda: not any(one.is_running() and one.status() != "zombie" for one in started_by_it)
    )


def test_what_a_program_says_and_how_it_ended_are_told():
    command = [sys.executable, "-c", "import sys; sys.stderr.write(sys.stdin.readline()); sys.exit(3)"]
    assert processes.run(command, b"to be told\n", seconds=60) == (3, "to be told\n")
