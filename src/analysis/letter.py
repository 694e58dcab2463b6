"""Writes the letter that asks an agency for its logs, with its state's public-records law where that is known."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis import states
from analysis.refused import Refused

TEMPLATE = "request.txt.j2"
COLUMNS = (
    "ID", "Org Name", "Total Networks Searched", "Total Devices Searched", "Time Frame", "Reason",
    "Offense Type (where it is a column of its own)", "Case #", "Filters", "Search Time", "Search Type", "Text Prompt",
    "Moderation",
)  # fmt: skip
"""Every column that an export is known to have, but for the officer's name and the plate (formats/flock.toml)."""


class UnknownState(Refused):
    """A code that is no state's; the message shows one that is."""


class BadDay(Refused):
    """A day that is none; the message shows the form."""


def day(said: str) -> date | None:
    """A day as a person writes it for this letter (2025-12-01), or None where nothing was said."""
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise BadDay(f"{said!r} is no day; write it as 2025-12-01") from None


@dataclass(frozen=True)
class Letter:
    """The text to send, and what its sender should check first."""

    text: str
    checks: tuple[str, ...]


def write(
    state: str | None = None, agency: str = "", first: date | None = None, last: date | None = None
) -> Letter:
    """The request for a period's Network Audit and Organization Audit, in the words of a state's law.

    A citation is used only where it was read in the statute, a copy of it or on an official page; any other letter
    takes the neutral form, and `checks` then names what compilations give. Raises `UnknownState`.
    """
    known = states.table()
    code = (state or "").upper()
    if code and code not in known:
        raise UnknownState(f"{state!r} is no state's code; write it as GA")
    law = known.get(code)
    cited = law is not None and law.basis == "statute"
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")), undefined=StrictUndefined, trim_blocks=True
    )  # fmt: skip
    text = environment.get_template(TEMPLATE).render(
        law=f"the {law.records_law}, {law.citation}"
        if law and cited
        else "the public-records law of this state",
        agency=agency or "[name of the agency]",
        first=_long(first) or "[first day]",
        last=_long(last) or "[last day]",
        columns=", ".join(COLUMNS[:-1]) + f" and {COLUMNS[-1]}",
    )
    return Letter(_wrapped(text), tuple(_checks(law, cited)))


def _wrapped(text: str) -> str:
    """Paragraphs of a plain letter, 90 signs wide; a numbered item is a paragraph of its own."""
    parts = [part for block in text.strip().split("\n\n") for part in _items(block)]
    return "\n\n".join(
        textwrap.fill(part, 90, subsequent_indent="   " if part[0].isdigit() else "") for part in parts
    )


def _items(block: str) -> list[str]:
    lines = block.splitlines()
    return lines if lines[0][0].isdigit() else [" ".join(lines)]


def _checks(law: states.State | None, cited: bool) -> list[str]:
    checks = ["Read the law as it stands today before you rely on a deadline or a fee; laws change."]
    if law is None:
        checks.append("No state was named, so the letter names no law. Say STATE=GA to have it named.")
    elif cited:
        checks.append(f"The citation was read on {law.checked}, in a stored copy of {law.source}")
    else:
        checks.append(
            f"Compilations call the law of {law.name} the {law.records_law}, {law.citation} ({law.source}). Nobody "
            "here has read that in the statute, so the letter does not cite it."
        )
    return [*checks, law.note] if law and law.note else checks


def _long(day: date | None) -> str:
    return f"{day.day} {day:%B %Y}" if day else ""
