"""One run of the loss of a zone, its counts by second, and the second from which on the promise holds again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.scenario import Floats
from optimizer.verification.replaying.estimate import late
from optimizer.verification.replaying.lost import Ints
from optimizer.verification.replaying.lost_result import Second

Bools = NDArray[np.bool_]
Weights = Floats | Ints | Bools
#: Whether the promise holds is asked of so many seconds, by steps of one.
WINDOW_S = 10


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One run: requests, or pages, in the order of arrival, and what became of each.

    Parameters
    ----------
    lost, retries
        How often it was lost and tried again; of pages whether any of its requests was.
    shed
        Whether it was turned away.
    late
        Whether it was answered after its target.
    """

    arrival_s: Floats
    protected: Bools
    lost: Ints | Bools
    retries: Ints | Bools
    shed: Bools
    late: Bools

    @property
    def missed(self) -> Bools:
        """Protected ones that were answered late or not at all."""
        return self.protected & (self.late | self.shed)


def counts(run: Run, which: Bools, after_s: float) -> Ints:
    """Return requests by second of their first arrival, from the loss on."""
    own = run.arrival_s[which & (run.arrival_s >= 0.0)]
    return np.bincount(own.astype(np.int64), minlength=int(after_s))


def recovery(runs: Sequence[Run], after_s: float, allowed: float) -> tuple[float | None, float | None]:
    """Return the seconds to the first window from which on the promise holds, in it and in all that follows it.

    With it the share of protected requests that are late or shed from then on; None where it never holds.
    """
    missed = [counts(run, run.missed, after_s) for run in runs]
    asked = [counts(run, run.protected, after_s) for run in runs]
    for second in range(int(after_s) - WINDOW_S + 1):
        window, rest = slice(second, second + WINDOW_S), slice(second, None)
        ends = [late([int(n[part].sum()) for n in asked], [int(n[part].sum()) for n in missed])
                for part in (window, rest) if all(n[part].sum() for n in asked)]  # fmt: skip
        if len(ends) == 2 and not any(end.is_miss(allowed) for end in ends):
            return float(second), ends[1].share
    return None, None


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
