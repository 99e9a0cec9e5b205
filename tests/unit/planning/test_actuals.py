"""What came beside what was expected: errors, broken hours, hindsight and the corrected forecast, by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from optimizer import api
from optimizer.domain.plan import Plan
from optimizer.domain.replan import Replan
from optimizer.errors import InputError
from optimizer.inputs import Inputs
from optimizer.planning.replanning.charge import HOURS_PER_CHANGE, LEAST_PER_CHANGE, default_cost_per_change

#: Many plans each.
pytestmark = pytest.mark.slow

SCENARIO = """\
format: fleetopt/scenario/1
name: encoder
catalog: public-cloud
locations: [aws/us-east-1]
day_types: {workday: 261, weekend: 104}
origins: {shop: {at: aws/us-east-1}, app: {at: aws/us-east-1}}
purchase: {options: [on_demand]}
services:
  encoder:
    profile: bert-base-s128/fp16
    latency: {p99_ms: 50}
    overhead_ms: 4
    redundancy: zone
    dispatch: round_robin
    demand: {constant_per_s: {shop: 560, app: 336}, peak_to_mean: 1.12}
"""
#: Means of the two origins; their busiest five minutes are taken as 1.12 times as much of hourly counts.
SHOP, APP = 500.0, 300.0
MONDAY = datetime(2027, 1, 4)
Rate = Callable[[int, datetime], tuple[float, float]]


@pytest.fixture(scope="module")
def question(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Inputs, Plan]:
    """Two origins, workdays and weekends, and the plan in force at gap 0."""
    path = tmp_path_factory.mktemp("actuals") / "encoder.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    inputs = api.load_scenario(path)
    return path, inputs, api.plan(inputs, gap=0.0)


def as_expected(_: int, __: datetime) -> tuple[float, float]:
    """Exactly the forecast."""
    return SHOP, APP


def history(folder: Path, days: int, rate: Rate, header: str = "time,encoder/shop,encoder/app") -> Path:
    """Hourly counts."""
    rows = []
    for n in range(days * 24):
        time = MONDAY + timedelta(hours=n)
        rows.append(",".join([f"{time}", *(f"{3600 * each:.6f}" for each in rate(n, time))]))
    path = folder / "came.csv"
    path.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
    return path


def again(question: tuple[Path, Inputs, Plan], actuals: Path, *, correct: bool = True) -> Replan:
    """Plan again at gap 0 with what came."""
    _, inputs, plan = question
    return api.replan(plan, inputs, actuals=actuals, correct=correct, gap=0.0)


def test_what_came_as_expected_changes_nothing(question: tuple[Path, Inputs, Plan], tmp_path: Path):
    """No error, nothing broken, a factor of 1; running fleet and hindsight cost what the plan does."""
    found = again(question, history(tmp_path, 7, as_expected))
    actuals = found.actuals
    assert actuals is not None
    assert (found.changed, actuals.days, actuals.broken_hours, actuals.measured_hours) == (False, 7, 0, 7 * 24)
    for item, mean in zip(actuals.series, (SHOP, APP), strict=True):
        assert (item.expected_per_s, item.came_per_s) == (pytest.approx(mean), pytest.approx(mean))
        assert item.correction == pytest.approx(1.0)
        assert item.error_share == pytest.approx(0.0, abs=1e-9)
    total = question[2].objective.total / 12
    assert actuals.running_per_month == pytest.approx(total, rel=1e-6)
    assert actuals.hindsight_per_month == pytest.approx(total, rel=1e-6)


def test_errors_and_hours_above_are_those_of_the_counts(question: tuple[Path, Inputs, Plan], tmp_path: Path):
    """Random counts of one origin, gathered here row by row; the other origin is not measured and told."""
    draw = np.random.default_rng(3)
    rates = SHOP * draw.lognormal(0.1, 0.2, 9 * 24)
    actuals = again(question, history(tmp_path, 9, lambda n, _: (rates[n], APP))).actuals
    assert actuals is not None
    shop, app = actuals.series
    assert shop.came_per_s == pytest.approx(rates.mean(), rel=1e-6)
    assert shop.error_share == pytest.approx(np.abs(rates - SHOP).mean() / SHOP, rel=1e-6)
    assert shop.above["mid"] == pytest.approx(np.mean(rates * 1.12 > 560.0), abs=1e-9)
    assert shop.came_peak_per_s == pytest.approx(rates.max() * 1.12, rel=1e-6)
    assert shop.busiest.endswith(str((MONDAY + timedelta(hours=int(rates.argmax()))).date()))
    assert shop.correction == pytest.approx(rates.mean() / SHOP, rel=1e-6)
    assert app.correction == pytest.approx(1.0)
    alone = history(tmp_path, 9, lambda n, _: (rates[n],), "time,encoder/shop")
    told = again(question, alone).actuals
    assert told is not None
    assert told.unmeasured == ("encoder/app",)


def test_one_hour_too_busy_is_one_broken_hour(question: tuple[Path, Inputs, Plan], tmp_path: Path):
    """Five times as much on the second Saturday at noon: that hour of that day type, on one of its four days."""
    noon = MONDAY + timedelta(days=12, hours=12)
    path = history(tmp_path, 14, lambda _, time: (SHOP * (5.0 if time == noon else 1.0), APP))
    found = again(question, path)
    assert found.actuals is not None
    (item,) = found.actuals.broken
    assert (item.service, item.period, item.days, item.measured_days) == ("encoder", "weekend 12 h", 1, 4)
    assert found.actuals.broken_hours == 1
    demand = found.plan.inputs["demand"]["encoder"]["shop"]["peak"]
    noon_of_weekend = 24 + 12
    assert demand[noon_of_weekend] == pytest.approx(5.0 * SHOP * 1.12, rel=1e-6), "planned for what was seen"
    assert found.changed


@pytest.mark.parametrize("days", [6, 7])
def test_a_forecast_is_corrected_from_a_week_on(question: tuple[Path, Inputs, Plan], tmp_path: Path, days: int):
    """A third more of one origin: the demand planned for is a third more from seven days on, else as it was."""
    found = again(question, history(tmp_path, days, lambda _, __: (SHOP * 4 / 3, APP)))
    assert found.actuals is not None
    factor = 4 / 3 if days == 7 else 1.0
    assert found.actuals.corrected is (days == 7)
    demand = found.plan.inputs["demand"]["encoder"]
    np.testing.assert_allclose(demand["shop"]["peak"], 560.0 * factor, rtol=1e-6)
    np.testing.assert_allclose(demand["shop"]["mean"], SHOP * factor, rtol=1e-6)
    np.testing.assert_allclose(demand["app"]["peak"], 336.0, rtol=1e-6)


def test_a_forecast_that_is_given_is_believed(question: tuple[Path, Inputs, Plan], tmp_path: Path):
    """What came is told, and the demand stays."""
    found = again(question, history(tmp_path, 7, lambda _, __: (SHOP * 4 / 3, APP)), correct=False)
    assert found.actuals is not None
    assert not found.actuals.corrected
    assert found.actuals.series[0].correction == 1.0
    np.testing.assert_allclose(found.plan.inputs["demand"]["encoder"]["shop"]["peak"], 560.0)


def test_hours_that_are_not_known_count_nowhere(question: tuple[Path, Inputs, Plan], tmp_path: Path):
    """Empty cells of one origin leave the hours of the other measured."""
    path = history(tmp_path, 7, as_expected)
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[1:25] = [f"{line.split(',')[0]},,{line.split(',')[2]}" for line in lines[1:25]]
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    actuals = again(question, path).actuals
    assert actuals is not None
    assert [item.hours for item in actuals.series] == [6 * 24, 7 * 24]
    assert not actuals.series[0].error_share > 1e-9


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("time,encoder/nowhere,encoder/app", ['unknown origin (found "nowhere")']),
        ("time,coder/shop,encoder", ['unknown service (found "coder")', 'unknown origin (found "all")']),
    ],
)
def test_series_that_the_scenario_lacks_are_all_told(
    question: tuple[Path, Inputs, Plan], tmp_path: Path, header: str, told: list[str]
):
    """Each with its file and name."""
    with pytest.raises(InputError) as refused:
        again(question, history(tmp_path, 7, as_expected, header))
    assert [fault.what for fault in refused.value.faults] == told
    assert all("came.csv" in fault.where for fault in refused.value.faults)


def test_days_of_another_type_and_daily_counts_are_refused(question: tuple[Path, Inputs, Plan], tmp_path: Path):
    """A named day that the scenario has no type for; steps of a day."""
    path, (_, inputs, plan) = history(tmp_path, 7, as_expected), question
    events = tmp_path / "events.csv"
    events.write_text("event,first,last\nsale,2027-01-06,\n", encoding="utf-8")
    with pytest.raises(InputError, match="2027-01-06 is a sale, a day type that the scenario does not have"):
        api.replan(plan, inputs, actuals=path, events=events)
    daily = "\n".join(["time,encoder/shop", *(f"2027-01-{day:02d},1000" for day in range(4, 20)), ""])
    path.write_text(daily, encoding="utf-8")
    with pytest.raises(InputError, match="must have a row for every hour or more"):
        api.replan(plan, inputs, actuals=path)


def test_the_default_charge_is_two_days_of_an_average_instance(question: tuple[Path, Inputs, Plan]):
    """Weighted by the hours paid; 1 where nothing has a price."""
    plan = question[2]
    first = plan.fleet[0]
    half = replace(first, price_per_hour=first.price_per_hour / 2)
    twice = plan.replace(fleet=(first, half))
    assert default_cost_per_change(twice) == round(HOURS_PER_CHANGE * 0.75 * first.price_per_hour, 2)
    free = plan.replace(fleet=(replace(first, price_per_hour=0.0),))
    assert default_cost_per_change(free) == LEAST_PER_CHANGE
