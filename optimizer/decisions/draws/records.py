"""What drawn totals say, in the keys of a comparison's document."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.inputs.option_terms import DrawTerms


@dataclass(frozen=True, slots=True)
class DrawnOption:
    """Totals of one option over the horizon: mean, percentiles, and how often it is the cheapest one.

    `mean_error` and `cheapest_error` are the standard errors of the drawing. Without draws there are `reasons`.
    """

    label: str
    mean: float | None = None
    mean_error: float | None = None
    p5: float | None = None
    p50: float | None = None
    p95: float | None = None
    cheapest_share: float | None = None
    cheapest_error: float | None = None
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Draws:
    """So many draws with a seed, the same for every option; `demands` are those that traffic is drawn between."""

    number: int
    seed: int
    demands: tuple[str, ...]
    terms: DrawTerms
    options: tuple[DrawnOption, ...]
