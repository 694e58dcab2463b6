"""Says the answer of each chapter in a sentence or two, of its numbers: what a page begins with."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from analysis.measures import Number, formatted

ANSWERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "01": (
        (
            "[rows_in_second_files > 0] We read {rows_released} records in the released files. {searches} were "
            "searches, made from {first_day} to {last_day}; {rows_in_second_files} more hold the same searches "
            "again, in a second file, and were not counted twice.",
            "[rows_rejected = 0] The released files hold {rows_released} records, each of them a search, made from "
            "{first_day} to {last_day}.",
            "We read {rows_released} records in the released files. {searches} of them were searches, made from "
            "{first_day} to {last_day}.",
            "We read {rows_released} records in the released files. {searches} of them were searches.",
        ),
        (
            "[rows_rejected > 0] Records left out because they were no search, each kept with the reason why: "
            "{rows_rejected}.",
        ),
    ),
    "02": (
        (
            "[duplicate_sightings > 0] The {searches} rows recorded {distinct_searches} different searches. Rows that "
            "recorded a search again: {duplicate_sightings}.",
            "[duplicate_sightings = 0] The {searches} rows recorded {distinct_searches} different searches, each once.",
            "Which of the {searches} rows recorded the same search is not known: {distinct_searches?}.",
        ),
    ),
    "03": (
        (
            "[no_stated_purpose > 0] {no_stated_purpose} of {searches} searches ({no_stated_purpose%}) stated no "
            "purpose: their reason was blank, masked, vague, a case number alone, or written by software.",
            "[no_stated_purpose = 0] Each of the {searches} searches stated a purpose.",
            "What these {searches} searches were for is not known: {no_stated_purpose?}.",
        ),
        ("{vague_reasons} reasons were vague, {blank_reasons} blank and {masked_reasons} masked.",),
    ),
    "04": (
        (
            "[agencies > 1] {agencies} agencies searched, from {agency_states} states; {out_of_state_searches} of "
            "{searches} searches ({out_of_state_searches%}) were made by agencies of other states.",
            "[agencies > 1] {agencies} agencies searched.",
            "[agencies_by_number > 0] {agencies_by_number} agencies searched; the log gives numbers in place of names.",
            "This log lists the searches of one agency's own officers.",
        ),
        (
            "[several_network_searches > 0] {several_network_searches} searches ({several_network_searches%} of those "
            "that say) asked for the cameras of several networks, {networks_most} at most.",
        ),
    ),
    "05": (
        (
            "[immigration_agencies.core > 0] {immigration_searches.core} of {searches} searches "
            "({immigration_searches.core%}) cited immigration. They came from {immigration_agencies.core} of "
            "{agencies} agencies.",
            "[immigration_searches.core > 0] {immigration_searches.core} of {searches} searches "
            "({immigration_searches.core%}) cited immigration.",
            "[immigration_searches.broad = 0] None of {searches} searches cited immigration, under any definition.",
            "[immigration_searches.core = 0] None of {searches} searches cited immigration by the core definition.",
            "How many of {searches} searches cited immigration is not known: {immigration_searches.core?}.",
        ),
        (
            "[immigration_searches.broad > 0] Counting HSI and DHS too, whose agents do other work, the number is "
            "{immigration_searches.broad}; counting only the words themselves and legal terms, "
            "{immigration_searches.strict}.",
        ),
        (
            "[duplicate_sightings > 0] [immigration_searches.core > 0] Counting each search once, "
            "{distinct_immigration_searches.core} cited immigration.",
        ),
    ),
    "06": (
        (
            "[immigration_searches.broad > 0] The definition decides the number: {immigration_searches.strict} "
            "searches by the narrowest, {immigration_searches.core} by the one published first here, "
            "{immigration_searches.broad} by the widest.",
            "[immigration_searches.broad = 0] No definition counts any of {searches} searches.",
            "No definition can be tried here: {immigration_searches.core?}.",
        ),
    ),
    "07": (
        (
            "Of the searches planted as immigration searches, the core definition found {planted_found_share.core}; of "
            "those that it counted, {counted_planted_share.core} were planted. Whoever planted the words knew the "
            "rules, so this is no measure of real errors.",
            "[language_models > 0] Of {language_models/} readers, {language_models} were language models, not people. "
            "They coded {coded_reasons} different reasons, which {coded_rows} searches gave. By their codes the core "
            "definition missed {missed_rows.core} searches; with those that nobody could tell or read, at most "
            "{missed_rows_at_most.core}.",
            "[language_models > 0] Of {language_models/} readers, {language_models} were language models, not people. "
            "They coded {coded_reasons} different reasons, which {coded_rows} searches gave.",
            "People coded {coded_reasons} different reasons, which {coded_rows} searches gave. By their codes the "
            "core definition missed {missed_rows.core} searches; with those that nobody could tell or read, at most "
            "{missed_rows_at_most.core}.",
            "People coded {coded_reasons} different reasons, which {coded_rows} searches gave.",
            "Nobody has read and coded these reasons yet, so no error rate is given.",
        ),
    ),
}
"""For each chapter its sentences, in order. Of several versions of a sentence the first is said whose numbers are known
and whose conditions, in brackets, hold. `{measure}` is its value, `{measure%}` its share, `{measure/}` its denominator,
`{measure?}` why it is not known."""

STORIES: Sequence[tuple[str, str, tuple[tuple[str, ...], ...]]] = (
    (
        "windows|longest",
        "04-look-back",
        (
            (
                "[windows_over_30_days > 0] {windows_over_30_days} looked back more than 30 days, "
                "{windows_over_31_days} more than 31.",
                "[windows_over_30_days = 0] None looked back more than 30 days.",
            ),
            ("The furthest looked back {longest_lookback_days} days.",),
        ),
    ),
    (
        r".*\.patrol",
        "04-look-back",
        (("No search whose whole reason was 'patrol' looked back more than {longest_lookback_days.patrol} days.",),),
    ),
    (
        "night",
        "04-hours",
        (("{night_searches} ({night_searches%} of those with a time) were made from 10 p.m. to 5 a.m.",),),
    ),
    (
        "one_network|several_network|networks|devices",
        "04-breadth",
        (("{several_network_searches} ({several_network_searches%} of those that say) asked the cameras of several "
          "networks, {networks_most} at most.",),),
    ),
    (
        "blank",
        "03-origins-by-week",
        (("{blank_reasons} ({blank_reasons%}) gave no reason.",),),
    ),
    (
        "distinct|repeated|duplicate",
        "01-searches-per-day",
        (("[duplicate_sightings > 0] Counting each search once, there were {distinct_searches}.",),),
    ),
)  # fmt: skip
"""What a place's story says where immigration is not its subject: how the names of the measures begin that its
published numbers are of, the figure that shows it, and sentences as in `ANSWERS`."""

_OPENING = (
    "[duplicate_sightings > 0] The log holds {searches} rows, from {first_day} to {last_day}.",
    "The log holds {searches} searches, from {first_day} to {last_day}.",
    "The log holds {searches} searches.",
)
_NO_IMMIGRATION = (
    "[immigration_searches.broad = 0] None cited immigration, under any definition.",
    "How many cited immigration is not known: {immigration_searches.core?}.",
)

_WORD = re.compile(r"\{([a-z_0-9.]+)([%?/]?)\}")
_CONDITION = re.compile(r"\[([a-z_0-9.]+) ([=>]) (\d+)\] ")


def measures_of(chapter: str) -> tuple[str, ...]:
    """The measures that the answer of a chapter may name."""
    return named_in(*(version for sentence in ANSWERS.get(chapter, ()) for version in sentence))


def named_in(*versions: str) -> tuple[str, ...]:
    """The measures that versions of a sentence name, in order."""
    found = (match[1] for text in versions for match in (*_CONDITION.finditer(text), *_WORD.finditer(text)))
    return tuple(dict.fromkeys(found))


def answer(chapter: str, numbers: Mapping[str, Number]) -> str:
    """The answer of a chapter, given its numbers by measure; "" for a chapter that has none."""
    sentences = (first_known(versions, numbers) for versions in ANSWERS.get(chapter, ()))
    return " ".join(filter(None, sentences))


def is_of_immigration(published: Iterable[str], numbers: Mapping[str, Number]) -> bool:
    """Whether immigration is a place's story: a published number is of it, or any search cited it."""
    found = numbers.get("immigration_searches.broad", {}).get("value")
    return bool(found) or any(name.startswith("immigration") for name in published)


def story(published: Sequence[str], numbers: Mapping[str, Number]) -> str:
    """What a place's page begins with: what its records say of the subjects of the published numbers, which are given
    by the names of their measures."""
    if is_of_immigration(published, numbers):
        return answer("05", numbers)
    subjects = (said for begins, _, said in STORIES if any(re.match(begins, name) for name in published))
    told = chain((_OPENING,), *subjects, (_NO_IMMIGRATION,))
    return " ".join(filter(None, (first_known(versions, numbers) for versions in told)))


def pictures(published: Sequence[str], numbers: Mapping[str, Number]) -> list[str]:
    """The figures that show a place's story, by name, the first that was drawn to be shown."""
    if is_of_immigration(published, numbers):
        return ["05-per-week", "05-agencies", "05-added"]
    of_subjects = (
        figure for begins, figure, _ in STORIES if any(re.match(begins, name) for name in published)
    )
    return [*of_subjects, "01-searches-per-day"]


def first_known(versions: Sequence[str], numbers: Mapping[str, Number]) -> str:
    """The first version of a sentence of which every number is known and every condition holds; "" without one."""
    return next((said for text in versions if (said := _said(text, numbers))), "")


def _said(text: str, numbers: Mapping[str, Number]) -> str:
    """A version of a sentence with its numbers; "" where one is not known or its condition does not hold."""
    while condition := _CONDITION.match(text):
        value, limit = numbers.get(condition[1], {}).get("value"), int(condition[3])
        if value is None or not (value > limit if condition[2] == ">" else value == limit):
            return ""
        text = text[condition.end() :]
    words = {match[0]: _word(numbers.get(match[1], {}), match[2]) for match in _WORD.finditer(text)}
    return "" if None in words.values() else _WORD.sub(lambda match: str(words[match[0]]), text)


def _word(number: Number, kind: str) -> str | None:
    if kind == "?":
        return number.get("because") if number.get("value") is None else None
    value = number.get("value")
    if kind == "/":
        return None if value is None or "denominator" not in number else formatted(number["denominator"])
    if kind == "%":
        value = number["numerator"] / number["denominator"] if number.get("denominator") else None
        return None if value is None else formatted(value, "share")
    return None if value is None else formatted(value, number["unit"])
