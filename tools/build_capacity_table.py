"""Write the shipped table of simulated capacities: what planning the shipped scenarios needs.

Run as ``make capacities`` after the catalog, a scenario or the sample behind capacities has changed. Every value in the
table is a result of the simulator; planning without the table gives the same plan, later.
"""

from __future__ import annotations

from pathlib import Path

from optimizer.inputs import load_inputs, shipped_scenarios
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario

TABLE = Path(__file__).resolve().parent.parent / "optimizer" / "performance" / "shipped_capacities.csv"


def main() -> None:
    """Plan every shipped scenario with an empty store and export what was simulated."""
    TABLE.unlink(missing_ok=True)
    store = CapacityStore(cache_folder=None, seed=0)
    for name, path in sorted(shipped_scenarios().items()):
        inputs = load_inputs(path)
        before = store.simulated_values
        plan = plan_scenario(inputs.scenario, inputs.catalog, store=store)
        print(f"{name}: total {plan.objective.total:,.2f}, {store.simulated_values - before} capacities")
    store.export(TABLE)
    print(f"{TABLE.name}: {TABLE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
