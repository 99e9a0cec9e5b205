"""An option's plan, or its refusal, as the figures a comparison shows."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.decisions.records import Bought, OptionAnswer
from optimizer.decisions.risks import risks_of
from optimizer.decisions.work import Refusal
from optimizer.domain.plan import Plan
from optimizer.inputs import OptionInputs
from optimizer.units import HOURS_PER_MONTH, SECONDS_PER_HOUR


def answer_of(item: OptionInputs, plan: Plan) -> OptionAnswer:
    """Return the figures of an option that has a plan."""
    objective = plan.objective
    requests = sum(row.requests_per_s_mean for row in plan.demand) * SECONDS_PER_HOUR * objective.horizon_hours
    return OptionAnswer(
        label=item.label,
        changes=item.changes,
        status=plan.status,
        total=objective.total,
        lower_bound=objective.lower_bound,
        gap=objective.gap,
        months=objective.horizon_hours / HOURS_PER_MONTH,
        per_1000_requests=objective.total / requests * 1000.0 if requests > 0.0 else None,
        obligation_after_horizon=plan.obligation_after_horizon,
        by_category=dict(plan.cost.by_category),
        by_service=dict(plan.cost.by_service),
        peak_kw=plan.energy.get("peak_kw"),
        energy_kwh=plan.energy.get("energy_kwh"),
        carbon_kg=plan.energy.get("carbon_kg"),
        fleet=tuple(_fleet(plan)),
        risks=risks_of(plan),
        warnings=tuple(dict.fromkeys(item.inputs.warnings)),
    )


def refused(item: OptionInputs, refusal: Refusal) -> OptionAnswer:
    """Return an option without a plan, with what stands in its way."""
    warnings = tuple(dict.fromkeys(item.inputs.warnings))
    return OptionAnswer(item.label, item.changes, refusal.status, refusal.reasons, warnings=warnings)


def _fleet(plan: Plan) -> Iterator[Bought]:
    """The fleet with the zones of a location together."""
    hours = [period.hours for period in plan.periods]
    keys = dict.fromkeys((row.location, row.instance_type, row.purchase_option) for row in plan.fleet)
    for key in keys:
        rows = [row for row in plan.fleet if (row.location, row.instance_type, row.purchase_option) == key]
        counts = [sum(each) for each in zip(*(row.count_by_period for row in rows), strict=True)]
        paid = [sum(each) for each in zip(*(row.expected_count_by_period for row in rows), strict=True)]
        average = sum(count * h for count, h in zip(paid, hours, strict=True)) / sum(hours)
        yield Bought(*key, min(counts, default=0), max(counts, default=0), average)
