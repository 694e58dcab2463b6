"""Builds on an existing Dask cluster, from and to any file system that fsspec knows; the same bytes as here.

A task is what it is on one machine (`engine.Task`): one released file becomes one part. A worker needs this
package, the extra `[cluster]` and the file system's own package, and nothing of the repository: the rules and
lists that people typed travel with the task. A worker that dies loses nothing but its time, since a part does
not count before its `part.json` is there, and Dask gives the task to another.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import os
import posixpath
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import fsspec
from distributed import Client, as_completed, get_worker

from analysis import build, processes
from analysis.build import engine, parts
from analysis.build.dataset import Folder
from analysis.places import Place, sources
from analysis.refused import Refused

Typed = Mapping[str, bytes]
"""The files of data/hand, by their path in it."""


class AnotherVersion(Refused):
    """A worker with another version of this library; it would give other results."""


def run_on(scheduler: str, typed: Typed) -> engine.Run:
    """An engine that runs tasks on the cluster whose scheduler has this address; see `engine.Run`."""

    def run(tasks: Sequence[engine.Task]) -> Iterator[engine.Task]:
        with Client(scheduler, set_as_default=False) as client:
            running = {client.submit(work, task, typed, code_checksum(), pure=False): task for task in tasks}
            for future in as_completed(list(running), loop=client.loop):
                future.result()
                yield running[future]

    return run


def typed_by_people(place: Place) -> Typed:
    """What a worker needs of data/hand."""
    files = (p for p in place.hand.rglob("*") if p.is_file() and p.suffix in (".toml", ".csv"))
    return {p.relative_to(place.hand).as_posix(): p.read_bytes() for p in files}


def build_on(
    place: Place, released: Mapping[str, str], to: str, scheduler: str, say: Callable[[str], None]
) -> bool:
    """Build a place's dataset below the address `to`, in the layout and with the bytes of one machine's.

    `released` has the address of each file by its name. False when all is up to date. Raises the errors of
    `build.build`, `sources.WrongChecksum` for a file that is not the one described, and `AnotherVersion`.
    """
    run = run_on(scheduler, typed_by_people(place))
    return build.build_into(Address(to), place, released, say, run)


class Address(Folder):
    """A folder in any file system that fsspec knows."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._files, self._top = fsspec.core.url_to_fs(address)

    def address(self, name: str) -> str:
        return posixpath.join(self._address, name)

    def sizes(self, subfolder: str) -> dict[str, int]:
        folder = posixpath.join(self._top, subfolder)
        if not self._files.isdir(folder):
            return {}
        found = self._files.ls(folder, detail=True)
        return {
            posixpath.basename(entry["name"]): entry["size"] for entry in found if entry["type"] == "file"
        }

    def read(self, name: str) -> str:
        return str(self._files.cat_file(posixpath.join(self._top, name)).decode())

    def write(self, name: str, text: str) -> None:
        self._files.pipe_file(posixpath.join(self._top, name), text.encode())

    def move(self, name: str, target: str) -> None:
        self._files.makedirs(posixpath.dirname(posixpath.join(self._top, target)), exist_ok=True)
        self._files.mv(posixpath.join(self._top, name), posixpath.join(self._top, target))

    def remove(self, name: str) -> None:
        path = posixpath.join(self._top, name)
        if self._files.exists(path):
            self._files.rm(path, recursive=True)


# On a worker ------------------------------------------------------------------------------------------------


def work(task: engine.Task, typed: Typed, code: str) -> None:
    """Make one part: fetch the file, make the part as on any machine, put it in place, `part.json` last."""
    if code != code_checksum():
        raise AnotherVersion(
            f"the worker {get_worker().address} has another version of this library; install the same one on all"
        )
    os.environ["ANALYSIS_ROOT"] = str(_unpacked(tuple(sorted(typed.items()))))
    with processes.scratch() as folder:
        path = _fetched(task, folder)
        made = folder / "part"
        made.mkdir()
        parts.make(task.file, path, task.recipe, made, threads=1)
        _put(made, task.part)


def _fetched(task: engine.Task, folder: Path) -> Path:
    """The released file on this machine, checked."""
    files, inside = fsspec.core.url_to_fs(task.path)
    path = folder / "released"
    files.get_file(inside, str(path))
    if wrong := sources.differs(task.file, path):
        raise sources.WrongChecksum(f"{task.path}: its {wrong}; nothing was read")
    return path


def _put(made: Path, part: str) -> None:
    out, folder = fsspec.core.url_to_fs(part)
    out.makedirs(folder, exist_ok=True)
    for name in sorted((p.name for p in made.iterdir()), key=lambda name: name == "part.json"):
        unfinished = posixpath.join(folder, f".{name}.{os.getpid()}")
        out.put_file(str(made / name), unfinished)
        out.mv(unfinished, posixpath.join(folder, name))


@cache
def _unpacked(typed: tuple[tuple[str, bytes], ...]) -> Path:
    """A folder with data/hand as it is where the run was started, once for each worker, and gone when that ends."""
    kept = contextlib.ExitStack()
    top = kept.enter_context(processes.scratch())
    atexit.register(kept.close)
    for name, content in typed:
        path = top / "data" / "hand" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return top


@cache
def code_checksum() -> str:
    """A checksum of this library's sources."""
    library = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted(p for p in library.rglob("*") if p.suffix in (".py", ".toml")):
        digest.update(path.relative_to(library).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
