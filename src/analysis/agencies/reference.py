"""Reads a list of agencies that a place carries, and finds the one state in which it lists an agency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from analysis import readers
from analysis.agencies.names import Name, key, read
from analysis.agencies.words import Words, read_word_list
from analysis.refused import Refused

COLUMNS = {
    "name": ("agency", "pub_agency_name", "agency_name", "name"),
    "state": ("state", "state_abbr"),
    "type": ("kind", "agency_type_name", "type"),
}
"""The columns of a list of agencies: ours first, then those of the FBI's Law Enforcement Employees release."""

_OF_TYPE = {
    **dict.fromkeys(("City", "University or College", "Tribal"), "{} PD ({})"), "County": "{} County SO ({})",
}  # fmt: skip
_CODES = {"NB": "NE", "GM": "GU"}
"""Codes of the FBI that are not the Postal Service's."""

States = Mapping[tuple[str, str], frozenset[str]]


class UnreadableReference(Refused):
    """A list of agencies that cannot be read; the message names the file, what was found and the remedy."""


def read_reference(folder: Path) -> States:
    """The states in which the lists of a folder (`*agencies*.csv`) name an agency, by its spelling and kind.

    Without such a list the answer is empty. Names that the FBI's release cut at a colon are no agency's and are
    left out. Raises `UnreadableReference` and `readers.UnreadableFile`.
    """
    lists, found = read_word_list(), defaultdict(set)
    files = sorted(folder.glob("*agencies*.csv"))
    own = (path for path in files if not any(word in path.stem.lower() for word in _OTHER_LISTS))
    for name, state in (each for path in own for each in _named(path, lists)):
        agency = read(name, lists)
        if agency.kind and state:
            words_but_state = (word for word in agency.agency.split() if word != state)
            found[key(" ".join(words_but_state)), agency.kind].add(state)
    return {named: frozenset(states) for named, states in found.items()}


_OTHER_LISTS = ("287g", "sharing", "shared", "access")
"""What the names of lists of agreements or of access hold, which may speak of agencies too."""


def state_of(name: Name, reference: States) -> str | None:
    """The one state in which the lists name an agency so spelled and of this kind; two or none decide nothing."""
    if name.state is not None or name.kind is None or not name.decided_by.endswith(_OPEN):
        return None
    states = reference.get((key(name.agency), name.kind), frozenset())
    return next(iter(states)) if len(states) == 1 else None


_OPEN = ("state=no state", "state=CO may be a county")


def _named(path: Path, lists: Words) -> list[tuple[str, str]]:
    """Each listed agency as a name that says its state, and that state's code."""
    header, *rows = readers.delimited(path, path.name) or [[]]
    at = {
        ours: header.index(name)
        for ours, theirs in COLUMNS.items()
        for name in theirs[::-1]
        if name in header
    }
    if "name" not in at or "state" not in at:
        raise UnreadableReference(
            f"{path.name}: no column {' or '.join(COLUMNS['name'])} beside {' or '.join(COLUMNS['state'])}; "
            f"none of its {len(header)} columns is both. Name them agency, state and kind."
        )
    found = []
    for row in rows:
        cells = {ours: row[column] for ours, column in at.items() if column < len(row)}
        name, state, kind = (cells.get(ours, "") for ours in COLUMNS)
        code = lists.state_names.get(state.strip().lower(), state.strip().upper())
        code = _CODES.get(code, code)
        if not name.endswith((":", ",")) and code in lists.states:
            # 'Tarnwick', 'TX', 'County' is read as the name of a sheriff's office; a name that says its type stays.
            shape = "{} ({})" if "police" in name.lower() else _OF_TYPE.get(kind, "{} ({})")
            shape = shape.replace(" County", "") if "county" in name.lower() else shape
            found.append((shape.format(name, code), code))
    return found
