"""How quickly a large demand file is read and checked, next to `csv.DictReader`, which only splits it.

Run as ``make bench``. Both take the same text, in this process, by turns; the median of the runs is printed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import random
import statistics
import time
from collections.abc import Callable

from optimizer.inputs.demand_file import rates_of, read_demand_file
from optimizer.inputs.faults import Faults
from optimizer.inputs.files import decode

ORIGINS = [f"origin-{number}" for number in range(28)]
DAY_TYPES = ["workday", "weekend", "sale"]
HOURS = range(24)


def demand_text(services: int) -> bytes:
    """Return a demand file of so many services, each asked from every origin in every hour of every day type."""
    draw = random.Random(1)
    rows = ["service,origin,day_type,hour,mean,low,mid,high"]
    for service in range(services):
        for origin in ORIGINS:
            for day_type in DAY_TYPES:
                for hour in HOURS:
                    rate = draw.uniform(1.0, 1000.0)
                    figures = ",".join(f"{rate * share:.3f}" for share in (0.9, 1.0, 1.1, 1.3))
                    rows.append(f"service-{service},{origin},{day_type},{hour},{figures}")
    return ("\n".join(rows) + "\n").encode()


def read(content: bytes, services: int) -> None:
    """Read and check every row, as a plan does: to one array of rates for each service."""
    faults = Faults()
    text = decode(content, "demand.csv", faults)
    file = read_demand_file(text or "", "demand.csv", hashlib.sha256(content).hexdigest(), "high", faults)
    faults.raise_if_any()
    if file is None:
        raise SystemExit("the file could not be read")
    for service in range(services):
        rates_of(file, f"service-{service}", "", ORIGINS, DAY_TYPES, faults)
    faults.raise_if_any()


def split(content: bytes) -> None:
    """Split every row into a dictionary of texts, unchecked."""
    for _ in csv.DictReader(io.StringIO(content.decode())):
        pass


def seconds(call: Callable[[], None]) -> float:
    """Return the wall time of a call."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def main() -> None:
    """Print rows per second of both, and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--services", type=int, default=100)
    parser.add_argument("--runs", type=int, default=5)
    arguments = parser.parse_args()
    content = demand_text(arguments.services)
    rows = arguments.services * len(ORIGINS) * len(DAY_TYPES) * len(HOURS)
    pairs = [
        (seconds(lambda: read(content, arguments.services)), seconds(lambda: split(content)))
        for _ in range(arguments.runs)
    ]
    ours, theirs = (statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{'demand rows':<16}{'read s':>10}{'rows/s':>12}{'DictReader s':>14}{'rows/s':>12}{'ours/theirs':>13}")
    print(f"{rows:<16,}{ours:>10.2f}{rows / ours:>12,.0f}{theirs:>14.2f}{rows / theirs:>12,.0f}{theirs / ours:>13.2f}")


if __name__ == "__main__":
    main()
