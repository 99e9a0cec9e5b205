"""Staffing rules: layouts over zones, counts for a need, counts held over hours."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.domain.scenario import Headroom, Period
from optimizer.formulation.layouts import Layouts, SpotRoom, Survives
from optimizer.formulation.partitions import EXHAUSTIVE_INSTANCES
from optimizer.formulation.rules.autoscaling import held_counts
from optimizer.formulation.rules.capacity import instances_needed
from optimizer.formulation.rules.headroom import headroom_factor
from optimizer.formulation.rules.scale_up import ramped_counts


def _capacity(size: int, gamma: float = 0.3) -> np.ndarray:
    x = np.arange(size, dtype=float)
    return np.maximum(0.0, 10.0 * (x - gamma * np.sqrt(x)))


def _carried(capacity: np.ndarray, layout: tuple[int, ...], survives: Survives, share: float) -> float:
    """What a layout carries, and with its loss what it must still carry: by the definition, zone by zone."""
    loads = [float(capacity[count]) for count in layout]
    losses = {
        "nothing": [0.0],
        "zone": loads,
        "instance": [float(capacity[c] - capacity[c - 1]) for c in layout if c > 0] or [0.0],
    }[survives]
    left = min(sum(loads) - lost for lost in losses)
    return sum(loads) if survives == "nothing" else min(sum(loads), left / share)


def _layouts(zones: int, total: int) -> list[tuple[int, ...]]:
    return [x for x in itertools.product(range(total + 1), repeat=zones) if sum(x) == total]


@pytest.mark.parametrize("share", [1.0, 0.7])
@pytest.mark.parametrize("survives", ["nothing", "instance", "zone"])
@pytest.mark.parametrize("zones", [1, 2, 3])
def test_fewest_instances_equal_enumeration(zones: int, survives: Survives, share: float):
    """Up to 9 instances, phi is the largest value over all layouts of up to so many instances."""
    capacity = _capacity(10)
    layouts = Layouts(capacity, zones, survives, share)
    for total in range(10):
        best = max(
            _carried(capacity, layout, survives, share) for n in range(total + 1) for layout in _layouts(zones, n)
        )
        assert layouts.phi_per_s[total] == pytest.approx(best)


def test_by_hand_two_full_zones_beat_three():
    """With capacity 0, 1, 10 for 0, 1, 2 instances, 4 survive a loss best as 2 + 2 (10), not 2 + 1 + 1 (2)."""
    layouts = Layouts(np.array([0.0, 1.0, 10.0, 10.0, 10.0]), 3, "zone")
    assert layouts.phi_per_s.tolist() == [0.0, 0.0, 1.0, 2.0, 10.0]
    laid, spot = layouts.laid_out(np.array([4, 4]), np.array([10.0, 2.0]), None)
    # Where 2 are enough, the most balanced layout that carries them stands: 2 + 1 + 1.
    assert laid.tolist() == [[2, 2, 0], [2, 1, 1]]
    assert not spot.any()


@given(
    st.lists(st.floats(0.0, 5.0), min_size=1, max_size=60),
    st.integers(1, 6),
    st.sampled_from(["nothing", "instance", "zone"]),
    st.floats(0.0, 1.0),
)
def test_a_laid_out_count_carries_its_need(steps: list[float], zones: int, survives: Survives, part: float):
    """For any rising capacity, phi never falls, and the fewest instances for a need carry it in their layout."""
    capacity = np.concatenate([[0.0], np.cumsum(steps)])
    layouts = Layouts(capacity, zones, survives)
    assert (np.diff(layouts.phi_per_s) >= 0).all()
    need = part * float(layouts.phi_per_s[-1])
    count = int(instances_needed(layouts.phi_per_s, np.array([need]))[0])
    (laid,), _ = layouts.laid_out(np.array([count]), np.array([need]), None)
    assert laid.sum() == count
    assert _carried(capacity, tuple(laid.tolist()), survives, 1.0) >= need


def test_one_zone_protects_nothing():
    """A single zone leaves nothing after its loss; one instance of several leaves the others."""
    assert Layouts(_capacity(40), 1, "zone").phi_per_s.tolist() == [0.0] * 40
    assert Layouts(_capacity(40), 1, "instance").phi_per_s[1:].tolist() == pytest.approx(_capacity(39).tolist())


def test_balanced_layouts_join_the_exhaustive_ones():
    """Beyond the exhaustive range phi goes on rising with every full round of the six zones, evenly laid out."""
    layouts = Layouts(_capacity(EXHAUSTIVE_INSTANCES + 30), 6, "zone")
    assert (np.diff(layouts.phi_per_s[::6]) > 0).all()
    count = EXHAUSTIVE_INSTANCES + 12
    laid, _ = layouts.laid_out(np.array([count]), layouts.phi_per_s[[count]], None)
    assert laid[0].tolist() == [6, 6, 6, 6, 6, 6]


def test_a_raised_count_is_laid_out_as_well():
    """A count above what its need asks for is laid out in full, and carries the need."""
    layouts = Layouts(_capacity(60), 3, "zone")
    laid, _ = layouts.laid_out(np.array([31, 9]), np.array([20.0, 20.0]), None)
    assert laid.sum(axis=1).tolist() == [31, 9]


def _most_spot(capacity, zones, survives, share, count, need, room) -> int:
    """Most spot over all layouts of a count that carry the need, by trying every sub-layout."""
    cap, best = int(room.max_share * count + 1e-9), 0
    for layout in _layouts(zones, count):
        if _carried(capacity, layout, survives, share) < need:
            continue
        for spot in itertools.product(*(range(x + 1) for x in layout)):
            if sum(spot) <= cap and sum(spot) > best and _stands(capacity, layout, spot, share * need, room):
                best = sum(spot)
    return best


def _stands(capacity, layout, spot, need, room) -> bool:
    if room.may_vanish == "tolerated":
        return True
    if room.may_vanish == "all_of_a_type":
        return sum(capacity[x - s] for x, s in zip(layout, spot, strict=True)) >= need
    full = sum(capacity[x] for x in layout)
    return all(full - capacity[x] + capacity[x - s] >= need for x, s in zip(layout, spot, strict=True))


@pytest.mark.parametrize("may_vanish", ["all_of_a_type", "one_zone", "tolerated"])
@pytest.mark.parametrize("survives", ["nothing", "zone"])
@pytest.mark.parametrize("part", [0.3, 0.77, 1.0])
def test_room_for_spot_equals_enumeration(may_vanish, survives: Survives, part: float):
    """The room for spot is the most over all layouts of the fewest instances, and its sub-layout really stands."""
    capacity, room = _capacity(9), SpotRoom(0.6, may_vanish)
    layouts = Layouts(capacity, 3, survives, 0.9)
    need = part * float(layouts.phi_per_s[-1])
    count = int(instances_needed(layouts.phi_per_s, np.array([need]))[0])
    (laid,), (spot,) = layouts.laid_out(np.array([count]), np.array([need]), room)
    assert spot.sum() == _most_spot(capacity, 3, survives, 0.9, count, need, room)
    assert (spot <= laid).all()
    assert _stands(capacity, laid.tolist(), spot.tolist(), 0.9 * need, room)


def test_spot_may_be_the_spare_for_a_zone():
    """By hand, 10 requests/s an instance, 3 zones, 20 to carry: 2 + 1 + 1 would leave 20; 1 + 1 + 1 leaves 20 as well.

    So 3 instances run; without spot 2 must carry 20, which leaves 1 for spot.
    """
    layouts = Layouts(10.0 * np.arange(6.0), 3, "zone")
    assert instances_needed(layouts.phi_per_s, np.array([20.0])).tolist() == [3]
    laid, spot = layouts.laid_out(np.array([3]), np.array([20.0]), SpotRoom(0.5, "all_of_a_type"))
    assert laid.tolist() == [[1, 1, 1]]
    assert spot.sum() == 1


def test_spot_may_be_what_stands_by_for_a_location():
    """By hand, 10 requests/s an instance: 4 carry 40 after a loss elsewhere, of which 10 are there on other days.

    Spot does not vanish in the same moment: 1 must stay, and 3 may be spot. The need after the loss alone would leave
    none.
    """
    layouts = Layouts(10.0 * np.arange(60.0), 2)
    room, need, own = SpotRoom(1.0, "all_of_a_type"), np.array([40.0, 400.0]), np.array([10.0, 100.0])
    laid, spot = layouts.laid_out(np.array([4, 40]), need, room, own)
    assert laid.sum(axis=1).tolist() == [4, 40]
    assert spot.sum(axis=1).tolist() == [3, 30]
    assert layouts.laid_out(np.array([4, 40]), need, room)[1].sum(axis=1).tolist() == [0, 0]


def test_rises_are_limited_by_starting_earlier():
    """At most 2 more from an hour to the next: 1, 2, 9 becomes 5, 7, 9, and the hour before the first as well."""
    before, after = np.array([0, 1, 2]), np.array([1, 2, 0])
    assert ramped_counts(np.array([1, 2, 9]), before, after, 2).tolist() == [5, 7, 9]
    assert ramped_counts(np.array([1, 2, 9]), before, after, None).tolist() == [1, 2, 9]
    # The last hour comes before the first one again: 9 in the first asks for 7 in the last, 5 before it.
    assert ramped_counts(np.array([9, 2, 1]), before, after, 2).tolist() == [9, 5, 7]


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
