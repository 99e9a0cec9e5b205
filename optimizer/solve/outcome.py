"""What a solve ended with. A status is mapped here before any value is read."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from optimizer.domain.scenario import Floats


class Status(Enum):
    """What is known when a solve ends."""

    OPTIMAL = "optimal"  #: the bound lies within the asked gap
    FEASIBLE = "feasible"  #: a plan in hand, a limit came first
    INFEASIBLE = "infeasible"  #: proved: no choice of blocks fits
    NOTHING = "nothing"  #: a limit came first and no plan is in hand


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """Result of a solve.

    `values` has shape (columns,) and is None unless the status is OPTIMAL or FEASIBLE. `lower_bound` holds without the
    fixed part and is valid whatever the status. `stopped_by` names the limit that came first. `cost` is what the values
    cost without the fixed part, infinite where there are none.
    """

    status: Status
    values: Floats | None
    lower_bound: float
    stopped_by: str | None
    cost: float = float("inf")
