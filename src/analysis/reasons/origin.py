"""Parts a released reason into its drop-down values and its typed text, and says how it came about."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from analysis.vendors import collectors_notes, is_masked

MOST_HEADS = 4096  # officers choose from a few hundred combinations

ORIGINS = ("typed", "dropdown", "dropdown+typed", "machine", "blank", "masked")


@dataclass(frozen=True)
class Machine:
    """A beginning of reasons that no person typed; `inside` when it quotes another text after its colon."""

    begins: str
    inside: bool


class Parted(NamedTuple):
    """A reason in parts: drop-down values, what remains, how it came about, and a text quoted by a machine."""

    offense_types: tuple[str, ...]
    text: str
    origin: str
    inside: str = ""

    @property
    def asked(self) -> str:
        """The text that the rules are asked about: what was typed, or what a machine quotes."""
        return self.inside if self.origin == "machine" else self.text


@dataclass(frozen=True)
class Menu:
    """The offense types that the vendor's menu offers, and the beginnings of machine-made reasons."""

    values: tuple[str, ...]
    machines: tuple[Machine, ...] = ()

    @cached_property
    def pattern(self) -> str:
        """One or more values joined by `, `; longest first, so that a value wins over its own beginning."""
        one = "|".join(re.escape(value) for value in sorted(self.values, key=len, reverse=True))
        return f"(?:{one})(?:, (?:{one}))*"

    @cached_property
    def _native(self) -> re.Pattern[str]:
        return re.compile(rf"\s*({self.pattern})\s+-(?:\s+(.*))?", re.DOTALL)

    @cached_property
    def _heads(self) -> dict[str, tuple[str, ...]]:
        """Cells' beginnings up to ` -` that were looked at before, with their values; none where it is no menu's."""
        return {}

    @cached_property
    def _alone(self) -> frozenset[str]:
        return frozenset(value for value in self.values if "/" in value or "(" in value)

    @cached_property
    def _machine_words(self) -> re.Pattern[str]:
        """The first words of machine-made reasons: a quick look, since few reasons begin with one."""
        first = dict.fromkeys(re.escape(machine.begins.split()[0]) for machine in self.machines)
        return re.compile("|".join(first) or "$^", re.IGNORECASE)

    def part(self, reason: str, column: str | None = None, portal: bool = False) -> Parted:
        """Part one reason, and the portal's own offense-type column where there is one.

        In a native export only the separator ` - ` proves a menu: a bare `Robbery` was typed. With `portal`, a
        whole cell equal to a value with `/` or `(` came from the menu. A masked text beside an offense type is
        `dropdown`, because the type can be read. A collector's note is cut off first.
        """
        reason = re.sub(collectors_notes(), "", reason) if "[" in reason else reason
        native, text = self.split(reason, portal)
        types = tuple(dict.fromkeys((*self.split_column(column), *native))) if column else native
        machine = self._machine(text)
        if machine is not None:
            return Parted(types, text, "machine", self._inside(text, machine))
        nothing = not text or is_masked(text)
        if types:
            return Parted(types, text, "dropdown" if nothing else "dropdown+typed")
        return Parted((), text, "blank" if not text else "masked" if nothing else "typed")

    def split(self, reason: str, portal: bool = False) -> tuple[tuple[str, ...], str]:
        """The drop-down values that a cell begins with, and its typed text without outer blanks."""
        if portal and reason.strip() in self._alone:
            return (reason.strip(),), ""
        head, dash, rest = reason.partition(" -")
        types = self._types_of(head) if dash and (not rest or rest[0].isspace()) else ()
        if types:
            return types, rest.strip()
        found = self._native.fullmatch(reason)  # with a tab before the dash, say
        if found is None:
            return (), reason.strip()
        return self.split_column(found[1]), (found[2] or "").strip()

    def _types_of(self, head: str) -> tuple[str, ...]:
        """The values that a cell's beginning consists of; no value holds ` -`, and few beginnings occur."""
        if head not in self._heads and len(self._heads) < MOST_HEADS:
            self._heads[head] = self.split_column(head.strip()) if self._native.fullmatch(f"{head} -") else ()
        return self._heads.get(head, ())

    def split_column(self, cell: str | None) -> tuple[str, ...]:
        """The values of an offense-type column; unknown ones as they stand, since agencies may add their own."""
        return _values(cell) if cell else ()

    def unknown(self, types: Iterable[str]) -> tuple[str, ...]:
        """Values that no released export has shown so far: to be counted and named."""
        return tuple(value for value in types if value not in self.values)

    def _machine(self, text: str) -> Machine | None:
        if not self._machine_words.match(text):
            return None
        start = " ".join(text[:200].casefold().split())
        return next((machine for machine in self.machines if start.startswith(machine.begins)), None)

    def _inside(self, text: str, machine: Machine) -> str:
        """What a machine-made reason quotes: 'More Like This' may quote another drop-down value and text."""
        if not machine.inside:
            return ""
        quoted = text.partition(":")[2].strip()
        _, typed = self.split(quoted)
        return typed if typed != quoted else quoted


@lru_cache(maxsize=MOST_HEADS)
def _values(cell: str) -> tuple[str, ...]:
    if is_masked(cell):
        return ()
    return tuple(dict.fromkeys(value.strip() for value in cell.split(", ") if value.strip()))


def read_machines(tables: Sequence[dict[str, object]]) -> tuple[Machine, ...]:
    """The beginnings of machine-made reasons from their tables in `offense_types.toml`."""
    return tuple(Machine(str(t["begins"]).casefold(), bool(t["inside"])) for t in tables)
