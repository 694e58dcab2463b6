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


def test_a_story_never_lets_a_count_of_all_follow_one_of_other_searches_as_if_it_were_of_those():
    numbers = known(
        searches=50, duplicate_sightings=0, windows_over_30_days=(0, 50), longest_lookback_days=1,
        night_searches=(14, 50), several_network_searches=(0, 10), networks_most=1, blank_reasons=(49, 50),
        immigration_searches__broad=0,
    )  # fmt: skip
    assert answers.story({}, numbers) == (
        "The log held 50 searches. None of 50 searches looked back more than 30 days. The furthest looked back 1 day. "
        "Of 50 searches, 14 (28.0%) were made from 10 p.m. to 5 a.m. Of 10 searches whose networks the log counts, 0 "
        "(0%) queried the cameras of several, 1 at most. Of 50 searches, 49 (98.0%) gave no reason. None of 50 "
        "searches cited immigration, under any definition."
    )


def test_a_story_says_that_a_time_frame_is_known_of_some_searches_only():
    numbers = known(searches=300, windows_over_30_days=(2, 10), windows_over_31_days=1)
    said = answers.story({"windows_over_30_days": "2"}, numbers)
    assert "Of 10 searches whose time frame the log gives, 2 looked back more than 30 days" in said


def test_a_log_of_one_day_is_of_that_day():
    day = {"value": "2025-12-05", "unit": "day"}
    said = answers.story({"blank_reasons": "2"}, known(searches=9) | {"first_day": day, "last_day": day})
    assert said == "The log held 9 searches, made on Dec. 5, 2025."


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


def test_agencies_that_a_log_does_not_name_are_behind_searches_too():
    said = answers.answer("05", known(**FOUND, immigration_searches_unnamed__core=200))
    assert "The log named 30 agencies behind them, and none for 200." in said
    assert "They came from" not in said
    said = answers.answer("05", known(**FOUND, immigration_searches_unnamed__core=0))
    assert "They came from 30 of 3,182 agencies." in said


def test_definitions_that_count_the_same_decide_nothing():
    same = {f"immigration_searches__{name}": (620, 733_412) for name in ("strict", "core", "broad")}
    alike = known(**{**FOUND, **same})
    for chapter in ("05", "06"):
        assert "made it" not in answers.answer(chapter, alike)
        assert "decided" not in answers.answer(chapter, alike)
        assert "Each definition counted" in answers.answer(chapter, alike)


def test_a_network_audit_of_one_named_agency_is_not_said_to_be_that_agencys_own_log():
    assert answers.answer("04", known(agencies=1, agencies_by_number=0)) == "The log named a single agency."
    assert "named the agency" in answers.answer("04", known(agencies="no row names a searching agency"))


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
