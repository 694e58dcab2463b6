"""Writes the sheets that people fill in, blind and shuffled, and reads finished ones back after checking them."""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import xlsxwriter

from analysis import files, paths, readers, toml
from analysis.coding.estimates import TIER_OF_CODE
from analysis.coding.samples import Sample
from analysis.privacy.masking import mask_text
from analysis.refused import Refused

CODES = (*TIER_OF_CODE, "cannot_tell")
KINDS = ("civil", "criminal", "both", "unspecified")
HAVE_A_KIND = ("immigration", "ice_ero", "border")

SHEET = ("string_id", "reason", "offense_types", "code", "kind", "topics", "note", "coded_on")
"""A coder's sheet: what is read and what is filled in. Nothing of the rules, the agency, the date or the rows."""

KEPT = ("string_id", "coder", "code", "kind", "topics", "coded_on")
"""What is kept of a finished sheet, and may be committed: no reason and no note, which are words about people."""

_SAMPLE = ("string_id", "stratum", "draws", "inclusion_probability", "second_coder")
_WIDTHS = {"string_id": 18, "reason": 60, "offense_types": 36, "topics": 30, "note": 40}
_HOW = (
    "code: immigration · ice_ero · border · hsi_dhs · other_federal · not_immigration · cannot_tell",
    "kind: civil · criminal · both · unspecified, only beside immigration, ice_ero and border",
    "topics: any number, split by commas; leave empty where none fits",
    "note: for yourself; it is not kept. The codebook says how to decide.",
)


class BadSheet(Refused):
    """A sheet that cannot be read back; the message names sheet, row, value and remedy."""


# Out --------------------------------------------------------------------------------------------------------


def for_coder(sample: Sample, made: pd.DataFrame, coder: int) -> pd.DataFrame:
    """The reasons that the first (1) or second (2) coder reads, personal data masked, in an order of their own."""
    strings = sample.strings if coder == 1 else sample.strings[sample.strings["second_coder"]]
    texts = made.set_index("string_id")[["text", "offense_types"]]
    sheet = strings[["string_id"]].join(texts, on="string_id", how="inner")
    sheet["reason"] = sheet["text"].map(mask_text)
    order = np.random.default_rng([sample.seed, coder]).permutation(len(sheet))
    return sheet.iloc[order].reset_index(drop=True).reindex(columns=list(SHEET), fill_value="")


def workbook(table: pd.DataFrame) -> bytes:
    """A sheet as XLSX in which no text is ever a formula, a link or a number; codes are chosen from a list."""
    file = io.BytesIO()
    texts = dict.fromkeys(("strings_to_formulas", "strings_to_urls", "strings_to_numbers"), False)
    with xlsxwriter.Workbook(file, {**texts, "in_memory": True}) as book:
        book.set_properties({"created": datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)})
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@", "text_wrap": True})
        sheet = book.add_worksheet("reasons")
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(table.columns):
            sheet.set_column(column, column, _WIDTHS.get(name, 16), text)
            sheet.write_string(0, column, name, bold)
            for row, value in enumerate(table[name], start=1):
                sheet.write_string(row, column, str(value))
        for name, values in (("code", CODES), ("kind", KINDS)):
            column = list(table.columns).index(name)
            rule = {"validate": "list", "source": list(values), "ignore_blank": True}
            sheet.data_validation(1, column, max(len(table), 1), column, rule)
        how = book.add_worksheet("how")
        for row, line in enumerate(_HOW):
            how.write_string(row, 0, line)
    return file.getvalue()


# Back -------------------------------------------------------------------------------------------------------


def read_back(
    path: Path, coder: str, sample: Sample, topics: Iterable[str], today: datetime.date
) -> pd.DataFrame:
    """A finished sheet (XLSX or CSV) as `KEPT` columns, after checking every row; raises `BadSheet`, and
    `readers.UnreadableFile` for what is no sheet.

    Every reason given to the coder must have one code; a reason that comes twice, or that the sample does not
    hold, is refused. Rows are counted as the spreadsheet shows them: the header is row 1.
    """
    rows = readers.sheets(path)[0][1] or [[]]
    sheet = pd.DataFrame(
        [dict(zip(rows[0], row)) for row in rows[1:]], columns=list(dict.fromkeys(rows[0])), dtype=str
    )
    missing = next((name for name in ("string_id", "code") if name not in sheet.columns), None)
    if missing:
        raise BadSheet(f"{path.name}: there is no column '{missing}'; keep the header as it was given out")
    sheet = sheet.reindex(columns=list(SHEET)).fillna("")
    sheet = sheet.map(lambda cell: str(cell).strip().removeprefix("'"))
    in_sample, known_topics, seen = set(sample.strings["string_id"]), set(topics), dict[str, int]()
    for row, line in enumerate(sheet.to_dict("records"), start=2):
        if any(line.values()):
            if problem := _problem(line, in_sample, seen, known_topics):
                raise BadSheet(f"{path.name}, row {row}: {problem}")
            seen[line["string_id"]] = row
    # a sheet holds all that one of the two coders was given, unless it settles disagreements
    second = sample.strings.loc[sample.strings["second_coder"], "string_id"]
    short = min(len(ids - seen.keys()) for ids in (in_sample, set(second)))
    if short and not path.name.lower().startswith("adjudicat"):
        raise BadSheet(
            f"{path.name}: {short} reasons of the sample have no row; code all of them, or begin the file's name "
            "with 'adjudicated' if it settles disagreements"
        )
    kept = sheet[sheet["string_id"] != ""].assign(coder=coder)
    kept["topics"] = kept["topics"].map(lambda cell: "; ".join(topics_in(cell)))
    kept["coded_on"] = kept["coded_on"].where(kept["coded_on"] != "", today.isoformat())
    return kept[list(KEPT)].sort_values("string_id", ignore_index=True)


def _problem(
    line: Mapping[str, str], in_sample: Collection[str], seen: Mapping[str, int], topics: Collection[str]
) -> str | None:
    """What is wrong with a row, and what to do about it."""
    string, code, kind = line["string_id"], line["code"], line["kind"]
    foreign, odd_kind, misplaced = string not in in_sample, kind not in ("", *KINDS), code not in HAVE_A_KIND
    odd_topic = not set(topics_in(line["topics"])) <= set(topics)
    checks = {
        "its string_id is not in the sample; give back the sheet of this place, ids untouched": foreign,
        f"its string_id is in row {seen.get(string)} too; keep one of them": string in seen,
        "no code; choose one, and cannot_tell where the words do not say": not code,
        f"there is no such code; choose one of {', '.join(CODES)}": code not in CODES,
        f"there is no such kind; choose one of {', '.join(KINDS)}, or leave it empty": odd_kind,
        f"kind '{kind}' beside code '{code}'; only {', '.join(HAVE_A_KIND)} have a kind": kind and misplaced,
        f"there is no such topic; use {', '.join(sorted(topics))}": odd_topic,
    }
    return next((problem for problem, is_wrong in checks.items() if is_wrong), None)


def topics_in(cell: str) -> list[str]:
    """The topics that a coder named in one cell."""
    return [topic.strip() for topic in re.split("[,;]", cell) if topic.strip()]


# What is kept -----------------------------------------------------------------------------------------------


def write_sample(folder: Path, sample: Sample) -> None:
    """Keep a drawn sample: its ids and probabilities, and the numbers that the estimates need. No reason."""
    files.write(folder / "sample.csv", sample.strings[list(_SAMPLE)].to_csv(index=False, lineterminator="\n"))
    files.write(
        folder / "sample.toml",
        "# How the sample was drawn; estimates need these numbers. Its reasons are not kept here.\n"
        f"seed       = {sample.seed}\n"
        f"tail_draws = {sample.tail_draws}   # with replacement, probability proportional to rows; 0: all was read\n"
        f"tail_rows  = {sample.tail_rows}   # rows of the tail on the day of drawing\n",
    )


class _Drawn(toml.Schema, frozen=True):
    """How a sample was drawn, as `write_sample` keeps it; a person may add a note."""

    seed: int
    tail_draws: int
    tail_rows: int
    note: str = ""


def open_sample(folder: Path) -> Sample | None:
    """A place's sample, or None before one was drawn."""
    if not (folder / "sample.csv").is_file():
        return None
    strings = pd.read_csv(folder / "sample.csv", dtype={"string_id": str, "stratum": str})
    drawn = toml.read(folder / "sample.toml", f"{folder.name}/sample.toml", _Drawn)
    note = f" {drawn.note}" if drawn.note else ""
    return Sample(strings, drawn.seed, drawn.tail_draws, drawn.tail_rows, note)


def write_codes(folder: Path, codes: pd.DataFrame) -> Path:
    """Keep one coder's codes, named for the coder; gives the path."""
    coder = str(codes["coder"].iloc[0])
    slug = re.sub("[^a-z0-9]+", "-", coder.casefold()).strip("-")
    if slug in ("", "sample"):
        raise BadSheet(f"CODER={paths.shown(coder)}: name the coder by a name or role, as 'first coder'")
    path = paths.inside(folder, f"{slug}.csv")
    files.write(path, codes.to_csv(index=False, lineterminator="\n"))
    return path


def open_codes(folder: Path) -> list[pd.DataFrame]:
    """The kept codes of every coder, the adjudicated ones last."""
    found = sorted(path for path in folder.glob("*.csv") if path.name != "sample.csv")
    found.sort(key=lambda path: path.name.startswith("adjudicat"))
    return [pd.read_csv(path, dtype=str, keep_default_na=False) for path in found]
