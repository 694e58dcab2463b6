"""Makes parts on an existing Dask cluster, from and to any file system that fsspec knows; the same bytes as here.

A task is what it is on one machine (`engine.Task`): one released file becomes one part. A worker needs this
package, the extra `[cluster]` and the file system's own package, and nothing of the repository: the rules and
lists that people typed travel with the task. A worker that dies loses nothing but its time, since a part does
not count before its `part.json` is there, and Dask gives the task to another.
"""

from __future__ import annotations

import hashlib
import json
import os
import posixpath
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import fsspec
import pandas as pd
from distributed import Client, as_completed, get_worker

from analysis import build, processes
from analysis.build import engine, parts
from analysis.build.ledger import Entry, Ledger
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


def make_parts(
    place: Place, released: Mapping[str, str], to: str, scheduler: str, say: Callable[[str], None]
) -> list[str]:
    """Make the part of every released file of a place; give the parts' addresses, in the order of the files.

    `released` has the address of each file by its name. Below the address `to` stand afterwards, for each file,
    `parts/<checksum>/searches.parquet` (together one dataset), and for all `files.csv` and `ledger.csv`. Parts
    that are there already are not made again. Raises the errors of `parts`, `sources.WrongChecksum` for a file
    that is not the one described, and `AnotherVersion`.
    """
    by = parts.recipe(place)
    out, folder = fsspec.core.url_to_fs(to)
    addresses = [posixpath.join(to, "parts", name) for name in build.part_names(place, by)]
    every = [engine.Task(f, released[f.name], part, by) for f, part in zip(place.files, addresses)]
    missing = [task for task in every if not out.exists(_account(task.part))]
    for line in engine.progress(missing, run_on(scheduler, typed_by_people(place))):
        say(f"{place.name}: {line}")
    _write_accounts([json.loads(out.cat_file(_account(part))) for part in addresses], out, folder)
    return addresses


def _write_accounts(said: Sequence[Mapping[str, Any]], out: Any, folder: str) -> None:
    ledger = Ledger()
    ledger.entries = [Entry(*line) for one in said for line in one["ledger"]]
    facts = pd.DataFrame([fact for one in said for fact in one["facts"]], columns=list(parts.FACTS))
    for name, table in (("files.csv", facts), ("ledger.csv", ledger.table())):
        out.pipe_file(posixpath.join(folder, name), table.to_csv(index=False, lineterminator="\n").encode())


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
        parts.make(task.file, path, task.by, made, threads=1)
        _put(made, task.part)


def _fetched(task: engine.Task, folder: Path) -> Path:
    """The released file on this machine, checked."""
    files, inside = fsspec.core.url_to_fs(task.path)
    path = folder / "released"
    files.get_file(inside, str(path))
    if sources.sha256(path) != task.file.sha256:
        raise sources.WrongChecksum(
            f"{task.path}: its sha256 is not the one in source.toml; nothing was read"
        )
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
    """A folder with data/hand as it is where the run was started, once for each worker."""
    top = Path(tempfile.mkdtemp(prefix="analysis-"))
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


def _account(part: str) -> str:
    return posixpath.join(str(fsspec.core.url_to_fs(part)[1]), "part.json")
