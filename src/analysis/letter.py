"""Writes the letter that asks an agency for its logs, with its state's public-records law where that is known."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from analysis.places import states
from analysis.refused import Refused
from analysis.vendors import all_vendors

TEMPLATE = "request.txt.j2"


class UnknownState(Refused):
    """Neither a state's code nor its name; the message shows the nearest, or both forms."""


class BadDay(Refused):
    """What was given as a day is not one; the message shows how to write it."""


def day(said: str) -> date | None:
    """A day as a person writes it for this letter (2025-12-01), or None where nothing was said."""
    try:
        return date.fromisoformat(said) if said else None
    except ValueError:
        raise BadDay(f"{said!r} is not a day; write it as 2025-12-01") from None


@dataclass(frozen=True)
class Sender:
    """Who asks. Empty fields are left visibly open in the letter; `eligibility` is why the state's law serves them."""

    name: str = ""
    address: str = ""
    email: str = ""
    phone: str = ""
    eligibility: str = ""


@dataclass(frozen=True)
class Letter:
    """The text to send, and what its sender should check first."""

    text: str
    checks: tuple[str, ...]


def write(
    state: str | None = None,
    agency: str = "",
    first: date | None = None,
    last: date | None = None,
    sender: Sender | None = None,
) -> Letter:
    """The request for a period's audits of both kinds and what belongs to them, in the words of a state's law.

    `state` is a code or a name. A citation is used only where it was read in the statute, a copy of it or on an
    official page; any other letter takes the neutral form, and `checks` then names what compilations give. What
    nobody said stays in brackets. Raises `UnknownState`.
    """
    law, sender = _state(state), sender or Sender()
    cited = law is not None and law.basis == "statute"
    vendor = next(vendor for vendor in all_vendors() if vendor.letter)
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")), undefined=StrictUndefined
    )
    text = environment.get_template(TEMPLATE).render(
        law=f"the {law.records_law}, {law.citation}" if law and cited else NEUTRAL,
        law_name=f"the {law.records_law}" if law and cited else NEUTRAL,
        officer=(law and law.officer) or "custodian of public records",
        eligibility=_eligibility(law, sender),
        plate_law=law.plate_law if law else "",
        agency=agency or "[name of the agency]",
        first=_long(first) or "[first day]",
        last=_long(last) or "[last day]",
        vendor=vendor.name,
        columns=", ".join(vendor.letter[:-1]) + f" and {vendor.letter[-1]}",
        sender=sender,
    )
    return Letter(_wrapped(text), tuple(_checks(law, cited)))


def ask(sender: Sender, state: str | None, reply: Callable[[str], str]) -> Sender:
    """The sender with what a person says now of each field that is still empty; Enter leaves it open in the letter.

    Why the law serves them is asked only where a state's law serves some people alone. Raises `UnknownState`.
    """
    law = _state(state)
    questions = {
        "name": "Your name?", "address": "Your postal address?", "email": "Your e-mail address?",
        "phone": "Your telephone number?",
    }  # fmt: skip
    if law and law.eligibility:
        questions["eligibility"] = (
            f"{law.name} asks who may make a request: {law.eligibility}\n  In place of the brackets?"
        )
    said = {
        key: reply(f"{question} (Enter leaves it open) ").strip()
        for key, question in questions.items()
        if not getattr(sender, key)
    }
    return replace(sender, **said)


NEUTRAL = "the public records law of this state"


def _state(said: str | None) -> states.State | None:
    """A state's line by its code or its name, in any case."""
    word = " ".join((said or "").split()).casefold()
    if not word:
        return None
    known = {
        spelling.casefold(): law for law in states.table().values() for spelling in (law.state, law.name)
    }
    if word in known:
        return known[word]
    near = get_close_matches(word, known, 1)
    hint = f"did you mean {known[near[0]].name}?" if near else "write it as GA or Georgia"
    raise UnknownState(f"{said!r} is not a state of the United States; {hint}")


def _eligibility(law: states.State | None, sender: Sender) -> str:
    """Why the law serves the sender: their own words in the brackets that its sentence leaves open."""
    if law is None or not law.eligibility:
        return sender.eligibility
    before, _, rest = law.eligibility.partition("[")
    return f"{before}{sender.eligibility}{rest.partition(']')[2]}" if sender.eligibility else law.eligibility


def _wrapped(text: str) -> str:
    """Lines of a plain letter, 90 characters wide; a numbered item continues under its first word."""
    return "\n".join(
        textwrap.fill(line, 90, subsequent_indent="   " if line[:1].isdigit() else "", break_on_hyphens=False)
        for line in text.strip().splitlines()
    )


def _checks(law: states.State | None, cited: bool) -> list[str]:
    checks = [law.note] if law and law.note else []
    checks.append("Fill in what is in brackets, and delete what is not true.")
    checks.append("Read the law as it is today before you rely on a deadline or a fee; laws change.")
    if law is None:
        checks.append("No state was named, so the letter names no law. Say STATE=GA to have it named.")
    elif cited:
        checks.append(f"The citation was read on {law.checked}, in a stored copy of {law.source}")
    else:
        checks.append(
            f"Compilations call the law of {law.name} the {law.records_law}, {law.citation} ({law.source}). Nobody "
            "here has read that in the statute, so the letter does not cite it."
        )
    if law and law.plate_law:
        checks.append(
            f"How well the sentence on the state's plate reader law is known: {law.plate_law_basis}. Read that law too."
        )
    return checks


def _long(day: date | None) -> str:
    return f"{day:%B} {day.day}, {day.year}" if day else ""
