"""Parts a released reason into its drop-down values and its typed text, and says where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

from analysis import vendors
from analysis.vendors import facts
from analysis.vendors.masks import is_masked

MOST_HEADS = 4096  # officers choose from a few hundred combinations

ORIGINS = ("typed", "dropdown", "dropdown+typed", "machine", "blank", "masked")


class SplitReason(NamedTuple):
    """A reason split into drop-down values, what remains, where it came from, and a text quoted by a machine."""

    offense_types: tuple[str, ...]
    text: str
    origin: str
    inside: str = ""

    @property
    def matched_text(self) -> str:
        """The text that the rules are asked about: what was typed, or what a machine quotes."""
        return self.inside if self.origin == "machine" else self.text


@dataclass(frozen=True)
class Menu:
    """The offense types that one vendor's search form offers, and the beginnings of machine-made reasons."""

    offered: facts.Menu

    @cached_property
    def values(self) -> tuple[str, ...]:
        """Its values, in order."""
        return tuple(offense.value for offense in self.offered.offense_type)

    @cached_property
    def pattern(self) -> str:
        """One or more values as the vendor joins them; longest first, so that a value wins over its own beginning."""
        value = "|".join(re.escape(value) for value in sorted(self.values, key=len, reverse=True)) or "$^"
        return f"(?:{value})(?:{re.escape(self.offered.joiner)}(?:{value}))*"

    @cached_property
    def machine_pattern(self) -> str:
        """The beginnings of machine-made reasons, in any case."""
        begins = (machine.begins.replace(" ", r"\s+") for machine in self.offered.machine)
        return f"(?:{'|'.join(begins) or '$^'})"

    @cached_property
    def beginning(self) -> str:
        """A pattern of values with the delimiter behind them."""
        spaces = r"\s+" if self.offered.delimiter[0].isspace() else r"\s*"
        return f"{self.pattern}{spaces}{re.escape(self.offered.delimiter.strip())}{self._end}"

    @cached_property
    def _end(self) -> str:
        """A pattern of what must follow the delimiter."""
        return r"(?=\s|$)" if self.offered.delimiter[-1].isspace() else ""

    @cached_property
    def _native(self) -> re.Pattern[str]:
        delimiter = self.beginning.removeprefix(self.pattern)
        return re.compile(rf"\s*({self.pattern}){delimiter}(.*)", re.DOTALL)

    @cached_property
    def _heads(self) -> dict[str, tuple[str, ...]]:
        """Cells' beginnings up to the delimiter that were looked at before, with their values, if any."""
        return {}

    @cached_property
    def _alone(self) -> frozenset[str]:
        return frozenset(value for value in self.values if set(value) & set(self.offered.proof))

    @cached_property
    def _machine_words(self) -> re.Pattern[str]:
        """The first words of machine-made reasons: a quick look, since few reasons begin with one."""
        first = dict.fromkeys(re.escape(machine.begins.split()[0]) for machine in self.offered.machine)
        return re.compile("|".join(first) or "$^", re.IGNORECASE)

    def split_reason(self, reason: str, column: str | None = None, portal: bool = False) -> SplitReason:
        """Split one reason, and the portal's own offense-type column where there is one.

        In a native export only the delimiter proves a menu: a bare `Robbery` was typed. With `portal`, a whole cell
        equal to a value with a character of `proof` came from the menu. A masked text beside an offense type is
        `dropdown`, because the type can be read. A collector's note is cut off first.
        """
        reason = re.sub(vendors.collectors_notes(), "", reason) if "[" in reason else reason
        native, text = self.split(reason, portal)
        types = tuple(dict.fromkeys((*self.split_column(column), *native))) if column else native
        machine = self._machine(text)
        if machine is not None:
            return SplitReason(types, text, "machine", self._inside(text, machine))
        nothing = not text or is_masked(text)
        if types:
            return SplitReason(types, text, "dropdown" if nothing else "dropdown+typed")
        return SplitReason((), text, "blank" if not text else "masked" if nothing else "typed")

    def split(self, reason: str, portal: bool = False) -> tuple[tuple[str, ...], str]:
        """The drop-down values that a cell begins with, and its typed text without outer spaces."""
        if portal and reason.strip() in self._alone:
            return (reason.strip(),), ""
        head, delimiter, rest = reason.partition(self.offered.delimiter.rstrip())
        types = self._types_of(head) if delimiter and re.match(self._end, rest) else ()
        if types:
            return types, rest.strip()
        found = self._native.fullmatch(reason)  # with a tab before the delimiter, say
        if found is None:
            return (), reason.strip()
        return self.split_column(found[1]), found[2].strip()

    def _types_of(self, head: str) -> tuple[str, ...]:
        """The values that a cell's beginning consists of; no value holds the delimiter, and few beginnings occur."""
        if head not in self._heads and len(self._heads) < MOST_HEADS:
            whole = self._native.fullmatch(head + self.offered.delimiter.rstrip())
            self._heads[head] = self.split_column(head.strip()) if whole else ()
        return self._heads.get(head, ())

    def split_column(self, cell: str | None) -> tuple[str, ...]:
        """The values of an offense-type column; unknown ones as they are, since agencies may add their own."""
        return _values(cell, self.offered.joiner) if cell else ()

    def unknown(self, types: Iterable[str]) -> tuple[str, ...]:
        """Values that no released export has shown so far: to be counted and named."""
        return tuple(value for value in types if value not in self.values)

    def _machine(self, text: str) -> facts.Machine | None:
        if not self._machine_words.match(text):
            return None
        start = " ".join(text[:200].casefold().split())
        return next((machine for machine in self.offered.machine if start.startswith(machine.begins)), None)

    def _inside(self, text: str, machine: facts.Machine) -> str:
        """What a machine-made reason quotes: 'More Like This' may quote another drop-down value and text."""
        if not machine.inside:
            return ""
        quoted = text.partition(":")[2].strip()
        _, typed = self.split(quoted)
        return typed if typed != quoted else quoted


@lru_cache(maxsize=MOST_HEADS)
def _values(cell: str, joiner: str) -> tuple[str, ...]:
    if is_masked(cell):
        return ()
    return tuple(dict.fromkeys(value.strip() for value in cell.split(joiner) if value.strip()))
