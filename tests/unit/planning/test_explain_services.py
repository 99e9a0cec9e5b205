"""Verdicts on a service and on a pool: each beside a plan made by hand through the scenario's own keys, at gap 0."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer import api
from optimizer.domain.explained import Explanation, Verdict
from optimizer.errors import Infeasible, InputError, NoPlanFound
from optimizer.inputs import Inputs, item_of

#: Many plans each.
pytestmark = pytest.mark.slow

ALONE = "single-service"
POOL = "encoder@aws/us-east-1"


def _total(*sets: str) -> float:
    return api.plan(api.load_scenario(ALONE, sets), gap=0.0).objective.total


@pytest.fixture(scope="module")
def service() -> Explanation:
    """The verdicts on the only service."""
    return api.explain(ALONE, "encoder")


@pytest.fixture(scope="module")
def pool() -> Explanation:
    """The verdicts on the only pool."""
    return api.explain(ALONE, POOL)


def _of(answer: Explanation, item: str) -> Verdict:
    return next(verdict for verdict in answer.verdicts if verdict.item == item)


@pytest.mark.parametrize(
    ("item", "key"),
    [
        pytest.param("45 ms instead of 50", "services.encoder.latency.p99_ms=45", marks=pytest.mark.slow),
        pytest.param("55 ms instead of 50", "services.encoder.latency.p99_ms=55", marks=pytest.mark.slow),
        ("loss of a zone not survived", "services.encoder.redundancy=none"),
    ],
)
def test_what_is_asked_of_a_service_costs_what_the_plan_by_hand_says(service: Explanation, item: str, key: str) -> None:
    """The scenario with the one key changed has the total that the verdict names."""
    assert _of(service, item).total == pytest.approx(_total(key), abs=0.01)


@pytest.mark.slow
def test_a_pool_costs_what_the_pins_by_hand_say(pool: Explanation) -> None:
    """The next best type and the other batch size, pinned by hand, give the totals of the verdicts."""
    place = "service: encoder, location: aws/us-east-1, min: 1"
    kept, batch = pool.verdicts[0], _of(pool, "batch size 8")
    kind = kept.detail.removeprefix("next best here: ")
    assert kept.total == pytest.approx(_total(f"pins=[{{{place}, instance_type: {kind}}}]"), abs=0.01)
    size = batch.change.removeprefix("at batch size ")
    by_hand = _total(f"pins=[{{{place}, instance_type: g4dn.xlarge, batch_size: {size}}}]")
    assert batch.total == pytest.approx(by_hand, abs=0.01)


@pytest.mark.slow
def test_one_replica_fewer_has_no_plan_as_the_pin_by_hand_has_none(pool: Explanation) -> None:
    """With three instead of four the loss of a zone leaves too little, and the verdict says so."""
    verdict = _of(pool, "4 replicas at most")
    assert verdict.total is None
    assert "900 requests/s arrive" in verdict.where
    pin = "service: encoder, location: aws/us-east-1, instance_type: g4dn.xlarge, batch_size: 8, min: 1, max: 3"
    with pytest.raises((Infeasible, NoPlanFound)):
        _total(f"pins=[{{{pin}}}]")


def test_a_pool_that_the_plan_lacks_names_those_it_has() -> None:
    """Asked for in another allowed place, the verdict is the plan with it and the known names."""
    inputs = api.load_scenario(ALONE, ["locations=[aws/us-east-1, aws/us-west-2]"])
    (verdict,) = api.explain(inputs, "encoder@aws/us-west-2").verdicts
    assert verdict.verdict in {"cannot", "costs_more"}
    assert verdict.detail.endswith(f"the plan has no such pool; it has {POOL}")


def test_a_name_of_two_things_is_refused_with_a_way_to_say_which() -> None:
    """A service called as a type means neither until a word before it says which."""
    inputs = api.load_scenario(ALONE)
    named = replace(inputs.scenario.services[0], name="g5.xlarge")
    both = Inputs(replace(inputs.scenario, services=(named,)), inputs.catalog, ())
    with pytest.raises(InputError, match=r"Write type:g5\.xlarge or service:g5\.xlarge"):
        item_of("g5.xlarge", both.scenario, both.catalog)
    assert item_of("service:g5.xlarge", both.scenario, both.catalog).kind == "service"
    assert item_of("type:g5.xlarge", both.scenario, both.catalog).names == ("aws/g5.xlarge",)


#: At 32 ms a plan that waits is cheaper; at 28 and 30 one that waits costs the same.
SHARED = ["services.encoder.dispatch=shared", "services.encoder.latency.p99_ms=32"]


def test_a_chosen_wait_costs_what_the_plan_without_it_says() -> None:
    """Starting at once, fixed by hand, gives the total of the verdict."""
    answer = api.explain(api.load_scenario(ALONE, SHARED), POOL)
    (verdict,) = (each for each in answer.verdicts if each.item.startswith("wait of "))
    assert (verdict.verdict, verdict.change) == ("chosen", "without waiting")
    at_once = _total(*SHARED, "services.encoder.max_wait_ms=0")
    assert verdict.total == pytest.approx(at_once, abs=0.01)
    assert at_once > answer.total + 100.0


def test_a_fixed_wait_is_told_with_what_starting_at_once_costs() -> None:
    """The scenario fixes a wait that is far too long: without it the plan is cheaper, and the verdict says so."""
    answer = api.explain(api.load_scenario(ALONE, [*SHARED, "services.encoder.max_wait_ms=12"]), POOL)
    verdict = _of(answer, "batches start at once")
    assert verdict.total == pytest.approx(_total(*SHARED, "services.encoder.max_wait_ms=0"), abs=0.01)
    assert verdict.verdict == ("saves" if verdict.difference < 0.0 else "costs_more")
    assert verdict.detail == "services.encoder.max_wait_ms 12 keeps them waiting"


def test_a_refused_pin_is_called_asking_for_it(pool: Explanation) -> None:
    """No number of a decision that the planner has not written, nor a key inside it, is named."""
    detail = _of(pool, "4 replicas at most").detail
    assert "pins." not in detail
    assert "asking for it.max" not in detail
    assert detail.endswith("asking for it)")
