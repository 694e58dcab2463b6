"""A vendor is a folder of facts; one that could not work is refused by file, entry and name."""

import shutil
from pathlib import Path

import pytest

from analysis import vendors
from analysis.vendors import BadVendor
from analysis.vendors.recognition import family_of, recognize

MOCKCAM = Path(__file__).with_name("mockcam")


@pytest.fixture
def both(tmp_path, monkeypatch):
    """The library with Mockcam beside Flock, and a way to change a line of Mockcam's before it is read."""
    shutil.copytree(MOCKCAM, tmp_path / "mockcam")
    shutil.copytree(vendors.FOLDER / "flock", tmp_path / "flock")
    shutil.copyfile(vendors.FOLDER / "not_audits.toml", tmp_path / "not_audits.toml")
    monkeypatch.setattr(vendors, "FOLDER", tmp_path)
    memories = (vendors.all_vendors, vendors.not_audits, vendors.search_types, vendors.verdicts)
    for memory in memories:
        memory.cache_clear()

    def change(old="", new=""):
        path = tmp_path / "mockcam" / "exports.toml"
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
        return vendors.all_vendors()

    yield change
    monkeypatch.undo()
    for memory in memories:
        memory.cache_clear()


def test_a_header_is_its_own_vendors_whatever_others_there_are(both):
    both()
    layout = recognize(["Looked up at", "DEPARTMENT", "purpose", "partner_agencies"])
    assert (layout.vendor.key, layout.index["networks"]) == ("mockcam", 3)
    assert recognize(["Search Time", "Org Name", "Reason"]).vendor.key == "flock"
    assert recognize(["When", "Department", "Purpose"], {"When": "search_time"}).vendor.key == "mockcam"
    assert family_of(layout.key).name == "lookup log"
    assert family_of("archive") is None


def test_a_key_may_be_written_as_in_the_header(both):
    both('"Sites"            = "devices"', '"Camera Count"     = "devices"')
    assert recognize(["looked up at", "department", "cameraCount"]).index["devices"] == 2


def test_eras_and_changes_are_those_of_the_vendors_seen(both):
    both()
    assert vendors.eras(["open"]) == ("open", "listed")
    assert [change.what for change in vendors.changes(["open"])] == [
        "vague words refused",
        "badges hidden",
    ]
    assert set(vendors.eras()) == {*vendors.eras(["typed"]), *vendors.eras(["open"])}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            '"Sites"            = "devices"',
            '"Sites" = "camras"',
            "family 'lookup log': there is no column 'camras'",
        ),
        (
            '"Sites"            = "devices"',
            '"DEPARTMENT" = "devices"',
            "'Department' and 'DEPARTMENT' are one name",
        ),
        ('"Sites"            = "devices"', '"Department" = "devices"', "is written twice"),
        ('marks = ["Looked Up At"]', 'mark = ["Looked Up At"]', "family 'lookup log': unknown key 'mark'"),
        ('"DD.MM.YYYY hh:mm:ss"', '"DD.MM.YYYY"', "the shape 'DD.MM.YYYY' lacks one of Y, M, D, h and m"),
        ("until = 2025-12-10\n", "", r"each \[\[era\]\] but the last says until when"),
        ('name  = "open"', 'name  = "open box"', "era 'open box': the name of an era is one word"),
        ('name  = "open"', 'name  = "typed"', "'typed' is already in vendors/flock; rename one"),
        ("day  = 2025-12-20", 'day  = "2025-12-20"', "'day' must be written as a day, as 2025-12-02"),
    ],
)
def test_a_slip_is_refused_by_file_and_entry(both, old, new, said):
    with pytest.raises(BadVendor, match=rf"vendors/mockcam/exports\.toml.*{said}"):
        both(old, new)


def test_every_vendor_of_the_library_can_be_read_and_says_what_a_letter_asks_for():
    assert "flock" in [vendor.key for vendor in vendors.all_vendors()]
    assert any(vendor.letter for vendor in vendors.all_vendors())
    assert all((vendors.FOLDER / vendor.key / "__init__.py").is_file() for vendor in vendors.all_vendors())
