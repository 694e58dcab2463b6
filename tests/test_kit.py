"""What a reviewer is handed is valid, complete and up to date."""

import ast
import pkgutil
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from dealing import LONGEST_FIRST, dealt_with

import analysis
from analysis import places
from analysis.arguments import VERBS, parser
from analysis.upkeep import inventory, readme

ROOT = places.root()


@pytest.mark.parametrize(
    ("file", "schema"),
    [
        ("CITATION.cff", "vendor.citation-file-format"),
        (".github/workflows/check.yml", "vendor.github-workflows"),
    ],
)
def test_a_file_for_others_follows_its_published_schema(file: str, schema: str) -> None:
    pytest.importorskip("check_jsonschema", reason="needs the tools of tests: make extras")
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(ROOT / file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_workflow_runs_both_commands_on_every_supported_python() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "check.yml").read_text())["jobs"]
    runs = [step.get("run") for step in jobs["make"]["steps"]]
    assert {"make test", "OFFLINE=1 make"} <= set(runs)
    assert jobs["make"]["strategy"]["matrix"]["python"] == ["3.11", "3.12", "3.13", "3.14"]


@pytest.mark.parametrize(
    ("name", "made"), [(inventory.PAGE, inventory.page), (inventory.CODECHECK, inventory.codecheck)]
)
def test_what_is_made_where_is_up_to_date(name: str, made) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == made(ROOT), "run python -m analysis readme"


def test_codecheck_lists_exactly_the_published_files_and_no_placeholder() -> None:
    text = (ROOT / "codecheck.yml").read_text(encoding="utf-8")
    assert text.startswith("---\n")
    said = yaml.safe_load(text)
    files = [entry["file"] for entry in said["manifest"]]
    assert all(entry["comment"] for entry in said["manifest"])
    there = (path for place in places.tracked() for path in place.results.rglob("*") if path.is_file())
    assert sorted(files) == sorted(path.relative_to(ROOT).as_posix() for path in there)
    assert said["paper"]["title"]
    assert said["paper"]["authors"][0]["name"]
    assert said["paper"]["reference"].startswith("https://")
    assert not re.search("FIX" + "ME|TO" + "DO|XX" + "XX", text)


def test_every_link_of_the_inventory_leads_to_a_file() -> None:
    page = ROOT / inventory.PAGE
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert len(links) > 100
    assert not [link for link in links if not (page.parent / link).exists()]


def test_a_machine_without_make_installs_what_make_installs_and_has_its_verbs() -> None:
    said = (ROOT / "docs" / "without-make.md").read_text(encoding="utf-8")
    makefile = " ".join((ROOT / "Makefile").read_text(encoding="utf-8").replace("\\\n", " ").split())
    for words in ("--require-hashes --no-deps --only-binary :all:", "--no-deps --no-build-isolation -e ."):
        assert words in makefile
        assert said.count(words) == 2
    verbs = set(VERBS)
    assert set(re.findall(r"-m analysis ([a-z]+)", said)) <= verbs


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_explains_itself(verb: str, capsys) -> None:
    with pytest.raises(SystemExit) as end:
        parser().parse_args([verb, "--help"])
    assert end.value.code == 0
    assert len(capsys.readouterr().out) > 60


def test_an_option_that_a_verb_does_not_take_shows_those_that_it_takes(capsys) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(["claims", "--place", "okaloosa"])
    assert "analysis claims [-h] [places ...]" in capsys.readouterr().err


def test_help_reads_like_a_table_of_contents() -> None:
    path = ROOT / "src" / "analysis" / "__init__.py"
    text = path.read_text(encoding="utf-8")
    assert readme.with_contents(text) == text, "run python -m analysis readme"
    assert all(f"\n{name} " in (analysis.__doc__ or "") for name in readme.ORDER)


def test_every_module_and_public_function_says_what_it_does() -> None:
    silent = []
    for module in pkgutil.walk_packages(analysis.__path__, "analysis."):
        found = Path(getattr(module.module_finder, "path", ""), module.name.rpartition(".")[2])
        path = found.with_suffix(".py") if found.with_suffix(".py").is_file() else found / "__init__.py"
        tree = ast.parse(path.read_text(encoding="utf-8"))
        silent += [module.name] if not ast.get_docstring(tree) else []
        for node in tree.body:
            public = isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
            if public and not ast.get_docstring(node):
                silent.append(f"{module.name}.{node.name}")
    assert silent == []


LICENSES = (
    "MIT",
    "BSD",
    "Apache",
    "ISC",
    "MPL",
    "Mozilla Public",
    "PSF",
    "Python Software",
    "Public Domain",
    "Zlib",
)
"""Words of the licenses under which a package may be locked: permissive, or as the MPL with terms for its own files."""

UNSAID = {"axe-playwright-python": "MIT"}  # its file LICENSE
"""Packages whose metadata names no license; each was looked up in its own files."""


def _locked() -> list[str]:
    text = (ROOT / "requirements-extras.lock").read_text() + (ROOT / "requirements.lock").read_text()
    return sorted(set(re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)))


def _license(name: str) -> str | None:
    """What an installed package's own metadata says of its license; None for one of another system."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return None
    classes = [line for line in said.get_all("Classifier") or [] if line.startswith("License ::")]
    return " ".join(
        [said.get("License-Expression") or "", *classes, (said.get("License") or "")[:200]]
    ).strip()


def test_every_locked_package_has_a_license_that_agrees_with_ours() -> None:
    said = {name: _license(name) or UNSAID.get(name) for name in _locked()}
    installed = {name: license_ for name, license_ in said.items() if _license(name) is not None}
    assert len(installed) > 100
    refused = {
        name: license_
        for name, license_ in installed.items()
        if re.search(r"(?<![A-Za-z])[AL]?GPL|Affero|Lesser General", license_ or "")
        or not any(word in (license_ or "") for word in LICENSES)
    }
    assert refused == {}


def test_both_licenses_and_a_corrections_policy_are_there() -> None:
    assert "MIT" in (ROOT / "LICENSE").read_text()
    assert (
        "CC BY 4.0" in (ROOT / "LICENSE-DATA").read_text()
        or "Attribution 4.0" in (ROOT / "LICENSE-DATA").read_text()
    )
    assert "Corrections policy" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.xdist_group("small place")
def test_a_test_of_a_group_is_dealt_out_with_its_group(request):
    assert request.node.nodeid.endswith("@small place") == request.config.getoption("loadgroup", False)


def test_tests_without_a_group_are_dealt_out_with_their_file_and_those_begun_first_are_there():
    assert dealt_with("tests/a/test_b.py::test_c[x@y]") == "tests/a/test_b.py"
    assert dealt_with("tests/a/test_b.py::test_c[x@y]@small place") == "small place"
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")]
    gone = [name for name in LONGEST_FIRST if not (ROOT / name).is_file()]
    assert [name for name in gone if not any(f'xdist_group("{name}")' in text for text in texts)] == []
