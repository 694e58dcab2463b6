"""A name from outside becomes a path inside its folder on every system, or none at all."""

from pathlib import PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import paths

SOUND = (
    "june.csv",
    "June 2025/Tarnwick TX PD (1).csv",
    "a/b/c.tar.gz",
    ".hidden",
    "Año.csv",
    "console.csv",
    "a.b.c",
)


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_name_is_a_path_in_its_folder(tmp_path, name):
    assert paths.inside(tmp_path, name) == tmp_path / name
    assert paths.plain(name) == name


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("../x.pth", "leads out"),
        ("june/../../x.pth", "leads out"),
        ("/etc/x.pth", "leads out"),
        ("C:x.pth", "leads out"),
        ("..\\x.pth", "leads out"),
        ("\\\\tarnwick\\x.pth", "leads out"),
        ("june.csv:x.pth", "holds :"),
        ("june?.csv", r"holds \?"),
        ("a\\b.csv", r"holds \\"),
        ("a\x1b[2J.csv", "cannot be seen"),
        ("a\u202egpj.csv", "cannot be seen"),
        ("caf\udce9.csv", "not UTF-8"),
        ("", "empty"),
        (".", "empty"),
        ("june//a.csv", "empty"),
        ("june./a.csv", "a dot or a blank"),
        ("june.csv ", "a dot or a blank"),
        ("NUL", "device"),
        ("june/con.csv", "device"),
        ("Com1 .csv", "device"),
        ("a" * 300, "too long"),
        ("é" * 130, "too long"),
        ("a/" * 600 + "b", "too long"),
    ],
)
def test_a_name_that_no_system_or_not_every_system_keeps_is_refused(tmp_path, name, said):
    with pytest.raises(paths.UnsafeName, match=said) as error:
        paths.inside(tmp_path, name)
    assert str(error.value).isprintable()
    assert list(tmp_path.iterdir()) == []


def test_a_link_that_leads_out_is_refused_and_one_inside_is_not(tmp_path):
    folder, outside = tmp_path / "place", tmp_path / "outside"
    (folder / "logs").mkdir(parents=True)
    outside.mkdir()
    (folder / "june").symlink_to(outside)
    (folder / "july").symlink_to(folder / "logs")
    with pytest.raises(paths.UnsafeName, match="a link in it leads out of the folder"):
        paths.inside(folder, "june/a.csv")
    assert paths.inside(folder, "july/a.csv") == folder / "july" / "a.csv"


@given(st.text(st.characters() | st.sampled_from("./\\: aé\udce9\u202e"), max_size=40))
def test_whatever_is_let_through_lies_inside_and_whatever_is_shown_can_be_seen(name):
    paths.shown(name).encode()
    plain = paths.plain(name)
    for one in (name, plain):
        if not paths.why_not(one):
            assert not PureWindowsPath(one).anchor
            assert ".." not in one.split("/")
    assert paths.plain(plain) == plain


def test_what_not_every_system_allows_is_made_plain_and_what_leads_out_is_not():
    assert paths.plain("10:15 report?.csv") == "10_15 report_.csv"
    assert paths.plain("./June. /con.csv") == "June__/_con.csv"
    assert paths.plain("Caf\u0065\u0301.csv") == "Caf\u00e9.csv"
    assert paths.why_not(paths.plain("../x.csv"))
    assert paths.why_not(paths.plain("/x.csv"))


def test_names_that_some_system_takes_for_one_have_one_key():
    assert paths.key("June/CAF\u00c9.csv") == paths.key("june/cafe\u0301.CSV")
    assert paths.key("june.csv") != paths.key("june.csv.gz")
    assert paths.folders(["A/b/c.csv", "d.csv"]) == {"a", "a/b"}
