"""What a plan claims that its pools carry, by how many of their replicas there are."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.domain.plan import Pool
from optimizer.verification.view import Unreadable, pool_label


def claims_of(pool: Pool) -> Iterator[tuple[int, float]]:
    """Yield counts of replicas and requests/s: those of all hours and demands, then what a loss may leave."""
    yield from zip(pool.replicas_by_period, pool.capacity_per_s_by_period, strict=True)
    for other in pool.at_demand.values():
        yield from zip(other.replicas_by_period, other.capacity_per_s_by_period, strict=True)
    yield from zip(pool.after_loss.replicas, pool.after_loss.capacity_per_s, strict=True)


class Claims:
    """What a pool claims to carry with a number of replicas."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._by_count = dict(claims_of(pool))

    def at(self, replicas: int) -> float:
        """Requests/s of so many replicas, 0 of none.

        Raises
        ------
        Unreadable
            If the plan does not say.
        """
        if replicas <= 0:
            return 0.0
        if replicas not in self._by_count:
            message = f"{pool_label(self._pool)}: what {replicas} replicas may carry is not stated"
            raise Unreadable(message)
        return self._by_count[replicas]
