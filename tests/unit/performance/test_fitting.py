"""Curves through measured points: fits by hand, honest errors, bands that hold."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import nnls

from optimizer.domain.measured import MeasuredCurve, MeasuredPoint
from optimizer.performance.fitting import (
    FEW_POINTS_BAND,
    LEAST_BAND,
    WIDEST_BAND,
    WORST_ERROR,
    band_of,
    error_of,
    fit,
    fit_measured,
    leave_one_out,
    nonnegative,
)


def curve(batch, service_s):
    """A measured curve of these points."""
    points = tuple(MeasuredPoint(f"m.csv:{i + 2}", k, s) for i, (k, s) in enumerate(zip(batch, service_s, strict=True)))
    return MeasuredCurve("m", "fp16", "T4-16GB", 1, 0, points, "test", "2026-11-20")


@pytest.mark.parametrize("case", range(40))
def test_least_squares_are_those_of_scipy(case):
    """On random designs, with columns that would be negative, the solution and residual are those of NNLS."""
    rng = np.random.default_rng(case)
    design = rng.normal(size=(int(rng.integers(3, 9)), int(rng.integers(1, 4))))
    expected, norm = nnls(design, np.ones(design.shape[0]))
    found, residual = nonnegative(design)
    assert found == pytest.approx(expected, abs=1e-9)
    assert residual == pytest.approx(norm**2, abs=1e-9)


def test_a_line_is_found_again_by_every_form():
    """s(k) = 3 + 2 k is predicted without error wherever one point is left out, ends included."""
    batch = [1, 2, 4, 8]
    for form in ("measured", "two slopes", "one slope"):
        errors = [one.error for one in leave_one_out(form, batch, [3.0 + 2.0 * k for k in batch])]
        assert errors == pytest.approx([0.0] * 4, abs=1e-9), form


def test_two_slopes_meet_in_a_measured_batch():
    """S = 4 + k up to 8 and 4 + 8 + 3 (k - 8) beyond: found with its knee."""
    batch = [1, 2, 4, 8, 16, 32, 64]
    service = [4.0 + min(k, 8) + 3.0 * max(k - 8, 0) for k in batch]
    at = fit("two slopes", batch, service)
    assert [at(k) for k in (0, 8, 12, 100)] == pytest.approx([4.0, 12.0, 24.0, 12.0 + 3.0 * 92.0])


def test_relative_errors_count_not_absolute_ones():
    """An outlier at the largest batch must not spoil the smallest: weights are 1 / s^2, by hand through two points."""
    at = fit("one slope", [1, 3], [2.0, 4.0])
    assert (at(1), at(3)) == pytest.approx((2.0, 4.0))
    slope = fit(
        "one slope", [1, 2, 100], [1.0, 2.0, 150.0]
    )  # through the origin: minimise (1-c)^2 * 2 + (100c/150 - 1)^2
    c = (2.0 + 2.0 / 3.0) / (2.0 + 4.0 / 9.0)
    assert slope(1) == pytest.approx(c, rel=1e-6)


def test_left_out_predictions_by_hand():
    """Straight lines: 2 between 1 and 4 (s 1 and 3) is 5/3; the ends go on from the next two."""
    found = leave_one_out("measured", [1, 2, 4], [1.0, 2.0, 3.0])
    assert [one.predicted_s for one in found] == pytest.approx([1.5, 5.0 / 3.0, 4.0])
    assert [one.error for one in found] == pytest.approx([0.5, 0.2, 1.0 / 3.0])


def test_below_the_smallest_batch_no_item_is_dearer_than_alone():
    """A steep first segment would go below zero: an item then costs as much as in the smallest batch."""
    assert fit("measured", [8, 16], [1.0, 5.0])(4) == pytest.approx(0.5)


def test_half_and_double_are_equally_wrong():
    """2 s for 1 s and 1 s for 2 s are both off by 100 %; nothing at all is off by the most that is told."""
    assert error_of(2.0, 1.0) == error_of(1.0, 2.0) == 1.0
    assert error_of(0.0, 1.0) == error_of(1e9, 1.0) == WORST_ERROR


def test_a_band_is_no_narrower_than_its_errors():
    """1.2 x the largest; at least 10 %; below four points the inner errors and at least 28 %; rounded up."""
    assert band_of([0.01, 0.2, 0.05, 0.03], 4) == pytest.approx(0.24)
    assert band_of([0.01, 0.02, 0.05, 0.03], 4) == LEAST_BAND
    assert band_of([0.11111, 0.0, 0.0, 0.0], 4) == 0.134
    assert band_of([9.0, 0.3, 9.0], 3) == pytest.approx(0.36)
    assert band_of([], 2) == FEW_POINTS_BAND
    assert band_of([0.1, WORST_ERROR, 0.1, 0.1], 4) == WIDEST_BAND


def test_a_jump_between_kernels_is_kept_as_measured():
    """A step that neither slope can follow: the points themselves are the curve, and stand in the catalog unchanged."""
    batch, service = [1, 2, 4, 8, 16, 32], [1.0, 1.01, 1.02, 6.0, 6.1, 6.2]
    found = fit_measured(curve(batch, service))
    assert found.form == "measured"
    assert found.basis == "measured"
    assert list(found.service_s) == service


def test_noise_about_a_line_is_smoothed():
    """Points that scatter by 4 % about a line are predicted better by the line than by their neighbours."""
    batch = [1, 2, 4, 8, 16, 32, 64]
    service = [(2.0 + 0.5 * k) * (1.04 if i % 2 else 0.96) for i, k in enumerate(batch)]
    found = fit_measured(curve(batch, service))
    assert found.form == "one slope"
    assert found.basis == "fitted"
    assert found.errors_by_form["one slope"] < found.errors_by_form["measured"]
    assert found.errors_by_form["one slope"] == pytest.approx(np.mean([one.error for one in found.left_out]))


@pytest.mark.parametrize(
    "service",
    [
        [3.6, 5.5, 7.8, 15.1, 20.7],
        [1.0, 1.01, 1.02, 6.0, 6.1],
        [4.0, 4.0, 4.1, 30.0, 31.0],
        [2.0, 2.1, 4.0, 4.2, 16.0],
    ],
)
def test_the_errors_that_are_told_are_those_the_form_is_chosen_by(service):
    """Means, errors beyond 100 % counted as that: the least of them is the form's, whatever the median says."""
    found = fit_measured(curve([1, 2, 4, 8, 16], service))
    assert min(found.errors_by_form, key=found.errors_by_form.get) == found.form
    counted = [min(one.error, 1.0) for one in found.left_out]
    assert found.errors_by_form[found.form] == pytest.approx(np.mean(counted))
    assert found.error == np.median([one.error for one in found.left_out])


def test_a_form_that_is_asked_for_is_taken():
    """Whatever the errors say; two points have no error and the wide band."""
    assert fit_measured(curve([1, 2, 4, 8], [1.0, 1.1, 5.0, 5.1]), "one slope").form == "one slope"
    two = fit_measured(curve([1, 8], [1.0, 2.0]))
    assert (two.error, two.left_out, two.error_band) == (None, (), FEW_POINTS_BAND)


def test_scatter_is_planned_on_top_of_the_curve():
    """The form is chosen and judged on means; a point's 95th percentile then raises it, and the larger batches too."""
    steady = curve([1, 2, 4, 8], [3.0, 4.0, 6.0, 10.0])
    second = replace(steady.points[1], scatter=2.0)
    found = fit_measured(replace(steady, points=(steady.points[0], second, *steady.points[2:])))
    assert found.error_band == fit_measured(steady).error_band
    assert found.curve_s == pytest.approx((3.0, 4.0, 6.0, 10.0))
    assert found.service_s == pytest.approx((3.0, 8.0, 8.0, 10.0))
