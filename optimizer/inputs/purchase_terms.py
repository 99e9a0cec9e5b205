"""From the keys of a scenario about buying to records: rules, what is signed, limits, pins."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from optimizer.domain.catalog import Catalog
from optimizer.domain.limits import Limits, Pin, Quota
from optimizer.domain.purchase import (
    RUNS_TODAY,
    SPOT,
    Commitment,
    CurrencyRate,
    Match,
    OwnedTerms,
    PriceRule,
    Purchase,
    RunningRow,
    SpotTerms,
)
from optimizer.domain.scenario import Scenario
from optimizer.inputs.schema import ScenarioKeys
from optimizer.inputs.schema_purchase import CommitmentKeys, MatchKeys
from optimizer.units import DAYS_PER_MONTH, HOURS_PER_DAY

MINUTES_PER_HOUR = 60.0


def purchase_of(keys: ScenarioKeys) -> Purchase:
    """Return what may be bought."""
    given = keys.purchase
    return Purchase(
        options=tuple(given.options),
        after_horizon=given.after_horizon,
        value_share=given.value_share or 0.0,
        spot=SpotTerms(given.spot.max_share, given.spot.overhead_share, given.spot.may_vanish),
        scale_up_lead_hours=given.scale_up_lead_minutes / MINUTES_PER_HOUR,
        scale_up_max_instances=given.scale_up_max_instances,
    )


def price_rules_of(keys: ScenarioKeys) -> tuple[PriceRule, ...]:
    """Return the rules on prices, in the order in which they apply."""
    return tuple(
        PriceRule(match_of(rule.match), rule.discount_share, rule.price_per_hour, rule.reason)
        for rule in keys.price_rules
    )


def commitments_of(keys: ScenarioKeys, catalog: Catalog) -> tuple[Commitment, ...]:
    """Return what is signed already, with the share of the horizon it lasts.

    Without a price of its own a commitment costs what the catalog lists for its option (0 where it lists nothing, as
    for owned machines that are paid for).
    """
    return tuple(_commitment(item, keys, catalog) for item in keys.commitments)


def _commitment(item: CommitmentKeys, keys: ScenarioKeys, catalog: Catalog) -> Commitment:
    start, until = date.fromisoformat(keys.horizon.start), date.fromisoformat(item.until)
    days, lasts = keys.horizon.days, max(0, (until - start).days)
    price = item.price_per_hour
    if price is None:
        provider = item.location.split("/", maxsplit=1)[0]
        row = catalog.prices.get((provider, item.instance_type, item.location, item.purchase_option))
        price = 0.0 if row is None or row.price_per_hour is None else row.price_per_hour
    return Commitment(
        location=item.location,
        instance_type=item.instance_type,
        purchase_option=item.purchase_option,
        count=item.count,
        price_per_hour=price,
        until=item.until,
        horizon_share=min(1.0, lasts / days),
        months_after_horizon=max(0, lasts - days) / DAYS_PER_MONTH,
        reserved=item.reserved,
        reason=item.reason,
    )


def commitments_running(rows: Sequence[RunningRow], scenario: Scenario, catalog: Catalog) -> tuple[Commitment, ...]:
    """Return what today's fleet is signed for: rows with an end.

    A date without a day ends with its month or year. The price is that of the catalog, before price rules.
    """
    signed = []
    for row in rows:
        if row.committed_until and row.purchase_option != SPOT:
            until = end_of(row.committed_until)
            signed.append(_signed(row, until, scenario, catalog))
    return tuple(signed)


def end_of(text: str) -> str:
    """Return the day on which a date ends: that of ``2027-06`` is ``2027-06-30``."""
    if len(text) == len("2027"):
        return f"{text}-12-31"
    if len(text) == len("2027-06"):
        year, month = (int(part) for part in text.split("-"))
        return f"{text}-{monthrange(year, month)[1]:02d}"
    return text


def _signed(row: RunningRow, until: str, scenario: Scenario, catalog: Catalog) -> Commitment:
    start = date.fromisoformat(scenario.horizon_start)
    days, lasts = scenario.horizon_hours / HOURS_PER_DAY, max(0, (date.fromisoformat(until) - start).days)
    provider = row.location.split("/", maxsplit=1)[0]
    listed = catalog.prices.get((provider, row.instance_type, row.location, row.purchase_option))
    return Commitment(
        location=row.location,
        instance_type=row.instance_type,
        purchase_option=row.purchase_option,
        count=row.count,
        price_per_hour=0.0 if listed is None or listed.price_per_hour is None else listed.price_per_hour,
        until=until,
        horizon_share=min(1.0, lasts / days),
        months_after_horizon=max(0.0, lasts - days) / DAYS_PER_MONTH,
        reserved=False,
        reason=RUNS_TODAY,
    )


def owned_of(keys: ScenarioKeys) -> OwnedTerms:
    """Return how owned hardware is priced and run."""
    given = keys.owned
    return OwnedTerms(given.price, given.discount_rate_per_year, given.unused, given.operator_cost_per_year)


def limits_of(keys: ScenarioKeys) -> Limits:
    """Return the limits on the whole plan."""
    given = keys.limits
    return Limits(
        budget_per_month=given.budget_per_month,
        power_kw=given.power_kw,
        carbon_t=given.carbon_t,
        max_instance_types=given.max_instance_types,
        quotas=tuple(
            Quota(match_of(item.match), item.max_instances, item.max_vcpu, item.reason) for item in given.quotas
        ),
    )


def pins_of(keys: ScenarioKeys) -> tuple[Pin, ...]:
    """Return the decisions that are kept."""
    return tuple(
        Pin(pin.service, pin.location, pin.instance_type, pin.profile, pin.batch_size, pin.min, pin.max)
        for pin in keys.pins
    )


def currency_rates_of(keys: ScenarioKeys) -> tuple[CurrencyRate, ...]:
    """Return the dated rates that bring other catalogs into the currency of the plan."""
    return tuple(CurrencyRate(item.currency, item.rate, item.as_of, item.source) for item in keys.currency_rates)


def residency_of(names: list[str] | None, catalog: Catalog) -> tuple[str, ...] | None:
    """Return the locations that countries and location names stand for; None for no bound."""
    if names is None:
        return None
    return tuple(sorted(place for place, row in catalog.locations.items() if place in names or row.country in names))


def match_of(keys: MatchKeys) -> Match:
    """Return which instances are meant."""
    return Match(keys.provider, keys.location, keys.instance_type, keys.purchase_option)
