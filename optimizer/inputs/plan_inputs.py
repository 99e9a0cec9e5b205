"""The shape of a plan's `inputs`: what it repeats of scenario and catalog, as plain JSON."""

from __future__ import annotations

from typing import TypedDict


class PlanService(TypedDict):
    """A service as the scenario asked for it."""

    name: str
    profiles: list[str]
    items_per_request: int
    latency_ms: float
    percentile: float
    overhead_ms: float
    redundancy: str
    dispatch: str


class PlanOrigin(TypedDict):
    """An origin with its mean round trips by location."""

    name: str
    at: str
    rtt_ms: dict[str, float]


class PlanRates(TypedDict):
    """Requests per second of one origin, period by period."""

    mean: list[float]
    peak: list[float]


class PlanHeadroom(TypedDict):
    """Capacity kept free on top of the peak."""

    release_share: float
    retry_share: float


class PlanNetwork(TypedDict):
    """Sizes of requests and responses, and the factor on round trips."""

    request_kb: float
    response_kb: float
    rtt_p99_factor: float


class PlanStorage(TypedDict):
    """Disks and logs; `model_copies_gib` is null for the size of the served model."""

    model_copies_gib: float | None
    logs_gb_per_million_requests: float
    log_retention_days: float


class PlanRole(TypedDict):
    """People of one kind."""

    role: str
    fte: float
    cost_per_year: float


class PlanOperations(TypedDict):
    """What running the fleet takes besides machines."""

    people: list[PlanRole]
    monitoring_per_instance_month: float
    support_share_of_spend: float
    maintenance_share: float


class PlanPrice(TypedDict):
    """Price of an instance type used."""

    provider: str
    instance_type: str
    location: str
    purchase_option: str
    status: str
    price_per_hour: float | None
    as_of: str
    basis: str
    source: str


class PlanInstanceType(TypedDict):
    """An instance type used."""

    provider: str
    name: str
    vcpu: int
    memory_gib: float
    accelerator: str | None
    accelerator_count: int
    accelerator_memory_gib: float


class PlanAvailability(TypedDict):
    """Zones that sell an instance type used."""

    provider: str
    instance_type: str
    location: str
    zones: list[str]


class PlanServedModel(TypedDict):
    """Memory needs of a served model used."""

    name: str
    weights_gib: float
    tables_gib: float
    runtime_gib: float
    host_base_gib: float


class PlanCurve(TypedDict):
    """A service-time curve used."""

    profile: str
    accelerator: str
    accelerators_per_replica: int
    batch_items: list[int]
    service_s: list[float]
    error_band: float
    min_vcpu: int
    basis: str
    source: str
    as_of: str


class PlanTransfer(TypedDict):
    """A transfer price used, one tier."""

    origin: str
    destination: str
    from_gb: float
    price_per_gb: float
    as_of: str
    basis: str
    source: str


class PlanStoragePrice(TypedDict):
    """A storage price used."""

    storage_class: str
    location: str
    price_per_gb_month: float
    as_of: str
    basis: str
    source: str


class PlanInputs(TypedDict):
    """All of it."""

    services: list[PlanService]
    origins: list[PlanOrigin]
    locations: list[str]
    zones: dict[str, list[str]]
    demand: dict[str, dict[str, PlanRates]]
    plan_for: str
    plan_on: str
    autoscaling: str
    headroom: PlanHeadroom
    network: PlanNetwork
    storage: PlanStorage
    horizon_months: int
    operations: PlanOperations
    prices: list[PlanPrice]
    instance_types: list[PlanInstanceType]
    availability: list[PlanAvailability]
    served_models: list[PlanServedModel]
    curves: list[PlanCurve]
    transfer: list[PlanTransfer]
    storage_prices: list[PlanStoragePrice]
