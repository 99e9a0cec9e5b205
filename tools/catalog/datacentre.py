"""Servers to buy and set up in rooms of one's own: types, purchase prices, accelerators and their curves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import profiles
from .accelerators import accelerator_table
from .curves import Accelerator
from .datacentre_places import PROVIDER, SITES
from .scope import COLLECTED, public_cloud
from .tables import DataFolder, Row, Table, Value, table

SERVERS = "datacentre/servers.csv"
FACILITY = "datacentre/facility_defaults.csv"
LICENCE = "facts; estimates are this project's own"
#: Most watts drawn while serving, where the nameplate is far above: the row's note, or the top of its MLPerf runs.
BUSY_POWER_W = {
    "gpu-8x-a100-sxm-80": 4000.0,
    "gpu-8x-h100-sxm-80": 6000.0,
    "gpu-8x-h200-sxm-141": 6300.0,
    "gpu-8x-b200-sxm-180": 10400.0,
}
ENDS = ("low", "mid", "high")


@dataclass(frozen=True)
class Figure:
    """A parameter of the facility with both ends of its range."""

    low: float
    mid: float
    high: float

    def at(self, end: str) -> float:
        """One end, or the middle."""
        return {"low": self.low, "mid": self.mid, "high": self.high}[end]


def facility(data: DataFolder) -> dict[str, Figure]:
    """Return the parameters of a facility by name."""
    rows = data.rows(FACILITY)
    return {row["parameter"]: Figure(float(row["low"]), float(row["value"]), float(row["high"])) for row in rows}


def instance_types(data: DataFolder) -> Table:
    """Build instance_types.csv."""
    memory = {row["accelerator"]: float(row["memory_gib"]) for row in data.rows("hardware/accelerators.csv")}

    def row_of(row: Row) -> dict[str, Value]:
        return {
            "provider": PROVIDER,
            "instance_type": row["server_type"],
            "vcpu": int(row["vcpu"]),
            "memory_gib": float(row["memory_gib"]),
            "accelerator": row["accelerator"],
            "accelerator_count": int(row["accelerator_count"]),
            "accelerator_memory_gib": memory[row["accelerator"]] if row["accelerator"] else 0,
            "network_gbps": None,
            "idle_power_w": float(row["idle_power_w"]),
            "max_power_w": busy_power_w(row),
            "basis": "estimate",
            "source": f"typical build, {row['cpu']}; power: {_power_source(row)}",
            "as_of": row["date"],
            "licence": LICENCE,
        }

    return table(
        "instance_types.csv",
        "provider,instance_type,vcpu,memory_gib,accelerator,accelerator_count,accelerator_memory_gib,network_gbps,"
        "idle_power_w,max_power_w,basis,source,as_of,licence",
        map(row_of, data.rows(SERVERS)),
        ("provider", "instance_type"),
    )


def busy_power_w(row: Row) -> float:
    """Most watts drawn while serving."""
    return BUSY_POWER_W.get(row["server_type"], float(row["max_power_w"]))


def _power_source(row: Row) -> str:
    busy = BUSY_POWER_W.get(row["server_type"])
    return row["power_basis"] if busy is None else f"{row['power_basis']}; {busy:g} W taken while serving"


def owned(data: DataFolder) -> Table:
    """Build owned.csv: every server in every site, with its share of racks and switches."""
    facts = facility(data)

    def rows() -> Iterator[dict[str, Value]]:
        for row in data.rows(SERVERS):
            for site in SITES:
                yield _owned(row, site.region, facts)

    return table(
        "owned.csv",
        "provider,region,instance_type,purchase_price_low,purchase_price_mid,purchase_price_high,amortisation_months,"
        "residual_share,maintenance_share_per_year,rack_units,max_count,basis,source,as_of,licence",
        rows(),
        ("provider", "region", "instance_type"),
    )


def _owned(row: Row, region: str, facts: dict[str, Figure]) -> dict[str, Value]:
    kind = "gpu" if row["accelerator"] else "cpu"
    prices: dict[str, Value] = {f"purchase_price_{end}": price_with_rack(row, end, facts) for end in ENDS}
    share, rack = facts["switch_share_of_server_price"], facts["rack_cost_usd"]
    added = (
        f"{share.low:g} to {share.high:g} of the price added for switches and {rack.low:g} to {rack.high:g} USD a rack"
    )
    return {
        "provider": PROVIDER,
        "region": region,
        "instance_type": row["server_type"],
        **prices,
        "amortisation_months": facts[f"amortisation_months_{kind}"].mid,
        "residual_share": facts["residual_value_share"].mid,
        "maintenance_share_per_year": facts["maintenance_share_per_year"].mid,
        "rack_units": float(row["rack_units"]),
        "max_count": None,
        "basis": "estimate",
        "source": f"{row['source']} (prices of {row['price_date']}, {row['confidence']} confidence); {added}",
        "as_of": row["date"],
        "licence": LICENCE,
    }


def price_with_rack(row: Row, end: str, facts: dict[str, Figure]) -> float:
    """Purchase price in whole USD with the switches, and the part of a rack that height or power takes."""
    units = float(row["rack_units"]) / facts["rack_units"].mid
    power = busy_power_w(row) / 1000 / facts["rack_power_kw_air_cooled"].mid
    rack = facts["rack_cost_usd"].at(end) * max(units, power)
    return float(round(float(row[f"purchase_usd_{end}"]) * (1 + facts["switch_share_of_server_price"].at(end)) + rack))


def accelerators(data: DataFolder) -> Table:
    """Build accelerators.csv."""
    return accelerator_table(_accelerators(data))


def _accelerators(data: DataFolder) -> list[Row]:
    names = {row["accelerator"] for row in data.rows(SERVERS)}
    return data.rows("hardware/accelerators.csv", lambda row: row["accelerator"] in names)


def curves(data: DataFolder) -> Table:
    """Build profiles.csv: the curves of the public catalog where it has the accelerator, so that both agree."""
    public = profiles.known_accelerators(data, public_cloud(data))
    every = profiles.measured_curves(data)
    told = {
        row["accelerator"]: Accelerator(float(row["bf16_dense_tflops"]), float(row["memory_bandwidth_gb_s"]))
        for row in _accelerators(data)
    }
    shared, further = told.keys() & public.keys(), told.keys() - public.keys()
    known = public | told
    return profiles.profile_table(
        [
            *profiles.rows_of([curve for curve in every if curve.accelerator in public], public, shared),
            *profiles.rows_of([curve for curve in every if curve.accelerator in known], known, further),
        ]
    )


def prices() -> Table:
    """Build prices.csv, without a row: nothing is rented here."""
    return table(
        "prices.csv",
        "provider,instance_type,region,purchase_option,status,price_per_hour,upfront,term_months,applies_to,unit,"
        "as_of,basis,source,licence",
        (),
        ("provider", "instance_type", "region", "purchase_option"),
    )


def sites(data: DataFolder) -> Table:
    """Build sites.csv."""
    facts = facility(data)
    racks_kw, units = facts["rack_power_kw_air_cooled"].mid, facts["rack_units"].mid
    return table(
        "sites.csv",
        "provider,region,power_limit_kw,rack_units,space_price_per_kw_month,servers_per_operator,basis,source,as_of,"
        "licence",
        (
            {
                "provider": PROVIDER,
                "region": site.region,
                "power_limit_kw": site.racks * racks_kw,
                "rack_units": site.racks * units,
                "space_price_per_kw_month": facts["colocation_usd_per_kw_month"].mid,
                "servers_per_operator": facts["servers_per_operator"].mid,
                "basis": "estimate",
                "source": f"{site.racks} racks of {racks_kw:g} kW and {units:g} units: assumed, put your contract here"
                "; space: CBRE Global Data Center Trends 2025 Q1 average as reported by the press; "
                "servers of one operator: assumption",
                "as_of": COLLECTED,
                "licence": LICENCE,
            }
            for site in SITES
        ),
        ("provider", "region"),
    )
