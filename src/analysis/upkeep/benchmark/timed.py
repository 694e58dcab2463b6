"""Times a step in a fresh process, with the memory that it and all that it started held."""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import statistics
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from analysis import processes
from analysis.places import Place

Way = Callable[[Place, Path, Path], None]
"""A step: it is given a place, the path of what it reads and an empty folder to write into."""

EVERY = 0.05
"""Seconds between two looks at the memory of a process and of all that it started."""


@dataclass(frozen=True)
class Measured:
    """What a step took: seconds and core-seconds of each run, and the highest memory of any in gigabytes."""

    step: str
    seconds: tuple[float, ...]
    core_seconds: tuple[float, ...]
    memory: float

    @property
    def median(self) -> float:
        """The middle run."""
        return statistics.median(self.seconds)


def measure(way: Way, place: Place, path: Path) -> tuple[float, float, float]:
    """Seconds, core-seconds and peak gigabytes of a step in a fresh process; imports are not timed."""
    context = multiprocessing.get_context("spawn")
    queue = context.Queue()
    with processes.scratch() as out:
        process = context.Process(target=_timed, args=(way, place, path, out, queue))
        process.start()
        process.join()
    if process.exitcode:
        raise RuntimeError(f"{way} ended with code {process.exitcode}")
    return queue.get()


def _timed(way: Way, place: Place, path: Path, out: Path, queue: Any) -> None:
    held, over = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(held, over))
    watcher.start()
    used, began = _core_seconds(), time.perf_counter()
    try:
        way(place, path, out)
    finally:
        seconds, computed = time.perf_counter() - began, _core_seconds() - used
        over.set()
        watcher.join()
    queue.put((seconds, computed, held[0] / 1e9))


def _watch(held: list[int], over: threading.Event) -> None:
    """Keep the most bytes that this process and its children held at one time.

    `ru_maxrss` cannot say it: a child's begins with what its parent held when it was started.
    """
    me = psutil.Process()
    while not over.wait(EVERY):
        taken = 0
        for process in [me, *me.children(recursive=True)]:
            with contextlib.suppress(psutil.NoSuchProcess):
                taken += process.memory_info().rss
        held[0] = max(held[0], taken)


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _core_seconds() -> float:
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in _WHO)
