"""Lots by hand: what is paid when something begins, while it lasts, and when the months end."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.costs import Rates
from optimizer.decisions.cash.beside import cheaper_from
from optimizer.decisions.cash.lots import machines, signed_before, term
from optimizer.domain.purchase import Commitment, Purchase
from optimizer.units import HOURS_PER_MONTH
from tests.support.owned_question import owned_question
from tests.support.small import HOME
from tests.support.small_market import SITE


def _rates(**changes: object) -> Rates:
    question = owned_question(**changes)  # type: ignore[arg-type]
    return Rates(question.scenario, question.catalog)


def test_machines_by_hand():
    """2 boxes for 3,600: 7,200 at once, and 2 x 0.2 kW of space for 100 are 40 a month; maintenance of a box is 0.

    After 12 of 36 months they are worth 4,800 in a straight line, and 7,200 x 0.6 where they keep 60 % a year.
    """
    key = (SITE, "box", "owned")
    straight = machines(_rates(), key, 2, 0, None).payments(12)
    assert straight[0] == 7200.0
    assert straight[1:12] == pytest.approx([40.0] * 11)
    assert straight[12] == pytest.approx(40.0 - 4800.0)
    assert machines(_rates(), key, 2, 0, 0.6).payments(12)[12] == pytest.approx(40.0 - 7200.0 * 0.6)


def test_machines_are_gone_when_they_are_written_off():
    """A box bought after 12 months ends at 48: it is sold for what is left, 0, and paid no more."""
    paid = machines(_rates(), (SITE, "box", "owned"), 1, 12, None).payments(60)
    assert (paid[:12] == 0.0).all()
    assert paid[12] == 3600.0
    assert paid[13:49] == pytest.approx([20.0] * 36)
    assert (paid[49:] == 0.0).all()


def test_a_term_by_hand():
    """Upfront when it is signed, rent by month, support of 10 % on both; 4 months that are left are paid at the end."""
    key = (HOME, "one", "committed_1y")
    month = 0.35 * HOURS_PER_MONTH * 1.1
    paid = term(_rates(), key, 3, 0).payments(8)
    assert paid[0] == pytest.approx(3 * 600.0 * 1.1)
    assert paid[1:8] == pytest.approx([3 * month] * 7)
    assert paid[8] == pytest.approx(3 * month * 5)
    assert term(_rates(), key, 1, 12).payments(24)[24] == pytest.approx(month)


def test_what_keeps_its_value_comes_back():
    """With half of the value kept, half of what 4 months count for, upfront included, is taken off."""
    purchase = Purchase(options=("committed_1y",), after_horizon="value_share", value_share=0.5)
    paid = term(_rates(purchase=purchase), (HOME, "one", "committed_1y"), 1, 0).payments(8)
    month, counted = 0.35 * HOURS_PER_MONTH * 1.1, (0.35 * HOURS_PER_MONTH + 50.0) * 1.1
    assert paid[8] == pytest.approx(month * 5 - 0.5 * 4 * counted)


def test_what_was_signed_before_is_paid_while_it_lasts():
    """Half of 24 months, and then half a month more; nothing is settled when the months end."""
    item = Commitment(HOME, "one", "committed_1y", 2, 0.5, "2027-06-30", 12.5 / 24.0, 0.0, reserved=False, reason="old")
    lot = signed_before(_rates(), item)
    month = 2 * 0.5 * HOURS_PER_MONTH * 1.1
    paid = lot.payments(24)
    assert paid[1:13] == pytest.approx([month] * 12)
    assert paid[13] == pytest.approx(month / 2)
    assert paid[0] == paid[14:].sum() == 0.0
    assert lot.payments(6)[6] == pytest.approx(month)
    lasting = replace(item, horizon_share=1.0, months_after_horizon=3.0)
    assert signed_before(_rates(), lasting).payments(30)[27:] == pytest.approx([month, 0.0, 0.0, 0.0])


@pytest.mark.parametrize(
    ("one", "month"),
    [
        ([5.0, 15.0, 21.0, 31.0], None),
        ([5.0, 15.0, 20.0, 29.0], 3),
        ([5.0, 9.0, 25.0, 29.0], 3),
        ([5.0, 9.0, 19.0, 29.0], 1),
        ([-1.0, 9.0, 19.0, 29.0], 0),
        ([0.0, 10.0, 20.0, 30.0], None),
    ],
)
def test_cheaper_for_good(one: list[float], month: int | None):
    """A month in which the sum is below once does not count where it rises above again; equal is not cheaper."""
    assert cheaper_from(one, [0.0, 10.0, 20.0, 30.0]) == month
