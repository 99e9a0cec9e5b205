"""Estimates for accelerators that nobody measured: by hand, and from the nearest that was."""

from __future__ import annotations

import pytest

from optimizer.domain.catalog import Accelerator, Source
from optimizer.domain.measured import MeasuredCurve, MeasuredPoint
from optimizer.performance.transfer import ESTIMATED_BAND, distance, estimate, estimates

SOURCE = Source("datasheet", "test", "2026")


def accelerator(name, tflops, bandwidth):
    """An accelerator with these peaks."""
    return Accelerator(name, tflops, bandwidth, None, SOURCE)


def curve(name, batch, service_s, *, count=1):
    """A measured curve on an accelerator."""
    points = tuple(MeasuredPoint("m.csv:2", k, s) for k, s in zip(batch, service_s, strict=True))
    return MeasuredCurve("m", "fp16", name, count, 0, points, "test", "2026")


def test_the_fixed_part_shrinks_with_the_root_of_the_bandwidth():
    """4 + 2 k: four times the bandwidth at the same FLOPS halves both parts, nine times the FLOPS only the slope."""
    base, have = curve("a", [1, 2, 4], [6.0, 8.0, 12.0]), accelerator("a", 100.0, 300.0)
    assert estimate(base, have, accelerator("b", 100.0, 1200.0)).service_s == pytest.approx((3.0, 4.0, 6.0))
    by_flops = estimate(base, have, accelerator("c", 900.0, 300.0))
    assert by_flops.service_s == pytest.approx((4.0 + 2.0 / 3.0, 4.0 + 4.0 / 3.0, 4.0 + 8.0 / 3.0))
    assert by_flops.error_band == ESTIMATED_BAND == 1.0


def test_the_nearest_accelerator_is_the_base_and_the_measured_one_is_left_alone():
    """Of two measured ones the one with like peaks is scaled; none is estimated where a curve was measured."""
    known = {
        a.name: a for a in (accelerator("old", 65, 320), accelerator("new", 312, 2039), accelerator("mid", 80, 400))
    }
    curves = [curve("old", [1, 8], [1.0, 2.0]), curve("new", [1, 8], [0.2, 0.4])]
    (found,) = estimates(curves, known.values(), known)
    assert (found.accelerator, found.base.accelerator) == ("mid", "old")
    assert distance(known["mid"], known["old"]) < distance(known["mid"], known["new"])


def test_replicas_of_several_accelerators_are_no_base_for_single_ones():
    """A curve of two accelerators a replica makes estimates of two, never of one."""
    known = {a.name: a for a in (accelerator("a", 65, 320), accelerator("b", 130, 640))}
    found = estimates([curve("a", [1, 8], [1.0, 2.0], count=2)], known.values(), known)
    assert [one.base.accelerators_per_replica for one in found] == [2]


def test_without_peaks_nothing_is_estimated():
    """An accelerator that the catalog does not know cannot be scaled."""
    known = {"b": accelerator("b", 130, 640)}
    assert estimates([curve("a", [1, 8], [1.0, 2.0])], known.values(), known) == []
