"""What a page does with published numbers: it compares its own with them, and shows how each claim ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import pandas as pd
from IPython.display import HTML, Markdown, display
from markupsafe import Markup

from analysis import claims, places
from analysis.claims import Claim, Depends, Settlement
from analysis.measures import Number, Numbers, lookup
from analysis.opened import Opened
from analysis.pages.results import read_page, waiting_room
from analysis.pages.tables import table_html


class WithClaims:
    """The part of a page that is about claims; `page.Page` has the rest."""

    place: places.Place
    notebook: str
    opened: Opened
    claims: list[Claim]
    numbers: Numbers
    settled: list[Settlement]
    not_shown: dict[str, str]

    def table(self, table: pd.DataFrame, name: str, caption: str, most: int | None = None) -> None:
        """Show a table and keep it."""
        raise NotImplementedError

    def settle(self, *measures: str) -> None:
        """Compare this page's numbers with every published claim about these measures, and show how each ends."""
        about = claims.for_measures(self.claims, *measures)
        if not about:
            return
        numbers = lookup(self.numbers)
        ends = [claims.settle(claim, self._numbers_for(claim, numbers), self.place) for claim in about]
        self.settled += ends
        columns = ["statement", "published", "computed", "outcome", "explanation"]
        self._show_ends(ends, columns, "Claims settled here.")

    def _show_ends(self, ends: Sequence[Settlement], columns: list[str], caption: str) -> None:
        table = claims.table(ends, self.notebook)
        table["published"] = [claims.printed(row) for row in table.to_dict("records")]
        display(HTML(table_html(table[columns], caption, "claims")))

    def _numbers_for(
        self, claim: Claim, numbers: Mapping[tuple[str, str], Number]
    ) -> Mapping[tuple[str, str], Number]:
        """These numbers, or those of the filtered searches that the claim is about."""
        return claims.counted(claim, self.opened) if claim.among else numbers

    def register(self) -> None:
        """The score, and every claim of the place in the order printed with how it ended and where. What no notebook
        settled is settled here: claims about measures that one counted, and those that no measure settles."""
        before = self._pages_before()
        ended = {end["id"] for page in before for end in page["claims"]}
        numbers = lookup([one for page in before for one in page["numbers"]])
        for claim in self.claims:
            if not claim.measure:
                self.settled.append(claims.settle(claim, {}, self.place))
            elif claim.id not in ended:
                self.settled.append(claims.settle(claim, self._numbers_for(claim, numbers), self.place))
        ends = [*(end for page in before for end in page["claims"]), *self.plain_claims()]
        order = {claim.id: at for at, claim in enumerate(self.claims)}
        ends = sorted(ends, key=lambda end: order.get(end["id"], len(order)))
        if not ends:
            answer_first(
                "No number was published about this place. The pages before this one do not depend on any."
            )
            return
        weights = {name: said for page in before for name, said in page["weights"].items()}
        ends = claims.weighed(ends, self.claims, weights)
        answer_first(claims.score(self.place, ends))
        table = pd.DataFrame(ends, columns=list(claims.COLUMNS))
        table["worth"] = table["id"].map(claims.worth(ends))
        self.table(table, "register", "Every published number, in the order printed, and what it is worth.")

    @cached_property
    def depends(self) -> list[Depends]:
        """What each published number that rows settle depends on, the weakest first."""
        return claims.depends(self.claims, self.opened)

    def weakest(self) -> None:
        """Say first what is weakest; nothing where no number was published."""
        answer_first(*claims.weakest(self.depends))

    def on_what(self) -> None:
        """What each number depends on, the weakest first, and each change on a line of its own."""
        if not self.depends:
            self.not_shown["What each published number depends on"] = "no rows here settle a published number"
            return
        self.table(
            claims.on_what(self.depends),
            "claims",
            "Published numbers, the weakest first, and what each comes to with one thing changed; its weight of "
            "evidence in bits.",
        )

    def weights(self) -> dict[str, dict[str, str]]:
        """What is said of the weight of each number, by its id, on the page that computed it (`claims.weighed`)."""
        return claims.weights(vars(self).get("depends", ()))

    def context(self) -> None:
        """The claims that no measure of a log can settle, each with what it would take."""
        ends = [end for end in self.settled if not end.claim.measure]
        if ends:
            columns = ["statement", "published", "outcome", "explanation"]
            self._show_ends(ends, columns, "Claims that no log can settle, and what each would take.")
        else:
            display(
                Markdown(
                    "*Every published number of this place, if there is any, can be computed from its logs.*"
                )
            )

    def other_versions(self) -> None:
        """The versions of each claim that circulate, beside what the register holds, with the evidence against them."""
        lines = [
            {"statement": one.says, "also_in_circulation": said}
            for one in self.claims
            for said in one.conflicts
        ]
        if not lines:
            display(Markdown("*No other version of a number of this place is known to circulate.*"))
            return
        caption = "Other versions of these numbers, or readings of them, and what speaks against each."
        self.table(pd.DataFrame(lines), "other-versions", caption)

    def plain_claims(self) -> list[dict[str, str]]:
        """How the claims ended that were settled on this page, as text."""
        if not self.settled:
            return []
        return claims.table(self.settled, self.notebook).astype(str).to_dict("records")

    def _pages_before(self) -> list[dict[str, Any]]:
        """What the notebooks of this run that came earlier recorded and settled."""
        earlier = sorted(
            folder.name for folder in waiting_room(self.place).iterdir() if folder.name < self.notebook
        )
        return [read_page(self.place, name) for name in earlier]


def answer_first(*paragraphs: str) -> None:
    """Show what a page begins with; what is no `Markup` is escaped."""
    display(HTML("\n".join(Markup('<p class="answer">{}</p>').format(text) for text in paragraphs)))
