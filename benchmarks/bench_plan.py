"""Wall time of `fleetopt plan` for the shipped scenarios, next to a straightforward model of the same problem.

Run as ``make bench``. The cache folder is empty for every run of `fleetopt`; the naive model has a limit of 40 s.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCENARIOS = ("single-service", "shop-search")


def plan_once(scenario: str, *extra: str) -> tuple[float, dict]:
    """Return the wall time of one `fleetopt plan` process with an empty cache, and its plan."""
    with tempfile.TemporaryDirectory() as cache:
        command = [Path(sys.executable).with_name("fleetopt"), "plan", scenario, "--format", "json", "--quiet", *extra]
        started = time.perf_counter()
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "FLEETOPT_CACHE": cache}
        )
        return time.perf_counter() - started, json.loads(done.stdout)


def naive_once(scenario: str, limit_s: float) -> dict:
    """Return what the naive model reaches within its limit, in a process of its own."""
    command = [sys.executable, str(Path(__file__).with_name("naive.py")), scenario, "--limit", str(limit_s)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print one line for each scenario."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=40.0)
    arguments = parser.parse_args()
    print(
        f"{'scenario':<16}{'plan s (median)':>16}{'total':>16}{'gap':>9}"
        f"{'naive s':>9}{'naive total':>16}{'naive/plan':>12}"
    )
    for scenario in SCENARIOS:
        runs = [plan_once(scenario) for _ in range(arguments.runs)]
        seconds, plan = statistics.median(run[0] for run in runs), runs[0][1]["objective"]
        naive = naive_once(scenario, arguments.limit)
        total = naive["total"]
        shown = ("no plan", "-") if total is None else (f"{total:,.0f}", f"{total / plan['total'] - 1:+.1%}")
        print(
            f"{scenario:<16}{seconds:>16.2f}{plan['total']:>16,.0f}{plan['gap']:>9.3%}"
            f"{naive['wall_s']:>9.1f}{shown[0]:>16}{shown[1]:>12}   ({naive['integers']:,} integers)"
        )


if __name__ == "__main__":
    main()
