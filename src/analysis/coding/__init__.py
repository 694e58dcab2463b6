"""Draws the samples people read, reads their codes back, and estimates how often the rules are wrong.

For a replica what was planted is known for every row, so the rules are scored on all of them: a census of
planted words, without an interval. For records, people code distinct reasons; until they have, no error rate is
claimed, and the reading load is printed instead.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq

from analysis import agencies, files
from analysis.coding import agreement, sheets
from analysis.coding.agreement import by_stratum
from analysis.coding.estimates import by_kind, by_topic, precision, precision_by_era, recall
from analysis.coding.samples import Sample, draw, reading_load, reading_time, units
from analysis.coding.sheets import BadSheet
from analysis.measures import DEFINITIONS, Numbers, number
from analysis.places import Place
from analysis.searches.table import Searches

__all__ = [
    "BadSheet", "Coded", "Errors", "agreement", "by_kind", "by_stratum", "by_topic", "coded_reasons", "give_out",
    "known_errors", "precision", "precision_by_era", "reading_load", "reading_time", "recall", "score",
    "take_back", "task_force", "units",
]  # fmt: skip


@dataclass(frozen=True)
class Errors:
    """What is known about a place's errors from what was planted: a sentence, tables, and numbers."""

    sentence: str
    table: pd.DataFrame
    by_origin: pd.DataFrame = field(default_factory=pd.DataFrame)
    by_era: pd.DataFrame = field(default_factory=pd.DataFrame)
    numbers: Numbers = field(default_factory=list)


def known_errors(place: Place, searches: Searches) -> Errors:
    """The error rates that what was planted gives; of records nothing was planted, and none is claimed here.

    A replica is scored row by row (joined on `source_file` and `source_row`); of records no row is loaded.
    """
    planted = place.processed / "planted" / "planted.parquet"
    if not planted.is_file():
        counted = [searches.count(name) for name in DEFINITIONS]
        return Errors(
            "These are records: nothing was planted in them, so only reading can say how often the rules are wrong.",
            pd.DataFrame({"definition": list(DEFINITIONS), "counted": counted}),
        )
    truth = pq.read_table(planted, columns=["source_file", "source_row", "tier"]).to_pandas()
    rows = searches.frame("source_file", "source_row", "immigration_tier", "reason_origin", "era")
    both = rows.merge(truth, on=["source_file", "source_row"], how="left", validate="one_to_one")
    table = score(both["tier"], both["immigration_tier"])
    return Errors(
        f"All {len(both):,} rows were scored against what was planted. These are rates on invented words.",
        table,
        _score_by(both, "reason_origin"),
        _score_by(both, "era"),
        _numbers(table),
    )


def _score_by(both: pd.DataFrame, column: str) -> pd.DataFrame:
    tables = [
        score(group["tier"], group["immigration_tier"]).assign(**{column: value})
        for value, group in both.groupby(column, sort=True)
    ]
    table = pd.concat(tables, ignore_index=True)
    return table[[column, *table.columns.drop(column)]]


def score(truth: pd.Series, found: pd.Series) -> pd.DataFrame:
    """Right, wrong and missed rows under each definition: definition, planted, counted, right, wrong, missed,
    precision_share, recall_share. `truth` and `found` hold tiers (strict, core, broad, none)."""
    lines = []
    for definition, tiers in DEFINITIONS.items():
        planted, counted = truth.isin(tiers), found.isin(tiers)
        right, total, true = int((planted & counted).sum()), int(counted.sum()), int(planted.sum())
        lines.append({
            "definition": definition, "planted": true, "counted": total, "right": right, "wrong": total - right,
            "missed": true - right, "precision_share": right / total if total else None,
            "recall_share": right / true if true else None,
        })  # fmt: skip
    return pd.DataFrame(lines)


def _numbers(table: pd.DataFrame) -> Numbers:
    found: Numbers = []
    for line in table.to_dict("records"):
        for name, total in (("precision", "counted"), ("recall", "planted")):
            ratio = {"numerator": line["right"], "denominator": line[total]}
            because = {} if line[total] else {"because": f"nothing was {total}"}
            value = line[f"{name}_share"] if line[total] else None
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

    `reasons`: string_id, stratum, draws, inclusion_probability, code, coded_kind, coded_topics, and the columns of
    `units` without the words; `pairs`: stratum, first and second code of reasons that two coders read. Both are
    empty where nobody coded. `sentence` says who read, how far to trust it, and what nobody read.
    """

    reasons: pd.DataFrame
    pairs: pd.DataFrame
    sample: Sample
    sentence: str

    def numbers(self) -> Numbers:
        """coded_reasons and coded_rows, and of the core definition missed_rows and missed_rows_at_most."""
        if self.reasons.empty:
            return []
        core = recall(self.reasons, self.sample).set_index("definition").loc["core"]
        missed = float(core["missed_rows"] + core["missed_in_tail"])
        return [
            number("coded_reasons", "all", len(self.reasons), "reasons"),
            number("coded_rows", "all", int(self.reasons["rows"].sum()), "rows"),
            number("missed_rows.core", "all", missed, "estimated rows"),
            number("missed_rows_at_most.core", "all", float(core["missed_at_most"]), "estimated rows"),
        ]


NOBODY = (
    "No one has read and coded this place's reasons yet, so no precision and no recall of reading is claimed."
)


def coded_reasons(place: Place, made: pd.DataFrame) -> Coded:
    """The codes kept in data/hand/coding/<place>/, joined by id to the units of today."""
    folder = place.hand / "coding" / place.name
    sample, coders = sheets.open_sample(folder), sheets.open_codes(folder)
    if sample is None or not coders:
        empty = made.iloc[:0].drop(columns=["reason", "normal"])
        empty = empty.assign(draws=0, inclusion_probability=1.0, code="", coded_kind="", coded_topics=[])
        pairs = pd.DataFrame(columns=["string_id", "stratum", "first", "second"])
        return Coded(empty, pairs, draw(made.iloc[:0]), NOBODY)
    settled = _settled(coders, sample)
    joined = sample.strings.merge(settled.codes, on="string_id").merge(
        made.drop(columns=["stratum", "reason", "normal"]), on="string_id", how="left", indicator=True
    )
    gone = int((joined["_merge"] == "left_only").sum())
    joined = joined[joined["_merge"] == "both"].drop(columns="_merge").reset_index(drop=True)
    unread = made[(made["tier"] != "none") & ~made["string_id"].isin(joined["string_id"])]
    names = [str(codes["coder"].iloc[0]) for codes in coders]
    sentences = {
        f"{len(joined):,} distinct reasons, which stand for {int(joined['rows'].sum()):,} rows, were read by "
        f"{'; '.join(names)}.": True,
        "One reader's codes are taken as right: nothing here says how often that reader was wrong.": len(
            names
        )
        == 1,
        f"{len(settled.open):,} disagreements nobody settled; they are taken as 'cannot tell'.": settled.open,
        f"{gone:,} coded reasons are in none of today's rows and are left out.": gone,
        f"{len(unread):,} reasons that the rules count today ({int(unread['rows'].sum()):,} rows) nobody read.": (
            len(unread)
        ),
    }
    sentence = " ".join(text for text, applies in sentences.items() if applies)
    return Coded(joined, settled.pairs, sample, sentence + sample.note)


@dataclass(frozen=True)
class _Settled:
    """One code for each reason that anybody read (`codes`: string_id, code, coded_kind, coded_topics), the first two
    codes of those that several read (`pairs`), the reasons on which readers differ, and those of them still open."""

    codes: pd.DataFrame
    pairs: pd.DataFrame
    differ: set[str]
    open: set[str]


def _settled(coders: Sequence[pd.DataFrame], sample: Sample) -> _Settled:
    """The code is the adjudicated one, else what all who read the reason agree on, else 'cannot_tell'.

    Kind and topics are the adjudicated ones, else those of the first who read it.
    """
    readers, judges = [coders[0].iloc[:0]], [coders[0].iloc[:0]]
    for codes in coders:
        is_judge = codes["coder"].iloc[0].casefold().startswith("adjudicat")
        (judges if is_judge else readers).append(codes)
    read, judged = pd.concat(readers), pd.concat(judges).drop_duplicates("string_id", keep="last")
    given = {reason: list(codes) for reason, codes in read.groupby("string_id", sort=False)["code"]}
    twice = [(reason, *codes[:2]) for reason, codes in given.items() if len(codes) > 1]
    pairs = pd.DataFrame(twice, columns=["string_id", "first", "second"], dtype=str)
    pairs = pairs.merge(sample.strings[["string_id", "stratum"]])[["string_id", "stratum", "first", "second"]]
    differ = {reason for reason, codes in given.items() if len(set(codes)) > 1}
    still_open = differ - set(judged["string_id"])
    final = pd.concat([judged, read], ignore_index=True).drop_duplicates("string_id")
    final.loc[final["string_id"].isin(still_open), "code"] = "cannot_tell"
    final["coded_topics"] = final["topics"].map(lambda cell: [topic for topic in cell.split("; ") if topic])
    final = final.rename(columns={"kind": "coded_kind"})
    return _Settled(final[["string_id", "code", "coded_kind", "coded_topics"]], pairs, differ, still_open)


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
        differ = first["string_id"].isin(_settled(coders, sample).differ)
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
