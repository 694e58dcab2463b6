"""Archives: each file inside is an account of its own, nothing is passed over unnamed, and no archive can do harm."""

import gzip
import hashlib
import io
import json
import stat
import struct
import sys
import zipfile
from collections import Counter

import pandas as pd
import pytest
import xlsxwriter
from frames import part_of
from reportlab.pdfgen.canvas import Canvas

from analysis import build, places, readers
from analysis.places import ReleasedFile
from analysis.places.released import Member
from analysis.readers import archives

HEADER = "id,userId,searchDate,networkCount,reason"


def log(*reasons):
    rows = [
        f"{n:08}-0000-0000-0000-000000000000,***,2026-02-27T00:00:{n:02}.144Z,5,{r}"
        for n, r in enumerate(reasons)
    ]
    return "\n".join([HEADER, *rows]).encode()


def workbook(*reasons):
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data)
    sheet = book.add_worksheet()
    for at, line in enumerate(log(*reasons).decode().split("\n")):
        sheet.write_row(at, 0, line.split(","))
    book.close()
    return data.getvalue()


def letter(text="Dear requester, here is what you asked for."):
    data = io.BytesIO()
    canvas = Canvas(data)
    if text:
        canvas.drawString(72, 700, text)
    else:
        canvas.rect(10, 10, 100, 100, fill=1)  # a page with a picture only, as a scan is
    canvas.save()
    return data.getvalue()


def zipped(files, method=zipfile.ZIP_DEFLATED):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", method) as archive:
        for name, content in files.items() if isinstance(files, dict) else files:
            archive.writestr(name, content)
    return data.getvalue()


def read(tmp_path, data, name="release.zip", **more):
    """Facts by file, reasons by file and the ledger of one released archive."""
    path = tmp_path / name
    path.write_bytes(data)
    file = ReleasedFile(name, "0", "portal audit", "Tarnwick ISD", searching_agency="Tarnwick PD", **more)
    table, rejected, facts, entries = part_of(file, path)
    reasons = {}
    for line in table.to_pylist():
        reasons.setdefault(line["source_file"], []).append(line["reason_as_released"])
    refused = Counter(rejected.column("source_file").to_pylist())
    for fact in facts:
        name = fact["source_file"]
        assert fact["records"] == len(reasons.get(name, [])) + refused[name]
    return {fact["source_file"]: fact for fact in facts}, reasons, pd.DataFrame(entries)


def test_each_file_inside_has_its_own_name_account_and_record_numbers(tmp_path):
    data = zipped({"b.csv": log("one", "two"), "a.xlsx": workbook("three"), "deep/c.csv": log("four", "")})
    facts, reasons, ledger = read(tmp_path, data)
    assert reasons == {
        "release.zip/a.xlsx": ["three"],
        "release.zip/b.csv": ["one", "two"],
        "release.zip/deep/c.csv": ["four", ""],
    }
    by_file = ledger[ledger["step"] == "read"].set_index("source_file")["rows_in"].to_dict()
    assert by_file == {"release.zip/a.xlsx": 1, "release.zip/b.csv": 2, "release.zip/deep/c.csv": 2}
    assert [fact["records"] for fact in facts.values()] == [1, 2, 2]


def test_a_workbook_is_no_archive(tmp_path):
    (tmp_path / "log.xlsx").write_bytes(workbook("one"))
    assert not archives.is_archive(tmp_path / "log.xlsx")
    assert read(tmp_path, workbook("one"), "log.zip")[1] == {"log.zip": ["one"]}


def test_a_gzip_keeps_its_name(tmp_path):
    assert read(tmp_path, gzip.compress(log("one")), "log.csv.gz")[1] == {"log.csv.gz": ["one"]}


def test_gzips_written_one_after_the_other_are_one_file(tmp_path):
    first, second = log("one", "two")[:90], log("one", "two")[90:]
    data = gzip.compress(first) + gzip.compress(second)
    assert read(tmp_path, data, "log.csv.gz")[1] == {"log.csv.gz": ["one", "two"]}


def test_an_archive_in_an_archive_adds_its_name(tmp_path):
    inner = zipped({"a.csv": log("one"), "b.csv.gz": gzip.compress(log("two"))})
    assert read(tmp_path, zipped({"inner.zip": inner}))[1] == {
        "release.zip/inner.zip/a.csv": ["one"],
        "release.zip/inner.zip/b.csv.gz": ["two"],
    }


def test_names_written_by_windows_are_read_as_folders(tmp_path):
    assert list(read(tmp_path, zipped({"2025\\june.csv": log("one")}))[1]) == ["release.zip/2025/june.csv"]


def test_what_is_not_read_is_named_with_the_reason(tmp_path):
    data = zipped({
        "a.csv": log("one"),
        "letter.pdf": letter(),
        "README.txt": b"The records of June, as released.\n",
        "changes.csv": b"Timestamp,User,Event Type,Entity Type,Entity Details,Event Id\n",
        "__MACOSX/._a.csv": b"\0\5\x16\7",
        ".DS_Store": b"\0\0\0\1Bud1",
        "wrong.csv": log("made before the records were mended"),
    })  # fmt: skip
    facts, reasons, _ = read(tmp_path, data, leave_out=("wrong.csv",))
    assert list(reasons) == ["release.zip/a.csv"]
    assert list(facts) == ["release.zip/a.csv", "release.zip"]
    notes = facts["release.zip"]["notes"]
    assert notes.startswith("6 of its files were not read: ")
    for said in (
        "release.zip/.DS_Store: the operating system's own",
        "release.zip/__MACOSX/._a.csv: the operating system's own",
        "release.zip/README.txt: no known header in its first 1 line, of up to 2 cells (2 texts); no row of column",
        "release.zip/changes.csv: this is an event log",
        "release.zip/letter.pdf, page 1: no known header in its first",
        "release.zip/wrong.csv: left out by source.toml",
    ):
        assert said in notes
    assert facts["release.zip"]["records"] == 0


def test_a_folder_alone_is_no_file(tmp_path):
    assert list(read(tmp_path, zipped({"2025/": b"", "2025/a.csv": log("one")}))[0]) == [
        "release.zip/2025/a.csv"
    ]


# What stops the run ---------------------------------------------------------------------------------------------


def refused(tmp_path, data, said, name="release.zip", error=readers.UnreadableFile, **more):
    with pytest.raises(error, match=said) as caught:
        read(tmp_path, data, name, **more)
    assert str(caught.value).startswith(name)


def test_a_table_that_nobody_knows_stops_the_run_because_it_may_be_an_audit(tmp_path):
    data = zipped({"a.csv": log("one"), "b.csv": b"color,shape\nred,round\n"})
    refused(tmp_path, data, r"release\.zip/b\.csv: no known header in its first .*, of up to 2 cells")


def test_a_scan_stops_the_run_until_a_person_says_that_it_is_a_letter(tmp_path):
    data = zipped({"a.csv": log("one"), "scan.pdf": letter("")})
    refused(tmp_path, data, r"release\.zip/scan\.pdf: page 1 of 1: no text there; it is a scan")
    facts, reasons, _ = read(tmp_path, data, leave_out=("scan.pdf",))
    assert reasons == {"release.zip/a.csv": ["one"]}
    assert "scan.pdf: left out by source.toml" in facts["release.zip"]["notes"]


def test_what_is_to_be_left_out_must_be_there(tmp_path):
    refused(tmp_path, zipped({"a.csv": log("one")}), "leave_out names 'b.csv'", leave_out=("b.csv",))


@pytest.mark.parametrize("files", [{}, {".DS_Store": b"x"}, {"letter.pdf": letter()}])
def test_an_archive_without_any_audit_is_refused(tmp_path, files):
    refused(tmp_path, zipped(files), "nothing in this archive could be read")


@pytest.mark.parametrize(
    "name", ["../a.csv", "a/../../b.csv", "/etc/a.csv", "C:\\a.csv", "..\\a.csv", "a\n.csv", "a\x1b[2J.csv"]
)
def test_a_name_that_points_elsewhere_is_refused(tmp_path, name):
    refused(tmp_path, zipped({name: log("one")}), "points outside the archive or cannot be shown")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["release.zip"]


def test_a_link_is_refused(tmp_path):
    link = zipfile.ZipInfo("a.csv")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    refused(tmp_path, zipped([(link, "/etc/passwd")]), "'a.csv' is only a link to a file elsewhere")


def test_two_files_of_one_name_are_refused(tmp_path):
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = zipped([("a.csv", log("one")), ("a.csv", log("two"))])
    refused(tmp_path, data, "two files in it are called 'a.csv'")


def test_a_locked_archive_is_refused_with_the_remedy(tmp_path):
    data = bytearray(zipped({"a.csv": log("one")}))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    refused(tmp_path, bytes(data), "'a.csv' is locked with a password. Unpack it with the password")


def test_messages_call_a_file_in_an_archive_as_it_may_be_printed(tmp_path):
    data = bytearray(zipped({"Zanna.csv": log("one")}))
    for mark, at in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.index(mark) + at] |= 1
    (tmp_path / "release.zip").write_bytes(data)
    members = archives.members(
        tmp_path / "release.zip", "release.zip", tmp_path, printed=lambda name: name.replace("Zanna", "?")
    )
    with pytest.raises(readers.UnreadableFile, match=r"release\.zip: '\?\.csv' is locked"):
        list(members)


def test_a_packing_that_nobody_reads_is_refused_with_the_remedy(tmp_path):
    data = bytearray(zipped({"a.csv": log("one")}))
    for mark, at in ((b"PK\3\4", 8), (b"PK\1\2", 10)):
        data[data.index(mark) + at] = 9
    refused(
        tmp_path, bytes(data), r"release\.zip/a\.csv: it cannot be unpacked \(.*unpack it and put its files"
    )


def test_an_archive_cut_off_is_refused(tmp_path):
    data = zipped({"a.csv": log(*"abcdefghij")})
    refused(tmp_path, data[:-30], r"release\.zip: it cannot be unpacked \(File is not a zip file\)")
    refused(tmp_path, gzip.compress(log("one"))[:-12], "cannot be unpacked", "log.csv.gz")


def test_a_file_that_changed_since_it_was_packed_is_refused(tmp_path):
    data = zipped({"a.csv": log("stolen car")}, zipfile.ZIP_STORED).replace(b"stolen", b"Stolen")
    refused(tmp_path, data, r"release\.zip/a\.csv: it cannot be unpacked \(Bad CRC-32")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path):
    bomb = zipped({"a.csv": log("one") + bytes(100_000_000)})
    refused(tmp_path, bomb, r"release\.zip/a\.csv: it would unpack to 100,000,\d+ bytes or more")


def test_a_bomb_that_lies_about_its_size_is_refused_while_it_is_unpacked(tmp_path):
    data = zipped({"a.csv": log("one") + bytes(100_000_000)})
    real = struct.pack("<L", 100_000_000 + len(log("one")))
    lie = data.replace(real, struct.pack("<L", len(log("one"))))
    assert lie != data
    refused(tmp_path, lie, r"release\.zip/a\.csv: it cannot be unpacked|would unpack")


def test_a_gzip_bomb_is_refused_while_it_is_unpacked(tmp_path):
    refused(tmp_path, gzip.compress(bytes(100_000_000)), "would unpack to 6.* bytes or more", "log.csv.gz")


def test_many_files_that_are_small_alone_are_large_together(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_BYTES", 1000)
    refused(tmp_path, zipped({f"{n}.csv": log(*"abcd") for n in range(9)}), "beyond any audit")


def test_too_many_files_are_refused(tmp_path):
    refused(tmp_path, zipped(dict.fromkeys(map(str, range(10_001)), b"")), "it holds more than 10,000 files")


def test_archives_too_deep_are_refused(tmp_path):
    data = zipped({"a.csv": log("one")})
    for depth in range(2):
        data = zipped({f"{depth}.zip": data})
    assert list(read(tmp_path, data)[1]) == ["release.zip/1.zip/0.zip/a.csv"]
    refused(
        tmp_path,
        zipped({"2.zip": data}),
        r"release\.zip/2\.zip/1\.zip/0\.zip: it lies in archives more than 2 deep",
    )


@pytest.mark.parametrize("begins", [b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh91AY", b"\xfd7zXZ\0"])
def test_other_archives_are_named_with_the_remedy(tmp_path, begins):
    refused(tmp_path, begins + b"x" * 50, "archive, which is not read. Unpack it", "release.7z")


# A place with an archive ----------------------------------------------------------------------------------------


@pytest.fixture
def place(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hand").symlink_to(places.root() / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))

    def make(data):
        raw = tmp_path / "data" / "raw" / "tarnwick"
        raw.mkdir(parents=True, exist_ok=True)
        (raw / "release.zip").write_bytes(data)
        entry = {"name": "release.zip", "sha256": hashlib.sha256(data).hexdigest(), "log": "portal audit",
                 "camera_owner": "Tarnwick ISD", "searching_agency": "Tarnwick PD"}  # fmt: skip
        lines = "".join(f"{key} = {json.dumps(value)}\n" for key, value in entry.items())
        (raw / "source.toml").write_text(f'title = "Tarnwick"\n[[file]]\n{lines}')
        return places.find("tarnwick", tmp_path)

    return make


def test_a_place_made_of_one_archive_is_built_and_adds_up(place):
    one = place(zipped({"a.csv": log("one", "two"), "b.csv": log("three"), "letter.pdf": letter()}))
    build.build(one)
    rows = build.open_searches(one, ["source_file", "source_row", "reason_as_released"])
    assert rows.values.tolist() == [
        ["release.zip/a.csv", 1, "one"],
        ["release.zip/a.csv", 2, "two"],
        ["release.zip/b.csv", 1, "three"],
    ]
    ledger = build.open_ledger(one)
    for _, part in ledger.groupby(["step", "source_file"]):
        assert part["rows_in"].iloc[0] == part["rows_out"].iloc[-1] + part["set_aside"].sum()
    files = build.open_files(one)
    assert files["source_file"].tolist() == ["release.zip/a.csv", "release.zip/b.csv", "release.zip"]
    assert files["records"].tolist() == [2, 1, 0]


def test_one_bad_file_in_an_archive_leaves_what_was_there_before(place):
    one = place(zipped({"a.csv": log("one")}))
    build.build(one)
    before = {p.name: p.read_bytes() for p in one.processed.iterdir() if p.is_file()}
    with pytest.raises(readers.UnreadableFile, match=r"release\.zip/b\.csv"):
        build.build(place(zipped({"a.csv": log("one"), "b.csv": b"color,shape\n"})))
    assert {p.name: p.read_bytes() for p in one.processed.iterdir() if p.is_file()} == before


def test_files_inside_may_be_another_log_of_another_owner(tmp_path):
    members = (
        Member("*/Own/*", log="organization audit", camera_owner="Mockville PD", searching_agency=""),
        Member("inner.zip/*", camera_owner=""),
    )
    data = zipped({
        "2-3-26/Network/a.csv": log("one"),
        "2-3-26/Own/a.csv": log("two"),
        "inner.zip": zipped({"b.csv": log("three")}),
    })  # fmt: skip
    facts, _, _ = read(tmp_path, data, members=members)
    assert {name: (fact["log"], fact["camera_owner"]) for name, fact in facts.items()} == {
        "release.zip/2-3-26/Network/a.csv": ("portal audit", "Tarnwick ISD"),
        "release.zip/2-3-26/Own/a.csv": ("organization audit", "Mockville PD"),
        "release.zip/inner.zip/b.csv": ("portal audit", "owner not said"),
    }


def test_a_member_that_is_like_no_file_inside_is_refused(tmp_path):
    data = zipped({"a.csv": log("one")})
    refused(
        tmp_path, data, r"no file in it is like 'Own/\*'", members=(Member("Own/*", log="network audit"),)
    )


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory alone are Linux's")
@pytest.mark.parametrize(("most", "on_disk"), [(archives.MOST_IN_MEMORY, False), (100, True)])
def test_nothing_of_a_member_that_is_only_read_is_on_a_disk_unless_it_is_very_large(
    tmp_path, monkeypatch, most, on_disk
):
    monkeypatch.setattr(archives, "MOST_IN_MEMORY", most)
    content, folder = log(*["theft"] * 20), tmp_path / "folder"
    folder.mkdir()
    packed = {
        "log.csv.gz": gzip.compress(content),
        "release.zip": zipped({"a.csv": content, "b.csv": content}),
    }
    for name, data in packed.items():
        (tmp_path / name).write_bytes(data)
        for member in archives.members(tmp_path / name, name, folder, in_memory=True):
            assert member.path.read_bytes() == content
            assert member.path.stat().st_size == len(content)
            assert any(path.is_file() for path in folder.rglob("*")) == on_disk
        assert not member.path.exists()


def test_an_archive_that_is_left_early_leaves_nothing_open(tmp_path):
    folder, path = tmp_path / "folder", tmp_path / "release.zip"
    folder.mkdir()
    path.write_bytes(zipped({name: log("one") for name in ("a.csv", "b.csv", "c.csv")}))
    members = archives.members(path, "release.zip", folder)
    assert next(members).path.is_file()
    members.close()
    assert not any(folder.iterdir())
