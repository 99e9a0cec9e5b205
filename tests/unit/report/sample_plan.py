"""A plan as large as a real one, made without a solver: two services, 72 periods, a bill that adds up."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.domain.plan import (
    CATEGORIES,
    PLAN_FORMAT,
    Assumption,
    Category,
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

DAYS = {"workday": 250.0, "weekend": 104.0, "sale": 11.0}
VOLUME = {"workday": 1.0, "weekend": 0.77, "sale": 2.5}
SHAPE = (
    0.58, 0.42, 0.32, 0.29, 0.29, 0.34, 0.51, 0.74, 1.05, 1.34, 1.51, 1.49,
    1.76, 1.65, 1.63, 1.52, 1.21, 1.15, 1.09, 1.14, 1.08, 1.05, 0.98, 0.86,
)  # fmt: skip
ORIGIN_SHARES = {"us-east": 0.5, "us-central": 0.2, "us-west": 0.3}
MEANS_PER_S = {"retrieval": 4000.0, "ranking": 6000.0}
PEAK_TO_MEAN = 1.3
PERIODS = tuple(PlanPeriod(kind, hour, days, days) for kind, days in DAYS.items() for hour in range(24))
MEAN_SHAPE = tuple(VOLUME[period.day_type] * SHAPE[period.hour] for period in PERIODS)
HOURS = sum(period.hours for period in PERIODS)
MONTHS = HOURS / 730.0


@dataclass(frozen=True)
class Site:
    """One service in one location of the sample."""

    service: str
    location: str
    zones: tuple[str, ...]
    instance_type: str
    accelerator: str
    accelerators: int
    profile: str
    batch_size: int
    seconds: float
    price_per_hour: float
    price_as_of: str
    price_basis: str
    basis: str
    error_band: float
    promised_ms: float
    origins: tuple[str, ...]

    @property
    def counts(self) -> list[list[int]]:
        """Instances by period and zone, one zone to spare."""
        per_instance = 0.62 * self.accelerators * self.batch_size / self.seconds
        share = sum(ORIGIN_SHARES[name] for name in self.origins)
        rows = []
        for mean in MEAN_SHAPE:
            need = MEANS_PER_S[self.service] * share * mean * PEAK_TO_MEAN
            left = len(self.zones) - 1
            rows.append([max(1, math.ceil(need / per_instance / left))] * len(self.zones))
        return rows


SITES = (
    Site(
        "retrieval", "aws/us-east-1", ("a", "b", "c"), "g6.xlarge", "L4-24GB", 1, "bert-base-s128/fp16", 8, 0.0121,
        0.8048, "2026-07", "list", "estimated", 0.35, 55.82, ("us-east", "us-central"),
    ),
    Site(
        "retrieval", "aws/us-west-2", ("a", "b", "c"), "g4dn.xlarge", "T4-16GB", 1, "bert-base-s128/fp16", 8, 0.0158,
        0.526, "2025-04", "list", "measured", 0.05, 57.4, ("us-west",),
    ),
    Site(
        "ranking", "gcp/us-east4", ("us-east4-a", "us-east4-b", "us-east4-c"), "a2-ultragpu-1g", "A100-SXM-80GB", 1,
        "dlrm-criteo-4b/fp16", 64, 0.0056, 5.0688, "2026-07", "estimate", "measured", 0.05, 41.3,
        ("us-east", "us-central"),
    ),
    Site(
        "ranking", "aws/us-west-2", ("a", "b", "c"), "g4dn.12xlarge", "T4-16GB", 4, "dlrm-criteo-4b/fp16", 24, 0.0207,
        3.912, "2025-04", "list", "measured", 0.05, 58.96, ("us-west",),
    ),
)  # fmt: skip


def sample_plan() -> Plan:
    """Return the sample: deterministic, its bill adds up, its checks hold."""
    lines = tuple(sorted(_lines(), key=lambda line: CATEGORIES.index(line.category)))
    cost = _cost(lines)
    fixed = cost.by_category["people"]
    bound = cost.total - 0.0042 * (cost.total - fixed)
    pools = tuple(pool for site in SITES for pool in _pools(site))
    return Plan(
        format=PLAN_FORMAT,
        status="optimal",
        stopped_by=None,
        plan_space="every instance type priced on demand in the allowed locations, any partition of origins over them",
        created_with={"version": "0.1.0", "solver": "HiGHS", "seed": 0},
        scenario={"name": "shop-search", "sha256": "0" * 64, "start": "2027-01-01"},
        catalog=({"name": "public-cloud", "sha256": "1" * 64, "as_of": "2026-07-30"},),
        objective=Objective("USD", cost.total, fixed, bound, 0.0042, (cost.total - bound) / cost.total, HOURS),
        total_at={"central": None, "cautious": cost.total},
        obligation_after_horizon=0.0,
        expected={"low": None, "mid": None, "high": cost.total},
        fleet=tuple(row for site in SITES for row in _fleet(site)),
        pools=pools,
        routing=tuple(_routes()),
        pipelines=(),
        periods=PERIODS,
        demand=tuple(_demand(name) for name in MEANS_PER_S),
        cost=cost,
        checks=_checks(pools),
        alternatives=(),
        assumptions=_assumptions(lines),
        rejected=_rejected(cost.total),
        headroom={
            "serving the peak": 0.381,
            "slow end of the error bands": 0.079,
            "retries and releases": 0.046,
            "headroom for the latency target": 0.164,
            "rounding to whole instances": 0.012,
            "spare for a lost zone": 0.318,
            "counts held between hours": 0.0,
        },
        inputs=_inputs(),
    )


def _pools(site: Site) -> list[Pool]:
    provider, region = site.location.split("/")
    share = sum(ORIGIN_SHARES[name] for name in site.origins)
    full = site.batch_size / site.seconds
    pools = []
    for number, zone in enumerate(site.zones):
        replicas = [row[number] * site.accelerators for row in site.counts]
        arrivals = [MEANS_PER_S[site.service] * share * mean * PEAK_TO_MEAN / len(site.zones) for mean in MEAN_SHAPE]
        pools.append(
            Pool(
                site.service,
                site.profile,
                provider,
                region,
                zone,
                site.instance_type,
                1,
                site.batch_size,
                0.0,
                tuple(replicas),
                tuple(arrivals),
                tuple(0.62 * n * full for n in replicas),
                tuple(rate / (n * full) for rate, n in zip(arrivals, replicas, strict=True)),
                {"p99_ms": site.promised_ms},
                {"p99_ms": 60.0},
                site.basis,
                site.error_band,
                "round_robin",
                3.6,
                4.0,
                ServiceTime((1, site.batch_size), (site.seconds / 4, site.seconds), 1.0),
            )
        )
    return pools


def _routes() -> list[Route]:
    routes, first = [], 0
    for site in SITES:
        for origin in site.origins:
            share = (1 / len(site.zones),) * len(PERIODS)
            routes += [Route(site.service, origin, first + offset, share, 2.8) for offset in range(len(site.zones))]
        first += len(site.zones)
    return routes


def _fleet(site: Site) -> list[FleetRow]:
    provider, region = site.location.split("/")
    rows = []
    for number, zone in enumerate(site.zones):
        counts = [row[number] for row in site.counts]
        rows.append(
            FleetRow(
                provider,
                region,
                zone,
                site.instance_type,
                "on_demand",
                tuple(counts),
                tuple(map(float, counts)),
                site.price_per_hour,
                site.price_as_of,
                site.price_basis,
            )
        )
    return rows


def _line(category: Category, item: str, quantity: float, unit: str, price: float, **other: str) -> CostLine:
    names = ("service", "provider", "location", "instance_type", "purchase_option")
    named = {name: other.get(name, "") for name in names}
    origin = {"as_of": other.get("as_of", "2026-07"), "basis": other.get("basis", "list"), "source": "a price page"}
    return CostLine(
        category, item, phase="operation", quantity=quantity, unit=unit, unit_price=price, amount=quantity * price,
        allocated_by="", **named, **origin,
    )  # fmt: skip


def _lines() -> list[CostLine]:
    lines = []
    for site in SITES:
        hours = sum(sum(row) * period.hours for row, period in zip(site.counts, PERIODS, strict=True))
        place = {
            "service": site.service,
            "provider": site.location.split("/")[0],
            "location": site.location,
            "instance_type": site.instance_type,
            "purchase_option": "on_demand",
        }
        priced = {"as_of": site.price_as_of, "basis": site.price_basis}
        item = f"{site.instance_type} on demand"
        lines.append(_line("compute", item, hours, "instance-hour", site.price_per_hour, **place, **priced))
        gb = _requests(site.service) * sum(ORIGIN_SHARES[name] for name in site.origins) * 24e-6
        lines.append(_line("network", f"between zones of {site.location}", 0.6 * gb, "GB", 0.01, **place))
        way = f"{site.location} to aws/us-east-1"
        dated = {"as_of": "2022", "basis": "estimate"}
        lines.append(_line("network", way, 0.3 * gb, "GB", 0.02, **place, **dated))
        lines.append(_line("storage", "model copy on disk", hours / 730 * 16.8, "GB-month", 0.08, **place))
        lines.append(_line("monitoring", "monitoring", hours / 730, "instance-month", 15.0, **place))
    for name in MEANS_PER_S:
        logs = _requests(name) / 1e6 * 2.0
        lines.append(_line("storage", "logs", logs, "GB-month", 0.023, service=name))
    free = {"as_of": "any date", "basis": "rule"}
    rent = "energy: included in rent"
    lines += [_line("energy", rent, 1.0, "instance-hour", 0.0, provider=name, **free) for name in ("aws", "gcp")]
    lines.append(_line("people", "serving engineer", 1.5 * HOURS / 8760, "FTE-year", 150_000.0, basis="stated"))
    spend = sum(line.amount for line in lines if line.category in ("compute", "network", "storage"))
    lines.append(_line("maintenance", "support plan, share of spend", spend, "USD of spend", 0.03, basis="stated"))
    lines.append(_line("maintenance", "hardware maintenance: included in rent", 1.0, "instance-hour", 0.0, **free))
    return lines


def _requests(service: str) -> float:
    return sum(
        MEANS_PER_S[service] * mean * period.hours * 3600 for mean, period in zip(MEAN_SHAPE, PERIODS, strict=True)
    )


def _cost(lines: Sequence[CostLine]) -> Cost:
    by_category: dict[str, float] = defaultdict(float)
    by_service: dict[str, float] = defaultdict(float)
    for line in lines:
        by_category[line.category] += line.amount
        by_service[line.service] += line.amount
    return Cost(tuple(lines), dict(by_category), dict(by_service), sum(by_category.values()))


def _demand(name: str) -> DemandRow:
    mean = _requests(name) / HOURS / 3600
    peak = MEANS_PER_S[name] * max(MEAN_SHAPE) * PEAK_TO_MEAN
    return DemandRow(name, peak, mean, peak * 0.0015, 512.0, 3_600.0, peak * 0.192)


def _checks(pools: Sequence[Pool]) -> tuple[Check, ...]:
    checks = [
        Check("capacity", f"{pool.service} in {pool.location} {pool.zone}", 812.5, 790.1, 22.4, True) for pool in pools
    ]
    hardest = "retrieval on g6.xlarge in aws/us-east-1 zone a, 60 replicas at 29,000 requests/s"
    checks.append(Check("latency", hardest, 1.0 - 0.99, 0.0061, 0.0039, True))
    checks.append(Check("bill", "total", 0.01, 0.0, 0.01, True))
    checks.append(Check("bound", "gap", 0.01, 0.0042, 0.0058, True))
    checks.append(Check("zone_loss", "every service", None, None, None, True))
    return tuple(checks)


def _assumptions(lines: Sequence[CostLine]) -> tuple[Assumption, ...]:
    ranking = sum(
        line.amount for line in lines if line.instance_type == "a2-ultragpu-1g" and line.category == "compute"
    )
    network = sum(line.amount for line in lines if line.category == "network")
    return (
        Assumption("retries on top of the peak", "10 %", "scenario shop-search"),
        Assumption("round trips at p99 over their mean", "x 1.3", "scenario shop-search"),
        Assumption(
            "price of a2-ultragpu-1g in gcp/us-east4", "5.0688 per hour", "estimated from 2025", 0.103 * ranking
        ),
        Assumption("service time of bert-base-s128/fp16 on L4-24GB (estimated)", "within 35 %", "roofline"),
        Assumption("size of a request and a response", "4 and 20 kB", "scenario shop-search", 0.103 * network),
        Assumption("logs kept", "2 GB per million requests for 30 days", "scenario shop-search", 900.0),
    )


def _rejected(total: float) -> tuple[Rejected, ...]:
    none, small = "no measured or estimated profile of the service", "needs 23.6 GiB of host memory for each replica"
    return (
        Rejected(
            "retrieval", "aws g5.xlarge", "costs_more",
            "+3.1% for the pool in aws/us-east-1, moved to aws/us-east-1", 0.0041 * total,
        ),
        Rejected(
            "retrieval", "gcp g2-standard-4", "costs_more",
            "at least +0.2% for the pool in aws/us-east-1, moved to gcp/us-east4", 0.0002 * total,
        ),
        Rejected("ranking", "gcp g2-standard-48", "dominated", "+0.0%", 0.0),
        Rejected(
            "ranking", "aws p4d.24xlarge", "costs_more",
            "+41.0% for the pool in gcp/us-east4, moved to aws/us-east-1", 0.124 * total,
        ),
        Rejected("ranking", "aws g4dn.xlarge", "cannot", small, None),
        Rejected("ranking", "aws g6.xlarge", "cannot", small, None),
        Rejected("ranking", "aws c7i.4xlarge", "cannot", none, None),
        Rejected("retrieval", "aws c7i.4xlarge", "cannot", none, None),
        Rejected("retrieval", "gcp c3-standard-22", "cannot", none, None),
    )  # fmt: skip


def _inputs() -> dict[str, object]:
    return {
        "horizon_months": 12,
        "plan_for": "high",
        "plan_on": "cautious",
        "pipelines": [],
        "services": [{"name": name, "percentile": 0.99} for name in MEANS_PER_S],
        "instance_types": [
            {
                "provider": site.location.split("/")[0],
                "name": site.instance_type,
                "accelerator": site.accelerator,
                "accelerator_count": site.accelerators,
            }
            for site in SITES
        ],
    }
