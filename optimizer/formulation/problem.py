"""The problem: arrays and rows. It knows no file and no solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from optimizer.domain.scenario import Floats

Indices = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Linear rows ``lower <= A x <= upper`` of one rule, in coordinates.

    `row`, `column`, `value` have one entry for each coefficient; `lower`, `upper` one for each row; `labels` name rows
    in the planner's words, so that an infeasible model speaks them.
    """

    rule: str
    labels: tuple[str, ...]
    row: Indices
    column: Indices
    value: Floats
    lower: Floats
    upper: Floats

    @classmethod
    def from_lists(
        cls,
        rule: str,
        labels: tuple[str, ...],
        columns: Sequence[NDArray[np.int64]],
        values: Sequence[Floats],
        lower: ArrayLike,
        upper: ArrayLike,
    ) -> Rows:
        """Build rows from one array of columns and one of values for each row."""
        sizes = [len(members) for members in columns]
        return cls(
            rule=rule,
            labels=labels,
            row=np.repeat(np.arange(len(sizes)), sizes),
            column=np.concatenate([np.zeros(0, np.int64), *columns]).astype(np.int64),
            value=np.concatenate([np.zeros(0), *values]).astype(np.float64),
            lower=np.asarray(lower, dtype=np.float64),
            upper=np.asarray(upper, dtype=np.float64),
        )

    def dense(self, columns: int) -> Floats:
        """Return the matrix, shape (rows, columns), for tests and small displays."""
        matrix = np.zeros((len(self.labels), columns))
        np.add.at(matrix, (self.row, self.column), self.value)
        return matrix


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Variables from 0 to `upper`, with their cost over the horizon; all three of shape (columns,)."""

    cost: Floats
    upper: Floats
    integer: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class BlockIndex:
    """Which block is what, for the rules that link blocks.

    `service` and `location` have shape (blocks,); `serves`, the share of each origin that a block serves, has shape
    (blocks, origins); `standby` holds for each block
    the origins (indices) it stands by for, with the location whose loss brings them.
    """

    service: Indices
    location: Indices
    serves: Floats
    service_names: tuple[str, ...]
    location_names: tuple[str, ...]
    origin_names: tuple[str, ...]
    demand_pairs: tuple[tuple[int, int], ...]
    standby: tuple[frozenset[tuple[int, str]], ...] = ()
    #: How many configurations of a service may stand in a location.
    pools_per_location: int = 1

    def pair_label(self, service: int, origin: int) -> str:
        """``service,origin`` in the scenario's names."""
        return f"{self.service_names[service]},{self.origin_names[origin]}"


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Minimise ``fixed + cost x`` over columns from 0 to `upper` under `rows`. The first columns are the blocks."""

    columns: Columns
    rows: tuple[Rows, ...]
    fixed: float
    block_count: int
