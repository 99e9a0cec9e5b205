"""A document whose figures are written with the formulas that they come from."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.report.html.formula import Formula, Step, found_at, path, text_of, value_of
from optimizer.report.html.markup import Html, joined, tag
from optimizer.report.rounding import largest_remainder
from optimizer.report.words import significant as with_significant

UNKNOWN = "unknown"
NO_BREAK = "\u00a0"


class Sheet:
    """Writes figures of one document; each carries its formula in ``data-of``, so that a reader can work it out again.

    A figure is rounded to the digits it is shown with: to the nearest, or as ``data-round`` says (``up``; ``adds``: up
    or down, so that a column adds up to its sum).
    """

    def __init__(self, document: Mapping[str, Any], base: tuple[Step, ...] = ()) -> None:
        self.document = document
        self._base = base

    def under(self, *steps: Step) -> Sheet:
        """Return the sheet of a part of the document: its paths begin there."""
        return Sheet(self.document, (*self._base, *steps))

    def path(self, *steps: Step) -> Formula:
        """Return the formula of what stands at a path."""
        return path(*self._base, *steps)

    def at(self, *steps: Step) -> Any:  # noqa: ANN401  whatever stands there
        """Return what stands at a path."""
        return found_at(self.document, (*self._base, *steps))

    def value(self, formula: Formula) -> Any:  # noqa: ANN401  a number, a list, or None
        """Return what a formula comes to."""
        return value_of(self.document, formula)

    def figure(
        self,
        formula: Formula,
        digits: int = 0,
        *,
        significant: int = 0,
        signed: bool = False,
        up: bool = False,
        missing: str = UNKNOWN,
        unit: str = "",
    ) -> Html:
        """Write a figure.

        Parameters
        ----------
        digits
            Decimal places; with `significant` as many as give so many significant digits.
        signed
            Whether a plus is written.
        up
            Whether it is rounded up: a proof is never shown tighter than it is.
        missing
            What is written where it is not known.
        unit
            Written after it, and not broken from it.
        """
        value = self.value(formula)
        if value is None:
            return tag("span", missing, class_="none", data_of=text_of(formula))
        if up:
            value = math.ceil(value * 10**digits - 1e-6) / 10**digits
        text = with_significant(value, significant) if significant else written(value, digits)
        return self._data(_signed(text, signed=signed), formula, unit, "up" if up else "")

    def counted(self, formula: Formula, one: str, many: str = "") -> Html:
        """Write how many there are of something: ``1 check``, ``2 checks``."""
        word = one if self.value(formula) == 1 else many or f"{one}s"
        return joined(self.figure(formula), f" {word}")

    def column(
        self, formulas: Sequence[Formula], digits: int = 0, unit: str = "", *, signed: bool = False
    ) -> tuple[list[Html], Html]:
        """Write figures that add up to their sum as they are shown, and the sum."""
        values = [self.value(formula) or 0.0 for formula in formulas]
        rounded = largest_remainder(values, digits)
        cells = [
            self._data(_signed(written(shown, digits), signed=signed), formula, unit, "adds")
            for shown, formula in zip(rounded, formulas, strict=True)
        ]
        total = _signed(written(math.fsum(rounded), digits), signed=signed)
        return cells, self._data(total, ["+", 0, *formulas], unit, "")

    def whole_digits(self, formula: Formula) -> int:
        """Return no decimal places where there are none to show, one otherwise: 37.6 ms are not 38."""
        value = self.value(formula)
        return 0 if value is None or float(value).is_integer() else 1

    def average(self, formula: Formula) -> Html:
        """Write an average count: one decimal place, and one digit of what is less than that and not nothing."""
        return self.figure(formula, 1, significant=1 if 0.0 < (self.value(formula) or 0.0) < 0.05 else 0)

    def percent(self, formula: Formula, digits: int = 1, **how: Any) -> Html:  # noqa: ANN401  as `figure`
        """Write a share in per cent."""
        return self.figure(["*", formula, 100], digits, unit=" %", **how)

    @staticmethod
    def _data(text: str, formula: Formula, unit: str, round_: str) -> Html:
        return tag("span", text + unit.replace(" ", NO_BREAK), data_of=text_of(formula), data_round=round_)


def written(value: float, digits: int = 0) -> str:
    """``1,234`` or ``1,234.50``; never ``-0``."""
    return f"{round(value, digits) + 0.0:,.{digits}f}"


def _signed(text: str, *, signed: bool) -> str:
    return text if not signed or text.startswith("-") else f"+{text}"


def ratio(above: Formula, below: Formula) -> Formula:
    """Return the formula of a quotient."""
    return ["/", above, below]
