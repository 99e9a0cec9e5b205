"""A question of one service and a fleet of three rows whose bill can be worked out by hand."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from optimizer import api
from optimizer.domain.plan import Plan
from tests.unit.inputs.small_files import write_catalog

HEADER = "provider,region,zone,instance_type,purchase_option,count,service,committed_until"
ROWS = (
    "aws,west,a,one.large,on_demand,4,search,",
    "gcp,east,,fast,on_demand,2,search,",
    "aws,west,,one.large,committed_1y,3,,",
)
QUESTION = """format: fleetopt/scenario/1
name: question
catalog: catalog
locations: [aws/west, gcp/east]
horizon: {start: 2027-01-01, months: 12}
origins: {shop: {at: aws/west}}
services:
  search:
    profile: bert/fp16
    latency: {p99_ms: 60}
    demand: {constant_per_s: {shop: 90}, peak_to_mean: 1.5}
plan_on: central
purchase: {options: [on_demand]}
network: {request_kb: 3, response_kb: 30}
storage: {model_copies_gib: 10, logs_gb_per_million_requests: 2, log_retention_days: 30}
operations:
  people: [{role: engineer, fte: 0.5, cost_per_year: 100000}]
  monitoring_per_instance_month: 15
  support_share_of_spend: 0.03
"""
HOURS = 8760
REQUESTS = 60 * 3600 * HOURS
DISK_GB = 10 * 1.073741824
#: The bill of `ROWS`, by hand. All four machines in the west stand in one zone, so that requests go to the east; what
#: stands in the west is the planner's own (the catalog has a site there): its idle power is paid, and no support.
RENT = {
    "one.large on demand": 4 * 0.5 * HOURS,
    "one.large committed 1y": 3 * 0.3 * HOURS,
    "fast on demand": 2 * 0.8 * HOURS,
}
NETWORK = REQUESTS * 3e-6 * 0.09 + REQUESTS * 30e-6 * 0.12
LOGS = REQUESTS / 1e6 * 2 * (30 * 24 / 730) * 0.1
BY_CATEGORY = {
    "compute": sum(RENT.values()),
    "energy": 4 * 0.050 * 1.2 * HOURS * 0.09,
    "network": NETWORK,
    "storage": 6 * DISK_GB * 0.1 * 12 + LOGS,
    "people": 0.5 * 100_000,
    "maintenance": 0.03 * (RENT["fast on demand"] + REQUESTS * 30e-6 * 0.12 + 2 * DISK_GB * 0.1 * 12 + LOGS),
    "monitoring": 6 * 15 * 12,
}
TOTAL = sum(BY_CATEGORY.values())


def write_question(folder: Path, *rows: str, question: str = QUESTION, tables: Any = None) -> tuple[Path, Path]:
    """Write catalog, scenario and fleet, and return the paths of fleet and scenario."""
    write_catalog(folder / "catalog", tables)
    fleet, scenario = folder / "fleet.csv", folder / "question.yaml"
    scenario.write_text(question, encoding="utf-8")
    fleet.write_text("\n".join((HEADER, *(rows or ROWS))) + "\n", encoding="utf-8")
    return fleet, scenario


@cache
def planned_question() -> Plan:
    """Return the plan of the question, found once."""
    with TemporaryDirectory() as folder:
        _, scenario = write_question(Path(folder))
        return api.plan(scenario)
