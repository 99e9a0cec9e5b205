"""The documents that pages are made of in the tests: planned, compared, planned again and forecast for real."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any

from optimizer import api

SCENARIO = """\
format: fleetopt/scenario/1
name: encoder
catalog: public-cloud
locations: [aws/us-east-1]
origins: {shop: {at: aws/us-east-1}}
services:
  encoder:
    profile: bert-base-s128/fp16
    latency: {p99_ms: 50}
    overhead_ms: 4
    redundancy: zone
    dispatch: round_robin
    demand: {file: today.csv, peak_to_mean: 1.5}
"""
OPTIONS = """\
format: fleetopt/options/1
options:
  - label: as it stands
  - {label: only L4, allow: [g6.*]}
  - {label: 6 ms, set: {services.encoder.latency.p99_ms: 6}}
break_even: [aws/g6.xlarge]
regret: true
screening: true
draws: {spot_spread: 0.3, on_demand_spread: 0.1, zone_outages_per_year: 0.5, zone_outage_hours: 3}
"""
EVENTS = "event,first,last,uplift_low,uplift,uplift_high\nsale,2026-10-30,,1.2,1.5,2\n"


def plain(value: Any) -> Any:
    """As it is after it was written and read."""
    return json.loads(json.dumps(value))


def _once(make: Callable[[Path], Mapping[str, Any]]) -> Callable[[Path], Mapping[str, Any]]:
    """Make a document when it is asked for first, for all that ask."""
    made: list[Mapping[str, Any]] = []

    @wraps(make)
    def found(folder: Path) -> Mapping[str, Any]:
        if not made:
            made.append(make(folder))
        return made[0]

    return found


def _scenario(folder: Path) -> Path:
    """A service on one type, and the demand of an autumn beside it."""
    for name, night, day in (("today", 600, 900), ("autumn", 700, 1170)):
        rows = [f"encoder,shop,everyday,{hour},{night if hour < 8 else day}" for hour in range(24)]
        lines = ["service,origin,day_type,hour,high", *rows, ""]
        (folder / f"{name}.csv").write_text("\n".join(lines), encoding="utf-8")
    path = folder / "encoder.yaml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


def planned(folder: Path) -> Mapping[str, Any]:
    """A plan of one service."""
    return plain(api.plan(_scenario(folder)).to_dict())


def planned_with_owned(folder: Path) -> Mapping[str, Any]:
    """The plan of a scenario that comes along: rented machines and owned ones."""
    return plain(api.plan("cloud-and-owned").to_dict())


def flagship(folder: Path) -> Mapping[str, Any]:
    """The largest plan that comes along, with today's fleet beside it."""
    return plain(api.plan("shop-search").to_dict())


def planned_with_pages(folder: Path) -> Mapping[str, Any]:
    """The plan of the example whose pages pass two services."""
    return plain(api.plan("recommendation").to_dict())


@_once
def compared(folder: Path) -> Mapping[str, Any]:
    """Three options, of which one has no plan."""
    path = folder / "options.yaml"
    path.write_text(OPTIONS, encoding="utf-8")
    return plain(api.compare(api.load_options("single-service", path), draws=40).to_dict())


@_once
def planned_again(folder: Path) -> Mapping[str, Any]:
    """A fleet that grows by an instance, beside what came since it was planned."""
    scenario = _scenario(folder)
    rows = [f"2027-01-{4 + day:02d} {hour:02d}:00,{3600 * (500 + 20 * hour)}" for day in range(2) for hour in range(24)]
    (folder / "came.csv").write_text("\n".join(["time,encoder/shop", *rows, ""]), encoding="utf-8")
    found = api.replan(api.plan(scenario), scenario, folder / "autumn.csv", actuals=folder / "came.csv")
    return plain(found.to_dict())


@_once
def rolled(folder: Path) -> Mapping[str, Any]:
    """Ten weeks planned again: more is asked and less again, and in one of them half more comes than was forecast."""
    scenario = _scenario(folder)
    rows = []
    for week, (forecast, came) in enumerate([(900, 900), (1170, 1000), (1500, 1500), (1500, 2250), (900, 880)] * 2):
        rows += [f"2027-W{week + 1:02d},encoder,shop,everyday,{hour},{forecast},{came}" for hour in range(24)]
    (folder / "weeks.csv").write_text(
        "\n".join(["week,service,origin,day_type,hour,high,actual", *rows, ""]), encoding="utf-8"
    )
    return plain(api.replan_weeks(api.plan(scenario), scenario, folder / "weeks.csv").to_dict())


def with_quiet_weeks(document: Mapping[str, Any]) -> dict[str, Any]:
    """Weeks in which nothing changes and nothing breaks, from a fleet that was planned for other hours."""
    quiet = {"charge": 0.0, "churn": 0, "short_hours": 0.0}
    weeks = [
        {**week, "kept_short_hours": None, **{way: {**week[way], **quiet} for way in ("charged", "free")}}
        for week in document["weeks"]
    ]
    return {**document, "weeks": weeks, "kept_short_hours": None}


def with_broken_hours(document: Mapping[str, Any]) -> dict[str, Any]:
    """A re-plan with a corrected forecast, more broken hours than are told, and an origin that sent nothing."""
    came = document["actuals"]
    series = {**came["series"][0], "correction": 1.3342}
    nothing = {**series, "origin": "none", "expected_per_s": 0.0, "came_per_s": 0.0, "above": {"mid": 0.25}}
    broken = [
        {"service": "encoder", "period": f"everyday {hour:02d} h", "days": 9 - hour, "measured_days": 14}
        for hour in range(7)
    ]
    actuals = {
        **came, "series": [series, nothing], "broken": broken, "broken_hours": 42, "corrected": True,
        "rule": "corrected", "unmeasured": ["encoder/app 7"], "hindsight_per_month": came["running_per_month"] * 1.07,
    }  # fmt: skip
    return {**document, "actuals": actuals}


def forecast(folder: Path) -> Mapping[str, Any]:
    """Five weeks of hours with a gap of a day and a sale to come."""
    with (folder / "history.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["time", "search/us-east"])
        for number in range(5 * 7 * 24):
            time = datetime(2026, 9, 7) + timedelta(hours=number)
            if not 400 <= number < 440:
                writer.writerow([time, round(3600 * (400 + 60 * min(time.hour, 24 - time.hour) + number % 7))])
    (folder / "events.csv").write_text(EVENTS, encoding="utf-8")
    found = api.forecast(folder / "history.csv", events=folder / "events.csv", months=2)
    return plain({**found.to_dict(), "file": "history.csv"})


def days_of(document: Mapping[str, Any]) -> set[str]:
    """Days of a history: the document holds the first one, and how many there are."""
    found = set()
    for series in document["series"]:
        first = date.fromisoformat(series["first_day"])
        found |= {(first + timedelta(days=number)).isoformat() for number in range(len(series["past_per_s"]))}
    return found


def with_money_later(document: Mapping[str, Any]) -> dict[str, Any]:
    """A comparison with payments by month, shares of busy hours, and regrets that are not nothing."""
    options = [
        {
            "label": option["label"], "payments": [],
            "cumulative": [1000.0 * (number + 1) + 450.0 * month for month in range(37)],
            "total": 17_200.0, "net_present_cost": 16_000.5, "cheaper_from_month": None if number == 0 else 17,
            "years": [], "reasons": [],
        }
        for number, option in enumerate(document["options"][:2])
    ]  # fmt: skip
    flow = {
        "months": 36, "discount_rate_per_year": 0.08, "rent_decline_per_year": 0.05, "demand_growth_per_year": 0.2,
        "value_kept_per_year": None, "compared_with": options[0]["label"],
        "options": [*options, {**options[0], "label": "none", "cumulative": [], "reasons": ["has no plan."]}],
    }  # fmt: skip
    held = {
        "provider": "own", "instance_type": "gpu-4x-t4", "location": "own/ashburn", "purchase_option": "owned",
        "held_per_hour": 1.11, "held_per_busy_hour": 0.05, "rented_provider": "aws",
        "rented_instance_type": "g4dn.12xlarge", "rented_location": "aws/us-east-1", "equals": 1.0,
        "rented_per_busy_hour": 3.9, "utilisation": 0.288,
    }  # fmt: skip
    rows = [dict(row) for row in document["regret"]["rows"]]
    rows[0] |= {"regrets": {"low": 0.0, "mid": 812.0, "high": None}, "largest": None, "expected": None}
    bought = {"location": "aws/us-east-1", "instance_type": "g6.xlarge", "purchase_option": "committed_1y",
              "least": 2, "most": 2, "average": 2.0}  # fmt: skip
    cases = [dict(case) for case in document["regret"]["cases"]]
    cases[-1] |= {"status": "infeasible", "reasons": ["ranking needs 80 requests/s, and at most 40 fit."]}
    rows[1] |= {"committed": [bought], "regrets": {"low": 120.5, "mid": 0.0, "high": 2400.0}, "largest": 2400.0}
    waiting = {"months": 4, "total": 9_000.0, "fleet": []}
    first, *others = document["options"]
    return {
        **document,
        "options": [{**first, "until_arrival": waiting}, *others],
        "cash_flow": flow,
        "utilisation": [held, {**held, "utilisation": None}],
        "regret": {**document["regret"], "cases": cases, "rows": rows},
    }
