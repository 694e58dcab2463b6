"""Classifies each distinct reason by the published rules and says which rule and which words decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from analysis.reasons.candidates import company, near_words, near_words_of
from analysis.reasons.engine import Found, classify_text
from analysis.reasons.explanation import answer_lines, explain
from analysis.reasons.normal import normal_forms, readings
from analysis.reasons.rule_files import BadRules, load
from analysis.reasons.rules import Rules
from analysis.reasons.table import COLUMNS, add, classify
from analysis.wording import counted

__all__ = [
    "COLUMNS", "BadRules", "Found", "Rules", "add", "answer_lines", "classify", "classify_text", "company", "explain",
    "load", "near_words", "near_words_of", "never_matched", "normal_forms", "readings", "rules_table",
]  # fmt: skip

TABLE_COLUMNS = ("id", "topic", "tier", "kind", "match", "unless", "because", "matches", "leaves", "source")


def rules_table(rules: Rules) -> pd.DataFrame:
    """Every rule, menu value and word list for publication, as text: `TABLE_COLUMNS`; lists are joined by ` · `.

    Patterns are as written; `{name}` in one is the list `words.name`. `unless` names the rule's own exclusions
    and those of the guards of its group.
    """
    rows = [*_rule_rows(rules), *_menu_rows(rules), *_list_rows(rules)]
    return pd.DataFrame(rows, columns=list(TABLE_COLUMNS)).fillna("")


def never_matched(rules: Rules, tables: Sequence[Path]) -> str:
    """The rules that matched no reason of any place, for a person: a line for each topic with what it is about.

    `tables` are the places' published `03-rules.csv`, with a line for each rule that matched there. A new rule is
    listed until `make` has run.
    """
    met = {rule for path in tables for rule in pd.read_csv(path, dtype=str, keep_default_na=False)["rule"]}
    silent = [rule for rule in rules.rules if rule.id not in met]
    lines = [
        f"{len(silent)} of {counted(len(rules.rules), 'rule')} matched no reason in the results of "
        f"{counted(len(tables), 'place')}"
    ]
    for topic in dict.fromkeys(rule.topic for rule in silent):
        lines += ["", f"{topic}: {rules.about[topic]}"]
        lines += [f"  {rule.id}" for rule in silent if rule.topic == topic]
    return "\n".join(lines)


def _rule_rows(rules: Rules) -> Iterator[dict[str, Any]]:
    for rule in rules.rules:
        guards = rules.guarded.get(rule.group, ())
        unless = [
            *(p.written for p in rule.unless),
            *(p.written for g in guards for p in g.unless),
            *(f"rule {r}" for g in guards for r in g.when),
        ]
        yield {
            "id": rule.id, "topic": rule.topic, "tier": rule.tier, "kind": rule.kind, "match": rule.match.written,
            "unless": " · ".join(unless), "because": rule.because, "matches": " · ".join(rule.matches),
            "leaves": " · ".join(rule.leaves), "source": rule.source,
        }  # fmt: skip


def _menu_rows(rules: Rules) -> Iterator[dict[str, Any]]:
    for menu in rules.offense_types.values():
        yield {
            "id": menu.rule, "topic": ", ".join(menu.topics), "tier": menu.tier, "kind": menu.kind,
            "match": menu.value, "because": menu.because or "A value of the vendor's offense-type menu.",
            "matches": f"{menu.value} - ", "leaves": menu.value if "/" not in menu.value else "",
        }  # fmt: skip


def _list_rows(rules: Rules) -> Iterator[dict[str, Any]]:
    for words in rules.lists:
        yield {
            "id": f"words.{words.name}", "topic": "word lists", "match": " · ".join(words.words),
            "because": words.means,
        }  # fmt: skip
