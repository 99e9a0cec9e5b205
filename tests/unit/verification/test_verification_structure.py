"""Malformed plans: told, never a traceback."""

from __future__ import annotations

import math
import random

import pytest

from optimizer.domain.plan import FewerReplicas
from optimizer.verification import verify
from tests.support.in_part import one_in
from tests.unit.verification.documents import GONE, changed, places
from tests.unit.verification.hand_plan import hand_plan, with_inputs, with_pool, with_route

MALFORMED = {
    "another format": lambda plan: plan.replace(format="fleetopt/plan/2"),
    "no pools at all": lambda plan: plan.replace(pools=None),
    "pools that are no pools": lambda plan: plan.replace(pools=({"service": "search"},)),
    "no periods": lambda plan: plan.replace(periods=()),
    "no inputs": lambda plan: plan.replace(inputs=None),
    "another start than that of the horizon": lambda plan: plan.replace(
        scenario={**plan.scenario, "start": "2028-01-01"}
    ),
    "inputs of another kind": lambda plan: plan.replace(inputs=[1, 2]),
    "an array too short": lambda plan: with_pool(plan, 0, replicas_by_period=(1,)),
    "shares too many": lambda plan: with_route(plan, 0, share_by_period=(0.5, 0.5, 0.5)),
    "demand too short": lambda plan: with_inputs(
        plan, lambda inputs: inputs["demand"]["search"]["shop"].update(peak=[1.0])
    ),
    "no demand of a service": lambda plan: with_inputs(plan, lambda inputs: inputs["demand"].pop("rank")),
    "a negative count": lambda plan: with_pool(plan, 0, replicas_by_period=(-1, 2)),
    "half a replica": lambda plan: with_pool(plan, 0, replicas_by_period=(1.5, 2)),
    "a count that is a float": lambda plan: with_pool(plan, 0, replicas_by_period=(1.0, 2)),
    "a count that is a truth value": lambda plan: with_pool(plan, 0, replicas_by_period=(True, 2)),
    "counts after a loss that fall": lambda plan: with_pool(plan, 0, after_loss=FewerReplicas((2, 1), (200.0, 100.0))),
    "a count after a loss twice": lambda plan: with_pool(plan, 0, after_loss=FewerReplicas((1, 1), (100.0, 100.0))),
    "a count after a loss without a capacity": lambda plan: with_pool(plan, 0, after_loss=FewerReplicas((1,), ())),
    "none left after a loss": lambda plan: with_pool(plan, 0, after_loss=FewerReplicas((0,), (0.0,))),
    "no number": lambda plan: with_pool(plan, 0, arrival_rate_per_s_by_period=(math.nan, 90.0)),
    "infinite capacity": lambda plan: with_pool(plan, 0, capacity_per_s_by_period=(math.inf, 200.0)),
    "a figure beyond all measure": lambda plan: with_pool(plan, 0, network_ms=10**400),
    "a rate in words": lambda plan: with_pool(plan, 0, arrival_rate_per_s_by_period=("45", 90.0)),
    "a pool that is not there": lambda plan: with_route(plan, 0, pool=9),
    "a pool counted from the end": lambda plan: with_route(plan, 0, pool=-1),
    "a pool of another service": lambda plan: with_route(plan, 0, pool=2),
    "an origin nobody knows": lambda plan: with_route(plan, 0, origin="nowhere"),
    "the same route twice": lambda plan: plan.replace(routing=(*plan.routing, plan.routing[0])),
    "a service nobody knows": lambda plan: with_pool(plan, 0, service="other"),
    "a type nobody knows": lambda plan: with_pool(plan, 0, instance_type="other"),
    "a location nobody knows": lambda plan: with_pool(plan, 0, region="other"),
    "a batch without a service time": lambda plan: with_pool(plan, 0, batch_size=5),
    "a promise without a percentile": lambda plan: with_pool(plan, 0, promised={}),
    "a promise at two percentiles": lambda plan: with_pool(
        plan, 0, promised={"p99_ms": 75.0, "p95_ms": 60.0}, target={"p99_ms": 80.0, "p95_ms": 80.0}
    ),
    "no curve": lambda plan: with_inputs(plan, lambda inputs: inputs["curves"].pop(0)),
    "a curve without its last time": lambda plan: with_inputs(
        plan, lambda inputs: inputs["curves"][0].update(service_s=[0.01])
    ),
    "a curve that goes back": lambda plan: with_inputs(
        plan, lambda inputs: inputs["curves"][0].update(batch_items=[8, 2])
    ),
    "two curves of the same name": lambda plan: with_inputs(
        plan, lambda inputs: inputs["curves"].append(dict(inputs["curves"][0]))
    ),
    "two prices of the same instance": lambda plan: with_inputs(
        plan, lambda inputs: inputs["prices"].append({**inputs["prices"][0], "price_per_hour": 0.1})
    ),
    "no served model": lambda plan: with_inputs(plan, lambda inputs: inputs["served_models"].pop(1)),
    "a transfer price without a beginning": lambda plan: with_inputs(
        plan, lambda inputs: inputs["transfer"][0].update(from_gb=10.0)
    ),
    "a key missing": lambda plan: with_inputs(plan, lambda inputs: inputs["network"].pop("rtt_p99_factor")),
    "a redundancy nobody knows": lambda plan: with_inputs(
        plan, lambda inputs: inputs["services"][0].update(redundancy="galaxy")
    ),
    "a percentile of 1": lambda plan: with_inputs(plan, lambda inputs: inputs["services"][0].update(percentile=1.0)),
    "everything is out for a release": lambda plan: with_inputs(
        plan, lambda inputs: inputs["headroom"].update(release_share=1.0)
    ),
    "a category outside the bill": lambda plan: plan.replace(
        cost=changed(plan.cost, ("lines", 0, "category"), "entertainment")
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_a_malformed_plan_is_told_by_its_structure(plan, records, case):
    """Nothing else is read of a plan that cannot be read, and each fault has its place."""
    checks = verify(MALFORMED[case](plan), *records)
    assert {check.rule for check in checks} == {"structure"}
    assert not any(check.holds for check in checks)
    assert all(check.detail for check in checks)


def test_every_fault_is_told_at_once(plan):
    """A wrong count, a wrong rate and a missing key stand side by side."""
    broken = with_inputs(with_pool(plan, 0, replicas_by_period=(-1, 2)), lambda inputs: inputs.pop("plan_on"))
    broken = with_pool(broken, 1, network_ms=math.nan)
    details = "\n".join(check.detail for check in verify(broken))
    assert "pools[0].replicas_by_period[0]" in details
    assert "pools[1].network_ms" in details
    assert "plan_on is missing" in details


def test_a_reading_that_stumbles_is_a_failing_check(plan, monkeypatch):
    """What no shape foresaw is told by the name of the rule, not by a traceback."""

    def stumble(view):
        raise RuntimeError("never seen before")

    monkeypatch.setitem(__import__("optimizer.verification", fromlist=["CHECKS"]).CHECKS, "zone_loss", stumble)
    (check,) = [check for check in verify(plan) if not check.holds]
    assert check.rule == "structure"
    assert check.detail == "zone_loss cannot be read (RuntimeError: never seen before)"


class Unprintable:
    """A value that cannot even be shown."""

    def __repr__(self):
        raise ValueError


JUNK = (
    None, "", "x", -1, 0, 1, 2.5, -0.1, 1e-300, 1e14, 1e308, 10**400, math.nan, math.inf, -math.inf, True, (), [], {},
    [None], {"a": 1}, {1: 2}, object(), Unprintable(), b"bytes", 3 + 4j, GONE, GONE, GONE,
)  # fmt: skip


def fuzzed(chance, times):
    """The plan by hand with junk in random places, or without them."""
    plan = hand_plan()
    for _ in range(times):
        path, _ = chance.choice(list(places(plan)))
        plan = changed(plan, path, chance.choice(JUNK))
    return plan


@pytest.mark.parametrize("batch", one_in(3, range(12)))
def test_junk_anywhere_never_raises(records, batch):
    """50 plans with 1 to 3 random deletions or wrong values each: always checks, never an exception."""
    chance = random.Random(batch)
    for number in range(50):
        plan = fuzzed(chance, 1 + number % 3)
        checks = verify(plan, *records) if number % 5 == 0 else verify(plan)
        assert checks
        assert all(check.detail or check.holds for check in checks)


@pytest.mark.parametrize("junk", [None, 3, "plan", [], object()])
def test_what_is_no_plan_at_all_never_raises(junk):
    """The whole document may be anything."""
    assert not all(check.holds for check in verify(junk))


def test_every_margin_can_be_written_down():
    """Where nothing but equal figures was compared there is no margin, and no infinity that JSON does not know."""
    margins = [check.margin for check in verify(hand_plan())]
    assert None in margins
    assert all(margin is None or math.isfinite(margin) for margin in margins)
