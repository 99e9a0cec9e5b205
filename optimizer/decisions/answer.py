"""An option's plan, or its refusal, as the figures a comparison shows."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.decisions.bill import Bill
from optimizer.decisions.made import Made
from optimizer.decisions.records import Bought, OptionAnswer, UntilArrival
from optimizer.decisions.risks import risks_of
from optimizer.decisions.today import answer_today
from optimizer.decisions.work import Refusal
from optimizer.domain.plan import Plan
from optimizer.inputs import OptionInputs
from optimizer.units import HOURS_PER_MONTH, SECONDS_PER_HOUR


def answer_of(item: OptionInputs, found: Made | Refusal) -> OptionAnswer:
    """Return the figures of an option, or what stands in its way."""
    if isinstance(found, Refusal):
        return OptionAnswer(item.label, item.changes, found.status, found.reasons, warnings=_warnings(item))
    if found.account is not None:
        return answer_today(item, found.account)
    if found.plan is None:  # pragma: no cover - an option has a plan or an account
        message = f"option {item.label} has neither plan nor account"
        raise RuntimeError(message)
    return _planned(item, found.bill, found.plan, _until_arrival(found))


def _planned(item: OptionInputs, bill: Bill, plan: Plan, until: UntilArrival | None) -> OptionAnswer:
    objective = bill.objective
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
        by_category=dict(bill.cost.by_category),
        by_service=dict(bill.cost.by_service),
        peak_kw=bill.energy.get("peak_kw"),
        energy_kwh=bill.energy.get("energy_kwh"),
        carbon_kg=bill.energy.get("carbon_kg"),
        fleet=tuple(_fleet(plan)),
        risks=risks_of(plan),
        warnings=_warnings(item),
        until_arrival=until,
    )


def _until_arrival(found: Made) -> UntilArrival | None:
    early = found.early
    if early is None:
        return None
    return UntilArrival(early.months, early.plan.objective.total * early.share, tuple(_fleet(early.plan)))


def _warnings(item: OptionInputs) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item.inputs.warnings))


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
