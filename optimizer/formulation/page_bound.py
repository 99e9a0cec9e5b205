r"""What plans cost at least where stages of pages share a target, by what each way to serve is worth at least.

A *way* is a block, or what may become one. It has a floor; floors of the ways of a plan add up to no more than the plan
costs. Each origin of a service is served by some way, and takes the part of its floor that its requests are; what the
way may take, seen at the origin, is its *edge*. With T what a page allows and J its stages, an origin o adds at least

.. math:: L_o = \sum_{pages} \min_{w_j \ni o} \Big\{ \sum_{j \in J} floor(w_j)\, share(w_j, o) :
    \sum_{j \in J} edge(w_j, o) \le T \Big\} + \sum_{(s, o)\ in\ no\ page} \min_{w \ni o} floor(w)\, share(w, o)

and a plan that has the way b costs at least :math:`floor(b) + \sum_{o \notin b} L_o + \sum_{o \in b} L_o(b)`, where
:math:`L_o(b)` leaves out what b serves, and the other stages of its pages have the time that its edge leaves. A service
that several pages pass counts in the first of them; in the others it costs nothing and takes its least time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from optimizer.domain.scenario import Floats
from optimizer.formulation.problem import Indices

#: Sums of times may be so much too high, seconds: far below what a solver takes for kept.
ROUNDING_S = 1e-7
#: A frontier with more points is made coarser, which only lowers it.
MOST_POINTS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Ways:
    """Ways to serve: `service` has shape (ways,), `share` and `edge_s` (ways, origins).

    An edge is infinite at origins that a way does not serve.
    """

    service: Indices
    share: Floats
    edge_s: Floats


def joined(parts: Sequence[Ways]) -> Ways:
    """Return the ways of all parts."""
    return Ways(
        np.concatenate([part.service for part in parts]),
        np.concatenate([part.share for part in parts]),
        np.concatenate([part.edge_s for part in parts]),
    )


@dataclass(frozen=True, slots=True)
class PageFrom:
    """A page from an origin: its stages (services), those that count in no page before it, and its target."""

    stages: tuple[int, ...]
    own: frozenset[int]
    limit_s: float


@dataclass(frozen=True, slots=True, eq=False)
class Frontier:
    """Least costs by time: `edge_s` rises, `cost` falls; shape (points,) each."""

    edge_s: Floats
    cost: Floats

    def within(self, limits_s: Floats) -> Floats:
        """Return the least cost within each limit, infinite where nothing is so short."""
        known = np.concatenate([[np.inf], self.cost])
        found: Floats = known[np.searchsorted(self.edge_s, limits_s + ROUNDING_S, side="right")]
        return found


#: The other stages of a page with one stage: they take no time and cost nothing.
NOTHING = Frontier(np.zeros(1), np.zeros(1))


def frontier_of(edge_s: Floats, cost: Floats) -> Frontier:
    """Return the frontier of points whose times rise."""
    finite = np.isfinite(cost)
    edge_s, least = edge_s[finite], np.minimum.accumulate(cost[finite])
    better = np.ones(least.size, dtype=bool)
    better[1:] = least[1:] < least[:-1]
    return Frontier(edge_s[better], least[better])


def together(first: Frontier, second: Frontier) -> Frontier:
    """Return the frontier of two stages, one after the other."""
    edges = (first.edge_s[:, None] + second.edge_s[None, :]).ravel()
    costs = (first.cost[:, None] + second.cost[None, :]).ravel()
    order = np.argsort(edges, kind="stable")
    both = frontier_of(edges[order], costs[order])
    if both.cost.size <= MOST_POINTS:
        return both
    # Of several points in a row the shortest time and the least cost stand for all.
    first_of = np.linspace(0, both.cost.size, MOST_POINTS, endpoint=False).astype(np.int64)
    last_of = np.append(first_of[1:], both.cost.size) - 1
    return Frontier(both.edge_s[first_of], both.cost[last_of])


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """Lower bounds of plans.

    Parameters
    ----------
    least
        Of any plan.
    whole
        Of plans with each way, shape (ways,).
    beyond
        By how much what an origin adds would rise at least with each way, over the origins that it serves; 0 for the
        ways that `least` rests on, shape (ways,).
    """

    least: float
    whole: Floats
    beyond: Floats


class PageBound:
    """Lower bounds of plans over given ways to serve.

    Parameters
    ----------
    ways
        All there are.
    pages
        Of each origin.
    """

    def __init__(self, ways: Ways, pages: Mapping[int, Sequence[PageFrom]]) -> None:
        self._ways, self._pages = ways, pages
        self._members: dict[int, dict[int, Indices]] = {}
        for origin in range(ways.share.shape[1]):
            order = np.argsort(ways.edge_s[:, origin], kind="stable")
            serving = order[np.isfinite(ways.edge_s[order, origin])]
            services = np.unique(ways.service[serving]).tolist()
            self._members[origin] = {service: serving[ways.service[serving] == service] for service in services}

    def of(self, floor: Floats) -> Bound:
        """Return what plans cost at least.

        Parameters
        ----------
        floor
            Of the ways, shape (ways,); infinite for those that no plan need have.
        """
        at = {origin: self._at(origin, floor) for origin in self._members}
        total = float(sum(least for least, _ in at.values()))
        whole, beyond = floor + total, np.full(floor.size, np.inf)
        if not np.isfinite(total):
            return Bound(total, whole, beyond)
        for origin, (least, others) in at.items():
            for service, mine in self._members[origin].items():
                more = others[service] - least
                whole[mine] += more
                part = floor[mine] * self._ways.share[mine, origin]
                beyond[mine] = np.minimum(beyond[mine], part + more)
        return Bound(total, whole, beyond)

    def _at(self, origin: int, floor: Floats) -> tuple[float, dict[int, Floats]]:
        """Return :math:`L_o`, and by service :math:`L_o(b)` of the ways that serve the origin, in their order."""
        ways, members, pages = self._ways, self._members[origin], self._pages.get(origin, ())
        parts = {
            service: frontier_of(ways.edge_s[mine, origin], floor[mine] * ways.share[mine, origin])
            for service, mine in members.items()
        }
        staged = {service for page in pages for service in page.stages}
        alone = {
            service: float(part.cost.min(initial=np.inf)) for service, part in parts.items() if service not in staged
        }
        in_pages = [(page, *_page_terms(page, parts)) for page in pages]
        others = {}
        for service, mine in members.items():
            others[service] = np.full(mine.size, sum(alone.values()) - alone.get(service, 0.0))
            for page, least, beside in in_pages:
                left_s = page.limit_s - ways.edge_s[mine, origin]
                others[service] += beside[service].within(left_s) if service in beside else least
        return sum(alone.values()) + sum(least for _, least, _ in in_pages), others


def _page_terms(page: PageFrom, parts: Mapping[int, Frontier]) -> tuple[float, dict[int, Frontier]]:
    """Return what the stages of a page cost at least, and by stage the frontier of all others."""
    stages = {}
    for service in page.stages:
        if (mine := parts.get(service)) is not None:
            stages[service] = mine if service in page.own else Frontier(mine.edge_s[:1], np.zeros(mine.cost[:1].size))
    others: dict[int, Frontier] = {
        service: reduce(together, [part for other, part in stages.items() if other != service], NOTHING)
        for service in stages
    }
    if not stages:
        return 0.0, others
    some = next(iter(stages))
    costs = stages[some].cost + others[some].within(page.limit_s - stages[some].edge_s)
    return float(costs.min(initial=np.inf)), others
