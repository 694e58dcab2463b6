"""Says what of a log may be printed, and masks plates, names and numbers in all else."""

from __future__ import annotations

import re

from analysis.formats import Form

_PLATE = re.compile(
    r"\b(?=[A-Za-z0-9]*\d)(?=[A-Za-z0-9]*[A-Za-z])[A-Za-z0-9]{5,8}\b|\b[A-Za-z]{2,3}-\d{3,4}\b|\b\d{3,4}-[A-Za-z]{2,3}\b"
)
_ADDRESS = re.compile(r"\S+@\S+")
_LONG_NUMBER = re.compile(
    r"\b[Aa]?[ #-]?\d[\d .()-]{6,}\d\b|\b\d{1,2}[/-]\d{1,2}[/-](?:19|20)?\d{2}\b(?!,? \d{1,2}:)"
)


def mask_text(text: str) -> str:
    """Text with plate-like words, e-mail addresses, long numbers and dates of birth replaced by `***`."""
    if not _MAY_BE_MASKED.search(text):
        return text
    for pattern in (_ADDRESS, _LONG_NUMBER, _PLATE):
        text = pattern.sub("***", text)
    return text


_MAY_BE_MASKED = re.compile(r"[\d@]")


_WITH_A_DIGIT = re.compile(r"\S*\d\S*|\S+@\S+")
_LIKE_A_TIME = re.compile(r"[\d\s/:.,+-]*(?:[AaPp]\.?[Mm]\.?)?\s*[A-Za-z]{0,4}")
_SHOWN = ("search_time", "time_frame", "window_start", "window_end", "networks", "devices")


def mask(cells: list[str], form: Form) -> str:
    """A rejected row's cells parted by ' | ', with all that could name a person or a vehicle masked.

    Times and counts stay where they look like such. In any other cell each word with a digit is masked, since
    plates, case numbers, telephone numbers and birthdays have one and the row is kept to be counted, not read.
    """
    shown_at = {form.places[column] for column in _SHOWN if column in form}
    personal = set(form.personal)

    def shown(at: int, cell: str) -> str:
        if at in personal and cell.strip():
            return "***"
        if at in shown_at and _LIKE_A_TIME.fullmatch(cell):
            return cell
        return _WITH_A_DIGIT.sub("***", cell)

    return " | ".join(" ".join(shown(at, cell).split()) for at, cell in enumerate(cells))
