"""The scenario: one question. Units are converted and every reference is resolved before one of these exists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimizer.domain.limits import Limits, Pin
from optimizer.domain.purchase import (
    Commitment,
    CurrencyRate,
    OwnedTerms,
    PriceRule,
    Purchase,
    RunningRow,
)
from optimizer.domain.running import ChangeTerms

Floats = NDArray[np.float64]
Redundancy = Literal["none", "instance", "zone", "region"]
Dispatch = Literal["round_robin", "shared", "random"]
#: The 99th percentile of a batch's time is at most so many times its mean.
MOST_SCATTER = 4.0
Autoscaling = Literal["hourly", "day_type", "fixed"]
PlanOn = Literal["cautious", "central", "measured_only"]
INTERNET = "internet"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where requests come from.

    `at` is a location name, or ``internet``. `rtt_s` gives round-trip times by location that override the catalog
    (required for internet origins), seconds. `residency` names the locations that may serve it; None for all.
    """

    name: str
    at: str
    rtt_s: Mapping[str, float]
    residency: tuple[str, ...] | None = None

    @property
    def is_internet(self) -> bool:
        """Whether responses leave over the internet."""
        return self.at == INTERNET


@dataclass(frozen=True, slots=True)
class Period:
    """One hour of one day type; `days` of it fall into the horizon, so it stands for `days` hours."""

    day_type: str
    hour: int
    days: float

    @property
    def hours(self) -> float:
        """Hours of the horizon that this period stands for."""
        return self.days

    @property
    def label(self) -> str:
        """For example ``workday 20 h``."""
        return f"{self.day_type} {self.hour:02d} h"


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """Requests per second of a service, read-only arrays of shape (origins, periods).

    `peak_per_s` is the busiest five minutes of the demand that capacity is planned for; `mean_per_s` is the expected
    rate over the hour, on which everything by volume is billed. `peaks_per_s` holds every demand given (``low``,
    ``mid``, ``high``), of which `peak_per_s` is one.
    """

    mean_per_s: Floats
    peak_per_s: Floats
    peaks_per_s: Mapping[str, Floats]
    source: str


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """A served model with demand and a latency target. `latency_s` holds at `percentile` (0..1) for each origin.

    `redundancy` names what may fail at the peak while `protected_share` (0..1] of the demand is still carried within
    the target: nothing, one instance, one zone, or one region (whose origins then go to their standby location).
    `scatter` is the 99th percentile over the mean of the time that batches of one size take; 1 where it is always the
    same. `max_wait_s` is how long a batch that is not full waits for more requests; None where the plan chooses.
    `min_replicas` and `max_replicas` hold in every location where the service runs. Of a stage of a pipeline,
    `latency_s` is the most that it may ever take, and `percentile` the strictest of all that it must keep.
    """

    name: str
    profiles: tuple[str, ...]
    items_per_request: int
    latency_s: float
    percentile: float
    overhead_s: float
    redundancy: Redundancy
    dispatch: Dispatch
    demand: Demand
    protected_share: float = 1.0
    min_replicas: int = 0
    max_replicas: int | None = None
    scatter: float = 1.0
    max_wait_s: float | None = None
    #: Most requests that arrive together: the largest fan-out of the pages it is a stage of.
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Stage:
    """A service that a page passes; `fan_out` requests are sent to it at once, and the slowest is waited for."""

    service: str
    fan_out: int


@dataclass(frozen=True, slots=True, eq=False)
class Pipeline:
    """A page that passes services one after another, and must be answered within `latency_s` at `percentile`.

    The caller at the origin asks every stage in turn, so each round trip counts. `demand` is of pages; the demand of
    the services holds what the pages bring.
    """

    name: str
    latency_s: float
    percentile: float
    stages: tuple[Stage, ...]
    demand: Demand

    def stage_percentile(self, stage: Stage) -> float:
        r"""Share of a stage's requests that must keep its budget (0..1).

        .. math:: 1 - \frac{1 - P}{J f_j}

        By the union bound no more than a share 1 - P of the pages then has a late request in any of J stages.
        """
        return 1.0 - (1.0 - self.percentile) / (len(self.stages) * stage.fan_out)


@dataclass(frozen=True, slots=True)
class Headroom:
    """Capacity kept free on top of the peak: `release_share` of replicas in a release, `retry_share` of retries."""

    release_share: float
    retry_share: float

    @property
    def factor(self) -> float:
        """By how much the peak rate is multiplied before capacity is planned for it."""
        return (1.0 + self.retry_share) / (1.0 - self.release_share)


@dataclass(frozen=True, slots=True)
class NetworkUse:
    """Size of one request and one response (kB, 1000 bytes) and the factor from mean to p99 of a round trip."""

    request_kb: float
    response_kb: float
    rtt_p99_factor: float


@dataclass(frozen=True, slots=True)
class StorageUse:
    """Disk for each instance (GiB; None: the size of the served model) and logs kept for `log_retention_days`."""

    model_copies_gib: float | None
    logs_gb_per_million_requests: float
    log_retention_days: float


@dataclass(frozen=True, slots=True)
class Role:
    """People who run the fleet; `cost_per_year` is for one full-time equivalent."""

    role: str
    fte: float
    cost_per_year: float


@dataclass(frozen=True, slots=True)
class Operations:
    """People, monitoring (per instance and 730 hours), support (share of cloud spend), maintenance (owned hardware)."""

    people: tuple[Role, ...]
    monitoring_per_instance_month: float
    support_share_of_spend: float
    maintenance_share: float


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """One question, ready to be planned."""

    name: str
    sha256: str
    catalog_names: tuple[str, ...]
    locations: tuple[str, ...]
    locations_given: bool
    horizon_start: str
    horizon_months: int
    periods: tuple[Period, ...]
    origins: tuple[Origin, ...]
    services: tuple[Service, ...]
    plan_for: str
    plan_on: PlanOn
    autoscaling: Autoscaling
    headroom: Headroom
    network: NetworkUse
    storage: StorageUse
    operations: Operations
    #: Demands over which money is counted, with their weights (they sum to 1); empty: the one planned for.
    cost_weights: Mapping[str, float] = field(default_factory=dict)
    purchase: Purchase = field(default_factory=Purchase)
    price_rules: tuple[PriceRule, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    owned: OwnedTerms = field(default_factory=OwnedTerms)
    limits: Limits = field(default_factory=Limits)
    pins: tuple[Pin, ...] = ()
    running: tuple[RunningRow, ...] = ()
    #: What runs now and what changing it costs; None where nothing is known to run, or changes are free to make.
    change: ChangeTerms | None = None
    currency_rates: tuple[CurrencyRate, ...] = ()
    pipelines: tuple[Pipeline, ...] = ()

    @property
    def horizon_hours(self) -> float:
        """Hours of the horizon; the periods' hours sum to it."""
        return float(sum(period.hours for period in self.periods))

    def with_service(self, index: int, service: Service) -> Scenario:
        """Return the scenario with another service in the place of one."""
        return replace(self, services=(*self.services[:index], service, *self.services[index + 1 :]))

    @property
    def weights(self) -> Mapping[str, float]:
        """Weight of every demand over which money is counted; they sum to 1."""
        return self.cost_weights or {self.plan_for: 1.0}
