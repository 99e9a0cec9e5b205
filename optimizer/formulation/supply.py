r"""How an instance type can be had in a location, and what covering a use costs at least and at most.

For one type in one location, use :math:`u_k` and room for spot :math:`s_k` in slot k of :math:`w_k` hours, `C` steady
instances at cost `c` over the horizon, prices v on demand and p on spot, the purchase costs

.. math:: F(C) = c\,C + \sum_k w_k \left( v\,(u_k - s_k - C)^+ + p \min(s_k, (u_k - C)^+) \right)

and the cheapest C is the newsvendor's: the level at which the hours above it no longer pay for one more.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimizer.domain.purchase import Commitment, PurchaseOption
from optimizer.domain.scenario import Floats

Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True, eq=False)
class Supply:
    """How one instance type can be had in one location.

    Parameters
    ----------
    key
        Provider, instance type, location.
    on_demand, spot
        Price of an instance-hour with all that comes on top (interruptions, support); None where it cannot be had so.
        Spot is given only where it is cheaper than on demand.
    steady
        Cost of one instance bought for the whole horizon, by option.
    most
        Most that may be bought of an option; an option without an entry has no such limit.
    signed
        What is signed already: free to use, its cost stands anyway.
    limited
        Whether something else (a quota, a site) may keep a plan from having as many as it wants.
    """

    key: Key
    on_demand: float | None
    spot: float | None
    steady: dict[PurchaseOption, float]
    most: dict[PurchaseOption, int]
    signed: tuple[Commitment, ...]
    limited: bool

    @property
    def can_be_had(self) -> bool:
        """Whether there is any way to run such an instance."""
        return self.on_demand is not None or bool(self.steady) or any(item.count > 0 for item in self.signed)

    @property
    def is_separable(self) -> bool:
        """Whether the cost of a use does not depend on what else uses the type there."""
        return self.on_demand is not None and not self.steady and not self.signed

    @property
    def unlimited(self) -> bool:
        """Whether any number can be had at these prices, whatever else a plan does."""
        return not self.limited and (self.on_demand is not None or any(name not in self.most for name in self.steady))

    @property
    def steady_cost(self) -> float:
        """Least cost of one instance for the whole horizon; infinite without such an option."""
        return min(self.steady.values(), default=float("inf"))

    def flexible_cost(self, use: Floats, spot: Floats, hours: Floats) -> Floats:
        """Cost of slots without anything steady, shape (...,): spot where there is room, on demand for the rest."""
        if self.on_demand is None:
            return np.where((use > 0.0).any(axis=-1), np.inf, 0.0)
        price = self.on_demand if self.spot is None else self.spot
        cost: Floats = (use - spot) @ hours * self.on_demand + spot @ hours * price
        return cost

    def cost_alone(self, use: Floats, spot: Floats, hours: Floats, main: int) -> float:
        """Least cost of covering a use that nothing else shares.

        Parameters
        ----------
        use, spot, hours
            Instances, room for spot and hours of each slot, shape (slots,).
        main
            Number of main slots, which come first: without on demand only they need to be covered.
        """
        if not self.steady:
            return float(self.flexible_cost(use, spot, hours))
        levels = np.unique(np.concatenate([[0.0], use, use - spot]))
        if (cap := self._cap) is not None:
            levels = levels[levels <= cap]
        above = np.maximum(use[None, :] - levels[:, None], 0.0)
        # Room for spot is no spot: where none is sold the whole use is rented on demand.
        vacant = np.minimum(spot[None, :], above) * (self.spot is not None)
        if self.on_demand is None:
            fits = (above - vacant)[:, :main].max(axis=1, initial=0.0) <= 0.0
            rent = np.where(fits, 0.0, np.inf)
        else:
            rent = (above - vacant) @ hours * self.on_demand
        rent = rent + vacant @ hours * (self.spot or 0.0)
        return float(np.min(self.steady_cost * levels + rent, initial=np.inf))

    def least_cost(self, use: Floats, spot: Floats, hours: Floats, main: int) -> Floats:
        r"""Return what covering a use adds at least, whatever else uses the type there, shape (...,).

        Prices :math:`\pi_k` of the slots that support any purchase obey :math:`0 \le \pi_k \le w_k v` and
        :math:`\sum_k \pi_k = \min(c, \sum_k w_k v)`; the least of :math:`\sum_k \pi_k \tilde u_k` fills the least used
        slots first. Room for spot makes :math:`\tilde u_k = u_k - s_k (1 - p / v)`.

        Parameters
        ----------
        use, spot
            Shape (..., slots).
        """
        if self.is_separable:
            return self.flexible_cost(use, spot, hours)
        if self.signed:
            return np.zeros(use.shape[:-1])
        if self.on_demand is None:
            least: Floats = np.maximum(use - spot, 0.0)[..., :main].min(axis=-1, initial=np.inf)
            return self.steady_cost * least
        saved = 0.0 if self.spot is None else 1.0 - self.spot / self.on_demand
        real = use - spot * saved
        order = np.argsort(real, axis=-1)
        price = hours[order] * self.on_demand
        filled = np.minimum(np.cumsum(price, axis=-1), self.steady_cost)
        share = np.diff(filled, axis=-1, prepend=0.0)
        cost: Floats = (share * np.take_along_axis(real, order, axis=-1)).sum(axis=-1)
        return cost

    def common_prices(self, shape: Floats, hours: Floats, main: int) -> Floats:
        r"""Return prices of the slots at which all uses together cost no more than they do, shape (slots,).

        They obey what `least_cost` says of :math:`\pi`, but are the same for every use of the type there, so what uses
        are worth at them adds up. They are highest where `shape` is: a newsvendor's, if uses rise and fall with it.

        Parameters
        ----------
        shape
            How uses rise and fall, shape (slots,).
        """
        prices = np.zeros(hours.size)
        if self.signed:
            return prices
        if self.on_demand is None:
            prices[int(np.argmax(shape[:main]))] = self.steady_cost
            return prices
        order = np.argsort(-shape, kind="stable")
        filled = np.minimum(np.cumsum(hours[order] * self.on_demand), self.steady_cost)
        prices[order] = np.diff(filled, prepend=0.0)
        return prices

    def cost_at(self, prices: Floats, use: Floats, spot: Floats) -> Floats:
        """Return what uses, shape (..., slots), are worth at `common_prices`, room for spot taken off, shape (...,)."""
        kept = 0.0 if self.on_demand is None else 1.0 if self.spot is None else self.spot / self.on_demand
        worth: Floats = (use - spot * (1.0 - kept)) @ prices
        return worth

    @property
    def _cap(self) -> int | None:
        """Most steady instances of the cheapest option; None without a limit."""
        cheapest = min(self.steady, key=lambda name: self.steady[name])
        return self.most.get(cheapest)
