"""Makes a path inside a folder of a name that came from outside, or refuses it, and writes out what nobody sees.

Names of released files, of members of archives, of places, of claims and of coders come from strangers. A name that
is sound here must be sound on every system, since repositories are copied: Windows knows drives, streams (`a.csv:b`)
and devices (`NUL`), and cuts dots and blanks off the end; macOS takes `June.csv` and `june.csv` for one file, and so
does it with two spellings of one accent.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import Path

from analysis.refused import Refused

LONGEST_PART, LONGEST_NAME = 240, 1000
"""Bytes of one part of a name, and of the whole. Systems allow 255 for a part; a file half written has a longer one."""

_DEVICE = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.I)
_FORBIDDEN = '<>:"|?*\\'


class UnsafeName(Refused):
    """A name that cannot be a file's in its folder; the message shows it, and says why."""


def inside(folder: Path, name: str) -> Path:
    """The path of `name` in `folder`, for writing there. Raises `UnsafeName` unless it lies inside, links followed."""
    why, target = why_not(name), folder / name
    if not why and not target.resolve().is_relative_to(folder.resolve()):
        why = "a link in it leads out of the folder"
    if why:
        raise UnsafeName(f"{shown(name)}: {why}. Nothing was written; give it another name.")
    return target


def why_not(name: str) -> str:
    """Why a name with `/` between its parts cannot be a file's inside a folder on every system; "" where it can."""
    parts = name.split("/")
    forbidden = next((c for c in name if c in _FORBIDDEN), "")
    reasons = {
        "its name is not UTF-8": any(unicodedata.category(c) == "Cs" for c in name),
        "its name leads out of its folder": leads_out(name),
        "its name holds a character that cannot be seen": any(map(_is_hidden, name)),
        f"its name holds {forbidden}, which not every system allows": forbidden,
        "a part of its name is empty, or ends in a dot or a blank, which not every system keeps": any(
            not part or part[-1] in ". " for part in parts
        ),
        "its name is that of a device on Windows": any(map(_DEVICE.fullmatch, parts)),
        f"its name is too long: a part may have {LONGEST_PART} bytes": max(map(_size, parts)) > LONGEST_PART
        or _size(name) > LONGEST_NAME,
    }
    return next((why for why, is_so in reasons.items() if is_so), "")


def _size(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def leads_out(name: str) -> bool:
    """Whether a name points out of the folder in which it is used, on any system."""
    name = name.replace("\\", "/")
    return name.startswith("/") or ".." in name.split("/") or re.match("[A-Za-z]:", name) is not None


def plain(name: str) -> str:
    """The name without what not every system allows: such characters become `_`, and composed accents one character.

    It may still be refused: what leads out of a folder is not made harmless here.
    """
    parts = [part for part in unicodedata.normalize("NFC", name).replace("\\", "/").split("/") if part != "."]
    return "/".join(map(_plain_part, parts))


def _plain_part(part: str) -> str:
    if part == "..":
        return part
    part = "".join("_" if _is_hidden(c) or c in _FORBIDDEN else c for c in part)
    part = re.sub(r"[. ]+$", lambda end: "_" * len(end[0]), part)
    return f"_{part}" if _DEVICE.fullmatch(part) else part


def _is_hidden(character: str) -> bool:
    """Whether a character has no shape: it moves the cursor, turns the direction of writing, joins or ends a line."""
    return unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp")


UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ud800-\udfff\ue000-\uf8ff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
"""Characters that nobody sees, or that are no text: controls, directions, joiners, fillers, halves of characters."""


def visible(text: str) -> str:
    """Text whose control, direction and zero-width characters are shown as escapes, such as `\\x1b` and `\\u202e`.

    Line breaks and tabs stay. Used for whatever is printed of a release, in files, on pages and in a terminal.
    """
    if text.isascii() and text.isprintable():
        return text
    return UNSEEN.sub(lambda found: found[0].encode("unicode_escape", "surrogatepass").decode("ascii"), text)


FORMULA = re.compile(r"[=+@\t\r-](?!\d[\d,.]*$).", re.ASCII | re.DOTALL)
"""What text begins with that a spreadsheet would compute; a number with its sign is none, nor is one character."""


def no_formula(text: str) -> str:
    """Text for a cell of a CSV: what a spreadsheet would take for a formula is put behind an apostrophe."""
    return f"'{text}" if FORMULA.match(text) else text


def without_apostrophe(cell: str) -> str:
    """The text of a cell as it was before `no_formula`."""
    return cell[1:] if cell[:1] == "'" and FORMULA.match(cell, 1) else cell


def shown(name: str) -> str:
    """A name as it may be printed, on one line: what cannot be seen, or is not UTF-8, is spelled out."""
    return visible(name).replace("\n", "\\n").replace("\t", "\\t")


def key(name: str) -> str:
    """What is equal for names that some system takes for one: case and the spelling of accents do not count."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def folders(names: Iterable[str]) -> set[str]:
    """The keys of the folders in which files of these names lie, at any depth: no file can have one of them."""
    parts = (key(name).split("/") for name in names)
    return {"/".join(names[:depth]) for names in parts for depth in range(1, len(names))}
