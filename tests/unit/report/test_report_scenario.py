"""What `fleetopt check` says of a scenario without faults."""

from __future__ import annotations

import csv
import io
import json
import random
from dataclasses import replace

from optimizer.report.formats import Format
from optimizer.report.report import render
from optimizer.report.scenario_page import scenario_report
from tests.support.chained import chained_scenario
from tests.support.small import small_catalog
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


def _words(report):
    return " ".join(render(report, Format.TABLE, 140).split())


def test_pages_are_shown_and_their_stages_share_the_target():
    """A page of 120 ms over two stages: no stage is said to have all of it, one with a target of its own says so."""
    scenario = chained_scenario()
    first, second = scenario.services
    scenario = replace(scenario, services=(first, replace(second, latency_s=0.080)))
    report = scenario_report(scenario, small_catalog())
    text = _words(report)
    assert "Found 2 services · 1 page · " in text
    assert "s0 net/fp16 p99.5, shares the 120 ms of page 1" in text
    assert "s1 net/fp16 p99.75, shares the 120 ms of page, 80 ms at most 1" in text
    assert "Pages promise stages, one after another peak /s page p99 120 ms s0 + 2 x s1 180" in text
    assert "the stages of a page share its target" in text
    document = json.loads(render(report, Format.JSON))
    (page,) = document["pipelines"]
    assert page["stages"] == [{"service": "s0", "fan_out": 1}, {"service": "s1", "fan_out": 2}]
    assert (page["name"], page["latency_ms"], page["percentile"], page["peak_per_s"]) == ("page", 120.0, 0.99, 180.0)
    rows = list(csv.DictReader(io.StringIO(render(report, Format.CSV))))
    assert [(row["name"], row["stage_of"]) for row in rows] == [("s0", "page"), ("s1", "page")]


def test_a_stage_of_two_pages_names_both():
    """Each with its target; without a fan-out no number is explained."""
    scenario = chained_scenario(fan_outs=(1, 1))
    page = scenario.pipelines[0]
    other = replace(page, name="other", latency_s=0.2, stages=page.stages[:1])
    text = _words(scenario_report(replace(scenario, pipelines=(page, other)), small_catalog()))
    assert "shares the 120 ms of page and 200 ms of other 1" in text
    assert "2 pages" in text
    assert "a number before" not in text


def test_without_pages_nothing_is_said_of_them():
    """The promise of a service is its own."""
    scenario = replace(chained_scenario(), pipelines=())
    text = _words(scenario_report(scenario, small_catalog()))
    assert "page" not in text.lower()
    assert "s0 net/fp16 p99.5 120 ms" in text
