"""The bill added up again, in fractions, from fleet, pools, routes and the prices in the plan's inputs."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction

from optimizer.domain.plan import Check, Pool
from optimizer.verification.view import Finding, View, judged

CENT = 0.01
HOURS_PER_MONTH = Fraction(730)
HOURS_PER_YEAR = Fraction(8760)
Money = dict[str, Fraction]


def bill(view: View) -> list[Check]:
    """Check every line, every sum, and each category against an account of its own."""
    plan, cost = view.plan, view.plan.cost
    findings = []
    for line in cost.lines:
        right = Fraction(line.quantity) * Fraction(line.unit_price)
        findings.append(_same(f"line {line.category}: {line.item}", line.amount, right))
    by_category: Money = defaultdict(Fraction)
    by_service: Money = defaultdict(Fraction)
    for line in cost.lines:
        by_category[line.category] += Fraction(line.amount)
        by_service[line.service] += Fraction(line.amount)
    total = sum(by_category.values(), Fraction(0))
    findings += [_same("total of the lines", cost.total, total), _same("objective", plan.objective.total, total)]
    for name in set(by_category) | set(cost.by_category):
        findings.append(_same(f"sum of {name}", cost.by_category.get(name, 0.0), by_category[name]))
    for name in set(by_service) | set(cost.by_service):
        findings.append(_same(f"sum of {name or 'all services'}", cost.by_service.get(name, 0.0), by_service[name]))
    for name, amount in account(view).items():
        findings.append(_same(f"{name} by an account of its own", cost.by_category.get(name, 0.0), amount))
    findings.append(_same("fixed part", plan.objective.fixed, _people(view)))
    return judged("bill", findings)


def _same(subject: str, found: float, right: Fraction) -> Finding:
    off = abs(Fraction(found) - right)
    return Finding(
        subject,
        float(right),
        found,
        float(Fraction(CENT) - off),
        f"{subject}: {found:.2f}, should be {float(right):.2f}",
    )


def account(view: View) -> Money:
    """Return what each category costs."""
    compute, network, storage = _compute(view), _network(view), _disks(view) + _logs(view)
    operations = view.plan.inputs["operations"]
    instance_months = sum((_instance_hours(view, pool) for pool in view.plan.pools), Fraction(0)) / HOURS_PER_MONTH
    return {
        "compute": compute,
        "energy": Fraction(0),
        "network": network,
        "storage": storage,
        "people": _people(view),
        "monitoring": instance_months * Fraction(operations["monitoring_per_instance_month"]),
        "maintenance": (compute + network + storage) * Fraction(operations["support_share_of_spend"]),
    }


def _hours(view: View) -> list[Fraction]:
    return [Fraction(period.hours) for period in view.plan.periods]


def _instance_hours(view: View, pool: Pool) -> Fraction:
    return sum((count * hours for count, hours in zip(view.instances(pool), _hours(view), strict=True)), Fraction(0))


def _compute(view: View) -> Fraction:
    total = Fraction(0)
    for row in view.plan.fleet:
        hours = sum((n * h for n, h in zip(row.count_by_period, _hours(view), strict=True)), Fraction(0))
        price = view.prices.get((row.provider, row.instance_type, row.location, row.purchase_option))
        known = None if price is None else price["price_per_hour"]
        total += hours * Fraction(known or 0)
    return total


def _people(view: View) -> Fraction:
    years = sum(_hours(view), Fraction(0)) / HOURS_PER_YEAR
    people = view.plan.inputs["operations"]["people"]
    return years * sum((Fraction(row["fte"]) * Fraction(row["cost_per_year"]) for row in people), Fraction(0))


def _requests(view: View) -> dict[tuple[str, str, str], Fraction]:
    """Expected requests by (service, origin, location)."""
    found: dict[tuple[str, str, str], Fraction] = defaultdict(Fraction)
    hours = _hours(view)
    for route in view.plan.routing:
        place = view.plan.pools[route.pool].location
        for period, share in enumerate(route.share_by_period):
            rate = Fraction(view.mean(route.service, route.origin, period))
            found[route.service, route.origin, place] += Fraction(share) * rate * hours[period] * 3600
    return found


def pair_volumes(view: View) -> dict[tuple[str, str], Fraction]:
    """GB over the horizon on each billed (from, to) pair."""
    use = view.plan.inputs["network"]
    ask, answer = Fraction(use["request_kb"]) / 10**6, Fraction(use["response_kb"]) / 10**6
    found: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for (_, origin, place), requests in _requests(view).items():
        at = view.origins[origin]["at"]
        if at == "internet":
            found[place, "internet"] += requests * answer
        elif at == place:
            zones = len(view.plan.inputs["zones"][place])
            found[place, place] += requests * (ask + answer) * (1 - Fraction(1, zones))
        else:
            found[at, place] += requests * ask
            found[place, at] += requests * answer
    return found


def pair_cost(view: View, pair: tuple[str, str], gb: Fraction) -> Fraction:
    """Cost of a pair's volume over the horizon: each month's part above a threshold has that tier's price."""
    months = sum(_hours(view), Fraction(0)) / HOURS_PER_MONTH
    monthly = gb / months
    tiers = sorted(
        (Fraction(row["from_gb"]), Fraction(row["price_per_gb"]))
        for row in view.plan.inputs["transfer"]
        if (row["origin"], row["destination"]) == pair
    )
    cost = Fraction(0)
    for number, (start, price) in enumerate(tiers):
        end = tiers[number + 1][0] if number + 1 < len(tiers) else None
        top = monthly if end is None else min(monthly, end)
        cost += max(Fraction(0), top - start) * price
    return cost * months


def _network(view: View) -> Fraction:
    return sum((pair_cost(view, pair, gb) for pair, gb in pair_volumes(view).items()), Fraction(0))


def _storage_price(view: View, place: str, *classes: str) -> Fraction:
    rows = view.plan.inputs["storage_prices"]
    for wanted in classes:
        for row in rows:
            if (row["storage_class"], row["location"]) == (wanted, place):
                return Fraction(row["price_per_gb_month"])
    return Fraction(0)


def _disks(view: View) -> Fraction:
    stated = view.plan.inputs["storage"]["model_copies_gib"]
    total = Fraction(0)
    for pool in view.plan.pools:
        model = view.model_of(pool)
        gib = Fraction(stated) if stated is not None else Fraction(model["weights_gib"]) + Fraction(model["tables_gib"])
        gb_months = _instance_hours(view, pool) / HOURS_PER_MONTH * gib * 2**30 / 10**9
        total += gb_months * _storage_price(view, pool.location, "block")
    return total


def _logs(view: View) -> Fraction:
    use = view.plan.inputs["storage"]
    kept = Fraction(use["log_retention_days"]) * 12 / 365
    per_request = Fraction(use["logs_gb_per_million_requests"]) / 10**6 * kept
    return sum(
        (
            requests * per_request * _storage_price(view, place, "object", "block")
            for (_, _, place), requests in _requests(view).items()
        ),
        Fraction(0),
    )


def egress_tiers(view: View) -> list[Check]:
    """Check the price of every pair's volume against its tiers."""
    billed: dict[str, Fraction] = defaultdict(Fraction)
    for line in view.plan.cost.lines:
        if line.category == "network":
            billed[line.item] += Fraction(line.amount)
    findings = []
    for (start, end), gb in pair_volumes(view).items():
        right = pair_cost(view, (start, end), gb)
        name = f"between zones of {start}" if start == end else f"{start} to {'the ' if end == 'internet' else ''}{end}"
        findings.append(_same(name, float(billed[name]), right))
    return judged("egress_tiers", findings)


def bound(view: View) -> list[Check]:
    """Check that the bound does not lie above the plan, and that the gap is what it says."""
    objective = view.plan.objective
    missing = objective.total - objective.lower_bound
    changeable = objective.total - objective.fixed
    gap = missing / changeable if changeable > 0.0 else 0.0
    text = f"bound {objective.lower_bound:.2f} above the total {objective.total:.2f}"
    off = abs(gap - objective.gap)
    return judged(
        "bound",
        [
            Finding("lower bound", objective.total, objective.lower_bound, missing + CENT, text),
            Finding("gap", gap, objective.gap, 1e-6 - off, f"gap stated {objective.gap:.4%}, is {gap:.4%}"),
        ],
    )
