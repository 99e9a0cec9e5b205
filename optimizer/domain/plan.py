"""The plan: decisions, promises and the bill, in the keys of ``plan.json`` (``fleetopt/plan/1``).

The records mirror the document one to one, so that reading the file back gives an equal plan.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from optimizer.domain.json_document import JsonDocument

PLAN_FORMAT = "fleetopt/plan/1"

Category = Literal[
    "compute", "overhead", "energy", "network", "storage", "people", "maintenance", "monitoring",
    "training", "rollout", "data", "licence", "obligation", "change", "other",
]  # fmt: skip
#: The closed set of cost categories, in the order reports list them.
CATEGORIES: tuple[Category, ...] = (
    "compute", "overhead", "energy", "network", "storage", "people", "maintenance", "monitoring",
    "training", "rollout", "data", "licence", "obligation", "change", "other",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Objective:
    """What the plan costs and what is proved. ``gap = (total - lower_bound) / (total - fixed)``."""

    currency: str
    total: float
    fixed: float
    lower_bound: float
    gap: float
    gap_of_total: float
    horizon_hours: float


@dataclass(frozen=True, slots=True)
class FleetRow:
    """Instances of one type under one purchase option, counted period by period.

    `zone` is "" for options that hold in a whole location: commitments, owned and reserved machines, which are paid in
    every hour whether used or not. `count_by_period` carries the demand planned for; `expected_count_by_period` is what
    is paid over the demands money is counted for, so price x expected count x hours is the category ``compute``.
    `until` is the end of what was signed before, "" otherwise.
    """

    provider: str
    region: str
    zone: str
    instance_type: str
    purchase_option: str
    count_by_period: tuple[int, ...]
    expected_count_by_period: tuple[float, ...]
    price_per_hour: float
    price_as_of: str
    price_basis: str
    until: str = ""

    @property
    def location(self) -> str:
        """``provider/region``."""
        return f"{self.provider}/{self.region}"


@dataclass(frozen=True, slots=True)
class ServiceTime:
    """Mean seconds to serve a batch, by batch size in requests (every size from 1 to the pool's batch size).

    `p99_over_mean` says how much batches of one size scatter; 1 where they all take the same time.
    """

    batch: tuple[int, ...]
    seconds: tuple[float, ...]
    p99_over_mean: float


@dataclass(frozen=True, slots=True)
class PoolAtDemand:
    """A pool at another demand that money is counted for, in the same units as the pool itself."""

    replicas_by_period: tuple[int, ...]
    spot_replicas_by_period: tuple[int, ...]
    arrival_rate_per_s_by_period: tuple[float, ...]
    capacity_per_s_by_period: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class FewerReplicas:
    """What a pool may carry with the counts of replicas that a loss may leave; counts rise, 0 is left out."""

    replicas: tuple[int, ...] = ()
    capacity_per_s: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Pool:
    """Like replicas of one service on one instance type in one zone.

    `promised` maps ``p99_ms`` to the latency at the origin's edge (network and overhead included) in the pool's
    hardest period; `capacity_per_s_by_period` is what its replicas may carry with both margins taken off.
    `spot_replicas_by_period` says how many of the replicas stand on spot instances, `at_demand` what runs at the other
    demands that money is counted for. `after_loss` says what may be carried with what a lost instance, or vanished
    spot, leaves at any of these demands: its share of the requests goes by it then. `peak_kw` is the largest draw of
    its instances over the hours of the demand planned for, `energy_kwh` and `carbon_kg` are expected over the horizon;
    all three with PUE, None where unknown.
    """

    service: str
    profile: str
    provider: str
    region: str
    zone: str
    instance_type: str
    accelerators_per_replica: int
    batch_size: int
    max_wait_ms: float
    replicas_by_period: tuple[int, ...]
    arrival_rate_per_s_by_period: tuple[float, ...]
    capacity_per_s_by_period: tuple[float, ...]
    utilisation_by_period: tuple[float, ...]
    promised: Mapping[str, float]
    target: Mapping[str, float]
    basis: str
    error_band: float
    dispatch: str
    network_ms: float
    overhead_ms: float
    service_time: ServiceTime
    spot_replicas_by_period: tuple[int, ...] = ()
    at_demand: Mapping[str, PoolAtDemand] = field(default_factory=dict)
    peak_kw: float | None = None
    energy_kwh: float | None = None
    carbon_kg: float | None = None
    after_loss: FewerReplicas = field(default_factory=FewerReplicas)

    @property
    def location(self) -> str:
        """``provider/region``."""
        return f"{self.provider}/{self.region}"


@dataclass(frozen=True, slots=True)
class Route:
    """Share of a service's requests from an origin that a pool (index in `pools`) serves, period by period."""

    service: str
    origin: str
    pool: int
    share_by_period: tuple[float, ...]
    rtt_ms: float


@dataclass(frozen=True, slots=True)
class Standby:
    """Where the requests of an origin go when the location that serves them, `primary`, is lost."""

    service: str
    origin: str
    primary: str
    standby: str


@dataclass(frozen=True, slots=True)
class StageBudget:
    """What a stage of a page from an origin may take, seen at the origin: `budget_ms` holds round trip and overhead.

    `percentile` is the share of the stage's requests that keeps it, so that 99 % of the pages keep their target;
    `promised_ms` is what its pools promise at that percentile.
    """

    service: str
    location: str
    fan_out: int
    percentile: float
    network_ms: float
    overhead_ms: float
    budget_ms: float
    promised_ms: float


@dataclass(frozen=True, slots=True)
class PagePromise:
    """A page from an origin: its target, the split of it over the stages, and the sum of what these promise."""

    name: str
    origin: str
    target_p99_ms: float
    stages: tuple[StageBudget, ...]
    promised_p99_ms: float


@dataclass(frozen=True, slots=True)
class PlanPeriod:
    """One hour of a day type; `hours` of the horizon fall into it."""

    day_type: str
    hour: int
    days: float
    hours: float


@dataclass(frozen=True, slots=True)
class DemandRow:
    """What a service asks for, before any price: rates, busy accelerators, memory, volume."""

    service: str
    requests_per_s_peak: float
    requests_per_s_mean: float
    busy_accelerators: float
    memory_gib: float
    gb_per_month: float
    mbit_per_s: float


@dataclass(frozen=True, slots=True)
class CostLine:
    """One line of the bill: ``amount = quantity x unit_price``. `service` is "" where a line serves them all."""

    category: Category
    item: str
    service: str
    provider: str
    location: str
    instance_type: str
    purchase_option: str
    phase: str
    quantity: float
    unit: str
    unit_price: float
    amount: float
    as_of: str
    basis: str
    source: str
    allocated_by: str


@dataclass(frozen=True, slots=True)
class Cost:
    """The bill: lines, and their sums by category and by service ("" holds what belongs to no single service)."""

    lines: tuple[CostLine, ...]
    by_category: Mapping[str, float]
    by_service: Mapping[str, float]
    total: float


@dataclass(frozen=True, slots=True)
class Check:
    """A rule read again over the finished plan; `margin` is how far `worst_value` stays within `limit`.

    Of replayed latency it is how far the lower end of the 99 % interval of `worst_value` does. A fact that is right or
    wrong has none of the three.
    """

    rule: str
    subject: str
    limit: float | None
    worst_value: float | None
    margin: float | None
    holds: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something taken for granted, with its source; `effect_of_10_percent_on_total` in money where it is known."""

    what: str
    value: str
    source: str
    effect_of_10_percent_on_total: float | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why a service does not run on an instance type: ``cannot``, ``dominated`` or ``costs_more`` (at least)."""

    service: str
    instance_type: str
    reason: Literal["cannot", "dominated", "costs_more"]
    detail: str
    extra_cost: float | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another way to run the same services, planned as this plan was.

    `difference` is how far its total lies above this plan's; 0 where the gaps of the two could hold all of it, or the
    plan is so already. `types` are those it runs on, as ``provider/type``. Without a plan (`verdict` ``no_plan``)
    figures are None and `reasons` say why.
    """

    label: str
    changes: tuple[str, ...]
    verdict: Literal["costs_more", "saves", "same", "no_plan"]
    total: float | None
    lower_bound: float | None
    difference: float | None
    types: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan(JsonDocument):
    """A verified, named, billed answer. `inputs` repeats the prices, curves and demand it rests on."""

    format: str
    status: Literal["optimal", "feasible"]
    stopped_by: str | None
    plan_space: str
    created_with: Mapping[str, Any]
    scenario: Mapping[str, str]
    catalog: tuple[Mapping[str, str], ...]
    objective: Objective
    total_at: Mapping[str, float | None]
    obligation_after_horizon: float
    expected: Mapping[str, float | None]
    fleet: tuple[FleetRow, ...]
    pools: tuple[Pool, ...]
    routing: tuple[Route, ...]
    pipelines: tuple[PagePromise, ...]
    periods: tuple[PlanPeriod, ...]
    demand: tuple[DemandRow, ...]
    cost: Cost
    checks: tuple[Check, ...]
    alternatives: tuple[Alternative, ...]
    assumptions: tuple[Assumption, ...]
    rejected: tuple[Rejected, ...]
    headroom: Mapping[str, float]
    inputs: Mapping[str, Any]
    standby: tuple[Standby, ...] = ()
    #: ``peak_kw``, ``energy_kwh`` and ``carbon_kg`` of the whole plan, PUE included; null where a part is unknown.
    energy: Mapping[str, float | None] = field(default_factory=dict)
    #: Today's fleet beside the plan: what it costs, whether it holds, what the plan saves and why; None without one.
    today: Mapping[str, Any] | None = None

    def replace(self, **changes: Any) -> Plan:  # noqa: ANN401  any field of the record
        """Return a copy with `changes` in place."""
        return dataclasses.replace(self, **changes)

    def to_dict(self) -> dict[str, Any]:
        """Return the document ``plan.json`` holds, made of plain dicts, lists, strings and numbers."""
        return dataclasses.asdict(self)
