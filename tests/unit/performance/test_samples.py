"""The arrivals everything is tried on."""

from __future__ import annotations

import numpy as np
import pytest

from optimizer.performance.capacity import SECTIONS
from optimizer.performance.sample import Shape, judge_shape, search_shape, unit_arrivals

GRID = [(replicas, batch) for replicas in (1, 2, 3, 4, 16, 64, 256) for batch in (1, 2, 8, 32, 200)]


@pytest.mark.parametrize("stride", [1, 2, 7, 64])
def test_gaps_are_those_of_every_nth_poisson_arrival(stride):
    """Erlang-n gaps have mean n and variance n at pool rate 1, and do not depend on the gap before."""
    gaps = np.diff(unit_arrivals(0, Shape(1, stride, 64, 0, 4000), 1), axis=1)
    count = gaps.size
    assert gaps.mean() == pytest.approx(stride, abs=4 * np.sqrt(stride / count))
    assert gaps.var() == pytest.approx(stride, rel=5 * np.sqrt((2 + 6 / stride) / count))
    assert abs(np.corrcoef(gaps[:, :-1].ravel(), gaps[:, 1:].ravel())[0, 1]) < 4 / np.sqrt(count)


def test_a_longer_sample_begins_with_the_shorter():
    """Operating points with other batch sizes see the same traffic, only more or less of it."""
    short, long = Shape(1, 5, 16, 0, 1000), Shape(1, 5, 64, 500, 9000)
    few, many = unit_arrivals(3, short, 4), unit_arrivals(3, long, 200)
    assert np.array_equal(few, many[: few.shape[0], : few.shape[1]])


def test_samples_differ_by_seed_stride_and_lane():
    """Nothing is drawn twice."""
    shape = Shape(1, 2, 4, 0, 100)
    first = unit_arrivals(0, shape, 1)
    assert np.unique(np.diff(first, axis=1)).size == np.diff(first, axis=1).size
    assert not np.isin(first, unit_arrivals(1, shape, 1)).any()
    assert not np.isin(first, unit_arrivals(0, Shape(1, 3, 4, 0, 100), 1)).any()


def test_samples_cannot_be_written_to():
    """What is shared between operating points is read-only."""
    with pytest.raises(ValueError, match="read-only"):
        unit_arrivals(0, Shape(1, 2, 4, 0, 100), 1)[0, 0] = 0.0


@pytest.mark.parametrize("dispatch", ["round_robin", "shared"])
@pytest.mark.parametrize(("replicas", "batch"), GRID)
def test_samples_are_long_in_full_rounds(affine, dispatch, replicas, batch):
    """At least 400 full rounds of the replicas count, and 20 go before; runs can be grouped into sections."""
    point = affine(batch, 2.0, dispatch=dispatch)
    sought, judged = search_shape(point, replicas), judge_shape(point, replicas)
    for shape in (sought, judged):
        in_service = shape.servers * batch
        assert shape.size >= 400 * in_service
        assert shape.kept >= 25 * in_service
        assert shape.warm_up >= 20 * in_service
        assert shape.warm_up >= 0.1 * shape.stop
        assert shape.size >= 190_000
        assert shape.lanes % SECTIONS == 0
        assert shape.servers * shape.stride == replicas
    assert judged.size >= 1.99 * sought.size


@pytest.mark.parametrize("dispatch", ["round_robin", "shared", "random"])
def test_only_a_search_below_a_short_target_settles_sooner(affine, dispatch):
    """Whoever judges a rate cannot know that the queue is short; a capacity within 2 batches makes it so."""
    short, long = affine(4, 1.99, dispatch=dispatch), affine(4, 2.0, dispatch=dispatch)
    assert search_shape(short, 1).warm_up == 600
    assert search_shape(long, 1).warm_up == 2500
    assert judge_shape(short, 1) == judge_shape(long, 1)
    assert judge_shape(short, 1).warm_up == 2500


def test_a_glance_is_the_first_part_of_the_same_runs():
    """An eighth of the requests, after a shorter warm-up."""
    shape = Shape(2, 1, 64, 2500, 9600)
    assert shape.glance() == Shape(2, 1, 64, 625, 1200)
