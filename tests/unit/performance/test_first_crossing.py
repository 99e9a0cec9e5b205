"""The search for the first rate that fails, on targets that hold where the test says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.performance import kernel
from optimizer.performance.sample import Shape, unit_arrivals
from optimizer.performance.search import GUESS_TOLERANCE, IDLE, TOLERANCE, Crossing, Trials, first_crossing, guess

FULL, TOP = 100.0, 97.0


class Pretended:
    """The logarithm of late over allowed requests at a rate is given by a function; every question is counted."""

    def __init__(self, excess):
        self._excess, self.asked = excess, set()

    def excess(self, rate, next_rates=()):
        """Answer, having looked ahead in vain."""
        self.asked.add(rate)
        assert 0.0 < rate <= TOP
        assert all(0.0 < other <= TOP for other in next_rates)
        return self._excess(rate)

    def holds(self, rate, next_rates=()):
        """Answer what the search asks most."""
        return self.excess(rate, next_rates) <= 0.0


def just_below(found, crossing, guessed):
    """Whether what was found holds, and what is a thousandth more does not; a hundredth for hardly used replicas."""
    width = TOLERANCE if guessed >= IDLE * FULL else GUESS_TOLERANCE
    return found <= crossing < found * (1 + width) * (1 + 1e-12)


def where(holds):
    """An excess of which only the sign says anything."""
    return lambda rate: -0.7 if holds(rate) else 0.7


def search(excess, rising, glanced=None):
    """Guess and crossing, as for a capacity, and the number of rates tried."""
    glance, full = Pretended(glanced or excess), Pretended(excess)
    found = first_crossing(full, guess(glance, FULL, TOP, rising), FULL, TOP)
    return found, len(full.asked), len(glance.asked)


@given(crossing=st.floats(0.01, 96.9), rising=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_single_crossing_is_found_from_below(crossing, rising):
    """The rate returned holds, and one a little higher does not, though counts tell nothing but too many or not."""
    found, tried, glanced = search(where(lambda rate: rate <= crossing), rising)
    assert just_below(found, crossing, crossing * 0.98)
    assert tried <= 16
    assert glanced <= 40


@given(crossing=st.floats(0.1, 96.0), steep=st.floats(0.6, 60.0), off=st.floats(-0.02, 0.02), rising=st.booleans())
@settings(max_examples=300, deadline=None)
def test_few_rates_are_tried_where_the_late_share_rises_steadily(crossing, steep, off, rising):
    """A short sample that errs by up to 2 % costs few full trials: about half of those of a bisection."""
    excess = lambda rate: min(0.7, steep * math.log(rate / crossing))  # noqa: E731
    glanced = lambda rate: min(0.7, steep * math.log(rate / (crossing * (1 + off))))  # noqa: E731
    found, tried, _ = search(excess, rising, glanced)
    assert just_below(found, crossing, crossing * 0.95)
    assert tried <= 5


@given(crossing=st.floats(5.0, 90.0), steep=st.floats(2.0, 30.0), waves=st.floats(0.0, 0.2), phase=st.floats(0.0, 6.0))
@settings(max_examples=300, deadline=None)
def test_counts_that_go_up_and_down_do_not_mislead(crossing, steep, waves, phase):
    """What is returned holds, and a rate tried at most a thousandth above it does not."""
    excess = lambda rate: steep * math.log(rate / crossing) + waves * math.sin(400 * math.log(rate) + phase)  # noqa: E731
    full = Pretended(excess)
    found = first_crossing(full, Crossing(crossing, steep), FULL, TOP)
    assert found in full.asked
    assert excess(found) <= 0.0
    assert any(excess(rate) > 0.0 for rate in full.asked if found < rate <= found * (1 + TOLERANCE) * (1 + 1e-12))
    assert len(full.asked) <= 30


@pytest.mark.parametrize("rising", [True, False])
def test_the_search_ends_at_the_highest_rate(rising):
    """Where every rate holds the highest is returned, after one look at the full sample."""
    assert search(where(lambda _: True), rising)[:2] == (TOP, 1)


@pytest.mark.parametrize("rising", [True, False])
def test_a_target_that_never_holds_gives_nothing(rising):
    """Where no rate down to a hundred-thousandth of full batches holds the capacity is 0."""
    assert search(where(lambda _: False), rising)[0] == 0.0


def test_of_several_crossings_the_first_counts():
    """A target that fails at 20-40, holds at 40-70 and fails again is promised up to 20 only."""
    found, *_ = search(where(lambda rate: rate < 20.0 or 40.0 < rate < 70.0), rising=False)
    assert 19.9 < found < 20.0


@given(guessed=st.floats(0.5, 97.0), crossing=st.floats(0.5, 96.9))
@settings(max_examples=200, deadline=None)
def test_a_wrong_guess_is_mended(guessed, crossing):
    """However far off the guess from a short sample is, the full sample decides."""
    found = first_crossing(Pretended(where(lambda rate: rate <= crossing)), Crossing(guessed), FULL, TOP)
    assert just_below(found, crossing, guessed)


@pytest.mark.parametrize("target_s", [1.2, 1.6, 2.5])
def test_looking_ahead_changes_nothing(affine, use, monkeypatch, target_s):
    """Trying rates one at a time or many at once ends at the same rate."""
    use("numpy")
    point, shape = affine(6, target_s), Shape(1, 2, 8, 100, 1600)
    arrivals, full = unit_arrivals(0, shape, 6), 12.0
    found = []
    for ahead in (True, False):
        monkeypatch.setattr(kernel, "foresees", lambda ahead=ahead: ahead)
        guessed = guess(Trials(arrivals, shape.glance(), point), full, 0.97 * full, rising=target_s >= 2)
        found.append(first_crossing(Trials(arrivals, shape, point), guessed, full, 0.97 * full))
    assert found[0] == found[1] > 0.0


def test_rates_known_are_not_tried_again(affine, monkeypatch):
    """A rate that was looked at ahead is answered from memory."""
    point, shape, calls = affine(2, 2.0), Shape(1, 1, 4, 10, 200), []
    original = kernel.late_counts
    monkeypatch.setattr(kernel, "foresees", lambda: True)
    monkeypatch.setattr(kernel, "late_counts", lambda *a: calls.append(a[3].tolist()) or original(*a))
    trials = Trials(unit_arrivals(0, shape, 2), shape, point)
    for rate in (0.5, 0.9, 0.7, 0.5):
        trials.holds(rate, [0.7, 0.9])
    assert calls == [[0.5, 0.7, 0.9]]


@pytest.mark.parametrize("percentile", [0.5, 0.95, 0.99])
def test_the_target_holds_up_to_the_share_allowed(affine, percentile):
    """It holds exactly if the ceil(pN)-th smallest stay is within the target."""
    shape = Shape(1, 1, 4, 20, 250)
    arrivals = unit_arrivals(0, shape, 4)
    for rate in np.linspace(1.0, 3.9, 12).tolist():
        point = affine(4, 1.4, percentile=percentile)
        done = kernel.lane_departures(arrivals, shape.stop, 1, 0.0, np.array(point.service_s) * rate)
        stays = np.sort((done - arrivals[:, : shape.stop])[:, 20:].ravel()) / rate
        assert Trials(arrivals, shape, point).holds(rate) == (stays[math.ceil(percentile * 1000) - 1] <= 1.4)
