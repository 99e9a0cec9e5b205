"""What a scenario file may hold: every key with its type, bounds, default and an example.

A key is judged alone here; whether the profile exists or the origin is known is looked up later, in `checks`.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, model_validator

from optimizer.domain.scenario import INTERNET, MOST_SCATTER, Dispatch, PlanOn, Redundancy
from optimizer.inputs.schema_base import (
    CATALOG_FORMAT,
    HIGHEST_AMOUNT,
    HIGHEST_RATE_PER_S,
    HIGHEST_SIZE,
    LONGEST_LATENCY_MS,
    LONGEST_RTT_MS,
    MOST_INSTANCES,
    OWN_ERROR,
    SCENARIO_FORMAT,
    Day,
    DemandName,
    Document,
    Each,
    Name,
    NamesOrOne,
    Slug,
    auto,
    refuse,
)
from optimizer.inputs.schema_purchase import (
    CommitmentKeys,
    CurrencyRateKeys,
    LimitsKeys,
    OwnedKeys,
    PinKeys,
    PriceRuleKeys,
    PurchaseKeys,
)

__all__ = ["HIGHEST_RATE_PER_S", "OWN_ERROR", "CatalogKeys", "ScenarioKeys"]


def _single_demand(value: object) -> object:
    return {"capacity": value} if isinstance(value, str) else value


#: Requests that a page sends to a stage at once.
MOST_FAN_OUT = 256
#: Weights of demands may differ from a sum of 1 by rounding only.
WEIGHTS_SUM = 1e-6


class HorizonKeys(Document):
    """From which day on, and for how many calendar months."""

    start: Day = Field("2027-01-01", examples=["2027-01-01"])
    months: int = Field(12, ge=1, le=120, examples=[12])

    @property
    def days(self) -> int:
        """Calendar days from `start` until `months` later (the month's last day where the day does not exist)."""
        first = date.fromisoformat(self.start)
        year, month = divmod(first.month - 1 + self.months, 12)
        year, month = first.year + year, month + 1
        end = date(year, month, min(first.day, monthrange(year, month)[1]))
        return (end - first).days


class OriginKeys(Document):
    """Where requests come from; `rtt_ms` overrides the catalog, and is all there is for the internet."""

    at: str = Field(examples=["aws/us-east-1"])
    kind: Literal["internal", "internet"] | None = Field(None, examples=["internal"])
    rtt_ms: dict[str, Annotated[float, Field(ge=0, le=LONGEST_RTT_MS)]] = Field({}, examples=[{"aws/us-east-1": 88}])

    residency: Annotated[list[str], Each] | None = Field(None, min_length=1, examples=[["DE", "aws/eu-west-1"]])

    @model_validator(mode="after")
    def _kind_matches(self) -> OriginKeys:
        if self.kind is not None and (self.kind == INTERNET) != (self.at == INTERNET):
            mend = "Write at: internet for users, or kind: internal for callers in a location."
            refuse(f"kind {self.kind} does not go with at: {self.at}", mend, "contradiction")
        if self.at == INTERNET and not self.rtt_ms:
            mend = "Add round trips from there, for example rtt_ms: {aws/us-east-1: 88}."
            refuse("an internet origin needs rtt_ms", mend, "missing")
        return self


class LatencyKeys(Document):
    """One promise: at which percentile, and how many milliseconds at the origin's edge."""

    p50_ms: float | None = Field(None, gt=0, le=LONGEST_LATENCY_MS, examples=[20])
    p90_ms: float | None = Field(None, gt=0, le=LONGEST_LATENCY_MS, examples=[40])
    p95_ms: float | None = Field(None, gt=0, le=LONGEST_LATENCY_MS, examples=[50])
    p99_ms: float | None = Field(None, gt=0, le=LONGEST_LATENCY_MS, examples=[60])

    @model_validator(mode="after")
    def _exactly_one(self) -> LatencyKeys:
        if len(self._given()) != 1:
            found = " and ".join(sorted(self._given())) or "none"
            mend = "Keep exactly one of p50_ms, p90_ms, p95_ms, p99_ms, for example p99_ms: 60."
            refuse(f"needs exactly one percentile (found {found})", mend, "exactly-one")
        return self

    def _given(self) -> dict[str, float]:
        return {key: value for key, value in self if value is not None}

    @property
    def key(self) -> str:
        """The key given: ``p99_ms``."""
        return next(iter(self._given()))

    @property
    def milliseconds(self) -> float:
        """The target."""
        return self._given()[self.key]

    @property
    def percentile(self) -> float:
        """The share of requests it holds for: 0.99."""
        return int(self.key[1:3]) / 100


class DemandKeys(Document):
    """Rates from a CSV file, or one constant rate for each origin."""

    file: str | None = Field(None, examples=["shop-search/demand.csv"])
    series: str | None = Field(None, min_length=1, examples=["page"])
    calls_per_page: float | None = Field(None, gt=0, le=1000, examples=[1])
    constant_per_s: dict[str, Annotated[float, Field(ge=0, le=HIGHEST_RATE_PER_S)]] | None = Field(
        None, min_length=1, examples=[{"us-east": 900}]
    )
    peak_to_mean: float | None = Field(None, ge=1, le=1000, examples=[1.5])

    @model_validator(mode="after")
    def _one_source(self) -> DemandKeys:
        if (self.file is None) == (self.constant_per_s is None):
            found = "neither" if self.file is None else "both"
            mend = "Keep one, for example file: shop-search/demand.csv."
            refuse(f"needs either file or constant_per_s (found {found})", mend, "exactly-one")
        if self.file is None and (self.series is not None or self.calls_per_page is not None):
            refuse("series and calls_per_page go with file only", "Delete them.", "contradiction")
        return self


class ReplicasKeys(Document):
    """Fewest and most replicas of a service in every location where it runs."""

    min: int = Field(0, ge=0, le=MOST_INSTANCES, examples=[2])
    max: int | None = Field(None, ge=1, le=MOST_INSTANCES, examples=[200])

    @model_validator(mode="after")
    def _ordered(self) -> ReplicasKeys:
        if self.max is not None and self.max < self.min:
            refuse(f"max must be at least min (found {self.max} and {self.min})", "Raise max.", "contradiction")
        return self


class ServiceKeys(Document):
    """A served model, its demand, and what must be promised."""

    profile: NamesOrOne = Field(min_length=1, examples=["bert-base-s128/fp16"])
    items_per_request: int = Field(1, ge=1, le=10_000_000, examples=[1])
    latency: LatencyKeys | None = Field(None, examples=[{"p99_ms": 60}])
    overhead_ms: float = Field(0.0, ge=0, le=LONGEST_LATENCY_MS, examples=[4])
    demand: DemandKeys | None = Field(None, examples=[{"file": "shop-search/demand.csv"}])
    redundancy: Redundancy = Field("zone", examples=["zone"])
    protected_share: float = Field(1.0, gt=0, le=1, examples=[0.8])
    replicas: ReplicasKeys = Field(default_factory=ReplicasKeys, examples=[{"min": 2, "max": 200}])
    dispatch: Dispatch = Field("round_robin", examples=["round_robin"])
    batch_time_p99_over_mean: float = Field(1.0, ge=1, le=MOST_SCATTER, examples=[1.05])
    max_wait_ms: float | None = Field(None, ge=0, le=LONGEST_LATENCY_MS, examples=[0])


class StageKeys(Document):
    """One service that a page passes, and how many requests it sends there at once."""

    service: str = Field(min_length=1, examples=["ranking"])
    fan_out: int = Field(1, ge=1, le=MOST_FAN_OUT, examples=[4])


class PageLatencyKeys(Document):
    """The end-to-end promise of a page."""

    p99_ms: float = Field(gt=0, le=LONGEST_LATENCY_MS, examples=[150])


class PipelineKeys(Document):
    """A page that passes several services, with one end-to-end target."""

    latency: PageLatencyKeys = Field(examples=[{"p99_ms": 150}])
    demand: DemandKeys = Field(examples=[{"file": "shop-search/demand.csv", "series": "page"}])
    stages: list[StageKeys] = Field(min_length=1, examples=[[{"service": "retrieval"}, {"service": "ranking"}]])


class PlanForKeys(Document):
    """Which demand must be carried, and over which demands money is counted."""

    capacity: DemandName = Field("high", examples=["high"])
    cost: dict[DemandName, Annotated[float, Field(ge=0, le=1)]] | None = Field(
        None, min_length=1, examples=[{"low": 0.25, "mid": 0.5, "high": 0.25}]
    )

    @model_validator(mode="after")
    def _weights_sum(self) -> PlanForKeys:
        if self.cost is not None and abs(sum(self.cost.values()) - 1.0) > WEIGHTS_SUM:
            found = f"{sum(self.cost.values()):g}"
            mend = "Write for example cost: {low: 0.25, mid: 0.5, high: 0.25}."
            refuse(f"weights must sum to 1 (found {found})", mend, "out-of-range")
        return self

    @property
    def weights(self) -> dict[str, float]:
        """Weight of every demand that money is counted over."""
        given: dict[str, float] = {name: weight for name, weight in (self.cost or {}).items() if weight > 0.0}
        return given or {self.capacity: 1.0}


class HeadroomKeys(Document):
    """Capacity kept free on top of the peak."""

    release_share: float = Field(0.0, ge=0, lt=1, examples=[0.05])
    retry_share: float = Field(0.1, ge=0, le=10, examples=[0.1])


class NetworkKeys(Document):
    """Size of requests and responses, and how much longer than its mean a round trip takes at p99."""

    request_kb: float = Field(4.0, ge=0, le=HIGHEST_SIZE, examples=[4])
    response_kb: float = Field(20.0, ge=0, le=HIGHEST_SIZE, examples=[20])
    rtt_p99_factor: float = Field(1.3, ge=1, le=100, examples=[1.3])


class StorageKeys(Document):
    """Disk for each instance, and logs."""

    model_copies_gib: Annotated[float | None, BeforeValidator(auto)] = Field(
        None, ge=0, le=HIGHEST_SIZE, examples=["auto"]
    )
    logs_gb_per_million_requests: float = Field(2.0, ge=0, le=HIGHEST_SIZE, examples=[2])
    log_retention_days: float = Field(30.0, ge=0, le=36_500, examples=[30])


class RoleKeys(Document):
    """People of one kind."""

    role: str = Field(min_length=1, examples=["serving engineer"])
    fte: float = Field(ge=0, le=HIGHEST_SIZE, examples=[1.5])
    cost_per_year: float = Field(ge=0, le=HIGHEST_AMOUNT, examples=[150000])


class OperationsKeys(Document):
    """What running the fleet takes besides machines."""

    people: list[RoleKeys] = Field([], examples=[[{"role": "serving engineer", "fte": 1.5, "cost_per_year": 150000}]])
    monitoring_per_instance_month: float = Field(15.0, ge=0, le=HIGHEST_SIZE, examples=[15])
    support_share_of_spend: float = Field(0.03, ge=0, le=1, examples=[0.03])
    maintenance_share: float = Field(0.05, ge=0, le=1, examples=[0.05])


class ScenarioKeys(Document):
    """The whole file."""

    format: Literal["fleetopt/scenario/1"] = Field(examples=[SCENARIO_FORMAT])
    name: Slug = Field(examples=["shop-search"])
    catalog: NamesOrOne = Field(min_length=1, examples=["public-cloud"])
    locations: Annotated[list[str], Each] | None = Field(
        None, min_length=1, examples=[["aws/us-east-1", "gcp/us-east4"]]
    )
    horizon: HorizonKeys = Field(default_factory=HorizonKeys, examples=[{"start": "2027-01-01", "months": 12}])
    day_types: dict[Name, Annotated[float, Field(gt=0, le=HIGHEST_SIZE)]] = Field(
        {"everyday": 365.0}, min_length=1, examples=[{"workday": 250, "weekend": 115}]
    )
    origins: dict[Name, OriginKeys] = Field(min_length=1, examples=[{"us-east": {"at": "aws/us-east-1"}}])
    services: dict[Name, ServiceKeys] = Field(
        min_length=1,
        examples=[
            {
                "retrieval": {
                    "profile": "bert-base-s128/fp16",
                    "latency": {"p99_ms": 60},
                    "demand": {"constant_per_s": {"us-east": 900}},
                }
            }
        ],
    )
    pipelines: dict[Name, PipelineKeys] = Field(
        {},
        examples=[
            {
                "page": {
                    "latency": {"p99_ms": 150},
                    "demand": {"constant_per_s": {"us-east": 300}},
                    "stages": [{"service": "retrieval"}, {"service": "ranking", "fan_out": 4}],
                }
            }
        ],
    )
    plan_for: Annotated[PlanForKeys, BeforeValidator(_single_demand)] = Field(
        default_factory=PlanForKeys, examples=["high"]
    )
    plan_on: PlanOn = Field("cautious", examples=["cautious"])
    purchase: PurchaseKeys = Field(default_factory=PurchaseKeys, examples=[{"options": ["on_demand"]}])
    price_rules: list[PriceRuleKeys] = Field(
        [], examples=[[{"match": {"provider": "aws"}, "discount_share": 0.12, "reason": "enterprise agreement"}]]
    )
    commitments: list[CommitmentKeys] = Field(
        [],
        examples=[
            [
                {
                    "location": "aws/us-east-1",
                    "instance_type": "g6.xlarge",
                    "purchase_option": "committed_1y",
                    "count": 10,
                    "until": "2027-06-30",
                }
            ]
        ],
    )
    owned: OwnedKeys = Field(default_factory=OwnedKeys, examples=[{"price": "mid"}])
    running: str | None = Field(None, min_length=1, examples=["shop-search/running.csv"])
    limits: LimitsKeys = Field(default_factory=LimitsKeys, examples=[{"max_instance_types": 3}])
    pins: list[PinKeys] = Field(
        [], examples=[[{"service": "ranking", "location": "aws/us-east-1", "instance_type": "g6.xlarge"}]]
    )
    currency_rates: list[CurrencyRateKeys] = Field(
        [], examples=[[{"currency": "CNY", "rate": 0.14, "as_of": "2026-10-01", "source": "central bank"}]]
    )
    headroom: HeadroomKeys = Field(default_factory=HeadroomKeys, examples=[{"retry_share": 0.1}])
    network: NetworkKeys = Field(default_factory=NetworkKeys, examples=[{"request_kb": 4, "response_kb": 20}])
    storage: StorageKeys = Field(default_factory=StorageKeys, examples=[{"log_retention_days": 30}])
    operations: OperationsKeys = Field(default_factory=OperationsKeys, examples=[{"monitoring_per_instance_month": 15}])


class CatalogKeys(Document):
    """The file ``catalog.yaml`` of a catalog."""

    format: Literal["fleetopt/catalog/1"] = Field(examples=[CATALOG_FORMAT])
    name: Slug = Field(examples=["public-cloud"])
    currency: str = Field(pattern=r"^[A-Z]{3}$", examples=["USD"])
    as_of: str = Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$", examples=["2026-07-30"])
    basis: str = Field(min_length=1, examples=["list"])
    description: str = Field(min_length=1, examples=["Four regions of two clouds"])
    idle_power_share: float = Field(0.3, ge=0, le=1, examples=[0.3])
