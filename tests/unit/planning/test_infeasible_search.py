"""Searching for ways out: bisection, slack, and what the answer says and how it ends."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from optimizer.domain.limits import Limits, Quota
from optimizer.domain.purchase import Match
from optimizer.errors import EXIT_INFEASIBLE, EXIT_NO_PLAN, Infeasible, NoPlanFound
from optimizer.formulation.problem import Columns, Problem, Rows
from optimizer.performance import CapacityStore
from optimizer.planning import plan_scenario
from optimizer.planning.infeasible.bisect import PRECISION, least_able, least_whole, most_able
from optimizer.planning.infeasible.changes import Case, applied, merged
from optimizer.planning.infeasible.elastic import Give, Place, elastic_problem
from optimizer.planning.infeasible.on_limits import more_power
from optimizer.planning.infeasible.on_places import charged_rest, further_location, more_options
from optimizer.planning.infeasible.words import amount, listed, rounded_down, rounded_up, too_few
from optimizer.solve import solve_problem
from tests.support.asked import shared_store
from tests.support.small import AWAY, HOME, demand, service, small_catalog, small_scenario


@pytest.fixture(scope="module")
def store() -> CapacityStore:
    """One set of simulated capacities for all tests here."""
    return shared_store()


@pytest.mark.parametrize("least", [1.001, 1.3, 7.7, 59.0])
def test_least_able_value(least: float):
    """The value found is able, and little above the least one."""
    found = least_able(lambda value: value >= least, 1.0, 1.0005, 60.0)
    assert found is not None
    assert least <= found <= least * (1.0 + PRECISION)


def test_nothing_able_is_none():
    """Where even the largest value is not able there is none."""
    assert least_able(lambda _: False, 1.0, 1.1, 60.0) is None
    assert least_whole(lambda _: False, 3, 50) is None
    assert most_able(lambda _: False) is None


@pytest.mark.parametrize("least", [4, 5, 11, 50])
def test_least_whole_number(least: int):
    """The least whole number above 3, exactly, in few questions."""
    asked: list[int] = []

    def able(count: int) -> bool:
        asked.append(count)
        return count >= least

    assert least_whole(able, 3, 50) == least
    assert len(asked) <= 12


@pytest.mark.parametrize("most", [0.02, 0.35, 0.91, 0.99])
def test_most_able_share(most: float):
    """The largest share that is able, with and without something quick that rules out most of the rest."""
    for maybe in (lambda _: True, lambda share: share <= min(1.0, 1.05 * most)):
        found = most_able(lambda share: share <= most, maybe)
        assert found is not None
        assert most / (1.0 + PRECISION) <= found <= most


def test_figures_are_rounded_to_the_safe_side():
    """Three digits, up for what is needed and down for what may be kept; whole figures stay."""
    assert (rounded_up(71.23), rounded_up(0.1234), rounded_up(71.3), rounded_up(40.0)) == (71.3, 0.124, 71.3, 40.0)
    assert (rounded_down(0.8449), rounded_down(0.5)) == (0.844, 0.5)
    assert (amount(23.14), amount(1240.4)) == ("23.1", "1,240")
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert (too_few(1, 2, "replicas"), too_few(6, 1, "vCPUs")) == ("1 replica is 2 too few", "6 vCPUs are 1 too few")


def test_of_two_figures_the_larger_stays_and_of_two_places_both():
    """Changes of one figure are merged into the larger; what is added to a list stays, and is all added."""
    limits = Limits(power_kw=1.0)
    scenario = small_scenario(service("s", demand([[5.0, 9.0]])), locations=(HOME,), limits=limits)
    case = Case(scenario, small_catalog())
    figures = merged([more_power(case, 2.0), more_power(case, 4.0), more_power(case, 3.0)])
    assert [change.needed for change in figures] == [4.0]
    added = [further_location(case, AWAY), further_location(case, "p/other"), more_options(case, "spot")]
    changes = merged([*added, further_location(case, AWAY), more_options(case, "committed_1y"), charged_rest(case)])
    assert len(changes) == 5
    mended = applied(case, changes).scenario
    assert mended.locations == tuple(sorted((HOME, AWAY, "p/other")))
    assert mended.purchase.options == (*scenario.purchase.options, "spot", "committed_1y")
    assert mended.purchase.after_horizon == "charge"


def test_slack_is_least_in_shares_of_what_stands():
    """X + y >= 10 within 4 and 3: the slack of 3 goes to the limit that it is a smaller share of."""
    rows = (
        Rows.from_lists("need", ("need",), [np.array([0, 1])], [np.ones(2)], [10.0], [np.inf]),
        Rows.from_lists(
            "quotas", ("a", "b"), [np.array([0]), np.array([1])], [np.ones(1)] * 2, [-np.inf] * 2, [4.0, 3.0]
        ),
    )
    columns = Columns(np.array([5.0, 1.0]), np.full(2, 100.0), np.ones(2, dtype=bool))
    gives = [
        Give("quotas", 4.0, True, (Place(1, (0,), -1.0),), lambda _: []),
        Give("quotas", 3.0, True, (Place(1, (1,), -1.0),), lambda _: []),
    ]
    outcome = solve_problem(elastic_problem(Problem(columns, rows, 0.0, 2), gives), seed=0, gap=0.0, time_limit_s=None)
    assert outcome.values is not None
    assert outcome.values.tolist() == [7.0, 3.0, 3.0, 0.0]


def test_a_lifted_bound_costs_slack():
    """A column of at most 2 gives 5, for a slack of 3."""
    rows = (Rows.from_lists("need", ("need",), [np.array([0])], [np.ones(1)], [5.0], [np.inf]),)
    columns = Columns(np.zeros(1), np.array([2.0]), np.ones(1, dtype=bool))
    give = Give("owned_count", 2.0, True, (), lambda _: [], ((0, 50.0),))
    outcome = solve_problem(elastic_problem(Problem(columns, rows, 0.0, 1), [give]), seed=0, gap=0.0, time_limit_s=None)
    assert outcome.values is not None
    assert outcome.values.tolist() == [5.0, 3.0]


def test_proved_where_even_the_relaxation_breaks(store: CapacityStore):
    """A quota of 6 where 9.26 instances are needed at best is proved, and told with its least relaxation."""
    limits = Limits(quotas=(Quota(Match(instance_type="one", location="p/home"), 6, None, "quota"),))
    with pytest.raises(Infeasible) as caught:
        plan_scenario(
            small_scenario(service("s", demand([[5.0, 2000.0]])), limits=limits), small_catalog(), store=store
        )
    answer = caught.value
    assert answer.exit_code == EXIT_INFEASIBLE
    needed = answer.relaxation[0]["needed"]
    assert answer.relaxation == (
        {
            "what": "quota of one in p/home",
            "key": "limits.quotas.0.max_instances",
            "now": 6,
            "needed": needed,
            "unit": "instances",
        },
    )
    assert f"6 instances are {needed - 6} too few. Raise limits.quotas.0.max_instances to {needed} (a plan" in str(
        answer
    )


def test_not_proved_where_only_whole_counts_fail(store: CapacityStore):
    """A tenth of an instance needs two of them where a zone may be lost: one replica at most is no proof."""
    asked = service("s", demand([[5.0, 20.0]]), redundancy="instance", max_replicas=1)
    with pytest.raises(NoPlanFound) as caught:
        plan_scenario(small_scenario(asked), small_catalog(), store=store)
    assert caught.value.exit_code == EXIT_NO_PLAN
    assert [(item["key"], item["now"], item["needed"]) for item in caught.value.relaxation] == [
        ("services.s.replicas.max", 1, 2)
    ]
    assert caught.value.reasons == ("services.s.replicas.max: 1 replica is 1 too few.",)
    assert "services.s.redundancy to none" in caught.value.ways_out[1]


def test_without_explaining_nothing_is_tried(store: CapacityStore):
    """The reason stands, without ways out."""
    limits = Limits(quotas=(Quota(Match(), 2, None, "quota"),))
    scenario = small_scenario(service("s", demand([[5.0, 2000.0]])), limits=limits)
    with pytest.raises(Infeasible) as caught:
        plan_scenario(scenario, small_catalog(), store=store, explain=False)
    assert caught.value.reasons
    assert not caught.value.ways_out


def test_several_limits_give_together(store: CapacityStore):
    """Power and a quota are both too small: neither alone is enough, and the way out raises both."""
    catalog = small_catalog()
    kinds = {key: replace(kind, idle_power_w=100.0, max_power_w=400.0) for key, kind in catalog.instance_types.items()}
    places = {name: replace(row, pue=1.2) for name, row in catalog.locations.items()}
    catalog = replace(catalog, instance_types=kinds, locations=places)
    limits = Limits(power_kw=2.0, quotas=(Quota(Match(), 5, None, "quota"),))
    scenario = small_scenario(service("s", demand([[5.0, 2000.0]])), limits=limits)
    with pytest.raises(Infeasible) as caught:
        plan_scenario(scenario, catalog, store=store)
    assert {item["key"] for item in caught.value.relaxation} == {"limits.power_kw", "limits.quotas.0.max_instances"}
    assert len(caught.value.ways_out) == 1
