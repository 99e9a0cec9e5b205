"""Staffing rules: layouts over zones, counts for a need, counts held over hours."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.domain.scenario import Headroom, Period
from optimizer.formulation.rules.autoscaling import held_counts
from optimizer.formulation.rules.capacity import instances_needed
from optimizer.formulation.rules.headroom import headroom_factor
from optimizer.formulation.rules.zone_loss import EXHAUSTIVE_INSTANCES, best_layouts


def _capacity(size: int, gamma: float = 0.3) -> np.ndarray:
    x = np.arange(size, dtype=float)
    return np.maximum(0.0, 10.0 * (x - gamma * np.sqrt(x)))


def _by_enumeration(capacity: np.ndarray, zones: int, total: int, protect: bool) -> float:
    best = 0.0
    for layout in itertools.product(range(total + 1), repeat=zones):
        if sum(layout) <= total:
            loads = [capacity[count] for count in layout]
            best = max(best, sum(loads) - (max(loads) if protect else 0.0))
    return best


@pytest.mark.parametrize("protect", [False, True])
@pytest.mark.parametrize("zones", [1, 2, 3])
def test_layouts_equal_enumeration(zones: int, protect: bool):
    """Up to 9 instances, phi is the largest value over all layouts, and the layout given reaches it."""
    capacity = _capacity(10)
    layouts = best_layouts(capacity, zones, protect=protect)
    for total in range(10):
        assert layouts.phi_per_s[total] == pytest.approx(_by_enumeration(capacity, zones, total, protect))
        loads = capacity[layouts.instances[total]]
        assert loads.sum() - (loads.max() if protect else 0.0) == pytest.approx(layouts.phi_per_s[total])
        assert layouts.instances[total].sum() <= total


def test_by_hand_two_full_zones_beat_three():
    """With capacity 0, 1, 10 for 0, 1, 2 instances, 4 survive a loss best as 2 + 2 (10), not 2 + 1 + 1 (2)."""
    layouts = best_layouts(np.array([0.0, 1.0, 10.0, 10.0, 10.0]), 3, protect=True)
    assert layouts.instances[4].tolist() == [2, 2, 0]
    assert layouts.phi_per_s.tolist() == [0.0, 0.0, 1.0, 2.0, 10.0]


@given(
    st.lists(st.floats(0.0, 5.0), min_size=1, max_size=60),
    st.integers(1, 6),
    st.booleans(),
)
def test_phi_never_falls_and_survives(steps: list[float], zones: int, protect: bool):
    """For any rising capacity, phi never falls and each layout really carries it with its fullest zone gone."""
    capacity = np.concatenate([[0.0], np.cumsum(steps)])
    layouts = best_layouts(capacity, zones, protect=protect)
    assert (np.diff(layouts.phi_per_s) >= 0).all()
    loads = capacity[layouts.instances]
    left = loads.sum(axis=1) - (loads.max(axis=1) if protect else 0.0)
    np.testing.assert_allclose(left, layouts.phi_per_s, atol=1e-9)
    assert (layouts.instances.sum(axis=1) <= np.arange(capacity.size)).all()


def test_one_zone_protects_nothing():
    """A single zone leaves nothing after its loss."""
    assert best_layouts(_capacity(40), 1, protect=True).phi_per_s.tolist() == [0.0] * 40


def test_balanced_layouts_join_the_exhaustive_ones():
    """Beyond the exhaustive range phi goes on rising with every full round of the six zones, evenly laid out."""
    layouts = best_layouts(_capacity(EXHAUSTIVE_INSTANCES + 30), 6, protect=True)
    assert (np.diff(layouts.phi_per_s[::6]) > 0).all()
    assert layouts.instances[EXHAUSTIVE_INSTANCES + 12].tolist() == [6, 6, 6, 6, 6, 6]


def test_instances_for_a_need():
    """The fewest instances whose phi reaches the need; equality is enough; one more than the table if none does."""
    phi = np.array([0.0, 5.0, 9.0])
    assert instances_needed(phi, np.array([0.0, 0.1, 5.0, 5.1, 9.0, 9.1])).tolist() == [0, 1, 1, 2, 2, 3]


def test_counts_held():
    """By day type the largest count of the day type stands, fixed the largest of all, hourly each its own."""
    periods = [Period("a", 0, 1.0), Period("b", 0, 1.0), Period("a", 1, 1.0)]
    counts = np.array([1, 7, 3])
    assert held_counts(counts, periods, "hourly").tolist() == [1, 7, 3]
    assert held_counts(counts, periods, "day_type").tolist() == [3, 7, 3]
    assert held_counts(counts, periods, "fixed").tolist() == [7, 7, 7]


def test_headroom_by_hand():
    """10 % retries with a fifth of the replicas out for a release: 1.1 / 0.8 = 1.375."""
    assert headroom_factor(Headroom(0.2, 0.1)) == pytest.approx(1.375)
