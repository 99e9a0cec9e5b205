"""Every shipped plan keeps its promises in replay: as planned, and after each loss that it was asked to survive.

``pytest -s`` tells, loss by loss, how many rows held and the worst share of late requests.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest

from optimizer import api
from optimizer.domain.plan import Plan
from optimizer.inputs import shipped_scenarios
from optimizer.verification.replaying import FULLEST, ReplayRow, WhatIf
from optimizer.verification.replaying.day import DayReport, play_day
from optimizer.verification.replaying.day_engine import load_day_engine
from optimizer.verification.replaying.engine import PLAIN, load_engine
from tests.support.asked_losses import Loss, losses_of, replayed, rows_asked

#: Played in the default run, on a sample of the traffic.
DEFAULT = ("single-service", "cloud-and-owned")
#: A pool of so many replicas is settled by its latency, not by whole instances.
LARGE = 8


@pytest.fixture(scope="module")
def planned() -> Callable[[str], Plan]:
    """Plans of shipped scenarios as `fleetopt plan` finds them, each found once."""
    return cache(api.plan)


def _told(name: str, loss: Loss, rows: list[ReplayRow]) -> str:
    worst = max(rows, key=lambda row: row.severity)
    where = f"{worst.service} in {worst.location}, {worst.day_type} {worst.hour:02} h"
    held = sum(row.holds for row in rows)
    share = f"{worst.late_share:.2%} of {worst.allowed_share:.2%} late"
    return f"{name:16} {loss.name:32} {held:5} of {len(rows):5} rows hold · worst {share} · {where}\n"


def _broken(rows: list[ReplayRow]) -> list[str]:
    return [
        f"{row.service} {row.location} {row.zones} {row.day_type} {row.hour} {row.what}: {row.late_share:.4%}"
        for row in rows
        if not row.holds
    ]


@pytest.mark.parametrize("name", DEFAULT)
def test_promises_stand_in_a_sample(name: str, planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch):
    """As planned and after each loss that was asked for, the hardest hours of two plans hold."""
    engine = replace(load_engine(), effort=PLAIN)
    for loss in losses_of(planned(name)):
        rows = rows_asked(loss, replayed(loss, monkeypatch, engine))
        assert rows
        assert not _broken(rows), loss.name


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_promises_stand(name: str, planned: Callable[[str], Plan], monkeypatch: pytest.MonkeyPatch):
    """As planned and after each loss that was asked for, every hour of every shipped plan holds."""
    for loss in losses_of(planned(name)):
        rows = rows_asked(loss, replayed(loss, monkeypatch))
        assert rows
        sys.stdout.write(_told(name, loss, rows))
        assert not _broken(rows), loss.name


def _broken_minutes(report: DayReport) -> list[str]:
    assert report.rows
    return [
        f"{row.service} {row.location} {row.zones} {row.at}: {row.again_share}" for row in report.rows if not row.holds
    ]


def test_a_day_stands_in_a_sample_and_one_too_small_breaks(planned: Callable[[str], Plan]):
    """Around every change of hour the fleet holds; with 70 % more requests it does not in any hour."""
    engine = replace(load_day_engine(), name="plain", is_sample=True)
    plan = planned("single-service")
    assert not _broken_minutes(play_day(plan, engine=engine))
    assert {row.holds for row in play_day(plan, what_if=WhatIf(scale=1.7), engine=engine).rows} == {False}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "day_type", "is_sample"),
    [("single-service", None, False), ("shop-search", "sale", True), ("shop-search", "weekend", False)],
)
def test_a_day_stands(name: str, day_type: str | None, is_sample: bool, planned: Callable[[str], Plan]):
    """Every request of a day, and around every change of hour of the largest; as many as rates x time make."""
    engine = load_day_engine()
    report = play_day(planned(name), day_type, engine=replace(engine, is_sample=is_sample or engine.is_sample))
    assert not _broken_minutes(report)
    assert abs(report.drawn - report.expected) < 5.0 * report.expected**0.5


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_large_pools_are_not_larger_than_they_must_be(name: str, planned: Callable[[str], Plan]):
    """Without the fullest protected zone and with 15 % more, no pool of 8 and more replicas keeps its promise."""
    plan = planned(name)
    protected = {row["name"] for row in plan.inputs["services"] if row["redundancy"] == "zone"}
    if not any(pool.service in protected and max(pool.replicas_by_period) >= LARGE for pool in plan.pools):
        assert name != "shop-search"
        return
    report = api.replay(plan, WhatIf(zone=FULLEST, scale=1.15))
    large = [row for row in report.rows if row.kind == "hour" and row.service in protected and row.replicas >= LARGE]
    holding = [row for row in large if row.holds]
    sys.stdout.write(
        f"{name:16} rates x 1.15 without the fullest zone: {len(large)} large pools, {len(holding)} hold\n"
    )
    assert large
    assert not holding
