"""A new place is one folder: files are taken byte for byte, nothing is overwritten, nothing is guessed in silence."""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import pytest
from releases import NATIVE, PORTAL, everything, native, portal
from reportlab.pdfgen.canvas import Canvas

from analysis import build, intake, places
from analysis.intake import Answers, owners
from analysis.opened import Opened
from analysis.paths import UnsafeName
from analysis.places import sources
from analysis.vendors.recognition import UnknownColumns

TODAY = date(2026, 11, 25)


@pytest.fixture
def top(tmp_path, monkeypatch):
    """An empty copy of the repository: its hand-typed data and no place."""
    shutil.copytree(places.root() / "data" / "hand", tmp_path / "top" / "data" / "hand")
    (tmp_path / "top" / "data" / "raw").mkdir()
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path / "top"))
    return tmp_path / "top"


def said(top: Path, at: str) -> dict:
    return tomllib.loads((top / "data" / "raw" / at / "source.toml").read_text())


def test_a_network_audit_tells_its_kind_its_owner_and_its_period(top, tmp_path):
    name = "12_1_2025-12_31_2025-Tarnwick ISD TX-Network-Audit.csv"
    agencies = ["Quellmere GA PD", "Brockrigg TX SO", "Tarnwick ISD TX PD"]
    taken = intake.take("tarnwick", [native(tmp_path / name, *agencies)], today=TODAY)
    entry = said(top, "tarnwick")["file"][0]
    assert (entry["log"], entry["camera_owner"]) == ("network audit", "Tarnwick ISD TX")
    assert entry["period"] == ["2025-12-01", "2025-12-31"]
    assert entry["bytes"] == (tmp_path / name).stat().st_size
    assert (taken.found[0].records, taken.found[0].searches, taken.found[0].ids) == (3, 3, 3)


@pytest.mark.parametrize("own", ["Tarnwick ISD PD TX", "Tarnwick ISD TX PD"])
def test_the_owners_own_police_is_found_among_those_who_searched(top, tmp_path, own):
    name = "12_1_2025-12_31_2025-Tarnwick ISD-Network-Audit.csv"
    intake.take("tarnwick", [native(tmp_path / name, "Quellmere GA PD", "Tarnwick TX PD", own)])
    assert said(top, "tarnwick")["file"][0]["own_agency"] in ("Tarnwick ISD TX PD", "Tarnwick ISD PD TX", own)


def test_of_two_that_could_be_the_owners_police_neither_is_taken(top, tmp_path):
    name = "12_1_2025-12_31_2025-Tarnwick ISD-Network-Audit.csv"
    intake.take("tarnwick", [native(tmp_path / name, "Tarnwick ISD FL PD", "Tarnwick ISD TX PD")])
    assert "own_agency" not in said(top, "tarnwick")["file"][0]


def test_one_organisation_is_an_organization_audit_whatever_the_name_says(top, tmp_path):
    intake.take("tarnwick", [native(tmp_path / "export.csv", "Quellmere GA PD", "Quellmere GA PD")])
    text = said(top, "tarnwick")
    assert (text["file"][0]["log"], text["file"][0]["camera_owner"]) == (
        "organization audit",
        "Quellmere GA PD",
    )
    assert (text["state"], text["time_zone"]) == ("GA", "America/New_York")


def test_a_persons_name_typed_as_the_only_organization_is_no_camera_owner(top, tmp_path):
    taken = intake.take("georgia", [native(tmp_path / "june.csv", "Zanna Qwertz", "Zanna Qwertz")])
    assert taken.found[0].file.camera_owner is None
    assert "Zanna" not in (top / "data/raw/georgia/source.toml").read_text(encoding="utf-8")


def test_a_portals_owner_is_read_from_its_folder_and_its_captures_are_all_kept(top, tmp_path):
    folder = tmp_path / "portals" / "quellmere-ga-pd"
    portal(folder / "2026-03-10.search_audit.csv", 1, 2, 3)
    portal(folder / "2026-03-12.search_audit.csv", 2, 3, 4)
    taken = intake.take("georgia", [tmp_path / "portals"])
    assert {one.file.camera_owner for one in taken.found} == {"Quellmere GA PD"}
    assert {one.file.log for one in taken.found} == {"portal audit"}
    assert (top / "data/raw/georgia/quellmere-ga-pd/2026-03-12.search_audit.csv").is_file()


def test_files_are_taken_byte_for_byte(top, tmp_path):
    given = native(tmp_path / "export.csv", "Quellmere GA PD")
    intake.take("georgia", [given])
    assert (top / "data/raw/georgia/export.csv").read_bytes() == given.read_bytes()


def test_nothing_outside_the_places_folder_changes(top, tmp_path):
    before = everything(top)
    intake.take("georgia", [native(tmp_path / "export.csv", "Quellmere GA PD")])
    after = everything(top)
    new = {name for name in after if before.get(name) != after[name]}
    assert before.keys() <= after.keys()
    assert all(name.startswith("data/raw/georgia/") for name in new)


def test_what_no_file_tells_is_an_open_question_until_a_person_answers(top, tmp_path):
    given = native(tmp_path / "export.csv", "Quellmere GA PD")
    open_ = intake.take("georgia", [given]).open_questions
    assert len(open_) == len(intake.QUESTIONS)
    assert places.find("georgia").open_questions == open_
    answers = Answers(
        "the agency", "26-1, 1 March 2026", "Quellmere GA PD", "America/New_York", "officers' names"
    )
    assert intake.take("answered", [given], answers).open_questions == ()
    text = said(top, "answered")
    assert text["released"]["by"] == "the agency"
    assert text["time_zone"] == "America/New_York"


def test_a_person_is_asked_only_what_was_not_said_and_may_agree_or_leave_it_open():
    asked = []
    replies = iter(["", "", "America/New_York", ""])
    suggested = {"cameras": "Tarnwick ISD", "time_zone": "America/Chicago"}
    answers = intake.ask(
        Answers(released_by="the district"),
        lambda question: asked.append(question) or next(replies),
        suggested,
    )
    assert len(asked) == 4
    assert "Enter: Tarnwick ISD" in asked[1]
    assert [key for key in intake.QUESTIONS if answers.is_open(key)] == ["request", "redacted"]
    assert (answers.cameras, answers.time_zone) == (None, "America/New_York")


def test_what_a_person_replies_is_written_down(top, tmp_path):
    given = native(tmp_path / "export.csv", "Quellmere GA PD", "Brockrigg FL SO")
    replies = iter(["the district", "26-1", "Tarnwick ISD", "America/Chicago", "names"])
    taken = intake.take("texas", [given], reply=lambda _: next(replies))
    text = said(top, "texas")
    assert taken.open_questions == ()
    assert text["file"][0]["camera_owner"] == "Tarnwick ISD"
    assert (text["time_zone"], text["released"]["redacted"]) == ("America/Chicago", "names")


def test_a_second_run_adds_what_is_new_and_changes_not_a_letter_of_what_was_written(top, tmp_path):
    first = native(tmp_path / "november.csv", "Quellmere GA PD")
    intake.take("georgia", [first])
    source = top / "data/raw/georgia/source.toml"
    source.write_text(
        source.read_text().replace('by       = ""', 'by       = "the sheriff"   # typed by hand')
    )
    before = source.read_text()
    second = native(tmp_path / "december.csv", "Quellmere GA PD", day=3)
    taken = intake.take("georgia", [first, second])
    assert source.read_text().startswith(before.rstrip("\n"))
    assert [file["name"] for file in said(top, "georgia")["file"]] == ["november.csv", "december.csv"]
    assert len(taken.known) == 1


def test_answers_that_a_place_cannot_take_in_with_later_files_are_told_and_not_dropped_in_silence(
    top, tmp_path
):
    first = native(tmp_path / "november.csv", "Quellmere GA PD")
    intake.take("georgia", [first], Answers(released_by="the sheriff", time_zone="America/New_York"))
    before = (top / "data/raw/georgia/source.toml").read_text()
    second = native(tmp_path / "december.csv", "Quellmere GA PD", day=3)
    other = Answers(released_by="the city", time_zone="America/Chicago")
    taken = intake.take("georgia", [first, second], other)
    assert (top / "data/raw/georgia/source.toml").read_text().startswith(before.rstrip("\n"))
    assert "was not changed: by, in [released]; time_zone. A place has one clock" in intake.shown(taken)
    assert "the city" not in intake.shown(taken)
    same = Answers(released_by="the sheriff", time_zone="America/New_York")
    assert "was not changed" not in intake.shown(intake.take("georgia", [first], same))


def test_one_file_under_two_names_is_taken_once(top, tmp_path):
    given = native(tmp_path / "in" / "a.csv", "Quellmere GA PD")
    shutil.copy(given, tmp_path / "in" / "b (1).csv")
    taken = intake.take("georgia", [tmp_path / "in"])
    assert len(taken.found) == 1
    assert "b (1).csv is here already, as a.csv" in taken.known


def test_a_file_that_source_toml_lists_is_put_where_it_says_an_archive_as_it_is(top, tmp_path):
    release = tmp_path / "as it was sent.zip"
    with zipfile.ZipFile(release, "w") as archive:
        archive.write(native(tmp_path / "export.csv", "Quellmere GA PD"), "Network/export.csv")
    folder = top / "data/raw/georgia"
    folder.mkdir(parents=True)
    md5 = hashlib.md5(release.read_bytes()).hexdigest()
    (folder / "source.toml").write_text(
        f'[[file]]\nname = "release.zip"\nmd5 = "{md5}"\nlog = "network audit"\ncamera_owner = "Tarnwick ISD"\n'
        '[[file]]\nname = "b.csv"\nurl = "https://files.invalid/b.csv"\nlog = "network audit"\n'
    )
    before = (folder / "source.toml").read_text()
    other = native(tmp_path / "b.csv", "Quellmere GA PD", day=4)
    taken = intake.take("georgia", [release, other])
    assert (folder / "release.zip").read_bytes() == release.read_bytes()
    assert (folder / "b.csv").read_bytes() == other.read_bytes()
    assert (folder / "source.toml").read_text().strip() == before.strip()
    assert "b.csv is in source.toml already, and was put where that says, as b.csv" in taken.known
    assert len(intake.take("georgia", [release]).known) == 1
    assert sources.learn(places.find("georgia")).files[0].by_hand


def test_nothing_is_ever_overwritten(top, tmp_path):
    intake.take("georgia", [native(tmp_path / "export.csv", "Quellmere GA PD")])
    before = everything(top)
    with pytest.raises(intake.WouldOverwrite, match=r"export\.csv is in data/raw/georgia/ already"):
        intake.take("georgia", [native(tmp_path / "again" / "export.csv", "Quellmere GA PD", day=4)])
    assert everything(top) == before


def test_files_dropped_into_the_folder_by_hand_are_taken_where_they_lie(top):
    native(top / "data/raw/georgia/export.csv", "Quellmere GA PD")
    taken = intake.take("georgia", [])
    assert [one.file.name for one in taken.found] == ["export.csv"]


WAITS = """
title = "Invented"
[[waiting]]
camera_owner = "Tarnwick ISD"
log = "network audit"
period = "December"
ask = "README.md"
[[waiting]]
camera_owner = "Brockrigg ISD"
log = "network audit"
period = "December"
ask = "README.md"
"""


def test_a_log_that_a_place_waits_for_is_known_and_ends_the_wait(top, tmp_path):
    (top / "data/raw/texas").mkdir()
    (top / "data/raw/texas/source.toml").write_text(WAITS)
    name = "12_1_2025-12_31_2025-Tarnwick ISD TX-Network-Audit.csv"
    taken = intake.take("texas", [native(tmp_path / name, "Quellmere GA PD", "Brockrigg FL SO")])
    assert taken.found[0].file.camera_owner == "Tarnwick ISD"
    assert [one.camera_owner for one in places.find("texas").waiting] == ["Brockrigg ISD"]


def test_exports_of_the_same_days_with_and_without_ids_are_told_apart_by_the_rule(top, tmp_path):
    with_ids = native(tmp_path / "in" / "new.csv", "Quellmere GA PD")
    without = tmp_path / "in" / "old.csv"
    lines = with_ids.read_text().splitlines(keepends=True)
    without.write_text(
        "".join(line.split(",", 1)[1] if line.startswith(("ID", "0000")) else line for line in lines)
    )
    intake.take("georgia", [tmp_path / "in"])
    assert places.find("georgia").same_search == "rule"


def test_where_every_row_of_several_logs_has_the_vendors_id_it_tells_searches_apart(top, tmp_path):
    for owner in ("Tarnwick", "Brockrigg"):
        native(
            tmp_path / "in" / f"12_1_2025-12_31_2025-{owner} ISD-Network-Audit.csv",
            "Quellmere GA PD",
            f"{owner} TX PD",
        )
    intake.take("texas", [tmp_path / "in"])
    assert places.find("texas").same_search == "released id"
    intake.take("one", [native(tmp_path / "alone.csv", "Quellmere GA PD")])
    assert places.find("one").same_search is None


def test_what_is_no_search_audit_is_named_with_its_checksum_and_left_out(top, tmp_path):
    native(tmp_path / "in" / "export.csv", "Quellmere GA PD")
    (tmp_path / "in" / "letter.txt").write_text("Dear requester")
    (tmp_path / "in" / "events.csv").write_text("Timestamp,User,Event Type,Entity Type\n1,2,3,4\n")
    (tmp_path / "in" / ".DS_Store").write_text("x")
    taken = intake.take("georgia", [tmp_path / "in"])
    left = {one.name: one for one in places.find("georgia").left_out}
    assert set(left) == {"letter.txt", "events.csv"} == {one.name for one in taken.left_out}
    assert "event log" in left["events.csv"].why
    assert left["letter.txt"].sha256 == hashlib.sha256(b"Dear requester").hexdigest()
    assert not (top / "data/raw/georgia/letter.txt").exists()


def test_a_sharing_list_and_a_list_of_agreements_go_beside_the_logs(top, tmp_path):
    native(tmp_path / "in" / "export.csv", "Quellmere GA PD")
    (tmp_path / "in" / "shared.csv").write_text(
        "Organization Name,Networks I'm Sharing\nQuellmere GA PD,Tarnwick\n"
    )
    (tmp_path / "in" / "participating.csv").write_text(
        "STATE,LAW ENFORCEMENT AGENCY,TYPE,COUNTY,SUPPORT TYPE,SIGNED,MOA,ADDENDUM\n"
        "GEORGIA,Quellmere County Sheriff's Office,County,Quellmere,Task Force Model,3/1/2025,Link,\n"
    )
    taken = intake.take("georgia", [tmp_path / "in"])
    assert {said.partition(": ")[0] for said in taken.lists} == {
        "reference/shared.csv",
        "reference/287g-participating.csv",
    }
    assert "a sharing list of 1 organization. It says who could search, not who did" in intake.shown(taken)
    assert taken.left_out == taken.first == ()


def test_a_list_of_portals_is_no_list_of_agreements(top, tmp_path):
    native(tmp_path / "in" / "export.csv", "Quellmere GA PD")
    portals = "State,Agency,Portal\nGA,Quellmere Police Department,quellmere-ga-pd\n"
    (tmp_path / "in" / "portals.csv").write_text(portals)
    taken = intake.take("georgia", [tmp_path / "in"])
    assert taken.lists == ()
    assert [one.name for one in taken.left_out] == ["portals.csv"]


def test_each_log_in_an_archive_is_described_by_itself(top, tmp_path):
    native(
        tmp_path / "in" / "12_1_2025-12_31_2025-Tarnwick ISD TX-Network-Audit.csv",
        "Quellmere GA PD",
        "Brockrigg FL SO",
    )
    portal(tmp_path / "in" / "quellmere-ga-pd" / "2026-03-10.search_audit.csv", 1, 2)
    (tmp_path / "in" / "letter.txt").write_text("Dear requester")
    archive = Path(shutil.make_archive(str(tmp_path / "release"), "zip", tmp_path / "in"))
    taken = intake.take("georgia", [archive])
    kinds = {one.file.name: (one.file.log, one.file.camera_owner, one.records) for one in taken.found}
    assert kinds == {
        "release/12_1_2025-12_31_2025-Tarnwick ISD TX-Network-Audit.csv": (
            "network audit",
            "Tarnwick ISD TX",
            2,
        ),
        "release/quellmere-ga-pd/2026-03-10.search_audit.csv": ("portal audit", "Quellmere GA PD", 2),
    }
    assert [one.name for one in taken.left_out] == ["release/letter.txt"]
    text = (top / "data/raw/georgia/source.toml").read_text()
    assert "unpacked from release.zip" in text
    assert intake.take("georgia", [archive]).found == ()


def test_an_archive_that_cannot_be_opened_is_named_and_the_rest_is_taken(top, tmp_path):
    native(tmp_path / "in" / "export.csv", "Quellmere GA PD")
    (tmp_path / "in" / "release.zip").write_bytes(b"PK\x03\x04 broken")
    taken = intake.take("georgia", [tmp_path / "in"])
    assert [one.name for one in taken.left_out] == ["release.zip"]
    assert len(taken.found) == 1


def packed(path: Path, files: dict[str, str | bytes]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def lines(*days: int) -> str:
    return "\n".join([PORTAL, *(f"id-{day},***,2026-03-{day:02}T00:00:43.144Z,5,theft" for day in days)])


@pytest.mark.parametrize(
    ("outer", "member"),
    [
        ("release.zip", "...zip/...zip/...zip/...zip/x.pth"),
        ("release.zip", ".zip/x.pth"),
        ("...zip", "...zip/x.pth"),
        (".zip", "x.pth"),
        ("release.zip", "..zip/..zip/x.pth"),
    ],
)
def test_an_archive_writes_nowhere_but_into_the_place(top, tmp_path, outer, member):
    before = everything(tmp_path)
    archive = packed(tmp_path / "in" / outer, {member: lines(1), "june.csv": lines(2)})
    with contextlib.suppress(intake.NothingToTake):
        intake.take("georgia", [archive])
    after = set(everything(tmp_path)) - set(before) - {f"in/{outer}"}
    assert all(name.startswith("top/data/raw/georgia/") for name in after)
    assert all(str(path.resolve()).startswith(str(top)) for path in top.rglob("*"))


def test_only_what_is_an_archives_name_is_cut(top, tmp_path):
    inner = packed(tmp_path / "inner.zip", {"a.csv": lines(1)}).read_bytes()
    archive = packed(tmp_path / "june.ZIP", {"inner.zip": inner, "named.zip/b.csv": lines(2)})
    taken = intake.take("georgia", [archive])
    assert {one.file.name for one in taken.found} == {"june/inner/a.csv", "june/named.zip/b.csv"}


@pytest.mark.parametrize(
    ("one", "other"),
    [("june.zip/a.csv", "june/a.csv"), ("June.csv", "june.CSV"), ("caf\u00e9.csv", "cafe\u0301.csv")],
)
def test_two_files_that_would_be_one_are_refused_before_anything_is_written(top, tmp_path, one, other):
    folder = tmp_path / "in"
    for name, day in ((one, 1), (other, 2)):
        archive, inside, member = name.partition(".zip/")
        if inside:
            packed(folder / f"{archive}.zip", {member: lines(day)})
        else:
            portal(folder / name, day)
    with pytest.raises(intake.WouldOverwrite, match="two files of the release would be called"):
        intake.take("georgia", [folder])
    assert not (top / "data/raw/georgia").exists()


def test_a_file_that_is_one_with_a_file_of_the_place_on_another_system_is_refused(top, tmp_path):
    intake.take("georgia", [portal(tmp_path / "June.csv", 1)])
    before = everything(top)
    with pytest.raises(intake.WouldOverwrite, match=r"June\.csv is in data/raw/georgia/ already"):
        intake.take("georgia", [portal(tmp_path / "june.csv", 2)])
    assert everything(top) == before


def test_a_name_that_cannot_be_a_files_is_left_out_by_name(top, tmp_path):
    files = {"a": lines(1), "a/b.csv": lines(2), f"{'x' * 300}.csv": lines(3), "10:15.csv": lines(4)}
    packed(tmp_path / "in" / "release.zip", files)
    odd = os.fsencode(tmp_path / "in") + b"/caf\xe9.csv"
    portal(Path(os.fsdecode(odd)), 5)
    portal(tmp_path / "in" / "source.toml.csv", 6)
    taken = intake.take("georgia", [tmp_path / "in"])
    assert {one.file.name for one in taken.found} == {
        "release/a/b.csv",
        "release/10_15.csv",
        "source.toml.csv",
    }
    assert {one.name: one.why.split(";")[0] for one in taken.left_out} == {
        "release/a": "another file lies in a folder of its name",
        f"release/{'x' * 300}.csv": "its name is too long: a part may have 240 bytes",
        "caf\\udce9.csv": "its name is not UTF-8",
    }
    assert len(said(top, "georgia")["left_out"]) == 3
    assert intake.shown(taken).encode()


def test_a_file_whose_name_may_name_a_person_gets_another_and_one_in_the_place_is_left_out(top, tmp_path):
    files = {"Zanna Qwertz/june.csv": lines(1), "QWERTZ, ZANNA dob 03-17-1984.txt": b"Dear requester"}
    packed(tmp_path / "in" / "release.zip", files)
    portal(tmp_path / "in" / "zanna_qwertz.csv", 2)
    said_so: list[str] = []
    taken = intake.take("georgia", [tmp_path / "in"], say=said_so.append)
    names = [one.file.name for one in taken.found] + [one.name for one in taken.left_out]
    assert all(re.search(r"not shown(/june)?-[0-9a-f]{8}\.(csv|txt)$", name) for name in names)
    assert {one.file.sha256[:8] for one in taken.found} == {
        re.search("-([0-9a-f]{8})", one.file.name)[1] for one in taken.found
    }
    portal(top / "data/raw/georgia/qwertz zanna.csv", 3)
    again = intake.take("georgia", [], say=said_so.append)
    assert "names of files are printed" in again.left_out[-1].why
    written = (top / "data/raw/georgia/source.toml").read_text(encoding="utf-8")
    for text in (written, *said_so, intake.shown(taken), intake.shown(again)):
        assert "zanna" not in text.casefold()
        assert "qwertz" not in text.casefold()


def test_a_place_keeps_the_names_of_its_own_files(top, tmp_path):
    with pytest.raises(intake.NothingToTake, match="a place has a file or folder of its own of that name"):
        intake.take("georgia", [portal(tmp_path / "source.toml", 1)])
    assert not (top / "data/raw/georgia").exists()


def test_a_link_out_of_the_folder_given_is_named_and_not_followed(top, tmp_path):
    portal(tmp_path / "elsewhere" / "other.csv", 1)
    folder = tmp_path / "in"
    portal(folder / "june.csv", 2)
    (folder / "file.csv").symlink_to(tmp_path / "elsewhere" / "other.csv")
    (folder / "logs").symlink_to(tmp_path / "elsewhere")
    (folder / "again.csv").symlink_to(folder / "june.csv")
    taken = intake.take("georgia", [folder])
    assert len(taken.found) == 1
    assert {one.name for one in taken.left_out} == {"file.csv", "logs"}
    assert all("only a link" in one.why for one in taken.left_out)


def test_a_link_in_the_place_leads_no_file_out_of_it(top, tmp_path):
    outside = tmp_path / "outside"
    outside.mkdir()
    intake.take("georgia", [portal(tmp_path / "first.csv", 1)])
    (top / "data/raw/georgia/june").symlink_to(outside)
    portal(tmp_path / "in" / "june" / "a.csv", 2)
    with pytest.raises(UnsafeName, match="a link in it leads out"):
        intake.take("georgia", [tmp_path / "in"])
    assert list(outside.iterdir()) == []


def test_a_description_that_could_not_be_read_back_stops_before_a_byte_is_copied(top, tmp_path, monkeypatch):
    given = portal(tmp_path / "june.csv", 1)
    intake.take("georgia", [given])
    before = everything(top)
    monkeypatch.setattr(intake.description, "appended", lambda *_: "[file]\nname = 3")
    with pytest.raises(places.BadSource):
        intake.take("georgia", [portal(tmp_path / "july.csv", 2)])
    assert everything(top) == before


def test_of_two_lists_of_one_name_none_is_lost(top, tmp_path):
    for folder, who in (("a", "Quellmere GA PD"), ("b", "Brockrigg FL SO")):
        portal(tmp_path / "in" / folder / "june.csv", 1 if folder == "a" else 2)
        (tmp_path / "in" / folder / "shared.csv").write_text(
            f"Organization Name,Networks I'm Sharing\n{who},Tarnwick\n"
        )
    with pytest.raises(intake.WouldOverwrite, match=r"reference/shared\.csv"):
        intake.take("georgia", [tmp_path / "in"])


def test_a_replicas_file_never_becomes_a_record(top, tmp_path):
    given = native(tmp_path / "export.csv", "Quellmere GA PD")
    (top / "data/raw/invented").mkdir()
    entry = f'name = "x.csv"\nsha256 = "{hashlib.sha256(given.read_bytes()).hexdigest()}"\nlog = "network audit"\n'
    (top / "data/raw/invented/source.toml").write_text(
        f'kind = "replica"\n[[file]]\n{entry}camera_owner = "x"\n'
    )
    for path in (given, native(tmp_path / "export-REPLICA.csv", "Brockrigg FL SO")):
        with pytest.raises(intake.NothingToTake, match="invented records never belong in a place of records"):
            intake.take("georgia", [path])


def test_without_any_search_audit_nothing_is_written_and_each_file_is_answered(top, tmp_path):
    (tmp_path / "letter.txt").write_text("Dear requester")
    with pytest.raises(intake.NothingToTake, match=r"letter\.txt: "):
        intake.take("georgia", [tmp_path / "letter.txt"])
    with pytest.raises(intake.NothingToTake, match="check the path"):
        intake.take("georgia", [tmp_path / "nowhere"])
    assert not (top / "data/raw/georgia").exists()
    with pytest.raises(
        intake.NothingToTake, match=r"put the released files into data/raw/georgia/, or name them"
    ):
        intake.take("georgia", [])


def test_an_unknown_column_stops_the_run_until_a_person_says_what_it_is(top, tmp_path):
    strange = [*NATIVE[:-2], " Shoe Size", NATIVE[-1]]
    given = native(tmp_path / "export.csv", "Quellmere GA PD", columns=strange)
    with pytest.raises(UnknownColumns, match='COLUMNS="Shoe Size=ignored"'):
        intake.take("georgia", [given])
    assert not (top / "data/raw/georgia").exists()
    intake.take("georgia", [given], Answers(columns=intake.columns(" Shoe Size = reason")))
    assert said(top, "georgia")["file"][0]["columns"] == {"Shoe Size": "reason"}


@pytest.mark.parametrize(
    "text", ["Shoe Size=ignored; Hat, red=reason", "Shoe Size=ignored;Hat, red = Reason;"]
)
def test_columns_are_separated_by_semicolons_and_a_name_may_hold_a_comma(text):
    assert intake.columns(text) == {"Shoe Size": "ignored", "Hat, red": "reason"}


def test_columns_may_be_separated_by_commas():
    assert intake.columns("Shoe Size=ignored, Hat=reason") == {"Shoe Size": "ignored", "Hat": "reason"}
    with pytest.raises(intake.BadAnswer, match="near it: reason"):
        intake.columns("Shoe Size=resaon, Hat=ignored")


@pytest.mark.parametrize(
    ("folder", "owner"),
    [
        ("mockville-tx-pd", "Mockville TX PD"),
        ("mockville-in-pd", "Mockville IN PD"),
        ("mockville-county-fl", "Mockville County FL"),
        ("walk-in", None),
        ("logs-sent-to-me", None),
        ("tx-flock-release", None),
        ("tx-2025", None),
    ],
)
def test_a_folder_names_the_camera_owner_only_as_a_portal_writes_one(top, tmp_path, folder, owner):
    given = native(tmp_path / folder / "export.csv", "Quellmere GA PD", "Tarnwick TX PD")
    assert intake.take("georgia", [given]).found[0].file.camera_owner == owner


def test_what_a_person_says_must_be_usable(top, tmp_path):
    given = native(tmp_path / "export.csv", "Quellmere GA PD")
    with pytest.raises(intake.BadAnswer, match="'Mars/Base' is not known"):
        intake.take("georgia", [given], Answers(time_zone="Mars/Base"))
    with pytest.raises(intake.BadAnswer, match="none of: network audit"):
        intake.take("georgia", [given], Answers(log="diary"))
    with pytest.raises(intake.BadAnswer, match="does not say what the column is"):
        intake.columns("Shoe Size")
    with pytest.raises(intake.BadPlaceName, match="write it as 'new-georgia'"):
        intake.take("New Georgia", [given])


def test_a_columns_answer_is_refused_unless_it_is_one_of_ours_and_a_terminals_width_is_no_answer():
    assert intake.columns("Purpose = Reason; Shoe Size=ignored; Hat=ignored") == {
        "Purpose": "reason",
        "Shoe Size": "ignored",
        "Hat": "ignored",
    }
    with pytest.raises(intake.BadAnswer, match="near it: search_time"):
        intake.columns("When=search tme")
    assert intake.columns("120") == {}


def test_unknown_columns_of_all_files_are_listed_at_once_with_one_line_to_paste(top, tmp_path):
    for day, (name, column) in enumerate(
        (("june", " Shoe Size"), ("july", " Hat"), ("may", " Shoe Size")), 1
    ):
        native(
            tmp_path / "in" / f"{name}.csv",
            "Quellmere GA PD",
            day=day,
            columns=[*NATIVE[:-2], column, NATIVE[-1]],
        )
    with pytest.raises(UnknownColumns) as error:
        intake.take("georgia", [tmp_path / "in"])
    assert 'COLUMNS="Hat=ignored; Shoe Size=ignored"' in str(error.value)
    assert all(f"{name}.csv: " in str(error.value) for name in ("june", "july", "may"))
    assert "theft" not in str(error.value)


def test_what_a_person_says_of_a_column_counts_before_the_header_is_known(top, tmp_path):
    columns = [*NATIVE[:-1], " When it was"]
    given = native(tmp_path / "june.csv", "Quellmere GA PD", "Brockrigg TX SO", columns=columns)
    with pytest.raises(intake.NothingToTake, match='COLUMNS="When it was=search_time"'):
        intake.take("georgia", [given])
    answers = Answers(columns=intake.columns("When it was=search_time"))
    assert intake.take("georgia", [given], answers).found[0].searches == 2


DOWNLOAD = "id,upload_id,name,license_plate,reason,search_time_utc,org_id,search_type"


def download(path: Path, *organizations: str) -> Path:
    """An invented collector's download that names organizations by number only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [
        f'{at},7,***,***,theft,"2025-12-02 01:{at:02}:00.000",{number},lookup'
        for at, number in enumerate(organizations)
    ]
    path.write_text("\n".join([DOWNLOAD, *rows]))
    return path


def test_organizations_known_by_number_are_no_names_and_no_owner_is_made_up(top, tmp_path):
    taken = intake.take("georgia", [download(tmp_path / "some-searches.csv", "17", "17", "204", "")])
    file = places.find("georgia").files[0]
    assert (file.log, file.camera_owner, file.own_agency) == ("network audit", None, None)
    assert 'camera_owner = ""' in (top / "data/raw/georgia/source.toml").read_text()
    (asked,) = [question for question in taken.open_questions if "What kind of log" in question]
    assert (
        "2 organizations known by number only; a collector's download may hold rows of several logs" in asked
    )
    assert "WHICH_LOG=" in asked
    assert "Whose cameras" in " ".join(taken.open_questions)
    build.build(places.find("georgia"))
    searches = build.open_searches(places.find("georgia"))
    assert searches["searching_agency"].tolist()[:3] == ["organization no. 17"] * 2 + ["organization no. 204"]
    assert searches["camera_owner"].isna().all()
    assert searches["own_search"].isna().all()
    assert searches[["agency_state", "agency_kind"]].isna().all(axis=None)
    numbers = Opened(places.find("georgia")).count("agencies_by_number", "searches_by_unnamed_agencies")
    found = {one["measure"]: one["value"] for one in numbers if one["scope"] == "all"}
    assert (found["agencies_by_number"], found["searches_by_unnamed_agencies"]) == (2, 4)


def test_a_log_whose_agencies_are_masked_is_nobodys_own_log(top, tmp_path):
    taken = intake.take("georgia", [native(tmp_path / "export.csv", "***", "***")])
    assert (taken.found[0].file.log, taken.found[0].file.camera_owner) == ("network audit", None)
    assert any("no row names an agency" in question for question in taken.open_questions)


def test_a_name_that_the_cells_contradict_is_asked_about(top, tmp_path):
    name = "Tarnwick TX PD_Organization_Audit_2025-12-01_2026-01-01.csv"
    taken = intake.take("texas", [native(tmp_path / name, "Quellmere GA PD", "Brockrigg TX SO")])
    assert any(
        "2 agencies searched, and the file's name says organization audit" in q for q in taken.open_questions
    )


def test_files_left_out_are_grouped_and_those_that_could_be_audits_come_first(top, tmp_path):
    folder = tmp_path / "in"
    native(folder / "export.csv", "Quellmere GA PD")
    for number in range(3):
        (folder / f"Re O Quill ABC123{number}.txt").write_text(f"Dear O. Quill, plate ABC123{number}")
    canvas = Canvas(str(folder / "audit of june.pdf"))
    canvas.rect(50, 50, 200, 200, fill=1)
    canvas.save()
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    (folder / "reasons.csv").write_text("Org Name,Reason,Case #\nQuellmere GA PD,zanna qwertz hold,1\n")
    taken = intake.take("georgia", [folder])
    text, source = intake.shown(taken), (top / "data/raw/georgia/source.toml").read_text()
    assert (
        "1 scanned PDF that could be an audit; 1 table of reasons without times; 3 letters, contracts and other "
        "texts; 1 picture." in text
    )
    assert "python -m analysis explain --stdin" in text
    assert len(said(top, "georgia")["left_out"]) == 6
    for private in ("Quill", "ABC123", "qwertz", "flock.toml", "[Content"):
        assert private not in text
        assert private not in source


def test_a_sharing_list_alone_makes_a_place_that_says_what_it_is_good_for(top, tmp_path):
    given = tmp_path / "shared.csv"
    given.write_text("Organization Name,Networks I'm Sharing\nQuellmere GA PD,Tarnwick\n")
    taken = intake.take("georgia", [given])
    assert (top / "data/raw/georgia/reference/shared.csv").is_file()
    assert "There is no log yet" in intake.shown(taken)
    assert "FIRST" not in intake.shown(taken)
    place = places.find("georgia")
    assert (place.files, place.title) == ((), "Georgia: lists, and no log yet")
    assert [one.log for one in place.waiting] == ["network audit"]


def test_what_would_stop_make_is_said_at_once_with_its_remedy(top, tmp_path):
    for owner in ("Tarnwick", "Brockrigg"):
        name = f"12_1_2025-12_31_2025-{owner} ISD TX-Network-Audit.csv"
        native(tmp_path / "in" / owner.lower() / name, "Quellmere GA PD", f"{owner} TX PD")
    (tmp_path / "in" / "shared.csv").write_text("Organization Name,Networks I'm Sharing\nQuellmere GA PD,x\n")
    text = intake.shown(intake.take("texas", [tmp_path / "in"]))
    assert "make would stop at data/raw/texas/reference/shared.csv: whose list is it?" in text
    assert "Put the camera owner's name in the file's name" in text
    assert "These are logs of 2 camera owners" in text
    assert f"make place AT=brockrigg-isd-tx FROM='{(tmp_path / 'in' / 'brockrigg').resolve()}/" in text


def test_files_without_any_readable_time_are_refused_before_anything_is_written(top, tmp_path):
    given = native(tmp_path / "export.csv", "Quellmere GA PD")
    given.write_text(given.read_text().replace('"12/02/2025, 01:00:00 AM UTC"', "some day"))
    with pytest.raises(intake.NothingToTake, match="none of the 1 record has a search time that can be read"):
        intake.take("georgia", [given])
    assert not (top / "data/raw/georgia").exists()


def test_two_kinds_of_log_of_one_owner_are_named(top, tmp_path):
    native(tmp_path / "in" / "export.csv", "Quellmere GA PD")
    portal(tmp_path / "in" / "quellmere-ga-pd" / "2026-03-10.search_audit.csv", 1)
    text = intake.shown(intake.take("georgia", [tmp_path / "in"]))
    assert "Quellmere GA PD: organization audit and portal audit came together" in text


def test_distinct_searches_stand_beside_rows_and_files_that_hold_the_same_ones_are_named(top, tmp_path):
    portal(tmp_path / "quellmere-ga-pd" / "2026-03-10.search_audit.csv", 1, 2, 3, 3)
    portal(tmp_path / "quellmere-ga-pd" / "2026-03-12.search_audit.csv", 2, 3, 4, 5)
    text = intake.shown(intake.take("georgia", [tmp_path / "quellmere-ga-pd"]))
    assert "8 records in 2 new files: 8 search rows, 0 rejected. They record 5 distinct searches" in text
    assert "Rows that repeat another row of their file in every column: 1." in text
    assert "hold the same 2 searches: 66.7% of the first's, 50.0% of the second's" in text
    assert "usual for a portal" in text


def test_a_collectors_real_download_without_names_is_no_agencys_own_log(top, records):
    taken = intake.take("numbers", [records / "foggedlens" / "masked-immigration-searches.csv"])
    one = taken.found[0]
    assert (one.forms, one.file.log, one.file.camera_owner, one.searches) == (
        "HIBF-17",
        "network audit",
        None,
        3099,
    )
    assert any("133 organizations known by number only" in question for question in taken.open_questions)


HOSTILE = 'x"]\n[[file]]\nname = "..\\u0000'


def test_names_that_look_like_toml_stay_names(top, tmp_path):
    agency = 'Quell"mere ]] = GA PD'
    intake.take(
        "georgia",
        [native(tmp_path / "a [1] 'x'.csv", agency.replace('"', '""'))],
        Answers(released_by=HOSTILE),
    )
    text = said(top, "georgia")
    assert text["released"]["by"] == HOSTILE
    assert len(text["file"]) == 1
    assert text["file"][0]["name"] == "a [1] 'x'.csv"


def test_a_person_sees_each_file_what_is_open_and_the_next_command(top, tmp_path):
    taken = intake.take("georgia", [native(tmp_path / "export.csv", "Quellmere GA PD", "Brockrigg TX SO")])
    text = intake.shown(taken)
    assert (
        "2 records, 2 search rows, 2 distinct searches, 2 distinct ids, 2025-12-02 01:00 to 2025-12-02 01:01 UTC"
        in text
    )
    assert (
        text.index("A record is one entry")
        < text.index("2 records")
        < text.index("Step 3: answer the questions")
    )
    assert "Step 4: make PLACE=georgia" in text
    assert text.endswith(
        "results/georgia/tip-sheet.md (what to report and to ask) and site/georgia/index.html"
    )
    assert "5. What did the agency take out" in text


def test_the_days_that_a_name_claims_are_read_as_the_vendor_writes_them():
    assert owners.period("Quellmere GA PD_Organization_Audit_2025-11-01_2025-12-01.csv") == (
        date(2025, 11, 1), date(2025, 11, 30),
    )  # fmt: skip
    assert owners.period("Quellmere GA PD_Organization_Audit_2026-02-01_2025-02-28.csv") is None
    assert owners.period("13_45_2025-1_1_2026-Quellmere GA PD-Audit.csv") is None


def test_every_released_record_at_hand_is_taken_without_a_question_of_code(top, records):
    taken = intake.take("portals", [records / "portals"])
    assert sum(one.records for one in taken.found) == sum(one.searches for one in taken.found) == 5335
    assert len({one.file.camera_owner for one in taken.found}) == 11
    taken = intake.take("champaign", [records / "champaign-il"])
    assert [one.forms for one in taken.found] == ["OA-1", "OA-2", "OA-3/NA-2", "OA-4/NA-6", "OA-5"]
    assert sum(one.records for one in taken.found) == 1680
    assert places.find("champaign").state == "IL"
    taken = intake.take("uiuc", [records / "sharing-lists", records / "hibf-dump"])
    assert len(taken.lists) == 1
    assert taken.found[0].forms == "HIBF-21/HIBF-25"


def test_dates_that_nothing_decides_are_asked_about_and_the_answer_is_taken(top, tmp_path):
    log = tmp_path / "log.csv"
    log.write_text(
        "Org Name,Reason,Search Time\nQuellmere GA PD,theft,06/05/2025 14:03\nQuellmere GA PD,theft,7/7/2025 9:01\n"
    )
    taken = intake.take("tarnwick", [log], today=TODAY)
    assert (taken.found[0].searches, taken.found[0].rejected, taken.found[0].two_ways) == (1, 1, 1)
    assert any("Are the dates in log.csv day first" in question for question in taken.open_questions)
    toml = top / "data" / "raw" / "tarnwick" / "source.toml"
    assert said(top, "tarnwick")["file"][0]["received"] == TODAY
    toml.write_text(toml.read_text().replace('# dates      = "day first"', 'dates      = "day first"'))
    assert places.find("tarnwick", top).files[0].dates == "day first"


def test_agencies_whose_dates_could_be_read_two_ways_tell_the_kind_of_log_too(top, tmp_path):
    rows = ["Mockville TX PD,theft,06/05/2025 14:03:01", "Sampleton TX SO,theft,05/05/2025 14:03:01"]
    (tmp_path / "log.csv").write_text("\n".join(["Org Name,Reason,Search Time", *rows, ""]))
    found = intake.take("tarnwick", [tmp_path / "log.csv"]).found[0]
    assert (found.searches, found.two_ways) == (1, 1)
    assert (found.file.log, found.file.camera_owner) == ("network audit", None)


def test_searches_after_the_day_on_which_the_file_was_taken_are_noted(top, tmp_path):
    taken = intake.take(
        "tarnwick", [native(tmp_path / "log.csv", "Quellmere GA PD")], today=date(2025, 12, 1)
    )
    assert "searches dated after 2025-12-01, the day the file was taken: 1" in taken.found[0].notes


def test_a_file_whose_dates_a_person_must_decide_is_taken_with_the_question(top, tmp_path):
    path = native(
        tmp_path / "12_1_2025-12_12_2025-Tarnwick ISD TX-Network-Audit.csv", "Quellmere GA PD", day=2
    )
    path.write_text(path.read_text().replace("01:00:00 AM UTC", "1:00:00"))
    taken = intake.take("tarnwick", [path])
    shown = intake.shown(taken)
    assert "Are the dates in" in shown
    assert "nothing to count" in shown
    source = top / "data" / "raw" / "tarnwick" / "source.toml"
    with pytest.raises(build.NothingToRead, match='dates = "day first" or "month first"'):
        build.build(places.find("tarnwick", top))
    source.write_text(source.read_text().replace('# dates      = "day first"', 'dates      = "month first"'))
    build.build(places.find("tarnwick", top))
    assert build.count_searches(places.find("tarnwick", top)) == 1


def test_a_capture_that_holds_a_header_alone_may_come_later(top, tmp_path):
    (release := tmp_path / "release").mkdir()
    portal(release / "a.csv", 1, 2)
    intake.take("tarnwick", [release])
    (release / "b.csv").write_text(PORTAL)
    shown = intake.shown(intake.take("tarnwick", [release]))
    assert "0 records in 1 new file" in shown
    assert "do not wait" in shown


def test_a_files_name_runs_no_command_where_a_printed_line_is_pasted(top, tmp_path):
    for number, owner in enumerate(("Tarnwick ISD", "Umberstow ISD")):
        folder = tmp_path / "in" / f"Audit $(date) `date` $HOME {number}"
        native(folder / f"{owner}_Network_Audit_2025-12-01_2025-12-31.csv", "Quellmere GA PD", day=2 + number)
    shown = intake.shown(intake.take("tarnwick", [tmp_path / "in"]))
    (first, _) = re.findall(r"make place AT=\S+ (FROM=.*)", shown)
    makefile = "export FROM\nall:\n\t@printf '%s' \"$$FROM\"\n"
    (tmp_path / "Makefile").write_text(makefile)
    done = subprocess.run(
        ["sh", "-c", f"make -s {first}"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert Path(done.stdout).is_relative_to((tmp_path / "in").resolve())
    assert Path(done.stdout).exists()
