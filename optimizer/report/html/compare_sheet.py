"""What the parts of a comparison's page share: its options, those with figures, and money a month."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from optimizer.report.html.formula import Formula
from optimizer.report.html.plan_sheet import COLOURS, OTHER_COLOUR
from optimizer.report.html.sheet import Sheet, ratio


class ComparisonSheet:
    """The document of a comparison with what its page asks of it again and again."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.sheet = Sheet(document)
        self.options: list[Mapping[str, Any]] = list(document["options"])
        #: Positions of the options that have figures.
        self.known = [number for number, option in enumerate(self.options) if option["total"] is not None]
        self.currency: str = document["currency"]
        self.labels = [option["label"] for option in self.options]

    def of(self, number: int, *steps: str) -> Formula:
        """Return the formula of what stands in an option."""
        return self.sheet.path("options", number, *steps)

    def a_month(self, number: int, *steps: str) -> Formula:
        """Return the formula of money of an option, a month."""
        return ratio(self.of(number, *steps), self.of(number, "months"))


def colour(number: int) -> str:
    """Return the colour of the part with a number; those beyond the last are grey."""
    return COLOURS[number] if number < len(COLOURS) else OTHER_COLOUR
