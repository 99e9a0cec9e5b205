"""What a plan decides, in the amounts that its bill multiplies with prices."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from optimizer.domain.catalog import Source
from optimizer.domain.purchase import Commitment, PurchaseOption


@dataclass(frozen=True, slots=True)
class InstanceUse:
    """Instance-hours in which a service runs on one instance type in one location, expected over the horizon.

    `energy_kwh` is what they draw, PUE included; None where it is not known.
    """

    service: str
    provider: str
    location: str
    instance_type: str
    served_model: str
    instance_hours: float
    energy_kwh: float | None


@dataclass(frozen=True, slots=True)
class Bought:
    """What is paid for one instance type in one location, expected over the horizon.

    Parameters
    ----------
    on_demand_hours, spot_hours
        Instance-hours of the hours themselves.
    early_on_demand_hours, early_spot_hours
        Instance-hours paid before the hour that needs them.
    steady
        Instances bought for the whole horizon, by option.
    signed
        Commitments signed before.
    sources
        Where the prices of such commitments come from that the scenario does not state.
    """

    provider: str
    location: str
    instance_type: str
    on_demand_hours: float
    spot_hours: float
    early_on_demand_hours: float
    early_spot_hours: float
    steady: Mapping[PurchaseOption, int]
    signed: tuple[Commitment, ...]
    sources: Mapping[Commitment, Source] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestVolume:
    """Requests of a service from one origin that one location serves over the horizon (expected, not peak)."""

    service: str
    origin: str
    location: str
    requests: float


@dataclass(frozen=True, slots=True)
class Changed:
    """Instances of a service that start and that stop, of one type in one location."""

    service: str
    provider: str
    location: str
    instance_type: str
    started: int
    stopped: int
