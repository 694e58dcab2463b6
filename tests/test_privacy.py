"""What of a log may be printed: words that could name nobody, and no number, plate or sign that nobody sees."""

import csv
import io
import json
import sqlite3

import pandas as pd
import pytest
import small_place
from frames import log as invented
from hypothesis import given
from hypothesis import strategies as st

from analysis import measures, pages, paths, privacy, rows
from analysis.build import dataset
from analysis.privacy import masking
from analysis.reasons.patterns import named_words
from analysis.vendors import recognition

# Reasons ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reason",
    [
        "zanna qwertz hold", "Qwertz warrant", "hunter banks hold", "warrant rose", "mark will hold", "ward hold",
        "foster warrant", "john doe", "officer zanna", "stabler", "meet zanna at walmart", "ICE hold qwertz",
        "Robbery - Zanna", "zanna", "J. Qwertz theft",
        "thеft",  # with a Cyrillic letter, so it is no word that anybody reviewed
    ],
)  # fmt: skip
def test_a_reason_with_a_word_that_may_name_a_person_is_not_printed(reason):
    assert privacy.shown(reason) == privacy.NOT_SHOWN


@pytest.mark.parametrize(
    "reason",
    [
        "stolen vehicle", "ICE+ERO hold", "Larceny/Theft Offenses - bike", "Larceny/Theft Offenses - ",
        "Immigration (criminal) - ",
        "Obstructing Justice - ", "Disturbing Public Peace/Riot - stolen", "I.C.E. detainer", "8 USC 1325",
        "287(g)", "10-37", "459 PC", "10851 VC",
        "sig 10", "F/U", "hit & run", "drug investigation",
        "attempt to locate", "warrant, theft", "stabbing suspect", "lookup - Mobile", "***", "",
    ],
)  # fmt: skip
def test_a_reason_of_known_words_is_printed_as_it_stands(reason):
    assert privacy.shown(reason) == reason


@pytest.mark.parametrize(
    ("reason", "printed"),
    [
        ("c25-14476", "***"), ("2025-01118", "***"), ("24CR1975", "***"), ("warrant 14476", "warrant ***"),
        ("theft c25-14476 inv", "theft *** inv"),
        ("case 25-1234567 homicide", "case *** homicide"), ("stolen 2025 01118", "stolen ***"), ("unit 1234",
        "unit ***"),
    ],
)  # fmt: skip
def test_case_numbers_are_masked_where_a_reason_is_printed(reason, printed):
    assert privacy.shown(reason) == printed


def test_a_reason_that_a_person_has_read_and_cleared_is_printed():
    assert privacy.shown("Zanna alert") == privacy.NOT_SHOWN
    assert privacy.shown("Zanna alert", cleared=["zanna alert"]) == "Zanna alert"


def test_what_the_software_wrote_is_printed_but_not_what_it_quotes():
    assert privacy.shown("More like this: stolen vehicle") == "More like this: stolen vehicle"
    assert privacy.shown("More like this: zanna qwertz") == privacy.NOT_SHOWN


def test_common_names_are_in_no_list_of_words():
    known = privacy.vocabulary()
    assert not known.words & known.names
    assert {"hunter", "will", "mark", "rose", "banks", "ward", "young", "rice", "smith"} <= known.names


def test_words_come_from_patterns_and_never_from_examples():
    named = named_words("burglar[a-z]{0,4}|ice ~ {hold}|(my )?cars?|[a-c]bcd", ["y", "ies", "zzzzz"])
    assert named == {"burglar", "burglary", "burglaries", "ice", "my", "car", "cars", "abcd", "bbcd", "cbcd"}


def test_open_letters_of_a_pattern_are_usual_endings_and_never_a_whole_word():
    assert named_words("[a-z]{2,9} hold|stab[a-z]{0,4}", ["bing"]) == {"hold", "stab", "stabbing"}


# Measures ---------------------------------------------------------------------------------------------------


def test_fifty_rows_of_a_name_in_one_agencys_log_are_counted_and_not_printed():
    log = invented(*[{"reason_as_released": "zanna qwertz hold", "topics": []}] * 50, *[{}] * 60)
    for table in (measures.common_reasons(log), measures.common_reasons(log, without_topic=True)):
        assert table["reason"].iloc[-1] == privacy.NOT_SHOWN
        assert table[["reasons", "searches", "agencies"]].iloc[-1].tolist() == [1, 50, 1]
        assert "zanna" not in table.to_csv()
    assert "1 common reason in 50 searches" in measures.not_shown(measures.common_reasons(log))
    assert measures.not_shown(measures.common_reasons(log).head(0)) == "", (
        "nothing is said of reasons that are none"
    )


def test_reasons_that_differ_in_their_case_number_are_one_line():
    log = invented(*[{"reason_as_released": f"theft c25-1447{n}"} for n in range(2) for _ in range(50)])
    assert measures.common_reasons(log)[["reason", "reasons", "searches"]].values.tolist() == [
        ["theft ***", 2, 100]
    ]


def test_own_reasons_name_nobody():
    log = invented(
        *[{"reason_text": "zanna qwertz hold", "own_search": True}] * 60,
        *[{"reason_text": "theft", "own_search": True}] * 60,
    )  # fmt: skip
    assert measures.lookup(measures.own_reasons(log))["own_reasons", "all"]["value"] == ["theft"]


def test_offense_types_and_search_types_of_an_agencys_own_are_not_printed_unless_they_could_name_nobody():
    log = invented(
        *[{"offense_types": ["Zanna Qwertz"], "search_type": "qwertz"}] * 60,
        *[{"offense_types": ["Robbery"]}] * 9,
    )
    table = measures.offense_types(log).set_index("offense_type")["searches"]
    assert table[privacy.NOT_SHOWN] == 60
    assert table.sum() == 69
    assert "qwertz" not in measures.by_moderation(log).to_csv()
    reached = measures.reach_by_type(log).set_index("search_type")["searches"]
    assert reached.to_dict() == {privacy.NOT_SHOWN: 60, "lookup": 9}


# Masks ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "private",
    [
        "QZX 4417", "QZ 44178", "8 QZX 441", "QZX-4417", "QZX4417", "441 QZX", "4417 QZ", "QZ 441 X",
        "plate ZANNAQ", "tag: QWERTZ", "lp zorgon", "lic# QWERTZ", "license plate QWERTZ", "reg zork12",
        "Plate # Zanna 1", "Q Z X 4 4 1 7", "q-z-x-4-4-1", "Q. Z. X. 4. 4. 1",
        "A 219 448 807", "A-219-448-807", "A# 219448807", "A219448807", "dob march 3 1985", "born 3 mar 85",
        "DOB 3/14/85",
        "dob: 03 14 1985", "d.o.b. 14 March, 1985", "march 3rd, 1985", "219-44-8807", "219 44 8807",
        "555.123.4567", "(555) 123-4567",
        "555 123 4567", "+1 555-123-4567", "x.quarnley@tarnwick.example", "x.quarnley (at) tarnwick.example",
        "QWERTZ, ZANNA hold",
        "hold for QWERTZ, ZANNA M", "warrant: Qwertz, Zanna", "Qwertz, Zanna dob", "c25-14476", "2025-01118",
        "24CR1975", "14476",
    ],
)  # fmt: skip
def test_what_names_a_person_or_a_vehicle_is_masked(private):
    masked = privacy.mask_text(f"theft of {private}")
    assert "***" in masked
    for part in (
        "qz",
        "zanna",
        "qwertz",
        "zork",
        "zorgon",
        "4417",
        "448",
        "1985",
        "85",
        "8807",
        "4567",
        "quarnley",
        "14476",
        "01118",
        "1975",
    ):
        assert part not in masked.casefold()


@pytest.mark.parametrize(
    "ordinary",
    [
        "8 USC 1325", "287(g)", "10-37", "10851 VC", "459 PC", "273.5 PC", "at 0300", "0300 hrs",
        "12/03/2025, 01:02:03 AM UTC", "2025-12-03 01:02",
        "tag stolen", "plate reader check", "license plate search", "stolen plate", "theft, burglary warrant",
        "warrant, theft", "dec 2024",
        "Wanted Person (Arrest Warrant/Fugitive) - ", "hwy 101", "unit 12", "silver alert", "Quellmere GA PD",
        "Tarnwick County FL SO 2",
    ],
)  # fmt: skip
def test_ordinary_words_statutes_and_times_are_not_masked(ordinary):
    assert privacy.mask_text(ordinary) == ordinary


@given(st.text(alphabet="QZX 0123456789-#:,.@()abdhotp/", max_size=60))
def test_what_is_printed_of_any_text_holds_known_words_and_no_long_number(text):
    printed = privacy.shown(text)
    assert printed == privacy.NOT_SHOWN or privacy.vocabulary().holds(printed)


@pytest.mark.parametrize(
    "part",
    [
        "a.b,",
        "zanna, ",
        "plate ",
        "dob ",
        "1-",
        "a'",
        "hold a",
        "x@",
        "A",
        "1 a",
        "( ",
        "12-ab-",
        "born jan ",
    ],
)
def test_text_of_a_hundred_thousand_characters_is_masked_at_once(part):
    privacy.mask_text(part * (100_000 // len(part)))


# Signs that nobody sees -------------------------------------------------------------------------------------

UNSEEN = "theft\x1b[31m\u202eevil\u200b\ufeff\x00"
SEEN = r"theft\x1b[31m\u202eevil\u200b\ufeff\x00"


def test_signs_that_nobody_sees_are_escapes_in_html_csv_and_markdown():
    table = pd.DataFrame({"note": [UNSEEN]})
    assert paths.visible(UNSEEN) == SEEN
    assert pages.table_html(table, UNSEEN).count(SEEN) == 2
    assert list(csv.reader(io.StringIO(pages.published_csv(table).decode())))[1] == [SEEN]
    assert "\x1b" not in pages.plain(UNSEEN)
    assert "\u202e" not in pages.plain(UNSEEN)


@given(st.text())
def test_no_control_or_direction_sign_stays(text):
    seen = paths.visible(text)
    assert not any(sign in seen for sign in "\x00\x1b\r\x7f\x9b\u00ad\u200b\u200e\u202e\u2066\u2069\ufeff")


@given(st.text(st.characters(categories=["L", "N", "P", "S", "Zs"], max_codepoint=0x2FF)))
def test_letters_of_any_kind_stay_as_they_are(text):
    assert paths.visible(text) == text


# Agencies ---------------------------------------------------------------------------------------------------


def test_a_persons_name_an_address_or_a_plate_typed_as_an_agency_is_not_printed():
    names = [
        "Quellmere GA PD",
        "Zanna Qwertz",
        "x.q@tarnwick.example",
        "QZX4417",
        "",
        "***",
        "Tarnwick County Sheriff",
    ]
    printed = privacy.agency_names(names)
    assert [name for name, shown in printed.items() if shown == name] == [
        "Quellmere GA PD",
        "",
        "***",
        "Tarnwick County Sheriff",
    ]
    hidden = [printed[name] for name in names[1:4]]
    assert len(set(hidden)) == 3
    assert all("not shown" in one for one in hidden)


# Names of files ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Zanna Qwertz.csv", "zanna_qwertz.pdf", "ZannaQwertz.xlsx", "QWERTZ, ZANNA.docx", "hold for QWERTZ, ZANNA.docx",
        "Qwertz warrant.pdf", "J. Qwertz.csv", "Feodor O'Zhevnik.csv", "Žofijka Þorvaldýn.csv", "John Smith.csv",
        "hunter banks.csv", "QZX4417.csv", "8QZX441.pdf", "dob 03-17-1984.pdf", "219-44-8807.txt",
        "(555) 193-4567.txt", "zanna@qwertz.example.eml",
        "Zan\u200bna Qwertz.csv",
    ],
)  # fmt: skip
def test_a_files_name_that_may_name_a_person_or_a_vehicle_is_not_shown(name):
    ending = name[name.rindex(".") :]
    assert privacy.file_name(name, "3fa94c12") == f"name not shown-3fa94c12{ending}"
    assert privacy.file_name(f"officers/{name}/june.csv", "1") == "officers/name not shown/june-1.csv"


@pytest.mark.parametrize(
    "name",
    [
        "tarnwick.csv", "12_1_2025-12_31_2025-Tarnwick ISD-Network-Audit.csv", "june/a.csv", "part-2.csv.gz",
        "Brockrigg_County_Sheriffs_Office_Network_Audit_2025-12-01_2025-12-31.csv", "cover letter.txt", "NA2025.csv",
        "tarnwick-tx-pd/2026-03-10.search_audit.csv", "release.zip/Network Audit/2025-06.csv", "search_audit (3).csv",
        "participatingAgencies01022026.xlsx", "287g-list.csv", "MockvilleTXPD_network_Jan_2024.csv",
        "Zanna_Qwertz_PD_Network_Audit_through_July_6_2026__January.ndjson.gz",
    ],
)  # fmt: skip
def test_the_names_of_exports_letters_and_lists_stay_as_they_are(name):
    assert privacy.file_name(name, "3fa94c12") == name


# Rejected rows ----------------------------------------------------------------------------------------------

COLUMNS = [
    "Name",
    "Org Name",
    "Total Networks Searched",
    "Reason",
    "Search Time",
    "Search Type",
    "",
    "Case #",
]


def test_of_a_rejected_row_times_counts_and_known_words_are_left():
    form = recognition.recognize(COLUMNS)
    cells = [
        "O. Vexmoor",
        "Zanna Qwertz",
        "1,204",
        "theft by Qwertz 4417",
        "12/32/2025, 25:61:00 AM UTC",
        "lookup",
        "call zanna 5551234567",
        "25-14476",
    ]
    assert masking.mask(cells, form) == (
        "*** | *** | 1,204 | theft by *** | 12/32/2025, 25:61:00 AM UTC | lookup | call *** | ***"
    )
    cells = ["", "", "5551234567890", "", "Zanna dob 03/17/1985", "", "219-44-8807", ""]
    assert masking.mask(cells, form) == " |  | *** |  | *** dob *** |  | *** | "


def test_lines_that_are_no_record_keep_no_name_and_no_number():
    assert (
        masking.mask_line("Total searches by Zanna Qwertz,5512,QZX 4417")
        == "Total searches by *** | *** | ***"
    )
    assert masking.mask_line("Name,Org Name,Search Time,Zanna") == "Name | Org Name | Search Time | ***"


# A whole place ----------------------------------------------------------------------------------------------


@pytest.mark.xdist_group("twins")  # begun early: it takes long
def test_nothing_that_is_published_of_a_one_agency_log_names_the_person_in_fifty_reasons(tmp_path):
    record, who = small_place._record, ("Quellmere GA PD", "Zanna Qwertz")
    reasons = ["zanna qwertz hold", "Zanna Qwertz - ", "stolen vehicle", "theft QZX 4417"]
    made = [record(n, who[n % 2], reason) for reason in reasons for n in range(50)]
    made += [record(n, who[0], "zanna qwertz", at="no time, ask Zanna") for n in range(2)]
    root = small_place.repository(tmp_path)
    source = small_place.SOURCE.replace('claims = ["tarnwick"]\n', "")
    place = small_place.release(
        root, "tarnwick", {"log.csv": ("Tarnwick ISD", small_place._csv(made))}, source
    )
    done = small_place.run(place)
    published = [
        path for folder in (place.results, done.site) for path in folder.rglob("*") if path.is_file()
    ]
    for path in (*published, rows.make(place), *dataset.folder(place, "rejected").iterdir()):
        text = path.read_bytes().decode("utf-8", "replace").casefold()
        assert "zanna" not in text, path
        assert "qwertz" not in text, path
        assert "4417" not in text or path.suffix == ".png", path
    assert "zanna" not in done.printed.casefold()
    common = pd.read_csv(place.results / "tables" / "03-common-reasons.csv")
    assert common.set_index("reason").loc[privacy.NOT_SHOWN, "searches"] == 100
    assert sum(common["searches"]) == 200
    assert json.loads((place.results / "numbers.json").read_text(encoding="utf-8"))
    with sqlite3.connect(rows.file(place)) as database:
        counts = dict(database.execute("select reason, count(*) from searches group by reason"))
    assert counts[privacy.NOT_SHOWN] == 100


def test_a_column_name_is_known_however_it_is_spelt():
    assert privacy.only_known_words("ORG_NAME") == "ORG_NAME"
    assert privacy.only_known_words("networkCount") == "networkCount"
