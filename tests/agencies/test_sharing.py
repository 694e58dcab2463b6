"""Lists of who may search whose cameras: read in every known form, compared with who did, and never guessed at."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import xlsxwriter
from frames import log
from hypothesis import given
from hypothesis import strategies as st

from analysis import measures
from analysis.agencies import sharing

OWNER = "Tarnwick ISD"
FULL = """Organization Name,Networks Shared With Me,Networks I'm Sharing
Quellmere GA PD ,"Quellmere GA PD,Quellmere Hollow (Blayne County SO)",Tarnwick ISD
Blayne TX PD,,"Tarnwick ISD,Tarnwick ISD Raven"
Ostvale OK PD,Ostvale OK PD,
"""


def listed(folder: Path, text: str, name: str = "SharedNetworks_2025_December_9.csv") -> sharing.SharingList:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return sharing.read_list(path, OWNER)


def test_the_vendors_list_says_both_directions(tmp_path):
    found = listed(tmp_path, FULL)
    entries = found.entries.set_index("agency")
    assert entries.index.tolist() == ["Quellmere GA PD", "Blayne TX PD", "Ostvale OK PD"]
    assert entries["may_search_owner"].tolist() == [True, True, False]
    assert entries["owner_may_search"].tolist() == [True, False, True]
    assert entries["networks"].tolist() == [1, 2, 0]
    assert entries["row"].tolist() == [1, 2, 3]
    assert (found.as_of, found.says_who_may_search) == (date(2025, 12, 9), True)


def test_a_list_of_one_direction_says_nothing_of_the_other(tmp_path):
    mine = listed(tmp_path, "Organization Name,Networks Shared With Me\nQuellmere GA PD,Quellmere GA PD\n")
    assert mine.entries["may_search_owner"].tolist() == [None]
    assert not mine.says_who_may_search
    theirs = listed(tmp_path, "Organization Name,Networks I’m Sharing\r\nQuellmere GA PD,Tarnwick ISD\r\n")
    assert theirs.entries["owner_may_search"].tolist() == [None]
    assert theirs.entries["may_search_owner"].tolist() == [True]


def test_an_agencys_own_reply_takes_the_state_from_its_column(tmp_path):
    found = listed(
        tmp_path, "Name,State,Type\nQuellmere Police Department,GA,Police\nOstvale PD,Oklahoma,Police\n"
    )
    assert found.entries["agency"].tolist() == ["Quellmere GA PD", "Ostvale OK PD"]
    assert found.entries["may_search_owner"].tolist() == [True, True]


@pytest.mark.parametrize("name", ["access sharing.txt", "access sharing.csv"])
def test_a_plain_list_is_one_name_a_line(tmp_path, name):
    found = listed(tmp_path, '"University of Tarnwick TX PD"\nQuellmere GA PD\n\n'.replace('"', ""), name)
    assert found.entries["agency"].tolist() == ["University of Tarnwick TX PD", "Quellmere GA PD"]
    assert found.entries["may_search_owner"].tolist() == [True, True]


def test_a_workbook_is_read_as_a_csv_is(tmp_path):
    path = tmp_path / "sharing.xlsx"
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet()
        for at, line in enumerate([FULL.splitlines()[0], "Quellmere GA PD,,Tarnwick ISD"]):
            page.write_row(at, 0, line.split(","))
    assert sharing.read_list(path, OWNER).entries["may_search_owner"].tolist() == [True]


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("", []),
        ("City of Tarnwick CA ", ["City of Tarnwick CA"]),
        (
            "Tarnwick CA (Quellmere County SO),Blayne CA PD",
            ["Tarnwick CA (Quellmere County SO)", "Blayne CA PD"],
        ),
        ("University of Ostvale, Tarnwick PD,Blayne PD", ["University of Ostvale, Tarnwick PD", "Blayne PD"]),
    ],
)
def test_network_names_are_parted_only_at_a_comma_that_no_blank_follows(cell, names):
    assert sharing.split_networks(cell) == names


@given(st.lists(st.text(alphabet="ab, ()", min_size=1, max_size=9), max_size=5))
def test_no_name_of_a_network_is_empty(cells):
    assert all(name == name.strip() != "" for name in sharing.split_networks(",".join(cells)))


def test_equal_lines_are_one_and_a_new_column_is_named(tmp_path):
    found = listed(
        tmp_path, "Organization Name,Networks I'm Sharing,Tier\nQuellmere GA PD,a,1\nQuellmere GA PD,a,1\n"
    )
    assert len(found.entries) == 1
    assert found.unread_columns == ("Tier",)


def test_bytes_of_windows_are_read(tmp_path):
    path = tmp_path / "sharing.csv"
    path.write_bytes("Organization Name,Networks I’m Sharing\nCafé TX PD,x\n".encode("cp1252"))
    assert sharing.read_list(path, OWNER).entries["agency"].tolist() == ["Café TX PD"]


def test_a_list_that_names_no_organisation_is_refused_with_a_remedy(tmp_path):
    with pytest.raises(sharing.UnreadableSharingList, match="no column names an organization"):
        listed(tmp_path, "a,b\n1,2\n")


def test_a_list_belongs_to_the_owner_in_its_name_or_to_the_only_one(tmp_path):
    (tmp_path / "Tarnwick ISD sharing.csv").write_text("Organization Name,Networks I'm Sharing\nA TX PD,x\n")
    (one,) = sharing.read_lists(tmp_path, ["Tarnwick ISD", "Quellmere ISD"])
    assert one.camera_owner == "Tarnwick ISD"
    (tmp_path / "Tarnwick ISD sharing.csv").rename(tmp_path / "sharing.csv")
    assert sharing.read_lists(tmp_path, [OWNER])[0].camera_owner == OWNER
    with pytest.raises(sharing.UnreadableSharingList, match="whose list is it"):
        sharing.read_lists(tmp_path, ["Tarnwick ISD", "Quellmere ISD"])
    with pytest.raises(sharing.UnreadableSharingList, match="no file of the place names one yet"):
        sharing.read_lists(tmp_path, [])


def test_a_printed_list_says_how_to_save_it(tmp_path):
    (tmp_path / "sharing.pdf").write_bytes(b"%PDF")
    with pytest.raises(sharing.UnreadableSharingList, match="save it as CSV"):
        sharing.read_lists(tmp_path, [OWNER])


@pytest.mark.parametrize(
    "name", ["26-1140-networks-im-sharing.csv", "shared.csv", "SharedNetworks_2025_May_1.csv", "vendor.csv"]
)
def test_a_list_is_known_by_its_name_or_by_the_vendors_header(tmp_path, name):
    (tmp_path / name).write_text(FULL, encoding="utf-8")
    (tmp_path / "287g.csv").write_text("state,agency\nTX,a\n", encoding="utf-8")
    assert [one.file for one in sharing.read_lists(tmp_path, [OWNER])] == [name]


def test_a_place_without_a_list_has_none(tmp_path):
    assert sharing.read_lists(tmp_path, [OWNER]) == []


# Who could against who did ----------------------------------------------------------------------------------

STRICT = {"immigration_tier": "strict"}


@pytest.fixture
def compared(tmp_path):
    rows = log(
        {}, STRICT, {"searching_agency": "Ostvale OK PD", **STRICT},
        {"searching_agency": "Tarnwick ISD TX PD", "own_search": True},
        {"searching_agency": "***"}, {"searching_agency": "Blayne TX PD", "camera_owner": "Quellmere ISD"},
    )  # fmt: skip
    return rows, [listed(tmp_path, FULL)]


def test_who_could_search_is_set_beside_who_did(compared):
    table = measures.with_access(*compared).set_index("group")
    assert table["agencies"].tolist() == [1, 1, 1]
    assert table["searches"].tolist() == [2, 0, 1]
    assert table["immigration_searches"].tolist() == [1, 0, 1]


def test_the_back_door_is_who_searched_without_standing_on_the_list(compared):
    table = measures.without_access(*compared)
    assert table["searching_agency"].tolist() == ["Ostvale OK PD"]
    numbers = measures.lookup(measures.access(*compared))
    values = [numbers[name, "all"]["value"] for name in (
        "agencies_with_access", "agencies_with_access_that_searched", "agencies_without_access",
        "searches_without_access",
    )]  # fmt: skip
    assert values == [2, 1, 1, 1]


def test_without_a_list_access_is_unknown_and_says_why():
    numbers = measures.access(log({}), [])
    assert {one["value"] for one in numbers} == {None}
    assert all("no list of who may search" in one["because"] for one in numbers)
    assert measures.with_access(log({}), []).empty
    assert measures.without_access(log({}), []).empty


def test_a_real_list_is_read_whole(records):
    path = records / "sharing-lists" / "26-1140-uiuc-networks-im-sharing.csv"
    if not path.is_file():
        pytest.skip("needs the sharing list in RECORDS")
    found = sharing.read_list(path, "University of Illinois")
    assert len(found.entries) == 412
    assert found.entries["may_search_owner"].all()
    assert found.entries["owner_may_search"].isna().all()
    assert found.unread_columns == ()
    assert found.entries["networks"].max() > 1
    assert pd.Series(found.entries["state"]).notna().mean() >= 0.97
    assert pd.Series(found.entries["kind"]).notna().mean() >= 0.98
