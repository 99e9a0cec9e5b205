"""Scope of the catalog of Alibaba Cloud in mainland China, and what it says about places."""

from __future__ import annotations

import math
from statistics import quantiles

from .scope import COLLECTED, Scope, scope_of
from .tables import DataFolder, Row

PROVIDER = "alicloud"
#: Latitude and longitude of the cities; regions that sell accelerators with a curve.
CITIES = {
    "cn-beijing": (39.90, 116.41),
    "cn-guangzhou": (23.13, 113.26),
    "cn-hangzhou": (30.27, 120.16),
    "cn-heyuan": (23.74, 114.70),
    "cn-shenzhen": (22.54, 114.06),
}
#: Sizes of CPU types that are worth comparing: 8 to 64 vCPUs.
CPU_SIZES = (".2xlarge", ".4xlarge", ".8xlarge", ".16xlarge")
#: Assumed rates; the second is the one the collected electricity prices were converted with.
CNY_PER_USD = 7.1
USD_PER_EUR = 1.08
RATES = f"{CNY_PER_USD:g} CNY per USD (assumed)"
EARTH_KM = 6371.0
#: Light in fibre, kilometres in a millisecond.
FIBRE_KM_PER_MS = 200.0
#: Pairs from which the detour of real lines is learned: fibre round trips of these milliseconds, 500 to 2,500 km.
LEARNED_FROM_MS = (5.0, 25.0)
ENDS_MS = 2.0


def china_cloud(data: DataFolder) -> Scope:
    """Return the accelerator types and medium CPU types of Alibaba Cloud in five regions."""

    def wanted(row: Row) -> bool:
        return row["provider"] == PROVIDER and (row["accelerator"] != "" or row["instance_type"].endswith(CPU_SIZES))

    types = [(PROVIDER, row["instance_type"]) for row in data.rows("instances/specs.csv", wanted)]
    return scope_of(types, [(PROVIDER, region) for region in CITIES])


def countries() -> dict[tuple[str, str], str]:
    """Country of every region."""
    return {(PROVIDER, region): "CN" for region in CITIES}


def round_trips_ms(data: DataFolder) -> dict[tuple[str, str], float]:
    """Estimate round trips between the regions from their distance, milliseconds, both ways round."""
    detour = detour_of_lines(data)
    return {
        (f"{PROVIDER}/{a}", f"{PROVIDER}/{b}"): round(detour * fibre_ms(a, b) + ENDS_MS, 1)
        for a in CITIES
        for b in CITIES
        if a != b
    }


def round_trip_source(data: DataFolder) -> str:
    """How round trips were estimated."""
    return (
        f"estimate, not measured: great circle in fibre (200 km per ms) x {detour_of_lines(data):g} + {ENDS_MS:g} ms; "
        "the factor is the upper quartile of measured pairs of other clouds 500 to 2,500 km apart "
        "(skyplane-project/skyplane, 2022-04)"
    )


def detour_of_lines(data: DataFolder) -> float:
    """Upper quartile of measured round trip over fibre round trip, for pairs of medium distance."""
    low, high = LEARNED_FROM_MS
    rows = data.rows("locations/rtt_default_regions_ms.csv")
    pairs = [(float(row["rtt_ms"]), float(row["fibre_floor_ms"])) for row in rows]
    return round(quantiles([rtt / floor for rtt, floor in pairs if low <= floor <= high], n=4)[2], 2)


def fibre_ms(a: str, b: str) -> float:
    """Round trip of light in a straight fibre between two cities."""
    (lat_a, lon_a), (lat_b, lon_b) = (tuple(map(math.radians, CITIES[name])) for name in (a, b))
    haversine = (
        math.sin((lat_b - lat_a) / 2) ** 2 + math.cos(lat_a) * math.cos(lat_b) * math.sin((lon_b - lon_a) / 2) ** 2
    )
    return 2 * 2 * EARTH_KM * math.asin(math.sqrt(haversine)) / FIBRE_KM_PER_MS


def cny(usd: float) -> float:
    """Convert at the assumed rate."""
    return round(usd * CNY_PER_USD, 6)


#: Date of what is assumed here.
AS_OF = COLLECTED
