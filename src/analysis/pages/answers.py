"""Says the answer of each chapter in a sentence or two, of its numbers: what a page begins with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain, cycle
from typing import Any

from analysis.claims import Claim
from analysis.measures import Number, formatted
from analysis.wording import counted

ANSWERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "01": (
        (
            "[rows_in_second_files > 0] We read {rows_released record} in the released files. {searches} were "
            "searches, made from {first_day}, to {last_day}. Another {rows_in_second_files} repeated the same "
            "searches in a second file, and we did not count them twice.",
            "[rows_rejected = 0] The released files held {rows_released record}, each of them a search, made from "
            "{first_day}, to {last_day}.",
            "We read {rows_released record} in the released files. {searches} of them were searches, made from "
            "{first_day}, to {last_day}.",
            "We read {rows_released record} in the released files. {searches} of them were searches.",
        ),
        (
            "[rows_rejected > 0] We left out {rows_rejected record} that recorded no search, and kept the reason "
            "for each.",
        ),
    ),
    "02": (
        (
            "[duplicate_sightings > 0] The {searches} rows recorded {distinct_searches different search}. The other "
            "{duplicate_sightings row} recorded one of these again.",
            "[duplicate_sightings = 0] The {searches} rows recorded {distinct_searches different search}, each once.",
            "Which of the {searches} rows recorded the same search is not known: {distinct_searches?}.",
        ),
    ),
    "03": (
        (
            "[no_stated_purpose > 0] {no_stated_purpose} of {searches} searches ({no_stated_purpose%}) stated no "
            "purpose: The reason was blank, masked, vague, only a case number, or written by software.",
            "[no_stated_purpose = 0] Each of the {searches} searches stated a purpose.",
            "What these {searches} searches were for is not known: {no_stated_purpose?}.",
        ),
        ("Of the reasons, {vague_reasons} were vague, {blank_reasons} blank and {masked_reasons} masked.",),
    ),
    "04": (
        (
            "[agencies > 1] {agencies} agencies from {agency_states state} searched. Agencies of other states made "
            "{out_of_state_searches} of {searches} searches ({out_of_state_searches%}).",
            "[agencies > 1] {agencies} agencies searched.",
            "[agencies_by_number > 0] {agencies_by_number agency} searched. The log gave numbers in place of names.",
            "[agencies = 1] The log named a single agency.",
            "No row of the log named the agency that searched.",
        ),
        (
            "[several_network_searches > 0] {several_network_searches} of {several_network_searches/} searches "
            "({several_network_searches%}) queried the cameras of several networks, {networks_most} at most.",
        ),
    ),
    "05": (
        (
            "[immigration_agencies.core > 0] [immigration_searches_unnamed.core > 0] {immigration_searches.core} of "
            "{searches} searches ({immigration_searches.core%}) cited immigration. The log named "
            "{immigration_agencies.core agency} behind them, and none for {immigration_searches_unnamed.core}.",
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
            "[immigration_searches.broad > 0] [immigration_searches.broad = immigration_searches.strict] Each "
            "definition counted the same number.",
            "[immigration_searches.broad > 0] Adding HSI and DHS, whose agents also do other work, made it "
            "{immigration_searches.broad}. Counting only explicit words and legal terms made it "
            "{immigration_searches.strict}.",
        ),
        (
            "[duplicate_sightings > 0] [immigration_searches.core > 0] Counting each search once, "
            "{distinct_immigration_searches.core} cited immigration.",
        ),
    ),
    "06": (
        (
            "[immigration_searches.broad > 0] [immigration_searches.broad = immigration_searches.strict] Each "
            "definition counted {immigration_searches.core search}.",
            "[immigration_searches.broad > 0] The definition decided the number: {immigration_searches.strict "
            "search} by the narrowest, {immigration_searches.core} by the definition published first here and "
            "{immigration_searches.broad} by the widest.",
            "[immigration_searches.broad = 0] No definition counted any of {searches} searches.",
            "No definition could be tried here: {immigration_searches.core?}.",
        ),
    ),
    "07": (
        (
            "Of the searches planted as immigration searches, the core definition found {planted_found_share.core}. Of "
            "those it counted, {counted_planted_share.core} were planted. Whoever planted the words knew the "
            "rules, so this does not measure real errors.",
            "[language_models > 0] {language_models} of {language_models/} readers were language models, not people. "
            "They coded {coded_reasons different reason}, given in {coded_rows search}. By their codes, the core "
            "definition missed {missed_rows.core search}. It missed at most {missed_rows_at_most.core}, the upper "
            "end of a 95 percent interval that counts every reason nobody could read or judge.",
            "[language_models > 0] {language_models} of {language_models/} readers were language models, not people. "
            "They coded {coded_reasons different reason}, given in {coded_rows search}.",
            "People coded {coded_reasons different reason}, given in {coded_rows search}. By their codes, the core "
            "definition missed {missed_rows.core search}. It missed at most {missed_rows_at_most.core}, the upper "
            "end of a 95 percent interval that counts every reason nobody could read or judge.",
            "People coded {coded_reasons different reason}, given in {coded_rows search}.",
            "Nobody has read and coded these reasons yet, so no error rate is given.",
        ),
    ),
}
"""For each chapter its sentences, in order. Of several versions of a sentence the first is said whose numbers are known
and whose conditions, in brackets, hold; they compare with a number or with another measure. `{measure}` is its value,
`{measure agency}` its value with that noun in singular or plural, `{measure%}` its share, `{measure#}` its two counts
("2 of 300"), `{measure/}` its denominator, `{measure?}` why it is not known, and `{measure!}` what was published of
it."""

STORIES: Sequence[tuple[str, str, tuple[tuple[str, ...], ...]]] = (
    (
        "windows|longest",
        "04-look-back",
        (
            (
                "[searches > windows_over_30_days/] [windows_over_30_days > 0] Of {windows_over_30_days/} searches "
                "whose time frame the log gives, {windows_over_30_days} looked back more than 30 days, and "
                "{windows_over_31_days} more than 31.",
                "[searches > windows_over_30_days/] [windows_over_30_days = 0] None of {windows_over_30_days/} "
                "searches whose time frame the log gives looked back more than 30 days.",
                "[windows_over_30_days > 0] Of {windows_over_30_days/} searches, {windows_over_30_days} looked "
                "back more than 30 days, and {windows_over_31_days} more than 31.",
                "[windows_over_30_days = 0] None of {windows_over_30_days/} searches looked back more than 30 days.",
            ),
            ("The furthest looked back {longest_lookback_days day}.",),
        ),
    ),
    (
        r".*\.patrol",
        "04-look-back",
        (
            (
                "No search whose whole reason was 'patrol' looked back more than {longest_lookback_days.patrol "
                "day}. The published figure was {longest_lookback_days.patrol!}.",
                "No search whose whole reason was 'patrol' looked back more than {longest_lookback_days.patrol day}.",
            ),
        ),
    ),
    (
        "night",
        "04-hours",
        (
            (
                "[searches > night_searches/] Of {night_searches/} searches whose hour the log gives, {night_searches} "
                "({night_searches%}) were made from 10 p.m. to 5 a.m.",
                "Of {night_searches/} searches, {night_searches} ({night_searches%}) were made from 10 p.m. to 5 a.m.",
            ),
        ),
    ),
    (
        "one_network|several_network|networks|devices",
        "04-breadth",
        (
            (
                "[searches > several_network_searches/] Of {several_network_searches/} searches whose networks the log "
                "counts, {several_network_searches} ({several_network_searches%}) queried the cameras of several, "
                "{networks_most} at most.",
                "Of {several_network_searches/} searches, {several_network_searches} ({several_network_searches%}) "
                "queried the cameras of several networks, {networks_most} at most.",
            ),
        ),
    ),
    (
        "blank",
        "03-origins-by-week",
        (("[blank_reasons > 0] Of {blank_reasons/} searches, {blank_reasons} ({blank_reasons%}) gave no reason.",),),
    ),
    (
        "distinct|repeated|duplicate",
        "01-searches-per-day",
        (("[duplicate_sightings > 0] Counting each search once, there were {distinct_searches}.",),),
    ),
)  # fmt: skip
"""What a place's story says where immigration is not its subject: how the names of the measures begin that its
published numbers are of, the figure that shows it, and sentences as in `ANSWERS`."""

OF_ANY_LOG = ("windows", "night", "several_network", "blank", "distinct")
"""The subjects of a place about which nothing was published, as its measures begin."""

_OPENING = (
    "[duplicate_sightings > 0] The log held {searches row}, from {first_day}, to {last_day}.",
    "The log held {searches search}, made from {first_day}, to {last_day}.",
    "The log held {searches search}.",
)
_NO_IMMIGRATION = (
    "[immigration_searches.broad = 0] None of {searches} searches cited immigration, under any definition.",
    "How many searches cited immigration is not known: {immigration_searches.core?}.",
)

_WORD = re.compile(r"\{([a-z_0-9.]+)(?:([%?/!#])| ([a-z ]+))?\}")
_CONDITION = re.compile(r"\[([a-z_0-9.]+/?) ([=>]) ([a-z_0-9.]+/?)\] ")
_PERIOD = "from {first_day}, to {last_day}"

Mark = Callable[[str, str], str]
"""Marks up a number in a sentence, given its measure and its text: as a link, say."""


def unmarked(measure: str, text: str) -> str:
    """The text of a number as it is."""
    return text


def measures_of(chapter: str) -> tuple[str, ...]:
    """The measures that the answer of a chapter may name."""
    return named_in(*(version for sentence in ANSWERS.get(chapter, ()) for version in sentence))


def named_in(*versions: str) -> tuple[str, ...]:
    """The measures that versions of a sentence name, in order."""
    conditions = (
        name for text in versions for match in _CONDITION.finditer(text) for name in match.group(1, 3)
    )
    words = (match[1] for text in versions for match in _WORD.finditer(text))
    return tuple(
        dict.fromkeys(name.removesuffix("/") for name in (*conditions, *words) if not name.isdigit())
    )


def answer(chapter: str, numbers: Mapping[str, Number], mark: Mark = unmarked) -> str:
    """The answer of a chapter, given its numbers by measure; "" for a chapter that has none."""
    said = (first_known(versions, numbers, mark) for versions in ANSWERS.get(chapter, ()))
    return " ".join(filter(None, said))


def printed(register: Sequence[Claim]) -> dict[str, str]:
    """What was published of each measure that claims are of, as printed; "" where only some searches were counted."""
    return {one.measure: "" if one.among else one.value for one in reversed(register) if one.measure}


def is_of_immigration(published: Iterable[str], numbers: Mapping[str, Number]) -> bool:
    """Whether immigration is a place's story: a published number is of it, or any search cited it."""
    found = numbers.get("immigration_searches.broad", {}).get("value")
    return bool(found) or any(name.startswith("immigration") for name in published)


def story(published: Mapping[str, str], numbers: Mapping[str, Number]) -> str:
    """What a place's page begins with: what its records say of the subjects of the published numbers. These are given
    by the names of their measures, as printed; where there are none, of every subject that any log may have."""
    known = {
        name: {**one, **({"published": published[name]} if name in published else {})}
        for name, one in numbers.items()
    }
    of_immigration = is_of_immigration(published, numbers)
    told: Iterable[tuple[str, ...]] = ANSWERS["05"] if of_immigration else (_OPENING,)
    if not (of_immigration and published):
        told = chain(told, *(said for _, said in _subjects(published)))
    told = told if of_immigration else chain(told, (_NO_IMMIGRATION,))
    whole = f"Of {formatted(numbers.get('searches', {}).get('value'))} searches, "
    again = cycle(("In addition, ", "Of all searches, "))
    told_of_all, story = False, [piece for versions in told if (piece := first_known(versions, known))]
    for at, piece in enumerate(story):
        if piece.startswith(whole):  # the number is said once, as long as no other one comes between
            follows = at == 1 and not of_immigration
            lead = "Of those, " if follows else next(again) if told_of_all else whole
            story[at], told_of_all = lead + piece.removeprefix(whole), True
        elif re.match(r"(?:Of|None of) \d", piece):
            told_of_all = False
    return " ".join(story)


def pictures(published: Iterable[str], numbers: Mapping[str, Number]) -> list[str]:
    """The figures that show a place's story, by name, the first that was drawn to be shown."""
    if is_of_immigration(published, numbers):
        return ["05-per-week", "05-agencies", "05-added"]
    return [*(figure for figure, _ in _subjects(published)), "01-searches-per-day"]


def _subjects(published: Iterable[str]) -> list[tuple[str, tuple[tuple[str, ...], ...]]]:
    """The figure and the sentences of each story that published numbers, by the names of their measures, are of."""
    names = tuple(published) or OF_ANY_LOG
    return [
        (figure, said) for begins, figure, said in STORIES if any(re.match(begins, name) for name in names)
    ]


def first_known(versions: Sequence[str], numbers: Mapping[str, Number], mark: Mark = unmarked) -> str:
    """The first version of a sentence of which every number is known and every condition holds; "" without one."""
    return next((said for text in versions if (said := _said(text, numbers, mark))), "")


def _said(text: str, numbers: Mapping[str, Number], mark: Mark) -> str:
    """A version of a sentence with its numbers; "" where one is not known or its condition does not hold."""
    while condition := _CONDITION.match(text):
        value, limit = (_amount(name, numbers) for name in condition.group(1, 3))
        if value is None or limit is None or not (value > limit if condition[2] == ">" else value == limit):
            return ""
        text = text[condition.end() :]
    if _amount("first_day", numbers) == _amount("last_day", numbers):
        text = text.replace(_PERIOD, "on {first_day}")
    words = {match[0]: _word(match, numbers.get(match[1], {}), mark) for match in _WORD.finditer(text)}
    return "" if None in words.values() else _WORD.sub(lambda match: str(words[match[0]]), text)


def _amount(name: str, numbers: Mapping[str, Number]) -> Any:
    """What a side of a condition comes to: a number, or a measure's value or (`measure/`) denominator."""
    if name.isdigit():
        return int(name)
    return numbers.get(name.removesuffix("/"), {}).get("denominator" if name.endswith("/") else "value")


def _word(match: re.Match[str], number: Number, mark: Mark) -> str | None:
    measure, kind, noun = match.groups()
    value, whole = number.get("value"), number.get("denominator")
    if kind == "?":
        return number.get("because") if value is None else None
    if value is None or (kind in ("/", "%", "#") and not whole):
        return None
    if kind == "!":
        return number.get("published") or None
    if kind in ("/", "%"):
        return formatted(whole) if kind == "/" else formatted(number["numerator"] / whole, "share")
    said = f"{number['numerator']:,} of {whole:,}" if kind == "#" else formatted(value, number["unit"])
    said = said if isinstance(value, list) else mark(measure, said)
    return f"{said} {counted(round(value), noun).partition(' ')[2]}" if noun else said
