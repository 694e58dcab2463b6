"""The sentences of a page: their numbers come from code, each a link to its line, and what is not known says why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial

from IPython.display import Markdown, display
from markupsafe import Markup, escape

from analysis import claims, places
from analysis.measures import NEEDS, Numbers, formatted, lookup, measure, numbers_in
from analysis.opened import Opened
from analysis.pages import answers
from analysis.pages.ends import answer_first
from analysis.pages.tables import link, link_html, plain

_SENTENCES = re.compile(r"(?<=[.]) +(?=[A-Z*_])")


class WithSentences:
    """The part of a page that is sentences; `page.Page` has the rest."""

    place: places.Place
    short: str
    opened: Opened
    claims: list[claims.Claim]
    numbers: Numbers
    not_shown: dict[str, str]

    def number(self, measure: str, scope: str = "all") -> str:
        """A recorded number as a reader sees it, for a sentence."""
        found = lookup(self.numbers).get((measure, scope))
        if found is None:
            raise KeyError(f"{measure} of {scope} was not recorded on this page")
        said = formatted(found["value"], found["unit"], found.get("because", ""))
        return (
            said if found["value"] is None or isinstance(found["value"], list) else link(measure, said, scope)
        )

    def counts(self, measure: str, scope: str = "all") -> str:
        """The two counts behind a recorded share, '2 of 300', or why it is not known."""
        found = lookup(self.numbers)[measure, scope]
        if found["value"] is None:
            return self.number(measure, scope)
        return link(measure, f"{found['numerator']:,} of {found['denominator']:,}", scope)

    def say(self, *sentences: str) -> None:
        """Sentences whose numbers come from code; why one is not known is said once. A sentence of which no number is
        known is not said: the list at the end has it. Text from a log goes through `plain` first."""
        text = " ".join(sentence.strip() for sentence in sentences)
        said = [part for part in _SENTENCES.split(text) if not self._is_all_unknown(part)]
        text = " ".join(said)
        for need in NEEDS.values():
            unknown = formatted(None, because=need.because)
            first, once, rest = text.partition(unknown)
            text = first + once + rest.replace(unknown, formatted(None))
        if text:
            display(Markdown(text))

    def _is_all_unknown(self, sentence: str) -> bool:
        """Whether no number of a sentence is known; then it is listed at the end, with why."""
        unknown = formatted(None)
        if unknown not in sentence or re.search(r"\d", sentence.replace("287(g)", "")):
            return False
        because = next((need.because for need in NEEDS.values() if need.because in sentence), "")
        self._leave_out(sentence.partition(f" {unknown}")[0].rstrip(":"), because)
        return True

    def _leave_out(self, what: str, because: str) -> None:
        if because and because not in self.not_shown.values():
            display(Markdown(f"*Not shown: {plain(because)}.*"))
        self.not_shown[what] = because

    def tell(self, *sentences: str | tuple[str, ...]) -> None:
        """Sentences that name measures recorded on this page, as in `answers.ANSWERS`: of several versions of one, the
        first whose numbers are known and whose conditions hold. What is not known is in the list at the end."""
        if told := self._told(sentences):
            display(Markdown(" ".join(told)))

    def items(self, *lines: str | tuple[str, ...]) -> None:
        """The same as a list."""
        if told := self._told(lines):
            display(Markdown("\n".join(f"- {line}" for line in told)))

    def _told(self, sentences: Sequence[str | tuple[str, ...]]) -> list[str]:
        """Those of these sentences whose numbers are known."""
        numbers = numbers_in("all", self.numbers)
        told = []
        for sentence in sentences:
            versions = (sentence,) if isinstance(sentence, str) else sentence
            told.append(answers.first_known(versions, numbers, link))
            unknown = [name for name in answers.named_in(*versions) if numbers.get(name, {}).get("because")]
            if not told[-1] and unknown:
                self._leave_out(measure(unknown[0]).says, numbers[unknown[0]]["because"])
        return [sentence for sentence in told if sentence]

    def answer(self) -> None:
        """Say this chapter's answer first (`answers.ANSWERS`), of numbers that are recorded or counted from rows; of
        the finding, also for the camera owner that most claims are about."""
        names = answers.measures_of(self.short)
        numbers = lookup(self.numbers)
        new = [name for name in names if (name, "all") not in numbers and measure(name).has_rows]
        numbers |= lookup(self.opened.count(*new))
        owner = (
            claims.main_scope(self.claims, {scope for _, scope in numbers}) if self.short == "05" else "all"
        )
        said = []
        for scope in dict.fromkeys((owner, "all")):
            of_scope = {name: numbers[name, scope] for name in names if (name, scope) in numbers}
            for name, one in of_scope.items():
                of_scope[name] = {**one, **({"because": escape(one["because"])} if "because" in one else {})}
            whose = "" if owner == "all" else "All logs: " if scope == "all" else f"{scope}: "
            text = answers.answer(self.short, of_scope, partial(link_html, scope=scope))
            said.append(Markup("{}{}").format(whose, Markup(text)))
        answer_first(*said)

    def say_by_log(self, **sentences: str) -> None:
        """The sentence for each kind of log that the place holds: network_audit, organization_audit, portal_audit."""
        kinds = {file.log.replace(" ", "_") for file in self.place.logs}
        self.say(*(sentence for kind, sentence in sentences.items() if kind in kinds))
