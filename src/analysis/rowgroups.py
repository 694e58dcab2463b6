"""Puts Parquet files of one schema together by copying their row groups, without decoding a value.

A Parquet file is its row groups, one after the other, and a footer that says where each lies. So the bytes
before the footers are copied as they are, and one footer is written in which places are counted on. Arrow
writes no such file; the footer's form is Thrift's compact protocol
(https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md) and its fields stand in
https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_MAGIC = b"PAR1"
_TRUE, _FALSE, _I16, _I64, _LIST = 1, 2, 4, 6, 9  # the protocol's kinds that are named here
_SCHEMA, _ROWS, _GROUPS = 2, 3, 4  # of the footer
_COLUMNS, _GROUP_AT, _ORDINAL = 1, 5, 7  # of a row group
_CHUNK_AT, _CHUNK = 2, 3  # of a column in it
_PAGES_AT = (9, 10, 11)  # of that column: data, index and dictionary pages


def join(parts: Sequence[Path], into: Path) -> None:
    """Write one file with the rows of all parts, in order; the parts have one schema and no page index.

    Raises `ValueError` for a part that has another schema or is no Parquet file.
    """
    whole: _Fields | None = None
    copies, at = [], len(_MAGIC)
    for part in parts:
        footer, size = _footer(part)
        _move_all(footer, at - len(_MAGIC))
        copies.append((part, size, into, at))
        whole, at = _added(whole, footer, part) if whole else footer, at + size
    if whole is None:
        raise ValueError("there is no part to put together")
    for ordinal, group in enumerate(whole[_GROUPS].value.items):
        if _ORDINAL in group:
            group[_ORDINAL] = _Value(_I16, ordinal)
    footer_bytes = b"".join(_written(whole))
    with into.open("wb") as out:
        out.write(_MAGIC)
        out.seek(at)
        out.write(footer_bytes + len(footer_bytes).to_bytes(4, "little") + _MAGIC)
    with ThreadPoolExecutor() as pool:  # copying is the system's work, and it has several cores
        for done in [pool.submit(_copy, *copy) for copy in copies]:
            done.result()


def _footer(part: Path) -> tuple[_Fields, int]:
    """A part's footer, and how many bytes of row groups stand before it."""
    with part.open("rb") as file:
        end = file.seek(-8, 2)
        size = int.from_bytes(file.read(4), "little")
        if file.read(4) != _MAGIC:
            raise ValueError(f"{part.name}: this is no Parquet file")
        file.seek(end - size)
        return _Reader(file.read(size)).struct(), end - size - len(_MAGIC)


def _move_all(footer: _Fields, shift: int) -> None:
    """Count every place in a footer from where it now lies."""
    for group in footer[_GROUPS].value.items:
        _move(group, _GROUP_AT, shift)
        for column in group[_COLUMNS].value.items:
            _move(column, _CHUNK_AT, shift)
            for page in _PAGES_AT:
                _move(column[_CHUNK].value, page, shift)


def _copy(part: Path, size: int, into: Path, at: int) -> None:
    """Copy a part's row groups to their place in the whole file."""
    with part.open("rb") as file, into.open("r+b") as out:
        file.seek(len(_MAGIC))
        out.seek(at)
        while size:
            piece = file.read(min(size, 1 << 22))
            out.write(piece)
            size -= len(piece)


def _move(fields: _Fields, place: int, shift: int) -> None:
    # 0 stands for a place that is not given
    if place in fields and fields[place].value:
        fields[place] = _Value(_I64, fields[place].value + shift)


def _added(whole: _Fields, footer: _Fields, part: Path) -> _Fields:
    if whole[_SCHEMA] != footer[_SCHEMA]:
        raise ValueError(f"{part.name}: its columns are not those of the other parts")
    whole[_ROWS] = _Value(_I64, whole[_ROWS].value + footer[_ROWS].value)
    groups = whole[_GROUPS].value
    whole[_GROUPS] = _Value(_LIST, _Items(groups.kind, [*groups.items, *footer[_GROUPS].value.items]))
    return whole


# Thrift's compact protocol --------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Value:
    """A value and the kind that the protocol gives it."""

    kind: int
    value: Any


@dataclass(frozen=True)
class _Items:
    """A list and the kind of its items; structs are `_Fields`, everything else plain."""

    kind: int
    items: list[Any]


_Fields = dict[int, _Value]


class _Reader:
    """Reads structs from bytes."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def struct(self) -> _Fields:
        fields: _Fields = {}
        number = 0
        while (head := self._take(1)[0]) != 0:
            number = number + (head >> 4) if head >> 4 else _unzigzag(self._varint())
            kind = head & 15
            fields[number] = _Value(kind, kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind))
        return fields

    def _value(self, kind: int) -> Any:
        match kind:
            case 1 | 2 | 3:  # a truth in a list, or a byte
                return self._take(1)[0]
            case 4 | 5 | 6:
                return _unzigzag(self._varint())
            case 7:
                return self._take(8)
            case 8:
                return self._take(self._varint())
            case 9:
                head = self._take(1)[0]
                size = self._varint() if head >> 4 == 15 else head >> 4
                return _Items(head & 15, [self._value(head & 15) for _ in range(size)])
            case 12:
                return self.struct()
        raise ValueError(f"a footer holds a value of kind {kind}, which Parquet's do not")

    def _take(self, size: int) -> bytes:
        self._at += size
        return self._data[self._at - size : self._at]

    def _varint(self) -> int:
        value = shift = 0
        while True:
            byte = self._take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7


def _written(fields: _Fields) -> Iterator[bytes]:
    before = 0
    for number, field in sorted(fields.items()):
        kind = (_TRUE if field.value else _FALSE) if field.kind in (_TRUE, _FALSE) else field.kind
        step = number - before
        yield bytes([step << 4 | kind]) if step < 16 else bytes([kind]) + _varint(_zigzag(number))
        if kind not in (_TRUE, _FALSE):
            yield from _value(kind, field.value)
        before = number
    yield b"\0"


def _value(kind: int, value: Any) -> Iterator[bytes]:
    match kind:
        case 1 | 2 | 3:
            yield bytes([value])
        case 4 | 5 | 6:
            yield _varint(_zigzag(value))
        case 7:
            yield value
        case 8:
            yield _varint(len(value)) + value
        case 9:
            size = len(value.items)
            yield bytes([min(size, 15) << 4 | value.kind]) + (_varint(size) if size >= 15 else b"")
            for item in value.items:
                yield from _value(value.kind, item)
        case 12:
            yield from _written(value)


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _zigzag(value: int) -> int:
    return value * 2 if value >= 0 else -value * 2 - 1


def _unzigzag(value: int) -> int:
    return value >> 1 if value % 2 == 0 else -(value >> 1) - 1
