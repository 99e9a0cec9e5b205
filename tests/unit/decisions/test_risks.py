"""Risks of a plan, by hand."""

from __future__ import annotations

from dataclasses import replace

from optimizer.decisions.risks import Start, largest_start, risks_of
from optimizer.domain.plan import FleetRow, Plan
from tests.unit.report.sample_plan import sample_plan


def _row(plan: Plan, option: str, counts: list[int], until: str = "") -> FleetRow:
    expected = tuple(float(count) for count in counts)
    base = plan.fleet[0]
    return replace(
        base, purchase_option=option, count_by_period=tuple(counts), expected_count_by_period=expected, until=until
    )


def _flat(plan: Plan, count: int) -> list[int]:
    return [count] * len(plan.periods)


def test_spot_is_a_share_of_hours():
    """One of four instances on spot in every hour is a quarter."""
    plan = sample_plan()
    plan = plan.replace(fleet=(_row(plan, "on_demand", _flat(plan, 3)), _row(plan, "spot", _flat(plan, 1))))
    assert [risk.value for risk in risks_of(plan) if risk.kind == "spot"] == [0.25]


def test_the_largest_start_is_counted_from_the_hour_before():
    """A rise from 2 to 9 within a day is 7; a day may come after the emptiest last hour; what is signed stays."""
    plan = sample_plan()
    counts = _flat(plan, 2)
    counts[5] = 9
    plan = plan.replace(fleet=(_row(plan, "on_demand", counts), _row(plan, "on_demand", _flat(plan, 50), "2030-01-01")))
    assert largest_start(plan.fleet, plan.periods) == Start(7, at=5, after=4)
    counts[24] = 11
    plan = plan.replace(fleet=(_row(plan, "on_demand", counts),))
    assert largest_start(plan.fleet, plan.periods) == Start(9, at=24, after=23)
    level = plan.replace(fleet=(_row(plan, "on_demand", _flat(plan, 2)),))
    assert largest_start(level.fleet, level.periods) is None


def test_one_zone_and_one_type_are_told_by_service():
    """Pools of one zone and one type are told; a second zone, or a second type, ends that."""
    plan = sample_plan()
    first = replace(plan.pools[0], basis="measured")
    alone = plan.replace(pools=(first,))
    assert {risk.kind for risk in risks_of(alone)} >= {"one_zone", "one_type"}
    spread = plan.replace(pools=(first, replace(first, zone="other", instance_type="other")))
    assert not {risk.kind for risk in risks_of(spread)} & {"one_zone", "one_type"}


def test_estimates_are_a_share_of_rent():
    """All of the rent where every pool is estimated, none where every pool is measured."""
    plan = sample_plan()
    for basis, share in (("estimated", 1.0), ("measured", None)):
        pools = tuple(replace(pool, basis=basis) for pool in plan.pools)
        found = [risk.value for risk in risks_of(plan.replace(pools=pools)) if risk.kind == "estimates"]
        if share is None:
            assert found == []
        else:
            assert 0.0 < found[0] <= share
