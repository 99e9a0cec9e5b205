"""One run of the loss of a zone, and its counts by second."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.verification.replaying.lost import NOWHERE, Ints, Landed
from optimizer.verification.replaying.lost_result import Second

Bools = NDArray[np.bool_]
Weights = Floats | Ints | Bools


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run: requests in the order of arrival, and what became of each."""

    arrival_s: Floats
    protected: Bools
    found: Landed
    late: Bools

    @property
    def shed(self) -> Bools:
        """Whether each was turned away."""
        pool: Ints = self.found.pool
        return np.equal(pool, NOWHERE)

    @property
    def lost(self) -> Ints:
        """How often each was lost."""
        return self.found.lost

    @property
    def retries(self) -> Ints:
        """How often each was tried again."""
        return self.found.retries


def counts(run: Run, which: Bools, after_s: float) -> Ints:
    """Return requests by second of their first arrival, from the loss on."""
    own = run.arrival_s[which & (run.arrival_s >= 0.0)]
    return np.bincount(own.astype(np.int64), minlength=int(after_s))


def by_second(runs: Sequence[Run], start: int, end: int) -> Iterator[Second]:
    """Add all runs up, second by second."""
    of = np.concatenate([(np.floor(run.arrival_s) - start).astype(np.int64) for run in runs])

    def added(weights: Sequence[Weights]) -> Ints:
        return np.bincount(of, np.concatenate(weights), minlength=end - start).astype(np.int64)

    columns = [added(weights) for weights in (
        [np.ones(run.arrival_s.size) for run in runs], [run.lost for run in runs], [run.retries for run in runs],
        [run.shed for run in runs], [run.late for run in runs],
    )]  # fmt: skip
    for number in range(end - start):
        yield Second(start + number, *(int(column[number]) for column in columns))
