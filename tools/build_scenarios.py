"""Build the demand of the shipped scenarios from the collected hourly shape of retail traffic.

Run ``python tools/build_scenarios.py --data ../shared/data``. It writes ``scenarios/shop-search/demand.csv`` and its
manifest; the YAML documents are written by hand. The recipe::

    rate(origin, day type, hour) = mean workday rate x origin share x level x day volume x shape x five-minute ratio

The level, the volume of a sale day and the five-minute ratio have a low, a mid and a high reading. ``mean`` is the mid
reading without the five-minute ratio: the expected rate over the hour.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

from catalog.manifest import write_manifest
from catalog.tables import DataFolder, Table, Value

ROOT = Path(__file__).resolve().parent.parent
SERIES = "page"
MEAN_WORKDAY_PAGES_PER_S = 4000.0
DAY_TYPES = ("workday", "weekend", "sale")
READINGS = ("low", "mid", "high")

#: Share of the pages and hours behind Eastern time (the clock of the column `hour`).
ORIGINS = {"us-east": (0.5, 0), "us-central": (0.2, 1), "us-west": (0.3, 3)}
LEVEL = {"low": 0.85, "mid": 1.0, "high": 1.25}
#: Pages of a day over pages of a workday. Sale, visits: Hitwise Cyber Monday 2016, middle, Nosto Black Friday.
DAY_VOLUME = {
    "workday": {"low": 1.0, "mid": 1.0, "high": 1.0},
    "weekend": {"low": 0.77, "mid": 0.77, "high": 0.77},
    "sale": {"low": 1.6, "mid": 2.5, "high": 3.44},
}
#: Busiest five minutes over the mean of the hour: an assumption band, not measured for a large shop.
ORDINARY_PEAK = {"low": 1.05, "mid": 1.12, "high": 1.3}
FIVE_MINUTE_RATIO = {"workday": ORDINARY_PEAK, "weekend": ORDINARY_PEAK, "sale": {"low": 1.12, "mid": 1.2, "high": 1.3}}


def demand(shape: dict[tuple[str, int], float]) -> Table:
    """Build demand.csv from `shape`: (day type, local hour) to share of the day's mean."""
    columns = ("service", "origin", "day_type", "hour", "mean", *READINGS)
    return Table("demand.csv", columns, tuple(_rows(shape)))


def _rows(shape: dict[tuple[str, int], float]) -> Iterator[dict[str, Value]]:
    for origin, (share, hours_behind) in ORIGINS.items():
        for day_type in DAY_TYPES:
            for hour in range(24):
                local = shape[day_type, (hour - hours_behind) % 24]
                hourly = {
                    r: MEAN_WORKDAY_PAGES_PER_S * share * LEVEL[r] * DAY_VOLUME[day_type][r] * local for r in READINGS
                }
                peaks = {r: round(hourly[r] * FIVE_MINUTE_RATIO[day_type][r], 1) for r in READINGS}
                key: dict[str, Value] = {"service": SERIES, "origin": origin, "day_type": day_type, "hour": hour}
                yield key | {"mean": round(hourly["mid"], 1)} | peaks


def build(data_folder: Path, out: Path) -> list[Path]:
    """Write the demand of shop-search to ``out/shop-search`` and return the files written."""
    folder = out / "shop-search"
    folder.mkdir(parents=True, exist_ok=True)
    data = DataFolder(data_folder)
    rows = data.rows("traffic/retail_hourly_shape.csv")
    shape = {(row["day_type"], int(row["hour_local"])): float(row["share_of_day_mean"]) for row in rows}
    path = demand(shape).write(folder)
    return [path, write_manifest(folder, [path], data, "tools/build_scenarios.py")]


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
