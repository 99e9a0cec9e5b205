"""Places of the catalog of owned hardware: its rooms, the cloud regions beside them, and the lines between."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import locations as cloud_locations
from .egress import egress
from .energy import energy_table
from .energy import location_energy as cloud_energy
from .network import between_zones_rtt, network_table, round_trips_ms
from .scope import COLLECTED, Scope, scope_of
from .storage import storage_table
from .tables import DataFolder, Table, Value, table

PROVIDER = "own"
ESTIMATED = "facts; estimates are this project's own"
#: From the room to the cloud region beside it, milliseconds.
METRO_MS = 1.5
#: A wholesale line of 1 Mbit/s at 0.5 USD a month, used to a third, moves 110 GB.
TRANSIT_USD_PER_GB = 0.005
TRANSIT_SOURCE = (
    "wholesale transit at about 0.5 USD per Mbit/s and month, used to a third (general knowledge); ask your carrier"
)
HALLS_SOURCE = "cables between two halls of one campus: no price per GB"
DISK_USD_PER_GB_MONTH = 0.02
DISK_SOURCE = (
    "data-centre flash at about 150 USD per TB over 60 months, every byte kept twice, times 4 for servers, network, "
    "power and people (general knowledge)"
)


@dataclass(frozen=True)
class OwnSite:
    """A place for owned hardware; `beside` is the cloud region in the same area."""

    region: str
    beside: str
    racks: int

    @property
    def name(self) -> str:
        """As scenarios name it."""
        return f"{PROVIDER}/{self.region}"


SITES = (OwnSite("ashburn", "aws/us-east-1", 20), OwnSite("hillsboro", "aws/us-west-2", 20))
#: Regions from which callers may come, with lines to both rooms.
NEAR = (
    ("aws", "us-east-1"),
    ("aws", "us-west-2"),
    ("azure", "eastus"),
    ("azure", "westus3"),
    ("gcp", "us-central1"),
    ("gcp", "us-east4"),
    ("gcp", "us-west1"),
)


def clouds() -> Scope:
    """The cloud regions that have lines to the rooms; no types are rented there."""
    return scope_of((), NEAR)


def locations(data: DataFolder) -> Table:
    """Build locations.csv: the rooms, and the cloud regions exactly as the public catalog describes them."""
    there = cloud_locations.locations(data, clouds(), cloud_locations.countries(data))
    own: list[dict[str, Value]] = [
        {
            "provider": PROVIDER,
            "region": site.region,
            "zones": "a|b",
            "country": "US",
            "basis": "estimate",
            "source": f"a campus with two halls in the area of {site.beside}: assumed",
            "as_of": COLLECTED,
            "licence": ESTIMATED,
        }
        for site in SITES
    ]
    return table(there.name, ",".join(there.columns), [*there.rows, *own], ("provider", "region"))


def location_energy(data: DataFolder, pue: float) -> Table:
    """Build location_energy.csv: grid carbon and electricity price of the cloud region beside."""
    beside = {f"{row['provider']}/{row['region']}": row for row in cloud_energy(data, clouds()).rows}

    def rows() -> Iterator[dict[str, Value]]:
        for site in SITES:
            row = beside[site.beside]
            yield {
                **row,
                "provider": PROVIDER,
                "region": site.region,
                "pue": pue,
                "source": f"PUE: between enterprise average 1.63 and cloud 1.25 (IDC 2024); the rest as {site.beside}: "
                f"{str(row['source']).replace('PUE 2024 and ', '')}",
            }

    return energy_table(rows())


def network(data: DataFolder) -> Table:
    """Build network.csv: between the halls, between the rooms, to the clouds and back, to the internet."""
    return network_table([*_inside(), *_between(data), *_to_clouds(data), *_from_clouds(data)])


def _priced(origin: str, destination: str, price: float, source: str) -> dict[str, Value]:
    return {
        "from": origin,
        "to": destination,
        "tier_from_gb": 0,
        "price_per_gb": price,
        "price_basis": "estimate",
        "price_source": source,
        "price_as_of": COLLECTED,
        "licence": ESTIMATED,
    }


def _timed(rtt_ms: float, source: str) -> dict[str, Value]:
    return {"rtt_ms": round(rtt_ms, 1), "rtt_source": f"estimated: {source}", "rtt_as_of": "2022-04"}


def _inside() -> Iterator[dict[str, Value]]:
    for site in SITES:
        yield _priced(site.name, site.name, 0, HALLS_SOURCE) | between_zones_rtt()
        yield _priced(site.name, "internet", TRANSIT_USD_PER_GB, TRANSIT_SOURCE)


def _between(data: DataFolder) -> Iterator[dict[str, Value]]:
    rtt_ms = round_trips_ms(data, clouds())
    for site in SITES:
        for other in SITES:
            if other != site:
                far = rtt_ms[site.beside, other.beside] + 2 * METRO_MS
                source = f"{METRO_MS:g} ms at each end and {site.beside} to {other.beside} (skyplane ping)"
                yield _priced(site.name, other.name, TRANSIT_USD_PER_GB, TRANSIT_SOURCE) | _timed(far, source)


def _round_trip(site: OwnSite, name: str, rtt_ms: dict[tuple[str, str], float]) -> dict[str, Value]:
    """Round trip between a room and a cloud region: to the region beside, and on from there."""
    if name == site.beside:
        return _timed(METRO_MS, "a line within the area")
    return _timed(
        METRO_MS + rtt_ms[site.beside, name],
        f"{METRO_MS:g} ms to {site.beside} and the round trip from there (skyplane ping)",
    )


def _to_clouds(data: DataFolder) -> Iterator[dict[str, Value]]:
    rtt_ms = round_trips_ms(data, clouds())
    for site in SITES:
        for name in clouds().names:
            yield _priced(site.name, name, TRANSIT_USD_PER_GB, TRANSIT_SOURCE) | _round_trip(site, name, rtt_ms)


def _from_clouds(data: DataFolder) -> Iterator[dict[str, Value]]:
    """Data out of a cloud costs what it costs to the internet, tier by tier."""
    rtt_ms = round_trips_ms(data, clouds())
    for site in SITES:
        for row in egress(data, clouds()):
            first = _round_trip(site, str(row["from"]), rtt_ms) if row["tier_from_gb"] == 0 else {}
            leaves = f"leaves as to the internet (a dedicated line is cheaper): {row['price_source']}"
            yield row | {"to": site.name, "price_basis": "estimate", "price_source": leaves} | first


def storage() -> Table:
    """Build storage.csv: disks of one's own."""
    return storage_table(
        {
            "storage_class": kind,
            "provider": PROVIDER,
            "region": site.region,
            "price_per_gb_month": DISK_USD_PER_GB_MONTH,
            "basis": "estimate",
            "source": DISK_SOURCE,
            "as_of": COLLECTED,
            "licence": ESTIMATED,
        }
        for kind in ("block", "object")
        for site in SITES
    )
