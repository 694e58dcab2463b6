"""A small invented place, with private and hostile text planted in it; every name in it is invented."""

import csv
import hashlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import forks

from analysis import places

PRIVATE = {
    "officer": "Xyloth Quarnley",
    "plate": "QZX4417",
    "plate in a filter": "QZY5528",
    "prompt": "man in a zebra poncho",
    "case number": "25-7741932",
    "plate in a rare reason": "ZQW8831",
    "plate in a common reason": "WQZ6642",
    "name in a rare reason": "Brundlewick Othmar",
    "name in an immigration reason": "Ferdinand Quoxley",
    "A-number": "A219 448 807",
    "A-number in a common reason": "A218557906",
    "date of birth": "03/17/1984",
    "e-mail": "x.quarnley@tarnwick.example",
    "plate in a refused row": "RQZ7753",
    "officer in a refused row": "Ottoline Vexmoor",
}
"""What must reach nothing that is published."""

HOSTILE_REASONS = (
    "<script>alert('reason')</script>",
    '<img src="https://evil.example/x.png" onerror="alert(1)">',
    "[theft](javascript:alert(1)) ![t](https://evil.example/t.png)",
    "$\\alpha^2$ \\(x\\) $$\\frac{1}{2}$$",
    '=HYPERLINK("https://evil.example","theft")',
    "+1+cmd|' /C calc'!A0",
    "@SUM(1+1)*cmd",
    "-2+3",
    "# theft **bold** `code` <b>bold</b>",
)
HOSTILE_AGENCIES = (
    "<b>Quellmere</b> GA PD",
    "=1+1 Tarnfield FL PD",
    "[Larkhythe](javascript:alert(1)) IN PD",
    "$x^2$ Brockrigg TN PD",
)
AGENCIES = (
    "Quellmere GA PD",
    "Tarnfield County FL SO",
    "Larkhythe IN PD",
    "Brockrigg TN PD",
    *HOSTILE_AGENCIES,
)
HEADER = (
    "Name", "Org Name", "Total Networks Searched", "Total Devices Searched", "Time Frame", "License Plate", "Reason",
    "Case #", "Filters", "Search Time", "Search Type", "Text Prompt",
)  # fmt: skip
CLAIMS = """
[piece]
title = "An invented piece"

[[claim]]
id = "tarnwick-searches"
says = "more than 700 searches included the cameras"
measure = "searches"
operator = "more than"
value = "700"
unit = "rows"
confidence = "high"
conflicts = ["One copy <i>rounds</i> to 1,000"]
source = "https://example.org/piece"

[[claim]]
id = "tarnwick-immigration"
says = "in 7 searches the reason was related to immigration"
measure = "immigration_searches"
scope = "Tarnwick ISD"
operator = "equals"
value = "7"
definition = "unpublished"
unit = "rows"
confidence = "high"
source = "https://example.org/piece"

[[claim]]
id = "tarnwick-florida"
says = "at least 1 agency was of Florida"
measure = "agencies"
operator = "at least"
value = "1"
among = { agency_state = "FL" }
unit = "agencies"
confidence = "low"
source = "https://example.org/piece"

[[claim]]
id = "tarnwick-blank"
says = "9 searches had no reason"
measure = "blank_reasons"
operator = "equals"
value = "9"
unit = "rows"
because = "one row was printed twice"
confidence = "medium"
source = "https://example.org/piece"

[[claim]]
id = "tarnwick-cameras"
says = "the district owned 8 cameras"
operator = "equals"
value = "8"
unit = "cameras"
needs = "the purchase orders"
confidence = "medium"
source = "https://example.org/piece"
"""
SOURCE = """
title = "Searches of Tarnwick's cameras"
claims = ["tarnwick"]
time_zone = "America/Chicago"
state = "TX"

[released]
by = "Tarnwick ISD"
request = "R-17"
"""


@dataclass(frozen=True)
class Run:
    """A place that went through the whole job, and what the run printed."""

    place: places.Place
    printed: str

    @property
    def root(self) -> Path:
        return self.place.root

    @property
    def site(self) -> Path:
        return self.place.root / "site"


def _record(number: int, agency: str, reason: str, networks: int = 9, at: str = "") -> list[str]:
    day, minute = 2 + number % 27, number % 60
    moment = at or f"12/{day:02}/2025, {1 + number % 11:02}:{minute:02}:{number % 59:02} AM UTC"
    frame = f"12/01/2025, 01:00:00 AM UTC\n12/{day:02}/2025, 01:00:00 AM UTC"
    filters, prompt = f"SUV, {PRIVATE['plate in a filter']}", PRIVATE["prompt"]
    cells = [PRIVATE["officer"], agency, str(networks), str(networks * 9), frame, PRIVATE["plate"], reason]
    return [*cells, PRIVATE["case number"], filters, moment, "lookup", prompt]


def _records() -> list[list[str]]:
    reasons = [*HOSTILE_REASONS, f"stolen vehicle {PRIVATE['plate in a common reason']}"]
    reasons += [f"locate {PRIVATE['A-number in a common reason']}"]
    found = [_record(n, AGENCIES[n % len(AGENCIES)], reason) for reason in reasons for n in range(56)]
    rare = [
        f"BOLO {PRIVATE['plate in a rare reason']}",
        f"warrant {PRIVATE['name in a rare reason']}",
        f"welfare check {PRIVATE['date of birth']} {PRIVATE['e-mail']}",
        f"ICE hold {PRIVATE['name in an immigration reason']}",
        f"ICE detainer {PRIVATE['A-number']}",
        "Immigration (civil/administrative) - ",
        "Immigration (criminal) - ",
        "ICE+ERO",
        "deportation order",
        "ICE",
        "HSI",
        "patrol",
    ]
    found += [_record(900 + n, AGENCIES[n % 4], reason, 1 + n) for n, reason in enumerate(rare)]
    found += [_record(950 + n, AGENCIES[n], "", 5) for n in range(4)]
    refused = _record(960, AGENCIES[0], f"theft {PRIVATE['plate in a refused row']}", at="25:99 o'clock")
    refused[0] = PRIVATE["officer in a refused row"]
    return [*found, refused, [*_record(961, AGENCIES[1], PRIVATE["officer in a refused row"]), "extra"]]


def _csv(records: list[list[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows([HEADER, *records])
    return text.getvalue().encode()


def release(root: Path, name: str, files: dict[str, tuple[str, bytes]], source: str = SOURCE) -> places.Place:
    """A place with these released files ({file name: (camera owner, bytes)}) in a repository at `root`."""
    folder = root / "data" / "raw" / name
    folder.mkdir(parents=True)
    entries = []
    for file, (owner, data) in files.items():
        (folder / file).write_bytes(data)
        said = {
            "name": file,
            "sha256": hashlib.sha256(data).hexdigest(),
            "log": "network audit",
            "camera_owner": owner,
        }
        entries.append(
            "[[file]]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())
        )
    (folder / "source.toml").write_text("\n".join([source, *entries]), encoding="utf-8")
    return places.find(name, root)


def repository(root: Path) -> Path:
    """An empty copy of the repository: what people typed, the notebooks and the register, no place."""
    for part in ("data/hand", "notebooks", "claims"):
        shutil.copytree(places.root() / part, root / part)
    (root / "claims" / "tarnwick.toml").write_text(CLAIMS, encoding="utf-8")
    with (root / "data" / "hand" / "cleared.csv").open("a", encoding="utf-8", newline="") as file:
        # Only a person's word lets text like this onto a page, and there it must stay text.
        csv.writer(file, lineterminator="\n").writerows(
            [reason.casefold(), "invented"] for reason in HOSTILE_REASONS
        )
    return root


def tarnwick(root: Path) -> places.Place:
    """The invented place in a repository: two logs that share their searches, the second without the rare ones."""
    records = _records()
    logs = {
        "tarnwick.csv": ("Tarnwick ISD", _csv(records)),
        "umberstow.csv": ("Umberstow ISD", _csv(records[:120])),
    }
    return release(root, "tarnwick", logs)


def run(place: places.Place) -> Run:
    """The whole job for one place, as `make PLACE=…` does it; fails with what it printed."""
    done = forks.verb("all", "--place", place.name, env={"ANALYSIS_ROOT": str(place.root)})
    printed = (done.stdout + done.stderr).decode()
    assert done.returncode == 0, printed
    return Run(place, printed)
