"""``fleetopt compare`` with a cash flow: page and document say the same."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

OPTIONS = """\
format: fleetopt/options/1
options:
  - {label: only rented, set: {purchase.options: [on_demand, spot, committed_1y]}}
  - label: owned too
  - label: cheap
    set: {purchase.options: [on_demand, spot, committed_1y]}
    price_rules: [{match: {}, discount_share: 0.5, reason: quote}]
  - {label: 6 ms, set: {services.index.latency.p99_ms: 6}}
cash_flow: {months: 36, discount_rate_per_year: 0}
"""


def test_a_cash_flow_on_the_page_and_in_the_document(here, tmp_path: Path):
    """Payments of rent alone are the total; an option without a plan has none; the page has the month of the JSON."""
    (tmp_path / "options.yaml").write_text(OPTIONS, encoding="utf-8")
    done = here("compare", "cloud-and-owned", "--options", "options.yaml", "-o", "found.json")
    assert done.exit_code == 0, done.stderr
    document = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    flows = {flow["label"]: flow for flow in document["cash_flow"]["options"]}
    assert list(flows) == ["only rented", "owned too", "cheap"]
    total = document["options"][0]["total"]
    assert flows["only rented"]["net_present_cost"] == pytest.approx(total, abs=0.01)
    assert flows["owned too"]["payments"][0] > 10_000.0
    month = flows["owned too"]["cheaper_from_month"]
    assert f"month {month}" in done.stdout
    assert flows["cheap"]["cheaper_from_month"] == 1
    assert "cash flow 3 of 3" in done.stderr


@pytest.mark.slow
def test_a_screening_list_beside_the_exact_price(here, tmp_path: Path):
    """The listed price and the one that break_even finds are the same figure on the page."""
    text = "format: fleetopt/options/1\noptions: [{label: it, forbid: [g5.*, g6.*, g6e.*, g7e.*, p*]}]\n"
    text += "screening: true\nbreak_even: [aws/g4dn.2xlarge]\n"
    (tmp_path / "options.yaml").write_text(text, encoding="utf-8")
    done = here("compare", "single-service", "--options", "options.yaml", "-o", "found.json")
    assert done.exit_code == 0, done.stderr
    assert "Worth a quote" in done.stdout
    assert "screening" in done.stderr
    document = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    nearest = document["screening"]["types"][0]
    assert nearest["instance_type"] == "g4dn.2xlarge"
    assert nearest["factor"] == pytest.approx(document["break_even"][0]["factor"], rel=1e-6)
