"""Says what a vendor's two files may hold: how its exports are written, and what its search form offers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Literal, NamedTuple

from msgspec import field

from analysis.toml import Schema, Text, Texts

COLUMNS = {
    "agency": "the searching agency",
    "agency_number": "its number, where no column names it",
    "camera_owner": "whose cameras were searched, where each row says so",
    "case_number": "the officer's case number; only whether there is one is kept",
    "devices": "how many cameras were searched",
    "filters": "what the car looked like; never kept",
    "ignored": "a column that is known and not read",
    "moderation": "what the vendor decided about a search in free text",
    "networks": "how many agencies' cameras were searched",
    "offense_types": "what the officer chose from the menu, where it has a column of its own",
    "officer": "who searched; never kept",
    "plate": "the plate; never kept",
    "reason": "why, as typed or chosen",
    "released_id": "the export's own id of the search",
    "search_date": "the day of the search, beside a column with its time, or alone",
    "search_time": "when the search was made",
    "search_type": "the kind of search",
    "text_prompt": "a search in free text; never kept",
    "time_frame": "the days that were searched: start and end in one cell",
    "window_end": "the end of the days that were searched",
    "window_start": "their start",
}
"""What a column of an export can be, in every vendor's words."""


def normal(header: str) -> str:
    """A column name as it is compared: its letters, digits and '#', in lower case."""
    return _BETWEEN.sub("", header).casefold()


_BETWEEN = re.compile(r"[^\w#]|_")


# menu.toml ------------------------------------------------------------------------------------------------------


class Machine(Schema, frozen=True):
    """How a reason that no person typed begins, in small letters; `inside` when it quotes another after its colon."""

    begins: Text
    inside: bool


class OffenseType(Schema, frozen=True):
    """One value of the menu: the topics it is about, and the immigration total and kind that count it, if any."""

    value: Text
    topics: tuple[Text, ...]
    tier: Literal["strict", "core", "broad"] | None = None
    kind: Literal["civil", "criminal"] | None = None
    because: str = ""

    @property
    def rule(self) -> str:
        """Its name among the rules, such as `dropdown.hit_and_run_car_accident`."""
        return "dropdown." + re.sub("[^a-z0-9]+", "_", self.value.casefold()).strip("_")


class Menu(Schema, frozen=True):
    """What a search form offers, and how a reason shows what was chosen: values, `joiner` between them, then
    `delimiter` and what was typed. A cell of a portal that is one value alone was chosen if it holds a character of
    `proof`: a bare word could have been typed. `crimes` are its topics that make an immigration row mixed, `topics`
    those that no typed rule has, each with what it means.
    """

    offense_type: tuple[OffenseType, ...] = ()
    machine: tuple[Machine, ...] = ()
    crimes: tuple[str, ...] = ()
    topics: dict[str, str] = field(default_factory=dict)
    delimiter: Text = " - "
    joiner: Text = ", "
    proof: str = "/("

    def __post_init__(self) -> None:
        for offense in self.offense_type:
            if self.joiner in offense.value or self.delimiter in offense.value:
                raise ValueError(
                    f"offense type '{offense.value}': a value cannot hold {self.joiner!r} or {self.delimiter!r}, which "
                    "separate values"
                )


# exports.toml ---------------------------------------------------------------------------------------------------


class Family(Schema, frozen=True, dict=True):
    """One family of exports, with our column (`COLUMNS`) for each of its columns.

    `marks` are names that tell its headers from others', with | between names of which one is enough;
    `last_columns` what a name is where it comes again; `layouts` its named sets of columns, `orders` the orders in
    which they came. `log` is the kind of log that it always is, `usual_log` the kind where nothing else tells.
    `has_own_ids` means that ids are a collector's and not the vendor's; `zero_is_unknown` lists counts in which 0 says
    nothing. `is_copy` marks a collector's copy, and `zone_is_open` times that may have been saved in another zone.
    """

    name: Text
    marks: Texts
    columns: dict[str, str]
    last_columns: dict[str, str] = field(default_factory=dict)
    layouts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    orders: tuple[Text, ...] = ()
    log: str | None = None
    usual_log: str = "organization audit"
    has_own_ids: bool = False
    zero_is_unknown: tuple[str, ...] = ()
    is_copy: bool = False
    zone_is_open: bool = False

    def __post_init__(self) -> None:
        meant = {*self.columns.values(), *self.last_columns.values(), *self.zero_is_unknown}
        meant |= {name for layout in self.layouts.values() for name in layout}
        if unknown := sorted(meant - COLUMNS.keys()):
            raise ValueError(f"there is no column {unknown[0]!r}; known are {', '.join(COLUMNS)}")
        spelled: dict[str, str] = {}
        for name, column in self.columns.items():
            first = spelled.setdefault(normal(name), name)
            if self.columns[first] != column:
                raise ValueError(
                    f"{first!r} and {name!r} are one name, and cannot be two columns; remove one"
                )

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """Our column for each name as `normal` writes it."""
        return {normal(name): column for name, column in self.columns.items()}

    @cached_property
    def by_last_name(self) -> Mapping[str, str]:
        """Our column for a name that comes again."""
        return {normal(name): column for name, column in self.last_columns.items()}

    @cached_property
    def marking(self) -> tuple[frozenset[str], ...]:
        """The marks as they are compared: a header has one name of each set."""
        return tuple(frozenset(map(normal, mark.split("|"))) for mark in self.marks)


class NotAnAudit(Schema, frozen=True):
    """A file that officers also hand over: what it is, and the names that its header must hold."""

    name: Text
    marks: Texts


class Masks(Schema, frozen=True):
    """How a cell says that its value was hidden: whole `words` in small letters, any number of some `characters`, an
    exemption cited (a pattern); `no_value` are words of a count that has no value."""

    words: tuple[Text, ...] = ()
    characters: str = ""
    statutes: str = "$^"
    no_value: tuple[Text, ...] = ()


class Times(Schema, frozen=True, dict=True):
    """How an export writes a time, such as `MM/DD/YYYY, hh:mm:ss AM UTC`; Y, M, D, h, m, s and f (milliseconds) are
    digits, AM is AM or PM, and all else is itself. One without UTC or Z at its end has no zone.

    `between` stands between the two times of a time frame. A year of two digits is one of `first_year` or later.
    """

    shapes: Texts
    first_year: int = 2000
    between: str = "\n"

    def __post_init__(self) -> None:
        for shape in self.shapes:
            if not all(letter in shape for letter in "YMDhm"):
                raise ValueError(
                    f"the shape {shape!r} lacks one of Y, M, D, h and m; write it as 'YYYY-MM-DD hh:mm'"
                )


class Ids(Schema, frozen=True):
    """The shape that all ids of searches and officers have, and nothing else: a pattern, and its length in bytes."""

    pattern: Text
    length: int


class SearchTypes(Schema, frozen=True, dict=True):
    """Kinds of search, as the vendor spells them; a suffix says where one was typed and makes no other kind."""

    known: tuple[Text, ...] = ()
    suffixes: tuple[Text, ...] = ()

    @cached_property
    def spellings(self) -> tuple[str, ...]:
        """Every kind alone and with each suffix."""
        return tuple(f"{name}{suffix}" for name in self.known for suffix in ("", *self.suffixes))

    @cached_property
    def by_folded(self) -> Mapping[str, str]:
        """Each spelling by itself in small letters."""
        return {name.casefold(): name for name in self.spellings}


class Moderation(Schema, frozen=True):
    """The vendor's words, in small letters: what became of a search in free text, and the beginnings of sentences that
    say that no person made the search."""

    verdicts: tuple[Text, ...] = ()
    system: tuple[Text, ...] = ()


Kind = Literal["words refused", "menu", "masking", ""]
"""What kind of change it is, where a number is about one."""


class Era(Schema, frozen=True):
    """A period in which the vendor's logs were written alike: its name, the day (UTC) it ended, what began then."""

    name: Text
    until: date | None = None
    then: str = ""
    kind: Kind = ""

    def __post_init__(self) -> None:
        if not re.fullmatch("[a-z][a-z_]*", self.name):
            raise ValueError(
                "the name of an era is one word in small letters, since columns are named for it"
            )


class Dated(Schema, frozen=True):
    """A change to the vendor's logs that begins no era: the day (UTC), and what changed."""

    what: Text
    day: date
    kind: Kind = ""


class Change(NamedTuple):
    """A change to a vendor's logs: the moment from which it is expected, what changed, and its kind or nothing."""

    at: datetime
    what: str
    kind: str


class Notes(Schema, frozen=True):
    """Words of people who collect releases: how their notes inside a reason begin, up to a closing bracket, and how
    the line begins that says that a download is not whole."""

    begin: tuple[Text, ...] = ()
    broken_off: tuple[Text, ...] = ()


class Vendor(Schema, frozen=True, dict=True):
    """A vendor as its folder describes it. `key` is the folder's name, and `menu` what its
    menu.toml says.

    `file_names` are patterns of names of released files, with groups `owner`, `from`, `to` and, for a network audit,
    `network`; `after_times` are the columns behind the time of search, which a row that slipped loses; `letter` are
    the columns that a request asks for. The first family is the one taken where a person says what columns are.
    """

    name: Text
    family: tuple[Family, ...]
    times: Times
    era: tuple[Era, ...]
    masks: Masks = Masks()
    ids: Ids | None = None
    search_types: SearchTypes = SearchTypes()
    moderation: Moderation = Moderation()
    notes: Notes = Notes()
    change: tuple[Dated, ...] = ()
    other: tuple[NotAnAudit, ...] = ()
    file_names: tuple[Text, ...] = ()
    after_times: tuple[str, ...] = ()
    letter: tuple[Text, ...] = ()
    key: str = ""
    menu: Menu = Menu()

    def __post_init__(self) -> None:
        if not self.family or not self.era:
            raise ValueError("a vendor needs at least one [[family]] and one [[era]]")
        days = [era.until for era in self.era[:-1] if era.until]
        if self.era[-1].until or len(days) < len(self.era) - 1 or days != sorted(days):
            raise ValueError("each [[era]] but the last says until when it lasted, in the order of time")

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """Every change, in the order of time: those that began an era, and others."""
        begun = [(era.until, era.then, era.kind) for era in self.era if era.until]
        dated = [(change.day, change.what, change.kind) for change in self.change]
        midnight = time(tzinfo=UTC)
        return tuple(Change(datetime.combine(day, midnight), *rest) for day, *rest in sorted(begun + dated))
