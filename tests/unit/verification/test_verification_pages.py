"""The second reading of pages: each thing that may be wrong with a split is noticed, and pages are really played."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimizer.domain.plan import PagePromise, Plan
from optimizer.planning.planner import plan_scenario
from optimizer.verification import verify
from optimizer.verification.pages_replayed import play
from optimizer.verification.view import View
from tests.support.chained import chained_scenario
from tests.support.small import small_catalog

#: Many plans each.
pytestmark = pytest.mark.slow


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
