"""Times a step in a fresh process, with the memory that it and all that it started held."""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

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
    given, taken = context.Pipe(duplex=False)
    with processes.scratch() as out:
        process = context.Process(target=_timed, args=(way, place, path, out, taken))
        process.start()
        taken.close()
        memory = _watch(process, given)
        process.join()
        if process.exitcode:
            raise RuntimeError(f"{way} ended with code {process.exitcode}")
        return *given.recv(), memory


def _timed(way: Way, place: Place, path: Path, out: Path, taken: Connection) -> None:
    used, began = _core_seconds(), time.perf_counter()
    way(place, path, out)
    taken.send((time.perf_counter() - began, _core_seconds() - used))


def _watch(process: BaseProcess, given: Connection) -> float:
    """The most gigabytes that a process and its children held at one time, until it says what it took or has ended.
    It is watched from outside, so that nothing in it waits for the watcher.

    `ru_maxrss` cannot say it: a child's begins with what its parent held when it was started.
    """
    most, watched = 0, psutil.Process(process.pid)
    while not given.poll(EVERY):
        held = 0
        with contextlib.suppress(psutil.NoSuchProcess):
            for running in [watched, *watched.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    held += running.memory_info().rss
        most = max(most, held)
    return most / 1e9


_WHO = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _core_seconds() -> float:
    return sum(resource.getrusage(who).ru_utime + resource.getrusage(who).ru_stime for who in _WHO)
