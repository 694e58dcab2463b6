"""The real places whose files are at hand, against what plain pandas counts in the released files.

No test prints a row, and none of these files is in the repository.
"""

import re
import shutil
from pathlib import Path

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

from analysis import build, measures, places
from analysis.opened import Opened
from analysis.privacy import masking

TOP = Path(__file__).parents[2]
PACIFIC = "America/Los_Angeles"


def at(folder: Path, name: str, **replaced: str) -> places.Place:
    """A place of this repository with a folder of its own to be built in; `replaced` changes its source.toml."""
    for part in (f"data/raw/{name}", "data/hand"):
        shutil.copytree(TOP / part, folder / part, dirs_exist_ok=True)
    described = folder / "data" / "raw" / name / "source.toml"
    text = described.read_text(encoding="utf-8")
    for old, new in replaced.items():
        text = "".join(line for line in text.splitlines(keepends=True) if not line.startswith(old)) + new
    described.write_text(text, encoding="utf-8")
    return places.find(name, folder)


def built(place: places.Place) -> Opened:
    build.build(place)
    return Opened(place)


def sheet(path: Path, name: str) -> pd.DataFrame:
    rows = CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()
    return pd.DataFrame(rows[1:], columns=rows[0])


def local_months(times: pd.Series, zone: str = PACIFIC) -> dict[str, int]:
    local = pd.to_datetime(times).dt.tz_localize("UTC").dt.tz_convert(zone)
    return local.dt.strftime("%Y-%m").value_counts().sort_index().to_dict()


# Eugene: a CSV, and a workbook that holds the same searches and repeats 83 of them


@pytest.fixture(scope="module")
def eugene(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return built(at(tmp_path_factory.mktemp("eugene"), "eugene-or"))


@pytest.fixture(scope="module")
def eugene_csv(records: Path) -> pd.DataFrame:
    return pd.read_csv(records / "eugene-or" / "EPDSearchAuditLogs.csv", dtype=str, keep_default_na=False)


@pytest.fixture(scope="module")
def eugene_workbook(records: Path) -> pd.DataFrame:
    return sheet(records / "eugene-or-workbook" / "EPDSearchAuditLogs.xlsx", "Log")


def test_eugenes_searches_are_counted_once_although_two_files_hold_them(eugene: Opened) -> None:
    assert (eugene.searches.count(), eugene.searches.distinct("released_id")) == (4294, 4294)
    assert (eugene.every_row.count(), eugene.every_row.distinct("search_key")) == (4294 + 4377, 4296)
    assert build.count_searches(eugene.place) == 8671, "no row of the workbook is lost"


def test_eugenes_files_share_4292_searches_each_at_one_time(eugene: Opened) -> None:
    clocks = measures.clocks_apart(eugene.every_row)
    assert clocks[["hours_apart", "searches"]].values.tolist() == [[0, 4292]]
    assert measures.said_of_clocks(clocks) == []


def test_eugenes_months_are_those_of_the_released_times(
    eugene: Opened, eugene_csv: pd.DataFrame, eugene_workbook: pd.DataFrame
) -> None:
    months = eugene.searches.tally("month").set_index("month")["rows"].to_dict()
    assert months == local_months(eugene_csv["searchDate"])
    assert months == dict(zip(sorted(months), (481, 1284, 1209, 900, 341, 72, 7)))
    of_workbook = eugene.every_row.where("source_file = 'EPDSearchAuditLogs.xlsx'")
    assert of_workbook.tally("month").set_index("month")["rows"].to_dict() == local_months(
        eugene_workbook["searchDate"]
    )


def test_eugenes_pivot_tables_follow_a_clock_eight_hours_behind_all_year(
    records: Path, eugene_workbook: pd.DataFrame
) -> None:
    """What `because` says of the months that differ."""
    path = records / "eugene-or-workbook" / "EPDSearchAuditLogs.xlsx"
    pivot = CalamineWorkbook.from_path(path).get_sheet_by_name("SearchesOverTime").to_python()[3:-1]
    assert [int(line[1]) for line in pivot] == [
        *local_months(eugene_workbook["searchDate"], "Etc/GMT+8").values()
    ]


def test_eugenes_pivot_table_of_reasons_counts_rows_as_they_are_written(
    records: Path, eugene: Opened, eugene_workbook: pd.DataFrame
) -> None:
    """What `because` says of the one reason that differs: a space behind the words makes another line there."""
    path = records / "eugene-or-workbook" / "EPDSearchAuditLogs.xlsx"
    pivot = CalamineWorkbook.from_path(path).get_sheet_by_name("Searches By Reason").to_python()
    printed = {
        str(line[0]).casefold(): line[1] for line in pivot if isinstance(line[1], float) and line[1] >= 10
    }
    written = eugene_workbook["reason"].str.casefold()
    of_workbook = eugene.every_row.where("source_file = 'EPDSearchAuditLogs.xlsx'")
    counted = of_workbook.tally(reason="lower(trim(reason_text))").set_index("reason")["rows"]
    differ = []
    for reason, rows in printed.items():
        if reason != "grand total":
            assert (written == reason).sum() == rows
            differ += [(reason, rows, counted[reason])] if counted[reason] != rows else []
    assert len(printed) == 22
    assert differ == [("property crime", 806, 807)]


def test_eugenes_workbook_repeats_83_searches_of_three_days(eugene_workbook: pd.DataFrame) -> None:
    again = eugene_workbook[eugene_workbook.duplicated("id")]
    assert len(again) == len(eugene_workbook[eugene_workbook.duplicated()]) == 83
    assert {*pd.to_datetime(again["searchDate"]).dt.strftime("%m-%d")} == {"09-17", "09-18", "09-19"}


def test_eugenes_reports_end_two_days_before_the_day_that_they_name(eugene_csv: pd.DataFrame) -> None:
    times = pd.to_datetime(eugene_csv["searchDate"])
    assert (times < "2025-09-21").sum() == 3566
    assert (times.dt.tz_localize("UTC").dt.tz_convert(PACIFIC).dt.strftime("%m-%d") <= "09-22").sum() == 3606


def test_no_search_of_eugenes_cites_immigration(eugene: Opened, eugene_csv: pd.DataFrame) -> None:
    assert eugene.searches.count("broad") == 0
    assert not eugene_csv["reason"].str.contains(r"immigr|\bice\b|\bhsi\b|\bcbp\b|homeland", case=False).any()
    blank = int((eugene_csv["reason"].str.strip() == "").sum())
    assert eugene.searches.count("reason_origin = 'blank'") == blank == 5


# Yuba County: two workbooks of the same ids, one of them with a clock that its heading denies


@pytest.fixture(scope="module")
def yuba(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return built(at(tmp_path_factory.mktemp("yuba"), "yuba-county-ca"))


@pytest.fixture(scope="module")
def yuba_master(records: Path) -> pd.DataFrame:
    return sheet(records / "yuba-county-ca" / "Master Audit.xlsx", "Sheet1")


@pytest.fixture(scope="module")
def yuba_pacific(records: Path) -> pd.DataFrame:
    return sheet(records / "yuba-county-ca" / "search_audit_pacific.xlsx", "Search Audit")


def test_yubas_searches_are_counted_once(yuba: Opened, yuba_master: pd.DataFrame) -> None:
    assert yuba.searches.count() == yuba.searches.distinct("released_id") == len(yuba_master) == 3257
    assert yuba.every_row.count() == 3257 + 2060
    times = pd.to_datetime(yuba_master["searchDate"], utc=True).dt.tz_localize(None)
    assert yuba.searches.tally("month").set_index("month")["rows"].to_dict() == local_months(times)
    blank = (yuba_master["reason"] == "") & (yuba_master["offenseType"] == "")
    assert yuba.searches.count("reason_origin = 'blank'") == blank.sum() == 1760


def test_with_its_zone_said_yubas_second_file_agrees_with_the_first_to_the_second(yuba: Opened) -> None:
    clocks = measures.clocks_apart(yuba.every_row)
    assert clocks[["hours_apart", "searches"]].values.tolist() == [[0, 2060]]


def test_without_it_the_build_notices_that_the_two_clocks_are_hours_apart(
    records: Path, tmp_path: Path
) -> None:
    unsaid = built(at(tmp_path, "yuba-county-ca", time_zones=""))
    clocks = measures.clocks_apart(unsaid.every_row)
    assert clocks[["hours_apart", "searches"]].values.tolist() == [[-8, 643], [-7, 1417]]
    [said] = measures.said_of_clocks(clocks)
    assert "643 by -8 h, 1,417 by -7 h" in said


def test_yubas_night_searches_are_those_of_the_true_clock(
    yuba: Opened, yuba_master: pd.DataFrame, yuba_pacific: pd.DataFrame
) -> None:
    true = yuba_pacific.merge(yuba_master, left_on="Search ID", right_on="id")["searchDate"]
    hours = pd.to_datetime(true, utc=True).dt.tz_convert(PACIFIC).dt.hour
    of_dashboard = yuba.every_row.where("source_file = 'search_audit_pacific.xlsx'")
    assert of_dashboard.count("night") == ((hours >= 22) | (hours < 5)).sum() == 262
    assert of_dashboard.count("night or hour = 5") == ((hours >= 22) | (hours <= 5)).sum() == 283
    counted = of_dashboard.tally("hour").set_index("hour")["rows"].to_dict()
    assert counted == hours.value_counts().to_dict()


def test_yubas_printed_nights_come_from_some_of_the_rows_and_a_clock_shifted_twice(
    yuba_pacific: pd.DataFrame,
) -> None:
    """What `because` says of the dashboard's number: its formula ends at row 1,770 and takes hour 5."""
    late = yuba_pacific["Hour (Pacific)"].map(lambda hour: hour >= 22 or hour <= 5)
    assert (late[:1769].sum(), late.sum()) == (723, 814)
    assert (late[:1769] & (yuba_pacific["Reason"][:1769] == "")).sum() == 436
    read, shifted = (
        pd.to_datetime(yuba_pacific[name]) for name in ("Search Date (UTC/Zulu)", "Search Date (Pacific)")
    )
    assert {*(read - shifted).dt.total_seconds().div(3600)} == {7, 8}


def test_yubas_table_of_networks_leaves_out_22_numbers(yuba: Opened, yuba_pacific: pd.DataFrame) -> None:
    rows = yuba_pacific["Network Count"].value_counts()
    assert len(rows) == 53
    assert rows.nlargest(31).sum() != 1624, "and they are not the rarest"
    assert rows[[575, 526, 527]].tolist() == [120, 88, 82]
    of_dashboard = yuba.every_row.where("source_file = 'search_audit_pacific.xlsx'")
    counted = of_dashboard.tally("networks_searched").set_index("networks_searched")["rows"]
    assert counted.to_dict() == rows.to_dict()


# Boulder and DeFlock's list: a collector's downloads, read from masked copies


@pytest.fixture(scope="module")
def boulder(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return built(at(tmp_path_factory.mktemp("boulder"), "boulder-co"))


@pytest.fixture(scope="module")
def chosen(records: Path, tmp_path_factory: pytest.TempPathFactory) -> Opened:
    return built(at(tmp_path_factory.mktemp("list"), "deflock-list"))


def download(records: Path, name: str) -> pd.DataFrame:
    """A collector's file, with the columns by which the published rule says which rows are one search."""
    lines = pd.read_csv(records / "foggedlens" / f"masked-{name}.csv", dtype=str, keep_default_na=False)
    times = ("search_time_utc", "start_timeframe_utc", "end_timeframe_utc")
    return lines.assign(**{time: lines[time].str[:19] for time in times})


RULE = ["org_id", "search_time_utc", "start_timeframe_utc", "end_timeframe_utc"]


def test_boulders_3691_rows_are_1942_searches_by_the_rule(boulder: Opened, records: Path) -> None:
    lines = download(records, "boulder-co-pd")
    assert boulder.searches.count() == len(lines) == 3691
    assert boulder.searches.distinct("search_key") == len(lines.drop_duplicates(RULE)) == 1942
    assert len(lines.drop_duplicates([*RULE, "reason"])) == 1943
    assert lines.groupby(RULE).size().value_counts().to_dict() == {2: 1727, 1: 211, 8: 2, 6: 1, 4: 1}
    assert boulder.searches.count("broad") == 0
    assert (lines["total_devices_searched"] == "0").sum() == boulder.searches.count(
        "devices_searched is null"
    )


def test_the_list_names_no_organization_and_counts_133_numbers(chosen: Opened, records: Path) -> None:
    lines = download(records, "immigration-searches")
    assert chosen.searches.count() == len(lines) == 3099
    assert chosen.searches.distinct("searching_agency") == lines["org_id"].nunique() == 133
    assert chosen.searches.count("by_number") == 3099
    assert chosen.searches.distinct("search_key") == len(lines.drop_duplicates(RULE)) == 1812
    assert len(lines.drop_duplicates(RULE[1:])) == 1775


def test_some_of_the_lists_numbers_are_of_one_organization(records: Path) -> None:
    """What the place's README says: 37 searches are under two numbers each, of four pairs."""
    lines = download(records, "immigration-searches")
    numbers = lines.groupby([*RULE[1:], "reason"])["org_id"].agg(lambda ids: tuple(sorted(set(ids))))
    pairs = numbers[numbers.map(len) > 1]
    assert (len(pairs), pairs.nunique()) == (37, 4)


def test_what_the_list_holds_is_counted_by_each_definition(chosen: Opened, records: Path) -> None:
    lines = download(records, "immigration-searches")
    counts = [chosen.searches.count(name) for name in ("strict", "core", "broad")]
    assert counts == [455, 479, 2785]
    word = lines["reason"].str.contains("immigra", case=False)
    letters = lines["reason"].str.contains(r"\b(?:ice|cbp|ero)\b", case=False)
    # The words themselves, their misspellings and statuses, less those that name people who pose as agents.
    assert abs((word | letters).sum() - 479) < 40
    homeland = lines["reason"].str.contains("hsi|homeland", case=False)
    assert abs((word | letters | homeland).sum() - 2785) < 10


def test_what_no_definition_counts_begins_as_the_words_do(chosen: Opened) -> None:
    """What the place's README says of the other 314 rows."""
    left = chosen.searches.where("not broad").tally("reason_as_released")
    begins = left["reason_as_released"].str.strip().str.casefold().str.match("im|hom|hs|cb")
    assert (left["rows"].sum(), begins.all()) == (314, True)
    assert chosen.searches.count("lower(trim(reason_text)) = 'impersonation'") == 34
    assert chosen.searches.count("lower(trim(reason_text)) = 'imvestigation'") == 57
    assert chosen.searches.where("core").distinct("search_key") == 303


def test_a_selection_says_on_every_page_that_it_is_one(chosen: Opened) -> None:
    assert "no share here is a share of all searches" in chosen.place.selection
    lists = build.open_other_lists(chosen.place)
    assert lists[0]["who"] == "whoever selected these records"
    left = measures.disagreements(chosen.searches, lists[:1])
    assert left["counted_by"].unique().tolist() == ["the list alone"]
    assert left["searches"].sum() == 3099 - 479


# Nothing that an officer typed is published unless it could name nobody


@pytest.mark.parametrize(
    ("name", "both", "rule_alone"),
    [("eugene", 4292 + 83 + 83, 36), ("yuba", 2060, 4), ("boulder", 0, 1804), ("chosen", 0, 1297)],
)
def test_the_rule_joins_every_pair_of_rows_with_one_id_and_few_others_but_where_ids_are_a_collectors(
    name: str, both: int, rule_alone: int, request: pytest.FixtureRequest
) -> None:
    """`both` are the ids that two exports share, and Eugene's repeats, in the workbook and beside the CSV."""
    rows = measures.seen_again(request.getfixturevalue(name).every_row)
    table = measures.rule_beside_ids(rows, "released id")
    assert table[["joined_by_both", "by_rule_alone", "by_id_alone"]].sum().tolist() == [both, rule_alone, 0]


def words_of(text: str) -> set[str]:
    return {word for word in re.split(r"[^0-9a-z]+", text.casefold()) if len(word) > 3}


def texts_in(*patterns: str) -> set[str]:
    """The words of files of this repository: what stands there was typed by whoever wrote them."""
    found = (path for pattern in patterns for path in TOP.glob(pattern) if path.is_file())
    return set().union(*(words_of(path.read_text(encoding="utf-8")) for path in found))


@pytest.mark.parametrize("name", ["eugene", "yuba", "boulder", "chosen"])
def test_no_word_of_a_reason_that_may_name_a_person_is_in_the_results(
    name: str, request: pytest.FixtureRequest
) -> None:
    opened: Opened = request.getfixturevalue(name)
    results = TOP / "results" / opened.place.name
    if not results.is_dir():
        pytest.skip(f"needs results/{opened.place.name}/, which make PLACE={opened.place.name} writes")
    reasons = opened.every_row.tally("reason_as_released")["reason_as_released"].dropna()
    known = masking.vocabulary()
    typed = set().union(*map(words_of, reasons))
    private = {word for word in typed if not known.knows(word)} - texts_in(
        "claims/*", f"data/raw/{opened.place.name}/*", "notebooks/*", "data/hand/*.toml", "src/analysis/**/*.py",
        "src/analysis/**/*.toml", "data/hand/reasons/*",
    )  # fmt: skip
    assert private, "some words of these reasons are nobody else's"
    for path in results.rglob("*"):
        if path.suffix not in ("", ".png"):
            text = re.sub(r'"image/png": "[^"]*"', "", path.read_text(encoding="utf-8"))
            leaked = len(words_of(text) & private)
            assert not leaked, f"{path.relative_to(TOP)}: {leaked} words that only officers typed"


def test_no_account_id_of_eugenes_is_in_anything_that_was_built_or_published(
    eugene: Opened, eugene_csv: pd.DataFrame
) -> None:
    ids = {*eugene_csv["userId"]}
    columns = [name for name in eugene.every_row.columns() if name not in measures.NAMES]
    for name in columns:
        held = eugene.every_row.tally(f"{name}::varchar as value")["value"].dropna()
        assert not ids & set(held), name
    for path in (TOP / "results" / "eugene-or").rglob("*"):
        if path.suffix not in ("", ".png"):
            text = path.read_text(encoding="utf-8")
            assert not any(one in text for one in ids), path.name
