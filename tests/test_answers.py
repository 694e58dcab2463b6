"""A chapter begins with its answer: of known numbers alone, in the version that these bear."""

import pytest

from analysis.measures import measure
from analysis.pages import answers


def known(**values):
    """Numbers by measure; a pair is a count and the denominator of its share, a text says why it is not known."""
    found = {}
    for written, value in values.items():
        name = written.replace("__", ".")
        number = {"measure": name, "unit": measure(name).unit}
        if isinstance(value, str):
            number |= {"value": None, "because": value}
        elif isinstance(value, tuple):
            number |= {"value": value[0], "numerator": value[0], "denominator": value[1]}
        else:
            number |= {"value": value}
        found[name] = number
    return found


@pytest.mark.parametrize("chapter", answers.ANSWERS)
def test_an_answer_names_declared_measures_and_nothing_else_in_braces(chapter):
    names = answers.measures_of(chapter)
    assert names
    for name in names:
        assert measure(name).name == name
    for version in [version for versions in answers.ANSWERS[chapter] for version in versions]:
        assert "{" not in answers._WORD.sub("", version)


FOUND = {
    "searches": 733_412, "agencies": 3_182, "duplicate_sightings": 5, "immigration_searches__core": (620, 733_412),
    "immigration_searches__strict": (542, 733_412), "immigration_searches__broad": (1_516, 733_412),
    "immigration_agencies__core": 30, "distinct_immigration_searches__core": 619,
}  # fmt: skip


def test_the_finding_has_its_denominators_and_the_other_definitions():
    said = answers.answer("05", known(**FOUND))
    assert said.startswith(
        "620 of 733,412 searches (0.085%) cited immigration. They came from 30 of 3,182 agencies."
    )
    assert "Counting HSI and DHS too, whose agents do other work, the number is 1,516" in said
    assert said.endswith("Counting each search once, 619 cited immigration.")


def test_a_log_without_immigration_searches_says_so_and_nothing_of_agencies():
    none = dict.fromkeys([name for name in FOUND if name.startswith("immigration_searches")], (0, 10))
    said = answers.answer("05", known(**{**FOUND, **none, "searches": 10, "immigration_agencies__core": 0}))
    assert said == "None of 10 searches cited immigration, under any definition."


def test_what_is_not_known_is_said_with_its_reason_and_never_as_zero():
    unknown = dict.fromkeys(FOUND, "the log has no column of reasons") | {"searches": 10}
    said = answers.answer("05", known(**unknown))
    assert said == "How many of 10 searches cited immigration is not known: the log has no column of reasons."


def test_a_sentence_whose_numbers_were_not_counted_is_left_out():
    assert answers.answer("05", {}) == ""
    assert answers.answer("99", {}) == ""
    assert (
        answers.answer("07", {}) == "Nobody has read and coded these reasons yet, so no error rate is given."
    )
