"""A citation says where a record is found, and nothing of what stands in it."""

import hashlib
import json
import shutil

import containers
import pytest
from frames import HEADER, row

from analysis import __main__ as verbs
from analysis import build, citation, places

LOG = ["theft", "ICE hold", "burglary"]


@pytest.fixture
def root(tmp_path, monkeypatch):
    shutil.copytree(places.root() / "data" / "hand", tmp_path / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    return tmp_path


def built(root, **files):
    """A place with these files, each its bytes and more lines of its entry."""
    folder = root / "data" / "raw" / "tarnwick"
    folder.mkdir(parents=True)
    text = "[released]\nby = 'Tarnwick <ISD>'\nrequest = 'No. 7'\n"
    for name, (data, more) in files.items():
        (folder / name).write_bytes(data)
        sha = hashlib.sha256(data).hexdigest()
        text += f"[[file]]\nname = {json.dumps(name)}\nsha256 = '{sha}'\nlog = 'network audit'\n"
        text += f"camera_owner = 'Tarnwick ISD'\n{more}"
    (folder / "source.toml").write_text(text)
    build.build(places.find("tarnwick"))
    return places.find("tarnwick")


def log(*more):
    lines = [row(reason, at=f"12:{at:02}:00 AM") for at, reason in enumerate(LOG)]
    return "\n".join([HEADER, *lines, *more]).encode()


def test_a_record_is_cited_without_a_word_of_it(root, capsys):
    data = log("Total,3")
    built(root, **{"log.csv": (data, "url = 'https://records.example/log.csv'\n")})
    assert verbs.main(["cite", "--place", "tarnwick", "2", "4"]) == 0
    sha = hashlib.sha256(data).hexdigest()
    file = f"Tarnwick <ISD> (No. 7); network audit, log.csv; sha256 {sha}; https://records.example/log.csv"
    assert capsys.readouterr().out == f"Record 2: {file}.\nRecord 4 (no search: see rejected/): {file}.\n"


def test_of_several_files_one_is_named_and_a_workbook_names_its_sheet(root):
    cells = [
        line.split(",")
        for line in ("Org Name,Reason,Search Time", "Quellmere GA PD,theft,2025-12-02 12:00:00")
    ]
    place = built(root, **{"log.csv": (log(), ""), "book.xlsx": (containers.xlsx(cells), "")})
    with pytest.raises(citation.NotCited, match=r"record 1 is in 2 files: .*Say which with --file"):
        citation.of_records(place, [1])
    (said,) = citation.of_records(place, [1], "book.xlsx")
    assert said.startswith("Record 1, sheet 'Sheet1': Tarnwick <ISD>")
    assert "no public address" in said
    with pytest.raises(citation.NotCited, match="record 9 is in 0 files of it"):
        citation.of_records(place, [9])


def test_a_citation_says_that_a_masked_copy_was_read_and_gives_both_checksums(root):
    data, masked = log(), log().replace(b"O. Invented", b"***")
    sha = hashlib.sha256(masked).hexdigest()
    place = built(root, **{"log.csv": (data, f"[file.masked]\nsha256 = '{sha}'\nmasked = 'names'\n")})
    assert "masked copy" not in citation.of_file(place, "log.csv")
    (place.raw / "log.csv").write_bytes(masked)
    build.build(place)
    said = citation.of_file(place, "log.csv")
    assert f"sha256 {hashlib.sha256(data).hexdigest()}" in said
    assert said.endswith(f"read from a masked copy, sha256 {sha} (masked: names)")


def test_a_place_without_records_says_what_to_do(root):
    folder = root / "data" / "raw" / "mockville"
    folder.mkdir(parents=True)
    (folder / "source.toml").write_text("title = 'M'\n")
    with pytest.raises(citation.NotCited, match="run make PLACE=mockville first"):
        citation.of_records(places.find("mockville"), [1])
