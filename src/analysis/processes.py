"""Lets one run at a time write, and leaves no process and no temporary folder of a run behind, however it ended.

A run that is killed cannot clean up after itself. So a process that it started holds a line to it and ends when the
line breaks; its temporary folders hold a lock, which the system takes off with the process, and the next run removes
those without one. The lock of the repository works the same way: a dead run holds none.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import psutil

from analysis import files
from analysis.refused import Refused

_SCRATCH, _ALIVE = "analysis-scratch-", ".alive"
_YOUNG = 60  # seconds: a folder without a lock may be about to get it


class AtWork(Refused):
    """Another run is writing into this repository; the message says which."""


# One at a time ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def alone(path: Path, doing: str) -> Iterator[None]:
    """Be the only run that holds the lock file `path`, which goes with the run. Raises `AtWork` where another does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        # A run that ends takes its file away: a lock on a file that is no longer there locks nothing.
        if _locked(file) is False or not _is_still(path, file):
            said = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
            raise AtWork(
                f"another run is at work here: {said or 'it just began or ended'}. Wait until it has ended, or end it; "
                "nothing was changed."
            )
        file.truncate(0)
        file.write(f"{doing}, process {os.getpid()}, since {datetime.now():%H:%M}\n")
        file.flush()
        try:
            yield
        finally:
            with contextlib.suppress(OSError):  # Windows keeps a file that is open
                path.unlink()


def _is_still(path: Path, file: IO[Any]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(file.fileno()))
    except FileNotFoundError:
        return False


def _locked(file: IO[Any]) -> bool | None:
    """Whether this process now holds the lock of an open file, which goes when the file is closed or the process
    ends; None where the file system knows no locks."""
    try:
        if sys.platform == "win32":
            import msvcrt

            file.seek(1 << 30)  # beyond what is written, so that others can read that
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True


# Temporary folders ------------------------------------------------------------------------------------------


@contextlib.contextmanager
def scratch() -> Iterator[Path]:
    """An empty folder that goes when it is left, or with the next run where this one is killed."""
    outer = Path(tempfile.mkdtemp(prefix=_SCRATCH))
    try:
        with (outer / _ALIVE).open("w") as alive:
            _locked(alive)
            folder = outer / "folder"
            folder.mkdir()
            yield folder
    finally:
        shutil.rmtree(outer, ignore_errors=True)


def clean(top: Path) -> None:
    """Remove the temporary folders of runs that were killed, and what one left half-made in a repository that nobody
    else writes into now."""
    unfinished = f"{files.UNFINISHED}*"
    for path in (
        *top.glob(unfinished),
        *(top / "results").glob(unfinished),
        *(top / "data").rglob(unfinished),
    ):
        files.remove(path)
    for folder in Path(tempfile.gettempdir()).glob(f"{_SCRATCH}*"):
        if not folder.is_symlink() and _is_dead(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_dead(folder: Path) -> bool:
    try:
        with (folder / _ALIVE).open("r+") as alive:
            return _locked(alive) is True
    except FileNotFoundError:
        return folder.is_dir() and time.time() - folder.stat().st_mtime > _YOUNG
    except OSError:  # another person's
        return False


# Processes --------------------------------------------------------------------------------------------------


_running: set[int] = set()
_interrupted = threading.Event()


def run(
    command: Sequence[str], order: bytes, seconds: float, env: Mapping[str, str] | None = None
) -> tuple[int | None, str]:
    """Run a program of this library that calls `end_with_parent`; its exit status, None where it took too long, and
    what it wrote to the error stream. Whatever it started is ended with it.

    `order` is what it reads from its standard input, which stays open as long as this process lives. Raises
    KeyboardInterrupt, in whichever thread, while everything is being ended (`all_ended`).
    """
    if _interrupted.is_set():
        raise KeyboardInterrupt
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=said, env=env,
            start_new_session=True,  # so that Ctrl-C is for this process alone, which ends the other
        )  # fmt: skip
        assert process.stdin is not None
        _running.add(process.pid)
        try:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.write(order)
                process.stdin.flush()
            status: int | None = process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
        finally:
            end(process.pid)
            process.wait()
            _running.discard(process.pid)
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        if _interrupted.is_set():
            raise KeyboardInterrupt
        said.seek(0)
        return status, said.read().decode(errors="replace")


def end(pid: int) -> None:
    """End a process and all that it started."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        for running in (*process.children(recursive=True), process):
            with contextlib.suppress(psutil.NoSuchProcess):
                running.kill()


def end_all() -> None:
    """End all that this process runs just now, in whichever thread."""
    for pid in (*_running, *(child.pid for child in multiprocessing.active_children() if child.pid)):
        end(pid)


@contextlib.contextmanager
def all_ended() -> Iterator[None]:
    """End all that this process runs, and let its threads start nothing more until the block is left."""
    _interrupted.set()
    try:
        end_all()
        yield
    finally:
        _interrupted.clear()


def end_with_parent() -> None:
    """In a process that `run` started: end it, and all that it started, when the other end of its input is gone."""

    def watch() -> None:
        while os.read(0, 1 << 16):
            pass
        end(os.getpid())

    threading.Thread(target=watch, daemon=True).start()


def end_with_pool() -> None:
    """In a worker of a pool: leave Ctrl-C to the process that started it, and end when that one has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            end(os.getpid())

    threading.Thread(target=watch, daemon=True).start()
