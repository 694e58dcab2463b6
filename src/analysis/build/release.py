"""Reads one released file, or the files inside an archive, block by block, in memory that stays flat."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc

from analysis import privacy, processes, readers
from analysis.build.account import Account, Done, Recognised, archive_facts
from analysis.build.ledger import Ledger
from analysis.places import ReleasedFile, sources
from analysis.readers import Block, archives
from analysis.searches import headerless, seated
from analysis.searches.clocks import Evidence
from analysis.searches.columns import masked_cells
from analysis.searches.typing import (
    TWO_WAYS,
    evidence,
    rejected_table,
    type_rows,
)
from analysis.vendors.incomplete import refuse_incomplete, with_known_names
from analysis.vendors.recognition import Layout, NotASearchAudit, UnknownColumns, is_header, recognize_section

Step = Callable[[pa.Table, ReleasedFile, str], pa.Table]
"""What is done with a block: its typed rows, their file and the key of the vendor that wrote them."""


class _NotRead(Exception):
    """A member of a release from which no row was read, and why."""


@dataclass
class Release:
    """One released file that is being read: facts about it, and its lines of the ledger, grow as it is."""

    file: ReleasedFile
    path: Path
    time_zone: str = "UTC"
    facts: list[dict[str, Any]] = field(default_factory=list)
    ledger: Ledger = field(default_factory=Ledger)

    def blocks(self, step: Step, threads: int = 2) -> Iterator[Done]:
        """Every block of the file, or of the files inside it, typed and given to `step`; see `make`."""
        unread: list[str] = []
        seen: list[str] = []
        with processes.scratch() as folder:
            for member, inner in self.members(folder):
                seen.append(inner)
                account = Account(self.file.of_inner(inner).replace(name=member.name), self.time_zone)
                try:
                    yield from _read(member, account, step, threads)
                except _NotRead as error:
                    if member.name == self.file.name and error.__cause__:
                        raise error.__cause__ from None
                    unread.append(str(error))
                else:
                    account.close(self.ledger)
                    self.facts.append(account.facts())
        for said in self.file.members:
            if not any(fnmatchcase(inner, said.like) for inner in seen):
                raise readers.UnreadableFile(
                    f"{self.file.name}: no file in it is like {said.like!r}. Fix that [[file.member]] in source.toml."
                )
        if not self.facts:
            raise readers.UnreadableFile(
                f"{self.file.name}: nothing in this archive could be read; {'; '.join(unread) or 'it is empty.'}"
            )
        if unread:
            self.facts.append(archive_facts(self.file, unread))

    def members(self, folder: Path) -> Iterator[tuple[archives.Member, str]]:
        """The file, or those inside it, each with its path inside as released ("" for the file itself).

        They are called as they may be printed; the archive as source.toml calls it.
        """
        outer = f"{self.file.name}/"

        def printed(name: str, mark: str = "") -> str:
            inner = name.removeprefix(outer)
            return (
                name
                if name == self.file.name
                else name[: len(name) - len(inner)] + privacy.file_name(inner, mark)
            )

        for member in archives.members(
            self.path, self.file.name, folder, self.file.leave_out, printed, in_memory=True
        ):
            name = printed(member.name)
            if name != member.name and member.path:  # some of it is hidden, and so is the same of other files
                name = printed(member.name, sources.sha256(member.path)[:8])
            yield replace(member, name=name), member.name.removeprefix(outer)


def _read(member: archives.Member, account: Account, step: Step, threads: int) -> Iterator[Done]:
    """The blocks of one file after all steps, in order; raises `_NotRead` if it is no log of searches."""
    if member.path is None:
        raise _NotRead(f"{member.name}: {member.why}")

    path = member.path

    def work(read: Recognised) -> Done:
        return _typed(read, account, step)

    account.survey = lambda: _survey(recognised(path, account.file))
    try:
        for done in in_order(work, account.taking(recognised(path, account.file)), threads):
            account.add(done)
            yield done
    except (NotASearchAudit, readers.NoKnownHeader) as error:
        # A table whose columns nobody knows may be an audit; a letter is none.
        if isinstance(error, readers.NoKnownHeader):
            error = with_known_names(error)
            if account.records or archives.is_table(member.name):
                raise error from None
        elif account.records:
            raise
        raise _NotRead(str(error)) from error


def recognised(path: Path, file: ReleasedFile) -> Iterator[Recognised]:
    """Each block of a file with the layout of its header, as read; rows that had slipped are put back.

    Raises `UnknownColumns` for all unknown columns of all headers, once the last block was read.
    """
    our_header = partial(is_header, more=dict(file.columns))
    missing = partial(headerless.columns, said=file.columns, file=file.name)
    blocks = readers.stream(path, file.name, our_header, missing, file.hidden_text == "read")
    forms: dict[tuple[str, ...], Layout] = {}
    unknown: dict[tuple[str, ...], UnknownColumns] = {}
    for block in _with_rows(blocks):
        refuse_incomplete((record.text for record in block.rejected), file.name)
        section = block.section
        if section.columns not in forms | unknown:
            try:
                forms[section.columns] = recognize_section(section, file.name, file.columns)
            except UnknownColumns as error:
                unknown[section.columns] = error
        if not unknown:
            layout = forms[section.columns]
            whole, put_back = seated.take_back(block, layout)
            yield Recognised(whole, layout, put_back)
    if unknown:
        raise UnknownColumns.of_all([*unknown.values()])


def _with_rows(blocks: Iterable[Block]) -> Iterator[Block]:
    """The same blocks, but that one without rows, as a header's own is, goes with the next under its columns."""
    above: Block | None = None
    for block in blocks:
        joined = block
        if above is not None and above.section.columns == block.section.columns:
            joined = replace(
                block,
                rejected=(*above.rejected, *block.rejected),
                counted=above.counted + block.counted,
                notes=(*above.notes, *block.notes),
            )
        elif above is not None:
            yield above
        above = None if len(joined.section.cells) else joined
        if above is None:
            yield joined
    if above is not None:
        yield above


def _survey(blocks: Iterable[Recognised]) -> Iterator[dict[str, Evidence]]:
    """What all dates of a file say, block by block, by our column names."""
    for read in blocks:
        yield evidence(read.block.section, read.layout)


def _typed(read: Recognised, account: Account, step: Step) -> Done:
    file, block, layout = account.file, read.block, read.layout
    typed, refused = type_rows(block.section, layout, file, account.clocks)
    if read.put_back:
        moved = pc.is_in(typed.column("source_row"), pa.array(read.put_back, pa.int64()))
        at = typed.schema.get_field_index("realigned")
        typed = typed.set_column(at, "realigned", pc.or_(typed.column("realigned"), moved))
    rejected = refused
    if block.rejected:
        from_reader = rejected_table(block.rejected, file)
        rejected = pa.concat_tables([from_reader, refused]).sort_by("source_row")
    masked = Counter(masked_cells(block.section, layout))
    fingerprints = typed.column("fingerprint").to_numpy()
    why = Counter(refused.column("why").to_pylist())
    return Done(
        step(typed, file, layout.vendor.key),
        fingerprints,
        rejected,
        why,
        masked,
        _undated(block, layout, refused),
    )


def _undated(block: Block, layout: Layout, refused: pa.Table) -> Counter[str]:
    rows = refused.filter(pc.equal(refused.column("why"), TWO_WAYS)).column("source_row")
    if not len(rows) or "agency" not in layout:
        return Counter()
    cells = block.section.cells.column(layout.index["agency"])
    return Counter(filter(None, cells.filter(pc.is_in(block.section.record, rows)).to_pylist()))


_In = TypeVar("_In")
_Out = TypeVar("_Out")


def in_order(step: Callable[[_In], _Out], items: Iterable[_In], threads: int) -> Iterator[_Out]:
    """`step` of every item, in order, a few at a time: Arrow, NumPy and RE2 let other threads run. With no threads one
    after the other here, since few short items take less time than starting threads for them."""
    if not threads:
        yield from map(step, items)
        return
    waiting: deque[Future[_Out]] = deque()
    with ThreadPoolExecutor(threads) as pool:
        for item in items:
            waiting.append(pool.submit(step, item))
            if len(waiting) > threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
