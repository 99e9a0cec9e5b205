"""Pipelines as a scenario gives them: what pages bring to services, and every fault at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimizer.errors import InputError
from optimizer.inputs import load_inputs

HEAD = """
format: fleetopt/scenario/1
name: pages
catalog: public-cloud
locations: [aws/us-east-1]
origins: {us-east: {at: aws/us-east-1}}
services:
  retrieval: {profile: bert-base-s128/fp16, overhead_ms: 4}
  ranking: {profile: dlrm-criteo-4b/fp16, items_per_request: 400%s}
pipelines:
  page: {latency: {p99_ms: %s}, demand: {constant_per_s: {us-east: 100}}, stages: %s}
%s
"""


def _written(folder: Path, own: str = "", target: str = "120", stages: str = "", more: str = "") -> Path:
    file = folder / "pages.yaml"
    stages = stages or "[{service: retrieval}, {service: ranking, fan_out: 4}]"
    file.write_text(HEAD % (own, target, stages, more), encoding="utf-8")
    return file


def test_pages_bring_their_requests_and_own_ones_come_on_top(tmp_path: Path):
    """100 pages with 4 requests each and 50 of its own are 450; the strictest percentile and target count."""
    own = ", latency: {p99_ms: 80}, demand: {constant_per_s: {us-east: 50}}"
    scenario = load_inputs(_written(tmp_path, own)).scenario
    retrieval, ranking = scenario.services
    assert set(retrieval.demand.peak_per_s.ravel().tolist()) == {100.0}
    assert set(ranking.demand.peak_per_s.ravel().tolist()) == {450.0}
    assert set(ranking.demand.peaks_per_s["low"].ravel().tolist()) == {450.0}
    assert (retrieval.percentile, ranking.percentile) == (pytest.approx(0.995), pytest.approx(1 - 0.01 / 8))
    assert (retrieval.latency_s, ranking.latency_s) == (0.12, 0.08)
    assert (retrieval.burst, ranking.burst) == (1, 4)


@pytest.mark.parametrize(
    ("changes", "place", "code"),
    [
        ({"stages": "[{service: retrieva}, {service: ranking}]"}, "stages.0.service", "unknown-name"),
        ({"stages": "[{service: ranking}, {service: ranking}]"}, "stages.1.service", "duplicate"),
        ({"stages": "[{service: retrieval}, {service: ranking, fan_out: 0}]"}, "stages.1.fan_out", "out-of-range"),
        ({"stages": "[{service: retrieval}]"}, "services.ranking.latency", "missing"),
        ({"own": ", demand: {constant_per_s: {us-east: 50}}"}, "services.ranking.latency", "missing"),
        ({"target": "4"}, "latency.p99_ms", "out-of-range"),
        (
            {
                "more": "  back: {latency: {p99_ms: 90}, demand: {constant_per_s: {us-east: 1}}, "
                "stages: [{service: ranking}, {service: retrieval}]}"
            },
            "pipelines.back.stages.1.service",
            "contradiction",
        ),
    ],
)
def test_every_fault_is_told_at_its_place(tmp_path: Path, changes: dict[str, str], place: str, code: str):
    """Unknown and repeated stages, what is missing, a target below the overheads, opposite orders."""
    with pytest.raises(InputError) as refused:
        load_inputs(_written(tmp_path, **changes))
    assert any(fault.where.endswith(place) and fault.code == code for fault in refused.value.faults)
