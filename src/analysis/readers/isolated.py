"""Reads a container in a process of its own, which is ended when it takes too much time or memory.

Workbooks, prints and Parquet tables are unpacked by native code, and a small file can ask it for more than any
machine has or bring it down. So each is read in another process, whose end costs only that file: it is refused by
name. Delimited text is read here, since its reader holds a bounded piece of it at a time.

A process that has read one file reads the next, because starting one takes half a second. What it reads comes back
block by block. It ends when its parent does, however that ends: the pipe between them closes then.
The limit on time by the clock holds on every system, the one on computing where the system knows it (not Windows),
and so does the one on memory (Linux; not macOS, not Windows).
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO, Any, cast

import pyarrow as pa

from analysis.readers.base import Block, UnreadableFile

MOST_MEMORY = 4 << 30
"""Bytes that reading one file may take. The longest workbook possible, a million rows, takes half of it."""

SECONDS, SECONDS_A_MEGABYTE, WAITING = 60, 60, 10
"""What one file may take: so many seconds of computing and so many for each megabyte of it, several times what sound
files take; and WAITING times as long by the clock, since a busy machine must not decide what is read."""

ONCE = 1 << 30
"""A process that has held more bytes than this is not given another file."""

Read = Callable[..., Iterator[Block]]
"""A module's function of a path, a name and whatever else it needs; it travels by its name."""

_OUT_OF_TIME = int(getattr(signal, "SIGXCPU", 0))  # what ends a process that has computed too long


def stream(reader: Read, path: Path, name: str, *more: object) -> Iterator[Block]:
    """The blocks that `reader` gives for a file; every failure of its process is an `UnreadableFile`."""
    while _idle and not _idle[-1].is_alive:
        _idle.pop().end()
    process = _idle.pop() if _idle else _Process()
    try:
        yield from process.read(reader, path, name, more)
    finally:
        if process.may_go_on:
            _idle.append(process)
        else:
            process.end()


def expect() -> None:
    """Start a process before it is needed: it takes half a second, in which its parent has something else to do."""
    if not _idle:
        _idle.append(_Process())


class _Process:
    """Another process that reads files, one after the other."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `end`
        self._running = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(MOST_MEMORY)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join(sys.path),
                # On a machine of many cores, room kept for threads alone would go beyond the limit on memory.
                **dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MALLOC_ARENA_MAX"), "2"),
            },
        )
        self._stdin, self._stdout = (
            cast(IO[bytes], self._running.stdin),
            cast(IO[bytes], self._running.stdout),
        )
        self.may_go_on = True

    @property
    def is_alive(self) -> bool:
        return self._running.poll() is None

    def read(self, reader: Read, path: Path, name: str, more: tuple[object, ...]) -> Iterator[Block]:
        """The blocks of one file as they come; see `stream`."""
        self.may_go_on = False
        seconds = SECONDS + SECONDS_A_MEGABYTE * (path.stat().st_size >> 20)
        left = float(WAITING * seconds)
        with contextlib.suppress(OSError):  # a process that is gone is found below
            pickle.dump((seconds, reader, path, name, *more), self._stdin)
            self._stdin.flush()
        while True:
            began = time.monotonic()
            answer = self._next(name, left)
            left -= time.monotonic() - began  # only waiting for the process counts
            if isinstance(answer, Block):
                yield answer
                continue
            error, held = answer
            self.may_go_on = held < ONCE
            if error:
                raise error
            return

    def _next(self, name: str, left: float) -> Any:
        """A block, or how the reading ended: an error or None, and the most bytes that the process has held."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._running.kill()

        timer = threading.Timer(max(left, 0), end)
        timer.start()
        try:
            return _received(self._stdout)
        except (EOFError, OSError, pickle.UnpicklingError):
            raise UnreadableFile(
                f"{name}: {self._why(late.is_set())}. Ask for it as CSV, or in parts."
            ) from None
        finally:
            timer.cancel()

    def _why(self, late: bool) -> str:
        """Why the process ended. Only the kind of an error is told: what else it says may come out of the file."""
        ended = self._running.wait()
        if late or ended == -_OUT_OF_TIME:
            return "it was not read to its end in the time that a file of its size may take"
        self._errors.seek(0)
        printed = self._errors.read().decode(errors="replace").strip()
        if any(word in printed for word in ("MemoryError", "memory allocation", "bad_alloc")):
            return f"it needs more than {MOST_MEMORY >> 30} GB of memory to open"
        if ended < 0:
            return (
                f"the program that reads it broke off (signal {-ended}): it is broken, or needs more than "
                f"{MOST_MEMORY >> 30} GB of memory to open"
            )
        *_, last = printed.split("\n")
        return f"the program that reads it broke off ({last if last.isidentifier() else f'status {ended}'})"

    def end(self) -> None:
        """End the process now."""
        self._running.kill()
        self._running.wait()
        for pipe in (self._stdin, self._stdout, self._errors):
            with contextlib.suppress(OSError):
                pipe.close()


_idle: list[_Process] = []


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().end()


# What goes through the pipe -------------------------------------------------------------------------------------


def _send(block: Block, pipe: IO[bytes]) -> None:
    """A block without its rows, and these as an Arrow stream: pickled, a slice would take all of its table along."""
    section = block.section
    columns = {name: section.cells.column(name) for name in section.cells.column_names}
    columns |= {"record": section.record} | ({} if section.page is None else {"page": section.page})
    table, sink = pa.table(columns), pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    bare = replace(section, cells=None, record=None, page=None)
    pickle.dump((replace(block, section=bare), sink.getvalue()), pipe, protocol=5)
    pipe.flush()


def _received(pipe: IO[bytes]) -> Any:
    answer, rows = pickle.load(pipe)
    if not isinstance(answer, Block):
        return answer, rows
    table = pa.ipc.open_stream(rows).read_all()
    record, page = (
        table.column(name).combine_chunks() if name in table.column_names else None
        for name in ("record", "page")
    )
    cells = table.select([name for name in table.column_names if name.isdigit()])
    return replace(answer, section=replace(answer.section, cells=cells, record=record, page=page))


# In the other process -------------------------------------------------------------------------------------------


def _serve(most_memory: int) -> None:
    """Read each file that standard input names, and send what is found or why it is refused."""
    with contextlib.suppress(ImportError, ValueError, OSError):  # Windows and macOS keep no such limit
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most_memory, resource.getrlimit(resource.RLIMIT_AS)[1]))
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person stops the parent, which ends this process
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    orders: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, orders), daemon=True).start()
    while True:
        seconds, reader, path, name, *more = orders.get()
        _limit_computing(seconds)
        error: UnreadableFile | None = None
        try:
            for block in reader(path, name, *more):
                _send(block, out)
        except UnreadableFile as refused:
            error = refused
        except BaseException as failure:  # a panic of native code is no Exception
            print(type(failure).__name__, file=sys.stderr, flush=True)
            os._exit(1)
        pickle.dump((error, _held()), out)
        out.flush()


def _listen(source: IO[bytes], orders: queue.SimpleQueue[Any]) -> None:
    """Hand on what is to be read; end this process, whatever it is doing, when nobody can ask any more."""
    try:
        while True:
            orders.put(pickle.load(source))
    except BaseException as error:  # the end of what is asked, for one
        print(type(error).__name__, file=sys.stderr, flush=True)
        os._exit(0)


def _limit_computing(seconds: int) -> None:
    with contextlib.suppress(ImportError):
        import resource

        most = int(time.process_time()) + 1 + seconds
        resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _held() -> int:
    """The most bytes that this process has held; 0 where the system does not say, and keeps no limit either.

    What getrusage says Linux passes on from the process that started this one, so its own peak is read instead.
    """
    with (
        contextlib.suppress(OSError),
        open("/proc/self/status", encoding="ascii", errors="replace") as status,
    ):
        peak = next((line for line in status if line.startswith("VmHWM:")), "")
        return int(peak.split()[1]) << 10 if peak else 0
    return 0


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
