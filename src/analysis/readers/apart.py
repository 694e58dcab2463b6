"""Reads a container in a process of its own, which is ended when it takes too much time or memory.

Workbooks, prints and Parquet tables are unpacked by native code, and a small file can ask it for more than any
machine has or bring it down. So each is read in another process, whose end costs only that file: it is refused by
name. Delimited text is read here, since its reader holds a bounded piece of it at a time.

A process that has read one file reads the next, because starting one takes half a second. What it reads comes back
block by block as Arrow streams. It ends when its parent does, however that ends: the pipe between them closes then.
The limit on time by the clock holds on every system, the one on computing where the system knows it (not Windows),
and so does the one on memory (Linux; not macOS, not Windows).
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import astuple, replace
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import pyarrow as pa

from analysis.readers.base import Block, NoKnownHeader, Rejected, Section, UnreadableFile

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

_FRAME = struct.Struct("<QQ")  # bytes of what is said (JSON) and of the rows (an Arrow stream), which follow


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
            asked = pickle.dumps((seconds, reader, path, name, *more))
            stdin = cast(BinaryIO, self._running.stdin)
            stdin.write(struct.pack("<Q", len(asked)) + asked)
            stdin.flush()
        said, rows, left = self._next(name, left)
        while "held" not in said:
            yield _unpacked(said, rows)
            said, rows, left = self._next(name, left)
        self.may_go_on = said["held"] < ONCE
        if "refused" in said:
            if said["kind"] == NoKnownHeader.__name__:
                raise NoKnownHeader(said["refused"], said["rows"])
            raise UnreadableFile(said["refused"])

    def _next(self, name: str, left: float) -> tuple[dict[str, Any], bytes, float]:
        """What the process says next, its rows, and the seconds that are left; only waiting for it is counted."""
        late = threading.Event()
        began = time.monotonic()

        def end() -> None:
            late.set()
            self._running.kill()

        timer = threading.Timer(max(left, 0), end)
        timer.start()
        try:
            said, rows = _received(cast(BinaryIO, self._running.stdout))
        except (EOFError, OSError):
            raise UnreadableFile(
                f"{name}: {self._why(late.is_set())}. Ask for it as CSV, or in parts."
            ) from None
        finally:
            timer.cancel()
        return said, rows, left - (time.monotonic() - began)

    def _why(self, late: bool) -> str:
        """Why the process ended. Only the kind of an error is told: what else it says may come out of the file."""
        ended = self._running.wait()
        if late or ended == -_OUT_OF_TIME:
            return "it was not read to its end in the time that a file of its size may take"
        self._errors.seek(0)
        told = self._errors.read().decode(errors="replace").strip()
        if any(word in told for word in ("MemoryError", "memory allocation", "bad_alloc")):
            return f"it needs more than {MOST_MEMORY >> 30} GB of memory to open"
        if ended < 0:
            return (
                f"the program that reads it broke off (signal {-ended}): it is broken, or needs more than "
                f"{MOST_MEMORY >> 30} GB of memory to open"
            )
        *_, last = told.split("\n")
        return f"the program that reads it broke off ({last if last.isidentifier() else f'status {ended}'})"

    def end(self) -> None:
        """End the process now."""
        self._running.kill()
        self._running.wait()
        for pipe in (self._running.stdin, self._running.stdout, self._errors):
            with contextlib.suppress(OSError):
                cast(BinaryIO, pipe).close()


_idle: list[_Process] = []


@atexit.register
def _end_all() -> None:
    while _idle:
        _idle.pop().end()


# What goes through the pipe -------------------------------------------------------------------------------------


def _packed(block: Block) -> bytes:
    """A block as it is sent: its rows, their numbers and pages as an Arrow stream, all else as JSON."""
    section = block.section
    names, columns = [*section.cells.column_names, "record"], [*section.cells.columns, section.record]
    if section.page is not None:
        names, columns = [*names, "page"], [*columns, section.page]
    table = pa.table(columns, names=names)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as stream:
        stream.write_table(table)
    said = {
        "columns": section.columns,
        "sheet": section.sheet,
        "rejected": [list(astuple(aside)) for aside in block.rejected],
        "counted": block.counted,
        "notes": block.notes,
    }
    return _framed(said, sink.getvalue())


def _framed(said: dict[str, Any], rows: Any = b"") -> bytes:
    text = json.dumps(said).encode()
    return b"".join((_FRAME.pack(len(text), len(rows)), text, rows))


def _received(pipe: BinaryIO) -> tuple[dict[str, Any], bytes]:
    said, rows = _FRAME.unpack(_exactly(pipe, _FRAME.size))
    return json.loads(_exactly(pipe, said)), _exactly(pipe, rows)


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def _unpacked(said: dict[str, Any], rows: bytes) -> Block:
    table = pa.ipc.open_stream(pa.py_buffer(rows)).read_all()
    page = None
    if table.column_names[-1] == "page":
        page = table.column("page").combine_chunks()
        table = table.drop_columns(["page"])
    record = table.column("record").combine_chunks()
    cells = table.drop_columns(["record"])
    section = Section(tuple(said["columns"]), cells, record, page, said["sheet"])
    rejected = tuple(replace(Rejected(*aside), cells=tuple(aside[-1])) for aside in said["rejected"])
    return Block(section, rejected, said["counted"], tuple(said["notes"]))


# In the other process -------------------------------------------------------------------------------------------


def _serve(most_memory: int) -> None:
    """Read each file that standard input names, and send what is found or why it is refused."""
    _limit_memory(most_memory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person stops the parent, which ends this process
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints is no part of the answer
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, asked), daemon=True).start()
    while True:
        seconds, reader, path, name, *more = pickle.loads(asked.get())
        _limit_computing(seconds)
        try:
            for block in reader(path, name, *more):
                out.write(_packed(block))
                out.flush()
            end: dict[str, Any] = {"ended": True, "held": _held()}
        except UnreadableFile as error:
            rows = error.rows if isinstance(error, NoKnownHeader) else ()
            end = {"refused": str(error), "kind": type(error).__name__, "rows": rows, "held": _held()}
        except BaseException as error:  # a panic of native code is no Exception
            print(type(error).__name__, file=sys.stderr, flush=True)
            os._exit(1)
        out.write(_framed(end))
        out.flush()


def _listen(source: IO[bytes], asked: queue.SimpleQueue[bytes]) -> None:
    """Hand on what is asked; end this process, whatever it is doing, when nobody can ask any more."""
    while size := source.read(8):
        asked.put(source.read(struct.unpack("<Q", size)[0]))
    os._exit(0)


def _limit_memory(most: int) -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    except (ImportError, ValueError, OSError):  # Windows has no such limits, macOS does not keep this one
        return


def _limit_computing(seconds: int) -> None:
    try:
        import resource
    except ImportError:
        return
    most = int(time.process_time()) + 1 + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _held() -> int:
    """The most bytes that this process has held; 0 where the system does not say.

    Linux passes what getrusage says on from the process that started this one, so its own peak is read instead.
    """
    with (
        contextlib.suppress(OSError),
        open("/proc/self/status", encoding="ascii", errors="replace") as status,
    ):
        peak = next((line for line in status if line.startswith("VmHWM:")), "")
        return int(peak.split()[1]) << 10 if peak else 0
    try:
        import resource
    except ImportError:
        return 0
    most: int = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most << 10


if __name__ == "__main__":
    _serve(int(sys.argv[1]))
