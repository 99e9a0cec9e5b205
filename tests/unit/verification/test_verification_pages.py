"""The second reading of pages: each thing that may be wrong with a split is noticed, and pages are really played."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from optimizer.domain.plan import PagePromise, Plan, StageBudget
from optimizer.planning.planner import plan_scenario
from optimizer.verification import CHECKS, verify
from optimizer.verification.pages_replayed import play
from optimizer.verification.view import View
from tests.support.chained import chained_scenario
from tests.support.small import small_catalog


@pytest.fixture(scope="module")
def plan() -> Plan:
    """A page with two stages, one instance each: quick to plan."""
    return plan_scenario(chained_scenario(0.120, (20.0, 40.0)), small_catalog())


def _page(plan: Plan, **changes: Any) -> Plan:
    return plan.replace(pipelines=(replace(plan.pipelines[0], **changes),))


def _asked(plan: Plan, change: Callable[[dict[str, Any]], Any]) -> Plan:
    inputs = copy.deepcopy(dict(plan.inputs))
    change(inputs)
    return plan.replace(inputs=inputs)


def _longer_budget(page: PagePromise) -> dict[str, Any]:
    first = replace(page.stages[0], budget_ms=page.stages[0].budget_ms + 1.0)
    return {"stages": (first, *page.stages[1:])}


BROKEN: dict[str, tuple[Callable[[Plan], Plan], str]] = {
    "no page": (lambda p: p.replace(pipelines=()), "pipelines"),
    "a stage is missing": (lambda p: _page(p, stages=p.pipelines[0].stages[:1]), "pipelines"),
    "another budget": (lambda p: _page(p, **_longer_budget(p.pipelines[0])), "pipelines"),
    "another target": (lambda p: _page(p, target_p99_ms=150.0), "pipelines"),
    "another promise": (lambda p: _page(p, promised_p99_ms=1.0), "pipelines"),
    "more fan-out": (lambda p: _asked(p, lambda i: i["pipelines"][0]["stages"][1].update(fan_out=3)), "pipelines"),
    "less time": (lambda p: _asked(p, lambda i: i["pipelines"][0].update(latency_ms=60.0)), "pipelines"),
    "no time": (lambda p: _asked(p, lambda i: i["pipelines"][0].update(latency_ms=29.0)), "end_to_end"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_wrong_split_is_noticed(plan: Plan, case: str):
    """One change of a valid plan, and the rule named objects."""
    assert [check for check in verify(plan) if not check.holds] == []
    mutate, rule = BROKEN[case]
    assert rule in {check.rule for check in verify(mutate(plan)) if not check.holds}


def _other(value: float | str) -> float | str:
    """Another value of the same kind, which the shape of a plan allows."""
    if isinstance(value, str):
        return f"{value}x"
    return value + 1 if isinstance(value, int) else 0.99 * value if value else 0.5


def _tampered(page: PagePromise) -> Iterator[tuple[str, PagePromise]]:
    """The page with one field changed, for every field of it and of its stages; and its stages in other numbers."""
    for field in fields(PagePromise):
        if field.name != "stages":
            yield field.name, replace(page, **{field.name: _other(getattr(page, field.name))})
    for number, stage in enumerate(page.stages):
        for field in fields(StageBudget):
            other = replace(stage, **{field.name: _other(getattr(stage, field.name))})
            stages = (*page.stages[:number], other, *page.stages[number + 1 :])
            yield f"stages[{number}].{field.name}", replace(page, stages=stages)
    for name, stages in (
        ("no stages", ()),
        ("reversed", page.stages[::-1]),
        ("one twice", (page.stages[0], *page.stages)),
        ("all twice", (*page.stages, *page.stages)),
    ):
        yield name, replace(page, stages=stages)


def test_no_figure_of_a_page_can_be_changed_unnoticed(plan: Plan):
    """Each field in turn, by a hundredth or to another name: the sentence names the page, or it was never asked for."""
    unnoticed, cases = [], list(_tampered(plan.pipelines[0]))
    for name, page in cases:
        changed = plan.replace(pipelines=(page,))
        failed = [check for check in CHECKS["pipelines"](View(changed)) if not check.holds]
        if not failed or not all(check.detail.startswith("page from shop: ") for check in failed):
            unnoticed.append(name)
    assert unnoticed == []
    assert len(cases) == len(fields(PagePromise)) - 1 + 2 * len(fields(StageBudget)) + 4


SENTENCES: dict[str, tuple[dict[str, Any], str]] = {
    "fan_out": ({"fan_out": 1}, "fan-out of s1 is 2 (the plan says 1)"),
    "percentile": ({"percentile": 0.5}, "s1 must be in time for 99.75 % of requests (the plan says 50 %)"),
    "network": ({"network_ms": 0.0}, "round trip to s1 in p/home is 1 ms (the plan says 0)"),
    "overhead": ({"overhead_ms": 0.0}, "overhead of s1 is 2 ms (the plan says 0)"),
    "location": ({"location": "p/away"}, "s1 goes to p/home (the plan says p/away)"),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_a_wrong_figure_of_a_stage_is_told_with_the_right_one(plan: Plan, case: str):
    """In one sentence: page, what it is about, what is right, what the plan says. No limit: there is none to keep."""
    change, sentence = SENTENCES[case]
    first, second = plan.pipelines[0].stages
    failed = [check for check in verify(_page(plan, stages=(first, replace(second, **change)))) if not check.holds]
    assert [check.detail for check in failed] == [f"page from shop: {sentence}"]
    assert (failed[0].limit, failed[0].worst_value, failed[0].margin) == (None, None, None)


def test_stages_in_another_order_are_told(plan: Plan):
    """Pages pass them one after another."""
    turned = _page(plan, stages=plan.pipelines[0].stages[::-1])
    failed = [check.detail for check in verify(turned) if not check.holds]
    assert failed == ["page from shop: passes s0, s1 in turn (the plan says s1, s0)"]


def test_a_pool_that_promises_something_else_is_told_by_the_page(plan: Plan):
    """The sum of the page and the promise of the stage are those of the pools, whatever the page itself adds up to."""
    pool = plan.pools[0]
    sooner = replace(pool, promised={key: value - 1.0 for key, value in pool.promised.items()})
    failed = CHECKS["pipelines"](View(plan.replace(pools=(sooner, *plan.pools[1:]))))
    assert {check.detail.split(" is ")[0] for check in failed} == {
        f"page from shop: promise of {pool.service} in {pool.location}",
        "page from shop: promise, the sum of its stages,",
    }


def test_no_page_is_quicker_than_a_lone_request_in_each_stage(plan: Plan):
    """Two stages of 11 ms, 2 ms of overhead and 1 ms of network each: 28 ms at least, and some pages wait longer."""
    (pages,) = play(View(plan), 1)
    stays = pages.now_s - pages.came_s
    assert stays.min() == pytest.approx(0.028, abs=1e-4) or stays.min() > 0.028
    assert np.quantile(stays, 0.99) > stays.min()


def test_the_same_seed_plays_the_same_pages(plan: Plan):
    """Repeatable, and another seed gives other pages."""
    first, again, other = (play(View(plan), 1, seed)[0].now_s for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert first.size != other.size or not np.array_equal(first, other)
