"""Rounded parts add up to their rounded sum."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from optimizer.report.rounding import adds_up, largest_remainder, rounded_shares

AMOUNTS = st.lists(st.floats(min_value=-1e9, max_value=1e9, allow_nan=False), max_size=30)


@given(values=AMOUNTS, digits=st.sampled_from([0, 1, 2]))
@example(values=[0.5, 0.5, 0.5], digits=0)
@example(values=[0.29, 0.57, 0.14], digits=2)
def test_rounded_rows_add_up_and_stay_within_one_unit(values, digits):
    """The parts sum to the rounded total, and no part is a whole unit away from its value."""
    rounded = largest_remainder(values, digits)
    unit = 10.0**-digits
    assert adds_up(rounded, digits) == pytest.approx(round(math.fsum(values) / unit) * unit, abs=unit * 1e-3)
    assert all(abs(part - value) < unit * (1 + 1e-6) for part, value in zip(rounded, values, strict=True))


@given(values=AMOUNTS)
def test_rounded_rows_are_whole_units(values):
    """At no decimal places every part is a whole number."""
    assert all(part == int(part) for part in largest_remainder(values))


def test_the_largest_remainders_are_rounded_up():
    """10.4 + 20.6 + 30.5 = 61.5, rounded to 62 (half to even); floors sum to 60, so .6 and .5 get one each."""
    assert largest_remainder([10.4, 20.6, 30.5]) == [10.0, 21.0, 31.0]


def test_equal_remainders_go_to_the_first():
    """Three thirds of 1: one unit is to give, and the first row gets it, always the same one."""
    assert largest_remainder([1 / 3, 1 / 3, 1 / 3]) == [1.0, 0.0, 0.0]


def test_zero_stays_zero():
    """A row of 0 keeps saying 0, whatever is left to give."""
    assert largest_remainder([0.0, 0.6, 0.7, 0.7]) == [0.0, 0.0, 1.0, 1.0]


def test_a_sum_that_is_not_a_number_is_refused():
    """NaN would spread over every row unseen."""
    with pytest.raises(ValueError, match="only finite"):
        largest_remainder([1.0, math.nan])


@given(values=st.lists(st.floats(min_value=0.0, max_value=1e9), min_size=1, max_size=20))
def test_shares_add_up_to_one(values):
    """Shares in tenths of a per cent sum to exactly 100.0 %, or are all 0 without a total."""
    shares = rounded_shares(values)
    expected = 1.0 if math.fsum(values) > 0.0 else 0.0
    assert adds_up(shares, 3) == expected
