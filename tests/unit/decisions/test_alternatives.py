"""Alternatives: each beside a plan made by hand through the scenario's own keys, at gap 0."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from optimizer import api
from optimizer.decisions.alternatives import beyond_gaps, with_alternatives
from optimizer.decisions.variants import variants_of
from optimizer.decisions.work import How, InThisProcess
from optimizer.domain.plan import Alternative, Objective, Plan
from optimizer.domain.purchase import Commitment
from optimizer.errors import InputError
from optimizer.inputs import Inputs

ALONE = "single-service"
TYPES = ("g4dn.xlarge", "g5.xlarge", "g6.xlarge", "g4-standard-48")
SPOT = "purchase.options=[on_demand, spot]"
#: How a planner would ask for each alternative.
BY_HAND = {
    "without spot": ["purchase.options=[on_demand]"],
    "one instance type": [SPOT, "limits.max_instance_types=1"],
    "gcp only": [SPOT, "locations=[gcp/us-east4]"],
    "fixed fleet": [SPOT, "purchase.autoscaling=fixed"],
    "surviving no loss": [SPOT, "services.encoder.redundancy=none"],
}


@pytest.fixture(scope="module")
def inputs() -> Inputs:
    """The smallest scenario, with spot."""
    return _with(SPOT)


def _with(*sets: str) -> Inputs:
    """The smallest scenario over a catalog of two locations and few types, with further keys."""
    inputs = api.load_scenario(ALONE, sets)
    places = {name: inputs.catalog.locations[name] for name in ("aws/us-east-1", "gcp/us-east4")}
    kinds = {key: kind for key, kind in inputs.catalog.instance_types.items() if key[1] in TYPES}
    return replace(inputs, catalog=replace(inputs.catalog, locations=places, instance_types=kinds))


@pytest.fixture(scope="module")
def plan(inputs: Inputs) -> Plan:
    """Its cheapest plan, with alternatives."""
    found = api.plan(inputs, gap=0.0)
    return with_alternatives(found, inputs.scenario, inputs.catalog, How(gap=0.0), InThisProcess())


def _named(plan: Plan, label: str) -> Alternative:
    return next(each for each in plan.alternatives if each.label == label)


@pytest.mark.parametrize("label", BY_HAND)
def test_each_costs_what_a_plan_made_by_hand_costs(plan: Plan, label: str) -> None:
    """Set by its key and planned at gap 0, the total is the alternative's, and the difference is to the cheapest."""
    total = api.plan(_with(*BY_HAND[label]), gap=0.0).cost.total
    told = _named(plan, label)
    assert told.total == pytest.approx(total, abs=0.01)
    assert told.difference == pytest.approx(total - plan.objective.total, abs=0.01)
    assert told.verdict == ("same" if not told.difference else "costs_more" if told.difference > 0.0 else "saves")


def test_without_an_accelerator_is_the_plan_of_a_catalog_without_it(inputs: Inputs, plan: Plan) -> None:
    """Taken out of the catalog by hand, the types with a T4 leave the same total; nothing runs on one."""
    kinds = inputs.catalog.instance_types
    left = {key: kind for key, kind in kinds.items() if kind.accelerator != "T4-16GB"}
    by_hand = api.plan(replace(inputs, catalog=replace(inputs.catalog, instance_types=left)), gap=0.0)
    told = _named(plan, "without T4-16GB")
    assert told.total == pytest.approx(by_hand.cost.total, abs=0.01)
    assert all(kinds["aws", name.split("/")[1]].accelerator != "T4-16GB" for name in told.types)


def test_one_without_a_plan_says_why(plan: Plan) -> None:
    """One location cannot survive the loss of its region."""
    told = _named(plan, "surviving the loss of a region")
    assert (told.verdict, told.total, told.difference) == ("no_plan", None, None)
    assert "redundancy region needs a standby location" in told.reasons[0]


def test_what_is_asked_for_anyway_is_no_alternative(plan: Plan) -> None:
    """Of a fixed fleet on demand with one type and no redundancy, neither of these four is told."""
    sets = ["limits.max_instance_types=1", "purchase.autoscaling=fixed", "services.encoder.redundancy=none"]
    asked = _with(*sets)
    labels = [variant.label for variant in variants_of(plan, asked.scenario, asked.catalog)]
    assert labels == ["without T4-16GB", "gcp only", "surviving the loss of a region"]


def test_what_is_signed_elsewhere_stands_in_the_way_of_a_provider(inputs: Inputs, plan: Plan) -> None:
    """A machine signed for in a location is paid in every plan: no other provider can be the only one."""
    signed = Commitment("aws/us-east-1", "g4dn.xlarge", "committed_1y", 1, 0.3, "2028-01-01", 1.0, 0.0, False, "")
    variants = variants_of(plan, replace(inputs.scenario, commitments=(signed,)), inputs.catalog)
    told = {variant.label: variant.obstacle for variant in variants}
    assert told["gcp only"] == "signed already in aws/us-east-1"
    assert told["fixed fleet"] == ""


def test_no_difference_is_told_within_the_gaps() -> None:
    """From 100 (at least 90) to 105 (at least 99): nothing; to 105 (at least 101): 5; to 89: -11."""
    base = Objective("USD", 100.0, 0.0, 90.0, 0.1, 0.1, 730.0)
    assert beyond_gaps(base, replace(base, total=105.0, lower_bound=99.0)) == 0.0
    assert beyond_gaps(base, replace(base, total=105.0, lower_bound=101.0)) == 5.0
    assert beyond_gaps(base, replace(base, total=89.0, lower_bound=80.0)) == -11.0
    assert beyond_gaps(base, replace(base, total=91.0, lower_bound=80.0)) == 0.0
    exact = replace(base, lower_bound=100.0)
    assert beyond_gaps(exact, replace(exact, total=100.0 + 1e-9, lower_bound=100.0 + 1e-9)) == 0.0


def test_a_plan_file_gives_them_back(plan: Plan, tmp_path: Path) -> None:
    """Read back, the plan is equal, alternatives and all."""
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(plan.to_dict()), encoding="utf-8")
    assert api.load_plan(file) == plan


def test_a_plan_of_another_scenario_is_refused(plan: Plan) -> None:
    """Alternatives to a plan are asked of the scenario that it was made from."""
    with pytest.raises(InputError, match="must be that of scenario single-service as it now is"):
        api.with_alternatives(plan, api.load_scenario(ALONE))
