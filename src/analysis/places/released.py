"""What a source.toml says of one released file: its entry, its checksum, the logs inside it, its masked copy."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo

from msgspec import Meta, field

from analysis import paths, toml

Log = Literal["network audit", "organization audit", "portal audit"]
LOGS = get_args(Log)
Copy = Literal["released", "masked"]

Period = Annotated[
    tuple[Any, Any],
    Meta(description='two days, the first and the last, as ["2025-12-02", "2026-01-04"]'),
]


class Masked(toml.Schema, frozen=True):
    """A masked copy that may be read where the released file is not at hand, and in words what was masked in it.

    `name` is its path inside the place's folder, `masked-<name of the released file>` where none is given.
    """

    masked: toml.Text
    sha256: toml.Text
    bytes: int | None = None
    name: str | None = None
    url: str | None = None


class Member(toml.Schema, frozen=True):
    """What is different about some files of an archive: those whose path inside it is `like` the pattern, such as
    "*/Organization Audit/*". A `*` is any text, with slashes too. What is not said is as the archive's entry says."""

    like: toml.Text
    log: Log | None = None
    camera_owner: str | None = None
    searching_agency: str | None = None
    own_agency: str | None = None
    period: Period | None = None
    columns: Mapping[str, str] | None = None
    dates: Literal["day first", "month first"] | None = None
    time_zone: str | None = None


class ReleasedFile(toml.Schema, frozen=True):
    """One released file as its source.toml describes it.

    Its checksum is `sha256`. Where nobody published that, `md5` or `sha256_begins` (the first digits of a sha256) is
    what was published, or nothing was; then sha256 is "" until the file is there, and `learned` the day on which it
    was learned from the file, at download, or from one put there `by_hand`.

    `camera_owner` is None where nobody has said whose cameras the log is about (`camera_owner = ""`).
    `searching_agency` is for logs without an organization column. `own_agency` is the camera owner's own
    police, in canonical spelling, where its searches are to be distinguished from outsiders'. `period` holds the
    first and last local day that the file is said to cover. `columns` maps unusual column names to ours.
    `leave_out` names members of an archive that hold no searches, as a person has seen; `members` says what is
    different about others, such as their log. `dates` is the order of day and month where the file leaves it open,
    `time_zone` that of its times without a zone (UTC, if nobody says), `received` the day on which the file was
    taken: no search in it can be later. `hidden_text = "read"` is said by a person who has decided that text which
    nobody sees on a print's pages is read: it may undo a redaction. `masked` names a masked copy that may be read in
    the file's place.
    `time_zones` gives single columns, by their released names, another zone than `time_zone`: a heading can lie.
    `same_searches_as` names a listed file that holds the same searches: rows of this one are counted only where
    somebody asks for this file, so that no search is counted twice.
    """

    name: toml.Text
    sha256: str = ""
    log: Log = ""  # type: ignore[assignment]  # `checked` refuses an entry without one
    camera_owner: str | None = None
    bytes: int | None = None
    url: str | None = None
    searching_agency: str | None = None
    own_agency: str | None = None
    period: Period | None = None
    columns: Mapping[str, str] = {}
    leave_out: tuple[str, ...] = ()
    dates: Literal["day first", "month first"] | None = None
    time_zone: str | None = None
    received: date | None = None
    hidden_text: Literal["read"] | None = None
    masked: Masked | None = None
    md5: str = ""
    sha256_begins: str = ""
    learned: date | None = None
    by_hand: bool = False
    members: tuple[Member, ...] = field(name="member", default=())
    time_zones: Mapping[str, str] = {}
    same_searches_as: str | None = None

    @property
    def copy(self) -> Copy:
        """Which of the two is read: the file as released, or its masked copy."""
        return "released"

    @property
    def masked_copy(self) -> MaskedCopy | None:
        """The entry of the masked copy, where there is one: all that is said of the released file holds of it too."""
        if self.masked is None:
            return None
        other = {"sha256": self.masked.sha256, "bytes": self.masked.bytes, "url": self.masked.url}
        none = {"md5": "", "sha256_begins": "", "learned": None}
        return MaskedCopy(**self.fields() | other | none)

    def checked(self) -> ReleasedFile:
        """The entry of a source.toml with its owner and days as the rest uses them. Raises `ValueError`."""
        folder, slash, name = self.name.rpartition("/")
        masked = self.masked and self.masked.replace(name=self.masked.name or f"{folder}{slash}masked-{name}")
        for name in (self.name, *([masked.name] if masked and masked.name else [])):
            if why := paths.why_not(name):
                raise ValueError(f"{why}. Give the file another name, inside the place's folder")
        if masked and masked.sha256 == self.sha256:
            raise ValueError("its masked copy has the checksum of the released file: it is no other file")
        if not self.log:
            raise ValueError(
                "'log' is missing; needed are name, log, and sha256 or another checksum or a url"
            )
        if not (self.sha256 or self.md5 or self.sha256_begins or self.url):
            raise ValueError(
                "'sha256' is missing; give it, or the md5 or sha256_begins that was published, or a url. A file that "
                "is still to come is a [[waiting]] entry"
            )
        digits = (("([0-9a-f]{32})?", self.md5), ("([0-9a-f]{6,64})?", self.sha256_begins))
        if not all(re.fullmatch(pattern, text) for pattern, text in digits):
            raise ValueError("md5 has 32 digits of 0-9 and a-f, sha256_begins at least six")
        for member in self.members:
            self.with_member(member)
        return self.replace(masked=masked)._typed()

    def _typed(self) -> ReleasedFile:
        for zone in filter(None, (self.time_zone, *self.time_zones.values())):
            check_zone(zone)
        period = self.period and tuple(date.fromisoformat(str(day)[:10]) for day in self.period)
        if period and period[0] > period[1]:
            raise ValueError("its period ends before it begins")
        return self.replace(camera_owner=self.camera_owner or None, period=period)

    @property
    def learned_how(self) -> str:
        """How and when the checksum was learned, in words; "" where it was published, or is not known yet."""
        how = "from the file put there by hand" if self.by_hand else "at download"
        return f"checksum learned {how} on {self.learned}" if self.learned else ""

    @property
    def checksum(self) -> str:
        """What is known of the file's checksum, and who says so, in words."""
        said = {
            f"sha256 {self.sha256[:12]}…": self.sha256 and not self.learned,
            f"sha256 {self.sha256[:12]}…, {self.learned_how}": self.learned,
            f"md5 {self.md5}, as published": self.md5,
            f"sha256 published only as {self.sha256_begins}…": self.sha256_begins,
        }
        known = "; ".join(words for words, is_so in said.items() if is_so)
        return known or "no checksum published; it is learned at download"

    def with_member(self, member: Member) -> ReleasedFile:
        """The entry as it is for the files of an archive that `member` is about. Raises `ValueError`."""
        said = {key: value for key, value in member.fields().items() if key != "like" and value is not None}
        return self.replace(**said)._typed()

    @property
    def logs(self) -> tuple[ReleasedFile, ...]:
        """The entry itself, and a copy for each kind of file in it that differs."""
        return (self, *map(self.with_member, self.members))

    def of_inner(self, inner: str) -> ReleasedFile:
        """The entry of the file at a path inside this archive: as the first of `members` says that is like it."""
        found = next((member for member in self.members if fnmatchcase(inner, member.like)), None)
        return self.with_member(found) if found else self


class MaskedCopy(ReleasedFile, frozen=True):
    """The masked copy of a released file, with its own checksum, size and address, under the released file's name."""

    @property
    def copy(self) -> Copy:
        return "masked"


def check_zone(zone: str) -> None:
    """Raise `ValueError` unless this names a time zone."""
    try:
        ZoneInfo(zone)
    except (KeyError, OSError, ValueError) as error:
        raise ValueError(f"time_zone = {zone!r} is not a time zone; write it as America/Chicago") from error


class Learned(toml.Schema, frozen=True):
    """The checksum of a file of which nobody published one, as the file had it when it first was there."""

    name: toml.Text
    sha256: toml.Text
    bytes: int
    learned: date
    by_hand: bool = False


class LearnedList(toml.Schema, frozen=True):
    """The whole of a place's learned.toml, which `sources.learn` writes."""

    files: tuple[Learned, ...] = field(name="file", default=())
