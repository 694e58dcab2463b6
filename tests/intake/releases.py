"""Invented files of a release, for the tests of taking one; and what a folder holds."""

import hashlib
from pathlib import Path

NATIVE = ["ID", " Name", " Org Name", " Total Networks Searched", " Time Frame", " Reason", " Search Time"]
PORTAL = "id,userId,searchDate,networkCount,reason"


def native(path: Path, *agencies: str, day: int = 2, columns: list[str] | None = None) -> Path:
    """An invented native export with one search for each agency."""
    rows = [
        [f"00000000-0000-0000-0000-{at:012}", "O. Invented", f'"{agency}"' if "," in agency else agency, "3",
         f'"12/{day:02}/2025, 01:00:00 AM UTC\n12/{day:02}/2025, 02:00:00 AM UTC"', "theft",
         f'"12/{day:02}/2025, 01:{at % 60:02}:00 AM UTC"']
        for at, agency in enumerate(agencies)
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [columns or NATIVE, *rows]
    path.write_text("\r\n".join(",".join(line) for line in lines) + "\r\n", newline="")
    return path


def portal(path: Path, *days: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [PORTAL, *(f"id-{day},***,2026-03-{day:02}T00:00:43.144Z,5,theft" for day in days)]
    path.write_text("\n".join(lines))
    return path


def everything(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*")) if path.is_file()
    }  # fmt: skip
