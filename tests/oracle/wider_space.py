"""What a wider plan space would save on the tiny scenarios: ``python -m tests.oracle.wider_space [cases]``.

On simplified ones, see `simplified`: each wider space is enumerated as a whole.
"""

from __future__ import annotations

import sys
from collections.abc import Callable

from optimizer.performance import CapacityStore
from tests.support.brute_force import cheapest_total
from tests.support.brute_wider import simplified, with_shared_instances, with_two_configurations
from tests.support.brute_world import World
from tests.support.tiny_question import tiny_case

WIDER: dict[str, Callable[[World], float | None]] = {
    "two configurations of a service in a location": with_two_configurations,
    "instances shared between services": with_shared_instances,
}


def savings(cases: int, store: CapacityStore) -> dict[str, list[float]]:
    """Return by how much of the total each wider space is cheaper, one share for each scenario that it enumerates."""
    found: dict[str, list[float]] = {name: [] for name in WIDER}
    for case in range(cases):
        scenario, catalog = tiny_case(case)
        scenario = simplified(scenario)
        total = cheapest_total(scenario, catalog, store)
        if total is None:
            continue
        for name, least in WIDER.items():
            wider = least(World(scenario, catalog, store))
            if wider is not None:
                found[name].append(1.0 - wider / total)
    return found


def summary(found: dict[str, list[float]]) -> str:
    """Return one line for each wider space: how often it is cheaper, and by how much."""
    lines = []
    for name, shares in found.items():
        cheaper = [share for share in shares if share > 1e-9]
        mean = sum(shares) / len(shares) if shares else 0.0
        lines.append(
            f"{name}: cheaper in {len(cheaper)} of {len(shares)} scenarios, "
            f"by {100 * mean:.2f} % of the total on average, {100 * max(shares, default=0.0):.1f} % at most"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 120
    sys.stdout.write(summary(savings(count, CapacityStore(cache_folder=None, seed=0))) + "\n")
