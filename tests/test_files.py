"""A file or a folder is written whole or not at all."""

import pytest

from analysis import files


def names(folder):
    return sorted(p.name for p in folder.iterdir())


def test_a_file_and_a_folder_are_replaced_whole(tmp_path):
    files.write(tmp_path / "a" / "x.txt", "old")
    files.write(tmp_path / "a" / "x.txt", "new\r\n")
    assert (tmp_path / "a" / "x.txt").read_bytes() == b"new\r\n"
    for content in ("old", "fresh"):
        with files.replacing(tmp_path / "a") as new:
            new.mkdir()
            (new / content).write_text(content)
    assert names(tmp_path) == ["a"]
    assert names(tmp_path / "a") == ["fresh"]


@pytest.mark.parametrize("make", ["mkdir", "touch"])
def test_what_raised_half_way_leaves_what_was_there(tmp_path, make):
    target = tmp_path / "x"
    getattr(target, make)()
    before = target.stat().st_ino
    with pytest.raises(ZeroDivisionError), files.replacing(target) as new:
        print(getattr(new, make)() or 1 / 0)
    assert names(tmp_path) == ["x"]
    assert target.stat().st_ino == before


def test_what_a_killed_run_left_unfinished_is_not_kept(tmp_path):
    (tmp_path / ".building-x").mkdir()
    (tmp_path / ".building-x" / "half").touch()
    with files.replacing(tmp_path / "x") as new:
        new.mkdir()
    assert list((tmp_path / "x").iterdir()) == []


def test_a_folder_that_cannot_be_put_in_place_leaves_the_old_one(tmp_path, monkeypatch):
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "kept").touch()
    replace = files.os.replace

    def fails(source, target):
        if ".building-" in str(source):
            raise OSError("in use")
        replace(source, target)

    monkeypatch.setattr(files.os, "replace", fails)
    with pytest.raises(OSError, match="in use"), files.replacing(tmp_path / "x") as new:
        new.mkdir()
    assert names(tmp_path) == ["x"]
    assert names(tmp_path / "x") == ["kept"]


def test_a_folder_whose_replacement_was_killed_half_way_is_put_back(tmp_path):
    (tmp_path / ".old-x").mkdir()
    (tmp_path / ".old-x" / "kept").write_text("kept")
    (tmp_path / ".building-x").mkdir()
    files.recover(tmp_path / "x")
    assert names(tmp_path) == ["x"]
    assert (tmp_path / "x" / "kept").read_text() == "kept"
