"""What changing a running fleet is charged: rows by hand, counts by hand, and nothing cheaper left out."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.limits import Limits
from optimizer.domain.running import ChangeTerms, RunningPool
from optimizer.domain.scenario import Scenario
from optimizer.formulation.blocks import Block
from optimizer.formulation.changing import change_rows, changes_of, most_by_place, started_anew
from optimizer.formulation.context import Context
from optimizer.formulation.groups import make_blocks
from optimizer.planning.planner import find
from tests.support.asked import shared_store
from tests.support.small import HOME, demand, service, small_catalog, small_scenario
from tests.support.small_market import with_type


def running(zone: str, quiet: int, busy: int, *, batch: int = 4, kind: str = "one", name: str = "s") -> RunningPool:
    """Instances of the service in a zone at home, in a quiet and a busy hour."""
    counts = ((quiet, busy), (0, 0))
    return RunningPool(name, HOME, zone, kind, "net/fp16", 1, batch, 0.0, counts, {})


def asked(*pools: RunningPool, charge: float = 7.0, peaks: tuple[float, float] = (100.0, 900.0)) -> Scenario:
    """One service at home with what runs of it."""
    scenario = small_scenario(service("s", demand([list(peaks)])))
    return replace(scenario, change=ChangeTerms(charge, pools))


def some_block(context: Context) -> Block:
    """Any block of the service."""
    return make_blocks(context).blocks[0]


def test_running_instances_are_counted_by_the_most_of_any_hour_of_each_pool():
    """Two pools of one kind in one zone: 3 and 2 at their busiest, whatever hour that is; batch size is a setting."""
    terms = ChangeTerms(1.0, (running("a", 3, 1), running("a", 0, 2, batch=1), running("b", 0, 0)))
    assert terms.most == {("s", HOME, "a", "one", "net/fp16", 1): 5}


def test_starts_and_stops_by_hand():
    """Of 2 in a and 9 in c, a block with its own counts: what lacks starts, what is too much stops, c in whole."""
    context = Context(asked(running("a", 1, 2), running("c", 9, 9, kind="gone")), small_catalog(), shared_store())
    block = some_block(context)
    most = {key[2]: count for key, count in most_by_place(context, block).items()}
    told = {(key[2], key[3]): pair for key, pair in changes_of(context, [block]).items()}
    expected = {(zone, "one"): (count, 0) for zone, count in most.items() if zone != "a"}
    if most.get("a", 0) != 2:
        expected["a", "one"] = (max(most.get("a", 0) - 2, 0), max(2 - most.get("a", 0), 0))
    expected["c", "gone"] = (0, 9)
    assert told == expected
    assert started_anew(context, block) == 7.0 * sum(count for zone, count in most.items() if zone != "a")


def test_rows_say_starts_and_stops_of_each_place():
    """With the block chosen or not, the least starts and stops that the rows allow are those by hand."""
    context = Context(asked(running("a", 1, 2)), small_catalog(), shared_store())
    blocks = make_blocks(context).blocks
    columns, (rows,) = change_rows(context, blocks, len(blocks))
    assert columns.cost.tolist() == [7.0, 7.0]
    matrix = rows.dense(len(blocks) + 2)
    for number, block in enumerate(blocks):
        most = next((n for key, n in most_by_place(context, block).items() if key[2] == "a"), 0)
        for chosen, there in ((1.0, most), (0.0, 0)):
            point = np.zeros(len(blocks) + 2)
            point[number] = chosen
            point[-2:] = [max(there - 2, 0), max(2 - there, 0)]
            assert (matrix @ point >= rows.lower - 1e-9).all()
            for place in (-2, -1):
                less = point.copy()
                less[place] -= 0.5
                assert point[place] == 0.0 or (matrix @ less < rows.lower - 1e-9).any()


@pytest.mark.parametrize("charge", [0.5, 20.0, 3000.0])
@pytest.mark.parametrize("kind", ["one", "big"])
def test_what_is_left_out_as_too_dear_is_never_needed(charge: float, kind: str):
    """The total is that of a search that leaves no instance type out, whether the cheap or the dear type runs."""
    catalog = with_type(small_catalog(), "big", 1.3)
    pools = [running(zone, 2, 4, kind=kind, batch=4) for zone in ("a", "b")]
    scenario = asked(*pools, charge=charge)
    every_type = replace(scenario, limits=Limits(max_instance_types=99))
    totals = [
        find(case, catalog, shared_store(), gap=0.0, promises=False).plan.objective.total
        for case in (scenario, every_type)
    ]
    assert totals[0] == pytest.approx(totals[1], abs=0.01)
    plan = find(scenario, catalog, shared_store(), gap=0.0, promises=False).plan
    used = {pool.instance_type for pool in plan.pools}
    assert used == ({"one"} if kind == "one" or charge < 100.0 else {"big"})


def test_a_large_charge_keeps_todays_zones_hour_by_hour():
    """An odd layout that carries the need stays as it is; without a charge the fewest instances are taken."""
    pools = (running("a", 5, 5, batch=4), running("c", 0, 3, batch=4))
    kept = find(asked(*pools, charge=1e5), small_catalog(), shared_store(), gap=0.0).plan
    assert {pool.zone: pool.replicas_by_period for pool in kept.pools} == {"a": (5, 5), "c": (0, 3)}
    assert "change" not in kept.cost.by_category
    free = find(asked(*pools, charge=0.0), small_catalog(), shared_store(), gap=0.0).plan
    assert sum(pool.replicas_by_period[0] for pool in free.pools) < 5
