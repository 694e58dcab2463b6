"""The verbs: what each promises, and a message instead of a traceback."""

import io
import json
import pkgutil
import shutil
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import analysis
from analysis import __main__ as verbs


def test_every_error_meant_for_people_exists():
    modules = [
        m.name for m in pkgutil.walk_packages(analysis.__path__, "analysis.") if "__main__" not in m.name
    ]
    defined = {name for module in modules for name in vars(import_module(module))}
    assert set(verbs.STOPS) <= defined


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
    with pytest.raises(SystemExit, match="texas has no searches yet: run make PLACE=texas first"):
        verbs.main(["code", "--place", "texas"])
    (tmp_path / "data" / "processed" / "texas").mkdir(parents=True)
    (tmp_path / "data" / "processed" / "texas" / "searches.parquet").touch()
    with pytest.raises(SystemExit, match="say who coded the sheet"):
        verbs.main(["code", "--place", "texas", "--sheet", "x.csv"])


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


def test_reviewed_lines_that_match_no_released_name_are_named(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("ANALYSIS_ROOT", str(tmp_path))
    source = Path(verbs.__file__).parents[2] / "data" / "hand"
    shutil.copytree(source, tmp_path / "data" / "hand")
    assert verbs.main(["agency", "--unmatched"]) == 0
    said = capsys.readouterr().out
    assert "NCRIC\n" in said
    assert "match no name in the records of any place built here" in said


def test_nothing_to_explain_is_said():
    with pytest.raises(SystemExit, match="say what to explain"):
        verbs.main(["explain"])
