"""Time of `fleetopt compare` with eight options of the flagship, next to `fleetopt plan` of it, in one run.

Run as ``make bench``; both start with an empty cache. Totals and fleets are there when the last option is planned.
What a comparison may ask for beyond them comes after, and is measured apart. The processor time of all their processes
is told beside the wall time: on a machine that others use it says more.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
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
OPTIONS_COUNT = OPTIONS.count("label:")
#: What is asked beside the options.
BEYOND = """\
break_even: [aws/g6.xlarge, aws/g6e.xlarge]
regret: true
screening: true
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """Wall and processor seconds of one command, and wall seconds until the last option was planned."""

    wall: float
    processor: float
    planned: float


def taken(*arguments: str) -> Taken:
    """Run one `fleetopt` command with an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        command = [Path(sys.executable).with_name("fleetopt"), *arguments, "shop-search", "--format", "json"]
        started, worked, planned = time.perf_counter(), _worked(), 0.0
        environment = {**os.environ, "FLEETOPT_CACHE": cache}
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment
        ) as run:
            assert run.stderr is not None
            for line in run.stderr:
                if line.startswith(f"planned {OPTIONS_COUNT} of {OPTIONS_COUNT}"):
                    planned = time.perf_counter() - started
        if run.returncode:
            raise subprocess.CalledProcessError(run.returncode, command)
        return Taken(time.perf_counter() - started, _worked() - worked, planned)


def _worked() -> float:
    """Processor time of every process that has ended, seconds."""
    ended = os.times()
    return ended.children_user + ended.children_system


def main() -> None:
    """Print medians and their ratios."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        options, beyond = Path(folder) / "options.yaml", Path(folder) / "beyond.yaml"
        options.write_text(OPTIONS, encoding="utf-8")
        beyond.write_text(OPTIONS + BEYOND, encoding="utf-8")
        pairs = [(taken("plan"), taken("compare", "--options", str(options))) for _ in range(runs)]
        for name in ("wall", "processor"):
            plan, compare = (statistics.median(getattr(run, name) for run in each) for each in zip(*pairs, strict=True))
            ratio = f"{compare / plan:.2f} times ({os.cpu_count()} cores)"
            print(f"{name}: plan {plan:.1f} s, totals and fleets of 8 options {compare:.1f} s: {ratio}")
        whole = taken("compare", "--options", str(beyond))
        rest = whole.wall - whole.planned
        print(f"break-even prices of 2 types, regret and screening after them: {rest:.1f} s more (wall)")


if __name__ == "__main__":
    main()
