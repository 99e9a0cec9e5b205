"""Which waits of batches are looked at, and that none is looked at where it buys nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer import api
from optimizer.domain.running import ChangeTerms, RunningPool
from optimizer.formulation.blocks import configurations_of
from optimizer.formulation.context import Context
from optimizer.formulation.groups import considered, first_set, limits_of
from optimizer.formulation.held import running_counts
from optimizer.formulation.waiting import waits_of
from optimizer.performance import batch_grid
from optimizer.units import milliseconds, seconds
from tests.support.asked import shared_store
from tests.support.small import HOME, demand, service, small_catalog, small_scenario

#: Seconds of batches of 1 to 3.
TIMES = (0.010, 0.0151, 0.01931)
ASKED = service("s", demand([[300.0]]))


@pytest.mark.parametrize(
    ("changes", "target_s", "expected"),
    [
        ({"dispatch": "shared"}, 0.030, (0.0, 0.0019, 0.0048)),
        ({"dispatch": "shared"}, 0.079, (0.0, 0.0019, 0.0048)),
        ({"dispatch": "shared"}, 0.080, (0.0,)),
        ({"dispatch": "round_robin"}, 0.030, (0.0,)),
        ({"dispatch": "random"}, 0.030, (0.0,)),
        ({"dispatch": "round_robin", "max_wait_s": 0.007}, 0.030, (0.007,)),
        ({"dispatch": "shared", "max_wait_s": 0.0}, 0.030, (0.0,)),
    ],
)
def test_waits_worth_looking_at(changes: dict[str, object], target_s: float, expected: tuple[float, ...]):
    """A tenth and a quarter of 19.31 ms, in two digits, in a shared queue below eight lone requests; else one wait."""
    assert waits_of(replace(ASKED, **changes), TIMES, target_s) == pytest.approx(expected, abs=1e-12)


def test_a_wait_that_runs_now_may_stay():
    """It joins the others, once; a wait that is asked for goes before it."""
    running = (0.0, 0.003)
    assert waits_of(ASKED, TIMES, 0.030, running) == (0.0, 0.003)
    assert waits_of(replace(ASKED, dispatch="shared"), TIMES, 0.030, running) == (0.0, 0.003, 0.0019, 0.0048)
    assert waits_of(replace(ASKED, max_wait_s=0.007), TIMES, 0.030, running) == (0.007,)


def test_a_batch_of_one_never_waits():
    """There is nothing to wait for, whatever is asked."""
    assert waits_of(replace(ASKED, dispatch="shared", max_wait_s=0.007), TIMES[:1], 0.030) == (0.0,)


@pytest.mark.parametrize("full_s", [0.0000123, 0.00123, 0.0171, 0.333, 12.7])
def test_a_wait_reads_back_the_same_from_a_plan(full_s: float):
    """What stands in a plan in milliseconds is the same setting to the last bit when it is planned again."""
    for wait_s in waits_of(replace(ASKED, dispatch="shared"), (full_s / 2, full_s), full_s):
        assert seconds(milliseconds(wait_s)) == wait_s


def test_a_wait_that_leaves_no_time_to_serve_is_no_configuration():
    """Of waits of 20 ms under 25 ms only batches of one are left, which never wait."""
    scenario = small_scenario(replace(ASKED, max_wait_s=0.020, latency_s=0.030))
    context = Context(scenario, small_catalog(), shared_store())
    group, usable = next(considered(context, first_set(context)))
    _, target_s = limits_of(context, group)
    found = configurations_of(context, usable, target_s)
    assert found
    assert {item.batch_size for item in found} == {1}
    free = Context(replace(scenario, services=(ASKED,)), small_catalog(), shared_store())
    sizes = {item.batch_size for item in configurations_of(free, usable, target_s)}
    assert sizes == set(batch_grid(max(sizes)))


def test_what_runs_is_the_configuration_with_its_wait():
    """Of batches of 4 that wait 0 or 3 ms only those that wait as what runs does are what runs."""
    runs = RunningPool("s", HOME, "a", "one", "net/fp16", 1, 4, 0.003, ((2, 2), (0, 0)), {})
    scenario = small_scenario(service("s", demand([[300.0, 300.0]])), change=ChangeTerms(30.0, (runs,)))
    context = Context(scenario, small_catalog(), shared_store())
    group, usable = next(considered(context, first_set(context)))
    found = configurations_of(context, usable, limits_of(context, group)[1])
    running = {item.batching: running_counts(context, group.service, item) is not None for item in found}
    assert {wait_s for size, wait_s in running if size > 1} == {0.0, 0.003}
    assert [batching for batching, runs_now in running.items() if runs_now] == [(4, 0.003)]


def test_at_equal_cost_a_plan_does_not_wait():
    """Batches of 8 that wait and smaller ones that start at once need as many instances: the latter are chosen."""
    sets = ["services.encoder.dispatch=shared", "services.encoder.latency.p99_ms=28"]
    free = api.plan(api.load_scenario("single-service", sets), gap=0.0)
    at_once = api.plan(api.load_scenario("single-service", [*sets, "services.encoder.max_wait_ms=0"]), gap=0.0)
    assert free.objective.total == pytest.approx(at_once.objective.total, abs=0.005)
    assert {pool.max_wait_ms for pool in free.pools} == {0.0}
