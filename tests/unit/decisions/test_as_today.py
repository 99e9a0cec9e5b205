"""Today's fleet as an option: its account as `fleetopt cost` tells it, beside plans."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from optimizer import api
from optimizer.decisions.records import Comparison
from optimizer.report.compare_page import option_records
from tests.support.fleet_question import BY_CATEGORY, ROWS, TOTAL, write_question

OPTIONS = """\
format: fleetopt/options/1
options:
  - {label: as today, as_today: true}
  - label: cheapest
  - {label: at a quote, as_today: true, price_rules: [{match: {}, discount_share: 0.5, reason: quote}]}
"""
CASH = "cash_flow: {months: 12, discount_rate_per_year: 0}\n"


def _compared(folder: Path, *rows: str, more: str = "") -> Comparison:
    _, scenario = write_question(folder, *rows)
    options = folder / "options.yaml"
    options.write_text(OPTIONS + more, encoding="utf-8")
    return api.compare(api.load_options(scenario, options, ("running=fleet.csv",)), use_cache=False)


def test_its_bill_by_hand(tmp_path: Path):
    """Total and categories are those worked out by hand; a quote of half price halves the rent."""
    found = _compared(tmp_path, more=CASH)
    today, cheapest, quoted = found.options
    assert (today.status, today.gap, today.label in found.plans) == ("as_today", None, False)
    assert today.total == pytest.approx(TOTAL)
    assert {name: amount for name, amount in today.by_category.items() if amount} == pytest.approx(BY_CATEGORY)
    assert sum(item.average for item in today.fleet) == 9.0
    assert quoted.by_category["compute"] == pytest.approx(today.by_category["compute"] / 2.0)
    assert cheapest.difference is not None
    assert today.total is not None
    assert cheapest.total is not None
    assert cheapest.difference.amount == pytest.approx(cheapest.total - today.total)
    assert math.fsum(cheapest.difference.parts.values()) == pytest.approx(cheapest.difference.amount)
    assert found.cash_flow is not None
    flows = {flow.label: flow for flow in found.cash_flow.options}
    assert flows["as today"].total == pytest.approx(TOTAL)
    assert flows["as today"].payments[7] == pytest.approx(TOTAL / 12.0)
    table = option_records(found)
    rows = [dict(zip(table.names, row, strict=True)) for row in table.rows]
    assert [row["cash_total"] for row in rows] == [flows[option.label].total for option in found.options]
    assert [row["cheaper_from_month"] for row in rows] == [None, flows["cheapest"].cheaper_from_month, 1]


def test_whether_it_holds_is_that_of_its_account(tmp_path: Path):
    """A fleet cut to one small machine does not hold, and says where and by how much."""
    held = _compared(tmp_path).options[0]
    fleet, scenario = write_question(tmp_path)
    assert held.holds is api.cost(str(fleet), scenario=scenario, use_cache=False).holds
    tiny = _compared(tmp_path, "aws,west,a,one.large,on_demand,1,search,").options[0]
    assert tiny.holds is False
    assert tiny.reasons[0].startswith("too little for search in aws/west: ")


def test_a_price_that_is_not_known_leaves_no_total(tmp_path: Path):
    """No total, no difference to it, no cash flow; the row is named."""
    found = _compared(tmp_path, *ROWS, "aws,west,a,one.large,committed_3y,1,search,", more=CASH)
    today, cheapest, _ = found.options
    assert today.total is None
    assert "the price is not known of one.large in aws/west, committed 3y" in today.reasons[0]
    assert cheapest.difference is None
    assert found.cash_flow is not None
    assert found.cash_flow.options[0].reasons


def test_it_follows_no_growth(tmp_path: Path):
    """With growing demand its payments would compare a fleet that breaks with one that holds."""
    found = _compared(tmp_path, more="cash_flow: {months: 12, demand_growth_per_year: 0.1}\n")
    assert found.cash_flow is not None
    by_label = {flow.label: flow for flow in found.cash_flow.options}
    assert by_label["as today"].net_present_cost is None
    assert by_label["cheapest"].net_present_cost is not None
    assert found.cash_flow.compared_with == "cheapest"
    assert by_label["cheapest"].cheaper_from_month is None
