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
    batch_time_p99_over_mean: float
    max_wait_ms: float | None
    protected_share: float
    min_replicas: int
    max_replicas: int | None


class PlanOrigin(TypedDict):
    """An origin with its mean round trips by location."""

    name: str
    at: str
    rtt_ms: dict[str, float]
    residency: list[str] | None


class PlanRates(TypedDict):
    """Requests per second of one origin, period by period."""

    mean: list[float]
    peak: list[float]
    at_demand: dict[str, list[float]]


class PlanStage(TypedDict):
    """A service that a page passes."""

    service: str
    fan_out: int


class PlanPageRates(TypedDict):
    """Pages per second from one origin, period by period."""

    mean: list[float]
    peak: list[float]


class PlanPipeline(TypedDict):
    """A page as the scenario asked for it."""

    name: str
    latency_ms: float
    percentile: float
    stages: list[PlanStage]
    demand: dict[str, PlanPageRates]


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
    upfront: float
    term_months: int
    as_of: str
    basis: str
    source: str


class PlanMatch(TypedDict):
    """Which instances are meant; null means any."""

    provider: str | None
    location: str | None
    instance_type: str | None
    purchase_option: str | None


class PlanSpot(TypedDict):
    """Terms of spot."""

    max_share: float
    overhead_share: float
    may_vanish: str


class PlanPurchase(TypedDict):
    """What may be bought, and how counts may change."""

    options: list[str]
    after_horizon: str
    value_share: float
    spot: PlanSpot
    scale_up_lead_hours: float
    scale_up_max_instances: int | None


class PlanPriceRule(TypedDict):
    """What is really paid."""

    match: PlanMatch
    discount_share: float | None
    price_per_hour: float | None
    reason: str


class PlanCommitment(TypedDict):
    """What is signed already."""

    location: str
    instance_type: str
    purchase_option: str
    count: int
    price_per_hour: float
    until: str
    horizon_share: float
    months_after_horizon: float
    reserved: bool
    reason: str


class PlanOwned(TypedDict):
    """How owned hardware is priced and run."""

    price: str
    discount_rate_per_year: float
    unused: str
    operator_cost_per_year: float | None


class PlanQuota(TypedDict):
    """Most that may run at once."""

    match: PlanMatch
    max_instances: int | None
    max_vcpu: int | None
    reason: str


class PlanLimits(TypedDict):
    """Limits on the whole plan."""

    budget_per_month: float | None
    power_kw: float | None
    carbon_t: float | None
    max_instance_types: int | None
    quotas: list[PlanQuota]


class PlanPin(TypedDict):
    """A decision that is kept."""

    service: str
    location: str | None
    instance_type: str | None
    profile: str | None
    batch_size: int | None
    min_instances: int
    max_instances: int | None


class PlanCurrencyRate(TypedDict):
    """One unit of a currency in the currency of the plan."""

    currency: str
    rate: float
    as_of: str
    source: str


class PlanLocationEnergy(TypedDict):
    """What energy is like in a location."""

    pue: float | None
    grid_gco2_per_kwh: float | None
    electricity_price_per_kwh: float | None


class PlanServer(TypedDict):
    """A server that can be bought."""

    provider: str
    instance_type: str
    location: str
    purchase_price_low: float
    purchase_price_mid: float
    purchase_price_high: float
    amortisation_months: float
    residual_share: float
    maintenance_share_per_year: float | None
    rack_units: float
    max_count: int | None
    as_of: str
    basis: str
    source: str


class PlanSite(TypedDict):
    """A site for owned hardware."""

    location: str
    power_limit_kw: float | None
    rack_units: float | None
    space_price_per_kw_month: float | None
    servers_per_operator: float | None
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
    idle_power_w: float | None
    max_power_w: float | None


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


class PlanRunning(TypedDict):
    """Instances of one kind that run now in a zone."""

    service: str
    location: str
    zone: str
    instance_type: str
    profile: str
    accelerators_per_replica: int
    instances: int


class PlanChange(TypedDict):
    """What runs now, and what changing it costs."""

    cost_per_change: float
    running: list[PlanRunning]


class PlanInputs(TypedDict):
    """All of it."""

    services: list[PlanService]
    pipelines: list[PlanPipeline]
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
    horizon_start: str
    cost_weights: dict[str, float]
    purchase: PlanPurchase
    price_rules: list[PlanPriceRule]
    commitments: list[PlanCommitment]
    owned: PlanOwned
    limits: PlanLimits
    pins: list[PlanPin]
    change: PlanChange | None
    currency_rates: list[PlanCurrencyRate]
    operations: PlanOperations
    prices: list[PlanPrice]
    instance_types: list[PlanInstanceType]
    availability: list[PlanAvailability]
    served_models: list[PlanServedModel]
    curves: list[PlanCurve]
    transfer: list[PlanTransfer]
    storage_prices: list[PlanStoragePrice]
    idle_power_share: float
    location_energy: dict[str, PlanLocationEnergy]
    owned_servers: list[PlanServer]
    sites: list[PlanSite]
