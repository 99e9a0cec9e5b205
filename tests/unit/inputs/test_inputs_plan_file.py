"""Reading plan.json back: equal to what was written, or located faults."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

import pytest

from optimizer.domain.plan import (
    Alternative,
    Assumption,
    Check,
    Cost,
    CostLine,
    DemandRow,
    FleetRow,
    Objective,
    Plan,
    PlanPeriod,
    Pool,
    Rejected,
    Route,
    ServiceTime,
)
from optimizer.errors import Fault
from optimizer.inputs import read_plan
from optimizer.inputs.plan_inputs import PlanInputs
from tests.unit.inputs.small_files import faults_of

PLACE = {"provider": "aws", "instance_type": "g6.xlarge", "location": "aws/us-east-1"}
MATCH = {"provider": "aws", "location": None, "instance_type": "g6.*", "purchase_option": None}
FROM = {"as_of": "2026-07", "basis": "list", "source": "a price page"}
INPUTS: dict[str, Any] = {
    "pipelines": [],
    "services": [
        {
            "name": "search",
            "profiles": ["bert/fp16"],
            "items_per_request": 1,
            "latency_ms": 60.0,
            "percentile": 0.99,
            "overhead_ms": 4.0,
            "redundancy": "zone",
            "dispatch": "round_robin",
            "batch_time_p99_over_mean": 1.0,
            "max_wait_ms": None,
            "protected_share": 1.0,
            "min_replicas": 0,
            "max_replicas": None,
        }
    ],
    "origins": [
        {"name": "shop", "at": "aws/us-east-1", "rtt_ms": {"aws/us-east-1": 1.0}, "residency": ["aws/us-east-1"]}
    ],
    "locations": ["aws/us-east-1"],
    "zones": {"aws/us-east-1": ["a", "b"]},
    "demand": {"search": {"shop": {"mean": [10.0, 20.0], "peak": [15.0, 30.0], "at_demand": {}}}},
    "plan_for": "high",
    "plan_on": "cautious",
    "autoscaling": "hourly",
    "headroom": {"release_share": 0.0, "retry_share": 0.1},
    "network": {"request_kb": 4.0, "response_kb": 20.0, "rtt_p99_factor": 1.3},
    "storage": {"model_copies_gib": None, "logs_gb_per_million_requests": 2.0, "log_retention_days": 30.0},
    "horizon_months": 12,
    "horizon_start": "2027-01-01",
    "cost_weights": {"high": 1.0},
    "purchase": {
        "options": ["on_demand"],
        "after_horizon": "refuse",
        "value_share": 0.0,
        "spot": {"max_share": 0.3, "overhead_share": 0.05, "may_vanish": "tolerated"},
        "scale_up_lead_hours": 0.25,
        "scale_up_max_instances": 3,
    },
    "price_rules": [{"match": MATCH, "discount_share": 0.1, "price_per_hour": None, "reason": "agreement"}],
    "commitments": [
        {
            "location": "aws/us-east-1",
            "instance_type": "g6.xlarge",
            "purchase_option": "committed_1y",
            "count": 2,
            "price_per_hour": 0.5,
            "until": "2027-06-30",
            "horizon_share": 0.5,
            "months_after_horizon": 0.0,
            "reserved": False,
            "reason": "signed before",
        }
    ],
    "owned": {"price": "mid", "discount_rate_per_year": 0.08, "unused": "off", "operator_cost_per_year": None},
    "limits": {
        "budget_per_month": 1000.0,
        "power_kw": 5.0,
        "carbon_t": 2.0,
        "max_instance_types": 3,
        "quotas": [{"match": MATCH, "max_instances": 5, "max_vcpu": None, "reason": "asked"}],
    },
    "change": None,
    "pins": [
        {
            "service": "search",
            "location": None,
            "instance_type": "g6.xlarge",
            "profile": None,
            "batch_size": 8,
            "min_instances": 0,
            "max_instances": 5,
        }
    ],
    "currency_rates": [{"currency": "CNY", "rate": 0.14, "as_of": "2026-10-01", "source": "a bank"}],
    "idle_power_share": 0.3,
    "location_energy": {"aws/us-east-1": {"pue": 1.2, "grid_gco2_per_kwh": 400.0, "electricity_price_per_kwh": None}},
    "owned_servers": [
        {
            **PLACE,
            "purchase_price_low": 1.0,
            "purchase_price_mid": 2.0,
            "purchase_price_high": 3.0,
            "amortisation_months": 60.0,
            "residual_share": 0.1,
            "maintenance_share_per_year": None,
            "rack_units": 2.0,
            "max_count": None,
            **FROM,
        }
    ],
    "sites": [
        {
            "location": "aws/us-east-1",
            "power_limit_kw": 10.0,
            "rack_units": None,
            "space_price_per_kw_month": 200.0,
            "servers_per_operator": None,
            **FROM,
        }
    ],
    "operations": {
        "people": [{"role": "engineer", "fte": 1.0, "cost_per_year": 150000.0}],
        "monitoring_per_instance_month": 15.0,
        "support_share_of_spend": 0.03,
        "maintenance_share": 0.05,
    },
    "prices": [
        {
            **PLACE,
            "purchase_option": "on_demand",
            "status": "unknown",
            "price_per_hour": None,
            "upfront": 0.0,
            "term_months": 0,
            **FROM,
        }
    ],
    "instance_types": [
        {
            "provider": "aws",
            "name": "g6.xlarge",
            "vcpu": 4,
            "memory_gib": 16.0,
            "accelerator": None,
            "accelerator_count": 0,
            "accelerator_memory_gib": 0.0,
            "idle_power_w": None,
            "max_power_w": 70.0,
        }
    ],
    "availability": [{**PLACE, "zones": ["a"]}],
    "served_models": [
        {"name": "bert", "weights_gib": 0.2, "tables_gib": 0.0, "runtime_gib": 1.0, "host_base_gib": 8.0}
    ],
    "curves": [
        {
            "profile": "bert/fp16",
            "accelerator": "L4",
            "accelerators_per_replica": 1,
            "batch_items": [1, 8],
            "service_s": [0.003, 0.008],
            "error_band": 0.05,
            "min_vcpu": 0,
            **FROM,
        }
    ],
    "transfer": [{"origin": "a", "destination": "b", "from_gb": 0.0, "price_per_gb": 0.01, **FROM}],
    "storage_prices": [{"storage_class": "block", "location": "aws/us-east-1", "price_per_gb_month": 0.08, **FROM}],
}


def small_plan() -> Plan:
    """Return a plan of two periods in which every record and every optional value occurs."""
    line = CostLine(
        "compute", "g6.xlarge", "search", "aws", "aws/us-east-1", "g6.xlarge", "on_demand", "operation",
        100.0, "instance-hour", 0.8, 80.0, "2026-07", "list", "a price page", "",
    )  # fmt: skip
    pool = Pool(
        "search", "bert/fp16", "aws", "us-east-1", "a", "g6.xlarge", 1, 8, 0.0, (1, 2), (15.0, 30.0), (20.0, 40.0),
        (0.75, 0.75), {"p99_ms": 55.5}, {"p99_ms": 60.0}, "measured", 0.05, "round_robin", 1.3, 4.0,
        ServiceTime((1, 2), (0.003, 0.004), 1.0), (0, 1), {}, 1.0, 2.0, None,
    )  # fmt: skip
    return Plan(
        format="fleetopt/plan/1",
        status="optimal",
        stopped_by=None,
        plan_space="all of it",
        created_with={"version": "0.1.0", "solver": "HiGHS", "seed": 7},
        scenario={"name": "small", "sha256": "0" * 64},
        catalog=({"name": "small", "sha256": "1" * 64, "as_of": "2026-07-30"},),
        objective=Objective("USD", 1234.5, 100.0, 1230.0, 0.004, 0.0036, 8760.0),
        total_at={"central": None, "cautious": 1234.5},
        obligation_after_horizon=0.0,
        expected={"low": None, "mid": None, "high": 1234.5},
        fleet=(
            FleetRow("aws", "us-east-1", "a", "g6.xlarge", "on_demand", (1, 2), (1.0, 2.0), 0.8, "2026-07", "list"),
        ),
        pools=(pool,),
        routing=(Route("search", "shop", 0, (1.0, 1.0), 1.0),),
        pipelines=(),
        periods=(PlanPeriod("day", 0, 200.0, 200.0), PlanPeriod("day", 1, 165.0, 165.0)),
        demand=(DemandRow("search", 30.0, 15.0, 0.2, 16.0, 100.0, 5.0),),
        cost=Cost((line,), {"compute": 80.0}, {"search": 80.0, "": 0.0}, 80.0),
        checks=(
            Check("bill", "total", 0.01, 0.0, 0.01, True),
            Check("zone_loss", "all", None, None, None, True, "n/a"),
        ),
        alternatives=(
            Alternative("without spot", ("spot forbidden",), "costs_more", 90.0, 89.0, 10.0, ("aws/g6.xlarge",)),
            Alternative("gcp only", (), "no_plan", None, None, None, (), ("nothing is sold there",)),
        ),
        assumptions=(Assumption("retries", "10 %", "scenario"), Assumption("logs", "2 GB", "scenario", 12.5)),
        rejected=(
            Rejected("search", "aws p5", "costs_more", "at least", 9.5),
            Rejected("s", "x", "cannot", "no", None),
        ),
        headroom={"serving": 0.6, "spare": 0.4},
        inputs=copy.deepcopy(INPUTS),
    )


def written(tmp_path: Path, document: object) -> Path:
    """Write a document as plan.json."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def bent(change: Callable[[Any], None]) -> Any:
    """Return the plan's document after a change."""
    document = json.loads(json.dumps(small_plan().to_dict()))
    change(document)
    return document


def faults_by_path(tmp_path: Path, document: object) -> dict[str, Fault]:
    """Return the faults of a document by path."""
    file = written(tmp_path, document)
    return {fault.where.removeprefix(str(file)).strip(): fault for fault in faults_of(lambda: read_plan(file))}


def test_a_plan_survives_the_round_trip(tmp_path: Path) -> None:
    """Written as JSON and read back, the plan is equal, tuples and whole numbers included."""
    plan = small_plan()
    found = read_plan(written(tmp_path, plan.to_dict()))
    assert found == plan
    assert found.to_dict() == plan.to_dict()
    assert type(found.pools[0].replicas_by_period[0]) is int
    assert read_plan(str(tmp_path / "plan.json")) == plan


def test_numbers_may_lose_their_point(tmp_path: Path) -> None:
    """Other tools write 8760 for 8760.0: the record still holds a float."""
    found = read_plan(written(tmp_path, bent(lambda d: d["objective"].update(horizon_hours=8760))))
    assert type(found.objective.horizon_hours) is float
    assert found == small_plan()


def leaves(value: Any, kind: Any, path: tuple[Any, ...]) -> Any:
    """Yield path and declared type of each scalar of a document."""
    if dataclasses.is_dataclass(kind) or kind is PlanInputs or hasattr(kind, "__total__"):
        for name, hint in get_type_hints(kind).items():
            yield from leaves(value[name], PlanInputs if path == () and name == "inputs" else hint, (*path, name))
    elif get_origin(kind) in (tuple, list) and value:
        yield from leaves(value[0], get_args(kind)[0], (*path, 0))
    elif kind in (int, float, str, bool) or get_origin(kind) not in (tuple, list, dict):
        yield path, kind


def name_of(path: object) -> str:
    """Return a path as faults write it; "" for anything else."""
    return ".".join(map(str, path)) if isinstance(path, tuple) else ""


DOCUMENT = json.loads(json.dumps(small_plan().to_dict()))
LEAVES = [(path, kind) for path, kind in leaves(DOCUMENT, Plan, ()) if path != ("format",)]


#: What does not stand for a value of a kind; any other kind refuses a list.
WRONG = {str: [5, True, None], int: ["5", 1.5, True, None], float: ["5", True, None], bool: [0, "true", None]}


@pytest.mark.parametrize(("path", "kind"), LEAVES, ids=name_of)
def test_every_value_is_checked(tmp_path: Path, path: tuple[Any, ...], kind: Any) -> None:
    """Each scalar of the plan, and of its inputs, replaced by values of another kind."""
    is_list = get_origin(kind) is tuple or kind == (list[str] | None)
    for wrong in [5 if is_list else [[]], *WRONG.get(kind, [])]:
        document = copy.deepcopy(DOCUMENT)
        inner = document
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = wrong
        assert list(faults_by_path(tmp_path, document)) == [name_of(path)]


WITH_DEFAULT = (
    "detail", "effect_of_10_percent_on_total", "until", "peak_kw", "energy_kwh", "carbon_kg", "today",
)  # fmt: skip


@pytest.mark.parametrize("path", [path for path, _ in LEAVES], ids=name_of)
def test_every_key_is_needed(tmp_path: Path, path: tuple[Any, ...]) -> None:
    """Each key of each record taken away is told by its path; only defaults may be missing."""
    if not isinstance(path[-1], str):
        return
    document = copy.deepcopy(DOCUMENT)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    del inner[path[-1]]
    if path[0] not in ("inputs", "rejected") and path[-1] in WITH_DEFAULT:
        read_plan(written(tmp_path, document))
        return
    told = faults_by_path(tmp_path, document)
    assert [(where, fault.code) for where, fault in told.items()] == [(".".join(map(str, path)), "missing")]


@pytest.mark.parametrize("path", [(), ("objective",), ("fleet", 0), ("pools", 0, "service_time"), ("cost", "lines", 0)])
def test_unknown_keys_are_told(tmp_path: Path, path: tuple[Any, ...]) -> None:
    """A key no plan has, in several records, with the likeliest known one."""
    document = copy.deepcopy(DOCUMENT)
    inner = document
    for part in path:
        inner = inner[part]
    inner["totl"] = 1
    told = faults_by_path(tmp_path, document)
    assert [fault.code for fault in told.values()] == ["unknown-key"]
    assert ".".join(map(str, (*path, "totl"))) in told


@pytest.mark.parametrize("token", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 400])
@pytest.mark.parametrize(
    "path", [("objective", "total"), ("pools", 0, "promised", "p99_ms"), ("inputs", "headroom", "retry_share"),
             ("created_with", "seed"), ("alternatives", 0, "total"), ("inputs", "demand", "search", "shop", "mean", 0)],
)  # fmt: skip
def test_numbers_are_finite(tmp_path: Path, token: str, path: tuple[Any, ...]) -> None:
    """NaN and infinities are no JSON, and no number of a plan, wherever they stand."""
    document = copy.deepcopy(DOCUMENT)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = "@@@"
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(document).replace('"@@@"', token), encoding="utf-8")
    (fault,) = faults_of(lambda: read_plan(file))
    assert fault.where == f"{file} {'.'.join(map(str, path))}"
    assert fault.what.startswith("must be a finite number")


@pytest.mark.parametrize(
    ("change", "path", "code"),
    [
        (lambda d: d.update(format="fleetopt/plan/2"), "format", "wrong-format"),
        (lambda d: d.pop("format"), "format", "wrong-format"),
        (lambda d: d.update(status="best"), "status", "not-a-choice"),
        (lambda d: d["cost"]["lines"][0].update(category="toys"), "cost.lines.0.category", "not-a-choice"),
        (lambda d: d["rejected"][0].update(reason="ugly"), "rejected.0.reason", "not-a-choice"),
        (lambda d: d["fleet"][0]["count_by_period"].append(1), "fleet.0.count_by_period", "wrong-length"),
        (lambda d: d["pools"][0]["utilisation_by_period"].pop(), "pools.0.utilisation_by_period", "wrong-length"),
        (lambda d: d["routing"][0].update(share_by_period=[]), "routing.0.share_by_period", "wrong-length"),
        (lambda d: d["routing"][0].update(pool=1), "routing.0.pool", "out-of-range"),
        (lambda d: d["routing"][0].update(pool=-1), "routing.0.pool", "out-of-range"),
        (lambda d: d["pools"][0]["service_time"]["batch"].append(3), "pools.0.service_time", "wrong-length"),
        (lambda d: d["pools"][0]["replicas_by_period"].__setitem__(1, 2.5),
         "pools.0.replicas_by_period.1", "wrong-type"),
        (lambda d: d["pools"][0]["replicas_by_period"].__setitem__(1, True),
         "pools.0.replicas_by_period.1", "wrong-type"),
        (lambda d: d.update(pools={}), "pools", "wrong-type"),
        (lambda d: d["pools"].append(3), "pools.1", "wrong-type"),
        (lambda d: d.update(inputs=[]), "inputs", "wrong-type"),
        (lambda d: d["inputs"]["demand"]["search"]["shop"]["peak"].append(1), "inputs.demand.search.shop.peak",
         "wrong-length"),
        (lambda d: d["inputs"]["curves"][0].update(batch_items=[1, "8"]),
         "inputs.curves.0.batch_items.1", "wrong-type"),
    ],
)  # fmt: skip
def test_what_no_plan_says(tmp_path: Path, change: Callable[[Any], None], path: str, code: str) -> None:
    """Wrong tags, lengths, indices and kinds, each at its path and alone."""
    assert [(where, fault.code) for where, fault in faults_by_path(tmp_path, bent(change)).items()] == [(path, code)]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "json-syntax"),
        ("{", "json-syntax"),
        ("[]", "wrong-type"),
        ("null", "wrong-type"),
        ('"text"', "wrong-type"),
        ("{}", "wrong-format"),
        ('{"format": "fleetopt/plan/1", "format": "fleetopt/plan/1"}', "duplicate-key"),
        ("[" * 100_000, "too-deep"),
        ('{"format": "\0"}', "binary"),
    ],
)
def test_files_that_are_no_plan(tmp_path: Path, text: str, code: str) -> None:
    """Whatever the file holds, the answer is a fault."""
    file = tmp_path / "plan.json"
    file.write_text(text, encoding="utf-8")
    assert code in {fault.code for fault in faults_of(lambda: read_plan(file))}


def test_a_plan_that_is_not_there(tmp_path: Path) -> None:
    """A missing file and a folder are told as such."""
    assert [fault.code for fault in faults_of(lambda: read_plan(tmp_path / "gone.json"))] == ["no-file"]
    assert [fault.code for fault in faults_of(lambda: read_plan(tmp_path))] == ["folder"]
    (tmp_path / "latin.json").write_bytes(b'{"\xe9": 1}')
    assert [fault.code for fault in faults_of(lambda: read_plan(tmp_path / "latin.json"))] == ["not-utf8"]
