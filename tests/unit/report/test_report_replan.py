"""The page of a re-plan: what to do, what it is worth, and the way there."""

from __future__ import annotations

import json
from dataclasses import replace

from optimizer.domain.replan import REPLAN_FORMAT, Replan, ServiceChange, Step
from optimizer.planning.replanning.orders import TOGETHER
from optimizer.report.formats import Format
from optimizer.report.replan_page import replan_report
from optimizer.report.report import render
from tests.unit.report.sample_plan import sample_plan

HELD = Step(1, "start", "aws/us-east-1 a", ("start 2 g6.xlarge for retrieval",), {"retrieval": "in force"}, 40, ())
LAST = Step(2, "switch", "retrieval", ("lead traffic over",), {"retrieval": "forecast"}, 40, ())
CHANGE = ServiceChange("retrieval", "needed", 2, 0, 2.0, None, "what runs carries 80 of 100 requests/s")
LEFT = ServiceChange("ranking", "does not pay", 3, 3, 6.0, 4.25, "3 x g6.xlarge")


def sample_replan(**changes: object) -> Replan:
    plan = sample_plan()
    found = Replan(
        format=REPLAN_FORMAT,
        currency="USD",
        horizon_hours=plan.objective.horizon_hours,
        starts_from="plan",
        in_force_per_month=40.0,
        changed=True,
        reason="",
        cost_per_change=1.0,
        demand_change=0.3,
        running_holds=False,
        running_total=None,
        total=plan.objective.total,
        charge=2.0,
        changes=(CHANGE,),
        left=(LEFT,),
        broken_now=(),
        order=TOGETHER,
        steps=(HELD, LAST),
        plan=plan,
    )
    return replace(found, **changes)  # type: ignore[arg-type]


def _text(found: Replan, format_: Format = Format.TABLE) -> str:
    return render(replan_report("plan.json", found), format_)


def test_the_page_says_what_to_do_and_what_not():
    """Verdicts with counts, charge and worth, the steps with their reading, and from where the forecast is carried."""
    text = _text(sample_replan())
    assert "does not carry what is asked now" in text
    assert "USD 2.00 once for changes" in text
    for row in ("retrieval  needed", "ranking  does not pay", "-4.25", "1  start   aws us-east-1 a", "holds"):
        assert row in text
    assert "every promise is kept after every step" in text
    assert "carries the forecast: retrieval from step 2 on" in text


def test_a_step_that_breaks_a_rule_is_shouted():
    """With the rule, and counted below."""
    broken = replace(HELD, broken=("quotas: 9 of 8",))
    text = _text(sample_replan(steps=(broken, LAST)))
    assert "BREAKS" in text
    assert "quotas: 9 of 8" in text
    assert "1 step breaks a rule" in text


def test_what_is_broken_before_is_not_held_against_a_step():
    """Told once, before the steps; a step that leaves it as it is is marked so and not shouted."""
    still = replace(HELD, still_broken=("capacity",))
    text = _text(
        sample_replan(steps=(still, LAST), broken_now=("capacity: 80 of 100 requests/s",), starts_from="fleet")
    )
    assert "USD 40 a month as it runs today" in text
    assert text.count("80 of 100 requests/s") == 2, "once as now, once as the reason of the change"
    assert "as before" in text
    assert "BREAKS" not in text
    assert "what is broken before the first step is no worse after any" in text
    assert not sample_replan(steps=(still, LAST)).keeps_promises


def test_no_change_is_a_short_page():
    """The reason, what it costs as it is, and no table."""
    found = sample_replan(
        changed=False, reason="the running fleet carries it", changes=(), left=(), steps=(), running_total=1.0
    )
    text = _text(replace(found, running_holds=True))
    assert "nothing" in text
    assert "the running fleet carries it" in text
    assert "In this order" not in text


def test_json_holds_the_plan_last_and_csv_the_steps():
    """The plan as plan.json has it; a line for each step."""
    document = json.loads(_text(sample_replan(), Format.JSON))
    assert list(document)[-1] == "plan"
    assert document["plan"] == json.loads(json.dumps(sample_plan().to_dict()))
    assert (document["format"], document["changed"], document["keeps_promises"]) == (REPLAN_FORMAT, True, True)
    lines = _text(sample_replan(), Format.CSV).splitlines()
    assert lines[0] == "number,kind,where,what,carries,rules,holds,broken"
    assert lines[1] == "1,start,aws/us-east-1 a,start 2 g6.xlarge for retrieval,retrieval: in force,40,true,"
    assert len(lines) == 3
