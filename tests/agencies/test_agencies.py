"""One spelling, a state and a kind for each agency; unknown stays unknown."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest
import xlsxwriter
from frames import log
from hypothesis import given
from hypothesis import strategies as st

from analysis import agencies, places, readers
from analysis.agencies.names import read
from analysis.agencies.words import load, read_word_list
from analysis.measures.agreements import at_search
from analysis.readers import base
from analysis.refused import Refused

COLUMNS = ["released", "agency", "state", "kind", "tags", "decided_by"]


def what(name: str) -> tuple[str, str | None, str | None]:
    found = read(name)
    return found.agency, found.state, found.kind


# The published rules ----------------------------------------------------------------------------------------

EXAMPLES = [(rule, text) for rule in read_word_list().kinds for text in rule.matches]
COUNTEREXAMPLES = [(rule, text) for rule in read_word_list().kinds for text in rule.leaves]


@pytest.mark.parametrize(("rule", "name"), EXAMPLES, ids=lambda value: getattr(value, "name", value))
def test_every_kind_rule_decides_its_own_examples(rule, name):
    found = read(name)
    assert found.kind == (rule.kind or None)
    assert f"kind={rule.name};" in found.decided_by or "kind=federal.tag;" in found.decided_by


@pytest.mark.parametrize(("rule", "name"), COUNTEREXAMPLES, ids=lambda value: getattr(value, "name", value))
def test_every_kind_rule_leaves_what_it_says_it_leaves(rule, name):
    assert f"kind={rule.name};" not in read(name).decided_by


def test_every_rule_says_why_and_gives_examples_both_ways():
    for rule in read_word_list().kinds:
        assert rule.because, rule.name
        assert rule.matches, rule.name
        assert rule.leaves, rule.name


def test_the_rules_name_every_kind_of_the_closed_list_and_no_other():
    assert {rule.kind for rule in read_word_list().kinds if rule.kind} == set(agencies.KINDS)


# States -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "state", "form"),
    [
        ("Tarnwick PD (WA)", "WA", "brackets"),
        ("Tarnwick Park (IL) Regional PD", "IL", "brackets"),
        ("AL - Tarnwick PD", "AL", "prefix"),
        ("CA- Tarnwick PD", "CA", "prefix"),
        ("Quellmere County SO - NC", "NC", "suffix"),
        ("Tarnwick TX PD", "TX", "before type word"),
        ("Tarnwick- IL- PD", "IL", "before type word"),
        ("Tarnwick PD IN", "IN", "last word"),
        ("IN Tarnwick PD", "IN", "first word"),
        ("Tarnwick Fl PD", "FL", "mixed case"),
        ("Tarnwick Pd TN", "TN", "last word"),
        ("tarnwick tx pd", "TX", "before type word"),
        ("LA TARNWICK TX PD", "TX", "before type word"),
        ("Lake Tarnwick LA Crime Prevention", "LA", "inside"),
        ("Kansas Highway Patrol", "KS", "full name"),
        ("University of Kentucky", "KY", "full name"),
        ("Northeast Ohio Regional Fusion Center", "OH", "full name"),
        ("Tarnwick N.C. PD", "NC", "before type word"),
        ("Tarnwick Police Department Tx", "TX", "mixed case"),
        ("Tarnwick Police Department (Texas)", "TX", "brackets"),
        ("Quellmere County Sheriff's Office, Texas", "TX", "brackets"),
        ("quellmere-county-tx-so", "TX", "before type word"),
        ("NYS Crime Analysis Center Network", "NY", "full name"),
        ("TX DPS", "TX", "first word"),
    ],
)
def test_a_state_is_read_in_every_form_in_which_exports_write_it(name, state, form):
    found = read(name)
    assert (found.state, found.decided_by.partition("state=")[2]) == (state, form)


@pytest.mark.parametrize(
    ("name", "agency", "state", "kind"),
    [
        ("Tarnwick CO OK SO", "Tarnwick County OK SO", "OK", "county_sheriff"),
        ("Tarnwick CO SO OK", "Tarnwick County OK SO", "OK", "county_sheriff"),
        ("Tarnwick Co. IL Sheriff's Dept.", "Tarnwick County IL SO", "IL", "county_sheriff"),
        ("Tarnwick County SO CO", "Tarnwick County CO SO", "CO", "county_sheriff"),
        ("Tarnwick CO PD", "Tarnwick CO PD", "CO", "municipal"),
        (
            "Tarnwick TWP (Quellmere CO) OH PD",
            "Tarnwick Township (Quellmere County) OH PD",
            "OH",
            "municipal",
        ),
        ("Tarnwick County CA SD", "Tarnwick County CA SO", "CA", "county_sheriff"),
        ("Tarnwick County SD SO", "Tarnwick County SD SO", "SD", "county_sheriff"),
        ("Tarnwick SD PD", "Tarnwick SD PD", "SD", "municipal"),
        ("Tarnwick County SD", "Tarnwick County SO", None, "county_sheriff"),
    ],
)
def test_co_and_sd_are_states_only_where_they_are_not_county_or_sheriff(name, agency, state, kind):
    assert what(name) == (agency, state, kind)


def test_co_before_so_without_another_sign_may_be_either_and_gives_no_state():
    assert what("Tarnwick CO SO")[1:] == (None, "county_sheriff")
    assert read("Tarnwick CO SO").decided_by.endswith("state=CO may be a county")


@pytest.mark.parametrize(
    ("name", "state"),
    [
        ("LA County CA Sheriff", "CA"),
        ("UT Southwestern Tarnwick Center TX", "TX"),
        ("UT Police Tarnwick TX", "TX"),
        ("Wyoming MI DPS", "MI"),
        ("MO Baptist Tarnwick Hospital MO PD", "MO"),
        ("Tarnwick VA Police", "VA"),
        ("Ohio County SO WV", "WV"),
        ("Indiana Township PA PD", "PA"),
    ],
)
def test_a_state_code_that_is_another_word_is_not_the_state(name, state):
    assert read(name).state == state


@pytest.mark.parametrize(
    "name",
    ["Tarnwick OR PR", "CA - Tarnwick TX PD", "Tarnwick (GA) Quellmere AL PD"],
)
def test_two_conflicting_states_give_none(name):
    found = read(name)
    assert found.state is None
    assert found.decided_by.endswith("state=two states")


@pytest.mark.parametrize(
    "name",
    [
        "Tarnwick Police Department",
        "Kansas City PD",
        "Washington County SO",
        "Washington University PD",
        "Iowa Park PD",
    ],
)
def test_a_town_or_county_that_bears_a_states_name_says_no_state(name):
    assert read(name).state is None


@pytest.mark.parametrize("name", ["ATF Tarnwick TN", "BNSF IL PD", "MOCIC", "TN - Tarnwick Properties Inc"])
def test_federal_agencies_companies_and_multi_state_centres_have_no_state(name):
    found = read(name)
    assert found.state is None
    assert found.decided_by.endswith("state=no single state")


def labelled() -> list[list[str]]:
    lines = (Path(__file__).parent / "labelled_agencies.txt").read_text(encoding="utf-8").splitlines()
    return [line.split(" | ") for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize(("name", "state", "kind"), labelled())
def test_a_labelled_name_has_its_state_and_its_kind(name, state, kind):
    found = read(name)
    assert (found.state or "-", found.kind or "-") == (state, kind)


STATES = sorted(read_word_list().states.items())


@pytest.mark.parametrize(("code", "name"), STATES)
def test_every_states_full_name_is_read_between_a_place_and_what_the_agency_is(code, name):
    for released in (
        f"Tarnwick {name} Police Department",
        f"Quellmere County {name} Sheriff's Office",
        f"Tarnwick, {name} PD",
        f"Tarnwick PD ({name})",
        f"Office of the {name} Attorney General",
        f"{name} Gang Task Force",
    ):
        expected = None if released == "Washington Gang Task Force" else code
        assert read(released).state == expected, released
    assert read(f"Tarnwick {name} Police Department").agency == f"Tarnwick {code} PD"


@pytest.mark.parametrize(("code", "name"), STATES)
def test_no_town_or_county_that_bears_a_states_name_is_put_into_that_state(code, name):
    other = "WI" if code != "WI" else "OH"
    for released in (
        f"{name} Police Department",
        f"{name} County Sheriff's Office",
        f"Port {name} Police",
        f"City of {name}",
    ):
        assert read(released).state is None, released
    for released in (
        f"{name} {other} PD",
        f"{other} - {name} PD",
        f"New {name} ({other}) PD",
        f"{name} County {other} SO",
    ):
        assert read(released).state == other, released


@pytest.mark.parametrize("code", sorted(read_word_list().also_words))
def test_a_code_that_may_be_a_word_never_decides_against_a_clearer_one(code):
    other = "TX"
    for released in (
        f"{code} Tarnwick {other} PD",
        f"Tarnwick {code} Quellmere PD ({other})",
        f"{other} - Tarnwick {code} Hub PD",
    ):
        assert read(released).state == other, released
    assert read(f"{code} Gang Task Force").state is None
    assert read(f"{code} Quellmere Clinic PD").state is None
    assert read(f"{code} - Tarnwick PD").state == code


# Kinds and tags ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Tarnwick County GA PD", "Tarnwick County GA SO"),
        ("Tarnwick County GA PD", "Tarnwick GA PD"),
        ("Tarnwick ISD TX PD", "Tarnwick TX PD"),
        ("Tarnwick Township OH PD", "Tarnwick OH PD"),
        ("Tarnwick Town NY PD", "Tarnwick Village NY PD"),
        ("Tarnwick Township OH PD (Quellmere County)", "Tarnwick Township OH PD (Blayne County)"),
        ("Quellmere County Const TX Pct 1", "Quellmere County Const TX Pct 2"),
        ("Tarnwick TX PD", "Tarnwick OK PD"),
        ("Tarnwick TX PD", "Tarnwick Police Department"),
        ("Tarnwick College MO PD", "Tarnwick MO PD"),
        ("Tarnwick Airport TN PD", "Tarnwick TN PD"),
        ("Tarnwick Township IN PD (Grant)", "Tarnwick Township IN PD"),
        ("Tarnwick Township IN PD (Grant)", "Tarnwick Township IN PD (Blayne)"),
        ("Tarnwick Tech VA PD", "Tarnwick VA PD"),
        ("Tarnwick Wing MN PD", "Tarnwick MN PD"),
        ("Tarnwick Falcon CO PD", "Tarnwick CO PD"),
        ("Police Department Falcon CO", "Police Department CO"),
        ("Tarnwick Park IL PD", "Tarnwick IL PD"),
    ],
)
def test_distinct_agencies_are_never_joined(one, other):
    assert agencies.key(read(one).agency) != agencies.key(read(other).agency)


@pytest.mark.parametrize(
    ("agency", "accounts"),
    [
        (
            "Tarnwick TX PD",
            ["TX - Tarnwick PD", "Tarnwick PD (TX)", "Tarnwick  TX PD ", "Tarnwick TX Police Department"],
        ),
        (
            "Tarnwick TX PD",
            [
                "Tarnwick TX PD (Raven v1.2)",
                "Tarnwick TX PD - Flex",
                "Tarnwick TX PD 2",
                "Tarnwick TX PD RTCC",
                "Tarnwick TX Police Department RTCC",
                "Tarnwick TX PD Real Time Crime Center",
                "TX - Tarnwick PD (Falcon)",
                "Tarnwick TX PD - Condors",
                "Tarnwick TX PD Condors 2",
                "Tarnwick TX PD Wing",
                "Tarnwick TX PD (Redspeed)",
                "Tarnwick TX PD - LR",
                "Tarnwick TX PD Axon",
                "Tarnwick TX PD (Genetec)",
                "Tarnwick TX PD Live Video",
                "Tarnwick TX PD - Gun Shot Detection",
                "Tarnwick TX PD Flex Cams",
                "Tarnwick PD Tech TX",
                "Tarnwick PD (TX) Tech",
                "Tarnwick TX PD (JAG Grant)",
            ],
        ),
        (
            "Port Tarnwick of the Hills TX PD",
            [
                "PORT TARNWICK OF THE HILLS TX PD",
                "port tarnwick of the hills tx pd",
                "Port TarnWick Of The Hills TX PD",
            ],
        ),
        ("McTarnwick O'Quell TX PD", ["MCTARNWICK O'QUELL TX PD", "Mctarnwick O'quell TX PD"]),
        (
            "West Virginia Attorney General WV",
            ["Office of the West Virginia Attorney General", "WV Attorney General's Office"],
        ),
        (
            "Tarnwick TX PD",
            ["Tarnwick TX PD [Inactive]", "DNU - Tarnwick TX PD", "Tarnwick TX PD DUPLICATE ACCOUNT"],
        ),
        (
            "Tarnwick ISD TX PD",
            ["Tarnwick TX ISD PD", "Tarnwick ISD PD TX", "TX - Tarnwick Independent School District PD"],
        ),
        (
            "Quellmere County GA SO",
            ["Quellmere County Sheriff’s Office (GA)", "GA - Quellmere County SO", "Quellmere Co GA SO"],
        ),
        (
            "Quellmere County TX Constable Precinct 1",
            [
                "Quellmere County Const TX Pct 1",
                "Quellmere County TX Constable Pct 1",
                "Quellmere County Constable Precinct 1 (TX)",
                "Quellmere County TX Constable Pct 1 Mobile",
            ],
        ),
        ("Tarnwick College MO PD", ["Tarnwick College Campus PD (MO)", "Tarnwick College MO PD"]),
        (
            "Quellmere County GA DA",
            ["Quellmere County GA District Attorney's Office", "Quellmere County DA's Office GA"],
        ),
        (
            "Arizona Department of Public Safety AZ",
            ["AZ - Department of Public Safety", "Arizona Dept. of Public Safety"],
        ),
        (
            "Federal Bureau of Investigation",
            ["FBI [turned off]", "[Federal] Federal Bureau of Investigation (FBI)"],
        ),
        ("St. Tarnwick MI DPS", ["Saint Tarnwick MI DPS", "St. Tarnwick Department of Public Safety MI"]),
        ("Tarnwick Township MI PD", ["Tarnwick Twp MI PD", "Tarnwick TWP PD MI"]),
        ("Quellmere County GA SO", ["Quellmere CSO (GA)", "quellmere-county-ga-so"]),
        ("Georgia State University GA PD", ["GA State University PD", "Georgia State University PD GA"]),
    ],
)
def test_the_accounts_and_spellings_of_one_agency_are_joined(agency, accounts):
    assert {read(name).agency for name in accounts} == {agency}


@pytest.mark.parametrize(
    ("name", "tags"),
    [
        ("Tarnwick TX PD [Inactive]", ("inactive",)),
        ("Tarnwick TX PD (Not in Use)", ("inactive",)),
        ("Tarnwick TX PD - Do Not Use - Duplicate account", ("duplicate",)),
        ("Tarnwick NC PD (Demo Cam)", ("demo",)),
        ("DNU - Tarnwick TX PD (Condor)", ("inactive", "second account")),
        ("Quellmere LE Training", ("training", "not_agency")),
        ("Tarnwick TX PD [Training]", ("training",)),
        ("Quellmere Demo Cam", ("demo", "not_agency")),
        ("Test IL - PD - Do not use", ("inactive", "test", "not_agency")),
        ("Flock Safety - Customer", ("vendor", "not_agency")),
        ("DO NOT USE", ("inactive", "not_agency")),
        ("604", ("not_agency",)),
        ("null", ("not_agency",)),
    ],
)
def test_status_tags_are_taken_off_the_name_and_kept(name, tags):
    assert read(name).tags == tags


def test_an_account_that_is_not_in_use_keeps_its_agency_because_it_may_have_searched():
    assert (
        what("Tarnwick TX PD [Inactive]") == what("Tarnwick TX PD") == ("Tarnwick TX PD", "TX", "municipal")
    )


@pytest.mark.parametrize("name", ["", "   ", "***", "604", "Delete", "Flock Safety PD Test Org"])
def test_a_name_of_nobody_has_neither_state_nor_kind(name):
    assert what(name)[1:] == (None, None)


@pytest.mark.parametrize(
    "name", ["\u200bTarnwick TX PD", "Tarnwick\x00 TX PD", "Tarnwick_TX_PD", "Tarnwick\u00a0TX PD"]
)
def test_signs_that_nobody_sees_change_nothing(name):
    assert what(name) == ("Tarnwick TX PD", "TX", "municipal")


@pytest.mark.parametrize("name", ["x" * 1_000_000, "(" * 100_000, "Tarnwick TX PD " * 1_000])
def test_a_text_that_is_far_too_long_for_a_name_is_named_so(name):
    assert (read(name).state, read(name).kind, read(name).tags) == (None, None, ("too long",))


@given(st.text(max_size=60))
def test_any_text_is_read_without_error_and_within_the_closed_lists(text):
    found = read(text)
    assert found.released == text
    assert found.state in {None, *read_word_list().states}
    assert found.kind in {None, *agencies.KINDS}


PLACES = st.sampled_from(["Tarnwick", "Quellmere", "Blayne Heights", "Upper Ostvale", "Marl's Ferry"])
SHAPES = st.sampled_from(
    [
        "{} {} PD",
        "{} County {} SO",
        "{} ISD {} PD",
        "{} Township {} PD",
        "{} County {} PD",
        "{} University {} PD",
        "{} {} DPS",
    ]
)


@given(PLACES, SHAPES, st.sampled_from(sorted(read_word_list().states)))
def test_a_canonical_spelling_is_its_own_canonical_spelling(place, shape, state):
    released = shape.format(place, state)
    first = read(released)
    again = read(first.agency)
    assert first.state == state
    assert (again.agency, again.state, again.kind) == (first.agency, first.state, first.kind)


# Tables -----------------------------------------------------------------------------------------------------


def reviewed(**cells: str) -> agencies.Known:
    return agencies.Known(line(**cells))


def line(**cells: str) -> pd.DataFrame:
    columns = agencies.overrides.COLUMNS
    given_cells = {"relation": "same", "evidence": "e", "reviewer": "r", "reviewed": "2026-01-01"} | cells
    return pd.DataFrame([{column: given_cells.get(column, "") for column in columns}])


def test_resolve_gives_one_row_for_each_distinct_name_with_its_columns():
    found = agencies.resolve(["Tarnwick TX PD", "Tarnwick TX PD", "Quellmere"])
    assert list(found.columns) == COLUMNS
    assert found["released"].tolist() == ["Tarnwick TX PD", "Quellmere"]
    assert found["decided_by"].tolist() == [
        "kind=municipal; state=before type word",
        "kind=unresolved; state=no state",
    ]


def test_a_reviewed_line_wins_over_every_rule():
    known = reviewed(
        released_name="Tarnwick CO SO", agency="Tarnwick County KS SO", state="KS", kind="county_sheriff"
    )
    found = agencies.resolve([" Tarnwick CO  SO"], known).iloc[0]
    assert (found["agency"], found["state"], found["kind"]) == (
        "Tarnwick County KS SO",
        "KS",
        "county_sheriff",
    )
    assert found["decided_by"] == "override (same)"


@pytest.mark.parametrize(
    "name", ["Quellmere Hub (Raven)", "quellmere hub - Condor", "Quellmere Hub [Inactive]"]
)
def test_a_reviewed_line_holds_for_the_agencys_other_accounts_too(name):
    known = reviewed(released_name="Quellmere Hub", agency="Quellmere KS PD", state="KS", kind="municipal")
    found = agencies.resolve([name], known).iloc[0]
    assert (found["agency"], found["state"], found["decided_by"]) == (
        "Quellmere KS PD",
        "KS",
        "override (same)",
    )
    assert agencies.unused(known.overrides, [name]) == []


def test_a_reviewed_line_about_one_account_wins_over_the_one_about_the_agency():
    both = [
        line(released_name="Quellmere Hub", agency="Quellmere KS PD"),
        line(released_name="Quellmere Hub (Raven)", agency="Tarnwick KS PD", relation="distinct"),
    ]
    found = agencies.resolve(["Quellmere Hub (Raven)", "Quellmere Hub"], agencies.Known(pd.concat(both)))
    assert found["agency"].tolist() == ["Tarnwick KS PD", "Quellmere KS PD"]


def test_a_reviewed_line_can_say_that_a_name_is_no_agency():
    found = agencies.resolve(
        ["Quellmere Hub"], reviewed(released_name="Quellmere Hub", relation="not_agency")
    ).iloc[0]
    assert "not_agency" in found["tags"]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ({"reviewer": ""}, "line 2: reviewer is empty"),
        ({"evidence": " "}, "line 2: evidence is empty"),
        ({"state": "TEX"}, "line 2: state 'TEX' is none of"),
        ({"kind": "police"}, "line 2: kind 'police' is none of"),
        ({"relation": "maybe"}, "line 2: relation 'maybe' is none of"),
        ({"reviewed": "28.11.2026"}, "line 2: reviewed '28.11.2026' is not a day; write it as 2026-11-28"),
        ({"reviewed": "11/28/2026"}, "is not a day"),
        ({"reviewed": "2026-02-30"}, "is not a day"),
        ({"reviewed": "20261128"}, "is not a day"),
        ({"reviewed": "2026-11-28 10:00"}, "is not a day"),
    ],
)
def test_a_line_that_nobody_could_check_is_refused_by_name(tmp_path, cells, message):
    path = tmp_path / "agencies.csv"
    line(**({"released_name": "Tarnwick"} | cells)).to_csv(path, index=False)
    with pytest.raises(Refused, match=message):
        agencies.read_overrides(path)


def lists(folder: Path, *lines: str) -> agencies.Known:
    (folder / "agencies.csv").write_text("\n".join(lines), encoding="utf-8")
    return agencies.Known(line().iloc[:0], agencies.read_reference(folder))


def test_a_state_that_a_name_does_not_say_is_taken_from_a_list_with_one_such_agency(tmp_path):
    known = lists(
        tmp_path, "pub_agency_name,state_abbr,agency_type_name",
        "Quellmere,NB,County", "Tarnwick,TX,City", "Tarnwick,OK,City", "Ostvale,TX,City",
    )  # fmt: skip
    found = agencies.resolve(["Quellmere County SO", "Tarnwick PD", "Ostvale County SO", "Ostvale"], known)
    assert found["state"].tolist() == ["NE", None, None, None]
    assert found["agency"][0] == "Quellmere County NE SO"
    assert found["decided_by"][0] == "kind=county_sheriff; state=reference list"


def test_a_name_that_says_its_state_is_never_moved_by_a_list(tmp_path):
    known = lists(tmp_path, "agency,state,kind", "Tarnwick TX PD,TX,municipal")
    assert agencies.resolve(["Tarnwick OK PD"], known)["state"].tolist() == ["OK"]


def test_names_that_a_list_cut_short_are_no_agencys(tmp_path):
    known = lists(
        tmp_path, "pub_agency_name,state_abbr,agency_type_name", "Independent School District:,TX,Other"
    )
    assert not known.reference


def test_a_list_of_agreements_or_of_access_is_no_list_of_agencies(tmp_path):
    for name in ("287g-participating agencies.csv", "agencies with access.csv"):
        (tmp_path / name).write_text("a,b\n1,2\n", encoding="utf-8")
    assert agencies.read_reference(tmp_path) == {}


def test_a_list_without_names_and_states_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(agencies.UnreadableReference, match=r"agencies\.csv: no column agency"):
        lists(tmp_path, "a,b", "1,2")


def test_a_list_is_read_as_windows_saved_it_and_one_that_is_no_list_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "agencies.csv"
    path.write_bytes("agency,state,\nTarnwick Caf\u00e9 PD,TX,County\n\nOstvale PD\n".encode("cp1252"))
    assert agencies.read_reference(tmp_path) == {("tarnwick caf\u00e9 pd", "municipal"): frozenset({"TX"})}
    path.write_bytes(b"")
    with pytest.raises(agencies.UnreadableReference, match="none of its 0 columns"):
        agencies.read_reference(tmp_path)
    path.write_bytes(b"agency,state")
    monkeypatch.setattr(base, "MOST_IN_A_LIST", 10)
    with pytest.raises(readers.UnreadableFile, match="it is larger than"):
        agencies.read_reference(tmp_path)


def test_two_lines_for_one_name_are_refused(tmp_path):
    path = tmp_path / "agencies.csv"
    pd.concat([line(released_name="Tarnwick"), line(released_name=" Tarnwick")]).to_csv(path, index=False)
    with pytest.raises(agencies.BadOverride, match="two lines"):
        agencies.read_overrides(path)


def test_every_line_of_the_repositorys_own_table_decides_its_name():
    lines = agencies.read_overrides()
    found = agencies.resolve(lines["released_name"].tolist())
    assert found["decided_by"].str.startswith("override").all()
    assert (found["agency"] == lines["agency"]).all()


def test_a_reviewed_spelling_is_the_one_the_rules_give_the_agencys_other_accounts():
    lines = agencies.read_overrides()
    again = [read(agency).agency for agency in lines["agency"]]
    assert again == lines["agency"].tolist()


def test_a_line_for_a_name_that_nobody_released_is_reported():
    assert agencies.unused(line(released_name="Tarnwick"), ["Quellmere TX PD"]) == ["Tarnwick"]
    assert agencies.unused(line(released_name="Tarnwick"), [" Tarnwick "]) == []


def test_add_joins_three_columns_and_keeps_every_row_in_its_order():
    names = ["TX - Tarnwick PD", "", "***", None, "Tarnwick TX PD"]
    table = pa.table({"searching_agency_as_released": pa.chunked_array([names[:2], names[2:]], pa.string())})
    found = agencies.add(table, agencies.Known(line().iloc[:0]))
    assert found["searching_agency"].to_pylist() == ["Tarnwick TX PD", "", "***", "", "Tarnwick TX PD"]
    assert found["agency_state"].to_pylist() == ["TX", None, None, None, "TX"]
    assert found["agency_kind"].to_pylist() == ["municipal", None, None, None, "municipal"]
    assert found["searching_agency_as_released"].to_pylist() == names


def test_add_on_an_empty_table_adds_empty_columns():
    found = agencies.add(pa.table({"searching_agency_as_released": pa.array([], pa.string())}))
    assert found.column_names[1:] == ["searching_agency", "agency_state", "agency_kind"]
    assert found.num_rows == 0


def test_a_name_is_read_the_same_whatever_other_names_stand_beside_it():
    names = ["Dekalb County SO (GA)", "DeKalb County GA SO", "Tarnwick TX PD"]
    together = agencies.resolve(names).set_index("released")["agency"]
    assert all(agencies.resolve([name])["agency"].iloc[0] == together[name] for name in names)


def test_explain_says_exactly_what_the_rules_made_of_a_name():
    assert agencies.explain("Tarnwick TX ISD PD") == {
        "released": "Tarnwick TX ISD PD",
        "agency": "Tarnwick ISD TX PD",
        "state": "TX",
        "kind": "school",
        "tags": [],
        "decided_by": "kind=school; state=before type word",
    }


@pytest.mark.parametrize("name", ["Tarnwick ISD TX PD", "Tarnwick TX ISD PD", "TARNWICK ISD PD (TX)"])
def test_a_districts_own_police_is_recognised_in_either_order(name):
    assert agencies.own(name, "Tarnwick ISD TX PD")


@pytest.mark.parametrize("name", ["Tarnwick TX PD", "", "Quellmere ISD TX PD"])
def test_the_city_of_the_same_name_is_not_the_districts_own_police(name):
    assert not agencies.own(name, "Tarnwick ISD TX PD")
    assert not agencies.own(name, None)


def test_candidates_suggest_near_spellings_of_the_same_state_and_decide_nothing():
    unresolved = agencies.resolve(["Tarnwik Hollow (TX)", "Ostvale"])
    known = pd.DataFrame(
        {"agency": ["Tarnwick Hollow TX PD", "Tarnwick Hollow OK PD"], "state": ["TX", "OK"]}
    )
    table = agencies.queue(unresolved, {}, known).set_index("released_name")
    assert table["candidates"].to_dict() == {"Tarnwik Hollow (TX)": "Tarnwick Hollow TX PD", "Ostvale": ""}
    assert unresolved["kind"].isna().all()


def test_the_queue_lists_unresolved_names_by_rows_and_leaves_out_what_has_no_single_state():
    found = agencies.resolve(
        ["Tarnwick PD", "Quellmere (CA)", "FBI", "Delete", "", "Tarnwick TX PD", "Ohio State OH PD"]
    )
    nobody = pd.DataFrame(columns=["agency", "state"])
    table = agencies.queue(found, {"Quellmere (CA)": 9, "Tarnwick PD": 2}, nobody)
    assert table["released_name"].tolist() == ["Quellmere (CA)", "Tarnwick PD", "Ohio State OH PD"]
    assert table["why"].tolist() == ["no kind", "no state", "two kinds"]


# 287(g) -----------------------------------------------------------------------------------------------------

SHEET = """STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA
TEXAS,Quellmere County Sheriff’s Office,County,Quellmere,Task Force Model,2025-12-10,link
TEXAS,Quellmere County Sheriff’s Office,County,Quellmere,Jail Enforcement Model,2020-06-08,link
TEXAS,Tarnwick Police Department,Municipality,,Warrant Service Officer,7/72025,link
TEXAS,Blayne Police Department,Municipality,,Task Force Model,5025-07-07,link
ATLANTIS,Ostvale Police Department,Municipality,,Task Force Model,2025-07-07,link
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    path = tmp_path / "287g.csv"
    path.write_text(SHEET, encoding="utf-8")
    return path


def test_a_sheet_of_agreements_is_read_one_row_for_each_agency_and_model(sheet):
    found = agencies.read_list(sheet).agreements
    assert found["agency"].tolist()[:3] == ["Quellmere County TX SO"] * 2 + ["Tarnwick TX PD"]
    assert found["signed"].tolist()[:2] == [date(2025, 12, 10), date(2020, 6, 8)]
    assert found["row"].tolist() == [1, 2, 3, 4, 5]


def test_broken_dates_and_unknown_states_are_set_aside_and_never_repaired(sheet):
    found = agencies.read_list(sheet).agreements
    assert found["signed"].tolist()[2:4] == [None, None]
    assert found["problem"].tolist() == [
        None,
        None,
        "'7/72025' is not a date",
        "'5025-07-07' is not a date",
        "unknown state",
    ]


def test_a_workbook_with_a_title_above_its_header_and_other_column_names_is_read(tmp_path):
    path = tmp_path / "287g.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["Participating agencies"])
        page.write_row(1, 0, ["State", "Law Enforcement Agency ", "Support Type", "Date Signed"])
        page.write_row(2, 0, ["Georgia", "Quellmere County Sheriff's Office", "Task Force"])
        page.write_datetime(2, 3, date(2025, 3, 4), book.add_format({"num_format": "m/d/yyyy"}))
    found = agencies.read_list(path).agreements.iloc[0]
    assert (found["agency"], found["model"], found["signed"]) == (
        "Quellmere County GA SO",
        "Task Force Model",
        date(2025, 3, 4),
    )


def test_an_index_of_agreements_is_read_with_its_file_name_dates(tmp_path):
    path = tmp_path / "287g-index.csv"
    path.write_text(
        "state,agency_lower,model,date_in_filename\n"
        "TX,quellmere county sheriff s department,TFM,042925\n"
        "TX,tarnwick police department,WSO,04292025\n"
        "TX,blayne police department,,0429202\n"
        "TX,ostvale police department,WSO,042999\n",  # no agreement was signed in 1999, or will be in 2099
        encoding="utf-8",
    )
    found = agencies.read_list(path).agreements
    assert found["agency"].tolist()[:3] == ["Quellmere County TX SO", "Tarnwick TX PD", "Blayne TX PD"]
    assert found["signed"].tolist() == [date(2025, 4, 29), date(2025, 4, 29), None, None]
    problems = [None, None, "no model; '0429202' is not a date", "'042999' is not a date"]
    assert found["problem"].tolist() == problems


def test_a_date_that_only_a_documents_name_holds_is_read_there_where_it_has_one_reading(tmp_path):
    path = tmp_path / "287g-index.csv"
    path.write_text(
        "state,agency_lower,model,date_in_filename,filename\n"
        "TX,a county sheriffs office,WSO,,ACoTX_WSO_MOA_05.06.2025.pdf\n"
        "TX,b county sheriffs office,WSO,,287gWSO_BCoTX2019-10-15.pdf\n"
        "TX,c county sheriffs office,WSO,,CCoTX_WSO_MOA_0992025.pdf\n"
        "TX,d county sheriffs office,WSO,0992025,DCoTX_WSO_MOA_05.06.2025.pdf\n",
        encoding="utf-8",
    )
    assert agencies.read_list(path).agreements["signed"].tolist() == [
        date(2025, 5, 6),
        date(2019, 10, 15),
        None,
        None,
    ]


def test_a_list_says_its_day_its_new_columns_and_its_repeats(tmp_path):
    path = tmp_path / "participating287g07182025.csv"
    lines = SHEET.replace(",MOA", ",MOA,RENEWAL").splitlines()
    path.write_text("\n".join([*lines[:2], lines[1], *lines[2:3], lines[3], lines[3]]), encoding="utf-8")
    found = agencies.read_list(path)
    assert (found.as_of, found.as_of_from) == (date(2025, 7, 18), "its file name")
    assert found.unread_columns == ("RENEWAL",)
    assert found.agreements["problem"].tolist()[1] == "repeats row 1"
    assert "repeats" not in found.agreements["problem"].tolist()[-1], (
        "without a date none is known to be equal"
    )


def test_a_list_whose_name_says_no_day_is_as_old_as_its_newest_signature(sheet):
    found = agencies.read_list(sheet)
    assert (found.as_of, found.as_of_from) == (date(2025, 12, 10), "the newest signature in it")


def test_every_sheet_of_a_workbook_is_read_but_pending_ones_which_are_named(tmp_path):
    path = tmp_path / "287g.xlsx"
    header = ["STATE", "LAW ENFORCEMENT AGENCY", "SUPPORT TYPE", "SIGNED"]
    with xlsxwriter.Workbook(path) as book:
        for name, state in (
            ("South", "TEXAS"),
            ("North", "OHIO"),
            ("Pending agencies", "IOWA"),
            ("Notes", ""),
        ):
            page = book.add_worksheet(name)
            page.write_row(0, 0, header if state else ["Read me"])
            page.write_row(1, 0, [state, "Tarnwick Police Department", "Task Force Model", "2025-03-04"])
    found = agencies.read_list(path)
    assert found.agreements["state"].tolist() == ["TX", "OH"]
    assert found.unread_sheets == ("Pending agencies", "Notes")


def test_all_lists_of_a_place_are_read(tmp_path):
    (tmp_path / "a-287g.csv").write_text(SHEET, encoding="utf-8")
    (tmp_path / "b-287g.csv").write_text(
        "state,agency_lower,model\nTX,a police department,TFM\n", encoding="utf-8"
    )
    (tmp_path / "notes.csv").write_text("a\n", encoding="utf-8")
    assert [one.file for one in agencies.read_lists(tmp_path)] == ["a-287g.csv", "b-287g.csv"]


def test_a_list_without_a_state_and_an_agency_is_refused_with_a_remedy(tmp_path):
    path = tmp_path / "287g.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(agencies.UnreadableAgreements, match=r"287g\.csv: no row names a state"):
        agencies.read_list(path)


@pytest.mark.parametrize(
    ("header", "row", "missing"),
    [
        ("State,Agency,Portal", "TX,Tarnwick Police Department,tarnwick-tx-pd", "no column says which model"),
        ("State,Agency,Model", "TX,Tarnwick Police Department,Falcon", "only 0 of 3 rows name a known model"),
        ("State,Agency,Signed", "TX,Tarnwick Police Department,yes", "only 0 of 3 rows name a known model"),
        ("State,Agency,Signed", "TX,Tarnwick Police Department,1/1/1999", "only 0 of 3 rows"),
        ("State,Agency,Document", "TX,Tarnwick Police Department,portal.pdf", "only 0 of 3 rows"),
    ],
)
def test_a_table_of_names_and_states_is_no_list_of_agreements(tmp_path, header, row, missing):
    path = tmp_path / "287g-portals.csv"
    path.write_text("\n".join([header, row, row, row]), encoding="utf-8")
    with pytest.raises(
        agencies.UnreadableAgreements, match=rf"287g-portals\.csv: {missing}.*needs a state"
    ) as said:
        agencies.read_list(path)
    assert "Tarnwick" not in str(said.value)


def test_a_list_with_some_models_or_dates_missing_is_still_a_list(tmp_path):
    path = tmp_path / "287g.csv"
    path.write_text(
        "State,Agency,Model\nTX,A Police Department,TFM\nTX,B Police Department,\n", encoding="utf-8"
    )
    assert agencies.read_list(path).agreements["model"].tolist() == ["Task Force Model", None]


ENDED = """STATE,LAW ENFORCEMENT AGENCY,SUPPORT TYPE,SIGNED,STATUS,END DATE
TEXAS,Quellmere County Sheriff's Office,Task Force Model,2020-01-01,Terminated,
TEXAS,Tarnwick Police Department,Task Force Model,2020-01-01,,2024-05-01
TEXAS,Blayne Police Department,Task Force Model,2020-01-01,Active,2027-05-01
TEXAS,Ostvale Police Department,Task Force Model,2025-12-01,Pending,
TEXAS,Marlow Police Department,Task Force Model,2020-01-01,,soon
"""


def test_an_agreement_that_a_list_marks_as_ended_is_in_force_on_no_day(tmp_path):
    path = tmp_path / "287g.csv"
    path.write_text(ENDED, encoding="utf-8")
    found = agencies.read_list(path)
    assert found.unread_columns == ()
    said = ["Terminated", "ended 2024-05-01", None, "Pending", "end cannot be read as a date"]
    assert found.agreements["ended"].tolist() == said
    assert found.agreements["problem"].tolist() == [one and f"not in force: {one}" for one in said]
    names = ["Quellmere County TX SO", "Tarnwick TX PD", "Blayne TX PD", "Ostvale TX PD", "Marlow TX PD"]
    kinds = ["county_sheriff"] + ["municipal"] * 4
    rows = pd.concat([searched(*one, "2026-01-01") for one in zip(names, ["TX"] * 5, kinds)])
    table = signed(rows, found.agreements).set_index("searching_agency")
    assert table["signed_before"].to_dict() == {name: name == "Blayne TX PD" for name in names}
    assert table.loc["Tarnwick TX PD", "models"] == "Task Force Model (2020-01-01, ended 2024-05-01)"


def searched(agency: str, state: str | None, kind: str | None, *days: str) -> pd.DataFrame:
    rows = {"searching_agency": agency, "agency_state": state, "agency_kind": kind}
    return pd.DataFrame([rows | {"searched_at": pd.Timestamp(day, tz="UTC")} for day in days])


def signed(rows: pd.DataFrame, listed: pd.DataFrame, time_zone: str = "UTC") -> pd.DataFrame:
    """The agreements of those who searched, as a place with this list and clock has them."""
    return at_search(log(rows, listed=listed, time_zone=time_zone), listed)


@pytest.mark.parametrize(
    ("days", "when", "before", "after", "since"),
    [
        (["2025-12-10T00:00", "2025-12-12"], "signed on or before the first search", True, False, 2),
        (["2025-12-09T23:59", "2025-12-12"], "signed between searches", True, True, 1),
        (["2025-12-01"], "signed after the last search", False, True, 0),
    ],
)
def test_an_agreement_counts_from_the_day_it_was_signed(tmp_path, days, when, before, after, since):
    path = tmp_path / "287g.csv"
    path.write_text("\n".join(SHEET.splitlines()[:2]), encoding="utf-8")
    found = signed(
        searched("Quellmere County TX SO", "TX", "county_sheriff", *days), agencies.read_list(path).agreements
    ).iloc[0]
    assert (found["when"], found["signed_before"], found["signed_after"], found["searches_since"]) == (
        when,
        before,
        after,
        since,
    )


def test_every_model_is_kept_with_its_own_date_and_the_first_one_counts(sheet):
    rows = searched("Quellmere County TX SO", "TX", "county_sheriff", "2025-12-01")
    found = agencies.holders(rows, agencies.read_list(sheet).agreements).iloc[0]
    assert found["models"] == "Jail Enforcement Model (2020-06-08); Task Force Model (2025-12-10)"
    assert found["first_signed"] == date(2020, 6, 8)


def test_an_agreement_without_a_readable_date_is_never_in_force(sheet):
    found = signed(
        searched("Tarnwick TX PD", "TX", "municipal", "2025-12-01"), agencies.read_list(sheet).agreements
    )
    assert (found["when"].item(), found["signed_before"].item()) == ("date not known", False)


def test_neither_another_state_nor_another_agency_of_the_place_is_matched(sheet):
    rows = pd.concat(
        [
            searched("Quellmere County OK SO", "OK", "county_sheriff", "2025-12-20"),
            searched("Quellmere County TX PD", "TX", "county_police", "2025-12-20"),
            searched("Tarnwick ISD TX PD", "TX", "school", "2025-12-20"),
        ]
    )
    assert agencies.holders(rows, agencies.read_list(sheet).agreements).empty


def test_a_towns_public_safety_department_is_the_police_of_a_list(sheet):
    rows = searched("Tarnwick TX DPS", "TX", "municipal", "2025-12-01")
    assert agencies.holders(rows, agencies.read_list(sheet).agreements)["match"].tolist() == [
        "state, kind and name"
    ]


def test_the_day_of_a_search_is_that_of_the_owners_clock(tmp_path):
    path = tmp_path / "287g.csv"
    path.write_text("\n".join(SHEET.splitlines()[:2]), encoding="utf-8")
    rows = searched("Quellmere County TX SO", "TX", "county_sheriff", "2025-12-10T03:00")
    listed = agencies.read_list(path).agreements
    assert signed(rows, listed)["signed_before"].item()
    assert not signed(rows, listed, "America/Chicago")["signed_before"].item()


def test_a_match_with_the_kind_unknown_on_one_side_says_so(sheet):
    found = agencies.holders(
        searched("Tarnwick TX PD", "TX", None, "2025-12-01"), agencies.read_list(sheet).agreements
    )
    assert found["match"].tolist() == ["state and name; kind unknown"]


# Real lists -------------------------------------------------------------------------------------------------


@pytest.fixture
def real_names(records: Path) -> list[str]:
    path = records.parent / "field" / "org_names.txt"
    if not path.is_file():
        pytest.skip("needs the list of real organization names beside RECORDS")
    return path.read_text(encoding="utf-8").splitlines()


def test_most_real_names_get_a_state_and_a_kind(real_names):
    found = agencies.resolve(real_names)
    assert found["state"].notna().mean() >= 0.965
    assert found["kind"].notna().mean() >= 0.95
    spelled = found[found["state"].isna()]["released"].str.contains(r" [A-Z]{2} (?:PD|SO)$")
    assert spelled.sum() <= 10, "a name in the commonest form has its state"


def test_a_real_canonical_spelling_never_covers_two_states_or_kinds(real_names):
    found = agencies.resolve(real_names)
    assert found.groupby("agency")[["state", "kind"]].nunique(dropna=False).max().max() == 1


def test_ices_real_sheet_is_read_whole_with_its_three_broken_dates(records, real_names):
    path = records.parent / "reference" / "ice_287g_participating_20250718.csv"
    if not path.is_file():
        pytest.skip("needs ICE's sheet beside RECORDS")
    found = agencies.read_list(path).agreements
    assert (len(found), found["state"].nunique()) == (832, 40)
    assert found["problem"].notna().sum() == 3
    assert found["model"].value_counts().to_dict() == {
        "Task Force Model": 415,
        "Warrant Service Officer": 300,
        "Jail Enforcement Model": 117,
    }
    renamed = {"agency": "searching_agency", "state": "agency_state", "kind": "agency_kind"}
    searches = (
        agencies.resolve(real_names)
        .rename(columns=renamed)
        .assign(searched_at=pd.Timestamp("2025-12-15", tz="UTC"))
    )
    assert len(agencies.holders(searches, found)) >= 330


def test_the_real_index_of_agreements_is_read_whole(records):
    path = records.parent / "reference" / "ice_287g_moa_index_20260707.csv"
    if not path.is_file():
        pytest.skip("needs the index of agreements beside RECORDS")
    found = agencies.read_list(path).agreements
    assert (len(found), found["state"].nunique(), found["model"].isna().sum()) == (1681, 40, 191)
    assert found["signed"].isna().sum() == 74, "dates that only a document's name holds are read there"
    assert found["problem"].fillna("").str.contains("repeats row").sum() == 2


def test_a_word_list_is_compiled_once_for_each_of_its_contents(tmp_path):
    published = places.root() / "data" / "hand" / "agency_words.toml"
    (tmp_path / "same.toml").write_bytes(published.read_bytes())
    assert load(tmp_path / "same.toml") is load(published)
    (tmp_path / "same.toml").write_bytes(published.read_bytes() + b"# and a comment")
    load.cache_clear()
    assert load(tmp_path / "same.toml") is not load(published)
