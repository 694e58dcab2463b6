"""Reads a file in a process of its own, which is ended when it takes too much time or memory.

Printed audits are read so. Other containers say how far they unpack and are held to limits before they are opened;
a PDF does not say, and the library that reads it is native code which a broken file can bring down. A process costs
half a second and works the same on every system; limits on memory hold where the system knows them.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from analysis.readers import IsHeader, Reading, UnreadableFile

MOST_SECONDS, MOST_MEMORY = 600, 4 << 30
"""What one file may take. The 809 pages of the longest print known take 5 seconds and a quarter of a gigabyte."""

Read = Callable[[Path, str, IsHeader], Reading]


def read(reader: Read, path: Path, name: str, is_header: IsHeader) -> Reading:
    """What `reader`, a function of a module, gives for a file; every failure of its process is an `UnreadableFile`."""
    with tempfile.TemporaryDirectory(prefix="analysis-") as folder:
        answer = Path(folder) / "answer"
        try:
            done = subprocess.run(
                [sys.executable, "-P", "-m", __name__, str(answer)],
                input=pickle.dumps((reader, path, name, is_header)),
                env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
                timeout=MOST_SECONDS,
                capture_output=True,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnreadableFile(
                f"{name}: it was not read to its end in {MOST_SECONDS:,} seconds. Ask for it as CSV, or in parts."
            ) from None
        if done.returncode or not answer.exists():
            raise UnreadableFile(f"{name}: {_why(done)}. Ask for it as CSV, or in parts.")
        found = pickle.loads(answer.read_bytes())
    if isinstance(found, Exception):
        raise found
    return found


def _why(done: subprocess.CompletedProcess[bytes]) -> str:
    last = done.stderr.decode(errors="replace").strip().split("\n")[-1][:120]
    if "MemoryError" in last or "bad_alloc" in last:
        return f"reading it took more than {MOST_MEMORY:,} bytes of memory"
    return f"the program that reads it broke off ({last or f'signal {-done.returncode}'})"


def _serve(answer: Path) -> None:
    """Read the file that standard input names, and write down what was found or why it is refused."""
    _limit_memory()
    reader, path, name, is_header = pickle.load(sys.stdin.buffer)
    try:
        found: Reading | Exception = reader(path, name, is_header)
    except UnreadableFile as error:
        found = error
    answer.write_bytes(pickle.dumps(found))


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits
        return
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
