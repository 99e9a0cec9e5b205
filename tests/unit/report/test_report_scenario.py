"""What `fleetopt check` says of a scenario without faults."""

from __future__ import annotations

import json
import random

from optimizer.report.formats import Format
from optimizer.report.report import render
from optimizer.report.scenario_page import scenario_report
from tests.support.tiny import tiny_catalog, tiny_scenario


def test_the_summary_counts_what_was_found():
    """Services, origins, locations, periods, and the prices of the allowed locations only."""
    rng = random.Random(3)
    catalog = tiny_catalog(rng)
    scenario = tiny_scenario(rng, catalog)
    report = scenario_report(scenario, catalog)
    text = render(report, Format.TABLE)
    assert "no faults" in text
    document = json.loads(render(report, Format.JSON))
    allowed = [price for price in catalog.prices.values() if price.location in scenario.locations]
    assert sum(document["prices"].values()) == len(allowed)
    assert document["periods"] == len(scenario.periods)
    assert len(render(report, Format.CSV).splitlines()) == 1 + len(scenario.services)
    for service in scenario.services:
        assert service.name in text
