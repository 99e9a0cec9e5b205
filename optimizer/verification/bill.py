"""The bill adds up, is the bill of this plan, and leaves what is proved standing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction

from optimizer.domain.plan import Check, CostLine
from optimizer.verification.entry import Entry
from optimizer.verification.ledger import Ledger, ledger_of
from optimizer.verification.prices import dated
from optimizer.verification.view import ROUNDING, Finding, View, fact, judged

#: Two amounts of money are the same when they differ by no more.
CENT = 0.01
#: Gaps that are the same.
SAME_GAP = 1e-6
#: Categories whose quantities are compared; the others count different things, which do not add up.
COUNTED = ("compute", "overhead", "network", "storage", "obligation", "monitoring", "people", "change")
#: Categories whose lines say how the instance is bought.
BOUGHT = ("compute", "overhead", "obligation")
ENERGY = ("energy",)
Item = CostLine | Entry
Money = dict[str, Fraction]


def bill(view: View) -> list[Check]:
    """Check lines, sums and totals against each other and against the bill written again, to a cent.

    Written again are categories, services in each, rent by service, type, location and option, the quantities, and what
    is fixed; the total at the plan's own reading of service times is its total, and the totals at the demands that
    money is counted for are that total on average.
    """
    findings = [
        *_lines(view),
        *_dates(view),
        *_sums(view),
        *_totals(view),
        *_at_each_demand(view),
        *_written_again(view),
    ]
    return judged("bill", [*findings, *_fleet_hours(view), *_obligation(view)])


def _lines(view: View) -> list[Finding]:
    """Each line is quantity x price, with source and date."""
    findings = []
    for line in view.plan.cost.lines:
        subject = f"line {line.category}: {line.item}"
        findings.append(_same(subject, line.amount, Fraction(line.quantity) * Fraction(line.unit_price)))
        if not line.source or not line.as_of:
            findings.append(fact(subject, False, f"{subject}: no date or no source"))
    return findings


def _dates(view: View) -> list[Finding]:
    """What is paid for instances has date and basis of its price: the inputs', or those that the fleet has of a term.

    The page tells by them which amounts rest on an estimate.
    """
    signed: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for row in view.plan.fleet:
        if row.until:
            key = (row.instance_type, row.location, row.purchase_option)
            signed.setdefault(key, set()).add((row.price_as_of, row.price_basis))
    findings = []
    for line in view.plan.cost.lines:
        key = (line.instance_type, line.location, line.purchase_option)
        if line.category in BOUGHT and (line.as_of, line.basis) not in {dated(view, *key), *signed.get(key, ())}:
            subject = f"line {line.category}: {line.item}"
            text = f"{subject}: date or basis of its price are not those of the inputs"
            findings.append(fact(subject, False, text))
    return findings


def _sums(view: View) -> list[Finding]:
    cost = view.plan.cost
    by_service = _added(cost.lines, lambda line: line.service)
    return [
        *_compared("sum of category", cost.by_category, _added(cost.lines, _category)),
        *_compared("sum of service", cost.by_service, by_service),
    ]


def _totals(view: View) -> list[Finding]:
    """Every total that the plan states is the sum of the lines."""
    plan, inputs = view.plan, view.plan.inputs
    reading = "cautious" if inputs["plan_on"] == "cautious" else "central"
    stated = {
        "the bill": plan.cost.total,
        "the objective": plan.objective.total,
        f"service times at {reading}": plan.total_at.get(reading),
    }
    if list(inputs["cost_weights"]) == [inputs["plan_for"]]:
        stated[f"demand {inputs['plan_for']}"] = plan.expected.get(inputs["plan_for"])
    total = sum((Fraction(line.amount) for line in plan.cost.lines), Fraction(0))
    return [_same(f"total of {name}", value, total) for name, value in stated.items() if value is not None]


def _at_each_demand(view: View) -> list[Finding]:
    """Totals at the demands that money is counted for: the bill written again for each, and the total on average."""
    expected, weights = view.plan.expected, view.plan.inputs["cost_weights"]
    if any(expected.get(name) is None for name in weights):
        text = "totals at the demands: one that money is counted for is missing"
        return [fact("totals at the demands", False, text)]
    average = sum((Fraction(weight) * Fraction(expected[name] or 0) for name, weight in weights.items()), Fraction(0))
    findings = [_same("average of the totals at the demands", view.plan.objective.total, average)]
    for name in weights if len(weights) > 1 else ():
        alone = View(view.plan.replace(inputs={**view.plan.inputs, "cost_weights": {name: 1.0}}))
        total = sum((entry.amount for entry in Ledger(alone).entries), Fraction(0))
        findings.append(_same(f"total at demand {name}", float(expected[name] or 0), total))
    return findings


def _fleet_hours(view: View) -> list[Finding]:
    """Expected counts of the fleet x hours are the instance-hours paid."""
    found: Money = {}
    right: Money = {}
    hours = [Fraction(period.hours) for period in view.plan.periods]
    for row in view.plan.fleet:
        name = f"{row.instance_type} in {row.location}, {row.purchase_option}"
        paid_hours = sum(
            (Fraction(count) * length for count, length in zip(row.expected_count_by_period, hours, strict=True)),
            Fraction(0),
        )
        found[name] = found.get(name, Fraction(0)) + paid_hours
    for entry in ledger_of(view).entries:
        if entry.category == "compute":
            name = f"{entry.instance_type} in {entry.location}, {entry.option}"
            right[name] = right.get(name, Fraction(0)) + entry.quantity
    return _counted("expected hours of", found, right)


def _obligation(view: View) -> list[Finding]:
    """What is still to be paid after the horizon: the rest of every term at its full price."""
    return [_same("left after the horizon", view.plan.obligation_after_horizon, ledger_of(view).obligation)]


def _written_again(view: View) -> list[Finding]:
    """The same bill comes out when it is written from what the plan decides."""
    plan, ledger = view.plan, ledger_of(view)
    lines, entries = plan.cost.lines, ledger.entries
    rent, rent_again = _only(lines, ("compute",)), _only(entries, ("compute",))
    counted, counted_again = _only(lines, COUNTED), _only(entries, COUNTED)
    total = sum((entry.amount for entry in entries), Fraction(0))
    return [
        _same("total written again", plan.objective.total, total),
        _same("fixed part written again", plan.objective.fixed, ledger.fixed),
        *_compared("written again,", _added(lines, _category), _added(entries, _category)),
        *_compared("written again,", _added(lines, _use), _added(entries, _use)),
        *_compared("written again,", _added(lines, _place), _added(entries, _place)),
        *_compared("rent written again,", _added(rent, _machine), _added(rent_again, _machine)),
        *_counted("instance-hours of", _quantities(rent, _machine), _quantities(rent_again, _machine)),
        *_counted("quantity of", _quantities(counted, _use), _quantities(counted_again, _use)),
        *_counted("energy in", _quantities(_only(lines, ENERGY), _unit), _quantities(_only(entries, ENERGY), _unit)),
    ]


def _unit(item: Item) -> str:
    return item.unit


def _category(item: Item) -> str:
    return item.category


def _use(item: Item) -> str:
    return f"{item.category} of {item.service or 'all services'}"


def _place(item: Item) -> str:
    option = item.option if isinstance(item, Entry) else item.purchase_option
    bought = f", {option}" if item.category in BOUGHT else ""
    return f"{item.category} of {item.instance_type or 'no type'} in {item.location or 'no place'}{bought}"


def _machine(item: Item) -> str:
    option = item.option if isinstance(item, Entry) else item.purchase_option
    return f"{item.service} on {item.instance_type} in {item.location}, {option}"


def _only(items: Iterable[Item], categories: tuple[str, ...]) -> list[Item]:
    return [item for item in items if item.category in categories]


def _added(items: Iterable[Item], key: Callable[[Item], str]) -> Money:
    sums: Money = {}
    for item in items:
        sums[key(item)] = sums.get(key(item), Fraction(0)) + Fraction(item.amount)
    return sums


def _quantities(items: Iterable[Item], key: Callable[[Item], str]) -> Money:
    sums: Money = {}
    for item in items:
        sums[key(item)] = sums.get(key(item), Fraction(0)) + Fraction(item.quantity)
    return sums


def _compared(what: str, found: Mapping[str, float | Fraction], right: Money) -> list[Finding]:
    return [
        _same(f"{what} {key or 'all services'}", float(found.get(key, 0)), right.get(key, Fraction(0)))
        for key in sorted(found.keys() | right.keys())
    ]


def _same(subject: str, found: float, right: Fraction) -> Finding:
    off = abs(Fraction(found) - right)
    text = f"{subject}: {found:.2f}, should be {float(right):.2f}"
    return Finding(subject, float(right), found, float(Fraction(CENT) - off), text)


def _counted(what: str, found: Money, right: Money) -> list[Finding]:
    """Quantities that are the same but for rounding; where they are, they are never the tightest finding."""
    findings = []
    for key in sorted(found.keys() | right.keys()):
        is_, should_be = float(found.get(key, 0)), float(right.get(key, 0))
        holds = abs(is_ - should_be) <= ROUNDING * max(1.0, abs(should_be))
        text = f"{what} {key}: {is_:g}, should be {should_be:g}"
        findings.append(fact(f"{what} {key}", holds, text))
    return findings


def egress_tiers(view: View) -> list[Check]:
    """Check that data on a pair with tiers is billed at the average price of the month's whole volume.

    A line is known by its service and its volume; what it calls the pair is not read.
    """
    findings, ledger = [], ledger_of(view)
    for entry in ledger.entries:
        if not ledger.is_tiered(entry) or entry.quantity == 0:
            continue
        gb, right = float(entry.quantity), float(entry.unit_price)
        name = f"{entry.service}, {entry.pair[0]} to {entry.pair[1]}"
        lines = [line for line in _only(view.plan.cost.lines, ("network",)) if line.service == entry.service]
        billed = [float(line.unit_price) for line in lines if abs(line.quantity - gb) <= ROUNDING * gb]
        if not billed:
            findings.append(fact(name, False, f"{name}: {gb:g} GB are not on the bill"))
            continue
        found = min(billed, key=lambda price: abs(price - right))
        text = f"{name}: {found:.6g} per GB, the average of its tiers is {right:.6g}"
        findings.append(Finding(name, right, found, ROUNDING * max(right, 1e-6) - abs(found - right), text))
    return judged("egress_tiers", findings)


def scale_up_lead(view: View) -> list[Check]:
    """Check that instances are paid from their start, the lead time before the hour that needs them."""
    right = _added((e for e in ledger_of(view).entries if e.category == "overhead"), _option)
    found = _added((line for line in view.plan.cost.lines if line.category == "overhead"), _option)
    return judged("scale_up_lead", _compared("started early or interrupted,", found, right))


def _option(item: Item) -> str:
    option = item.option if isinstance(item, Entry) else item.purchase_option
    return f"{item.instance_type} in {item.location}, {option}"


def bound(view: View) -> list[Check]:
    """Check that the bound does not lie above the plan, and that the gaps are what they say."""
    objective = view.plan.objective
    missing = objective.total - objective.lower_bound
    text = f"bound {objective.lower_bound:.2f} above the total {objective.total:.2f}"
    findings = [Finding("lower bound", objective.total, objective.lower_bound, missing + CENT, text)]
    changeable = objective.total - objective.fixed
    for name, said, whole in (
        ("gap", objective.gap, changeable),
        ("gap of total", objective.gap_of_total, objective.total),
    ):
        gap = missing / whole if whole > 0.0 else 0.0
        text = f"{name} stated {said:.4%}, is {gap:.4%}"
        findings.append(Finding(name, gap, said, SAME_GAP - abs(gap - said), text))
    return judged("bound", findings)
