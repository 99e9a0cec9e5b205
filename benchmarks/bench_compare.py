"""Time of `fleetopt compare` with eight options of the flagship, next to `fleetopt plan` of it, in one run.

Run as ``make bench``. Both start with an empty cache. Break-even prices are measured apart. The processor time of all
their processes is told beside the wall time: on a machine that others use it says more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OPTIONS = """\
format: fleetopt/options/1
options:
  - label: as it stands
  - {label: without T4, forbid: [g4dn.*]}
  - {label: only L4, allow: [aws/g6.*, gcp/g2-*]}
  - label: quote for L4
    price_rules: [{match: {instance_type: "g6.*"}, discount_share: 0.3, reason: quote}]
  - {label: one provider, set: {locations: [aws/us-east-1, aws/us-west-2]}}
  - {label: no spot, set: {"purchase.options": [on_demand, committed_1y]}}
  - {label: two types, set: {limits.max_instance_types: 2}}
  - {label: no zone to lose, set: {services.retrieval.redundancy: none, services.ranking.redundancy: none}}
"""
BREAK_EVEN = """\
format: fleetopt/options/1
options: [{label: as it stands}]
break_even: [aws/g6.xlarge, aws/g6e.xlarge]
"""


def seconds(*arguments: str) -> tuple[float, float]:
    """Return wall and processor time of one `fleetopt` command, with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        command = [Path(sys.executable).with_name("fleetopt"), *arguments, "shop-search", "--quiet", "--format", "json"]
        started, worked = time.perf_counter(), _worked()
        subprocess.run(command, check=True, capture_output=True, env={**os.environ, "FLEETOPT_CACHE": cache})
        return time.perf_counter() - started, _worked() - worked


def _worked() -> float:
    """Processor time of every process that has ended, seconds."""
    ended = os.times()
    return ended.children_user + ended.children_system


def main() -> None:
    """Print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        options, prices = Path(folder) / "options.yaml", Path(folder) / "prices.yaml"
        options.write_text(OPTIONS, encoding="utf-8")
        prices.write_text(BREAK_EVEN, encoding="utf-8")
        pairs = [(seconds("plan"), seconds("compare", "--options", str(options))) for _ in range(runs)]
        for name, which in (("wall", 0), ("processor", 1)):
            plan, compare = (statistics.median(run[which] for run in each) for each in zip(*pairs, strict=True))
            ratio = f"{compare / plan:.2f} times ({os.cpu_count()} cores)"
            print(f"{name}: plan {plan:.1f} s, compare of 8 options {compare:.1f} s: {ratio}")
        wall, _ = seconds("compare", "--options", str(prices))
        print(f"two break-even prices and one plan {wall:.1f} s")


if __name__ == "__main__":
    main()
