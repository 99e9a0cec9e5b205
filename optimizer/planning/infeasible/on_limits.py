"""Changes of limits: quotas, power, carbon, instance types, budget, and what a site holds."""

from __future__ import annotations

from dataclasses import replace

from optimizer.planning.infeasible.changes import Case, Change, number, of_limits, weight
from optimizer.planning.infeasible.words import amount, rounded_up, too_few
from optimizer.units import HOURS_PER_MONTH


def larger_quota(case: Case, index: int, needed: int) -> Change:
    """Raise a quota."""
    quota = case.scenario.limits.quotas[index]
    by = "max_instances" if quota.max_instances is not None else "max_vcpu"
    unit = "instances" if quota.max_instances is not None else "vCPUs"
    path = f"limits.quotas.{index}.{by}"
    option = "" if quota.match.purchase_option is None else f" {quota.match.purchase_option}"
    kind, place = quota.match.instance_type, quota.match.location or quota.match.provider
    named = f"quota of {kind or 'instances'}{option}" + ("" if place is None else f" in {place}")

    def changed(given: Case) -> Case:
        quotas = list(given.scenario.limits.quotas)
        instances = quotas[index].max_instances is not None
        larger = replace(quotas[index], max_instances=needed) if instances else replace(quotas[index], max_vcpu=needed)
        quotas[index] = larger
        return of_limits(quotas=tuple(quotas))(given)

    return Change(
        "quotas",
        named,
        path,
        quota.limit,
        needed,
        unit,
        weight("quotas") * (needed - quota.limit) / max(quota.limit, 1),
        f"{named}: {too_few(quota.limit, needed - quota.limit, unit)}.",
        f"Raise {path} to {needed}",
        changed,
    )


def more_power(case: Case, needed_kw: float) -> Change:
    """Raise the power limit."""
    return _more_of("power_limit", "power", "power_kw", "kW", case.scenario.limits.power_kw, needed_kw)


def more_carbon(case: Case, needed_t: float) -> Change:
    """Raise the carbon limit."""
    return _more_of("carbon_limit", "carbon", "carbon_t", "t", case.scenario.limits.carbon_t, needed_t)


def _more_of(rule: str, words: str, key: str, unit: str, limit: float | None, least: float) -> Change:
    now, needed = limit or 0.0, rounded_up(least, 4)
    return Change(
        rule,
        words,
        f"limits.{key}",
        now,
        needed,
        unit,
        weight(rule) * (needed - now) / max(now, 1.0),
        f"{words}: {now:g} {unit} are {amount(needed - now)} {unit} too little.",
        f"Raise limits.{key} to {number(needed)}",
        of_limits(**{key: needed}),
    )


def more_types(case: Case, needed: int) -> Change:
    """Allow more instance types."""
    now = case.scenario.limits.max_instance_types or 1
    return Change(
        "max_instance_types",
        "instance types",
        "limits.max_instance_types",
        now,
        needed,
        "types",
        weight("max_instance_types") * (needed - now) / now,
        f"instance types: {too_few(now, needed - now, 'types')}.",
        f"Raise limits.max_instance_types to {needed}",
        of_limits(max_instance_types=needed),
    )


def larger_budget(case: Case, total: float) -> Change:
    """Raise the budget to what a plan costs over the horizon."""
    now, months = case.scenario.limits.budget_per_month or 0.0, case.scenario.horizon_hours / HOURS_PER_MONTH
    currency = case.catalog.currency
    needed = float(-(-total // months))
    return Change(
        "budget",
        "budget",
        "limits.budget_per_month",
        now,
        needed,
        f"{currency} a month",
        weight("budget") * (needed - now) / max(now, 1.0),
        f"budget: {currency} {now:,.2f} a month are {currency} {total / months - now:,.2f} too little.",
        f"Raise limits.budget_per_month to {number(needed)}",
        of_limits(budget_per_month=needed),
    )


def larger_site(case: Case, location: str, unit: str, needed: float) -> Change:
    """Get a site with more power or racks."""
    site = case.catalog.sites[location]
    column = "power_limit_kw" if unit == "kW" else "rack_units"
    now, needed = float(getattr(site, column) or 0.0), rounded_up(needed, 4)

    def changed(given: Case) -> Case:
        old = given.catalog.sites[location]
        larger = replace(old, power_limit_kw=needed) if unit == "kW" else replace(old, rack_units=needed)
        return given._replace(catalog=replace(given.catalog, sites={**given.catalog.sites, location: larger}))

    return Change(
        "site_limits",
        f"site {location}",
        f"sites.csv {location} {column}",
        now,
        needed,
        unit,
        weight("site_limits") * (needed - now) / max(now, 1.0),
        f"site {location}: {now:g} {unit} are {amount(needed - now)} {unit} too little.",
        f"Raise {column} of {location} in sites.csv to {number(needed)}",
        changed,
    )


def more_machines(case: Case, key: tuple[str, str, str], needed: int) -> Change:
    """Let more owned machines be bought."""
    now = case.catalog.owned[key].max_count or 0

    def changed(given: Case) -> Case:
        owned = {**given.catalog.owned, key: replace(given.catalog.owned[key], max_count=needed)}
        return given._replace(catalog=replace(given.catalog, owned=owned))

    return Change(
        "owned_count",
        f"owned {key[1]} in {key[2]}",
        f"owned.csv {key[2]} {key[1]} max_count",
        now,
        needed,
        "machines",
        weight("owned_count") * (needed - now) / max(now, 1),
        f"owned {key[1]} in {key[2]}: {too_few(now, needed - now, 'machines')}.",
        f"Raise max_count of {key[1]} in {key[2]} in owned.csv to {needed}",
        changed,
    )


def no_limit(case: Case, rule: str, field: str) -> Change:
    """Drop a limit that cannot be counted."""
    now = getattr(case.scenario.limits, field)
    return Change(
        rule,
        field,
        f"limits.{field}",
        now,
        None,
        "",
        weight(rule),
        "",
        f"Drop limits.{field}, or give max_power_w, pue and grid_gco2_per_kwh in the catalog",
        of_limits(**{field: None}),
    )
