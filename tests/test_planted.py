"""Private text of fifty kinds, in every place of a release that holds text, is looked for in all that verbs write."""

import functools
import json
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import forks
import pandas as pd
import planted
import pyarrow.parquet as pq
import pytest
import small_place
from reportlab.pdfgen.canvas import Canvas

from analysis import places, privacy, rows
from analysis.build import dataset

pytestmark = pytest.mark.xdist_group("planted")


@dataclass(frozen=True)
class Done:
    """A repository after every verb, and what each printed."""

    place: places.Place
    printed: dict[str, str]

    @property
    def root(self) -> Path:
        return self.place.root


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """Every verb on the invented release."""
    root = small_place.repository(tmp_path_factory.mktemp("repository"))
    (root / "data" / "raw").mkdir()
    released = tmp_path_factory.mktemp("given")
    planted.release(released / "released")
    planted.unknown(released / "unknown")
    for name, key in (("explain", "reason"), ("agency", "name")):
        lines = (json.dumps({key: text}) for text in planted.KINDS.values())
        (released / f"{name}.txt").write_text("\n".join(lines), "utf-8")
    printed = {}

    def verb(called, line, *paths, stdin=b"", fails=False):
        ran = forks.verb(
            *line.split(), *map(str, paths), env={"ANALYSIS_ROOT": str(root)}, cwd=root, stdin=stdin
        )
        printed[called] = (ran.stdout + ran.stderr).decode("utf-8", "backslashreplace")
        assert (ran.returncode != 0) == fails, printed[called]

    verb("place of unknown columns", "place --at unknown --from", released / "unknown", fails=True)
    given = ("--cameras", planted.OWNER, "--log", "network audit")
    verb("place", "place --at tarnwick --from", released / "released", *given)
    verb("all", "all --place tarnwick")
    verb("report", "report")
    verb("compare", "compare tarnwick tarnwick")
    verb("code", "code --place tarnwick")
    place = places.find("tarnwick", root)
    _coded(place, released)
    for called, sheet in (("code back", "sheet.csv"), ("code refused", "wrong.csv")):
        line = "code --place tarnwick --coder reader --sheet"
        verb(called, line, released / sheet, fails=called == "code refused")
    for name in ("explain", "agency"):
        verb(name, f"{name} --stdin", stdin=(released / f"{name}.txt").read_bytes())
    rows.make(place, lambda line: printed.update({"rows": line}))
    printed["rows' metadata"] = json.dumps(rows.metadata([place]), ensure_ascii=False)
    return Done(place, printed)


def _coded(place, folder):
    """A finished sheet with the coder's own words under note, and one with a name under code."""
    sheet = pd.read_excel(place.processed / "coding" / "tarnwick-coder-1.xlsx", engine="calamine", dtype=str)
    sheet = sheet.assign(code="not_immigration", note=planted.KINDS["a name"])
    sheet.to_csv(folder / "sheet.csv", index=False)
    sheet.assign(code=planted.KINDS["a name"]).to_csv(folder / "wrong.csv", index=False)


@functools.cache
def spelled(path: Path, root: Path) -> frozenset[str]:
    """A file of the run, which no test changes, as private texts are looked for in it: read once."""
    return planted.spelled(f"{path.relative_to(root)}\n{planted.texts(path)}")


def looked_for(folder: Path, root: Path, secrets: dict[str, str]) -> dict[str, set[str]]:
    """The files of a folder that hold private text, by their names, with its kinds."""
    found = {}
    for path in sorted(folder.rglob("*") if folder.is_dir() else [folder]):
        if path.is_file() and (kinds := planted.among(spelled(path, root), secrets)):
            found[str(path.relative_to(root))] = kinds
    return found


def test_at_least_fifty_kinds_are_planted_and_found_where_they_are(tmp_path):
    assert len(planted.KINDS) >= 50
    planted.release(tmp_path / "released")
    secrets = planted.secrets()
    assert set(secrets.values()) == set(planted.KINDS)
    for name in (planted.LOG, "book.xlsx", "letter.docx", "columns.parquet", "roster.csv", "release.zip"):
        kinds = planted.leaked(planted.texts(tmp_path / "released" / name), secrets)
        assert len(kinds) >= len(planted.KINDS) - 3, (name, set(planted.KINDS) - kinds)
    missing = set(planted.KINDS) - planted.leaked(
        planted.texts(tmp_path / "released" / "letter.pdf"), secrets
    )
    assert missing <= NOT_DRAWN


NOT_DRAWN = {
    "a name in another script",
    "a name in wide letters",
    "a name with a terminal's commands",
    "a name with direction characters",
}
"""What the font of an invented print has no letters for."""


def test_what_a_print_holds_beside_its_pages_is_looked_at(tmp_path):
    canvas = Canvas(str(tmp_path / "print.pdf"))
    canvas.drawString(40, 800, "A list of searches")
    canvas.bookmarkPage("here")
    canvas.addOutlineEntry(planted.KINDS["a surname alone"], "here")
    canvas.setTitle(planted.KINDS["a name"])
    canvas.showPage()
    canvas.save()
    kinds = planted.leaked(planted.texts(tmp_path / "print.pdf"), planted.secrets())
    assert kinds == {"a surname alone", "a name"}


@pytest.mark.parametrize(
    "spelt",
    [
        "Zanna Qwertz", "ZANNA QWERTZ", "zannaqwertz", "zanna_qwertz", "Zanna-Qwertz", "QWERTZ, ZANNA ZANNA QWERTZ",
        "Zanna%20Qwertz", "Zanna+Qwertz", "Z&#97;nna&nbsp;Qwertz", "\\u005aanna Qwertz", '"Zanna ""Qwertz"""',
        "Zanna\\u200bQwertz", "Zanna &amp;nbsp; Qwertz",
    ],
)  # fmt: skip
def test_a_private_text_is_found_in_any_spelling(spelt):
    assert planted.leaked(f"ordinary words {spelt} and more", planted.secrets())


def test_nothing_private_is_printed_by_any_verb(done):
    secrets = planted.secrets()
    assert {
        verb: kinds
        for verb, text in done.printed.items()
        if verb not in ("explain", "agency") and (kinds := planted.leaked(text, secrets))
    } == {}


def test_nothing_private_is_published_in_results_or_site(done):
    assert looked_for(done.place.results, done.root, planted.secrets()) == {}
    assert looked_for(done.root / "site", done.root, planted.secrets()) == {}


def test_nothing_private_is_in_source_toml_or_in_the_name_of_a_file_of_the_place(done):
    assert looked_for(done.place.raw / "source.toml", done.root, planted.secrets()) == {}
    names = "\n".join(str(path.relative_to(done.root)) for path in done.root.rglob("*"))
    assert planted.leaked(names, planted.secrets()) == set()


def test_nothing_private_is_in_what_serves_the_rows(done):
    assert looked_for(rows.file(done.place), done.root, planted.secrets()) == {}


def test_nothing_private_is_in_what_is_committed_of_coding(done):
    assert looked_for(done.place.hand / "coding", done.root, planted.secrets()) == {}


def test_of_the_processed_files_the_searches_and_the_coders_sheets_alone_hold_text_as_released(done):
    """`searches/` holds reasons and agencies as released; sheets hold reasons, and stay with their coders."""
    found = looked_for(done.root / "data" / "processed", done.root, planted.secrets())
    others = {name for name in found if "/searches/" not in name and not name.endswith(".xlsx")}
    assert others == set()


def test_officers_plates_case_numbers_filters_and_prompts_are_in_no_file_that_was_made(done):
    secrets = planted.secrets(planted.DROPPED)
    assert len(planted.leaked((done.place.raw / planted.LOG).read_text("utf-8", "replace"), secrets)) == 5
    for folder in ("data/processed", "results", "site"):
        assert looked_for(done.root / folder, done.root, secrets) == {}


def test_ordinary_reasons_are_printed_all_the_same(done):
    common = pd.read_csv(done.place.results / "tables" / "03-common-reasons.csv", keep_default_na=False)
    printed = {reason.strip("' ").casefold() for reason in common["reason"]}
    assert {text.strip().casefold() for text in planted.ORDINARY} <= printed
    assert privacy.NOT_SHOWN in set(common["reason"])
    types = pd.read_csv(done.place.results / "tables" / "04-reach-by-type.csv")
    assert "lookup" in set(types["search_type"])
    with sqlite3.connect(rows.file(done.place)) as database_:
        (count,) = database_.execute(
            "select count(*) from searches where reason = 'stolen vehicle'"
        ).fetchone()
    assert count == planted.OFTEN


def test_agencies_are_named_and_what_was_typed_for_one_is_counted(done):
    table = pq.read_table(dataset.folder(done.place), columns=["searching_agency"])
    assert "Zanna Qwertz" in table.column(0).to_pylist()
    site = planted.texts(done.root / "site" / "tarnwick" / "04-who-searched-whose-cameras.html")
    assert all(name in site for name in ("Quellmere", "Tarnfield", "Larkhythe"))


def test_answers_hold_no_character_that_moves_the_cursor_or_turns_the_direction(done):
    for verb in ("explain", "agency"):
        assert not set(done.printed[verb]) & set("\x1b\u202e\u200b\u2066")
