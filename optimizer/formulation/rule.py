"""What a rule is: a name, a place where it acts, and how far it may give when nothing fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Place = Literal["filter", "staffing", "rows"]


@dataclass(frozen=True, slots=True)
class Relaxation:
    """How a rule may give when nothing fits: what is relaxed, in which unit, and how dear that is to the planner."""

    what: str
    unit: str
    weight: float


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the plan, acting at one of three places.

    Parameters
    ----------
    name
        The same name as its twin in the second reading.
    place
        ``filter``: which blocks may exist; ``staffing``: how many instances a block needs; ``rows``: what links blocks.
    meaning
        One sentence for the planner.
    relaxation
        What gives, and at which weight.
    apply
        The rule's one function.
    """

    name: str
    place: Place
    meaning: str
    relaxation: Relaxation
    apply: Callable[..., Any]
