"""Tells, for one reason or many, what the rules made of it and which words decided."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.reasons.candidates import near_words
from analysis.reasons.engine import Found, Removal, classify_fast, decide, dhs_alone, may_be_another_dhs
from analysis.reasons.normal import normal_forms, searched
from analysis.reasons.origin import SplitReason
from analysis.reasons.patterns import words
from analysis.reasons.rules import Rules


@dataclass(frozen=True)
class Explanation:
    """What the rules made of one reason. `words` are the words that each rule met."""

    reason: str
    split: SplitReason
    found: Found
    normal: str
    words: Mapping[str, str]
    because: Mapping[str, str]
    removed_by: Mapping[str, str]
    suspects: tuple[str, ...]
    near: tuple[tuple[str, str], ...]
    dhs_ambiguous: bool
    dhs_here: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The answer for other programs: reason, normal, origin, total, kind, topics and rules."""
        return _answer(self.reason, self.normal, self.split, self.found)

    def as_text(self) -> str:
        """The answer for a person, line by line."""
        found = self.found
        lines = [
            f"reason            {_short(self.reason)!r}",
            f"origin            {self.split.origin}",
            f"offense types     {', '.join(self.split.offense_types) or '(none)'}",
            f"normal form       {_short(self.normal) or '(empty)'}",
            f"immigration       {found.tier}" + (f", {found.kind}" if found.kind else ""),
            f"topics            {', '.join(found.topics) or '(none: listed by frequency for people to read)'}",
        ]
        if found.mixed:
            lines.append(
                "mixed             also a crime topic: totals are printed with and without such rows"
            )
        if self.dhs_ambiguous:
            lines.append(
                f"DHS               may be another department in this agency's state: {self.dhs_here}"
            )
        lines += [self._line("rule", rule) for rule in found.rules]
        lines += [
            f"{self._line('near miss', rule)} Removed by {self.removed_by[rule]}" for rule in found.removed
        ]
        lines += [
            f"near spelling     '{word}' is close to '{listed}', and not listed" for word, listed in self.near
        ]
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.as_text()

    def _repr_html_(self) -> str:
        """The same in a notebook; text from logs is escaped."""
        return f'<pre class="tex2jax_ignore">{html.escape(self.as_text())}</pre>'

    def _line(self, what: str, rule: str) -> str:
        words = f" matched '{_short(self.words[rule])}'" if self.words.get(rule) else ""
        note = " (suspect: counted in no total, read by a person)" if rule in self.suspects else ""
        because = self.because.get(rule, "")
        return f"{what:<18}{rule}{words}{note}" + (f": {because}" if because else "")


def _short(text: str, most: int = 300) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def explain(
    reason: str,
    rules: Rules,
    agency_state: str | None = None,
    offense_types: str | Sequence[str] | None = None,
) -> Explanation:
    """Explain one reason.

    `offense_types` is a portal's own column, as one cell or as a list of values; `agency_state` a USPS code,
    which only decides whether DHS is ambiguous. Rules about dated operations apply, since no day is given.
    """
    split = rules.split_reason(reason, _cell(offense_types))
    found, text = classify_fast(split, rules), searched(split.matched_text)
    spoke = {rule.id: rule for rule in rules.rules if rule.id in found.rules or rule.id in found.removed}
    because = {t.rule: t.because for t in rules.offense_types.values()}
    return Explanation(
        reason=reason,
        split=split,
        found=found,
        normal=_normal(text),
        words={rule.id: _matched(rule.searched, text) for rule in spoke.values()},
        because=because | {rule.id: rule.because for rule in spoke.values()},
        removed_by={rule: _said(why, text) for rule, why in found.removed.items()},
        suspects=tuple(rule.id for rule in spoke.values() if rule.tier == "suspect"),
        near=near_words(_normal(text)) if found.tier == "none" else (),
        dhs_ambiguous=dhs_alone(found, rules) and may_be_another_dhs(agency_state, None, rules),
        dhs_here=rules.dhs.states.get(agency_state or "", "") if rules.dhs else "",
    )


def _cell(offense_types: str | Sequence[str] | None) -> str | None:
    return (
        offense_types if offense_types is None or isinstance(offense_types, str) else ", ".join(offense_types)
    )


def _normal(text: str) -> str:
    """The readings of a searched text, with a bar between them."""
    return " | ".join(reading.strip() for reading in re.findall(r"<( .*?) ?>", text, re.DOTALL))


def _matched(expression: str, text: str) -> str:
    """The words that an expression matches."""
    hit = re.search(expression, text)
    return hit[0].strip(" <>") if hit else ""


def _said(why: Removal, text: str) -> str:
    because = f": {why.because}" if why.because else "."
    return (
        f"'{_short(_matched(words(why.pattern.expression), text))}'" if why.pattern else f"rule {why.rule}"
    ) + because


# Many at once -----------------------------------------------------------------------------------------------


def answer_lines(lines: Sequence[str], rules: Rules, first: int = 1) -> Iterator[dict[str, Any]]:
    """One answer for each line, which holds one JSON object.

    `{"reason": …, "agency_state": …, "offense_types": […]}`, of which only `reason` is required. A line that
    cannot be read is answered by an object with `line` (the first is number `first`) and `error`; none is skipped.
    """
    queries = [_query(line) for line in lines]
    answers = _answers([query for query in queries if not isinstance(query, str)], rules)
    for number, query in enumerate(queries, start=first):
        yield {"line": number, "error": query} if isinstance(query, str) else next(answers)


_FORM = 'give one object a line, such as {"reason": "ICE hold", "agency_state": "TX", "offense_types": ["Robbery"]}'


def _query(line: str) -> tuple[str, str | None] | str:
    """A line's reason and offense types, or what is wrong with it."""
    try:
        said = json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return f"this is not JSON ({error}); {_FORM}" if line.strip() else f"the line is empty; {_FORM}"
    if not isinstance(said, dict):
        return f"this is not a JSON object; {_FORM}"
    reason, state, types = (said.get(key) for key in ("reason", "agency_state", "offense_types"))
    if not isinstance(reason, str):
        return f"'reason' is {'not a text' if 'reason' in said else 'missing'}; {_FORM}"
    if state is not None and not isinstance(state, str):
        return f"'agency_state' is not a text; {_FORM}"
    listed = isinstance(types, list) and all(isinstance(value, str) for value in types)
    if types is not None and not isinstance(types, str) and not listed:
        return f"'offense_types' is not a list of texts; {_FORM}"
    return reason, _cell(types)


def _answers(queries: Sequence[tuple[str, str | None]], rules: Rules) -> Iterator[dict[str, Any]]:
    """The answers to reasons with their offense types; normal forms are made together."""
    splits = [rules.split_reason(reason, cell) for reason, cell in queries]
    blanks = normal_forms([split.matched_text.replace("_", " ") for split in splits])
    joined = normal_forms([split.matched_text.replace("_", "") for split in splits])
    for (reason, _), split, blank, join in zip(queries, splits, blanks, joined):
        read = dict.fromkeys((blank, join))
        numbers = rules.at_once(" ".join(f"< {form} >" for form in read).encode())
        yield _answer(reason, " | ".join(read), split, decide(numbers, split, rules))


def _answer(reason: str, normal: str, split: SplitReason, found: Found) -> dict[str, Any]:
    return {
        "reason": reason,
        "normal": normal,
        "origin": split.origin,
        "immigration_tier": found.tier,
        "immigration_kind": found.kind,
        "topics": list(found.topics),
        "rules": list(found.rules),
    }
