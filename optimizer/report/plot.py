"""Charts in text: points about a curve on logarithmic axes, and how far each lies from it within its band."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

SEEN, SAID, CURVE, BAND, GROUND, MIDDLE = "●", "○", "+", "─", "·", "│"
#: Cells of a band; odd, so that its middle is one.
BAND_CELLS = 21


def in_band(band: float, seen: float, said: float | None = None) -> str:
    """Draw a band from 1 / (1 + band) to 1 + band times the curve, on a logarithmic scale.

    Parameters
    ----------
    seen, said
        What was measured, and what was said of it beforehand, over the curve; outside the band they stand at its end.
    """
    signs = [BAND] * BAND_CELLS
    signs[BAND_CELLS // 2] = MIDDLE

    def cell(ratio: float) -> int:
        share = math.log(max(ratio, 1e-9)) / math.log1p(band)
        return round((1.0 + min(max(share, -1.0), 1.0)) / 2.0 * (BAND_CELLS - 1))

    if said is not None:
        signs[cell(said)] = SAID
    signs[cell(seen)] = SEEN
    return "".join(signs)


@dataclass(frozen=True, slots=True)
class Plot:
    """A chart of service times by batch, both on logarithmic axes.

    Parameters
    ----------
    batch, service_s
        Points by rising batch, at least two.
    at
        The curve.
    """

    batch: Sequence[float]
    service_s: Sequence[float]
    at: Callable[[float], float]
    width: int = 61
    height: int = 9

    def lines(self) -> list[tuple[float, str]]:
        """Return rows from the top, each with the value its middle stands for."""
        least, most = min(self.service_s), max(self.service_s)
        grid = [[GROUND] * self.width for _ in range(self.height)]
        for column in range(self.width):
            batch = _along(self.batch[0], self.batch[-1], column / (self.width - 1))
            grid[self._row(self.at(batch), least, most)][column] = CURVE
        for batch, seconds in zip(self.batch, self.service_s, strict=True):
            share = _share(batch, self.batch[0], self.batch[-1])
            grid[self._row(seconds, least, most)][round(share * (self.width - 1))] = SEEN
        return [(_along(most, least, row / (self.height - 1)), "".join(signs)) for row, signs in enumerate(grid)]

    def axis(self) -> str:
        """Return the line below: smallest batch at the left, largest at the right."""
        first, last = f"{self.batch[0]:,.0f}", f"{self.batch[-1]:,.0f}"
        return f"{first} {BAND * (self.width - len(first) - len(last) - 2)} {last}"

    def _row(self, value: float, least: float, most: float) -> int:
        share = _share(min(max(value, least), most), least, most)
        return round((1.0 - share) * (self.height - 1))


def _share(value: float, first: float, last: float) -> float:
    return math.log(value / first) / math.log(last / first) if last != first else 0.0


def _along(first: float, last: float, share: float) -> float:
    return float(first * (last / first) ** share)
