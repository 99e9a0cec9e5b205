"""Wall time of `fleetopt plan` for every shipped scenario, next to a straightforward model of two of them.

Run as ``make bench``. The cache folder is empty for every run of `fleetopt`; the naive model has a limit of 40 s. It
rents on demand only and counts one demand, so the second scenario is compared as far as that.
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

from optimizer.inputs import shipped_scenarios

#: What the naive model can say, by scenario: the settings under which both are asked the same.
SHARED = {
    "single-service": (),
    "shop-search": ("purchase.options=[on_demand]", "purchase.scale_up_lead_minutes=0", "plan_for=high"),
}


def plan_once(scenario: str, *extra: str) -> tuple[float, dict]:
    """Return the wall time of one `fleetopt plan` process with an empty cache, and its plan."""
    with tempfile.TemporaryDirectory() as cache:
        command = [Path(sys.executable).with_name("fleetopt"), "plan", scenario, "--format", "json", "--quiet", *extra]
        started = time.perf_counter()
        done = subprocess.run(
            command, check=True, capture_output=True, text=True, env={**os.environ, "FLEETOPT_CACHE": cache}
        )
        return time.perf_counter() - started, json.loads(done.stdout)


def as_options(sets: tuple[str, ...]) -> list[str]:
    """Return settings as options of a command line."""
    return [part for setting in sets for part in ("--set", setting)]


def naive_once(scenario: str, sets: tuple[str, ...], limit_s: float) -> dict:
    """Return what the naive model reaches within its limit, in a process of its own."""
    command = [
        sys.executable,
        str(Path(__file__).with_name("naive.py")),
        scenario,
        "--limit",
        str(limit_s),
        *as_options(sets),
    ]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    """Print one line for each scenario."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--limit", type=float, default=40.0)
    arguments = parser.parse_args()
    print(f"{'scenario':<18}{'plan s (median)':>16}{'total':>14}{'gap':>9}")
    for scenario in sorted(shipped_scenarios()):
        seconds, plan = median_of(arguments.runs, scenario)
        print(f"{scenario:<18}{seconds:>16.2f}{plan['total']:>14,.0f}{plan['gap']:>9.3%}")
    print(f"\n{'on demand only':<18}{'plan s (median)':>16}{'total':>14}{'naive s':>9}{'naive total':>14}{'more':>8}")
    for scenario, sets in SHARED.items():
        seconds, plan = median_of(arguments.runs, scenario, *as_options(sets))
        naive = naive_once(scenario, sets, arguments.limit)
        total = naive["total"]
        shown = ("no plan", "-") if total is None else (f"{total:,.0f}", f"{total / plan['total'] - 1:+.1%}")
        print(
            f"{scenario:<18}{seconds:>16.2f}{plan['total']:>14,.0f}{naive['wall_s']:>9.1f}{shown[0]:>14}{shown[1]:>8}"
            f"   ({naive['integers']:,} integers)"
        )


def median_of(runs: int, scenario: str, *extra: str) -> tuple[float, dict]:
    """Return the median wall time of some runs, and the objective of the plan."""
    found = [plan_once(scenario, *extra) for _ in range(runs)]
    return statistics.median(run[0] for run in found), found[0][1]["objective"]


if __name__ == "__main__":
    main()
