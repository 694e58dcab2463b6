"""Runs verbs as forks of one process that has imported what they import, so that no test waits for that again.

It is the process that a run forks its notebooks from, and verbs run in it share it with their notebooks. What a person
starts, `python -m analysis`, is started itself by the tests of a second vendor, and of a rebuild, whose results must be
those of a fork to the byte.
"""

import atexit
import contextlib
import functools
import importlib
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from analysis import __main__ as verbs
from analysis import processes
from analysis.notebooks import forked

IMPORTED = ("comparison", "intake", "lookup", "pipeline", "rows", "site", "tips")
AS_NOTEBOOKS = {"PYTHONHASHSEED": "0", "MPLBACKEND": "module://matplotlib_inline.backend_inline", "TZ": "UTC"}


def verb(
    *words: str, env: Mapping[str, str], cwd: Path | None = None, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    """What `python -m analysis` with these words answers, with these variables beside those of this process."""
    command = [sys.executable, "-m", "analysis"]
    if forked.IS_SAFE:
        command = [sys.executable, "-ISc", forked._ORDER, _folder(), "verb"]
    return subprocess.run(
        [*command, *words], env={**os.environ, **env}, cwd=cwd, input=stdin, capture_output=True, check=False
    )


@functools.cache
def _folder() -> str:
    """Where the process that forks is listening, until this one ends."""
    until_exit = contextlib.ExitStack()
    atexit.register(until_exit.close)
    folder = str(until_exit.enter_context(processes.scratch()))
    process = subprocess.Popen(
        [sys.executable, __file__, folder],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **AS_NOTEBOOKS},
    )  # fmt: skip
    until_exit.callback(processes.end, process.pid)
    process.stdout.readline()
    return folder


def _serve(folder: str) -> None:
    become = forked._become

    def also_a_verb(what: str, *argv: str) -> None:
        if what != "verb":
            return become(what, *argv)
        forked._folders.append(folder)
        sys.exit(verbs.main(argv))

    forked._become = also_a_verb
    for module in IMPORTED:
        importlib.import_module(f"analysis.{module}")
    forked._serve(folder)


if __name__ == "__main__":
    _serve(sys.argv[1])
