"""Hostile releases: no crash, no hang, no lost row, nothing half-built, and a clear sentence for each refusal."""

import hashlib
import io
import json
import re
import zipfile
from collections import Counter

import containers
import hostile
import pytest
from frames import part_of
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readings import put_together

from analysis import build, places, readers
from analysis.readers import archives
from analysis.searches import headerless
from analysis.vendors import incomplete, recognition

GOOD = list(hostile.good())
BAD = list(hostile.bad())
REFUSALS = (
    readers.UnreadableFile,
    recognition.UnknownColumns,
    recognition.NotASearchAudit,
    incomplete.IncompleteDownload,
    build.NothingToRead,
)


def release(root, files):
    """A place with these files, each described as a Network Audit of one invented owner."""
    raw = root / "data" / "raw" / "tarnwick"
    raw.mkdir(parents=True)
    lines = ['title = "Tarnwick"']
    for file in files:
        (raw / file.name).write_bytes(file.data)
        said = {"name": file.name, "sha256": hashlib.sha256(file.data).hexdigest()}
        said |= {"log": "network audit", "camera_owner": "Tarnwick ISD"}
        lines += ["[[file]]", *(f"{key} = {json.dumps(value)}" for key, value in said.items())]
    (raw / "source.toml").write_text("\n".join(lines) + "\n")
    return places.find("tarnwick", root)


@pytest.fixture
def root(tmp_path, monkeypatch):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "hand").symlink_to(places.root() / "data" / "hand")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    return tmp_path


def rows_by_file(table):
    """The rows of each released file; those of an archive's one file stand under the archive's name."""
    return dict(list(table.groupby(table["source_file"].str.split("/").str[0])))


def test_there_are_hundreds_of_them_and_no_two_are_called_alike():
    assert len(GOOD) + len(BAD) >= 200
    assert len({file.name for file in GOOD + BAD}) == len(GOOD) + len(BAD)


def test_the_corpus_is_the_same_each_time():
    assert [file.data for file in [*hostile.good(), *hostile.bad()]] == [file.data for file in GOOD + BAD]


GROUPS = sorted({file.name.partition(".")[2] for file in GOOD})


@pytest.mark.parametrize("container", GROUPS)
def test_no_row_is_lost(container, root):
    files = [file for file in GOOD if file.name.partition(".")[2] == container]
    place = release(root, files)
    build.build(place)
    searches = build.open_searches(place, ["source_file", "source_row", "reason_as_released"])
    rejected = build.open_rejected(place)
    ledger = rows_by_file(build.open_ledger(place))
    for file in files:
        adds_up(file, rows_by_file(searches), rows_by_file(rejected), ledger[file.name])
    kept = str([searches.values.tolist(), rejected.values.tolist(), build.open_files(place).values.tolist()])
    assert "XX0XX00" not in kept
    assert "O. Inv" not in kept


def adds_up(file, searches, rejected, ledger):
    """A file's reasons word for word, what was rejected and why, and its lines of the ledger."""
    found, refused = searches.get(file.name), rejected.get(file.name)
    reasons_found = tuple(found["reason_as_released"]) if found is not None else ()
    assert reasons_found == file.reasons, file.name
    assert Counter(refused["why"] if refused is not None else ()) == file.aside, file.name
    numbers = [n for rows in (found, refused) if rows is not None for n in rows["source_row"]]
    assert len(set(numbers)) == len(numbers) == file.records, file.name
    assert ledger["rows_in"].iloc[0] == file.records, file.name
    assert ledger["rows_out"].iloc[-1] == len(reasons_found), file.name


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.name)
def test_a_refusal_says_what_is_wrong_and_leaves_nothing_behind(file, root):
    place = release(root, [GOOD[0], file])
    with pytest.raises(REFUSALS, match=re.compile(file.says, re.S)) as caught:
        build.build(place)
    said = str(caught.value)
    assert said.startswith(file.name)
    assert len(said) < 900
    assert said.rstrip()[-1] in ".]"
    assert "Traceback" not in said
    left = [path.name for path in place.processed.rglob("*")] if place.processed.exists() else []
    # What was made of the file before it may stay for the next run; nothing of this one, and no table of the place.
    assert [name for name in left if name.endswith(".json")] in ([], ["part.json"])
    assert not {"files.csv", "ledger.csv", "stamps.json"} & set(left)


# Bytes that nobody wrote ----------------------------------------------------------------------------------------

SEEDS = {
    container: write([*hostile.words().rows[:12], *hostile.repeated_header().rows[1:]])
    for container, write in hostile.CONTAINERS.items()
}
SEEDS["ndjson"] = "\n".join(
    json.dumps({name.strip(): cell for name, cell in zip(hostile.HEADER, line) if cell})
    for line in hostile.words().rows[1:12]
).encode()
SEEDS["json"] = b"[" + SEEDS["ndjson"].replace(b"\n", b",") + b"]"
SEEDS["no-header.csv"] = containers.delimited(hostile.words().rows[1:12] + hostile.repeated_header().rows)
SEEDS["beside.csv"] = containers.delimited([line * 3 for line in hostile.repeated_header().rows])
PRINT = containers.printed(hostile.bad_times().rows)
PARTS = [
    (container, part)
    for container in ("xlsx", "xlsb", "ods")
    for part in zipfile.ZipFile(io.BytesIO(SEEDS[container])).namelist()
    if re.search("sheet|workbook|shared|styles|content", part)
]
COMMONLY = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@st.composite
def changed(draw, data):
    """The bytes with some of them cut off, flipped, taken out, put in or repeated."""
    out = bytearray(data)
    for _ in range(draw(st.integers(1, 8))):
        at = draw(st.integers(0, max(len(out) - 1, 0)))
        match draw(st.integers(0, 4)):
            case 0 if out:
                out[at] ^= 1 << draw(st.integers(0, 7))
            case 1:
                del out[at : at + draw(st.integers(1, 40))]
            case 2:
                out[at:at] = draw(st.binary(min_size=1, max_size=20))
            case 3:
                out[at:at] = out[at : at + draw(st.integers(1, 200))]
            case _:
                del out[len(out) - draw(st.integers(0, 200)) :]
    return bytes(out)


def adds_up_or_is_refused(path, data):
    """Read a file as a build does: each file in it adds up, or the whole is refused by name."""
    path.write_bytes(data)
    refusal = None
    try:
        for member in archives.members(path, "log", path.parent):
            if member.path is not None:
                blocks = readers.stream(member.path, member.name, recognition.is_header, headerless.columns)
                reading = put_together(blocks)
                assert reading.records == reading.counted
                numbers = [n for section in reading.sections for n in section.record.to_pylist()]
                numbers += [one.record for one in reading.rejected]
                assert len(set(numbers)) == len(numbers) == reading.records
    except readers.UnreadableFile as error:
        refusal = str(error)
    assert refusal is None or refusal.startswith("log")


@pytest.mark.parametrize("container", SEEDS)
@COMMONLY
@given(data=st.data())
def test_a_damaged_file_adds_up_or_is_refused(container, data, tmp_path):
    adds_up_or_is_refused(tmp_path / "log", data.draw(changed(SEEDS[container])))


@COMMONLY
@given(
    start=st.sampled_from(
        [b"", b"{", b"[{", b"\xef\xbb\xbf", b"\xff\xfe", b"<", b"\x1f\x8b", b"Name,", b'"']
    ),
    data=st.data(),
)
def test_bytes_that_nobody_wrote_are_refused_or_add_up(start, data, tmp_path):
    bytes_ = data.draw(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
    adds_up_or_is_refused(tmp_path / "log", start + bytes_)


@settings(COMMONLY, max_examples=8)  # each is read in a process of its own
@given(data=changed(PRINT))
def test_a_damaged_print_adds_up_or_is_refused(data, tmp_path_factory):
    adds_up_or_is_refused(tmp_path_factory.mktemp("print") / "log", data)


@pytest.mark.parametrize(("container", "part"), PARTS, ids=lambda value: value.replace("/", "."))
@COMMONLY
@given(data=st.data())
def test_a_workbook_with_a_damaged_part_adds_up_or_is_refused(container, part, data, tmp_path):
    with zipfile.ZipFile(io.BytesIO(SEEDS[container])) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    damaged = data.draw(changed(parts[part].replace(b"1048000", b"1048")))  # or a million rows may be read
    adds_up_or_is_refused(tmp_path / "log", containers.zipped({**parts, part: damaged}))


MARKS = (
    b"",
    b"PK\3\4",
    b"PK\5\6",
    b"%PDF-1.4\n",
    b"PAR1",
    b"\x1f\x8b\x08",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"ID,",
)


@pytest.mark.parametrize("mark", MARKS)
@COMMONLY
@given(noise=st.binary(max_size=2000))
def test_noise_is_refused(mark, noise, tmp_path):
    adds_up_or_is_refused(tmp_path / "log", mark + noise)


HEAD = containers.delimited([hostile.HEADER])
SIGNS = st.sampled_from(
    [",", ";", "\t", '"', '""', "\n", "\r", "\r\n", "a", "1", " ", "\0", "é", "Total", "\u2028"]
)


@COMMONLY
@given(
    st.lists(SIGNS, max_size=120).map("".join), st.sampled_from(["utf-8", "utf-16", "utf-16-be", "cp1252"])
)
def test_text_of_nothing_but_trouble_under_a_header_adds_up(tmp_path_factory, text, encoding):
    path = tmp_path_factory.mktemp("text") / "log"
    data = HEAD.decode() + text
    adds_up_or_is_refused(path, data.encode(encoding, "replace"))


# Every released file that we hold -------------------------------------------------------------------------------

RELEASED = {
    "okaloosa-fl/11_1_2025": (7273, "OA-R1", 7273),
    "eugene-or/EPD": (4294, "TP-1", 4294),
    "portals/butte": (741, "TP-2", 741),
    "portals/santa-cruz": (0, "TP-2", 0),
    "portals/santa-clara": (1211, "TP-3", 1211),
    "portals/menlo": (103, "TP-4", 103),
    "portals/chula": (1174, "TP-5", 1174),
    "portals/albany": (143, "TP-6", 143),
    "portals/pasadena": (402, "TP-7", 402),
    "portals/south-gate": (124, "TP-8", 124),
    "portals/ovilla": (30, "TP-9", 30),
    "portals/renton": (0, "TP-3", 0),
    "portals/danville": (1407, "TP-2", 566),
    "champaign-il/masked-Champaign IL PD_Organization_Audit_2025-03": (300, "OA-1", 0),
    "champaign-il/masked-Champaign IL PD_Organization_Audit_2025-06": (390, "OA-2", 0),
    "champaign-il/masked-Champaign IL PD_Organization_Audit_2025-07": (389, "OA-3", 0),
    "champaign-il/masked-Champaign IL PD_Organization_Audit_2025-12": (300, "OA-4", 300),
    "champaign-il/masked-Champaign IL PD_Organization_Audit_2026-02": (300, "OA-5", 300),
    "hibf-dump/masked": (150, "HIBF-21", 150),
}
"""What begins so: its records, the key of its form and its distinct ids, as the records' own README counts them."""


@pytest.mark.parametrize("begins", RELEASED)
def test_the_released_records_have_the_rows_forms_and_ids_that_were_counted_by_hand(begins, records):
    rows, forms, ids = 0, set(), set()
    paths = [path for path in sorted(records.rglob("*")) if str(path.relative_to(records)).startswith(begins)]
    for path in (path for path in paths if path.is_file()):
        file = places.ReleasedFile(
            path.name, "0", "portal audit", "The agency", searching_agency="The agency"
        )
        table, _, facts, ledger = part_of(file, path)
        rows += table.num_rows
        forms |= {
            form for fact in facts for form in fact["forms"].split("/")
        }  # two may have the same columns
        ids |= set(table.column("released_id").drop_null().to_pylist())
        for step in ("read", "type"):
            lines = [entry for entry in ledger if entry.step == step]
            assert lines[0].rows_in == lines[-1].rows_out + sum(line.set_aside for line in lines)
    expected_rows, form, expected_ids = RELEASED[begins]
    assert (rows, len(ids)) == (expected_rows, expected_ids)
    assert form in forms
    assert len(forms) <= 2


def test_the_released_sharing_list_is_named(records):
    path = next((records / "sharing-lists").iterdir())
    file = places.ReleasedFile(path.name, "0", "portal audit", "The agency")
    with pytest.raises(recognition.NotASearchAudit, match="sharing list"):
        part_of(file, path)
