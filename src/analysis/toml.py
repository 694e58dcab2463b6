"""Reads TOML by its schema, and names the file, entry or line, the nearest known key and the remedy; writes it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Self, TypeVar

import msgspec
from msgspec import inspect

from analysis import paths
from analysis.refused import Refused
from analysis.wording import near


class BadToml(Refused):
    """A file that cannot be read as TOML or does not fit its schema; the message names file, entry and remedy."""


class Schema(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One table of a TOML file that people type: a key that no field is named for is refused.

    A field without a default must be there. Messages call an entry by its first field, as in "rule 'ice.hold'". What
    a single type cannot say, `__post_init__` checks; its ValueError becomes a message about the entry.
    """

    def replace(self, **values: Any) -> Self:
        """The same with some fields changed."""
        return msgspec.structs.replace(self, **values)

    def fields(self) -> dict[str, Any]:
        """Every field with its value, in order."""
        return msgspec.structs.asdict(self)


def text(value: object) -> str:
    """A value as TOML has it: JSON writes the same, but for days and one character that TOML forbids."""
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def lines(values: Mapping[str, object]) -> str:
    """The lines of a table, their equals signs below each other."""
    keys = {key: key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else text(key) for key in values}
    width = max(map(len, keys.values()), default=0)
    return "".join(f"{keys[key]:{width}} = {text(value)}\n" for key, value in values.items())


Table = TypeVar("Table", bound=Schema)
Text = Annotated[str, msgspec.Meta(min_length=1)]
"""A text that is not empty."""
Texts = Annotated[tuple[Text, ...], msgspec.Meta(min_length=1)]
"""One text or more, none of them empty."""


def read(
    path: Path,
    file: str,
    schema: type[Table],
    error: type[Refused] = BadToml,
    remedy: str = "Fix that line.",
) -> Table:
    """What a file says, which messages call `file`. Raises `error`."""
    return decode(load(path, file, error, remedy), file, schema, error)


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


def decode(
    said: Mapping[str, Any],
    file: str,
    schema: type[Table],
    error: type[Refused] = BadToml,
    entry: str = "",
) -> Table:
    """Tables that were read, by their schema; `entry` is what messages call the table. Raises `error`.

    Strict: a day in quotation marks is a text, and true is no number.
    """
    try:
        return msgspec.convert(said, schema, builtin_types=(date, datetime))
    except msgspec.ValidationError as wrong:
        where, what = _explained(str(wrong), said, inspect.type_info(schema), entry)
        raise error(f"{', '.join(filter(None, (file, where)))}: {what}") from None


# What a message says ---------------------------------------------------------------------------------------------


def _explained(wrong: str, value: Any, kind: Any, entry: str) -> tuple[str, str]:
    """Which entry msgspec's message is about, and what is wrong with it in our words.

    A message ends in the path to what is wrong, such as " - at `$.file[0].columns[...]`".
    """
    problem, _, path = wrong.partition(" - at `$")
    table, schema, key = value, kind, ""
    for name, number in re.findall(r"\.(\w+)|\[(\d+)\]", path.split("[...]")[0]):
        if name:
            key, kind, value = name, _plain(_field(schema, name).type), value[name]
        else:
            kind, value = _plain(getattr(kind, "item_type", kind)), value[int(number)]
        if isinstance(kind, inspect.StructType) and isinstance(value, dict):
            entry = _called(key, value, int(number), kind) if number else f"[{key}]"
            table, schema, key = value, kind, ""
    return entry, _problem(problem, table, schema, key)


def _problem(problem: str, table: Mapping[str, Any], schema: inspect.StructType, key: str) -> str:
    if problem.startswith("Object contains unknown field"):
        return unknown_key(table, [field.encode_name for field in schema.fields]) or problem
    missing = problem.startswith("Object missing required field")
    if missing or (key and _field(schema, key).required and table[key] in ("", [])):
        needed = [field.encode_name for field in schema.fields if field.required]
        return f"'{problem.split('`')[1] if missing else key}' is missing; needed are {', '.join(needed)}"
    if not problem.startswith(("Expected", "Invalid")):
        return problem  # what a `__post_init__` says
    kind = _plain(_field(schema, key).type) if key else None
    if isinstance(kind, inspect.LiteralType) and isinstance(table[key], str):
        return f"{key} = {table[key]!r} is none of {', '.join(map(repr, kind.values))}"
    return (
        f"'{key}' must be written as {_written(key, _field(schema, key).type)}"
        if key
        else "it must be a [table]"
    )


def _field(schema: inspect.StructType, key: str) -> inspect.Field:
    return next(field for field in schema.fields if field.encode_name == key)


def _called(key: str, value: Mapping[str, Any], number: int, schema: inspect.StructType) -> str:
    """What a message calls an entry of a list: by its first field, or by its number where that says nothing."""
    first = value.get(schema.fields[0].encode_name)
    named = f"'{paths.shown(first)}'" if first and isinstance(first, str) else str(number + 1)
    return f"{key.replace('_', ' ')} {named}"


def _plain(kind: Any) -> Any:
    """A type without its notes and without None."""
    while isinstance(kind, inspect.Metadata | inspect.UnionType):
        if isinstance(kind, inspect.Metadata):
            kind = kind.type
        else:
            kind = next(option for option in kind.types if not isinstance(option, inspect.NoneType))
    return kind


def _written(key: str, kind: Any) -> str:
    """How a value of a type is written in TOML."""
    if isinstance(kind, inspect.UnionType):
        kind = next(option for option in kind.types if not isinstance(option, inspect.NoneType))
    if isinstance(kind, inspect.Metadata) and "description" in (kind.extra_json_schema or {}):
        return str(kind.extra_json_schema["description"])  # type: ignore[index]
    kind = _plain(kind)
    if isinstance(kind, inspect.VarTupleType):
        entries = isinstance(_plain(kind.item_type), inspect.StructType)
        return f"entries in double brackets, as [[{key}]]" if entries else 'texts, as ["one", "other"]'
    if isinstance(kind, inspect.DictType) and isinstance(_plain(kind.value_type), inspect.StrType):
        return 'names with texts, as { "Shoe Size" = "ignored" }'
    for form, words in _FORMS.items():
        if isinstance(kind, form):
            return words
    return "a [table]"


_FORMS: Mapping[type, str] = {
    inspect.StrType: "a text in quotation marks",
    inspect.LiteralType: "a text in quotation marks",
    inspect.IntType: "a whole number",
    inspect.BoolType: "true or false",
    inspect.DateType: "a day, as 2025-12-02",
}


def unknown_key(said: Iterable[str], known: Iterable[str]) -> str | None:
    """What a message says of the first key that is not known, with the nearest known ones; None where all are known."""
    names = sorted(known)
    wrong = next(iter(sorted(set(said) - set(names))), None)
    if wrong is None:
        return None
    return f"unknown key {wrong!r}{near(wrong.casefold(), names)}; known are {', '.join(names)}"
