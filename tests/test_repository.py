"""The repository's own promises: what its pages name exists, and it speaks of itself alone."""

import ast
import importlib
import json
import re
import shutil
import subprocess
import tomllib

import notebook_rules
import pandas as pd
import pytest

import analysis
from analysis import pages, places, tips
from analysis.arguments import VERBS
from analysis.intake.answers import QUESTIONS, WHERE
from analysis.notebooks import methodology
from analysis.pages import INVENTED
from analysis.upkeep import inventory, readme

ROOT = places.root()
PAGES = (
    "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "claims/README.md", "docs/without-make.md", "docs/a-new-place.md",
)  # fmt: skip


def tracked():
    if shutil.which("git") is None:
        pytest.skip("needs git to list the repository's files")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("needs git to list the repository's files")
    return [ROOT / name for name in listed.stdout.split("\0") if (ROOT / name).is_file()]


def texts():
    for path in tracked():
        if path.suffix != ".lock" and b"\0" not in (content := path.read_bytes()):
            yield path, content.decode("utf-8")


# What pages promise -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_path_that_a_page_links_to_exists(page):
    text = (ROOT / page).read_text()
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)\)", text)
    assert not [link for link in links if not ((ROOT / page).parent / link).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_every_path_in_code_spans_exists(page):
    spans = re.findall(r"`([\w./-]+/[\w./-]*)`", (ROOT / page).read_text())
    made = ("data/processed", "data/raw/georgia", "site", "results/<")
    paths = [span for span in spans if not span.startswith(made) and "<" not in span]
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_every_command_of_the_readme_is_a_target_and_a_verb():
    text = (ROOT / "README.md").read_text()
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    said = set(re.findall(r"`make ([a-z]+)`|^    make ([a-z]+)", text, re.M))
    assert {a or b for a, b in said} <= targets
    verbs = set(VERBS)
    assert set(re.findall(r"python -m analysis ([a-z]+)", text)) <= verbs
    assert targets - {"help", "extras"} <= verbs  # these two speak of make's own environment


def named_in_texts():
    """Every page, notebook and message with its text; what notebooks wrote is not theirs."""
    for path, text in texts():
        if (
            path.suffix in {".md", ".py", ".toml", ".ipynb", ".html", ".j2"}
            and ROOT / "results" not in path.parents
        ):
            yield path, text


def test_every_verb_that_a_page_a_notebook_or_a_message_names_exists():
    verbs = set(VERBS)
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    for path, text in named_in_texts():
        assert set(re.findall(r"python -m analysis ([a-z]+)", text)) <= verbs, path
        assert set(re.findall(r"`make ([a-z]+)", text)) <= targets, path


def exists(name):
    """Whether something of the library is there: a module, or what one holds, at any depth."""
    found, *parts = analysis, *name.split(".")
    for part in parts:
        if not hasattr(found, part):
            try:
                importlib.import_module(f"{found.__name__}.{part}")
            except (ImportError, AttributeError):
                return False
        found = getattr(found, part)
    return True


def test_everything_of_the_library_that_a_page_or_a_notebook_names_exists():
    modules = "|".join(readme.ORDER)
    spans = re.compile(rf"`(?:analysis\.)?((?:{modules})\.[A-Za-z_][\w.]*)")
    files = re.compile(r"\.(toml|csv|py|md|json|ipynb|parquet|txt|html|yml|sql)$")
    missing = [
        (path.name, name)
        for path, text in named_in_texts()
        for name in spans.findall(text)
        if not files.search(name)
        and not exists(name.rstrip("."))
        and not exists(f"{path.parent.name}.{name}")
    ]
    assert not missing


@pytest.mark.parametrize(
    "notebook", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda path: path.stem[:2]
)
def test_everything_of_the_library_that_a_notebook_uses_exists(notebook):
    source = "\n".join(cell["source"] for cell in cells(notebook) if cell["cell_type"] == "code")
    tree = ast.parse(source)
    known = {
        a.asname or a.name: a.name for n in ast.walk(tree) if isinstance(n, ast.ImportFrom) for a in n.names
    }
    used = {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    ours = {
        name for name in used if name.split(".")[0] in known and known[name.split(".")[0]] in readme.ORDER
    }
    from_the_top = {name for name in used if re.fullmatch(r"analysis\.\w+", name)}
    assert ours | from_the_top
    assert all(hasattr(analysis, name.partition(".")[2]) for name in from_the_top)
    assert not [name for name in ours if re.fullmatch(r"[\w.]+", name) and not exists(name)]


def test_a_copy_whose_computer_ends_lines_otherwise_holds_the_same_bytes(tmp_path):
    kinds = {".csv", ".json", ".toml", ".md", ".py", ".ipynb", ".png", ".lock", ".gitattributes"}
    first, copied = tmp_path / "first", tmp_path / "copied"
    chosen = {}
    for path in tracked():
        if (kind := path.suffix or path.name) in kinds and len([k for k in chosen.values() if k == kind]) < 5:
            chosen[path.relative_to(ROOT)] = kind
    for name in chosen:
        (first / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, first / name)
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
    for command in (["init", "-q"], ["add", "-A"], [*identity, "commit", "-qm", "x"]):
        subprocess.run(["git", *command], cwd=first, check=True)
    command = ["git", "clone", "-q", "-c", "core.autocrlf=true", str(first), str(copied)]
    subprocess.run(command, check=True)
    assert set(chosen.values()) == kinds
    assert not [name for name in chosen if (copied / name).read_bytes() != (ROOT / name).read_bytes()]


def test_every_action_of_a_workflow_is_named_by_its_commit():
    for path in (ROOT / ".github" / "workflows").iterdir():
        used = re.findall(r"uses: *(\S+)", path.read_text(encoding="utf-8"))
        assert used
        assert not [one for one in used if not re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}", one)]


@pytest.mark.parametrize("page", readme.PAGES)
def test_the_computed_parts_of_a_page_are_what_the_repository_computes(page):
    text = (ROOT / page).read_text()
    assert readme.filled(text, ROOT) == text, "run python -m analysis readme"


def test_the_page_of_the_folder_of_results_is_what_the_repository_computes():
    page = ROOT / readme.RESULTS_PAGE
    assert not page.is_file() or page.read_text() == readme.results_page(ROOT), (
        "run python -m analysis readme"
    )


def test_the_page_of_four_steps_asks_the_questions_that_the_program_asks():
    text = (ROOT / "docs" / "a-new-place.md").read_text()
    lines = re.findall(r"^\| (.*\?) \| `([A-Z]+)=` \| `(.*)` \|$", text, re.M)
    assert [question for question, *_ in lines] == list(QUESTIONS.values())
    assert [where for *_, where in lines] == list(WHERE.values())
    exported = re.search(r"^export (.*)$", (ROOT / "Makefile").read_text(), re.M).group(1).split()
    assert {name for _, name, _ in lines} <= set(exported)
    assert re.findall(r"^\*\*(\d)\.", text, re.M) == ["1", "2", "3", "4"]


def computed(top):
    text = (top / "README.md").read_text(encoding="utf-8")
    return readme.filled(text, top), inventory.page(top), inventory.codecheck(top)


def test_the_pages_speak_of_the_repositorys_own_places_and_not_of_those_of_whoever_works_in_a_copy(tmp_path):
    for path in tracked():
        if path.suffix in {".toml", ".md", ".cff", ".csv", ".json", ".ipynb"}:
            target = tmp_path / path.relative_to(ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target)
    for command in (["init", "-q"], ["add", "-A"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    before = computed(tmp_path)
    own = tmp_path / "data" / "raw" / "mockville"
    shutil.copytree(tmp_path / "data" / "raw" / "okaloosa", own)
    shutil.copytree(tmp_path / "results" / "okaloosa", tmp_path / "results" / "mockville")
    shutil.copytree(tmp_path / "data" / "raw" / "texas", tmp_path / "data" / "raw" / "brockrigg")
    assert {"mockville", "brockrigg"} < set(places.names(tmp_path))
    assert computed(tmp_path) == before
    (tmp_path / inventory.PAGE).write_text(before[1], encoding="utf-8")
    shutil.rmtree(tmp_path / ".git")
    assert computed(tmp_path) == before


# Structure --------------------------------------------------------------------------------------------------


def test_a_module_imports_only_what_stands_before_it():
    wrong, order, known = [], [*readme.ORDER, "__main__"], modules_below(ROOT / "src")
    for path in sorted((ROOT / "src" / "analysis").rglob("*.py")):
        module = path.relative_to(ROOT / "src" / "analysis").parts[0].removesuffix(".py")
        if module == "__init__":
            continue
        for name in {name.split(".")[1] for name in modules_imported(path, known) if name != "analysis"}:
            if name != module and order.index(name) > order.index(module):
                wrong.append(f"{path.name} imports {name}")
    assert not wrong


def modules_imported(path, known):
    """The modules that a module's text names: at its top, inside functions and for types alike.

    That importing `readers.csv` runs `readers/__init__.py` first is Python's doing and no import of ours.
    """
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "analysis":
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            yield from {name if name in known else node.module for name in names}
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in known)


def circles(known):
    """What is left once all modules are taken away that need no others that are left: circles, and what needs them."""
    left = {name: set(modules_imported(path, known)) - {name} for name, path in known.items()}
    while free := {name for name, needs in left.items() if not needs & left.keys()}:
        left = {name: needs for name, needs in left.items() if name not in free}
    return {name: sorted(needs & left.keys()) for name, needs in left.items()}


def modules_below(source):
    """Every module of a package's folder by its dotted name."""
    names = {path: path.relative_to(source).with_suffix("").parts for path in source.rglob("*.py")}
    return {".".join(parts[: -1 if parts[-1] == "__init__" else None]): path for path, parts in names.items()}


def test_no_function_hides_the_module_of_its_name():
    known = modules_below(ROOT / "src")
    hidden = {
        f"{package}.{alias.name}"
        for package, path in known.items()
        if path.name == "__init__.py"
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.ImportFrom) and node.module != package
        for alias in node.names
    } & known.keys()
    assert hidden <= {
        "analysis.measures.numbers",
        *(f"analysis.readers.pdf.{name}" for name in ("cells", "pieces")),
    }


def test_no_modules_import_each_other_in_a_circle():
    found = modules_below(ROOT / "src")
    assert {"analysis.readers", "analysis.readers.base", "analysis.readers.csv"} <= found.keys()
    assert circles(found) == {}


def test_a_circle_inside_a_room_is_seen_even_where_an_import_is_inside_a_function(tmp_path):
    room = tmp_path / "analysis" / "room"
    room.mkdir(parents=True)
    (room / "__init__.py").write_text(
        "def read():\n    from analysis.room import table\n    return table.ROWS\n"
    )
    (room / "table.py").write_text("from analysis.room import read\nROWS = read\n")
    (room / "plain.py").write_text("from analysis.room import table\n")
    assert {"analysis.room", "analysis.room.table"} <= circles(modules_below(tmp_path)).keys()


def test_every_module_has_its_place_in_the_order():
    stems = {p.stem if p.is_file() else p.name for p in (ROOT / "src" / "analysis").iterdir()}
    modules = {s for s in stems if readme.source(s).exists() and s != "__init__"}
    assert modules == {*readme.ORDER, "__main__"}


def test_what_was_planted_is_known_to_the_replica_and_the_error_notebook_only():
    allowed = ("analysis.coding", "analysis.upkeep.replica", "analysis.pipeline")
    for module, path in modules_below(ROOT / "src").items():
        if (
            not f"{module}.".startswith(tuple(f"{one}." for one in allowed))
            and "planted.parquet" in path.read_text()
        ):
            pytest.fail(f"{path.name} looks at what was planted")


# Notebooks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("notebook", methodology(), ids=lambda path: path.stem[:2])
def test_a_notebook_is_clean_short_and_says_what_it_does_not_show(notebook):
    assert notebook_rules.is_clean(notebook) == []


def test_there_are_eight_notebooks_in_reading_order():
    assert [path.name[:2] for path in methodology()] == [f"{n:02}" for n in range(1, 9)]


@pytest.mark.parametrize("notebook", methodology(), ids=lambda path: path.stem[:2])
def test_what_a_notebook_says_it_writes_is_what_it_wrote(notebook):
    results = places.find("texas-replica").results
    table = [c["source"] for c in cells(notebook) if c["cell_type"] == "markdown"][-1]
    writes = re.search(r"^\| Writes \| (.*) \|$", table, re.M).group(1)
    said = {
        kind: set(re.findall(r"`([a-z-]+)`", part))
        for kind, part in re.findall(r"(table|figure)s? ([^;]*)", writes)
    }
    number = notebook.stem[:2] + "-"
    wrote = {
        kind: {p.stem.removeprefix(number).removesuffix("-phone") for p in results.glob(f"{kind}s/{number}*")}
        for kind in said
    }
    assert said == wrote


@pytest.mark.parametrize("notebook", methodology(), ids=lambda path: path.stem[:2])
def test_a_notebook_checks_what_it_says_it_checks(notebook):
    source = "\n".join(c["source"] for c in cells(notebook) if c["cell_type"] == "code")
    table = [c["source"] for c in cells(notebook) if c["cell_type"] == "markdown"][-1]
    checks = re.search(r"^\| Checks \| (.*) \|$", table, re.M).group(1)
    settled = [
        m for call in re.findall(r"page\.settle\((.*?)\)", source, re.S) for m in re.findall(r'"(\w+)"', call)
    ]
    assert sorted(re.findall(r"`(\w+)`", checks)) == sorted(settled)


def cells(notebook):
    found = json.loads(notebook.read_text())["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in found]


# Results ----------------------------------------------------------------------------------------------------

MEASURES = (
    "rows_released", "rows_rejected", "searches", "duplicate_sightings", "agencies", "agency_states", "first_search",
    "last_search", "immigration_searches.strict", "immigration_searches.core", "immigration_searches.broad",
    "immigration_agencies.strict", "immigration_agencies.core", "immigration_agencies.broad", "immigration_civil",
    "immigration_criminal", "immigration_unspecified", "hsi_dhs_only", "vague_reasons", "blank_reasons",
    "out_of_state_searches", "agencies_287g",
)  # fmt: skip
PUBLISHED = [place for place in places.tracked() if (place.results / "numbers.json").is_file()]


@pytest.mark.parametrize("place", PUBLISHED, ids=lambda place: place.name)
def test_the_numbers_that_other_tools_rely_on_are_there_once_for_each_scope(place):
    numbers = json.loads((place.results / "numbers.json").read_text())
    keys = [(number["measure"], number["scope"]) for number in numbers]
    assert keys == sorted(set(keys))
    owners = {"all", *(file.camera_owner or places.OWNER_NOT_SAID for file in place.files)}
    assert {(measure, owner) for measure in MEASURES for owner in owners} <= set(keys)
    for number in numbers:
        assert number["value"] is not None or number["because"]
        assert number["unit"] != "rows" or number["value"] is None or isinstance(number["value"], int)


@pytest.mark.parametrize("place", PUBLISHED, ids=lambda place: place.name)
def test_the_three_totals_are_nested_and_the_ledger_leads_from_released_to_searches(place):
    numbers = {
        (n["measure"], n["scope"]): n["value"]
        for n in json.loads((place.results / "numbers.json").read_text())
    }
    for owner in {"all", *(file.camera_owner or places.OWNER_NOT_SAID for file in place.files)}:
        totals = [numbers[f"immigration_searches.{name}", owner] for name in ("strict", "core", "broad")]
        assert totals == sorted(totals)
        kept = numbers["rows_released", owner] - numbers["rows_rejected", owner]
        assert kept == numbers["searches", owner] + numbers.get(("rows_in_second_files", owner), 0)
    ledger = pd.read_csv(place.results / "ledger.csv")
    columns = ["step", "source_file", "rows_in", "rows_out", "set_aside", "why"]
    assert list(ledger.columns)[:6] == columns
    assert set(ledger.columns[6:]) <= {INVENTED}
    last = ledger.groupby("source_file").last()
    assert last["rows_out"].sum() == numbers["searches", "all"] + numbers.get(
        ("rows_in_second_files", "all"), 0
    )


@pytest.mark.parametrize("place", PUBLISHED, ids=lambda place: place.name)
def test_every_claim_ends_in_one_of_four_ways_and_says_why_where_it_must(place):
    table = pd.read_csv(place.results / "claims.csv", keep_default_na=False)
    good = "recovered" if place.is_replica else "reproduced"
    assert set(table["outcome"]) <= {good, "differs", "cannot be checked"}
    assert (table.loc[table["outcome"] != good, "explanation"] != "").all()
    assert table["id"].is_unique


# Environment ------------------------------------------------------------------------------------------------


def locked(lock="requirements.lock"):
    lines = (ROOT / lock).read_text().splitlines()
    return {m[1].lower(): m[2] for line in lines if (m := re.match(r"([\w.-]+)==([\w.]+)", line))}


def test_environment_yml_names_the_seven_packages_with_the_locks_versions():
    text = (ROOT / "environment.yml").read_text()
    pins = dict(re.findall(r"^  - ([a-z]+)=([\d.]+)$", text, re.M))
    assert pins.pop("python") == "3.12"
    assert set(pins) == {
        "jupyterlab",
        "pandas",
        "matplotlib",
        "seaborn",
        "papermill",
        "nbconvert",
        "ipykernel",
    }
    assert not {name: pin for name, pin in pins.items() if not locked()[name].startswith(pin + ".")}


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("requirements.lock", ()), ("requirements-extras.lock", ("test", "rows", "cluster", "bench"))],
)
def test_a_lock_holds_every_dependency_with_hashes_and_no_address(lock, extras):
    text = (ROOT / lock).read_text()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(one for extra in extras for one in project["optional-dependencies"][extra]),
    ]
    assert {re.split(r"[><=]", one)[0].lower() for one in wanted} <= set(locked(lock))
    assert not re.search(r"://|file:|--find-links|--index", text)
    assert text.count("--hash=sha256:") > len(locked(lock))


def test_both_locks_hold_one_version_of_each_package():
    core, all_of_it = locked(), locked("requirements-extras.lock")
    assert {name: all_of_it.get(name) for name in core} == core


# Privacy and silence ----------------------------------------------------------------------------------------


def test_no_file_names_a_machines_path_or_a_registrys_host():
    hosts = ("pypi" + ".org", "python" + "hosted.org", "npm" + "js.org", "deb.debian" + ".org")
    paths = re.compile(r"(?<![\w/])/(?:home|root|work|Users|opt)/\w")
    wrong = [str(p) for p, text in texts() if any(host in text for host in hosts) or paths.search(text)]
    assert not wrong


def test_no_released_record_is_in_the_repository():
    released = {file.name for place in places.tracked() for file in place.files}
    assert not [str(p) for p in tracked() if p.name in released]


def test_nothing_is_left_open():
    word = re.compile(r"\b(TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")
    assert not [str(p) for p, text in texts() if word.search(text) and p.suffix in {".py", ".toml", ".md"}]


def test_every_place_of_results_says_that_it_is_invented_where_it_is():
    for place in places.tracked():
        numbers = place.results / "numbers.json"
        if numbers.is_file():
            kinds = [n["value"] for n in json.loads(numbers.read_text()) if n["measure"] == "records"]
            assert kinds == [place.kind]
        if (place.results / tips.NAME).is_file():
            for path in place.results.rglob("*.csv"):
                table = pd.read_csv(path, dtype=str, keep_default_na=False)
                assert len(table.columns) > 0, path
                if place.is_replica:
                    assert set(table[INVENTED]) <= {"True"}, path
            assert set(pages.open_claims(place)[INVENTED]) <= {str(place.is_replica)}
            marks = {one.get(INVENTED, False) for one in pages.open_numbers(place) if one["notebook"]}
            assert marks == {place.is_replica}
            assert (place.results / "00-invented.txt").is_file() == place.is_replica


def test_a_bare_url_is_never_a_link_to_this_machine():
    assert not [
        str(p)
        for p, text in texts()
        if re.search(r"https?://(localhost|127\.0\.0\.1)", text) and p.suffix == ".md"
    ]


BRITISH = (
    "licen"
    + "ce|colo"
    + "ur|organis"
    + "ation|recognis"
    + "e|neighbo"
    + "ur|program"
    + "me|offen"
    + "ce|learn"
    + "t"
)
"""Spellings that are not American, put together so that this file holds none of them."""


def test_prose_is_spelled_as_americans_spell_it():
    """Reasons that officers may have typed in another spelling stay: rules, words and labeled examples."""
    data = (
        "results/",
        "data/hand/",
        "tests/reasons/",
        "requirements",
        "codecheck.yml",
        "docs/what",
    )
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split("\n")
    texts = [
        name for name in files if name.endswith((".py", ".md", ".toml", ".ipynb", ".j2", ".cff", ".yml"))
    ]
    found = {
        f"{name}: {word}"
        for name in texts
        if not name.startswith(data)
        for word in re.findall(
            rf"\b(?:{BRITISH})s?\b", (ROOT / name).read_text(encoding="utf-8"), re.IGNORECASE
        )
    }
    assert found == set()
