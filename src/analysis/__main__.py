"""The verbs of the Makefile, for every machine: `python -m analysis <verb>`."""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sqlite3
import sys
import traceback
from collections.abc import Iterator, Sequence

from analysis import places
from analysis.arguments import parser
from analysis.refused import ENDED, Refused
from analysis.terminal import show
from analysis.verbs import DO, WRITE, alone


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; the exit status is 0 only when all it promises was done. No traceback reaches a person.

    Verbs that write into the repository run one at a time; each first removes what a killed one left half-made.
    """
    args = parser().parse_args(arguments)
    try:
        with _ended_as_by_ctrl_c(), alone(args.verb) if args.verb in WRITE else contextlib.nullcontext():
            done = int(DO[args.verb](args) or 0)
            sys.stdout.flush()
        return done
    except BrokenPipeError:  # whoever read the answer, such as `head`, has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return _stopped("you ended it. What was finished is kept; the same command goes on from there.", 130)
    except Exception as error:
        return _stopped(_why(error))


@contextlib.contextmanager
def _ended_as_by_ctrl_c() -> Iterator[None]:
    """Let a request to end, and a terminal that closes, end a verb as Ctrl-C does: with all that it started."""

    def end(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    numbers = [signal.SIGTERM, *([signal.SIGHUP] if hasattr(signal, "SIGHUP") else [])]
    before = {number: signal.signal(number, end) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stopped(why: str, status: int = 1) -> int:
    with contextlib.suppress(OSError):
        show(f"\n{ENDED}{why}", file=sys.stderr)
    return status


def _why(error: Exception) -> str:
    """Why a verb ended, in words for people: the error's own where it was made for them."""
    if isinstance(error, Refused):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory. Close other programs, or use a machine with more."
    if _is_full(error):
        return "the disk is full. Nothing half-written was put in place; make room and run the same command again."
    if isinstance(error, OSError) and error.filename:
        return f"{os.path.relpath(os.fsdecode(error.filename))!r} cannot be used: {error.strerror}."
    return _fault(error)


def _is_full(error: Exception) -> bool:
    if isinstance(error, sqlite3.Error):
        return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    by_number = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return by_number or os.strerror(errno.ENOSPC) in str(error)


def _fault(error: Exception) -> str:
    """Keep where an error that nobody foresaw came up, and say how to report it."""
    kept = places.root() / "data" / "processed" / "fault.txt"
    try:
        from analysis import privacy

        report = privacy.fault(error)
    except Exception:  # whatever is wrong with this program may be wrong there too
        report = "".join(traceback.format_tb(error.__traceback__)) + type(error).__name__
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(report, encoding="utf-8", errors="backslashreplace")
    except OSError:
        return f"a fault of this program, {type(error).__name__}, of which no record could be kept."
    return (
        f"a fault of this program, {type(error).__name__}. {os.path.relpath(kept)} says where, without a word of a "
        "record; send it with a report."
    )


if __name__ == "__main__":
    # A verb starts Python many times, and each start would compile two thousand modules again where nothing compiled
    # may be kept, as in many containers: pip was told to compile none.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
    sys.exit(main())
