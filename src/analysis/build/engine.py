"""Runs the making of parts, one task for each released file: on this machine, or on a cluster."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from analysis import files, processes
from analysis.build import parts
from analysis.places import ReleasedFile
from analysis.wording import counted

WORTH_A_PROCESS = 1 << 28
"""Bytes to read from which on starting a process for each core takes less time than it saves."""

LEAST = 1 << 20
"""Bytes that are read in the time that a file takes however short it is."""


@dataclass(frozen=True)
class Task:
    """Make the part of one released file that lies at `path`, in the folder `part`, whole or not at all."""

    file: ReleasedFile
    path: str
    part: str
    recipe: parts.Recipe

    @property
    def size(self) -> int:
        """Bytes to read, as far as they are known; a short file takes as long as one of `LEAST`."""
        path = Path(self.path)
        return max(self.file.bytes or (path.stat().st_size if path.is_file() else 1), LEAST)

    def run(self, threads: int = 1) -> None:
        """Make the part beside its place and rename it, so that a killed run leaves no half part."""
        with files.replacing(Path(self.part)) as folder:
            folder.mkdir()
            parts.make(self.file, Path(self.path), self.recipe, folder, threads)


Run = Callable[[Sequence[Task]], Iterator[Task]]
"""Runs every task and hands each on when its part is in place; a task that fails ends the run."""


def run_here(tasks: Sequence[Task]) -> Iterator[Task]:
    """Run tasks on this machine: a file after the other, or large releases with a process for each core."""
    jobs = min(os.cpu_count() or 1, len(tasks))
    if jobs < 2 or sum(task.size for task in tasks) < WORTH_A_PROCESS:
        for task in tasks:
            task.run(threads=os.cpu_count() or 1)
            yield task
        return
    different = {id(task.recipe): task.recipe for task in tasks}
    recipes = {number: pickle.dumps(recipe) for number, recipe in different.items()}
    context, begin = multiprocessing.get_context("spawn"), processes.end_with_pool
    with ProcessPoolExecutor(jobs, context, begin) as pool:
        running = {pool.submit(_run, t.file, t.path, t.part, recipes[id(t.recipe)]): t for t in tasks}
        try:
            for future in as_completed(running):
                future.result()
                yield running[future]
        except KeyboardInterrupt:
            processes.end_all()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


def _run(file: ReleasedFile, path: str, part: str, recipe: bytes) -> None:
    """Run a task in another process."""
    Task(file, path, part, _known(recipe)).run()


@cache
def _known(recipe: bytes) -> parts.Recipe:
    """A recipe that came to this process; what was learned of names and reasons in one file is known in the next."""
    found: parts.Recipe = pickle.loads(recipe)
    return found


def progress(tasks: Sequence[Task], run: Run) -> Iterator[str]:
    """Run the tasks, largest first, and say after each how many files and about how much time are left."""
    began, size = time.monotonic(), sum(task.size for task in tasks)
    read = 0
    for done, task in enumerate(run(sorted(tasks, key=lambda task: -task.size)), start=1):
        read += task.size
        left = (time.monotonic() - began) * (size - read) / max(read, 1)
        about = f"about {counted(round(left), 'second')}" if left >= 1 else "less than a second"
        more = f"; {len(tasks) - done} more, {about}" if done < len(tasks) else ""
        yield f"read {task.file.name}{more}"
