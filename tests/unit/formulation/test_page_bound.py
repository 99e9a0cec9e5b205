"""Bounds of pages, against every choice of one way for each stage."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from optimizer.formulation import page_bound
from optimizer.formulation.page_bound import NOTHING, PageBound, PageFrom, Ways, frontier_of, together

TARGET_S = 0.1


def _random(seed: int, services: int, ways: int = 12) -> tuple[Ways, np.ndarray]:
    """Ways of several services from two origins: each serves one of them or both."""
    rng = np.random.default_rng(seed)
    service = np.arange(ways) % services
    serves = np.where(service == np.arange(ways), 3, rng.integers(1, 4, ways))  # every service is there
    mine = np.stack([serves != 2, serves != 1], axis=1)
    share = np.where(mine.all(axis=1)[:, None], [0.3, 0.7], 1.0) * mine
    edge_s = np.where(mine, rng.uniform(0.1, 0.7, ways)[:, None] * TARGET_S + [0.0, 0.001], np.inf)
    return Ways(service, share, edge_s), rng.uniform(1.0, 9.0, ways)


def _by_hand(
    ways: Ways, floor: np.ndarray, pages: list[PageFrom], origin: int, fixed: tuple[int, float] | None = None
) -> float:
    """Least cost of an origin over all choices; the way that is fixed costs nothing and has its edge."""
    services = sorted(set(ways.service.tolist()))
    choices = []
    for service in services:
        members = np.flatnonzero((ways.service == service) & (ways.share[:, origin] > 0.0)).tolist()
        mine = [(float(ways.edge_s[w, origin]), float(floor[w] * ways.share[w, origin])) for w in members]
        choices.append([(fixed[1], 0.0)] if fixed is not None and fixed[0] == service else mine)
    fits = [
        sum(cost for _, cost in choice)
        for choice in product(*choices)
        if all(sum(choice[services.index(s)][0] for s in page.stages) <= page.limit_s for page in pages)
    ]
    return min(fits, default=float("inf"))


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("services", [1, 2, 3])
def test_one_page_is_bounded_by_its_cheapest_choice(seed: int, services: int):
    """Of every origin, with any way and with each; a last service is in no page."""
    ways, floor = _random(seed, services)
    stages = tuple(range(max(1, services - 1)))
    page = PageFrom(stages, frozenset(stages), TARGET_S)
    found = PageBound(ways, {0: [page], 1: [page]}).of(floor)
    least = [_by_hand(ways, floor, [page], origin) for origin in (0, 1)]
    assert found.least == pytest.approx(sum(least))
    if not np.isfinite(found.least):
        return
    for way in range(floor.size):
        expected = floor[way]
        for origin in (0, 1):
            edge_s = float(ways.edge_s[way, origin])
            fixed = (int(ways.service[way]), edge_s)
            serves = np.isfinite(edge_s)
            expected += _by_hand(ways, floor, [page], origin, fixed) if serves else least[origin]
        assert found.whole[way] == pytest.approx(expected)
    assert found.beyond.min() == pytest.approx(0.0, abs=1e-9)


@pytest.mark.parametrize("seed", range(20))
def test_a_service_of_two_pages_counts_once(seed: int):
    """The bound lies at or below the cheapest choice that keeps both pages."""
    ways, floor = _random(seed, 3, 15)
    first = PageFrom((0, 1), frozenset({0, 1}), TARGET_S)
    second = PageFrom((1, 2), frozenset({2}), TARGET_S)
    found = PageBound(ways, {0: [first, second], 1: [first, second]}).of(floor)
    least = sum(_by_hand(ways, floor, [first, second], origin) for origin in (0, 1))
    assert found.least <= least + 1e-9
    assert found.least > 0.0


def test_a_frontier_of_many_points_is_coarser_and_no_higher(monkeypatch: pytest.MonkeyPatch):
    """Fewer points say of every time at most what all of them say."""
    rng = np.random.default_rng(3)
    parts = [frontier_of(np.sort(rng.uniform(0.0, 1.0, 40)), -np.sort(-rng.uniform(0.0, 9.0, 40))) for _ in range(2)]
    exact = together(*parts)
    monkeypatch.setattr(page_bound, "MOST_POINTS", 50)
    coarse = together(*parts)
    limits = np.linspace(0.0, 2.1, 300)
    assert coarse.cost.size == 50 < exact.cost.size
    assert (coarse.within(limits) <= exact.within(limits)).all()
    assert together(parts[0], NOTHING).cost.tolist() == parts[0].cost.tolist()
