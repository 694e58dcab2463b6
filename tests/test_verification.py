"""Two results are the same when every file is there on both sides with the same bytes."""

from analysis.verification import differences


def test_a_changed_a_missing_and_a_new_file_are_named(tmp_path):
    here, again = tmp_path / "here", tmp_path / "again"
    for side in (here, again):
        (side / "tables").mkdir(parents=True)
        (side / "same.csv").write_text("a")
    (here / "tables" / "changed.csv").write_text("a")
    (again / "tables" / "changed.csv").write_text("b")
    (here / "gone.csv").write_text("a")
    (again / "new.csv").write_text("a")
    assert differences(here, again) == ["gone.csv", "new.csv", "tables/changed.csv"]


def test_equal_folders_have_no_differences(tmp_path):
    (tmp_path / "a.csv").write_text("a")
    assert differences(tmp_path, tmp_path) == []
