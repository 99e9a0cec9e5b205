"""`fleetopt` with planning and reading replaced: what the command line does, without what it costs.

Run as a script it is the command; the environment variable ``FAKE`` says how planning ends.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from optimizer import api
from optimizer.domain.plan import Check, Plan
from optimizer.domain.second_reading import SecondReading
from optimizer.errors import Fault, Infeasible, InputError, NoPlanFound, VerificationFailed
from optimizer.verification.replaying import ReplayReport, ReplayRow, WhatIf
from optimizer.verification.replaying.day_result import DayReport
from tests.unit.report.sample_day import sample_day_row
from tests.unit.report.sample_plan import sample_plan

WARNING = "catalog public-cloud: no price for aws g6.xlarge committed_3y in us-west-2: option not used there."
FAULT = Fault("shop.yaml:14 services.ranking.latency.p99_ms", "must be above 0 (found -5)", "Give milliseconds.")
REASON = "ranking cannot meet p99 60 ms from origin ap: the nearest allowed region is 182 ms away."
HOLDS = Check("capacity", "retrieval", 812.5, 790.1, 22.4, True)
FAILS = Check("bill", "total", 0.01, 4.2, -4.19, False, "the lines add up to 4.20 more")

ENDINGS: dict[str, Exception | type[BaseException]] = {
    "fault": InputError([FAULT, Fault("shop.yaml:20 horizon", "missing")]),
    "infeasible": Infeasible([REASON, "retrieval cannot serve origin mars."]),
    "no plan": NoPlanFound("the time limit came first. Give more time."),
    "unverified": VerificationFailed("the plan failed its second reading"),
    "bug": RuntimeError("objective and bill\ndiffer by 3.14"),
    "interrupt": KeyboardInterrupt,
}


def load_scenario(path: str, sets: Any = (), overlays: Any = ()) -> Any:
    """Return inputs that hold nothing but how they were asked for, and one warning, twice."""
    return SimpleNamespace(scenario=path, catalog=(tuple(sets), tuple(overlays)), warnings=(WARNING, WARNING))


def plan(inputs: Any, *, progress: Callable[[str, str], None], **options: Any) -> Plan:
    """Return the sample plan, or end as the environment says."""
    progress("capacity", "retrieval in aws/us-east-1")
    progress("solve", "20 blocks")
    progress("solve", "best plan 731,136, bound 729,011, gap 0.3 %")
    ending = ENDINGS.get(os.environ.get("FAKE", ""))
    if ending is not None:
        raise ending
    plan.asked = (inputs, options)  # type: ignore[attr-defined]
    return sample_plan()


def load_plan(path: Any) -> Plan:
    """Return the sample plan."""
    return sample_plan()


def verify(read: Plan, against: Any = None) -> SecondReading:
    """Return two checks, of which one fails where the environment says so."""
    return SecondReading("sample", (HOLDS, FAILS if os.environ.get("FAKE") == "fails" else HOLDS))


def replay(read: Plan, what_if: WhatIf, *, seed: int, progress: Callable[[str, str], None]) -> ReplayReport:
    """Return a replay of one row, which breaks where the environment says so; note what was asked."""
    replay.asked = (what_if, seed)  # type: ignore[attr-defined]
    progress("replay", what_if.text)
    row = ReplayRow(
        kind="hour", service="encoder", classes=("hardest hour",), what="as planned", period=0, day_type="day", hour=9,
        location="aws/us-east-1", zones=("a",), instance_type="g6.xlarge", origin="shop", replicas=2,
        requests_per_s=90.0, utilisation=0.5, percentile=0.99, reached_ms=41.2, plus_minus_ms=0.3, target_ms=50.0,
        late_share=0.001, late_at_least=0.0, late_in_worst_run=0.002, allowed_share=0.01, overloaded=False,
        window_s=None, requests=400_000, holds=os.environ.get("FAKE") != "breaks",
    )  # fmt: skip
    return ReplayReport(
        what_if=what_if, seed=seed, rows=(row,), cases=1, cases_in_all=1, pools=1, periods=24, requests=400_000,
        engine="compiled", notes=(),
    )  # fmt: skip


def play_day(
    read: Plan, day_type: str | None, *, what_if: WhatIf, seed: int, progress: Callable[[str, str], None]
) -> DayReport:
    """Return a day without rows, which breaks where the environment says so; note what was asked."""
    play_day.asked = (day_type, what_if, seed)  # type: ignore[attr-defined]
    progress("replay", "the whole day")
    rows = (sample_day_row(holds=os.environ.get("FAKE") != "breaks"),)
    return DayReport(
        what_if=what_if, day_type=day_type or "sale", seed=seed, rows=rows, pools=1, hours=24, requests=400_000,
        drawn=401_000, expected=400_900.0, again=0, turned_away=0, engine="compiled", window_s=(300.0, 300.0),
        notes=(), threads=2, seconds=1.5,
    )  # fmt: skip


REPLACED = {
    "load_scenario": load_scenario,
    "plan": plan,
    "load_plan": load_plan,
    "verify": verify,
    "replay": replay,
    "play_day": play_day,
}

if __name__ == "__main__":
    for name, function in REPLACED.items():
        setattr(api, name, function)
    from optimizer.cli.main import run

    run()
