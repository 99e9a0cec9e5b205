"""A catalog of two locations and a scenario with every key, as data a test can bend and then write to files."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from optimizer.errors import Fault, InputError

Document = dict[str, Any]
TOLD = {"basis": "list", "source": "made for a test", "as_of": "2026-01", "licence": "Apache-2.0"}
PERFORMANCE = {**TOLD, "basis": "measured"}
PRICED = {"price_basis": "list", "price_source": "made for a test", "price_as_of": "2026"}
TIMED = {"rtt_source": "made for a test", "rtt_as_of": "2026-01-31"}
WEST, EAST = "aws/west", "gcp/east"


def small_catalog() -> dict[str, list[dict[str, Any]]]:
    """Return the rows of each CSV file of a catalog in which every column is filled somewhere."""
    return {
        "instance_types.csv": [
            _instance_type("aws", "one.large", 4, "T4", 1),
            _instance_type("aws", "four.large", 16, "T4", 4),
            _instance_type("gcp", "fast", 8, "L4", 1),
            {**_instance_type("gcp", "plain", 8, "", 0), "accelerator_memory_gib": 0},
        ],
        "accelerators.csv": [_accelerator("T4"), _accelerator("L4")],
        "locations.csv": [
            {"provider": "aws", "region": "west", "zones": "a|b|c", "country": "US", **TOLD},
            {"provider": "gcp", "region": "east", "zones": "a|b", "country": "US", **TOLD},
        ],
        "location_energy.csv": [
            {
                "provider": "aws",
                "region": "west",
                "pue": 1.2,
                "grid_gco2_per_kwh": 300,
                "electricity_price_per_kwh": 0.09,
                **TOLD,
            }
        ],
        "prices.csv": [
            _price("aws", "one.large", "west", "offered", 0.5),
            _price("aws", "four.large", "west", "offered", 2.5),
            {
                **_price("aws", "one.large", "west", "offered", 0.3),
                "purchase_option": "committed_1y",
                "term_months": 12,
            },
            _price("gcp", "fast", "east", "offered", 0.8),
            _price("gcp", "plain", "east", "unknown", ""),
        ],
        "availability.csv": [
            {"provider": "aws", "instance_type": "four.large", "region": "west", "zones": "a|b", **TOLD}
        ],
        "availability_unlicensed.csv": [
            {"provider": "gcp", "instance_type": "fast", "region": "east", "zones": "b", **TOLD}
        ],
        "network.csv": [
            _pair(WEST, WEST, 1, 0.01),
            _pair(EAST, EAST, 1, 0.01),
            _pair(WEST, EAST, 30, 0.09),
            {**_pair(EAST, WEST, 30, 0.12)},
            _tier(WEST, 0, 0.09),
            _tier(WEST, 1000, 0.07),
            _tier(EAST, 0, 0.12),
        ],
        "storage.csv": [_storage("block", WEST), _storage("object", WEST), _storage("block", EAST)],
        "served_models.csv": [
            {
                "served_model": "bert",
                "task": "encoder",
                "parameters": 110e6,
                "weights_gib": 0.2,
                "tables_gib": 0,
                "runtime_gib": 1,
                "host_base_gib": 8,
                **TOLD,
            }
        ],
        "profiles.csv": [_point("T4", batch, seconds) for batch, seconds in ((1, 0.004), (4, 0.009), (8, 0.015))]
        + [_point("L4", batch, seconds) for batch, seconds in ((1, 0.003), (8, 0.008))],
        "owned.csv": [
            {
                "provider": "aws",
                "region": "west",
                "instance_type": "one.large",
                "purchase_price_low": 9000,
                "purchase_price_mid": 10000,
                "purchase_price_high": 12000,
                "amortisation_months": 60,
                "residual_share": 0.1,
                "maintenance_share_per_year": 0.05,
                "rack_units": 2,
                "max_count": 20,
                **TOLD,
            }
        ],
        "sites.csv": [
            {
                "provider": "aws",
                "region": "west",
                "power_limit_kw": 50,
                "rack_units": 84,
                "space_price_per_kw_month": 200,
                "servers_per_operator": 250,
                **TOLD,
            }
        ],
    }


CATALOG_KEYS = {
    "format": "fleetopt/catalog/1",
    "name": "small",
    "currency": "USD",
    "as_of": "2026-01-31",
    "basis": "list",
    "description": "Made for tests",
}


def _instance_type(provider: str, name: str, vcpu: int, accelerator: str, count: int) -> dict[str, Any]:
    return {
        "provider": provider,
        "instance_type": name,
        "vcpu": vcpu,
        "memory_gib": 64,
        "accelerator": accelerator,
        "accelerator_count": count,
        "accelerator_memory_gib": 16,
        "network_gbps": 10,
        "idle_power_w": 50,
        "max_power_w": 200,
        **TOLD,
    }


def _accelerator(name: str) -> dict[str, Any]:
    return {
        "accelerator": name,
        "bf16_dense_tflops": 65,
        "memory_bandwidth_gb_per_s": 320,
        "board_power_w": 70,
        **TOLD,
    }


def _price(provider: str, kind: str, region: str, status: str, price: float | str) -> dict[str, Any]:
    return {
        "provider": provider,
        "instance_type": kind,
        "region": region,
        "purchase_option": "on_demand",
        "status": status,
        "price_per_hour": price,
        "upfront": 0,
        "term_months": 0,
        "applies_to": "type",
        "unit": "instance",
        **TOLD,
    }


def _pair(origin: str, destination: str, rtt_ms: float, price: float) -> dict[str, Any]:
    ends = {"from": origin, "to": destination, "rtt_ms": rtt_ms, **TIMED}
    return {**ends, "tier_from_gb": 0, "price_per_gb": price, **PRICED, "licence": "MIT"}


def _tier(origin: str, start: float, price: float) -> dict[str, Any]:
    row = _pair(origin, "internet", 0, price)
    return {**row, "rtt_ms": "", "rtt_source": "", "rtt_as_of": "", "tier_from_gb": start}


def _storage(kind: str, location: str) -> dict[str, Any]:
    provider, region = location.split("/")
    return {"storage_class": kind, "provider": provider, "region": region, "price_per_gb_month": 0.1, **TOLD}


def _point(accelerator: str, batch: int, seconds: float) -> dict[str, Any]:
    return {
        "served_model": "bert",
        "precision": "fp16",
        "accelerator": accelerator,
        "accelerators_per_replica": 1,
        "batch_size": batch,
        "service_time_s": seconds,
        "throughput_per_s": batch / seconds,
        "error_band": 0.05,
        "min_vcpu": 2,
        **PERFORMANCE,
    }


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write rows as CSV, the columns of the first row as header; row i stands on line i + 2."""
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(rows[0])
        writer.writerows([row[name] for name in rows[0]] for row in rows)


def write_catalog(
    folder: Path, tables: Mapping[str, list[dict[str, Any]]] | None = None, keys: Document | None = None
) -> Path:
    """Write a catalog folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "catalog.yaml").write_text(dump(keys or CATALOG_KEYS)[0], encoding="utf-8")
    for name, rows in (tables or small_catalog()).items():
        write_rows(folder / name, rows)
    return folder


def small_scenario() -> Document:
    """Return a scenario that gives every key there is, over several services and origins."""
    constant = {"constant_per_s": {"shop": 90, "web": 10}, "peak_to_mean": 1.5}
    service = {
        "profile": ["bert/fp16"],
        "items_per_request": 2,
        "latency": {"p99_ms": 60},
        "overhead_ms": 4,
        "demand": {"file": "demand.csv", "series": "page", "calls_per_page": 2},
        "redundancy": "zone",
        "protected_share": 0.9,
        "replicas": {"min": 1, "max": 500},
        "dispatch": "round_robin",
        "batch_time_p99_over_mean": 1.05,
        "max_wait_ms": 5,
    }
    return {
        "format": "fleetopt/scenario/1",
        "name": "small",
        "catalog": ["catalog"],
        "locations": [WEST, EAST],
        "horizon": {"start": "2027-01-01", "months": 12},
        "day_types": {"workday": 261, "weekend": 104},
        "origins": {
            "shop": {"at": WEST, "kind": "internal", "rtt_ms": {EAST: 25}, "residency": [WEST, EAST]},
            "web": {"at": "internet", "kind": "internet", "rtt_ms": {WEST: 12.5}},
        },
        "services": {
            "search": service,
            "median": {**service, "latency": {"p50_ms": 20}, "demand": constant},
            "tail": {**service, "latency": {"p90_ms": 30}, "demand": constant},
            "far": {**service, "latency": {"p95_ms": 40}, "demand": constant, "redundancy": "none"},
        },
        "plan_for": {"capacity": "high", "cost": {"high": 0.5, "mid": 0.5}},
        "plan_on": "central",
        "purchase": {
            "options": ["on_demand", "spot", "committed_1y"],
            "after_horizon": "value_share",
            "value_share": 0.5,
            "spot": {"max_share": 0.2, "overhead_share": 0.1, "may_vanish": "one_zone"},
            "autoscaling": "day_type",
            "scale_up_lead_minutes": 10,
            "scale_up_max_instances": 50,
        },
        "price_rules": [
            {
                "match": {
                    "provider": "aws",
                    "location": WEST,
                    "instance_type": "one.*",
                    "purchase_option": "on_demand",
                },
                "discount_share": 0.1,
                "reason": "agreement",
            }
        ],
        "commitments": [
            {
                "location": WEST,
                "instance_type": "one.large",
                "purchase_option": "committed_1y",
                "count": 2,
                "until": "2027-06-30",
                "price_per_hour": 0.4,
                "reserved": False,
                "reason": "signed in 2026",
            }
        ],
        "owned": {
            "price": "high",
            "discount_rate_per_year": 0.05,
            "unused": "idle",
            "operator_cost_per_year": 100000,
        },
        "running": "running.csv",
        "limits": {
            "budget_per_month": 1000000,
            "power_kw": 500,
            "carbon_t": 900,
            "max_instance_types": 4,
            "quotas": [{"match": {"provider": "aws"}, "max_instances": 400, "reason": "asked in May"}],
        },
        "pins": [
            {
                "service": "search",
                "location": WEST,
                "instance_type": "one.large",
                "profile": "bert/fp16",
                "batch_size": 2,
                "min": 1,
                "max": 400,
            }
        ],
        "currency_rates": [{"currency": "CNY", "rate": 0.14, "as_of": "2026-10-01", "source": "central bank"}],
        "headroom": {"release_share": 0.1, "retry_share": 0.2},
        "network": {"request_kb": 3, "response_kb": 30, "rtt_p99_factor": 1.4},
        "storage": {"model_copies_gib": 7, "logs_gb_per_million_requests": 1, "log_retention_days": 14},
        "operations": {
            "people": [{"role": "engineer", "fte": 0.5, "cost_per_year": 100000}],
            "monitoring_per_instance_month": 12,
            "support_share_of_spend": 0.02,
            "maintenance_share": 0.04,
        },
    }


def running_rows() -> list[dict[str, Any]]:
    """Return today's fleet: two rows of the one type, one without a zone, a service and an end."""
    base = {"provider": "aws", "region": WEST.split("/")[1], "instance_type": "one.large"}
    return [
        {**base, "zone": "a", "purchase_option": "on_demand", "count": 4, "service": "search", "committed_until": ""},
        {
            **base,
            "zone": "",
            "purchase_option": "committed_1y",
            "count": 2,
            "service": "",
            "committed_until": "2027-06-30",
        },
    ]


def demand_rows() -> list[dict[str, Any]]:
    """Return rates of the series `page` for both origins and day types: high = 10 x hour + 10 (weekend: + 1)."""
    rows = []
    for origin, scale in (("shop", 1.0), ("web", 0.5)):
        for day_type, extra in (("workday", 0), ("weekend", 1)):
            for hour in range(24):
                high = scale * (10 * hour + 10 + extra)
                row = {"service": "page", "origin": origin, "day_type": day_type, "hour": hour}
                rows.append({**row, "mean": high / 4, "low": high / 2, "mid": high * 0.75, "high": high})
    return rows


class Raw(str):
    """YAML written as it stands."""

    __slots__ = ()


def dump(document: Document) -> tuple[str, dict[tuple[str, ...], int]]:
    """Return a document as YAML, mappings in block style and lists on one line, and the line of each key."""
    text: list[str] = []
    lines: dict[tuple[str, ...], int] = {}

    def write(mapping: Document, path: tuple[str, ...]) -> None:
        for key, value in mapping.items():
            lines[*path, key] = len(text) + 1
            nested = isinstance(value, dict) and value
            shown = "" if nested else value if isinstance(value, Raw) else json.dumps(value)
            text.append(f"{'  ' * len(path)}{key}: {shown}".rstrip())
            if nested:
                write(value, (*path, key))

    write(document, ())
    return "\n".join(text) + "\n", lines


def write_small(folder: Path, document: Document | None = None) -> Path:
    """Write the scenario with its catalog and demand, and return the scenario's file."""
    write_catalog(folder / "catalog")
    write_rows(folder / "demand.csv", demand_rows())
    write_rows(folder / "running.csv", running_rows())
    file = folder / "small.yaml"
    file.write_text(dump(document or small_scenario())[0], encoding="utf-8")
    return file


def faults_of(read: Callable[[], object]) -> tuple[Fault, ...]:
    """Return the faults that reading ends with; every one says what to do."""
    with pytest.raises(InputError) as caught:
        read()
    for fault in caught.value.faults:
        assert fault.where, fault
        assert fault.what, fault
        assert fault.mend.endswith((".", "?")), fault
        assert not fault.what.endswith("."), fault
    return caught.value.faults


def fault_at(read: Callable[[], object], where: str) -> Fault:
    """Return the one fault told about a place."""
    found = faults_of(read)
    here = [fault for fault in found if fault.where == where]
    assert len(here) == 1, f"no single fault at {where!r} in {[str(fault) for fault in found]}"
    return here[0]
