"""Reads TOML that people type, and names the file, the line, the nearest known key and the remedy where it is wrong."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from analysis.refused import Refused


class BadToml(Refused):
    """A file that cannot be read as TOML; the message names the file, the line and the remedy."""


def load(
    path: Path, file: str, error: type[Refused] = BadToml, remedy: str = "Fix that line."
) -> dict[str, Any]:
    """The tables of a file that a message calls `file`. Raises `error`."""
    try:
        return loads(path.read_text(encoding="utf-8"), file, error, remedy)
    except UnicodeDecodeError as wrong:
        raise error(f"{file}: {wrong}. Save it as UTF-8.") from None


def loads(
    text: str, file: str, error: type[Refused] = BadToml, remedy: str = "Fix that line."
) -> dict[str, Any]:
    """The tables of a text; a key written twice, like any other slip, is refused by its line. Raises `error`."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        twice = "a key or table is written twice: " if str(wrong).startswith(_TWICE) else ""
        raise error(f"{file}: not readable as TOML ({twice}{wrong}). {remedy}") from None
    except (RecursionError, ValueError):
        raise error(
            f"{file}: it holds brackets too deep or a number too long for any description. Take them out."
        ) from None


_TWICE = ("Cannot overwrite a value", "Cannot declare")
"""How the reader's messages begin where a name is given twice."""


def unknown_key(said: Iterable[str], known: Iterable[str], where: str = "") -> str | None:
    """What a message says of the first key that is not known, with the nearest known one; None where all are known.

    `where` comes behind the key, such as " in [[waiting]]".
    """
    names = sorted(known)
    wrong = next(iter(sorted(set(said) - set(names))), None)
    if wrong is None:
        return None
    near = difflib.get_close_matches(wrong.casefold(), names, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown key {wrong!r}{where}; known are {', '.join(names)}{hint}"
