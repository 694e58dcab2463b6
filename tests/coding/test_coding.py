"""Errors are counted row by row where the truth is known, estimated from what people read, and claimed nowhere else."""

import datetime
import io
import itertools
import zipfile
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from frames import log

from analysis import coding, places, readers, reasons
from analysis.coding import agreement, estimates, samples, sheets
from analysis.refused import Refused

ICE = {"immigration_tier": "core", "immigration_kind": "unspecified", "topics": ["immigration"]}
TODAY = datetime.date(2026, 2, 10)


def reason(text, rows=1, **more):
    return [{"reason_as_released": text, "reason_text": text, **more}] * rows


def read(**columns):
    """Coded reasons as `coded_reasons` gives them, with usual values for what a test does not say."""
    rows = len(next(iter(columns.values())))
    usual = {
        "string_id": [f"id{n}" for n in range(rows)], "stratum": ["hit"] * rows, "draws": [1] * rows,
        "inclusion_probability": [1.0] * rows, "half": ["held out"] * rows, "code": ["not_immigration"] * rows,
        "tier": ["none"] * rows,
        "kind": [None] * rows, "coded_kind": [""] * rows, "topics": [[]] * rows, "coded_topics": [[]] * rows,
        "origin": ["typed"] * rows, "rows": [1] * rows,
        **{f"rows_{era}": [0] * rows for era in ("typed", "filtered", "rollout", "dropdown")},
    }  # fmt: skip
    return pd.DataFrame(usual | columns)


# Against what was planted -----------------------------------------------------------------------------------


def test_right_wrong_and_missed_rows_add_up_under_each_definition():
    truth = pd.Series(["strict", "core", "none", "broad", "none"])
    found = pd.Series(["core", "none", "strict", "broad", "none"])
    table = coding.score(truth, found).set_index("definition")
    assert table.loc["strict", ["right", "wrong", "missed"]].tolist() == [0, 1, 1]
    assert table.loc["core", ["right", "wrong", "missed"]].tolist() == [1, 1, 1]
    assert table.loc["broad", ["right", "wrong", "missed"]].tolist() == [2, 1, 1]
    assert table.loc["core", "counted_planted_share"] == table.loc["core", "planted_found_share"] == 0.5


def test_a_share_of_nothing_is_unknown_and_never_zero():
    table = coding.score(pd.Series(["none"]), pd.Series(["none"]))
    assert table[["counted_planted_share", "planted_found_share"]].isna().all().all()


def test_records_claim_no_error_rate_from_what_was_planted(tmp_path):
    known = coding.known_errors(SimpleNamespace(processed=tmp_path), log({}, {"immigration_tier": "core"}))
    assert known.numbers == []
    assert "nothing was planted" in known.sentence
    assert known.table["counted"].tolist() == [0, 1, 1]


def test_a_replica_is_scored_on_every_row_and_by_origin_and_era(tmp_path):
    (tmp_path / "planted").mkdir()
    truth = pa.table({"source_file": ["log.csv"] * 2, "source_row": [1, 2], "tier": ["core", "none"]})
    pq.write_table(truth, tmp_path / "planted" / "planted.parquet")
    known = coding.known_errors(SimpleNamespace(processed=tmp_path), log({"immigration_tier": "core"}, {}))
    found = {n["measure"]: n["value"] for n in known.numbers}
    assert (found["planted_found_share.core"], found["counted_planted_share.core"]) == (1.0, 1.0)
    assert "All 2 rows" in known.sentence
    assert known.by_origin["reason_origin"].tolist() == ["typed"] * 3
    assert known.by_era["right"].tolist() == [0, 1, 1]


# The piles --------------------------------------------------------------------------------------------------


def piles(*rows, **more):
    made = coding.units(log(*[one for row in rows for one in row]), **more)
    return dict(zip(made["normal"], made["stratum"])), made


def test_writings_of_one_reason_are_read_once():
    _, made = piles(reason("Theft", 2), reason("THEFT."), reason("theft", offense_types=["Robbery"]))
    assert made["rows"].tolist() == [3, 1]
    assert made["string_id"].is_unique


def test_every_row_is_in_exactly_one_pile():
    stratum, made = piles(
        reason("theft", 90),
        reason("ICE", 2, **ICE),
        reason("locate alien", topics=["immigration_suspect"]),
        reason("imigrtoin", topics=[]),
        reason("icd", topics=[]),
        reason("", reason_origin="blank"),
        reason("26-1234", topics=["case_number_only"]),
        reason("I-213", topics=["case_number_only"]),
        reason("8 1326", topics=["case_number_only"]),
        reason("", reason_origin="dropdown", offense_types=["Robbery"]),
        *[reason(f"rare {word}") for word in ("one", "two", "three", "four")],
    )
    assert made["rows"].sum() == 104
    assert stratum["ice"] == "hit"
    assert {stratum[text] for text in ("locate alien", "imigrtoin", "icd")} == {"suspect"}
    assert {stratum[text] for text in ("", "26 1234")} == {"unreadable"}
    assert stratum["theft"] == "common"
    assert "unreadable" not in {stratum["i 213"], stratum["8 1326"]}
    assert {stratum[f"rare {word}"] for word in ("one", "two", "three", "four")} == {"tail"}


def test_a_federal_account_and_a_task_force_agencys_federal_assist_are_in_the_net():
    federal = reason("follow", agency_kind="federal")
    assists = reason("assist FBI", topics=["federal_assist"])
    common = reason("theft", 60)
    stratum, _ = piles(common, federal, assists, task_force=frozenset({"Quellmere GA PD"}))
    assert (stratum["follow"], stratum["assist fbi"]) == ("suspect", "suspect")
    assert piles(common, assists)[0]["assist fbi"] == "tail"


def test_no_more_than_a_thousand_common_reasons_are_read():
    made = coding.units(log(*[one for n in range(1_200) for one in reason(f"word{'x' * n}", topics=[])]))
    assert made["stratum"].value_counts().to_dict() == {"common": 1_000, "tail": 200}


def test_an_id_names_a_reason_and_its_offense_types_and_shows_neither():
    assert samples.string_id("theft", "") != samples.string_id("theft", "Robbery")
    assert "theft" not in samples.string_id("theft", "")
    assert len(samples.string_id("theft", "")) == 16


# Drawing ----------------------------------------------------------------------------------------------------


def tail(rows):
    return pd.DataFrame(
        {"string_id": [f"t{n:04}" for n in range(len(rows))], "stratum": "tail", "rows": rows}
    )


def test_a_short_tail_is_read_in_full():
    drawn = samples.draw(tail([1] * 10), tail_draws=600)
    assert drawn.tail_draws == 0
    assert len(drawn.strings) == 10
    assert (drawn.strings["inclusion_probability"] == 1).all()


def test_a_long_tail_is_drawn_by_rows_with_the_same_seed_the_same():
    made = tail([1] * 999 + [1_000])
    drawn, again, other = (samples.draw(made, seed=seed, tail_draws=300) for seed in (7, 7, 8))
    assert drawn.strings.equals(again.strings)
    assert not drawn.strings.equals(other.strings)
    assert drawn.strings["draws"].sum() == drawn.tail_draws == 300
    assert drawn.tail_rows == 1_999
    heavy = drawn.strings.set_index("string_id").loc["t0999"]
    assert heavy["draws"] > 100
    assert heavy["inclusion_probability"] == pytest.approx(1 - (1 - 1_000 / 1_999) ** 300)


def test_the_second_coder_reads_all_but_most_of_the_common_reasons():
    made = pd.DataFrame({"string_id": [f"c{n:04}" for n in range(1_000)], "stratum": "common", "rows": 1})
    made.loc[:99, "stratum"] = "hit"
    strings = samples.draw(made).strings
    second = strings.groupby("stratum")["second_coder"].mean()
    assert second["hit"] == 1
    assert 0.05 < second["common"] < 0.16


def test_the_reading_load_says_what_it_assumes():
    made = piles(reason("theft", 3), reason("ICE", **ICE))[1]
    load = coding.reading_load(made)
    assert load["rows"].sum() == 4
    assert load.set_index("stratum").loc["hit", "to_read"] == 1
    assert "which we assumed and did not measure" in coding.reading_time(made)


# Sheets -----------------------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path):
    return SimpleNamespace(name="invented", hand=tmp_path / "hand", processed=tmp_path / "processed")


@pytest.fixture
def made():
    hostile = ["=1+1", "@SUM(1)", "http://example.invalid/x", "veh QOI0042 seen", "-2+3"]
    return piles(
        reason("ICE hold", **ICE), *[reason(text, topics=[]) for text in hostile], reason("theft", 90)
    )[1]


def filled(path, **columns):
    sheet = pd.read_excel(path, dtype=str, keep_default_na=False, engine="calamine")
    return sheet.assign(**{"code": "not_immigration", **columns})


def test_a_sheet_is_blind_shuffled_masked_and_holds_no_formula(place, made):
    first, second = coding.give_out(place, made)
    sheet = filled(first)
    assert list(sheet.columns) == list(sheets.SHEET)
    assert sheet["string_id"].tolist() != sorted(sheet["string_id"])
    assert sheet["string_id"].tolist() != filled(second)["string_id"].tolist()
    assert "QOI0042" not in " ".join(sheet["reason"])
    assert "=1+1" in sheet["reason"].tolist()
    xml = "".join(
        zipfile.ZipFile(io.BytesIO(first.read_bytes())).read(f"xl/worksheets/sheet{n}.xml").decode()
        for n in (1, 2)
    )
    assert "<f>" not in xml
    assert "hyperlink" not in xml


def test_what_is_kept_holds_ids_and_codes_and_no_words(place, made):
    first, _ = coding.give_out(place, made)
    sheet = filled(first, note="Nemo Testa's car", topics="theft, warrant")
    sheet.to_csv(place.processed / "done.csv", index=False)
    kept = coding.take_back(place, place.processed / "done.csv", "A. Reader", ["theft", "warrant"], TODAY)
    assert kept.name == "a-reader.csv"
    folder = place.hand / "coding" / "invented"
    text = "".join(path.read_text() for path in folder.iterdir())
    assert not [word for word in ("hold", "QOI0042", "Nemo", "SUM") if word in text]
    assert "A. Reader,not_immigration,,theft; warrant,2026-02-10" in text


def test_a_sample_is_drawn_once(place, made):
    coding.give_out(place, made)
    before = (place.hand / "coding" / "invented" / "sample.csv").read_text()
    coding.give_out(place, made.iloc[::-1])
    assert (place.hand / "coding" / "invented" / "sample.csv").read_text() == before


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "imigration"}, "row 2: there is no such code; choose one of immigration"),
        ({"code": ""}, "row 2: no code; choose one, and cannot_tell"),
        ({"kind": "odd", "code": "ice_ero"}, "row 2: there is no such kind; choose one of civil"),
        ({"kind": "civil"}, "row 2: kind 'civil' beside code 'not_immigration'"),
        ({"topics": "theft; tehft"}, "row 2: there is no such topic; use theft"),
        ({"string_id": "0000"}, "row 2: its string_id is not in the sample"),
    ],
)
def test_a_sheet_with_an_error_is_refused_by_sheet_and_row(place, made, change, said):
    first, _ = coding.give_out(place, made)
    sheet = filled(first)
    for column, value in change.items():
        sheet.loc[0, column] = value
    (place.processed / "done.xlsx").write_bytes(sheets.workbook(sheet))
    with pytest.raises(coding.BadSheet) as error:
        coding.take_back(place, place.processed / "done.xlsx", "A", ["theft"], TODAY)
    assert f"done.xlsx, {said}" in str(error.value)


def test_a_sheet_that_is_cut_doubled_or_no_sheet_is_refused(place, made):
    first, _ = coding.give_out(place, made)
    sheet, done = filled(first), place.processed / "done.csv"
    for wrong, said in (
        (sheet.iloc[1:], "1 reasons of the sample have no row"),
        (pd.concat([sheet, sheet.iloc[:1]]), "its string_id is in row 2 too"),
        (sheet.drop(columns="code"), "there is no column 'code'"),
    ):
        wrong.to_csv(done, index=False)
        with pytest.raises(coding.BadSheet, match=said):
            coding.take_back(place, done, "A", [], TODAY)
    lines = sheet.assign(code=["odd", *sheet["code"][1:]]).to_csv(index=False).splitlines(keepends=True)
    done.write_text("".join([lines[0], "\n", *lines[1:]]), encoding="utf-8")
    with pytest.raises(coding.BadSheet, match=r"done\.csv, row 3: there is no such code"):
        coding.take_back(place, done, "A", [], TODAY)
    lines = sheet.to_csv(index=False).splitlines(keepends=True)
    done.write_text("".join([lines[0], "\n", *lines[1:], ",,,\n"]), encoding="utf-8")
    assert coding.take_back(place, done, "A", ["theft", "warrant"], TODAY).is_file()
    (place.processed / "done.xlsx").write_bytes(b"no workbook")
    with pytest.raises(readers.UnreadableFile, match=r"^done\.xlsx: the workbook is broken"):
        coding.take_back(place, place.processed / "done.xlsx", "A", [], TODAY)
    with pytest.raises(coding.BadSheet, match="no sample was drawn"):
        coding.take_back(SimpleNamespace(name="other", hand=place.hand), done, "A", [], TODAY)


# Two coders and a third -------------------------------------------------------------------------------------


def test_disagreements_go_to_a_third_person_and_are_doubtful_until_then(place, made):
    files = coding.give_out(place, made)
    hit = made.loc[made["stratum"] == "hit", "string_id"].item()
    for coder, code, path in (("A", "immigration", files[0]), ("B", "ice_ero", files[1])):
        sheet = filled(path)
        sheet.loc[sheet["string_id"] == hit, "code"] = code
        sheet.to_csv(place.processed / "done.csv", index=False)
        coding.take_back(place, place.processed / "done.csv", coder, [], TODAY)
    coded = coding.coded_reasons(place, made)
    assert coded.reasons.set_index("string_id").loc[hit, "code"] == "cannot_tell"
    assert "Nobody settled 1 disagreement;" in coded.sentence
    table = agreement.by_stratum(coded.pairs, len(sheets.CODES))
    assert table.set_index("stratum").loc["hit", ["readers", "agreement"]].tolist() == ["A; B", 0]
    third = coding.give_out(place, made)[2]
    settled = filled(third, code="immigration", kind="civil")
    assert settled["string_id"].tolist() == [hit]
    (place.processed / "adjudicated-invented.xlsx").write_bytes(sheets.workbook(settled))
    coding.take_back(place, place.processed / "adjudicated-invented.xlsx", "adjudicated", [], TODAY)
    coded = coding.coded_reasons(place, made)
    assert coded.reasons.set_index("string_id").loc[hit, ["code", "coded_kind"]].tolist() == [
        "immigration",
        "civil",
    ]
    assert "Nobody settled" not in coded.sentence
    assert coded.numbers()[0]["value"] == 0, "readers that are no people"


def test_readers_that_are_language_models_are_counted(place, made):
    (path, _) = coding.give_out(place, made)
    filled(path).to_csv(place.processed / "done.csv", index=False)
    coding.take_back(place, place.processed / "done.csv", "reader, a language model", [], TODAY)
    found = coding.coded_reasons(place, made).numbers()[0]
    assert (found["measure"], found["value"], found["denominator"]) == ("language_models", 1, 1)


def kept(place, coder, codes):
    """The codes of a coder, as they are kept: {reason's id: code}."""
    lines = [(one, coder, code, "", "", "2026-11-25") for one, code in codes.items()]
    sheets.write_codes(place.hand / "coding" / place.name, pd.DataFrame(lines, columns=list(sheets.KEPT)))


def test_every_reader_counts_however_many_they_are(place, made):
    coding.give_out(place, made)
    one, other = made["string_id"].tolist()[:2]
    kept(place, "A", {one: "immigration"})
    kept(place, "B", {one: "immigration", other: "border"})
    kept(place, "C", {one: "hsi_dhs", other: "border"})
    coded = coding.coded_reasons(place, made)
    assert dict(zip(coded.reasons["string_id"], coded.reasons["code"])) == {
        one: "cannot_tell",
        other: "border",
    }
    assert sorted(zip(coded.pairs["string_id"], coded.pairs["readers"], coded.pairs["second"])) == sorted(
        [
            (one, "A; B", "immigration"),
            (one, "A; C", "hsi_dhs"),
            (one, "B; C", "hsi_dhs"),
            (other, "B; C", "border"),
        ]
    )
    assert "read by A; B; C." in coded.sentence
    sheet = filled(coding.give_out(place, made)[2])
    assert sheet["string_id"].tolist() == [one]


def test_the_names_of_readers_decide_nothing(place, made):
    """Three readers who agree, differ in code, kind or topics, or read alone, under every order of their names."""
    coding.give_out(place, made)
    ids, found = made["string_id"].tolist()[:4], set()
    said = (
        {ids[0]: ("border", "", "theft; drugs"), ids[1]: ("immigration", "civil", "")},
        {ids[0]: ("border", "", "theft"), ids[2]: ("hsi_dhs", "", "")},
        {ids[1]: ("immigration", "criminal", ""), ids[3]: ("ice_ero", "", ""), ids[2]: ("border", "", "")},
    )
    folder = place.hand / "coding" / place.name
    for names in itertools.permutations("ABC"):
        for path in folder.glob("?.csv"):
            path.unlink()
        for name, codes in zip(names, said):
            lines = [(one, name, *code, "2026-11-25") for one, code in codes.items()]
            sheets.write_codes(folder, pd.DataFrame(lines, columns=list(sheets.KEPT)))
        coded = coding.coded_reasons(place, made).reasons.sort_values("string_id")
        found.add(str(coded[["string_id", "code", "coded_kind", "coded_topics"]].to_dict("records")))
        sheet = filled(coding.give_out(place, made)[2])
        assert set(sheet["string_id"]) == set(ids[:3])
    assert len(found) == 1
    settled = coded.set_index("string_id")
    assert settled["code"].to_dict() == {
        ids[0]: "border", ids[1]: "immigration", ids[2]: "cannot_tell", ids[3]: "ice_ero"
    }  # fmt: skip
    assert (settled.loc[ids[0], "coded_topics"], settled.loc[ids[1], "coded_kind"]) == (["theft"], "")


def test_a_lone_adjudicator_is_a_reader_and_stops_nothing(place, made):
    coding.give_out(place, made)
    (one, *_) = made["string_id"]
    kept(place, "adjudicated", {one: "border"})
    coded = coding.coded_reasons(place, made)
    assert coded.reasons["code"].tolist() == ["border"]
    assert coded.pairs.empty
    assert len(coding.give_out(place, made)) == 2


@pytest.mark.parametrize("coder", ["", "***", "sample", "NUL", "x" * 300])
def test_a_coder_has_a_name_that_a_file_can_have(place, made, coder):
    coding.give_out(place, made)
    with pytest.raises(Refused):
        kept(place, coder, {made["string_id"][0]: "border"})
    assert [path.name for path in (place.hand / "coding" / place.name).glob("*.csv")] == ["sample.csv"]


def test_one_coder_is_said_to_be_one_and_unread_hits_are_counted(place, made):
    first, _ = coding.give_out(place, made)
    filled(first).to_csv(place.processed / "done.csv", index=False)
    coding.take_back(place, place.processed / "done.csv", "A", [], TODAY)
    more = piles(reason("ICE hold", **ICE), reason("CBP", 4, **ICE), reason("theft", 90))[1]
    coded = coding.coded_reasons(place, more)
    said, numbers = coded.sentence, {one["measure"]: one for one in coded.numbers()}
    assert (numbers["coded_reasons"]["value"], numbers["coded_rows"]["value"]) == (2, 91)
    assert numbers["missed_rows.core"]["unit"] == "estimated rows"
    assert "A single reader's codes are taken as right" in said
    assert "Nobody read 1 reason that the rules count today (4 rows)" in said


def test_a_place_that_nobody_coded_claims_nothing(place, made):
    coded = coding.coded_reasons(place, made)
    assert "no precision and no recall of reading is claimed" in coded.sentence
    assert coded.numbers() == []
    assert coding.precision(coded.reasons)["precision_share"].isna().all()
    assert coding.recall(coded.reasons, coded.sample)["recall_share"].isna().all()
    for table in (
        coded.by_topic(),
        coding.by_kind(coded.reasons),
        coding.precision_by_era(coded.reasons),
    ):
        assert table["precision_share"].isna().all()


def two_coders(*cells):
    """Codes of two coders from (first, second, times)."""
    pairs = [(a, b) for a, b, times in cells for _ in range(times)]
    return pd.Series([a for a, _ in pairs]), pd.Series([b for _, b in pairs])


@pytest.mark.parametrize(
    ("yes", "no", "same", "kappa", "gwet"), [(8, 988, 0.996, 0.798, 0.996), (80, 916, 0.996, 0.973, 0.995)]
)
def test_agreement_is_measured_in_four_ways_since_classes_are_rare(yes, no, same, kappa, gwet):
    found = agreement.measures(*two_coders(("y", "y", yes), ("y", "n", 2), ("n", "y", 2), ("n", "n", no)))
    assert found["agreement"] == pytest.approx(same)
    assert found["cohens_kappa"] == pytest.approx(kappa, abs=5e-4)
    assert found["krippendorffs_alpha"] == pytest.approx(kappa, abs=1e-3)
    assert found["gwets_ac1"] == pytest.approx(gwet, abs=1e-3)


def test_alpha_is_that_of_the_worked_example_of_its_author():
    """Krippendorff (2011), two observers and binary codes: alpha 0.095."""
    found = agreement.measures(pd.Series(list("0100000010")), pd.Series(list("1110010000")))
    assert found["krippendorffs_alpha"] == pytest.approx(0.095, abs=5e-4)


def test_agreement_by_chance_alone_is_unknown_and_the_table_is_square():
    alike = agreement.measures(*two_coders(("n", "n", 5)))
    assert (alike["cohens_kappa"], alike["krippendorffs_alpha"]) == (None, None)
    table = agreement.table(*two_coders(("a", "b", 2), ("a", "a", 3)))
    assert table.to_dict("list") == {"first_coder": ["a", "b"], "a": [3, 0], "b": [2, 0]}


# Estimates --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("right", "total", "low", "high"), [(290, 300, 0.9395, 0.9839), (47, 47, 0.9245, 1.0), (1, 1, 0.025, 1.0)]
)
def test_an_exact_interval(right, total, low, high):
    assert estimates.exact(right, total) == pytest.approx((low, high), abs=1e-3)
    assert estimates.exact(0, 0) == (None, None)


@pytest.mark.parametrize(
    ("draws", "share"), [(300, 0.0099), (600, 0.0050), (1_500, 0.0020), (7_082, 0.00042)]
)
def test_a_clean_sample_bounds_what_may_be_missed(draws, share):
    assert samples.at_most(0, draws) == pytest.approx(1 - 0.05 ** (1 / draws))
    assert samples.at_most(0, draws) == pytest.approx(share, rel=0.02)
    assert samples.at_most(draws, draws) == 1.0


def test_precision_is_given_by_string_and_by_row_and_doubt_both_ways():
    coded = read(
        tier=["strict", "core", "core", "broad"], rows=[10, 5, 3, 2],
        code=["immigration", "ice_ero", "cannot_tell", "not_immigration"],
    )  # fmt: skip
    table = coding.precision(coded).set_index("definition")
    assert table.loc["core", ["strings", "right_strings", "rows", "right_rows"]].tolist() == [3, 2, 18, 15]
    assert table.loc["core", "precision_share"] == 15 / 18
    assert table.loc["core", "precision_if_right_share"] == 1
    assert table.loc["broad", "precision_share"] == 15 / 20


def test_a_hit_of_a_wider_code_is_wrong_under_the_narrower_definition():
    table = coding.precision(read(tier=["strict"], code=["ice_ero"])).set_index("definition")
    assert table["right_rows"].to_dict() == {"strict": 0, "core": 1, "broad": 1}


def test_recall_takes_the_tail_by_its_draws_and_the_other_piles_as_counts():
    coded = read(
        stratum=["hit", "suspect", "tail", "tail"], tier=["core", "none", "none", "none"], rows=[90, 4, 7, 500],
        draws=[1, 1, 2, 98], code=["ice_ero", "immigration", "border", "not_immigration"],
        inclusion_probability=[1.0, 1.0, 0.7, 1.0],
    )  # fmt: skip
    sample = samples.Sample(pd.DataFrame(), 1, 100, 1_000)
    core = coding.recall(coded, sample).set_index("definition").loc["core"]
    assert (core["found_rows"], core["missed_rows"], core["missed_draws"]) == (90, 4, 2)
    assert core["missed_in_tail"] == 20
    assert core["missed_horvitz_thompson"] == 14
    assert core["recall_share"] == 90 / 114
    assert core["recall_at_least_share"] == pytest.approx(
        90 / (94 + 1_000 * samples.at_most(2, 100)), abs=1e-3
    )


def test_what_nobody_can_tell_or_read_lowers_the_floor_of_recall_and_not_its_point():
    coded = read(stratum=["hit", "tail"], tier=["core", "none"], code=["ice_ero", "cannot_tell"], rows=[3, 1])
    sample = samples.Sample(pd.DataFrame(), 1, 0, 1)
    core = coding.recall(coded, sample, unreadable_rows=2).set_index("definition").loc["core"]
    assert core["recall_share"] == 1
    assert core[["cannot_tell_rows", "unreadable_rows", "missed_at_most"]].tolist() == [1, 2, 3]
    assert core["recall_at_least_share"] == 0.5


def test_no_bound_is_given_where_rows_came_after_the_sample():
    core = coding.recall(
        read(tier=["core"], code=["ice_ero"]), samples.Sample(pd.DataFrame(), 1, 0, 0), rows_outside=1
    )
    assert core[["missed_at_most", "recall_at_least_share"]].isna().all().all()


def test_draws_without_a_miss_give_a_floor_and_no_point():
    coded = read(
        stratum=["hit", "tail"], tier=["core", "none"], code=["ice_ero", "not_immigration"], draws=[1, 600]
    )
    core = (
        coding.recall(coded, samples.Sample(pd.DataFrame(), 1, 600, 1_000))
        .set_index("definition")
        .loc["core"]
    )
    assert pd.isna(core["recall_share"])
    assert core["recall_at_least_share"] == pytest.approx(1 / (1 + 1_000 * samples.at_most(0, 600)), abs=1e-3)


def test_no_found_search_has_no_recall_of_zero():
    table = coding.recall(read(code=["not_immigration"]), samples.Sample(pd.DataFrame(), 1, 0, 0), 5)
    assert table[["recall_share", "recall_at_least_share"]].isna().all().all()


@pytest.mark.parametrize("floor", [0.5, 0.8, 0.9])
@pytest.mark.parametrize(("found", "rows"), [(620, 73_300), (10, 1_000), (5, 4)])
def test_the_draws_that_a_floor_takes_are_as_many_as_it_takes_and_no_more(floor, found, rows):
    draws = samples.draws_for(floor, found, rows)

    def reached(count):
        return found / (found + rows * samples.at_most(0, count)) if count else found / (found + rows)

    assert reached(draws) >= floor - 1e-9
    assert draws == 0 or reached(draws - 1) < floor


def test_nothing_found_promises_no_share():
    assert samples.draws_for(0.9, 0, 1_000) is None


def test_the_floor_holds_in_19_of_20_logs_or_more():
    """A log in which the rules found 50 core searches and missed 20 rows of a tail of 1,000, read by 150 draws."""
    rows, missed = np.ones(1_000, dtype=int), np.arange(1_000) < 20
    made, held = tail(rows), 0
    for seed in range(300):
        strings = samples.draw(made, seed=seed, tail_draws=150).strings
        hit = missed[strings["string_id"].str[1:].astype(int)]
        coded = read(
            string_id=["h", *strings["string_id"]], stratum=["hit", *strings["stratum"]],
            draws=[1, *strings["draws"]], inclusion_probability=[1.0, *strings["inclusion_probability"]],
            rows=[50, *np.ones(len(strings), dtype=int)], tier=["core", *["none"] * len(strings)],
            code=["ice_ero", *np.where(hit, "border", "not_immigration")],
        )  # fmt: skip
        core = (
            coding.recall(coded, samples.Sample(strings, seed, 150, 1_000))
            .set_index("definition")
            .loc["core"]
        )
        held += core["missed_at_most"] >= 20
    assert held / 300 >= 0.95


def test_the_estimate_of_the_tail_is_right_on_average():
    rows = np.array([1] * 400 + [20] * 20)
    missed = np.arange(len(rows)) % 10 == 0
    made, found = tail(rows), []
    for seed in range(200):
        strings = samples.draw(made, seed=seed, tail_draws=50).strings.merge(made[["string_id", "rows"]])
        code = np.where(strings["string_id"].str[1:].astype(int) % 10 == 0, "immigration", "not_immigration")
        coded = read(
            **{
                name: strings[name].tolist()
                for name in ("string_id", "stratum", "draws", "inclusion_probability", "rows")
            },
            code=code.tolist(),
        )
        line = coding.recall(coded, samples.Sample(strings, seed, 50, int(rows.sum()))).iloc[0]
        found.append((line["missed_in_tail"], line["missed_horvitz_thompson"]))
    true = rows[missed].sum()
    assert np.mean(found, axis=0) == pytest.approx([true, true], rel=0.15)


def test_an_era_weighs_a_reason_by_its_rows_of_that_era():
    coded = read(
        tier=["core", "core"],
        code=["ice_ero", "not_immigration"],
        rows=[5, 5],
        rows_typed=[5, 0],
        rows_rollout=[0, 5],
    )
    table = coding.precision_by_era(coded).set_index(["definition", "era"])["precision_share"]
    assert (table["core", "typed"], table["core", "rollout"]) == (1, 0)


def test_topics_and_kinds_are_compared_with_the_coders():
    coded = read(
        tier=["strict", "strict"], kind=["civil", "civil"], coded_kind=["civil", "unspecified"], rows=[2, 1],
        topics=[["theft"], ["theft", "drugs"]], coded_topics=[["theft"], ["warrant"]],
    )  # fmt: skip
    table = estimates.by_topic(coded, ["theft", "warrant"]).set_index("topic")
    assert set(table["half"]) == {"held out"}
    assert set(table.index) == {"theft", "warrant"}
    assert table.loc["theft", ["rule_rows", "both_rows"]].tolist() == [3, 2]
    assert table.loc["warrant", "recall_share"] == 0
    assert coding.by_kind(coded).set_index("kind").loc["civil", ["rows", "right_rows"]].tolist() == [3, 2]


# What is kept in the repository -----------------------------------------------------------------------------


def test_the_committed_sheets_hold_ids_codes_and_known_topics_only():
    root = places.root()
    topics = reasons.load(root / "data" / "hand" / "reasons").topics
    for folder in (root / "data" / "hand" / "coding").iterdir():
        if folder.is_dir():
            sample = sheets.open_sample(folder)
            assert sample.strings["string_id"].str.fullmatch("[0-9a-f]{16}").all()
            assert set(sample.strings["stratum"]) <= set(samples.STRATA)
            for codes in sheets.open_codes(folder):
                assert list(codes.columns) == list(sheets.KEPT)
                assert set(codes["code"]) <= set(sheets.CODES)
                assert set(codes["string_id"]) <= set(sample.strings["string_id"])
                assert {topic for cell in codes["topics"] for topic in cell.split("; ") if topic} <= topics
