"""Names are plain words, one for each idea; src/analysis/README.md lists them, and this holds the others out."""

import ast
import json
import re
from pathlib import Path

import pytest

LIBRARY = Path(__file__).parents[1] / "src" / "analysis"

GONE = {
    "aside": "rejected, or what it is",
    "apart": "separate, distinct",
    "asked": "args, query, question",
    "bears": "supports",
    "mend": "fix",
    "parted": "split",
    "sign": "character",
    "signs": "characters",
    "stand": "is",
    "stands": "is",
    "told": "says, distinguished",
}
"""Words that no name holds, and what to say instead."""

COLUMNS = {"set_aside"}
"""Names of published columns, which stay as they were published."""

PRONOUNS = {"by", "it", "of", "one", "ones", "under"}
"""Words that are no whole name: they say nothing of what they hold. `by_kind` and `start_of_day` are names."""

CLEAN = (
    "__init__", "__main__", "agencies", "arguments", "coding", "figures", "files", "headlines", "intake", "letter",
    "lookup", "notebooks", "paths", "pipeline", "places", "printed", "privacy", "processes", "readers",
    "reasons", "refused", "repeats", "toml", "vendors", "wording",
)  # fmt: skip
"""The rooms and modules in which both hold."""


def names(tree):
    """Every name that a module's text gives to something, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.ExceptHandler):
            yield node.name or "", node.lineno
        elif isinstance(node, ast.arg):
            yield node.arg, node.lineno
        elif isinstance(node, ast.alias):
            yield node.asname or "", node.lineno
        elif isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.id if isinstance(node, ast.Name) else node.attr, node.lineno
        elif isinstance(node, ast.MatchAs | ast.MatchStar):
            yield node.name or "", node.lineno


def objections(source, where):
    """What a module's names hold that they should not."""
    for name, line in names(ast.parse(source)):
        for word in re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold()):
            if word in GONE and name not in COLUMNS:
                yield f"{where}:{line}: {name}: say {GONE[word]}"
        if name.casefold().strip("_") in PRONOUNS:
            yield f"{where}:{line}: {name} says nothing of what it holds"


def modules():
    for path in sorted(LIBRARY.rglob("*.py")):
        room = path.relative_to(LIBRARY).parts[0].removesuffix(".py")
        if room in CLEAN:
            yield path


@pytest.mark.parametrize("path", list(modules()), ids=lambda path: str(path.relative_to(LIBRARY)))
def test_names_are_plain_words(path):
    found = list(objections(path.read_text(encoding="utf-8"), path.name))
    assert not found
    assert not {*GONE, *PRONOUNS} & {*path.stem.split("_")}


@pytest.mark.parametrize(
    "source",
    [
        "def put_aside(): ...", "class ToldApart: ...", "def f(asked): ...", "def f(*, of): ...", "by = 1",
        "[one for one in x]", "import x as it", "for of, y in z: ...", "a.sign = 1", "with x as one: ...",
        "try: ...\nexcept E as one: ...", "(under := 1)", "match x:\n case [one, *_]: ...", "BLANK_SIGN = 1",
    ],
)  # fmt: skip
def test_a_word_that_is_gone_is_seen_in_every_kind_of_name(source):
    assert list(objections(source, "x"))


@pytest.mark.parametrize(
    "source", ["def by_kind(start_of_day): ...", "signed = assigned = beside = 1", "x.sign"]
)
def test_other_words_are_left_alone(source):
    assert not list(objections(source, "x"))


RIDDLES = re.compile(
    r"\b(?:stood|stands?(?! for\b)|standing alone|told apart|came about|no part of it|played no part|borne out"
    r"|bears? (?:it|that|the (?:number|claim)|the claim) out|overlap by nothing|however many logs they"
    r"|was nobody's to|keeps? company with)\b",
    re.IGNORECASE,
)
"""Phrases that no reader says aloud, and that texts and messages say in plain words: see *Words* above for names."""

COMPUTED = {"docs/what-is-made-where.md"}
"""Pages that hold what results say; they follow when `make` writes those."""

TOP = LIBRARY.parents[1]


def literals(source):
    """Text of a module that people may read: every string that is no docstring."""
    tree = ast.parse(source)
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documented:
            yield node.value


def texts():
    """Every file whose words people read, with those words."""
    for pattern in (
        "*.md",
        "docs/*.md",
        "claims/*.md",
        "claims/*.toml",
        "data/raw/*/README.md",
        "data/hand/**/README.md",
    ):
        for path in TOP.glob(pattern):
            if str(path.relative_to(TOP)) not in COMPUTED:
                yield path, path.read_text(encoding="utf-8")
    for path in TOP.glob("notebooks/*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        yield path, "\n".join("".join(cell["source"]) for cell in cells)
    for path in LIBRARY.rglob("*.j2"):
        yield path, path.read_text(encoding="utf-8")
    for path in LIBRARY.rglob("*.py"):
        yield path, "\n".join(literals(path.read_text(encoding="utf-8")))


def test_texts_say_things_as_people_say_them_aloud():
    found = [
        f"{path.relative_to(TOP)}: …{text[max(0, match.start() - 40) : match.end() + 20]!r}"
        for path, text in texts()
        for match in RIDDLES.finditer(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "phrase",
    ["It stood in six logs.", "yes where it bears the number out", "Reasons came about", "borne out by rows"],
)
def test_a_riddle_is_seen(phrase):
    assert RIDDLES.search(phrase)


@pytest.mark.parametrize(
    "phrase", ["What does 'patrol' stand for?", "two dashes stand for no number", "standard"]
)
def test_plain_words_are_no_riddle(phrase):
    assert not RIDDLES.search(phrase)


def test_every_word_of_the_glossary_is_explained_once():
    text = (LIBRARY / "README.md").read_text(encoding="utf-8").partition("## Words")[2]
    words = [word for line in re.findall(r"^\| (.+?) \| .+ \|$", text, re.M)[1:] for word in line.split(", ")]
    assert {"place", "part", "scope", "rejected", "search", "core", "measure", "condition", "claim"} <= {
        *words
    }
    assert len(words) == len({*words})
