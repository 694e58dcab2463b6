"""A rule file that could not work as written is refused by file, rule and remedy, before anything is classified."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from analysis import reasons, vendors
from analysis.reasons import BadRules, Rules, classify_text
from analysis.reasons.patterns import BadPattern, expressions
from analysis.vendors import BadVendor

FRUIT = 'topic = "fruit"\nabout = "Fruit that grows on trees."\n'
RULE = """
[[rule]]
id      = "g.one"
match   = 'apple'
because = "A fruit."
matches = ["apple", "red apple"]
leaves  = ["pear", "apples"]
"""
GUARD = '[[guard]]\ngroups = ["g"]\nunless = ["x"]\nbecause = "y"\n'
MENU = """
[[offense_type]]
value = "Robbery"
topics = ["fruit"]
"""
DHS = """
[dhs]
rule = "g.one"
clears = ["g.one"]
states = { IL = "Human Services" }
agencies = ["a"]
"""


def folder(tmp_path: Path, text: str = RULE, topic: str = FRUIT, menu: str = MENU, words: str = "") -> Path:
    (tmp_path / "mockcam").mkdir(exist_ok=True)
    (tmp_path / "mockcam" / "menu.toml").write_text(menu)
    (tmp_path / "fruit.toml").write_text(topic + text)
    if words:
        (tmp_path / "words.toml").write_text(words)
    return tmp_path


def load(where: Path) -> Rules:
    return reasons.load(where, {"mockcam": vendors.read_menu(where / "mockcam" / "menu.toml")})


def refused(where: Path) -> str:
    with pytest.raises((BadRules, BadVendor)) as error:
        load(where)
    return str(error.value)


def test_a_good_small_rule_file_loads(tmp_path: Path) -> None:
    rules = load(folder(tmp_path))
    assert classify_text("Red APPLE!", rules).topics == ("fruit",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('because = "A fruit."', 'becuase = "A fruit."', "unknown key 'becuase'; near it: because; known are"),
        ('because = "A fruit."', "", "'because' is missing; needed are id, match, because"),
        ('because = "A fruit."', "because = 1", "'because' must be written as a text in quotation marks"),
        ('["apple", "red apple"]', '"apple"', "'matches' must be written as texts"),
        ('["apple", "red apple"]', "[1, 2]", "'matches' must be written as texts"),
        ('["apple", "red apple"]', '["apple"]', "fewer than two"),
        ('["apple", "red apple"]', '["apple", "apple"]', "fewer than two"),
        ('["pear", "apples"]', '["pear"]', "fewer than two"),
        ('["pear", "apples"]', "[]", "'leaves' is missing"),
        ('["pear", "apples"]', '["pear", "red apple"]', "which it must leave; add an unless"),
        ('["apple", "red apple"]', '["apple", "pears"]', "does not give this rule"),
        ("'apple'", "'(?=apple)'", "outside the subset"),
        ("'apple'", "'(a)\\1'", "outside the subset"),
        ("'apple'", "'^apple$'", "outside the subset"),
        ("'apple'", "'app.e'", "dots are outside the subset"),
        ("'apple'", "'ap+?le'", "lazy"),
        ("'apple'", "'ap++le'", "lazy"),
        ("'apple'", "'(ap)+le'", "unbounded repeat of a group"),
        ("'apple'", "'(a[a-z]+ ){0,9}apple'", "repeat inside a repeated group"),
        ("'apple'", "'ap{2,900}le'", "bounded and small"),
        ("'apple'", "'Apple'", "small letters"),
        ("'apple'", "'[a[b]]pple'", "a class inside a class"),
        ("'apple'", "'(apple'", "is not a pattern"),
        ("'apple'", "'apple|123456'", "names a number of 6 digits or more"),
        ("'apple'", "'apple|12[0-9]{4}'", "names a number of 6 digits or more"),
        ("'apple'", "'apple|28(00|01)'", "a number is written whole"),
        ("'apple'", "'[a-z]'", "matches any letter"),
        ("'apple'", "'apple|{pear}'", "no list 'pear' in words.toml"),
        ("'apple'", "'apple~pear'", "need a space on either side"),
        ("'apple'", "'(apple ~ pear)'", "must be outside brackets"),
        ("'apple'", "'apple'\nunless = ['apple']", "removed by unless 'apple'"),
        ("'apple'", "'apple'\nunless = ['{pear}']", "no list 'pear'"),
        ("'apple'", "'apple'\ntier = \"wide\"", "tier = 'wide' is none of"),
        ("'apple'", "'apple'\nkind = \"odd\"", "kind = 'odd' is none of 'civil', 'criminal'"),
        ("'apple'", "'apple'\nkind = \"civil\"", "a kind is said of strict and core rules only"),
        ("'apple'", "'apple'\nfrom = \"May\"", "'from' must be written as a day"),
        ("'apple'", "'apple'\nfrom = 2025-02-01\nuntil = 2025-01-01", "can never fire"),
        ("'apple'", "'apple'\nwhole = \"yes\"", "'whole' must be written as true or false"),
        ('"g.one"', '"one"', "an id is group.name"),
    ],
)  # fmt: skip
def test_a_bad_rule_is_refused_with_file_rule_and_remedy(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    message = refused(folder(tmp_path, RULE.replace(old, new, 1)))
    assert said in message
    assert message.startswith("fruit.toml, rule '")


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"text": RULE + RULE}, "fruit.toml, rule 'g.one': already in fruit.toml; rename or remove one"),
        ({"text": RULE + RULE.replace("g.one", "g.two")}, "rule 'g.two': has the pattern of rule 'g.one'"),
        ({"text": RULE.replace("[[rule]]", "[rule]")},
         "fruit.toml: 'rule' must be written as entries in double brackets, as [[rule]]"),
        ({"topic": 'about = "Fruit."\n'},
         'fruit.toml: names no topic or another one than its file; begin with topic = "fruit"'),
        ({"topic": 'about = "Fruit."\ntopic = "friut"\n'}, "another one than its file"),
        ({"topic": FRUIT + "shade = 1\n"}, "fruit.toml: unknown key 'shade'"),
        ({"topic": 'topic = "fruit"\n'}, "fruit.toml: 'about' is missing"),
        ({"text": "= ="}, "fruit.toml: not readable as TOML"),
        ({"text": RULE + GUARD.replace('"g"', '"h"')}, "fruit.toml, guard 1: there is no group or rule 'h'"),
        ({"text": RULE + GUARD + 'when = ["g.six"]'}, "there is no group or rule 'g.six'; fix its name"),
        ({"text": RULE + '[[guard]]\ngroups = ["g"]\nbecause = "y"\n'}, "a guard needs groups, because, and unless"),
        ({"text": RULE + GUARD.replace('["x"]', '["x.y"]')}, "fruit.toml, guard 1: '.' in 'x.y'"),
        ({"text": RULE + RULE.replace('"g.one"', '"g.two"\ntier = "core"').replace("'apple'", "'red apple|apple'")},
         "one group has one file and one tier"),
        ({"menu": MENU.replace('"fruit"', '"friut"')}, "offense type 'Robbery': there is no topic 'friut'"),
        ({"menu": MENU.replace("Robbery", "A - B")}, "a value cannot hold"),
        ({"menu": MENU + 'tier = "wide"'}, "'Robbery': tier = 'wide' is none of 'broad', 'core', 'strict'"),
        ({"menu": MENU.replace("value", "valeu")}, "unknown key 'valeu'"),
        ({"menu": 'crimes = ["war"]\n' + MENU}, "vendors/mockcam/menu.toml, crimes: there is no topic 'war'"),
        ({"menu": MENU + '[[machine]]\nbegin = "x"\ninside = true\n'}, "unknown key 'begin'"),
        ({"text": DHS + RULE, "menu": MENU}, ""),
        ({"text": DHS.replace('"g.one"', '"g.six"', 1) + RULE}, "[dhs]: there is no rule 'g.six'"),
        ({"text": DHS.replace("IL", "Ill") + RULE}, "'Ill' is not a state's code of two capitals"),
        ({"text": DHS.replace("agencies", "agency") + RULE}, "[dhs]: unknown key 'agency'"),
        ({"words": "[pear]\nmeans = 'x'\n"}, "words.toml, list 'pear': 'words' is missing; needed are means, words"),
        ({"words": "[pear]\nmeans = 'x'\nwords = ['a.b']\n"}, "words.toml, list 'pear': '.' in 'a.b'"),
        ({"words": "[pear]\nmeans = 'x'\nwords = ['{later}']\n"}, "no list 'later' in words.toml"),
        ({"words": "Pear = 1\n"}, "words.toml, list 'Pear': name it in small letters, digits and _"),
        ({"words": "pear = 1\n"}, "words.toml, list 'pear': it must be a [table]"),
    ],
)  # fmt: skip
def test_a_bad_file_is_refused(tmp_path: Path, parts: dict[str, str], said: str) -> None:
    where = folder(tmp_path, **parts)
    if said:
        assert said in refused(where)
    else:
        load(where)


def test_two_vendors_may_offer_one_value_only_if_it_says_the_same(tmp_path: Path) -> None:
    where = folder(tmp_path)
    first = vendors.read_menu(where / "mockcam" / "menu.toml")
    other = first.replace(offense_type=(first.offense_type[0].replace(topics=()),))
    reasons.load(where, {"mockcam": first, "other": first})
    with pytest.raises(
        BadRules, match=r"vendors/other/menu\.toml, offense type 'Robbery': another vendor's menu says"
    ):
        reasons.load(where, {"mockcam": first, "other": other})


def test_a_rule_that_takes_anothers_example_is_named(tmp_path: Path) -> None:
    thief = GUARD.replace('unless = ["x"]', 'when = ["h.two"]')
    other = (
        RULE.replace("g.one", "h.two")
        .replace("'apple'", "'red apple|apples red'")
        .replace('"apple", "red apple"', '"red apple", "apples red"')
    )
    message = refused(folder(tmp_path, RULE + other.replace('"pear", "apples"', '"pear", "apple"') + thief))
    assert message.startswith(
        "fruit.toml, rule 'g.one': its example 'red apple' does not give this rule (removed by rule h.two;"
    )


# Patterns as written ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "meets", "leaves"),
    [
        ("ice ~ (hold|warrant)", ["ice hold", "hold for ice", "ice x y warrant"], ["ice", "ice x y z hold"]),
        ("fake .. agent", ["fake agent", "fake ice agent"], ["agent fake", "fake x y z agent"]),
        ("{fruit}s? ~ red|plum", ["apples red", "red pear", "plum"], ["red", "apple"]),
        ("a .. b .. c", ["a b c", "a x b y c"], ["a c b"]),
    ],
)  # fmt: skip
def test_a_written_pattern_means_what_words_toml_says(
    written: str, meets: list[str], leaves: list[str]
) -> None:
    expression = re.compile(f" (?:{expressions(written, {'fruit': 'apple|pear'})[0]}) ")
    assert all(expression.search(f"< {text} >") for text in meets)
    assert not any(expression.search(f"< {text} >") for text in leaves)


def test_files_are_read_again_only_where_they_changed(tmp_path: Path) -> None:
    published = Path(__file__).parents[2] / "data" / "hand" / "reasons"
    before, copied = reasons.load(published), shutil.copytree(published, tmp_path / "reasons")
    assert reasons.load(copied) is before, "wherever they are"
    path = copied / "theft.toml"
    path.write_text(path.read_text().replace('about = "', 'about = "Changed: ', 1))
    assert reasons.load(copied).about["theft"].startswith("Changed: ")


def test_whatever_meets_a_pattern_meets_what_it_needs() -> None:
    rules: Rules = reasons.load(Path(__file__).parents[2] / "data" / "hand" / "reasons")
    for rule in rules.rules:
        first = re.compile(rule.searched_first)
        for text in rule.matches:
            meets = [form for form in reasons.readings(text) if re.search(rule.searched, f"< {form} >")]
            assert all(first.search(f"< {form} >") for form in meets), (rule.id, text)


def test_what_a_pattern_needs_is_its_left_sides() -> None:
    assert expressions("ice ~ {x}|plum .. pie|pear", {"x": "a|b"})[1] == "ice|plum|pear"


def test_a_bad_pattern_says_what_to_write() -> None:
    with pytest.raises(BadPattern, match="name the letters, or write"):
        expressions("ic.e", {})


def test_no_module_of_the_reasons_imports_one_that_imports_it() -> None:
    library = Path(__file__).parents[2] / "src" / "analysis" / "reasons"
    uses = {
        path.stem: set(re.findall(r"from analysis\.reasons\.(\w+) import", path.read_text()))
        for path in library.glob("*.py")
        if path.stem != "__init__"
    }
    while leaves := [name for name, used in uses.items() if not used & set(uses)]:
        for name in leaves:
            del uses[name]
    assert not uses, f"these import each other: {sorted(uses)}"
