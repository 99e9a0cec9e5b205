"""The catalog: facts that outlive a question. Every record carries where it comes from and how old it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from optimizer.domain.purchase import PurchaseOption

PriceStatus = Literal["offered", "not_offered", "unknown"]
#: How a figure came to be. Prices: list, quote, estimate. Performance: measured, fitted, scaled, estimated.
Basis = str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a row comes from: basis, source, date and licence, as printed beside the figure."""

    basis: Basis
    source: str
    as_of: str
    licence: str = ""


@dataclass(frozen=True, slots=True)
class InstanceType:
    """What can be rented. Memory in GiB, power in W; `accelerator_memory_gib` is per accelerator, 0 without one."""

    provider: str
    name: str
    vcpu: int
    memory_gib: float
    accelerator: str | None
    accelerator_count: int
    accelerator_memory_gib: float
    network_gbps: float | None
    idle_power_w: float | None
    max_power_w: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class Accelerator:
    """Dense 16-bit peak (TFLOPS), memory bandwidth (GB/s) and board power (W) of an accelerator."""

    name: str
    bf16_dense_tflops: float
    memory_bandwidth_gb_per_s: float
    board_power_w: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class Location:
    """A region of a provider, named ``provider/region``, with its zones (failure domains)."""

    provider: str
    region: str
    zones: tuple[str, ...]
    country: str
    pue: float | None
    grid_gco2_per_kwh: float | None
    electricity_price_per_kwh: float | None
    source: Source

    @property
    def name(self) -> str:
        """``provider/region``, the name used by scenarios and plans."""
        return f"{self.provider}/{self.region}"


@dataclass(frozen=True, slots=True)
class Price:
    """What one instance costs per hour in one location under one purchase option.

    `price_per_hour` is None where `status` is ``unknown``; a ``not_offered`` row may carry the list price of a type
    that is not sold there, for information only.
    """

    provider: str
    instance_type: str
    location: str
    purchase_option: PurchaseOption
    status: PriceStatus
    price_per_hour: float | None
    upfront: float
    term_months: int
    source: Source


@dataclass(frozen=True, slots=True)
class Availability:
    """Zones of a location in which an instance type is sold; types without a row are taken to be in all zones."""

    provider: str
    instance_type: str
    location: str
    zones: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class RoundTrip:
    """Round-trip time between two locations (the same one twice: between its zones), seconds."""

    a: str
    b: str
    rtt_s: float
    source: Source


@dataclass(frozen=True, slots=True)
class TransferTier:
    """Price per GB of data leaving `origin` for `destination`, from `from_gb` in a month on.

    `destination` is a location name, the origin itself (between its zones) or ``internet``.
    """

    origin: str
    destination: str
    from_gb: float
    price_per_gb: float
    source: Source


@dataclass(frozen=True, slots=True)
class StoragePrice:
    """Price of a GB-month of a storage class (``block`` or ``object``) in a location."""

    storage_class: str
    location: str
    price_per_gb_month: float
    source: Source


@dataclass(frozen=True, slots=True)
class ServedModel:
    """A neural network that can be served.

    Parameters
    ----------
    weights_gib
        What every replica keeps in accelerator memory.
    tables_gib
        Embedding tables: in accelerator memory where they fit, else in host memory.
    runtime_gib
        Accelerator memory taken by the serving runtime and activations.
    host_base_gib
        Host memory a replica needs besides tables.
    """

    name: str
    parameters: float
    weights_gib: float
    tables_gib: float
    runtime_gib: float
    host_base_gib: float
    source: Source


@dataclass(frozen=True, slots=True)
class ProfileCurve:
    """Service time of one served model at one precision on one accelerator, by batch size in items.

    `batch_items` rises strictly; `service_s` has the same length. Between points the curve is linear, outside it is
    not defined. `error_band` is relative: a cautious reading multiplies service times by ``1 + error_band``.
    `min_vcpu` is the smallest host (vCPUs for each replica) the curve may be used on.
    """

    served_model: str
    precision: str
    accelerator: str
    accelerators_per_replica: int
    batch_items: tuple[int, ...]
    service_s: tuple[float, ...]
    error_band: float
    min_vcpu: int
    source: Source

    @property
    def profile(self) -> str:
        """``served-model/precision``, as a scenario names it."""
        return f"{self.served_model}/{self.precision}"


@dataclass(frozen=True, slots=True)
class OwnedServer:
    """A server that can be bought and set up in a site (a location of the provider that owns it).

    Parameters
    ----------
    provider, instance_type, location
        The key, as in the other tables.
    purchase_price_low, purchase_price_mid, purchase_price_high
        Price of one, with its share of racks and switches.
    amortisation_months, residual_share
        Over how long, and which share of the price is left then.
    maintenance_share_per_year
        Of the purchase price; None takes the scenario's `maintenance_share`.
    rack_units
        Height.
    max_count
        Most that may be bought; None for what the site holds.
    """

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
    source: Source

    def purchase_price(self, end: Literal["low", "mid", "high"]) -> float:
        """Purchase price at one end of its range."""
        return {"low": self.purchase_price_low, "mid": self.purchase_price_mid, "high": self.purchase_price_high}[end]


@dataclass(frozen=True, slots=True)
class Site:
    """What a location for owned hardware offers: power (kW of IT load), rack units, and their price.

    `space_price_per_kw_month` is for a kW of contracted power (of the machines' maximum); `servers_per_operator` is how
    many servers one full-time operator looks after. None: no limit, no cost.
    """

    location: str
    power_limit_kw: float | None
    rack_units: float | None
    space_price_per_kw_month: float | None
    servers_per_operator: float | None
    source: Source


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that is known, keyed for look-up. Mappings must not be written to.

    Keys: `instance_types` (provider, name); `prices` (provider, instance type, location, purchase option);
    `availability` (provider, instance type, location); `round_trips` (a, b) both ways round; `transfer`
    (origin, destination) to tiers by rising `from_gb`; `storage` (class, location).
    """

    name: str
    currency: str
    as_of: str
    sha256: str
    instance_types: Mapping[tuple[str, str], InstanceType]
    accelerators: Mapping[str, Accelerator]
    locations: Mapping[str, Location]
    prices: Mapping[tuple[str, str, str, str], Price]
    availability: Mapping[tuple[str, str, str], Availability]
    round_trips: Mapping[tuple[str, str], RoundTrip]
    transfer: Mapping[tuple[str, str], tuple[TransferTier, ...]]
    storage: Mapping[tuple[str, str], StoragePrice]
    served_models: Mapping[str, ServedModel]
    profiles: tuple[ProfileCurve, ...]
    folders: tuple[str, ...] = field(default=())
    #: Owned servers by (provider, instance type, location), and sites by location.
    owned: Mapping[tuple[str, str, str], OwnedServer] = field(default_factory=dict)
    sites: Mapping[str, Site] = field(default_factory=dict)
    #: Idle power as a share of maximum power where a type's own idle power is not known.
    idle_power_share: float = 0.3

    def zones_of(self, provider: str, instance_type: str, location: str) -> tuple[str, ...]:
        """Zones of `location` that sell the type: its availability row, else every zone of the location."""
        row = self.availability.get((provider, instance_type, location))
        return row.zones if row is not None else self.locations[location].zones
