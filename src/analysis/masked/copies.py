"""Writes the masked copy of each released file as CSV, and the certificate that says what was masked."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TextIO

from analysis import build, files, paths, processes, reasons, toml
from analysis.build.release import Release, recognised
from analysis.masked import proof
from analysis.masked.cells import Masker
from analysis.places import Place, ReleasedFile, sources
from analysis.places.released import Masked
from analysis.readers import NoKnownHeader
from analysis.refused import Refused
from analysis.vendors.recognition import NotASearchAudit

CERTIFICATE = "certificate.toml"


class NothingToMask(Refused):
    """A place of which not the released files but masked copies are at hand."""


@dataclass
class Made:
    """A masked copy: the entry of the released file with its `masked`, where it lies, its records, and what was masked
    (cells by column)."""

    file: ReleasedFile
    path: Path
    records: int = 0
    cells: dict[str, int] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)


def make(place: Place, say: Callable[[str], None]) -> tuple[Path, list[Made], list[str]]:
    """Write the masked copies of a place's files and their certificate, whole or not at all.

    Gives their folder, what was made, and the lines of the proof (`proof.compare`). Raises the errors of `sources` and
    of the readers, and `NothingToMask`.
    """
    place, located = sources.located(sources.learn(place))
    if copies := [file.name for file in place.files if file.copy == "masked"]:
        raise NothingToMask(
            f"{place.name}: of {paths.shown(copies[0])} only a masked copy is at hand. Put the released file into "
            f"data/raw/{place.name}/ or RECORDS."
        )
    masker = Masker(reasons.load(place.hand / "reasons"), build.open_cleared(place), build.open_known(place))
    made: list[Made] = []
    with files.replacing(place.processed / "masked") as folder:
        folder.mkdir()
        for file in place.files:
            say(f"{place.name}: masking {paths.shown(file.name)}")
            path = paths.inside(folder, _name(file.name, [one.path.name for one in made]))
            path.parent.mkdir(parents=True, exist_ok=True)
            made.append(_copy(file, located[file.name], path, masker))
        say(f"{place.name}: counting in both …")
        said = proof.compare(place, located, {one.file.name: (one.file, one.path) for one in made}, say)
        files.write(folder / CERTIFICATE, _certificate(place, made, said))
    return place.processed / "masked", made, said


def _name(released: str, taken: Iterable[str]) -> str:
    path = PurePosixPath(released)
    end = ".zip" if path.suffix.casefold() == ".zip" else ".csv"
    name = f"masked-{path.stem.removesuffix('.csv')}{end}"
    return str(path.with_name(name if name not in taken else f"masked-{path.name}{end}"))


def _copy(file: ReleasedFile, released: Path, path: Path, masker: Masker) -> Made:
    """Write one file's masked copy; of an archive one of the same names, with a CSV for each audit in it."""
    masker.cells.clear()
    made = Made(file, path)
    with processes.scratch() as folder:
        table = folder / "table.csv"
        for member, inner in Release(file, released).members(folder):
            entry = file.of_inner(inner).replace(name=member.name)
            try:
                if member.path is None:
                    raise NotASearchAudit(member.why)
                with table.open("w", encoding="utf-8", newline="") as out:
                    made.records += _write(out, member.path, entry, masker)
            except (NotASearchAudit, NoKnownHeader):
                if member.name == file.name:
                    raise
                made.left_out.append(member.name)
                continue
            if member.name == file.name:
                files.copy(table, path)
            else:
                with zipfile.ZipFile(path, "a") as archive:
                    info = zipfile.ZipInfo(member.name.removeprefix(f"{file.name}/"), (1980, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    with table.open("rb") as source, archive.open(info, "w", force_zip64=True) as into:
                        shutil.copyfileobj(source, into)
    made.cells = {name: n for name, n in masker.cells.items() if n}
    what = "; ".join(f"{name} {n:,}" for name, n in made.cells.items()) or "none"
    said = f"cells, whole or word by word: {what}"
    made.file = file.replace(masked=Masked(said, sources.sha256(path), path.stat().st_size, path.name))
    return made


def _write(out: TextIO, path: Path, file: ReleasedFile, masker: Masker) -> int:
    """Write the records of one table in their order, those that are no rows among them; gives their number."""
    writer = csv.writer(out, lineterminator="\n")
    columns: tuple[str, ...] = ()
    records = 0
    for block, layout, _ in recognised(path, file):
        records += block.records
        section = block.section
        header = masker.header(section, file)
        rows = zip(*(column.to_pylist() for column in masker.rows(section, header, layout, file)))
        lines: list[tuple[float, Sequence[str]]] = [*zip(section.record.to_pylist(), rows)]
        for record in block.rejected:
            cells = {"repeated header": header, "blank record": []}.get(record.why)
            lines.append((record.record, masker.rejected(record) if cells is None else cells))
        if section.columns != columns and all(record.why != "repeated header" for record in block.rejected):
            lines.append((min((number for number, _ in lines), default=0) - 0.5 if columns else 0, header))
        columns = section.columns
        writer.writerows(cells for _, cells in sorted(lines, key=lambda line: line[0]))
    return records


def _certificate(place: Place, made: Sequence[Made], said: Sequence[str]) -> str:
    """The certificate as TOML: for each file both checksums, how many cells were masked, and the lines to paste."""
    found = (path for part in ("*.*", "reasons/*.*") for path in place.hand.glob(part))
    typed = sorted(path for path in found if path.is_file())
    rules = hashlib.sha256(b"".join(map(Path.read_bytes, typed))).hexdigest()
    changed = [
        "git", "log", "-1", "--format=%cs", "--", "data/hand", "src/analysis/privacy", "src/analysis/masked",
    ]  # fmt: skip
    day = ""
    with contextlib.suppress(OSError):  # no git
        git = subprocess.run(changed, cwd=place.root, capture_output=True, text=True, check=False)
        day = git.stdout.strip()
    last = {"rules_last_changed": day} if day else {}
    head = {"place": place.name, "rules_sha256": rules, **last, "proof": list(said)}
    parts = [
        f"# Masked copies of the released files of {place.name}, written by `make mask PLACE={place.name}`.\n"
        "# `rules` are the words that may stay (data/hand); `cells` says of each column how many cells are not as "
        "released.",
        toml.lines(head),
    ]
    for one in made:
        masked = one.file.masked
        assert masked is not None
        released = {"released": one.file.name, "released_sha256": one.file.sha256}
        copy = {"masked": masked.name, "masked_sha256": masked.sha256, "records": one.records}
        entry = {**released, **copy, **({"left_out": one.left_out} if one.left_out else {})}
        parts.append(f"[[copy]]\n{toml.lines(entry)}paste = '''\n{pasted(one.file)}'''\n")
        parts.append(f"[copy.cells]\n{toml.lines(one.cells)}")
    return "\n".join(parts)


def pasted(file: ReleasedFile) -> str:
    """The lines that name a file's masked copy, to be pasted below its `[[file]]` in source.toml."""
    assert file.masked is not None
    return "[file.masked]\n" + toml.lines({k: v for k, v in file.masked.fields().items() if v is not None})
