"""Starts notebooks and their kernels as copies of one process that has imported already what all of them import.

Importing papermill, pandas, DuckDB, matplotlib and this library takes longer than most notebooks compute. On Linux one
process imports them once for a whole run, reads the lists of words that all notebooks need, and forks for each notebook
and each kernel. What is started in its place (`command`) is a small program that hands over its order, its environment
and its output, and waits: to whoever started it, it looks like the process itself. Elsewhere a fork after such imports
is not safe, and nothing is shared.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import traceback
from collections.abc import Mapping

from analysis import places, processes
from analysis.refused import Refused

IS_SAFE = sys.platform == "linux"

_IMPORTED = (
    "analysis.notebooks.ordered", "ipykernel.kernelapp", "ipykernel.ipkernel", "matplotlib.pyplot",
    "matplotlib_inline.backend_inline", "pandas", "duckdb", "pyarrow.parquet",
    "analysis.build", "analysis.claims", "analysis.coding", "analysis.figures", "analysis.measures",
    "analysis.pages.page",
)  # fmt: skip

_ORDER = """\
import json, os, socket, sys
with socket.socket(socket.AF_UNIX) as line:
    line.connect(f"/proc/self/fd/{os.open(sys.argv[1], os.O_RDONLY)}/line")
    order = json.dumps({"argv": sys.argv[2:], "env": dict(os.environ), "cwd": os.getcwd()}).encode()
    socket.send_fds(line, [len(order).to_bytes(8, "big")], [0, 1, 2])
    line.sendall(order)
    sys.exit(int.from_bytes(line.recv(1) or b"\\1", "big"))
"""


def start(env: Mapping[str, str]) -> None:
    """Start the process that imports everything and forks, unless there is one; nobody waits for it yet."""
    with _starting:
        if not _folders:
            folder, process = _serve_until_exit(env)
            _folders.append(folder)
            _importing.append(process)


def command(env: Mapping[str, str], *argv: str) -> list[str]:
    """What starts `notebook`, or `kernel` with its arguments, as a fork of the process that has imported everything.
    It is started with this environment, unless it was before."""
    start(env)
    with _starting:
        while _importing:
            said = _importing.pop().stdout
            assert said is not None
            said.readline()  # it says when it has imported everything
    return [sys.executable, "-ISc", _ORDER, _folders[0], *argv]


_starting = threading.Lock()
_folders: list[str] = []
_importing: list[subprocess.Popen[bytes]] = []


def _serve_until_exit(env: Mapping[str, str]) -> tuple[str, subprocess.Popen[bytes]]:
    until_exit = contextlib.ExitStack()
    atexit.register(until_exit.close)
    folder = str(until_exit.enter_context(processes.scratch()))  # open to its owner alone
    process = subprocess.Popen(
        [sys.executable, "-m", "analysis.notebooks.forked", folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=env, start_new_session=True,
    )  # fmt: skip
    until_exit.callback(processes.end, process.pid)
    return folder, process


# In the process that forks ----------------------------------------------------------------------------------


def _serve(folder: str) -> None:
    """Import everything, and fork for each order, until the process that started this one has ended."""
    for module in _IMPORTED:
        importlib.import_module(module)
    from analysis.agencies import words
    from analysis.privacy import masking

    typed = _typed()
    with contextlib.suppress(Refused, OSError):  # a list that is wrong is named where it is used
        masking.vocabulary()
        words.read_word_list()
    with socket.socket(socket.AF_UNIX) as listening:
        # A socket's path may have 107 characters, which a temporary folder's may not fit.
        listening.bind(f"/proc/self/fd/{os.open(folder, os.O_RDONLY)}/line")
        listening.listen()
        processes.end_with_parent()
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for the forks
        gc.freeze()  # so that a fork shares the memory of what was imported
        print("ready", flush=True)
        while True:
            order, _ = listening.accept()
            if os.fork() == 0:
                listening.close()
                if _typed() != typed:
                    masking.vocabulary_of.cache_clear()
                    words.load.cache_clear()
                _fork(order)
            order.close()


def _typed() -> frozenset[tuple[str, int]]:
    """Each file that people type, and when it was written."""
    folder = places.root() / "data" / "hand"
    return frozenset((str(path), path.stat().st_mtime_ns) for path in folder.rglob("*.*"))


def _fork(line: socket.socket) -> None:
    """In a fork: become what was ordered, and end with its status or when whoever ordered it is gone."""
    status = 1
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        size, streams, *_ = socket.recv_fds(line, 8, 3)
        with line.makefile("rb") as file:
            order = json.loads(file.read(int.from_bytes(size, "big")))
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        os.environ.clear()
        # The process that forks is the parent here, so that a kernel must not look for another one.
        os.environ.update({name: value for name, value in order["env"].items() if name != "JPY_PARENT_PID"})
        os.chdir(order["cwd"])
        tempfile.tempdir = None
        threading.Thread(target=_end_with, args=(line,), daemon=True).start()
        _become(*order["argv"])
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        with contextlib.suppress(OSError):
            line.sendall(bytes([status]))
        os._exit(status)


def _end_with(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while line.recv(1):
            pass
    processes.end(os.getpid())


def _become(what: str, *argv: str) -> None:
    if what == "kernel":
        from ipykernel.kernelapp import launch_new_instance  # imported long before the fork

        launch_new_instance(argv=list(argv))
    else:
        from analysis.notebooks import ordered

        ordered.run()


if __name__ == "__main__":
    _serve(sys.argv[1])
