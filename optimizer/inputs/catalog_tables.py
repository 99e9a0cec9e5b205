"""The CSV files of a catalog: their columns, and what names a row."""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.inputs.columns import Column

PRICE_BASES = ("list", "quote", "estimate")
PERFORMANCE_BASES = ("measured", "fitted", "scaled", "estimated")
PURCHASE_OPTIONS = ("on_demand", "spot", "committed_1y", "committed_3y")
STATUSES = ("offered", "not_offered", "unknown")
STORAGE_CLASSES = ("block", "object")
#: Larger figures are typing errors: prices, sizes, powers.
HIGHEST = 1e9


@dataclass(frozen=True, slots=True)
class TableSpec:
    """A file of a catalog.

    Parameters
    ----------
    file
        Its name.
    columns
        What it may hold.
    key
        Columns that together name a row.
    needed
        Whether a catalog (or one of those it is laid over) must have it.
    """

    file: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    needed: bool = True


def _amount(name: str, *, positive: bool = False, may_be_empty: bool = False) -> Column:
    """A number of 0 or more, or above 0."""
    column = Column(name, "number", low=0.0, high=HIGHEST, may_be_empty=may_be_empty)
    return replace(column, above=0.0) if positive else column


def _count(name: str, low: float = 0.0, *, may_be_empty: bool = False) -> Column:
    return Column(name, "whole", low=low, high=HIGHEST, may_be_empty=may_be_empty)


def _provenance(*bases: str) -> tuple[Column, ...]:
    """Where a row comes from: a row without a basis, source or date is refused."""
    licence = Column("licence", required=False, may_be_empty=True)
    return Column("basis", choices=bases), Column("source"), Column("as_of", "date"), licence


_PLACE = (Column("provider"), Column("region"))

INSTANCE_TYPES = TableSpec(
    "instance_types.csv",
    (
        Column("provider"),
        Column("instance_type"),
        _count("vcpu", 1.0),
        _amount("memory_gib", positive=True),
        Column("accelerator", may_be_empty=True),
        _count("accelerator_count", may_be_empty=True),
        _amount("accelerator_memory_gib", may_be_empty=True),
        _amount("network_gbps", may_be_empty=True),
        _amount("idle_power_w", may_be_empty=True),
        _amount("max_power_w", may_be_empty=True),
        *_provenance(),
    ),
    ("provider", "instance_type"),
)
ACCELERATORS = TableSpec(
    "accelerators.csv",
    (
        Column("accelerator"),
        _amount("bf16_dense_tflops", positive=True),
        _amount("memory_bandwidth_gb_per_s", positive=True),
        _amount("board_power_w", may_be_empty=True),
        *_provenance(),
    ),
    ("accelerator",),
)
LOCATIONS = TableSpec(
    "locations.csv",
    (*_PLACE, Column("zones", "names"), Column("country"), *_provenance()),
    ("provider", "region"),
)
LOCATION_ENERGY = TableSpec(
    "location_energy.csv",
    (
        *_PLACE,
        Column("pue", "number", low=1.0, high=10.0, may_be_empty=True),
        _amount("grid_gco2_per_kwh", may_be_empty=True),
        _amount("electricity_price_per_kwh", may_be_empty=True),
        *_provenance(),
    ),
    ("provider", "region"),
    needed=False,
)
PRICES = TableSpec(
    "prices.csv",
    (
        Column("provider"),
        Column("instance_type"),
        Column("region"),
        Column("purchase_option", choices=PURCHASE_OPTIONS),
        Column("status", choices=STATUSES),
        _amount("price_per_hour", may_be_empty=True),
        _amount("upfront", may_be_empty=True),
        _count("term_months", may_be_empty=True),
        Column("applies_to", choices=("type",)),
        Column("unit", choices=("instance",)),
        *_provenance(*PRICE_BASES),
    ),
    ("provider", "instance_type", "region", "purchase_option"),
)
_AVAILABILITY_COLUMNS = (
    Column("provider"),
    Column("instance_type"),
    Column("region"),
    Column("zones", "names"),
    *_provenance(),
)
AVAILABILITY = TableSpec(
    "availability.csv", _AVAILABILITY_COLUMNS, ("provider", "instance_type", "region"), needed=False
)
AVAILABILITY_UNLICENSED = replace(AVAILABILITY, file="availability_unlicensed.csv")
NETWORK = TableSpec(
    "network.csv",
    (
        Column("from"),
        Column("to"),
        Column("rtt_ms", "number", low=0.0, high=10_000.0, may_be_empty=True),
        Column("rtt_source", may_be_empty=True),
        Column("rtt_as_of", "date", may_be_empty=True),
        _amount("tier_from_gb", may_be_empty=True),
        _amount("price_per_gb", may_be_empty=True),
        Column("price_basis", choices=PRICE_BASES, may_be_empty=True),
        Column("price_source", may_be_empty=True),
        Column("price_as_of", "date", may_be_empty=True),
        Column("licence", required=False, may_be_empty=True),
    ),
    ("from", "to", "tier_from_gb"),
)
STORAGE = TableSpec(
    "storage.csv",
    (
        Column("storage_class", choices=STORAGE_CLASSES),
        *_PLACE,
        _amount("price_per_gb_month", positive=True),
        *_provenance(*PRICE_BASES),
    ),
    ("storage_class", "provider", "region"),
)
SERVED_MODELS = TableSpec(
    "served_models.csv",
    (
        Column("served_model"),
        Column("task"),
        Column("parameters", "number", above=0.0, high=1e15),
        _amount("weights_gib", positive=True),
        _amount("tables_gib"),
        _amount("runtime_gib"),
        _amount("host_base_gib"),
        *_provenance(),
    ),
    ("served_model",),
)
PROFILES = TableSpec(
    "profiles.csv",
    (
        Column("served_model"),
        Column("precision"),
        Column("accelerator"),
        _count("accelerators_per_replica", 1.0),
        _count("batch_size", 1.0),
        Column("service_time_s", "number", above=0.0, high=86_400.0),
        _amount("throughput_per_s", may_be_empty=True),
        Column("error_band", "number", low=0.0, high=10.0),
        _count("min_vcpu", may_be_empty=True),
        *_provenance(*PERFORMANCE_BASES),
    ),
    ("served_model", "precision", "accelerator", "accelerators_per_replica", "batch_size"),
)

OWNED = TableSpec(
    "owned.csv",
    (
        *_PLACE,
        Column("instance_type"),
        _amount("purchase_price_low"),
        _amount("purchase_price_mid"),
        _amount("purchase_price_high"),
        _amount("amortisation_months", positive=True),
        Column("residual_share", "number", low=0.0, high=1.0),
        Column("maintenance_share_per_year", "number", low=0.0, high=1.0, may_be_empty=True),
        _amount("rack_units"),
        _count("max_count", may_be_empty=True),
        *_provenance(*PRICE_BASES),
    ),
    ("provider", "instance_type", "region"),
    needed=False,
)
SITES = TableSpec(
    "sites.csv",
    (
        *_PLACE,
        _amount("power_limit_kw", may_be_empty=True),
        _amount("rack_units", may_be_empty=True),
        _amount("space_price_per_kw_month", may_be_empty=True),
        _amount("servers_per_operator", positive=True, may_be_empty=True),
        *_provenance(*PRICE_BASES),
    ),
    ("provider", "region"),
    needed=False,
)

#: Every file of a catalog but ``catalog.yaml``.
TABLES = (
    INSTANCE_TYPES,
    ACCELERATORS,
    LOCATIONS,
    LOCATION_ENERGY,
    PRICES,
    AVAILABILITY,
    AVAILABILITY_UNLICENSED,
    NETWORK,
    STORAGE,
    SERVED_MODELS,
    PROFILES,
    OWNED,
    SITES,
)
