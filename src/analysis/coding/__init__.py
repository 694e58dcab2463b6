"""Draws the samples people read, reads their codes back, and estimates how often the rules are wrong.

For a replica what was planted is known for every row, so the rules are scored on all of them: a census of planted
words, without an interval, that says nothing of words that nobody planted. For records, people code distinct reasons;
until they have, no error rate is claimed, and the reading load is printed instead.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from analysis import agencies, files, wording
from analysis.coding import agreement, sheets
from analysis.coding.agreement import by_stratum
from analysis.coding.corrected import reader_errors, said_of_errors
from analysis.coding.estimates import (
    FEWEST_PLACES,
    another_place,
    by_half,
    by_kind,
    by_topic,
    precision,
    precision_by_era,
    recall,
)
from analysis.coding.samples import Sample, draw, half, reading_load, reading_time, units
from analysis.coding.settling import PAIRS, is_judge, settle
from analysis.coding.sheets import CODES, BadSheet
from analysis.measures import DEFINITIONS, Numbers, number
from analysis.places import Place
from analysis.searches.sql import quoted
from analysis.searches.table import Searches
from analysis.wording import counted

__all__ = [
    "CODES", "FEWEST_PLACES", "BadSheet", "Coded", "Errors", "agreement", "another_place", "by_half", "by_kind",
    "by_stratum", "coded_reasons", "give_out", "known_errors", "precision", "precision_by_era", "reader_errors",
    "reading_load", "reading_time", "said_of_errors", "score", "take_back", "task_force", "units",
]  # fmt: skip


@dataclass(frozen=True)
class Errors:
    """What is known about a place's errors from what was planted: a sentence, tables, and numbers."""

    sentence: str
    table: pd.DataFrame
    by_origin: pd.DataFrame
    by_era: pd.DataFrame
    numbers: Numbers = field(default_factory=list)


def known_errors(place: Place, searches: Searches) -> Errors:
    """The error rates that what was planted gives; of records nothing was planted, and none is claimed here.

    A replica is scored row by row (joined on `source_file` and `source_row`).
    """
    planted = place.processed / "planted" / "planted.parquet"
    if not planted.is_file():
        counted = [searches.count(name) for name in DEFINITIONS]
        table = pd.DataFrame({"definition": list(DEFINITIONS), "counted": counted})
        return Errors(
            "These are records: nothing was planted in them, so only reading can say how often the rules are wrong.",
            table,
            *(table.head(0).assign(**{column: None}) for column in ("reason_origin", "era")),
        )
    lines = searches.query(
        "select tier, immigration_tier, reason_origin, era, count(*) as rows from searches "
        f"left join read_parquet({quoted(str(planted))}) using (source_file, source_row) group by all"
    )
    if lines["rows"].sum() != searches.count():
        raise ValueError(f"{planted.name} holds a row twice")
    table = _scored(lines)
    return Errors(
        f"All {lines['rows'].sum():,} rows were scored against what was planted. These shares say how much was found "
        "again; whoever planted the words knew the rules, so they are no precision and no recall.",
        table,
        _score_by(lines, "reason_origin"),
        _score_by(lines, "era"),
        _numbers(table),
    )


def _scored(lines: pd.DataFrame) -> pd.DataFrame:
    return score(lines["tier"], lines["immigration_tier"], lines["rows"])


def _score_by(lines: pd.DataFrame, column: str) -> pd.DataFrame:
    tables = {value: _scored(group) for value, group in lines.groupby(column, sort=True)}
    return pd.concat(tables, names=[column]).reset_index(column).reset_index(drop=True)


def score(truth: pd.Series, found: pd.Series, rows: pd.Series | int = 1) -> pd.DataFrame:
    """Right, wrong and missed rows under each definition: definition, planted, counted, right, wrong, missed,
    counted_planted_share (of the rows counted, those planted to count) and planted_found_share (of the rows planted to
    count, those counted). `truth` and `found` hold tiers (strict, core, broad, none), each of so many rows.

    These are not called precision and recall: whoever planted the words knew the rules.
    """
    lines = []
    for definition, tiers in DEFINITIONS.items():
        planted, counted = truth.isin(tiers), found.isin(tiers)
        right, total, true = (int((rows * each).sum()) for each in (planted & counted, counted, planted))
        lines.append({
            "definition": definition, "planted": true, "counted": total, "right": right, "wrong": total - right,
            "missed": true - right, "counted_planted_share": right / total if total else None,
            "planted_found_share": right / true if true else None,
        })  # fmt: skip
    return pd.DataFrame(lines)


def _numbers(table: pd.DataFrame) -> Numbers:
    found: Numbers = []
    for line in table.to_dict("records"):
        for name, total in (("counted_planted_share", "counted"), ("planted_found_share", "planted")):
            ratio = {"numerator": line["right"], "denominator": line[total]}
            because = {} if line[total] else {"because": f"nothing was {total}"}
            value = line[name] if line[total] else None
            found.append(number(f"{name}.{line['definition']}", "all", value, "share", **ratio, **because))
    return found


def task_force(searches: Searches, participating: pd.DataFrame | None) -> frozenset[str]:
    """The searching agencies with a 287(g) Task Force agreement, for the suspect net; none without a list."""
    if participating is None:
        return frozenset()
    searching = searches.tally("searching_agency", "agency_state", "agency_kind")
    held = agencies.holders(searching, participating)
    named = held["models"].astype(str).str.casefold().str.contains("task force", regex=False)
    return frozenset(held.loc[named, "searching_agency"])


# What people read -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Coded:
    """The reasons of a place that people coded, beside what the rules make of them today.

    `reasons`: string_id, stratum, draws, inclusion_probability, half, code, coded_kind, coded_topics, and the columns
    of `units` without the words; `pairs`: the two codes of each reason that two readers read (`PAIRS`), for every two
    of them. Both are empty where nobody coded. `sentence` says who read, how far to trust it, and what nobody read.
    `unreadable_rows` gave a reason that says nothing a reader could read; `rows_outside` came after the sample was
    drawn, so that no estimate speaks of them. `topics` are those that readers could name. `readers` have a name each,
    which says of a language model that it is one.
    """

    reasons: pd.DataFrame
    pairs: pd.DataFrame
    sample: Sample
    sentence: str
    unreadable_rows: int = 0
    rows_outside: int = 0
    topics: frozenset[str] = frozenset()
    readers: tuple[str, ...] = ()

    @property
    def models(self) -> int:
        """How many of the readers were language models."""
        return sum("language model" in name.casefold() for name in self.readers)

    def numbers(self) -> Numbers:
        """Who read (language_models, of all readers), coded_reasons and coded_rows, and of the core definition
        missed_rows and missed_rows_at_most."""
        if self.reasons.empty:
            return []
        core = self.recall().set_index("definition").loc["core"]
        missed = float(core["missed_rows"] + core["missed_in_tail"])
        most = None if self.rows_outside else float(core["missed_at_most"])
        why = f"{counted(self.rows_outside, 'row')} outside the sample" if self.rows_outside else ""
        because = {"because": why} if why else {}
        readers = {"numerator": self.models, "denominator": len(self.readers)}
        return [
            number("language_models", "all", self.models, "readers", **readers),
            number("coded_reasons", "all", len(self.reasons), "reasons"),
            number("coded_rows", "all", int(self.reasons["rows"].sum()), "rows"),
            number("missed_rows.core", "all", missed, "estimated rows"),
            number("missed_rows_at_most.core", "all", most, "estimated rows", **because),
        ]

    def recall(self) -> pd.DataFrame:
        """`recall` of these reasons, with the rows that no reading can settle."""
        return recall(self.reasons, self.sample, self.unreadable_rows, self.rows_outside)

    def by_topic(self) -> pd.DataFrame:
        """`by_topic` of the topics that readers could name; immigration is in the tables of the definitions."""
        return by_topic(self.reasons, self.topics)


NOBODY = (
    "No one has read and coded this place's reasons yet, so no precision and no recall of reading is claimed."
)


def coded_reasons(place: Place, made: pd.DataFrame) -> Coded:
    """The codes kept in data/hand/coding/<place>/, joined by id to the units of today."""
    folder = place.hand / "coding" / place.name
    sample, coders = sheets.open_sample(folder), sheets.open_codes(folder)
    if sample is None or not coders:
        texts = dict.fromkeys(("half", "code", "coded_kind"), "")
        empty = made.iloc[:0].drop(columns=["text", "normal"])
        empty = empty.assign(draws=0, inclusion_probability=1.0, **texts, coded_topics=[])
        return Coded(empty, pd.DataFrame(columns=list(PAIRS)), draw(made.iloc[:0]), NOBODY)
    settled = settle(coders, sample)
    joined = sample.strings.merge(settled.codes, on="string_id").merge(
        made.drop(columns=["stratum", "text", "normal"]), on="string_id", how="left", indicator=True
    )
    gone = int((joined["_merge"] == "left_only").sum())
    joined = joined[joined["_merge"] == "both"].drop(columns="_merge").reset_index(drop=True)
    joined["half"] = joined["string_id"].map(half)
    unread = made[(made["tier"] != "none") & ~made["string_id"].isin(joined["string_id"])]
    names = sorted({str(codes["coder"].iloc[0]) for codes in coders}, key=lambda name: (is_judge(name), name))
    models = all("language model" in name.casefold() for name in names)
    who = "Language models read these reasons, not people. " if models else ""
    sentences = {
        f"{who}In {wording.counted(int(joined['rows'].sum()), 'row')}, "
        f"{wording.counted(len(joined), 'different reason')} read by {'; '.join(names)}.": True,
        "A single reader's codes are taken as right. Nothing here says how often that reader was wrong.": (
            len(names) == 1
        ),
        f"Nobody settled {wording.counted(len(settled.open), 'disagreement')}; each counts as 'cannot tell'.": (
            settled.open
        ),
        f"Left out, because today's rows do not hold them: {wording.counted(gone, 'coded reason')}.": gone,
        f"Nobody read {wording.counted(len(unread), 'reason')} that the rules count today "
        f"({wording.counted(int(unread['rows'].sum()), 'row')}).": len(unread),
    }
    sentence = " ".join(text for text, applies in sentences.items() if applies)
    in_piles = joined.loc[joined["stratum"] != "tail", "rows"].sum()
    unreadable = int(made.loc[made["stratum"] == "unreadable", "rows"].sum())
    outside = max(0, int(made["rows"].sum() - unreadable - in_piles - sample.tail_rows))
    topics = {path.stem for path in (place.hand / "reasons").glob("*.toml")} - {"words", "immigration"}
    said = sentence + sample.note
    return Coded(joined, settled.pairs, sample, said, unreadable, outside, frozenset(topics), tuple(names))


# The verb ---------------------------------------------------------------------------------------------------


def give_out(place: Place, made: pd.DataFrame) -> list[Path]:
    """Draw a place's sample once, and write the sheets of two coders (data/processed/<place>/coding/); gives paths.

    Where two finished sheets disagree, a third, `adjudicated-…`, holds the disagreements for a third person.
    """
    kept, out = place.hand / "coding" / place.name, place.processed / "coding"
    sample = sheets.open_sample(kept)
    if sample is None:
        sample = draw(made)
        sheets.write_sample(kept, sample)
    made_sheets = {f"{place.name}-coder-{n}.xlsx": sheets.for_coder(sample, made, n) for n in (1, 2)}
    coders = sheets.open_codes(kept)
    if len(coders) >= 2:
        first = sheets.for_coder(sample, made, 1)
        differ = first["string_id"].isin(settle(coders, sample).differ)
        made_sheets[f"adjudicated-{place.name}.xlsx"] = first[differ]
    for name, sheet in made_sheets.items():
        files.write(out / name, sheets.workbook(sheet))
    return [out / name for name in made_sheets]


def take_back(place: Place, sheet: Path, coder: str, topics: Sequence[str], today: datetime.date) -> Path:
    """Check a finished sheet and keep its codes without its words; gives the path. Raises `BadSheet`."""
    kept = place.hand / "coding" / place.name
    sample = sheets.open_sample(kept)
    if sample is None:
        raise BadSheet(f"{place.name}: no sample was drawn; run make code PLACE={place.name} first")
    return sheets.write_codes(kept, sheets.read_back(sheet, coder, sample, topics, today))
