"""Cut the histories of traffic that tests and benchmark forecast from the collected data.

Run ``python tools/build_traffic.py --data ../shared/data``. It writes ``tests/data/traffic/*.csv`` and their manifest;
only data under permissive licences or CC BY is taken. The README beside them names source and licence of each.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from catalog.manifest import write_manifest
from catalog.tables import DataFolder, Row, Table

ROOT = Path(__file__).resolve().parent.parent
#: The language workloads begin at second 0 of an unnamed day: a Monday is as good as any.
UNNAMED_START = datetime(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Cut:
    """One history: where it comes from, its columns, and which rows are kept.

    Parameters
    ----------
    sum_to
        Characters of the time that name the step to sum to, 13 for hours; 0 keeps the rows as they are.
    zero_is_unknown
        Whether zeros are windows without data.
    """

    file: str
    time: str
    value: str
    sum_to: int = 0
    keep: Callable[[Row], bool] = lambda _row: True
    zero_is_unknown: bool = False


def _workload(name: str) -> Cut:
    return Cut(
        "servegen_request_rate_10min.csv",
        "window_start_s",
        "request_rate_rps",
        keep=lambda row: row["workload"] == name,
        zero_is_unknown=True,
    )


CUTS = {
    "load-balancer": Cut("nab_aws_elb_request_count_5min.csv", "timestamp", "value"),
    "taxi": Cut("nab_nyc_taxi_30min.csv", "timestamp", "value", 13),
    "tweets": Cut("nab_twitter_volume_AMZN_5min.csv", "timestamp", "value", 13),
    "llm-small": _workload("m-small"),
    "llm-mid": _workload("m-mid"),
    "llm-large": _workload("m-large"),
    "orders": Cut("uci_online_retail_hourly.csv", "hour", "orders"),
    "encyclopaedia": Cut("wikipedia_pageviews_peyton_manning_daily.csv", "date", "value"),
}


def _rows(cut: Cut, data: DataFolder) -> Iterator[tuple[str, float | None]]:
    for row in data.rows(f"traffic/{cut.file}", cut.keep):
        seconds = row[cut.time] if cut.time.endswith("_s") else ""
        time = str(UNNAMED_START + timedelta(seconds=float(seconds))) if seconds else row[cut.time]
        value = float(row[cut.value])
        yield time, None if cut.zero_is_unknown and value == 0.0 else value


def history(name: str, cut: Cut, data: DataFolder) -> Table:
    """Build one history: a column of times and one of values."""
    rows: dict[str, float | None] = {}
    for time, value in _rows(cut, data):
        key = f"{time[: cut.sum_to]}:00" if cut.sum_to else time
        rows[key] = (rows.get(key) or 0.0) + value if cut.sum_to and value is not None else value
    return Table(f"{name}.csv", ("time", name), tuple({"time": time, name: value} for time, value in rows.items()))


def build(data_folder: Path, out: Path) -> list[Path]:
    """Write every history to `out` and return the files written."""
    data = DataFolder(data_folder)
    out.mkdir(parents=True, exist_ok=True)
    written = [history(name, cut, data).write(out) for name, cut in CUTS.items()]
    return [*written, write_manifest(out, written, data, "tools/build_traffic.py")]


def main() -> None:
    """Read the command line and build."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of collected data")
    parser.add_argument("--out", type=Path, default=ROOT / "tests" / "data" / "traffic", help="folder to write")
    arguments = parser.parse_args()
    for path in build(arguments.data, arguments.out):
        print(path)


if __name__ == "__main__":
    main()
