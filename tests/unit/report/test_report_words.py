"""Numbers, places and dates as they stand on the page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.report import words
from optimizer.report.signs import clean, clean_lines, in_encoding


@pytest.mark.parametrize(
    ("amount", "digits", "text"),
    [(1234567.4, 0, "1,234,567"), (0.5, 2, "0.50"), (-0.2, 0, "0"), (-12400.0, 0, "-12,400")],
)
def test_money_has_separators_and_no_negative_zero(amount, digits, text):
    """What rounds to nothing is 0, not -0."""
    assert words.money(amount, digits) == text


def test_small_fleets_are_shown_with_cents():
    """Below 1,000 a month whole dollars would hide the plan."""
    assert (words.money_digits(999.99), words.money_digits(1000.0)) == (2, 0)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.010312, "0.0103"), (2.5249, "2.52"), (1234.4, "1,234"), (0.0, "0"), (0.00000123, "0.00000123"), (12.5, "12.5")],
)
def test_unit_costs_keep_three_significant_digits(value, text):
    """A price per 1,000 requests of a tenth of a cent is no 0.00."""
    assert words.significant(value) == text


@pytest.mark.parametrize(
    ("share", "text"), [(0.0, "0 %"), (1e-12, "0 %"), (0.00001, "0.01 %"), (0.0042, "0.42 %"), (0.00421, "0.43 %")]
)
def test_a_proof_is_never_shown_tighter_than_it_is(share, text):
    """The gap is rounded up."""
    assert words.percent_at_most(share) == text


@given(st.floats(min_value=0.0, max_value=10.0))
def test_the_shown_gap_bounds_the_gap(share):
    """Read back, the text is no smaller than the share (but for the dust of floats)."""
    assert float(words.percent_at_most(share).removesuffix(" %").replace(",", "")) / 100.0 >= share - 1e-9


@pytest.mark.parametrize(
    ("share", "text"), [(0.031, "+3.1 %"), (0.0002, "+0.02 %"), (0.000001, "+<0.01 %"), (0.0, "+0.0 %")]
)
def test_a_rise_is_never_shown_as_none(share, text):
    """Small rises get more digits before they become a bound."""
    assert words.signed_percent(share) == text


@pytest.mark.parametrize(
    ("region", "zones", "text"),
    [
        ("us-east-1", ["us-east-1b", "us-east-1a"], "a,b"),
        ("us-east4", ["us-east4-a", "us-east4-c"], "a,c"),
        ("us-east-1", ["c", "a"], "a,c"),
        ("dc", ["hall 2"], "hall 2"),
        ("dc", ["dc"], "dc"),
    ],
)
def test_zones_leave_out_what_the_region_says(region, zones, text):
    """Every naming of zones comes out short, sorted and never empty."""
    assert words.zones_label(region, zones) == text


def test_date_ranges_skip_words():
    """``any date`` is no date; a single date stands alone."""
    assert words.date_range(["2026-07", "any date", "2025-04-04"]) == "2025-04-04 to 2026-07"
    assert words.date_range(["2026-07", "2026-07"]) == "2026-07"
    assert words.date_range(["any date"]) == "unknown date"


def test_counts_agree_with_their_noun():
    """1 check, 2 checks, 0 checks."""
    assert [words.counted(n, "check") for n in (0, 1, 2)] == ["0 checks", "1 check", "2 checks"]


def test_many_names_are_counted():
    """Four origins are named, five are counted."""
    assert words.names_label(["a", "b", "c", "d"], "origins") == "a, b, c, d"
    assert words.names_label(["a"] * 5, "origins") == "5 origins"


def test_control_characters_do_not_reach_a_terminal():
    """Escape sequences and text-turning marks of a name from a file are replaced; line breaks of messages stay."""
    assert clean("a\x1b[31m\u202eb\nc") == "a?[31m?b?c"
    assert clean_lines("a\x1b\nb") == "a?\nb"


def test_signs_that_an_encoding_lacks_are_replaced():
    """An ASCII terminal gets hashes and dashes, a Latin one too, and UTF-8 gets the page as it is."""
    assert in_encoding("58 % · ██▌ ±5 % ü", "ascii") == "58 % - ## +-5 % ?"
    assert in_encoding("█", "latin-1") == "#"
    assert in_encoding("·", "utf-8") == "·"
    assert in_encoding("·", None) == "-"


@pytest.mark.parametrize(
    ("value", "text"), [(0.0, "0.0"), (0.0213, "0.02"), (0.05, "0.1"), (2.04, "2.0"), (1234.56, "1,234.6")]
)
def test_an_average_of_little_is_not_nothing(value, text):
    """An instance that runs a few hours a year is paid for."""
    assert words.average_text(value) == text
