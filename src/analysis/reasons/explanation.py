"""Tells, for one reason, what the rules made of it and which words decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.reasons.engine import Found, classify_parted
from analysis.reasons.normal import readings, searched
from analysis.reasons.origin import Parted
from analysis.reasons.rules import Rules
from analysis.reasons.table import dhs_alone, may_be_another_dhs


@dataclass(frozen=True)
class Explanation:
    """What the rules made of one reason. `words` are the words that each rule met."""

    reason: str
    parted: Parted
    found: Found
    normal: str
    words: Mapping[str, str]
    because: Mapping[str, str]
    suspects: tuple[str, ...]
    dhs_ambiguous: bool

    def as_dict(self) -> dict[str, Any]:
        """The answer for other programs: reason, normal, origin, total, kind, topics and rules."""
        return {
            "reason": self.reason,
            "normal": self.normal,
            "origin": self.parted.origin,
            "immigration_tier": self.found.tier,
            "immigration_kind": self.found.kind,
            "topics": list(self.found.topics),
            "rules": list(self.found.rules),
        }

    def as_text(self) -> str:
        """The answer for a person, line by line."""
        found = self.found
        lines = [
            f"reason            {self.reason!r}",
            f"came about        {self.parted.origin}",
            f"offense types     {', '.join(self.parted.offense_types) or '(none)'}",
            f"normal form       {self.normal or '(empty)'}",
            f"immigration       {found.tier}" + (f", {found.kind}" if found.kind else ""),
            f"topics            {', '.join(found.topics) or '(none: listed by frequency for people to read)'}",
        ]
        if found.mixed:
            lines.append(
                "mixed             also a crime topic: totals are printed with and without such rows"
            )
        if self.dhs_ambiguous:
            lines.append("DHS               may be another department in this agency's state")
        lines += [self._line("rule", rule) for rule in found.rules]
        lines += [f"{self._line('near miss', rule)}; removed by {why}" for rule, why in found.removed.items()]
        return "\n".join(lines)

    def _line(self, what: str, rule: str) -> str:
        words, because = self.words.get(rule, ""), self.because.get(rule, "")
        met = f" met '{words}'" if words else ""
        note = " (suspect: counted in no total, read by a person)" if rule in self.suspects else ""
        return f"{what:<18}{rule}{met}{note}" + (f": {because}" if because else "")


def explain(
    reason: str,
    rules: Rules,
    agency_state: str | None = None,
    offense_types: str | Sequence[str] | None = None,
) -> Explanation:
    """Explain one reason by the reference engine.

    `offense_types` is a portal's own column, as one cell or as a list of values; `agency_state` a USPS code,
    which only decides whether DHS is ambiguous. Rules about dated operations speak, since no day is given.
    """
    cell = (
        offense_types if offense_types is None or isinstance(offense_types, str) else ", ".join(offense_types)
    )
    parted = rules.menu.part(reason, cell)
    found = classify_parted(parted, rules)
    text = parted.inside if parted.origin == "machine" else parted.text
    because = {rule.id: rule.because for rule in rules.rules}
    because |= {t.rule: t.because for t in rules.offense_types.values()}
    return Explanation(
        reason=reason,
        parted=parted,
        found=found,
        normal=" | ".join(dict.fromkeys(readings(text))),
        words=_words(text, found, rules),
        because=because,
        suspects=tuple(rule.id for rule in rules.rules if rule.tier == "suspect"),
        dhs_ambiguous=dhs_alone(found, rules) and may_be_another_dhs(agency_state, None, rules),
    )


def _words(text: str, found: Found, rules: Rules) -> dict[str, str]:
    """The words that each rule met, and those of rules that something removed."""
    form, met = searched(text), {}
    for rule in rules.rules:
        if rule.id in found.rules or rule.id in found.removed:
            hit = rules.compiled[rules.number[rule.searched]].search(form)
            met[rule.id] = hit[0].strip(" <>") if hit else ""
    return met
