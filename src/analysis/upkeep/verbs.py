"""Does what the verbs promise that serve the repository itself: its tests, its computed pages, its measurements."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from pathlib import Path

from analysis import places
from analysis.terminal import show
from analysis.wording import counted


def test(args: argparse.Namespace) -> int:
    """ruff, mypy and pytest, in this order; every failure is shown."""
    tests = "pytest -n 2 --dist loadgroup --no-loadscope-reorder"
    commands = (
        [sys.executable, "-m", *check.split()]
        for check in ("ruff check .", "ruff format --check .", "mypy", tests)
    )
    return max([subprocess.run(command, cwd=places.root(), check=False).returncode for command in commands])


def readme(args: argparse.Namespace) -> None:
    """Write the score, the list of modules, and what is made where, into the pages that hold them."""
    from analysis.upkeep import inventory
    from analysis.upkeep import readme as page

    for path in (*page.write(places.root()), *inventory.write(places.root())):
        show(f"wrote {os.path.relpath(path)}")


def bench(args: argparse.Namespace) -> int:
    """Time the main steps on the replica."""
    from analysis.upkeep import benchmark

    return benchmark.run(print, args.rows) if args.rows else benchmark.run(print)


def coverage(args: argparse.Namespace) -> int:
    """Simulate the intervals and bounds that pages print, and say how often each held the truth."""
    from analysis.upkeep import coverage as simulated

    return simulated.run(show, args.draws or simulated.DRAWS)


def twin(args: argparse.Namespace) -> None:
    """Write an invented release in the layout of an open one."""
    from analysis.upkeep import twins

    folder = Path(args.to).expanduser()
    made = twins.write(args.name, folder, args.rows or twins.ROWS, args.seed)
    records = sum(file.account["records"] for file in made.files)
    show(f"{counted(records, 'invented record')} in {counted(len(made.files), 'log')} below {folder}")
    show(f"What is in each: {folder}.planted.json. To take it: make place AT=twin FROM={folder}")
