"""Columns and rows of the relaxation, as they are added."""

from __future__ import annotations

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.optimistic import Outlook
from optimizer.formulation.problem import Columns, Indices, Problem, Rows


class Shares:
    r"""Shares of offers in hours, instances besides, and the column t of how far limits are broken.

    Column 0 is t. In every hour each offer j has a share :math:`y_j` of its origin's demand and, where something asks
    for more instances than the demand does, instances :math:`e_j` that carry nothing. More columns follow.

    Parameters
    ----------
    outlook
        Offers and pairs.
    need_per_s
        Shape (hours, pairs).
    spare
        Whether an offer may have instances that carry nothing, shape (offers,).
    """

    def __init__(self, outlook: Outlook, need_per_s: Floats, spare: np.ndarray) -> None:
        self.outlook, self.need_per_s = outlook, need_per_s
        self.pair: Indices = np.array([offer.pair for offer in outlook.offers], dtype=np.int64)
        self._per_need: Floats = np.array([offer.instances_per_need for offer in outlook.offers])
        self._spare = np.where(spare, np.cumsum(spare) - 1, -1)
        self._width = len(outlook.offers) + int(spare.sum())
        size = 1 + need_per_s.shape[0] * self._width
        self._cost, self._upper = [np.zeros(size)], [np.full(size, np.inf)]
        self._cost[0][0] = 1.0
        self._integer = [np.zeros(size, dtype=bool)]
        self._next = size
        self._rows: list[Rows] = []

    @property
    def every(self) -> Indices:
        """Indices of all offers."""
        return np.arange(len(self.outlook.offers))

    def columns(self, hour: int, offers: Indices) -> Indices:
        """Columns of the shares of offers in an hour."""
        return 1 + hour * self._width + offers

    def instances(self, hour: int) -> Floats:
        """Instances that each offer takes for a whole share in an hour, shape (offers,)."""
        found: Floats = self._per_need * self.need_per_s[hour, self.pair]
        return found

    def counted(self, hour: int, offers: Indices, each: Floats | float = 1.0) -> tuple[Indices, Floats]:
        """Return columns and values that sum what each instance of offers counts in an hour."""
        weights = np.broadcast_to(np.asarray(each, dtype=np.float64), offers.shape)
        return self.with_spare(hour, offers, weights * self.instances(hour)[offers], weights)

    def with_spare(self, hour: int, offers: Indices, share: Floats, spare: Floats) -> tuple[Indices, Floats]:
        """Return columns and values of shares, and of the instances besides them where there are any."""
        has = self._spare[offers] >= 0
        besides = 1 + hour * self._width + len(self.outlook.offers) + self._spare[offers[has]]
        return np.concatenate([self.columns(hour, offers), besides]), np.concatenate([share, spare[has]])

    def more(self, count: int, *, upper: float = np.inf, integer: bool = False) -> Indices:
        """Append columns and return them."""
        self._cost.append(np.zeros(count))
        self._upper.append(np.full(count, upper))
        self._integer.append(np.full(count, integer))
        self._next += count
        return np.arange(self._next - count, self._next)

    def serve(self, hour: int) -> None:
        """Serve every pair with need in an hour."""
        for number in np.flatnonzero(self.need_per_s[hour] > 0.0).tolist():
            mine = np.flatnonzero(self.pair == number)
            self.row("every_origin_served", self.columns(hour, mine), np.ones(mine.size), 1.0, np.inf)

    def row(self, rule: str, columns: Indices, values: Floats, lower: float, upper: float) -> None:
        """Append a row that nothing breaks."""
        self._rows.append(Rows.from_lists(rule, (rule,), [columns], [values], [lower], [upper]))

    def limit(self, rule: str, columns: Indices, values: Floats, upper: float) -> None:
        r"""Append :math:`\sum a x \le L (1 + t)`, in shares of the limit (of the largest coefficient where it is 0)."""
        scale = upper if upper > 0.0 else max(float(values.max(initial=0.0)), 1.0)
        self.row(rule, np.append(columns, 0), np.append(values / scale, -1.0), -np.inf, max(upper, 0.0) / scale)

    def floor(self, rule: str, columns: Indices, values: Floats, lower: float) -> None:
        r"""Append :math:`\sum a x \ge L (1 - t)`, in shares of L; none where L is 0."""
        if lower > 0.0:
            self.row(rule, np.append(columns, 0), np.append(values / lower, 1.0), 1.0, np.inf)

    def problem(self) -> Problem:
        """Return everything added so far."""
        parts = (np.concatenate(part) for part in (self._cost, self._upper, self._integer))
        return Problem(Columns(*parts), tuple(self._rows), 0.0, 0)
