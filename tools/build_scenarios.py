"""Build the demand of the shipped scenarios from the collected hourly shape of retail traffic.

Run ``python tools/build_scenarios.py --data ../shared/data``. For every shop below it writes
``scenarios/NAME/demand.csv`` and its manifest; the YAML documents, and `running.csv`, are written by hand. The recipe::

    rate(origin, day type, hour) = mean workday rate x origin share x level x day volume x shape x five-minute ratio

The level, the volume of a sale day and the five-minute ratio have a low, a mid and a high reading. ``mean`` is the mid
reading without the five-minute ratio: the expected rate over the hour.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.manifest import write_manifest
from catalog.tables import DataFolder, Table, Value

ROOT = Path(__file__).resolve().parent.parent
SERIES = "page"
READINGS = ("low", "mid", "high")

LEVEL = {"low": 0.85, "mid": 1.0, "high": 1.25}
#: Busiest five minutes over the mean of the hour: an assumption band, not measured for a large shop.
ORDINARY_PEAK = {"low": 1.05, "mid": 1.12, "high": 1.3}
FIVE_MINUTE_RATIO = {"workday": ORDINARY_PEAK, "weekend": ORDINARY_PEAK, "sale": {"low": 1.12, "mid": 1.2, "high": 1.3}}
#: Pages of a day over pages of a workday. Sale, visits: Hitwise Cyber Monday 2016, middle, Nosto Black Friday.
DAY_VOLUME = {
    "workday": {"low": 1.0, "mid": 1.0, "high": 1.0},
    "weekend": {"low": 0.77, "mid": 0.77, "high": 0.77},
    "sale": {"low": 1.6, "mid": 2.5, "high": 3.44},
}
#: A sale that ten times the pages of a workday come to, between half and one and a half of it.
TENFOLD = DAY_VOLUME | {"sale": {"low": 5.0, "mid": 10.0, "high": 15.0}}


@dataclass(frozen=True, slots=True)
class Shop:
    """A made-up shop: pages per second of a mean workday, and of each origin its share and its hours behind the clock.

    The clock of the column `hour` is one for all origins.
    """

    pages_per_s: float
    origins: Mapping[str, tuple[float, int]]
    day_volume: Mapping[str, Mapping[str, float]]


SHOPS = {
    "shop-search": Shop(4000.0, {"us-east": (0.5, 0), "us-central": (0.2, 1), "us-west": (0.3, 3)}, DAY_VOLUME),
    "east": Shop(2000.0, {"us-east": (1.0, 0)}, DAY_VOLUME),
    "coasts": Shop(2000.0, {"us-east": (0.6, 0), "us-west": (0.4, 3)}, DAY_VOLUME),
    "sale-day": Shop(400.0, {"us-east": (0.6, 0), "us-west": (0.4, 3)}, TENFOLD),
    "recommendation": Shop(40.0, {"us-east": (1.0, 0)}, DAY_VOLUME),
    "residency": Shop(1500.0, {"germany": (0.5, 0), "ireland": (0.2, 1), "us-east": (0.3, 6)}, DAY_VOLUME),
}


def demand(shop: Shop, shape: Mapping[tuple[str, int], float]) -> Table:
    """Build demand.csv of a shop from `shape`: (day type, local hour) to share of the day's mean."""
    columns = ("service", "origin", "day_type", "hour", "mean", *READINGS)
    return Table("demand.csv", columns, tuple(_rows(shop, shape)))


def _rows(shop: Shop, shape: Mapping[tuple[str, int], float]) -> Iterator[dict[str, Value]]:
    for origin, (share, hours_behind) in shop.origins.items():
        for day_type, volume in shop.day_volume.items():
            for hour in range(24):
                local = shape[day_type, (hour - hours_behind) % 24]
                hourly = {r: shop.pages_per_s * share * LEVEL[r] * volume[r] * local for r in READINGS}
                peaks = {r: round(hourly[r] * FIVE_MINUTE_RATIO[day_type][r], 1) for r in READINGS}
                key: dict[str, Value] = {"service": SERIES, "origin": origin, "day_type": day_type, "hour": hour}
                yield key | {"mean": round(hourly["mid"], 1)} | peaks


def build(data_folder: Path, out: Path) -> list[Path]:
    """Write the demand of every shop to ``out/NAME`` and return the files written."""
    data = DataFolder(data_folder)
    rows = data.rows("traffic/retail_hourly_shape.csv")
    shape = {(row["day_type"], int(row["hour_local"])): float(row["share_of_day_mean"]) for row in rows}
    written = []
    for name, shop in SHOPS.items():
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        path = demand(shop, shape).write(folder)
        written += [path, write_manifest(folder, [path], data, "tools/build_scenarios.py")]
    return written


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of collected data")
    parser.add_argument("--out", type=Path, default=ROOT / "scenarios", help="folder to write")
    arguments = parser.parse_args()
    for path in build(arguments.data, arguments.out):
        print(path)


if __name__ == "__main__":
    main()
