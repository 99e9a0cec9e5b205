"""Verdicts of an explanation: each beside a plan made by hand through the scenario's own keys, at gap 0."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fnmatch import fnmatch
from pathlib import Path

import pytest

from optimizer import api
from optimizer.domain.explained import Explanation, Verdict
from optimizer.errors import Infeasible, InputError, NoPlanFound
from optimizer.formulation.context import Context
from optimizer.inputs import load_inputs
from optimizer.performance import CapacityStore
from optimizer.planning.explain_reach import why_out_of_reach
from optimizer.planning.infeasible.survey import survey_of
from optimizer.planning.planner import find

ALONE = "single-service"
FLAGSHIP = "shop-search"
ALONE_SERVICE = "encoder"
#: Chosen, dearer with one or more accelerators, without a profile, of a provider without a location.
SAMPLE = (
    "g4dn.xlarge",
    "g5.xlarge",
    "g6.xlarge",
    "g4dn.2xlarge",
    "p3.2xlarge",
    "c7i.4xlarge",
    "g2-standard-4",
    "g5.48xlarge",
)
ON_FLAGSHIP = ("g5.xlarge", "g6.xlarge", "g4dn.xlarge", "g2-standard-8", "c7i.4xlarge", "p4d.24xlarge")
#: What a planner writes to keep a service on a type in a place.
PIN = "pins=[{{service: {}, location: {}, instance_type: {}, min: 1}}]"
#: How an answer begins that a type cannot serve.
WHY_NOT = (
    "no allowed location is|no profile of|needs [0-9.]+ GiB|latency: one request alone takes|residency: |with it, "
)
Answers = dict[str, Explanation]


@pytest.fixture(scope="module")
def answers() -> Answers:
    """Explanations of the sample of types on the smallest scenario."""
    inputs = api.load_scenario(ALONE)
    return {name: api.explain(inputs, name) for name in SAMPLE}


def _pinned(scenario: str, service: str, place: str, kind: str) -> float | None:
    """Total of the plan with a pin that a planner would write, None where there is no plan."""
    return _total(scenario, PIN.format(service, place, kind))


def _total(scenario: str, *sets: str) -> float | None:
    inputs = api.load_scenario(scenario, sets)
    try:
        return api.plan(inputs, gap=0.0).objective.total
    except (Infeasible, NoPlanFound):
        return None


def _confirm(scenario: str, base: float, verdict: Verdict) -> None:
    """Compare a verdict on a type with the plans pinned to it in each location of its provider."""
    provider, kind = verdict.item.split(" ")
    places = [name for name in load_inputs(scenario).scenario.locations if name.startswith(f"{provider}/")]
    totals = [_pinned(scenario, verdict.service, place, kind) for place in places]
    found = [total for total in totals if total is not None]
    if verdict.verdict == "cannot":
        assert not found
        assert verdict.detail
    elif verdict.verdict != "chosen":
        assert verdict.difference == pytest.approx(min(found) - base, abs=0.01)
        best = verdict.where.replace(" ", "/", 1)
        assert totals[places.index(best)] == pytest.approx(verdict.total, abs=0.01)


def test_each_kind_of_verdict_is_given(answers: Answers) -> None:
    """A service runs on one type, would be dearer on others, and cannot run on those without a curve or a place."""
    found = {name: [verdict.verdict for verdict in answer.verdicts] for name, answer in answers.items()}
    assert found["g4dn.xlarge"] == ["chosen"]
    assert found["g5.xlarge"] == ["costs_more"]
    assert found["c7i.4xlarge"] == ["cannot"]
    assert found["g2-standard-4"] == ["cannot"]
    assert all(len(verdicts) == 1 for verdicts in found.values())


@pytest.mark.parametrize("name", SAMPLE)
def test_a_plan_with_the_pin_costs_what_the_verdict_says(answers: Answers, name: str) -> None:
    """Dearer by x: the plan pinned to the type costs x more. Cannot: there is no plan with that pin."""
    for verdict in answers[name].verdicts:
        _confirm(ALONE, answers[name].total, verdict)


def test_a_chosen_type_says_what_the_next_best_costs(answers: Answers) -> None:
    """Without the chosen type the plan is no cheaper than with the cheapest of the types that were tried."""
    chosen = answers["g4dn.xlarge"].verdicts[0]
    tried = [v.difference for a in answers.values() for v in a.verdicts if v.verdict == "costs_more"]
    known = [difference for difference in tried if difference is not None]
    assert chosen.difference == pytest.approx(min(known), abs=0.01)
    assert chosen.detail == "next best: aws g4dn.2xlarge"


def test_an_option_costs_what_the_plan_with_it_costs() -> None:
    """Allowed by hand, spot gives the total that the verdict names; nothing is bought otherwise without on demand."""
    inputs = api.load_scenario(ALONE)
    spot = api.explain(inputs, "spot").verdicts[0]
    assert (spot.verdict, spot.change) == ("saves", "with it")
    assert spot.total == pytest.approx(_total(ALONE, "purchase.options=[on_demand, spot]"), abs=0.01)
    only = api.explain(inputs, "on_demand").verdicts[0]
    assert (only.verdict, only.total) == ("chosen", None)
    assert "only option" in only.detail
    longer = api.explain(inputs, "committed_3y").verdicts[0]
    assert longer.verdict == "cannot"
    assert "36 months outlasts the horizon of 12" in longer.detail


def test_a_used_option_says_what_it_saves() -> None:
    """Forbidden by hand, spot is missed by what the verdict says."""
    sets = ["purchase.options=[on_demand, spot]"]
    answer = api.explain(api.load_scenario(ALONE, sets), "spot")
    verdict, without = answer.verdicts[0], _total(ALONE)
    assert without is not None
    assert (verdict.verdict, verdict.change) == ("chosen", "without it")
    assert verdict.difference == pytest.approx(without - answer.total, abs=0.01)
    assert verdict.difference is not None
    assert verdict.difference > 0.0


def test_a_place_is_weighed_by_the_plans_with_it_and_without_it() -> None:
    """One more location gives the plan with both; the only one cannot be left out."""
    inputs = api.load_scenario(ALONE)
    more = api.explain(inputs, "gcp/us-east4").verdicts[0]
    both = _total(ALONE, "locations=[aws/us-east-1, gcp/us-east4]")
    assert more.change == "with it"
    assert more.total == pytest.approx(both, abs=0.01)
    only = api.explain(inputs, "aws/us-east-1").verdicts[0]
    assert (only.verdict, only.total, only.where) == ("chosen", None, "encoder on g4dn.xlarge")


def test_a_used_place_says_what_it_saves() -> None:
    """With two locations, the one that is used is missed by the difference to the plan in the other alone."""
    inputs = api.load_scenario(ALONE, ["locations=[aws/us-east-1, gcp/us-east4]"])
    for name, other in (("aws/us-east-1", "gcp/us-east4"), ("gcp/us-east4", "aws/us-east-1")):
        answer = api.explain(inputs, name)
        verdict, alone = answer.verdicts[0], _total(ALONE, f"locations=[{other}]")
        assert alone is not None
        assert verdict.difference == pytest.approx(alone - answer.total, abs=0.01)
        assert verdict.verdict == ("chosen" if alone > answer.total else "same")


def test_a_limit_that_forbids_the_type_is_a_verdict() -> None:
    """A type of which none may run cannot be had, and a plan by hand agrees."""
    quota = "limits.quotas=[{match: {instance_type: g5.xlarge}, max_instances: 0, reason: none left}]"
    verdict = api.explain(api.load_scenario(ALONE, [quota]), "g5.xlarge").verdicts[0]
    assert verdict.verdict == "cannot"
    assert verdict.detail == "with it, quota of g5.xlarge: 0 instances are fewer than 1 kept by asking for it"
    pin = "pins=[{service: encoder, location: aws/us-east-1, instance_type: g5.xlarge, min: 1}]"
    assert _total(ALONE, quota, pin) is None


def test_a_budget_below_the_plan_with_it_is_a_verdict() -> None:
    """Between the cheapest plan and the plan with the type, a budget leaves the first only."""
    dearer = api.explain(api.load_scenario(ALONE), "g5.xlarge")
    months = dearer.horizon_hours / 730.0
    total = dearer.verdicts[0].total or 0.0
    for short, expected in ((1.0, "cannot"), (-1.0, "costs_more")):
        sets = [f"limits.budget_per_month={(total / months) - short}"]
        (verdict,) = api.explain(api.load_scenario(ALONE, sets), "g5.xlarge").verdicts
        assert verdict.verdict == expected
        assert (", budget: " in verdict.detail) == (expected == "cannot")


def test_a_late_type_is_told_by_how_much(tmp_path: Path) -> None:
    """Network, overhead and the cautious time of one request, by hand, against a target below, at and above them."""
    inputs = api.load_scenario(ALONE)
    place, service = "aws/us-east-1", inputs.scenario.services[0]
    context = Context(inputs.scenario, inputs.catalog, CapacityStore(tmp_path))
    usable = [
        each for each in survey_of(context, 0).usable[ALONE_SERVICE, place] if each[0].instance.name == "g5.xlarge"
    ]
    curve = usable[0][0].curve
    trip_s = inputs.catalog.round_trips[place, place].rtt_s * inputs.scenario.network.rtt_p99_factor
    least_s = trip_s + 0.004 + curve.service_s[0] * (1.0 + curve.error_band)

    def told(target_s: float) -> str | None:
        return why_out_of_reach(context, replace(service, latency_s=target_s), place, usable)

    late = f"latency: one request alone takes {least_s * 1000.0:.1f} ms in {place}, 2.5 ms above the target"
    assert told(least_s - 0.0025) == late
    assert told(least_s + 1e-9) is None


def test_an_unknown_name_is_refused_with_a_likely_one() -> None:
    """Nothing is planned for a name that means nothing."""
    with pytest.raises(InputError, match=r"Did you mean g5\.xlarge") as refused:
        api.explain(api.load_scenario(ALONE), "g5.xlarg")
    assert [fault.code for fault in refused.value.faults] == ["unknown-item"]


def test_a_pattern_asks_about_every_type_of_such_a_name() -> None:
    """One question, one cheapest plan, and the verdicts of one by one."""
    inputs = api.load_scenario(ALONE)
    told = api.explain(inputs, "c7i.*x*")
    kinds = [name for provider, name in inputs.catalog.instance_types if fnmatch(name, "c7i.*x*")]
    assert len(kinds) > 1
    assert sorted(verdict.item for verdict in told.verdicts) == sorted(f"aws {name}" for name in kinds)
    assert told.verdicts[0].detail == "no profile of bert-base-s128/fp16 on a CPU"


@pytest.mark.parametrize(
    ("asked", "mend"),
    [
        ("zzz", r"services encoder; locations aws/us-east-1; options .* [0-9]+ instance types of aws \("),
        ("g5.2xlarg", r"Did you mean g5\.2xlarge\?"),
        ("us-east-1", r"Did you mean aws/us-east-1\?"),
        ("encodr", r"Did you mean encoder\?"),
    ],
)
def test_an_unknown_name_is_mended_with_what_the_scenario_has(asked: str, mend: str) -> None:
    """What is near the word; else what can be asked of here, and nothing of a provider that it does not use."""
    with pytest.raises(InputError, match=mend) as refused:
        api.explain(api.load_scenario(ALONE), asked)
    assert "azure" not in refused.value.faults[0].mend


def test_a_plan_of_another_scenario_is_refused(tmp_path: Path) -> None:
    """The scenario as it now is must be the one the plan was made from; the same one is taken."""
    inputs = api.load_scenario(ALONE)
    file = tmp_path / "plan.json"
    file.write_text(json.dumps(api.plan(inputs).to_dict()), encoding="utf-8")
    assert api.explain(inputs, "c7i.4xlarge", plan_file=file).verdicts[0].verdict == "cannot"
    changed = api.load_scenario(ALONE, ["headroom.retry_share=0.2"])
    with pytest.raises(InputError, match=r"scenario\.sha256: must be that of scenario single-service") as refused:
        api.explain(changed, "c7i.4xlarge", plan_file=file)
    assert refused.value.faults[0].code == "other-scenario"


@pytest.fixture(scope="module")
def of_every_type() -> Explanation:
    """One question about every instance type of the catalog, on the flagship."""
    return api.explain(api.load_scenario(FLAGSHIP), "type:*")


@pytest.mark.slow
def test_every_type_of_the_catalog_has_a_verdict_on_the_flagship(of_every_type: Explanation) -> None:
    """No type is left without an answer for each service; what cannot be had says why, elsewhere too."""
    inputs = api.load_scenario(FLAGSHIP)
    services = [service.name for service in inputs.scenario.services]
    types = sorted(f"{provider}/{name}" for provider, name in inputs.catalog.instance_types)
    told = [(verdict.item.replace(" ", "/", 1), verdict.service) for verdict in of_every_type.verdicts]
    assert told == [(name, service) for name in types for service in services]
    for verdict in of_every_type.verdicts:
        assert verdict.verdict in {"chosen", "costs_more", "same", "cannot"}
        assert verdict.verdict == "cannot" or verdict.difference is not None
        assert verdict.verdict != "cannot" or re.match(WHY_NOT, verdict.detail), verdict.detail
        if verdict.item.startswith("azure "):
            assert verdict.detail.startswith("no allowed location is azure's")


@pytest.mark.slow
def test_on_the_flagship_every_plan_with_the_pin_costs_what_the_verdict_says(of_every_type: Explanation) -> None:
    """Every type that costs more: the pin written into the scenario, planned at gap 0 from blocks made afresh."""
    store = CapacityStore(api.cache_folder())
    dearer = [verdict for verdict in of_every_type.verdicts if verdict.verdict == "costs_more"]
    assert len(dearer) > 100
    for verdict in dearer:
        place, kind = verdict.where.replace(" ", "/", 1), verdict.item.split(" ")[1]
        inputs = api.load_scenario(FLAGSHIP, [PIN.format(verdict.service, place, kind)])
        total = find(inputs.scenario, inputs.catalog, store, gap=0.0).plan.objective.total
        assert total == pytest.approx(verdict.total, abs=0.01), verdict
        assert total - of_every_type.total == pytest.approx(verdict.difference, abs=0.01)


@pytest.mark.slow
@pytest.mark.parametrize("name", ON_FLAGSHIP)
def test_on_the_flagship_plans_with_the_pin_cost_what_the_verdict_says(name: str) -> None:
    """As on the small scenario, the least over the locations of the provider."""
    answer = api.explain(api.load_scenario(FLAGSHIP), name)
    for verdict in answer.verdicts:
        _confirm(FLAGSHIP, answer.total, verdict)
