"""The verbs: what each promises, and a message instead of a traceback."""

import errno
import hashlib
import io
import json
import os
import pkgutil
import re
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import analysis
from analysis import __main__ as verbs
from analysis import files, places, privacy, processes
from analysis.build import dataset
from analysis.refused import Refused
from analysis.terminal import say


def test_what_python_compiled_for_a_verb_is_kept_also_where_nothing_would_be(tmp_path):
    env = os.environ | {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-m", "analysis", "explain", "theft"], env=env, check=True, capture_output=True
    )
    assert list(tmp_path.rglob("lookup*.pyc"))


def test_every_error_of_the_library_is_meant_for_people():
    modules = [
        m.name for m in pkgutil.walk_packages(analysis.__path__, "analysis.") if "__main__" not in m.name
    ]
    defined = [vars(import_module(module)).values() for module in modules]
    errors = {
        one for found in defined for one in found if isinstance(one, type) and issubclass(one, Exception)
    }
    ours = {
        one for one in errors if one.__module__.startswith("analysis.") and not one.__name__.startswith("_")
    }
    assert len(ours) > 30
    assert not [one for one in ours if not issubclass(one, Refused)]


def ends_with(monkeypatch, error):
    def verb(asked):
        raise error

    monkeypatch.setitem(verbs.DO, "compare", verb)
    return verbs.main(["compare", "tarnwick"])


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (
            Refused("tarnwick: june.csv is empty. Ask for it again."),
            1,
            "june.csv is empty. Ask for it again.",
        ),
        (KeyboardInterrupt(), 130, "you ended it"),
        (MemoryError(), 1, "not enough memory"),
        (OSError(errno.ENOSPC, "No space left on device", "june.parquet"), 1, "the disk is full"),
        (
            PermissionError(errno.EACCES, "Permission denied", "results"),
            1,
            "'results' cannot be used: Perm",
        ),
    ],
)
def test_whatever_ends_a_verb_is_one_line(capsys, monkeypatch, error, status, said):
    assert ends_with(monkeypatch, error) == status
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith("Stopped: ")
    assert said in line


def test_a_fault_is_one_line_that_quotes_nothing_and_where_it_was_is_kept(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    assert ends_with(monkeypatch, ZeroDivisionError("zanna qwertz hold")) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "a fault of this program, ZeroDivisionError" in line
    assert "zanna" not in line
    kept = (tmp_path / "data" / "processed" / "fault.txt").read_text()
    assert "in verb" in kept
    assert "zanna" not in kept


def test_of_a_faults_messages_and_those_of_its_causes_known_words_are_kept():
    cell, plate = "zanna qwertz", "QZX 4417"

    def failing() -> None:
        try:
            int(cell)
        except ValueError as error:
            raise KeyError(f"no column for {plate} of the search") from error

    try:
        failing()
    except KeyError as error:
        said = privacy.fault(error)
    assert said.index("ValueError: ") < said.index("KeyError: ")
    assert "in failing" in said
    assert "qwertz" not in said.casefold()
    assert "4417" not in said


def test_a_reader_who_has_read_enough_ends_a_verb_without_a_word():
    command = [sys.executable, "-m", "analysis", "explain", "--stdin"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as asked:
        asked.stdout.close()
        asked.stdin.write(b"theft\n" * 2000)
        asked.stdin.close()
        assert asked.wait(timeout=60) == 1
        assert asked.stderr.read() == b""


def test_signs_that_nobody_sees_reach_no_terminal(capsys, monkeypatch):
    assert ends_with(monkeypatch, Refused("june\x1b[2J\u202e.csv is empty")) == 1
    say("july\x07\u200b.csv: read")
    said = capsys.readouterr().err
    assert r"june\x1b[2J\u202e.csv is empty" in said
    assert r"july\x07\u200b.csv: read" in said


def test_an_unknown_place_is_a_sentence_and_a_failure(capsys):
    assert verbs.main(["all", "--place", "atlantis"]) == 1
    assert "there is no place 'atlantis'" in capsys.readouterr().err


def test_a_place_without_its_records_says_how_to_get_them_and_does_not_fail(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("RECORDS", raising=False)
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    for part in ("data/raw/okaloosa", "claims", "data/hand", "notebooks"):
        source = Path(verbs.__file__).parents[2] / part
        shutil.copytree(source, tmp_path / part, ignore=shutil.ignore_patterns("*.pdf"))
    assert verbs.main(["all", "--place", "okaloosa"]) == 0
    said = capsys.readouterr()
    assert "`make records` downloads it from https://" in said.err
    assert "okaloosa (records): waiting for 1 file" in said.out


def place_with(top, header, *, here):
    """An invented place with one file; `here` says whether the file lies in it."""
    shutil.copytree(Path(verbs.__file__).parents[2] / "data" / "hand", top / "data" / "hand")
    (top / "claims").mkdir()
    (top / "notebooks").mkdir()
    folder = top / "data" / "raw" / "mockville"
    folder.mkdir(parents=True)
    content = f"{header}\nzanna,qwertz,1\n".encode()
    if here:
        (folder / "log.csv").write_bytes(content)
    (folder / "source.toml").write_text(
        f'[[file]]\nname = "log.csv"\nsha256 = "{hashlib.sha256(content).hexdigest()}"\n'
        'log = "network audit"\ncamera_owner = "Mockville"\n'
    )


@pytest.mark.parametrize("verb", ["all", "build"])
@pytest.mark.parametrize("header", ["Shoe Size,Org Name,Reason,Search Time", "a,b,c", ""])
def test_a_header_that_nobody_knows_ends_in_one_sentence(capsys, monkeypatch, tmp_path, verb, header):
    place_with(tmp_path, header, here=True)
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    assert verbs.main([verb, "--place", "mockville"]) == 1
    said = capsys.readouterr().err
    assert said.count("Stopped: log.csv") == 1
    assert "Traceback" not in said
    assert not (tmp_path / "data" / "processed" / "fault.txt").exists()


def test_a_build_without_records_says_how_to_get_them(capsys, monkeypatch, tmp_path):
    monkeypatch.delenv("RECORDS", raising=False)
    place_with(tmp_path, "a,b,c", here=False)
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    assert verbs.main(["build", "--place", "mockville"]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith(
        "Stopped: mockville/log.csv (network audit of Mockville) is missing: data/raw/mockville/"
    )


@pytest.mark.parametrize("verb", sorted(verbs.WRITE))
def test_a_verb_that_writes_waits_for_the_one_that_is_at_work(capsys, monkeypatch, tmp_path, verb):
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    more = {"place": ["--at", "mockville"]}.get(verb, ["--place", "mockville"] * (verb in ("code", "mask")))
    with processes.alone(tmp_path / "data" / "processed" / "run.lock", "`all`"):
        assert verbs.main([verb, *more]) == 1
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert line.startswith(f"Stopped: another run is at work here: `all`, process {os.getpid()}, since ")


def test_what_a_killed_run_left_half_made_is_removed_by_the_next(monkeypatch, tmp_path):
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    left = [
        tmp_path / ".building-site",
        tmp_path / "data" / "processed" / "mockville" / "parts" / ".building-x",
    ]
    for folder in left:
        folder.mkdir(parents=True)
    (tmp_path / "data" / "raw").mkdir()
    verbs.main(["records"])
    assert not any(folder.exists() for folder in left)


def reasons_said(capsys, monkeypatch, lines: bytes) -> list[dict]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert verbs.main(["explain", "--stdin", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_reason_is_explained_in_words_and_in_json(capsys, monkeypatch):
    assert verbs.main(["explain", "ICE+ERO hold"]) == 0
    assert "ice ero hold" in capsys.readouterr().out
    assert verbs.main(["explain", "DHS", "--state", "IL"]) == 0
    assert (
        "may be another department in this agency's state: Department of Human Services"
        in capsys.readouterr().out
    )
    lines = b'{"reason": "police warrant"}\n{"reason": "DHS", "agency_state": "IL"}\n'
    first, second = reasons_said(capsys, monkeypatch, lines)
    keys = ["reason", "normal", "origin", "immigration_tier", "immigration_kind", "topics", "rules"]
    assert list(first) == keys
    assert (first["immigration_tier"], second["immigration_tier"]) == ("none", "broad")


def test_every_line_is_answered_whatever_its_bytes(capsys, monkeypatch):
    lines = [
        b"\xff\xfe",
        b"",
        b'{"reason": "\\ud800 ICE"}\r',
        b'\xef\xbb\xbf{"reason": "HSI"}',
        b'{"reason": "ERO"}',
    ]
    said = reasons_said(capsys, monkeypatch, b"\n".join(lines))
    assert [one.get("line") for one in said] == [1, 2, None, None, None]
    assert [one.get("immigration_tier") for one in said[2:]] == ["core", "broad", "core"]


def test_a_line_asked_alone_is_answered_before_the_next_is_asked():
    command = [sys.executable, "-m", "analysis", "explain", "--stdin", "--json"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as asked:
        for text, tier in (("ICE", "core"), ("theft", "none")):
            asked.stdin.write(json.dumps({"reason": text}).encode() + b"\n")
            asked.stdin.flush()
            assert json.loads(asked.stdout.readline())["immigration_tier"] == tier
        asked.stdin.close()
        assert asked.wait(timeout=60) == 0


def test_a_sheet_without_its_coder_or_a_place_without_searches_is_a_sentence(capsys, monkeypatch, tmp_path):
    shutil.copytree(
        Path(verbs.__file__).parents[2] / "data" / "raw" / "texas", tmp_path / "data" / "raw" / "texas"
    )
    shutil.copytree(Path(verbs.__file__).parents[2] / "claims", tmp_path / "claims")
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    assert verbs.main(["code", "--place", "texas"]) == 1
    assert "texas has no searches yet: run make PLACE=texas first" in capsys.readouterr().err
    files.write(dataset.folder(places.find("texas", tmp_path)) / "x.parquet", "")
    assert verbs.main(["code", "--place", "texas", "--sheet", "x.csv"]) == 1
    assert "say who coded the sheet" in capsys.readouterr().err


def agencies_said(capsys, monkeypatch, lines: bytes) -> list[dict]:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
    assert verbs.main(["agency", "--stdin", "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_agency_is_explained_in_json(capsys, monkeypatch):
    (said,) = agencies_said(capsys, monkeypatch, b"Tarnwick ISD PD TX\n")
    assert list(said) == ["released", "agency", "state", "kind", "tags", "decided_by"]
    assert (said["state"], said["kind"]) == ("TX", "school")


def test_every_line_asked_about_has_one_answer_whatever_its_bytes(capsys, monkeypatch):
    lines = [
        b"Tarnwick TX PD\r",
        b"",
        b"Caf\xe9 TX PD",
        b"\xff\xfe\x00",
        b'"a,b"\x0b\x1c',
        b"***",
        b"Tarnwick TX PD",
    ]
    said = agencies_said(capsys, monkeypatch, b"\xef\xbb\xbf" + b"\n".join(lines))
    assert len(said) == len(lines)
    assert [said[at]["agency"] for at in (0, 1, 2, 6)] == [
        "Tarnwick TX PD",
        "",
        "Caf\u00e9 TX PD",
        "Tarnwick TX PD",
    ]
    assert agencies_said(capsys, monkeypatch, b"") == []


def test_a_name_and_a_reason_are_asked_bare_or_in_an_object_with_the_same_answer(capsys, monkeypatch):
    names = b'[Federal] Tarnwick TX PD\n{"name": "[Federal] Tarnwick TX PD"}\n {"name": "Caf\\u00e9 TX PD", "x": 1}\n'
    bare, object_, other = agencies_said(capsys, monkeypatch, names)
    assert bare == object_
    assert (bare["released"], other["agency"]) == ("[Federal] Tarnwick TX PD", "Caf\u00e9 TX PD")
    lines = b'ICE hold\n{"reason": "ICE hold"}\n"theft"\nstopped, {car}\n'
    bare, object_, quoted, with_brace = reasons_said(capsys, monkeypatch, lines)
    assert bare == object_
    assert (bare["reason"], quoted["reason"], with_brace["reason"]) == (
        "ICE hold",
        '"theft"',
        "stopped, {car}",
    )


@pytest.mark.parametrize("verb", ["agency", "explain"])
def test_an_object_that_asks_nothing_is_answered_by_its_number_and_stops_nothing(capsys, monkeypatch, verb):
    key = "name" if verb == "agency" else "reason"
    lines = ["theft", '{"other": "x"}', f'{{"{key}": 7}}', '{"broken', f'{{"{key}": "theft"}}']
    for as_json in (True, False):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(lines).encode())))
        assert verbs.main([verb, "--stdin", *(["--json"] if as_json else [])]) == 0
        out = capsys.readouterr().out
        if as_json:
            said = [json.loads(line) for line in out.splitlines()]
            assert [one.get("line") for one in said] == [None, 2, 3, 4, None]
            assert [one["error"].split(";")[0].split("(")[0].strip() for one in said[1:4]] == [
                f"'{key}' is missing", f"'{key}' is not a text", "this is not JSON"
            ]  # fmt: skip
            assert said[0] == said[4]
        else:
            assert f"line 3: '{key}' is not a text" in out


def test_the_help_says_what_a_line_may_hold(capsys):
    for verb, key in (("agency", "name"), ("explain", "reason")):
        with pytest.raises(SystemExit):
            verbs.main([verb, "--help"])
        assert f'{{"{key}": …}}' in " ".join(capsys.readouterr().out.split())


def test_reviewed_lines_that_match_no_released_name_are_named(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    source = Path(verbs.__file__).parents[2] / "data" / "hand"
    shutil.copytree(source, tmp_path / "data" / "hand")
    assert verbs.main(["agency", "--unmatched"]) == 0
    said = capsys.readouterr().out
    assert "NCRIC\n" in said
    assert "match no name in the records of any place built here" in said


def test_rules_that_matched_nothing_in_the_published_results_are_listed(capsys):
    assert verbs.main(["explain", "--unmatched"]) == 0
    first, _, *lines = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"\d+ of \d+ rules matched no reason in the results of \d+ places", first)
    assert len([line for line in lines if line.startswith("  ")]) == int(first.split()[0])


def test_nothing_to_explain_is_said(capsys):
    assert verbs.main(["explain"]) == 1
    assert "say what to explain" in capsys.readouterr().err


def test_an_answer_moves_no_cursor_and_stays_json_whatever_a_reason_holds(capfdbinary, monkeypatch):
    lines = "theft\x9b31m \u202eevil\nth\u00e9ft\n".encode()
    for arguments in (["explain", "--stdin", "--json"], ["explain", "--stdin"], ["agency", "--stdin"]):
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(lines)))
        assert verbs.main(arguments) == 0
        said = capfdbinary.readouterr().out.decode()
        assert not set(said) & set("\x9b\u202e")
        assert "th\u00e9ft" in said
        if "--json" in arguments:
            assert json.loads(said.splitlines()[0])["reason"] == "theft\x9b31m \u202eevil"
