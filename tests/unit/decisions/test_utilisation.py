"""Break-even utilisation by hand, and against the cost of both ways at that share of the hours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.costs import Rates
from optimizer.decisions.utilisation import share_of_hours, utilisations
from optimizer.inputs.utilisation_asked import UtilisationAsked
from tests.support.owned_question import owned_question
from tests.support.small import HOME
from tests.support.small_market import SITE

ONE, BOX = ("p", "one"), ("own", "box")
MONITORING = 15.0 / 730.0


def test_a_commitment_by_hand():
    """0.35 and 600 over 8,760 hours against 1.00, both with 10 % support, and monitoring in busy hours of both."""
    question = owned_question()
    (row,) = utilisations([UtilisationAsked(ONE, ONE, 1.0)], Rates(question.scenario, question.catalog))
    assert (row.location, row.purchase_option, row.rented_location) == (HOME, "committed_1y", HOME)
    assert row.utilisation == pytest.approx(0.35 + 600.0 / 8760.0)


def test_an_owned_machine_by_hand():
    """100 of capital and 20 of space a month, 0.1 kW at rest and 0.2 kW at work for 0.10, against 3 x 1.10."""
    question = owned_question()
    (row,) = utilisations([UtilisationAsked(BOX, ONE, 3.0)], Rates(question.scenario, question.catalog))
    held, busy = 120.0 / 730.0 + 0.1 * 0.10, 0.1 * 0.10 + MONITORING
    assert (row.location, row.purchase_option) == (SITE, "owned")
    assert row.held_per_hour == pytest.approx(held)
    assert row.held_per_busy_hour == pytest.approx(busy)
    rented = 3.0 * (1.10 + MONITORING)
    assert row.rented_per_busy_hour == pytest.approx(rented)
    assert row.utilisation == pytest.approx(held / (rented - busy))


def test_both_cost_the_same_at_the_share():
    """At the share, cost of an average hour is equal; a machine that is switched off draws nothing at rest."""
    question = owned_question()
    owned = replace(question.scenario.owned, unused="off")
    rates = Rates(replace(question.scenario, owned=owned), question.catalog)
    (row,) = utilisations([UtilisationAsked(BOX, ONE, 1.0)], rates)
    assert row.held_per_hour == pytest.approx(120.0 / 730.0)
    assert row.held_per_busy_hour == pytest.approx(0.2 * 0.10 + MONITORING)
    share = row.utilisation or 0.0
    assert row.held_per_hour + share * row.held_per_busy_hour == pytest.approx(share * row.rented_per_busy_hour)


def test_rent_that_is_never_dearer_has_no_share():
    """Where a busy hour of rent costs no more than what the machine draws, no share of the hours pays for it."""
    assert share_of_hours(1.0, 0.5, 0.5) is None
    assert share_of_hours(1.0, 0.5, 1.0) == 2.0
