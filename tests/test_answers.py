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
        assert not set("{<&") & set(answers._WORD.sub("", version)), "a chapter shows it as HTML"


def test_a_number_agrees_with_its_noun_and_is_marked_without_it():
    said = answers.first_known(
        ("{agencies agency} in {searches search}",),
        known(agencies=1, searches=1_200),
        lambda name, text: f"<{name} {text}>",
    )
    assert said == "<agencies 1> agency in <searches 1,200> searches"


def test_a_story_says_its_denominator_once_and_what_had_been_published():
    numbers = known(
        searches=9, duplicate_sightings=0, windows_over_30_days=(4, 9), windows_over_31_days=1, blank_reasons=(2, 9),
        longest_lookback_days=50, longest_lookback_days__patrol=43, immigration_searches__broad=0,
    )  # fmt: skip
    published = {
        "windows_over_30_days": "4",
        "longest_lookback_days.patrol": "1.5 years",
        "blank_reasons": "",
    }
    assert answers.story(published, numbers) == (
        "The log held 9 searches. Of those, 4 looked back more than 30 days, and 1 more than 31. The furthest looked "
        "back 50 days. No search whose whole reason was 'patrol' looked back more than 43 days. The published figure "
        "was 1.5 years. In addition, 2 (22.2%) gave no reason. None of 9 searches cited immigration, under any "
        "definition."
    )


def test_a_place_about_which_nothing_was_published_tells_every_subject_of_its_log():
    numbers = known(
        searches=9, duplicate_sightings=0, windows_over_30_days=(1, 9), windows_over_31_days=0, night_searches=(3, 9),
        blank_reasons=(2, 9), longest_lookback_days__patrol=43, immigration_searches__broad=2,
        immigration_searches__core=(2, 9), immigration_searches__strict=1,
    )  # fmt: skip
    said = answers.story({}, numbers)
    assert said.startswith("2 of 9 searches (22.2%) cited immigration. ")
    assert (
        "Of 9 searches, 1 looked back more than 30 days, and 0 more than 31. In addition, 3 (33.3%)" in said
    )
    assert said.endswith("2 (22.2%) gave no reason.")
    assert "patrol" not in said, "which is one place's story"
    assert "looked back" not in answers.story({"immigration_searches.core": "2"}, numbers)


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
    assert "Adding HSI and DHS, whose agents also do other work, made it 1,516." in said
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
