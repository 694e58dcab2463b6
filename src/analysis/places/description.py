"""What a source.toml says of a place: its schema, the logs that it waits for, what was left out, what was learned."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import field

from analysis import paths, toml
from analysis.places.released import Learned, ReleasedFile, check_zone
from analysis.refused import Refused
from analysis.wording import counted, megabytes


class BadSource(Refused):
    """A source.toml that cannot be used; the message names the file, the entry and the remedy."""


class Waiting(toml.Schema, frozen=True):
    """A log that a place needs and nobody has released to it yet: whose cameras, which log, how to ask.

    `first` and `last` are the local days to ask for, where they are known. The entry may stay in source.toml once a
    file of the same owner and log is listed; it is answered then.
    """

    camera_owner: toml.Text
    log: toml.Text
    period: toml.Text
    ask: toml.Text
    first: date | None = None
    last: date | None = None


LEFT_OUT = {
    "scan": ("scanned PDF that could be an audit", "scanned PDFs that could be audits"),
    "locked": ("locked file that could be an audit", "locked files that could be audits"),
    "table": ("table that could be an audit", "tables that could be audits"),
    "broken": ("file that cannot be read and could be an audit", "files that cannot be read and could be audits"),
    "other log": ("log of something else than searches", "logs of something else than searches"),
    "reasons": ("table of reasons without times", "tables of reasons without times"),
    "letter": ("letter, contract or other text", "letters, contracts and other texts"),
    "picture": ("picture", "pictures"),
    "link": ("link, or file whose name cannot be kept", "links, or files whose names cannot be kept"),
    "replica": ("file of a replica", "files of a replica"),
    "": ("other file", "other files"),
}  # fmt: skip
"""The kinds of files that are left out, those first that a person should look at."""

COULD_BE_AUDITS = frozenset(("scan", "locked", "table", "broken"))


class LeftOut(toml.Schema, frozen=True):
    """A file that came with a release and is not read: what it is called, as far as that may be printed, its
    checksum, why, and of which kind it is (`LEFT_OUT`)."""

    name: toml.Text
    sha256: toml.Text
    why: toml.Text
    kind: str = ""


def left_out_by_kind(left: Iterable[LeftOut]) -> dict[str, str]:
    """How many files of each kind were left out, in words by kind, those first that could be audits."""
    count = Counter(file.kind if file.kind in LEFT_OUT else "" for file in left)
    return {
        kind: f"1 {singular}" if count[kind] == 1 else f"{count[kind]:,} {plural}"
        for kind, (singular, plural) in LEFT_OUT.items()
        if count[kind]
    }


class Source(toml.Schema, frozen=True):
    """All that a source.toml says.

    `time_zone` is that of the camera owner's clock; `state` its USPS code, where all owners share one. `claims` names
    files in claims/, without .toml. `released` is shown as written. `left_out` are files that were released and are
    not read, `open_questions` what only a person can answer and has not yet; `same_search` says how one search is
    distinguished from another where that is not left to the rule. `selected` is said of records that somebody chose
    from logs: which, and by what; nothing is a share of all searches there.
    """

    title: str = ""
    kind: Literal["records", "replica"] = "records"
    claims: tuple[str, ...] = ()
    time_zone: str = "UTC"
    state: str | None = None
    files: tuple[ReleasedFile, ...] = field(name="file", default=())
    waiting: tuple[Waiting, ...] = ()
    released: Mapping[str, Any] = {}
    left_out: tuple[LeftOut, ...] = ()
    open_questions: tuple[str, ...] = ()
    same_search: Literal["released id", "rule"] | None = None
    selected: str = ""


class Place(Source, frozen=True, kw_only=True):
    """A folder under data/raw/ and all that its source.toml says."""

    name: str
    root: Path

    @property
    def raw(self) -> Path:
        """As released, never edited."""
        return self.root / "data" / "raw" / self.name

    @property
    def processed(self) -> Path:
        """Rebuilt from raw and hand; safe to delete."""
        return self.root / "data" / "processed" / self.name

    @property
    def results(self) -> Path:
        """What a run produced; byte-stable."""
        return self.root / "results" / self.name

    @property
    def hand(self) -> Path:
        """Typed by people: rules, agency overrides, codes."""
        return self.root / "data" / "hand"

    @property
    def logs(self) -> tuple[ReleasedFile, ...]:
        """Every entry, and beside an archive's own one for each kind of files in it that differs from it."""
        return tuple(entry for file in self.files for entry in file.logs)

    @property
    def download(self) -> str:
        """The command that downloads the place's public files, how much that is, and from where; "" without any."""
        public = [file for file in self.files if file.url]
        hosts = ", ".join(sorted({str(urlsplit(file.url or "").hostname) for file in public}))
        much = counted(len(public), "file")
        if all(file.bytes for file in public):
            much += f" ({megabytes(sum(file.bytes or 0 for file in public))})"
        return f"`make records PLACE={self.name}` downloads {much} from {hosts}" if public else ""

    @property
    def selection(self) -> str:
        """A sentence that says of chosen records that they are no log; empty for logs."""
        no_log = "A selection, not a log: no share here is a share of all searches"
        return f"{no_log}. It holds {self.selected}." if self.selected else ""

    @property
    def is_replica(self) -> bool:
        """Whether the records are invented."""
        return self.kind == "replica"


def described(name: str, tables: Mapping[str, Any], root: Path, learned: Iterable[Learned] = ()) -> Place:
    """The place that the tables of a source.toml describe, with the checksums that were learned of its files.

    Raises `BadSource`.
    """
    shown = f"data/raw/{name}/source.toml"
    source = toml.decode(tables, shown, Source, BadSource)
    where, files = "", list[ReleasedFile]()
    known = {entry.name: entry for entry in learned}
    try:
        check_zone(source.time_zone)
        if wrong := [piece for piece in source.claims if "/" in piece or paths.why_not(piece)]:
            raise ValueError(
                f"claims: {wrong[0]!r} is not the name of a file in claims/, written without .toml"
            )
        for file in source.files:
            where = f", file '{paths.shown(file.name)}'"
            files.append(_with_learned(file.checked(), known.get(file.name)))
    except ValueError as error:
        raise BadSource(f"{shown}{where}: {error}") from None
    if len({paths.key(file.name) for file in files}) < len(files):
        raise BadSource(f"{shown}: two [[file]] entries have one name; each file is listed once")
    counted = {file.name for file in files if not file.same_searches_as}
    for file in files:
        if file.same_searches_as and file.same_searches_as not in counted:
            other = paths.shown(file.same_searches_as)
            raise BadSource(
                f"{shown}, file '{paths.shown(file.name)}': same_searches_as names '{other}', which is no file listed "
                "here that is itself counted; name the file whose searches this one holds again"
            )
    # a [[file]] of the same owner and log ends the wait
    arrived = {(entry.camera_owner, entry.log) for file in files for entry in file.logs}
    waiting = tuple(log for log in source.waiting if (log.camera_owner, log.log) not in arrived)
    said = source.fields() | {"title": source.title or name, "files": tuple(files), "waiting": waiting}
    return Place(name=name, root=root, **said)


def _with_learned(file: ReleasedFile, known: Learned | None) -> ReleasedFile:
    if file.sha256 or known is None:
        return file
    if not known.sha256.startswith(file.sha256_begins):
        raise ValueError(
            f"learned.toml gives the sha256 {known.sha256}, and sha256_begins says {file.sha256_begins}. One of the "
            "two is another file's: take the entry out of learned.toml, and the file away"
        )
    return file.replace(**known.fields())
